"""What stands and what is made anew: a year's tables, the pages made of them, the site.

Pages are made anew when something they could have read has changed. Cells that use the library,
pandas, numpy and matplotlib alone read the tables, texts and maps of their year and those before
it, and nothing else; where one could read more, the notebooks are run again each time. What the
project did not make is never written over or removed, and the two editions are never mixed.
"""

from __future__ import annotations

import ast
import gc
import os
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from socok_analysis.core import folders
from socok_analysis.core import year as years
from socok_analysis.core.folders import FILE, OWN, describe_library, hash_file, hash_files
from socok_analysis.core.problems import DataError, Problem, UsageError, has_errors, read_problems
from socok_analysis.core.year import Year, list_years, processed_dir
from socok_analysis.disclosure import Edition
from socok_analysis.intake.tables import name_key, read_key
from socok_analysis.intake.texts import FOLDER, Words
from socok_analysis.run import notebooks as books
from socok_analysis.run.notebooks import FRONT_PAGE, Run, list_code

Say = Callable[[str], None]
PREPARED = "SOCOK_PREPARED"  # names the project whose tables a notebook's process need not check
PUBLISHED = "SOCOK_PUBLISHED"  # the years that will be on the site a notebook is run for
BUILDERS = re.compile(r"(editables|hatchling|pathspec|pip|pluggy|setuptools|trove_\w+|uv|wheel)-")
SITE_FILES, SITE = ("_quarto.yml", "index.qmd"), "site"
HOMES = {"public": ("_site", "notater"), "internal": ("_site-intern", "notater-intern")}
WHY = {"library": "programmet", "installed": "det, der er installeret"}
PROCESSED, MOST_NAMES = "data/processed", 3
WORKING = ("data", "notebooks", "report", "report-intern", OWN)
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
class Prepared:
    """A year whose tables stand, if they were made just now, and what the checks found in them."""

    year: Year
    is_new: bool
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Pages:
    """The pages of a year, or the front page, and what they are made from: `is_all` says if that is
    all they could have read.
    """

    year: Year
    edition: Edition
    path: Path
    runs: Sequence[Run]
    inputs: Mapping[str, Any]
    is_all: bool

    @property
    def is_front(self) -> bool:
        """Tell whether it is the front page."""
        return self.path.name == FRONT_PAGE

    @property
    def is_stale(self) -> bool:
        """Tell whether the notebooks must be run."""
        return not self.is_all or not folders.is_fresh(self.path, self.inputs)

    def tell_stale(self) -> str:
        """Return whether the pages will be made anew, and what has changed since."""
        if not self.is_stale:
            return "alle er lavet, og intet er ændret"
        before, why = folders.read_manifest(self.path).get("inputs", {}), ["de er ikke lavet før"]
        if before:
            files = dict(before.get("files", {}).items() ^ self.inputs["files"].items())
            why = [name.rpartition("/")[2] for name in sorted(files) if PROCESSED not in name]
            why += [told for name, told in WHY.items() if before.get(name) != self.inputs[name]]
            if not self.is_all:
                why.append("en notebook, der læser mere end årets tabeller, køres hver gang")
        more = f" og {len(why) - MOST_NAMES} til" if len(why) > MOST_NAMES else ""
        return f"{len(self.runs)} laves på ny: {', '.join(why[:MOST_NAMES])}{more}"


def silent(_: str) -> None:
    """Say nothing."""


def choose_years(root: Path, numbers: Sequence[int]) -> list[int]:
    """Return the years asked for, or all found; raise UsageError or DataError where none is."""
    for number in numbers:
        years.check_year_exists(root, number)
    chosen = sorted(set(numbers)) or list_years(root)
    if not chosen:
        raise DataError("Der er ingen årsmapper i data/raw. Opret fx data/raw/2019.")
    return chosen


def prepare_year(root: Path, number: int, *, force: bool = False, say: Say = silent) -> Prepared:
    """Make a year's tables and figures unless they are up to date.

    Raise UsageError for an unknown year, DataError for errors in the data. `problems.csv` and
    `intake.csv` are written in either case; after errors nothing else is left in the folder.
    """
    years.check_year_exists(root, number)
    if os.environ.get(PREPARED) == str(root) and not force:
        return Prepared(years.read_year(root, number), False)
    files, words = hash_sources(root, number), Words(root, number)
    recommending = [section.id for section in words.list_recommending()]
    told = [" ".join(fact) for fact in sorted(words.list_named())]
    inputs: dict[str, object] = {
        "files": {name: known for name, known in files.items() if f"/{FOLDER}/" not in name},
        "library": describe_library(),
        "person_key": name_key(read_key(root)),
        "texts": [recommending, words.list_statuses(), told],  # the few facts that figures know
    }
    folder = processed_dir(root, number)
    if not force and folders.is_fresh(folder, inputs):
        return Prepared(years.read_year(root, number), False, tuple(read_problems(folder)))
    gc.disable()  # to import makes no garbage
    from socok_analysis.run.prepare import make_year  # an unchanged year needs no reader

    gc.enable()
    if not gc.get_freeze_count():  # what is imported stays, and need not be gone through
        gc.freeze()
    say(f"{number}: læser udtrækkene")
    held = folders.lock_project(root, f"tabeller for {number}", say)
    with held, folders.replace_folder(folder, private=True) as fresh:
        problems, is_sound = make_year(root, number, fresh, inputs, prepare_year)
    if not is_sound:
        listed = f"{folder / 'udtraek.html'} eller problems.csv sammesteds"
        raise DataError(f"Udtrækkene for {number} har fejl: se {listed}.", problems)
    return Prepared(years.read_year(root, number), True, tuple(problems))


