"""Accepted deviations: `afvigelser.csv` in a year's folder, each with a reason and a date.

A row names the check, what it concerns and, if it should hold for that alone, what was found.
What it fits becomes information. A row that fits nothing any longer is an error: it has expired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from socok_analysis.checks.declaration import find_check, read_checks, report
from socok_analysis.core.danish import did_you_mean, format_day
from socok_analysis.core.problems import Problem
from socok_analysis.intake.rows import fault, read_rows

FILE = "afvigelser.csv"
TO_FILL = ("(begrundelse)", "(dato som 2021-01-31)")
COLUMNS = ("kontrol", "vedrører", "fundet", "begrundelse", "dato")


@dataclass(frozen=True)
class Deviation:
    """One accepted deviation, and the row of the file it stands in."""

    check: str
    concerns: str
    found: str
    reason: str
    accepted_on: date
    row: int

    def fits(self, problem: Problem) -> bool:
        """Tell whether a finding is the one that is accepted."""
        return (
            problem.check == self.check
            and problem.column == self.concerns
            and self.found in ("", problem.found)
        )


def read_deviations(folder: Path) -> tuple[list[Deviation], list[Problem]]:
    """Return the accepted deviations of a year's folder, and what is wrong with the file."""
    path, problems = folder / FILE, list[Problem]()
    rows = read_rows(path, problems) if path.exists() else []
    missing = [name for name in COLUMNS if rows and name not in rows[0]]
    problems += [fault(path, f"Kolonnen {name} mangler.", row=1) for name in missing]
    deviations = []
    for number, row in enumerate(() if missing else rows, 2):
        problem = check_row(row)
        if problem:
            problems.append(fault(path, problem, row=number))
        else:
            deviations.append(declare_deviation(row, number))
    return deviations, [replace(problem, file=FILE) for problem in problems]


def check_row(row: Mapping[str, str]) -> str:
    """Return what is wrong with a row of the file; nothing where it is sound."""
    if not find_check(row["kontrol"]):
        near = did_you_mean(row["kontrol"], read_checks())
        return f"Der er ingen kontrol “{row['kontrol']}”.{near}"
    if not row["begrundelse"]:
        return "Begrundelsen mangler."
    try:
        date.fromisoformat(row["dato"])
    except ValueError:
        return "Datoen skal skrives som 2020-05-04."
    return ""


def declare_deviation(row: Mapping[str, str], number: int) -> Deviation:
    """Return the deviation a sound row declares."""
    return Deviation(
        row["kontrol"],
        row["vedrører"],
        row["fundet"],
        row["begrundelse"],
        date.fromisoformat(row["dato"]),
        number,
    )


def accept(
    problems: Iterable[Problem], deviations: Iterable[Deviation], was_run: Collection[str]
) -> list[Problem]:
    """Return the findings, those accepted as information, and an error for each expired row.

    A row whose check could not be run this time has not expired.
    """
    found, declared = list(problems), list(deviations)
    shown = [accept_one(problem, declared) for problem in found]
    expired = [
        deviation
        for deviation in declared
        if is_run(deviation.check, was_run) and not any(map(deviation.fits, found))
    ]
    return shown + [report_expired(deviation) for deviation in expired]


def is_run(check: str, was_run: Collection[str]) -> bool:
    """Tell whether a check was run, under its own name or that of its family."""
    return check in was_run or check.partition(".")[0] in was_run


def accept_one(problem: Problem, deviations: Iterable[Deviation]) -> Problem:
    """Return a finding as information with the reason, where it is accepted."""
    own = next((deviation for deviation in deviations if deviation.fits(problem)), None)
    if own is None:
        return offer_line(problem)
    reason = f"Accepteret {format_day(own.accepted_on)}: {own.reason}"
    return replace(problem, severity="info", message=f"{problem.message} {reason}", advice="")


def offer_line(problem: Problem) -> Problem:
    """Return a finding with the line that would accept it, where it can be accepted."""
    if not find_check(problem.check):
        return problem
    line = f"{problem.check},{quote(problem.column)},,{','.join(TO_FILL)}"
    return replace(problem, edit=f"Eller accepter det med en ny linje i {FILE}: {line}")


def quote(cell: str) -> str:
    """Return a cell as CSV writes it."""
    return f'"{cell}"' if "," in cell else cell


def report_expired(deviation: Deviation) -> Problem:
    """Return the error for an accepted deviation that is no longer there."""
    message = (
        f"Den accepterede afvigelse er udløbet: {deviation.check} finder den ikke længere "
        f"for {deviation.concerns}."
    )
    problem = report("deviations.expired", message, deviation.concerns, found=deviation.found)
    return replace(problem, file=FILE, cell=f"A{deviation.row}")
