"""What each workbook gives reason to say beside its tables: named by place, never quoted."""

import zipfile

import pytest
import xlsxwriter
from openpyxl import Workbook

import workbooks as wb
from socok_analysis.workbook.health import Area, inspect_package, inspect_sheet
from socok_analysis.workbook.read import read_file
from steps import take_steps

JOBS = "data/raw/2019/jobs.xlsx"
ROWS = wb.as_cells("jobs", [wb.job(1), wb.job(2, **{"Timer pr. uge": 30}), wb.job(3)])
READ, REMARK = range(1, 13), 13


def look(path):
    """Return what a workbook of three jobs gives reason to say."""
    found = inspect_package(path, "jobs.xlsx")
    for sheet in read_file(path, "jobs.xlsx"):
        top = next((row for row in (1, 2, 3) if sheet.row(row).get(1) == "Løbenr."), None)
        area = Area(range(top + 1, top + 4), READ, [REMARK]) if top else Area()
        found += inspect_sheet(sheet, area)
    return found


def change(tmp_path, steps):
    """Write three jobs, do some steps to the sheet, and look at the workbook."""
    return look(write_jobs(tmp_path / "jobs.xlsx", steps))


def write_jobs(path, steps):
    book = Workbook()
    book.active.title = "Ark1"
    for row in ROWS:
        book.active.append(row)
    take_steps(steps)(book.active)
    book.save(path)
    return path


def add_part(tmp_path, name, text):
    path = wb.write_book(tmp_path / "jobs.xlsx", {"Ark1": ROWS})
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(name, text)
    return look(path)


def tell(found):
    """Return each finding as "severity name/sheet/cell"."""
    start = "health."
    return [
        f"{p.severity} {p.check.removeprefix(start)}/{p.sheet}/{p.cell}".rstrip("/") for p in found
    ]


# What a package brings along

NUMBER = "<a><b>Om 710180-1234</b></a>"
BROUGHT = f"""
    xl/vbaProject.bin                    | macros            | x
    xl/macrosheets/sheet1.xml            | macros            | x
    xl/externalLinks/externalLink1.xml   | external_links    | x
    xl/connections.xml                   | connections       | x
    xl/embeddings/oleObject1.bin         | embedded          | x
    xl/pivotCache/pivotCacheRecords1.xml | pivot_tables      | x
    docProps/custom.xml                  | cpr_in_properties | {NUMBER}
    xl/charts/chart1.xml                 | cpr_in_charts     | {NUMBER}
    xl/drawings/a.xml                    | cpr_in_drawings   | {NUMBER}
    docProps/custom.xml                  |                   | <a>2019-01-01T10:00:00Z</a>
    docProps/custom.xml                  |                   | <a b='710180-1234'/>
"""


@pytest.mark.parametrize("line", BROUGHT.split("\n")[1:-1])
def test_what_a_workbook_brings_along_is_warned_of_and_not_quoted(tmp_path, line):
    part, finding, text = (each.strip() for each in line.split("|"))
    found = add_part(tmp_path, part, text)
    assert tell(found) == ([f"warning {finding}"] if finding else [])
    assert all(p.file == "jobs.xlsx" and p.advice for p in found) and "710180" not in str(found)


# What stands around the cells, and what is wrong with them


FOUND = """
                                  |
    warning cpr_in_names          | named "710180-1234"
    warning cpr_in_margins/Ark1   | header Sag 710180-1234 ; footer Side &P
    warning hidden_rows/Ark1/3    | hide 3 4 900
    warning hidden_columns/Ark1/H | hide H ZZ
    warning filter/Ark1           | filter A1:L4 00001
                                  | filter A1:L4
    warning comments/Ark1         | comment A2 Fiktiva Opdigtsen ringede ; comment B3 ja
    warning comments/Ark1 + warning cpr_in_comments/Ark1/C2 | comment C2 se 610180-0004
    warning struck_rows/Ark1/3    | strike A1 C3 D3 B4
    error merged_cells/Ark1/J2    | merge J2:J4
                                  | row 1 ; A1=Titel ; merge A1:L1 ; A8=Kilde ; merge A8:L9
    error cpr/Noter/B1            | sheet Noter / Husk / ring til 610180-0007 i morgen
    error cpr/Ark1/A1             | row 1 2 ; A1=Om 610180-0007 ; A8=Undtagen 610180-0008
    warning cpr_maybe/Noter/B1    | sheet Noter / Nr. / 6101801234 / "6101801234" / 9999999999
    error cpr/Ark1/N3             | N3=610180-0003
    warning cpr_in_personal_column/Ark1/M2 | M2=Se også 610180-0009
                                  | B2=610180-0002 ¦ 610180-0003 ; D2=1012345678
"""


@pytest.mark.parametrize("line", FOUND.split("\n")[1:-1])
def test_what_is_found_is_told_with_its_place_and_never_quoted(tmp_path, line):
    said, steps = (each.strip() for each in line.split("|"))
    found = change(tmp_path, steps)
    assert tell(found) == list(filter(None, said.split(" + ")))
    assert all(problem.advice for problem in found)
    for secret in ("610180", "710180", "Fiktiva", "Skrivelund"):
        assert secret not in str(found)


def test_hidden_rows_are_told_with_how_many_of_them_are_in_the_table(tmp_path):
    (problem,) = change(tmp_path, "hide 3 4 900")
    assert "2 af dem er i tabellen" in problem.message and problem.message.endswith("(2: 3, 4)")
    assert problem.cell == "3"


def test_a_filter_on_what_is_formatted_as_a_table_is_told(tmp_path):
    path = tmp_path / "jobs.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Ark1").add_table("A1:B3", {"data": [["x", 1], ["y", 2]]})
    assert tell(look(path)) == []
    old = '<autoFilter ref="A1:B3"/>'
    new = '<autoFilter ref="A1:B3"><filterColumn colId="0"/></autoFilter>'
    wb.change_part(path, "xl/tables/table1.xml", old, new)
    assert tell(look(path)) == ["warning filter/Ark1"]


# Through the whole intake


def test_what_hides_rows_hides_none_of_them_and_a_number_in_a_remark_is_warned_of(tmp_path):
    wb.make_project(tmp_path, courses=[wb.course(Bemærkning=f"Se også {wb.cpr(9)}")])
    write_jobs(tmp_path / JOBS, "hide 3 4 900 ; filter A1:L4 00001")
    found = wb.tidy(tmp_path)
    assert (
        wb.checks(found) == []
        and len(found.tables["jobs"]) == 3
        and wb.cpr(9) not in wb.texts(found)
    )
    told = [(p.check, p.cell) for p in found.problems if p.file == "courses.xlsx"]
    assert told == [("health.cpr_in_personal_column", "V2")]
