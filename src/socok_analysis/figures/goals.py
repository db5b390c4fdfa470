"""The goals of `year.toml`, and whether they are met."""

from __future__ import annotations

from collections.abc import Iterable

from socok_analysis.core.year import Year
from socok_analysis.figures.figure import Figure

MEASURED_BY = {
    "jobs_per_year": "jobs.total",
    "jobs_in_strategy": "jobs.cumulative",
    "enterprises": "enterprises.total",
}


def measure_goals(figures: Iterable[Figure], year: Year) -> list[Figure]:
    """Return each goal the year sets, and whether its actual figure reaches it."""
    actual = {figure.figure: figure for figure in figures}
    measured = []
    for goal, name in MEASURED_BY.items():
        target = getattr(year, goal)
        if target is not None:
            figure = actual[name]
            period = (figure.period_start, figure.period_end)
            is_met = figure.value is not None and figure.value >= target
            measured.append(Figure(f"goals.{goal}", target, (), *period))
            measured.append(Figure(f"goals.{goal}.met", is_met, figure.tables, *period))
    return measured
