"""Find the table on a sheet by its headings, and its end by its content.

The headings are the row, or the two rows, with the most known headings of one kind. Every row
of the sheet is then data, a total, or skipped (title, heading, blank, note below the table).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from socok_analysis.core.danish import nearest
from socok_analysis.core.problems import Problem
from socok_analysis.intake.further_tables import (
    find_unknown_table,
    list_known_tables,
    report_further_table,
    report_unknown_table,
)
from socok_analysis.intake.headings import (
    LEAST_SHARE,
    Headings,
    check_headings,
    list_candidates,
    read_single,
    score,
)
from socok_analysis.intake.labels import (
    NO_TOTAL,
    is_marked_note,
    is_note,
    is_part_name,
    is_total,
    is_total_name,
    is_total_of_part,
)
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.tables import KIND_DA, Column, read_columns
from socok_analysis.workbook.cells import (
    CellValue,
    clean_text,
    fold,
    list_other_starts,
    name_cell,
)
from socok_analysis.workbook.sheet import BLANK, CellColumn, Sheet, make_blank

LEAST_LIKENESS = 0.4
LEAST_HELD, MOST_HELD = 4, 0.8
GUESSED_ROWS, MOST_HEADINGS = 20, 500
FAR = 1 << 31
LONGEST_NAME = 40
NAMED = ("text", "id", "enterprise")
SUMMED = ("number", "whole", "percent")


@dataclass(frozen=True)
class FoundTable:
    """One table on a sheet: where its headings stand and which rows hold what.

    `header_row` is the lowest row of headings; `upper_rows` are those of groups above it, and
    `other_rows` those of a further table below, which are set aside.
    """

    kind: str
    sheet: Sheet
    header_row: int
    upper_rows: tuple[int, ...]
    columns: Mapping[str, int]
    headings: Mapping[int, str]
    personal: tuple[int, ...]
    data_rows: tuple[int, ...]
    total_rows: tuple[int, ...]
    other_rows: tuple[int, ...]
    problems: tuple[Problem, ...] = field(default=())

    def column(self, name: str) -> CellColumn:
        """Return a tidy column's raw cells, one for each data row; blank where not exported."""
        return self.cells_at(self.columns.get(name, 0))

    def cells_at(self, column: int) -> CellColumn:
        """Return the raw cells of a column of the sheet, one for each data row."""
        cells = self.sheet.columns.get(column)
        return cells.take(self.places) if cells else make_blank(len(self.data_rows))

    def cells(self, name: str) -> list[CellValue]:
        """Return a tidy column's raw cells, one for each data row; None where not exported."""
        return self.column(name).expand()

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """The places of the data rows in the sheet's columns."""
        return self.sheet.places(self.data_rows)

    def name_cell(self, row: int, name: str) -> str:
        """Return the name of a tidy column's cell in a row."""
        return name_cell(row, self.columns[name]) if name in self.columns else f"A{row}"


