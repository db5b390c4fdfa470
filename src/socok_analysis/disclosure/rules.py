"""What a project protects: thresholds, sensitive exit reasons, and what is public already.

Thresholds are `year.toml`'s; which reasons are sensitive, and which of the four published groups
each belongs to, is said by the code list of exit reasons. What the municipality has published
itself is declared in `data/raw/<year>/undtagelser.csv`: `figure,reason,date,who`, a row a figure.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socok_analysis.disclosure.cells import Rules
from socok_analysis.errors import DataError
from socok_analysis.intake.maps import Code
from socok_analysis.problems import Problem
from socok_analysis.relations import Relation
from socok_analysis.suggest import did_you_mean
from socok_analysis.year import Year, raw_dir

FILE = "undtagelser.csv"
COLUMNS = ("figure", "reason", "date", "who")
NEVER_ALONE = frozenset({"criminal", "death", "health", "family"})
GROUPED_AS = {
    "job_uddannelse": "success_wide", "afventer": "awaiting", "stoppet": "stopped",
    "andet": "other",
}  # fmt: skip
EXIT = "outcomes.{p}.exit."


@dataclass(frozen=True)
class Exempted:
    """A figure the municipality has published itself, and who decided so, why and when."""

    figure: str
    reason: str
    date: date
    who: str


def make_rules(year: Year, names: Iterable[str], reasons: Mapping[str, Code]) -> Rules:
    """Return what a year protects among figures of these names."""
    marks = tuple(f".exit.{code}" for code in list_never_alone(reasons))
    never = frozenset(n for n in names if n.startswith("outcomes.") and n.endswith(marks))
    return Rules(year.threshold, year.job_threshold, never)


def list_never_alone(reasons: Mapping[str, Code]) -> list[str]:
    """Return the sensitive reasons: prison, death, health and family.

    A reason that makes up one of the four groups by itself is that group.
    """
    sizes = Counter(code.extra.get("publication_group", "") for code in reasons.values())
    return [
        code.code for code in reasons.values()
        if is_sensitive(code) and sizes[code.extra.get("publication_group", "")] > 1
    ]  # fmt: skip


def is_sensitive(code: Code) -> bool:
    """Tell whether the code list marks a reason as one that is never shown alone."""
    is_marked = code.extra.get("never_publish_alone") == "ja"
    return is_marked or code.extra.get("sensitive") in NEVER_ALONE


def make_groups(reasons: Mapping[str, Code]) -> list[Relation]:
    """Return the relation of each of the four groups to its reasons, and of the narrow success."""
    members: dict[str, list[str]] = {}
    for code in reasons.values():
        group = GROUPED_AS.get(code.extra.get("publication_group", ""))
        narrow = "success_narrow" if code.extra.get("success_narrow") == "ja" else None
        for name in filter(None, (group, narrow)):
            members.setdefault(name, []).append(EXIT + code.code)
    return [
        Relation(f"group_{name}", f"outcomes.{{p}}.{name}", tuple(parts), "covers",
                 "Hvert forløb i gruppen har mindst én af dens årsager.")
        for name, parts in members.items()
    ]  # fmt: skip


def read_exempted(root: Path, year: int) -> tuple[list[Exempted], list[Problem]]:
    """Return the figures a year declares as public already, and what is wrong with the file."""
    path = raw_dir(root, year) / FILE
    if not path.is_file():
        return [], []
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (UnicodeDecodeError, csv.Error):
        return [], [fault(f"{FILE} kan ikke læses.", "Gem filen som CSV i UTF-8.")]
    if rows and set(COLUMNS) - set(rows[0]):
        columns = ",".join(COLUMNS)
        return [], [fault(f"{FILE} mangler kolonner.", f"Den første linje skal være {columns}.")]
    found = [read_row(number, row) for number, row in enumerate(rows, 2)]
    return ([row for row in found if isinstance(row, Exempted)],
            [row for row in found if isinstance(row, Problem)])  # fmt: skip


def read_row(number: int, row: Mapping[str, str | None]) -> Exempted | Problem:
    """Return what one line declares, or what is wrong with it."""
    figure, reason, day, who = ((row[column] or "").strip() for column in COLUMNS)
    if not (figure and reason and who):
        return fault(f"Linje {number} mangler nøgletal, grund eller navn.", "Udfyld linjen.")
    try:
        return Exempted(figure, reason, date.fromisoformat(day), who)
    except ValueError:
        return fault(f"Linje {number} har ingen dato som 2020-06-01.", "Ret datoen.")


def fault(message: str, advice: str) -> Problem:
    """Return an error found in the file of exceptions."""
    return Problem("error", "exceptions.file", message, file=FILE, advice=advice)


def check_exempted(exempted: Iterable[Exempted], names: Collection[str]) -> list[Problem]:
    """Return an error for each exception that names no figure of its year."""
    return [
        fault(f"Der er intet nøgletal {each.figure}.{did_you_mean(each.figure, names)}",
              "Ret navnet, eller slet linjen.")
        for each in exempted if each.figure not in names
    ]  # fmt: skip


def read_declared(root: Path, year: int, names: Collection[str]) -> list[Exempted]:
    """Return a year's declared figures; raise DataError listing what is wrong with the file."""
    exempted, problems = read_exempted(root, year)
    problems += check_exempted(exempted, names)
    if problems:
        raise DataError(f"data/raw/{year}/{FILE} har fejl.", problems)
    return exempted
