"""Where a number comes from, and what changed between two reports: definitions, rows, figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from socok_analysis.core.danish import format_day
from socok_analysis.core.manifest import describe_library, read_manifest
from socok_analysis.figures.evidence import Evidence, find_partner, select_rows
from socok_analysis.figures.figure import Figure, pick
from socok_analysis.figures.measure import name_sources
from socok_analysis.figures.rows import (
    COUNTS,
    DATES,
    EVER,
    KNOWN,
    MOVED,
    OF_COLUMNS,
    OF_FIGURES,
    REASON,
    YES,
    Condition,
    FigureRow,
    find_pattern,
    find_row,
    is_date,
    list_choices,
    list_columns,
    match_names,
)
from socok_analysis.intake.maps import choose, find_breaks, list_codes, list_names

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["new", "changed", "gone"]
KEYS = {"courses": "course_id", "jobs": "job_id", EVER: "job_id", "enterprises": "enterprise_id"}
WATCHED = {
    "courses": ["started_on", "ended_on"],
    "jobs": ["started_on", "enterprise_id", "job_type", "channel"],
}
DETAILS = {
    "courses": ("Nye forløb", "Rettede datoer"),
    "jobs": ("Nye ansættelser", "Rettede ansættelser"),
}
USED = {"exits": ("exit_reason", "exit_reasons"), "jobs": ("job_type", "job_types")}
MAPS = "data/raw/maps/"
THINGS = {
    "courses": "forløb",
    "exits": "afgangsårsager",
    "jobs": "ansættelser",
    EVER: "ansættelser i dette og tidligere udtræk",
    "enterprises": "virksomheder og initiativer",
    "agreements": "samarbejdsaftaler",
    "waiting_list": "rækker på ventelisten",
    "meetings": "netværksmøder",
    "grants": "bevillinger",
    "attendance": "ugers fremmøde",
    "progression": "personer med mindst to målinger",
    "facts": "nøgleoplysninger",
}
WORDS = {"=": "er", "<=": "senest", ">=": "tidligst", ">": "efter", "<": "før"}
UNITS = {"months": "måneder", "weeks": "uger", "days": "dage"}
HOLES = {"{month}": "månedens sidste dag", "{p}": "den nævnte", "{code}": "den nævnte"}


@dataclass(frozen=True)
class Origin:
    """One sheet behind a figure: its file's SHA-256, its rows, and which of them count.

    `of` are the rows the figure is about, `counted` those of them that count.
    """

    file: str
    sheet: str
    sha256: str
    rows: int
    of: tuple[int, ...]
    counted: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """Everything that leads from a figure back to the exports.

    `formula` is its row in words; `reasons` the labels of the exit reasons it counts; `parents`
    the figures it is worked out of.
    """

    figure: Figure
    formula: str
    reasons: tuple[str, ...]
    parents: tuple[str, ...]
    origins: tuple[Origin, ...]
    maps: Mapping[str, str]
    library: Mapping[str, str]


def trace_figure(name: str, evidence: Evidence) -> Trace:
    """Return the way back from a figure; raise UsageError with the nearest name for a wrong one."""
    figure = pick(evidence.figures, name)
    row = find_row(name, evidence.rows)
    inputs = read_manifest(evidence.year.processed_dir).get("inputs")
    found = inputs.get("files") if isinstance(inputs, dict) else None
    files: Mapping[str, str] = found if isinstance(found, dict) else {}
    kinds = [
        kind
        for kind, table in evidence.tables.items()
        if kind != "exits" and len(table) and name_sources(table) in figure.sources
    ]
    rates = [c.value for c in row.counted if c.comparison == "has"] if row else []
    partner = find_partner(row) if row else ""
    reasons = dict.fromkeys(code for rate in rates for code in evidence.counted_by(rate, partner))
    return Trace(
        figure,
        word_row(row, evidence) if row else figure.definition,
        tuple(evidence.reasons[code].label for code in reasons),
        tuple(list_parents(row, evidence)) if row else (),
        tuple(o for kind in kinds for o in _make_origins(kind, row, evidence, files)),
        _choose_maps(kinds, files),
        describe_library(),
    )


def list_parents(row: FigureRow, evidence: Evidence) -> list[str]:
    """Return the names of the figures one is worked out of."""
    terms = row.takes if row.verb in OF_FIGURES else ()
    return [name for term in terms for name in match_names(term, evidence.figures)]


def _make_origins(
    kind: str, row: FigureRow | None, evidence: Evidence, files: Mapping[str, str]
) -> Iterator[Origin]:
    """Yield the sheets of one table a figure comes from, with its rows where it counts them."""
    table, of, counted = evidence.tables[kind], None, None
    if row and row.table.replace("exits", "courses").replace(EVER, "jobs") == kind:
        selection = select_rows(row, evidence)
        of, counted = selection.of, selection.counted
    places = table[["source_file", "source_sheet"]].drop_duplicates().fillna("")
    for file, sheet in places.itertuples(index=False):
        numbers, own, those = (_number_rows(rows, file, sheet) for rows in (table, of, counted))
        sha256 = files.get(f"data/raw/{evidence.year.year}/{file}", "")
        yield Origin(file, sheet, sha256, len(numbers), own, those)


def _number_rows(rows: pd.DataFrame | None, file: str, sheet: str) -> tuple[int, ...]:
    """Return the row numbers Excel shows in a sheet; a course may stand in several rows."""
    if rows is None:
        return ()
    rows = rows[(rows["source_file"] == file) & (rows["source_sheet"].fillna("") == sheet)]
    column = "source_rows" if "source_rows" in rows else "source_row"
    return tuple(sorted({int(n) for text in rows[column] for n in str(text).split(";")}))


def _choose_maps(kinds: Sequence[str], files: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of the lists that say what figures are, and the kinds' header maps."""
    names = ("figures.csv", "definitions.csv", *(f"{kind}.csv" for kind in kinds), "codes/")
    paths = tuple(f"{MAPS}{name}" for name in names)
    return {path: digest for path, digest in files.items() if path.startswith(paths)}


