"""Checks that stated facts add up: `data/raw/maps/fact_sums.csv`, optional.

A row names the subject, the fact that is the total, and its parts between `|`. A part may be
`=` and the name of a figure, or `=timer*intensitet` for the effective hours of a single person's
first measurement.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.checks.declaration import report
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.figures.evidence import Evidence

FILE = "fact_sums.csv"
FIGURE, FIRST_HOURS = "=", "=timer*intensitet"


@dataclass(frozen=True)
class FactSum:
    """One declared sum of stated facts."""

    subject: str
    total: str
    parts: tuple[str, ...]


def read_fact_sums(root: Path) -> list[FactSum]:
    """Return the declared sums; none without the file."""
    path = maps_dir(root) / FILE
    lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
    rows = csv.DictReader(lines)
    return [FactSum(r["subject"], r["total"], tuple(r["parts"].split("|"))) for r in rows]


def check_facts(evidence: Evidence) -> Iterator[Problem]:
    """Yield the stated totals that are not the sum of their parts."""
    facts = evidence.tables["facts"]
    for declared in read_fact_sums(evidence.year.root):
        names = (declared.total, *declared.parts)
        numbers = [find_number(evidence, declared.subject, name) for name in names]
        known = [number for number in numbers if number is not None]
        if len(known) == len(names) and round(known[0] - sum(known[1:]), 6):
            own = facts[(facts["subject"] == declared.subject) & facts["fact"].isin(names)]
            yield report(
                "facts.sum",
                f"{declared.subject}: “{declared.total}” er {show(known[0])}, men delene giver "
                f"{show(sum(known[1:]))}.",
                declared.subject,
                found=show(known[0]),
                expected=show(sum(known[1:])),
                rows=own,
            )


def find_number(evidence: Evidence, subject: str, name: str) -> float | None:
    """Return a stated fact or a figure as a number; None where it is none."""
    if name == FIRST_HOURS:
        return first_hours(evidence)
    if name.startswith(FIGURE):
        return evidence.value(name.removeprefix(FIGURE))
    facts = evidence.tables["facts"]
    stated = facts.loc[(facts["subject"] == subject) & (facts["fact"] == name), "value"]
    try:
        return float(str(stated.iloc[0]).replace(",", ".")) if len(stated) else None
    except ValueError:
        return None


def first_hours(evidence: Evidence) -> float | None:
    """Return the effective hours of the first measurement; None unless it is of one person."""
    steps = evidence.tables.get("progression")
    if steps is None or steps["person_key"].nunique() != 1:
        return None
    first = steps.sort_values("measured_on").iloc[0]
    return float(first["hours_per_week"] * first["intensity_pct"] / 100)


def show(number: float) -> str:
    """Return a number with a decimal comma."""
    return f"{number:g}".replace(".", ",")
