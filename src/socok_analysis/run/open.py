"""What notebooks open: a year's page, a status's page, or the tidy tables. Made first if stale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.errors import UsageError
from socok_analysis.core.year import find_project, list_years
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.protection import read_protection
from socok_analysis.figures.figure import read_figures
from socok_analysis.run.build import check_publishable, prepare_year
from socok_analysis.run.reads import note_reads
from socok_analysis.show.page import Page, mark_edition
from socok_analysis.show.parameters import (
    check_family,
    check_partner,
    check_section,
    read_parameters,
)

if TYPE_CHECKING:
    import pandas as pd

# What a page imports on its way, for a process that pages are forked from.
__preload__ = (
    "pandas",
    "pyarrow.parquet",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "jinja2.sandbox",
    "socok_analysis.show.charts",
    "socok_analysis.show.links",
    "socok_analysis.show.tables",
    "socok_analysis.show.tiles",
)


def open_page(namespace: Mapping[str, Any], *parameters: str) -> Page:
    """Return the page for a notebook's parameters, which are checked.

    `namespace` is the notebook's `globals()`, `parameters` the names it takes. Tables and
    figures are made first where they are missing or out of date. Raise UsageError for a wrong
    parameter, DataError where the exports have errors.
    """
    values = read_parameters(namespace, parameters)
    root = find_project(Path.cwd())
    note_reads(root)
    prepared = prepare_year(root, values["year"])
    if values.get("edition", "public") == "public":
        check_publishable([prepared])
    edition: Edition = values.get("edition", "public")
    page = replace(
        make_page(root, values["year"], edition, values.get("partner", "")),
        section=values.get("section", ""),
        family=values.get("family", ""),
    )
    for check in (check_partner, check_section, check_family):
        check(page, parameters)
    mark_edition(page)
    return page


def make_page(root: Path, number: int, edition: Edition, partner: str = "") -> Page:
    """Return a year's page with the figures of that year and of those before it."""
    numbers = [year for year in list_years(root) if year <= number]
    years = [prepare_year(root, year).year for year in numbers]
    by_year = {year.year: read_figures(year.processed_dir, year.year) for year in years}
    protection = read_protection({year.year: year.processed_dir for year in years})
    return Page(years[-1], edition, partner, by_year, protection)


def open_status(namespace: Mapping[str, Any]) -> Page:
    """Return the page of a status for a notebook's parameters `year`, `as_of` and `edition`.

    Its figures are the year's as of that date. Raise UsageError for a wrong parameter or a date
    outside the year's period, DataError where the exports have errors.
    """
    from socok_analysis.core.year import find_project, list_years
    from socok_analysis.figures.figure import read_figures
    from socok_analysis.run.build import prepare_year

    values = read_parameters(namespace, ("year", "as_of", "edition"))
    root = find_project(Path.cwd())
    earlier = [number for number in list_years(root) if number < values["year"]]
    by_year = {n: read_figures(prepare_year(root, n).year.processed_dir, n) for n in earlier}
    page = make_status_page(root, values, by_year)
    mark_edition(page)
    return page


def make_status_page(root: Path, values: Mapping[str, Any], earlier: Mapping[int, Any]) -> Page:
    """Return the page with the status's figures beside those of earlier reports."""
    from dataclasses import replace

    from socok_analysis.disclosure.status import plan_status
    from socok_analysis.figures.figure import read_figures
    from socok_analysis.figures.status import cut_year, measure_status
    from socok_analysis.intake.maps import read_maps
    from socok_analysis.intake.tables import read_tables
    from socok_analysis.run.build import list_measured, prepare_year, read_earlier_jobs

    year = prepare_year(root, values["year"]).year
    as_of = read_date(values["as_of"], year.period_start, year.period_end)
    tables = read_tables(year.processed_dir)
    jobs, _ = read_earlier_jobs(root, year.year)
    figures = measure_status(tables, jobs, year, as_of, read_maps(root, year.year))
    by_name = {figure.figure: replace(figure, year=year.year) for figure in figures}
    reports = {**earlier, year.year: read_figures(year.processed_dir, year.year)}
    plan = plan_status([*list_measured(root, year.year), year], reports, by_name, as_of)
    cut = cut_year(year, as_of)
    return Page(cut, values["edition"], "", {**earlier, year.year: by_name}, plan)


def read_date(text: str, first: date, last: date) -> date:
    """Return the date of a status; raise UsageError where it is none or outside the period."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"“{text}” er ikke en dato som 2020-06-30.") from error
    if not first <= day <= last:
        period = format_period(first, last)
        raise UsageError(f"{format_day(day)} ligger uden for årets periode: {period}.")
    return day


def open_tables(year: int) -> dict[str, pd.DataFrame]:
    """Return a year's tidy tables by name, made first where they are not up to date.

    Run it anywhere in the project's folder. Raise DataError where the exports have errors. The
    tables are about persons: what is shown of them is for the analyst to protect.
    """
    from socok_analysis.core.year import find_project
    from socok_analysis.intake.tables import read_tables
    from socok_analysis.run.build import prepare_year

    return read_tables(prepare_year(find_project(Path.cwd()), year).year.processed_dir)
