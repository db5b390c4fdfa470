"""From exports to tidy tables: types, origin, persons, what must stay out, and the account."""

import pandas as pd
import pytest

import workbooks as wb
from socok_analysis.core.problems import DataError, MissingError, write_rows
from socok_analysis.intake.tables import read_table
from socok_analysis.run.build import prepare_year

YEAR = "data/raw/2019"
JOBS = wb.as_cells("jobs", [wb.job(1), wb.job(2)])


def test_tables_read_back_as_they_were_written(tmp_path):
    root = wb.make_project(tmp_path, courses=[wb.course(), wb.running(**{"CPR-nr.": wb.cpr(2)})])
    prepare_year(root, 2019)
    stored = read_table(root / "data" / "processed" / "2019" / "courses.parquet")
    pd.testing.assert_frame_equal(stored, wb.tidy(root).tables["courses"])


def test_a_person_is_the_same_key_in_every_export_and_spelling_and_year_but_not_project(tmp_path):
    same = {"courses": [wb.course()], "jobs": [wb.job(**{"CPR-nr.": 6101800001})]}
    tables = wb.read(tmp_path / "a", **same).tables
    key = tables["courses"].person_key[0]
    assert key == tables["jobs"].person_key[0] and len(key) == 16
    assert (tmp_path / "a/.socok/person.key").stat().st_mode & 0o077 == 0
    assert wb.tidy(tmp_path / "a").tables["courses"].person_key[0] == key
    assert wb.read(tmp_path / "b").tables["courses"].person_key[0] != key


@pytest.mark.parametrize("content", ["", "abc", "zz" * 32, "00" * 8])
def test_a_key_that_is_no_key_is_refused_rather_than_replaced(tmp_path, monkeypatch, content):
    monkeypatch.setenv("SOCOK_KEY_FILE", str(tmp_path / "elsewhere/key"))
    root = wb.make_project(tmp_path / "project")
    wb.tidy(root)  # makes the key there
    assert not (root / ".socok").exists()
    (tmp_path / "elsewhere/key").write_text(content, encoding="ascii")
    with pytest.raises(MissingError, match="Nøglen"):
        wb.tidy(root)
    assert (tmp_path / "elsewhere/key").read_text(encoding="ascii") == content


def test_unknown_persons_have_no_key_and_are_two_persons(tmp_path):
    rows = [wb.running(**{"CPR-nr.": number}) for number in ("000000-0000", "0000000000")]
    found = wb.read(tmp_path, courses=[*rows, wb.running()])
    courses = found.tables["courses"]
    assert wb.checks(found) == [] and courses.course_id.str.contains("_row").sum() == 2
    assert list(courses.person_key.isna()) == [True, True, False]


@pytest.mark.parametrize("name", ["610180-0007", "610180 - 0007"])
def test_a_personal_number_in_a_name_of_a_file_or_sheet_is_named_and_hidden(tmp_path, name):
    root = wb.make_project(tmp_path, jobs=None)
    wb.write_book(root / YEAR / f"job {name}.xlsx", {name: JOBS})
    (root / YEAR / f"{name}.xls").write_bytes(b"no workbook")
    found = wb.tidy(root)
    assert {"file.personal_name", "sheet.personal_name"} <= {check for check, _ in wb.checks(found)}
    said = [wb.texts(found), found.accounts, found.tables["jobs"][wb.ORIGIN].values.tolist()]
    assert "0007" not in str(said)


NUMBERS = ["610180-0007", "CPR 6101800007", 6101800007, "610180 - 0007"]
NAMES = ["Fiktiva Opdigtsen", "En Fremmed", "Bo"]
WRONG = [(n, "Målgruppe|Virksomhed|Ydelse|Startdato|Timer pr. uge|Veteran") for n in NUMBERS]
WRONG += [(name, "Virksomhed|Ydelse|Slutdato|Timer pr. uge|Tolk") for name in NAMES]
WRONG += [("610180-007", "CPR-nr.")]


