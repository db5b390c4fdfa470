"""What each workbook gives reason to say beside its tables: named by place, never quoted."""

import csv
import zipfile

import pytest
import xlsxwriter
from openpyxl import load_workbook
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from socok_analysis.core.errors import DataError
from socok_analysis.run.build import prepare_year
from workbooks import (
    accounts,
    as_cells,
    checks,
    course,
    cpr,
    job,
    make_project,
    texts,
    tidy,
    write_book,
)

JOBS = "data/raw/2019/jobs.xlsx"
ROWS = [job(1), job(2, **{"Timer pr. uge": 30}), job(3)]


def change_jobs(root, change, rows=ROWS):
    """Write the jobs, change the workbook with openpyxl, and read the year."""
    make_project(root, jobs=rows)
    book = load_workbook(root / JOBS)
    change(book)
    book.save(root / JOBS)
    return tidy(root)


def add_part(root, name, text="x"):
    make_project(root)
    with zipfile.ZipFile(root / JOBS, "a") as package:
        package.writestr(name, text)
    return tidy(root)


def findings(found, severity=None):
    return {
        (each["finding"], each["sheet"], each["place"]): each["count"]
        for each in found.health
        if severity in (None, each["severity"])
    }


def test_sound_workbooks_give_no_reason_to_say_anything(tmp_path):
    assert findings(tidy(make_project(tmp_path))) == {}


@pytest.mark.parametrize(
    ("part", "finding"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "external_links"),
        ("xl/connections.xml", "connections"),
        ("xl/embeddings/oleObject1.bin", "embedded"),
        ("xl/pivotCache/pivotCacheRecords1.xml", "pivot_tables"),
    ],
)
def test_what_a_workbook_brings_along_is_warned_of(tmp_path, part, finding):
    found = add_part(tmp_path, part)
    assert findings(found, "warning") == {(finding, "", ""): 1} and checks(found) == []
    (problem,) = [p for p in found.problems if p.check == f"health.{finding}"]
    assert problem.file == "jobs.xlsx" and problem.advice


@pytest.mark.parametrize(
    ("part", "finding"),
    [
        ("docProps/custom.xml", "cpr_in_properties"),
        ("xl/charts/chart1.xml", "cpr_in_charts"),
        ("xl/drawings/drawing1.xml", "cpr_in_drawings"),
    ],
)
def test_a_personal_number_outside_the_sheets_is_warned_of_and_not_quoted(tmp_path, part, finding):
    found = add_part(tmp_path, part, "<a><b>Om 710180-1234</b></a>")
    assert findings(found, "warning") == {(finding, "", ""): 1}
    assert "710180" not in texts(found)


@pytest.mark.parametrize("text", ["<a>2019-01-01T10:00:00Z</a>", "<a b='710180-1234'/>"])
def test_days_and_marks_in_the_properties_are_no_personal_numbers(tmp_path, text):
    assert findings(add_part(tmp_path, "docProps/custom.xml", text)) == {}


def test_a_personal_number_in_a_defined_name_is_warned_of(tmp_path):
    def define(book):
        book.defined_names["person"] = DefinedName("person", attr_text='"710180-1234"')

    assert findings(change_jobs(tmp_path, define)) == {("cpr_in_names", "", ""): 1}


def test_a_personal_number_above_the_printed_page_is_warned_of(tmp_path):
    def write(book):
        book.active.oddHeader.center.text = "Sag 710180-1234"
        book.active.oddFooter.left.text = "Side &P"

    assert findings(change_jobs(tmp_path, write)) == {("cpr_in_margins", "Ark1", ""): 1}


def test_hidden_rows_are_read_and_said(tmp_path):
    def hide(book):
        book.active.row_dimensions[3].hidden = True
        book.active.row_dimensions[4].hidden = True
        book.active.row_dimensions[900].hidden = True

    found = change_jobs(tmp_path, hide)
    assert findings(found) == {("hidden_rows", "Ark1", "3, 4"): 2}
    assert checks(found) == [] and len(found.tables["jobs"]) == 3
    assert any("2 af dem er i tabellen" in p.message for p in found.problems)


