"""Where a number comes from: definition, formula in words, and the files and rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.danish import format_day
from socok_analysis.core.manifest import describe_library, read_manifest
from socok_analysis.figures import formulas
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, pick
from socok_analysis.figures.formulas import DEFINITION, YES, Condition, Formula
from socok_analysis.figures.measure import name_sources
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.figures.relations import fill_name, list_parents, read_derived
from socok_analysis.intake.maps import choose, list_codes, list_names
from socok_analysis.intake.tables import read_columns

if TYPE_CHECKING:
    import pandas as pd

MAPS = "data/raw/maps/"
THINGS = {
    "courses": "forløb",
    "exits": "afgangsårsager",
    "jobs": "ansættelser",
    "enterprises": "virksomheder og initiativer",
    "agreements": "samarbejdsaftaler",
    "waiting_list": "rækker på ventelisten",
    "meetings": "netværksmøder",
    "grants": "bevillinger",
    "attendance": "ugers fremmøde",
    "progression": "målinger",
    "facts": "nøgleoplysninger",
}
WORDS = {"=": "er", "<=": "senest", ">=": "tidligst", ">": "efter", "<": "før"}
LABELS = {"channel_group": "Vej til jobbet", "enterprise_id": "Virksomhed"}
WORDS_FOR = {"jobcentre": "jobcentret", "awaiting": "afventende", YES: YES}
REASONS = {
    "has": "mindst én afgangsårsag, der tæller som {}",
    "is": "afgangsårsagen {}",
    "only": "kun afgangsårsager, der tæller som {}",
}
DATES = {
    "day": "opgørelsesdagen",
    "previous": "forrige opgørelsesdag",
    "start": "periodens start",
    "end": "periodens slut",
    "strategy": "strategiens start",
    "{year}-01-01": "årets første dag",
    "{year}-12-31": "årets sidste dag",
    "{month}": "månedens sidste dag",
    "{p}": "den nævnte",
    "{code}": "den nævnte",
}


@dataclass(frozen=True)
class Origin:
    """One sheet behind a figure: its file's SHA-256, its rows, and which of them count.

    `base` are the rows the figure is about, `counted` those of them that count.
    """

    file: str
    sheet: str
    sha256: str
    rows: int
    base: tuple[int, ...]
    counted: tuple[int, ...]


@dataclass(frozen=True)
class Trace:
    """Everything that leads from a figure back to the exports."""

    figure: Figure
    formula: str
    reasons: tuple[str, ...]
    parents: tuple[str, ...]
    origins: tuple[Origin, ...]
    maps: Mapping[str, str]
    library: Mapping[str, str]


def trace_figure(name: str, evidence: Evidence) -> Trace:
    """Return the way back from a figure; raise UsageError with the nearest name for a wrong one."""
    figure, files = pick(evidence.figures, name), list_files(evidence)
    formula, kinds = formulas.find_formula(name, evidence), _list_kinds(figure, evidence)
    return Trace(
        figure,
        _word_formula(name, evidence),
        _list_labels(formula, evidence) if formula else (),
        tuple(list_origins(name, evidence)),
        tuple(o for kind in kinds for o in _make_origins(kind, formula, evidence, files)),
        _choose_maps(kinds, files),
        describe_library(),
    )


def list_origins(name: str, evidence: Evidence) -> list[str]:
    """Return the names of the figures one is worked out from."""
    terms = list_parents(name, evidence.year.year, evidence.by_year)
    return list(dict.fromkeys(term.figure for term in terms))


def list_files(evidence: Evidence) -> Mapping[str, str]:
    """Return the SHA-256 of every file the year was made from, by its path in the project."""
    inputs = read_manifest(evidence.year.processed_dir).get("inputs")
    files = inputs.get("files") if isinstance(inputs, dict) else None
    return files if isinstance(files, dict) else {}


def _list_kinds(figure: Figure, evidence: Evidence) -> list[str]:
    """Return the kinds of export a figure comes from: those whose sheet is among its sources."""
    return [
        name
        for name, table in evidence.tables.items()
        if name != "exits" and len(table) and name_sources(table) in figure.sources
    ]


def _make_origins(
    kind: str, formula: Formula | None, evidence: Evidence, files: Mapping[str, str]
) -> Iterator[Origin]:
    """Yield the sheets of one table a figure comes from, with its rows where they are declared."""
    table, base, counted = evidence.tables[kind], None, None
    if formula and formula.table.replace("exits", "courses") == kind:
        selection = formulas.select_rows(formula, evidence)
        base, counted = selection.base, selection.counted
    for file, sheet in (
        table[["source_file", "source_sheet"]].drop_duplicates().itertuples(index=False)
    ):
        parts = [
            rows[(rows["source_file"] == file) & (rows["source_sheet"] == sheet)]
            if rows is not None
            else None
            for rows in (table, base, counted)
        ]
        rows, own, those = map(_list_numbers, parts)
        sha256 = files.get(f"data/raw/{evidence.year.year}/{file}", "")
        yield Origin(file, sheet, sha256, len(rows), own, those)


def _list_numbers(rows: pd.DataFrame | None) -> tuple[int, ...]:
    """Return the row numbers Excel shows; a course may stand in several rows."""
    if rows is None:
        return ()
    column = "source_rows" if "source_rows" in rows else "source_row"
    return tuple(sorted({int(n) for text in rows[column] for n in str(text).split(";")}))


def _choose_maps(kinds: list[str], files: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of the header maps and code lists by which some kinds were read."""
    names = {"layout.csv", *(f"{kind}.csv" for kind in kinds)}
    columns = [column for kind in kinds for column in read_columns()[kind]]
    names |= {f"codes/{c.detail}.csv" for c in columns if c.type in ("code", "codes")}
    names |= {"definitions.csv"} if "courses" in kinds else set()
    paths = (f"{MAPS}{name}" for name in sorted(names))
    return {path: files[path] for path in paths if path in files}


