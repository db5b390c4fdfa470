"""The year of a report: its folder, its dates and its goals, from `data/raw/<year>/year.toml`."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.problems import Problem

PROJECT = "SOCOK_PROJECT"
FILE = "year.toml"
SETTINGS: dict[str, dict[str, type]] = {
    "report": {
        "year": int,
        "title": str,
        "period_start": date,
        "period_end": date,
        "evaluation_date": date,
        "previous_evaluation_date": date,
    },
    "goals": {
        "jobs_per_year": int,
        "jobs_in_strategy": int,
        "strategy_start": date,
        "strategy_end": date,
        "enterprises": int,
    },
    "publish": {"threshold": int, "job_threshold": int, "contact": str},
}
REQUIRED = {
    "report": ("year", "title", "period_start", "period_end", "evaluation_date"),
    "goals": ("strategy_start",),
    "publish": (),
}
TYPE_DA = {int: "et helt tal", str: "en tekst i anførselstegn", date: "en dato som 2019-12-31"}
ORDERED = (
    ("report", "period_start", "report", "period_end"),
    ("report", "previous_evaluation_date", "report", "evaluation_date"),
    ("goals", "strategy_start", "goals", "strategy_end"),
    ("goals", "strategy_start", "report", "period_end"),
)


@dataclass(frozen=True)
class Year:
    """One report year: where its files lie, and what `year.toml` says of it."""

    root: Path
    year: int
    title: str
    period_start: date
    period_end: date
    evaluation_date: date
    strategy_start: date
    previous_evaluation_date: date | None = None
    strategy_end: date | None = None
    jobs_per_year: int | None = None
    jobs_in_strategy: int | None = None
    enterprises: int | None = None
    threshold: int = 5
    job_threshold: int = 3
    contact: str = ""

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


def processed_dir(root: Path, year: int) -> Path:
    """Return the folder of a year's generated tables and figures."""
    return root / "data" / "processed" / str(year)


def pages_dir(root: Path, edition: str) -> Path:
    """Return the folder of an edition's executed pages, a folder in it for each year."""
    return root / ("report" if edition == "public" else "report-intern")


def list_published(root: Path, edition: str) -> list[int]:
    """Return the years whose pages an edition has, oldest first."""
    folders = pages_dir(root, edition).glob("[0-9][0-9][0-9][0-9]")
    return sorted(int(folder.name) for folder in folders if folder.is_dir())


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
    folders = (root / "data" / "raw").glob("[0-9][0-9][0-9][0-9]")
    return sorted(int(folder.name) for folder in folders if folder.is_dir())


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
    settings, problems = load_settings(raw_dir(root, year) / FILE)
    problems = problems or check_settings(settings, year)
    if problems:
        raise DataError(f"data/raw/{year}/{FILE} har fejl.", problems)
    values: dict[str, Any] = {}
    for section in settings.values():
        values |= section
    return Year(root=root, **values)


def load_settings(path: Path) -> tuple[dict[str, dict[str, object]], list[Problem]]:
    """Return the file's sections, or a problem where it cannot be read as TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig")), []
    except FileNotFoundError:
        return {}, [fault("mangler", "Filen mangler.", advice="Kopiér den fra et tidligere år.")]
    except UnicodeDecodeError:
        return {}, [fault("tegnsæt", "Filen er ikke gemt som UTF-8.")]
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        line = f" Se linje {place[1]}." if place else ""
        return {}, [fault("toml", f"Filen kan ikke læses som TOML.{line}")]


def fault(check: str, message: str, key: str = "", expected: str = "", advice: str = "") -> Problem:
    """Return an error found in `year.toml`."""
    return Problem(
        "error",
        f"year_toml.{check}",
        message,
        file=FILE,
        column=key,
        expected=expected,
        advice=advice,
    )


def check_settings(settings: dict[str, dict[str, object]], year: int) -> list[Problem]:
    """Return every fault of the settings: unknown, missing, ill-typed or contradictory."""
    problems = [*check_sections(settings)]
    for section in SETTINGS:
        problems += check_section(section, settings.get(section, {}))
    return problems or [*check_values(settings, year)]


def check_sections(settings: dict[str, dict[str, object]]) -> list[Problem]:
    """Return the sections nobody knows."""
    return [
        fault("ukendt", f"[{name}] skal være en gruppe.", name)
        if name in SETTINGS
        else fault("ukendt", f"{name} er ikke en kendt gruppe.{did_you_mean(name, SETTINGS)}", name)
        for name in settings
        if name not in SETTINGS or not isinstance(settings[name], dict)
    ]


def check_section(section: str, values: dict[str, object]) -> list[Problem]:
    """Return the unknown, missing and ill-typed keys of one section."""
    if not isinstance(values, dict):
        return []
    known = SETTINGS[section]
    problems = [check_key(section, key, value) for key, value in values.items()]
    problems += [
        fault("mangler", f"[{section}] mangler {key}.", key, TYPE_DA[known[key]])
        for key in REQUIRED[section]
        if key not in values
    ]
    return [problem for problem in problems if problem]


def check_key(section: str, key: str, value: object) -> Problem | None:
    """Return a problem where the key is unknown or its value is not of the right type."""
    known = SETTINGS[section]
    if key not in known:
        message = f"{key} er ikke kendt i [{section}].{did_you_mean(key, known)}"
        return fault("ukendt", message, key, ", ".join(known))
    kind = known[key]
    is_right = isinstance(value, kind) and not isinstance(value, (bool, datetime))
    if is_right and (kind is not int or isinstance(value, int) and value >= 0):
        return None
    return fault("type", f"{key} i [{section}] skal være {TYPE_DA[kind]}.", key, TYPE_DA[kind])


def check_values(settings: dict[str, dict[str, object]], year: int) -> list[Problem]:
    """Return contradictions: another year than the folder's, dates in the wrong order."""
    problems = []
    if settings["report"]["year"] != year:
        problems.append(fault("aar", f"year er ikke {year}, som mappen hedder.", "year", str(year)))
    for first_section, first, last_section, last in ORDERED:
        start = settings.get(first_section, {}).get(first)
        end = settings.get(last_section, {}).get(last)
        if isinstance(start, date) and isinstance(end, date) and start >= end:
            problems.append(fault("rækkefølge", f"{first} skal ligge før {last}.", first))
    return problems
