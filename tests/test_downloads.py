"""The Excel book and the CSV package of a year, from one small page and a few figures."""

import csv
import datetime as dt
import hashlib
import json

import openpyxl
import pytest

from pages import write_notebook
from socok_analysis.figures.figure import Figure
from socok_analysis.publish.documents import DocumentMeta
from socok_analysis.publish.downloads import write_downloads

META = DocumentMeta(title="Årsrapport 2019", contact="Enheden", date=dt.date(2020, 4, 30))
PAGE = """| Efter forløbet | Antal | Andel | År |
|:--|--:|--:|--:|
| \\=HYPERLINK(\\"http://ond\\") | [1.234]{data-figure="2019/a.b"} | 27,5 % | 2019 |
| @cmd | – | 5 af 10 | 2018 |
| Nul | 00142 | 96,8 | 1.2 |

: Job & løn {#tbl-job}

::: {.table-note}
Heraf i fleksjob.
:::

| A | A |
|:--|:--|
| 1 | 2 |

: Uden tal {#tbl-to}
"""
DAYS = {"period_start": dt.date(2019, 1, 1), "period_end": dt.date(2020, 4, 30)}
TOLD = {"label": "Ansættelser", "unit": "antal", "definition": "=1+1" + " ord" * 30}
SHARE = {"unit": "andel", "denominator": 40}
FIGURES = [
    Figure("jobs.total", 129, **TOLD, **DAYS),
    Figure("outcomes.x.success_wide", 0.275, numerator=11, low=0.161, high=0.428, **SHARE),
    Figure("outcomes.x.unknown", None, numerator=0, denominator=0, unit="andel"),
    Figure("goals.jobs.met", True, unit="ja/nej"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hent")
    pages = [write_notebook(folder / "job.ipynb", "Job", PAGE)]
    told = [(f, "X" if f.figure.startswith("outcomes.x") else "") for f in FIGURES]
    write_downloads(pages, told, META, folder, "rapport")
    return folder


def open_book(folder):
    return openpyxl.load_workbook(folder / "rapport.xlsx")


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def list_links(sheet):
    return {cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink}


def test_the_book_has_a_cover_a_sheet_for_each_table_and_one_of_figures_nothing_merged(made):
    book = open_book(made)
    assert (book.properties.title, book.properties.language) == ("Årsrapport 2019", "da-DK")
    assert book.sheetnames == ["Forside", "Tabel 1", "Tabel 2", "Nøgletal"]
    assert list_links(book["Forside"]) == {"'Tabel 1'!A1", "'Tabel 2'!A1", "'Nøgletal'!A1"}
    assert all(list_links(sheet) == {"'Forside'!A1"} for sheet in book.worksheets[1:])
    for sheet in book.worksheets:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        (area,) = (table.ref for table in sheet.tables.values())
        texts = [cell.value for cell in sheet[area][0]]
        assert sheet.freeze_panes == f"A{sheet[area][0][0].row + 1}"
        assert all(texts) and len(set(texts)) == len(texts)


def test_a_table_has_its_title_note_and_page_and_what_is_written_as_a_number_is_one(made):
    sheet = open_book(made)["Tabel 1"]
    head = [sheet.cell(row, 1).value for row in (1, 2, 3)]
    assert head[0] == "Tabel 1: Job & løn" and head[1] == "Heraf i fleksjob."
    assert "”Job”" in str(head[2])
    rows = [[cell.value for cell in sheet[row]][1:] for row in (7, 8, 9)]
    assert rows == [[1234, 0.275, 2019], ["–", "5 af 10", 2018], ["00142", 96.8, "1.2"]]
    assert [cell.number_format for cell in sheet[7]][1:] == ["#,##0", "0.0%", "0"]


def test_the_downloads_hold_the_figures_given_and_say_whom_and_when_they_are_about(made):
    told = {row["figure"]: row for row in read_csv(made / "rapport-noegletal.csv")}
    header, *rows = open_book(made)["Nøgletal"].iter_rows(min_row=5, values_only=True)
    shown = {row[-1]: dict(zip(header, row, strict=True)) for row in rows}
    assert list(told) == list(shown) == [figure.figure for figure in FIGURES]
    assert [row["Værdi"] for row in shown.values()] == [129, 0.275, None, "ja"]
    assert [row["value"] for row in told.values()] == ["129", "0.275", "", "true"]
    unknown = told["outcomes.x.unknown"]
    assert (unknown["numerator"], unknown["denominator"]) == ("0", "0")
    assert [row["about"] for row in told.values()] == ["", "X", "X", ""]
    assert [row["Gælder"] or "" for row in shown.values()] == ["", "X", "X", ""]
    days = [shown["jobs.total"][name].date() for name in ("Fra", "Til")]
    assert days == [dt.date(2019, 1, 1), dt.date(2020, 4, 30)]


def test_the_description_holds_for_the_files_it_names(made):
    described = json.loads((made / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        content = (made / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        header = content.decode("utf-8").splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        rows = read_csv(made / resource["path"])
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys) > 0
