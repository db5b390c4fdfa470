"""From a year's exports to its tidy tables, problems and intake account: the intake's spine."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir
from socok_analysis.intake.advice import add_edits
from socok_analysis.intake.columns import parse_table
from socok_analysis.intake.corrections import read_corrections
from socok_analysis.intake.courses import COURSE_TYPES, EXIT_TYPES, make_courses, make_exits
from socok_analysis.intake.distinct import change, repeat, to_arrow
from socok_analysis.intake.enterprises import make_id, read_spellings
from socok_analysis.intake.exports import Exports, read_exports
from socok_analysis.intake.maps import Maps, read_maps
from socok_analysis.intake.parse import PARSERS, Parser, parse_choice, parse_many
from socok_analysis.intake.parsed import Parsed
from socok_analysis.intake.people import Guard, make_guard, make_hash, read_key
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.relations import check_relations
from socok_analysis.intake.rules import check_rules
from socok_analysis.intake.tables import KIND_DA, Column, make_table, read_columns, stored_type
from socok_analysis.intake.targets import correct_exports
from socok_analysis.intake.totals import check_totals
from socok_analysis.intake.view import SheetView, hide_names, view_sheets
from socok_analysis.workbook.cells import fold
from socok_analysis.workbook.sheet import CellColumn

if TYPE_CHECKING:
    import pandas as pd

HIDDEN = "(navn skjult)"
SOURCE_TYPES = {"source_file": "text", "source_sheet": "text", "source_row": "whole"}
ALIAS_ADVICE = "Ret stavemåden, eller tilføj den under Alias i virksomhedsudtrækket."


@dataclass(frozen=True)
class TidyYear:
    """A year's tidy tables, what was wrong, and what became of every row of every sheet.

    `exports` are what was read, persons and all: for the gate, never to be stored.
    """

    tables: Mapping[str, pd.DataFrame]
    problems: tuple[Problem, ...]
    accounts: tuple[Mapping[str, object], ...]
    maps: Maps
    exports: Exports
    corrections: tuple[Mapping[str, str], ...] = ()
    sheets: tuple[SheetView, ...] = ()
    health: tuple[Mapping[str, object], ...] = ()


def tidy_year(root: Path, number: int) -> TidyYear:
    """Read, parse and check a year's exports. Faults in them are problems, not exceptions.

    Raise DataError where the maps themselves have faults.
    """
    maps = read_maps(root, number)
    folder = raw_dir(root, number)
    exports = read_exports(folder, maps.headers)
    guard = make_guard(list_personal([*exports.tables.values(), *exports.doubles]))
    corrections, faults = read_corrections(folder)
    exports, corrected = correct_exports(exports, corrections, guard)
    parsed, problems = parse_tables(exports.tables, maps, guard)
    key = read_key(root)
    tables: dict[str, pd.DataFrame] = {}
    for kind, found in parsed.items():
        tables |= make_tables(kind, list_columns(found, key, maps))
    problems = add_edits(problems, parsed, maps)
    problems = [*exports.problems, *faults, *corrected, *problems, *check_relations(parsed)]
    held = [*exports.tables.values(), *exports.doubles]
    views = view_sheets(held, parsed, maps.headers, problems, guard)
    accounts = list(make_accounts(exports, parsed))
    hidden = {name for account in accounts for name in account.values() if guard.is_in_name(name)}
    problems = [*(report_named() for _ in hidden), *(hide(p, hidden) for p in problems)]
    return TidyYear(
        tables,
        tuple(problems),
        tuple(hide_cells(a, hidden) for a in accounts),
        maps,
        exports,
        tuple(correction.cells for correction in corrections),
        tuple(hide_names(view, hidden, HIDDEN) for view in views),
        tuple(hide_cells(asdict(finding), hidden) for finding in exports.health),
    )


def report_named() -> Problem:
    """Return the error for a file or sheet that is named after a person in the exports."""
    return Problem(
        "error",
        "file.personal_name",
        "En fil eller et ark er opkaldt efter en person.",
        file=HIDDEN,
        advice="Giv filen eller arket et navn uden personoplysninger.",
    )


def hide(problem: Problem, hidden: Collection[object]) -> Problem:
    """Return a problem without the names of files and sheets that name a person."""
    if not {problem.file, problem.sheet} & set(hidden):
        return problem
    cells = hide_cells({"file": problem.file, "sheet": problem.sheet}, hidden)
    return replace(problem, edit="", **cells)  # type: ignore[arg-type]


def hide_cells(cells: Mapping[str, object], hidden: Collection[object]) -> dict[str, object]:
    """Return cells with a sign in the place of what must not be shown."""
    return {key: HIDDEN if value in hidden else value for key, value in cells.items()}


def list_personal(tables: Iterable[FoundTable]) -> Iterable[tuple[object, bool]]:
    """Yield every value of the personal columns, and whether its table is one of persons."""
    for table in tables:
        is_person = "person_key" in table.columns
        for column in table.personal:
            for value in table.cells_at(column).present():
                yield value, is_person


def parse_tables(
    tables: Mapping[str, FoundTable], maps: Maps, guard: Guard
) -> tuple[dict[str, Parsed], list[Problem]]:
    """Parse every table; enterprises and agreements first, since the others refer to them."""
    problems: list[Problem] = []
    parsed: dict[str, Parsed] = {}
    known: dict[str, Parser] = {}
    for kind in dict.fromkeys(("enterprises", "agreements", *KIND_DA)):
        if kind in tables:
            parsed[kind] = parse_checked(tables[kind], maps, known, guard, problems)
        if kind == "enterprises":
            known["enterprise"] = make_enterprise_parser(parsed.get(kind), maps, problems)
        if kind == "agreements":
            known["agreement"] = make_agreement_parser(parsed.get(kind))
    return parsed, problems


def parse_checked(
    table: FoundTable,
    maps: Maps,
    known: Mapping[str, Parser],
    guard: Guard,
    problems: list[Problem],
) -> Parsed:
    """Parse one table, check its rules and printed totals, and add what is wrong to `problems`.

    Rules across columns are not held against a table that lacks a heading: its error says it all.
    """
    columns = read_columns()[table.kind]
    parsers = {column.name: choose_parser(column, maps, known) for column in columns}
    parsed = parse_table(table, columns, parsers, guard)
    is_whole = not any(problem.check == "heading.missing" for problem in table.problems)
    findings = check_rules(parsed, maps.codes) if is_whole else []
    problems += [*parsed.problems, *(problem for _, problem in findings)]
    problems += check_totals(parsed, columns)
    wrong = {row for row, problem in findings if problem.severity == "error"}
    return replace(parsed, faulty=parsed.faulty | wrong)


def choose_parser(column: Column, maps: Maps, known: Mapping[str, Parser]) -> Parser:
    """Return the parser for a declared column."""
    if column.type in ("code", "codes"):
        codes = maps.codes[column.detail]
        labels = [code.label for code in codes.values()]
        advice = f"Ret værdien, eller tilføj den i data/raw/maps/codes/{column.detail}.csv."
        choices = {label: code.code for label, code in codes.items()}
        parse = parse_choice(choices, labels, "en værdi fra kodelisten", advice)
        return parse_many(parse) if column.type == "codes" else parse
    return known.get(column.type) or PARSERS[column.type]


def make_enterprise_parser(register: Parsed | None, maps: Maps, problems: list[Problem]) -> Parser:
    """Return the parser from any known spelling of an enterprise to its id."""
    if register is None:
        return PARSERS["text"]
    spellings, shown, more = read_spellings(register, maps.enterprise_ids)
    problems += more
    return parse_choice(spellings, shown, "en virksomhed i registret", ALIAS_ADVICE)


def make_agreement_parser(agreements: Parsed | None) -> Parser:
    """Return the parser that accepts the numbers of known agreements."""
    if agreements is None:
        return PARSERS["text"]
    ids = [str(name) for name in agreements.values["agreement_id"] if name]
    choices = {fold(name): name for name in ids}
    return parse_choice(choices, ids, "en aftale i aftaleudtrækket", "Ret aftalens nummer.")


def list_columns(parsed: Parsed, key: bytes, maps: Maps) -> dict[str, CellColumn]:
    """Return a table's columns over its kept rows, persons hashed, ids made, and their source."""
    sheet = parsed.table.sheet
    columns = {name: parsed.column(name) for name in parsed.columns}
    if "person_key" in columns:
        columns["person_key"] = change(columns["person_key"], make_hash(key))
    if parsed.table.kind == "enterprises":
        ids = change(columns["name"], lambda name: name and make_id(str(name), maps.enterprise_ids))
        columns = {"enterprise_id": ids, **columns}
    length = len(parsed.places)
    columns |= {
        "source_file": repeat(sheet.file, length),
        "source_sheet": repeat(sheet.name, length),
    }
    rows = CellColumn(parsed.table.data_rows, parsed.places.astype(np.int32))
    return columns | {"source_row": rows}


