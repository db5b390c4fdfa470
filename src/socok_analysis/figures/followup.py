"""Plans, follow-up, final evaluations and attendance, for each partner with courses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import is_true, on_or_before, share
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
COURSES = ("courses",)
ATTENDANCE = ("attendance", "courses")


def measure_followup(tables: Tables, year: Year) -> list[Figure]:
    """Return plans, follow-up and final evaluations of every partner's courses."""
    day = year.evaluation_date
    started = tables["courses"][on_or_before(tables["courses"]["started_on"], day)]
    return [
        figure
        for partner, courses in started.groupby("enterprise_id", sort=True)
        for figure in [
            *count_plans(str(partner), courses, day),
            *count_followed(str(partner), courses, day),
        ]
    ]


def count_plans(partner: str, courses: pd.DataFrame, day: date) -> list[Figure]:
    """Return the started courses with a plan, without one, and of which it is not known.

    A plan dated after the evaluation is not made yet.
    """
    later = is_true(courses["plan_made_on"] > day)
    made = is_true(courses["has_plan"]) & ~later
    unknown = courses["has_plan"].isna()
    counts = {"made": made, "missing": ~made & ~unknown, "unknown": unknown}
    return [
        Figure(f"plans.{partner}.{name}", int(mask.sum()), COURSES, period_end=day)
        for name, mask in counts.items()
    ]


def count_followed(partner: str, courses: pd.DataFrame, day: date) -> list[Figure]:
    """Return the started courses followed up, and the completed ones with a final evaluation."""
    followed = on_or_before(courses["followed_up_on"], day)
    completed = courses[on_or_before(courses["ended_on"], day)]
    known = completed[completed["has_final_evaluation"].notna()]
    received = is_true(known["has_final_evaluation"]) & ~is_true(known["final_evaluation_on"] > day)
    fields = {"tables": COURSES, "period_end": day}
    return [
        share(f"followup.{partner}.held", int(followed.sum()), len(courses), **fields),
        share(f"followup.{partner}.final_evaluation", int(received.sum()), len(known), **fields),
    ]


def measure_attendance(tables: Tables, year: Year) -> list[Figure]:
    """Return hours agreed and attended at each partner; nothing where there is no such export.

    Weeks without attended hours are left out; a week belongs to the partner the person was at.
    """
    if "attendance" not in tables or tables["attendance"].empty:
        return []
    weeks = find_partners(tables["attendance"], tables["courses"])
    recent = weeks[(weeks["monday"] <= year.evaluation_date).fillna(False)]
    told = recent[recent["attended_hours"].notna()]
    placed = told[told["enterprise_id"].notna()]
    unplaced = Figure("attendance.without_course", len(told) - len(placed), ATTENDANCE)
    return [
        figure
        for partner, own in placed.groupby("enterprise_id", sort=True)
        for figure in sum_hours(str(partner), own)
    ] + [unplaced]


def find_partners(attendance: pd.DataFrame, courses: pd.DataFrame) -> pd.DataFrame:
    """Return the weeks with their Monday, and the partner of the person's course in that week."""
    mondays = [read_monday(week) for week in attendance["week"]]
    weeks = attendance.assign(monday=mondays, week_number=range(len(mondays)))
    stays = courses[["person_key", "enterprise_id", "started_on", "ended_on"]]
    pairs = weeks[["week_number", "person_key", "monday"]].merge(stays, on="person_key")
    started = is_true(pairs["started_on"] <= pairs["monday"] + timedelta(days=6))
    at = started & ~is_true(pairs["ended_on"] < pairs["monday"])
    latest = pairs[at].sort_values("started_on").drop_duplicates("week_number", keep="last")
    return weeks.merge(latest[["week_number", "enterprise_id"]], on="week_number", how="left")


def read_monday(week: str) -> date:
    """Return the Monday of an ISO week such as 2019-W14."""
    return date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def sum_hours(partner: str, weeks: pd.DataFrame) -> list[Figure]:
    """Return a partner's hours agreed and attended, their ratio, and the people behind them."""
    prefix = f"attendance.{partner}"
    agreed, attended = float(weeks["agreed_hours"].sum()), float(weeks["attended_hours"].sum())
    period = (min(weeks["monday"]), max(weeks["monday"]) + timedelta(days=6))
    values = {
        "people": weeks["person_key"].nunique(),
        "agreed_hours": agreed,
        "attended_hours": attended,
        "rate": attended / agreed if agreed else None,
    }
    return [Figure(f"{prefix}.{n}", v, ATTENDANCE, *period) for n, v in values.items()]