def _list_labels(formula: Formula, evidence: Evidence) -> tuple[str, ...]:
    """Return the labels of the exit reasons that a figure's definition counts."""
    rates, reasons = list_names(evidence.maps.definitions), list_exit_reasons(evidence.maps)
    codes = [
        code
        for condition in (*formula.base, *formula.counted)
        if condition.column == "reason" and condition.value in rates
        for code in formulas.list_counted(condition.value, formula.partner, evidence)
    ]
    return tuple(reasons[code].label for code in dict.fromkeys(codes))


def _word_formula(name: str, evidence: Evidence) -> str:
    """Return how a figure is counted or worked out, in words; its definition where not declared."""
    formula = formulas.find_formula(name, evidence)
    if formula:
        return _describe_formula(formula, lambda c, value: _say(c, value, formula, evidence))
    for relation in read_derived():
        for equation in fill_name(relation, name, evidence.year.year, evidence.by_year):
            return f"{relation.meaning} Af {' og '.join(term.figure for term in equation.parts)}."
    return evidence.figures[name].definition


def word_generally(name: str, evidence: Evidence) -> str:
    """Return how a figure and those declared with it are counted; "" where it is not declared.

    The rate is named; partner, code, month and year are not.
    """
    found = formulas.find_row(name, evidence)
    if found is None:
        return ""
    row, holes = found
    formula = formulas.fill_formula(
        row, {hole: holes[hole] for hole in holes if hole == DEFINITION}
    )
    return _describe_formula(
        formula, lambda c, value: DATES.get(value) or _say(c, value, formula, evidence)
    )


def _say(column: str, value: str, formula: Formula, evidence: Evidence) -> str:
    """Return the words for a condition's value: a name, a date, a rate's or a reason's label."""
    dates = formulas.list_dates(evidence)
    if value in dates:
        day = dates[value]
        return format_day(day) if day else DATES[value]
    try:
        return format_day(date.fromisoformat(value))
    except ValueError:
        pass
    if column == "enterprise_id":
        return evidence.name(value)
    if column == "reason":
        year = evidence.year.year
        definition = choose(evidence.maps.definitions, value, year, formula.partner)
        return f"”{(definition or list_exit_reasons(evidence.maps)[value]).label}”"
    lists = {c.name: c.detail for c in read_columns()[formula.table] if c.type == "code"}
    codes = list_codes(evidence.maps.codes[lists[column]]) if column in lists else {}
    text = codes[value].label if value in codes else value
    return WORDS_FOR.get(text, f"”{text}”")


def _describe_formula(formula: Formula, say: Callable[[str, str], str]) -> str:
    """Return a formula in words. `say` gives the words for a column's value."""
    thing = THINGS[formula.table]
    where, which = (
        [_describe(condition, formula.table, say) for condition in conditions]
        for conditions in (formula.base, formula.counted)
    )
    how, _, column = formula.result.partition(" ")
    if how == "share":
        return f"Andel med {_join(which)}, af {thing}, hvor {_join(where)}."
    if how in ("sum", "stated"):
        return f"Sum af {_find_label(formula.table, column)} for {thing}, hvor {_join(where)}."
    return f"Antal {thing}, hvor {_join([*where, *which])}."


def _describe(condition: Condition, table: str, say: Callable[[str, str], str]) -> str:
    """Return one condition in words."""
    if condition.column == "reason":
        words = REASONS[condition.comparison].format(say("reason", condition.value))
        return f"ikke {words}" if condition.is_not else words
    label = _find_label(table, condition.column)
    subject = f"{label} ikke" if condition.is_not else label
    if condition.comparison == "known":
        return f"{subject} er oplyst"
    return f"{subject} {WORDS[condition.comparison]} {say(condition.column, condition.value)}"


def _find_label(table: str, name: str) -> str:
    """Return a column's Danish label."""
    kinds = (table, "courses") if table == "exits" else (table,)
    columns = [column for kind in kinds for column in read_columns().get(kind, ())]
    labels = {column.name: column.label for column in columns}
    dates = {column.detail: f"{column.label} (dato)" for column in columns if column.detail}
    return labels.get(name) or LABELS.get(name) or dates[name]


def _join(texts: list[str]) -> str:
    """Return texts as "a, b og c"."""
    *most, last = texts or [""]
    return f"{', '.join(most)} og {last}" if most else last
