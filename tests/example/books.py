"""Rows into workbooks that look like exports: titles, notes, totals, and values typed as text.

The bytes depend on nothing but the rows: fixed dates inside, and the container is packed without
compression, because compressors differ between machines.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from example.material import Row, draw

DATE_STYLES = ("{0:%d}-{0:%m}-{0:%Y}", "{0.day}.{0.month}.{0:%Y}", "{0.day}/{0.month}-{0:%Y}")
FORMATS = {
    "title": {"bold": True, "font_size": 12},
    "heading": {"bold": True, "bottom": 1},
    "date": {"num_format": "dd-mm-yyyy"},
    "total": {"bold": True, "top": 1},
}


@dataclass(frozen=True)
class Sheet:
    """One sheet of an export: its layout and its rows, a value for each heading."""

    file: str
    name: str
    headings: Sequence[str]
    rows: Sequence[Row]
    titles: Sequence[str] = ()
    note: Sequence[str] = ()
    has_count: bool = False
    sums: Sequence[str] = field(default=())


def make_sheet(layout: dict[str, Any], rows: Sequence[Row], drawn: date) -> Sheet:
    """Return the sheet a layout describes."""
    titles = [title.format(drawn=f"{drawn:%d-%m-%Y}") for title in layout.get("titles", ())]
    return Sheet(
        layout["file"],
        layout["sheet"],
        layout["headings"],
        rows,
        titles,
        layout.get("note", ()),
        layout.get("count", False),
        layout.get("sums", ()),
    )


def write_books(sheets: Iterable[Sheet], folder: Path, drawn: date) -> list[Path]:
    """Write one workbook for each file the sheets name; return their paths."""
    books: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        books.setdefault(sheet.file, []).append(sheet)
    folder.mkdir(parents=True, exist_ok=True)
    for name, parts in books.items():
        (folder / name).write_bytes(make_book(parts, drawn))
    return [folder / name for name in books]


def make_book(sheets: Sequence[Sheet], drawn: date) -> bytes:
    """Return a workbook as bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    created = datetime(drawn.year, drawn.month, drawn.day, 8)
    book.set_properties({"author": "Rekonstruktion", "created": created})
    formats = {name: book.add_format(style) for name, style in FORMATS.items()}
    for sheet in sheets:
        fill_sheet(book.add_worksheet(sheet.name), sheet, formats)
    for sheet in sheets:
        if sheet.note:
            book.add_worksheet("Vejledning").write_column(0, 0, sheet.note)
    book.close()
    return repack(buffer)


def repack(packed: io.BytesIO) -> bytes:
    """Return a zip's files packed anew: no compression, no dates, no mark of the machine."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 0
            new.writestr(entry, old.read(name))
    return buffer.getvalue()


def fill_sheet(worksheet: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    """Write titles, headings, rows and the total row, in that order."""
    top = len(sheet.titles)
    write_titles(worksheet, sheet, formats["title"])
    for column, heading in enumerate(sheet.headings):
        worksheet.write_string(top, column, heading, formats["heading"])
    worksheet.set_column(0, len(sheet.headings) - 1, 16)
    for number, row in enumerate(sheet.rows):
        for column, heading in enumerate(sheet.headings):
            value = roughen(row.get(heading), heading, sheet.name, number)
            write_value(worksheet, top + 1 + number, column, value, formats["date"])
    if sheet.has_count:
        write_total(worksheet, top + 1 + len(sheet.rows), sheet, formats["total"])


def write_titles(worksheet: Any, sheet: Sheet, style: Any) -> None:
    """Write the titles; the first spans all columns."""
    for row, title in enumerate(sheet.titles):
        if row == 0:
            worksheet.merge_range(0, 0, 0, len(sheet.headings) - 1, title, style)
        elif title:
            worksheet.write_string(row, 0, title)


def write_value(worksheet: Any, row: int, column: int, value: object, date_style: Any) -> None:
    """Write one cell; nothing for a blank."""
    if isinstance(value, date):
        worksheet.write_datetime(row, column, datetime(*value.timetuple()[:3]), date_style)
    elif isinstance(value, (int, float)):
        worksheet.write_number(row, column, value)
    elif value:
        worksheet.write_string(row, column, value)


def write_total(worksheet: Any, row: int, sheet: Sheet, style: Any) -> None:
    """Write the total row: the number of rows beside the words, sums under their columns."""
    worksheet.write_string(row, 0, "I alt", style)
    worksheet.write_number(row, 1, len(sheet.rows), style)
    for heading in sheet.sums:
        total = sum(line.get(heading) or 0 for line in sheet.rows)
        worksheet.write_number(row, sheet.headings.index(heading), total, style)


def roughen(value: object, *place: object) -> object:
    """Return a value as a person might have typed it: at times a date or number as Danish text."""
    if isinstance(value, date):
        return value if draw(9, "date", *place) else write_date(value, *place)
    is_number = isinstance(value, (int, float)) and place[0] != "Værdi"
    return roughen_number(value, *place) if is_number else value


def write_date(value: date, *place: object) -> str:
    """Return a date in one of three Danish ways of writing."""
    return DATE_STYLES[draw(len(DATE_STYLES), "style", *place)].format(value)


def roughen_number(value: Any, *place: object) -> object:
    """Return a number, or text: "80 %", "4,5", "68.000", each only at times."""
    if draw(4, "number", *place):
        return value
    if "%" in str(place[0]):
        return f"{value} %"
    if value != int(value):
        return str(value).replace(".", ",")
    return f"{value:,}".replace(",", ".") if value >= 1000 else value
