"""What became of the people who completed a course, for each partner."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.figures import Figure
from socok_analysis.intake.courses import EXTENDED
from socok_analysis.intake.maps import Code, Maps, list_codes
from socok_analysis.measures.counting import on_or_before, running_at, share
from socok_analysis.year import Year

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("courses", "exits")


def is_other(code: Code) -> bool:
    """Tell whether a reason is published as another one; without such a group, all the rest are."""
    is_rest = not any(RATES[name](code) for name in ("success_wide", "stopped", "awaiting"))
    return code.extra.get("publication_group", "andet" if is_rest else "") == "andet"


RATES: Mapping[str, Callable[[Code], bool]] = {
    "success_wide": lambda code: code.extra["success_wide"] == "ja",
    "success_narrow": lambda code: code.extra["success_narrow"] == "ja",
    "stopped": lambda code: code.extra["group"] == "stoppet",
    "awaiting": lambda code: code.extra["group"] == "afventer",
    "other": is_other,
}


def measure_outcomes(
    tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps
) -> list[Figure]:
    """Return the outcomes of every partner with courses, as of the evaluation date."""
    started = tables["courses"][on_or_before(tables["courses"]["started_on"], year.evaluation_date)]
    reasons = {
        code: entry for code, entry in list_codes(maps.codes["exit_reasons"]).items()
        if code != EXTENDED
    }  # fmt: skip
    return [
        figure
        for partner in sorted(started["enterprise_id"].unique())
        for figure in measure_partner(
            partner, started[started["enterprise_id"] == partner], tables, year, reasons
        )
    ]


def measure_partner(
    partner: str, courses: pd.DataFrame, tables: Mapping[str, pd.DataFrame], year: Year,
    reasons: Mapping[str, Code],
) -> list[Figure]:
    """Return one partner's outcomes: cumulative, since the last evaluation, and by reason."""
    day, prefix = year.evaluation_date, f"outcomes.{partner}"
    completed = courses[on_or_before(courses["ended_on"], day)]
    exits = tables["exits"][tables["exits"]["course_id"].isin(completed["course_id"])]
    first = first_day(partner, courses, tables["agreements"])
    running = running_at(courses["started_on"], courses["ended_on"], day)
    figures = [
        Figure(f"{prefix}.started", len(courses), ("courses",), first, day),
        Figure(f"{prefix}.completed", len(completed), ("courses",), first, day),
        Figure(f"{prefix}.active", int(running.sum()), ("courses",), first, day),
        *measure_rates(prefix, completed, exits, reasons, first, day),
        *measure_period(prefix, completed, exits, reasons, year),
    ]
    return figures + [
        count_reason(prefix, code, exits, first, day) for code in reasons.values()
    ]


def first_day(partner: str, courses: pd.DataFrame, agreements: pd.DataFrame) -> date:
    """Return the day of the first agreement with a partner; the first course's where unknown."""
    starts = agreements.loc[agreements["enterprise_id"] == partner, "starts_on"]
    known: date = starts.min() if len(starts) else courses["started_on"].min()
    return known


def measure_rates(
    prefix: str, completed: pd.DataFrame, exits: pd.DataFrame, reasons: Mapping[str, Code],
    first: date | None, last: date,
) -> list[Figure]:
    """Return each rate: completed courses with at least one such reason, of all completed."""
    own = exits[exits["course_id"].isin(completed["course_id"])]
    figures = []
    for name, counts in RATES.items():
        codes = [code for code, entry in reasons.items() if counts(entry)]
        numerator = own.loc[own["exit_reason"].isin(codes), "course_id"].nunique()
        figures.append(share(
            f"{prefix}.{name}", numerator, len(completed),
            tables=TABLES, period_start=first, period_end=last,
        ))  # fmt: skip
    return figures


def measure_period(
    prefix: str, completed: pd.DataFrame, exits: pd.DataFrame, reasons: Mapping[str, Code],
    year: Year,
) -> list[Figure]:
    """Return the same for courses that ended since the last evaluation; nothing in a first year."""
    previous, day = year.previous_evaluation_date, year.evaluation_date
    names = ("completed", *RATES)
    if previous is None:
        return [Figure(f"{prefix}.period.{name}", None, TABLES, period_end=day) for name in names]
    recent = completed[~on_or_before(completed["ended_on"], previous)]
    count = Figure(f"{prefix}.period.completed", len(recent), ("courses",), previous, day)
    return [count, *measure_rates(f"{prefix}.period", recent, exits, reasons, previous, day)]


def count_reason(
    prefix: str, code: Code, exits: pd.DataFrame, first: date, last: date
) -> Figure:
    """Return the number of completed courses with one reason."""
    number = exits.loc[exits["exit_reason"] == code.code, "course_id"].nunique()
    name = f"{prefix}.exit.{code.code}"
    return Figure(name, number, TABLES, first, last, label=code.label)
