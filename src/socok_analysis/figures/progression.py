"""Progression: effective hours a week (hours times intensity) over time.

Averages are over everybody measured at least twice. One person's own steps are figures only
where that person has consented; `case` numbers follow the first measurement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import is_true, on_or_before
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("progression",)


def measure_progression(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return the averages, and the steps of those who consented; nothing without the export."""
    if "progression" not in tables:
        return []
    steps = list_steps(tables["progression"], year.evaluation_date)
    people = [own for _, own in steps.groupby("person_key", sort=False)]
    consented = [own for own in people if is_true(own["has_consent"]).all()]
    return [
        *average_steps([own for own in people if len(own) > 1], year.evaluation_date),
        *(figure for n, own in enumerate(consented, 1) for figure in show_case(n, own)),
    ]


def list_steps(progression: pd.DataFrame, day: date) -> pd.DataFrame:
    """Return the measurements made by a day with their effective hours, in order of time."""
    steps = progression[on_or_before(progression["measured_on"], day)]
    effective = steps["hours_per_week"] * steps["intensity_pct"] / 100
    ordered = steps.assign(effective_hours=effective).sort_values(["measured_on", "person_key"])
    return ordered.drop_duplicates(["person_key", "measured_on"], keep="last")


def average_steps(people: list[pd.DataFrame], day: date) -> list[Figure]:
    """Return how many were measured at least twice, and their mean effective hours then and now."""
    number = len(people)
    figures = [Figure("progression.people", number, TABLES, period_end=day)]
    for name, place in (("first", 0), ("last", -1)):
        hours = [float(own["effective_hours"].iloc[place]) for own in people]
        mean = sum(hours) / number if number else None
        figures.append(
            Figure(
                f"progression.{name}.effective_hours",
                mean,
                TABLES,
                period_end=day,
                denominator=number,
            )
        )
    return figures


def show_case(number: int, steps: pd.DataFrame) -> list[Figure]:
    """Return one consenting person's hours, intensity and effective hours at each measurement."""
    return [
        Figure(f"progression.case.{number}.{day}.{name}", float(value), TABLES, day, day)
        for day, *values in zip(
            steps["measured_on"],
            steps["hours_per_week"],
            steps["intensity_pct"] / 100,
            steps["effective_hours"],
            strict=True,
        )
        for name, value in zip(("hours", "intensity", "effective_hours"), values, strict=True)
    ]
