"""Rules across rows: extensions; enterprises and agreements."""

from datetime import date

import pandas as pd
import pytest

import workbooks as wb

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
