"""A kind's table, whose rows may stand on several sheets and in several files.

Parts with the headings of one kind are one table. A part that is a copy of another, or an older
snapshot of it, is set aside and said; rows that stand in two parts are an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd

from socok_analysis.core.problems import Problem
from socok_analysis.intake.headings import tell
from socok_analysis.intake.recognise import FoundTable, is_filled
from socok_analysis.intake.tables import KIND_DA, read_columns
from socok_analysis.workbook.cells import fold
from socok_analysis.workbook.sheet import Sheet

STRIDE = 1 << 21  # above the most rows of a sheet: a row's number in all parts tells both
MOST_OF = 0.8


@dataclass(frozen=True)
class Table:
    """All rows of one kind. A row has a number of its own, in the first part that of its sheet."""

    kind: str
    parts: tuple[FoundTable, ...]

    @cached_property
    def rows(self) -> list[int]:
        """The numbers of the data rows of all parts."""
        return [row for n, part in enumerate(self.parts) for row in self.number(n, part.data_rows)]

    def number(self, part: int, rows: Iterable[int]) -> list[int]:
        """Return the numbers of some rows of a part."""
        return [part * STRIDE + row for row in rows]

    def find(self, number: int) -> tuple[FoundTable, int]:
        """Return the part a row is in, and its number on the sheet."""
        return self.parts[number // STRIDE], number % STRIDE

    def place(self, number: int) -> tuple[str, str, int]:
        """Return the file, the sheet and the row a row stands in."""
        part, row = self.find(number)
        return part.sheet.file, part.sheet.name, row

    def has(self, name: str) -> bool:
        """Tell whether any part has a tidy column."""
        return any(part.has(name) for part in self.parts)

    def cells(self, name: str) -> pd.Series[Any]:
        """Return a tidy column's raw cells by row number; blank where not exported."""
        values = [value for part in self.parts for value in part.cells(name)]
        return pd.Series(values, self.rows, dtype=object)

    def tell(self, number: Any, name: str, *told: Any, **more: Any) -> Problem:
        """Return a problem at a tidy column's cell: check, message, advice and severity."""
        part, row = self.find(number)
        return part.tell(row, name, *told, **more)

    def name_place(self, number: int, name: str, near: int) -> str:
        """Return the name of a cell, with its file and sheet where those of row `near` differ."""
        (part, row), (other, _) = self.find(number), self.find(near)
        is_same = part.sheet is other.sheet
        return part.name_cell(row, name) if is_same else part.name_place(row, name)

    def list_twins(self, numbers: Iterable[int]) -> set[int]:
        """Return all rows that stand in the same rows of the sheets: one row may give several."""
        places = {(id(part.sheet), row) for part, row in map(self.find, numbers)}
        return {n for n in self.rows if (id(self.find(n)[0].sheet), n % STRIDE) in places}

    def change_sheets(self, sheets: Mapping[int, Sheet]) -> Table:
        """Return the table on other sheets, by the id of those it stands on."""
        return replace(self, parts=tuple(replace(p, sheet=sheets[id(p.sheet)]) for p in self.parts))

    def spread(self) -> Table:
        """Return the table with a part for each of many headings whose values are one column's."""
        return replace(self, parts=tuple(piece for part in self.parts for piece in _spread(part)))


def _spread(part: FoundTable) -> Iterator[FoundTable]:
    """Yield a part for each heading that tells a column, without the rows that are blank there."""
    if part.header.spread is None:
        yield part
        return
    name, told, _ = part.header.spread
    for column, text in part.headings.items():
        value = part.header.read_spread(fold(text))
        if value is not None and part.header.headings.get(fold(text)) is None:
            own = replace(part, columns={**part.columns, name: column}, problems=())
            own = replace(own, given={**part.given, told: value})
            filled = own.cells(name).map(is_filled)
            yield replace(own, data_rows=tuple(filled.index[filled.astype(bool)].tolist()))


def gather_tables(
    found: Iterable[FoundTable],
) -> tuple[dict[str, Table], list[FoundTable], list[Problem]]:
    """Return a table of each kind, the parts that are set aside, and what is wrong with any."""
    parts: dict[str, list[FoundTable]] = {}
    for table in found:
        parts.setdefault(table.kind, []).append(table)
    tables, aside, problems = dict[str, Table](), list[FoundTable](), list[Problem]()
    for kind, held in parts.items():
        problems += (problem for part in held for problem in part.problems)
        for part in held:
            if part.sheet.is_hidden:
                advice = "Vis arket i Excel, hvis det skal med, eller slet det."
                told = ("sheet.hidden", "", "Arket med tabellen er skjult.", advice)
                problems.append(tell(part.sheet, *told))
        more, kept = _find_doubles(held)
        problems += more
        aside += (part for part in held if part not in kept)
        tables[kind] = Table(kind, tuple(kept))
        if len(kept) > 1:
            places = ", ".join(_name(part.sheet) for part in kept)
            message = (
                f"{KIND_DA[kind].capitalize()} er læst som én tabel af {len(kept)} dele: {places}."
            )
            problems.append(Problem("info", "table.parts", message))
    return tables, aside, problems


def _name(sheet: Sheet) -> str:
    return " › ".join(filter(None, (sheet.file, sheet.name)))


def _find_doubles(parts: Sequence[FoundTable]) -> tuple[list[Problem], list[FoundTable]]:
    """Return an error for each part that is a copy of another or its older snapshot, and the rest.

    Rows are the same thing where all that each row needs is the same. Those that stand in two of
    the parts that are left are told by the rules.
    """
    names = [column.name for column in read_columns()[parts[0].kind]]
    needed = [column.name for column in read_columns()[parts[0].kind] if column.is_required]
    keys, filled = dict[int, set[tuple[str, ...]]](), dict[int, list[list[Any]]]()
    for part in parts if len(parts) > 1 else ():
        table = Table(part.kind, (part,)).spread()
        own = [map(fold, table.cells(name)) for name in needed]
        keys[id(part)] = set(zip(*own, strict=True))
        filled[id(part)] = [table.cells(name).tolist() for name in names]
    problems, kept = list[Problem](), [*parts]
    for number, part in enumerate(parts):
        for other in parts[number + 1 :]:
            mine, theirs = keys[id(part)], keys[id(other)]
            if part not in kept or other not in kept or not mine or not theirs:
                continue
            is_copy = filled[id(part)] == filled[id(other)]
            least = max(1, MOST_OF * min(len(mine), len(theirs)))
            if not is_copy and (len(mine & theirs) < least or min(len(mine), len(theirs)) < 2):
                continue
            sizes = [(len(keys[id(p)]), _count(filled[id(p)])) for p in (part, other)]
            older, newer = (part, other) if sizes[0] < sizes[1] else (other, part)
            message = f"Tabellen er den samme som i {_name(newer.sheet)}."
            if not is_copy:
                message = f"Tabellen er et ældre udtræk af den samme som i {_name(newer.sheet)}."
            what = "arket" if older.sheet.file == newer.sheet.file else "filen"
            advice = f"Slet {what}, eller flyt {what} ud af årsmappen."
            problems.append(tell(older.sheet, "table.double", "", message, advice))
            kept.remove(older)
    return problems, kept


def _count(columns: Iterable[Iterable[Any]]) -> int:
    return sum(is_filled(value) for column in columns for value in column)
