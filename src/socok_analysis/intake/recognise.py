"""Find the table on a sheet by its headings, and its end by its content.

The heading row is the row with the most known headings of one kind. Every row of the sheet is
then data, a total, or skipped (title, heading, blank, note below the table), and is counted.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.sheet import CellColumn, Sheet, make_blank
from socok_analysis.problems import Problem
from socok_analysis.suggest import nearest
from socok_analysis.tables import KIND_DA

TOTAL = re.compile(r"(i alt|total|subtotal)\b", re.IGNORECASE)
NO_TOTAL = list_other_starts("its")
WORDS = re.compile(r"\D*[^\W\d_]{2}")
LEAST_SHARE = 0.5


@dataclass(frozen=True)
class FoundTable:
    """One table on a sheet: where its headings stand and which rows hold what."""

    kind: str
    sheet: Sheet
    header_row: int
    columns: Mapping[str, int]
    personal: tuple[int, ...]
    data_rows: tuple[int, ...]
    total_rows: tuple[int, ...]
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
    likely = list_heading_rows(sheet, headers.values())
    best = max(
        ((score_row(texts, header), -row, header) for row, texts in likely.items()
         for header in headers.values()),
        key=lambda found: found[:2], default=None,
    )  # fmt: skip
    if best is None or best[0] < LEAST_SHARE:
        return None
    return describe_table(sheet, -best[1], best[2])


def list_heading_rows(sheet: Sheet, headers: Iterable[HeaderMap]) -> dict[int, set[str]]:
    """Return the folded texts of the rows with at least two cells that may be headings."""
    known = frozenset(text for header in headers for text in header.headings)
    others = list_other_starts(known)
    found = sheet.find_texts(lambda text: text[:1] not in others and fold(text) in known)
    return {
        row: {fold(value) for value in sheet.cells(row).values() if isinstance(value, str)}
        for row, columns in found.items()
        if len(columns) > 1
    }


def score_row(texts: set[str], header: HeaderMap) -> float:
    """Return how well a row fits a kind: wanted columns found of all wanted and all other texts."""
    found = {header.headings[text] for text in texts if text in header.headings}
    wanted = set(header.headings.values())
    foreign = sum(text not in header.known for text in texts)
    return len(found) / (len(wanted) + foreign) if len(found) > 1 else 0.0


def describe_table(sheet: Sheet, header_row: int, header: HeaderMap) -> FoundTable:
    """Return the table below a heading row, with the problems of its headings."""
    cells = {col: fold(value) for col, value in sheet.rows[header_row].items()}
    columns: dict[str, int] = {}
    for column, text in cells.items():
        if text in header.headings:
            columns.setdefault(header.headings[text], column)
    personal = tuple(col for col, text in cells.items() if text in header.personal)
    data, totals = split_rows(sheet, header_row)
    problems = check_headings(sheet, header_row, header, columns)
    problems += check_second_table(sheet, header_row, header)
    problems += report_notes(sheet, list_below(sheet, max((*data, header_row))))
    return FoundTable(
        header.kind, sheet, header_row, columns, personal, data, totals, tuple(problems)
    )


def list_below(sheet: Sheet, row: int) -> list[int]:
    """Return the rows below a row that hold anything."""
    return [int(number) for number in sheet.numbers[sheet.numbers > row]]


def split_rows(sheet: Sheet, header_row: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the data rows and the total rows below the headings.

    Rows of one text at the end, after a blank row or a total, are notes and neither.
    """
    named = (row for row in sheet.find_texts(is_total_name) if row > header_row)
    totals = {row for row in named if is_total(sheet.cells(row))}
    data = [row for row in sheet.numbers.tolist() if row > header_row and row not in totals]
    last = next((row for row in reversed(data) if not is_note(sheet.cells(row))), header_row)
    after = data[bisect_right(data, last) :]
    ends = (row for row in after if row - 1 in totals or not sheet.cells(row - 1))
    notes_start = next(ends, sheet.last_row + 1)
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


def check_headings(
    sheet: Sheet, row: int, header: HeaderMap, columns: Mapping[str, int]
) -> list[Problem]:
    """Return the headings that are missing, unknown or repeated."""
    texts = {column: value for column, value in sheet.rows[row].items()}
    unknown = {c: clean_text(v) for c, v in texts.items() if fold(v) not in header.known}
    missing = sorted(set(header.headings.values()) - set(columns))
    problems = [report_missing(sheet, row, header, name, unknown) for name in missing]
    problems += [report_unknown(sheet, name_cell(row, c), header, unknown[c]) for c in unknown]
    return problems + check_repeated(sheet, row, header)


def report_missing(
    sheet: Sheet, row: int, header: HeaderMap, name: str, unknown: Mapping[int, str]
) -> Problem:
    """Return the error for a heading that is not there, with the unknown one most like it."""
    expected = header.shown[name]
    spellings = [text for text, column in header.headings.items() if column == name]
    near = [text for text in unknown.values() if any(nearest(text, [s]) for s in spellings)]
    advice = f"Ret overskriften til {expected} i udtrækket."
    if near:
        advice = (
            f"Er den omdøbt til “{near[0]}”? Så skriv “|{near[0]}” efter {expected} i kolonnen "
            f"{name} i data/raw/maps/{header.kind}.csv, eller ret den i udtrækket."
        )
    return Problem(
        "error", "heading.missing", f"Overskriften {expected} mangler ({KIND_DA[header.kind]}).",
        file=sheet.file, sheet=sheet.name, cell=name_cell(row, 1), column=name,
        found=near[0] if near else "", expected=expected, advice=advice,
    )  # fmt: skip


def report_unknown(sheet: Sheet, cell: str, header: HeaderMap, text: str) -> Problem:
    """Return the error for a heading nobody knows. It is not quoted: it may be a stray value."""
    near = nearest(text, header.headings)
    hint = f" Den ligner {header.shown[header.headings[near]]}." if near else ""
    return Problem(
        "error", "heading.unknown", f"Overskriften i cellen er ikke kendt.{hint}",
        file=sheet.file, sheet=sheet.name, cell=cell,
        expected="en overskrift fra kortet",
        advice=f"Tilføj den i data/raw/maps/{header.kind}.csv: ved sin kolonne, i ignored "
        "(kendt og ikke ønsket) eller i personal (personoplysning).",
    )  # fmt: skip


def check_repeated(sheet: Sheet, row: int, header: HeaderMap) -> list[Problem]:
    """Return the wanted columns whose heading stands more than once."""
    seen: dict[str, int] = {}
    problems = []
    for column, value in sheet.rows[row].items():
        name = header.headings.get(fold(value))
        if name and seen.setdefault(name, column) != column:
            problems.append(Problem(
                "error", "heading.repeated",
                f"Overskriften {header.shown[name]} står også i {name_cell(row, seen[name])}.",
                file=sheet.file, sheet=sheet.name, cell=name_cell(row, column), column=name,
                advice="Slet den ene kolonne, eller giv den en anden overskrift.",
            ))  # fmt: skip
    return problems


def check_second_table(sheet: Sheet, header_row: int, header: HeaderMap) -> list[Problem]:
    """Return an error where the headings of the same kind stand once more on the sheet."""
    return [
        Problem(
            "error", "table.second", "Arket har en tabel mere af samme slags.",
            file=sheet.file, sheet=sheet.name, cell=name_cell(row, 1),
            advice="Lad arket have én tabel: flyt den anden til sin egen årsmappe, eller slet den.",
        )
        for row, texts in list_heading_rows(sheet, [header]).items()
        if row != header_row and score_row(texts, header) >= LEAST_SHARE
    ]  # fmt: skip
