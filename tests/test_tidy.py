"""From exports to tidy tables: types, origin, persons, what must stay out, and the account."""

import csv
from datetime import date

import pandas as pd
import pytest
from openpyxl import Workbook

from socok_analysis.core.errors import DataError, MissingError
from socok_analysis.core.problems import defuse_formula
from socok_analysis.intake.tables import read_table
from socok_analysis.run.build import prepare_year
from workbooks import (
    accounts,
    agreement,
    as_cells,
    checks,
    course,
    cpr,
    enterprise,
    errors,
    grant,
    job,
    make_project,
    place,
    running,
    texts,
    tidy,
    write_book,
)

YEAR = "data/raw/2019"
JOBS = as_cells("jobs", [job(1), job(2)])
ORIGIN = ["source_file", "source_sheet", "source_row"]


# Tables


def test_the_tables_are_those_of_the_exports_and_courses_give_exits_too(tmp_path):
    found = tidy(make_project(tmp_path, grants=[grant()]))
    assert set(found.tables) == {"courses", "exits", "jobs", "agreements", "enterprises", "grants"}


def test_every_row_of_every_table_carries_its_origin(tmp_path):
    root = make_project(tmp_path, jobs=None)
    write_book(root / YEAR / "Job i år.xlsx", {"Ansatte": [["Titel"], [], *JOBS]})
    found = tidy(root)
    assert all(table[ORIGIN].notna().all().all() for table in found.tables.values())
    origin = found.tables["jobs"][ORIGIN].iloc[1]
    assert list(origin) == ["Job i år.xlsx", "Ansatte", 5]


def test_values_have_the_types_of_their_columns(tmp_path):
    rows = [course(Veteran="ja", **{"Timer pr. uge": "7,5"})]
    courses = tidy(make_project(tmp_path, courses=rows)).tables["courses"]
    assert courses.started_on[0] == date(2019, 1, 7) and courses.hours_per_week[0] == 7.5
    assert isinstance(courses.is_veteran.dtype, pd.BooleanDtype) and courses.is_veteran[0]
    assert courses.needs_interpreter.isna()[0] and courses.target_group.isna()[0]


def test_tables_read_back_as_they_were_written(tmp_path):
    root = make_project(tmp_path, courses=[course(), running(**{"CPR-nr.": cpr(2)})])
    prepare_year(root, 2019)
    stored = read_table(root / "data" / "processed" / "2019" / "courses.parquet")
    pd.testing.assert_frame_equal(stored, tidy(root).tables["courses"])


def test_the_date_of_a_plan_is_kept_beside_its_yes(tmp_path):
    rows = [course(**{"Plan udarbejdet": "3/4-2019", "Slutevaluering modtaget": "nej"})]
    row = tidy(make_project(tmp_path, courses=rows)).tables["courses"].iloc[0]
    assert bool(row.has_plan) and row.plan_made_on == date(2019, 4, 3)
    assert not row.has_final_evaluation and pd.isna(row.final_evaluation_on)


# Persons


def test_a_person_is_the_same_key_in_every_export_and_spelling(tmp_path):
    root = make_project(
        tmp_path,
        courses=[course(**{"CPR-nr.": "610180-0001"})],
        jobs=[job(**{"CPR-nr.": 6101800001})],
    )
    tables = tidy(root).tables
    assert tables["courses"].person_key[0] == tables["jobs"].person_key[0]


def test_the_key_of_a_person_depends_on_the_projects_key(tmp_path):
    keys = [tidy(make_project(tmp_path / n)).tables["courses"].person_key[0] for n in "ab"]
    assert keys[0] != keys[1] and all(len(key) == 16 for key in keys)


def test_the_key_is_made_once_and_kept_outside_the_data(tmp_path):
    root = make_project(tmp_path)
    first = tidy(root).tables["courses"].person_key[0]
    assert tidy(root).tables["courses"].person_key[0] == first
    assert (root / ".socok" / "person.key").is_file()