def test_hidden_columns_that_hold_something_are_read_and_said(tmp_path):
    def hide(book):
        book.active.column_dimensions["H"].hidden = True
        book.active.column_dimensions["ZZ"].hidden = True

    found = change_jobs(tmp_path, hide)
    assert findings(found) == {("hidden_columns", "Ark1", "H"): 1} and checks(found) == []


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_without_a_table_is_said(tmp_path, state):
    def hide(book):
        book.create_sheet("Lister").append(["a", "b"])
        book["Lister"].sheet_state = state

    found = change_jobs(tmp_path, hide)
    assert findings(found) == {("hidden_sheet", "Lister", ""): 1} and checks(found) == []


def test_a_filter_that_is_set_is_said_and_hides_nothing(tmp_path):
    def filter_rows(book):
        book.active.auto_filter.ref = "A1:L4"
        book.active.auto_filter.add_filter_column(0, ["00001"])
        book.active.row_dimensions[3].hidden = True

    found = change_jobs(tmp_path, filter_rows)
    assert findings(found).keys() == {("filter", "Ark1", ""), ("hidden_rows", "Ark1", "3")}
    assert len(found.tables["jobs"]) == 3


def test_filter_buttons_without_a_filter_are_nothing_to_say(tmp_path):
    def add_buttons(book):
        book.active.auto_filter.ref = "A1:L4"

    assert findings(change_jobs(tmp_path, add_buttons)) == {}


def test_comments_are_counted_and_not_quoted(tmp_path):
    def comment(book):
        for place in ("A2", "B3"):
            book.active[place].comment = Comment("Fiktiva Opdigtsen ringede", "Prøve Skrivelund")

    found = change_jobs(tmp_path, comment)
    assert findings(found) == {("comments", "Ark1", ""): 2} and checks(found) == []
    assert "Fiktiva" not in texts(found) and "Skrivelund" not in texts(found)


def test_merged_cells_among_the_rows_are_an_error(tmp_path):
    def merge(book):
        book.active.merge_cells("J2:J4")

    found = change_jobs(tmp_path, merge)
    assert ("health.merged_cells", "J2") in checks(found)


def test_a_merged_title_and_merged_notes_are_nothing_to_say(tmp_path):
    def merge(book):
        book.active.insert_rows(1)
        book.active["A1"] = "Ansættelser"
        book.active.merge_cells("A1:L1")
        book.active["A8"] = "Kilde: jobcentret"
        book.active.merge_cells("A8:L9")

    assert findings(change_jobs(tmp_path, merge)) == {}


@pytest.mark.parametrize(("result", "said"), [(0, [("cell.number", "H2")]), (12, [])])
def test_a_zero_that_a_program_wrote_for_a_formula_is_no_result(tmp_path, result, said):
    root = make_project(tmp_path)
    book = xlsxwriter.Workbook(str(root / "data/raw/2019/jobs.xlsx"))
    sheet = book.add_worksheet("Ark1")
    for row, cells in enumerate(as_cells("jobs", [job(1, Ansættelsesdato="1-4-2019")])):
        sheet.write_row(row, 0, ["" if value is None else value for value in cells])
    sheet.write_formula("H2", "=6+6", None, result)
    book.close()
    assert checks(tidy(root)) == said


def test_formulas_never_calculated_are_counted_wherever_they_stand(tmp_path):
    def add(book):
        book.create_sheet("Regneark").append(["=1+1", "=2+2", "x"])

    found = change_jobs(tmp_path, add)
    assert findings(found) == {("uncalculated", "Regneark", "A1, B1"): 2} and checks(found) == []


def test_error_cells_outside_the_table_are_mentioned(tmp_path):
    def add(book):
        book.create_sheet("Regneark").append(["#N/A", "x"])

    found = change_jobs(tmp_path, add)
    assert findings(found, "info") == {("error_cells", "Regneark", "A1"): 1}


# Personal numbers in the wrong place


def test_a_personal_number_on_another_sheet_is_an_error_that_names_the_place(tmp_path):
    def add(book):
        book.create_sheet("Noter").append(["Husk", f"ring til {cpr(7)} i morgen"])

    found = change_jobs(tmp_path, add)
    assert checks(found) == [("health.cpr", "B1")]
    assert cpr(7) not in texts(found) and "0007" not in texts(found) + str(found.health)


def test_numbers_in_a_workbook_without_known_headings_are_not_said_to_be_misplaced(tmp_path):
    root = make_project(tmp_path)
    write_book(root / "data/raw/2019/andet.xlsx", {"Ark1": [["Person", "Nr."], ["x", cpr(1)]]})
    assert checks(tidy(root)) == [("file.unrelated", "")]


