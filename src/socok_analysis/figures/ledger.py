"""Where a number comes from, and what changed between two reports: definitions, rows, figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from socok_analysis.core.danish import format_day
from socok_analysis.core.folders import describe_library, read_manifest
from socok_analysis.figures import rows as stated
from socok_analysis.figures.evidence import Evidence, find_partner, select_rows
from socok_analysis.figures.figure import Figure, pick
from socok_analysis.figures.measure import name_sources
from socok_analysis.intake.maps import choose, find_breaks, list_codes, list_names

Kind = Literal["new", "changed", "gone"]
KEYS = {
    "courses": "course_id",
    "jobs": "job_id",
    stated.EVER: "job_id",
    "enterprises": "enterprise_id",
}
# What the ledger calls a table's rows, new ones and corrected ones; what it holds against before.
COMPARED = {
    "courses": ("Forløb", "Nye forløb", "Rettede datoer", ["started_on", "ended_on"]),
    "jobs": (
        *("Ansættelse", "Nye ansættelser", "Rettede ansættelser"),
        ["started_on", "enterprise_id", "job_type", "channel"],
    ),
}
MAPS = "data/raw/maps/"
THINGS = {
    "courses": "forløb",
    "exits": "afgangsårsager",
    "jobs": "ansættelser",
    stated.EVER: "ansættelser i dette og tidligere udtræk",
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
    figure, row = pick(evidence.figures, name), stated.find_row(name, evidence.rows)
    assert row, f"{name} has no row in figures.csv"
    files = read_manifest(evidence.year.processed_dir).get("inputs", {}).get("files", {})
    tables = {kind: table for kind, table in evidence.tables.items() if kind != "exits"}
    kinds = [k for k, rows in tables.items() if len(rows) and name_sources(rows) in figure.sources]
    rates, partner = (c.value for c in row.counted if c.comparison == "has"), find_partner(row)
    reasons = dict.fromkeys(code for rate in rates for code in evidence.counted_by(rate, partner))
    terms = row.takes if row.verb in stated.OF_FIGURES else ()
    lists = ("figures.csv", "definitions.csv", *(f"{kind}.csv" for kind in kinds), "codes/")
    paths = tuple(MAPS + each for each in lists)
    return Trace(
        figure,
        word_row(row, evidence),
        tuple(evidence.reasons[code].label for code in reasons),
        tuple(name for term in terms for name in stated.match_names(term, evidence.figures)),
        tuple(origin for kind in kinds for origin in _make_origins(kind, row, evidence, files)),
        {path: digest for path, digest in files.items() if path.startswith(paths)},
        describe_library(),
    )


def _make_origins(
    kind: str, row: stated.FigureRow, evidence: Evidence, files: Mapping[str, str]
) -> Iterator[Origin]:
    """Yield the sheets of one table a figure comes from, with its rows where it counts them."""
    table = evidence.tables[kind]
    of, counted = table[:0], table[:0]
    if row.table.replace("exits", "courses").replace(stated.EVER, "jobs") == kind:
        of, counted = select_rows(row, evidence)
    places = table[["source_file", "source_sheet"]].drop_duplicates().fillna("")
    for file, sheet in places.itertuples(index=False):
        numbers, own, those = (_number_rows(rows, file, sheet) for rows in (table, of, counted))
        sha256 = files.get(f"data/raw/{evidence.year.year}/{file}", "")
        yield Origin(file, sheet, sha256, len(numbers), own, those)


def _number_rows(rows: pd.DataFrame, file: str, sheet: str) -> tuple[int, ...]:
    """Return the row numbers Excel shows in a sheet; a course may stand in several rows."""
    rows = rows[(rows["source_file"] == file) & (rows["source_sheet"].fillna("") == sheet)]
    column = "source_rows" if "source_rows" in rows else "source_row"
    return tuple(sorted({int(n) for text in rows[column] for n in str(text).split(";")}))


def word_row(row: stated.FigureRow, evidence: Evidence) -> str:
    """Return in Danish how a figure is counted or worked out; its definition where no row says it.

    A row whose holes are not filled is worded for all its figures.
    """
    if row.verb in stated.OF_FIGURES:
        terms = [
            own.label for term in row.takes if (own := stated.find_pattern(term, evidence.rows))
        ]
        return f"{_begin(stated.OF_FIGURES[row.verb])}: {_join(terms)}."
    if not row.table:
        return row.definition
    thing, columns = THINGS[row.table], stated.list_columns(row.table)
    where, which = (
        [_word_condition(condition, row, evidence) for condition in conditions]
        for conditions in (row.of, row.counted)
    )
    of = f"{thing}, hvor {_join(where)}" if where else thing
    if row.verb in ("share", "change"):
        head = "Ændring i andelen" if row.verb == "change" else "Andel"
        return f"{head} med {_join(which)}, af {of}."
    if row.verb in stated.OF_COLUMNS:
        taken = " til ".join(columns[name] for name in row.takes)
        return f"{_begin(stated.OF_COLUMNS[row.verb])} af {taken} for {of}."
    both = [*where, *which]
    return f"Antal {thing}, hvor {_join(both)}." if both else f"Antal {thing}."


def _word_condition(condition: stated.Condition, row: stated.FigureRow, evidence: Evidence) -> str:
    """Return one condition in words."""
    value, negated = condition.value, "ikke " if condition.is_not else ""
    if condition.comparison == "has":
        rates = evidence.maps.definitions
        chosen = choose(rates, value, evidence.year.year, find_partner(row))
        told = f"”{chosen.label}”" if chosen else value
        return f"{negated}mindst én afgangsårsag, der tæller som {told}"
    if condition.column == stated.REASON:
        reason = evidence.reasons.get(value)
        return f"{negated}afgangsårsagen {f'”{reason.label}”' if reason else HOLES[value]}"
    subject = f"{stated.list_columns(row.table)[condition.column]} {negated}".strip()
    if condition.comparison == stated.KNOWN:
        return f"{subject} er oplyst"
    return f"{subject} {WORDS[condition.comparison]} {_word_value(condition, row, evidence)}"


def _word_value(condition: stated.Condition, row: stated.FigureRow, evidence: Evidence) -> str:
    """Return the words for a condition's value: a date, a moved one, a name, a code's label."""
    value, columns = condition.value, stated.list_columns(row.table)
    if moved := stated.MOVED.fullmatch(value):
        base = stated.DATES.get(moved["base"]) or columns.get(moved["base"], moved["base"])
        size = columns.get(moved["size"], moved["size"])
        when = "efter" if moved["sign"] == "+" else "før"
        return f"{size} {UNITS[moved['unit']]} {when} {base}"
    if value in HOLES or value == stated.YES:
        return HOLES.get(value, value)
    if value in stated.DATES or stated.is_date(value) or value[:4].isdigit():
        day = evidence.read_day(value)
        known = format_day(day) if day else stated.DATES.get(value, value)
        return stated.DATES[value] if value in stated.DATES and row.holes else known
    if value in columns:
        return columns[value]
    if condition.column == "enterprise_id":
        return evidence.name(value)
    choices = stated.list_choices(row.table, condition.column)
    codes = list_codes(evidence.maps.codes[choices]) if choices else {}
    return f"”{codes[value].label if value in codes else value}”"


def _begin(text: str) -> str:
    return text[0].upper() + text[1:]


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
        then, now = (
            {
                report.reasons[code].label
                for code in report.counted_by(name, "")
                if report.reasons[code].is_valid(report.year.evaluation_date)
            }
            for report in (old, new)
        )
        text = " og ".join(
            f"{words} ”{'” og ”'.join(sorted(labels))}”"
            for words, labels in (
                ("tæller nu også", now - then),
                ("tæller ikke længere", then - now),
            )
            if labels
        )
        chosen = choose(definitions, name, new.year.year)
        if text and chosen:
            changes.append(DefinitionChange(name, chosen.label, "", True, f"{_begin(text)}."))
    return changes


def match_courses(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """Return the later id of each earlier course that is still there.

    A course whose start was corrected has another id: where a person has just one unmatched
    course at a partner in either export, the two are the same.
    """
    person = ["person_key", "enterprise_id"]
    gone, come = (
        rows[~rows["course_id"].isin(others["course_id"])]
        .dropna(subset=["person_key"])
        .drop_duplicates(person, keep=False)
        for rows, others in ((old, new), (new, old))
    )
    moved = gone.merge(come, on=person, suffixes=("_old", "_new"))
    stayed = old.loc[old["course_id"].isin(new["course_id"]), "course_id"]
    return dict(zip(stayed, stayed, strict=True)) | dict(
        zip(moved["course_id_old"], moved["course_id_new"], strict=True)
    )


def find_recoded(old: Evidence, new: Evidence) -> pd.DataFrame:
    """Return the later rows of courses that had ended in both exports, with other reasons now.

    `move` is their reasons before and after, in words.
    """
    exits = (each.tables["exits"].groupby("course_id")["exit_reason"] for each in (old, new))
    then, now = ({str(course): tuple(sorted(own)) for course, own in group} for group in exits)
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    before = {matched[course]: codes for course, codes in then.items() if course in matched}
    changed = [course for course, codes in before.items() if codes != now.get(course, codes)]
    courses, labels = new.tables["courses"], {c: each.label for c, each in new.reasons.items()}
    rows = courses[courses["course_id"].isin(changed)]
    both = [(before[course], now[course]) for course in map(str, rows["course_id"])]
    words = [[" og ".join(labels[code] for code in codes) for codes in pair] for pair in both]
    moves = [" → ".join(pair) for pair in words]
    return rows.assign(move=moves)


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
    """Return every line of the ledger between two exports: courses, exits and jobs."""
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    ids = old.tables["courses"]["course_id"]
    renamed = old.tables["courses"].assign(course_id=[matched.get(each, each) for each in ids])
    courses = [
        _enter("courses", kind, new.name(partner), detail, own)
        for kind, detail, rows in _compare_rows("courses", renamed, new.tables["courses"])
        for partner, own in rows.groupby("enterprise_id")
    ]
    exits = [
        Entry("Afgang", "changed", new.name(partner), str(move), len(rows), _number(rows))
        for (partner, move), rows in find_recoded(old, new).groupby(["enterprise_id", "move"])
    ]
    jobs = [
        _enter("jobs", kind, "Alle", detail, rows)
        for kind, detail, rows in _compare_rows("jobs", old.tables["jobs"], new.tables["jobs"])
        if len(rows)
    ]
    return [*courses, *exits, *jobs]


def _enter(table: str, kind: Kind, where: str, detail: str, rows: pd.DataFrame) -> Entry:
    return Entry(COMPARED[table][0], kind, where, detail, len(rows), _number(rows))


def _number(rows: pd.DataFrame) -> tuple[int, ...]:
    return tuple(sorted(int(number) for number in rows["source_row"]))


def _compare_rows(
    table: str, old: pd.DataFrame, new: pd.DataFrame
) -> Iterator[tuple[Kind, str, pd.DataFrame]]:
    """Yield (kind, detail, rows) of what is new, has ended, was corrected and is gone."""
    key, (_, added, corrected, watched) = KEYS[table], COMPARED[table]
    pairs = new.merge(old.dropna(subset=[key]), on=key, suffixes=("", "_old"))
    now, then = (
        pairs[[f"{name}{suffix}" for name in watched]].astype("string").fillna("")
        for suffix in ("", "_old")
    )
    differs = (now != then.set_axis(watched, axis=1)).any(axis=1)
    has_ended = pairs["ended_on_old"].isna() & pairs["ended_on"].notna() & (table == "courses")
    yield "new", added, new[~new[key].isin(old[key])]
    yield "changed", "Afsluttet siden sidst", pairs[has_ended]
    yield "changed", corrected, pairs[~has_ended & differs]
    yield "gone", "Ikke længere i udtrækket", old[~old[key].isin(new[key])]


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
        then, now = self.before.counted, self.after.counted
        return None if then is None or now is None else now - then


def list_revisions(
    old: Evidence, new: Evidence, is_wanted: Callable[[str], bool] = lambda _: True
) -> list[Revision]:
    """Return the wanted figures that both reports have, in the order of the later one."""
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    breaks = find_breaks(new.maps.definitions, old.year.year, new.year.year)
    broken = [(each.partner, each.definition) for each in breaks]
    revisions = []
    for name in filter(is_wanted, new.figures):
        before, after = old.figures.get(name), new.figures[name]
        if before is None:
            continue
        is_same = before.period_start == after.period_start and before.period_start is not None
        is_counted = is_same and before.value is not None and after.value is not None
        added, recoded, gone = (
            _split_change(name, old, new, matched) if is_counted else (None, None, None)
        )
        words = name.split(".")
        pairs = [(partner, words[-1]) for partner in ("", words[1])]
        is_broken = words[0] == "outcomes" and any(pair in broken for pair in pairs)
        revisions.append(Revision(before, after, added, recoded, gone, is_broken))
    return revisions


def _split_change(
    name: str, old: Evidence, new: Evidence, matched: Mapping[str, str]
) -> tuple[int, int, int] | tuple[None, None, None]:
    """Return (new, recoded, gone) of a figure's change; None where its rows have no key."""
    before, after = stated.find_row(name, old.rows), stated.find_row(name, new.rows)
    key = KEYS.get(after.table) if after else None
    if not before or not after or not key or after.verb not in stated.COUNTS:
        return None, None, None
    if any(condition.is_not and condition.value == "day" for condition in after.of):
        return None, None, None  # what runs on a day is no count since the start
    then, now = select_rows(before, old), select_rows(after, new)
    known, was = ({matched.get(i, i) for i in rows[key]} for rows in then)
    of, counted = now
    is_now, still = set(counted[key]), set((of if after.counted else new.table(after.table))[key])
    recoded = len((is_now & known) - was) - len((was & still) - is_now)
    return len(is_now - known), recoded, len(was - still)
