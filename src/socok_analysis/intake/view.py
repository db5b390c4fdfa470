"""The sheets as they were read, with what became of each row, fit to be mailed to a case worker.

No personal value is in a view: columns of persons, remarks and caseworkers, columns that are not
wanted or not known, notes, and what the guard stops are hidden. In tables of persons only dates,
numbers and names of enterprises are shown beside what a problem itself quotes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from socok_analysis.core.problems import Problem
from socok_analysis.intake.labels import TOTAL
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.parsed import Parsed
from socok_analysis.intake.people import Guard
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import Column, read_columns
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

HIDDEN = "▒ skjult"
MOST_ROWS, MOST_COLUMNS, FIRST_ROWS, LONGEST = 200, 40, 5, 60
PLAIN_TYPES = ("date", "number", "whole", "percent", "week", "enterprise", "agreement", "id")
FREE_TYPES = ("text", "id")
PLAIN_LISTS = ("job_types", "channels")
ROW_NUMBER = re.compile(r"[A-Z]+(\d+)")
STATES = {
    "kept": "beholdt",
    "aside": "sat til side",
    "skipped": "sprunget over",
    "heading": "overskrift",
    "total": "i alt",
    "other": "anden tabel, sat til side",
}


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
    """What a view needs to know of one table: how it was found and parsed, and what was wrong."""

    table: FoundTable
    header: HeaderMap
    parsed: Parsed | None
    problems: Mapping[int, tuple[Problem, ...]]
    guard: Guard

    @cached_property
    def columns(self) -> dict[int, Column]:
        """The tidy columns by their place on the sheet."""
        declared = {column.name: column for column in read_columns()[self.table.kind]}
        return {place: declared[name] for name, place in self.table.columns.items()}

    @cached_property
    def data_rows(self) -> frozenset[int]:
        """The rows of data, to look up."""
        return frozenset(self.table.data_rows)

    @cached_property
    def is_of_persons(self) -> bool:
        """Whether each row of the table is about a person."""
        return any(c.type == "person" for c in read_columns()[self.table.kind])


def view_sheets(
    tables: Iterable[FoundTable],
    parsed: Mapping[str, Parsed],
    headers: Mapping[str, HeaderMap],
    problems: Iterable[Problem],
    guard: Guard,
) -> list[SheetView]:
    """Return a view of every sheet that holds a table."""
    found = list(problems)
    return [
        view_sheet(
            Reading(
                table,
                headers[table.kind],
                choose_parsed(table, parsed),
                group_by_row(p for p in found if is_on(p, table)),
                guard,
            )
        )
        for table in tables
    ]


def choose_parsed(table: FoundTable, parsed: Mapping[str, Parsed]) -> Parsed | None:
    """Return a table's parsed columns; None for a further table of a kind, which is not parsed."""
    own = parsed.get(table.kind)
    return own if own and own.table.sheet is table.sheet else None


def is_on(problem: Problem, table: FoundTable) -> bool:
    """Tell whether a problem is about a table's sheet."""
    return (problem.file, problem.sheet) == (table.sheet.file, table.sheet.name)


def group_by_row(problems: Iterable[Problem]) -> dict[int, tuple[Problem, ...]]:
    """Return problems by the row of their cell; those without a cell are told above the sheets."""
    rows: dict[int, tuple[Problem, ...]] = {}
    for problem in problems:
        if found := ROW_NUMBER.fullmatch(problem.cell):
            rows[int(found[1])] = (*rows.get(int(found[1]), ()), problem)
    return rows


def view_sheet(reading: Reading) -> SheetView:
    """Return the view of one sheet, bounded to the rows and columns that matter."""
    table = reading.table
    places = sorted(table.headings)
    shown = choose_rows(reading)
    rows, last = [], 0
    for number in shown:
        rows.append(view_row(reading, number, places[:MOST_COLUMNS], number - last - 1))
        last = number
    return SheetView(
        table.sheet.file,
        table.sheet.name,
        tuple(map(name_column, places[:MOST_COLUMNS])),
        tuple(rows),
        table.sheet.last_row - last,
        max(len(places) - MOST_COLUMNS, 0),
    )


def choose_rows(reading: Reading) -> list[int]:
    """Return the rows to show: headings, the first rows, totals, and rows with problems."""
    table = reading.table
    heads = (table.header_row - 1, table.header_row)
    wrong = sorted(reading.problems)
    near = [row for each in wrong for row in (each - 1, each + 1)]
    others = table.other_rows[:FIRST_ROWS]
    wanted = [*heads, *table.data_rows[:FIRST_ROWS], *table.total_rows, *wrong, *near, *others]
    held = [row for row in dict.fromkeys(wanted) if table.sheet.cells(row)]
    return sorted(held[:MOST_ROWS])