def check_publishable(prepared: Iterable[Prepared]) -> None:
    """Raise DataError, naming all of them, where figures of the years contradict each other."""
    raise_errors(
        {e.year.year: [p for p in e.problems if p.severity == "error"] for e in prepared},
        "Tallene for {} modsiger hinanden, så den offentlige udgave bliver ikke lavet. "
        "Ret udtrækkene, eller skriv i afvigelser.csv, hvorfor afvigelsen er i orden. "
        "Den interne udgave kan laves: --edition internal.",
    )


def raise_errors(found: Mapping[int, Sequence[Problem]], told: str) -> list[Problem]:
    """Return the problems of years, each saying which year its file is of; raise DataError, with
    what is told of the years that have errors, where some have.
    """
    placed = [replace(p, file=f"{n}/{p.file}".rstrip("/")) for n in found for p in found[n]]
    if faulty := " og ".join(str(number) for number in found if has_errors(found[number])):
        raise DataError(told.format(faulty), placed)
    return placed


def plan_pages(year: Year, edition: Edition, published: Sequence[int] = ()) -> Pages:
    """Return a year's pages, or the front page where the years that are published are named, with
    hashes of all they could be made from: all notebooks too, for pages name each other.
    """
    root, number = year.root, year.year
    notebooks = books.list_notebooks(root)
    before = (processed_dir(root, each) / FILE for each in list_years(root) if each <= number)
    tables = [path for path in before if path.is_file()]
    inputs = {
        "files": hash_sources(root, number) | hash_files(root, [*tables, *notebooks]),
        "published": published,
        "library": describe_library(),
        "installed": describe_installed(root, root / "notebooks"),
    }
    front, *runs = books.list_runs(root, number, books.list_page_partners(year), edition)
    path = years.pages_dir(root, edition) / (FRONT_PAGE if published else str(number))
    is_all = all(map(is_plain, notebooks))
    return Pages(year, edition, path, [front] if published else runs, inputs, is_all)


def list_site_inputs(root: Path, parts: Sequence[Path], publisher: str) -> dict[str, object]:
    """Return what the site is made from: the pages, its description and the publisher."""
    paths = [root / name for name in SITE_FILES if (root / name).exists()]
    files = hash_files(root, [*paths, *(part / FILE for part in parts)])
    # hashed: the manifest is published, and a path may have a person's name in it
    quarto = folders.hash_text(repr([os.environ.get("QUARTO_PATH"), shutil.which("quarto")]))
    return {"files": files, "publisher": [publisher, quarto], "library": describe_library()}


def hash_sources(root: Path, number: int) -> dict[str, str]:
    """Return the SHA-256 of the maps, of a year's and earlier years' files, and their releases."""
    numbers = [year for year in list_years(root) if year <= number]
    own = [place(root, n) for n in numbers for place in (years.raw_dir, years.released_dir)]
    return hash_files(root, (path for each in (years.maps_dir(root), *own) for path in walk(each)))


def walk(folder: Path, hidden: bool = False) -> Iterator[Path]:
    """Yield the files below a folder, through links too, hidden and lock files where wanted."""
    seen: set[str] = set()
    for place, below, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:
            below.clear()
            continue
        seen.add(real)
        yield from (Path(place, n) for n in names if hidden or not n.startswith((".", "~$")))


def describe_installed(*places: Path) -> str:
    """Return a hash of the Python, of what is installed and of the project's modules in places."""
    known = {path.name for place in sys.path for path in Path(place).glob("*.*-info")}
    named = sorted(name for name in known if not BUILDERS.match(name))
    own = [hash_file(path) for place in places for path in sorted(place.glob("*.py"))]
    return folders.hash_text(repr([platform.python_version(), named, own]))


def is_plain(notebook: Path) -> bool:
    """Tell whether a notebook can read nothing but what its page is handed; when in doubt not."""

    def may_read(node: ast.AST) -> bool:
        names = [getattr(node, field, "") for field in ("attr", "id", "name", "arg")]
        is_now = isinstance(node, ast.Constant) and node.value in ("now", "today")
        is_import = isinstance(node, ast.Import | ast.ImportFrom)
        return is_now or is_import or any(READING.search(str(name)) for name in names)

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


def choose_folder(root: Path, out: Path | None, edition: Edition, name: str = SITE) -> Path:
    """Return the folder of the site, or a brief; raise UsageError where it holds anything else."""
    site, briefs = HOMES[edition]
    if out is None:
        return root / site if name == SITE else root / briefs / name
    place, other = out.resolve(), HOMES["internal" if edition == "public" else "public"]
    if any(place.is_relative_to(root.resolve() / each) for each in (*other, *WORKING)):
        told = "er en af projektets egne mapper eller den anden udgaves. De må ikke blandes."
        raise UsageError(f"--out {out} {told}")
    manifest = folders.read_manifest(place)
    is_empty = not any(place.iterdir()) if place.is_dir() else not place.exists()
    if not is_empty and manifest.get("holds") != name:
        told = "er ikke tom, og socok har ikke lavet det, der ligger i den."
        raise UsageError(f"--out {out} {told} Vælg en ny mappe: den bliver lavet.")
    if not is_empty and manifest.get("edition") != edition:
        raise UsageError(f"I {out} ligger den anden udgave. De må ikke blandes: vælg en ny mappe.")
    return place
