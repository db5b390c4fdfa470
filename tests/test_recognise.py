"""Which workbook, which sheet, which rows: tables found by their headings, faults by name."""

from openpyxl import Workbook
from openpyxl.chart import BarChart

import workbooks as wb

YEAR = "data/raw/2019"
JOBS = wb.as_cells("jobs", [wb.job(1), wb.job(2)])


def with_jobs(root, cells, sheet="Ark1"):
    wb.make_project(root, jobs=None)
    wb.write_book(root / YEAR / "jobs.xlsx", {sheet: cells})
    return wb.tidy(root)


def rename(kind, old, new):
    headings = [new if name == old else name for name in wb.HEADINGS[kind]]
    rows = [list(cells) for cells in wb.as_cells(kind, wb.default_rows(kind))[1:]]
    return [headings, *rows]


# What a table is


def test_neither_file_nor_sheet_names_tell_the_kind_and_a_workbook_may_hold_two(tmp_path):
    root = wb.make_project(tmp_path, jobs=None)
    sheets = {"x": JOBS, "Puljer": wb.as_cells("grants", [wb.grant()])}
    wb.write_book(root / YEAR / "virksomheder (3) kopi.XLSM", sheets)
    found = wb.tidy(root)
    assert wb.checks(found) == []
    assert (len(found.tables["jobs"]), len(found.tables["grants"])) == (2, 1)
    assert {*found.tables["jobs"].source_file} == {"virksomheder (3) kopi.XLSM"}


# Headings that drifted


def test_a_renamed_heading_is_told_with_nearest_place_and_the_line_to_add(tmp_path):
    found = with_jobs(tmp_path, rename("jobs", "Ansættelsesdato", "Ansættelsens dato"))
    assert [check for check, _ in wb.checks(found)].count("heading.unknown") == 0, "one error"
    missing = wb.errors(found)[0]
    assert (missing.check, missing.found) == ("heading.missing", "Ansættelsens dato")
    assert (missing.column, missing.expected) == ("started_on", "“Ansættelsesdato”")
    assert "“|Ansættelsens dato”" in missing.advice and "started_on" in missing.advice
    assert "data/raw/maps/jobs.csv" in missing.advice
    unlike = with_jobs(tmp_path / "b", rename("jobs", "Ansættelsesform", "Fiktiva Opdigtsen"))
    (missing,) = [p for p in wb.errors(unlike) if p.check.startswith("heading.")]
    assert "teksten i E1" in missing.advice and "Fiktiva" not in wb.texts(unlike)
    assert missing.edit == "Cellen i rækken 2018 bliver: Ansættelsesform|(teksten i cellen)"


def test_an_unknown_heading_is_an_error_with_the_map_to_edit_and_not_quoted(tmp_path):
    cells = [[*JOBS[0], "Fiktiva Opdigtsen", wb.cpr(1)], *JOBS[1:]]
    found = with_jobs(tmp_path, cells)
    unknown = [("heading.unknown", "M1"), ("heading.unknown", "N1")]
    assert wb.checks(found) == [*unknown, ("health.cpr", "N1")]
    assert "Fiktiva" not in wb.texts(found) and wb.cpr(1) not in wb.texts(found)
    advice = wb.errors(found)[0].advice
    assert "ignored" in advice and "personal" in advice and "data/raw/maps/jobs.csv" in advice


def test_two_spellings_of_one_heading_are_repeated_but_an_ignored_one_does_no_harm(tmp_path):
    root = wb.make_project(tmp_path)
    head, *rows = wb.as_cells("courses", [wb.course()])
    wb.write_book(root / YEAR / "courses.xlsx", {"Ark1": [[*head, "Afgangsårsag", "P-nr."], *rows]})
    (problem,) = wb.errors(wb.tidy(root))
    assert (problem.check, problem.cell) == ("heading.repeated", "W1")
    assert "“Afslutningsårsag” eller “Afgangsårsag”" in problem.message


# Files