def test_the_key_may_lie_in_another_place(tmp_path, monkeypatch):
    monkeypatch.setenv("SOCOK_KEY_FILE", str(tmp_path / "elsewhere" / "key"))
    tidy(make_project(tmp_path / "project"))
    assert (tmp_path / "elsewhere" / "key").is_file()
    assert not (tmp_path / "project" / ".socok").exists()


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 8])
def test_a_key_that_is_no_key_is_refused_rather_than_replaced(tmp_path, monkeypatch, content):
    (tmp_path / "key").write_text(content, encoding="ascii")
    monkeypatch.setenv("SOCOK_KEY_FILE", str(tmp_path / "key"))
    with pytest.raises(MissingError, match="Nøglen"):
        tidy(make_project(tmp_path / "project"))
    assert (tmp_path / "key").read_text(encoding="ascii") == content


def test_an_unknown_person_has_no_key(tmp_path):
    found = tidy(make_project(tmp_path, courses=[course(**{"CPR-nr.": "0000000000"})]))
    assert checks(found) == [] and found.tables["courses"].person_key.isna().all()


def test_two_unknown_persons_are_two_persons(tmp_path):
    rows = [running(**{"CPR-nr.": "000000-0000"}), running(**{"CPR-nr.": "0000000000"})]
    found = tidy(make_project(tmp_path, courses=rows))
    assert checks(found) == [] and found.tables["courses"].course_id.nunique() == 2


# Personal values


def with_jobs(root, cells, sheet="Ark1"):
    make_project(root, jobs=None)
    write_book(root / YEAR / "jobs.xlsx", {sheet: cells})
    return tidy(root)


def write_file(root, name, content):
    (root / YEAR / name).write_bytes(content)
    return tidy(root)


def test_a_personal_number_in_a_file_name_is_named_and_hidden(tmp_path):
    root = make_project(tmp_path, jobs=None)
    write_book(root / YEAR / f"job {cpr(7)}.xlsx", {"Ark1": JOBS})
    found = tidy(root)
    assert [check for check, _ in checks(found)] == ["file.personal_name"]
    assert "0007" not in texts(found) and "0007" not in str(found.accounts)
    assert not found.tables["jobs"].source_file.str.contains("0007").any()


def test_a_personal_number_in_the_name_of_a_refused_file_is_hidden(tmp_path):
    found = write_file(make_project(tmp_path), f"{cpr(7)}.xlsx", b"no workbook")
    assert "0007" not in texts(found) and "0007" not in str(found.accounts)


@pytest.mark.parametrize("number", ["610180-0007", "6101800007", "610180 0007", "610180 - 0007"])
def test_a_personal_number_in_a_sheet_name_is_named_and_hidden(tmp_path, number):
    found = with_jobs(tmp_path, JOBS, sheet=number)
    assert [check for check, _ in checks(found)] == ["sheet.personal_name"]
    assert "0007" not in texts(found) and "0007" not in str(found.accounts)
    assert not found.tables["jobs"].source_sheet.str.contains("0007").any()


@pytest.mark.parametrize("number", ["610180-0007", "CPR 6101800007", 6101800007, "610180 - 0007"])
@pytest.mark.parametrize(
    "heading", ["Målgruppe", "Virksomhed", "Ydelse", "Startdato", "Timer pr. uge", "Veteran"]
)
def test_a_personal_number_in_another_column_is_named_and_not_quoted(tmp_path, heading, number):
    found = tidy(make_project(tmp_path, courses=[course(**{heading: number})]))
    (problem,) = errors(found)
    assert problem.cell == place("courses", heading, 2) and "CPR-nummer" in problem.message
    assert "0007" not in texts(found) and accounts(found)["courses.xlsx", "Ark1"][2] == 1


def test_a_personal_number_as_an_amount_is_named_and_not_quoted(tmp_path):
    found = tidy(make_project(tmp_path, grants=[grant(Beløb=6101800007)]))
    assert checks(found) == [("cell.number", place("grants", "Beløb", 2))]
    assert "6101800007" not in texts(found)


def test_a_wrong_personal_number_is_not_quoted(tmp_path):
    found = tidy(make_project(tmp_path, courses=[course(**{"CPR-nr.": "610180-007"})]))
    assert checks(found) == [("cell.person", "A2")] and "007" not in texts(found)


