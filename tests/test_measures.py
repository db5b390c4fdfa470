"""Each figure on a handful of rows, its edges included: tables in, figures out."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

from socok_analysis.figures.counting import count_months, share, wilson
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.run.build import prepare_year
from workbooks import (
    Row,
    agreement,
    course,
    cpr,
    default_rows,
    enterprise,
    grant,
    job,
    make_project,
    measure,
    running,
    write_export,
    write_settings,
)

DAY, FIRST = date(2019, 12, 31), date(2019, 1, 1)  # the evaluation and the period's end, its start
AFTER, BEFORE = DAY + timedelta(1), FIRST - timedelta(1)
PREVIOUS = date(2019, 6, 28)
HAVEN, PLACES = "outcomes.veteranhaven.", "agreements.veteranhaven."
KIND = "Art (fond/stat/kommune/privat)"
COUNTS_IN_GOAL = "Tæller i mål (J/N)"


def ended(reason: str = "Fleksjob", on: date = PREVIOUS, **changes: Any) -> Row:
    return course(Slutdato=on, Afslutningsårsag=reason, **changes)


def at(number: int, row: Row) -> Row:
    return {**row, "CPR-nr.": cpr(number)}


def listed(start: date, end: date | None = None, agreement_id: str = "A-1") -> Row:
    return {"Aftale-id": agreement_id, "Skrevet op": start, "Startet/afmeldt": end}


def planned(plan: object, row: Row | None = None) -> Row:
    return {**(row or running()), "Plan udarbejdet": plan}


def week(number: int, attended: float | None) -> Row:
    return {"Uge": f"2019-W{number:02d}", "Aftalte timer": 10, "Fremmødte timer": attended}


def step(day: date, hours: float, intensity: int, person: int = 1, consent: str = "N") -> Row:
    cells = {"Dato": day, "Timer pr. uge": hours, "Arbejdsintensitet (%)": intensity}
    return {**at(person, cells), "Virksomhed": "Sumak", "Samtykke (J/N)": consent}


def meeting(status: str, on: date = date(2019, 5, 1), number: int | None = None) -> Row:
    return {"Dato": on, "Status (afholdt/aflyst)": status, "Antal deltagere": number}


def fact(subject: str, name: str, value: object, unit: str) -> Row:
    return {"Emne": subject, "Oplysning": name, "Værdi": value, "Enhed": unit}


def places(*rows: Row) -> list[Row]:
    return [
        enterprise(),
        enterprise("Sumak"),
        *({**r, "Navn": f"S{n}"} for n, r in enumerate(rows)),
    ]


def people(*rows: Row) -> list[Row]:
    """Give each row a person of its own."""
    return [at(number, row) for number, row in enumerate(rows, 1)]


def tell(figure: Figure | None) -> str:
    """Return a figure's fraction where it has one, else its value; "absent" for none."""
    if figure is None:
        return "absent"
    if figure.denominator is not None and figure.numerator is not None:
        return f"{figure.numerator}/{figure.denominator}"
    return "none" if figure.value is None else f"{figure.value:g}"


Case = tuple[str, str, dict[str, list[Row]]]


def case(prefix: str, told: str, **tables: list[Row]) -> Case:
    """What figures whose names begin so tell of these rows; what is not named is standard."""
    return prefix, told, tables


