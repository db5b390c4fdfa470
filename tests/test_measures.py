"""Each figure on a handful of rows, its edges included."""

from datetime import date, timedelta

import pytest

from socok_analysis.figures.counting import count_months, share, wilson
from socok_analysis.figures.figure import read_figures
from socok_analysis.run.build import prepare_year
from workbooks import (
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

DAY = date(2019, 12, 31)  # the evaluation, and the end of the period
FIRST = date(2019, 1, 1)
AFTER, BEFORE = DAY + timedelta(1), FIRST - timedelta(1)


def people(*rows):
    """Give each row a person of its own."""
    return [{**row, "CPR-nr.": cpr(number)} for number, row in enumerate(rows, 1)]


def ended(reason="Fleksjob", on=date(2019, 6, 28), **changes):
    return course(Slutdato=on, Afslutningsårsag=reason, **changes)


def outcomes(root, *rows, **settings):
    figures = measure(make_project(root, courses=people(*rows)), **settings)
    name = "outcomes.veteranhaven."
    return {key.removeprefix(name): f for key, f in figures.items() if key.startswith(name)}


def values(figures, *names):
    return [figures[name].value for name in names]


def fraction(figure):
    return figure.numerator, figure.denominator


# Outcomes


def test_courses_are_started_completed_or_active(tmp_path):
    found = outcomes(tmp_path, ended(), ended(), running())
    assert values(found, "started", "completed", "active") == [3, 2, 1]


def test_an_end_on_the_evaluation_date_is_an_end(tmp_path):
    found = outcomes(tmp_path, ended(on=DAY))
    assert values(found, "completed", "active", "exit.fleksjob") == [1, 0, 1]


def test_an_end_after_the_evaluation_date_does_not_count_yet(tmp_path):
    found = outcomes(tmp_path, ended(on=AFTER))
    assert values(found, "started", "completed", "active") == [1, 0, 1]
    assert found["exit.fleksjob"].value == 0 and fraction(found["success_wide"]) == (0, 0)


def test_a_start_on_the_evaluation_date_is_a_start(tmp_path):
    assert values(outcomes(tmp_path, running(Startdato=DAY)), "started", "active") == [1, 1]


def test_a_start_after_the_evaluation_date_does_not_count(tmp_path):
    found = outcomes(tmp_path, running(Startdato=AFTER), ended(), ended(Startdato=AFTER, on=AFTER))
    assert values(found, "started", "completed", "active") == [1, 1, 0]


def test_a_partner_whose_courses_all_start_later_has_no_outcomes(tmp_path):
    assert outcomes(tmp_path, running(Startdato=AFTER)) == {}


def test_a_course_at_another_partner_is_its_own(tmp_path):
    figures = measure(make_project(tmp_path, courses=people(ended(), ended(Virksomhed="Sumak"))))
    names = ("outcomes.veteranhaven.completed", "outcomes.sumak.completed")
    assert values(figures, *names) == [1, 1]


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
def test_each_reason_counts_in_its_rates(tmp_path, reason, rates):
    found = outcomes(tmp_path, ended(reason))
    all_rates = ("success_wide", "success_narrow", "stopped", "awaiting", "other")
    assert {name for name in all_rates if found[name].value} == set(rates.split())


def test_a_rate_is_a_fraction_of_the_completed_with_its_interval(tmp_path):
    found = outcomes(tmp_path, ended(), *[ended("Barsel")] * 3, running())
    rate = found["success_wide"]
    assert (rate.value, *fraction(rate)) == (0.25, 1, 4)
    assert (rate.low, rate.high) == pytest.approx((0.045587, 0.699358), abs=1e-6)  # Wilson 95 %


def test_a_course_with_two_reasons_of_a_rate_counts_once(tmp_path):
    found = outcomes(tmp_path, ended("Fleksjob; Uddannelse"), ended("Barsel"))
    assert fraction(found["success_wide"]) == (1, 2)
    assert values(found, "exit.fleksjob", "exit.uddannelse", "exit.barsel") == [1, 1, 1]


def test_a_course_with_reasons_of_two_rates_counts_in_both(tmp_path):
    found = outcomes(tmp_path, ended("Fleksjob; Stoppet pga. massive udfordringer"))
    assert values(found, "success_wide", "stopped") == [1, 1]


def test_a_rate_over_nothing_is_no_value_and_not_zero(tmp_path):
    rate = outcomes(tmp_path, running())["success_wide"]
    assert (rate.numerator, rate.denominator) == (0, 0)
    assert (rate.value, rate.low, rate.high) == (None, None, None)


@pytest.mark.parametrize("count", [0, 5])
def test_the_interval_of_none_and_of_all_stays_between_0_and_1(count):
    rate = share("a", count, 5)
    assert 0 <= rate.low < rate.high <= 1 and rate.value in (0, 1)


def test_every_reason_of_the_list_has_a_figure_and_extended_has_none(tmp_path):
    reasons = {name for name in outcomes(tmp_path, running()) if name.startswith("exit.")}
    assert len(reasons) == 21 and "exit.doed" in reasons and "exit.forlaenget" not in reasons


def test_period_figures_count_what_ended_after_the_previous_evaluation(tmp_path):
    previous = date(2019, 6, 28)
    rows = (
        ended(on=previous),
        ended("Barsel", on=previous + timedelta(1)),
        ended(on=DAY),
        ended(on=AFTER),
    )
    found = outcomes(tmp_path, *rows, previous_evaluation_date=previous)
    assert (found["completed"].value, found["period.completed"].value) == (3, 2)
    assert fraction(found["period.success_wide"]) == (1, 2)
    assert fraction(found["success_wide"]) == (2, 3)


def test_in_a_first_year_period_figures_are_no_values(tmp_path):
    found = outcomes(tmp_path, ended())
    period = {name: figure for name, figure in found.items() if name.startswith("period.")}
    names = {"completed", "success_wide", "success_narrow", "stopped", "awaiting"}
    assert {f"period.{name}" for name in names} <= set(period)
    assert {f.value for f in period.values()} == {None}
    assert {f.denominator for f in period.values()} == {None}


def test_a_period_in_which_nothing_ended_is_over_nothing(tmp_path):
    found = outcomes(tmp_path, ended(), previous_evaluation_date=date(2019, 7, 1))
    assert found["period.completed"].value == 0
    assert (found["period.stopped"].value, found["period.stopped"].denominator) == (None, 0)


# Agreements


def agreements(root, *rows, courses=(), **tables):
    root = make_project(root, agreements=rows, courses=people(*courses), **tables)
    figures = measure(root)
    name = "agreements.veteranhaven."
    return {key.removeprefix(name): f for key, f in figures.items() if key.startswith(name)}


def test_places_in_use_and_vacant(tmp_path):
    rows = (running(), running(), ended(), running(Startdato=AFTER), ended(on=AFTER))
    found = agreements(tmp_path, agreement(Pladser=8, **{"Ekstra pladser": 2}), courses=rows)
    assert values(found, "places", "extra_places", "in_use", "vacant") == [8, 2, 3, 5]


def test_vacant_places_are_never_fewer_than_none(tmp_path):
    found = agreements(tmp_path, agreement(Pladser=1), courses=(running(), running()))
    assert values(found, "in_use", "vacant") == [2, 0]


def test_two_agreements_of_a_partner_are_added(tmp_path):
    rows = (agreement(Pladser=8), agreement(Pladser=3, **{"Aftale-id": "A-2"}))
    assert agreements(tmp_path, *rows)["places"].value == 11


@pytest.mark.parametrize(("end", "places"), [(DAY, 8), (DAY - timedelta(1), 0), (None, 8)])
def test_an_agreement_holds_to_its_last_day(tmp_path, end, places):
    assert agreements(tmp_path, agreement(**{"Gælder til": end}))["places"].value == places


def test_an_agreement_holds_from_its_first_day(tmp_path):
    assert agreements(tmp_path, agreement(**{"Gælder fra": DAY}))["places"].value == 8


def test_an_agreement_that_begins_later_gives_its_partner_no_figures(tmp_path):
    assert agreements(tmp_path, agreement(**{"Gælder fra": AFTER})) == {}


def test_a_partner_without_courses_has_agreements_and_no_outcomes(tmp_path):
    root = make_project(tmp_path, agreements=[agreement(Virksomhed="Sumak")])
    figures = measure(root)
    assert figures["agreements.sumak.places"].value == 8
    assert not any(name.startswith("outcomes.sumak") for name in figures)
    assert fraction(figures["agreements.sumak.plans"]) == (0, 0)
    assert figures["agreements.sumak.veteran_share"].value is None


def listed(start, end=None, number=1, agreement_id="A-1"):
    return {
        "CPR-nr.": cpr(number),
        "Aftale-id": agreement_id,
        "Skrevet op": start,
        "Startet/afmeldt": end,
    }


def test_who_waits_is_listed_and_has_not_left_on_the_evaluation_date(tmp_path):
    rows = [
        listed(FIRST),
        listed(DAY, number=2),
        listed(AFTER, number=3),
        listed(FIRST, DAY, 4),
        listed(FIRST, AFTER, 5),
        listed(FIRST, FIRST, 6),
    ]
    assert agreements(tmp_path, agreement(), waiting_list=rows)["waiting"].value == 3


def test_who_waits_for_another_partner_is_not_counted(tmp_path):
    rows = (agreement(), agreement(Virksomhed="Sumak", **{"Aftale-id": "A-2"}))
    waiting = [listed(FIRST, agreement_id="A-2")]
    assert agreements(tmp_path, *rows, waiting_list=waiting)["waiting"].value == 0


def test_who_waits_for_an_agreement_to_come_is_counted_with_the_partner(tmp_path):
    later = agreement(**{"Aftale-id": "A-2", "Gælder fra": AFTER})
    waiting = [listed(FIRST, agreement_id="A-2")]
    assert agreements(tmp_path, agreement(), later, waiting_list=waiting)["waiting"].value == 1


def test_without_a_waiting_list_there_is_no_figure_of_it(tmp_path):
    assert "waiting" not in agreements(tmp_path, agreement())


def planned(plan, row=None):
    return {**(row or running()), "Plan udarbejdet": plan}


def test_plans_are_of_the_courses_started(tmp_path):
    rows = (
        planned("ja"),
        planned(date(2019, 2, 1), ended()),
        planned("nej"),
        planned(None),
        planned("ja", running(Startdato=AFTER)),
    )
    plans = agreements(tmp_path, agreement(), courses=rows)["plans"]
    assert (plans.value, *fraction(plans)) == (2, 2, 4)


@pytest.mark.parametrize(("made", "count"), [(DAY, 1), (AFTER, 0)])
def test_a_plan_made_after_the_evaluation_does_not_count_yet(tmp_path, made, count):
    rows = (planned(made), planned("nej"))
    assert agreements(tmp_path, agreement(), courses=rows)["plans"].value == count


def test_the_share_of_veterans_is_of_the_completed_whose_answer_is_known(tmp_path):
    rows = (
        ended(Veteran="ja"),
        ended(Veteran="nej"),
        ended(Veteran="nej"),
        ended(Veteran=None),
        running(Veteran="ja"),
        ended(on=AFTER, Veteran="ja"),
    )
    found = agreements(tmp_path, agreement(), courses=rows)["veteran_share"]
    assert fraction(found) == (1, 3) and found.value == pytest.approx(1 / 3)


# Jobs


def jobs(root, *rows, **settings):
    return measure(make_project(root, jobs=rows), **settings)


def test_jobs_by_channel(tmp_path):
    rows = [
        job(n, Kanal=k)
        for n, k in enumerate(["Jobcenter", "Jobcentret", "Opslag", "Netværk", "Uopfordret"])
    ]
    found = jobs(tmp_path, *rows)
    assert values(found, "jobs.jobcentre", "jobs.other", "jobs.total") == [2, 3, 5]


@pytest.mark.parametrize(("day", "count"), [(FIRST, 1), (DAY, 1), (BEFORE, 0), (AFTER, 0)])
def test_a_job_counts_where_it_starts_in_the_period_both_days_included(tmp_path, day, count):
    assert jobs(tmp_path, job(Ansættelsesdato=day))["jobs.total"].value == count


def test_job_types_are_those_of_the_jobcentre_and_none_is_left_out(tmp_path):
    rows = (
        job(1),
        job(2, Ansættelsesform="Løntilskud"),
        job(3, Kanal="Opslag"),
        job(4, Ansættelsesdato=BEFORE),
    )
    found = jobs(tmp_path, *rows)
    prefix = "jobs.type."
    types = {n.removeprefix(prefix): f.value for n, f in found.items() if n.startswith(prefix)}
    assert types == {
        "fleksjob": 1,
        "deltid": 0,
        "fuldtid": 0,
        "hybrid": 0,
        "loentilskud": 1,
        "seniorjob": 0,
        "timeloennet": 0,
    }


@pytest.mark.parametrize(
    ("day", "count"), [(date(2018, 1, 1), 1), (date(2017, 12, 31), 0), (DAY, 1), (AFTER, 0)]
)
def test_the_cumulative_count_runs_from_the_strategys_start_to_the_periods_end(
    tmp_path, day, count
):
    assert jobs(tmp_path, job(Ansættelsesdato=day))["jobs.cumulative"].value == count


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
def test_months_of_a_period_are_calendar_months(first, last, months):
    assert count_months(first, last) == pytest.approx(months)


def test_jobs_are_scaled_to_twelve_months(tmp_path):
    found = jobs(tmp_path, job(1), job(2), job(3), period_end=date(2020, 6, 30))
    assert found["jobs.total_per_12_months"].value == 2


def two_years(root, jobs_2018, jobs_2019):
    """Return the figures of 2019, whose period overlaps with that of 2018 by half a year."""
    make_project(root, jobs=jobs_2019)
    write_settings(
        root,
        2018,
        report={
            "period_start": date(2018, 1, 1),
            "period_end": date(2019, 6, 30),
            "evaluation_date": date(2018, 12, 31),
        },
    )
    for kind in ("courses", "agreements", "enterprises"):
        write_export(root, kind, default_rows(kind), 2018)
    write_export(root, "jobs", jobs_2018, 2018)
    for year in (2018, 2019):
        prepare_year(root, year)
    return [read_figures(root / f"data/processed/{year}") for year in (2018, 2019)]


def test_a_job_in_two_overlapping_periods_counts_in_both_and_once_in_all(tmp_path):
    both = job(1, Ansættelsesdato=date(2019, 3, 1))
    first, second = two_years(tmp_path, [both], [both, job(2, Ansættelsesdato=date(2019, 9, 1))])
    assert [f["jobs.total"].value for f in (first, second)] == [1, 2]
    assert [f["jobs.cumulative"].value for f in (first, second)] == [1, 2]


def test_a_job_that_only_an_earlier_export_holds_is_in_the_cumulative_count(tmp_path):
    early = job(1, Ansættelsesdato=date(2018, 3, 1))
    _, second = two_years(tmp_path, [early], [job(2)])
    assert values(second, "jobs.total", "jobs.cumulative") == [1, 2]


def test_a_later_exports_version_of_a_job_holds_in_the_cumulative_count(tmp_path):
    early = job(1, Ansættelsesdato=date(2018, 3, 1))
    corrected = job(1, Ansættelsesdato=date(2017, 3, 1))
    _, second = two_years(tmp_path, [early], [corrected, job(2)])
    assert second["jobs.cumulative"].value == 1


# Enterprises


def count_enterprises(root, *cells):
    more = [enterprise(f"Sted {number}", **changes) for number, changes in enumerate(cells)]
    register = [enterprise(), enterprise("Sumak"), *more]
    found = measure(make_project(root, enterprises=register))
    names = ("total", "registered", "registered_in_period", "volunteer")
    total, *others = values(found, *(f"enterprises.{name}" for name in names))
    return (total - 2, *others)


@pytest.mark.parametrize(
    ("cells", "counted"),
    [
        ({}, 1),
        ({"Tæller i mål (J/N)": "N"}, 0),
        ({"Aktiv fra": DAY}, 1),
        ({"Aktiv fra": AFTER}, 0),
        ({"Aktiv til": DAY}, 1),
        ({"Aktiv til": DAY - timedelta(1)}, 0),
    ],
)
def test_the_total_is_what_is_active_at_the_periods_end_and_counted(tmp_path, cells, counted):
    assert count_enterprises(tmp_path, cells)[0] == counted


@pytest.mark.parametrize(
    ("on", "off", "registered", "in_period"),
    [
        (BEFORE, None, 1, 0),
        (FIRST, None, 1, 1),
        (DAY, None, 1, 1),
        (AFTER, None, 0, 0),
        (BEFORE, DAY, 0, 0),
        (FIRST, DAY, 0, 1),
        (BEFORE, AFTER, 1, 0),
        (None, None, 0, 0),
    ],
)
def test_registered_is_by_date_and_not_deregistered(tmp_path, on, off, registered, in_period):
    found = count_enterprises(tmp_path, {"RSV-dato": on, "RSV afregistreret": off})
    assert found[1:3] == (registered, in_period)


def test_volunteer_places_are_counted_by_type(tmp_path):
    places = {"Type": "Frivilligt sted", "Tæller i mål (J/N)": "N"}
    gone = {**places, "Aktiv til": date(2019, 1, 1)}
    assert count_enterprises(tmp_path, places, gone) == (0, 0, 0, 1)


# Meetings and grants


def meeting(status, on=date(2019, 5, 1)):
    return {"Dato": on, "Status (afholdt/aflyst)": status}


def test_meetings_held_and_cancelled_in_the_period(tmp_path):
    rows = [
        meeting("Afholdt", FIRST),
        meeting("Afholdt", DAY),
        meeting("Aflyst"),
        meeting("Afholdt", AFTER),
        meeting("Aflyst", BEFORE),
    ]
    found = measure(make_project(tmp_path, meetings=rows))
    assert values(found, "network.held", "network.cancelled") == [2, 1]


def grants(root, *rows):
    found = measure(make_project(root, grants=rows))
    return values(found, "grants.total", "grants.without_amount")


def test_grants_of_every_kind_of_giver_are_added(tmp_path):
    art = "Art (fond/stat/kommune/privat)"
    rows = [grant(**{art: kind}) for kind in ("Fond", "Stat", "Kommune", "Privat", None)]
    assert grants(tmp_path, *rows) == [25_000, 0]


def test_grants_count_by_the_day_they_were_granted(tmp_path):
    rows = [grant(**{"Bevilget dato": day}) for day in (FIRST, DAY, BEFORE, AFTER)]
    assert grants(tmp_path, *rows) == [10_000, 0]


def test_a_grant_without_an_amount_is_counted_apart(tmp_path):
    assert grants(tmp_path, grant(), grant(Beløb=None), grant(Beløb="x")) == [5000, 2]


def test_where_no_grant_states_an_amount_the_total_is_unknown_and_not_zero(tmp_path):
    assert grants(tmp_path, grant(Beløb=None)) == [None, 1]


def test_where_nothing_was_granted_the_total_is_zero(tmp_path):
    assert grants(tmp_path, grant(**{"Bevilget dato": AFTER})) == [0, 0]


def test_oere_are_kept(tmp_path):
    assert grants(tmp_path, grant(Beløb="0,50"), grant()) == [5000.5, 0]


def test_figures_of_an_absent_export_are_absent(tmp_path):
    found = measure(make_project(tmp_path))
    assert not [name for name in found if name.startswith(("network.", "grants."))]


# Goals


@pytest.mark.parametrize(
    ("goal", "target", "is_met"),
    [
        ("jobs_per_year", 2, True),
        ("jobs_per_year", 3, False),
        ("jobs_in_strategy", 3, True),
        ("jobs_in_strategy", 4, False),
        ("enterprises", 2, True),
        ("enterprises", 3, False),
    ],
)
def test_a_goal_is_met_where_the_figure_reaches_it(tmp_path, goal, target, is_met):
    rows = (job(1), job(2), job(3, Ansættelsesdato=date(2018, 5, 1)))
    found = jobs(tmp_path, *rows, **{goal: target})
    assert values(found, f"goals.{goal}", f"goals.{goal}.met") == [target, is_met]


def test_a_goal_that_is_not_set_has_no_figure(tmp_path):
    assert not [name for name in measure(make_project(tmp_path)) if name.startswith("goals.")]


# What every figure carries


def test_every_figure_has_label_unit_definition_and_a_lower_case_name(tmp_path):
    root = make_project(
        tmp_path, grants=[grant()], meetings=[meeting("Afholdt")], waiting_list=[listed(FIRST)]
    )
    found = measure(root, jobs_per_year=1, jobs_in_strategy=1, enterprises=1)
    for name, figure in found.items():
        assert figure.label and figure.unit and figure.definition
        assert name == name.lower() and name.isascii() and " " not in name


def test_a_figure_names_the_sheet_it_comes_from(tmp_path):
    found = measure(make_project(tmp_path))
    assert found["jobs.total"].sources == ("jobs.xlsx › Ark1 (1 rækker)",)
    assert len(found["outcomes.veteranhaven.success_wide"].sources) == 1


def test_figures_of_jobs_carry_the_reports_period(tmp_path):
    total, cumulative = (
        measure(make_project(tmp_path))[name] for name in ("jobs.total", "jobs.cumulative")
    )
    assert (total.period_start, total.period_end) == (FIRST, DAY)
    assert (cumulative.period_start, cumulative.period_end) == (date(2018, 1, 1), DAY)


def test_figures_of_outcomes_begin_with_the_partners_first_agreement(tmp_path):
    rows = [
        agreement(),
        agreement(
            **{"Aftale-id": "A-0", "Gælder fra": date(2014, 1, 1), "Gælder til": date(2015, 8, 31)}
        ),
    ]
    figure = measure(make_project(tmp_path, agreements=rows))["outcomes.veteranhaven.completed"]
    assert (figure.period_start, figure.period_end) == (date(2014, 1, 1), DAY)


@pytest.mark.parametrize("denominator", [1, 2, 15, 40, 68, 1000])
def test_the_interval_of_a_rate_is_the_one_scipy_gives(denominator: int) -> None:
    from scipy.stats import binomtest

    for numerator in range(0, denominator + 1, max(1, denominator // 7)):
        told = binomtest(numerator, denominator).proportion_ci(0.95, method="wilson")
        assert wilson(numerator, denominator) == pytest.approx((told.low, told.high), abs=1e-12)
