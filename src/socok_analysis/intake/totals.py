"""What a total row prints, held against the rows above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from socok_analysis.core.problems import Problem
from socok_analysis.intake.labels import list_scopes
from socok_analysis.intake.parse import (
    ParseError,
    parse_number,
    parse_percent,
    reject_unreadable,
)
from socok_analysis.intake.parsed import Parsed
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import Column
from socok_analysis.workbook.cells import CellValue, Percent, name_cell


def check_totals(parsed: Parsed, columns: Iterable[Column]) -> list[Problem]:
    """Return an error for each printed total that differs from the rows above it.

    A number beside the words counts rows, a number under a numeric column is its sum.
    """
    problems: list[Problem] = []
    numeric = {
        parsed.table.columns[c.name]: c
        for c in columns
        if c.type in ("number", "whole", "percent") and c.name in parsed.table.columns
    }
    before = 0
    for row in parsed.table.total_rows:
        cells = parsed.table.sheet.cells(row)
        scopes = list_scopes(cells[min(cells)], before)
        found = [check_row(parsed, row, start, numeric) for start in scopes]
        best: list[Problem] = min(found, key=len)
        problems += best
        before = row
    return problems


def check_row(parsed: Parsed, row: int, start: int, numeric: Mapping[int, Column]) -> list[Problem]:
    """Return what differs where a total counts the rows between `start` and its own.

    One that stands before all rows counts those below it.
    """
    rows = parsed.table.data_rows
    if rows and row < rows[0]:
        places = [*range(len(rows))]
    else:
        places = [place for place, each in enumerate(rows) if start < each < row]
    words, *others = sorted(parsed.table.sheet.cells(row))
    chosen = [
        position
        for position in others
        if position in numeric or (position == others[0] and is_near(parsed.table, words, position))
    ]
    return [
        problem
        for position in chosen
        for problem in check_total(parsed, row, position, places, numeric.get(position))
    ]


def is_near(table: FoundTable, words: int, position: int) -> bool:
    """Tell whether the first cell after a total row's words can count rows.

    A number farther off below a heading that is not wanted is a sum nobody asked for.
    """
    return position == words + 1 or position in table.columns.values()


def check_total(
    parsed: Parsed, row: int, position: int, places: list[int], column: Column | None
) -> list[Problem]:
    """Return an error where one cell of a total row differs from what the rows give."""
    try:
        printed = read_printed(parsed.table.sheet.rows[row][position])
    except ParseError as fault:
        return [report_total(parsed, row, position, fault.message, fault.expected, fault.advice)]
    computed = sum_column(parsed, places, column) if column else len(places)
    if printed is None or computed is None or abs(printed - computed) < 0.005:
        return []
    what = f"summen af {column.label}" if column else "antallet af rækker"
    found, expected = show_number(printed), show_number(computed)
    message = f"Totalrækken siger {found}, men {what} er {expected}."
    advice = "Er rækker slettet eller tilføjet? Hent udtrækket igen, eller ret totalen."
    return [report_total(parsed, row, position, message, expected, advice, found)]


def read_printed(value: CellValue) -> float | None:
    """Return the number a total row prints; None for words. Raise ParseError for an error cell."""
    reject_unreadable(value)
    try:
        is_percent = isinstance(value, Percent) or str(value).rstrip().endswith("%")
        return parse_percent(value) if is_percent else parse_number(value)
    except ParseError:
        return None


def sum_column(parsed: Parsed, places: list[int], column: Column) -> float | None:
    """Return the sum of a column's values; None where one of its cells could not be read."""
    broken = {problem.cell for problem in parsed.problems}
    rows = [parsed.table.data_rows[place] for place in places]
    if any(parsed.table.name_cell(row, column.name) in broken for row in rows):
        return None
    return sum(parsed.values[column.name][place] or 0 for place in places)  # type: ignore[misc]


def show_number(number: float) -> str:
    """Return a number with a comma and at most two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace(".", ",")


def report_total(
    parsed: Parsed,
    row: int,
    position: int,
    message: str,
    expected: str,
    advice: str,
    found: str = "",
) -> Problem:
    """Return the error for one cell of a total row."""
    names = {place: name for name, place in parsed.table.columns.items()}
    return Problem(
        "error",
        "total.differs" if found else "total.unreadable",
        message,
        file=parsed.table.sheet.file,
        sheet=parsed.table.sheet.name,
        cell=name_cell(row, position),
        column=names.get(position, ""),
        found=found,
        expected=expected,
        advice=advice,
    )
