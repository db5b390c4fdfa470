"""What is opened: a year's page, a status's, the tidy tables.

Tables are made first where they are stale. Everything a page shows is looked up here and handed
over; `show` looks nothing up.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.checks.findings import list_concerned, read_deviations
from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.lists import ListFile, read_rows
from socok_analysis.core.problems import DataError, Problem, UsageError, read_problems
from socok_analysis.core.year import Year, find_project, list_earlier, list_years, maps_dir
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.public import Public, plan_status, read_public
from socok_analysis.figures.evidence import Evidence, read_evidence
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.figures.ledger import compare_year
from socok_analysis.figures.measure import cut_year, measure_status, read_reservations
from socok_analysis.intake.maps import Definition
from socok_analysis.intake.tables import read_tables
from socok_analysis.intake.texts import Words
from socok_analysis.run.build import PUBLISHED, check_publishable, prepare_year
from socok_analysis.run.notebooks import FRONT_PAGE, YEAR_PAGE, list_page_partners, list_runs
from socok_analysis.run.prepare import list_releases, read_earlier_jobs
from socok_analysis.show.notebook import NotebookPage
from socok_analysis.show.page import BrokenSeries, check_choice, read_parameters

if TYPE_CHECKING:
    import pandas as pd


def open_page(namespace: Mapping[str, Any], *parameters: str) -> NotebookPage:
    """Return the page for a notebook's parameters, which are checked.

    `namespace` is the notebook's `globals()`, `parameters` the names it takes. Tables and
    figures are made first where they are missing or out of date. Raise UsageError for a wrong
    parameter, DataError where the exports have errors.
    """
    values = read_parameters(namespace, parameters)
    root, number = find_project(Path.cwd()), values["year"]
    prepared, edition = prepare_year(root, number), values.get("edition", "public")
    if edition == "public":
        check_publishable([prepared])
    page = make_page(root, number, edition, values.get("partner", ""), values.get("section", ""))
    check_choice(page, parameters)
    page.mark_edition()
    return page


def make_page(
    root: Path, number: int, edition: Edition, partner: str = "", section: str = ""
) -> NotebookPage:
    """Return a year's page with the figures of that year and of those before it."""
    told, evidence = gather_evidence(root, number, edition=edition)
    year, every = evidence.year, read_figures(evidence.year.processed_dir, number)
    runs = list_runs(root, number, list_page_partners(year), edition)
    published = [int(each) for each in os.environ.get(PUBLISHED, "").split()]

    @cache
    def is_told(check: str, concerns: str) -> bool:
        """Tell whether all figures a finding tells something of are told themselves."""
        finding = Problem("info", check, "", column=concerns)
        return {*list_concerned(finding, every)} <= {*told[number].figures}

    return NotebookPage(
        year,
        edition,
        partner,
        told,
        section,
        evidence=evidence,
        words={each: Words(root, each) for each in [*told][-2:]},
        breaks=read_breaks(root, evidence.maps.definitions),
        problems=[p for p in read_problems(year.processed_dir) if is_told(p.check, p.column)],
        deviations=[d for d in read_deviations(year.raw_dir)[0] if is_told(d.check, d.concerns)],
        comparisons=compare_year(year.raw_dir, told[number].figures)[0],
        pages={run.page for run in runs} - {FRONT_PAGE, YEAR_PAGE},
        published=published or list_years(root, edition),
        corrected=[(r.day, r.because) for r in list_releases(root, [number]) if r.because],
        reservations=read_reservations(root),
    )


def gather_evidence(
    root: Path, *numbers: int, edition: Edition = "internal"
) -> tuple[dict[int, Public], Evidence]:
    """Return what an edition tells of years, of one also of those before it that have exports; and
    the last year's tables and figures told, with those of the one before.
    """
    earlier = list_earlier(root, numbers[0]) if len(numbers) == 1 else ()
    years = [prepare_year(root, number).year for number in (*earlier, *numbers)]
    told = {
        year.year: read_public(year.processed_dir, year.year)
        if edition == "public"
        else Public(read_figures(year.processed_dir, year.year), {})
        for year in years
    }
    *before, last = years[-2:]
    chain = [read_evidence(year, told[year.year].figures) for year in before]
    return told, read_evidence(last, told[last.year].figures, *chain)


def read_breaks(root: Path, definitions: Iterable[Definition]) -> list[BrokenSeries]:
    """Return where series are broken: as `breaks.csv` declares for reasons figures do not tell, and
    for a partner's rates where a version of a definition is not comparable.
    """
    problems: list[Problem] = []
    breaks = read_rows(ListFile(maps_dir(root) / "breaks.csv"), BrokenSeries, problems)
    if problems:
        raise DataError("Listen over brud har fejl.", problems)
    for version in definitions:
        for kind in () if version.is_comparable else ("", "*."):
            pattern = f"outcomes.{version.partner or '*'}.{kind}{version.definition}"
            breaks.append(BrokenSeries(pattern, version.valid_from, version.reason))
    return breaks


def open_status(namespace: Mapping[str, Any]) -> NotebookPage:
    """Return the page of a status for a notebook's parameters `year`, `as_of` and `edition`.

    Its figures are the year's as of that date. Raise UsageError for a wrong parameter or a date
    outside the year's period, DataError where the exports have errors.
    """
    values = read_parameters(namespace, ("year", "as_of", "edition"))
    page = make_status_page(find_project(Path.cwd()), values)
    page.mark_edition()
    return page


def make_status_page(root: Path, values: Mapping[str, Any]) -> NotebookPage:
    """Return the page of a status: the year's figures as of a date."""
    year = prepare_year(root, values["year"]).year
    as_of, edition = check_day(values["as_of"], year), values["edition"]
    evidence = read_evidence(year)
    jobs, _ = read_earlier_jobs(root, year.year, prepare_year)
    measured = measure_status(replace(evidence, earlier_jobs=tuple(jobs)), as_of).figures
    figures: Mapping[str, Figure] = {n: replace(f, year=year.year) for n, f in measured.items()}
    told = Public(figures, {})
    if edition == "public":
        known = [read_public(year.processed_dir, year.year).figures]
        known += [each.figures for each in list_releases(root, [year.year])]
        told = plan_status(year, figures, known)
    evidence, status = replace(evidence, figures=told.figures), cut_year(year, as_of)
    return NotebookPage(status, edition, "", {year.year: told}, evidence=evidence)


def check_day(text: str, year: Year) -> date:
    """Return the date of a status; raise UsageError where it is none or outside the period."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"“{text}” er ikke en dato som 2020-06-30.") from error
    if not year.period_start <= day <= year.period_end:
        period = format_period(year.period_start, year.period_end)
        raise UsageError(f"{format_day(day)} ligger uden for årets periode: {period}.")
    return day


def open_tables(year: int) -> dict[str, pd.DataFrame]:
    """Return a year's tidy tables by name, made first where they are not up to date.

    Run it anywhere in the project's folder. Raise DataError where the exports have errors. The
    tables are about persons: what is shown of them is for the analyst to protect.
    """
    return dict(read_tables(prepare_year(find_project(Path.cwd()), year).year.processed_dir))
