"""PDF, Word, Excel book and CSV package of a year, from a few small notebooks and figures."""

import datetime as dt
import hashlib
import json
import re
import zipfile
from dataclasses import replace
from html import unescape
from pathlib import Path

import matplotlib
import openpyxl
import pytest
from pypdf import PdfReader

from pages import FIGURE, TILES, write_notebook
from socok_analysis.figures.figure import Figure
from socok_analysis.publish.documents import DocumentMeta, write_documents
from socok_analysis.publish.downloads import write_downloads
from socok_analysis.publish.source import PublishError
from workbooks import read_csv, read_parts

META = DocumentMeta(
    title='Rapport "2019"', subtitle="Status", contact="enheden", date=dt.date(2020, 4, 30)
)
TABLE = "| Partner | Antal |\n|:--|--:|\n| A & B #1 $x$ | 37 |\n\n: Afslutninger {#tbl-exits}"
NOTE = "::: {.table-note}\nNote x.\n:::"
HIDDEN = "::: {.site-only}\nSkjult\n:::"


class Made:
    """The documents of pages: what their sheets say, and Word's parts."""

    def __init__(self, folder, *pages, meta=META, **given):
        self.tables = write_documents(pages, meta, folder / "x", **given)
        self.pdf, self.docx = folder / "x.pdf", folder / "x.docx"
        self.body = self.part("word/document.xml")

    def part(self, name):
        return read_parts(self.docx)[name].decode()

    @property
    def sheets(self):
        pages = PdfReader(self.pdf).pages
        return [page.extract_text().replace("\u00a0", " ") for page in pages]

    @property
    def outline(self):
        def read(entries):
            return [read(e) if isinstance(e, list) else e.title for e in entries]

        return read(PdfReader(self.pdf).outline)


def make(folder, *blocks, fill=0, **given):
    text = "\n\n".join([*["Fyld."] * fill, *blocks])
    return Made(folder, write_notebook(folder / "et.ipynb", "Side", text), **given)


def list_rows(count, head="Navn"):
    rows = "\n".join(f"| række {n} | {n} |" for n in range(count))
    return f"| {head} | B |\n|:--|--:|\n{rows}\n\n: T {{#tbl-t}}"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "figures").mkdir()
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>'
    (tmp_path / "figures/job.svg").write_text(svg)
    logo = Path(matplotlib.get_data_path()) / "images" / "matplotlib.png"
    (tmp_path / "figures/job.png").write_bytes(logo.read_bytes())
    return tmp_path


@pytest.fixture
def pages(folder):
    prose = "## Antal\n\nSe @fig-job, @tbl-exits og [den anden side](to.ipynb#antal)."
    text = f"{prose}\n\n{FIGURE}\n\n{TABLE}"
    other = text.replace("64 og 129", "35 og 56").replace("37", "11")
    tip = "::: {.callout-tip}\n## Råd\nTekst.\n:::"
    return [
        write_notebook(
            folder / "et.ipynb", "Første & *side*", f"{text}\n\n{TILES}\n\n{tip}\n\n{HIDDEN}"
        ),
        write_notebook(folder / "to.ipynb", "Anden side", f"{other}\n\n<script>alert(1)</script>"),
    ]


@pytest.fixture
def made(folder, pages):
    return Made(folder, *pages)


def walk_tags(element):
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for kid in element:
            yield from walk_tags(kid)
    elif isinstance(element, dict):
        yield element
        yield from walk_tags(element.get("/K", []))


def list_tags(pdf, kind):
    tree = PdfReader(pdf).trailer["/Root"]["/StructTreeRoot"]
    return [tag for tag in walk_tags(tree) if tag.get("/S") == kind]


