"""From a year's exports to its tidy tables, problems and intake account: the intake's spine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir
from socok_analysis.intake.columns import Parsed, know_enterprises, make_id, parse_table
from socok_analysis.intake.correct import add_edits, correct_exports
from socok_analysis.intake.corrections import read_corrections
from socok_analysis.intake.courses import COURSE_TYPES, EXIT_TYPES, make_courses, make_exits
from socok_analysis.intake.exports import Exports, read_exports
from socok_analysis.intake.headings import place_of
from socok_analysis.intake.maps import Maps, read_maps
from socok_analysis.intake.parse import Parser, parse_choice
from socok_analysis.intake.parts import Table
from socok_analysis.intake.people import Guard, hash_person, read_key
from socok_analysis.intake.rules import check_relations, check_rules, check_totals
from socok_analysis.intake.tables import KIND_DA, make_table, read_columns, stored_type
from socok_analysis.intake.view import SheetView, view_sheets
from socok_analysis.workbook.cells import fold

SOURCE_TYPES = {"source_file": "text", "source_sheet": "text", "source_row": "whole"}


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
    maps, folder = read_maps(root, number), raw_dir(root, number)
    exports = read_exports(folder, maps.headers, maps.codes)
    corrections, faults = read_corrections(folder)
    exports, corrected = correct_exports(exports, corrections)
    parsed, found = parse_tables(exports.tables, maps, exports.guard)
    key, tables = read_key(root), dict[str, pd.DataFrame]()
    for kind, each in parsed.items():
        tables |= make_tables(kind, list_rows(each, key, maps))
    problems = [*exports.problems, *faults, *corrected, *found]
    problems = [*add_edits(problems, parsed, maps), *check_relations(parsed)]
    return TidyYear(
        tables,
        tuple(problems),
        tuple(make_accounts(exports, parsed)),
        maps,
        exports,
        tuple(correction.cells for correction in corrections),
        tuple(view_sheets(exports, parsed, problems)),
        tuple(map(asdict, exports.health)),
    )


def parse_tables(
    tables: Mapping[str, Table], maps: Maps, guard: Guard
) -> tuple[dict[str, Parsed], list[Problem]]:
    """Parse and check every table; enterprises and agreements first, as the others name them.

    Rules across columns are not held against a table that lacks a heading: its error says it all.
    """
    problems: list[Problem] = []
    parsed: dict[str, Parsed] = {}
    known: dict[str, Parser] = {}
    for kind in dict.fromkeys(("enterprises", "agreements", *KIND_DA)):
        if kind in tables:
            own = parse_table(tables[kind], maps, known, guard)
            around = (problem for part in tables[kind].parts for problem in part.problems)
            is_whole = all(problem.check != "heading.missing" for problem in around)
            broken = check_rules(own, maps.codes) if is_whole else []
            problems += [*own.problems, *broken, *check_totals(own)]
            wrong = {place_of(problem) for problem in broken if problem.severity == "error"}
            numbers = {n for n in own.table.rows if own.table.place(n) in wrong} if wrong else set()
            parsed[kind] = replace(own, faulty=own.faulty | own.table.list_twins(numbers))
        if kind == "enterprises":
            known["enterprise"], more = know_enterprises(parsed.get(kind), maps.enterprise_ids)
            problems += more
        if kind == "agreements" and kind in parsed:
            ids = [str(each) for each in parsed[kind].values["agreement_id"] if each]
            told = ("en aftale i aftaleudtrækket", "Ret aftalens nummer.")
            known["agreement"] = parse_choice({fold(each): each for each in ids}, ids, *told)
    return parsed, problems


def list_rows(parsed: Parsed, key: bytes, maps: Maps) -> pd.DataFrame:
    """Return a table's kept rows, persons hashed, ids made, with their source."""
    rows, table = parsed.kept, parsed.table
    places = [table.place(number) for number in rows.index]
    rows = rows.join(pd.DataFrame(places, rows.index, [*SOURCE_TYPES], dtype=object))
    made: dict[str, Any] = {"row_number": rows.index}
    if "person_key" in rows:
        keys = [hash_person(cpr, key) for cpr in rows["person_key"]]
        made["person_key"] = pd.Series(keys, rows.index, dtype=object)
    if table.kind == "enterprises":
        made["enterprise_id"] = [make_id(name, maps.enterprise_ids) for name in rows["name"]]
    return rows.assign(**made).astype(object)


def make_tables(kind: str, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tidy tables a kind of export gives: one, or two for the course extract."""
    declared = {column.name: column.type for column in read_columns()[kind]}
    types = {name: "flag" if each == "flag_or_date" else each for name, each in declared.items()}
    types |= SOURCE_TYPES
    if kind == "enterprises":
        types = {"enterprise_id": "text", **types}
    if kind != "courses":
        return {kind: store_table(rows, types)}
    courses = make_courses(rows)
    del types["minutes_per_week"], types["exit_reasons"]
    return {
        "courses": store_table(courses, {"course_id": "text", **types, **COURSE_TYPES}),
        "exits": store_table(make_exits(courses), {**EXIT_TYPES, **SOURCE_TYPES}),
    }


def store_table(rows: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Return the named columns as a table, each stored as its declared type, rows or none."""
    return make_table(
        {name: pa.array(rows[name].tolist(), stored_type(kind)) for name, kind in types.items()}
    )


def make_accounts(exports: Exports, parsed: Mapping[str, Parsed]) -> list[dict[str, object]]:
    """Return what became of the rows, for each sheet and each file that was refused.

    Always rows_seen = rows_kept + rows_quarantined + rows_skipped, of a sheet's own rows, also
    where one gives several rows of a table.
    """
    found = {id(table.sheet): table for table in exports.found}
    faulty, held = dict[int, set[int]](), dict[int, set[int]]()
    for each in parsed.values():
        for number in each.table.rows:
            part, row = each.table.find(number)
            rows = faulty if number in each.faulty else held
            rows.setdefault(id(part.sheet), set()).add(row)
    places = [(each.file, each.name, id(each), each.last_row) for each in exports.sheets]
    accounts = []
    for file, sheet, key, seen in (*places, *((name, "", 0, 0) for name in exports.refused)):
        table = found.get(key)
        kept, aside = len(held.get(key, ())), len(faulty.get(key, ()))
        if table:
            is_read = key in held or key in faulty
            aside += len(table.other_rows) + (0 if is_read else len(table.data_rows))
        account = {"file": file, "sheet": sheet, "kind": table.kind if table else ""}
        counts = {"rows_seen": seen, "rows_kept": kept, "rows_quarantined": aside}
        accounts.append({**account, **counts, "rows_skipped": seen - kept - aside})
    return accounts


def account_unread(folder: Path) -> list[dict[str, object]]:
    """Return the account of a year folder whose exports cannot be told apart: all skipped."""
    return make_accounts(read_exports(folder, {}), {})