def find_table(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> FoundTable | None:
    """Return the sheet's table, or None where no row looks like the headings of any kind."""
    rows = find_heading_rows(sheet, headers)
    found = [
        (score(each, header), each, header)
        for each, header in list_candidates(sheet, rows, headers.values())
    ]
    best = max(
        found, key=lambda f: (f[0], f[1].first_row - f[1].last_row, -f[1].first_row), default=None
    )
    if best is None or not is_kind(*best):
        return None
    _, headings, header = best
    others = list_known_tables(sheet, rows, headings, headers)
    below = [row for row in others if row > headings.last_row]
    end = min(below, default=sheet.last_row + 1)
    own = find_unknown_table(sheet, headings, header, end)
    table = describe_table(sheet, headings, header, own or end)
    told = [report_further_table(sheet, row, kind == table.kind) for row, kind in others.items()]
    told += [report_unknown_table(sheet, own)] if own else []
    return replace(table, problems=(*table.problems, *told))


def is_kind(share: float, headings: Headings, header: HeaderMap) -> bool:
    """Tell whether headings are those of a kind, though there may be many others beside them."""
    wanted = set(header.headings.values())
    held = len(list_columns(headings, header))
    return share >= LEAST_SHARE or held >= max(LEAST_HELD, MOST_HELD * len(wanted))


def guess_headings(sheet: Sheet, headers: Iterable[HeaderMap]) -> list[Problem]:
    """Return what keeps a sheet from being read as the kind its headings are most like."""
    rows = sheet.numbers[:GUESSED_ROWS].tolist()
    guesses = [
        (count_like(read_single(sheet, row), header), row, header)
        for row in rows
        for header in headers
    ]
    likeness, row, header = max(guesses, key=lambda each: each[0], default=(0.0, 0, None))
    if header is None or likeness < LEAST_LIKENESS:
        return []
    headings = read_single(sheet, row)
    columns = list_columns(headings, header)
    told = (
        f"Arket ligner {KIND_DA[header.kind]}, men kun {len(columns)} af "
        f"{len(set(header.headings.values()))} overskrifter er kendt."
    )
    unsure = Problem(
        "error",
        "table.unsure",
        told,
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, min(headings.texts)),
        advice=f"Tilføj de nye overskrifter i data/raw/maps/{header.kind}.csv, eller ret dem.",
    )
    return [unsure, *check_headings(sheet, headings, header, columns)]


def count_like(headings: Headings, header: HeaderMap) -> float:
    """Return the share of a kind's headings that are there, or something like them; 0 for one."""
    wanted = set(header.headings.values())
    near = (nearest(text, header.headings) for text in headings.folded.values())
    found = {header.headings[text] for text in near if text}
    return len(found) / len(wanted) if len(found) > 1 else 0.0