@pytest.mark.parametrize(("value", "headings"), WRONG)
def test_what_is_personal_in_another_column_is_named_and_not_quoted(tmp_path, value, headings):
    numbered = [*enumerate(headings.split("|"), 2)]
    rows = [wb.course(**{"CPR-nr.": wb.cpr(n), heading: value}) for n, heading in numbered]
    found = wb.read(tmp_path, courses=rows)
    places = [wb.place("courses", heading, n) for n, heading in numbered]
    assert sorted(p.cell for p in wb.errors(found)) == sorted(places)
    assert all("CPR-nummer" in p.message for p in wb.errors(found)) or value not in NUMBERS
    quoted = "007" if any(each.isdigit() for each in str(value)) else value
    assert quoted not in wb.texts(found)
    assert wb.accounts(found)["courses.xlsx", "Ark1"][2] == len(rows)


@pytest.mark.parametrize("text", ["Fiktiva Opdigtsen", "Ring til fiktiva  opdigtsen", "Kom med NN"])
def test_a_personal_text_in_a_column_of_free_text_is_an_error(tmp_path, text):
    ordinary = wb.course(**{"CPR-nr.": wb.cpr(2), "Navn": "Unge Opdigtsen", "Målgruppe": "Unge"})
    rows = [wb.course(Målgruppe=text, Bemærkning="Kom med NN"), ordinary]
    found = wb.read(tmp_path, courses=rows)
    assert wb.checks(found) == [("cell.text", wb.place("courses", "Målgruppe", 2))]
    assert text not in wb.texts(found)


def test_nothing_personal_is_in_what_is_written_after_faults(tmp_path):
    wrong = {"CPR-nr.": "610180-777", "Slutdato": "Zebrine", "Målgruppe": "610180-7777"}
    root = wb.make_project(tmp_path, courses=[wb.course(Navn="Zebrine Kvaksalver", **wrong)])
    with pytest.raises(DataError) as caught:
        prepare_year(root, 2019)
    files = [path for path in (root / "data" / "processed").rglob("*") if path.is_file()]
    content = "".join(path.read_text(encoding="utf-8") for path in files)
    names = {"problems.csv", "intake.csv", "udtraek.html"}
    assert len(caught.value.problems) > 3 and {path.name for path in files} == names
    for word in ("Zebrine", "Kvaksalver", "610180"):
        assert word not in content + str(caught.value.problems)


def test_the_account_is_written_and_adds_up_though_the_data_have_errors(tmp_path):
    rows = [wb.course(), wb.course(Startdato="medio 2019"), wb.course(Slutdato=None)]
    root = wb.make_project(tmp_path, courses=rows, grants=[{"Modtager": "I alt", "Giver": 9}])
    wb.write_book(root / YEAR / "flere job.xlsx", {"A": JOBS, "B": [["x"], [], ["y", "z"]]})
    (root / YEAR / "andet.xlsx").write_bytes(b"no workbook")
    with pytest.raises(DataError):
        prepare_year(root, 2019)
    rows = wb.read_csv(root / "data/processed/2019/intake.csv")
    assert {"andet.xlsx", "flere job.xlsx"} <= {row["file"] for row in rows} and len(rows) == 8
    names = ("rows_kept", "rows_quarantined", "rows_skipped")
    assert all(int(row["rows_seen"]) == sum(int(row[name]) for name in names) for row in rows)


FORMULAS = "=1+1 → '=1+1|+45 → '+45|-1 → '-1|@SUM → '@SUM|\t=1 → '\t'=1|a;=1 → a;'=1|a; =1 → a;' =1"
PLAIN = "almindelig; tekst - her → almindelig; tekst - her| → "


@pytest.mark.parametrize("line", [*FORMULAS.split("|"), *PLAIN.split("|")])
def test_text_that_a_spreadsheet_would_calculate_is_shown_instead(tmp_path, line):
    text, shown = line.split(" → ")
    write_rows(tmp_path / "a.csv", ["x"], [{"x": text}])
    assert wb.read_csv(tmp_path / "a.csv") == [{"x": shown}]