OUTCOMES: dict[str, Case] = {
    "courses are started, completed or active": case(
        "outcomes.veteranhaven.",
        "started=3 completed=2 active=1",
        courses=people(ended(), ended(), running()),
    ),
    "an end on the evaluation date is an end": case(
        "outcomes.veteranhaven.", "completed=1 active=0 exit.fleksjob=1", courses=[ended(on=DAY)]
    ),
    "an end after it does not count yet": case(
        "outcomes.veteranhaven.",
        "started=1 completed=0 active=1 exit.fleksjob=0 success_wide=0/0",
        courses=[ended(on=AFTER)],
    ),
    "a start on the evaluation date is a start": case(
        "outcomes.veteranhaven.", "started=1 active=1", courses=[running(Startdato=DAY)]
    ),
    "a start after it does not count": case(
        "outcomes.veteranhaven.",
        "started=1 completed=1 active=0",
        courses=people(running(Startdato=AFTER), ended(), ended(Startdato=AFTER, on=AFTER)),
    ),
    "a partner whose courses all start later has no outcomes": case(
        "outcomes.veteranhaven.",
        "started=absent completed=absent success_wide=absent",
        courses=[running(Startdato=AFTER)],
    ),
    "a course at another partner is its own": case(
        "outcomes.",
        "veteranhaven.completed=1 sumak.completed=1",
        courses=people(ended(), ended(Virksomhed="Sumak")),
    ),
    "a course with two reasons of a rate counts once": case(
        "outcomes.veteranhaven.",
        "success_wide=1/2 exit.fleksjob=1 exit.uddannelse=1 exit.barsel=1",
        courses=people(ended("Fleksjob; Uddannelse"), ended("Barsel")),
    ),
    "a course with reasons of two rates counts in both": case(
        "outcomes.veteranhaven.",
        "success_wide=1/1 stopped=1/1",
        courses=[ended("Fleksjob; Stoppet pga. massive udfordringer")],
    ),
    "extended is no reason": case(
        "outcomes.veteranhaven.", "exit.doed=0 exit.forlaenget=absent", courses=[running()]
    ),
    "in a first year period figures are no values": case(
        "outcomes.veteranhaven.",
        "period.completed=none period.success_wide=none period.stopped=none",
        courses=[ended()],
    ),
}
AGREED: dict[str, Case] = {
    "places are in use or vacant": case(
        "agreements.veteranhaven.",
        "places=8 extra_places=2 in_use=3 vacant=5",
        agreements=[agreement(**{"Ekstra pladser": 2})],
        courses=people(running(), running(), ended(), running(Startdato=AFTER), ended(on=AFTER)),
    ),
    "vacant places are never fewer than none": case(
        "agreements.veteranhaven.",
        "in_use=2 vacant=0",
        agreements=[agreement(Pladser=1)],
        courses=people(running(), running()),
    ),
    "two agreements of a partner are added": case(
        "agreements.veteranhaven.",
        "places=11",
        agreements=[agreement(), agreement(Pladser=3, **{"Aftale-id": "A-2"})],
    ),
    "an agreement holds on its last day": case(
        "agreements.veteranhaven.", "places=8", agreements=[agreement(**{"Gælder til": DAY})]
    ),
    "an agreement has ended the day after its last": case(
        "agreements.veteranhaven.",
        "places=0",
        agreements=[agreement(**{"Gælder til": DAY - timedelta(1)})],
    ),
    "an agreement holds from its first day": case(
        "agreements.veteranhaven.", "places=8", agreements=[agreement(**{"Gælder fra": DAY})]
    ),
    "an agreement that begins later gives its partner no figures": case(
        "agreements.veteranhaven.",
        "places=absent in_use=absent plans=absent",
        agreements=[agreement(**{"Gælder fra": AFTER})],
    ),
    "a partner without courses has agreements and no outcomes": case(
        "",
        "agreements.sumak.places=8 agreements.sumak.plans=0/0 "
        "agreements.sumak.veteran_share=0/0 outcomes.sumak.started=absent",
        agreements=[agreement(Virksomhed="Sumak")],
    ),
    "who waits is listed and has not left, for any agreement of the partner": case(
        "agreements.",
        "veteranhaven.waiting=4 sumak.waiting=1",
        agreements=[
            agreement(),
            agreement(**{"Aftale-id": "A-2", "Gælder fra": AFTER}),
            agreement(Virksomhed="Sumak", **{"Aftale-id": "A-3"}),
        ],
        waiting_list=people(
            listed(FIRST),
            listed(DAY),
            listed(AFTER),
            listed(FIRST, DAY),
            listed(FIRST, AFTER),
            listed(FIRST, FIRST),
            listed(FIRST, agreement_id="A-2"),
            listed(FIRST, agreement_id="A-3"),
        ),
    ),
    "without a waiting list nothing is said of it": case(
        "",
        "agreements.veteranhaven.waiting=absent occupancy.veteranhaven.2019-12.waiting=absent",
    ),
    "plans are of the courses started, and made by the evaluation": case(
        "",
        "agreements.veteranhaven.plans=3/6 plans.veteranhaven.made=3 "
        "plans.veteranhaven.missing=2 plans.veteranhaven.unknown=1",
        courses=people(
            *(planned(told) for told in ("ja", DAY, AFTER, "nej", None)),
            planned(date(2019, 2, 1), ended()),
            planned("ja", running(Startdato=AFTER)),
        ),
    ),
    "veterans are of the completed whose answer is known": case(
        "agreements.veteranhaven.",
        "veteran_share=1/3",
        courses=people(
            *(ended(Veteran=told) for told in ("ja", "nej", "nej", None)),
            running(Veteran="ja"),
            ended(on=AFTER, Veteran="ja"),
        ),
    ),
    "new agreements begin in the period": case(
        "agreements.",
        "new=1 new_places=3 new_extra_places=1 held=2 held_places=11 "
        "sumak.plan_after_weeks=4 sumak.veteran_goal=0.5 veteranhaven.max_weeks=absent",
        agreements=[
            agreement(),
            agreement(
                **{"Aftale-id": "A-2", "Virksomhed": "Sumak", "Pladser": 3, "Måltal": 50},
                **{"Ekstra pladser": 1, "Gælder fra": date(2019, 2, 1), "Plan efter (uger)": 4},
            ),
        ],
    ),
    "follow-up is of the started, the final evaluation of the known completed": case(
        "followup.veteranhaven.",
        "held=1/5 final_evaluation=1/2",
        courses=people(
            running(**{"Seneste opfølgning": date(2019, 5, 2)}),
            running(**{"Seneste opfølgning": AFTER}),
            *(course(**{"Slutevaluering modtaget": told}) for told in ("ja", "nej", None)),
        ),
    ),
    "attendance is hours attended of hours agreed, where they are told": case(
        "attendance.veteranhaven.",
        "people=1 agreed_hours=20 attended_hours=15 rate=0.75",
        courses=[running()],
        attendance=[at(1, week(n, h)) for n, h in ((10, 10), (11, 5), (12, None))],
    ),
    "a week belongs to the partner the person was at": case(
        "attendance.",
        "veteranhaven.attended_hours=10 sumak.attended_hours=4 without_course=1",
        courses=[
            course(Slutdato=date(2019, 3, 1)),
            running(Virksomhed="Sumak", Startdato=date(2019, 3, 4)),
        ],
        attendance=[at(1, week(9, 10)), at(1, week(10, 4)), at(5, week(2, 3))],
    ),
    "effective hours are hours times intensity, of those measured twice": case(
        "progression.",
        "people=1 first.effective_hours=3.6 last.effective_hours=5",
        progression=[
            step(date(2019, 1, 7), 4.5, 80),
            step(date(2019, 5, 6), 10, 50),
            step(date(2019, 2, 4), 6, 100, person=2),
        ],
    ),
    "one person's steps are figures only with consent": case(
        "progression.case.",
        "1.2019-02-04.hours=6 1.2019-02-04.intensity=1 2.2019-01-07.hours=absent",
        progression=[step(date(2019, 1, 7), 4, 80), step(date(2019, 2, 4), 6, 100, 2, "J")],
    ),
    "consent withdrawn at a later measurement holds for all": case(
        "progression.case.",
        "1.2019-01-07.hours=absent 1.2019-05-06.hours=absent",
        progression=[
            step(date(2019, 1, 7), 4, 80, consent="J"),
            step(date(2019, 5, 6), 8, 80),
        ],
    ),
}
MINE = {"CPR-nr.": cpr(1), "Virksomhed": "VeteranHaven"}
LISTED: dict[str, Case] = {
    "jobs are told by channel and type, none left out": case(
        "jobs.",
        "jobcentre=2 other=3 total=5 type.fleksjob=1 type.loentilskud=1 type.seniorjob=0 "
        "type.fuldtid=0 other_type.fuldtid=1 channel.jobcenter=2 channel.opslag=1 "
        "channel.uopfordret=1",
        jobs=[
            job(1),
            job(2, Kanal="Jobcentret", Ansættelsesform="Løntilskud"),
            job(3, Kanal="Opslag", Ansættelsesform="Fuldtid"),
            job(4, Kanal="Netværk"),
            job(5, Kanal="Uopfordret"),
        ],
    ),
    "a job counts where it starts in the period, both days included": case(
        "jobs.",
        "total=2 cumulative=4 cumulative.2017-12=absent cumulative.2018-01=1",
        jobs=[
            job(number, Ansættelsesdato=day)
            for number, day in enumerate(
                (date(2017, 12, 31), date(2018, 1, 1), BEFORE, FIRST, DAY, AFTER)
            )
        ],
    ),
    "cumulative jobs grow month by month": case(
        "jobs.cumulative.",
        "2018-01=0 2019-03=1 2019-04=2 2019-12=2",
        jobs=[
            job(1, Ansættelsesdato=date(2019, 3, 31)),
            job(2, Ansættelsesdato=date(2019, 4, 1)),
        ],
    ),
    "a job at the partner after a completed course is a return": case(
        "jobs.returned.",
        "veteranhaven=1 sumak=absent",
        jobs=[
            job(1, **MINE, Ansættelsesdato=date(2019, 7, 1)),
            job(2, **MINE, Ansættelsesdato=date(2019, 6, 1)),
            job(3, **{**MINE, "Virksomhed": "Sumak"}, Ansættelsesdato=date(2019, 7, 1)),
        ],
    ),
    "the total is what is active at the period's end and counted in the goal": case(
        "enterprises.",
        "total=5",
        enterprises=places(
            enterprise(),
            enterprise(**{COUNTS_IN_GOAL: "N"}),
            enterprise(**{"Aktiv fra": DAY}),
            enterprise(**{"Aktiv fra": AFTER}),
            enterprise(**{"Aktiv til": DAY}),
            enterprise(**{"Aktiv til": DAY - timedelta(1)}),
        ),
    ),
    "registered is by date, by the period's end, and not deregistered": case(
        "enterprises.",
        "registered=4 registered_in_period=3 registered_earlier=2 registered_in.2018=2 "
        "registered_in.2019=2 registered_in.2020=absent",
        enterprises=places(
            *(
                enterprise(**{"RSV-dato": on, "RSV afregistreret": off})
                for on, off in (
                    (BEFORE, None),
                    (FIRST, None),
                    (DAY, None),
                    (AFTER, None),
                    (BEFORE, DAY),
                    (FIRST, DAY),
                    (BEFORE, AFTER),
                )
            )
        ),
    ),
    "volunteer places are counted by type, new ones apart": case(
        "enterprises.",
        "total=2 volunteer=2 volunteer_new=1 type.initiativ=2",
        enterprises=places(
            *(
                enterprise(**{"Type": "Frivilligt sted", COUNTS_IN_GOAL: "N"}, **cells)
                for cells in ({}, {"Aktiv fra": DAY}, {"Aktiv til": FIRST})
            )
        ),
    ),
    "participants are those of the meetings held in the period": case(
        "network.",
        "held=3 cancelled=1 participants=25 participants_per_meeting=12.5",
        meetings=[
            meeting("Afholdt", FIRST, 10),
            meeting("Afholdt", DAY, 15),
            meeting("Aflyst", number=5),
            meeting("Afholdt"),
            meeting("Afholdt", AFTER, 7),
            meeting("Aflyst", BEFORE),
        ],
    ),
    "grants are summed, by recipient, and counted by kind": case(
        "grants.",
        "total=7500.5 without_amount=2 count=5 recipients=2 recipient.sumak=7500.5 "
        "recipient.sumak.count=4 recipient.veteranhaven=none kind.fond=1 kind.kommune=0 "
        "kind.unknown=3",
        grants=[
            grant(**{KIND: "Fond", "Bevilget dato": FIRST}),
            grant(Beløb="x", **{KIND: "Stat", "Bevilget dato": DAY}),
            grant(Beløb=2500),
            grant(Beløb="0,50"),
            grant(Modtager="VeteranHaven", Beløb=None),
            grant(**{"Bevilget dato": BEFORE}),
            grant(**{"Bevilget dato": AFTER}),
        ],
    ),
    "where no grant states an amount the total is unknown and not zero": case(
        "grants.", "total=none without_amount=1", grants=[grant(Beløb=None)]
    ),
    "where nothing was granted the total is zero": case(
        "grants.", "total=0 without_amount=0", grants=[grant(**{"Bevilget dato": AFTER})]
    ),
    "figures of an absent export are absent": case(
        "",
        "network.held=absent grants.total=absent progression.people=absent",
    ),
    "one person's facts, disputed ones and those told twice are not told": case(
        "facts.",
        "sumak.timer=absent sumak.paragraf-som-oplyst=absent sumak.heste=absent "
        "sumak.aabner=absent",
        facts=[
            fact("Sumak", "Timer", 3.5, "timer pr. uge"),
            fact("Sumak", "Paragraf (som oplyst)", 50, "paragraf"),
            fact("Sumak", "Heste", 20, "heste"),
            fact("Sumak", "Heste", 21, "heste"),
            fact("Sumak", "Åbner", "april 2017", "måned"),
        ],
    ),
    "a stated value is a number where it reads as one": case(
        "facts.",
        "veteranhaven.areal=24000 persons.veteranhaven.elever=8 sumak.jord=3.5 "
        "sumak.haver=2.5 sumak.dag=absent",
        facts=[
            fact("Veteran Haven", "Areal", "24.000", "m²"),
            fact("VeteranHaven", "Elever", 8, "elever"),
            fact("Sumak", "Jord", "3,5", "hektar"),
            fact("Sumak", "Haver", 2.5, "stk."),
            fact("Sumak", "Dag", "16-05-2020", "dato"),
        ],
        enterprises=default_rows("enterprises"),
    ),
}
CASES = OUTCOMES | AGREED | LISTED


