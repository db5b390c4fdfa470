"""Checks of what may be read wrongly: each rate may be right, and the reading not."""

from __future__ import annotations

from collections.abc import Iterator

from socok_analysis.checks.declaration import read_checks, report
from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.core.problems import Problem
from socok_analysis.figures.evidence import Evidence

SUCCESS, NARROW = "success_wide", "success_narrow"


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
    for partner, wide in evidence.rates(SUCCESS):
        narrow = evidence.value(f"outcomes.{partner}.{NARROW}") or 0
        if float(wide.value or 0) - narrow >= limit:
            yield report(
                "outcomes.definitions_differ",
                f"{evidence.name(partner)}: {format_share(float(wide.value or 0))} efter den brede "
                f"definition, {format_share(narrow)} efter den snævre.",
                partner,
                found=format_share(float(wide.value or 0)),
                expected=format_share(narrow),
            )


def check_period(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners whose rate since the last evaluation is far from that since the start."""
    limit = read_checks()["outcomes.period_differs"].limit
    for partner, rate in evidence.rates(SUCCESS):
        period = evidence.value(f"outcomes.{partner}.period.{SUCCESS}")
        if period is not None and abs(period - float(rate.value or 0)) >= limit:
            yield report(
                "outcomes.period_differs",
                f"{evidence.name(partner)}: {format_share(float(rate.value or 0))} siden start, "
                f"{format_share(period)} siden sidste opgørelse.",
                partner,
                found=format_share(float(rate.value or 0)),
                expected=format_share(period),
            )


def check_jumps(evidence: Evidence) -> Iterator[Problem]:
    """Yield the rates whose change since the last evaluation chance hardly explains."""
    for name in (SUCCESS, "stopped"):
        for partner, change in evidence.rates(f"change.{name}"):
            low, high = change.low or 0, change.high or 0
            if low > 0 or high < 0:
                value = float(change.value or 0)
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
