"""Courses and exits from the rows of the course extract.

A row whose reason is "Forlænget" is no exit: it joins the same person's next row at the same
partner into one course, which keeps the first row's start and reference and the last row's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from socok_analysis.intake.columns import Parsed

EXTENDED = "forlaenget"
FIRST_ROW_FIELDS = ("started_on", "source_row")
KEPT_FROM_FIRST = ("has_final_evaluation", "is_veteran", "needs_interpreter")
Row = dict[str, Any]


def split_dates(row: Row) -> Row:
    """Return the row with `has_x` and the date that said yes as two values."""
    row["has_plan"], row["plan_made_on"] = row["has_plan"] or (None, None)
    flag, day = row["has_final_evaluation"] or (None, None)
    return {**row, "has_final_evaluation": flag, "final_evaluation_on": day}


def add_hours(row: Row) -> Row:
    """Return the row with its minutes added to its hours."""
    minutes = row.pop("minutes_per_week")
    if minutes:
        row["hours_per_week"] = (row["hours_per_week"] or 0) + minutes / 60
    return row


def group_rows(rows: Iterable[Row]) -> list[list[Row]]:
    """Return each person's rows at each partner, by start; unknown persons stand alone."""
    groups: dict[object, list[Row]] = {}
    for number, row in enumerate(rows):
        person = row["person_key"] or number
        groups.setdefault((person, row["enterprise_id"]), []).append(row)
    return [sorted(group, key=lambda row: row["started_on"]) for group in groups.values()]


def join_extensions(group: list[Row]) -> list[Row]:
    """Return one person's courses at one partner, extensions joined to the row before."""
    courses: list[Row] = []
    for row in group:
        if courses and EXTENDED in courses[-1]["exit_reasons"]:
            courses[-1] = join_rows(courses[-1], row)
        else:
            courses.append({**row, "source_rows": str(row["source_row"])})
    return courses


def join_rows(first: Row, then: Row) -> Row:
    """Return a course of two rows: the start of the first, what is known last of the rest."""
    known = {key: value for key, value in then.items() if value is not None}
    joined = {**first, **known, "ended_on": then["ended_on"], "exit_reasons": then["exit_reasons"]}
    for name in FIRST_ROW_FIELDS:
        joined[name] = first[name]
    for name in KEPT_FROM_FIRST:
        joined[name] = first[name] or joined[name]
    joined["has_plan"], joined["plan_made_on"] = join_plans(first, then)
    joined["source_rows"] = f"{first['source_rows']};{then['source_row']}"
    return joined


def join_plans(first: Row, then: Row) -> tuple[bool | None, object]:
    """Return whether a plan was made in either row, and the earliest day where each tells one."""
    days = [row["plan_made_on"] for row in (first, then) if row["has_plan"]]
    if not days:
        return (then["has_plan"] if first["has_plan"] is None else first["has_plan"]), None
    return True, None if None in days else min(days)


def make_courses(rows: Iterable[Row]) -> list[Row]:
    """Return the courses in the order of their first rows, each with a `course_id`."""
    prepared = [add_hours(split_dates(dict(row))) for row in rows]
    courses = [course for group in group_rows(prepared) for course in join_extensions(group)]
    return [name_course(course) for course in sorted(courses, key=lambda c: c["source_row"])]


def name_course(course: Row) -> Row:
    """Return the course with its id: partner, first day and person; by row where unknown."""
    person = course["person_key"] or f"row{course['source_row']}"
    return {"course_id": f"{course['enterprise_id']}_{course['started_on']}_{person}", **course}


def make_exits(courses: Iterable[Row]) -> list[Row]:
    """Return one row for each reason of each course that has ended, with its last row's number."""
    return [
        {**{name: course[name] for name in EXIT_COLUMNS}, "exit_reason": reason,
         "source_row": int(course["source_rows"].rpartition(";")[2])}
        for course in courses
        for reason in course["exit_reasons"]
    ]  # fmt: skip


EXIT_COLUMNS = (
    "course_id", "person_key", "enterprise_id", "ended_on", "source_file", "source_sheet",
)
COURSE_TYPES: Mapping[str, str] = {
    "course_id": "text", "plan_made_on": "date", "final_evaluation_on": "date",
    "source_rows": "text",
}  # fmt: skip


def list_reasons(parsed: Parsed, place: int) -> tuple[str, ...]:
    """Return the exit reasons of one row."""
    reasons: tuple[str, ...] = parsed.values["exit_reasons"][place]  # type: ignore[assignment]
    return reasons
