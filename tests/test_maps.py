"""Maps and code lists are data: what an analyst may edit, and each mistake in them by name."""

from datetime import date, timedelta

import pytest

import workbooks as wb
from socok_analysis.core.problems import DataError
from socok_analysis.run.build import prepare_year


def read_with(root, **cells):
    """Read the exports with other cells in the map of jobs."""
    wb.change_map(root, "jobs", **cells)
    return wb.tidy(root)


def change_code(root, name, label, **cells):
    rows = wb.read_map(root, f"codes/{name}")
    rows = [row | (cells if row["label"] == label else {}) for row in rows]
    wb.write_map(root, f"codes/{name}", rows)
    return [check for check, _ in wb.checks(wb.tidy(root))]


def rename_channel(new):
    """Return the cells of a job whose channel has another heading."""
    head, *rows = wb.as_cells("jobs", [wb.job()])
    return [[new if name == "Kanal" else name for name in head], *rows]


def test_a_row_holds_from_its_year_and_the_latest_wins(tmp_path):
    root = wb.make_project(tmp_path, jobs=rename_channel("Formidlet af"))
    (row,) = wb.read_map(root, "jobs")
    own = [{"valid_from": "2020", "channel": "Vej ind"}]
    own.append({"valid_from": "2019", "channel": "Formidlet af"})
    wb.write_map(root, "jobs", [*({**row, **cells} for cells in own), row])
    assert wb.checks(wb.tidy(root)) == []
    wb.write_settings(root, 2020)
    for kind in ("courses", "agreements", "enterprises"):
        wb.write_export(root, kind, wb.default_rows(kind), 2020)
    wb.write_export(root, "jobs", rename_channel("Vej ind"), 2020)
    assert wb.checks(wb.tidy(root, 2020)) == []
    wb.write_map(root, "jobs", [{**row, "valid_from": "2020"}])
    told = {check for check, _ in wb.checks(wb.tidy(root))}
    assert told == {"file.unrelated", "export.missing", "map.proposed"}


def test_a_heading_renamed_is_accepted_after_a_bar(tmp_path):
    root = wb.make_project(tmp_path, jobs=rename_channel("Formidlet af"))
    for cell in ("Kanal|Formidlet af", "Formidlet af|Kanal", " Formidlet af | "):
        assert wb.checks(read_with(root, channel=cell)) == []


def test_a_blank_cell_is_a_column_that_is_not_exported(tmp_path):
    cells = wb.drop_columns(wb.as_cells("jobs", [wb.job()]), "Slutdato")
    found = wb.read(tmp_path, jobs=cells)
    assert "heading.missing" in [check for check, _ in wb.checks(found)]
    found = read_with(tmp_path, ended_on="")
    assert wb.checks(found) == [] and found.tables["jobs"].ended_on.isna().all()


@pytest.mark.parametrize(("column", "cell"), [("ignored", "P-nr.|Nyt"), ("personal", "Nyt")])
def test_a_heading_that_is_not_wanted_is_left_out_and_need_not_be_there(tmp_path, column, cell):
    headings, row = wb.as_cells("jobs", [wb.job()])
    found = wb.read(tmp_path, jobs=[[*headings, "Nyt"], [*row, "Værdi"]])
    assert [check for check, _ in wb.checks(found)] == ["heading.unknown"]
    found = read_with(tmp_path, **{column: cell})
    assert wb.checks(found) == [] and "Værdi" not in found.tables["jobs"].to_csv()
    assert wb.checks(read_with(tmp_path, **{column: f"{cell}|Aldrig set"})) == []


def test_a_missing_map_is_an_error_and_every_sheet_is_still_accounted_for(tmp_path):
    root = wb.make_project(tmp_path)
    (root / "data/raw/maps/jobs.csv").unlink()
    with pytest.raises(DataError) as caught:
        prepare_year(root, 2019)
    (problem,) = [p for p in caught.value.problems if p.check == "maps"]
    assert (problem.severity, problem.cell) == ("error", "")
    assert (problem.file, problem.message) == ("maps/jobs.csv", "Filen mangler.")
    rows = wb.read_csv(root / "data/processed/2019/intake.csv")
    assert len(rows) >= 4
    assert all(row["rows_seen"] == row["rows_skipped"] != "0" for row in rows)
    assert "maps/jobs.csv" in (root / "data/processed/2019/problems.csv").read_text("utf-8")
    assert "Filen mangler." in (root / "data/processed/2019/udtraek.html").read_text("utf-8")


