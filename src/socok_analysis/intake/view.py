"""The sheets as they were read, with what became of each row: `udtraek.html`, fit to be mailed.

No personal value is in it: what is not wanted or not known, notes, and what the guard stops are
hidden; of tables of persons only dates, numbers and names of enterprises are shown, beside what a
problem itself quotes. No script, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections import defaultdict, namedtuple
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from openpyxl.utils import get_column_letter

from socok_analysis.core.danish import clean_text, fold, show_unseen
from socok_analysis.core.problems import SEVERITY_DA, Problem, count_problems, group_problems
from socok_analysis.intake.columns import Parsed
from socok_analysis.intake.exports import Exports, Guard
from socok_analysis.intake.recognise import FoundTable, is_total_name, locate
from socok_analysis.intake.tables import KIND_DA, Column, read_columns
from socok_analysis.workbook.cells import CellError, CellValue, Percent, Uncalculated, name_cell

FILE, HIDDEN = "udtraek.html", "▒ skjult"
MOST_ROWS, MOST_COLUMNS, FIRST_ROWS, LONGEST, MOST_LINKS = 200, 40, 5, 60, 8
PLAIN_TYPES = ("date", "number", "whole", "percent", "week", "enterprise", "agreement", "id")
FREE_TYPES, PLAIN_LISTS = ("text", "id"), ("job_types", "channels")
COUNTS = ("rows_seen", "rows_kept", "rows_quarantined", "rows_skipped")
STATES = {
    "kept": "beholdt",
    "aside": "sat til side",
    "skipped": "sprunget over",
    "heading": "overskrift",
    "total": "i alt",
    "other": "anden tabel, sat til side",
}
UNREAD = (CellError, Uncalculated)
Account = Mapping[str, object]
Columns = Mapping[int, Column]
Step = tuple[str, str, str, Sequence[Problem]]  # its name, how it stands, detail, what was found

# A cell's name in Excel, what may be shown of it, and its anchor where it is faulty; a row's number
# in Excel and what became of it; a sheet's place, its columns' letters, and what is not shown.
CellView = namedtuple("CellView", "name text anchor")
RowView = namedtuple("RowView", "number state cells problems left_out")
SheetView = namedtuple("SheetView", "file sheet letters rows left_out columns_left_out")


def view_sheets(
    exports: Exports, parsed: Mapping[str, Parsed], problems: Iterable[Problem]
) -> Iterator[SheetView]:
    """Yield a view of each table's sheet: headings, first rows, totals, and around problems."""
    told = defaultdict[tuple[str, str, int], list[Problem]](list)
    for problem in problems:
        told[problem.file, problem.sheet, locate(problem)[0]].append(problem)
    for number, table in enumerate(exports.found, 1):
        sheet, places = table.sheet, sorted(table.headings)
        by_row = {row: told.get((sheet.file, sheet.name, row), []) for row in sheet.rows}
        faulty = [row for row, found in by_row.items() if found]
        headed, near = table.heading_rows[-1], [row + step for row in faulty for step in (-1, 1)]
        wanted = [headed - 1, headed, *table.data_rows[:FIRST_ROWS], *table.total_rows]
        wanted += [*faulty, *near, *table.list_rows("other")[:FIRST_ROWS]]
        held = [row for row in dict.fromkeys(wanted) if sheet.row(row)]
        states = name_states(table, parsed[table.kind])
        columns = _list_open(table) if "kept" in states.values() else {}
        rows, last = list[RowView](), 0
        for row in sorted(held[:MOST_ROWS]):
            state, found, cells = states.get(row, "skipped"), by_row[row], list[CellView]()
            for place in places[:MOST_COLUMNS]:
                name, value = name_cell(row, place), sheet.row(row).get(place)
                about = [problem for problem in found if problem.cell == name]
                about.sort(key=lambda p: (p.check.startswith("cell."), bool(p.found)))
                fault = about[-1] if about else None
                text = _show(table, state, place, value, columns, exports.guard)
                if fault and text and not isinstance(value, UNREAD):
                    is_cells = fault.check.startswith("cell.")
                    is_told = is_cells or (state == "heading" and fault.found)
                    text = fault.found or HIDDEN if is_told else text
                is_lost = fault and fault.check == "heading.missing" and not fault.found
                anchor = f"ark{number}-{name}" if fault and not is_lost else ""
                cells.append(CellView(name, text, anchor))
            rows.append(RowView(row, state, tuple(cells), tuple(found), row - last - 1))
            last = row
        letters = tuple(map(get_column_letter, places[:MOST_COLUMNS]))
        left_out = (sheet.last_row - last, max(len(places) - MOST_COLUMNS, 0))
        yield SheetView(sheet.file, sheet.name, letters, tuple(rows), *left_out)


