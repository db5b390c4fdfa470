"""Jobs given in the report's period and since the strategy began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import count_months, is_true, on_or_before, within
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.occupancy import list_month_ends
from socok_analysis.intake.maps import CodeList, Maps, list_codes

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("jobs",)


def measure_jobs(
    tables: Mapping[str, pd.DataFrame], earlier: Sequence[pd.DataFrame], year: Year, maps: Maps
) -> list[Figure]:
    """Return jobs by channel and type, in all, cumulative and per twelve months."""
    jobs = tables["jobs"]
    period = (year.period_start, year.period_end)
    new = jobs[within(jobs["started_on"], *period)]
    channels = list_codes(maps.codes["channels"])
    own = [code for code, entry in channels.items() if entry.extra["channel_group"] == "jobcentre"]
    through_centre = new[new["channel"].isin(own)]
    return [
        Figure("jobs.jobcentre", len(through_centre), TABLES, *period),
        Figure("jobs.other", len(new) - len(through_centre), TABLES, *period),
        Figure("jobs.total", len(new), TABLES, *period),
        *count_codes("type", through_centre["job_type"], year, maps.codes["job_types"]),
        *count_codes(
            "other_type",
            new.loc[~new["channel"].isin(own), "job_type"],
            year,
            maps.codes["job_types"],
        ),
        *count_codes("channel", new["channel"], year, maps.codes["channels"]),
        *count_returned(new, tables["courses"], year),
        *count_cumulative([jobs, *reversed(earlier)], year),
        Figure("jobs.total_per_12_months", len(new) * 12 / count_months(*period), TABLES, *period),
    ]


def count_codes(name: str, values: pd.Series, year: Year, codes: CodeList) -> list[Figure]:
    """Return the jobs with each code of a list, 0 where there is none."""
    return [
        Figure(
            f"jobs.{name}.{code}",
            int((values == code).sum()),
            TABLES,
            year.period_start,
            year.period_end,
            label=entry.label,
        )
        for code, entry in list_codes(codes).items()
    ]


def count_returned(new: pd.DataFrame, courses: pd.DataFrame, year: Year) -> list[Figure]:
    """Return, for each partner, its new jobs to people who had completed a course there."""
    stays = courses[["person_key", "enterprise_id", "ended_on"]]
    pairs = new.merge(stays, on=["person_key", "enterprise_id"], suffixes=("", "_course"))
    after = pairs[is_true(pairs["ended_on_course"] <= pairs["started_on"])]
    started = courses[on_or_before(courses["started_on"], year.evaluation_date)]
    return [
        Figure(
            f"jobs.returned.{partner}",
            after.loc[after["enterprise_id"] == partner, "job_id"].nunique(),
            (*TABLES, "courses"),
            year.period_start,
            year.period_end,
        )
        for partner in sorted(started["enterprise_id"].unique())
    ]


def count_cumulative(exports: Sequence[pd.DataFrame], year: Year) -> list[Figure]:
    """Return the jobs since the strategy began, each once (by job id) over all exports.

    In all, and by the end of each month. `exports` has the newest first: what it says of a job
    holds against an earlier one.
    """
    newest: dict[str, date] = {}
    for jobs in exports:
        for job_id, day in zip(jobs["job_id"], jobs["started_on"], strict=True):
            newest.setdefault(job_id, day)
    first = year.strategy_start
    ends = list_month_ends(first, year.period_end)
    numbers = [count_days(newest.values(), first, end) for end in ends]
    months = [
        Figure(f"jobs.cumulative.{end:%Y-%m}", number, TABLES, first, end)
        for end, number in zip(ends, numbers, strict=True)
    ]
    number = count_days(newest.values(), first, year.period_end)
    return [Figure("jobs.cumulative", number, TABLES, first, year.period_end), *months]


def count_days(days: Iterable[date], first: date, last: date) -> int:
    """Return how many of the days lie in a period."""
    return sum(first <= day <= last for day in days)
