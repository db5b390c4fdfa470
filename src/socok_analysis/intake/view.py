"""The sheets as they were read, with what became of each row: `udtraek.html`, fit to be mailed.

No personal value is in a view: columns of persons, remarks and caseworkers, columns that are not
wanted or not known, notes, and what the guard stops are hidden. In tables of persons only dates,
numbers and names of enterprises are shown beside what a problem itself quotes. The page is a file
of its own: no script, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from socok_analysis.core.danish import show_unseen
from socok_analysis.core.problems import SEVERITY_DA, Problem, count_problems, group_problems
from socok_analysis.intake.columns import Parsed
from socok_analysis.intake.exports import Exports
from socok_analysis.intake.headings import row_of
from socok_analysis.intake.people import Guard
from socok_analysis.intake.recognise import TOTAL, FoundTable
from socok_analysis.intake.tables import KIND_DA, Column, read_columns
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Percent,
    Uncalculated,
    clean_text,
    fold,
    name_cell,
    name_column,
)

FILE = "udtraek.html"
HIDDEN = "▒ skjult"
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
Account = Mapping[str, object]


@dataclass(frozen=True)
class CellView:
    """One cell: its name in Excel, what may be shown of it, and whether a problem points at it."""

    name: str
    text: str
    is_faulty: bool


@dataclass(frozen=True)
class RowView:
    """One row: its number in Excel, what became of it, its cells, its problems, rows left out."""

    number: int
    state: str
    cells: tuple[CellView, ...]
    problems: tuple[Problem, ...]
    left_out: int


@dataclass(frozen=True)
class SheetView:
    """One sheet: its place, the letters of the columns shown, the rows shown, and what is not."""

    file: str
    sheet: str
    letters: tuple[str, ...]
    rows: tuple[RowView, ...]
    left_out: int
    columns_left_out: int


@dataclass(frozen=True)
class Reading:
    """What a view needs to know of one table: how it was found and parsed, and what was wrong.

    `faulty` are the sheet's rows that are set aside, None for a table that is not parsed;
    `columns` are the tidy columns by their place on the sheet; `problems` are by row.
    """

    table: FoundTable
    faulty: frozenset[int] | None
    columns: Mapping[int, Column]
    problems: Mapping[int, Sequence[Problem]]
    guard: Guard


def view_sheets(
    exports: Exports, parsed: Mapping[str, Parsed], problems: Iterable[Problem]
) -> Iterator[SheetView]:
    """Yield a view of every sheet that holds a table.

    It shows the headings, the first rows, totals, and rows with problems and their neighbours.
    """
    by_row: dict[tuple[str, str], dict[int, list[Problem]]] = {}
    for problem in problems:
        if row := row_of(problem):
            rows = by_row.setdefault((problem.file, problem.sheet), {})
            rows.setdefault(row, []).append(problem)
    for table in exports.found:
        own = parsed.get(table.kind)
        is_read = own and any(part.sheet is table.sheet for part in own.table.parts)
        found = [*map(own.table.find, own.faulty)] if own and is_read else []
        faulty = frozenset(row for part, row in found if part.sheet is table.sheet)
        declared = {column.name: column for column in read_columns()[table.kind]}
        columns = {place: declared[name] for name, place in table.columns.items()}
        for name, several in table.parts.items():
            columns |= dict.fromkeys(several, declared[name])
        told = by_row.get((table.sheet.file, table.sheet.name), {})
        reading = Reading(table, faulty if is_read else None, columns, told, exports.guard)
        near = (row for each in sorted(told) for row in (each - 1, each + 1))
        wanted = [table.header_row - 1, table.header_row, *table.data_rows[:FIRST_ROWS]]
        wanted += [*table.total_rows, *sorted(told), *near, *table.other_rows[:FIRST_ROWS]]
        held = [row for row in dict.fromkeys(wanted) if table.sheet.row(row)]
        shown, places = sorted(held[:MOST_ROWS]), sorted(table.headings)
        yield SheetView(
            table.sheet.file,
            table.sheet.name,
            tuple(map(name_column, places[:MOST_COLUMNS])),
            tuple(
                view_row(reading, row, places[:MOST_COLUMNS], row - last - 1)
                for last, row in zip((0, *shown), shown, strict=False)
            ),
            table.sheet.last_row - max(shown, default=0),
            max(len(places) - MOST_COLUMNS, 0),
        )


def view_row(reading: Reading, number: int, places: Iterable[int], left_out: int) -> RowView:
    """Return the view of one row."""
    cells, state = reading.table.sheet.row(number), name_state(reading, number)
    problems = reading.problems.get(number, ())
    by_cell = {p.cell: p for p in sorted(problems, key=lambda p: (is_refusal(p), bool(p.found)))}
    views = []
    for place in places:
        problem = by_cell.get(name := name_cell(number, place))
        text = show_cell(reading, state, place, cells.get(place), problem)
        is_missing = problem and problem.check == "heading.missing" and not problem.found
        views.append(CellView(name, text, problem is not None and not is_missing))
    return RowView(number, state, tuple(views), tuple(problems), left_out)


def name_state(reading: Reading, number: int) -> str:
    """Return what became of a row."""
    table, faulty = reading.table, reading.faulty
    if number in table.total_rows:
        return "total"
    if number in table.data.index:
        return "aside" if faulty is None or number in faulty else "kept"
    if number in table.other_rows:
        return "other"
    return "heading" if number in (*table.upper_rows, table.header_row) else "skipped"


def is_refusal(problem: Problem) -> bool:
    """Tell whether a problem is a cell's value that could not be read."""
    return problem.check.startswith("cell.")


