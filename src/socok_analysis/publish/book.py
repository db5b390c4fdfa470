"""The Excel book for readers: a cover, a sheet for each table and one with every figure.

Accessible as the Government Statistical Service asks ("Releasing statistics in spreadsheets"):
one table a sheet from column A, real header rows in table objects, no merged or blank rows in a
table, notes above it, a title and a language. No cell is a formula.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from socok_analysis.figures.figure import Figure
from socok_analysis.publish.documents import DocumentMeta, name_foot
from socok_analysis.publish.downloads import Content, Sheet, read_number
from socok_analysis.publish.office import edit, pack, unpack

COVER, FIGURES = "Forside", "Nøgletal"
WIDEST_FIGURE = 40
DAY_ZERO, DAY_FORMAT = dt.date(1899, 12, 30), "dd-mm-yyyy"
WHOLE, PERCENT = "#,##0", "0.0%"
UNIT_FORMATS = {"andel": PERCENT, "antal pr. år": "#,##0.0"}
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
NARROWEST, WIDEST, LINE = 8, 60, 15
MOST_UNFILTERED, WIDEST_SHEET = 15, 200
A4, A3 = 9, 8
TEXT = {"text_wrap": True, "valign": "top"}
HEAD = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom"}
AFTER = {"align": "left", "indent": 1}
FORMATS = {
    "title": {"bold": True, "font_size": 16},
    "plain": {},
    "text": TEXT,
    "text after": TEXT | AFTER,
    "right": {"align": "right", "valign": "top"},
    "head text": HEAD,
    "head text after": HEAD | AFTER,
    "head right": HEAD | {"align": "right"},
    "link": {"font_color": "#1D4F76", "underline": 1},
}
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Cell = str | tuple[int | float, str]
"""Text, or a number paired with the shape it is shown in, such as "0.0%"."""


@dataclass(frozen=True)
class Book:
    """An open workbook, its cell formats, and what stands at the foot of its printed sheets."""

    workbook: Any
    formats: dict[str, Any]
    foot: str

    def number_format(self, shape: str) -> Any:
        """Return the format that shows numbers in a shape such as "0.0%"."""
        if shape not in self.formats:
            wanted = {"num_format": shape, "align": "right", "valign": "top"}
            self.formats[shape] = self.workbook.add_format(wanted)
        return self.formats[shape]


def write_book(content: Content, meta: DocumentMeta, path: Path) -> None:
    """Write the book; same bytes every time, whatever the machine."""
    import xlsxwriter

    made = BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as workbook:
        formats = {name: workbook.add_format(look) for name, look in FORMATS.items()}
        book = Book(workbook, formats, name_foot(meta, "report"))
        day = dt.datetime.combine(meta.date or dt.date(1980, 1, 1), dt.time(12))
        told = {"title": meta.title, "subject": meta.subtitle, "author": meta.author}
        workbook.set_properties({**told, "created": day})
        names = [s.label or f"Tabel uden nummer {n}" for n, s in enumerate(content.sheets, 1)]
        _write_cover(book, content, meta, names)
        for number, (name, sheet) in enumerate(zip(names, content.sheets, strict=True), 1):
            _write_sheet(book, sheet, name, number)
        _write_figures(book, content.figures)
    parts = unpack(made.getvalue())
    end = "</cp:coreProperties>"
    language = f"<dc:language>da-DK</dc:language>{end}"
    edit(parts, "docProps/core.xml", lambda xml: xml.replace(end, language))
    path.write_bytes(pack(parts))


def _write_cover(book: Book, content: Content, meta: DocumentMeta, names: list[str]) -> None:
    """Write what the book is, how its signs are read, and links to its sheets."""
    sheet = book.workbook.add_worksheet(COVER)
    lines = [
        meta.subtitle,
        f"Udgivet af {meta.contact}" if meta.contact else "",
        "Tallene er dem, rapporten viser, og de er afrundet som dér. Arket Nøgletal har hvert tal "
        "med enhed, definition og kilde.",
    ]
    row = _write_head(book, sheet, meta.title, lines)
    tables = zip(names, content.sheets, strict=True)
    rows: list[Sequence[Cell]] = [(name, table.caption, table.title) for name, table in tables]
    rows.append((FIGURES, "Alle nøgletal med enhed, definition og kilde", ""))
    _write_table(book, sheet, row, ("Ark", "Indhold", "Afsnit i rapporten"), rows, "Indhold")
    for place, name in enumerate([*names, FIGURES], row + 1):
        sheet.write_url(place, 0, f"internal:'{name}'!A1", book.formats["link"], string=name)


def _write_head(book: Book, sheet: Any, title: str, lines: Sequence[str]) -> int:
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


def _write_sheet(book: Book, table: Sheet, name: str, number: int) -> None:
    """Write one of the report's tables on a sheet of its own; numbers only in their columns."""
    sheet = book.workbook.add_worksheet(name)
    place = f"Fra afsnittet ”{table.title}” i rapporten. Definitioner og kilder: arket {FIGURES}."
    row = _write_head(book, sheet, f"{name}: {table.caption}", [table.note, place])
    rows: list[list[Cell]] = [
        [
            (read_number(text) or text) if is_numeric else text
            for text, is_numeric in zip(cells, table.numeric, strict=True)
        ]
        for cells in table.rows
    ]
    _write_table(book, sheet, row, table.header, rows, f"Tabel_{number}")


