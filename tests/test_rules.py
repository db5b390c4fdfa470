"""Rules across the columns of a row and across rows; extensions; enterprises and agreements."""

from datetime import date

import pandas as pd
import pytest

from workbooks import (
    agreement,
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
)

EARLY, LATE = date(2019, 1, 7), date(2019, 6, 28)


def wrong_order(kind, heading, row=2):
    return [("row.order", place(kind, heading, row))]


# Dates in order


@pytest.mark.parametrize(
    ("kind", "row", "end"),
    [
        ("courses", course(Startdato=LATE, Slutdato=EARLY), "Slutdato"),
        ("courses", running(Startdato=LATE, **{"Forventet slutdato": EARLY}), "Forventet slutdato"),
        ("jobs", job(Ansættelsesdato=LATE, Slutdato=EARLY), "Slutdato"),
        ("agreements", agreement(**{"Gælder fra": LATE, "Gælder til": EARLY}), "Gælder til"),
        ("grants", grant(**{"Periode fra": LATE, "Periode til": EARLY}), "Periode til"),
    ],
)
def test_an_end_before_its_start_is_an_error_at_the_end(tmp_path, kind, row, end):
    assert checks(tidy(make_project(tmp_path, **{kind: [row]}))) == wrong_order(kind, end)


def test_an_end_on_the_day_of_the_start_is_in_order(tmp_path):
    rows = [course(Startdato=EARLY, Slutdato=EARLY)]
    assert checks(tidy(make_project(tmp_path, courses=rows))) == []


# Exits


def test_a_course_across_a_years_end_is_one_course(tmp_path):
    rows = [course(Startdato=date(2018, 10, 1), Slutdato=date(2019, 2, 1))]
    courses = tidy(make_project(tmp_path, courses=rows)).tables["courses"]
    assert list(courses.started_on) == [date(2018, 10, 1)]
    assert list(courses.ended_on) == [date(2019, 2, 1)]


# Extensions


def extended(start, end, **changes):
    return course(Startdato=start, Slutdato=end, Afslutningsårsag="Forlænget", **changes)


def test_an_extended_row_joins_the_persons_next_row_into_one_course(tmp_path):
    rows = [extended(date(2018, 10, 1), date(2018, 12, 31)), course()]
    tables = tidy(make_project(tmp_path, courses=rows)).tables
    (row,) = tables["courses"].itertuples()
    assert (row.started_on, row.ended_on) == (date(2018, 10, 1), date(2019, 6, 28))
    assert (row.source_row, row.source_rows) == (2, "2;3")
    assert list(tables["exits"].exit_reason) == ["fleksjob"]
    assert list(tables["exits"].source_row) == [3]


def test_several_extensions_are_one_course_whatever_the_order_of_the_rows(tmp_path):
    rows = [
        course(Startdato=date(2019, 5, 1)),
        extended(date(2018, 9, 1), date(2018, 12, 31)),
        extended(EARLY, date(2019, 4, 30)),
    ]
    courses = tidy(make_project(tmp_path, courses=rows)).tables["courses"]
    assert list(courses.started_on) == [date(2018, 9, 1)] and list(courses.ended_on) == [LATE]


def test_an_extended_course_may_still_run(tmp_path):
    rows = [extended(EARLY, LATE), running(Startdato=date(2019, 7, 1))]
    found = tidy(make_project(tmp_path, courses=rows))
    assert checks(found) == [] and len(found.tables["courses"]) == 1
    assert found.tables["courses"].ended_on.isna().all() and len(found.tables["exits"]) == 0


def test_an_extension_is_found_through_another_spelling_of_the_partner(tmp_path):
    rows = [
        extended(EARLY, LATE, Virksomhed="Veteran Haven"),
        running(Startdato=date(2019, 7, 1), Virksomhed="VETERANHAVEN"),
    ]
    assert len(tidy(make_project(tmp_path, courses=rows)).tables["courses"]) == 1


def test_what_an_extended_course_said_first_is_kept(tmp_path):
    rows = [
        extended(EARLY, LATE, Veteran="ja", **{"Plan udarbejdet": date(2019, 2, 1)}),
        running(Startdato=date(2019, 7, 1), **{"Plan udarbejdet": date(2019, 8, 1)}),
    ]
    (row,) = tidy(make_project(tmp_path, courses=rows)).tables["courses"].itertuples()
    assert row.is_veteran and row.has_plan and row.plan_made_on == date(2019, 2, 1)


