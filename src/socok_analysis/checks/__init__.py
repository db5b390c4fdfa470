"""Checks: tables and figures in, problems out. Each is declared in `checks.csv`.

An error stops the public edition; a warning is told. What is accepted (`afvigelser.csv`) becomes
information, as long as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from socok_analysis.checks import contradictions, readings, timelines
from socok_analysis.checks.declaration import EARLIER, find_check
from socok_analysis.checks.deviations import accept, read_deviations
from socok_analysis.core.problems import Problem
from socok_analysis.figures.evidence import Evidence

__all__ = ["CHECKS", "check_year", "list_run"]

CHECKS: Mapping[str, Callable[[Evidence], Iterable[Problem]]] = {
    "relation": contradictions.check_relations,
    "exits.several_reasons": contradictions.check_several_reasons,
    "plans.unanswered": contradictions.check_plans,
    "places.overused": contradictions.check_overused,
    "places.unused": contradictions.check_unused,
    "register.type_and_date": contradictions.check_register,
    "grants.without_amount": contradictions.check_amounts,
    "grants.municipal": contradictions.check_municipal,
    "jobs.period_length": readings.check_length,
    "jobs.beyond_year": readings.check_beyond,
    "jobs.overlap": readings.check_overlap,
    "jobs.trend": readings.check_trend,
    "jobs.composition": readings.check_composition,
    "jobs.against_exits": contradictions.check_against_jobs,
    "outcomes.hired_later": contradictions.check_hired_later,
    "outcomes.undecided": readings.check_undecided,
    "outcomes.definitions_differ": readings.check_definitions,
    "outcomes.period_differs": readings.check_period,
    "outcomes.jump": readings.check_jumps,
    "dates.cutoffs": readings.check_cutoffs,
    "series.vanished_courses": timelines.check_vanished_courses,
    "series.vanished_jobs": timelines.check_vanished_jobs,
    "series.fell": timelines.check_fallen,
    "series.reasons_and_courses": timelines.check_growth,
    "series.recoded": timelines.check_recoded,
    "facts.sum": contradictions.check_facts,
    "published.differs": contradictions.check_published,
}


def check_year(evidence: Evidence) -> list[Problem]:
    """Return everything the checks find in a year, what is accepted as information."""
    deviations, problems = read_deviations(evidence.year.raw_dir)
    names = list_run(evidence)
    found = [problem for name in names for problem in CHECKS[name](evidence)]
    return [*problems, *accept(found, deviations, names)]


def list_run(evidence: Evidence) -> list[str]:
    """Return the names of the checks that can be run on a year: it has what they need."""
    names = []
    for name in CHECKS:
        check = find_check(name)
        assert check is not None, f"{name} is declared in checks.csv"
        held = {*evidence.tables, "", *([EARLIER] if evidence.earlier else [])}
        if check.needs in held:
            names.append(name)
    return names
