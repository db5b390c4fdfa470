"""Jobs scaled to twelve months, so that reports of different length can be read together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import count_months
from socok_analysis.figures.figure import Figure

NAMES = {"jobs.jobcentre": "jobs.jobcentre_per_12_months", "jobs.other": "jobs.other_per_12_months"}
TYPE, SCALED_TYPE = "jobs.type.", "jobs.per_12_months."


def scale_jobs(figures: Iterable[Figure], year: Year) -> list[Figure]:
    """Return jobs by channel, and jobcentre jobs by type, per twelve months."""
    months = count_months(year.period_start, year.period_end)
    named = {figure.figure: figure for figure in figures}
    names = NAMES | {
        name: name.replace(TYPE, SCALED_TYPE) for name in named if name.startswith(TYPE)
    }
    return [
        replace(named[name], figure=scaled, value=(named[name].value or 0) * 12 / months)
        for name, scaled in names.items()
        if name in named and named[name].value is not None
    ]