@pytest.mark.parametrize("heading", ["Virksomhed", "Ydelse", "Slutdato", "Timer pr. uge", "Tolk"])
@pytest.mark.parametrize("name", ["Fiktiva Opdigtsen", "En Fremmed", "Bo"])
def test_a_name_typed_into_the_wrong_column_is_not_quoted(tmp_path, heading, name):
    found = tidy(make_project(tmp_path, courses=[course(**{heading: name})]))
    assert [cell for _, cell in checks(found)] == [place("courses", heading, 2)]
    assert name not in texts(found)


@pytest.mark.parametrize("text", ["Fiktiva Opdigtsen", "Ring til fiktiva  opdigtsen", "Kom med NN"])
def test_a_personal_text_in_a_column_of_free_text_is_an_error(tmp_path, text):
    rows = [course(Målgruppe=text, Bemærkning="Kom med NN")]
    found = tidy(make_project(tmp_path, courses=rows))
    assert checks(found) == [("cell.text", place("courses", "Målgruppe", 2))]
    assert text not in texts(found)


def test_an_ordinary_word_that_is_also_in_a_name_may_stand_in_free_text(tmp_path):
    rows = [course(Navn="Unge Opdigtsen", Målgruppe="Unge")]
    assert checks(tidy(make_project(tmp_path, courses=rows))) == []


def test_nothing_personal_is_in_any_generated_file(tmp_path):
    personal = {
        "CPR-nr.": "610180-7777",
        "Navn": "Zebrine Kvaksalver",
        "Sagsbehandler": "Ottokar Zinober",
        "Bemærkning": "Zylinderhat i omstillingen af hvad der ellers var",
        "CVR-nr.": "87654321",
    }
    speaker = {
        "Dato": date(2019, 5, 1),
        "Status (afholdt/aflyst)": "Afholdt",
        "Oplægsholder": "Xantippe Qvist",
    }
    root = make_project(
        tmp_path,
        courses=[running(**personal)],
        meetings=[speaker],
        jobs=[job(**{"CPR-nr.": "610180-7777"})],
        waiting_list=[
            {"CPR-nr.": "610180-7777", "Aftale-id": "A-1", "Skrevet op": date(2019, 1, 1)}
        ],
    )
    prepare_year(root, 2019)
    files = [path for path in (root / "data" / "processed").rglob("*") if path.is_file()]
    content = b"\n".join(path.read_bytes() for path in files)
    tables = {p.name: read_text(p) for p in files if p.suffix == ".parquet"}
    words = "Zebrine Kvaksalver Ottokar Zinober Zylinderhat Xantippe Qvist 610180-7777 6101807777"
    assert len(files) > 10 and "veteranhaven" in tables["courses.parquet"]
    for word in words.split():
        assert word.encode() not in content and word.casefold() not in "".join(tables.values())


def read_text(path):
    """Return a table's text without the keys, whose digits are as they may be."""
    table = read_table(path)
    return table.drop(columns="person_key", errors="ignore").to_csv().casefold()


def test_nothing_personal_is_in_what_is_written_after_faults(tmp_path):
    rows = [
        course(
            **{
                "CPR-nr.": "610180-777",
                "Navn": "Zebrine Kvaksalver",
                "Slutdato": "Zebrine",
                "Målgruppe": "610180-7777",
            }
        )
    ]
    root = make_project(tmp_path, courses=rows)
    with pytest.raises(DataError) as caught:
        prepare_year(root, 2019)
    files = [path for path in (root / "data" / "processed").rglob("*") if path.is_file()]
    content = "".join(path.read_text(encoding="utf-8") for path in files)
    assert len(caught.value.problems) > 3 and {p.name for p in files} == {
        "problems.csv",
        "health.csv",
        "intake.csv",
        "udtraek.html",
    }
    for word in ("Zebrine", "Kvaksalver", "610180"):
        assert word not in content and word not in str(caught.value.problems)


# The account


