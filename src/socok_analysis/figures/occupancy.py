"""How the agreed places were used month by month, for each partner with courses.

A month is counted on its last day; the month of the evaluation on the evaluation date.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import on_or_before, running_at, valid_at
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
IN_USE, PLACES, WAITING = ("courses",), ("agreements",), ("waiting_list",)


@dataclass(frozen=True)
class Month:
    """One month at one partner: places agreed and in use, people waiting (None: no export)."""

    day: date
    places: int
    in_use: int
    waiting: int | None


def measure_occupancy(tables: Tables, year: Year) -> list[Figure]:
    """Return each month's figures and their sum for every partner with courses and places."""
    courses, agreements = tables["courses"], tables["agreements"]
    started = courses[on_or_before(courses["started_on"], year.evaluation_date)]
    partners = set(started["enterprise_id"]) & set(agreements["enterprise_id"])
    days = list_month_ends(year.period_start, year.evaluation_date)
    return [
        figure
        for partner in sorted(partners)
        for figure in measure_months(partner, [count_month(partner, d, tables) for d in days])
    ]


def list_month_ends(first: date, last: date) -> list[date]:
    """Return the last day of each month from `first`, and `last` for its own month."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    ends = [date(m // 12, m % 12 + 1, monthrange(m // 12, m % 12 + 1)[1]) for m in months]
    return [min(end, last) for end in ends]


def count_month(partner: str, day: date, tables: Tables) -> Month:
    """Return a partner's places, courses and waiting list on a day."""
    courses, agreements = tables["courses"], tables["agreements"]
    own = agreements[agreements["enterprise_id"] == partner]
    held = own[valid_at(own["starts_on"], own["ends_on"], day)]
    running = running_at(courses["started_on"], courses["ended_on"], day)
    in_use = int((running & (courses["enterprise_id"] == partner)).sum())
    waiting = count_listed(own, day, tables.get("waiting_list"))
    return Month(day, int(held["places"].sum()), in_use, waiting)


def count_listed(agreements: pd.DataFrame, day: date, listed: pd.DataFrame | None) -> int | None:
    """Return how many wait for one of the agreements on a day."""
    if listed is None:
        return None
    waiting = running_at(listed["listed_on"], listed["left_on"], day)
    return int((waiting & listed["agreement_id"].isin(agreements["agreement_id"])).sum())


def measure_months(partner: str, months: list[Month]) -> list[Figure]:
    """Return a partner's figures month by month, and over all of them."""
    if not months:
        return []
    prefix = f"occupancy.{partner}"
    figures = [figure for month in months for figure in measure_month(prefix, month)]
    return [*figures, *sum_months(prefix, months)]


def measure_month(prefix: str, month: Month) -> list[Figure]:
    """Return one month's figures."""
    name, day = f"{prefix}.{month.day:%Y-%m}", month.day
    figures = [
        Figure(f"{name}.in_use", month.in_use, IN_USE, period_end=day),
        Figure(f"{name}.places", month.places, PLACES, period_end=day),
    ]
    if month.waiting is not None:
        figures.append(Figure(f"{name}.waiting", month.waiting, WAITING, period_end=day))
    return figures


def sum_months(prefix: str, months: list[Month]) -> list[Figure]:
    """Return the share of all months' places in use, and how many months had more than agreed."""
    used, agreed = sum(m.in_use for m in months), sum(m.places for m in months)
    period = (months[0].day.replace(day=1), months[-1].day)
    over = sum(month.in_use > month.places for month in months)
    tables = IN_USE + PLACES
    return [
        Figure(
            f"{prefix}.share",
            used / agreed if agreed else None,
            tables,
            *period,
            numerator=used,
            denominator=agreed,
        ),
        Figure(f"{prefix}.months", len(months), tables, *period),
        Figure(f"{prefix}.months_over", over, tables, *period),
        Figure(f"{prefix}.peak", max(month.in_use for month in months), IN_USE, *period),
    ]
