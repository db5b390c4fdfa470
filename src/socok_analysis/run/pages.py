"""Which pages stand: a year's are made anew when something they could have read has changed.

Cells that use the library, pandas, numpy and matplotlib alone read the tables, texts and maps of
their year and those before it, and nothing else. Where one could read more, the notebooks are run
again each time. And where a site or brief may stand: a public edition's folder stays public, an
internal one inside, and what the project did not make is never written over or removed.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from socok_analysis.core.folders import (
    FILE,
    OWN,
    describe_library,
    hash_files,
    hash_text,
    is_fresh,
    read_manifest,
)
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import Year, list_years, pages_dir, processed_dir
from socok_analysis.disclosure import Edition
from socok_analysis.run.build import describe_installed, hash_sources
from socok_analysis.run.notebooks import (
    FRONT_PAGE,
    Run,
    list_code,
    list_notebooks,
    list_page_partners,
    list_runs,
)

SITE_FILES, SITE = ("_quarto.yml", "index.qmd"), "site"
HOMES: Mapping[Edition, tuple[str, str, str]] = {
    "public": ("_site", "notater", "report"),
    "internal": ("_site-intern", "notater-intern", "report-intern"),
}
WORKING = ("data", "notebooks", OWN)
YEAR = re.compile(r"^year(?=(?:: int)? = )", re.MULTILINE)
HANDED = re.compile(
    r"^import (?:pandas as pd|numpy as np|matplotlib\.pyplot as plt)$"
    r"|^from socok_analysis import (?:open|show)_\w+(?:, (?:open|show)_\w+)*$"
    r"|\bopen_tables\(year\)|\bpage\.year\b|\bopen_(?:page|status)(?=\()|(?<=\()globals\(\)",
    re.MULTILINE,
)
READING = re.compile(
    r"read|load|open|(?<!pro)file|path|store|environ|handle|source|system|exec"
    r"|eval(?!uation_date$)|import|style|memmap|txt|dir|root|attr|globals|locals|vars|compile|^(io|lib|os|sys|glob|rc_.*|now|today|year|__.*)$",
    re.IGNORECASE,
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


@dataclass(frozen=True)
class Pages:
    """The pages in a folder of `report/`, a year's or the front page, and what they are made from.

    `inputs` hold hashes, those of `files` among them. `is_all` tells whether the pages could have
    read nothing else.
    """

    year: Year
    edition: Edition
    path: Path
    runs: Sequence[Run]
    inputs: Mapping[str, object]
    files: Mapping[str, str]
    is_all: bool

    @property
    def is_front(self) -> bool:
        """Tell whether it is the front page."""
        return self.path.name == FRONT_PAGE

    @property
    def is_stale(self) -> bool:
        """Tell whether the notebooks must be run."""
        return not self.is_all or not is_fresh(self.path, self.inputs)


def plan_pages(year: Year, edition: Edition, published: Sequence[int] = ()) -> Pages:
    """Return a year's pages, or the front page where the years that are published are named.

    What they could be made from is hashed now: of the tables, texts and maps those of the year
    and before it, all notebooks of the report, for pages name each other, and what is installed.
    """
    root, number = year.root, year.year
    notebooks = list_notebooks(root)
    before = (processed_dir(root, each) / FILE for each in list_years(root) if each <= number)
    tables = [path for path in before if path.is_file()]
    files = hash_sources(root, number) | hash_files(root, [*tables, *notebooks])
    inputs = {
        "files": files,
        "published": published,
        "library": describe_library(),
        "installed": describe_installed(root, root / "notebooks"),
    }
    front, *runs = list_runs(root, number, list_page_partners(year), edition)
    path = pages_dir(root, edition) / (FRONT_PAGE if published else str(number))
    is_all = all(map(is_plain, notebooks))
    return Pages(year, edition, path, [front] if published else runs, inputs, files, is_all)


def is_plain(notebook: Path) -> bool:
    """Tell whether a notebook can read nothing but what its page is handed.

    When in doubt it can: another import, another year than its own, or a name that may read.
    """
    given = list_code(notebook, "parameters")
    try:
        return not any(
            may_read(node)
            for source in list_code(notebook)
            for text in [YEAR.sub("page", source) if source in given else source]
            for node in ast.walk(ast.parse(HANDED.sub("page", text)))
        )
    except SyntaxError:  # a magic, or a command of the shell
        return False


def may_read(node: ast.AST) -> bool:
    """Tell whether a piece of code may read something that is not listed."""
    names = [getattr(node, field, "") for field in ("attr", "id", "name", "arg")]
    is_now = isinstance(node, ast.Constant) and node.value in ("now", "today")
    is_import = isinstance(node, ast.Import | ast.ImportFrom)
    return is_now or is_import or any(READING.search(str(name)) for name in names)


def choose_folder(root: Path, out: Path | None, edition: Edition, name: str = SITE) -> Path:
    """Return the folder of the site, or of the brief of a name.

    Raise UsageError for one that holds anything but that, of the same edition.
    """
    other: Edition = "internal" if edition == "public" else "public"
    site, briefs, pages = HOMES[edition]
    if out is None:
        return root / site if name == SITE else root / briefs / name
    place, home = out.resolve(), root.resolve()
    if any(place.is_relative_to(home / each) for each in (*HOMES[other], *WORKING, pages)):
        told = "er en af projektets egne mapper eller den anden udgaves. De må ikke blandes."
        raise UsageError(f"--out {out} {told}")
    manifest, is_dir = read_manifest(place), place.is_dir()
    if not place.exists() or (is_dir and not any(place.iterdir())):
        return place
    if manifest.get("holds") != name:
        raise UsageError(
            f"--out {out} er ikke tom, og socok har ikke lavet det, der ligger i den. "
            "Vælg en ny mappe: den bliver lavet."
        )
    if manifest.get("edition") != edition:
        raise UsageError(f"I {out} ligger den anden udgave. De må ikke blandes: vælg en ny mappe.")
    return place


def list_site_inputs(root: Path, folders: Sequence[Path], publisher: str) -> dict[str, object]:
    """Return what the site is made from: the pages, its description and the publisher."""
    paths = [root / name for name in SITE_FILES if (root / name).exists()]
    files = hash_files(root, [*paths, *(folder / FILE for folder in folders)])
    # hashed: the manifest is published, and a path may have a person's name in it
    quarto = hash_text(repr([os.environ.get("QUARTO_PATH"), shutil.which("quarto")]))
    return {"files": files, "publisher": [publisher, quarto], "library": describe_library()}
