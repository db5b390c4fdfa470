"""What is new, changed and gone between two exports: courses, exits, jobs and categories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.matching import find_recoded, match_courses
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.intake.maps import list_codes

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["new", "changed", "gone"]
WATCHED = {
    "courses": ("started_on", "ended_on"),
    "jobs": ("started_on", "enterprise_id", "job_type", "channel"),
}
USED = {"exits": ("exit_reason", "exit_reasons"), "jobs": ("job_type", "job_types")}


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `rows` are those of the later export, of the earlier one for gone."""

    what: str
    kind: Kind
    where: str
    detail: str
    count: int
    rows: tuple[int, ...] = ()


def list_entries(old: Evidence, new: Evidence) -> list[Entry]:
    """Return every line of the ledger between two years' exports."""
    return [
        *list_courses(old, new),
        *list_recoded(old, new),
        *list_jobs(old, new),
        *list_categories(old, new),
    ]


def list_courses(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield, for each partner, the courses that are new, have ended, were corrected, are gone."""
    before, after = old.tables["courses"], new.tables["courses"]
    matched = match_courses(before, after)
    added = after[~after["course_id"].isin(matched.values())]
    gone = before[~before["course_id"].isin(matched)]
    pairs = pair_rows(before.assign(course_id=before["course_id"].map(matched)), after, "course_id")
    is_open = pairs["ended_on_old"].isna() & pairs["ended_on"].notna()
    for rows, kind, detail in (
        (added, "new", "Nye forløb"),
        (pairs[is_open], "changed", "Afsluttet siden sidst"),
        (pairs[~is_open & differ(pairs, WATCHED["courses"])], "changed", "Rettede datoer"),
        (gone, "gone", "Ikke længere i udtrækket"),
    ):
        yield from group_entries("Forløb", kind, detail, rows, new)  # type: ignore[arg-type]


def pair_rows(old: pd.DataFrame, new: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return the later rows beside the earlier ones of the same thing, those suffixed `_old`."""
    return new.merge(old.dropna(subset=[key]), on=key, suffixes=("", "_old"))


def differ(pairs: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Return which pairs differ in any of the columns; missing is equal to missing."""
    import pandas as pd

    mask = pd.Series(False, index=pairs.index)
    for name in columns:
        mask |= pairs[name].astype("string").fillna("") != (
            pairs[f"{name}_old"].astype("string").fillna("")
        )
    return mask


def group_entries(
    what: str, kind: Kind, detail: str, rows: pd.DataFrame, evidence: Evidence
) -> Iterator[Entry]:
    """Yield one entry for each enterprise that has any of the rows."""
    for enterprise in sorted(rows["enterprise_id"].unique()):
        own = rows[rows["enterprise_id"] == enterprise]
        numbers = tuple(sorted(int(number) for number in own["source_row"]))
        yield Entry(what, kind, evidence.name(enterprise), detail, len(own), numbers)


def list_recoded(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield, for each partner, which exit reasons of ended courses became which others."""
    changed = find_recoded(old.tables, new.tables)
    labels = {code: entry.label for code, entry in list_exit_reasons(new.maps).items()}
    courses = new.tables["courses"].set_index("course_id")["source_row"]
    for key in sorted({(c.partner, c.before, c.after) for c in changed}):
        own = [c for c in changed if (c.partner, c.before, c.after) == key]
        then, now = (" og ".join(labels[code] for code in codes) for codes in key[1:])
        rows = tuple(sorted(int(courses[c.course_id]) for c in own))
        name = new.name(key[0])
        yield Entry("Afgang", "changed", name, f"{then} → {now}", len(own), rows)


def list_jobs(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield the jobs that are new, corrected or gone."""
    before, after = old.tables["jobs"], new.tables["jobs"]
    pairs = pair_rows(before, after, "job_id")
    for rows, kind, detail in (
        (after[~after["job_id"].isin(before["job_id"])], "new", "Nye ansættelser"),
        (pairs[differ(pairs, WATCHED["jobs"])], "changed", "Rettede ansættelser"),
        (before[~before["job_id"].isin(after["job_id"])], "gone", "Ikke længere i udtrækket"),
    ):
        if len(rows):
            numbers = tuple(sorted(int(number) for number in rows["source_row"]))
            yield Entry("Ansættelse", kind, "Alle", detail, len(rows), numbers)  # type: ignore[arg-type]


def list_categories(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield the exit reasons and job types that came into use or went out of it."""
    for table, (column, codes) in USED.items():
        labels = {code: entry.label for code, entry in list_codes(new.maps.codes[codes]).items()}
        then, now = (set(e.tables[table][column].dropna()) for e in (old, new))
        for code in sorted(now - then):
            yield Entry("Kategori", "new", "Alle", labels[code], 1)
        for code in sorted(then - now):
            yield Entry("Kategori", "gone", "Alle", labels.get(code, code), 1)