@pytest.mark.parametrize("sentence", CASES)
def test_rows_give_figures(tmp_path: Path, sentence: str) -> None:
    prefix, told, tables = CASES[sentence]
    figures = measure(make_project(tmp_path, **tables))
    names = [word.partition("=")[0] for word in told.split()]
    assert " ".join(f"{name}={tell(figures.get(prefix + name))}" for name in names) == told


@pytest.mark.parametrize(
    ("reason", "rates"),
    [
        ("Fleksjob", "success_wide success_narrow"),
        ("Løntilskud", "success_wide"),
        ("Ordinært job", "success_wide success_narrow"),
        ("Startet i uddannelse", "success_wide success_narrow"),
        ("Hybridpraktik", "success_wide"),
        ("Sprogskole", "success_wide"),
        ("Stoppet pga. massive udfordringer", "stopped"),
        ("Afventer Rehabiliteringsteam", "awaiting"),
        ("Beskrivelse lavet - afventer sagsbehandler", "awaiting"),
        ("Stoppet af jobcenteret", "other"),
        ("Arbejdsprøvning/praktik 2", "other"),
        ("Barsel", "other"),
    ],
)
def test_each_reason_counts_in_its_rates(tmp_path: Path, reason: str, rates: str) -> None:
    found = measure(make_project(tmp_path, courses=[ended(reason)]))
    all_rates = ("success_wide", "success_narrow", "stopped", "awaiting", "other")
    assert {name for name in all_rates if found[HAVEN + name].value} == set(rates.split())


