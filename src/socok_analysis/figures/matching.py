"""Which course of an earlier export is which of a later one, and whose reasons have changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

Person = tuple[object, object]


@dataclass(frozen=True)
class Recoding:
    """A course that had ended in both exports, with other reasons in the later one."""

    course_id: str
    partner: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def match_courses(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """Return the later id of each earlier course that is still there.

    A course whose start was corrected has another id: where a person has just one unmatched
    course at a partner in either export, the two are the same.
    """
    ids = set(new["course_id"])
    matched = {course: course for course in old["course_id"] if course in ids}
    left = group_unmatched(old, set(matched))
    right = group_unmatched(new, set(matched))
    for person, courses in left.items():
        if len(courses) == 1 and len(right.get(person, ())) == 1:
            matched[courses[0]] = right[person][0]
    return matched


def group_unmatched(courses: pd.DataFrame, matched: set[str]) -> Mapping[Person, list[str]]:
    """Return the ids of the unmatched courses of each known person at each partner."""
    groups: dict[Person, list[str]] = defaultdict(list)
    rows = courses.dropna(subset=["person_key"])
    for course, person, partner in zip(
        rows["course_id"], rows["person_key"], rows["enterprise_id"], strict=True
    ):
        if course not in matched:
            groups[person, partner].append(course)
    return groups


def find_recoded(
    old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]
) -> list[Recoding]:
    """Return the courses that had ended in both exports and have other reasons in the later."""
    before, after = list_reasons(old["exits"]), list_reasons(new["exits"])
    partners = dict(zip(new["courses"]["course_id"], new["courses"]["enterprise_id"], strict=True))
    return [
        Recoding(now, str(partners[now]), before[then], after[now])
        for then, now in match_courses(old["courses"], new["courses"]).items()
        if then in before and now in after and before[then] != after[now]
    ]


def list_reasons(exits: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Return the reasons of each course, in order."""
    grouped = exits.groupby("course_id")["exit_reason"]
    return {str(course): tuple(sorted(reasons)) for course, reasons in grouped}
