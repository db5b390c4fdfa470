"""Read a workbook's cells as written, and say in Danish why one cannot be read.

The one room that knows openpyxl. Numbers shown as percent become `Percent`, numbers shown with
leading zeros become text with them, error cells and formulas without a stored result become
values of their own: nothing turns silently into a blank.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from socok_analysis.intake.cells import (
    CellError,
    CellValue,
    Percent,
    Uncalculated,
    is_blank,
    mask_cpr,
)

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_CELLS = 5_000_000
ZEROS = re.compile(r"0{2,}")


class WorkbookError(Exception):
    """The file cannot be read; the text says why, `advice` what to do. Both are Danish."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


@dataclass(frozen=True)
class Sheet:
    """One sheet: its non-blank cells by row and column, both counted from 1 as in Excel.

    `file` and `name` are fit to be shown: what looks like a personal number is hidden in them.
    """

    file: str
    name: str
    is_hidden: bool
    is_1904: bool
    rows: dict[int, dict[int, CellValue]]

    @property
    def last_row(self) -> int:
        """The number of the last row that holds anything; 0 for an empty sheet."""
        return max(self.rows, default=0)


def read_workbook(path: Path, shown_name: str) -> list[Sheet]:
    """Return the worksheets of a workbook; raise WorkbookError.

    `shown_name` is the file name fit to be shown and stored.
    """
    check_container(path)
    try:
        book, stored = open_both(path)
        is_1904 = book.epoch.year == 1904
        return [read_sheet(s, stored[s.title], shown_name, is_1904) for s in book.worksheets]
    except WorkbookError:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part leads it to
        raise WorkbookError(
            "Filen er beskadiget og kan ikke læses.",
            "Åbn den i Excel, gem den på ny som .xlsx, eller hent udtrækket igen.",
        ) from error


def check_container(path: Path) -> None:
    """Raise WorkbookError for what is no .xlsx: protected, of the old kind, or no workbook."""
    with path.open("rb") as file:
        start = file.read(8)
    if start == OLE_START:
        raise WorkbookError(
            "Filen er beskyttet med adgangskode eller gemt i det gamle .xls-format.",
            "Gem den som .xlsx uden adgangskode.",
        )
    if not zipfile.is_zipfile(path):
        raise WorkbookError(
            "Filen er ikke en Excel-projektmappe.",
            "Fjern den fra årsmappen, eller gem den som .xlsx fra Excel.",
        )


def open_both(path: Path) -> tuple[Any, Any]:
    """Return the workbook with formulas, and with stored results where it has any formula."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(path)
        check_size(book)
        has_formula = any(c.data_type == "f" for s in book.worksheets for c in cells_of(s))
        return book, load_workbook(path, data_only=True) if has_formula else book


def check_size(book: Any) -> None:
    """Raise WorkbookError where a sheet reaches far beyond any export."""
    for sheet in book.worksheets:
        if sheet.max_row * sheet.max_column > MOST_CELLS:
            raise WorkbookError(
                f"Et ark strækker sig til række {sheet.max_row}, kolonne {sheet.max_column}.",
                "Kopiér tabellen til et nyt ark, og slet det gamle.",
            )


def cells_of(sheet: Any) -> Iterator[Any]:
    """Yield the cells of a sheet row by row."""
    return (cell for row in sheet.iter_rows() for cell in row)


def read_sheet(sheet: Any, results: Any, shown_name: str, is_1904: bool) -> Sheet:
    """Return one sheet's non-blank cells, `results` being the same sheet with stored results."""
    rows: dict[int, dict[int, CellValue]] = {}
    for cell in cells_of(sheet):
        value = read_cell(cell, results)
        if not is_blank(value):
            rows.setdefault(cell.row, {})[cell.column] = value
    return Sheet(shown_name, mask_cpr(sheet.title), sheet.sheet_state != "visible", is_1904, rows)


def read_cell(cell: Any, results: Any) -> CellValue:
    """Return what a cell holds, a formula's stored result in its place."""
    if cell.data_type == "f":
        cell = results.cell(cell.row, cell.column)
        if cell.value is None:  # a stored empty text has a type, a missing result has none
            return None if cell.data_type == "str" else Uncalculated()
    if cell.data_type == "e":
        return CellError(str(cell.value))
    return read_number(cell.value, cell.number_format or "")


def read_number(value: CellValue, number_format: str) -> CellValue:
    """Keep what only the number format tells: percent signs and leading zeros."""
    if isinstance(value, (bool, datetime)) or not isinstance(value, (int, float)):
        return value
    if number_format.rstrip().endswith("%"):
        return Percent(value)
    if ZEROS.fullmatch(number_format) and value == int(value):
        return f"{int(value):0{len(number_format)}d}"
    return value
