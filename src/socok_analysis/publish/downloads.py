"""What readers download beside the documents: an Excel book, and tidy CSV that machines read.

The book has a cover, a sheet for each table of the pages and one with every figure shown. It is
accessible as the Government Statistical Service asks ("Releasing statistics in spreadsheets"): one
table a sheet from column A, real header rows in table objects, no merged or blank rows in a table,
notes above it, a title and a language. No cell is a formula. The CSV has a description, a Data
Package (Frictionless Data, 2017).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import xlsxwriter

from socok_analysis.core.folders import hash_file
from socok_analysis.core.problems import write_rows
from socok_analysis.figures.figure import Figure, as_cells, as_record, to_json
from socok_analysis.publish.documents import DocumentMeta, edit, pack, unpack

WHOLE = r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)"
DECIMAL = re.compile(rf"({WHOLE})(?:,(\d+))?(\s*%)?")
FIELDS = Path(__file__).with_name("fields.csv")
COVER, FIGURES, ALL = "Forside", "Nøgletal", "Alle nøgletal"
COUNT, PERCENT, DAY = "#,##0", "0.0%", "dd-mm-yyyy"
SHAPES = {"integer": COUNT, "number": PERCENT, "date": DAY}
UNIT_SHAPES = {"andel": PERCENT, "antal pr. år": "#,##0.0"}
SOURCES = f"Definitioner og kilder: arket {FIGURES}."
TOLD = (
    "Tallene er dem, rapporten viser, og de er afrundet som dér. Arket Nøgletal har hvert tal med "
    "enhed, definition og kilde."
)
WIDEST, MOST_UNFILTERED, A4 = 320, 15, 9
TEXT = {"text_wrap": True, "valign": "top"}
HEAD = {"text_wrap": True, "valign": "bottom", "bold": True, "bottom": 2}
TITLE, LINK = {"bold": True, "font_size": 16}, {"font_color": "#1D4F76", "underline": 1}
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
Cell = str | tuple[int | float | dt.date, str]
"""Text, or a number or day paired with the shape it is shown in, such as "0.0%"."""
Told = Sequence[tuple[Figure, str]]
"""Figures, each with what its label does not say: whom or what time it is about."""


def write_downloads(
    read: Sequence[dict[str, Any]], figures: Told, meta: DocumentMeta, folder: Path, name: str
) -> None:
    """Write the tables `write_documents` read and the figures the edition tells: the book, the CSV
    and its description, all called `name`. Same bytes every time, whatever the machine.
    """
    with FIELDS.open(encoding="utf-8", newline="") as file:
        fields = list(csv.DictReader(file))
    tables = _list_tables(read, [*fields[1:], fields[0]], figures, meta)
    _write_book(tables, meta, folder / f"{name}.xlsx")
    path = folder / f"{name}-noegletal.csv"
    rows = (as_cells(as_record(figure)) | {"about": about} for figure, about in figures)
    write_rows(path, [field["name"] for field in fields], rows)
    filled = [{part: text for part, text in field.items() if text} for field in fields]
    resource = {
        "profile": "tabular-data-resource",
        "name": path.stem,
        "path": path.name,
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hash_file(path)}",
        "schema": {"fields": filled, "primaryKey": ["figure"], "missingValues": [""]},
    }
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": meta.title,
        "description": meta.subtitle,
        "contributors": [{"title": meta.contact, "role": "publisher"}] if meta.contact else [],
        "resources": [resource],
    }
    (folder / "datapackage.json").write_text(to_json(package), encoding="utf-8", newline="\n")


@dataclass(frozen=True)
class Table:
    """A sheet of the book: its name, and a title and lines above its table."""

    name: str
    title: str
    lines: tuple[str, ...]
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def _list_tables(
    read: Sequence[dict[str, Any]],
    fields: Iterable[dict[str, str]],
    figures: Told,
    meta: DocumentMeta,
) -> list[Table]:
    """Return the book's sheets: what it is and holds, the report's tables, every figure."""
    tables, listed = [], list[tuple[str, str, str]]()
    for number, table in enumerate(read, 1):
        name, title = table["label"] or f"Tabel uden nummer {number}", table["page"]
        lines = table["note"], f"Fra afsnittet ”{title}” i rapporten. {SOURCES}"
        cells = [
            [
                (read_number(text) or text) if is_numeric else text
                for text, is_numeric in zip(row, table["numeric"], strict=True)
            ]
            for row in table["rows"]
        ]
        # Headings as Excel and CSV want them: none blank, none twice.
        named = [text.strip() or f"Kolonne {n}" for n, text in enumerate(table["header"], 1)]
        header = [t if t not in named[:n] else f"{t} ({n + 1})" for n, t in enumerate(named)]
        tables.append(Table(name, f"{name}: {table['caption']}", lines, header, cells))
        listed.append((name, table["caption"], title))
    listed.append((FIGURES, f"{ALL} med enhed, definition og kilde", ""))
    issuer = f"Udgivet af {meta.contact}" if meta.contact else ""
    head = ("Ark", "Indhold", "Afsnit i rapporten")
    cover = Table(COVER, meta.title, (meta.subtitle, issuer, TOLD), head, listed)
    told = "Andele er skrevet som procent. En tom celle er et tal, der ikke er opgjort."
    names = {field["name"]: field["type"] for field in fields}
    rows = [[_show(figure, about, *field) for field in names.items()] for figure, about in figures]
    titles = [field["title"] for field in fields]
    return [cover, *tables, Table(FIGURES, ALL, (told,), titles, rows)]


def read_number(text: str) -> tuple[int | float, str] | None:
    """Return a number as pages show it ("1.234", "27,5 %") with Excel's format for the same.

    None for anything else. The value is the one shown: no decimal more than the page has. Four
    digits or more without full stops are a year.
    """
    found = DECIMAL.fullmatch(text)
    if not found:
        return None
    whole, decimals, percent = found.groups()
    places = len(decimals or "")
    number = int(whole.replace(".", "") + (decimals or "")) / 10**places
    is_bare = len(whole) > 3 and "." not in whole
    shape = ("0" if percent or is_bare else COUNT) + (f".{'0' * places}" if decimals else "")
    if percent:
        return round(number / 100, places + 2), f"{shape}%"
    return number if decimals else int(number), shape


def _show(figure: Figure, about: str, field: str, kind: str) -> Cell:
    """Return a field of a figure as a cell."""
    value = about if field == "about" else getattr(figure, field)
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if value is None or isinstance(value, str):
        return value or ""
    return value, SHAPES.get(kind) or UNIT_SHAPES.get(figure.unit, COUNT)


def _write_book(tables: Iterable[Table], meta: DocumentMeta, path: Path) -> None:
    made = BytesIO()
    with xlsxwriter.Workbook(made, OPTIONS) as workbook:
        day = dt.datetime.combine(meta.date, dt.time(12))
        told = {"title": meta.title, "subject": meta.subtitle, "author": meta.contact}
        workbook.set_properties({**told, "created": day})

        @cache
        def look(**wanted: object) -> Any:
            return workbook.add_format(wanted)

        for number, table in enumerate(tables):
            sheet = workbook.add_worksheet(table.name)
            sheet.set_footer(f"&L{meta.name_foot().replace('&', '&&')}&RSide &P af &N")
            _write_table(sheet, table, number, look)
    parts = unpack(made.getvalue())
    end = "</cp:coreProperties>"
    language = f"<dc:language>da-DK</dc:language>{end}"
    edit(parts, "docProps/core.xml", lambda xml: xml.replace(end, language))
    path.write_bytes(pack(parts))


def _write_table(sheet: Any, table: Table, number: int, look: Callable[..., Any]) -> None:
    """Write a sheet: its rows as a table object whose header stays in sight, with filters where it
    is long, and what stands above it.

    Numbers stand to the right, text beside them clear of them. Columns are as wide as they need;
    wider text is wrapped, and Excel gives its row the height. It is printed across one page.
    """
    lines, is_cover = [line for line in table.lines if line], table.name == COVER
    first = len(lines) + (2 if is_cover else 3)
    sides = [
        {"align": "right"}
        if any(isinstance(row[column], tuple) for row in table.rows)
        else {"align": "left", "indent": min(column, 1)}
        for column in range(len(table.header))
    ]
    area = (first, 0, first + len(table.rows), len(table.header) - 1)
    columns = [
        {"header": text, "header_format": look(**HEAD, **side)}
        for text, side in zip(table.header, sides, strict=True)
    ]
    style = {"style": "Table Style Light 1", "banded_rows": False, "columns": columns}
    is_long = len(table.rows) > MOST_UNFILTERED
    sheet.add_table(*area, {**style, "name": f"Tabel_{number}", "autofilter": is_long})
    for place, row in enumerate(table.rows, first + 1):
        for column, (cell, side) in enumerate(zip(row, sides, strict=True)):
            value, shape = cell if isinstance(cell, tuple) else (cell, "General")
            sheet.write(place, column, value, look(**TEXT, **side, num_format=shape))
        if is_cover:
            way = f"internal:'{row[0]}'!A1"
            sheet.write_url(place, 0, way, look(**LINK), string=row[0])
    sheet.autofit(WIDEST)  # before the lines above the table, which need no column's width
    sheet.write_string(0, 0, table.title, look(**TITLE))
    for place, line in enumerate(lines, 1):
        sheet.write_string(place, 0, line)
    if not is_cover:
        way = f"internal:'{COVER}'!A1"
        sheet.write_url(len(lines) + 1, 0, way, look(**LINK), string="Til forsiden")
    sheet.hide_gridlines(2)
    sheet.freeze_panes(first + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(first)