WEEK = {"CPR-nr.": wb.cpr(1), "Uge": "2019-W14", "Aftalte timer": 5, "Fraværsårsag": "Ferie"}
OLD = [wb.enterprise(), wb.enterprise("Sumak", **{"Aktiv fra": date(2016, 1, 1)})]
BENEFIT = {"courses": [wb.course(Ydelse="Revalidering")]}


@pytest.mark.parametrize(
    ("tables", "code", "day"),
    [
        ({}, "job_types Fleksjob", date(2019, 3, 1)),
        ({}, "exit_reasons Fleksjob", date(2019, 6, 28)),  # the end
        (BENEFIT, "benefits Revalidering", date(2019, 1, 7)),  # the start
        ({"attendance": [WEEK]}, "absence_reasons Ferie", date(2019, 4, 1)),  # the week's Monday
        ({"enterprises": OLD}, "enterprise_types Initiativ", date(2016, 1, 1)),
    ],
)
def test_a_code_is_held_against_the_day_it_was_used_and_both_its_days_count(
    tmp_path, tables, code, day
):
    root, found = wb.make_project(tmp_path, **tables), []
    before, after = day - timedelta(1), day + timedelta(1)
    for start, end in ((day, day), (after, ""), ("", before)):
        found.append(change_code(root, *code.split(), valid_from=str(start), valid_to=str(end)))
    assert found == [[], ["code.not_valid"], ["code.not_valid"]]


def test_each_label_of_a_code_has_its_own_days(tmp_path):
    root = wb.make_project(tmp_path, jobs=[wb.job(Ansættelsesform="Deltidsjob")])
    assert change_code(root, "job_types", "Deltid", valid_to="2018-12-31") == []
    change_code(root, "job_types", "Deltidsjob", valid_from="2020-01-01")
    told = wb.errors(wb.tidy(root))[0]
    assert "“Deltidsjob” gælder ikke" in told.message and "codes/job_types.csv" in told.advice
    told = change_code(root, "channels", "Jobcenter", valid_from="2020-01-01")
    assert told == ["code.not_valid"] * 2


def test_a_list_without_codes_and_a_register_without_aliases_refuse_what_is_not_there(tmp_path):
    root = wb.make_project(tmp_path, jobs=[wb.job(Virksomhed="Sumakk")])
    wb.change_map(root, "enterprises", aliases="=Den ene")
    path = root / "data/raw/maps/codes/job_types.csv"
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    assert {*wb.checks(wb.tidy(root))} >= {("cell.enterprise", "C2"), ("cell.code", "E2")}


def test_an_id_may_be_given_by_name_and_to_one_alone(tmp_path):
    root = wb.make_project(tmp_path)
    path = root / "data/raw/maps/enterprise_ids.csv"
    path.write_text("name,id\nsumak,kvindehuset\n", encoding="utf-8")
    tables = wb.tidy(root).tables
    assert list(tables["enterprises"].enterprise_id) == ["veteranhaven", "kvindehuset"]
    assert list(tables["jobs"].enterprise_id) == ["kvindehuset"]
    path.write_text("name,id\nSumak,haven\nVeteranHaven,haven\n", encoding="utf-8")
    assert wb.checks(wb.tidy(root)) == [("enterprise.repeated", "A3")]
    path.unlink()
    assert list(wb.tidy(root).tables["enterprises"].enterprise_id) == ["veteranhaven", "sumak"]


def test_success_is_defined_by_one_cell_or_from_a_year_by_a_column_and_the_rest_follows(tmp_path):
    root = wb.make_project(tmp_path, courses=[wb.course(Afslutningsårsag="Barsel")])
    for told, counts in (("nej", (0, 1)), ("ja", (1, 0))):
        change_code(root, "exit_reasons", "Barsel", success_wide=told)
        figures = wb.measure(root)
        wide, other = (figures[f"outcomes.veteranhaven.{n}"] for n in ("success_wide", "other"))
        assert (wide.numerator, other.numerator) == counts
    assert not any(p.check.startswith("relation") for p in prepare_year(root, 2019).problems)
    root = wb.make_project(tmp_path, courses=[wb.course(Afslutningsårsag="Løntilskud")])
    reasons = wb.read_map(root, "codes/exit_reasons")
    for row in reasons:
        row["success_2019"] = "nej" if row["code"] == "loentilskud" else row["success_wide"]
    wb.write_map(root, "codes/exit_reasons", reasons)
    rows = wb.read_map(root, "definitions")
    new = {**rows[0], "valid_from": "2019", "column": "success_2019"}
    wb.write_map(root, "definitions", [*rows, new])
    figures = wb.measure(root)
    assert figures["outcomes.veteranhaven.success_wide"].numerator == 0
    assert figures["outcomes.veteranhaven.other"].numerator == 1
