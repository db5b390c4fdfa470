"""The check that what was printed is what the exports give, or that a note says why not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from socok_analysis.checks.declaration import report
from socok_analysis.core.problems import Problem
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.published import FILE, Comparison, compare_year

CALLED = {
    "contradicted": "et andet tal",
    "rounded": "en anden afrunding",
    "unknown": "intet tal at sammenligne med",
}


def check_published(evidence: Evidence) -> Iterator[Problem]:
    """Yield the printed numbers that differ from the computed ones without a note."""
    comparisons, problems = compare_year(evidence.year.raw_dir, evidence.figures)
    yield from problems
    for comparison in comparisons:
        if not comparison.is_explained:
            yield report_difference(comparison)


def report_difference(comparison: Comparison) -> Problem:
    """Return what differs for one printed number."""
    published = comparison.published
    what = published.name or published.expression
    problem = report(
        "published.differs",
        f"{what}: trykt {published.printed} ({published.place}); udtrækkene giver "
        f"{CALLED[comparison.status]}.",
        what,
        found=published.printed,
        expected=comparison.computed or "",
    )
    return replace(problem, file=FILE, cell=f"D{published.row}")
