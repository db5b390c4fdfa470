"""From a year's exports to its tidy tables, problems and intake account: the intake's spine.

A course is made of one row of the course extract or of several: a row whose reason is "Forlænget"
is no exit, but joins the same person's next row at the same partner. The course keeps the first
row's start and reference and the last row's end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from socok_analysis.core.danish import fold
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir
from socok_analysis.intake.columns import Parsed, know_enterprises, make_id, parse_table
from socok_analysis.intake.corrections import add_edits, correct_exports, read_corrections
from socok_analysis.intake.exports import Exports, Table, read_exports
from socok_analysis.intake.headings import locate
from socok_analysis.intake.maps import EXTENDED, Maps, read_maps
from socok_analysis.intake.parse import Parser, parse_choice
from socok_analysis.intake.people import Guard, hash_person, read_key
from socok_analysis.intake.rules import check_relations, check_rules, check_totals
from socok_analysis.intake.tables import KIND_DA, make_table, read_columns
from socok_analysis.intake.view import SheetView, view_sheets

SOURCE_TYPES = {"source_file": "text", "source_sheet": "text", "source_row": "whole"}
COURSE_TYPES = {"plan_made_on": "date", "final_evaluation_on": "date", "source_rows": "text"}
EXIT_TYPES = {
    **dict.fromkeys(("course_id", "exit_reason"), "text"),
    **{"ended_on": "date", "person_key": "text", "enterprise_id": "text"},
}
FLAGS_WITH_DAY = {"has_plan": "plan_made_on", "has_final_evaluation": "final_evaluation_on"}
KEPT_FROM_FIRST = ("has_final_evaluation", "is_veteran", "needs_interpreter")
Row = dict[Any, Any]


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
    corrections: tuple[Mapping[str, str], ...]
    sheets: tuple[SheetView, ...]


def tidy_year(root: Path, number: int) -> TidyYear:
    """Read, parse and check a year's exports. Faults in them are problems, not exceptions.

    Raise DataError where the maps themselves have faults.
    """
    maps, folder = read_maps(root, number), raw_dir(root, number)
    exports = read_exports(folder, maps.headers, maps.codes)
    corrections, faults = read_corrections(folder)
    exports, corrected = correct_exports(exports, corrections)
    parsed, found = _parse_tables(exports.tables, maps, exports.guard)
    key, tables = read_key(root), dict[str, pd.DataFrame]()
    for kind, each in parsed.items():
        tables |= _make_tables(kind, _list_rows(each, key, maps))
    problems = [*exports.problems, *faults, *corrected, *found]
    problems = [*add_edits(problems, parsed, maps), *check_relations(parsed)]
    return TidyYear(
        tables,
        tuple(problems),
        tuple(_make_accounts(exports, parsed)),
        maps,
        exports,
        tuple(correction.cells for correction in corrections),
        tuple(view_sheets(exports, parsed, problems)),
    )


def account_unread(folder: Path) -> list[dict[str, object]]:
    """Return the account of a year folder whose exports cannot be told apart: all skipped."""
    return _make_accounts(read_exports(folder, {}), {})


def _parse_tables(
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
            wrong = {(p.file, p.sheet, locate(p)[0]) for p in broken if p.severity == "error"}
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


def _list_rows(parsed: Parsed, key: bytes, maps: Maps) -> pd.DataFrame:
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


def _make_tables(kind: str, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tidy tables a kind of export gives: one, or two for the course extract."""
    declared = {column.name: column.type for column in read_columns()[kind]}
    types = {name: "flag" if each == "flag_or_date" else each for name, each in declared.items()}
    types |= SOURCE_TYPES
    if kind == "enterprises":
        types = {"enterprise_id": "text", **types}
    if kind != "courses":
        return {kind: make_table(rows, types)}
    courses = _make_courses(rows)
    last = {name: [each[name] for each in courses["last"]] for name in SOURCE_TYPES}
    exits = courses.assign(**last, exit_reason=courses["exit_reasons"]).explode("exit_reason")
    del types["minutes_per_week"], types["exit_reasons"]
    return {
        "courses": make_table(courses, {"course_id": "text", **types, **COURSE_TYPES}),
        "exits": make_table(exits.dropna(subset="exit_reason"), EXIT_TYPES | SOURCE_TYPES),
    }


