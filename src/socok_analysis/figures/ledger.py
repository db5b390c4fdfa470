"""Where a number comes from, what was printed of it, and what changed between two reports.

`offentliggjort.csv` in a year's folder has a row for each printed number: the figure's name
(`felt` for another column of it than the value) or a sum of printed numbers (`udtryk`), the
number as printed, its unit, where it stands, and why it differs where it does. `intern` keeps a
row's numbers out of the public edition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tokenize import TokenError
from typing import Annotated, Literal, NamedTuple

import pandas as pd
from pydantic import Field

from socok_analysis.core.danish import format_day, join_words, round_half_up
from socok_analysis.core.folders import describe_library, read_manifest
from socok_analysis.core.lists import ListError, ListFile, YesNo, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.figures import rows as stated
from socok_analysis.figures.evidence import PARTNER, Evidence, find_partner
from socok_analysis.figures.figure import Figure, pick
from socok_analysis.figures.measure import name_sources
from socok_analysis.intake.maps import Definition, choose, find_breaks, list_codes, list_names
from socok_analysis.intake.tables import KIND_DA

PRINTED = "offentliggjort.csv"
FIELDS = {"værdi": "value", "tæller": "numerator", "nævner": "denominator"}
Status = Literal["equal", "rounded", "contradicted", "unknown"]
SUM = re.compile(r"(?!.*\*\s*\*)[\d\s.+*/()-]+")  # the four operations, no powers


@dataclass(frozen=True, kw_only=True)
class Published:
    """One printed number, with the row of the file it stands in."""

    name: Annotated[str, Field(alias="navn")] = ""
    field: Annotated[Literal["værdi", "tæller", "nævner"], Field(alias="felt")] = "værdi"
    expression: Annotated[str, Field(alias="udtryk")] = ""
    printed: Annotated[str, Field(alias="offentliggjort")] = ""
    unit: Annotated[str, Field(alias="enhed")] = ""
    place: Annotated[str, Field(alias="sted")] = ""
    note: str = ""
    is_internal: Annotated[YesNo, Field(alias="intern")] = False
    row: int

    def __post_init__(self) -> None:
        try:
            if not (self.name or self.expression) or not (self.number.is_finite()):
                raise ValueError("neither name nor sum")
            if self.expression:
                float(evaluate(self.expression))  # or too large to compare
        except (ArithmeticError, ValueError, TypeError, SyntaxError, TokenError) as error:
            text = "Rækken skal have navn eller udtryk, og et tal i offentliggjort."
            raise ListError(text) from error

    @property
    def number(self) -> Decimal:
        """The printed number."""
        return Decimal(self.printed.replace(".", "").replace(",", "."))

    @property
    def decimals(self) -> int:
        """How many decimals are printed."""
        return max(0, -int(self.number.as_tuple().exponent))


class Comparison(NamedTuple):
    """A printed number and what the exports give. `computed` is in the printed unit."""

    published: Published
    computed: Decimal | None
    status: Status


def evaluate(expression: str) -> Decimal:
    """Return the value of a sum such as "70 - 66 - 3"; raise ValueError for any other text."""
    text = expression.replace(",", ".")
    if not SUM.fullmatch(text):
        raise ValueError("not a sum of numbers")
    return Decimal(str(pd.eval(text, engine="python")))


def compare(published: Published, figures: Mapping[str, Figure]) -> Comparison:
    """Return a printed number beside what the exports, or its printed parts, give."""
    figure, is_share = figures.get(published.name), published.unit == "%"
    value = getattr(figure, FIELDS[published.field]) if figure else None
    if published.expression:
        computed = evaluate(published.expression)
    elif value is None:
        return Comparison(published, None, "unknown")
    else:
        is_fraction = is_share and published.field == "værdi"
        computed = Decimal(repr(float(value))) * (100 if is_fraction else 1)
    if round_half_up(float(computed), published.decimals) == published.number:
        return Comparison(published, computed, "equal")
    unit = Decimal(1).scaleb(-published.decimals)
    is_near = is_share and abs(computed - published.number) < unit
    return Comparison(published, computed, "rounded" if is_near else "contradicted")


def compare_year(
    folder: Path, figures: Mapping[str, Figure]
) -> tuple[list[Comparison], list[Problem]]:
    """Return every printed number of a year's folder beside the computed one, and the faults."""
    problems: list[Problem] = []
    printed = read_rows(ListFile(folder / PRINTED), Published, problems)
    return [compare(each, figures) for each in printed], problems


