"""Checks that figures add up as `relations.csv` says."""

from __future__ import annotations

from collections.abc import Iterator

from socok_analysis.checks.declaration import report
from socok_analysis.core.problems import Problem
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.figures.relations import Equation, count, list_equations, measure_gap
from socok_analysis.intake.maps import list_names, list_reasons


def check_relations(evidence: Evidence) -> Iterator[Problem]:
    """Yield the relations of this year's figures that do not hold."""
    by_year = evidence.by_year
    for equation in list_equations(by_year):
        gap = measure_gap(equation, by_year)
        is_own = equation.total.year == evidence.year.year
        if gap and is_own and not is_redefined(equation, evidence):
            yield report_gap(equation, gap, evidence)


def is_redefined(equation: Equation, evidence: Evidence) -> bool:
    """Tell whether a relation is between two years in which a rate counts different reasons."""
    years = sorted({term.year for term in (equation.total, *equation.parts)})
    _, partner, *rest = f"{equation.total.figure}..".split(".")
    if len(years) == 1 or rest[0] not in list_names(evidence.maps.definitions):
        return False
    reasons = list_exit_reasons(evidence.maps)
    then, now = (
        list_reasons(evidence.maps.definitions, rest[0], year, partner, reasons)
        for year in (years[0], years[-1])
    )
    return then != now


def report_gap(equation: Equation, gap: int, evidence: Evidence) -> Problem:
    """Return what is wrong with one equation."""
    name = equation.total.figure
    figure = evidence.figures[name]
    total = count(figure) or 0
    return report(
        f"relation.{equation.relation.name}",
        f"{equation.relation.meaning} {figure.label} ({name}) er {total}, delene giver "
        f"{total - gap}.",
        name,
        found=total,
        expected=total - gap,
    )
