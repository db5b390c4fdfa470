"""The health of each sheet: what is hidden, filtered, merged or personal in the wrong place.

A finding names a place and never what stands there. All are written to `health.csv`; those that
ask something of the analyst are told as problems too.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from socok_analysis.core.problems import Problem, Severity
from socok_analysis.workbook.archive import MOST_TREE_BYTES, WorkbookError, open_package
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Uncalculated,
    is_maybe_cpr,
    is_written_cpr,
    name_cell,
    name_column,
)
from socok_analysis.workbook.sheet import Sheet

MOST_PLACES = 8
MOVE_CPR = "Slet personnumrene, eller flyt dem til kolonnen med CPR-numre."
Cell = tuple[int, int, CellValue]
INFOS = ("chartsheet", "dialogsheet", "error_cells")
ERRORS = ("merged_cells", "cpr")
SHEETS: Mapping[str, tuple[str, str]] = {
    "chartsheet": ("Arket er et diagram og har ingen rækker.", ""),
    "dialogsheet": ("Arket er en dialogboks og har ingen rækker.", ""),
    "other_sheet": ("Arket er af en art, der ikke læses.", "Slet det, hvis det ikke bruges."),
    "hidden_sheet": (
        "Arket er skjult. Det har ingen tabel og er ikke brugt.",
        "Vis arket i Excel, og slet det, hvis det ikke skal med.",
    ),
    "filter": (
        "Arket har et filter slået til. Også de rækker, det skjuler, er læst.",
        "Ryd filteret i Excel, så I ser det samme, som der regnes på.",
    ),
    "comments": (
        "Arket har kommentarer. De er ikke læst.",
        "Slet dem, hvis de har personoplysninger, eller hvis de retter det, der står i cellerne.",
    ),
    "cpr_in_comments": (
        "Kommentarer i arket har CPR-numre.",
        "Slet personnumrene i kommentarerne; de er ikke læst.",
    ),
    "cpr_in_margins": (
        "Arkets sidehoved eller sidefod har CPR-numre.",
        "Slet dem i Excel (Sidelayout, Udskriv titler, Sidehoved/sidefod).",
    ),
    "hidden_rows": (
        "Arket har skjulte rækker: {inside} af dem er i tabellen og er læst som de andre.",
        "Vis rækkerne i Excel, og slet dem, der ikke skal tælles med.",
    ),
    "struck_rows": (
        "Tabellen har overstregede celler. Deres rækker er læst som de andre.",
        "Slet rækkerne, hvis de ikke skal tælles med, eller fjern overstregningen.",
    ),
    "hidden_columns": (
        "Arket har skjulte kolonner. De er læst som de andre.",
        "Vis kolonnerne i Excel, og slet dem, der ikke skal med.",
    ),
    "merged_cells": (
        "Tabellen har flettede celler. Kun den første af dem har værdien; de andre er tomme.",
        "Ophæv fletningen i Excel, og udfyld hver celle. Gælder værdien for alle rækker, den er "
        "flettet over, så skriv fill_down for kolonnen i data/raw/maps/layout.csv.",
    ),
    "uncalculated": (
        "Arket har formler, der aldrig er beregnet.",
        "Åbn filen i Excel, og gem den, så formlerne beregnes.",
    ),
    "error_cells": (
        "Arket har celler, der viser en fejl.",
        "Ret formlerne, eller skriv værdierne.",
    ),
    "cpr": ("Arket har CPR-numre et sted, der ikke er til dem.", MOVE_CPR),
    "cpr_in_personal_column": (
        "En kolonne med personoplysninger, der ikke bruges, har også CPR-numre.",
        MOVE_CPR,
    ),
    "cpr_maybe": (
        "Uden for tabellen står ti cifre, der kan være et CPR-nummer uden bindestreg.",
        MOVE_CPR,
    ),
}
PARTS: Mapping[str, tuple[str, str, str]] = {
    "macros": (
        r"xl/(vbaProject\.bin|macrosheets/.+\.xml)$",
        "Filen har makroer. De er ikke kørt.",
        "Gem udtrækket som .xlsx, som ingen makroer har.",
    ),
    "external_links": (
        r"xl/externalLinks/[^/]+\.xml$",
        "Filen henter tal fra andre filer. De sidst gemte tal er læst; de kan være forældede.",
        "Kopiér cellerne, og indsæt dem som værdier, før filen lægges i årsmappen.",
    ),
    "connections": (
        r"xl/(connections\.xml|queryTables/.+\.xml)$",
        "Filen henter data udefra. De sidst hentede data er læst.",
        "Opdatér data i Excel, og gem filen, før den lægges i årsmappen.",
    ),
    "pivot_tables": (
        r"xl/pivotCache/pivotCacheRecords[^/]*\.xml$",
        "Filen har en pivottabel, som gemmer en kopi af de rækker, den er lavet af. Kopien er ikke "
        "læst.",
        "Slet pivottabellen, eller kopiér den, og indsæt den som værdier.",
    ),
    "embedded": (
        r"xl/embeddings/.+",
        "Filen har andre filer i sig. De er ikke læst.",
        "Se efter, at de ikke har personoplysninger, eller slet dem.",
    ),
}
WORDED: Mapping[str, tuple[str, str, str]] = {
    "properties": (r"docProps/[^/]+\.xml$", "Filens egenskaber", " (Filer, Oplysninger)"),
    "names": (r"xl/workbook\.xml$", "Filens definerede navne", " (Formler, Navnestyring)"),
    "drawings": (r"xl/drawings/[^/]+\.xml$", "Filens tekstfelter og figurer", ""),
    "charts": (r"xl/charts/[^/]+\.xml$", "Filens diagrammer", ""),
}
BETWEEN_TAGS = re.compile(rb">([^<]+)<")


@dataclass(frozen=True)
class Finding:
    """One finding of a workbook's health: what, where first, how often, and what to do."""

    file: str
    finding: str
    sheet: str
    place: str
    count: int
    severity: Severity
    message: str
    advice: str


