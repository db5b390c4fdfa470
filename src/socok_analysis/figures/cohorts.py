"""The same outcomes seen in other ways: by the year of start, of the decided ones, and over time.

Those who await a decision are a state of their own: a rate of the decided leaves them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import difference, on_or_before
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.outcomes import TABLES, Stays, list_stays, measure_rates
from socok_analysis.intake.maps import Maps

if TYPE_CHECKING:
    import pandas as pd

UNDECIDED = "awaiting"
DECIDED_RATES = ("success_wide", "success_narrow", "stopped")
COHORT_RATES = ("success_wide", "success_narrow")
CHANGES = ("success_wide", "success_narrow", "stopped")


def measure_cohorts(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Figure]:
    """Return each partner's decided outcomes, its cohorts, and the change since last time."""
    return [
        figure
        for stays in list_stays(tables, year, maps)
        for figure in [
            *measure_resolved(stays),
            *measure_starts(stays),
            *measure_change(stays, year.previous_evaluation_date),
        ]
    ]


def measure_resolved(stays: Stays) -> list[Figure]:
    """Return the undecided and the decided courses, and the rates of the decided alone.

    Undecided is a completed course that has no reason but those of the awaiting.
    """
    completed = stays.completed
    own = stays.exits[~stays.exits["exit_reason"].isin(stays.counts.get(UNDECIDED, ()))]
    decided = completed[completed["course_id"].isin(own["course_id"])]
    prefix = f"{stays.prefix}.resolved"
    counts = {
        f"{stays.prefix}.undecided": len(completed) - len(decided),
        f"{prefix}.completed": len(decided),
    }
    return [
        *(Figure(name, n, TABLES, stays.first, stays.day) for name, n in counts.items()),
        *measure_rates(prefix, stays, decided, stays.first, known(stays, DECIDED_RATES)),
    ]


def known(stays: Stays, names: tuple[str, ...]) -> list[str]:
    """Return the names that are declared."""
    return [name for name in names if name in stays.counts]


def measure_starts(stays: Stays) -> list[Figure]:
    """Return started and completed courses and their rates by the calendar year of the start."""
    years = sorted({day.year for day in stays.courses["started_on"]})
    return [figure for year in years for figure in measure_cohort(stays, year)]


def measure_cohort(stays: Stays, year: int) -> list[Figure]:
    """Return the courses that started in one calendar year, as of the evaluation date."""
    prefix, first = f"{stays.prefix}.cohort.{year}", date(year, 1, 1)
    started = stays.courses["started_on"].map(lambda day: day.year == year)
    own, completed = stays.courses[started], stays.completed
    ended = completed[completed["course_id"].isin(own["course_id"])]
    return [
        Figure(f"{prefix}.started", len(own), ("courses",), first, stays.day),
        Figure(f"{prefix}.completed", len(ended), ("courses",), first, stays.day),
        *measure_rates(prefix, stays, ended, first, known(stays, COHORT_RATES)),
    ]


def measure_change(stays: Stays, previous: date | None) -> list[Figure]:
    """Return each rate since the last evaluation minus the same rate before it."""
    if previous is None:
        return []
    completed = stays.completed
    is_before = on_or_before(completed["ended_on"], previous)
    names = known(stays, CHANGES)
    rates = [
        measure_rates("", stays, part, None, names)
        for part in (completed[~is_before], completed[is_before])
    ]
    return [
        figure
        for name, since, before in zip(names, *rates, strict=True)
        for figure in difference(
            f"{stays.prefix}.change.{name}",
            since,
            before,
            tables=TABLES,
            period_start=previous,
            period_end=stays.day,
        )
    ]