def test_a_rate_is_a_fraction_of_the_completed_with_its_interval(tmp_path: Path) -> None:
    rows = people(ended(), *[ended("Barsel")] * 3, running())
    rate = measure(make_project(tmp_path, courses=rows))[f"{HAVEN}success_wide"]
    assert (rate.value, tell(rate)) == (0.25, "1/4")
    assert (rate.low, rate.high) == pytest.approx((0.045587, 0.699358), abs=1e-6)  # Wilson 95 %


@pytest.mark.parametrize("denominator", [1, 2, 15, 40, 68, 1000])
def test_the_interval_of_a_rate_is_the_one_scipy_gives(denominator: int) -> None:
    for numerator in range(0, denominator + 1, max(1, denominator // 7)):
        told = binomtest(numerator, denominator).proportion_ci(0.95, method="wilson")
        assert wilson(numerator, denominator) == pytest.approx((told.low, told.high), abs=1e-12)


def test_a_rate_over_nothing_is_no_value_and_not_zero() -> None:
    rate, none, every = share("a", 0, 0), share("b", 0, 5), share("c", 5, 5)
    assert (rate.value, rate.numerator, rate.low, rate.high) == (None, 0, None, None)
    assert none.low == 0 < none.high < every.low < every.high == 1  # type: ignore[operator]


@pytest.mark.parametrize(
    ("previous", "told"),
    [
        (PREVIOUS, "completed=2 success_wide=1/2 stopped=0/2"),
        (DAY, "completed=0 success_wide=0/0 stopped=0/0"),
    ],
)
def test_period_figures_count_what_ended_after_the_previous_evaluation(
    tmp_path: Path, previous: date, told: str
) -> None:
    later = [ended("Barsel", PREVIOUS + timedelta(1)), ended(on=DAY), ended(on=AFTER)]
    root = make_project(tmp_path, courses=people(ended(), *later))
    found = measure(root, previous_evaluation_date=previous)
    names = ("completed", "success_wide", "stopped")
    assert " ".join(f"{n}={tell(found[f'{HAVEN}period.{n}'])}" for n in names) == told
    assert tell(found[f"{HAVEN}success_wide"]) == "2/3"


def test_places_are_told_at_each_months_end_and_on_the_evaluation_day(tmp_path: Path) -> None:
    rows = people(course(Slutdato=date(2019, 3, 31)), running(Startdato=date(2019, 2, 1)))
    waiting = [at(9, listed(date(2019, 2, 4), date(2019, 4, 30)))]
    tables = {"courses": rows, "waiting_list": waiting, "agreements": [agreement(Pladser=1)]}
    half = {"period_end": date(2019, 6, 15), "evaluation_date": date(2019, 6, 15)}
    found = measure(make_project(tmp_path, **tables), **half)
    name = "occupancy.veteranhaven."
    in_use, listed_then = (
        [found[f"{name}2019-0{month}.{part}"].value for month in range(1, 7)]
        for part in ("in_use", "waiting")
    )
    assert in_use == [1, 2, 1, 1, 1, 1] and listed_then == [0, 1, 1, 0, 0, 0]
    last = found[f"{name}2019-06.in_use"]
    assert (last.period_end, tell(found[f"{name}share"])) == (date(2019, 6, 15), "7/6")
    assert [found[name + n].value for n in ("months", "months_over", "peak")] == [6, 1, 2]
    assert not [n for n in found if n.startswith("occupancy.sumak")]


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2019, 1, 1), date(2020, 4, 30), 16),
        (date(2018, 1, 1), date(2018, 12, 31), 12),
        (date(2019, 2, 1), date(2019, 2, 28), 1),
        (date(2020, 2, 1), date(2020, 2, 29), 1),
        (date(2018, 11, 1), date(2019, 1, 31), 3),
        (date(2019, 4, 1), date(2019, 4, 15), 0.5),
        (date(2019, 4, 16), date(2019, 4, 30), 0.5),
    ],
)
def test_months_of_a_period_are_calendar_months(first: date, last: date, months: float) -> None:
    assert count_months(first, last) == pytest.approx(months)


