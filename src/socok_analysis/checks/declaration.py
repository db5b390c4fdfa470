"""What each check is called, how serious it is, and what it says: `checks.csv` beside this file.

`how` is the name of a function of `findings.py`, or one of its ways to hold figures against each
other; `figures` are those it is about, by pattern: what a check finds is told in public only
where the figures it concerns are. `limit` is how much is needed before it says anything; `needs`
an export, or `earlier` for last year's report, without which it is not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from socok_analysis.core.danish import join_numbers
from socok_analysis.core.lists import read_declaration
from socok_analysis.core.problems import Problem, Severity
from socok_analysis.figures.rows import match_names

if TYPE_CHECKING:
    import pandas as pd

EARLIER = "earlier"
MOST_SPANS = 20


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
        for row in read_declaration("checks/checks.csv")
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
