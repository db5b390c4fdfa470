"""A page's folder: the page, its charts and a manifest of what it was made from.

Pages are made in folders of their own (`.socok/sider/`), each when something it read has
changed; a year's folder in `report/` is put together from them. A report that is interrupted
goes on where it was.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.core.folders import replace_folder
from socok_analysis.core.manifest import (
    FILE,
    describe_library,
    hash_file,
    hash_files,
    hash_text,
    is_fresh,
    read_manifest,
    write_manifest,
)
from socok_analysis.core.year import Year, list_years, processed_dir, raw_dir
from socok_analysis.disclosure import Edition
from socok_analysis.figures.figure import read_figures
from socok_analysis.publish.gate import check_folder, read_secrets
from socok_analysis.run.build import list_inputs
from socok_analysis.run.notebooks import Run, list_runs, run_notebook
from socok_analysis.run.reads import NOTES, hash_reads, read_notes, say_prepared
from socok_analysis.show.page import list_partners

PLACE = ".socok/sider"
READS = "læst.txt"
Done = Callable[[Run], None]


@dataclass(frozen=True)
class PageFolder:
    """Where a run's page is made, and what beside its reads it depends on."""

    root: Path
    path: Path
    run: Run
    known: tuple[tuple[str, object], ...] = ()

    @property
    def key(self) -> str:
        """A hash of the page and its charts, whatever they were made from."""
        paths = [path for path in self.path.rglob("*") if path.is_file() and path.name != FILE]
        return hash_text(json.dumps(hash_files(self.path, paths)))


def place_year(year: Year, edition: Edition) -> list[PageFolder]:
    """Return the folders of a year's pages, in their order."""
    partners = list_partners(read_figures(year.processed_dir))
    runs = list_runs(year.root, year.year, partners, edition)
    return place_pages(year.root, year.year, runs, edition)


def place_pages(
    root: Path, year: int, runs: Iterable[Run], edition: str, **known: object
) -> list[PageFolder]:
    """Return the folders of a year's pages."""
    home = root / PLACE / edition / str(year)
    facts = tuple({**known, "names": list_names(root, year)}.items())
    return [PageFolder(root, home / run.page, run, facts) for run in runs]


def list_names(root: Path, year: int) -> list[str]:
    """Return the names of texts and tables there are: a page may ask whether one is there."""
    years = [number for number in list_years(root) if number <= year]
    texts = [path for number in years for path in (raw_dir(root, number) / "tekst").rglob("*.md")]
    tables = [path for number in years for path in processed_dir(root, number).glob("*")]
    return sorted(path.relative_to(root).as_posix() for path in (*texts, *tables))


def list_page_inputs(page: PageFolder, reads: Iterable[str]) -> dict[str, object]:
    """Return what a page is made from: its notebook, its parameters and what it reads."""
    return {
        "notebook": hash_file(page.run.notebook),
        "run": [page.run.page, page.run.order, page.run.parameters],
        "known": dict(page.known),
        "reads": hash_reads(page.root, reads),
        "library": describe_library(),
    }


def list_year_inputs(year: Year, pages: Sequence[PageFolder]) -> dict[str, object]:
    """Return what a year's folder is made from: its exports, settings and pages."""
    return {
        "sources": list_inputs(year.root, year.year)["files"],
        "pages": {page.run.page: page.key for page in pages},
        "library": describe_library(),
    }


def is_page_fresh(page: PageFolder) -> bool:
    """Tell whether a page stands and nothing it was made from has changed."""
    inputs = read_manifest(page.path).get("inputs")
    reads = inputs.get("reads") if isinstance(inputs, dict) else None
    return isinstance(reads, dict) and is_fresh(page.path, list_page_inputs(page, reads))


def find_stale(pages: Iterable[PageFolder], force: bool) -> list[PageFolder]:
    """Return the pages that must be made."""
    return [page for page in pages if force or not is_page_fresh(page)]


def make_all(pages: Sequence[PageFolder], jobs: int, done: Done) -> None:
    """Make pages, `jobs` at a time; raise what the first failure says."""
    for root in {page.root for page in pages}:
        read_secrets(root)
    with ThreadPoolExecutor(max_workers=jobs) as pool:
        futures = {pool.submit(make_page, page): page for page in pages}
        try:
            for future in as_completed(futures):
                future.result()
                done(futures[future].run)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def make_page(page: PageFolder) -> None:
    """Run a page's notebook in a folder that takes the page's place."""
    with replace_folder(page.path) as fresh:
        notes = fresh / READS
        run_notebook(page.run, fresh, {**say_prepared(page.root), NOTES: str(notes)})
        inputs = list_page_inputs(page, read_notes(notes))
        notes.unlink(missing_ok=True)
        check_folder(fresh, read_secrets(page.root))
        write_manifest(fresh, inputs)


def gather_pages(pages: Iterable[PageFolder], folder: Path) -> None:
    """Copy pages and their charts into a folder."""
    for page in pages:
        shutil.copytree(page.path, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(FILE))


def remove_others(pages: Sequence[PageFolder]) -> None:
    """Remove the folders of pages a year no longer has."""
    kept = {page.path for page in pages}
    for path in pages[0].path.parent.iterdir() if pages else ():
        if path not in kept:
            shutil.rmtree(path, ignore_errors=True)
