"""The spine: tables and figures, what may be shown, pages, documents, site.

Each step writes a folder of its own with a manifest, moved into place whole. A step whose inputs
and outputs are unchanged is skipped; a step that fails leaves what stood before.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.folders import OWN, lock_project, settle, workplace
from socok_analysis.core.manifest import is_fresh, is_whole
from socok_analysis.core.problems import DataError, Problem, UsageError
from socok_analysis.core.year import Year, list_earlier, list_published, pages_dir
from socok_analysis.disclosure import Edition
from socok_analysis.run.build import (
    Say,
    check_publishable,
    choose_years,
    place_problem,
    prepare_year,
    silent,
)
from socok_analysis.run.notebooks import FRONT_PAGE, find_front, keep_inside
from socok_analysis.run.pages import (
    choose_folder,
    gather_front,
    gather_year,
    list_site_inputs,
    make_pages,
    place_pages,
    place_year,
    publish_pages,
)


@dataclass(frozen=True)
class Options:
    """How a report is made: for which readers, with which publisher, how many at once."""

    edition: Edition = "public"
    publisher: Literal["auto", "quarto", "embedded"] = "auto"
    jobs: int = os.cpu_count() or 1
    force: bool = False
    out: Path | None = None
    page: str | None = None


DEFAULT = Options()


@dataclass(frozen=True)
class Report:
    """Where the report lies, and which publisher made the site (empty where it was unchanged)."""

    site: Path
    publisher: str


def make_report(
    root: Path, numbers: Sequence[int], options: Options = DEFAULT, say: Say = silent
) -> Report:
    """Do everything for the years: tables, figures, pages, documents and the site.

    Raise UsageError, DataError or MissingError; what was published before is then unchanged.
    """
    with lock_project(root, "socok report", say):
        if options.out:
            settle(options.out.resolve())
        site = choose_folder(root, options.out, options.edition)
        if options.page:
            return make_draft(root, numbers, options, say)
        folders = prepare_pages(root, numbers, options, say)
        inputs = list_site_inputs(root, folders, options.publisher)
        if not options.force and is_fresh(site, inputs):
            return Report(site, "")
        say("udgiver sitet")
        used = publish_pages(root, folders, site, inputs, options.edition, options.publisher)
        return Report(site, used)


def prepare_pages(
    root: Path, numbers: Sequence[int] = (), options: Options = DEFAULT, say: Say = silent
) -> list[Path]:
    """Make the pages and documents of the years, and the front page, unless up to date.

    Return the folders of all years that have pages, oldest first, and the front page's last.
    """
    home = pages_dir(root, options.edition)
    with lock_project(root, "socok report", say):
        keep_inside(root)
        chosen = choose_years(root, numbers)
        stand = [n for n in list_published(root, options.edition) if n not in chosen]
        chosen += [number for number in stand if not is_whole(home / str(number))]
        make_years(prepare_years(root, sorted(chosen), options, say), options, say)
        published = list_published(root, options.edition)
        newest = prepare_year(root, published[-1])
        if options.edition == "public":
            check_publishable([newest])
        front = find_front(root, published[-1], options.edition)
        place = f"{options.edition}-forside"
        pages = place_pages(root, published[-1], [front], place, published=published)
        make_pages(pages, options.jobs, options.force, say)
        gather_front(newest.year, pages, options.edition, options.force)
        return [*(home / str(number) for number in published), home / FRONT_PAGE]


def prepare_years(root: Path, chosen: Sequence[int], options: Options, say: Say) -> list[Year]:
    """Prepare the years and those before them; raise DataError naming the faults of all of them.

    Contradictions between figures stop the public edition alone.
    """
    years, problems, faulty = [], list[Problem](), []
    for number in sorted({*chosen, *list_earlier(root, max(chosen))}):
        try:
            years.append(prepare_year(root, number, force=options.force, say=say))
        except DataError as error:
            from socok_analysis.run.edition import find_gaps

            faulty.append(str(number))
            found = [*error.problems, *find_gaps(root, number, options.edition)]
            problems += [place_problem(problem, number) for problem in found]
    if faulty:
        where = f"data/processed/{faulty[0]}/udtraek.html eller problems.csv sammesteds"
        raise DataError(f"Udtrækkene for {' og '.join(faulty)} har fejl: se {where}.", problems)
    wanted = [prepared for prepared in years if prepared.year.year in chosen]
    if options.edition == "public":
        check_publishable(wanted)
    return [prepared.year for prepared in wanted]


def make_years(years: Sequence[Year], options: Options, say: Say) -> None:
    """Make the pages and then the documents of the years, those that are not up to date.

    The texts are checked before any notebook runs, and all that is wrong is told at once.
    """
    placed = {year: place_year(year, options.edition) for year in years}
    every = [page for pages in placed.values() for page in pages]
    if changed := [y for y in years if any(p.is_stale() for p in placed[y])]:
        from socok_analysis.run.edition import check_texts

        check_texts(changed, options.edition, say)
    make_pages(every, options.jobs, options.force, say)
    for year, pages in placed.items():
        gather_year(year, pages, options.edition, options.force, say)


def make_draft(root: Path, numbers: Sequence[int], options: Options, say: Say) -> Report:
    """Make one page anew, and a draft of the site with it, for whoever is writing on it.

    What was made for readers stays as it is. Raise UsageError for a page there is none of.
    """
    keep_inside(root)
    years = prepare_years(root, choose_years(root, numbers), options, say)
    every = [page for year in years for page in place_year(year, options.edition)]
    pages = [page for page in every if page.run.page == options.page]
    published = list_published(root, options.edition)
    if not pages:
        names = {page.run.page for page in every}
        near = did_you_mean(str(options.page), names) or f" Siderne er {', '.join(sorted(names))}."
        raise UsageError(f"Der er ingen årsside {options.page}.{near}")
    if not {year.year for year in years} <= {*published}:
        raise UsageError("En side laves alene, når hele rapporten er lavet: kør “socok report”.")
    make_pages(pages, options.jobs, True, say)
    draft = root / OWN / "kladde"
    with workplace(root) as place:
        home = shutil.copytree(pages_dir(root, options.edition), place / "report")
        for page in pages:
            shutil.copytree(page.path, home / page.path.parent.name, dirs_exist_ok=True)
        folders = [*(home / str(number) for number in published), home / FRONT_PAGE]
        used = publish_pages(root, folders, draft, {}, options.edition, options.publisher)
    return Report(draft, used)