def make_tables(kind: str, columns: Mapping[str, CellColumn]) -> dict[str, pd.DataFrame]:
    """Return the tidy tables a kind of export gives: one, or two for the course extract."""
    types = {column.name: plain_type(column) for column in read_columns()[kind]} | SOURCE_TYPES
    if kind == "enterprises":
        types = {"enterprise_id": "text", **types}
    if kind != "courses":
        return {kind: store_table(columns, types)}
    courses = make_courses(columns)
    del types["minutes_per_week"], types["exit_reasons"]
    return {
        "courses": store_table(courses, {"course_id": "text", **types, **COURSE_TYPES}),
        "exits": store_table(make_exits(courses), {**EXIT_TYPES, **SOURCE_TYPES}),
    }


def store_table(columns: Mapping[str, CellColumn], types: Mapping[str, str]) -> pd.DataFrame:
    """Return the named columns as a table, each stored as its declared type."""
    return make_table({n: to_arrow(columns[n], stored_type(kind)) for n, kind in types.items()})


def plain_type(column: Column) -> str:
    """Return the stored type of a declared column."""
    return "flag" if column.type == "flag_or_date" else column.type


def make_accounts(exports: Exports, parsed: Mapping[str, Parsed]) -> Iterable[Mapping[str, object]]:
    """Yield what became of the rows: for each sheet, and for each file that was refused."""
    found = {id(table.sheet): table for table in (*exports.tables.values(), *exports.doubles)}
    rows_kept = {id(each.table.sheet): len(each.places) for each in parsed.values()}
    for sheet in exports.sheets:
        table, kept = found.get(id(sheet)), rows_kept.get(id(sheet), 0)
        held = len(table.data_rows) + len(table.other_rows) - kept if table else 0
        yield account(sheet.file, sheet.name, table, sheet.last_row, kept, held)
    for name in exports.refused:
        yield account(name, "", None, 0, 0, 0)


def account_unread(folder: Path) -> list[Mapping[str, object]]:
    """Return the account of a year folder whose exports cannot be told apart: all skipped."""
    return list(make_accounts(read_exports(folder, {}), {}))


def account(
    file: str, sheet: str, table: FoundTable | None, seen: int, kept: int, held: int
) -> Mapping[str, object]:
    """Return one line of the intake account: seen = kept + quarantined + skipped."""
    return {
        "file": file,
        "sheet": sheet,
        "kind": table.kind if table else "",
        "rows_seen": seen,
        "rows_kept": kept,
        "rows_quarantined": held,
        "rows_skipped": seen - kept - held,
    }
