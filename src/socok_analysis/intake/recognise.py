"""Find the table on a sheet by its headings, and its end by its content.

The headings are the row, or the two rows, with the most known headings of one kind. Every row
of the sheet is then data, a total, or skipped (title, heading, blank, note below the table).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from socok_analysis.intake.cells import (
    CellValue,
    clean_text,
    fold,
    list_other_starts,
    mask_cpr,
    name_cell,
)
from socok_analysis.intake.headings import (
    Headings,
    check_headings,
    list_candidates,
    read_single,
)
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.sheet import BLANK, CellColumn, Sheet, make_blank
from socok_analysis.problems import Problem

TOTAL = re.compile(r"(i alt|total|subtotal)\b", re.IGNORECASE)
NO_TOTAL = list_other_starts("its")
WORDS = re.compile(r"\D*[^\W\d_]{2}")
LEAST_SHARE = 0.5
FAR = 1 << 31


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
    found = [(score(each, header), each, header)
             for each, header in list_candidates(sheet, rows, headers.values())]  # fmt: skip
    best = max(found, key=lambda f: (f[0], f[1].first_row - f[1].last_row, -f[1].first_row),
               default=None)  # fmt: skip
    if best is None or best[0] < LEAST_SHARE:
        return None
    others = list_other_tables(sheet, rows, best[1], headers)
    below = [row for row in others if row > best[1].last_row]
    table = describe_table(sheet, best[1], best[2], min(below, default=sheet.last_row + 1))
    told = [report_other_table(sheet, row, kind == table.kind) for row, kind in others.items()]
    return replace(table, problems=(*table.problems, *told))


def find_heading_rows(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> list[int]:
    """Return the rows that hold at least two texts known as headings of some kind."""
    known = frozenset(text for header in headers.values() for text in header.headings)
    others = list_other_starts(known)
    found = sheet.find_texts(lambda text: fold(text) in known, others)
    return [row for row, columns in found.items() if len(columns) > 1]


def score(headings: Headings, header: HeaderMap) -> float:
    """Return how well headings fit a kind: wanted ones found of all wanted and all unknown."""
    texts = set(headings.folded.values())
    found = {header.headings[text] for text in texts if text in header.headings}
    wanted = set(header.headings.values())
    foreign = sum(text not in header.known for text in texts)
    return len(found) / (len(wanted) + foreign) if len(found) > 1 else 0.0


def describe_table(
    sheet: Sheet, headings: Headings, header: HeaderMap, end: int
) -> FoundTable:
    """Return the table below its headings and above row `end`, with the headings' problems."""
    columns: dict[str, int] = {}
    for column, text in headings.folded.items():
        if text in header.headings:
            columns.setdefault(header.headings[text], column)
    personal = tuple(c for c, text in headings.folded.items() if text in header.personal)
    last = headings.last_row
    data, totals = split_rows(sheet, last, end)
    problems = check_headings(sheet, headings, header, columns)
    problems += report_notes(sheet, list_between(sheet, max((*data, last)), end))
    problems += report_nameless(sheet, headings, data)
    return FoundTable(
        header.kind, sheet, last, tuple(range(headings.first_row, last)), columns,
        headings.texts, personal, data, totals, list_between(sheet, end - 1), tuple(problems),
    )  # fmt: skip


def list_between(sheet: Sheet, above: int, end: int = FAR) -> tuple[int, ...]:
    """Return the rows between two rows that hold anything."""
    return tuple(sheet.numbers[(sheet.numbers > above) & (sheet.numbers < end)].tolist())


def split_rows(
    sheet: Sheet, header_row: int, end: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the data rows and the total rows below the headings and above row `end`.

    Rows of one text at the end, after a blank row or a total, are notes and neither.
    """
    named = (row for row in sheet.find_texts(is_total_name, NO_TOTAL) if header_row < row < end)
    totals = {row for row in named if is_total(sheet.cells(row))}
    data = [row for row in list_between(sheet, header_row, end) if row not in totals]
    last = next((row for row in reversed(data) if not is_note(sheet.cells(row))), header_row)
    after = data[bisect_right(data, last) :]
    ends = (row for row in after if row - 1 in totals or not sheet.cells(row - 1))
    notes_start = next(ends, end)
    return tuple(row for row in data if row < notes_start), tuple(sorted(totals))


def is_total_name(text: str) -> bool:
    """Tell whether a text begins with I alt, Total or Subtotal."""
    return text[:1] not in NO_TOTAL and bool(TOTAL.match(clean_text(text)))


def is_total(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row's first cell begins with I alt, Total or Subtotal.

    A row with several words or dates after it is data all the same: a firm may be named Total.
    """
    first, *others = (cells[column] for column in sorted(cells))
    return isinstance(first, str) and is_total_name(first) and sum(map(is_wording, others)) < 2


def is_wording(value: CellValue) -> bool:
    """Tell whether a cell holds a date or a text that begins with words."""
    return isinstance(value, date) or (isinstance(value, str) and bool(WORDS.match(value)))


def is_note(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row holds a single text; a lone personal number is a row of data."""
    first = next(iter(cells.values()))
    return len(cells) == 1 and isinstance(first, str) and mask_cpr(first) == first


def report_notes(sheet: Sheet, rows: Iterable[int]) -> list[Problem]:
    """Return what was read as a note below the table, so that no row is passed over in silence."""
    return [
        Problem("info", "row.note", "Rækken under tabellen er læst som en note.",
                file=sheet.file, sheet=sheet.name, cell=name_cell(row, min(sheet.rows[row])))
        for row in sorted(rows)
        if not is_total(sheet.rows[row])
    ]  # fmt: skip


def report_nameless(
    sheet: Sheet, headings: Headings, rows: tuple[int, ...]
) -> list[Problem]:
    """Return a warning for each column with values but no heading: it is not read."""
    places = sheet.places(rows)
    nameless = {column: cells.codes[places] != BLANK for column, cells in sheet.columns.items()
                if column not in headings.texts}  # fmt: skip
    return [
        Problem("warning", "column.nameless", "Kolonnen har værdier, men ingen overskrift: "
                "den er ikke læst.", file=sheet.file, sheet=sheet.name,
                cell=name_cell(rows[int(held.argmax())], column),
                advice="Giv den sin overskrift, eller slet den, hvis den ikke skal bruges.")
        for column, held in sorted(nameless.items())
        if held.any()
    ]  # fmt: skip


def list_other_tables(
    sheet: Sheet, rows: Iterable[int], headings: Headings, headers: Mapping[str, HeaderMap]
) -> dict[int, str]:
    """Return the kind of each further table whose headings stand elsewhere on the sheet, by row."""
    others = [row for row in rows if not headings.first_row <= row <= headings.last_row]
    return {
        row: header.kind
        for row in others
        for header in headers.values()
        if score(read_single(sheet, row), header) >= LEAST_SHARE
    }


def report_other_table(sheet: Sheet, row: int, is_same: bool) -> Problem:
    """Return the error for a further table on a sheet."""
    which = "mere af samme slags" if is_same else "af en anden slags"
    to = "sin egen årsmappe" if is_same else "sit eget ark"
    return Problem(
        "error", "table.second", f"Arket har en tabel {which}.",
        file=sheet.file, sheet=sheet.name, cell=name_cell(row, 1),
        advice=f"Lad arket have én tabel: flyt den anden til {to}, eller slet den.",
    )  # fmt: skip
