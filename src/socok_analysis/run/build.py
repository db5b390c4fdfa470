"""A year's tables and figures, made from its exports unless they stand and nothing has changed."""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from socok_analysis.core.folders import (
    describe_library,
    hash_file,
    hash_files,
    hash_text,
    is_fresh,
    lock_project,
    replace_folder,
)
from socok_analysis.core.problems import DataError, Problem, has_errors, read_problems
from socok_analysis.core.year import (
    Year,
    check_year_exists,
    list_years,
    maps_dir,
    processed_dir,
    raw_dir,
    read_year,
    released_dir,
)

Say = Callable[[str], None]
BUILDERS = re.compile(r"(editables|hatchling|pathspec|pip|pluggy|setuptools|trove_\w+|uv|wheel)-")
PREPARED = "SOCOK_PREPARED"  # names the project whose tables a notebook's process need not check


@dataclass(frozen=True)
class Prepared:
    """A year whose tables and figures stand, and whether they were made just now.

    `problems` has what the checks found in them, errors too: they stop the public edition only.
    """

    year: Year
    is_new: bool
    problems: tuple[Problem, ...] = ()


def silent(_: str) -> None:
    """Say nothing."""


def prepare_year(root: Path, number: int, *, force: bool = False, say: Say = silent) -> Prepared:
    """Make a year's tables and figures unless they are up to date.

    Raise UsageError for an unknown year, DataError for errors in the data. `problems.csv` and
    `intake.csv` are written in either case; after errors nothing else is left in the folder.
    """
    check_year_exists(root, number)
    if os.environ.get(PREPARED) == str(root) and not force:
        return Prepared(read_year(root, number), False)
    folder, inputs = processed_dir(root, number), list_inputs(root, number)
    if not force and is_fresh(folder, inputs):
        return Prepared(read_year(root, number), False, tuple(read_problems(folder)))
    from socok_analysis.run.make import make_year  # an unchanged year needs no reader

    say(f"{number}: læser udtrækkene")
    held = lock_project(root, f"tabeller for {number}", say)
    with held, replace_folder(folder, private=True) as fresh:
        problems, is_sound = make_year(root, number, fresh, inputs, prepare_year)
    if not is_sound:
        listed = f"{folder / 'udtraek.html'} eller problems.csv sammesteds"
        raise DataError(f"Udtrækkene for {number} har fejl: se {listed}.", problems)
    return Prepared(read_year(root, number), True, tuple(problems))


def check_publishable(prepared: Iterable[Prepared]) -> None:
    """Raise DataError, naming all of them, where figures of the years contradict each other.

    The internal edition is made all the same: it is where the analyst looks for the cause.
    """
    faulty = [each for each in prepared if has_errors(each.problems)]
    if faulty:
        found = [(each.year.year, p) for each in faulty for p in each.problems]
        raise DataError(
            f"Tallene for {' og '.join(str(each.year.year) for each in faulty)} modsiger hinanden, "
            "så den offentlige udgave bliver ikke lavet. "
            "Ret udtrækkene, eller skriv i afvigelser.csv, hvorfor afvigelsen er i orden. "
            "Den interne udgave kan laves: --edition internal.",
            [place_problem(p, number) for number, p in found if p.severity == "error"],
        )


def place_problem(problem: Problem, number: int) -> Problem:
    """Return a problem that says which year its file is of."""
    return replace(problem, file=f"{number}/{problem.file}".rstrip("/"))


def hash_sources(root: Path, number: int) -> dict[str, str]:
    """Return the SHA-256 of all that a year's report could be made from: the exports, settings,
    lists and texts of the year and those before it, the maps, and what was handed out of them.
    """
    years = [year for year in list_years(root) if year <= number]
    folders = [place(root, y) for y in years for place in (raw_dir, released_dir)]
    every = (path for folder in (maps_dir(root), *folders) for path in walk(folder))
    return hash_files(root, every)


def walk(folder: Path, hidden: bool = False) -> Iterator[Path]:
    """Yield the files below a folder, through links too, hidden and lock files where wanted."""
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:
            folders.clear()
            continue
        seen.add(real)
        yield from (Path(place, n) for n in names if hidden or not n.startswith((".", "~$")))


def describe_installed(*folders: Path) -> str:
    """Return a hash of the Python, of what is installed by name and version, and of modules of the
    project's own in these folders. What only builds packages counts for nothing.
    """
    known = {path.name for place in sys.path for path in Path(place).glob("*.*-info")}
    named = sorted(name for name in known if not BUILDERS.match(name))
    own = [hash_file(path) for folder in folders for path in sorted(folder.glob("*.py"))]
    return hash_text(repr([platform.python_version(), named, own]))


def list_inputs(root: Path, number: int) -> dict[str, object]:
    """Return what a year's tables are made from: all but its texts, the library and the key.

    Figures know a few facts of the texts: words may change and figures stand.
    """
    from socok_analysis.intake.people import name_key, read_key
    from socok_analysis.intake.texts import FOLDER, Words

    files, words = hash_sources(root, number), Words(root, number)
    recommending = [section.id for section in words.list_recommending()]
    told = [" ".join(fact) for fact in sorted(words.list_named())]
    return {
        "files": {name: known for name, known in files.items() if f"/{FOLDER}/" not in name},
        "library": describe_library(),
        "person_key": name_key(read_key(root)),
        "texts": [recommending, words.list_statuses(), told],
    }


def choose_years(root: Path, numbers: Sequence[int]) -> list[int]:
    """Return the years asked for, or all found; raise UsageError or DataError where none is."""
    for number in numbers:
        check_year_exists(root, number)
    years = sorted(set(numbers)) or list_years(root)
    if not years:
        raise DataError("Der er ingen årsmapper i data/raw. Opret fx data/raw/2019.")
    return years