@pytest.mark.parametrize(
    ("first", "then", "made_on"),
    [
        ("ja", "1/8-2019", None),
        ("1/8-2019", "ja", None),
        ("nej", "nej", None),
        ("1/3-2019", "1/8-2019", date(2019, 3, 1)),
        ("1/8-2019", "1/3-2019", date(2019, 3, 1)),
    ],
)
def test_an_extended_course_has_the_earliest_plan_of_its_rows(tmp_path, first, then, made_on):
    rows = [
        extended(EARLY, LATE, **{"Plan udarbejdet": first}),
        running(Startdato=date(2019, 7, 1), **{"Plan udarbejdet": then}),
    ]
    (row,) = tidy(make_project(tmp_path, courses=rows)).tables["courses"].itertuples()
    assert row.has_plan == (first != "nej")
    assert (None if pd.isna(row.plan_made_on) else row.plan_made_on) == made_on


def test_a_plan_made_after_the_extension_counts(tmp_path):
    rows = [
        extended(EARLY, LATE, **{"Plan udarbejdet": "nej"}),
        running(Startdato=date(2019, 7, 1), **{"Plan udarbejdet": "1/8-2019"}),
    ]
    (row,) = tidy(make_project(tmp_path, courses=rows)).tables["courses"].itertuples()
    assert row.has_plan and row.plan_made_on == date(2019, 8, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"CPR-nr.": cpr(2)},
        {"Virksomhed": "Sumak"},
        {"Startdato": date(2018, 1, 1), "Slutdato": date(2018, 6, 1)},
    ],
    ids=["another person", "another partner", "an earlier row"],
)
def test_an_extension_that_nothing_continues_is_an_error(tmp_path, other):
    found = tidy(make_project(tmp_path, courses=[extended(EARLY, LATE), course(**other)]))
    assert checks(found) == [("exit.not_continued", place("courses", "Afslutningsårsag", 2))]


def test_an_extension_of_an_unknown_person_cannot_be_continued(tmp_path):
    unknown = {"CPR-nr.": "0000000000"}
    rows = [extended(EARLY, LATE, **unknown), running(Startdato=date(2019, 7, 1), **unknown)]
    assert [check for check, _ in checks(tidy(make_project(tmp_path, courses=rows)))] == [
        "exit.not_continued"
    ]


def test_extended_together_with_another_reason_is_an_error(tmp_path):
    rows = [course(Afslutningsårsag="Forlænget; Fleksjob"), running(Startdato=date(2019, 7, 1))]
    found = tidy(make_project(tmp_path, courses=rows))
    assert checks(found) == [("exit.mixed", place("courses", "Afslutningsårsag", 2))]


# The same twice


def test_a_person_may_return_to_a_partner_and_go_to_another(tmp_path):
    rows = [course(), running(Startdato=date(2019, 8, 1)), running(Virksomhed="Sumak")]
    found = tidy(make_project(tmp_path, courses=rows))
    assert checks(found) == [] and found.tables["courses"].course_id.nunique() == 3


# Enterprises and agreements


@pytest.mark.parametrize(
    "spelling", ["VeteranHaven", "veteranhaven", "Veteran  Haven", "VETERAN HAVEN"]
)
def test_each_spelling_of_the_register_leads_to_one_id(tmp_path, spelling):
    found = tidy(make_project(tmp_path, courses=[course(Virksomhed=spelling)]))
    assert checks(found) == [] and list(found.tables["courses"].enterprise_id) == ["veteranhaven"]


def test_a_new_spelling_is_an_error_with_the_nearest_and_what_to_do(tmp_path):
    found = tidy(make_project(tmp_path, courses=[course(Virksomhed="Veteranhavn")]))
    (problem,) = errors(found)
    assert (problem.check, problem.cell) == ("cell.enterprise", place("courses", "Virksomhed", 2))
    assert "Mente du “VeteranHaven”?" in problem.message and "Alias" in problem.advice


def test_the_nearest_may_be_an_alias(tmp_path):
    found = tidy(make_project(tmp_path, courses=[course(Virksomhed="Veteran Havn")]))
    assert "Mente du “Veteran Haven”?" in texts(found)


def test_a_spelling_of_two_enterprises_is_an_error(tmp_path):
    register = [enterprise(Alias="Haven"), enterprise("Sumak", Alias="Kvinder; haven")]
    found = tidy(make_project(tmp_path, enterprises=register))
    assert checks(found) == [("enterprise.shared_name", "B3")]
    assert "“haven”" in errors(found)[0].message


