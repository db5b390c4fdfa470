"""Checks: tables and figures in, problems out. Each is declared in `checks.csv`.

An error stops the public edition; a warning is told. What is accepted (`afvigelser.csv`) becomes
information, as long as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from socok_analysis.checks.courses import (
    check_against_jobs,
    check_hired_later,
    check_plans,
    check_several_reasons,
)
from socok_analysis.checks.declaration import EARLIER, find_check
from socok_analysis.checks.deviations import accept, read_deviations
from socok_analysis.checks.facts import check_facts
from socok_analysis.checks.jobs import (
    check_beyond,
    check_composition,
    check_length,
    check_overlap,
    check_trend,
)
from socok_analysis.checks.places import (
    check_amounts,
    check_municipal,
    check_overused,
    check_register,
    check_unused,
)
from socok_analysis.checks.published import check_published
from socok_analysis.checks.rates import (
    check_cutoffs,
    check_definitions,
    check_jumps,
    check_period,
    check_undecided,
)
from socok_analysis.checks.relations import check_relations
from socok_analysis.checks.series import (
    check_fallen,
    check_growth,
    check_recoded,
    check_vanished_courses,
    check_vanished_jobs,
)
from socok_analysis.core.problems import Problem
from socok_analysis.figures.evidence import Evidence

__all__ = ["CHECKS", "check_year", "list_run"]

CHECKS: Mapping[str, Callable[[Evidence], Iterable[Problem]]] = {
    "relation": check_relations,
    "exits.several_reasons": check_several_reasons,
    "plans.unanswered": check_plans,
    "places.overused": check_overused,
    "places.unused": check_unused,
    "register.type_and_date": check_register,
    "grants.without_amount": check_amounts,
    "grants.municipal": check_municipal,
    "jobs.period_length": check_length,
    "jobs.beyond_year": check_beyond,
    "jobs.overlap": check_overlap,
    "jobs.trend": check_trend,
    "jobs.composition": check_composition,
    "jobs.against_exits": check_against_jobs,
    "outcomes.hired_later": check_hired_later,
    "outcomes.undecided": check_undecided,
    "outcomes.definitions_differ": check_definitions,
    "outcomes.period_differs": check_period,
    "outcomes.jump": check_jumps,
    "dates.cutoffs": check_cutoffs,
    "series.vanished_courses": check_vanished_courses,
    "series.vanished_jobs": check_vanished_jobs,
    "series.fell": check_fallen,
    "series.reasons_and_courses": check_growth,
    "series.recoded": check_recoded,
    "facts.sum": check_facts,
    "published.differs": check_published,
}


def check_year(evidence: Evidence) -> list[Problem]:
    """Return everything the checks find in a year, what is accepted as information."""
    deviations, problems = read_deviations(evidence.year.raw_dir)
    names = list_run(evidence)
    found = [problem for name in names for problem in CHECKS[name](evidence)]
    return [*problems, *accept(found, deviations, names)]


def list_run(evidence: Evidence) -> list[str]:
    """Return the names of the checks that can be run on a year."""
    return [name for name in CHECKS if can_run(name, evidence)]


def can_run(name: str, evidence: Evidence) -> bool:
    """Tell whether a year has what a check needs."""
    check = find_check(name)
    assert check is not None, f"{name} is declared in checks.csv"
    if check.needs == EARLIER:
        return evidence.earlier is not None
    return not check.needs or check.needs in evidence.tables
