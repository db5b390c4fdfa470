"""The spine: tables and figures, what may be shown, pages, documents, site.

Each step writes a folder of its own with a manifest, moved into place whole. A step whose inputs
and outputs are unchanged is skipped; a step that fails leaves what stood before.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR
from pathlib import Path

from socok_analysis.core.folders import is_fresh, is_whole, lock_project, settle
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import Year, list_earlier, list_years, pages_dir
from socok_analysis.publish.source import find_quarto
from socok_analysis.run import build
from socok_analysis.run.build import Options, Pages, Say, plan_pages, prepare_year, silent
from socok_analysis.run.notebooks import FRONT_PAGE, get_ready

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
    With a page named, it is made anew with a draft of the site, for whoever is writing on it.
    """
    find_quarto(options.publisher)  # asked for and missing: told before anything is made
    with lock_project(root, "socok report", say):
        if options.out:
            settle(options.out.resolve())
        site = build.choose_folder(root, options.out, options.edition)
        if options.page:
            from socok_analysis.run.make import make_draft

            years = prepare_years(root, build.choose_years(root, numbers), options, say)
            return Report(*make_draft(years, options, say))
        folders = prepare_pages(root, numbers, options, say)
        inputs = build.list_site_inputs(root, folders, options.publisher)
        if not options.force and is_fresh(site, inputs):
            return Report(site, "")
        from socok_analysis.run.make import publish_pages

        say("udgiver sitet")
        return Report(site, publish_pages(root, folders, site, inputs, options))


def prepare_pages(
    root: Path, numbers: Sequence[int] = (), options: Options = DEFAULT, say: Say = silent
) -> list[Path]:
    """Make the pages and documents of the years, and of those that have pages already, unless up to
    date; return the folders of all, oldest first, the front page's last.

    The site shows years beside each other. Those whose exports are gone stand as they were made.
    """
    home = pages_dir(root, options.edition)
    with lock_project(root, "socok report", say):
        stand, filled = list_years(root, options.edition), list_earlier(root, MAXYEAR)
        beside = [n for n in stand if n in filled or not is_whole(home / str(n))]
        chosen = sorted({*build.choose_years(root, numbers), *beside})
        planned = [
            plan_pages(year, options.edition) for year in prepare_years(root, chosen, options, say)
        ]
        published = sorted({*stand, *chosen})
        newest = prepare_year(root, published[-1])
        if options.edition == "public":
            build.check_publishable([newest])
        front = plan_pages(newest.year, options.edition, published)
        make_stale([*planned, front], options, say)
        inserted = f"{FRONT_PAGE}.md"  # where index.qmd has it
        shutil.copy2(front.path / inserted, home / inserted)
        return [*(home / str(number) for number in published), front.path]


def prepare_years(root: Path, chosen: Sequence[int], options: Options, say: Say) -> list[Year]:
    """Prepare the years and those before them; raise DataError naming the faults of all of them."""
    years, faulty = [], dict[int, list[Problem]]()

    def begin(text: str) -> None:
        get_ready(root)  # tables are made, so notebooks will run
        say(text)

    for number in sorted({*chosen, *list_earlier(root, max(chosen))}):
        try:
            years.append(prepare_year(root, number, force=options.force, say=begin))
        except DataError as error:
            from socok_analysis.run.make import find_gaps

            told = error.problems or [Problem("error", "export", str(error))]
            faulty[number] = [*told, *find_gaps(root, number, options.edition)]
    if faulty:
        where = f"data/processed/{min(faulty)}/udtraek.html eller problems.csv sammesteds"
        build.raise_errors(faulty, f"Udtrækkene for {{}} har fejl: se {where}.")
    wanted = [prepared for prepared in years if prepared.year.year in chosen]
    if options.edition == "public":
        build.check_publishable(wanted)
    return [prepared.year for prepared in wanted]


def make_stale(planned: Sequence[Pages], options: Options, say: Say) -> None:
    """Make the folders of pages that are not up to date, once all faults of texts are told."""
    stale = [pages for pages in planned if options.force or pages.is_stale]
    if stale:
        from socok_analysis.run.make import check_texts, make_folders

        check_texts([p.year for p in stale if not p.is_front], options.edition, say)
        make_folders(stale, options, say)