KEYS = {"courses": "course_id", "jobs": "job_id", stated.EVER: "job_id", "enterprises": PARTNER}
# What the ledger calls a table's rows, new ones and corrected ones; what it holds against before.
COMPARED = {
    "courses": ("Forløb", "Nye forløb", "Rettede datoer", ["started_on", "ended_on"]),
    "jobs": (
        *("Ansættelse", "Nye ansættelser", "Rettede ansættelser"),
        ["started_on", PARTNER, "job_type", "channel"],
    ),
}
THINGS = KIND_DA | {
    "courses": "forløb",
    stated.EVER: "ansættelser i dette og tidligere udtræk",
    "enterprises": "virksomheder og initiativer",
    "waiting_list": "rækker på ventelisten",
    "grants": "bevillinger",
    "attendance": "ugers fremmøde",
    "progression": "personer med mindst to målinger",
}
WORDS = {"=": "er", "<=": "senest", ">=": "tidligst", ">": "efter", "<": "før"}
UNITS = {"months": "måneder", "weeks": "uger", "days": "dage"}
HOLES = {"{month}": "månedens sidste dag", "{p}": "den nævnte", "{code}": "den nævnte"}


class Origin(NamedTuple):
    """One sheet behind a figure: its SHA-256, how many rows, those it is `of`, those `counted`."""

    file: str
    sheet: str
    sha256: str
    rows: int
    of: tuple[int, ...]
    counted: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """Everything that leads from a figure back to the exports.

    `formula` is its row in words, `reasons` what it counts, `parents` what it is worked out of.
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
    paths = tuple(f"data/raw/maps/{each}" for each in lists)
    return Trace(
        figure,
        word_row(row, evidence),
        tuple(evidence.reasons[code].label for code in reasons),
        tuple(name for term in terms for name in stated.match_names(term, evidence.figures)),
        tuple(origin for kind in kinds for origin in _find_origins(kind, row, evidence, files)),
        {path: digest for path, digest in files.items() if path.startswith(paths)},
        describe_library(),
    )


def _find_origins(
    kind: str, row: stated.FigureRow, evidence: Evidence, files: Mapping[str, str]
) -> Iterator[Origin]:
    """Yield the sheets of one table a figure comes from, with its rows where it counts them.

    Rows have the numbers Excel shows; a course may stand in several.
    """
    table, is_own = evidence.tables[kind], row.table.replace(stated.EVER, "jobs") == kind
    of, counted = evidence.select_rows(row) if is_own else (table[:0], table[:0])
    column = "source_rows" if "source_rows" in table else "source_row"
    places = table[["source_file", "source_sheet"]].drop_duplicates().fillna("")
    for file, sheet in places.itertuples(index=False):
        numbers = []
        for rows in (table, of, counted):
            own = (rows["source_file"] == file) & (rows["source_sheet"].fillna("") == sheet)
            cells = ";".join(rows.loc[own, column].astype(str))
            numbers.append(tuple(sorted({int(n) for n in cells.split(";") if n})))
        sha256 = files.get(f"data/raw/{evidence.year.year}/{file}", "")
        yield Origin(file, sheet, sha256, len(numbers[0]), numbers[1], numbers[2])


def word_row(row: stated.FigureRow, evidence: Evidence) -> str:
    """Return in Danish how a figure is counted or worked out; its definition where no row says it.

    A row whose holes are not filled is worded for all its figures.
    """
    if row.verb in stated.OF_FIGURES:
        owners = (stated.find_pattern(term, evidence.rows) for term in row.takes)
        terms = [own.label for own in owners if own]
        return f"{_begin(stated.VERBS[row.verb][0])}: {join_words(terms)}."
    if not row.table:
        return row.definition
    thing, columns = THINGS[row.table], stated.list_columns(row.table)
    where, which = (
        [_word_condition(condition, row, evidence) for condition in conditions]
        for conditions in (row.of, row.counted)
    )
    of = f"{thing}, hvor {join_words(where)}" if where else thing
    if row.verb in ("share", "change"):
        head = "Ændring i andelen" if row.verb == "change" else "Andel"
        return f"{head} med {join_words(which)}, af {of}."
    if row.verb in stated.OF_COLUMNS:
        taken = " til ".join(columns[name].label for name in row.takes)
        return f"{_begin(stated.VERBS[row.verb][0])} af {taken} for {of}."
    both = [*where, *which]
    return f"Antal {thing}, hvor {join_words(both)}." if both else f"Antal {thing}."


def _word_condition(condition: stated.Condition, row: stated.FigureRow, evidence: Evidence) -> str:
    """Return one condition in words."""
    value, negated = condition.value, "ikke " if condition.is_not else ""
    if condition.comparison == "has":
        chosen = choose(evidence.maps.definitions, value, evidence.year.year, find_partner(row))
        told = f"”{chosen.label}”" if chosen else value
        return f"{negated}mindst én afgangsårsag, der tæller som {told}"
    if condition.column == stated.REASON:
        return f"{negated}afgangsårsagen {_word_value(condition, row, evidence)}"
    subject = f"{stated.list_columns(row.table)[condition.column].label} {negated}".strip()
    if condition.comparison == stated.KNOWN:
        return f"{subject} er oplyst"
    return f"{subject} {WORDS[condition.comparison]} {_word_value(condition, row, evidence)}"


def _word_value(condition: stated.Condition, row: stated.FigureRow, evidence: Evidence) -> str:
    """Return the words for a condition's value: a date, a moved one, a name, a code's label."""
    value, columns = condition.value, stated.list_columns(row.table)
    days = {name: label for name, (_, label) in stated.DAYS.items()}
    labels = {name: column.label for name, column in columns.items()}
    if moved := stated.MOVED.fullmatch(value):
        base, size = ((labels | days).get(moved[n], moved[n]) for n in ("base", "size"))
        when = "efter" if moved["sign"] == "+" else "før"
        return f"{size} {UNITS[moved['unit']]} {when} {base}"
    if value in days or value[:4].isdigit():
        day = evidence.read_day(value)
        return days[value] if not day or (value in days and row.holes) else format_day(day)
    if value in (known := {stated.YES: stated.YES, **HOLES, **labels}):
        return known[value]
    if condition.column == PARTNER:
        return evidence.name(value)
    codes = list_codes(evidence.maps.codes.get(columns[condition.column].detail, {}))
    return f"”{codes[value].label if value in codes else value}”"


def _begin(text: str) -> str:
    return text[0].upper() + text[1:]


def list_definition_changes(old: Evidence, new: Evidence) -> list[Definition]:
    """Return the declared breaks, then the rates that count other reasons than before, with which.

    The latter are those for which a reason was opened or closed between the evaluations.
    """
    definitions = new.maps.definitions
    changes = find_breaks(definitions, old.year.year, new.year.year)

    def list_counted(report: Evidence, name: str) -> set[str]:
        codes = (report.reasons[code] for code in report.counted_by(name, ""))
        return {code.label for code in codes if code.is_valid(report.year.evaluation_date)}

    for name in list_names(definitions):
        then, now = list_counted(old, name), list_counted(new, name)
        parts = {"tæller nu også": now - then, "tæller ikke længere": then - now}
        told = [f"{words} ”{'” og ”'.join(sorted(own))}”" for words, own in parts.items() if own]
        chosen = choose(definitions, name, new.year.year)
        if told and chosen:
            text = f"{_begin(join_words(told))}."
            changes.append(replace(chosen, partner="", is_comparable=True, reason=text))
    return changes


def match_courses(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, str]:
    """Return the later id of each earlier course that is still there.

    A course whose start was corrected has another id: where a person has just one unmatched
    course at a partner in either export, the two are the same.
    """
    person = ["person_key", PARTNER]
    gone, come = (
        rows[~rows["course_id"].isin(others["course_id"])]
        .dropna(subset=["person_key"])
        .drop_duplicates(person, keep=False)
        for rows, others in ((old, new), (new, old))
    )
    moved = gone.merge(come, on=person, suffixes=("", "_new"))
    stayed = old.loc[old["course_id"].isin(new["course_id"]), "course_id"]
    both = (stayed, stayed), (moved["course_id"], moved["course_id_new"])
    return {then: now for pair in both for then, now in zip(*pair, strict=True)}


def find_recoded(old: Evidence, new: Evidence) -> pd.DataFrame:
    """Return the later rows of courses that had ended in both exports, with other reasons now.

    `move` is their reasons before and after, in words.
    """
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    told = list[dict[str, list[str]]]()
    for report, ids in ((old, matched), (new, {})):
        exits = report.tables["exits"].groupby("course_id")["exit_reason"]
        told.append({ids.get(str(c), str(c)): sorted(codes) for c, codes in exits})
    then, now = told
    moves = {
        course: " → ".join(" og ".join(new.reasons[c].label for c in own[course]) for own in told)
        for course in then.keys() & now.keys()
        if then[course] != now[course]
    }
    courses = new.tables["courses"]
    return courses.assign(move=courses["course_id"].map(moves)).dropna(subset=["move"])


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `rows` are those of the later export, of the earlier one for gone."""

    what: str
    kind: str
    where: str
    detail: str
    count: int
    rows: tuple[int, ...]