def test_the_pdf_has_title_and_outline_and_its_tables_headings_for_columns_and_rows(made):
    told, root = PdfReader(made.pdf).metadata, PdfReader(made.pdf).trailer["/Root"]
    assert (told.title, told.author) == (META.title, META.contact)
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"].startswith("da")
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert made.outline == ["Første & *side*", ["Antal"], "Anden side", ["Antal"]]
    rows = [[cell.get_object() for cell in row["/K"]] for row in list_tags(made.pdf, "/TR")]
    assert [[cell["/S"] for cell in row] for row in rows] == [["/TH", "/TH"], ["/TH", "/TD"]] * 2
    scopes = [[p["/Scope"] for p in cell["/A"] if "/Scope" in p] for row in rows for cell in row]
    assert scopes == [["/Column"], ["/Column"], ["/Row"], []] * 2
    fonts = [page["/Resources"]["/Font"] for page in PdfReader(made.pdf).pages]
    names = {font.get_object()["/BaseFont"][8:] for held in fonts for font in held.values()}
    assert "DejaVuSans" in names and all(name.startswith("DejaVuSans") for name in names)


def test_what_is_for_the_site_only_makes_no_chapter_and_what_is_folded_is_unfolded(tmp_path):
    fold = f"::::: {{.fold}}\n\nSe tallene\n\nUdfoldet.\n\n{HIDDEN}\n\n:::::"
    text = f"## 6.1 Afsnit\n\nT\n\n## Hent\n\n{HIDDEN}\n\n## Mere\n\n{fold}"
    names = {"Skjult side": HIDDEN, "Sidst": text}
    made = Made(tmp_path, *(write_notebook(tmp_path / f"{n}.ipynb", n, names[n]) for n in names))
    assert made.outline == ["Sidst", ["6.1 Afsnit", "Mere"]]
    said = "".join(made.sheets) + made.body
    assert "Udfoldet." in said and not [w for w in ("Skjult", "Se tallene") if w in said]
    styles = ("Heading1", "Heading2", "TOC1", "TOC2")
    counts = [made.body.count(f'w:val="{name}"') for name in styles]
    assert counts == [1, 2, 1, 1], "the contents list chapters and numbered points"


def test_signs_of_private_use_are_text_and_a_definition_is_one_in_a_quote_too(folder):
    signs, defined = "Tegn \ue0001\ue001 og \ue002 her.", "> Ord\n>\n> :   forklaret"
    made = make(folder, TABLE, signs, "Midt.", defined, "Slut.")
    said = "".join(made.sheets)
    places = [said.index(text) for text in ("A & B #1 $x$", "Tegn", "her.", "Midt.", "forklaret")]
    assert places == sorted(places) and said.count("Slut.") == 1
    assert 'w:val="Definition"' in made.body and ": forklaret" not in said


def test_numbers_run_through_the_document_markup_is_text_and_nothing_tells_time_or_path(made):
    text = "".join(made.sheets)
    assert "Figur 2: Job" in text and "Tabel 2: Afslutninger" in text
    assert "Se Figur 1, Tabel 1" in text and "Se Figur 2, Tabel 2" in text
    assert "A & B #1 $x$" in text and "<script>alert(1)</script>" in text
    days = re.findall(r"\d{4}-\d\d-\d\dT", made.part("docProps/core.xml"))
    assert set(days) == {"2020-04-30T"}
    with zipfile.ZipFile(made.docx) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}
    parts, here = read_parts(made.docx).values(), str(made.pdf.parent).encode()
    assert not any(here in part for part in [made.pdf.read_bytes(), *parts])


def test_the_word_document_has_headings_contents_header_rows_alt_texts_and_danish(made):
    body = made.body
    assert body.count('w:val="Heading1"') == 2
    assert (body.count("<w:tblHeader"), len(re.findall(r"<w:tr[ >]", body))) == (2, 4)
    assert re.findall(r'descr="Søjler: (.*?) job."', body) == ["64 og 129", "35 og 56"]
    assert "Figur\u00a02: Job" in body
    styles = made.part("word/styles.xml")
    said = ('w:val="da-DK"', 'w:val="1D4F76"', 'w:ascii="Verdana"')
    assert all(text in styles for text in said) and "{" not in styles
    assert body.count('<w:tblW w:type="pct" w:w="5000"') == body.count("<w:tbl>") == 2
    anchors = re.findall(r'<w:hyperlink w:anchor="([^"]+)"', body)
    marks = re.findall(r'<w:bookmarkStart[^>]*w:name="([^"]+)"', body)
    assert len(anchors) >= 4 and set(anchors) <= set(marks)


