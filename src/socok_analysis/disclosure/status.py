"""What a mid-year status may show, beside the year's report and all earlier ones.

A status is published for itself: what it shows must not, with the reports, give a hidden number
by subtraction. It is planned as a report between the earlier years' and the year's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from socok_analysis.core.year import Year
from socok_analysis.disclosure.cells import Cell, System, make_system
from socok_analysis.disclosure.protection import Protection, list_declared, read_hidden
from socok_analysis.disclosure.rules import make_rules
from socok_analysis.figures.figure import Figure

REPORT = 9999
ByName = Mapping[str, Figure]


def place_report(year: int) -> int:
    """Return a report's place among reports and statuses."""
    return year * 10_000 + REPORT


def place_status(year: Year, as_of: date) -> int:
    """Return a status's place: before its year's report."""
    return year.year * 10_000 + min((as_of - year.period_start).days, REPORT - 1)


def plan_status(
    years: Sequence[Year], reports: Mapping[int, ByName], status: ByName, as_of: date
) -> Protection:
    """Return what a status of the newest year hides, with what the reports hide.

    `years` are the year and all before it, oldest first, with the figures of their reports.
    """
    from socok_analysis.disclosure.plan import plan_year

    system, place = make_status_system(years, reports, status, as_of)
    hidden = {c: why for y in years for c, why in read_hidden(y.processed_dir, y.year).items()}
    taken = {Cell(place_report(cell.year), cell.name) for cell in hidden}
    declared = {Cell(place_report(cell.year), cell.name) for cell in list_declared(years)}
    plan = plan_year(system, place, taken, declared)
    newest = years[-1].year
    earlier = {cell: why for cell, why in hidden.items() if cell.year != newest}
    own = {Cell(newest, cell.name): "få personer" for cell in plan.hidden}
    return Protection({**earlier, **own}, frozenset(year.year for year in years))


def make_status_system(
    years: Sequence[Year], reports: Mapping[int, ByName], status: ByName, as_of: date
) -> tuple[System, int]:
    """Return the cells of the reports and the status between them, and the status's place."""
    from socok_analysis.figures.outcomes import list_exit_reasons
    from socok_analysis.intake.maps import read_maps

    newest = years[-1]
    place = place_status(newest, as_of)
    maps = read_maps(newest.root, newest.year)
    known = list_exit_reasons(maps), maps.definitions
    figures = {place_report(year.year): reports[year.year] for year in years} | {place: status}
    rules = {place_report(y.year): make_rules(y, reports[y.year], *known) for y in years}
    rules[place] = make_rules(newest, status, *known)
    before = [place_report(year.year) for year in years[:-1]]
    chains = [[*before, place_report(newest.year)], [*before, place]]
    numbered = {
        number: {name: replace(figure, year=number) for name, figure in by_name.items()}
        for number, by_name in figures.items()
    }
    return make_system(numbered, rules, chains), place