COLUMNS = tuple(each.name for each in fields(Finding))


@dataclass(frozen=True)
class Area:
    """Where the table on a sheet stands: its rows of data, and its columns by their use.

    `columns` are read, `personal` are known to hold what is personal and are not read.
    `is_clear`: the headings were found, each once, so that it is known which column is which.
    `filled` are those in which a blank cell is known to be as the one above.
    """

    rows: Collection[int]
    columns: Collection[int]
    personal: Collection[int] = ()
    is_clear: bool = True
    filled: Collection[int] = ()


def inspect_sheet(sheet: Sheet, area: Area | None, is_beside_table: bool) -> list[Finding]:
    """Return the findings of one sheet, and of the table on it where there is one.

    `is_beside_table`: some sheet of the workbook has a table.
    """
    cells = [
        (row, column, value)
        for column in sheet.cells.columns.to_numpy().tolist()
        for row, value in sheet.cells[column].to_dict().items()
        if value is not None
    ]
    found = dict(_find_around(sheet, area))
    odd = [cell for cell in cells if isinstance(cell[2], (CellError, Uncalculated))]
    found["uncalculated"] = _name_cells(odd, lambda value: isinstance(value, Uncalculated))
    found["error_cells"] = _name_cells(odd, lambda value: isinstance(value, CellError))
    found |= _find_numbers(cells, area or Area((), (), is_clear=is_beside_table))
    inside = {*found["hidden_rows"]}.intersection(map(str, area.rows if area else ()))
    findings = []
    for finding, places in found.items():
        severity: Severity = "error" if finding in ERRORS else "warning"
        is_told = (
            finding == "uncalculated" and area and {cell[1] for cell in odd} <= {*area.columns}
        )
        if is_told or finding in INFOS:
            severity = "info"
        place = ", ".join(places[:MOST_PLACES]).strip(", ")
        place += " ..." if place and len(places) > MOST_PLACES else ""
        message, advice = SHEETS[finding]
        message = message.format(inside=len(inside))
        told = (sheet.name, place, len(places), severity, message, advice)
        findings.append(Finding(sheet.file, finding, *told))
    return [finding for finding in findings if finding.count]