def list_entries(old: Evidence, new: Evidence) -> list[Entry]:
    """Return every line of the ledger between two exports: courses, jobs and exits."""
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    ids = old.tables["courses"]["course_id"]
    courses = old.tables["courses"].assign(course_id=ids.map(lambda each: matched.get(each, each)))
    told = list[tuple[str, str, str, pd.DataFrame, str]]()
    for table, then in (("courses", courses), ("jobs", old.tables["jobs"])):
        now, key = new.tables[table], KEYS[table]
        what, added, corrected, watched = COMPARED[table]
        pairs = now.merge(then.dropna(subset=[key]), on=key, suffixes=("", "_old"))
        texts, olds = pairs.astype("string").fillna(""), [f"{name}_old" for name in watched]
        differs = (texts[watched].to_numpy() != texts[olds].to_numpy()).any(axis=1)
        has_ended = pairs["ended_on_old"].isna() & pairs["ended_on"].notna() & (table == "courses")
        by = PARTNER if table == "courses" else ""
        told += [
            (what, "new", added, now[~now[key].isin(then[key])], by),
            (what, "changed", "Afsluttet siden sidst", pairs[has_ended], by),
            (what, "changed", corrected, pairs[~has_ended & differs], by),
            (what, "gone", "Ikke længere i udtrækket", then[~then[key].isin(now[key])], by),
        ]
    moved = find_recoded(old, new).groupby("move")
    told += [("Afgang", "changed", str(move), rows, PARTNER) for move, rows in moved]
    entries = []
    for what, kind, detail, rows, by in told:
        for where, own in rows.groupby(by) if by else [("Alle", rows)]:
            if numbers := tuple(sorted(own["source_row"].tolist())):
                entries.append(Entry(what, kind, new.name(where), detail, len(own), numbers))
    return entries