def _make_courses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the courses in the order of their first rows, each with a `course_id`.

    `last` of a course is the source of its end. A row without a person is a course of its own.
    """
    courses: list[Row] = []
    latest: dict[object, Row] = {}
    records = [_prepare_row(row) for row in rows.to_dict("records")]
    for row in sorted(records, key=lambda row: row["started_on"]):
        key = (row["person_key"], row["enterprise_id"])
        last = latest.get(key, row)
        if EXTENDED in last["exit_reasons"] and last is not row:
            last.update(_join_rows(last, row))
            continue
        courses.append(row)
        if row["person_key"]:
            latest[key] = row
    for course in courses:
        person = course["person_key"] or f"row{course['row_number']}"
        course["course_id"] = f"{course['enterprise_id']}_{course['started_on']}_{person}"
    courses.sort(key=lambda course: course["row_number"])
    names = [*rows, "course_id", *COURSE_TYPES, "last"]
    return pd.DataFrame(
        [[course[name] for name in names] for course in courses], None, names, object
    )


def _prepare_row(row: Row) -> Row:
    """Return a row with minutes in the hours, and yes and its day apart."""
    if row["minutes_per_week"]:
        hours = (row["hours_per_week"] or 0) + row["minutes_per_week"] / 60
        row = {**row, "hours_per_week": hours}
    for name, day in FLAGS_WITH_DAY.items():
        row = {**row, name: row[name][0], day: row[name][1]}
    last = {name: row[name] for name in SOURCE_TYPES}
    return {**row, "source_rows": str(row["source_row"]), "last": last}


def _join_rows(first: Row, then: Row) -> Row:
    """Return a course of two rows: the start of the first, what is known last of the rest.

    A plan was made where either row has one, on the earliest day where each of them tells one.
    """
    known = {name: value for name, value in then.items() if value is not None}
    joined = {**first, **known, "ended_on": then["ended_on"], "exit_reasons": then["exit_reasons"]}
    joined |= {name: first[name] for name in ("started_on", "row_number", *SOURCE_TYPES)}
    joined |= {name: first[name] or joined[name] for name in KEPT_FROM_FIRST}
    made = [row["plan_made_on"] for row in (first, then) if row["has_plan"]]
    if made:
        joined["has_plan"] = True
    elif first["has_plan"] is not None:
        joined["has_plan"] = first["has_plan"]
    joined["plan_made_on"] = min(made) if made and None not in made else None
    return joined | {"source_rows": f"{first['source_rows']};{then['source_row']}"}


def _make_accounts(exports: Exports, parsed: Mapping[str, Parsed]) -> list[dict[str, object]]:
    """Return what became of the rows, for each sheet and each file that was refused.

    Always rows_seen = rows_kept + rows_quarantined + rows_skipped, of a sheet's own rows, also
    where one gives several rows of a table.
    """
    found = {id(table.sheet): table for table in exports.found}
    faulty, held = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for each in parsed.values():
        for number in each.table.rows:
            part, row = each.table.find(number)
            (faulty if number in each.faulty else held)[id(part.sheet)].add(row)
    places = [(each.file, each.name, id(each), each.last_row) for each in exports.sheets]
    accounts = []
    for file, sheet, key, seen in (*places, *((name, "", 0, 0) for name in exports.refused)):
        table, kept, aside = found.get(key), len(held[key]), len(faulty[key])
        if table:
            aside += len(table.other_rows)
            aside += 0 if kept or faulty[key] else len(table.data_rows)
        account = {"file": file, "sheet": sheet, "kind": table.kind if table else ""}
        counts = {"rows_seen": seen, "rows_kept": kept, "rows_quarantined": aside}
        accounts.append({**account, **counts, "rows_skipped": seen - kept - aside})
    return accounts
