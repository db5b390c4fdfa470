"""Checks that figures add up as `relations.csv` says."""

from __future__ import annotations

from collections.abc import Iterator

from socok_analysis.checks.declaration import report
from socok_analysis.evidence import Evidence
from socok_analysis.problems import Problem
from socok_analysis.relations import Equation, count, list_equations, measure_gap


def check_relations(evidence: Evidence) -> Iterator[Problem]:
    """Yield the relations of this year's figures that do not hold."""
    by_year = evidence.by_year
    for equation in list_equations(by_year):
        gap = measure_gap(equation, by_year)
        if equation.total.year == evidence.year.year and gap:
            yield report_gap(equation, gap, evidence)


def report_gap(equation: Equation, gap: int, evidence: Evidence) -> Problem:
    """Return what is wrong with one equation."""
    name = equation.total.figure
    figure = evidence.figures[name]
    total = count(figure) or 0
    return report(
        f"relation.{equation.relation.name}",
        f"{equation.relation.meaning} {figure.label} ({name}) er {total}, delene giver "
        f"{total - gap}.",
        name, found=total, expected=total - gap,
    )  # fmt: skip
