"""Problems: what a check found, where, and what to do about it; and the errors that stop a run.

A check takes tables and returns problems; whoever called it decides whether to stop.
Messages are Danish, say where and what to do, and never quote a personal value.
"""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from socok_analysis.core.danish import show_unseen

Severity = Literal["error", "warning", "info"]
SEVERITY_DA: Mapping[str, str] = {"error": "fejl", "warning": "advarsel", "info": "oplysning"}
FORMULA = re.compile(r"(^|[;\t\r\n])(?=\s*[=+\-@\t\r\n])")
DEFUSED = re.compile(r"(^|[;\t\r\n])'(?=\s*[=+\-@\t\r\n])")
FILE, MOST_CELLS, MOST_GROUPS = "problems.csv", 8, 20
PLACE = ("severity", "check", "file", "sheet", "cell", "column")
COLUMNS = (*PLACE, "found", "expected", "message", "advice")

NO_SPACE = re.compile(r"No space left|\bErrno 28\b|os error 28|not enough space", re.IGNORECASE)
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
DENIED = (
    "Der er ikke adgang til {named}. Er den åben i et andet program, så luk det. "
    "Ellers skal du have skriveadgang til {folder}."
)
SENTENCES = {
    errno.ENOSPC: "Disken er fuld: der er {free} MB ledigt, hvor {folder} ligger, og der skal "
    "bruges 500 MB. Intet er udgivet: slet noget, og kør samme kommando igen.",
    errno.EDQUOT: "Din plads på drevet med {folder} er brugt op, og der skal bruges 500 MB. "
    "Intet er udgivet: slet noget, eller bed om mere plads, og kør kommandoen igen.",
    errno.EROFS: "{folder} er skrivebeskyttet. "
    "Flyt projektet til en mappe, du må skrive i, og kør samme kommando igen.",
    errno.ENAMETOOLONG: "Navnet er for langt til en fil: {named}. Vælg et kortere.",
    errno.EACCES: DENIED,
    errno.EPERM: DENIED,
}


def write_line(cells: Sequence[str], sign: str = ",") -> str:
    """Return a line of CSV."""
    file = io.StringIO()
    csv.writer(file, delimiter=sign, lineterminator="").writerow(cells)
    return file.getvalue()


@dataclass(frozen=True)
class Proposal:
    """What to write where that settles a problem; `socok fix` does it, people read it in words.

    `file` is one of the year's folder, or below `data/raw/` where it has a folder. The cells are a
    new line of it, `names` their columns where the file may have them in another order; with `row`
    and `column` spellings of that one cell of a map. What only a person knows is a cell in
    parentheses. `otherwise` is for where the guess, told by `note`, is wrong.
    """

    file: str
    cells: tuple[str, ...]
    names: tuple[str, ...] = ()
    row: str = ""
    column: str = ""
    lead: str = ""
    note: str = ""
    otherwise: Proposal | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", tuple(map(show_unseen, self.cells)))

    @property
    def line(self) -> str:
        """The very text to write."""
        return "|".join(self.cells) if self.row else write_line(self.cells)

    def __str__(self) -> str:
        if self.row:
            return f"Cellen i rækken {self.row} bliver: {self.line}"
        new = f"{self.lead} ny" if self.lead else "Ny"
        return f"{new} linje i {self.file}{self.note}: {self.line}"


@dataclass(frozen=True)
class Problem:
    """One finding. `cell` is as Excel writes it ("C7"); empty fields do not apply."""

    severity: Severity
    check: str
    message: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    column: str = ""
    found: str = ""
    expected: str = ""
    advice: str = ""
    proposal: Proposal | None = None

    def __post_init__(self) -> None:
        for name, text in vars(self).items():
            if isinstance(text, str) and not text.isprintable():
                object.__setattr__(self, name, show_unseen(text))

    @property
    def place(self) -> str:
        """Where it is, as people are told: file, sheet, cell."""
        return " › ".join(part for part in (self.file, self.sheet, self.cell) if part)

    @property
    def edit(self) -> str:
        """The proposal in words, the line to write last; empty where there is none."""
        return show_unseen(str(self.proposal or ""))


class SocokError(Exception):
    """Something the user must be told in one clear message, and the exit code it gives."""

    exit_code = 3


class DataError(SocokError):
    """The data have errors; `problems` lists them all."""

    exit_code = 1

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class UsageError(SocokError):
    """The command, a parameter or a name was wrong."""

    exit_code = 2


class MissingError(SocokError):
    """A program, a font or a part of the machine that is needed is missing or failed."""


def has_errors(problems: Iterable[Problem]) -> bool:
    """Tell whether any problem is an error."""
    return any(problem.severity == "error" for problem in problems)