def test_jobs_are_scaled_to_twelve_months(tmp_path: Path) -> None:
    root = make_project(tmp_path, jobs=[job(1), job(2), job(3)])
    assert measure(root, period_end=date(2020, 6, 30))["jobs.total_per_12_months"].value == 2


EARLY, BOTH = (job(1, Ansættelsesdato=date(year, 3, 1)) for year in (2018, 2019))


@pytest.mark.parametrize(
    ("then", "now", "totals", "cumulative"),
    [
        ([BOTH], [BOTH, job(2, Ansættelsesdato=date(2019, 9, 1))], [1, 2], [1, 2]),
        ([EARLY], [job(2)], [1, 1], [1, 2]),
        ([EARLY], [job(1, Ansættelsesdato=date(2017, 3, 1)), job(2)], [1, 1], [1, 1]),
    ],
    ids=["a job in two periods counts once", "the earlier export alone", "the later version holds"],
)
def test_each_job_counts_once_since_the_strategy_began(
    tmp_path: Path, then: list[Row], now: list[Row], totals: list[int], cumulative: list[int]
) -> None:
    root = make_project(tmp_path, jobs=now)
    days = {"period_end": date(2019, 6, 30), "evaluation_date": date(2018, 12, 31)}
    write_settings(root, 2018, report={"period_start": date(2018, 1, 1), **days})
    for kind in ("courses", "agreements", "enterprises"):
        write_export(root, kind, default_rows(kind), 2018)
    write_export(root, "jobs", then, 2018)
    figures = [read_figures(prepare_year(root, y).year.processed_dir) for y in (2018, 2019)]
    assert [f["jobs.total"].value for f in figures] == totals
    assert [f["jobs.cumulative"].value for f in figures] == cumulative


