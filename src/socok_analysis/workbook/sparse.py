"""A sheet's columns while it is not yet known which rows the sheet has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socok_analysis.workbook.archive import report_size
from socok_analysis.workbook.cells import CellValue
from socok_analysis.workbook.sheet import BLANK, CellColumn, Codes

MOST_PLACES = 60_000_000


@dataclass(frozen=True)
class SparseColumn:
    """A column's cells by row, before it is known which rows the sheet has."""

    rows: NDArray[np.int32]
    codes: Codes
    values: tuple[CellValue, ...]


def split_columns(columns: NDArray[np.int32]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Yield each column that is held, and the places of its cells in the order written."""
    order = np.argsort(columns.astype(np.int16), kind="stable")
    ends = np.bincount(columns).cumsum()
    for number in np.flatnonzero(np.diff(ends, prepend=0)).tolist():
        yield number, order[ends[number - 1] : ends[number]]


def spread_columns(
    sparse: Mapping[int, SparseColumn],
) -> tuple[NDArray[np.int64], dict[int, CellColumn]]:
    """Return the rows that hold anything in any column, and the columns over just those rows."""
    last = max((int(column.rows[-1]) for column in sparse.values()), default=0)
    is_held = np.zeros(last + 1, np.bool_)
    for column in sparse.values():
        is_held[column.rows] = True
    numbers = np.flatnonzero(is_held)
    if len(numbers) * len(sparse) > MOST_PLACES:
        raise report_size(f"et ark rækker over {len(numbers)} rækker og {len(sparse)} kolonner")
    place_of = np.cumsum(is_held) - 1
    return numbers, {
        number: CellColumn(column.values, spread(place_of[column.rows], column.codes, len(numbers)))
        for number, column in sparse.items()
    }


def spread(places: NDArray[np.int64], codes: Codes, length: int) -> Codes:
    """Return codes at their places, and BLANK at all others."""
    spread_codes = np.full(length, BLANK, np.int32)
    spread_codes[places] = codes
    return spread_codes
