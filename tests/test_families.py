"""The further families of figures on a handful of rows: places, plans, attendance and so on."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from socok_analysis.figures.counting import list_month_ends
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.registers import read_number
from workbooks import (
    agreement,
    course,
    cpr,
    enterprise,
    grant,
    job,
    make_project,
    measure,
    running,
)

HALF = {
    "period_start": date(2019, 1, 1),
    "period_end": date(2019, 6, 30),
    "evaluation_date": date(2019, 6, 30),
}


def people(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "CPR-nr.": cpr(number)} for number, row in enumerate(rows, 1)]


def found(root: Path, family: str, tables: dict[str, Any], **settings: Any) -> dict[str, Figure]:
    figures = measure(make_project(root, **tables), **settings)
    return {n.removeprefix(family): f for n, f in figures.items() if n.startswith(family)}


def values(figures: dict[str, Figure], *names: str) -> list[Any]:
    return [figures[name].value for name in names]


# Occupancy


def test_months_end_on_their_last_day_and_the_last_one_on_the_day_itself() -> None:
    ends = list_month_ends(date(2019, 12, 1), date(2020, 2, 15))
    assert ends == [date(2019, 12, 31), date(2020, 1, 31), date(2020, 2, 15)]
    assert list_month_ends(date(2019, 3, 1), date(2019, 2, 1)) == []


def test_places_in_use_are_counted_at_each_months_end(tmp_path: Path) -> None:
    rows = people(course(Slutdato=date(2019, 3, 31)), running(Startdato=date(2019, 2, 1)))
    months = found(tmp_path, "occupancy.veteranhaven.", {"courses": rows}, **HALF)
    in_use = [months[f"2019-0{month}.in_use"].value for month in range(1, 7)]
    assert in_use == [1, 2, 1, 1, 1, 1]
    assert values(months, "2019-01.places", "months", "months_over", "peak") == [8, 6, 0, 2]
    assert (months["share"].numerator, months["share"].denominator) == (7, 48)


def test_a_month_with_more_in_course_than_agreed_is_over(tmp_path: Path) -> None:
    rows = people(running(), course(Slutdato=date(2019, 2, 15)))
    tables = {"courses": rows, "agreements": [agreement(Pladser=1)]}
    months = found(tmp_path, "occupancy.veteranhaven.", tables, **HALF)
    assert values(months, "months_over", "peak") == [1, 2]


def test_the_waiting_list_is_counted_month_by_month_where_there_is_one(tmp_path: Path) -> None:
    listed = [
        {
            "CPR-nr.": cpr(9),
            "Aftale-id": "A-1",
            "Skrevet op": date(2019, 2, 4),
            "Startet/afmeldt": date(2019, 4, 30),
        }
    ]
    tables = {"courses": people(running()), "waiting_list": listed}
    months = found(tmp_path, "occupancy.veteranhaven.", tables, **HALF)
    waiting = [months[f"2019-0{month}.waiting"].value for month in range(1, 7)]
    assert waiting == [0, 1, 1, 0, 0, 0]


def test_without_a_waiting_list_nothing_is_said_of_it(tmp_path: Path) -> None:
    months = found(tmp_path, "occupancy.", {"courses": people(running())}, **HALF)
    assert not [name for name in months if name.endswith("waiting")]


def test_a_partner_without_agreement_has_no_months(tmp_path: Path) -> None:
    rows = people(running(Virksomhed="Sumak"))
    register = {"courses": rows, "agreements": [agreement()]}
    assert not found(tmp_path, "occupancy.sumak", register, **HALF)


# Plans, follow-up, attendance


def test_plans_are_made_missing_or_unknown(tmp_path: Path) -> None:
    later = date(2019, 7, 1)
    rows = people(
        *(
            running(**{"Plan udarbejdet": plan})
            for plan in ("ja", date(2019, 2, 1), "nej", None, later)
        )
    )
    plans = found(tmp_path, "plans.veteranhaven.", {"courses": rows}, **HALF)
    assert values(plans, "made", "missing", "unknown") == [2, 2, 1]


def test_follow_up_is_of_started_and_final_evaluation_of_known_completed(tmp_path: Path) -> None:
    rows = people(
        running(**{"Seneste opfølgning": date(2019, 5, 2)}),
        running(**{"Seneste opfølgning": date(2019, 8, 2)}),
        *(course(**{"Slutevaluering modtaget": told}) for told in ("ja", "nej", None)),
    )
    tables = {"courses": rows}
    held = found(tmp_path, "followup.veteranhaven.", tables, **HALF)
    assert (held["held"].numerator, held["held"].denominator) == (1, 5)
    received = held["final_evaluation"]
    assert (received.numerator, received.denominator) == (1, 2)
    assert received.low is not None and 0 < received.low < 0.5


def week(number: int, attended: float | None, person: int = 1) -> dict[str, Any]:
    return {
        "CPR-nr.": cpr(person),
        "Uge": f"2019-W{number:02d}",
        "Aftalte timer": 10,
        "Fremmødte timer": attended,
    }


def test_attendance_is_hours_attended_of_hours_agreed(tmp_path: Path) -> None:
    tables = {
        "courses": people(running()),
        "attendance": [week(10, 10), week(11, 5), week(12, None)],
    }
    hours = found(tmp_path, "attendance.veteranhaven.", tables, **HALF)
    assert values(hours, "people", "agreed_hours", "attended_hours", "rate") == [1, 20, 15, 0.75]


def test_a_week_belongs_to_the_partner_the_person_was_at(tmp_path: Path) -> None:
    stays = [
        course(**{"CPR-nr.": cpr(1)}, Slutdato=date(2019, 3, 1)),
        running(**{"CPR-nr.": cpr(1)}, Virksomhed="Sumak", Startdato=date(2019, 3, 4)),
    ]
    tables = {"courses": stays, "attendance": [week(9, 10), week(10, 4), week(2, 3, person=5)]}
    hours = found(tmp_path, "attendance.", tables, **HALF)
    assert values(hours, "veteranhaven.attended_hours", "sumak.attended_hours") == [10, 4]
    assert hours["without_course"].value == 1


# Progression


def step(day: date, hours: float, intensity: int, person: int = 1, consent: str = "N") -> Any:
    return {
        "CPR-nr.": cpr(person),
        "Virksomhed": "Sumak",
        "Dato": day,
        "Timer pr. uge": hours,
        "Arbejdsintensitet (%)": intensity,
        "Samtykke (J/N)": consent,
    }


def test_effective_hours_are_hours_times_intensity(tmp_path: Path) -> None:
    steps = [
        step(date(2019, 1, 7), 4.5, 80),
        step(date(2019, 5, 6), 10, 50),
        step(date(2019, 2, 4), 6, 100, person=2),
    ]
    hours = found(tmp_path, "progression.", {"progression": steps}, **HALF)
    assert hours["people"].value == 1
    assert values(hours, "first.effective_hours", "last.effective_hours") == pytest.approx([3.6, 5])


def test_one_persons_steps_are_figures_only_with_consent(tmp_path: Path) -> None:
    steps = [step(date(2019, 1, 7), 4.5, 80), step(date(2019, 2, 4), 6, 100, 2, "J")]
    hours = found(tmp_path, "progression.case.", {"progression": steps}, **HALF)
    assert list(hours) == [f"1.2019-02-04.{n}" for n in ("hours", "intensity", "effective_hours")]


def test_consent_withdrawn_at_a_later_measurement_holds_for_all(tmp_path: Path) -> None:
    steps = [step(date(2019, 1, 7), 4, 80, consent="J"), step(date(2019, 5, 6), 8, 80)]
    assert not found(tmp_path, "progression.case.", {"progression": steps}, **HALF)


# Jobs, grants, agreements, enterprises, facts


def test_jobs_are_told_by_channel_and_by_type_on_other_ways(tmp_path: Path) -> None:
    rows = [job(1), job(2, Kanal="Opslag", Ansættelsesform="Fuldtid"), job(3, Kanal="Netværk")]
    jobs = found(tmp_path, "jobs.", {"jobs": rows})
    ways = values(jobs, *(f"channel.{way}" for way in ("jobcenter", "opslag", "uopfordret")))
    assert ways == [1, 1, 0]
    assert values(jobs, "other_type.fuldtid", "other_type.fleksjob", "type.fuldtid") == [1, 1, 0]


def test_a_job_at_the_partner_after_a_completed_course_is_a_return(tmp_path: Path) -> None:
    mine = {"CPR-nr.": cpr(1), "Virksomhed": "VeteranHaven"}
    rows = [
        job(1, **mine, Ansættelsesdato=date(2019, 7, 1)),
        job(2, **mine, Ansættelsesdato=date(2019, 6, 1)),
        job(3, **{**mine, "Virksomhed": "Sumak"}, Ansættelsesdato=date(2019, 7, 1)),
    ]
    jobs = found(tmp_path, "jobs.returned.", {"courses": people(course()), "jobs": rows})
    assert {name: figure.value for name, figure in jobs.items()} == {"veteranhaven": 1}


def test_cumulative_jobs_grow_month_by_month(tmp_path: Path) -> None:
    rows = [job(1, Ansættelsesdato=date(2019, 3, 31)), job(2, Ansættelsesdato=date(2019, 4, 1))]
    jobs = found(tmp_path, "jobs.cumulative.", {"jobs": rows})
    assert values(jobs, "2018-01", "2019-03", "2019-04", "2019-12") == [0, 1, 2, 2]


def test_grants_are_summed_by_recipient_and_counted_by_kind(tmp_path: Path) -> None:
    kind = "Art (fond/stat/kommune/privat)"
    rows = [
        grant(**{kind: "Fond"}),
        grant(Beløb=None, **{kind: "Stat"}),
        grant(Beløb=2500),
        grant(Modtager="VeteranHaven", Beløb=None),
    ]
    grants = found(tmp_path, "grants.", {"grants": rows})
    assert values(grants, "recipient.sumak", "recipient.sumak.count") == [7500, 3]
    assert values(grants, "recipient.veteranhaven", "recipients", "count") == [None, 2, 4]
    assert values(grants, "kind.fond", "kind.kommune", "kind.unknown") == [1, 0, 2]


def test_new_agreements_are_those_that_begin_in_the_period(tmp_path: Path) -> None:
    rows = [
        agreement(),
        agreement(
            **{
                "Aftale-id": "A-2",
                "Virksomhed": "Sumak",
                "Pladser": 3,
                "Ekstra pladser": 1,
                "Gælder fra": date(2019, 2, 1),
                "Plan efter (uger)": 4,
                "Måltal": 50,
            }
        ),
    ]
    agreements = found(tmp_path, "agreements.", {"agreements": rows})
    assert values(agreements, "new", "new_places", "new_extra_places") == [1, 3, 1]
    assert values(agreements, "held", "held_places") == [2, 11]
    assert values(agreements, "sumak.plan_after_weeks", "sumak.veteran_goal") == [4, 0.5]
    assert "veteranhaven.max_weeks" not in agreements


def test_registered_enterprises_are_told_by_year_and_type(tmp_path: Path) -> None:
    rows = [
        enterprise(**{"RSV-dato": date(2017, 5, 1)}),
        enterprise("Sumak", **{"RSV-dato": date(2019, 5, 1)}),
        enterprise("Museet", Type="Frivilligt sted", **{"Aktiv fra": date(2019, 12, 1)}),
    ]
    register = found(tmp_path, "enterprises.", {"enterprises": rows})
    assert values(register, "registered_in.2017", "registered_in.2019") == [1, 1]
    assert values(register, "registered_earlier", "volunteer_new", "type.initiativ") == [1, 1, 2]


def test_participants_are_those_of_the_meetings_held(tmp_path: Path) -> None:
    rows = [
        {"Dato": date(2019, 3, n), "Status (afholdt/aflyst)": status, "Antal deltagere": number}
        for n, status, number in (
            (1, "Afholdt", 10),
            (2, "Afholdt", 15),
            (3, "Aflyst", 5),
            (4, "Afholdt", None),
        )
    ]
    network = found(tmp_path, "network.", {"meetings": rows})
    assert values(network, "held", "participants", "participants_per_meeting") == [3, 25, 12.5]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("40", 40),
        ("3.5", 3.5),
        ("3,5", 3.5),
        ("24.000", 24000),
        ("april 2017", None),
        ("16-05-2020", None),
        ("kl. 10-14", None),
        ("", None),
    ],
)
def test_a_stated_value_is_a_number_only_where_it_reads_as_one(text: str, number: object) -> None:
    assert read_number(text) == number


def fact(subject: str, name: str, value: object, unit: str) -> dict[str, Any]:
    return {"Emne": subject, "Oplysning": name, "Værdi": value, "Enhed": unit}


def test_a_fact_is_a_figure_of_the_enterprise_it_is_about(tmp_path: Path) -> None:
    rows = [
        fact("Veteran Haven", "Areal", 24000, "m²"),
        fact("VeteranHaven", "Elever", 8, "elever"),
        fact("Biblioteket", "Åbnet", 1999, "årstal"),
        fact("Sumak", "Åbner", "april 2017", "måned"),
    ]
    facts = found(tmp_path, "facts.", {"facts": rows})
    assert {name: figure.value for name, figure in facts.items()} == {
        "veteranhaven.areal": 24000,
        "persons.veteranhaven.elever": 8,
        "biblioteket.aabnet": 1999,
    }
    assert facts["veteranhaven.areal"].unit == "m²"


def test_one_persons_and_disputed_facts_are_not_told(tmp_path: Path) -> None:
    rows = [
        fact("En sag", "Effektive timer", 3.5, "timer pr. uge"),
        fact("Loven", "Paragraf (som oplyst)", 50, "paragraf"),
        fact("Sumak", "Heste", 20, "heste"),
        fact("Sumak", "Heste", 21, "heste"),
    ]
    assert not found(tmp_path, "facts.", {"facts": rows})
