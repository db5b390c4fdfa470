"""What was agreed with each partner and what was kept: places month by month, plans, follow-up.

A month is counted on its last day; the month of the evaluation on the evaluation date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import (
    is_true,
    list_month_ends,
    on_or_before,
    running_at,
    share,
    valid_at,
    within,
)
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
PLACES, IN_USE, WAITING = ("agreements",), ("courses",), ("waiting_list",)
TERMS = {
    "max_weeks": "max_weeks",
    "plan_after_weeks": "plan_after_weeks",
    "veteran_goal": "target_pct",
}


def measure_agreements(tables: Tables, year: Year) -> list[Figure]:
    """Return the agreements in all, and those of every partner whose first one has begun."""
    agreements, day = tables["agreements"], year.evaluation_date
    new = agreements[within(agreements["starts_on"], year.period_start, year.period_end)]
    begun = agreements[on_or_before(agreements["starts_on"], day)]
    held = begun[valid_at(begun["starts_on"], begun["ends_on"], day)]
    figures = []
    for name, rows, first, last in (
        ("new", new, year.period_start, year.period_end),
        ("held", held, None, day),
    ):
        counts = {
            name: len(rows),
            f"{name}_places": int(rows["places"].sum()),
            f"{name}_extra_places": int(rows["extra_places"].sum()),
        }
        figures += [Figure(f"agreements.{n}", v, PLACES, first, last) for n, v in counts.items()]
    for partner, own in begun.groupby("enterprise_id", sort=True):
        figures += measure_places(str(partner), own, tables, day)
    return figures


def measure_places(
    partner: str, agreements: pd.DataFrame, tables: Tables, day: date
) -> Iterator[Figure]:
    """Yield one partner's places, their use, its waiting list, plans, veterans and terms."""
    prefix = f"agreements.{partner}"
    held = agreements[valid_at(agreements["starts_on"], agreements["ends_on"], day)]
    courses = tables["courses"][tables["courses"]["enterprise_id"] == partner]
    in_use = int(running_at(courses["started_on"], courses["ended_on"], day).sum())
    places, extra = int(held["places"].sum()), int(held["extra_places"].sum())
    yield Figure(f"{prefix}.places", places, PLACES, period_end=day)
    yield Figure(f"{prefix}.extra_places", extra, PLACES, period_end=day)
    yield Figure(f"{prefix}.in_use", in_use, IN_USE, period_end=day)
    yield Figure(f"{prefix}.vacant", max(places - in_use, 0), PLACES + IN_USE, period_end=day)
    waiting = count_waiting(partner, tables, day)
    if waiting is not None:
        yield Figure(f"{prefix}.waiting", waiting, WAITING, period_end=day)
    started = courses[on_or_before(courses["started_on"], day)]
    plans = int(has_plan(started, day).sum())
    fields: dict[str, Any] = {"tables": IN_USE, "period_end": day}
    yield Figure(f"{prefix}.plans", plans, numerator=plans, denominator=len(started), **fields)
    known = courses.loc[on_or_before(courses["ended_on"], day), "is_veteran"].dropna()
    yield share(f"{prefix}.veteran_share", int(known.sum()), len(known), **fields)
    latest = agreements.sort_values("starts_on").iloc[-1]
    for name, column in TERMS.items():
        if latest.notna()[column]:
            term = latest[column]
            value = float(term) / 100 if column == "target_pct" else int(term)
            yield Figure(f"{prefix}.{name}", value, PLACES, period_end=day)


def count_waiting(partner: str, tables: Tables, day: date) -> int | None:
    """Return how many wait on a day for any agreement of the partner; None without a list."""
    if "waiting_list" not in tables:
        return None
    listed, agreements = tables["waiting_list"], tables["agreements"]
    own = agreements.loc[agreements["enterprise_id"] == partner, "agreement_id"]
    waiting = running_at(listed["listed_on"], listed["left_on"], day)
    return int((waiting & listed["agreement_id"].isin(own)).sum())


def has_plan(courses: pd.DataFrame, day: date) -> pd.Series:
    """Tell which courses have a plan; one dated after the evaluation is not made yet."""
    return is_true(courses["has_plan"]) & ~is_true(courses["plan_made_on"] > day)


def measure_occupancy(tables: Tables, year: Year) -> list[Figure]:
    """Return each month's figures and their sum for every partner with courses and places."""
    courses, agreements = tables["courses"], tables["agreements"]
    started = courses[on_or_before(courses["started_on"], year.evaluation_date)]
    days = list_month_ends(year.period_start, year.evaluation_date)
    figures: list[Figure] = []
    for partner in sorted(set(started["enterprise_id"]) & set(agreements["enterprise_id"])):
        prefix, months = f"occupancy.{partner}", []
        own = courses[courses["enterprise_id"] == partner]
        agreed = agreements[agreements["enterprise_id"] == partner]
        for day in days:
            in_use = int(running_at(own["started_on"], own["ended_on"], day).sum())
            held = agreed[valid_at(agreed["starts_on"], agreed["ends_on"], day)]
            months.append((in_use, int(held["places"].sum())))
            values = {"in_use": (in_use, IN_USE), "places": (months[-1][1], PLACES)}
            waiting = count_waiting(partner, tables, day)
            if waiting is not None:
                values["waiting"] = (waiting, WAITING)
            figures += [
                Figure(f"{prefix}.{day:%Y-%m}.{name}", value, source, period_end=day)
                for name, (value, source) in values.items()
            ]
        figures += sum_months(prefix, months, days) if days else []
    return figures