def test_a_list_of_the_years_own_that_is_misnamed_is_told_by_its_name(tmp_path):
    (wb.make_project(tmp_path) / YEAR / "rettelse.csv").write_bytes(b"fil,ark\nx,y")
    (problem,) = wb.errors(wb.tidy(tmp_path))
    assert problem.check == "file.unrelated" and "ret navnet" in problem.advice
    assert "“rettelser.csv”" in problem.message


def test_a_folder_named_as_a_workbook_is_told_and_accounted_for(tmp_path):
    root = wb.make_project(tmp_path)
    (root / YEAR / "mappe.xlsx").mkdir()
    found = wb.tidy(root)
    assert [(p.check, p.file) for p in wb.errors(found)] == [("file.unreadable", "mappe.xlsx")]
    assert wb.accounts(found)["mappe.xlsx", ""] == (0, 0, 0, 0)


def test_what_is_no_export_is_passed_over_and_said_so(tmp_path):
    root = wb.make_project(tmp_path)
    names = ["~$jobs.xlsx", ".jobs.xlsx", "~$gammel.xls"]
    for name in (*names, "noter.txt"):
        (root / YEAR / name).write_bytes(b"lock")
    wb.write_book(root / YEAR / "arkiv" / "jobs.xlsx", {"Ark1": JOBS})
    found = wb.tidy(root)
    assert wb.checks(found) == [] and len(found.tables["jobs"]) == 1
    over = [(p.severity, p.file) for p in found.problems if p.check == "file.passed_over"]
    assert sorted(over) == sorted(("info", name) for name in names)


def test_an_unrelated_workbook_and_one_of_empty_sheets_and_a_chart_are_errors(tmp_path):
    root = wb.make_project(tmp_path)
    cells = [["Person", "Nr."], ["x", wb.cpr(1)]]
    wb.write_book(root / YEAR / "madplan.xlsx", {"Uge 1": cells})
    book = Workbook()
    book.create_chartsheet("Diagram").add_chart(BarChart())
    book.save(root / YEAR / "tom.xlsx")
    first, second = wb.errors(found := wb.tidy(root))
    assert (first.check, first.file) == ("file.unrelated", "madplan.xlsx") and first.advice
    assert second.file == "tom.xlsx" and wb.accounts(found)["tom.xlsx", "Sheet"] == (0, 0, 0, 0)
    assert wb.accounts(found)["tom.xlsx", "Diagram"] == (0, 0, 0, 0)


def test_an_export_needed_in_every_year_is_missed_by_name_and_the_others_are_no_error(tmp_path):
    found = wb.tidy(wb.make_project(tmp_path, **dict.fromkeys(wb.NEEDED)))
    assert [check for check, _ in wb.checks(found)] == ["export.missing"] * 4
    for kind in wb.NEEDED:
        (advice,) = [p.advice for p in wb.errors(found) if f"maps/{kind}.csv" in p.advice]
        (missing,) = [p for p in wb.errors(found) if p.advice == advice]
        assert wb.HEADINGS[kind][0] in missing.expected and "Timer pr. uge" not in advice
        assert f"mindst have “{wb.HEADINGS[kind][0]}”, " in advice
    absent = [p.message for p in found.problems if p.check == "export.absent"]
    assert len(absent) == 5 and any("netværksmøder" in message for message in absent)


def test_a_file_named_after_a_person_in_the_exports_is_an_error_and_hidden(tmp_path):
    root = wb.make_project(tmp_path, courses=[wb.course(Navn="Gorm Opdigtsen")])
    source = next(p for p in (root / "data/raw/2019").glob("*.xlsx") if "job" in p.name)
    source.rename(source.with_name("Gorm_Opdigtsen.xlsx"))
    found = wb.tidy(root)
    assert any(p.check == "file.personal_name" for p in wb.errors(found))
    assert "Opdigtsen" not in wb.texts(found) and not any(
        "Opdigtsen" in str(value) for account in found.accounts for value in account.values()
    )
