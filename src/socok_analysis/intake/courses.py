"""Courses and exits from the rows of the course extract.

A row whose reason is "Forlænget" is no exit: it joins the same person's next row at the same
partner into one course, which keeps the first row's start and reference and the last row's end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from socok_analysis.intake.distinct import (
    change,
    combine,
    extend,
    join_codes,
    number,
)
from socok_analysis.intake.parsed import Parsed
from socok_analysis.workbook.sheet import BLANK, CellColumn

EXTENDED = "forlaenget"
FIRST_ROW_FIELDS = ("started_on", "source_row")
KEPT_FROM_FIRST = ("has_final_evaluation", "is_veteran", "needs_interpreter")
FLAGS_WITH_DAY = {"has_plan": "plan_made_on", "has_final_evaluation": "final_evaluation_on"}
Row = dict[str, Any]
Columns = Mapping[str, CellColumn]


def make_courses(columns: Columns) -> dict[str, CellColumn]:
    """Return the columns of the courses in the order of their first rows, each with a `course_id`.

    Only persons with an extension are looked at row by row; all other rows are courses as they are.
    """
    prepared = prepare_rows(columns)
    is_joined = find_joined(prepared)
    alone, rest = np.flatnonzero(~is_joined), list_rows(prepared, np.flatnonzero(is_joined))
    joined = [course for group in group_rows(rest) for course in join_extensions(group)]
    courses = {
        name: extend(column.take(alone), [course[name] for course in joined])
        for name, column in prepared.items()
    }
    order = np.argsort(courses["source_row"].map(lambda row: row or 0, np.int64), kind="stable")
    courses = {name: column.take(order) for name, column in courses.items()}
    named = [courses[name] for name in ("enterprise_id", "started_on", "person_key", "source_row")]
    return courses | {"course_id": combine(name_course, *named)}


def prepare_rows(columns: Columns) -> dict[str, CellColumn]:
    """Return the rows' columns with minutes in the hours, and yes and its date apart."""
    pairs = {name: columns[name] for name in FLAGS_WITH_DAY}
    hours = combine(add_hours, columns["hours_per_week"], columns["minutes_per_week"])
    return {
        **columns,
        "hours_per_week": hours,
        **{name: change(pair, lambda each: each and each[0]) for name, pair in pairs.items()},  # type: ignore[index]
        **{
            FLAGS_WITH_DAY[name]: change(pair, lambda each: each and each[1])  # type: ignore[index]
            for name, pair in pairs.items()
        },
        "source_rows": change(columns["source_row"], str),
        "last_row": columns["source_row"],
    }


def add_hours(hours: float | None, minutes: int | None) -> float | None:
    """Return hours with minutes added."""
    return (hours or 0) + minutes / 60 if minutes else hours


def find_joined(columns: Columns) -> NDArray[np.bool_]:
    """Tell for each row whether its person has an extension at its partner."""
    persons = columns["person_key"]
    keys = np.where(persons.codes == BLANK, BLANK, join_codes([persons, columns["enterprise_id"]]))
    extended = keys[columns["exit_reasons"].map(is_extended, np.bool_)]
    return np.isin(keys, extended[extended != BLANK])


def list_rows(columns: Columns, places: NDArray[np.int64]) -> list[Row]:
    """Return some of the rows, each with its values by name."""
    parts = [column.take(places).expand() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*parts, strict=True)]


def group_rows(rows: Iterable[Row]) -> list[list[Row]]:
    """Return each person's rows at each partner, by start."""
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault((row["person_key"], row["enterprise_id"]), []).append(row)
    return [sorted(group, key=lambda row: row["started_on"]) for group in groups.values()]


def join_extensions(group: list[Row]) -> list[Row]:
    """Return one person's courses at one partner, extensions joined to the row before."""
    courses: list[Row] = []
    for row in group:
        if courses and EXTENDED in courses[-1]["exit_reasons"]:
            courses[-1] = join_rows(courses[-1], row)
        else:
            courses.append(row)
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


def name_course(partner: str, start: date, person: str | None, row: int) -> str:
    """Return a course's id: partner, first day and person; by row where unknown."""
    return f"{partner}_{start}_{person or f'row{row}'}"


def make_exits(courses: Columns) -> dict[str, CellColumn]:
    """Return one row for each reason of each course that has ended, with its last row's number."""
    reasons = courses["exit_reasons"]
    counts = reasons.map(lambda found: len(found or ()), np.int64)  # type: ignore[arg-type]
    places = np.repeat(np.arange(len(counts)), counts)
    each = [reason for found in reasons.expand() for reason in found or ()]  # type: ignore[attr-defined]
    rows = {**courses, "source_row": courses["last_row"]}
    exits = {name: rows[name].take(places) for name in EXIT_COLUMNS}
    return exits | {"exit_reason": number(each)}


EXIT_COLUMNS = (
    "course_id",
    "person_key",
    "enterprise_id",
    "ended_on",
    "source_file",
    "source_sheet",
    "source_row",
)
EXIT_TYPES: Mapping[str, str] = {
    "course_id": "text",
    "exit_reason": "text",
    "ended_on": "date",
    "person_key": "text",
    "enterprise_id": "text",
}
COURSE_TYPES: Mapping[str, str] = {
    "course_id": "text",
    "plan_made_on": "date",
    "final_evaluation_on": "date",
    "source_rows": "text",
}


def is_extended(reasons: object) -> bool:
    """Tell whether a row's exit reasons say that the course goes on."""
    return isinstance(reasons, tuple) and EXTENDED in reasons


def list_reasons(parsed: Parsed, place: int) -> tuple[str, ...]:
    """Return the exit reasons of one row."""
    reasons: tuple[str, ...] = parsed.values["exit_reasons"][place]  # type: ignore[assignment]
    return reasons
