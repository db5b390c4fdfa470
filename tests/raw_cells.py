"""The cells of a workbook as openpyxl finds them and as we do; they differ only by design.

By design: a formula is its stored result, or `Uncalculated`; an error is a `CellError`; a number
shown as percent is a `Percent`, one shown with a unit such as t.kr. a `Foreign`, one shown with
leading zeros, alone or among other signs, a text; text of blanks is no cell; Excel's escapes
(_x000D_) are undone. All else is a defect.
"""

import re
import warnings
from typing import Any

import openpyxl

from socok_analysis.workbook.cells import CellError, Foreign, Percent, Uncalculated, is_blank
from socok_analysis.workbook.read import read_file

CODE = re.compile("_x(?!D8)([0-9A-Fa-f]{4})_")
UNIT = re.compile(r't\.kr|mio|\[\$€|"EUR"')
Cells = dict[str, dict[tuple[int, int], tuple[str, Any]]]


def read_raw(path):
    """Return openpyxl's cells by sheet and place, with the differences by design."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book, results = (openpyxl.load_workbook(path, data_only=flag) for flag in (False, True))
    found: Cells = {sheet.title: {} for sheet in book._sheets}
    for sheet in book.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            value = expect_value(cell, results[sheet.title].cell(cell.row, cell.column))
            if not is_blank(value):
                found[sheet.title][cell.row, cell.column] = name_kind(value)
    return found


def expect_value(cell, result):
    if cell.data_type == "f" and result.value is None:
        return None if result.data_type == "str" else Uncalculated()
    if result.data_type == "e":
        return CellError(str(result.value))
    value, shown = result.value, result.number_format
    if isinstance(value, str):
        return CODE.sub(lambda code: chr(int(code[1], 16)), value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if UNIT.search(shown) and not re.search("[0#],+(?![0#])", shown.replace('"', "")):
            return Foreign(value)
        if "%" in re.sub('"[^"]*"', "", shown):
            return Percent(value)
        if (text := fill_mask(shown, value)) is not None:
            return text
    return value


def fill_mask(shown, number):
    """Return digits written from the right into a format of zeros among other signs, if it is."""
    signs = re.findall(r'"[^"]*"|\\.|[-0/ ]', shown)
    if "".join(signs) != shown or signs.count("0") < 2 or number != int(number) or number < 0:
        return None
    digits = str(int(number)).zfill(signs.count("0"))
    left = iter([digits[: len(digits) - signs.count("0") + 1], *digits[-signs.count("0") + 1 :]])
    return "".join(next(left) if sign == "0" else sign.strip('"\\') for sign in signs)


def read_ours(path):
    return {sheet.name: list_cells(sheet) for sheet in read_file(path, "x")}


def list_cells(sheet):
    return {
        (row, column): name_kind(value)
        for row in sheet.cells.index
        for column, value in sheet.row(row).items()
    }


def name_kind(value):
    """Return a value with its kind, so that True is not 1 and a percentage no number."""
    kind = type(value).__name__
    return ("number" if kind in ("int", "float") else kind, value)