def word_row(row: FigureRow, evidence: Evidence) -> str:
    """Return in Danish how a figure is counted or worked out; its definition where no row says it.

    A row whose holes are not filled is worded for all its figures.
    """
    if row.verb in OF_FIGURES:
        told = OF_FIGURES[row.verb]
        terms = [own.label for term in row.takes if (own := find_pattern(term, evidence.rows))]
        return f"{told[0].upper()}{told[1:]}: {_join(terms)}."
    if not row.table:
        return row.definition
    thing, columns = THINGS[row.table], list_columns(row.table)
    where, which = (
        [_word_condition(condition, row, evidence) for condition in conditions]
        for conditions in (row.of, row.counted)
    )
    of = f"{thing}, hvor {_join(where)}" if where else thing
    if row.verb in OF_COLUMNS and row.verb != "change":
        told = OF_COLUMNS[row.verb]
        taken = " til ".join(columns[name] for name in row.takes)
        return f"{told[0].upper()}{told[1:]} af {taken} for {of}."
    if row.verb in ("share", "change"):
        head = "Ændring i andelen" if row.verb == "change" else "Andel"
        return f"{head} med {_join(which)}, af {of}."
    both = [*where, *which]
    return f"Antal {thing}, hvor {_join(both)}." if both else f"Antal {thing}."


def _word_condition(condition: Condition, row: FigureRow, evidence: Evidence) -> str:
    """Return one condition in words."""
    value, negated = condition.value, "ikke " if condition.is_not else ""
    if condition.column == REASON:
        if condition.comparison == "has":
            year, rates = evidence.year.year, evidence.maps.definitions
            chosen = choose(rates, value, year, find_partner(row))
            told = f"”{chosen.label}”" if chosen else value
            return f"{negated}mindst én afgangsårsag, der tæller som {told}"
        reason = evidence.reasons.get(value)
        return f"{negated}afgangsårsagen {f'”{reason.label}”' if reason else HOLES[value]}"
    subject = f"{list_columns(row.table)[condition.column]} {negated}".strip()
    if condition.comparison == KNOWN:
        return f"{subject} er oplyst"
    return f"{subject} {WORDS[condition.comparison]} {_word_value(condition, row, evidence)}"


