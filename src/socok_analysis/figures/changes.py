"""What changed between two reports: definitions, rows of the exports, and each figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.formulas import find_formula, select_rows
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.figures.relations import count
from socok_analysis.intake.maps import choose, find_breaks, list_codes, list_names, list_reasons

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["new", "changed", "gone"]
KEYS = {"courses": "course_id", "jobs": "job_id", "enterprises": "enterprise_id"}
WATCHED = {
    "courses": ["started_on", "ended_on"],
    "jobs": ["started_on", "enterprise_id", "job_type", "channel"],
}
USED = {"exits": ("exit_reason", "exit_reasons"), "jobs": ("job_type", "job_types")}


@dataclass(frozen=True)
class DefinitionChange:
    """A rate whose definition is another in the later report. Blank `partner` is all of them."""

    definition: str
    label: str
    partner: str
    is_comparable: bool
    text: str


def list_definition_changes(old: Evidence, new: Evidence) -> list[DefinitionChange]:
    """Return the declared breaks, then the rates that count other reasons than before.

    The latter are those for which a reason was opened or closed between the evaluations.
    """
    definitions = new.maps.definitions
    changes = [
        DefinitionChange(each.definition, each.label, each.partner, False, each.reason)
        for each in find_breaks(definitions, old.year.year, new.year.year)
    ]
    for name in list_names(definitions):
        then, now = _list_valid(name, old), _list_valid(name, new)
        definition = choose(definitions, name, new.year.year)
        parts = {"tæller nu også": now - then, "tæller ikke længere": then - now}
        text = " og ".join(
            f"{words} ”{'” og ”'.join(sorted(labels))}”"
            for words, labels in parts.items()
            if labels
        )
        if text and definition:
            text = f"{text[0].upper()}{text[1:]}."
            changes.append(DefinitionChange(name, definition.label, "", True, text))
    return changes


def _list_valid(name: str, evidence: Evidence) -> set[str]:
    """Return the labels of the reasons a rate counts that are valid on the evaluation date."""
    reasons, year = list_exit_reasons(evidence.maps), evidence.year
    codes = list_reasons(evidence.maps.definitions, name, year.year, "", reasons)
    return {reasons[c].label for c in codes if reasons[c].is_valid(year.evaluation_date)}


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
    unmatched: list[Mapping[tuple[object, object], list[str]]] = []
    for courses in (old, new):
        groups: dict[tuple[object, object], list[str]] = defaultdict(list)
        rows = courses.dropna(subset=["person_key"])
        names = (rows[name] for name in ("course_id", "person_key", "enterprise_id"))
        for course, person, partner in zip(*names, strict=True):
            if course not in matched:
                groups[person, partner].append(course)
        unmatched.append(groups)
    left, right = unmatched
    for key, own in left.items():
        if len(own) == 1 and len(right.get(key, ())) == 1:
            matched[own[0]] = right[key][0]
    return matched


def find_recoded(
    old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]
) -> list[Recoding]:
    """Return the courses that had ended in both exports and have other reasons in the later."""
    before, after = (
        {
            str(course): tuple(sorted(reasons))
            for course, reasons in tables["exits"].groupby("course_id")["exit_reason"]
        }
        for tables in (old, new)
    )
    partners = dict(zip(new["courses"]["course_id"], new["courses"]["enterprise_id"], strict=True))
    return [
        Recoding(now, str(partners[now]), before[then], after[now])
        for then, now in match_courses(old["courses"], new["courses"]).items()
        if then in before and now in after and before[then] != after[now]
    ]


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
    """Return every line of the ledger between two exports: courses, exits, jobs and categories."""
    lists = (_list_courses, _list_recoded, _list_jobs, _list_categories)
    return [entry for each in lists for entry in each(old, new)]


def _list_courses(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield, for each partner, the courses that are new, have ended, were corrected, are gone."""
    before, after = old.tables["courses"], new.tables["courses"]
    matched = match_courses(before, after)
    added = after[~after["course_id"].isin(matched.values())]
    gone = before[~before["course_id"].isin(matched)]
    renamed = before.assign(course_id=before["course_id"].map(matched))
    pairs, differs = _pair_rows(renamed, after, "courses")
    has_ended = pairs["ended_on_old"].isna() & pairs["ended_on"].notna()
    found: list[tuple[pd.DataFrame, Kind, str]] = [
        (added, "new", "Nye forløb"),
        (pairs[has_ended], "changed", "Afsluttet siden sidst"),
        (pairs[~has_ended & differs], "changed", "Rettede datoer"),
        (gone, "gone", "Ikke længere i udtrækket"),
    ]
    for rows, kind, detail in found:
        for partner, own in rows.groupby("enterprise_id", sort=True):
            yield Entry(
                "Forløb", kind, new.name(str(partner)), detail, len(own), _list_numbers(own)
            )


