"""A table as it was parsed: typed columns over its rows, what had a fault, and keys to compare by.

A column holds each distinct value once and for every row which of them it has, so that a rule
looks at a value once and at all rows together. A blank is None, and BLANK among the codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from socok_analysis.core.problems import Problem
from socok_analysis.intake.distinct import Keys, join_codes
from socok_analysis.intake.people import UNKNOWN_PERSON
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.workbook.sheet import BLANK, CellColumn

NO_DAY = 0


class Lists(Mapping[str, list[object]]):
    """Columns as lists with a value for each row, each made when first asked for."""

    def __init__(self, columns: Mapping[str, CellColumn]) -> None:
        self.columns = columns
        self.made: dict[str, list[object]] = {}

    def __getitem__(self, name: str) -> list[object]:
        """Return a column's values; raise KeyError."""
        if name not in self.made:
            self.made[name] = self.columns[name].expand()
        return self.made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True)
class Parsed:
    """A table's parsed columns over its data rows, and the rows that have a fault."""

    table: FoundTable
    columns: Mapping[str, CellColumn]
    faulty: frozenset[int]
    problems: tuple[Problem, ...]

    @cached_property
    def values(self) -> Lists:
        """The columns as lists, one value for each data row."""
        return Lists(self.columns)

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The positions of the rows without a fault."""
        rows = np.array(self.table.data_rows, np.int64)
        return np.flatnonzero(~np.isin(rows, np.array([*self.faulty], np.int64)))

    def kept(self) -> list[int]:
        """Return the positions of the rows without a fault."""
        places: list[int] = self.places.tolist()
        return places

    def column(self, name: str) -> CellColumn:
        """Return a column over the rows without a fault."""
        return self.columns[name].take(self.places)

    def pick(self, is_chosen: NDArray[np.bool_]) -> list[int]:
        """Return the positions of chosen rows among those without a fault."""
        places: list[int] = self.places[is_chosen].tolist()
        return places

    def days(self, name: str) -> NDArray[np.int64]:
        """Return a column's days as numbers, over the rows without a fault; NO_DAY for none."""
        return self.column(name).map(
            lambda day: day.toordinal() if isinstance(day, date) else NO_DAY, np.int64
        )


def key_rows(parsed: Parsed, names: Iterable[str]) -> Keys:
    """Return for each row without a fault a number that equal values in some columns share.

    BLANK stands where one lacks, or where the person is unknown: nobody is the same as another.
    """
    columns = [parsed.column(name) for name in names]
    is_lacking = np.logical_or.reduce([column.codes == BLANK for column in columns])
    return np.where(is_lacking | is_unknown(columns), BLANK, join_codes(columns))


def key_whole_rows(parsed: Parsed) -> Keys:
    """Return for each row without a fault a number that equal rows share; BLANK where unknown."""
    columns = [parsed.column(name) for name in parsed.columns]
    return np.where(is_unknown(columns), BLANK, join_codes(columns))


def is_unknown(columns: Iterable[CellColumn]) -> NDArray[np.bool_]:
    """Tell for each row whether one of the columns holds the number of an unknown person."""
    found: NDArray[np.bool_] = np.logical_or.reduce(
        [column.codes == column.find(UNKNOWN_PERSON) for column in columns]
    )
    return found


def find_repeated(keys: Keys) -> NDArray[np.bool_]:
    """Tell for each row whether an earlier row has its key; BLANK never counts."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    is_repeated = np.zeros(len(keys), np.bool_)
    is_repeated[order[1:]] = (ordered[1:] == ordered[:-1]) & (ordered[1:] != BLANK)
    return is_repeated