def view_row(reading: Reading, number: int, places: Iterable[int], left_out: int) -> RowView:
    """Return the view of one row."""
    cells = reading.table.sheet.cells(number)
    state = name_state(reading, number)
    problems = reading.problems.get(number, ())
    by_cell = {p.cell: p for p in sorted(problems, key=lambda p: (is_refusal(p), bool(p.found)))}
    views = []
    for place in places:
        name = name_cell(number, place)
        text = show_cell(reading, state, place, cells.get(place), by_cell.get(name))
        views.append(CellView(name, text, name in by_cell and is_pointed(by_cell[name])))
    return RowView(number, state, tuple(views), problems, left_out)


def name_state(reading: Reading, number: int) -> str:
    """Return what became of a row."""
    table, parsed = reading.table, reading.parsed
    if number in table.total_rows:
        return "total"
    if number in reading.data_rows:
        return "aside" if parsed is None or number in parsed.faulty else "kept"
    if number in table.other_rows:
        return "other"
    is_heading = number == table.header_row or number in table.upper_rows
    return "heading" if is_heading else "skipped"


def show_cell(
    reading: Reading, state: str, place: int, value: CellValue, problem: Problem | None
) -> str:
    """Return what may be shown of a cell."""
    if value is None:
        return ""
    if isinstance(value, (CellError, Uncalculated)):
        return str(value) or "(ikke beregnet)"
    if problem and (is_refusal(problem) or state == "heading" and problem.found):
        return problem.found or HIDDEN
    shown = {"kept": show_value, "aside": show_value, "total": show_total, "heading": show_heading}
    return (shown[state](reading, place, value) if state in shown else "") or HIDDEN


def is_pointed(problem: Problem) -> bool:
    """Tell whether a problem is about the very cell it names, and not about what is missing."""
    return problem.check != "heading.missing" or bool(problem.found)


def is_refusal(problem: Problem) -> bool:
    """Tell whether a problem is a cell's value that could not be read."""
    return problem.check.startswith("cell.")


def show_value(reading: Reading, place: int, value: CellValue) -> str:
    """Return a data cell's text; nothing where its column is not open."""
    column = reading.columns.get(place)
    if reading.parsed is None or column is None or not is_open(column, reading.is_of_persons):
        return ""
    text = format_cell(value)
    return text if column.type not in FREE_TYPES or reading.guard.may_quote(text) else ""


def is_open(column: Column, is_of_persons: bool) -> bool:
    """Tell whether a column's values may be shown where they could be read."""
    is_plain = column.type in PLAIN_TYPES or column.detail in PLAIN_LISTS
    return column.type != "person" and (is_plain or not is_of_persons)


def show_total(reading: Reading, place: int, value: CellValue) -> str:
    """Return the word for a total, or a printed number."""
    if isinstance(value, str) and (word := TOTAL.match(clean_text(value))):
        return word[0]
    text = format_cell(value)
    return text if text[:1].isdigit() and reading.guard.may_quote(text) else ""


def show_heading(reading: Reading, place: int, value: CellValue) -> str:
    """Return a heading that is known, alone or as the group of one that is."""
    text, whole = clean_text(value), reading.table.headings.get(place, "")
    is_part = fold(text) in fold(whole) and fold(whole) in reading.header.known
    return text if is_part or fold(text) in reading.header.known else ""


def format_cell(value: CellValue) -> str:
    """Return a cell's value as a Danish Excel shows it, long texts cut."""
    if isinstance(value, bool):
        return "SAND" if value else "FALSK"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, (int, float)):
        return format_number(value)
    text = clean_text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def format_number(value: float) -> str:
    """Return a number with a decimal comma, and a percent sign where Excel shows one."""
    is_percent = isinstance(value, Percent)
    text = f"{float(value) * (100 if is_percent else 1):.10g}".replace(".", ",")
    return f"{text} %" if is_percent else text


def hide_names(view: SheetView, hidden: Collection[object], sign: str) -> SheetView:
    """Return a view without the names of files and sheets that name a person."""
    file, sheet = (sign if text in hidden else text for text in (view.file, view.sheet))
    if (file, sheet) == (view.file, view.sheet):
        return view
    rows = tuple(
        replace(
            row, problems=tuple(replace(p, file=file, sheet=sheet, edit="") for p in row.problems)
        )
        for row in view.rows
    )
    return replace(view, file=file, sheet=sheet, rows=rows)