def sum_months(
    prefix: str, months: Sequence[tuple[int, int]], days: Sequence[date]
) -> list[Figure]:
    """Return the share of all months' places in use, and how many months had more than agreed."""
    used, agreed = sum(in_use for in_use, _ in months), sum(places for _, places in months)
    over, peak = sum(in_use > places for in_use, places in months), max(months)[0]
    period, tables = (days[0].replace(day=1), days[-1]), IN_USE + PLACES
    value = used / agreed if agreed else None
    return [
        Figure(f"{prefix}.share", value, tables, *period, numerator=used, denominator=agreed),
        Figure(f"{prefix}.months", len(months), tables, *period),
        Figure(f"{prefix}.months_over", over, tables, *period),
        Figure(f"{prefix}.peak", peak, IN_USE, *period),
    ]


def measure_followup(tables: Tables, year: Year) -> Iterator[Figure]:
    """Yield each partner's started courses by plan, those followed up, and final evaluations."""
    day = year.evaluation_date
    started = tables["courses"][on_or_before(tables["courses"]["started_on"], day)]
    fields: dict[str, Any] = {"tables": IN_USE, "period_end": day}
    for partner, courses in started.groupby("enterprise_id", sort=True):
        made, unknown = has_plan(courses, day), courses["has_plan"].isna()
        counts = {"made": made, "missing": ~made & ~unknown, "unknown": unknown}
        for name, mask in counts.items():
            yield Figure(f"plans.{partner}.{name}", int(mask.sum()), **fields)
        followed = int(on_or_before(courses["followed_up_on"], day).sum())
        yield share(f"followup.{partner}.held", followed, len(courses), **fields)
        completed = courses[on_or_before(courses["ended_on"], day)]
        known = completed[completed["has_final_evaluation"].notna()]
        later = is_true(known["final_evaluation_on"] > day)
        received = int((is_true(known["has_final_evaluation"]) & ~later).sum())
        yield share(f"followup.{partner}.final_evaluation", received, len(known), **fields)


def measure_attendance(tables: Tables, year: Year) -> list[Figure]:
    """Return hours agreed and attended at each partner; nothing where there is no such export.

    Weeks without attended hours are left out; a week belongs to the partner the person was at.
    """
    if "attendance" not in tables or tables["attendance"].empty:
        return []
    weeks, sources = (
        find_partners(tables["attendance"], tables["courses"]),
        ("attendance", "courses"),
    )
    recent = weeks[(weeks["monday"] <= year.evaluation_date).fillna(False)]
    told = recent[recent["attended_hours"].notna()]
    placed, figures = told[told["enterprise_id"].notna()], []
    for partner, own in placed.groupby("enterprise_id", sort=True):
        agreed, attended = float(own["agreed_hours"].sum()), float(own["attended_hours"].sum())
        period = (min(own["monday"]), max(own["monday"]) + timedelta(days=6))
        values = {
            "people": own["person_key"].nunique(),
            "agreed_hours": agreed,
            "attended_hours": attended,
            "rate": attended / agreed if agreed else None,
        }
        figures += [
            Figure(f"attendance.{partner}.{name}", value, sources, *period)
            for name, value in values.items()
        ]
    return [*figures, Figure("attendance.without_course", len(told) - len(placed), sources)]


def find_partners(attendance: pd.DataFrame, courses: pd.DataFrame) -> pd.DataFrame:
    """Return the weeks with their Monday, and the partner of the person's course in that week."""
    mondays = [date.fromisocalendar(int(w[:4]), int(w[6:]), 1) for w in attendance["week"]]
    sundays = [day + timedelta(days=6) for day in mondays]
    weeks = attendance.assign(monday=mondays, sunday=sundays, week_number=range(len(mondays)))
    # of the dates' own type, which no join without rows gives
    weeks = weeks.astype(dict.fromkeys(("monday", "sunday"), courses["started_on"].dtype))
    stays = courses[["person_key", "enterprise_id", "started_on", "ended_on"]]
    pairs = weeks[["week_number", "person_key", "monday", "sunday"]].merge(stays, on="person_key")
    started = is_true(pairs["started_on"] <= pairs["sunday"])
    at = started & ~is_true(pairs["ended_on"] < pairs["monday"])
    latest = pairs[at].sort_values("started_on").drop_duplicates("week_number", keep="last")
    return weeks.merge(latest[["week_number", "enterprise_id"]], on="week_number", how="left")
