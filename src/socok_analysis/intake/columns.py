"""Parse the columns of a found table: typed values, and a problem for every cell that fails.

Each distinct value is parsed once. A row with a fault is set aside (quarantined) whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from socok_analysis.core.problems import Problem
from socok_analysis.intake.distinct import repeat, unify
from socok_analysis.intake.faults import BLANK as BLANK_CELL
from socok_analysis.intake.lookalikes import describe_lookalikes
from socok_analysis.intake.parse import (
    QUICK,
    ParseError,
    Parser,
    is_year,
    read_nothing,
    reject_unreadable,
    write_raw,
)
from socok_analysis.intake.parsed import Parsed
from socok_analysis.intake.people import Guard
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import Column
from socok_analysis.workbook.cells import (
    CellValue,
    clean_text,
    fold,
    is_blank,
    mask_cpr,
)
from socok_analysis.workbook.sheet import BLANK, CellColumn

DAYS_1904 = 1462
CPR_DIGITS = 10
LETTERS = re.compile(r"[^\W\d_]{2}")
LEAST_LACKING = 2
INCOMPLETE = (
    "Er det en række i tabellen, så udfyld den. Er det en sum, så skriv “I alt” i dens "
    "første celle. Ellers slet den."
)
Refused = tuple[int, Column, CellValue, ParseError]


def parse_table(
    table: FoundTable, columns: Iterable[Column], parsers: Mapping[str, Parser], guard: Guard
) -> Parsed:
    """Parse all columns of a table; `parsers` is by tidy column name.

    Without the heading of a column every row needs, no row can be used; the heading's own error
    says so.
    """
    parsed: dict[str, CellColumn] = {}
    refused: list[Refused] = []
    faulty: set[int] = set()
    columns = tuple(columns)
    for column in columns:
        cells = prepare_cells(table, column)
        if column.name not in table.columns:
            parsed[column.name] = repeat(parsers[column.name](None), len(cells.codes))
            faulty.update(table.data_rows if column.is_required else ())
            continue
        parsed[column.name], faults = parse_cells(cells, column, parsers[column.name], guard)
        for place, (value, fault) in faults.items():
            refused.append((table.data_rows[place], column, value, fault))
    faulty.update(row for row, *_ in refused)
    problems = report_faults(table, refused, columns, guard)
    return Parsed(table, parsed, frozenset(faulty), tuple(problems))


def prepare_cells(table: FoundTable, column: Column) -> CellColumn:
    """Return a column's cells with the meaning only the whole column or workbook tells.

    Where a column holds nothing but x and blanks, blank is no; in a 1904 workbook, the serial
    numbers of dates count from 1904.
    """
    cells = table.column(column.name)
    is_flag = column.type in ("flag", "flag_or_date")
    if is_flag and {fold(value) for value in cells.present()} == {"x"}:
        return CellColumn(
            (*cells.values, "nej"), np.where(cells.codes == BLANK, len(cells.values), cells.codes)
        )
    if column.type in ("date", "flag_or_date") and table.sheet.is_1904:
        return CellColumn(
            tuple(
                value + DAYS_1904 if is_serial(value) else value  # type: ignore[operator]
                for value in cells.values
            ),
            cells.codes,
        )
    return cells


def is_serial(value: CellValue) -> bool:
    """Tell whether a cell in a column of dates holds a serial number: no yes/no and no year."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and value > 1 and not is_year(value)  # type: ignore[operator, arg-type]


def parse_cells(
    cells: CellColumn, column: Column, parse: Parser, guard: Guard
) -> tuple[CellColumn, dict[int, tuple[CellValue, ParseError]]]:
    """Return a column's values, and by position the cells that have a fault.

    Each distinct value that some row holds is parsed once; headings and notes are not.
    """
    raw = [*cells.values, None]
    quick = QUICK.get(column.type, read_nothing)
    is_held = np.zeros(len(raw), np.bool_)
    is_held[cells.codes] = True
    results = [
        quick(value) or try_parse(value, column, parse, guard) if held else None
        for value, held in zip(raw, is_held.tolist(), strict=True)
    ]
    if ParseError not in set(map(type, results)):
        return unify(results, cells.codes), {}
    is_fault = np.array([isinstance(result, ParseError) for result in results])
    wrong = np.flatnonzero(is_fault[cells.codes]).tolist()
    faults = {p: (raw[cells.codes[p]], results[cells.codes[p]]) for p in wrong}
    sound = [None if isinstance(result, ParseError) else result for result in results]
    return unify(sound, cells.codes), faults


