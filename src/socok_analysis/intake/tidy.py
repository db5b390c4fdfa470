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
from socok_analysis.intake.corrections import correct_exports, read_corrections
from socok_analysis.intake.exports import Exports, Table, read_exports
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
FLAGS = (*FLAGS_WITH_DAY, "is_veteran", "needs_interpreter")  # yes in any row is yes
KEPT_FROM_FIRST = ("course_id", "started_on", *SOURCE_TYPES, *FLAGS)
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
    """Return a year's tables, parsed and checked; raise DataError for faults in the maps."""
    maps, folder = read_maps(root, number), raw_dir(root, number)
    exports = read_exports(folder, maps)
    corrections, faults = read_corrections(folder)
    exports, corrected = correct_exports(exports, corrections)
    parsed, found = _parse_tables(exports.tables, maps, exports.guard)
    key, tables = read_key(root), dict[str, pd.DataFrame]()
    for kind, each in parsed.items():
        tables |= _make_tables(kind, _list_rows(each, key, maps))
    problems = [*exports.problems, *faults, *corrected, *found, *check_relations(parsed)]
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
    return _make_accounts(read_exports(folder, Maps({}, {}, {})), {})


def _parse_tables(
    tables: Mapping[str, Table], maps: Maps, guard: Guard
) -> tuple[dict[str, Parsed], list[Problem]]:
    """Parse and check every table; those that others name first."""
    problems: list[Problem] = []
    parsed: dict[str, Parsed] = {}
    known: dict[str, Parser] = {}
    for kind in dict.fromkeys(("enterprises", "agreements", *KIND_DA)):
        if kind in tables:
            own = parse_table(tables[kind], maps, known, guard)
            around = (problem for part in tables[kind].parts for problem in part.problems)
            is_whole = all(problem.check != "heading.missing" for problem in around)
            broken, faulty = check_rules(own) if is_whole else ([], own.faulty)
            problems += [*own.problems, *broken, *check_totals(own)]
            parsed[kind] = replace(own, faulty=faulty)
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
    if "person_key" in rows:
        keys = [hash_person(cpr, key) for cpr in rows["person_key"]]
        rows["person_key"] = pd.Series(keys, rows.index, dtype=object)
    if table.kind == "enterprises":
        rows["enterprise_id"] = [make_id(name, maps.enterprise_ids) for name in rows["name"]]
    return rows.astype(object)


def _make_tables(kind: str, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the tidy tables a kind of export gives: one, or two for the course extract."""
    first = {"enterprises": {"enterprise_id": "text"}, "courses": {"course_id": "text"}}
    types = {**first.get(kind, {}), **{each.name: each.type for each in read_columns()[kind]}}
    if kind != "courses":
        return {kind: make_table(rows, types | SOURCE_TYPES)}
    types |= {**dict.fromkeys(FLAGS_WITH_DAY, "flag"), **SOURCE_TYPES, **COURSE_TYPES}
    courses = _make_courses(rows)
    last = {name: [each[name] for each in courses["last"]] for name in SOURCE_TYPES}
    exits = courses.assign(**last, exit_reason=courses["exit_reasons"]).explode("exit_reason")
    del types["minutes_per_week"], types["exit_reasons"]
    return {
        "courses": make_table(courses, types),
        "exits": make_table(exits.dropna(subset="exit_reason"), EXIT_TYPES | SOURCE_TYPES),
    }


def _make_courses(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the courses in the order of their first rows; `last` is where the end stands."""
    courses, latest = dict[int, Row](), dict[object, Row]()
    in_time = rows.sort_values("started_on", kind="stable")
    for number, row in zip(in_time.index, in_time.to_dict("records"), strict=True):
        if row["minutes_per_week"]:
            row["hours_per_week"] = (row["hours_per_week"] or 0) + row["minutes_per_week"] / 60
        for name, day in FLAGS_WITH_DAY.items():
            row[name], row[day] = row[name]
        row |= {"source_rows": str(row["source_row"]), "last": {n: row[n] for n in SOURCE_TYPES}}
        person, partner = row["person_key"], row["enterprise_id"]
        row["course_id"] = f"{partner}_{row['started_on']}_{person or f'row{number}'}"
        before = latest.get((person, partner))
        if before and EXTENDED in before["exit_reasons"]:
            _join_rows(before, row)
        else:
            courses[number] = row
            latest |= {(person, partner): row} if person else {}
    names = [*rows, "course_id", *COURSE_TYPES, "last"]
    values = [[courses[number][name] for name in names] for number in sorted(courses)]
    return pd.DataFrame(values, None, names, object)


def _join_rows(first: Row, then: Row) -> None:
    """Add to a course the row that goes on with it: the last known holds, and the first plan."""
    plans = [row["plan_made_on"] for row in (first, then) if row["has_plan"]]
    known = {name: value for name, value in then.items() if value is not None}
    kept = {name: first[name] for name in KEPT_FROM_FIRST if first[name] or name not in FLAGS}
    first |= {**known, **kept, "source_rows": f"{first['source_rows']};{then['source_row']}"}
    first["ended_on"] = then["ended_on"]
    first["plan_made_on"] = None if None in plans else min(plans, default=None)


def _make_accounts(exports: Exports, parsed: Mapping[str, Parsed]) -> list[dict[str, object]]:
    """Return what became of the rows, for each sheet and each file that was refused."""
    found = {id(table.sheet): table for table in exports.found}
    faulty, held = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    for each in parsed.values():
        for number in each.table.rows:
            part, row = each.table.find(number)
            (faulty if number in each.faulty else held)[id(part.sheet)].add(row)
    places = [(each.file, each.name, id(each), each.last_row) for each in exports.sheets]
    accounts = list[dict[str, object]]()
    for file, sheet, key, seen in (*places, *((name, "", 0, 0) for name in exports.refused)):
        table, kept, aside = found.get(key), len(held[key]), faulty[key]
        if table:
            aside = {*aside, *table.other_rows, *(() if kept or aside else table.data_rows)}
        account = {"file": file, "sheet": sheet, "kind": table.kind if table else ""}
        counts = {"rows_seen": seen, "rows_kept": kept, "rows_quarantined": len(aside)}
        accounts.append({**account, **counts, "rows_skipped": seen - kept - len(aside)})
    return accounts
