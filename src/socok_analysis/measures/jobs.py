"""Jobs given in the report's period and since the strategy began."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.figures import Figure
from socok_analysis.intake.maps import Maps, list_codes
from socok_analysis.measures.counting import count_months, within
from socok_analysis.year import Year

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
        *count_types(through_centre, year, maps),
        count_cumulative([jobs, *reversed(earlier)], year),
        Figure("jobs.total_per_12_months", len(new) * 12 / count_months(*period), TABLES, *period),
    ]


def count_types(jobs: pd.DataFrame, year: Year, maps: Maps) -> list[Figure]:
    """Return the jobs of each type of the code list, 0 where there is none."""
    return [
        Figure(f"jobs.type.{code}", int((jobs["job_type"] == code).sum()), TABLES,
               year.period_start, year.period_end, label=entry.label)
        for code, entry in list_codes(maps.codes["job_types"]).items()
    ]  # fmt: skip


def count_cumulative(exports: Sequence[pd.DataFrame], year: Year) -> Figure:
    """Return the jobs since the strategy began, each once (by job id) over all exports.

    `exports` has the newest first: what it says of a job holds against an earlier one.
    """
    newest: dict[str, date] = {}
    for jobs in exports:
        for job_id, day in zip(jobs["job_id"], jobs["started_on"], strict=True):
            newest.setdefault(job_id, day)
    number = sum(year.strategy_start <= day <= year.period_end for day in newest.values())
    return Figure("jobs.cumulative", number, TABLES, year.strategy_start, year.period_end)
