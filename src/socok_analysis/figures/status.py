"""The figures of a mid-year status: the year's own, as of a date, and last year's to that date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import count_months
from socok_analysis.figures.figure import Figure, explain
from socok_analysis.figures.jobs import measure_jobs
from socok_analysis.figures.measure import measure_year, name_sources
from socok_analysis.intake.maps import Maps

if TYPE_CHECKING:
    import pandas as pd

COMPARED = (
    "jobs.total",
    "jobs.jobcentre",
    "jobs.other",
    "jobs.other_type.",
    "jobs.type.",
    "jobs.channel.",
)


def cut_year(year: Year, as_of: date) -> Year:
    """Return the year as it stands on a date: its period and its evaluation end there."""
    previous = year.previous_evaluation_date
    is_before = previous is not None and previous < as_of
    return replace(
        year,
        period_end=as_of,
        evaluation_date=as_of,
        previous_evaluation_date=previous if is_before else None,
    )


def measure_status(
    tables: Mapping[str, pd.DataFrame],
    earlier_jobs: Sequence[pd.DataFrame],
    year: Year,
    as_of: date,
    maps: Maps,
) -> list[Figure]:
    """Return the year's figures as of a date, the goal to that date, and last year's jobs to it.

    `earlier_jobs`: the jobs tables of earlier years' exports.
    """
    figures = measure_year(tables, earlier_jobs, cut_year(year, as_of), maps)
    sources = {"jobs": name_sources(tables["jobs"])}
    added = [*measure_last_year(tables, year, as_of, maps), *measure_goal(year, as_of)]
    return [*figures, *(explain(figure, sources) for figure in added)]


def measure_last_year(
    tables: Mapping[str, pd.DataFrame], year: Year, as_of: date, maps: Maps
) -> list[Figure]:
    """Return the jobs of the same months a year before, from the same export."""
    start, end = shift_year(year.period_start), shift_year(as_of)
    earlier = replace(year, period_start=start, period_end=end)
    return [
        replace(figure, figure=f"last_year.{figure.figure}")
        for figure in measure_jobs(tables, [], earlier, maps)
        if figure.figure.startswith(COMPARED) and figure.figure != "jobs.total_per_12_months"
    ]


def shift_year(day: date) -> date:
    """Return the same date a year before; 28 February for a leap day."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


def measure_goal(year: Year, as_of: date) -> list[Figure]:
    """Return the part of the year's goal for jobs that belongs to the months so far."""
    if year.jobs_per_year is None:
        return []
    part = year.jobs_per_year * count_months(year.period_start, as_of) / 12
    return [Figure("goals.jobs_per_year.to_date", part, (), year.period_start, as_of)]


def find_last_event(tables: Mapping[str, pd.DataFrame], as_of: date) -> date | None:
    """Return the last day by `as_of` on which the exports have a start or an end.

    Where it lies long before `as_of`, the exports were drawn too early for the status.
    """
    columns = [
        tables["jobs"]["started_on"],
        tables["courses"]["started_on"],
        tables["courses"]["ended_on"],
    ]
    days = [day for column in columns for day in column.dropna() if day <= as_of]
    return max(days, default=None)