def _find_around(sheet: Sheet, area: Area | None) -> Iterator[tuple[str, list[str]]]:
    """Yield what is found around the cells, and where; "" for a place that has no name."""
    traits = sheet.traits
    rows = sorted(area.rows if area else ())
    kind = traits.kind if traits.kind in SHEETS else "other_sheet"
    yield kind, [""] * (traits.kind != "worksheet")
    yield "hidden_sheet", [""] * (sheet.is_hidden and area is None)
    yield "filter", [""] * traits.is_filtered
    yield "comments", [""] * len(traits.comments)
    numbers = [cell for cell, text in traits.comments if is_written_cpr(text) or is_maybe_cpr(text)]
    yield "cpr_in_comments", numbers
    margins = ["" for text in traits.margins if is_written_cpr(text) or is_maybe_cpr(text)]
    yield "cpr_in_margins", margins
    yield "hidden_rows", [str(row) for row in traits.hidden_rows if row in sheet.cells.index]
    yield "struck_rows", [str(row) for row in sorted({*traits.struck_rows}.intersection(rows))]
    columns = [column for column in traits.hidden_columns if column in sheet.cells.columns]
    yield "hidden_columns", [*map(name_column, columns)]
    merged = []
    for top, left, bottom, right in sorted(traits.merged if area else ()):
        is_inside = bisect_left(rows, top) < bisect_right(rows, bottom) and left in sheet.row(top)
        is_down, filled = bottom > top, area.filled if area else ()
        lost = [c for c in (area.columns if area else ()) if left <= c <= right]
        if is_inside and any(c > left or (is_down and c not in filled) for c in lost):
            merged.append(name_cell(top, left))
    yield "merged_cells", merged


def _name_cells(cells: Iterable[Cell], test: Callable[[CellValue], bool]) -> list[str]:
    return [name_cell(row, column) for row, column, value in cells if test(value)]


def _find_numbers(cells: list[Cell], area: Area) -> dict[str, list[str]]:
    """Return where personal numbers stand that are misplaced.

    The columns that are read are held against them cell by cell elsewhere. Where the headings
    were not found, or stand twice, the numbers may well be in their right column.
    """
    if not area.is_clear:
        return {}
    rows, personal = frozenset(area.rows), frozenset(area.personal)
    known = personal.union(area.columns)
    outside = [cell for cell in cells if cell[0] not in rows]
    unused = [cell for cell in cells if cell[1] not in known and cell[0] in rows]
    unread = [cell for cell in cells if cell[1] in personal and cell[0] in rows]
    return {
        "cpr": _name_cells([*outside, *unused], is_written_cpr),
        "cpr_in_personal_column": _name_cells(unread, is_written_cpr),
        "cpr_maybe": _name_cells(outside, is_maybe_cpr),
    }


def inspect_package(path: Path, shown_name: str) -> list[Finding]:
    """Return what a workbook has beside its sheets; nothing for a file that cannot be read."""
    found: list[tuple[str, int, str, str]] = []
    try:
        with open_package(path) as package:
            for finding, (pattern, message, advice) in PARTS.items():
                count = sum(bool(re.match(pattern, name)) for name in package.namelist())
                found.append((finding, count, message, advice))
            for finding, (pattern, what, where) in WORDED.items():
                small = [each for each in package.infolist() if each.file_size < MOST_TREE_BYTES]
                parts = [each.filename for each in small if re.match(pattern, each.filename)]
                words = [b" ".join(BETWEEN_TAGS.findall(package.read_part(name))) for name in parts]
                count = sum(is_written_cpr(text.decode(errors="replace")) for text in words)
                message = f"{what} har CPR-numre. De er ikke læst."
                found.append((f"cpr_in_{finding}", count, message, f"Slet dem i Excel{where}."))
    except WorkbookError:
        return []
    return [
        Finding(shown_name, finding, "", "", count, "warning", message, advice)
        for finding, count, message, advice in found
        if count
    ]


def report_refusal(shown_name: str, error: WorkbookError) -> Finding:
    """Return the finding for a workbook that could not be read at all."""
    return Finding(shown_name, "refused", "", "", 1, "error", str(error), error.advice)


def report_findings(findings: Iterable[Finding]) -> list[Problem]:
    """Return findings as problems, but for mere information; a refusal is told by the reader."""
    return [
        Problem(
            each.severity,
            f"health.{each.finding}",
            f"{each.message} ({each.count}: {each.place})"
            if each.place and each.count > 1
            else each.message,
            file=each.file,
            sheet=each.sheet,
            cell=each.place.partition(",")[0].rstrip(" ."),
            advice=each.advice,
        )
        for each in findings
        if each.finding != "refused" and each.severity != "info"
    ]
