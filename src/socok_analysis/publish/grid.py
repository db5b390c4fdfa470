"""Tables on the sheets of an Excel book: where cells stand, how they look, how wide and high."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NARROWEST, WIDEST, LINE = 8, 60, 15
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


@dataclass(frozen=True)
class Grid:
    """A table's place on a sheet and the look of its columns."""

    sheet: Any
    first: int
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    looks: Sequence[str]
    widths: Sequence[int]


def write_table(
    book: Book,
    sheet: Any,
    first: int,
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
    name: str,
    widest: int = WIDEST,
) -> None:
    """Write rows as a table object whose header stays in sight; columns as wide as they need.

    A cell is text, or a number paired with the shape it is shown in. Text wider than `widest`
    letters is wrapped, and its row is as high as that takes.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(header)
    widths = [measure(text, cells, widest) for text, cells in zip(header, columns, strict=True)]
    grid = Grid(sheet, first, header, rows, choose_looks(columns), widths)
    add_table(book, grid, name)
    for number, cells in enumerate(rows, first + 1):
        write_row(book, grid, number, cells)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    set_print(book, grid)


def choose_looks(columns: Sequence[Sequence[Any]]) -> list[str]:
    """Return each column's look: numbers to the right, text after them clear of them."""
    is_right = [any(isinstance(cell, tuple) for cell in cells) for cells in columns]
    before = [False, *is_right]
    return [
        "right" if right else "text after" if last else "text"
        for right, last in zip(is_right, before, strict=False)
    ]


def add_table(book: Book, grid: Grid, name: str) -> None:
    """Make an area a table object with a frozen header."""
    columns = [
        {"header": text, "header_format": book.formats[f"head {look}"]}
        for text, look in zip(grid.header, grid.looks, strict=True)
    ]
    style = {"style": "Table Style Light 1", "banded_rows": False, "autofilter": is_long(grid.rows)}
    area = grid.first, 0, grid.first + len(grid.rows), len(grid.header) - 1
    grid.sheet.add_table(*area, {"columns": columns, "name": name, **style})
    grid.sheet.freeze_panes(grid.first + 1, 1 if is_wide(grid) else 0)


def is_long(rows: Sequence[Sequence[Any]]) -> bool:
    """Tell whether a table has so many rows that a filter helps."""
    return len(rows) > 15


def is_wide(grid: Grid) -> bool:
    """Tell whether a table is too wide for a screen and a sheet of A4."""
    return sum(grid.widths) > 200


def set_print(book: Book, grid: Grid) -> None:
    """Print a table across one sheet, its heading on each, and say at the foot what it is from."""
    grid.sheet.set_landscape()
    grid.sheet.set_paper(A3 if is_wide(grid) else A4)
    grid.sheet.fit_to_pages(1, 0)
    grid.sheet.repeat_rows(grid.first)
    grid.sheet.set_footer(f"&L{book.foot.replace('&', '&&')}&RSide &P af &N")


def measure(header: str, cells: Sequence[Any], widest: int) -> int:
    """Return the width a column needs, in letters, within reason; a heading is bold."""
    texts = [show_cell(cell) for cell in cells]
    arrow = 2 if is_long(cells) else 0
    needs = [round(len(header) * 1.1) + 3 + arrow, *(len(text) + 3 for text in texts)]
    return min(max(NARROWEST, *needs), widest)


def show_cell(cell: Any) -> str:
    """Return a cell about as it is seen: 0.275 in the shape "0.0%" is "27.5%"."""
    if not isinstance(cell, tuple):
        return str(cell)
    value, shape = cell
    if "yy" in shape:
        return str(shape)
    places = len(shape.partition(".")[2].rstrip("%"))
    is_share = shape.endswith("%")
    return f"{value * 100 if is_share else value:,.{places}f}{'%' if is_share else ''}"


def write_row(book: Book, grid: Grid, number: int, cells: Sequence[Any]) -> None:
    """Write a row's cells; a row with wrapped text is as high as its lines."""
    for column, (cell, look) in enumerate(zip(cells, grid.looks, strict=True)):
        if isinstance(cell, tuple):
            value, shape = cell
            grid.sheet.write_number(number, column, value, book.number_format(shape))
        else:
            grid.sheet.write_string(number, column, cell, book.formats[look])
    lines = max(count_lines(cell, width) for cell, width in zip(cells, grid.widths, strict=True))
    if lines > 1:
        grid.sheet.set_row(number, LINE * lines)


def count_lines(cell: Any, width: int) -> int:
    """Return how many lines a cell takes in a column of a width, which is told in digits."""
    return max(1, len(textwrap.wrap(show_cell(cell), round(width * 1.1))))