def test_faults_name_the_page_before_anything_is_written(pages, folder):
    write_notebook(pages[1], "Anden", "@fig-ukendt\n\n![x](figures/vaek.svg){fig-alt='x'}")
    with pytest.raises(PublishError) as caught:
        Made(folder, *pages)
    assert [fault.split(":")[0] for fault in caught.value.faults] == ["to.ipynb", "to.ipynb"]
    assert not (folder / "x.pdf").exists()


def find_sheet(made, text):
    (sheet,) = (said for said in made.sheets if text in said)
    return sheet


@pytest.mark.parametrize("fill", range(17, 34, 4))
def test_what_belongs_together_stands_on_one_page_of_the_pdf(folder, fill):
    sheet = find_sheet(make(folder, list_rows(8), NOTE, fill=fill), "Note x.")
    assert "række 7" in sheet and "Tabel 1" in sheet
    made = make(folder, list_rows(60), fill=fill)
    assert "række 0" in find_sheet(made, "Tabel 1: T")
    assert sum("Navn" in said for said in made.sheets) >= 2, "a long table repeats its heading"
    made = make(folder, "Sætningen over figuren.", FIGURE, fill=fill)
    assert "Job" in find_sheet(made, "Sætningen over")
    (tag,) = list_tags(made.pdf, "/Figure")
    (box,) = (part["/BBox"] for part in tag["/A"] if "/BBox" in part)
    assert round(float(box[2] - box[0])) == 465, "a chart is as wide as the text wherever it stands"


def test_the_words_of_a_wide_table_are_not_broken_in_the_pdf(tmp_path):
    words = ["Integrationsborgere", "aktivitetsparate", "kontanthjælpsmodtagere", "fritidsjobbere"]
    row = f"| {' '.join(words)} | {words[0]} i {words[2]} | {words[1]} og {words[3]} |"
    made = make(tmp_path, f"| A | B | C |\n|:--|:--|--:|\n{row}\n\n: Tabel {{#tbl-bred}}")
    assert [made.sheets[-1].count(word) for word in words] == [2, 2, 2, 2]


def test_in_word_a_key_figure_takes_two_lines_and_a_row_is_not_parted(tmp_path):
    tiles = TILES.replace("{.label}", "{.label}\n\n[A]{.note}\n\n[B]{.note}")
    table = "| A | B |\n|:--|--:|\n| x | 44,1\u00a0% (15 af 34) |\n\n: T {#tbl-t}\n\nTekst."
    body = make(tmp_path, tiles, table).body
    lines = re.findall(r"<w:p>(?:(?!</w:p>).)*KeyFigure(?:(?!</w:p>).)*</w:p>", body)
    assert [re.sub("<[^>]*>", "", line) for line in lines] == ["27,5\u00a0%i job", "A · B"]
    assert body.count("<w:cantSplit />") == len(re.findall(r"<w:tr[ >]", body)) == 2
    assert "44,1\u00a0%\u00a0(15\u00a0af\u00a034)" in body and 'w:val="AfterTable"' in body


def test_the_cover_says_whose_report_it_is_and_every_other_sheet_what_it_is_from(pages, folder):
    told = {"municipality": "Øby Kommune", "issued": "Maj 2020", "committees": "Udvalg A og B"}
    picture = folder / "figures/job.png"
    made = Made(
        folder, *pages, meta=replace(META, picture=picture, mark="Intern & fortrolig", **told)
    )
    (front, *sheets), word = made.sheets, unescape(re.sub("<[^>]*>", "", made.body))
    for text in (*told.values(), META.title, "Kontakt: enheden"):
        assert all("".join(text.split()) in "".join(said.split()) for said in (front, word)), text
    assert len(PdfReader(made.pdf).pages[0].images) == 1 and "Forsidebillede" in made.body
    assert not [text for text in ("Side", "Intern") if text in front] and "Øby" not in str(sheets)
    foot, count = f"{META.title} · Intern & fortrolig Side", len(sheets) + 1
    feet = [f"{foot} {number} af {count}" for number in range(2, count + 1)]
    assert [said.splitlines()[-1] for said in sheets] == feet
    footer = made.part("word/footer1.xml")
    assert "Intern &amp; fortrolig" in footer and "<w:titlePg" in made.body
    assert re.findall(r'w:instr="(\w+)"', footer) == ["PAGE", "NUMPAGES"]


