"""Checks of what may be read wrongly: each rate or number of jobs may be right, the reading not."""

from __future__ import annotations

from collections.abc import Iterator

from socok_analysis.checks.declaration import read_checks, report
from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.core.problems import Problem
from socok_analysis.figures.counting import count_months, within
from socok_analysis.figures.evidence import Evidence

SUCCESS, NARROW = "success_wide", "success_narrow"
TYPE, SCALED = "jobs.type.", "jobs.per_12_months."
MONTHS = 12


def check_undecided(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners where many of the completed courses await a decision."""
    limit = read_checks()["outcomes.undecided"].limit
    for partner, undecided in evidence.rates("undecided"):
        completed = evidence.value(f"outcomes.{partner}.completed") or 0
        if completed and float(undecided.value or 0) / completed >= limit:
            yield report(
                "outcomes.undecided",
                f"{evidence.name(partner)}: {undecided.value} af {completed:.0f} afsluttede forløb "
                "afventer en afgørelse og tæller som ikke videre.",
                partner,
                found=undecided.value,
                expected=f"under {format_share(limit, 0)}",
            )


def check_definitions(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners at which the wide and the narrow definition of success differ much."""
    limit = read_checks()["outcomes.definitions_differ"].limit
    for partner, rate in evidence.rates(SUCCESS):
        wide = float(rate.value or 0)
        narrow = evidence.value(f"outcomes.{partner}.{NARROW}") or 0
        if wide - narrow >= limit:
            yield report(
                "outcomes.definitions_differ",
                f"{evidence.name(partner)}: {format_share(wide)} efter den brede definition, "
                f"{format_share(narrow)} efter den snævre.",
                partner,
                found=format_share(wide),
                expected=format_share(narrow),
            )


def check_period(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners whose rate since the last evaluation is far from that since the start."""
    limit = read_checks()["outcomes.period_differs"].limit
    for partner, rate in evidence.rates(SUCCESS):
        whole = float(rate.value or 0)
        period = evidence.value(f"outcomes.{partner}.period.{SUCCESS}")
        if period is not None and abs(period - whole) >= limit:
            yield report(
                "outcomes.period_differs",
                f"{evidence.name(partner)}: {format_share(whole)} siden start, "
                f"{format_share(period)} siden sidste opgørelse.",
                partner,
                found=format_share(whole),
                expected=format_share(period),
            )


def check_jumps(evidence: Evidence) -> Iterator[Problem]:
    """Yield the rates whose change since the last evaluation chance hardly explains."""
    for name in (SUCCESS, "stopped"):
        for partner, change in evidence.rates(f"change.{name}"):
            value, low, high = float(change.value or 0), change.low or 0, change.high or 0
            if low > 0 or high < 0:
                yield report(
                    "outcomes.jump",
                    f"{evidence.name(partner)}: {change.label or name} er "
                    f"{format_points(value)} procentpoint "
                    f"(95 %-interval {format_points(low)} til {format_points(high)}).",
                    change.figure,
                    found=format_number(value * 100, 1),
                    expected=0,
                )


def check_cutoffs(evidence: Evidence) -> Iterator[Problem]:
    """Yield that figures are as of different days: the period, the evaluation, stated facts."""
    days = {evidence.year.period_end.isoformat(), evidence.year.evaluation_date.isoformat()}
    if "facts" in evidence.tables:
        stated = evidence.tables["facts"]["as_of"].dropna()
        dates = stated.str.extract(r"^(\d{2})-(\d{2})-(\d{4})$").dropna()
        days |= {f"{year}-{month}-{day}" for day, month, year in dates.itertuples(index=False)}
    if len(days) > 1:
        listed = ", ".join("-".join(reversed(day.split("-"))) for day in sorted(days))
        yield report(
            "dates.cutoffs",
            f"Tallene er gjort op forskellige dage: {listed}.",
            "year.toml",
            found=len(days),
            expected=1,
        )


def check_length(evidence: Evidence) -> Iterator[Problem]:
    """Yield that the jobs are not those of twelve months."""
    months = count_months(evidence.year.period_start, evidence.year.period_end)
    if months != MONTHS:
        shown = format_number(months, 0 if months.is_integer() else 1)
        text = f"Ansættelser er talt i {shown} måneder."
        yield report("jobs.period_length", text, "jobs.total", found=shown, expected=MONTHS)


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
    earlier, jobs = evidence.earlier, evidence.tables["jobs"]
    if earlier is None or earlier.year.period_end < evidence.year.period_start:
        return
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
    for name in [name for name in evidence.figures if name.startswith(TYPE)]:
        counts, scaled = pair(evidence, name), pair(evidence, name.replace(TYPE, SCALED))
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
        counts = pair(evidence, name) or (0, 0)
        before, now = (n / total for n, total in zip(counts, totals, strict=True))
        if abs(now - before) >= limit:
            yield report(
                "jobs.composition",
                f"{evidence.figures[name].label}: {format_share(before)} af ansættelserne gennem "
                f"jobcentret i sidste rapport, {format_share(now)} i denne.",
                name,
                found=format_share(now),
                expected=format_share(before),
            )