@pytest.mark.parametrize(
    ("goal", "reached"), [("jobs_per_year", 2), ("jobs_in_strategy", 3), ("enterprises", 2)]
)
def test_a_goal_is_met_where_the_figure_reaches_it(tmp_path: Path, goal: str, reached: int) -> None:
    rows = [job(1), job(2), job(3, Ansættelsesdato=date(2018, 5, 1))]
    root = make_project(tmp_path, jobs=rows)
    for target, is_met in ((reached, True), (reached + 1, False)):
        found = measure(root, **{goal: target})
        assert [found[f"goals.{goal}{end}"].value for end in ("", ".met")] == [target, is_met]
    assert not [name for name in measure(root) if name.startswith("goals.")]


def test_a_fact_is_a_figure_of_an_enterprise_or_where_a_text_names_it(tmp_path: Path) -> None:
    rows = [fact("Biblioteket", name, 1999, "årstal") for name in ("Åbnet", "Udvidet")]
    root = make_project(tmp_path, facts=[*rows, fact("Sumak", "Heste", 20, "heste")])
    folder = root / "data/raw/2019/tekst/virksomheder"
    folder.mkdir(parents=True)
    text = "## Om\nÅbnet i {{ fakta('biblioteket', \"Åbnet\") }}.\n"
    (folder / "sumak.md").write_text(text, encoding="utf-8")
    facts = {n: f for n, f in measure(root).items() if n.startswith("facts.")}
    assert list(facts) == ["facts.biblioteket.aabnet", "facts.sumak.heste"]
    assert facts["facts.sumak.heste"].unit == "heste"