def find_heading_rows(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> list[int]:
    """Return the first rows that hold at least two texts known as headings of some kind."""
    known = frozenset(text for header in headers.values() for text in header.headings)
    others = list_other_starts(known)
    found = sheet.find_texts(lambda text: fold(text) in known, others)
    return [row for row, columns in found.items() if len(columns) > 1][:MOST_HEADINGS]


def list_columns(headings: Headings, header: HeaderMap) -> dict[str, int]:
    """Return the column of each tidy column whose heading is there."""
    columns: dict[str, int] = {}
    for column, text in headings.folded.items():
        if text in header.headings:
            columns.setdefault(header.headings[text], column)
    return columns


def describe_table(sheet: Sheet, headings: Headings, header: HeaderMap, end: int) -> FoundTable:
    """Return the table below its headings and above row `end`, with the headings' problems."""
    columns = list_columns(headings, header)
    personal = tuple(c for c, text in headings.folded.items() if text in header.personal)
    last = headings.last_row
    declared = read_columns()[header.kind]
    needed = [column for column in declared if column.is_required]
    named = [row for row in sheet.find_texts(is_total_name, NO_TOTAL) if is_total(sheet.cells(row))]
    data, totals = split_rows(sheet, last, end, named, needed, columns)
    summed = [columns[c.name] for c in declared if c.type in SUMMED and c.name in columns]
    totals = (*list_tops(sheet, headings.first_row, named, summed), *totals)
    names = [columns[c.name] for c in needed if c.name in columns and c.type in NAMED]
    problems = check_headings(sheet, headings, header, columns)
    below = set(list_between(sheet, max((*data, last)), end)).difference(totals)
    problems += [report_note(sheet, row, names) for row in sorted(below)]
    problems += report_nameless(sheet, headings, data)
    return FoundTable(
        header.kind,
        sheet,
        last,
        tuple(range(headings.first_row, last)),
        columns,
        headings.texts,
        personal,
        data,
        totals,
        list_between(sheet, end - 1),
        tuple(problems),
    )


def list_between(sheet: Sheet, above: int, end: int = FAR) -> tuple[int, ...]:
    """Return the rows between two rows that hold anything."""
    return tuple(sheet.numbers[(sheet.numbers > above) & (sheet.numbers < end)].tolist())


def split_rows(
    sheet: Sheet,
    header_row: int,
    end: int,
    named: Iterable[int],
    needed: Collection[Column],
    columns: Mapping[str, int],
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the data rows and the total rows below the headings and above row `end`.

    `named` are the rows that a label calls totals. Rows of one text at the end are notes and
    neither: those after a blank row or a total, and those that begin as notes do.
    """
    held = list_between(sheet, header_row, end)
    totals = list_totals(sheet, held, named, needed, columns)
    data = [row for row in held if row not in totals]
    last = next((row for row in reversed(data) if not is_note(sheet.cells(row))), header_row)
    after = data[bisect_right(data, last) :]
    ends = (
        row
        for row in after
        if row - 1 in totals or not sheet.cells(row - 1) or is_marked_note(sheet.cells(row))
    )
    notes_start = next(ends, end)
    return tuple(row for row in data if row < notes_start), tuple(sorted(totals))


def list_tops(sheet: Sheet, end: int, named: Iterable[int], columns: Collection[int]) -> list[int]:
    """Return the rows above the headings that print a total of one of some columns."""
    return [row for row in named if row < end and not sheet.cells(row).keys().isdisjoint(columns)]


def list_totals(
    sheet: Sheet,
    held: tuple[int, ...],
    named: Iterable[int],
    needed: Collection[Column],
    columns: Mapping[str, int],
) -> set[int]:
    """Return the rows that print totals.

    Where all that a row needs is texts, a row that has them all is data, whatever it says.
    """
    places = [columns[column.name] for column in needed if column.name in columns]
    lacking = set(list_lacking(sheet, held, places))
    is_of_texts = all(column.type == "text" for column in needed)
    totals = set(named).intersection(lacking if is_of_texts else held)
    parts = lacking.intersection(sheet.find_texts(is_part_name)) if lacking else ()
    return totals | {row for row in parts if is_total_of_part(sheet.cells(row))}


def list_lacking(sheet: Sheet, rows: tuple[int, ...], columns: Iterable[int]) -> list[int]:
    """Return the rows in which one of some columns is blank."""
    places = sheet.places(rows)
    is_lacking = np.zeros(len(rows), np.bool_)
    for cells in (sheet.columns[column] for column in columns if column in sheet.columns):
        is_lacking |= cells.codes[places] == BLANK
    found: list[int] = np.array(rows, np.int64)[is_lacking].tolist()
    return found


def report_note(sheet: Sheet, row: int, names: Collection[int]) -> Problem:
    """Return that a row was read as a note, so that none is passed over in silence.

    A short text below the names of the table (columns `names`) may be a row nobody completed.
    """
    cells = sheet.cells(row)
    column, text = min(cells), clean_text(cells[min(cells)])
    told = Problem(
        "info",
        "row.note",
        "Rækken under tabellen er læst som en note.",
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, column),
    )
    is_short = len(text) <= LONGEST_NAME and text[-1:].isalnum()
    if column not in names or not is_short or is_marked_note(cells):
        return told
    return replace(
        told,
        severity="warning",
        advice="Er det en række i tabellen, så udfyld den, og "
        "slet den tomme række over den. Er det en note, så skriv “Note:” foran.",
    )


def report_nameless(sheet: Sheet, headings: Headings, rows: tuple[int, ...]) -> list[Problem]:
    """Return a warning for each column with values but no heading: it is not read."""
    places = sheet.places(rows)
    nameless = {
        column: cells.codes[places] != BLANK
        for column, cells in sheet.columns.items()
        if column not in headings.texts
    }
    return [
        Problem(
            "warning",
            "column.nameless",
            "Kolonnen har værdier, men ingen overskrift: den er ikke læst.",
            file=sheet.file,
            sheet=sheet.name,
            cell=name_cell(rows[int(held.argmax())], column),
            advice="Giv den sin overskrift, eller slet den, hvis den ikke skal bruges.",
        )
        for column, held in sorted(nameless.items())
        if held.any()
    ]
