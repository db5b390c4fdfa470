"""Courses and exits from the rows of the course extract.

A row whose reason is "Forlænget" is no exit: it joins the same person's next row at the same
partner into one course, which keeps the first row's start and reference and the last row's end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

EXTENDED = "forlaenget"
SOURCE = ("source_file", "source_sheet", "source_row")
KEPT_FROM_FIRST = ("has_final_evaluation", "is_veteran", "needs_interpreter")
FLAGS_WITH_DAY = {"has_plan": "plan_made_on", "has_final_evaluation": "final_evaluation_on"}
COURSE_TYPES: Mapping[str, str] = {
    "course_id": "text",
    "plan_made_on": "date",
    "final_evaluation_on": "date",
    "source_rows": "text",
}
EXIT_TYPES: Mapping[str, str] = {
    "course_id": "text",
    "exit_reason": "text",
    "ended_on": "date",
    "person_key": "text",
    "enterprise_id": "text",
}
Row = dict[Any, Any]


def make_courses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the courses in the order of their first rows, each with a `course_id`.

    `rows` are those of the extract, persons hashed, with their source and `row_number`; `last` of a
    course is the source of its end. A row without a person is a course of its own.
    """
    courses: list[Row] = []
    latest: dict[object, Row] = {}
    records = [prepare_row(row) for row in rows.to_dict("records")]
    for row in sorted(records, key=lambda row: row["started_on"]):
        key = (row["person_key"], row["enterprise_id"])
        last = latest.get(key, row)
        if EXTENDED in last["exit_reasons"] and last is not row:
            last.update(join_rows(last, row))
            continue
        courses.append(row)
        if row["person_key"]:
            latest[key] = row
    for course in courses:
        person = course["person_key"] or f"row{course['row_number']}"
        course["course_id"] = f"{course['enterprise_id']}_{course['started_on']}_{person}"
    courses.sort(key=lambda course: course["row_number"])
    names = [*rows, *COURSE_TYPES, "last"]
    return pd.DataFrame(
        [[course[name] for name in names] for course in courses], None, names, object
    )


def prepare_row(row: Row) -> Row:
    """Return a row with minutes in the hours, and yes and its day apart."""
    if row["minutes_per_week"]:
        hours = (row["hours_per_week"] or 0) + row["minutes_per_week"] / 60
        row = {**row, "hours_per_week": hours}
    for name, day in FLAGS_WITH_DAY.items():
        row = {**row, name: row[name][0], day: row[name][1]}
    last = {name: row[name] for name in SOURCE}
    return {**row, "source_rows": str(row["source_row"]), "last": last}


def join_rows(first: Row, then: Row) -> Row:
    """Return a course of two rows: the start of the first, what is known last of the rest.

    A plan was made where either row has one, on the earliest day where each of them tells one.
    """
    known = {name: value for name, value in then.items() if value is not None}
    joined = {**first, **known, "ended_on": then["ended_on"], "exit_reasons": then["exit_reasons"]}
    joined |= {name: first[name] for name in ("started_on", "row_number", *SOURCE)}
    joined |= {name: first[name] or joined[name] for name in KEPT_FROM_FIRST}
    made = [row["plan_made_on"] for row in (first, then) if row["has_plan"]]
    if made:
        joined["has_plan"] = True
    elif first["has_plan"] is not None:
        joined["has_plan"] = first["has_plan"]
    joined["plan_made_on"] = min(made) if made and None not in made else None
    return joined | {"source_rows": f"{first['source_rows']};{then['source_row']}"}


def make_exits(courses: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each reason of each course that has ended, with its last row's number."""
    last = {name: [each[name] for each in courses["last"]] for name in SOURCE}
    exits = courses.assign(**last, exit_reason=courses["exit_reasons"])
    return exits.explode("exit_reason").dropna(subset="exit_reason")
