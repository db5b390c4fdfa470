"""What became of the people who completed a course, for each partner.

Which exit reasons a rate counts is data: `definitions.csv`, see `definitions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import on_or_before, running_at, share
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.courses import EXTENDED
from socok_analysis.intake.maps import Code, Maps, list_codes, list_names, list_reasons

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("courses", "exits")


@dataclass(frozen=True)
class Stays:
    """One partner's courses, their exits, and which reasons each rate counts, at one date."""

    partner: str
    courses: pd.DataFrame
    exits: pd.DataFrame
    counts: Mapping[str, Sequence[str]]
    first: date
    day: date

    @property
    def prefix(self) -> str:
        """What the names of the partner's figures begin with."""
        return f"outcomes.{self.partner}"

    @property
    def completed(self) -> pd.DataFrame:
        """The courses that have ended by the date."""
        return self.courses[on_or_before(self.courses["ended_on"], self.day)]


def measure_outcomes(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Figure]:
    """Return the outcomes of every partner with courses, as of the evaluation date."""
    reasons = list_exit_reasons(maps)
    return [
        figure
        for stays in list_stays(tables, year, maps)
        for figure in measure_partner(stays, year, reasons)
    ]


def list_exit_reasons(maps: Maps) -> dict[str, Code]:
    """Return the codes of the exit reasons; an extension is none."""
    codes = list_codes(maps.codes["exit_reasons"])
    return {code: entry for code, entry in codes.items() if code != EXTENDED}


def list_stays(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Stays]:
    """Return the courses started by the evaluation date, for each partner."""
    started = tables["courses"][on_or_before(tables["courses"]["started_on"], year.evaluation_date)]
    reasons = list_exit_reasons(maps)
    return [
        Stays(
            partner,
            own := started[started["enterprise_id"] == partner],
            tables["exits"],
            {
                name: list_reasons(maps.definitions, name, year.year, partner, reasons)
                for name in list_names(maps.definitions)
            },
            first_day(partner, own, tables["agreements"]),
            year.evaluation_date,
        )
        for partner in sorted(started["enterprise_id"].unique())
    ]


def measure_partner(stays: Stays, year: Year, reasons: Mapping[str, Code]) -> list[Figure]:
    """Return one partner's outcomes: cumulative, since the last evaluation, and by reason."""
    prefix, first, day = stays.prefix, stays.first, stays.day
    completed, courses = stays.completed, stays.courses
    exits = stays.exits[stays.exits["course_id"].isin(completed["course_id"])]
    running = running_at(courses["started_on"], courses["ended_on"], day)
    return [
        Figure(f"{prefix}.started", len(courses), ("courses",), first, day),
        Figure(f"{prefix}.completed", len(completed), ("courses",), first, day),
        Figure(f"{prefix}.active", int(running.sum()), ("courses",), first, day),
        *measure_rates(prefix, stays, completed, first),
        *measure_period(stays, year),
        Figure(f"{prefix}.reasons", len(exits), TABLES, first, day),
        *(count_reason(prefix, code, exits, first, day) for code in reasons.values()),
    ]


def first_day(partner: str, courses: pd.DataFrame, agreements: pd.DataFrame) -> date:
    """Return the day of the first agreement with a partner; the first course's where unknown."""
    starts = agreements.loc[agreements["enterprise_id"] == partner, "starts_on"]
    known: date = starts.min() if len(starts) else courses["started_on"].min()
    return known


def measure_rates(
    prefix: str,
    stays: Stays,
    completed: pd.DataFrame,
    first: date | None,
    names: Iterable[str] = (),
) -> list[Figure]:
    """Return rates: completed courses with at least one such reason, of all completed."""
    return [
        share(
            f"{prefix}.{name}",
            count_with(completed, stays.exits, stays.counts[name]),
            len(completed),
            tables=TABLES,
            period_start=first,
            period_end=stays.day,
        )
        for name in names or stays.counts
    ]


def count_with(courses: pd.DataFrame, exits: pd.DataFrame, codes: Sequence[str]) -> int:
    """Return how many of the courses have at least one of the reasons."""
    own = exits[exits["course_id"].isin(courses["course_id"])]
    return int(own.loc[own["exit_reason"].isin(codes), "course_id"].nunique())


def measure_period(stays: Stays, year: Year) -> list[Figure]:
    """Return the same for courses that ended since the last evaluation; nothing in a first year."""
    previous, day, prefix = year.previous_evaluation_date, stays.day, f"{stays.prefix}.period"
    if previous is None:
        names = ("completed", *stays.counts)
        return [Figure(f"{prefix}.{name}", None, TABLES, period_end=day) for name in names]
    completed = stays.completed
    recent = completed[~on_or_before(completed["ended_on"], previous)]
    count = Figure(f"{prefix}.completed", len(recent), ("courses",), previous, day)
    return [count, *measure_rates(prefix, stays, recent, previous)]


def count_reason(prefix: str, code: Code, exits: pd.DataFrame, first: date, last: date) -> Figure:
    """Return the number of completed courses with one reason."""
    number = exits.loc[exits["exit_reason"] == code.code, "course_id"].nunique()
    name = f"{prefix}.exit.{code.code}"
    return Figure(name, number, TABLES, first, last, label=code.label)
