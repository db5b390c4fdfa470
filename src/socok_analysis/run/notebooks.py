"""The notebooks of a project, and the runs that make the pages of a year.

A notebook says in its own metadata what it is for: `"socok": {"page": "job", "order": 4}`.
`page` is the name of its page (`{partner}` is filled in), `order` its place in the year; the
year's own page, `index`, takes its place from the year, newest first; `"for_each": "partner"` runs
it once for each partner that has a page, `"section"` once for each gathering of sections;
`"section": true` makes its page in the years whose report has a section that stands on it.
Notebooks without any of it are the analyst's own and are left alone.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing import forkserver, get_context
from pathlib import Path
from typing import Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.folders import OWN
from socok_analysis.core.problems import MissingError
from socok_analysis.core.year import Year
from socok_analysis.figures.figure import list_partners, read_figures
from socok_analysis.intake.texts import GATHERING, Words

FRONT_PAGE, YEAR_PAGE = "_forside", "index"
MANY_COURSES = 20
LAST = 1000  # of a page that does not say its place
FORKED = "socok_analysis.run.forked"
PRELOADED = [  # what a first cell, table or chart would import
    *("pyarrow.dataset", "pyarrow.parquet", "pyarrow.pandas_compat", "pydantic.dataclasses"),
    *("matplotlib.pyplot", "matplotlib.backends.backend_agg", "pandas.plotting._matplotlib"),
    *(f"PIL.{kind}ImagePlugin" for kind in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
    *("matplotlib.backends.backend_svg", "babel.dates", "babel.numbers", "jinja2.sandbox"),
    *("socok_analysis.run.open", FORKED),
]
Parameters = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Run:
    """A notebook to run: as which page, in which place, with which parameters; with which kernel,
    and how many seconds a cell may take.
    """

    notebook: Path
    page: str
    order: int
    parameters: Parameters
    kernel: str | None = "python3"
    timeout: int | None = 300

    @property
    def label(self) -> str:
        """What the run is called in messages."""
        values = " ".join(f"{key}={value}" for key, value in self.parameters)
        return f"{self.notebook.name} ({values})"


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as it is stored. Raise MissingError where it cannot be read."""
    try:
        notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise MissingError(f"Notebooken {path.name} kan ikke læses.") from error
    return notebook


def list_code(path: Path, tag: str = "") -> list[str]:
    """Return the sources of a notebook's cells of code, those with a tag where one is named."""
    cells = [c for c in read_notebook(path).get("cells", ()) if c.get("cell_type") == "code"]
    return ["".join(c["source"]) for c in cells if not tag or tag in c["metadata"].get("tags", ())]


def read_purpose(path: Path) -> dict[str, Any]:
    """Return what a notebook's metadata say it is for; empty for an analyst's own."""
    purpose: dict[str, Any] = read_notebook(path).get("metadata", {}).get("socok", {})
    return purpose


def list_notebooks(root: Path) -> dict[Path, dict[str, Any]]:
    """Return a project's notebooks that are for the report or a brief, with what they are for."""
    paths = sorted((root / "notebooks").glob("*.ipynb"))
    return {path: purpose for path in paths if (purpose := read_purpose(path))}


def list_runs(root: Path, year: int, partners: Iterable[str], edition: str) -> list[Run]:
    """Return the runs that make the front page and then a year's pages, in their order."""
    runs, sections = list[Run](), Words(root, year).sections
    pages = {section.page or section.id for section in sections}
    places = {
        "partner": [(partner, -1) for partner in partners],
        "section": [(each.id, each.order) for each in sections if each.kind == GATHERING],
    }
    for path, purpose in list_notebooks(root).items():
        page, kind = purpose.get("page", ""), purpose.get("for_each")
        if not page or (purpose.get("section") and page not in pages):
            continue
        if kind and kind not in places:
            near = did_you_mean(kind, places)
            raise MissingError(f"{path.name} kan ikke køres for hver “{kind}”.{near}")
        order = -year if page == YEAR_PAGE else int(purpose.get("order", LAST))
        for value, place in places[kind] if kind else [("", -1)]:
            own = ((kind, value),) if kind else ()
            parameters = (("year", year), ("edition", edition), *own)
            name = page.replace(f"{{{kind}}}", value)
            runs.append(Run(path, name, order if place < 0 else place, parameters))
    runs.sort(key=lambda r: (r.page != FRONT_PAGE, r.page != YEAR_PAGE, r.order, r.page))
    if not runs or runs[0].page != FRONT_PAGE:
        raise MissingError("Der er ingen notebook til forsiden (forside.ipynb) i notebooks.")
    return runs


def list_page_partners(year: Year) -> list[str]:
    """Return the partners that have a page: at least 20 courses started, or a text of their own."""
    texts, figures = Words(year.root, year.year).paths, read_figures(year.processed_dir)
    started = {p: figures.get(f"outcomes.{p}.started") for p in list_partners(figures)}
    return [
        partner
        for partner, figure in started.items()
        if f"partnere/{partner}" in texts or (figure and (figure.value or 0) >= MANY_COURSES)
    ]


def get_ready(root: Path) -> None:
    """Let what runs notebooks keep its files in the project, and begin its imports."""
    os.environ |= {"JUPYTER_PREFER_ENV_PATH": "1", "PYDANTIC_DISABLE_PLUGINS": "1"}
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR"):
        folder = root / OWN / name.lower()
        folder.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(folder)
    if sys.platform == "linux":
        forking = get_context("forkserver")
        forking.set_forkserver_preload(PRELOADED)
        forkserver.ensure_running()
