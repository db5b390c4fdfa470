"""Each figure's change between two reports: what part is new cases, what part recoding.

A case is new where it was not among those the earlier figure was about. The parts add up:
after - before = new - gone + recoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.formulas import find_formula, select_rows
from socok_analysis.figures.matching import match_courses
from socok_analysis.figures.relations import count
from socok_analysis.intake.maps import find_breaks

if TYPE_CHECKING:
    import pandas as pd

KEYS = {"courses": "course_id", "jobs": "job_id", "enterprises": "enterprise_id"}


@dataclass(frozen=True)
class Revision:
    """One figure in two reports. The parts are None where it is not a count since the start.

    `is_broken`: its definition has changed, so that the two cannot be compared.
    """

    before: Figure
    after: Figure
    new: int | None
    recoded: int | None
    gone: int | None
    is_broken: bool

    @property
    def change(self) -> float | None:
        """The change of the value, or of a rate's numerator; None where either is not known."""
        then, now = measure(self.before), measure(self.after)
        return None if then is None or now is None else now - then


def measure(figure: Figure) -> float | None:
    """Return the number a change is measured on: a rate's numerator, else the value."""
    return (
        figure.value
        if isinstance(figure.value, float) and figure.numerator is None
        else (count(figure))
    )


def list_revisions(
    old: Evidence, new: Evidence, is_wanted: Callable[[str], bool] = lambda _: True
) -> list[Revision]:
    """Return the wanted figures that both reports have, in the order of the later one."""
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    broken = set(list_broken(old, new))
    return [
        revise(name, old, new, matched, name in broken)
        for name in new.figures
        if name in old.figures and is_wanted(name)
    ]


def list_broken(old: Evidence, new: Evidence) -> Iterator[str]:
    """Yield the names of the figures whose definition is not that of the earlier report."""
    breaks = find_breaks(new.maps.definitions, old.year.year, new.year.year)
    for name in new.figures:
        parts = name.split(".")
        if parts[0] == "outcomes" and any(
            b.definition == parts[-1] and b.partner in ("", parts[1]) for b in breaks
        ):
            yield name


def revise(
    name: str, old: Evidence, new: Evidence, matched: Mapping[str, str], is_broken: bool
) -> Revision:
    """Return one figure's change; the parts only for what is counted since the start."""
    before, after = old.figures[name], new.figures[name]
    parts = split_change(name, old, new, matched) if is_since_start(before, after) else None
    added, recoded, gone = parts or (None, None, None)
    return Revision(before, after, added, recoded, gone, is_broken)


def is_since_start(before: Figure, after: Figure) -> bool:
    """Tell whether a figure counts the same, from the same day, in both reports."""
    is_same = before.period_start == after.period_start and before.period_start is not None
    return before.value is not None and after.value is not None and is_same


def split_change(
    name: str, old: Evidence, new: Evidence, matched: Mapping[str, str]
) -> tuple[int, int, int] | None:
    """Return (new, recoded, gone) of a figure's change; None where its rows have no key."""
    formulas = [find_formula(name, evidence) for evidence in (old, new)]
    if not formulas[0] or not formulas[1] or formulas[1].table not in KEYS:
        return None
    if any(condition.is_not and condition.value == "day" for condition in formulas[1].base):
        return None  # what runs on a day is no count since the start
    key = KEYS[formulas[1].table]
    then, now = select_rows(formulas[0], old), select_rows(formulas[1], new)
    was, is_now = list_ids(then.counted, key, matched), list_ids(now.counted, key)
    known = list_ids(then.base, key, matched)
    remaining = now.base if formulas[1].counted else new.tables[formulas[1].table]
    still = list_ids(remaining, key)
    added, gone = is_now - known, was - still
    recoded = len((is_now & known) - was) - len((was & still) - is_now)
    return len(added), recoded, len(gone)


def list_ids(rows: pd.DataFrame, key: str, matched: Mapping[str, str] | None = None) -> set[str]:
    """Return the ids of rows, those of an earlier export as the later one has them."""
    return {(matched or {}).get(text, text) for text in rows[key]}
