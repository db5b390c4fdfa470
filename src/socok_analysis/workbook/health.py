"""The health of a workbook: what is hidden, merged or personal in the wrong place; never quoted."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from openpyxl.utils import get_column_letter

from socok_analysis.core.problems import Problem, Severity
from socok_analysis.workbook.cells import Sheet, is_birth_date, name_cell
from socok_analysis.workbook.read import COPY_TABLE, MOST_TREE_BYTES, WorkbookError, open_package

MOST_PLACES = 8
CPR_WRITTEN = re.compile(r"(?<!\d)(\d{6})\s?[-–]\s?\d{4}(?!\d)")
CPR_DIGITS = re.compile(r"(?<!\d)(\d{6})\s?\d{4}(?!\d)")
CPR_ANY = re.compile(r"(?<!\d)(\d{6})\s?(?:[-–]\s?)?\d{4}(?!\d)")
BETWEEN_TAGS = re.compile(rb">([^<]+)<")
MOVE_CPR = "Slet personnumrene, eller flyt dem til kolonnen med CPR-numre."
ERRORS = ("merged_cells", "cpr")
SHEETS = {
    "filter": ("Arket er filtreret. Også de skjulte rækker er læst.", "Ryd filteret i Excel."),
    "comments": ("Arkets kommentarer er ikke læst.", "Ret cellerne efter dem, og slet dem."),
    "cpr_in_comments": ("Kommentarer i arket har CPR-numre.", "Slet dem i kommentarerne."),
    "cpr_in_margins": ("Sidehoved eller sidefod har CPR-numre.", "Slet dem i Excel (Sidelayout)."),
    "hidden_rows": (
        "Arket har skjulte rækker: {inside} af dem er i tabellen og læst som de andre.",
        "Vis rækkerne i Excel, og slet dem, der ikke skal tælles med.",
    ),
    "struck_rows": ("Rækker med overstregede celler er også læst.", "Slet dem, der ikke skal med."),
    "hidden_columns": ("Skjulte kolonner er læst som de andre.", "Slet dem, der ikke skal med."),
    "merged_cells": (
        "Tabellen har flettede celler. Kun den første af dem har værdien.",
        "Ophæv fletningen i Excel, og udfyld hver celle. Gælder værdien for dem alle, så skriv "
        "fill_down for kolonnen i data/raw/maps/layout.csv.",
    ),
    "cpr": ("Arket har CPR-numre et sted, der ikke er til dem.", MOVE_CPR),
    "cpr_in_personal_column": ("En kolonne, der ikke læses, har også CPR-numre.", MOVE_CPR),
    "cpr_maybe": ("Uden for tabellen står ti cifre, der ligner et CPR-nummer.", MOVE_CPR),
}
PARTS = {
    "macros": (r"xl/(vbaProject\.bin|macrosheets/.+\.xml)$", "makroer"),
    "external_links": (r"xl/externalLinks/[^/]+\.xml$", "tal, der er hentet fra andre filer"),
    "connections": (r"xl/(connections\.xml|queryTables/.+\.xml)$", "data, der er hentet udefra"),
    "pivot_tables": (r"xl/pivotCache/pivotCacheRecords.*\.xml$", "en pivottabel og dens rækker"),
    "embedded": (r"xl/embeddings/.+", "andre filer i sig"),
}
WORDED = {
    "properties": (r"docProps/[^/]+\.xml$", "sine egenskaber (Filer, Oplysninger)"),
    "names": (r"xl/workbook\.xml$", "sine definerede navne (Formler, Navnestyring)"),
    "drawings": (r"xl/drawings/[^/]+\.xml$", "sine tekstfelter og figurer"),
    "charts": (r"xl/charts/[^/]+\.xml$", "sine diagrammer"),
}


@dataclass(frozen=True)
class Area:
    """Where the table on a sheet stands: its rows of data, and its columns by their use: `personal`
    ones are not read; in `filled` ones a blank is as the cell above.
    """

    rows: Collection[int] = ()
    columns: Collection[int] = ()
    personal: Collection[int] = ()
    is_clear: bool = True  # which column is which is known
    filled: Collection[int] = ()


def inspect_sheet(sheet: Sheet, area: Area) -> Iterator[Problem]:
    """Yield the findings of one sheet, and of the table on it where there is one."""
    inside = {*map(str, area.rows)}
    for finding, places in (*_find_around(sheet, area), *_find_numbers(sheet, area)):
        message, advice = SHEETS[finding]
        message = message.format(inside=len(inside.intersection(places)))
        if len(places) > 1 and places[0]:
            more = " ..." if len(places) > MOST_PLACES else ""
            message += f" ({len(places)}: {', '.join(places[:MOST_PLACES])}{more})"
        if places:
            severity: Severity = "error" if finding in ERRORS else "warning"
            yield sheet.tell(f"health.{finding}", places[0], message, advice, severity)


def _find_around(sheet: Sheet, area: Area) -> Iterator[tuple[str, list[str]]]:
    """Yield what is found around the cells, and where; "" for a place that has no name."""
    traits, rows = sheet.traits, sorted(area.rows)
    yield "filter", [""] * traits.is_filtered
    yield "comments", [""] * len(traits.comments)
    yield "cpr_in_comments", [cell for cell, text in traits.comments if _holds(CPR_ANY, text)]
    yield "cpr_in_margins", ["" for text in traits.margins if _holds(CPR_ANY, text)]
    yield "hidden_rows", [str(row) for row in traits.hidden_rows if row in sheet.rows]
    yield "struck_rows", [str(row) for row in sorted({*traits.struck_rows}.intersection(rows))]
    columns = [column for column in traits.hidden_columns if column in sheet.cells.columns]
    yield "hidden_columns", [*map(get_column_letter, columns)]
    merged = []
    for top, left, bottom, right in sorted(traits.merged):
        is_inside = bisect_left(rows, top) < bisect_right(rows, bottom) and left in sheet.row(top)
        lost = [column for column in area.columns if left <= column <= right]
        if is_inside and any(c > left or (bottom > top and c not in area.filled) for c in lost):
            merged.append(name_cell(top, left))
    yield "merged_cells", merged


def _find_numbers(sheet: Sheet, area: Area) -> Iterator[tuple[str, list[str]]]:
    """Yield where personal numbers are misplaced, but for the columns that are read: those are held
    against them cell by cell. Where headings stand twice, they may well be in their right column.
    """
    found = defaultdict[str, list[str]](list)
    inside, read, personal = {*area.rows}, {*area.columns}, {*area.personal}
    for row, cells in sheet.rows.items() if area.is_clear else ():
        for column, value in cells.items():
            text = str(value) if type(value) in (str, int) else ""
            is_outside, is_personal = row not in inside, column in personal
            if is_outside and _holds(CPR_DIGITS, text):
                found["cpr_maybe"].append(name_cell(row, column))
            if (is_outside or is_personal or column not in read) and _holds(CPR_WRITTEN, text):
                finding = "cpr_in_personal_column" if is_personal and not is_outside else "cpr"
                found[finding].append(name_cell(row, column))
    yield from found.items()


def _holds(pattern: re.Pattern[str], text: str) -> bool:
    return any(map(is_birth_date, pattern.findall(text)))


def inspect_package(path: Path, shown_name: str) -> list[Problem]:
    """Return what a workbook has beside its sheets; nothing for a file that cannot be read."""
    found = dict[str, str]()
    with suppress(WorkbookError), open_package(path) as package:
        for finding, (pattern, what) in PARTS.items():
            if any(re.match(pattern, name, re.I) for name in package.parts):
                found[finding] = f"Filen har {what}. Kun cellerne er læst, som de er gemt."
        small = [n for n, each in package.parts.items() if each.file_size < MOST_TREE_BYTES]
        for finding, (pattern, what) in WORDED.items():
            parts = (package.read_part(n) for n in small if re.match(pattern, n, re.I))
            words = (b" ".join(BETWEEN_TAGS.findall(part)) for part in parts)
            if any(_holds(CPR_WRITTEN, text.decode(errors="replace")) for text in words):
                found[f"cpr_in_{finding}"] = f"Filen har CPR-numre i {what}."
    return [
        Problem("warning", f"health.{finding}", message, shown_name, advice=COPY_TABLE)
        for finding, message in found.items()
    ]