def test_an_alias_that_is_another_enterprises_name_is_an_error(tmp_path):
    register = [enterprise(Alias="Sumak"), enterprise("Sumak")]
    found = tidy(make_project(tmp_path, enterprises=register))
    assert [check for check, _ in checks(found)] == ["enterprise.shared_name"]


def test_an_enterprise_may_have_its_own_name_as_alias(tmp_path):
    register = [enterprise(Alias="VETERANHAVEN; VeteranHaven"), enterprise("Sumak")]
    assert checks(tidy(make_project(tmp_path, enterprises=register))) == []


@pytest.mark.parametrize("name", ["Sumak", "SUMAK", "Sumak!"])
def test_two_enterprises_with_one_id_are_an_error(tmp_path, name):
    register = [enterprise(), enterprise("Sumak"), enterprise(name)]
    assert checks(tidy(make_project(tmp_path, enterprises=register))) == [
        ("enterprise.repeated", "A4")
    ]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Café Chufa", "cafe-chufa"),
        ("Søholt Ærø Å", "soeholt-aeroe-aa"),
        ("A & B  (c)", "a-b-c"),
        ("FriRUM Lab", "frirum-lab"),
        ("Mina Støtte/Kontakt", "mina-stoette-kontakt"),
    ],
)
def test_an_id_is_the_slug_of_the_name(tmp_path, name, slug):
    register = [enterprise(), enterprise("Sumak"), enterprise(name)]
    found = tidy(make_project(tmp_path, enterprises=register))
    assert list(found.tables["enterprises"].enterprise_id) == ["veteranhaven", "sumak", slug]


def test_a_fault_in_the_register_does_not_make_its_name_unknown(tmp_path):
    register = [enterprise(Type="Noget andet"), enterprise("Sumak")]
    assert checks(tidy(make_project(tmp_path, enterprises=register))) == [("cell.code", "E2")]


def test_a_fault_in_an_agreement_does_not_make_its_number_unknown(tmp_path):
    row = {"CPR-nr.": cpr(1), "Aftale-id": "A-1", "Skrevet op": EARLY}
    root = make_project(tmp_path, agreements=[agreement(Pladser="otte")], waiting_list=[row])
    assert checks(tidy(root)) == [("cell.whole", "C2")]


@pytest.mark.parametrize("number", ["A-1", "a-1", " A-1 "])
def test_an_agreement_is_found_by_its_number(tmp_path, number):
    row = {"CPR-nr.": cpr(1), "Aftale-id": number, "Skrevet op": EARLY}
    found = tidy(make_project(tmp_path, waiting_list=[row]))
    assert checks(found) == [] and list(found.tables["waiting_list"].agreement_id) == ["A-1"]


def test_attendance_and_progression_are_read(tmp_path):
    attended = {
        "CPR-nr.": cpr(1),
        "Uge": "2019-W14",
        "Aftalte timer": 10,
        "Fremmødte timer": "x",
        "Fraværsårsag": "Sygdom",
    }
    measured = {
        "CPR-nr.": cpr(1),
        "Virksomhed": "Sumak",
        "Dato": EARLY,
        "Timer pr. uge": "4,5",
        "Arbejdsintensitet (%)": "80 %",
        "Samtykke (J/N)": "N",
    }
    found = tidy(make_project(tmp_path, attendance=[attended], progression=[measured]))
    assert checks(found) == []
    week = found.tables["attendance"].iloc[0]
    assert (week.week, week.agreed_hours, week.absence_reason) == ("2019-W14", 10, "sygdom")
    assert pd.isna(week.attended_hours)
    hours = found.tables["progression"].iloc[0]
    assert (hours.hours_per_week, hours.intensity_pct, hours.has_consent) == (4.5, 80, False)


def test_courses_without_or_before_an_agreement_are_counted_and_warned_of(tmp_path):
    days = {"Startdato": date(2001, 1, 2), "Slutdato": date(2001, 5, 1)}
    early = course(**{"CPR-nr.": cpr(7), **days})
    found = tidy(make_project(tmp_path, courses=[course(), early]))
    warnings = [p for p in found.problems if p.check == "course.outside_agreement"]
    assert len(warnings) == 1 and warnings[0].severity == "warning"
    assert len(found.tables["courses"]) == 2
    assert checks(tidy(make_project(tmp_path / "uden", courses=[course()]))) == []
