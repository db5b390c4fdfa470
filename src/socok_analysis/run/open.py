"""What notebooks open: a year's page, a status's page, or the tidy tables. Made first if stale.

Here everything a page shows is looked up and handed over; `show` looks nothing up.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from socok_analysis.checks.deviations import read_deviations
from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.lists import ListFile, read_rows
from socok_analysis.core.problems import Problem, read_problems
from socok_analysis.core.year import (
    Year,
    find_project,
    list_measured,
    list_published,
    list_years,
    maps_dir,
)
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.protection import plan_status, read_protection
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.figures.measure import cut_year, measure_status
from socok_analysis.figures.published import compare_year
from socok_analysis.intake.maps import Definition, read_maps
from socok_analysis.intake.tables import read_table, read_tables
from socok_analysis.intake.texts import list_sections, list_told, load_text, text_dir
from socok_analysis.run.build import check_publishable, prepare_year
from socok_analysis.run.make import read_earlier_jobs
from socok_analysis.run.notebooks import YEAR_PAGE, list_page_partners, list_runs
from socok_analysis.show.notebook import NotebookPage
from socok_analysis.show.page import BrokenSeries, Words, check_choice, read_parameters
from socok_analysis.show.text import render_text

if TYPE_CHECKING:
    import pandas as pd

TITLE = re.compile(r"page\.title\(\s*(['\"])(.+?)\1\s*\)")
T = TypeVar("T")


class Lazy(Mapping[str, T]):
    """Things by name, each read when it is asked for and then kept."""

    def __init__(self, list_names: Callable[[], Iterable[str]], read: Callable[[str], T]) -> None:
        self._list, self._read, self._known = list_names, read, dict[str, T]()

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(self._list())

    def __getitem__(self, name: str) -> T:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def open_page(namespace: Mapping[str, Any], *parameters: str) -> NotebookPage:
    """Return the page for a notebook's parameters, which are checked.

    `namespace` is the notebook's `globals()`, `parameters` the names it takes. Tables and
    figures are made first where they are missing or out of date. Raise UsageError for a wrong
    parameter, DataError where the exports have errors.
    """
    values = read_parameters(namespace, parameters)
    root = find_project(Path.cwd())
    prepared = prepare_year(root, values["year"])
    edition: Edition = values.get("edition", "public")
    if edition == "public":
        check_publishable([prepared])
    page = make_page(root, values["year"], edition, values.get("partner", ""))
    page = replace(page, section=values.get("section", ""))
    check_choice(page, parameters)
    page.mark_edition()
    return page


def make_page(root: Path, number: int, edition: Edition, partner: str = "") -> NotebookPage:
    """Return a year's page with the figures of that year and of those before it."""
    numbers = [year for year in list_years(root) if year <= number]
    years = [prepare_year(root, year).year for year in numbers]
    *before, year = years
    by_year = {year.year: read_figures(year.processed_dir, year.year) for year in years}
    earlier = make_evidence(before[-1], by_year[before[-1].year]) if before else None
    evidence = make_evidence(year, by_year[number], earlier)
    page = NotebookPage(
        year,
        edition,
        partner,
        by_year,
        protection=read_protection({year.year: year.processed_dir for year in years}),
        evidence=evidence,
        words={each.year: read_words(each) for each in years[-2:]},
        breaks=read_breaks(root, evidence.maps.definitions),
        problems=read_problems(year.processed_dir),
        deviations=read_deviations(year.raw_dir)[0],
        comparisons=compare_year(year.raw_dir, by_year[number])[0],
        published=list_published(root, edition),
    )
    return replace(page, titles=_read_titles(page))


def make_evidence(
    year: Year, figures: Mapping[str, Figure], earlier: Evidence | None = None
) -> Evidence:
    """Return a year's evidence; its tables are read when they are asked for."""
    folder = year.processed_dir
    tables = Lazy(
        lambda: [path.stem for path in sorted(folder.glob("*.parquet"))],
        lambda name: read_table(folder / f"{name}.parquet"),
    )
    return Evidence(year, tables, figures, read_maps(year.root, year.year), earlier)


def read_words(year: Year) -> Words:
    """Return a year's sections and texts; a text is read when it is asked for."""
    folder = text_dir(year.root, year.year)
    paths = {p.relative_to(folder).with_suffix("").as_posix(): p for p in folder.rglob("*.md")}
    words = Words(year, list_sections(year.root, year.year))
    texts = Lazy(lambda: sorted(paths), lambda name: load_text(paths[name], words.place(name)))
    return replace(words, texts=texts, stories=list_told(year.root, year.year))


def read_breaks(root: Path, definitions: Iterable[Definition]) -> list[BrokenSeries]:
    """Return where series are broken; raise DataError with what is wrong with the file.

    `breaks.csv` (`pattern,year,reason`) declares it for a reason the figures do not tell. A
    version of a definition that is not comparable breaks the rate of its partner, of each kind.
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


def _read_titles(page: NotebookPage) -> Mapping[str, str]:
    """Return the titles of the other pages of the page's year by name, in their order.

    A title is what its notebook would show with its page's parameters; empty where it shows none.
    """
    known: dict[str, Any] = {}

    def list_names() -> Iterable[str]:
        root, number = page.year.root, page.year.year
        partners = list_page_partners(root, number, page.figures)
        runs = list_runs(root, number, partners, page.edition)
        known.update({run.page: run for run in runs if run.page != YEAR_PAGE})
        return known

    def read(name: str) -> str:
        cells = json.loads(known[name].notebook.read_text(encoding="utf-8"))["cells"]
        found = (TITLE.search("".join(cell["source"])) for cell in cells)
        template = next((match[2] for match in found if match), "")
        values = {k: v for k, v in known[name].parameters if k in ("partner", "section")}
        return render_text(replace(page, **values), template)

    return Lazy(list_names, read)


def open_status(namespace: Mapping[str, Any]) -> NotebookPage:
    """Return the page of a status for a notebook's parameters `year`, `as_of` and `edition`.

    Its figures are the year's as of that date. Raise UsageError for a wrong parameter or a date
    outside the year's period, DataError where the exports have errors.
    """
    values = read_parameters(namespace, ("year", "as_of", "edition"))
    root = find_project(Path.cwd())
    earlier = [number for number in list_years(root) if number < values["year"]]
    by_year = {n: read_figures(prepare_year(root, n).year.processed_dir, n) for n in earlier}
    page = make_status_page(root, values, by_year)
    page.mark_edition()
    return page


def make_status_page(
    root: Path, values: Mapping[str, Any], earlier: Mapping[int, Mapping[str, Figure]]
) -> NotebookPage:
    """Return the page with the status's figures beside those of earlier reports."""
    year = prepare_year(root, values["year"]).year
    as_of = _read_date(values["as_of"], year)
    evidence = make_evidence(year, read_figures(year.processed_dir, year.year))
    jobs, _ = read_earlier_jobs(root, year.year, prepare_year)
    figures = measure_status(evidence.tables, jobs, year, as_of, evidence.maps)
    by_name = {figure.figure: replace(figure, year=year.year) for figure in figures}
    reports = {**earlier, year.year: evidence.figures}
    plan = plan_status([*list_measured(root, year.year), year], reports, by_name, as_of)
    by_year = {**earlier, year.year: by_name}
    cut = cut_year(year, as_of)
    return NotebookPage(cut, values["edition"], "", by_year, plan, evidence=evidence)


def _read_date(text: str, year: Year) -> date:
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
    return read_tables(prepare_year(find_project(Path.cwd()), year).year.processed_dir)
