"""What each check says, in `checks.csv` beside this file, and which findings are accepted.

`how` is the name of a function of `findings.py`, or one of its ways to hold figures against each
other; `figures` are those it is about, by pattern: what a check finds is told in public only
where the figures it concerns are. `limit` is how much is needed before it says anything; `needs`
an export, or `earlier` for last year's report, without which it is not run.

`afvigelser.csv` in a year's folder has a row for each accepted deviation: the check, what it
concerns and, if it should hold for that alone, what was found. What it fits becomes information;
a row that fits nothing any longer is an error: it has expired.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

from pydantic import BeforeValidator, Field

from socok_analysis.core import lists
from socok_analysis.core.danish import did_you_mean, format_day, join_numbers
from socok_analysis.core.problems import Problem, Proposal, Severity
from socok_analysis.figures.rows import match_names

if TYPE_CHECKING:
    import pandas as pd

EARLIER = "earlier"
MOST_SPANS = 20
FILE = "afvigelser.csv"
TO_FILL = ("(begrundelse)", "(dato som 2021-01-31)")


@dataclass(frozen=True)
class Check:
    """One declared check. `title` is what holds where it finds nothing."""

    name: str
    severity: Severity
    how: str
    figures: tuple[tuple[str, ...], ...]
    limit: float
    needs: str
    title: str
    message: str
    advice: str


@cache
def read_checks() -> Mapping[str, Check]:
    """Return the declared checks by name; `figures` are alternatives, each a row of patterns."""
    return {
        row["check"]: Check(
            row["check"],
            cast(Severity, row["severity"]),
            row["how"],
            tuple(tuple(each.split()) for each in row["figures"].split("|")),
            float(row["limit"] or 0),
            *(row[name] for name in ("needs", "title", "message", "advice")),
        )
        for row in lists.read_declaration("checks/checks.csv")
    }


def find_check(name: str) -> Check | None:
    """Return the declaration of a check, None where there is none."""
    return read_checks().get(name)


def list_concerned(problem: Problem, names: Iterable[str]) -> list[str]:
    """Return which of some figures a finding tells something of: those its check is about; only
    the one or its partner's where it names one.
    """
    check, about, known = find_check(problem.check), problem.column, list(names)
    patterns = [pattern for each in check.figures for pattern in each] if check else []
    fits = {name for pattern in patterns for name in match_names(pattern, known)}
    found = [name for name in known if name in fits]
    return [name for name in found if about in (name, *name.split("."))] or found


def report(
    name: str,
    concerns: str,
    rows: pd.DataFrame | None = None,
    *,
    found: object = "",
    expected: object = "",
    **words: object,
) -> Problem:
    """Return what a check found, in the words of its message.

    `concerns` names the figure, partner or table it is about; `rows` are those that show it, of
    which the first sheet's are named.
    """
    check = read_checks()[name]
    facts: dict[str, Any] = {"expected": str(expected), "advice": check.advice}
    if rows is not None and len(rows):
        file, sheet = rows.iloc[0][["source_file", "source_sheet"]]
        own = rows[(rows["source_file"] == file) & (rows["source_sheet"] == sheet)]
        facts |= {"file": file, "sheet": sheet, "cell": list_rows(own["source_row"])}
    message = check.message.format(found=found, expected=expected, **words)
    return Problem(check.severity, name, message, column=concerns, found=str(found), **facts)


def list_rows(numbers: Iterable[int]) -> str:
    """Return "række 6" or "rækkerne 6, 9–11 og 14"."""
    rows = sorted({int(number) for number in numbers})
    *most, last = join_numbers(rows).split(", ")
    if not most:
        return f"{'række' if len(rows) == 1 else 'rækkerne'} {last}"
    if len(most) >= MOST_SPANS:
        most, last = most[:MOST_SPANS], "flere"
    return f"rækkerne {', '.join(most)} og {last}"


def _check_name(text: str) -> str:
    if not find_check(text):
        raise lists.ListError(f"Der er ingen kontrol “{text}”.{did_you_mean(text, read_checks())}")
    return text


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One accepted deviation, and the row of the file it stands in."""

    check: Annotated[str, Field(alias="kontrol"), BeforeValidator(_check_name)]
    concerns: Annotated[str, Field(alias="vedrører")] = ""
    found: Annotated[str, Field(alias="fundet")] = ""
    reason: Annotated[str, Field(alias="begrundelse"), lists.must_be(".+", "Begrundelsen mangler.")]
    accepted_on: Annotated[
        date, Field(alias="dato"), lists.must_be(lists.DAY, "Datoen skal skrives som 2020-05-04.")
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
    return lists.read_rows(lists.ListFile(folder / FILE), Deviation, problems), problems


def accept(
    problems: Iterable[Problem],
    deviations: Iterable[Deviation],
    was_run: Collection[str],
    earlier: Iterable[Deviation] = (),
) -> list[Problem]:
    """Return the findings, those accepted as information, and an error for each expired row.

    One that is not accepted comes with the line to accept it, with the reason of the report
    before where there was one. A row whose check could not be run this time has not expired.
    """
    found, declared, known, told = [*problems], [*deviations], [*earlier], list[Problem]()
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
