"""The report's charts, each by a name that notebooks use. Captions say what is seen."""

from __future__ import annotations

from collections.abc import Callable

from socok_analysis.show.charts.drawing import Chart, save_chart
from socok_analysis.show.charts.jobs import chart_job_types, chart_jobs_over_time
from socok_analysis.show.charts.outcomes import chart_outcomes, chart_rates
from socok_analysis.show.charts.places import chart_occupancy
from socok_analysis.show.charts.progression import chart_progression
from socok_analysis.show.page import Page

__all__ = ["CHARTS", "Chart", "save_chart"]

CHARTS: dict[str, Callable[[Page], Chart | None]] = {
    "outcomes": chart_outcomes,
    "rates": chart_rates,
    "occupancy": chart_occupancy,
    "job_types": chart_job_types,
    "jobs_over_time": chart_jobs_over_time,
    "progression": chart_progression,
}
