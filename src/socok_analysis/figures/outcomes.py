"""What became of the people who completed a course, for each partner.

Which exit reasons a rate counts is data: `definitions.csv`, see `intake.definitions`. Those who
await a decision are a state of their own: a rate of the decided leaves them out. Partners stand
beside each other only by definitions that count the same at all of them, and never ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING, Any

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import difference, is_true, on_or_before, running_at, share
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import (
    EXTENDED,
    Code,
    Maps,
    choose,
    list_codes,
    list_names,
    list_reasons,
)

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("courses", "exits")
TOLD_APART = ("success_wide", "success_narrow", "stopped")


@dataclass(frozen=True)
class Stays:
    """One partner's courses and exits at one date, and which reasons each rate counts.

    `prefix` is what the names of the partner's figures begin with.
    """

    prefix: str
    courses: pd.DataFrame
    exits: pd.DataFrame
    counts: Mapping[str, Sequence[str]]
    first: date
    day: date

    @property
    def completed(self) -> pd.DataFrame:
        """The courses that have ended by the date."""
        return self.courses[on_or_before(self.courses["ended_on"], self.day)]

    @property
    def told_apart(self) -> list[str]:
        """The declared rates that are also told of the decided, and since last time."""
        return [name for name in TOLD_APART if name in self.counts]


def measure_outcomes(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Figure]:
    """Return the outcomes of every partner with courses, as of the evaluation date."""
    reasons, partners = list_exit_reasons(maps), list_stays(tables, year, maps)
    previous = year.previous_evaluation_date
    figures = [f for stays in partners for f in measure_partner(stays, previous, reasons)]
    for stays in partners:
        figures += [*measure_resolved(stays), *measure_change(stays, previous)]
    return figures


def list_exit_reasons(maps: Maps) -> dict[str, Code]:
    """Return the codes of the exit reasons; an extension is none."""
    codes = list_codes(maps.codes["exit_reasons"])
    return {code: entry for code, entry in codes.items() if code != EXTENDED}


def list_stays(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Stays]:
    """Return the courses started by the evaluation date, for each partner.

    They count from the day of the first agreement; from the first course where none is known.
    """
    courses, agreements = tables["courses"], tables["agreements"]
    started = courses[on_or_before(courses["started_on"], year.evaluation_date)]
    reasons, found = list_exit_reasons(maps), []
    for partner, own in started.groupby("enterprise_id", sort=True):
        counts = {
            name: list_reasons(maps.definitions, name, year.year, str(partner), reasons)
            for name in list_names(maps.definitions)
        }
        starts = agreements.loc[agreements["enterprise_id"] == partner, "starts_on"]
        first: date = (starts if len(starts) else own["started_on"]).min()
        exits = tables["exits"]
        found.append(Stays(f"outcomes.{partner}", own, exits, counts, first, year.evaluation_date))
    return found


def measure_partner(
    stays: Stays, previous: date | None, reasons: Mapping[str, Code]
) -> Iterator[Figure]:
    """Yield one partner's outcomes: cumulative, since the last evaluation, and by reason."""
    prefix, courses, completed = stays.prefix, stays.courses, stays.completed
    exits = stays.exits[stays.exits["course_id"].isin(completed["course_id"])]
    running = running_at(courses["started_on"], courses["ended_on"], stays.day)
    period = (stays.first, stays.day)
    yield Figure(f"{prefix}.started", len(courses), ("courses",), *period)
    yield Figure(f"{prefix}.completed", len(completed), ("courses",), *period)
    yield Figure(f"{prefix}.active", int(running.sum()), ("courses",), *period)
    yield from measure_rates(prefix, stays, completed, stays.first)
    yield from measure_period(stays, previous)
    yield Figure(f"{prefix}.reasons", len(exits), TABLES, *period)
    for code, entry in reasons.items():
        number = exits.loc[exits["exit_reason"] == code, "course_id"].nunique()
        yield Figure(f"{prefix}.exit.{code}", number, TABLES, *period, label=entry.label)


def measure_rates(
    prefix: str,
    stays: Stays,
    completed: pd.DataFrame,
    first: date | None,
    names: Iterable[str] = (),
) -> list[Figure]:
    """Return rates: completed courses with at least one such reason, of all completed."""
    exits = stays.exits[stays.exits["course_id"].isin(completed["course_id"])]
    fields: dict[str, Any] = {"tables": TABLES, "period_start": first, "period_end": stays.day}
    return [
        share(
            f"{prefix}.{name}",
            exits.loc[exits["exit_reason"].isin(stays.counts[name]), "course_id"].nunique(),
            len(completed),
            **fields,
        )
        for name in names or stays.counts
    ]


