"""Cells and the sheets they stand on: what a cell can hold, how it is named, and what is around."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from socok_analysis.core.danish import clean_text
from socok_analysis.core.problems import Problem, Severity

CellValue = object


class Percent(float):
    """A number that Excel shows with a percent sign: 0.8 shown as 80 %."""


class Foreign(float):
    """A number that Excel shows with a unit that may change what it says: 50 shown as 50 t.kr."""


@dataclass(frozen=True)
class CellError:
    """An Excel error such as #N/A."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Uncalculated:
    """A formula whose result was never stored."""

    def __str__(self) -> str:
        return ""


def name_cell(row: int, column: int) -> str:
    """Return a cell's name as Excel shows it, such as "C7"."""
    return f"{get_column_letter(column)}{row}"


def is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing that can be seen."""
    if isinstance(value, str):
        return not value[:1].isalnum() and not clean_text(value)
    return value is None


@lru_cache(maxsize=1 << 16)
def is_birth_date(digits: str) -> bool:
    """Tell whether DDMMYY is a day of some century; replacement numbers have 60 added to it."""
    day, month = int(digits[:2]) % 60, int(digits[2:4])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]


@dataclass(frozen=True)
class Traits:
    """A sheet beside its cells. `struck_rows` have a cell crossed out; `merged` are ranges, first
    and last row and column; `margins` stand on each page; `read_as` tells how a text was read.
    """

    hidden_rows: tuple[int, ...] = ()
    struck_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    is_filtered: bool = False
    merged: tuple[tuple[int, int, int, int], ...] = ()
    comments: tuple[tuple[str, str], ...] = ()
    margins: tuple[str, ...] = ()
    read_as: str = ""


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet. Personal numbers are hidden in `file` and `name`. `rows` are those that hold
    anything that can be seen, by the number Excel shows: their cells by column, both in order.
    """

    file: str
    name: str
    is_hidden: bool
    is_1904: bool
    rows: Mapping[int, Mapping[int, CellValue]]
    traits: Traits = Traits()

    def __post_init__(self) -> None:
        rows = {
            number: {column: value for column, value in sorted(cells.items()) if value is not None}
            for number, cells in sorted(self.rows.items())
        }
        object.__setattr__(self, "rows", rows)

    @cached_property
    def cells(self) -> pd.DataFrame:
        """The cells as a table of type object, None for blank, without columns that hold none."""
        columns = sorted({column for cells in self.rows.values() for column in cells})
        values = [[cells.get(column) for column in columns] for cells in self.rows.values()]
        index, names = (pd.Index([*numbers], dtype="int64") for numbers in (self.rows, columns))
        return pd.DataFrame(values, index, names, dtype=object)

    @property
    def place(self) -> str:
        """The file and the sheet, as people are told."""
        return " › ".join(filter(None, (self.file, self.name)))

    @cached_property
    def last_row(self) -> int:
        """The number of the last row that holds anything; 0 for an empty sheet."""
        return max(self.rows, default=0)

    def row(self, number: int) -> Mapping[int, CellValue]:
        """Return the non-blank cells of a row by column; none for a row that is not there."""
        return self.rows.get(number, {})

    def tell(
        self,
        check: str,
        cell: str,
        message: str,
        advice: str = "",
        severity: Severity = "error",
        **more: Any,
    ) -> Problem:
        """Return a problem at a cell."""
        return Problem(severity, check, message, self.file, self.name, cell, advice=advice, **more)


def change_cells(sheet: Sheet, changes: Mapping[tuple[int, int], CellValue]) -> Sheet:
    """Return a sheet with other values in some cells of its rows; None for blank."""
    rows = {number: dict(cells) for number, cells in sheet.rows.items()}
    for (row, column), value in changes.items():
        rows[row][column] = value
    return replace(sheet, rows=rows)
