"""Measures: tidy tables in, figures out; of a year, and of a year as it stands on a date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures import agreements, outcomes, registers
from socok_analysis.figures.counting import count_months
from socok_analysis.figures.figure import Figure, explain
from socok_analysis.intake.maps import Maps

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
TEXT_SOURCE = "tekst: Anbefaling og Opfølgning"
MEASURED_BY = {
    "jobs_per_year": "jobs.total",
    "jobs_in_strategy": "jobs.cumulative",
    "enterprises": "enterprises.total",
}
RECEIVED = {"rows_kept": "rows", "rows_quarantined": "set_aside", "rows_skipped": "passed_over"}
LAST_YEAR = ("jobs.total", "jobs.jobcentre", "jobs.other")


def measure_year(
    tables: Tables, earlier_jobs: Sequence[pd.DataFrame], year: Year, maps: Maps
) -> list[Figure]:
    """Return every figure of a year. `earlier_jobs`: the jobs tables of earlier years' exports."""
    figures = [
        *outcomes.measure_outcomes(tables, year, maps),
        *registers.measure_jobs(tables, earlier_jobs, year, maps),
        *registers.measure_enterprises(tables, year, maps),
        *agreements.measure_agreements(tables, year),
        *agreements.measure_occupancy(tables, year),
        *agreements.measure_followup(tables, year),
        *agreements.measure_attendance(tables, year),
        *outcomes.measure_progression(tables, year),
        *registers.measure_network(tables, year),
        *registers.measure_grants(tables, year, maps),
        *registers.measure_facts(tables, year),
        *registers.measure_recommendations(year),
    ]
    sources = {kind: name_sources(table) for kind, table in tables.items()}
    sources |= {"exits": sources["courses"], "texts": TEXT_SOURCE}
    figures += [*scale_jobs(figures, year), *outcomes.compare_partners(figures, year, maps)]
    return [explain(figure, sources) for figure in [*figures, *measure_goals(figures, year)]]


def name_sources(table: pd.DataFrame) -> str:
    """Return the file, sheet and number of rows a table came from (a course may have several)."""
    if not len(table):
        return "ingen rækker"
    parts = table[["source_file", "source_sheet"]].drop_duplicates().itertuples(index=False)
    names = ", ".join(" › ".join(filter(None, part)) for part in parts)
    joined = table["source_rows"].str.count(";").sum() if "source_rows" in table else 0
    return f"{names} ({len(table) + int(joined)} rækker)"


def scale_jobs(figures: Iterable[Figure], year: Year) -> list[Figure]:
    """Return jobs by channel, and jobcentre jobs by type, per twelve months."""
    months = count_months(year.period_start, year.period_end)
    named = {figure.figure: figure for figure in figures}
    names = {name: f"{name}_per_12_months" for name in ("jobs.jobcentre", "jobs.other")}
    for name in named:
        if name.startswith("jobs.type."):
            names[name] = name.replace("jobs.type.", "jobs.per_12_months.")
    return [
        replace(named[name], figure=scaled, value=(named[name].value or 0) * 12 / months)
        for name, scaled in names.items()
    ]


def measure_goals(figures: Iterable[Figure], year: Year) -> list[Figure]:
    """Return each goal the year sets, and whether its actual figure reaches it."""
    actual, measured = {figure.figure: figure for figure in figures}, []
    for goal, name in MEASURED_BY.items():
        target, figure = getattr(year, goal), actual[name]
        if target is not None:
            period = (figure.period_start, figure.period_end)
            is_met = figure.value is not None and figure.value >= target
            measured.append(Figure(f"goals.{goal}", target, (), *period))
            measured.append(Figure(f"goals.{goal}.met", is_met, figure.tables, *period))
    return measured


def measure_received(accounts: Iterable[Mapping[str, object]], year: Year) -> list[Figure]:
    """Return the rows of each kind of export used, set aside and passed over.

    Sheets of no known kind stand together.
    """
    counts: dict[str, int] = {}
    files: dict[str, str] = {}
    for account in accounts:
        for column, name in RECEIVED.items():
            key = f"intake.{account['kind'] or 'unused'}.{name}"
            counts[key] = counts.get(key, 0) + int(str(account[column]))
            files[key] = f"{account['file']} › {account['sheet']}"
    return [
        explain(Figure(name, number, (name,), period_end=year.period_end), files)
        for name, number in counts.items()
    ]


def cut_year(year: Year, as_of: date) -> Year:
    """Return the year as it stands on a date: its period and its evaluation end there."""
    previous = year.previous_evaluation_date
    if previous is not None and previous >= as_of:
        previous = None
    return replace(year, period_end=as_of, evaluation_date=as_of, previous_evaluation_date=previous)


def measure_status(
    tables: Tables, earlier_jobs: Sequence[pd.DataFrame], year: Year, as_of: date, maps: Maps
) -> list[Figure]:
    """Return a mid-year status: the year's figures as of a date, the part of the year's goal for
    jobs that belongs to the months so far, and last year's jobs to the same date.

    `earlier_jobs`: the jobs tables of earlier years' exports.
    """
    start, end = shift_year(year.period_start), shift_year(as_of)
    added = [
        replace(figure, figure=f"last_year.{figure.figure}")
        for figure in registers.measure_jobs(
            tables, [], replace(year, period_start=start, period_end=end), maps
        )
        if figure.figure in LAST_YEAR
        or figure.figure.startswith(("jobs.type.", "jobs.other_type.", "jobs.channel."))
    ]
    if year.jobs_per_year is not None:
        part = year.jobs_per_year * count_months(year.period_start, as_of) / 12
        added.append(Figure("goals.jobs_per_year.to_date", part, (), year.period_start, as_of))
    figures = measure_year(tables, earlier_jobs, cut_year(year, as_of), maps)
    sources = {"jobs": name_sources(tables["jobs"])}
    return [*figures, *(explain(figure, sources) for figure in added)]


def shift_year(day: date) -> date:
    """Return the same date a year before; 28 February for a leap day."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def find_last_event(tables: Tables, as_of: date) -> date | None:
    """Return the last day by `as_of` on which the exports have a start or an end.

    Where it lies long before `as_of`, the exports were drawn too early for the status.
    """
    jobs, courses = tables["jobs"], tables["courses"]
    columns = (jobs["started_on"], courses["started_on"], courses["ended_on"])
    days = [day for column in columns for day in column.dropna() if day <= as_of]
    return max(days, default=None)
