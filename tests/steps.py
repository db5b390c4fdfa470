"""What tests do to a sheet of openpyxl's, told in words: "row 1 2 ; A1=Titel ; merge A1:L1"."""

import re
from ast import literal_eval
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName

Sheet = Any  # openpyxl's
Spoil = Callable[[Sheet], object]


def take_steps(steps):
    """Return a function that does a line's steps to a sheet, one after another."""

    def spoil(sheet):
        for step in re.split(" ;(?: |$)", steps):
            take_step(sheet, step.strip())

    return spoil


def take_step(sheet, step):
    """Do one step: "F2=value ¦ value below", "A1:L1=value", "C2~format", or a word and its rest."""
    if found := re.fullmatch(r"([A-Z]+\d+)(?::([A-Z]+\d+))?([=~])(.*)", step):
        first, last, sign, text = found.groups()
        cells = [cell for row in sheet[f"{first}:{last or first}"] for cell in row]
        if sign == "~":
            for cell in cells:
                cell.number_format = text
        for number, each in enumerate(text.split("¦") if sign == "=" else ()):
            value = read_value(each.strip())
            for cell in cells:
                here = value.format(cell.column) if last and value else value
                sheet.cell(cell.row + number, cell.column).value = here
        return
    word, _, rest = step.partition(" ")
    STEPS[word](sheet, rest)


def ints(text):
    return [*map(int, text.split())]


def copy_rows(sheet, rest):
    """Write rows once more, "first" or "first last target"; a row alone stands below the sheet."""
    first, last, target = [*ints(rest), *ints(rest), sheet.max_row + 1][:3]
    put(sheet, target, [*sheet.iter_rows(min_row=first, max_row=last, values_only=True)])


def add_sheet(sheet, rest):
    name, *cells = rest.split(" / ")
    put(sheet.parent.create_sheet(name), 1, [[read_value(cell) for cell in cells]])


def strike(sheet, rest):
    for cells in map(sheet.__getitem__, rest.split()):
        for cell in cells if isinstance(cells, tuple) else [cells]:
            cell.font = Font(strike=True)


def hide(sheet, rest):
    for each in rest.split():
        kind = sheet.row_dimensions if each.isdigit() else sheet.column_dimensions
        kind[int(each) if each.isdigit() else each].hidden = True


def filter_rows(sheet, rest):
    sheet.auto_filter.ref, *values = rest.split()
    if values:
        sheet.auto_filter.add_filter_column(0, values)


STEPS: dict[str, Callable[[Sheet, str], object]] = {
    "row": lambda sheet, rest: sheet.insert_rows(*ints(rest)),
    "column": lambda sheet, rest: sheet.insert_cols(*ints(rest)),
    "-row": lambda sheet, rest: sheet.delete_rows(*ints(rest)),
    "-column": lambda sheet, rest: sheet.delete_cols(*ints(rest)),
    "merge": lambda sheet, rest: sheet.merge_cells(rest),
    "copy": copy_rows,
    "sheet": add_sheet,
    "hide": hide,
    "state": lambda sheet, rest: setattr(sheet, "sheet_state", rest),
    "filter": filter_rows,
    "strike": strike,
    "comment": lambda sheet, rest: setattr(sheet[rest[:2]], "comment", Comment(rest[3:], "x")),
    "header": lambda sheet, rest: setattr(sheet.oddHeader.center, "text", rest),
    "footer": lambda sheet, rest: setattr(sheet.oddFooter.left, "text", rest),
    "named": lambda sheet, rest: sheet.parent.defined_names.add(DefinedName("x", attr_text=rest)),
    "1904": lambda sheet, _: setattr(sheet.parent, "epoch", CALENDAR_MAC_1904),
    "": lambda *_: None,
}


def read_value(text):
    """Return a cell's value: a day or moment after @, what Python writes so, else a text."""
    if text.startswith("@"):
        return datetime.fromisoformat(text[1:]) if "T" in text else date.fromisoformat(text[1:])
    try:
        return literal_eval(text)
    except (SyntaxError, ValueError):
        return text or None


def put(sheet, top, rows, left=1):
    """Write rows of values below and right of a cell."""
    for number, row in enumerate(rows, top):
        for column, value in enumerate(row, left):
            sheet.cell(number, column).value = value
