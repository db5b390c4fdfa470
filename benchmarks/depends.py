"""What depends on a change, and nothing else: the least a rebuild can be.

    python depends.py PROJECT YEAR

The year's tables where an export has changed, the pages that read what has changed, the year's
documents and those pages' HTML. No check, no gate, no other page, no front page.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from socok_analysis.publish.pages import read_page
from socok_analysis.publish.pandoc import run_pages
from socok_analysis.run.build import prepare_year
from socok_analysis.run.documents import write_year_documents
from socok_analysis.run.notebooks import keep_inside
from socok_analysis.run.pages import PageFolder, find_stale, make_all, place_year


def main(project: str, number: str) -> None:
    """Make a year's changed pages and its documents."""
    root = Path(project)
    keep_inside(root / ".socok")
    year = prepare_year(root, int(number)).year
    pages = place_year(year, "public")
    stale = find_stale(pages, force=False)
    make_all(stale, os.cpu_count() or 1, lambda _: None)
    with TemporaryDirectory() as folder:
        write_year_documents(year, "public", [find_notebook(page) for page in pages], Path(folder))
    run_pages("site.lua", [describe(find_notebook(page)) for page in stale])


def find_notebook(page: PageFolder) -> Path:
    """Return the executed notebook of a page."""
    return page.path / f"{page.run.page}.ipynb"


def describe(path: Path) -> dict[str, str]:
    """Return a page as it is given to pandoc."""
    return {
        "name": path.name,
        "markdown": read_page(path).markdown,
        "folder": str(path.parent),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
