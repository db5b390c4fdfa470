"""A sheet as a table of cells, and what stands around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from socok_analysis.workbook.cells import CellValue


@dataclass(frozen=True)
class Traits:
    """A sheet beside its cells. `merged` are ranges: first row and column, last row and column.

    `struck_rows` have a cell that is crossed out. `comments` are the cells that have one, and what
    it says; `margins` are the texts that are printed above and below each page. `read_as` tells how
    a text file was read.
    """

    kind: str = "worksheet"
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
    """One sheet. `file` and `name` are fit to be shown: personal numbers are hidden in them.

    `cells` are of type object, None for blank. Its index are the numbers of the rows that hold
    anything that can be seen, as Excel shows them; its columns are numbered from 1, and only those
    that hold anything are there.
    """

    file: str
    name: str
    is_hidden: bool
    is_1904: bool
    cells: pd.DataFrame
    traits: Traits = Traits()

    @property
    def last_row(self) -> int:
        """The number of the last row that holds anything; 0 for an empty sheet."""
        return int(self.cells.index[-1]) if len(self.cells) else 0

    def row(self, number: int) -> dict[int, CellValue]:
        """Return the non-blank cells of a row by column; none for a row that is not there."""
        if number not in self.cells.index:
            return {}
        values = self.cells.to_numpy()[self.cells.index.get_loc(number)]
        found = zip(map(int, self.cells.columns), values, strict=True)
        return {column: value for column, value in found if value is not None}


def make_cells(rows: Mapping[int, Mapping[int, CellValue]]) -> pd.DataFrame:
    """Return non-blank cells, by row and column, as a table; rows without any are left out."""
    numbers = sorted(number for number, cells in rows.items() if cells)
    columns = sorted({column for cells in rows.values() for column in cells})
    values = [[rows[number].get(column) for column in columns] for number in numbers]
    return pd.DataFrame(
        values, pd.Index(numbers, dtype="int64"), pd.Index(columns, dtype="int64"), dtype=object
    )


def change_cells(sheet: Sheet, changes: Mapping[tuple[int, int], CellValue]) -> Sheet:
    """Return a sheet with other values in some cells, named by row and column; None for blank.

    The rows must be ones that hold something.
    """
    columns = sorted({*sheet.cells.columns, *(column for _, column in changes)})
    cells = sheet.cells.reindex(columns=columns)
    values = cells.to_numpy(object, copy=True)
    values[pd.isna(values)] = None
    for (row, column), value in changes.items():
        values[cells.index.get_loc(row), columns.index(column)] = value
    return replace(sheet, cells=pd.DataFrame(values, cells.index, cells.columns, dtype=object))