def name_states(table: FoundTable, parsed: Parsed) -> dict[int, str]:
    """Return what became of each row that is not skipped; a double is set aside."""
    found = ((*parsed.find(number), number) for number in parsed.values.index)
    own = {row: number for part, row, number in found if part.sheet is table.sheet}
    rows = {row: "aside" if number in parsed.faulty else "kept" for row, number in own.items()}
    states = {**table.states, **(rows or dict.fromkeys(table.data_rows, "aside"))}
    return {row: state for row, state in states.items() if state in STATES}


def _list_open(table: FoundTable) -> dict[int, Column]:
    """Return by place on the sheet the columns whose values may be shown."""
    declared, columns = read_columns()[table.kind], dict[int, Column]()
    is_of_persons = any(column.type == "person" for column in declared)
    for column in declared:
        is_plain = column.type in PLAIN_TYPES or column.detail in PLAIN_LISTS
        if column.type != "person" and (is_plain or not is_of_persons):
            places = table.parts.get(column.name, (table.columns.get(column.name, 0),))
            columns |= dict.fromkeys(places, column)
    return columns


def _show(
    table: FoundTable, state: str, place: int, value: CellValue, columns: Columns, guard: Guard
) -> str:
    """Return what may be shown of a cell: known headings, totals, and values of open columns."""
    if value is None or isinstance(value, UNREAD):
        return "" if value is None else str(value) or "(ikke beregnet)"
    text, is_open = _format(value), False
    if state == "heading":
        own, whole, find = fold(value), table.folded.get(place, ""), table.header.find
        is_open = bool(find(own) or (own in whole and find(whole)))
    elif state == "total":
        is_label = isinstance(value, str) and is_total_name(value)
        is_open = is_label or (text[:1].isdigit() and guard.may_quote(text))
        text = STATES["total"].capitalize() if is_label else text
    elif state in ("kept", "aside") and place in columns:
        is_open = columns[place].type not in FREE_TYPES or guard.may_quote(text)
    return text if is_open else HIDDEN


def _format(value: CellValue) -> str:
    """Return a cell's value as a Danish Excel shows it, long texts cut."""
    if isinstance(value, bool):
        return "SAND" if value else "FALSK"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, (int, float)):
        scale, sign = (100, " %") if isinstance(value, Percent) else (1, "")
        return f"{float(value) * scale:.10g}".replace(".", ",") + sign
    text = show_unseen(clean_text(value))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def render_overview(
    year: int,
    problems: Sequence[Problem],
    accounts: Sequence[Account],
    sheets: Sequence[SheetView],
    steps: Sequence[Step] = (),
) -> str:
    """Return the page as HTML, every text escaped, with the steps of a year's checklist if any."""
    style = Path(__file__).with_name("overview.css").read_text(encoding="utf-8")
    template = Path(__file__).with_name("overview.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    numbers = {f"{view.file}/{view.sheet}": number for number, view in enumerate(sheets, 1)}
    rows = ((view, row) for view in sheets for row in view.rows)
    anchors = {(view.file, view.sheet, c.name): c.anchor for view, row in rows for c in row.cells}

    def group(found: Iterable[Problem]) -> Iterator[dict[str, object]]:
        for first, *others in group_problems(found):
            named = [problem for problem in (first, *others) if problem.cell]
            cells = [(p.cell, anchors.get((p.file, p.sheet, p.cell), "")) for p in named]
            told = {"first": first, "count": len(others) + 1, "cells": cells[:MOST_LINKS]}
            yield {**told, "more": max(len(cells) - MOST_LINKS, 0)}

    return environment.from_string(template).render(
        year=year,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode(),
        counted=count_problems(problems),
        groups=[*group(problem for problem in problems if problem.severity != "info")],
        told=[*group(problem for problem in problems if problem.severity == "info")],
        steps=[(name, state, detail, [*group(own)]) for name, state, detail, own in steps],
        accounts=accounts,
        kinds=KIND_DA,
        numbers=numbers,
        sums=[sum(int(str(account[name])) for account in accounts) for name in COUNTS],
        sheets=sheets,
        states=STATES,
        severities=SEVERITY_DA,
    )