def test_every_figure_has_label_unit_definition_and_a_lower_case_name(tmp_path: Path) -> None:
    tables = {"grants": [grant()], "meetings": [meeting("Afholdt")]}
    root = make_project(tmp_path, **tables, waiting_list=[at(1, listed(FIRST))])
    found = measure(root, jobs_per_year=1, enterprises=1)
    assert sum(name.startswith(f"{HAVEN}exit.") for name in found) == 21
    for name, figure in found.items():
        assert figure.label and figure.unit and figure.definition
        assert name == name.lower() and name.isascii() and " " not in name


def test_a_figure_names_its_sheet_and_its_period(tmp_path: Path) -> None:
    first = {"Aftale-id": "A-0", "Gælder fra": date(2014, 1, 1), "Gælder til": date(2015, 8, 31)}
    found = measure(make_project(tmp_path, agreements=[agreement(), agreement(**first)]))
    total, rate = found["jobs.total"], found[f"{HAVEN}success_wide"]
    assert total.sources == ("jobs.xlsx › Ark1 (1 rækker)",) and len(rate.sources) == 1
    assert (total.period_start, total.period_end) == (FIRST, DAY)
    assert (rate.period_start, rate.period_end) == (date(2014, 1, 1), DAY)
    assert found["jobs.cumulative"].period_start == date(2018, 1, 1)