def measure_period(stays: Stays, previous: date | None) -> list[Figure]:
    """Return the same for courses that ended since the last evaluation; nothing in a first year."""
    prefix = f"{stays.prefix}.period"
    if previous is None:
        names = ("completed", *stays.counts)
        return [Figure(f"{prefix}.{name}", None, TABLES, period_end=stays.day) for name in names]
    completed = stays.completed
    recent = completed[~on_or_before(completed["ended_on"], previous)]
    number = Figure(f"{prefix}.completed", len(recent), ("courses",), previous, stays.day)
    return [number, *measure_rates(prefix, stays, recent, previous)]


def measure_resolved(stays: Stays) -> list[Figure]:
    """Return the undecided and the decided courses, and the rates of the decided alone.

    Undecided is a completed course that has no reason but those of the awaiting.
    """
    completed, prefix = stays.completed, f"{stays.prefix}.resolved"
    own = stays.exits[~stays.exits["exit_reason"].isin(stays.counts.get("awaiting", ()))]
    decided = completed[completed["course_id"].isin(own["course_id"])]
    undecided, period = len(completed) - len(decided), (stays.first, stays.day)
    return [
        Figure(f"{stays.prefix}.undecided", undecided, TABLES, *period),
        Figure(f"{prefix}.completed", len(decided), TABLES, *period),
        *measure_rates(prefix, stays, decided, stays.first, stays.told_apart),
    ]


def measure_change(stays: Stays, previous: date | None) -> Iterator[Figure]:
    """Yield each rate since the last evaluation minus the same rate before it."""
    if previous is None:
        return
    completed = stays.completed
    is_before = on_or_before(completed["ended_on"], previous)
    since, before = (
        measure_rates("", stays, part, None, stays.told_apart)
        for part in (completed[~is_before], completed[is_before])
    )
    fields: dict[str, Any] = {"tables": TABLES, "period_start": previous, "period_end": stays.day}
    for name, now, then in zip(stays.told_apart, since, before, strict=True):
        yield from difference(f"{stays.prefix}.change.{name}", now, then, **fields)


def compare_partners(figures: Iterable[Figure], year: Year, maps: Maps) -> Iterator[Figure]:
    """Yield the difference of each comparable rate between each pair of partners that have it."""
    known = {figure.figure: figure for figure in figures}
    partners = sorted({name.split(".")[1] for name in known if name.startswith("outcomes.")})
    for name in list_names(maps.definitions):
        held = [choose(maps.definitions, name, year.year, partner) for partner in partners]
        if not all(version and version.is_compared for version in held):
            continue
        for rate in (name, f"resolved.{name}"):
            held_by = {p: known[n] for p in partners if (n := f"outcomes.{p}.{rate}") in known}
            for (first, one), (second, other) in combinations(held_by.items(), 2):
                if one.denominator and other.denominator:
                    fields: dict[str, Any] = {"tables": one.tables, "period_end": one.period_end}
                    yield from difference(f"compare.{first}.{second}.{rate}", one, other, **fields)


def measure_progression(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return progression: effective hours a week (hours times intensity); nothing without it.

    Averages are over everybody measured at least twice. One person's own steps are figures only
    where that person has consented; `case` numbers follow the first measurement.
    """
    if "progression" not in tables:
        return []
    day, steps = year.evaluation_date, tables["progression"]
    steps = steps[on_or_before(steps["measured_on"], day)]
    effective = steps["hours_per_week"] * steps["intensity_pct"] / 100
    ordered = steps.assign(effective_hours=effective).sort_values(["measured_on", "person_key"])
    steps = ordered.drop_duplicates(["person_key", "measured_on"], keep="last")
    people = [own for _, own in steps.groupby("person_key", sort=False)]
    several = [own["effective_hours"] for own in people if len(own) > 1]
    consented = [own for own in people if is_true(own["has_consent"]).all()]
    number = len(several)
    figures = [Figure("progression.people", number, ("progression",), period_end=day)]
    for name, place in (("first", 0), ("last", -1)):
        mean = sum(float(hours.iloc[place]) for hours in several) / number if number else None
        name = f"progression.{name}.effective_hours"
        figures.append(Figure(name, mean, ("progression",), period_end=day, denominator=number))
    return [*figures, *(f for n, own in enumerate(consented, 1) for f in show_case(n, own))]


def show_case(number: int, steps: pd.DataFrame) -> Iterator[Figure]:
    """Yield one consenting person's hours, intensity and effective hours at each measurement."""
    step: Any
    for step in steps.itertuples():
        values = {
            "hours": step.hours_per_week,
            "intensity": step.intensity_pct / 100,
            "effective_hours": step.effective_hours,
        }
        for name, value in values.items():
            name, day = f"progression.case.{number}.{step.measured_on}.{name}", step.measured_on
            yield Figure(name, float(value), ("progression",), day, day)
