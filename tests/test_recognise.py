"""Which workbook, which sheet, which rows: tables found by their headings, faults by name."""

from openpyxl import Workbook
from openpyxl.chart import BarChart

import workbooks as wb

YEAR = "data/raw/2019"
JOBS = wb.as_cells("jobs", [wb.job(1), wb.job(2)])


def rename(old, new):
    """Return the cells of a job with another heading."""
    return [[new if name == old else name for name in JOBS[0]], JOBS[1]]


def test_neither_file_nor_sheet_names_tell_the_kind_and_a_workbook_may_hold_two(tmp_path):
    root = wb.make_project(tmp_path, jobs=None)
    sheets = {"x": JOBS, "Puljer": wb.as_cells("grants", [wb.grant()])}
    wb.write_book(root / YEAR / "virksomheder (3) kopi.XLSM", sheets)
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert (len(found.tables["jobs"]), len(found.tables["grants"])) == (2, 1)
    assert {*found.tables["jobs"].source_file} == {"virksomheder (3) kopi.XLSM"}


def test_a_renamed_heading_is_told_with_nearest_place_and_the_line_to_add(tmp_path):
    found = wb.read(tmp_path, jobs=rename("Ansættelsesdato", "Ansættelsens dato"))
    assert [check for check, _ in wb.checks(found)].count("heading.unknown") == 0, "one error"
    missing = wb.errors(found)[0]
    assert (missing.check, missing.found) == ("heading.missing", "Ansættelsens dato")
    assert (missing.column, missing.expected) == ("started_on", "“Ansættelsesdato”")
    assert "“|Ansættelsens dato”" in missing.advice and "started_on" in missing.advice
    assert "data/raw/maps/jobs.csv" in missing.advice
    unlike = wb.read(tmp_path, jobs=rename("Ansættelsesform", "Fiktiva Opdigtsen"))
    (missing,) = [p for p in wb.errors(unlike) if p.check.startswith("heading.")]
    assert "teksten i E1" in missing.advice and "Fiktiva" not in wb.texts(unlike)
    assert missing.edit == "Cellen i rækken 2018 bliver: Ansættelsesform|(teksten i cellen)"


def test_an_unknown_heading_is_an_error_with_the_map_to_edit_and_not_quoted(tmp_path):
    found = wb.read(tmp_path, jobs=[[*JOBS[0], "Fiktiva Opdigtsen", wb.cpr(1)], *JOBS[1:]])
    unknown = [("heading.unknown", "M1"), ("heading.unknown", "N1")]
    assert wb.checks(found) == [*unknown, ("health.cpr", "N1")]
    assert "Fiktiva" not in wb.texts(found) and wb.cpr(1) not in wb.texts(found)
    advice = wb.errors(found)[0].advice
    assert "ignored" in advice and "personal" in advice and "data/raw/maps/jobs.csv" in advice


def test_two_spellings_of_one_heading_are_repeated_but_an_ignored_one_does_no_harm(tmp_path):
    head, *rows = wb.as_cells("courses", [wb.course()])
    (problem,) = wb.errors(wb.read(tmp_path, courses=[[*head, "Afgangsårsag", "P-nr."], *rows]))
    assert (problem.check, problem.cell) == ("heading.repeated", "W1")
    assert "“Afslutningsårsag” eller “Afgangsårsag”" in problem.message


def test_a_list_of_the_years_own_that_is_misnamed_is_told_by_its_name(tmp_path):
    (wb.make_project(tmp_path) / YEAR / "rettelse.csv").write_bytes(b"fil,ark\nx,y")
    (problem,) = wb.errors(wb.tidy(tmp_path))
    assert problem.check == "file.unrelated" and "ret navnet" in problem.advice
    assert "“rettelser.csv”" in problem.message


def test_what_is_no_export_is_passed_over_and_said_so(tmp_path):
    root = wb.make_project(tmp_path)
    names = ["~$jobs.xlsx", ".jobs.xlsx", "~$gammel.xls", "måske et udtræk.txt"]
    for name in (*names, "noter.pdf"):
        (root / YEAR / name).write_bytes(b"lock")
    wb.write_book(root / YEAR / "arkiv" / "jobs.xlsx", {"Ark1": JOBS})
    found = wb.tidy(root)
    assert wb.checks(found) == [] and len(found.tables["jobs"]) == 1
    over = [(p.severity, p.file) for p in found.problems if p.check == "file.passed_over"]
    assert sorted(over) == sorted(("info", name) for name in names)


def test_what_is_named_as_a_workbook_and_has_no_table_is_told_and_accounted_for(tmp_path):
    folder = wb.make_project(tmp_path) / YEAR
    (folder / "mappe.xlsx").mkdir()
    wb.write_book(folder / "madplan.xlsx", {"Uge 1": [["Person", "Nr."], ["x", wb.cpr(1)]]})
    book = Workbook()
    book.create_chartsheet("Diagram").add_chart(BarChart())
    book.save(folder / "tom.xlsx")
    found = wb.tidy(tmp_path)
    told = {problem.file: problem for problem in wb.errors(found)}
    assert told["mappe.xlsx"].check == "file.unreadable"
    assert told["madplan.xlsx"].check == "file.unrelated" and told["madplan.xlsx"].advice
    assert len(wb.errors(found)) == len(told) == 3
    for place in (("mappe.xlsx", ""), ("tom.xlsx", "Sheet"), ("tom.xlsx", "Diagram")):
        assert wb.accounts(found)[place] == (0, 0, 0, 0)


def test_an_export_needed_in_every_year_is_missed_by_name_and_the_others_are_no_error(tmp_path):
    found = wb.read(tmp_path, **dict.fromkeys(wb.NEEDED))
    assert [check for check, _ in wb.checks(found)] == ["export.missing"] * 4
    for kind in wb.NEEDED:
        (missing,) = [p for p in wb.errors(found) if f"maps/{kind}.csv" in p.advice]
        first = wb.HEADINGS[kind][0]
        assert first in missing.expected and f"mindst have “{first}”, " in missing.advice
        assert "Timer pr. uge" not in missing.advice
    absent = [p.message for p in found.problems if p.check == "export.absent"]
    assert len(absent) == 5 and any("netværksmøder" in message for message in absent)


def test_a_file_named_after_a_person_in_the_exports_is_an_error_and_hidden(tmp_path):
    root = wb.make_project(tmp_path, courses=[wb.course(Navn="Gorm Opdigtsen")])
    (root / YEAR / "jobs.xlsx").rename(root / YEAR / "Gorm_Opdigtsen.xlsx")
    found = wb.tidy(root)
    assert any(p.check == "file.personal_name" for p in wb.errors(found))
    assert "Opdigtsen" not in wb.texts(found) and "Opdigtsen" not in str(found.accounts)
