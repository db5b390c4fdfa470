"""Accepted deviations: `afvigelser.csv` in a year's folder, each with a reason and a date.

A row names the check, what it concerns and, if it should hold for that alone, what was found.
What it fits becomes information. A row that fits nothing any longer is an error: it has expired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from socok_analysis.checks.declaration import find_check, read_checks, report
from socok_analysis.core.danish import did_you_mean, format_day
from socok_analysis.core.lists import DAY, ListError, ListFile, must_be, read_rows
from socok_analysis.core.problems import Problem, Proposal

FILE = "afvigelser.csv"
TO_FILL = ("(begrundelse)", "(dato som 2021-01-31)")


def _check_name(text: str) -> str:
    if not find_check(text):
        raise ListError(f"Der er ingen kontrol “{text}”.{did_you_mean(text, read_checks())}")
    return text


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One accepted deviation, and the row of the file it stands in."""

    check: Annotated[str, Field(alias="kontrol"), BeforeValidator(_check_name)]
    concerns: Annotated[str, Field(alias="vedrører")] = ""
    found: Annotated[str, Field(alias="fundet")] = ""
    reason: Annotated[str, Field(alias="begrundelse"), must_be(".+", "Begrundelsen mangler.")]
    accepted_on: Annotated[
        date, Field(alias="dato"), must_be(DAY, "Datoen skal skrives som 2020-05-04.")
    ]
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
    problems: list[Problem] = []
    return read_rows(ListFile(folder / FILE), Deviation, problems), problems


def accept(
    problems: Iterable[Problem],
    deviations: Iterable[Deviation],
    was_run: Collection[str],
    earlier: Iterable[Deviation] = (),
) -> list[Problem]:
    """Return the findings, those accepted as information, and an error for each expired row.

    One that is not accepted comes with the line to accept it, with the reason of the report
    before where there was one. A row whose check could not be run
    this time has not expired.
    """
    found, declared, told = list(problems), list(deviations), list[Problem]()
    known = list(earlier)
    for problem in found:
        own = next((each for each in declared if each.fits(problem)), None)
        if own:
            text = f"{problem.message} Accepteret {format_day(own.accepted_on)}: {own.reason}"
            problem = replace(problem, severity="info", message=text, advice="")
        elif problem.severity != "info" and find_check(problem.check):
            before = next((e for e in known if replace(e, found="").fits(problem)), None)
            note = " (grunden er sidste rapports)" if before else ""
            reason = before.reason if before else TO_FILL[0]
            line = (problem.check, problem.column, "", reason, TO_FILL[1])
            proposal = Proposal(FILE, line, lead="Eller accepter det med en", note=note)
            problem = replace(problem, proposal=proposal)
        told.append(problem)
    for each in declared:
        if each.check in was_run and not any(map(each.fits, found)):
            words: dict[str, Any] = {"accepted": each.check, "subject": each.concerns}
            expired = report("deviations.expired", each.concerns, **words)
            told.append(replace(expired, file=FILE, cell=f"A{each.row}", found=each.found))
    return told
