"""Checks of jobs: the length of the period, jobs counted twice, trends, and their composition."""

from __future__ import annotations

from collections.abc import Iterator

from socok_analysis.checks.declaration import read_checks, report
from socok_analysis.core.danish import format_number, format_share
from socok_analysis.core.problems import Problem
from socok_analysis.figures.counting import count_months, within
from socok_analysis.figures.evidence import Evidence

TYPE, SCALED = "jobs.type.", "jobs.per_12_months."
MONTHS = 12


def check_length(evidence: Evidence) -> Iterator[Problem]:
    """Yield that the jobs are not those of twelve months."""
    months = count_months(evidence.year.period_start, evidence.year.period_end)
    if months != MONTHS:
        shown = format_number(months, 0 if months.is_integer() else 1)
        yield report(
            "jobs.period_length",
            f"Ansættelser er talt i {shown} måneder.",
            "jobs.total",
            found=shown,
            expected=MONTHS,
        )


def check_beyond(evidence: Evidence) -> Iterator[Problem]:
    """Yield that some of the period's jobs lie outside the report's calendar year."""
    jobs, year = evidence.tables["jobs"], evidence.year
    new = jobs[within(jobs["started_on"], year.period_start, year.period_end)]
    beyond = new[new["started_on"].map(lambda day: day.year != year.year)]
    if len(beyond):
        yield report(
            "jobs.beyond_year",
            f"{len(beyond)} af periodens {len(new)} ansættelser begyndte ikke i {year.year}.",
            "jobs.total",
            found=len(beyond),
            expected=0,
            rows=beyond,
        )


def check_overlap(evidence: Evidence) -> Iterator[Problem]:
    """Yield that jobs are counted in this report's period and in the one's before."""
    earlier = evidence.earlier
    if earlier is None or earlier.year.period_end < evidence.year.period_start:
        return
    jobs = evidence.tables["jobs"]
    both = jobs[within(jobs["started_on"], evidence.year.period_start, earlier.year.period_end)]
    if len(both):
        yield report(
            "jobs.overlap",
            f"{len(both)} ansættelser tælles både i rapport {earlier.year.year} og i denne.",
            "jobs.total",
            found=len(both),
            expected=0,
            rows=both,
        )


def check_trend(evidence: Evidence) -> Iterator[Problem]:
    """Yield the job types whose number goes one way and whose number a year goes the other."""
    earlier = evidence.earlier
    for name in [name for name in evidence.figures if earlier and name.startswith(TYPE)]:
        counts = pair(evidence, name)
        scaled = pair(evidence, name.replace(TYPE, SCALED))
        if counts and scaled and (counts[1] - counts[0]) * (scaled[1] - scaled[0]) < 0:
            yield report(
                "jobs.trend",
                f"{evidence.figures[name].label}: fra {counts[0]:.0f} til {counts[1]:.0f}, på tolv "
                f"måneder fra {format_number(scaled[0], 1)} til {format_number(scaled[1], 1)}.",
                name,
                found=f"{counts[0]:.0f} til {counts[1]:.0f}",
            )


def pair(evidence: Evidence, name: str) -> tuple[float, float] | None:
    """Return a figure's value in the earlier report and in this one, where both have it."""
    before = evidence.earlier.value(name) if evidence.earlier else None
    now = evidence.value(name)
    return None if before is None or now is None else (before, now)


def check_composition(evidence: Evidence) -> Iterator[Problem]:
    """Yield the job types whose share of the jobcentre's jobs has changed much."""
    limit = read_checks()["jobs.composition"].limit
    totals = pair(evidence, "jobs.jobcentre")
    if not totals or not all(totals):
        return
    for name in [name for name in evidence.figures if name.startswith(TYPE)]:
        counts = pair(evidence, name)
        before, now = (n / total for n, total in zip(counts or (0, 0), totals, strict=True))
        if abs(now - before) >= limit:
            yield report(
                "jobs.composition",
                f"{evidence.figures[name].label}: {format_share(before)} af ansættelserne gennem "
                f"jobcentret i sidste rapport, {format_share(now)} i denne.",
                name,
                found=format_share(now),
                expected=format_share(before),
            )
