"""Checks: tables and figures in, problems out. Each is declared in `checks.csv`.

An error stops the public edition; a warning is told. What is accepted (`afvigelser.csv`) becomes
information, as long as it is there.
"""

from __future__ import annotations

from socok_analysis.checks.declaration import EARLIER, read_checks
from socok_analysis.checks.deviations import accept, read_deviations
from socok_analysis.checks.findings import FUNCTIONS, check_settings, compare_figures
from socok_analysis.core.problems import Problem
from socok_analysis.figures.evidence import Evidence

__all__ = ["CHECKS", "check_settings", "check_year", "list_run"]

CHECKS = tuple(name for name, check in read_checks().items() if check.how)


def check_year(evidence: Evidence) -> list[Problem]:
    """Return everything the checks find in a year, what is accepted as information."""
    deviations, problems = read_deviations(evidence.year.raw_dir)
    names, found = list_run(evidence), list[Problem]()
    checks = [read_checks()[name] for name in names]
    for how in dict.fromkeys(check.how for check in checks if check.how in FUNCTIONS):
        found += FUNCTIONS[how](evidence)
    for check in (check for check in checks if check.how not in FUNCTIONS):
        found += compare_figures(check, evidence)
    before = evidence.earlier
    known = read_deviations(before.year.raw_dir)[0] if before else []
    return [*problems, *accept(found, deviations, names, known)]


def list_run(evidence: Evidence) -> list[str]:
    """Return the names of the checks that can be run on a year: it has what they need."""
    held = {*evidence.tables, "", *([EARLIER] if evidence.earlier else [])}
    return [name for name in CHECKS if read_checks()[name].needs in held]
