"""Where a number comes from: definition, formula, and the files, sheets and rows behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socok_analysis.core.manifest import describe_library, read_manifest
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, pick
from socok_analysis.figures.formulas import (
    DEFINITION,
    Formula,
    Selection,
    fill_formula,
    find_formula,
    find_row,
    list_counted,
    list_dates,
    select_rows,
)
from socok_analysis.figures.measure import name_sources
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.figures.relations import fill_name, list_parents, read_derived
from socok_analysis.figures.wording import describe_formula, plain_value, say_date, say_generally
from socok_analysis.intake.maps import choose, list_codes, list_names
from socok_analysis.intake.tables import read_columns

if TYPE_CHECKING:
    import pandas as pd


MAPS = "data/raw/maps/"


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
    figure = pick(evidence.figures, name)
    formula = find_formula(name, evidence)
    parents = list_origins(name, evidence)
    files = list_files(evidence)
    return Trace(
        figure,
        word_formula(name, evidence),
        list_labels(formula, evidence),
        tuple(parents),
        tuple(find_origins(figure, formula, evidence, files)),
        choose_maps(list_kinds(figure, evidence), files),
        describe_library(),
    )


def list_origins(name: str, evidence: Evidence) -> list[str]:
    """Return the names of the figures one is worked out from."""
    terms = list_parents(name, evidence.year.year, evidence.by_year)
    return list(dict.fromkeys(term.figure for term in terms))


def word_formula(name: str, evidence: Evidence) -> str:
    """Return how a figure is counted or worked out, in words; its definition where not declared."""
    formula = find_formula(name, evidence)
    if formula:
        return describe_formula(formula, lambda name, value: say(name, value, formula, evidence))
    year = evidence.year.year
    for relation in read_derived():
        for equation in fill_name(relation, name, year, evidence.by_year):
            return f"{relation.meaning} Af {' og '.join(term.figure for term in equation.parts)}."
    return evidence.figures[name].definition


def word_generally(name: str, evidence: Evidence) -> str:
    """Return how a figure and those declared with it are counted; "" where it is not declared.

    The rate is named; partner, code, month and year are not.
    """
    found = find_row(name, evidence)
    if found is None:
        return ""
    row, holes = found
    formula = fill_formula(row, {hole: holes[hole] for hole in holes if hole == DEFINITION})
    return describe_formula(
        formula,
        lambda column, value: say_generally(value) or say(column, value, formula, evidence),
    )


def say(column: str, value: str, formula: Formula, evidence: Evidence) -> str:
    """Return the words for a condition's value: a name, a date, a rate's or a reason's label."""
    day = say_date(value, list_dates(evidence))
    if day:
        return day
    if column == "enterprise_id":
        return evidence.name(value)
    if column == "reason":
        return f"”{name_reason(value, formula.partner, evidence)}”"
    return plain_value(label_code(column, value, formula.table, evidence))


def label_code(column: str, value: str, table: str, evidence: Evidence) -> str:
    """Return the label of a value that is a code; the value itself where it is none."""
    lists = {c.name: c.detail for c in read_columns()[table] if c.type == "code"}
    codes = list_codes(evidence.maps.codes[lists[column]]) if column in lists else {}
    return codes[value].label if value in codes else value


def name_reason(value: str, partner: str, evidence: Evidence) -> str:
    """Return the label of a rate, or of a single exit reason."""
    definition = choose(evidence.maps.definitions, value, evidence.year.year, partner)
    if definition:
        return definition.label
    return list_exit_reasons(evidence.maps)[value].label


def list_labels(formula: Formula | None, evidence: Evidence) -> tuple[str, ...]:
    """Return the labels of the exit reasons that a figure's definition counts."""
    if formula is None:
        return ()
    rates = list_names(evidence.maps.definitions)
    used = [
        c.value
        for c in (*formula.base, *formula.counted)
        if c.column == "reason" and c.value in rates
    ]
    reasons = list_exit_reasons(evidence.maps)
    codes = [code for rate in used for code in list_counted(rate, formula.partner, evidence)]
    return tuple(reasons[code].label for code in dict.fromkeys(codes))


def list_files(evidence: Evidence) -> Mapping[str, str]:
    """Return the SHA-256 of every file the year was made from, by its path in the project."""
    inputs = read_manifest(evidence.year.processed_dir).get("inputs")
    files = inputs.get("files") if isinstance(inputs, dict) else None
    return files if isinstance(files, dict) else {}


def find_origins(
    figure: Figure, formula: Formula | None, evidence: Evidence, files: Mapping[str, str]
) -> Iterable[Origin]:
    """Yield the sheets of the tables a figure comes from, with its rows where they are declared."""
    for name in list_kinds(figure, evidence):
        is_own = formula is not None and formula.table.replace("exits", "courses") == name
        selection = select_rows(formula, evidence) if formula and is_own else None
        yield make_origin(evidence.tables[name], selection, evidence, files)


def list_kinds(figure: Figure, evidence: Evidence) -> list[str]:
    """Return the kinds of export a figure comes from: those whose sheet is among its sources."""
    return [
        name
        for name, table in evidence.tables.items()
        if name != "exits" and len(table) and name_sources(table) in figure.sources
    ]


def make_origin(
    table: pd.DataFrame, selection: Selection | None, evidence: Evidence, files: Mapping[str, str]
) -> Origin:
    """Return one table's sheet, with the rows that count."""
    first = table.iloc[0]
    path = f"data/raw/{evidence.year.year}/{first.source_file}"
    base, counted = (selection.base, selection.counted) if selection else (None, None)
    return Origin(
        first.source_file,
        first.source_sheet,
        files.get(path, ""),
        len(list_numbers(table)),
        list_numbers(base),
        list_numbers(counted),
    )


def list_numbers(rows: pd.DataFrame | None) -> tuple[int, ...]:
    """Return the row numbers Excel shows; a course may stand in several rows."""
    if rows is None:
        return ()
    column = "source_rows" if "source_rows" in rows else "source_row"
    return tuple(sorted({int(n) for text in rows[column] for n in str(text).split(";")}))


def choose_maps(kinds: Iterable[str], files: Mapping[str, str]) -> dict[str, str]:
    """Return the SHA-256 of the header maps and code lists by which some kinds were read."""
    names = {f"{kind}.csv" for kind in kinds}
    columns = [column for kind in kinds for column in read_columns()[kind]]
    names |= {f"codes/{c.detail}.csv" for c in columns if c.type in ("code", "codes")}
    names |= {"definitions.csv"} if "courses.csv" in names else set()
    paths = (f"{MAPS}{name}" for name in sorted(names))
    return {path: files[path] for path in paths if path in files}
