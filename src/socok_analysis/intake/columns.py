"""Parse the columns of a found table: typed values, and a problem for every cell that fails.

Each distinct value is parsed once. A row with a fault is set aside (quarantined) whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from socok_analysis.intake.cells import CellValue, fold, is_blank, mask_cpr, name_cell
from socok_analysis.intake.parse import (
    ParseError,
    Parser,
    parse_percent,
    reject_unreadable,
)
from socok_analysis.intake.people import Guard
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.problems import Problem
from socok_analysis.tables import Column

DAYS_1904 = 1462


@dataclass(frozen=True)
class Parsed:
    """A table's parsed columns, one value for each data row, and the rows that have a fault."""

    table: FoundTable
    values: Mapping[str, list[object]]
    faulty: frozenset[int]
    problems: tuple[Problem, ...]

    def kept(self) -> list[int]:
        """Return the positions of the rows without a fault."""
        rows = self.table.data_rows
        return [place for place, row in enumerate(rows) if row not in self.faulty]


def parse_table(
    table: FoundTable, columns: Iterable[Column], parsers: Mapping[str, Parser], guard: Guard
) -> Parsed:
    """Parse all columns of a table; `parsers` is by tidy column name."""
    values: dict[str, list[object]] = {}
    problems: list[Problem] = []
    faulty: set[int] = set()
    for column in columns:
        cells = prepare_cells(table, column)
        values[column.name], faults = parse_cells(cells, column, parsers[column.name])
        for place, fault in faults.items():
            row = table.data_rows[place]
            faulty.add(row)
            problems.append(report_fault(table, column, row, cells[place], fault, guard))
    return Parsed(table, values, frozenset(faulty), tuple(problems))


def prepare_cells(table: FoundTable, column: Column) -> list[CellValue]:
    """Return a column's cells with the meaning only the whole column or workbook tells.

    Where a column holds nothing but x and blanks, blank is no; in a 1904 workbook, the serial
    numbers of dates count from 1904.
    """
    cells = table.cells(column.name)
    if column.type == "flag" and {fold(v) for v in cells if not is_blank(v)} == {"x"}:
        return ["nej" if is_blank(value) else value for value in cells]
    if column.type in ("date", "flag_or_date") and table.sheet.is_1904:
        return [v + DAYS_1904 if type(v) in (int, float) and v > 1 else v for v in cells]  # type: ignore[operator]
    return cells


def parse_cells(
    cells: list[CellValue], column: Column, parse: Parser
) -> tuple[list[object], dict[int, ParseError]]:
    """Return a column's values, and the faults by position. Each distinct value is parsed once."""
    known: dict[tuple[type, CellValue], object] = {}
    for value in cells:
        key = (type(value), value)
        if key not in known:
            known[key] = try_parse(value, column, parse)
    results = [known[type(value), value] for value in cells]
    faults = {place: r for place, r in enumerate(results) if isinstance(r, ParseError)}
    return [None if isinstance(r, ParseError) else r for r in results], faults


def try_parse(value: CellValue, column: Column, parse: Parser) -> object:
    """Return the parsed value, or the ParseError that refuses it."""
    try:
        reject_unreadable(value)
        result = parse(value)
        check_required(result, column)
        check_bounds(result, column)
        check_personal(value, column)
        return result
    except ParseError as error:
        return error
    except (ValueError, TypeError, OverflowError):
        return ParseError("Værdien kan ikke læses.", column.label)


def check_required(result: object, column: Column) -> None:
    """Raise ParseError where a row needs a value and has none."""
    if column.is_required and result is None:
        raise ParseError("Værdien mangler.", "en udfyldt celle", "Udfyld cellen i udtrækket.")


def check_bounds(result: object, column: Column) -> None:
    """Raise ParseError where a number is below the least or above the greatest value."""
    if not isinstance(result, (int, float)) or isinstance(result, bool):
        return
    low, high = column.minimum, column.maximum
    if (low is not None and result < low) or (high is not None and result > high):
        text = f"mindst {low:g}" if high is None else f"mellem {low:g} og {high:g}"
        raise ParseError("Tallet er uden for det mulige.", f"et tal {text}")


def check_personal(value: CellValue, column: Column) -> None:
    """Raise ParseError where free text holds what looks like a personal number."""
    if column.type in ("text", "id") and isinstance(value, str) and mask_cpr(value) != value:
        raise ParseError(
            "Cellen ligner et CPR-nummer i en kolonne, der ikke skal have det.",
            "ingen personoplysninger", "Flyt eller slet personnummeret.",
        )  # fmt: skip


def report_fault(
    table: FoundTable, column: Column, row: int, value: CellValue, fault: ParseError, guard: Guard
) -> Problem:
    """Return the error for one cell; the value is quoted only where it cannot be personal."""
    may_quote = column.type != "person" and not is_blank(value) and guard.may_quote(value)
    return Problem(
        "error", f"cell.{column.type}", f"{column.label}: {fault.message}",
        file=table.sheet.file, sheet=table.sheet.name,
        cell=table.name_cell(row, column.name), column=column.name,
        found=str(value) if may_quote else "", expected=fault.expected, advice=fault.advice,
    )  # fmt: skip


def check_totals(parsed: Parsed, columns: Iterable[Column]) -> list[Problem]:
    """Return an error for each printed total that differs from the rows above it.

    A number beside the words counts rows, a number under a numeric column is its sum. A subtotal
    covers the rows since the previous one.
    """
    problems: list[Problem] = []
    numeric = {parsed.table.columns[c.name]: c for c in columns
               if c.type in ("number", "whole", "percent") and c.name in parsed.table.columns}
    start = 0
    for row in parsed.table.total_rows:
        cells = parsed.table.sheet.rows[row]
        is_subtotal = fold(cells[min(cells)]).startswith("subtotal")
        places = [n for n, r in enumerate(parsed.table.data_rows)
                  if (start if is_subtotal else 0) < r < row]
        start = row if is_subtotal else start
        for position, value in cells.items():
            problems += check_total(parsed, row, position, value, places, numeric.get(position))
    return problems


def check_total(
    parsed: Parsed, row: int, position: int, value: CellValue, places: list[int],
    column: Column | None,
) -> list[Problem]:
    """Return an error where one cell of a total row differs from what the rows give."""
    try:
        printed = parse_percent(value) if isinstance(value, (int, float)) and value > 1 else None
    except ParseError:
        printed = None
    if printed is None:
        return []
    values = [parsed.values[column.name][place] or 0 for place in places] if column else []
    computed = sum(values) if column else len(places)  # type: ignore[arg-type]
    if abs(printed - computed) < 0.005:
        return []
    what = f"summen af {column.label}" if column else "antallet af rækker"
    return [Problem(
        "error", "total.differs", f"Totalrækken siger {printed:g}, men {what} er {computed:g}.",
        file=parsed.table.sheet.file, sheet=parsed.table.sheet.name,
        cell=name_cell(row, position), column=column.name if column else "",
        found=f"{printed:g}", expected=f"{computed:g}",
        advice="Er rækker slettet eller tilføjet? Hent udtrækket igen, eller ret totalen.",
    )]  # fmt: skip
