"""The year of a report: its folder, its dates and its goals, from `data/raw/<year>/year.toml`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_type_hints

from pydantic import Field, Strict, ValidationError

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.lists import EXPECTED, ListFile, adapt
from socok_analysis.core.problems import DataError, Problem, UsageError

EXPORT_SUFFIXES = (".xlsx", ".xlsm", ".csv", ".tsv")
UNREAD = ("~$", ".")  # how lock files that Excel left begin, and hidden ones
OWN = ("afvigelser", "offentliggjort", "rettelser", "samtykker", "undtagelser")
OWN_LISTS = tuple(f"{name}.csv" for name in OWN)
PROJECT = "SOCOK_PROJECT"
FILE = "year.toml"
DATES = ("period_start", "period_end", "evaluation_date", "previous_evaluation_date")
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "report": ("year", "title", "municipality", "committees", "issued_on", *DATES),
    "goals": ("jobs_per_year", "jobs_in_strategy", "strategy_start", "strategy_end", "enterprises"),
    "publish": ("threshold", "job_threshold", "contact"),
}
GROUPS = {key: group for group, keys in SETTINGS.items() for key in keys}
ORDERED = (
    ("period_start", "period_end"),
    ("previous_evaluation_date", "evaluation_date"),
    ("strategy_start", "strategy_end"),
    ("strategy_start", "period_end"),
)
Count = Annotated[int, Field(ge=0, strict=True)]
Few = Annotated[int, Field(ge=3, strict=True)]  # fewer persons are never told
Phrase = Annotated[str, Strict()]
Date = Annotated[date, Strict()]


@dataclass(frozen=True)
class Year:
    """One report year: where its files lie, and what `year.toml` says of it."""

    root: Path
    year: Count
    title: Phrase
    period_start: Date
    period_end: Date
    evaluation_date: Date
    strategy_start: Date
    previous_evaluation_date: Date | None = None
    strategy_end: Date | None = None
    jobs_per_year: Count | None = None
    jobs_in_strategy: Count | None = None
    enterprises: Count | None = None
    threshold: Few = 3
    job_threshold: Few = 3
    contact: Phrase = ""
    municipality: Phrase = ""
    committees: tuple[Phrase, ...] = ()
    issued_on: Date | None = None

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
    """Return the exports of a year folder by name: not its own lists, lock files, hidden ones."""
    found = (path for path in folder.iterdir() if path.suffix.lower() in EXPORT_SUFFIXES)
    found = (path for path in found if path.name.lower() not in OWN_LISTS)
    return sorted(path for path in found if path.is_file() and not path.name.startswith(UNREAD))


def processed_dir(root: Path, year: int) -> Path:
    """Return the folder of a year's generated tables and figures."""
    return root / "data" / "processed" / str(year)


def released_dir(root: Path, year: int) -> Path:
    """Return the folder of what has been handed out of a year."""
    return root / "data" / "released" / str(year)


def pages_dir(root: Path, edition: str) -> Path:
    """Return the folder of an edition's executed pages, a folder in it for each year."""
    return root / ("report" if edition == "public" else "report-intern")


def maps_dir(root: Path) -> Path:
    """Return the folder of the header maps and code lists."""
    return root / "data" / "raw" / "maps"


def find_project(start: Path) -> Path:
    """Return the folder a batch names, else the nearest one from `start` up, with `data/raw`."""
    named = os.environ.get(PROJECT)  # its results may lie in another project's folder
    for folder in [Path(named)] if named else (start.resolve(), *start.resolve().parents):
        if (folder / "data" / "raw").is_dir():
            return folder
    way_out = "Kør kommandoen i projektets mappe, eller angiv den med --project."
    raise UsageError(f"Der er intet projekt i {start}: mappen data/raw mangler. {way_out}")


def list_years(root: Path, edition: str = "") -> list[int]:
    """Return the years that have a folder in `data/raw`, or pages of an edition, oldest first."""
    folder = pages_dir(root, edition) if edition else root / "data" / "raw"
    years = folder.glob("[0-9][0-9][0-9][0-9]")
    return sorted(int(year.name) for year in years if year.is_dir())


def list_earlier(root: Path, number: int) -> list[int]:
    """Return the years before one that have exports, oldest first."""
    return [y for y in list_years(root) if y < number and list_exports(raw_dir(root, y))]


