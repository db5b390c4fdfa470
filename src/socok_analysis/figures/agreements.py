"""Whether the agreed places were used, for each partner with an agreement."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import (
    is_true,
    on_or_before,
    running_at,
    share,
    valid_at,
    within,
)
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

BOTH = ("agreements", "courses")


def measure_agreements(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return the figures of every partner whose first agreement began by the evaluation date."""
    agreements = tables["agreements"]
    begun = agreements[on_or_before(agreements["starts_on"], year.evaluation_date)]
    return measure_all(agreements, year) + [
        figure
        for partner in sorted(begun["enterprise_id"].unique())
        for figure in [
            *measure_places(partner, begun, tables, year),
            *list_terms(partner, begun, year),
        ]
    ]


def measure_all(agreements: pd.DataFrame, year: Year) -> list[Figure]:
    """Return the agreements made in the period and those in force, with their places."""
    new = agreements[within(agreements["starts_on"], year.period_start, year.period_end)]
    begun = on_or_before(agreements["starts_on"], year.evaluation_date)
    held = agreements[
        begun & valid_at(agreements["starts_on"], agreements["ends_on"], year.evaluation_date)
    ]
    made, in_force = (year.period_start, year.period_end), (None, year.evaluation_date)
    return [*sum_places("new", new, *made), *sum_places("held", held, *in_force)]


def sum_places(name: str, agreements: pd.DataFrame, first: date | None, last: date) -> list[Figure]:
    """Return the number of some agreements, their places and their extra places."""
    counts = {
        name: len(agreements),
        f"{name}_places": int(agreements["places"].sum()),
        f"{name}_extra_places": int(agreements["extra_places"].sum()),
    }
    return [Figure(f"agreements.{n}", v, ("agreements",), first, last) for n, v in counts.items()]


def list_terms(partner: str, agreements: pd.DataFrame, year: Year) -> list[Figure]:
    """Return what the partner's latest agreement sets down: weeks, and the aim for veterans."""
    own = agreements[agreements["enterprise_id"] == partner].sort_values("starts_on")
    latest, prefix = own.iloc[-1], f"agreements.{partner}"
    names = {
        "max_weeks": "max_weeks",
        "plan_after_weeks": "plan_after_weeks",
        "veteran_goal": "target_pct",
    }
    return [
        Figure(
            f"{prefix}.{name}",
            as_term(column, latest[column]),
            ("agreements",),
            period_end=year.evaluation_date,
        )
        for name, column in names.items()
        if latest.notna()[column]
    ]


def as_term(column: str, value: float) -> float | int:
    """Return a term's value: a percentage as a fraction, weeks as a whole number."""
    return float(value) / 100 if column == "target_pct" else int(value)


def measure_places(
    partner: str, agreements: pd.DataFrame, tables: Mapping[str, pd.DataFrame], year: Year
) -> list[Figure]:
    """Return one partner's places, their use, its plans, waiting list and share of veterans."""
    day, prefix = year.evaluation_date, f"agreements.{partner}"
    own = agreements[agreements["enterprise_id"] == partner]
    held = own[valid_at(own["starts_on"], own["ends_on"], day)]
    courses = tables["courses"][tables["courses"]["enterprise_id"] == partner]
    in_use = int(running_at(courses["started_on"], courses["ended_on"], day).sum())
    places = int(held["places"].sum())
    counts = {
        "places": (places, ("agreements",)),
        "extra_places": (int(held["extra_places"].sum()), ("agreements",)),
        "in_use": (in_use, ("courses",)),
        "vacant": (max(places - in_use, 0), BOTH),
    }
    figures = [Figure(f"{prefix}.{n}", v, t, period_end=day) for n, (v, t) in counts.items()]
    figures += count_waiting(partner, tables, year)
    return [*figures, count_plans(prefix, courses, year), share_veterans(prefix, courses, year)]


def count_waiting(partner: str, tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return the number waiting for any of the partner's agreements, begun or to come.

    Nothing where there is no such export.
    """
    if "waiting_list" not in tables:
        return []
    listed, agreements = tables["waiting_list"], tables["agreements"]
    own = agreements.loc[agreements["enterprise_id"] == partner, "agreement_id"]
    waiting = running_at(listed["listed_on"], listed["left_on"], year.evaluation_date)
    number = int((waiting & listed["agreement_id"].isin(own)).sum())
    name = f"agreements.{partner}.waiting"
    return [Figure(name, number, ("waiting_list",), period_end=year.evaluation_date)]


def count_plans(prefix: str, courses: pd.DataFrame, year: Year) -> Figure:
    """Return the plans made, of the courses started."""
    day = year.evaluation_date
    started = courses[on_or_before(courses["started_on"], day)]
    made = is_true(started["has_plan"]) & ~is_true(started["plan_made_on"] > day)
    plans = int(made.sum())
    return Figure(
        f"{prefix}.plans",
        plans,
        ("courses",),
        period_end=day,
        numerator=plans,
        denominator=len(started),
    )


def share_veterans(prefix: str, courses: pd.DataFrame, year: Year) -> Figure:
    """Return the veterans of the completed courses whose answer is known."""
    completed = courses[on_or_before(courses["ended_on"], year.evaluation_date)]
    known = completed["is_veteran"].dropna()
    return share(
        f"{prefix}.veteran_share",
        int(known.sum()),
        len(known),
        tables=("courses",),
        period_end=year.evaluation_date,
    )
