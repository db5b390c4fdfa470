"""The year of a report: its folder, its dates and its goals, from `data/raw/<year>/year.toml`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, Strict

from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.lists import ListFile, find_line, read_settings
from socok_analysis.core.problems import Problem

EXPORT_SUFFIXES = (".xlsx", ".xlsm")
PROJECT = "SOCOK_PROJECT"
FILE = "year.toml"
SETTINGS: dict[str, tuple[str, ...]] = {
    "report": (
        "year",
        "title",
        "period_start",
        "period_end",
        "evaluation_date",
        "previous_evaluation_date",
    ),
    "goals": (
        "jobs_per_year",
        "jobs_in_strategy",
        "strategy_start",
        "strategy_end",
        "enterprises",
    ),
    "publish": ("threshold", "job_threshold", "contact"),
}
ORDERED = (
    ("period_start", "period_end"),
    ("previous_evaluation_date", "evaluation_date"),
    ("strategy_start", "strategy_end"),
    ("strategy_start", "period_end"),
)
Count = Annotated[int, Field(ge=0, strict=True)]
Words = Annotated[str, Strict()]
Date = Annotated[date, Strict()]


@dataclass(frozen=True)
class Year:
    """One report year: where its files lie, and what `year.toml` says of it."""

    root: Path
    year: Count
    title: Words
    period_start: Date
    period_end: Date
    evaluation_date: Date
    strategy_start: Date
    previous_evaluation_date: Date | None = None
    strategy_end: Date | None = None
    jobs_per_year: Count | None = None
    jobs_in_strategy: Count | None = None
    enterprises: Count | None = None
    threshold: Count = 5
    job_threshold: Count = 3
    contact: Words = ""

    @property
    def raw_dir(self) -> Path:
        """The folder of the year's exports."""
        return raw_dir(self.root, self.year)

    @property
    def processed_dir(self) -> Path:
        """The folder of the year's generated tables and figures."""
        return processed_dir(self.root, self.year)


def raw_dir(root: Path, year: int) -> Path:
    """Return the folder of a year's exports."""
    return root / "data" / "raw" / str(year)


def list_exports(folder: Path) -> list[Path]:
    """Return the workbooks of a year folder by name; Excel's lock files and hidden ones not."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in EXPORT_SUFFIXES)
    return sorted(path for path in found if path.is_file() and not is_passed_over(path))


def is_passed_over(path: Path) -> bool:
    """Tell whether a file is hidden or a lock file that Excel left."""
    return path.name.startswith(("~$", "."))


def processed_dir(root: Path, year: int) -> Path:
    """Return the folder of a year's generated tables and figures."""
    return root / "data" / "processed" / str(year)


def pages_dir(root: Path, edition: str) -> Path:
    """Return the folder of an edition's executed pages, a folder in it for each year."""
    return root / ("report" if edition == "public" else "report-intern")


def list_published(root: Path, edition: str) -> list[int]:
    """Return the years whose pages an edition has, oldest first."""
    return _list_year_folders(pages_dir(root, edition))


def maps_dir(root: Path) -> Path:
    """Return the folder of the header maps and code lists."""
    return root / "data" / "raw" / "maps"


def find_project(start: Path) -> Path:
    """Return the nearest folder at or above `start` that holds `data/raw`; raise UsageError.

    Where there is none, the environment may name one: a batch's results can lie elsewhere.
    """
    named = [Path(os.environ[PROJECT])] if os.environ.get(PROJECT) else []
    for folder in (start.resolve(), *start.resolve().parents, *named):
        if (folder / "data" / "raw").is_dir():
            return folder
    raise UsageError(
        f"Der er intet projekt i {start}: mappen data/raw mangler. "
        "Kør kommandoen i projektets mappe, eller angiv den med --project."
    )


def list_years(root: Path) -> list[int]:
    """Return the years that have a folder in `data/raw`, oldest first."""
    return _list_year_folders(root / "data" / "raw")


def _list_year_folders(folder: Path) -> list[int]:
    years = folder.glob("[0-9][0-9][0-9][0-9]")
    return sorted(int(year.name) for year in years if year.is_dir())


def check_year_exists(root: Path, year: int) -> None:
    """Raise UsageError where the year has no folder, naming the years that have."""
    years = list_years(root)
    if year not in years:
        known = ", ".join(map(str, years)) or "ingen"
        raise UsageError(
            f"Der er ingen mappe for {year} i data/raw. Årene der: {known}. "
            f"Kør “socok new {year}”, og læg årets udtræk i mappen."
        )


def read_year(root: Path, year: int) -> Year:
    """Read `year.toml`; raise UsageError for an unknown year, DataError listing every fault."""
    check_year_exists(root, year)
    file = ListFile(raw_dir(root, year) / FILE, "year_toml.{}", is_needed=True)
    problems: list[Problem] = []
    found = read_settings(file, Year, SETTINGS, problems, root=root)
    if found is None:
        raise DataError(f"data/raw/{year}/{FILE} har fejl.", problems)
    text = file.read(problems)
    faults = [("year", "aar", f"year er ikke {year}, som mappen hedder.")] * (found.year != year)
    for first, last in ORDERED:
        start, end = getattr(found, first), getattr(found, last)
        if start and end and start >= end:
            faults.append((first, "rækkefølge", f"{first} skal ligge før {last}."))
    for key, kind, message in faults:
        line = max(find_line(text, group, key) for group in SETTINGS)
        problems.append(file.fault(kind, message, cell=f"linje {line}", column=key))
    if problems:
        raise DataError(f"data/raw/{year}/{FILE} har fejl.", problems)
    return found
