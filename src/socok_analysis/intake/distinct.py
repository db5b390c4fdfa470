"""Columns as distinct values: equal values made one, columns combined, and stored as Arrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from socok_analysis.workbook.sheet import BLANK, CellColumn, Codes

MOST_KEYS = 1 << 62
Keys = NDArray[np.int64]


def unify(values: Iterable[object], codes: Codes) -> CellColumn:
    """Return a column in which equal values are one, and None is a blank.

    `codes` are places among the values; BLANK stands for the last of them.
    """
    numbers: dict[object, int] = {None: BLANK}
    new = [numbers.setdefault(value, len(numbers) - 1) for value in values]
    del numbers[None]
    if new[:-1] == list(range(len(new) - 1)) and new[-1] == BLANK:
        return CellColumn(tuple(numbers), codes)
    return CellColumn(tuple(numbers), np.array(new, np.int32)[codes])


def repeat(value: object, length: int) -> CellColumn:
    """Return a column that holds one value, or a blank, in every row."""
    return unify((value, None), np.zeros(length, np.int32))


def number(values: Sequence[object]) -> CellColumn:
    """Return a column of values, one for each row."""
    return unify((*values, None), np.arange(len(values), dtype=np.int32))


def change(column: CellColumn, make: Callable[[object], object]) -> CellColumn:
    """Return a column of what each value gives, None for a blank; worked out once a value."""
    return unify([*map(make, column.values), make(None)], column.codes)


def combine(make: Callable[..., object], *columns: CellColumn) -> CellColumn:
    """Return a column of what the values of several give; worked out once for equal rows."""
    _, first, which = np.unique(join_codes(columns), return_index=True, return_inverse=True)
    rows = zip(*(column.take(first).expand() for column in columns), strict=True)
    return unify([*(make(*row) for row in rows), None], which.astype(np.int32))


def extend(column: CellColumn, more: Sequence[object]) -> CellColumn:
    """Return a column with further rows."""
    added = np.arange(len(more), dtype=np.int32) + len(column.values)
    return unify((*column.values, *more, None), np.concatenate([column.codes, added]))


def join_codes(columns: Iterable[CellColumn]) -> Keys:
    """Return a number for each row that is the same where all columns hold the same."""
    keys, most = np.zeros(1, np.int64), 1
    for column in columns:
        size = len(column.values) + 1
        if most * size > MOST_KEYS:
            distinct, keys = np.unique(keys, return_inverse=True)
            most = len(distinct)
        keys, most = keys * size + (column.codes + 1), most * size
    return keys


def to_arrow(column: CellColumn, kind: pa.DataType) -> pa.Array:
    """Return a column as Arrow stores it, blanks as missing."""
    places = pa.array(column.codes, mask=column.codes == BLANK)
    return pa.array(column.values, kind).take(places)