def write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows as CSV in which no spreadsheet, splitting at semicolons too, calculates a cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            cells = (row[name] for name in columns)
            writer.writerow(FORMULA.sub(r"\1'", c) if isinstance(c, str) else c for c in cells)


def write_problems(path: Path, problems: Iterable[Problem]) -> None:
    """Write `problems.csv`, errors first; the line to write follows the advice."""
    told = (replace(p, advice=f"{p.advice} {p.edit}".strip()) for p in sort_problems(problems))
    write_rows(path, COLUMNS, map(vars, told))


def read_problems(folder: Path) -> list[Problem]:
    """Read the problems written in a folder, in the order written."""
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        rows = [{n: DEFUSED.sub(r"\1", c) for n, c in row.items()} for row in csv.DictReader(file)]
    return [Problem(**row) for row in rows]  # type: ignore[arg-type]


def sort_problems(problems: Iterable[Problem]) -> list[Problem]:
    """Return errors before warnings before information, each in the order found."""
    return sorted(problems, key=lambda problem: list(SEVERITY_DA).index(problem.severity))


def group_problems(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Return problems that differ by nothing but their cell together, worst first."""
    groups: dict[Problem, list[Problem]] = {}
    for problem in sort_problems(problems):
        groups.setdefault(replace(problem, cell="", found="", proposal=None), []).append(problem)
    return list(groups.values())


def count_problems(problems: Sequence[Problem]) -> str:
    """Return "2 fejl og 1 advarsel" for the terminal."""
    counts = Counter[str](problem.severity for problem in problems)
    words = {"error": "fejl", "warning": f"advars{'el' if counts['warning'] == 1 else 'ler'}"}
    return " og ".join(f"{counts[s]} {word}" for s, word in words.items() if counts[s])


def count_files(problems: Iterable[Problem]) -> str:
    """Return "jobs.xlsx 3, årsmappen 1": how many problems each file has, most first."""
    counts = Counter(p.file.partition(" linje ")[0] or "årsmappen" for p in problems)
    return ", ".join(f"{file} {count}" for file, count in counts.most_common())


def describe_group(group: Sequence[Problem]) -> str:
    """Return like problems as lines for the terminal: severity, place, name, message, advice."""
    first, *others = group
    head = f"{SEVERITY_DA[first.severity].upper()}  {first.place}".rstrip()
    lines = [f"{head}  ({first.check})", f"  {first.message}"]
    if others:
        more = len(others) - MOST_CELLS
        told = f" og {more} {'celle' if more == 1 else 'celler'} til." if more > 0 else "."
        lines.append(f"  Også {', '.join(problem.cell for problem in others[:MOST_CELLS])}{told}")
    values = {"Fundet": first.found, "Forventet": first.expected}
    shown = ". ".join(f"{name}: {text}" for name, text in values.items() if text)
    return "\n".join([*lines, *(f"  {text}" for text in (shown, first.advice, first.edit) if text)])


def describe_groups(problems: Iterable[Problem], most: int | None, where: str) -> Iterator[str]:
    """Yield the worst problems for the terminal, like ones once, and how many more there are."""
    groups = group_problems(problems)
    yield from map(describe_group, groups[:most])
    if most is not None and len(groups) > most:
        yield f"... og {len(groups) - most} slags mere{where}"


def describe_problems(problems: Iterable[Problem]) -> str:
    """Return the worst problems for the terminal, and how many each file has."""
    told = [problem for problem in problems if problem.severity != "info"]
    lines = [f"Fundet: {listed}.\n"] if ", " in (listed := count_files(told)) else []
    return "\n".join([*lines, *describe_groups(told, MOST_GROUPS, ": se problems.csv")])


def find_refusal(error: BaseException | None) -> OSError | None:
    """Return the full or write-protected disk behind an error, in whatever words it is told."""
    while error:
        if isinstance(error, OSError) and error.errno in FULL:
            return error
        if NO_SPACE.search(str(error)):
            return OSError(errno.ENOSPC, str(error))
        error = error.__cause__ or error.__context__
    return None


def explain_os_error(error: OSError, home: Path | None = None) -> str:
    """Return in Danish what the computer refused, in which of a user's folders, and what to do."""
    named = Path(re.sub(r"\.([^/\\]+)\.ny-\d+-[^/\\]+", r"\1", str(error.filename or home or ".")))
    places = (named.absolute(), *named.absolute().parents)
    folder = next(p for p in places if os.path.isdir(p))  # noqa: PTH112  no error of a long name
    if told := SENTENCES.get(error.errno or 0):
        free = shutil.disk_usage(folder).free // 1_000_000
        return told.format(folder=folder, named=named, free=free)
    place = f" ({error.filename})" if error.filename else ""
    return f"Computeren kunne ikke udføre det: {error.strerror or error}{place}."