def show_cell(
    reading: Reading, state: str, place: int, value: CellValue, problem: Problem | None
) -> str:
    """Return what may be shown of a cell: headings that are known, alone or as the group of one,
    words and numbers of totals, and values of open columns.
    """
    if value is None:
        return ""
    if isinstance(value, (CellError, Uncalculated)):
        return str(value) or "(ikke beregnet)"
    if problem and (is_refusal(problem) or (state == "heading" and problem.found)):
        return problem.found or HIDDEN
    text, column, header = format_cell(value), reading.columns.get(place), reading.table.header
    is_open = False
    if state == "heading":
        whole = fold(reading.table.headings.get(place, ""))
        is_open = header.is_known(fold(value)) or (fold(value) in whole and header.is_known(whole))
    elif state == "total":
        word = TOTAL.match(text) if isinstance(value, str) else None
        is_open = bool(word) or (text[:1].isdigit() and reading.guard.may_quote(text))
        text = word[0] if word else text
    elif (
        state in ("kept", "aside")
        and reading.faulty is not None
        and column
        and column.type != "person"
    ):
        is_of_persons = any(c.type == "person" for c in read_columns()[reading.table.kind])
        is_plain = column.type in PLAIN_TYPES or column.detail in PLAIN_LISTS
        is_safe = column.type not in FREE_TYPES or reading.guard.may_quote(text)
        is_open = is_safe and (is_plain or not is_of_persons)
    return text if is_open else HIDDEN


def format_cell(value: CellValue) -> str:
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
    year: int, problems: Sequence[Problem], accounts: Sequence[Account], sheets: Sequence[SheetView]
) -> str:
    """Return the page as HTML; every text in it is escaped. The policy knows its one style."""
    from jinja2 import Environment, StrictUndefined

    folder = files("socok_analysis.intake")
    style = folder.joinpath("overview.css").read_text(encoding="utf-8")
    template = folder.joinpath("overview.html.j2").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    numbers = {(view.file, view.sheet): number for number, view in enumerate(sheets, 1)}
    anchors = {
        (view.file, view.sheet, cell.name): f"ark{numbers[view.file, view.sheet]}-{cell.name}"
        for view in sheets
        for row in view.rows
        for cell in row.cells
        if cell.is_faulty
    }
    groups = [describe_group(group, anchors) for group in group_problems(problems)]
    return environment.from_string(template).render(
        year=year,
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(f"\n{style}".encode()).digest()).decode(),
        counted=count_problems(problems),
        groups=[group for group in groups if group["severity"] != "info"],
        told=[group for group in groups if group["severity"] == "info"],
        accounts=[
            {
                **account,
                "kind": KIND_DA.get(str(account["kind"]), "ikke brugt"),
                "number": numbers.get((str(account["file"]), str(account["sheet"])), 0),
            }
            for account in accounts
        ],
        sums=[sum(int(str(account[name])) for account in accounts) for name in COUNTS],
        sheets=sheets,
        states=STATES,
        severities=SEVERITY_DA,
    )


def describe_group(
    group: Sequence[Problem], anchors: Mapping[tuple[str, str, str], str]
) -> dict[str, object]:
    """Return like problems as the page lists them: the first, its place, and their cells."""
    first = group[0]
    places = [(p.cell, anchors.get((p.file, p.sheet, p.cell), "")) for p in group if p.cell]
    return {
        "first": first,
        "severity": first.severity,
        "place": " › ".join(filter(None, (first.file, first.sheet))),
        "count": len(group),
        "cells": places[:MOST_LINKS],
        "more": max(len(places) - MOST_LINKS, 0),
    }