@pytest.mark.parametrize("row", [1, 8])
def test_a_personal_number_in_a_title_or_note_is_an_error(tmp_path, row):
    def add(book):
        book.active.insert_rows(1, 2)
        book.active.cell(row, 1).value = f"Vedrører {cpr(7)}"

    found = change_jobs(tmp_path, add)
    assert f"A{row}" in {cell for _, cell in checks(found)} and cpr(7) not in texts(found)


def test_a_personal_number_in_a_column_that_is_not_used_is_an_error(tmp_path):
    rows = [job(1), job(2, **{"P-nr.": cpr(3)})]
    found = tidy(make_project(tmp_path, jobs=rows))
    severity = {p.severity for p in found.problems if p.check.startswith("health.cpr")}
    assert severity and cpr(3) not in texts(found)


def test_a_personal_number_in_a_remark_is_warned_of(tmp_path):
    found = tidy(make_project(tmp_path, courses=[course(Bemærkning=f"Se også {cpr(9)}")]))
    assert checks(found) == []
    assert findings(found, "warning") == {("cpr_in_personal_column", "Ark1", "V2"): 1}


def test_the_column_for_personal_numbers_is_no_wrong_place(tmp_path):
    rows = [job(n, **{"CPR-nr.": cpr(n)}) for n in range(1, 5)]
    assert findings(tidy(make_project(tmp_path, jobs=rows))) == {}


def test_p_numbers_of_ten_digits_are_no_personal_numbers(tmp_path):
    rows = [job(1, **{"P-nr.": 1012345678}), job(2, **{"P-nr.": "1012345678"})]
    assert findings(tidy(make_project(tmp_path, jobs=rows))) == {}


def test_ten_digits_outside_the_table_may_be_a_personal_number(tmp_path):
    def add(book):
        book.create_sheet("Noter").append(["Nummer", 6101801234, "6101801234", "9999999999"])

    found = change_jobs(tmp_path, add)
    assert findings(found, "warning") == {("cpr_maybe", "Noter", "B1, C1"): 2}
    assert checks(found) == []


# Sheets without rows, files without sheets


def test_a_chart_sheet_stands_in_the_account_with_no_rows(tmp_path):
    def add(book):
        book.create_chartsheet("Diagram").add_chart(BarChart())

    found = change_jobs(tmp_path, add)
    assert accounts(found)["jobs.xlsx", "Diagram"] == (0, 0, 0, 0)
    assert findings(found) == {("chartsheet", "Diagram", ""): 1} and checks(found) == []


def test_an_empty_workbook_is_accounted_for(tmp_path):
    root = make_project(tmp_path)
    xlsxwriter.Workbook(str(root / "data/raw/2019/tom.xlsx")).close()
    found = tidy(root)
    assert accounts(found)["tom.xlsx", "Sheet1"] == (0, 0, 0, 0)
    assert ("file.unrelated", "") in checks(found)


def test_a_refused_workbook_stands_in_the_health_with_what_to_do(tmp_path):
    root = make_project(tmp_path)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99)
    (root / "data/raw/2019/gammel.xlsx").write_bytes(ole)
    found = tidy(root)
    (finding,) = found.health
    assert (finding["finding"], finding["severity"]) == ("refused", "error")
    assert "uden adgangskode" in finding["advice"]
    assert checks(found) == [("file.unreadable", "")]


def test_the_health_is_written_whatever_the_exit_code(tmp_path):
    root = make_project(tmp_path, jobs=None)
    sheets = {"Ark1": as_cells("jobs", [job(Kanal="Radio")]), "=A": [["x", cpr(1)]]}
    write_book(root / "data/raw/2019/=farlig.xlsx", sheets)
    with pytest.raises(DataError):
        prepare_year(root, 2019)
    text = (root / "data/processed/2019/health.csv").read_text(encoding="utf-8")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["file"], row["finding"], row["place"]) == ("'=farlig.xlsx", "cpr", "B1")
    assert cpr(1) not in text


def test_a_sheet_named_after_a_person_is_hidden_in_the_health_too(tmp_path):
    root = make_project(tmp_path, courses=[course(Navn="Zebrine Kvaksalver")])
    sheets = {"Ark1": as_cells("jobs", [job(1)]), "Zebrine Kvaksalver": [["a", "=1+1"]]}
    write_book(root / JOBS, sheets)
    found = tidy(root)
    assert found.health and "Zebrine" not in str(found.health)