def try_parse(value: CellValue, column: Column, parse: Parser, guard: Guard) -> object:
    """Return the parsed value, or the ParseError that refuses it."""
    try:
        reject_unreadable(value)
        check_personal(value, column, guard)
        result = parse(value)
        check_required(result, column)
        check_bounds(result, column)
        return result
    except ParseError as error:
        return explain_fault(error, value)
    except (ValueError, TypeError, OverflowError):
        return ParseError("Værdien kan ikke læses.", column.label)


def explain_fault(fault: ParseError, value: CellValue) -> ParseError:
    """Return a refusal that names the letters of other alphabets, which nobody can see."""
    told = describe_lookalikes(value) if isinstance(value, str) else ""
    if not told or told in fault.message:
        return fault
    return ParseError(fault.message + told, fault.expected, fault.advice, fault.is_harmless)


def check_required(result: object, column: Column) -> None:
    """Raise ParseError where a row needs a value and has none."""
    if column.is_required and result is None:
        raise ParseError(BLANK_CELL, "en udfyldt celle", "Udfyld cellen i udtrækket.")


def check_bounds(result: object, column: Column) -> None:
    """Raise ParseError where a number is below the least or above the greatest value."""
    if not isinstance(result, (int, float)) or isinstance(result, bool):
        return
    low, high = column.minimum, column.maximum
    if (low is not None and result < low) or (high is not None and result > high):
        text = f"mindst {low:g}" if high is None else f"mellem {low:g} og {high:g}"
        raise ParseError("Tallet er uden for det mulige.", f"et tal {text}")


def check_personal(value: CellValue, column: Column, guard: Guard) -> None:
    """Raise ParseError for a personal number in any other column, and a name in free text."""
    if column.type == "person" or value is None or isinstance(value, date):
        return
    is_whole = isinstance(value, (int, float)) and value == int(value)
    text = f"{value:.0f}" if is_whole else clean_text(value)
    if len(text) >= CPR_DIGITS and mask_cpr(text) != text:
        raise ParseError(
            "Cellen ligner et CPR-nummer i en kolonne, der ikke skal have det.",
            "ingen personoplysninger",
            "Flyt eller slet personnummeret.",
        )
    if column.type == "text" and guard.holds_name(text):
        raise ParseError(
            "Cellen har en tekst, der også står i en kolonne med personoplysninger.",
            "ingen personoplysninger",
            "Slet navnet eller bemærkningen i cellen.",
        )


def report_faults(
    table: FoundTable, refused: Iterable[Refused], columns: Iterable[Column], guard: Guard
) -> list[Problem]:
    """Return the errors of the refused cells; a row that lacks much of what it needs is one."""
    refused = list(refused)
    needed = sum(column.is_required and column.name in table.columns for column in columns)
    blank: dict[int, list[Column]] = {}
    for row, column, _, fault in refused:
        if fault.is_of_blank:
            blank.setdefault(row, []).append(column)
    lacking = {
        row: found for row, found in blank.items() if len(found) >= max(LEAST_LACKING, needed / 2)
    }
    return [
        *(
            report_fault(table, column, row, value, fault, guard)
            for row, column, value, fault in refused
            if not (row in lacking and fault.is_of_blank)
        ),
        *(report_incomplete(table, row, lacking[row]) for row in sorted(lacking)),
    ]


def report_incomplete(table: FoundTable, row: int, columns: list[Column]) -> Problem:
    """Return the error for a row that lacks much of what every row needs."""
    *labels, last = (column.label for column in columns)
    return Problem(
        "error",
        "row.incomplete",
        f"Rækken mangler {', '.join(labels)} og {last}.",
        file=table.sheet.file,
        sheet=table.sheet.name,
        cell=table.name_cell(row, columns[0].name),
        column=columns[0].name,
        expected="en udfyldt række",
        advice=INCOMPLETE,
    )


def report_fault(
    table: FoundTable, column: Column, row: int, value: CellValue, fault: ParseError, guard: Guard
) -> Problem:
    """Return the error for one cell; the value is quoted only where it cannot be personal."""
    is_word = isinstance(value, str) and LETTERS.search(value) and not fault.is_harmless
    is_open = column.type != "person" and not is_blank(value) and not is_word
    return Problem(
        "error",
        f"cell.{column.type}",
        f"{column.label}: {fault.message}",
        file=table.sheet.file,
        sheet=table.sheet.name,
        cell=table.name_cell(row, column.name),
        column=column.name,
        found=write_raw(value) if is_open and guard.may_quote(value) else "",
        expected=fault.expected,
        advice=fault.advice,
    )
