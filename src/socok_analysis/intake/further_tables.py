"""Further tables on a sheet: a sheet is to have one, and what else stands there is set aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from socok_analysis.core.problems import Problem
from socok_analysis.intake.headings import LEAST_SHARE, Headings, read_single, score
from socok_analysis.intake.labels import is_total
from socok_analysis.intake.maps import HeaderMap
from socok_analysis.intake.tables import read_columns
from socok_analysis.workbook.cells import CellValue, name_cell
from socok_analysis.workbook.sheet import Sheet

MEASURED = ("date", "number", "percent", "whole", "week", "person")
LONGEST_HEADING = 60
ANOTHER_KIND = "Lad arket have én tabel: flyt den anden til sit eget ark, eller slet den."
SAME_KIND = (
    "Hører rækkerne under dem med i tabellen, så slet de gentagne overskrifter. Er det et "
    "andet år, så flyt tabellen til sin egen årsmappe."
)
DIGIT = re.compile(r"\d")


def list_known_tables(
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


def find_unknown_table(sheet: Sheet, headings: Headings, header: HeaderMap, end: int) -> int | None:
    """Return the row where a table with headings of its own begins above row `end`, if any.

    It is the first after a blank row that holds words alone, several of them, and none of the
    days, numbers or persons that every row of the table above needs.
    """
    if not any(c.is_required and c.type in MEASURED for c in read_columns()[header.kind]):
        return None
    for row in list_after_gaps(sheet, headings.last_row, end):
        if sheet.cells(row + 1) and are_headings(sheet.cells(row)):
            return row
    return None


def list_after_gaps(sheet: Sheet, above: int, end: int) -> list[int]:
    """Return the rows between two rows that come after a blank one."""
    starts = sheet.numbers[1:][np.diff(sheet.numbers) > 1]
    found: list[int] = starts[(starts > above + 1) & (starts < end)].tolist()
    return found


def are_headings(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row holds several short texts without digits, and nothing else."""
    return (
        len(cells) > 1
        and not is_total(cells)
        and all(
            isinstance(value, str) and len(value) <= LONGEST_HEADING and not DIGIT.search(value)
            for value in cells.values()
        )
    )


def report_further_table(sheet: Sheet, row: int, is_same: bool) -> Problem:
    """Return the error for a further table of a known kind on a sheet."""
    message, advice = "Arket har en tabel af en anden slags.", ANOTHER_KIND
    if is_same:
        message, advice = "Overskrifterne står en gang til på arket.", SAME_KIND
    return Problem(
        "error",
        "table.second",
        message,
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, 1),
        advice=advice,
    )


def report_unknown_table(sheet: Sheet, row: int) -> Problem:
    """Return the error for what stands below a table with headings of its own."""
    return Problem(
        "error",
        "table.below",
        "Under tabellen begynder noget, der ligner en tabel med egne "
        "overskrifter. Det, der står derfra, er ikke læst.",
        file=sheet.file,
        sheet=sheet.name,
        cell=name_cell(row, min(sheet.cells(row))),
        advice="Flyt den til sit eget ark, eller slet den. Hører rækkerne med i tabellen, så slet "
        "den tomme række over dem, og udfyld det, der mangler.",
    )