def _word_value(condition: Condition, row: FigureRow, evidence: Evidence) -> str:
    """Return the words for a condition's value: a date, a moved one, a name, a code's label."""
    value = condition.value
    if moved := MOVED.fullmatch(value):
        columns = list_columns(row.table)
        base = DATES.get(moved["base"]) or columns.get(moved["base"], moved["base"])
        size = columns.get(moved["size"], moved["size"])
        when = "efter" if moved["sign"] == "+" else "før"
        return f"{size} {UNITS[moved['unit']]} {when} {base}"
    if value in evidence.dates:
        day = evidence.dates[value]
        return format_day(day) if day and not row.holes else DATES[value]
    if value in HOLES or value == YES:
        return HOLES.get(value, value)
    if is_date(value) or value[:4].isdigit():
        day = evidence.read_day(value)
        return format_day(day) if day else value
    if value in list_columns(row.table):
        return list_columns(row.table)[value]
    if condition.column == "enterprise_id":
        return evidence.name(value)
    choices = list_choices(row.table, condition.column)
    codes = list_codes(evidence.maps.codes[choices]) if choices else {}
    return f"”{codes[value].label if value in codes else value}”"


def _join(texts: Sequence[str]) -> str:
    """Return texts as "a, b og c"."""
    *most, last = texts or [""]
    return f"{', '.join(most)} og {last}" if most else last


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
    valid = [evidence.reasons[code] for code in evidence.counted_by(name, "")]
    return {each.label for each in valid if each.is_valid(evidence.year.evaluation_date)}


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
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    ids = old.tables["courses"]["course_id"]
    renamed = old.tables["courses"].assign(course_id=[matched.get(each, each) for each in ids])
    courses = _list_rows("courses", renamed, new.tables["courses"])
    entries = [
        Entry("Forløb", kind, new.name(str(partner)), detail, len(own), _number(own))
        for kind, detail, rows in courses
        for partner, own in rows.groupby("enterprise_id", sort=True)
    ]
    jobs = _list_rows("jobs", old.tables["jobs"], new.tables["jobs"])
    found = [
        Entry("Ansættelse", kind, "Alle", detail, len(rows), _number(rows))
        for kind, detail, rows in jobs
        if len(rows)
    ]
    return [*entries, *_list_recoded(old, new), *found, *_list_categories(old, new)]


def _list_rows(
    table: str, old: pd.DataFrame, new: pd.DataFrame
) -> Iterator[tuple[Kind, str, pd.DataFrame]]:
    """Yield (kind, detail, rows) of what is new, has ended, was corrected and is gone."""
    key, watched = KEYS[table], WATCHED[table]
    pairs = new.merge(old.dropna(subset=[key]), on=key, suffixes=("", "_old"))
    now, then = (
        pairs[[f"{name}{suffix}" for name in watched]].astype("string").fillna("")
        for suffix in ("", "_old")
    )
    differs = (now != then.set_axis(watched, axis=1)).any(axis=1)
    has_ended = pairs["ended_on_old"].isna() & pairs["ended_on"].notna() & (table == "courses")
    words = DETAILS[table]
    yield "new", words[0], new[~new[key].isin(old[key])]
    yield "changed", "Afsluttet siden sidst", pairs[has_ended]
    yield "changed", words[1], pairs[~has_ended & differs]
    yield "gone", "Ikke længere i udtrækket", old[~old[key].isin(new[key])]


def _number(rows: pd.DataFrame) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in rows["source_row"]))


def _list_recoded(old: Evidence, new: Evidence) -> Iterator[Entry]:
    """Yield, for each partner, which exit reasons of ended courses became which others."""
    changed = find_recoded(old.tables, new.tables)
    labels = {code: entry.label for code, entry in new.reasons.items()}
    courses = new.tables["courses"]
    for key in sorted({(c.partner, c.before, c.after) for c in changed}):
        own = [c.course_id for c in changed if (c.partner, c.before, c.after) == key]
        then, now = (" og ".join(labels[code] for code in codes) for codes in key[1:])
        rows = _number(courses[courses["course_id"].isin(own)])
        yield Entry("Afgang", "changed", new.name(key[0]), f"{then} → {now}", len(own), rows)


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
            f.numerator if f.numerator is not None else f.value for f in (self.before, self.after)
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
    before, after = find_row(name, old.rows), find_row(name, new.rows)
    key = KEYS.get(after.table) if after else None
    if not before or not after or not key or after.verb not in COUNTS:
        return None
    if any(condition.is_not and condition.value == "day" for condition in after.of):
        return None  # what runs on a day is no count since the start
    then, now = select_rows(before, old), select_rows(after, new)
    was, known = ({matched.get(i, i) for i in rows[key]} for rows in (then.counted, then.of))
    is_now = set(now.counted[key])
    still = set((now.of if after.counted else new.table(after.table))[key])
    added, gone = is_now - known, was - still
    recoded = len((is_now & known) - was) - len((was & still) - is_now)
    return len(added), recoded, len(gone)