def _pair_rows(old: pd.DataFrame, new: pd.DataFrame, table: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return the later rows beside the earlier ones of the same thing, and which pairs differ.

    Earlier columns are suffixed `_old`; missing is equal to missing.
    """
    key, watched = KEYS[table], WATCHED[table]
    pairs = new.merge(old.dropna(subset=[key]), on=key, suffixes=("", "_old"))
    now, then = (
        pairs[[f"{name}{suffix}" for name in watched]].astype("string").fillna("")
        for suffix in ("", "_old")
    )
    return pairs, (now != then.set_axis(watched, axis=1)).any(axis=1)


def _list_numbers(rows: pd.DataFrame) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in rows["source_row"]))


def _list_recoded(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield, for each partner, which exit reasons of ended courses became which others."""
    changed = find_recoded(old.tables, new.tables)
    labels = {code: entry.label for code, entry in list_exit_reasons(new.maps).items()}
    courses = new.tables["courses"]
    for key in sorted({(c.partner, c.before, c.after) for c in changed}):
        own = [c.course_id for c in changed if (c.partner, c.before, c.after) == key]
        then, now = (" og ".join(labels[code] for code in codes) for codes in key[1:])
        rows = _list_numbers(courses[courses["course_id"].isin(own)])
        yield Entry("Afgang", "changed", new.name(key[0]), f"{then} → {now}", len(own), rows)


def _list_jobs(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield the jobs that are new, corrected or gone."""
    before, after = old.tables["jobs"], new.tables["jobs"]
    pairs, differs = _pair_rows(before, after, "jobs")
    found: list[tuple[pd.DataFrame, Kind, str]] = [
        (after[~after["job_id"].isin(before["job_id"])], "new", "Nye ansættelser"),
        (pairs[differs], "changed", "Rettede ansættelser"),
        (before[~before["job_id"].isin(after["job_id"])], "gone", "Ikke længere i udtrækket"),
    ]
    for rows, kind, detail in found:
        if len(rows):
            yield Entry("Ansættelse", kind, "Alle", detail, len(rows), _list_numbers(rows))


def _list_categories(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield the exit reasons and job types that came into use or went out of it."""
    for table, (column, codes) in USED.items():
        labels = {code: entry.label for code, entry in list_codes(new.maps.codes[codes]).items()}
        then, now = (set(e.tables[table][column].dropna()) for e in (old, new))
        for code in sorted(now - then):
            yield Entry("Kategori", "new", "Alle", labels[code], 1)
        for code in sorted(then - now):
            yield Entry("Kategori", "gone", "Alle", labels.get(code, code), 1)


@dataclass(frozen=True)
class Revision:
    """One figure in two reports: what part of its change is new cases, what part recoding.

    A case is new where it was not among those the earlier figure was about. The parts add up:
    after - before = new - gone + recoded; they are None where it is not a count since the start.
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
        then, now = (
            f.value if isinstance(f.value, float) and f.numerator is None else count(f)
            for f in (self.before, self.after)
        )
        return None if then is None or now is None else now - then


def list_revisions(
    old: Evidence, new: Evidence, is_wanted: Callable[[str], bool] = lambda _: True
) -> list[Revision]:
    """Return the wanted figures that both reports have, in the order of the later one."""
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    broken = set(list_broken(old, new))
    revisions = []
    for name, after in new.figures.items():
        before = old.figures.get(name)
        if before is None or not is_wanted(name):
            continue
        is_same = before.period_start == after.period_start and before.period_start is not None
        is_counted = is_same and before.value is not None and after.value is not None
        parts = _split_change(name, old, new, matched) if is_counted else None
        added, recoded, gone = parts or (None, None, None)
        revisions.append(Revision(before, after, added, recoded, gone, name in broken))
    return revisions


def list_broken(old: Evidence, new: Evidence) -> Iterator[str]:
    """Yield the names of the figures whose definition is not that of the earlier report."""
    breaks = find_breaks(new.maps.definitions, old.year.year, new.year.year)
    for name in new.figures:
        parts = name.split(".")
        if parts[0] == "outcomes" and any(
            b.definition == parts[-1] and b.partner in ("", parts[1]) for b in breaks
        ):
            yield name


def _split_change(
    name: str, old: Evidence, new: Evidence, matched: Mapping[str, str]
) -> tuple[int, int, int] | None:
    """Return (new, recoded, gone) of a figure's change; None where its rows have no key."""
    before, after = find_formula(name, old), find_formula(name, new)
    if not before or not after or after.table not in KEYS:
        return None
    if any(condition.is_not and condition.value == "day" for condition in after.base):
        return None  # what runs on a day is no count since the start
    key = KEYS[after.table]
    then, now = select_rows(before, old), select_rows(after, new)
    was, known = ({matched.get(i, i) for i in rows[key]} for rows in (then.counted, then.base))
    is_now = set(now.counted[key])
    still = set((now.base if after.counted else new.tables[after.table])[key])
    added, gone = is_now - known, was - still
    recoded = len((is_now & known) - was) - len((was & still) - is_now)
    return len(added), recoded, len(gone)
