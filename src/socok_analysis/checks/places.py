"""Checks of agreed places, the register of enterprises, grants and stated facts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import read_checks, report
from socok_analysis.core.danish import format_share
from socok_analysis.core.problems import Problem
from socok_analysis.figures.counting import is_true, running_at, valid_at, within
from socok_analysis.figures.evidence import Evidence

if TYPE_CHECKING:
    import pandas as pd

REGISTERED, MUNICIPAL = "rsv", "kommune"


def check_overused(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners with more people in course than places at the end of some months."""
    for partner in evidence.partners:
        months = [(day, *count_places(evidence, partner, day)) for day in list_ends(evidence)]
        over = [(day, used, places) for day, used, places in months if places and used > places]
        if over:
            day, used, places = max(over, key=lambda month: month[1])
            courses = evidence.tables["courses"]
            own = courses[courses["enterprise_id"] == partner]
            yield report(
                "places.overused",
                f"{evidence.name(partner)}: flere i forløb end aftalte pladser ved slutningen af "
                f"{len(over)} måneder, højst {used} på {places} pladser.",
                partner,
                found=used,
                expected=f"højst {places}",
                rows=own[running_at(own["started_on"], own["ended_on"], day)],
            )


def list_ends(evidence: Evidence) -> list[date]:
    """Return the last day of every month of the period up to the evaluation date."""
    first, last = evidence.year.period_start, evidence.year.evaluation_date
    months = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    ends = [date(month // 12, month % 12 + 1, 1) - timedelta(1) for month in months]
    return [day for day in ends if day <= last]


def count_places(evidence: Evidence, partner: str, day: date) -> tuple[int, int]:
    """Return how many were in course at a partner on a day, and the places, extra ones included."""
    courses, agreements = evidence.tables["courses"], evidence.tables["agreements"]
    own = courses[courses["enterprise_id"] == partner]
    held = agreements[
        (agreements["enterprise_id"] == partner)
        & valid_at(agreements["starts_on"], agreements["ends_on"], day)
    ]
    used = int(running_at(own["started_on"], own["ended_on"], day).sum())
    return used, int(held["places"].sum()) + int(held["extra_places"].sum())


def check_unused(evidence: Evidence) -> Iterator[Problem]:
    """Yield the partners with courses of whose places half or more stand empty."""
    limit = read_checks()["places.unused"].limit
    for partner in evidence.partners:
        places = evidence.value(f"agreements.{partner}.places")
        used = evidence.value(f"agreements.{partner}.in_use")
        if places and used is not None and used / places <= limit:
            yield report(
                "places.unused",
                f"{evidence.name(partner)}: {used:.0f} af {places:.0f} aftalte pladser er i brug.",
                partner,
                found=f"{used:.0f}",
                expected=f"over {format_share(limit, 0)}",
            )


def check_register(evidence: Evidence) -> Iterator[Problem]:
    """Yield that enterprises are called registered without a date, or have one without being so."""
    register = evidence.tables["enterprises"]
    is_called = is_true(register["enterprise_type"] == REGISTERED)
    is_dated = register["registered_on"].notna()
    is_out = register["deregistered_on"].notna()
    for wrong, text in (
        (register[is_called & ~is_dated], "har typen registreret, men ingen RSV-dato"),
        (register[is_dated & ~is_out & ~is_called], "har en RSV-dato, men en anden type"),
    ):
        if len(wrong):
            names = ", ".join(sorted(wrong["name"]))
            yield report(
                "register.type_and_date",
                f"{names}: {text}.",
                "enterprises.registered",
                found=int(is_called.sum()),
                expected=int((is_dated & ~is_out).sum()),
                rows=wrong,
            )


def check_amounts(evidence: Evidence) -> Iterator[Problem]:
    """Yield that grants of the period have no amount."""
    grants = list_grants(evidence)
    missing = grants[grants["amount_dkk"].isna()]
    if len(missing):
        yield report(
            "grants.without_amount",
            f"{len(missing)} af {len(grants)} bevillinger i perioden er uden beløb; summen er "
            "derfor ikke hele beløbet.",
            "grants.total",
            found=len(missing),
            expected=0,
            rows=missing,
        )


def check_municipal(evidence: Evidence) -> Iterator[Problem]:
    """Yield that grants of the period come from the municipality itself."""
    grants = list_grants(evidence)
    own = grants[is_true(grants["grant_kind"] == MUNICIPAL)]
    if len(own):
        yield report(
            "grants.municipal",
            f"{len(own)} af {len(grants)} bevillinger er kommunens egne penge.",
            "grants.total",
            found=len(own),
            expected=0,
            rows=own,
        )


def list_grants(evidence: Evidence) -> pd.DataFrame:
    """Return the grants of the period."""
    grants, year = evidence.tables["grants"], evidence.year
    return grants[within(grants["granted_on"], year.period_start, year.period_end)]