class Revision(NamedTuple):
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
    old: Evidence, new: Evidence, wanted: Callable[[str], object] = bool
) -> list[Revision]:
    """Return the figures that both reports have, of those wanted, in the order of the later one."""
    matched = match_courses(old.tables["courses"], new.tables["courses"])
    breaks = find_breaks(new.maps.definitions, old.year.year, new.year.year)
    broken = {(each.partner, each.definition) for each in breaks}
    revisions = []
    for name in (name for name in new.figures if name in old.figures and wanted(name)):
        family, *_, rate = words = name.split(".")
        is_broken = family == "outcomes" and bool({("", rate), (words[1], rate)} & broken)
        parts = _split_change(name, old, new, matched)
        revisions.append(Revision(old.figures[name], new.figures[name], *parts, is_broken))
    return revisions


def _split_change(
    name: str, old: Evidence, new: Evidence, matched: Mapping[str, str]
) -> tuple[int | None, int | None, int | None]:
    """Return (new, recoded, gone) of a figure's change; None where it has no cases with a key."""
    then, now = old.figures[name], new.figures[name]
    before, after = stated.find_row(name, old.rows), stated.find_row(name, new.rows)
    is_known = None not in (then.period_start, then.value, now.value)
    key = KEYS.get(after.table) if after and after.verb in stated.COUNTS else None
    # what runs on a day is no count since the start
    runs = after and any(c.is_not and c.value == "day" for c in after.of)
    if not (is_known and before and after and key) or runs or then.period_start != now.period_start:
        return None, None, None
    keys, found = old.table(before.table)[key], new.table(after.table)[key]
    known, was = ({matched.get(i, i) for i in keys[mask]} for mask in old.match_rows(before))
    of, is_now = (set(found[mask]) for mask in new.match_rows(after))
    still = of if after.counted else set(found)
    recoded = len((is_now & known) - was) - len((was & still) - is_now)
    return len(is_now - known), recoded, len(was - still)
