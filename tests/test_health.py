"""What each workbook gives reason to say beside its tables: named by place, never quoted."""

import pytest
import xlsxwriter

import workbooks as wb

ROWS = wb.as_cells("jobs", [wb.job(1), wb.job(2, **{"Timer pr. uge": 30}), wb.job(3)])
JOBS = "data/raw/2019/jobs.xlsx"


def look(root):
    """Return what the workbooks give reason to say beside their tables."""
    return [each for each in wb.tidy(root).problems if each.check.startswith("health.")]


def change(root, steps):
    """Write three jobs, do some steps to the sheet or add a part, and look at the workbook."""
    path = wb.make_project(root, jobs=ROWS) / JOBS
    if steps.startswith("part "):
        _, part, text = steps.split(" ", 2)
        wb.write_parts(path, wb.read_parts(path) | {part: text})
    else:
        wb.edit_sheet(path, steps)
    return look(root)


def tell(found):
    """Return each finding as "severity name/sheet/cell"."""
    told = ([p.check.removeprefix("health."), p.sheet, p.cell] for p in found)
    return [f"{p.severity} {'/'.join(filter(None, t))}" for p, t in zip(found, told, strict=True)]


NUMBER = "<a><b>Om 710180-1234</b></a>"
FOUND = f"""
    warning macros                | part xl/vbaProject.bin x
    warning macros                | part xl/macrosheets/sheet1.xml x
    warning external_links        | part xl/externalLinks/externalLink1.xml x
    warning connections           | part xl/connections.xml x
    warning embedded              | part xl/embeddings/oleObject1.bin x
    warning pivot_tables          | part xl/pivotCache/pivotCacheRecords1.xml x
    warning cpr_in_properties     | part docProps/custom.xml {NUMBER}
    warning cpr_in_charts         | part xl/charts/chart1.xml {NUMBER}
    warning cpr_in_drawings       | part xl/drawings/a.xml {NUMBER}
                                  | part docProps/custom.xml <a>2019-01-01T10:00:00Z</a>
                                  | part docProps/custom.xml <a b='710180-1234'/>
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
                                  | B2=610180-0002 ¦ 610180-0003 ; D2=1012345678
"""


@pytest.mark.parametrize("line", FOUND.split("\n")[1:-1])
def test_what_is_found_is_told_with_its_place_and_never_quoted(tmp_path, line):
    said, steps = (each.strip() for each in line.split("|"))
    found = change(tmp_path, steps)
    assert tell(found) == list(filter(None, said.split(" + ")))
    assert all(problem.advice and problem.file == "jobs.xlsx" for problem in found)
    for secret in ("610180", "710180", "Fiktiva", "Skrivelund"):
        assert secret not in str(found)


def test_a_filter_on_what_is_formatted_as_a_table_is_told(tmp_path):
    path = wb.make_project(tmp_path) / "data/raw/2019/tabel.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Ark1").add_table("A1:B3", {"data": [["x", 1], ["y", 2]]})
    assert look(tmp_path) == []
    old = '<autoFilter ref="A1:B3"/>'
    new = '<autoFilter ref="A1:B3"><filterColumn colId="0"/></autoFilter>'
    wb.change_part(path, "xl/tables/table1.xml", old, new)
    assert tell(look(tmp_path)) == ["warning filter/Ark1"]


def test_hidden_rows_are_read_and_counted_and_a_number_in_a_remark_is_warned_of(tmp_path):
    courses = [wb.course(Bemærkning=f"Se også {wb.cpr(9)}")]
    wb.make_project(tmp_path, courses=courses, jobs=ROWS)
    wb.edit_sheet(tmp_path / JOBS, "hide 3 4 900 ; filter A1:L4 00001")
    found = wb.tidy(tmp_path)
    assert wb.checks(found) == [] and len(found.tables["jobs"]) == 3
    assert wb.cpr(9) not in wb.texts(found)
    told = {p.check.removeprefix("health."): (p.cell, p.message) for p in found.problems}
    assert told["cpr_in_personal_column"][0] == "V2" and told["hidden_rows"][0] == "3"
    message = told["hidden_rows"][1]
    assert "2 af dem er i tabellen" in message and message.endswith("(2: 3, 4)")
