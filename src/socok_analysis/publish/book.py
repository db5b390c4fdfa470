"""The Excel book for readers: a cover, a sheet for each table and one with every figure.

Accessible as the Government Statistical Service asks ("Releasing statistics in spreadsheets"):
one table a sheet from column A, real header rows in table objects, no merged or blank rows in a
table, notes above it, a title and a language. No cell is a formula.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from socok_analysis.figures.figure import Figure
from socok_analysis.publish import DocumentMeta
from socok_analysis.publish.archives import edit, pack, unpack
from socok_analysis.publish.content import (
    HIDDEN,
    LEGEND,
    Content,
    Sheet,
    ShownFigure,
    read_number,
)
from socok_analysis.publish.documents import name_foot
from socok_analysis.publish.grid import FORMATS, Book, write_table

COVER, FIGURES = "Forside", "Nøgletal"
WIDEST_FIGURE = 40
DAY_ZERO, DAY_FORMAT = dt.date(1899, 12, 30), "dd-mm-yyyy"
UNIT_FORMATS = {"andel": "0.0%", "antal pr. år": "#,##0.0"}
FIGURE_HEADER = (
    "Nøgletal",
    "Gælder",
    "Værdi",
    "Enhed",
    "Tæller",
    "Nævner",
    "Nedre grænse",
    "Øvre grænse",
    "Fra",
    "Til",
    "Definition",
    "Kilder",
    "Navn",
)


def write_book(content: Content, meta: DocumentMeta, path: Path) -> None:
    """Write the book; same bytes every time."""
    import xlsxwriter

    made = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(made, options) as workbook:
        formats = {name: workbook.add_format(look) for name, look in FORMATS.items()}
        fill_book(Book(workbook, formats, name_foot(meta, "report")), content, meta)
    path.write_bytes(settle_book(made.getvalue()))


def settle_book(archive: bytes) -> bytes:
    """Return the book with its language told, packed the same on every machine."""
    parts = unpack(archive)
    language = "<dc:language>da-DK</dc:language></cp:coreProperties>"
    edit(parts, "docProps/core.xml", lambda xml: xml.replace("</cp:coreProperties>", language))
    return pack(parts)


def fill_book(book: Book, content: Content, meta: DocumentMeta) -> None:
    """Write properties, cover, tables and figures."""
    book.workbook.set_properties(
        {
            "title": meta.title,
            "subject": meta.subtitle,
            "author": meta.author,
            "created": dt.datetime.combine(meta.date or dt.date(1980, 1, 1), dt.time(12)),
        }
    )
    write_cover(book, content, meta)
    for number, sheet in enumerate(content.sheets, 1):
        write_sheet(book, sheet, name_sheet(sheet, number), number)
    write_figure_sheet(book, content.figures)


def name_sheet(sheet: Sheet, number: int) -> str:
    """Return a table's sheet name, which Excel allows: "Tabel 4"."""
    return sheet.label or f"Tabel uden nummer {number}"


def write_cover(book: Book, content: Content, meta: DocumentMeta) -> None:
    """Write what the book is, how its signs are read, and links to its sheets."""
    sheet = book.workbook.add_worksheet(COVER)
    signs = "; ".join(f"[{sign}]: {meaning}" for sign, meaning in LEGEND.items())
    lines = [
        meta.subtitle,
        f"Udgivet af {meta.contact}" if meta.contact else "",
        "Tallene er dem, rapporten viser, og de er afrundet som dér. Arket Nøgletal har hvert tal "
        "med enhed, definition og kilde.",
        f"Tegn i tabellerne: {signs}.",
    ]
    row = write_head(book, sheet, meta.title, lines)
    names = [name_sheet(table, number) for number, table in enumerate(content.sheets, 1)]
    rows = [
        (name, table.caption, table.title)
        for name, table in zip(names, content.sheets, strict=True)
    ]
    rows.append((FIGURES, "Alle nøgletal med enhed, definition og kilde", ""))
    write_table(book, sheet, row, ("Ark", "Indhold", "Afsnit i rapporten"), rows, "Indhold")
    for place, (name, *_) in enumerate(rows, row + 1):
        sheet.write_url(place, 0, f"internal:'{name}'!A1", book.formats["link"], string=name)


def write_head(book: Book, sheet: Any, title: str, lines: Sequence[str]) -> int:
    """Write a sheet's title and the lines above its table; return the table's first row."""
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, title, book.formats["title"])
    kept = [line for line in lines if line]
    for row, line in enumerate(kept, 1):
        sheet.write_string(row, 0, line, book.formats["plain"])
    if sheet.get_name() == COVER:
        return len(kept) + 2
    way = f"internal:'{COVER}'!A1"
    sheet.write_url(len(kept) + 1, 0, way, book.formats["link"], string="Til forsiden")
    return len(kept) + 3


def write_sheet(book: Book, table: Sheet, name: str, number: int) -> None:
    """Write one of the report's tables on a sheet of its own."""
    sheet = book.workbook.add_worksheet(name)
    place = f"Fra afsnittet ”{table.title}” i rapporten. Definitioner og kilder: arket {FIGURES}."
    row = write_head(book, sheet, f"{name}: {table.caption}", [table.note, place])
    rows = [
        [read_cell(text, number) for text, number in zip(cells, table.numeric, strict=True)]
        for cells in table.rows
    ]
    write_table(book, sheet, row, table.header, rows, f"Tabel_{number}")


def read_cell(text: str, is_numeric: bool) -> str | tuple[int | float, str]:
    """Return a cell as text, or in a column of numbers as the number and its format."""
    number = read_number(text) if is_numeric else None
    return text if number is None else number


def write_figure_sheet(book: Book, figures: Sequence[ShownFigure]) -> None:
    """Write every figure with its unit, period, definition and sources."""
    sheet = book.workbook.add_worksheet(FIGURES)
    signs = [f"[{sign}]: {meaning}." for sign, meaning in LEGEND.items()]
    row = write_head(
        book, sheet, "Alle nøgletal", ["Andele er skrevet som procent. " + " ".join(signs)]
    )
    rows = [list_cells(shown) for shown in figures]
    write_table(book, sheet, row, FIGURE_HEADER, rows, "Noegletal", WIDEST_FIGURE)


def list_cells(shown: ShownFigure) -> list[Any]:
    """Return a figure's row; the sign of what may not be shown in the place of its numbers."""
    figure = shown.figure
    days = [show_day(day) for day in (figure.period_start, figure.period_end)]
    return [
        figure.label,
        shown.about,
        show_number(shown),
        figure.unit,
        *list_parts(shown),
        *days,
        figure.definition,
        "; ".join(figure.sources),
        figure.figure,
    ]


def show_day(day: dt.date | None) -> Any:
    """Return a day as a cell: Excel's number for it, shown as a date."""
    return ((day - DAY_ZERO).days, DAY_FORMAT) if day else ""


def show_number(shown: ShownFigure) -> Any:
    """Return a figure's value as a cell."""
    value = shown.figure.value
    if shown.status or value is None:
        return f"[{shown.status}]"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    return value, UNIT_FORMATS.get(shown.figure.unit, "#,##0")


def list_parts(shown: ShownFigure) -> list[Any]:
    """Return numerator, denominator and limits as cells; none of what may not be shown."""
    figure: Figure = shown.figure
    if shown.status == HIDDEN:
        return ["", "", "", ""]
    counts = [
        (part, "#,##0") if part is not None else ""
        for part in (figure.numerator, figure.denominator)
    ]
    limits = [(limit, "0.0%") if limit is not None else "" for limit in (figure.low, figure.high)]
    return [*counts, *limits]