def _write_figures(book: Book, figures: Sequence[tuple[Figure, str]]) -> None:
    """Write every figure with its unit, period, definition and sources."""
    sheet = book.workbook.add_worksheet(FIGURES)
    told = "Andele er skrevet som procent. En tom celle er et tal, der ikke er opgjort."
    row = _write_head(book, sheet, "Alle nøgletal", [told])
    rows = [_list_cells(figure, about) for figure, about in figures]
    _write_table(book, sheet, row, FIGURE_HEADER, rows, "Noegletal", WIDEST_FIGURE)


def _list_cells(figure: Figure, about: str) -> list[Cell]:
    """Return a figure's row."""
    if isinstance(figure.value, bool):
        value: Cell = "ja" if figure.value else "nej"
    else:
        value = "" if figure.value is None else (figure.value, UNIT_FORMATS.get(figure.unit, WHOLE))
    parts = [
        *((number, WHOLE) for number in (figure.numerator, figure.denominator)),
        *((number, PERCENT) for number in (figure.low, figure.high)),
    ]
    days = (figure.period_start, figure.period_end)
    return [
        figure.label,
        about,
        value,
        figure.unit,
        *("" if number is None else (number, shape) for number, shape in parts),
        *(((day - DAY_ZERO).days, DAY_FORMAT) if day else "" for day in days),
        figure.definition,
        "; ".join(figure.sources),
        figure.figure,
    ]


def _write_table(
    book: Book,
    sheet: Any,
    first: int,
    header: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    name: str,
    widest: int = WIDEST,
) -> None:
    """Write rows as a table object whose header stays in sight; columns as wide as they need.

    Numbers stand to the right, text after them clear of them. Text wider than `widest` letters
    is wrapped, and its row is as high as that takes. A long table has filters. It is printed
    across one sheet, its heading on each, and the foot says what it is from.
    """
    is_long = len(rows) > MOST_UNFILTERED
    widths, looks, before = [], [], False
    for column, text in enumerate(header):
        held = [row[column] for row in rows]
        needs = [round(len(text) * 1.1) + 3 + 2 * is_long, *(len(_show(c)) + 3 for c in held)]
        widths.append(min(max(NARROWEST, *needs), widest))
        is_right = any(isinstance(cell, tuple) for cell in held)
        looks.append("right" if is_right else "text after" if before else "text")
        before = is_right
    sheet.add_table(
        *(first, 0, first + len(rows), len(header) - 1),
        {
            "columns": [
                {"header": text, "header_format": book.formats[f"head {look}"]}
                for text, look in zip(header, looks, strict=True)
            ],
            "name": name,
            "style": "Table Style Light 1",
            "banded_rows": False,
            "autofilter": is_long,
        },
    )
    for number, cells in enumerate(rows, first + 1):
        for column, (cell, look) in enumerate(zip(cells, looks, strict=True)):
            if isinstance(cell, tuple):
                sheet.write_number(number, column, cell[0], book.number_format(cell[1]))
            else:
                sheet.write_string(number, column, cell, book.formats[look])
        lines = max(_count_lines(cell, wide) for cell, wide in zip(cells, widths, strict=True))
        if lines > 1:
            sheet.set_row(number, LINE * lines)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    is_wide = sum(widths) > WIDEST_SHEET
    sheet.freeze_panes(first + 1, 1 if is_wide else 0)
    sheet.set_landscape()
    sheet.set_paper(A3 if is_wide else A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
    sheet.set_footer(f"&L{book.foot.replace('&', '&&')}&RSide &P af &N")


def _show(cell: Cell) -> str:
    """Return a cell about as it is seen: 0.275 in the shape "0.0%" is "27.5%"."""
    if not isinstance(cell, tuple):
        return cell
    value, shape = cell
    if "yy" in shape:
        return shape
    places = len(shape.partition(".")[2].rstrip("%"))
    is_share = shape.endswith("%")
    return f"{value * 100 if is_share else value:,.{places}f}{'%' if is_share else ''}"


def _count_lines(cell: Cell, width: int) -> int:
    """Return how many lines a cell takes in a column of a width, which is told in digits."""
    return max(1, len(textwrap.wrap(_show(cell), round(width * 1.1))))
