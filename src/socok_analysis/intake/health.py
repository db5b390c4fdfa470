"""The health of each sheet: what is hidden, filtered, merged or personal in the wrong place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from socok_analysis.core.problems import Severity
from socok_analysis.intake.findings import Finding
from socok_analysis.intake.personal_numbers import is_maybe_cpr, is_written_cpr
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Uncalculated,
    name_cell,
    name_column,
)
from socok_analysis.workbook.sheet import CellColumn, Sheet

MOST_PLACES = 8
UNCLEAR = ("table.second", "table.beside")
UNREADABLE = {CellError, Uncalculated}
Mask = NDArray[np.bool_]
Test = Callable[[CellValue], bool]


@dataclass(frozen=True)
class Hits:
    """How often something was found, and the names of the first places."""

    names: Sequence[str]
    count: int


NOWHERE, ONCE = Hits((), 0), Hits((), 1)


KINDS = {
    "chartsheet": "Arket er et diagram og har ingen rækker.",
    "dialogsheet": "Arket er en dialogboks og har ingen rækker.",
}


def inspect_sheets(found: Sequence[tuple[Sheet, FoundTable | None]]) -> list[Finding]:
    """Return the findings of the sheets and of the tables on them."""
    related = {sheet.file for sheet, table in found if table}
    return [
        finding
        for sheet, table in found
        for finding in inspect_sheet(sheet, table, sheet.file in related)
    ]


def inspect_sheet(sheet: Sheet, table: FoundTable | None, is_beside_table: bool) -> list[Finding]:
    """Return the findings of one sheet, and of the table on it where there is one.

    `is_beside_table`: some sheet of the workbook has a table.
    """
    return [
        *inspect_kind(sheet, table),
        *inspect_comments(sheet),
        *inspect_margins(sheet),
        *inspect_hidden(sheet, table),
        *inspect_merged(sheet, table),
        *inspect_values(sheet, table),
        *inspect_numbers(sheet, table, is_beside_table),
    ]


def find(
    sheet: Sheet,
    finding: str,
    hits: Hits,
    message: str,
    advice: str,
    severity: Severity = "warning",
) -> Iterator[Finding]:
    """Yield the finding of a sheet, unless it was made nowhere."""
    if hits.count:
        shown = ", ".join(hits.names[:MOST_PLACES]) + (" ..." if hits.count > MOST_PLACES else "")
        shown = shown if hits.names else ""
        yield Finding(sheet.file, finding, sheet.name, shown, hits.count, severity, message, advice)


def list_hits(names: Iterable[str]) -> Hits:
    """Return named places."""
    listed = list(names)
    return Hits(listed, len(listed))


def inspect_kind(sheet: Sheet, table: FoundTable | None) -> Iterator[Finding]:
    """Yield what the sheet as a whole gives reason to say."""
    if text := KINDS.get(sheet.traits.kind):
        yield from find(sheet, sheet.traits.kind, ONCE, text, "", "info")
    elif sheet.traits.kind != "worksheet":
        text = "Arket er af en art, der ikke læses."
        yield from find(sheet, "other_sheet", ONCE, text, "Slet det, hvis det ikke bruges.")
    if sheet.is_hidden and table is None:
        yield from find(
            sheet,
            "hidden_sheet",
            ONCE,
            "Arket er skjult. Det har ingen tabel og er ikke brugt.",
            "Vis arket i Excel, og slet det, hvis det ikke skal med.",
        )
    yield from find(
        sheet,
        "filter",
        ONCE if sheet.traits.is_filtered else NOWHERE,
        "Arket har et filter slået til. Også de rækker, det skjuler, er læst.",
        "Ryd filteret i Excel, så I ser det samme, som der regnes på.",
    )
    yield from find(
        sheet,
        "comments",
        Hits((), len(sheet.traits.comments)),
        "Arket har kommentarer. De er ikke læst.",
        "Slet dem, hvis de har personoplysninger, eller hvis de retter det, der står i cellerne.",
    )


def inspect_comments(sheet: Sheet) -> Iterator[Finding]:
    """Yield the comments with personal numbers."""
    places = [
        place for place, text in sheet.traits.comments if is_written_cpr(text) or is_maybe_cpr(text)
    ]
    yield from find(
        sheet,
        "cpr_in_comments",
        list_hits(places),
        "Kommentarer i arket har CPR-numre.",
        "Slet personnumrene i kommentarerne; de er ikke læst.",
    )


def inspect_margins(sheet: Sheet) -> Iterator[Finding]:
    """Yield the texts around the printed page that hold personal numbers."""
    found = [text for text in sheet.traits.margins if is_written_cpr(text) or is_maybe_cpr(text)]
    yield from find(
        sheet,
        "cpr_in_margins",
        Hits((), len(found)),
        "Arkets sidehoved eller sidefod har CPR-numre.",
        "Slet dem i Excel (Sidelayout, Udskriv titler, Sidehoved/sidefod).",
    )


def inspect_hidden(sheet: Sheet, table: FoundTable | None) -> Iterator[Finding]:
    """Yield the hidden rows and columns that hold anything, and the rows that are crossed out."""
    rows = [row for row in sorted({*sheet.traits.hidden_rows}) if sheet.cells(row)]
    inside = set(rows).intersection(table.data_rows if table else ())
    yield from find(
        sheet,
        "hidden_rows",
        list_hits(map(str, rows)),
        f"Arket har skjulte rækker: {len(inside)} af dem er i tabellen og er læst som de andre.",
        "Vis rækkerne i Excel, og slet dem, der ikke skal tælles med.",
    )
    struck = set(sheet.traits.struck_rows).intersection(table.data_rows if table else ())
    yield from find(
        sheet,
        "struck_rows",
        list_hits(map(str, sorted(struck))),
        "Tabellen har overstregede celler. Deres rækker er læst som de andre.",
        "Slet rækkerne, hvis de ikke skal tælles med, eller fjern overstregningen.",
    )
    columns = [column for column in sheet.traits.hidden_columns if column in sheet.columns]
    yield from find(
        sheet,
        "hidden_columns",
        list_hits(map(name_column, columns)),
        "Arket har skjulte kolonner. De er læst som de andre.",
        "Vis kolonnerne i Excel, og slet dem, der ikke skal med.",
    )


def inspect_merged(sheet: Sheet, table: FoundTable | None) -> Iterator[Finding]:
    """Yield the merged cells among the rows of the table: all but the first of them are blank."""
    rows = sorted(table.data_rows if table else ())
    places = [
        name_cell(top, left)
        for top, left, bottom, right in sorted(sheet.traits.merged)
        if bisect_left(rows, top) < bisect_right(rows, bottom)
        and sheet.cells(top).get(left) is not None
    ]
    yield from find(
        sheet,
        "merged_cells",
        list_hits(places),
        "Tabellen har flettede celler. Kun den første af dem har værdien; de andre er tomme.",
        "Ophæv fletningen i Excel, og udfyld hver celle.",
        "error",
    )


def inspect_values(sheet: Sheet, table: FoundTable | None) -> Iterator[Finding]:
    """Yield the formulas without a stored result and the error cells.

    What is wrong in the columns that are read is an error of its own; here it is only counted.
    """
    odd = [
        column
        for column, cells in sheet.columns.items()
        if not UNREADABLE.isdisjoint(map(type, cells.values))
    ]
    is_told = bool(table) and set(odd) <= set(table.columns.values() if table else ())
    everywhere = np.ones(len(sheet.numbers), np.bool_)
    yield from find(
        sheet,
        "uncalculated",
        list_places(sheet, everywhere, lambda value: isinstance(value, Uncalculated), odd),
        "Arket har formler, der aldrig er beregnet.",
        "Åbn filen i Excel, og gem den, så formlerne beregnes.",
        "info" if is_told else "warning",
    )
    yield from find(
        sheet,
        "error_cells",
        list_places(sheet, everywhere, lambda value: isinstance(value, CellError), odd),
        "Arket har celler, der viser en fejl.",
        "Ret formlerne, eller skriv værdierne.",
        "info",
    )


def inspect_numbers(
    sheet: Sheet, table: FoundTable | None, is_beside_table: bool
) -> Iterator[Finding]:
    """Yield the personal numbers outside the column that is for them.

    The columns that are read are held against them cell by cell elsewhere. Where the headings
    were not found, or stand twice, the numbers may well be in their right column.
    """
    is_unclear = any(problem.check in UNCLEAR for problem in table.problems) if table else False
    if is_unclear or (table is None and not is_beside_table):
        return
    inside = np.zeros(len(sheet.numbers), np.bool_)
    inside[table.places if table else []] = True
    known = set(table.columns.values()) if table else set()
    personal = set(table.personal) if table else set()
    spare = {column: cells for column, cells in sheet.columns.items() if column not in known}
    outside = list_places(sheet, ~inside, is_written_cpr)
    unused = list_places(sheet, inside, is_written_cpr, spare.keys() - personal)
    unexpected = Hits([*outside.names, *unused.names], outside.count + unused.count)
    advice = "Slet personnumrene, eller flyt dem til kolonnen med CPR-numre."
    yield from find(
        sheet,
        "cpr",
        unexpected,
        "Arket har CPR-numre et sted, der ikke er til dem.",
        advice,
        "error",
    )
    yield from find(
        sheet,
        "cpr_in_personal_column",
        list_places(sheet, inside, is_written_cpr, personal),
        "En kolonne med personoplysninger, der ikke bruges, har også CPR-numre.",
        advice,
    )
    yield from find(
        sheet,
        "cpr_maybe",
        list_places(sheet, ~inside, is_maybe_cpr),
        "Uden for tabellen står ti cifre, der kan være et CPR-nummer uden bindestreg.",
        advice,
    )


def list_places(sheet: Sheet, rows: Mask, test: Test, columns: Iterable[int] | None = None) -> Hits:
    """Return the cells in some rows and columns whose value passes a test."""
    chosen = sheet.columns.keys() if columns is None else sheet.columns.keys() & columns
    names: list[str] = []
    count = 0
    for column in sorted(chosen):
        found = sheet.numbers[rows & find_passing(sheet.columns[column], rows, test)]
        names += [name_cell(row, column) for row in found[:MOST_PLACES].tolist()]
        count += len(found)
    return Hits(names[:MOST_PLACES], count)


def find_passing(cells: CellColumn, rows: Mask, test: Test) -> Mask:
    """Tell for each row whether its value passes; only values in the chosen rows are tested."""
    passing = np.zeros(len(cells.values) + 1, np.bool_)
    for code in cells.list_held(rows):
        passing[code] = test(cells.values[code])
    return passing[cells.codes]