def test_a_brief_is_one_sheet_without_front_or_contents_however_long(folder):
    made = make(folder, TABLE, NOTE, layout="brief")
    (told,), (_,) = made.sheets, make(folder, fill=50, layout="brief").sheets
    assert told.index("Tabel 1: Afslutninger") < told.index("Partner") < told.index("Note x.")
    body = made.body.partition("<w:body>")[2]
    assert not [word for word in ('w:val="Title"', "Indhold", "TOC", "titlePg") if word in body]
    assert body.index('w:val="Heading1"') < 200
    assert '<w:t xml:space="preserve">enheden</w:t>' in made.part("word/footer1.xml")
    assert "<dc:title>Side<" in made.part("docProps/core.xml")


# The Excel book and the CSV package

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
def downloads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hent")
    pages = [write_notebook(folder / "job.ipynb", "Job", PAGE)]
    told = [(f, "X" if f.figure.startswith("outcomes.x") else "") for f in FIGURES]
    tables = write_documents(pages, META, folder / "rapport")
    write_downloads(tables, told, META, folder, "rapport")
    return folder


def open_book(folder):
    return openpyxl.load_workbook(folder / "rapport.xlsx")


def list_links(sheet):
    return {cell.hyperlink.location for row in sheet for cell in row if cell.hyperlink}


def test_the_book_has_a_cover_a_sheet_for_each_table_and_one_of_figures_nothing_merged(downloads):
    book = open_book(downloads)
    assert (book.properties.title, book.properties.language) == (META.title, "da-DK")
    assert book.sheetnames == ["Forside", "Tabel 1", "Tabel 2", "Nøgletal"]
    assert list_links(book["Forside"]) == {"'Tabel 1'!A1", "'Tabel 2'!A1", "'Nøgletal'!A1"}
    assert all(list_links(sheet) == {"'Forside'!A1"} for sheet in book.worksheets[1:])
    for sheet in book.worksheets:
        assert len(sheet.tables) == 1 and not sheet.merged_cells.ranges
        (area,) = (table.ref for table in sheet.tables.values())
        texts = [cell.value for cell in sheet[area][0]]
        assert sheet.freeze_panes == f"A{sheet[area][0][0].row + 1}"
        assert all(texts) and len(set(texts)) == len(texts)


def test_a_table_has_its_title_note_and_page_and_what_is_written_as_a_number_is_one(downloads):
    sheet = open_book(downloads)["Tabel 1"]
    head = [sheet.cell(row, 1).value for row in (1, 2, 3)]
    assert head[0] == "Tabel 1: Job & løn" and head[1] == "Heraf i fleksjob."
    assert "”Job”" in str(head[2])
    rows = [[cell.value for cell in sheet[row]][1:] for row in (7, 8, 9)]
    assert rows == [[1234, 0.275, 2019], ["–", "5 af 10", 2018], ["00142", 96.8, "1.2"]]
    assert [cell.number_format for cell in sheet[7]][1:] == ["#,##0", "0.0%", "0"]


def test_the_downloads_hold_the_figures_given_and_say_whom_and_when_they_are_about(downloads):
    told = {row["figure"]: row for row in read_csv(downloads / "rapport-noegletal.csv")}
    header, *rows = open_book(downloads)["Nøgletal"].iter_rows(min_row=5, values_only=True)
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


def test_the_description_holds_for_the_files_it_names(downloads):
    described = json.loads((downloads / "datapackage.json").read_text(encoding="utf-8"))
    for resource in described["resources"]:
        content = (downloads / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        header = content.decode("utf-8").splitlines()[0].split(",")
        assert [field["name"] for field in resource["schema"]["fields"]] == header
        rows = read_csv(downloads / resource["path"])
        keys = [tuple(row[name] for name in resource["schema"]["primaryKey"]) for row in rows]
        assert len(set(keys)) == len(keys) > 0