def check_year_exists(root: Path, year: int) -> None:
    """Raise UsageError where the year has no folder, naming the years that have."""
    years = list_years(root)
    if year not in years:
        known = ", ".join(map(str, years)) or "ingen"
        way_out = f"Kør “socok new {year}”, og læg årets udtræk i mappen."
        if not 1900 <= year <= 2100:
            way_out = "Skriv årstallet med fire cifre."
        told = f"Der er ingen mappe for {year} i data/raw. Årene der: {known}."
        raise UsageError(f"{told} {way_out}")


def read_year(root: Path, year: int) -> Year:
    """Read `year.toml`; raise UsageError for an unknown year, DataError listing every fault."""
    check_year_exists(root, year)
    file = ListFile(raw_dir(root, year) / FILE, "year_toml.{}", is_needed=True)
    problems: list[Problem] = []
    text, found = file.read(problems), None
    try:
        if not problems:
            found = _check_settings(root, file, text, problems)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        told = f" Se linje {place[1]}." if place else ""
        problems.append(file.fault("toml", f"Filen kan ikke læses som TOML.{told}"))
    if found and found.year != year:
        facts = _place(text, "report", "year")
        problems.append(file.fault("aar", f"year er ikke {year}, som mappen hedder.", **facts))
    for first, last in ORDERED if found else ():
        start, end = getattr(found, first), getattr(found, last)
        if start and end and start >= end:
            facts = _place(text, GROUPS[first], first)
            problems.append(file.fault("rækkefølge", f"{first} skal ligge før {last}.", **facts))
    if found is None or problems:
        raise DataError(f"data/raw/{year}/{FILE} har fejl.", problems)
    return found


def _check_settings(root: Path, file: ListFile, text: str, problems: list[Problem]) -> Year | None:
    """Return the year a file describes; add what nobody knows, what lacks and what is ill-typed."""
    given, made = dict[str, Any](), None
    for group, values in tomllib.loads(text).items():
        if group not in SETTINGS or not isinstance(values, dict):
            message = f"{group} er ikke en kendt gruppe.{did_you_mean(group, SETTINGS)}"
            advice = "Grupperne er [report], [goals] og [publish]."
            problems.append(file.fault("ukendt", message, advice, **_place(text, group)))
            continue
        given |= values
        known = SETTINGS[group]
        for key in [key for key in values if key not in known]:
            message = f"{key} er ikke kendt i [{group}].{did_you_mean(key, known)}"
            facts = _place(text, group, key) | {"expected": ", ".join(known)}
            problems.append(file.fault("ukendt", message, **facts))
    try:
        made = adapt(Year).validate_python(given | {"root": root})
    except ValidationError as errors:
        for error in errors.errors():
            key = str(error["loc"][0])
            name, facts = f"{key} i [{GROUPS[key]}]", _place(text, GROUPS[key], key)
            if error["type"] != "missing":
                problems.append(file.refuse(error, name, str(error["input"]), **facts))
                continue
            facts["expected"] = EXPECTED[get_type_hints(Year)[key].__name__]
            advice = f"Skriv linjen {key} = ..., eller fjern # foran den."
            message = f"[{GROUPS[key]}] mangler {key}."
            problems.append(file.fault("mangler", message, advice, **facts))
    return None if problems else made


def _place(text: str, group: str, key: str = "") -> dict[str, str]:
    """Return the line of a TOML file on which a group, or a key of one, stands, as a place."""
    current, told = "", {"column": key or group}
    for number, line in enumerate(text.splitlines(), 1):
        head = re.match(r"\s*\[\s*([\w-]+)", line)
        named = re.match(r"\s*\"?([\w-]+)\"?\s*=", line)
        current = head[1] if head else current
        if (current, named and named[1]) in ((group, key or None), ("", group)):
            return told | {"cell": f"linje {number}"}
    return told


def list_measured(root: Path, before: int) -> list[Year]:
    """Return the earlier years that have figures, oldest first."""
    numbers = (number for number in list_years(root) if number < before)
    has_figures = (n for n in numbers if (processed_dir(root, n) / "figures.json").is_file())
    return [read_year(root, number) for number in has_figures]
