"""From exports to tidy tables: types, persons, what must stay out, the account, and the rules."""

from datetime import date

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


# Rules across rows: extensions; enterprises and agreements

EARLY, LATE = date(2019, 1, 7), date(2019, 6, 28)


def extended(start, end, **changes):
    return wb.course(Startdato=start, Slutdato=end, Afslutningsårsag="Forlænget", **changes)


def goes_on(**changes):
    return wb.running(Startdato=date(2019, 7, 1), **changes)


def test_extended_rows_are_one_course_whatever_their_order(tmp_path):
    rows = [wb.course(Startdato=date(2019, 5, 1)), extended(date(2018, 9, 1), date(2018, 12, 31))]
    tables = wb.read(tmp_path, courses=[*rows, extended(EARLY, date(2019, 4, 30))]).tables
    (row,) = tables["courses"].itertuples()
    assert (row.started_on, row.ended_on) == (date(2018, 9, 1), LATE)
    assert (row.source_row, row.source_rows) == (3, "3;4;2")
    exits = tables["exits"]
    assert [*exits.exit_reason, *exits.source_row] == ["fleksjob", 2]


def test_an_extended_course_may_still_run_and_spell_the_partner_otherwise(tmp_path):
    rows = [extended(EARLY, LATE, Virksomhed="Veteran Haven"), goes_on(Virksomhed="VETERANHAVEN")]
    found = wb.read(tmp_path, courses=rows)
    assert wb.checks(found) == [] and len(found.tables["courses"]) == 1
    assert found.tables["courses"].ended_on.isna().all() and len(found.tables["exits"]) == 0


PLANS = """
    ja       | 1/8-2019 | -
    1/8-2019 | ja       | -
    nej      | nej      | -
    nej      | 1/8-2019 | 2019-08-01
    1/3-2019 | 1/8-2019 | 2019-03-01
    1/8-2019 | 1/3-2019 | 2019-03-01
"""


@pytest.mark.parametrize("line", PLANS.split("\n")[1:-1])
def test_an_extended_course_has_the_earliest_plan_and_what_was_said_first(tmp_path, line):
    first, then, made_on = (each.strip() for each in line.split("|"))
    before = extended(EARLY, LATE, Veteran="ja", **{"Plan udarbejdet": first})
    rows = [before, goes_on(**{"Plan udarbejdet": then})]
    (row,) = wb.read(tmp_path, courses=rows).tables["courses"].itertuples()
    assert row.is_veteran and row.has_plan == ({first, then} != {"nej"})
    assert (str(row.plan_made_on) if pd.notna(row.plan_made_on) else "-") == made_on


EARLIER = {"Startdato": date(2018, 1, 1), "Slutdato": date(2018, 6, 1)}


@pytest.mark.parametrize("other", [{"CPR-nr.": wb.cpr(2)}, {"Virksomhed": "Sumak"}, EARLIER])
def test_an_extension_that_nothing_continues_is_an_error(tmp_path, other):
    found = wb.read(tmp_path, courses=[extended(EARLY, LATE), wb.course(**other)])
    assert wb.checks(found) == [("exit.not_continued", wb.place("courses", "Afslutningsårsag", 2))]


def test_a_person_may_return_to_a_partner_and_go_to_another(tmp_path):
    rows = [wb.course(), wb.running(Startdato=date(2019, 8, 1)), wb.running(Virksomhed="Sumak")]
    found = wb.read(tmp_path, courses=rows)
    assert wb.checks(found) == [] and found.tables["courses"].course_id.nunique() == 3


REGISTERS = """
    VeteranHaven = Haven                      | Sumak = Kvinder; haven |        | shared_name B3
    VeteranHaven = Sumak                      | Sumak                  |        | shared_name B3
    VeteranHaven = VETERANHAVEN; VeteranHaven | Sumak                  |        |
    VeteranHaven                              | Sumak                  | Sumak  | repeated A4
    VeteranHaven                              | Sumak                  | SUMAK  | repeated A4
    VeteranHaven                              | Sumak                  | Sumak! | repeated A4
"""


@pytest.mark.parametrize("line", REGISTERS.split("\n")[1:-1])
def test_a_name_or_alias_in_the_register_stands_for_one_enterprise(tmp_path, line):
    *names, told = (each.strip() for each in line.split("|"))
    pairs = [each.partition(" = ") for each in names if each]
    register = [wb.enterprise(name, Alias=alias or None) for name, _, alias in pairs]
    found = wb.read(tmp_path, enterprises=register)
    checks = [" ".join(check) for check in wb.checks(found)]
    assert checks == ([f"enterprise.{told}"] if told else [])
    assert "haven" not in names[1] or "“haven”" in wb.errors(found)[0].message


def test_an_id_is_the_slug_of_the_name(tmp_path):
    names = ["Café Chufa", "Søholt Ærø Å", "A & B  (c)", "FriRUM Lab", "Mina Støtte/Kontakt"]
    register = [wb.enterprise(), wb.enterprise("Sumak"), *map(wb.enterprise, names)]
    found = wb.read(tmp_path, enterprises=register)
    slugs = "veteranhaven sumak cafe-chufa soeholt-aeroe-aa a-b-c frirum-lab mina-stoette-kontakt"
    assert list(found.tables["enterprises"].enterprise_id) == slugs.split()


def test_a_fault_in_the_register_or_an_agreement_does_not_make_it_unknown(tmp_path):
    tables = {
        "enterprises": [wb.enterprise(Type="Noget andet"), wb.enterprise("Sumak")],
        "agreements": [wb.agreement(Pladser="otte")],
        "waiting_list": [{"CPR-nr.": wb.cpr(1), "Aftale-id": "A-1", "Skrevet op": EARLY}],
    }
    found = wb.read(tmp_path, **tables)
    assert sorted(wb.checks(found)) == [("cell.code", "E2"), ("cell.whole", "C2")]


def test_a_fact_that_stands_twice_is_told_with_the_other(tmp_path):
    fact = {"Emne": "Sumak", "Oplysning": "Heste", "Værdi": 20, "Enhed": "heste"}
    found = wb.read(tmp_path, facts=[fact, fact])
    assert wb.checks(found) == [("row.same", "A3")] and len(found.tables["facts"]) == 1
    assert wb.errors(found)[0].found == "også A2"