def test_every_sheet_is_accounted_for(tmp_path):
    root = make_project(tmp_path)
    data = [["Titel"], *JOBS, ["I alt", 2]]
    sheets = {"Læs mig": [["Om", "filen"], [], ["slut"]], "Tom": [], "Data": data}
    write_book(root / YEAR / "jobs.xlsx", sheets)
    found = accounts(tidy(root))
    assert found["jobs.xlsx", "Læs mig"] == (3, 0, 0, 3)
    assert found["jobs.xlsx", "Tom"] == (0, 0, 0, 0)
    assert found["jobs.xlsx", "Data"] == (5, 2, 0, 3)
    assert len(found) == 6


def test_a_row_with_a_fault_is_quarantined_whole_and_counted_once(tmp_path):
    rows = [course(Startdato="?", Veteran="?"), course(**{"CPR-nr.": cpr(2)})]
    found = tidy(make_project(tmp_path, courses=rows))
    assert len(checks(found)) == 2 and accounts(found)["courses.xlsx", "Ark1"] == (3, 1, 1, 1)
    assert list(found.tables["courses"].source_row) == [3]


def test_a_row_that_breaks_a_rule_is_quarantined(tmp_path):
    rows = [course(Slutdato=date(2018, 1, 1)), course(**{"CPR-nr.": cpr(2)})]
    found = tidy(make_project(tmp_path, courses=rows))
    assert accounts(found)["courses.xlsx", "Ark1"] == (3, 1, 1, 1)


def build_all_faults(root):
    make_project(
        root,
        courses=[course(), course(Startdato="medio 2019"), course(Slutdato=None)],
        jobs=[job(1), job(1), job(2, Kanal="Radio")],
        agreements=[agreement(), agreement()],
        enterprises=[enterprise(), enterprise("Sumak"), enterprise("Sumak", Type="?")],
        grants=[grant(Beløb="<5"), {"Modtager": "I alt", "Giver": 9}, {"Modtager": "Note"}],
    )
    write_book(root / YEAR / "flere job.xlsx", {"A": JOBS, "B": [["x"], [], ["y", "z"]]})
    (root / YEAR / "andet.xlsx").write_bytes(b"no workbook")
    hidden = Workbook()
    hidden.active.append(["Hemmeligt", "ark"])
    hidden.save(root / YEAR / "skjult.xlsx")
    return root


def test_seen_is_kept_and_quarantined_and_skipped_on_every_sheet_also_with_faults(tmp_path):
    found = tidy(build_all_faults(tmp_path))
    assert len(checks(found)) > 8 and len(found.accounts) == 9
    for seen, kept, quarantined, skipped in accounts(found).values():
        assert seen == kept + quarantined + skipped
        assert min(seen, kept, quarantined, skipped) >= 0


def test_the_account_is_written_though_the_data_have_errors(tmp_path):
    root = build_all_faults(tmp_path)
    with pytest.raises(DataError):
        prepare_year(root, 2019)
    folder = root / "data" / "processed" / "2019"
    with (folder / "intake.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9 and {"andet.xlsx", "flere job.xlsx"} <= {row["file"] for row in rows}
    names = ("rows_kept", "rows_quarantined", "rows_skipped")
    assert all(int(row["rows_seen"]) == sum(int(row[name]) for name in names) for row in rows)


def test_no_cell_of_the_problems_runs_as_a_formula(tmp_path):
    root = make_project(tmp_path)
    write_book(root / YEAR / "=1+1.xlsx", {"=2;=3": [["a", "b"]]})
    with pytest.raises(DataError):
        prepare_year(root, 2019)
    for name in ("problems.csv", "intake.csv"):
        text = (root / "data" / "processed" / "2019" / name).read_text(encoding="utf-8")
        assert "'=1+1.xlsx" in text
        assert not any(
            cell.startswith(tuple("=+-@"))
            for line in text.splitlines()
            for part in line.split(",")
            for cell in part.split(";")
        )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+45", "'+45"),
        ("-1", "'-1"),
        ("@SUM", "'@SUM"),
        ("\t=1", "'\t'=1"),
        ("a;=1", "a;'=1"),
        ("a; =1", "a;' =1"),
        ("almindelig; tekst - her", None),
        ("", None),
    ],
)
def test_text_that_a_spreadsheet_would_calculate_is_shown_instead(text, shown):
    assert defuse_formula(text) == (text if shown is None else shown)
