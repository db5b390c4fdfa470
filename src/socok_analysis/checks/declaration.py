"""What each check is called, how serious it is, and what it says: `checks.csv` beside this file.

`limit` is how much is needed before the check says anything; `needs` an export, or `earlier` for
last year's report, without which it is not run. What is declared for the first part of a name
holds for every name that begins with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from socok_analysis.core.danish import join_numbers
from socok_analysis.core.lists import read_declaration
from socok_analysis.core.problems import Problem, Severity

if TYPE_CHECKING:
    import pandas as pd

EARLIER = "earlier"
MOST_SPANS = 20


@dataclass(frozen=True)
class Check:
    """One declared check. `title` is what holds where it finds nothing."""

    name: str
    severity: Severity
    limit: float
    needs: str
    title: str
    advice: str


@cache
def read_checks() -> Mapping[str, Check]:
    """Return the declared checks by name."""
    return {
        row["check"]: Check(
            row["check"],
            cast(Severity, row["severity"]),
            float(row["limit"] or 0),
            row["needs"],
            row["title"],
            row["advice"],
        )
        for row in read_declaration("checks/checks.csv")
    }


def find_check(name: str) -> Check | None:
    """Return the declaration of a check, its own or that of the first part of its name."""
    checks = read_checks()
    return checks.get(name) or checks.get(name.partition(".")[0])


def report(
    name: str,
    message: str,
    concerns: str,
    *,
    found: object = "",
    expected: object = "",
    rows: pd.DataFrame | None = None,
) -> Problem:
    """Return what a check found. `concerns` names the figure, partner or table it is about."""
    check = find_check(name)
    assert check is not None, f"{name} is declared in checks.csv"
    place = {} if rows is None or not len(rows) else place_rows(rows)
    told = {"found": str(found), "expected": str(expected), "advice": check.advice}
    return Problem(check.severity, name, message, column=concerns, **told, **place)


def place_rows(rows: pd.DataFrame) -> dict[str, str]:
    """Return the file, sheet and row numbers of some rows of one sheet."""
    file, sheet = rows.iloc[0][["source_file", "source_sheet"]]
    own = rows[(rows["source_file"] == file) & (rows["source_sheet"] == sheet)]
    return {"file": file, "sheet": sheet, "cell": list_rows(own["source_row"])}


def list_rows(numbers: Iterable[int]) -> str:
    """Return "række 6" or "rækkerne 6, 9–11 og 14"."""
    rows = sorted({int(number) for number in numbers})
    *most, last = join_numbers(rows).split(", ")
    if not most:
        return f"{'række' if len(rows) == 1 else 'rækkerne'} {last}"
    if len(most) >= MOST_SPANS:
        most, last = most[:MOST_SPANS], "flere"
    return f"rækkerne {', '.join(most)} og {last}"
