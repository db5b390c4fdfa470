"""What a number format makes of a number: a percentage, a date, a text with leading zeros."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from openpyxl.styles.numbers import is_date_format

from socok_analysis.workbook.archive import report_danger
from socok_analysis.workbook.cells import UNIT, CellValue, Foreign, Percent

NumberReader = Callable[[float], CellValue]
LONGEST_CODE = 1000
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
ZEROS = re.compile(r"0{2,}")
MASK = re.compile(r'(?:"[^"]*"|\\.|[-0/ ])+')
MASK_PART = re.compile(r'"[^"]*"|\\.|0+|[-/ ]')
CURRENCY = re.compile(r"\[\$([^][-]*)(?:-[^][]*)?\]")
LITERAL = re.compile(r'"([^"]*)"|\\(.)|([^\W\d_]|[€$£])')
HOLDS_NUMBER = re.compile(r"[0#]|general", re.IGNORECASE)
SCALE = re.compile(r"[0#?],+(?![0#?,])")


def choose_reader(code: str) -> NumberReader | None:
    """Return how a number is read that is shown in a format; None for a date or a duration."""
    if len(code) > LONGEST_CODE:
        raise report_danger("et talformat i den er længere, end Excel tillader")
    if ZEROS.fullmatch(code):
        return partial(read_padded, len(code))
    if MASK.fullmatch(code) and QUOTED.sub("", code).count("0") > 1:
        return partial(read_masked, tuple(MASK_PART.findall(code)))
    first = code.partition(";")[0]
    shown = QUOTED.sub("", first)
    if has_unit(first) and not SCALE.search(shown):
        return Foreign
    if "%" in shown:
        return Percent
    return None if is_date_format(shown) else read_plain


def has_unit(code: str) -> bool:
    """Tell whether a format writes thousands, millions or another currency beside a number."""
    text = "".join(map("".join, LITERAL.findall(CURRENCY.sub(r'"\1"', code))))
    return bool(UNIT.search(text) and HOLDS_NUMBER.search(code))


def read_plain(number: float) -> CellValue:
    """Return a number as it is; a whole one as a whole one."""
    return int(number) if number == number // 1 else number


def read_padded(digits: int, number: float) -> CellValue:
    """Return a whole number with the leading zeros Excel shows, as text."""
    return f"{int(number):0{digits}d}" if number == number // 1 else number


def read_masked(mask: tuple[str, ...], number: float) -> CellValue:
    """Return a whole number as Excel shows it among other signs, as in 610180-1234."""
    places = sum(len(part) for part in mask if part[0] == "0")
    if number < 0 or number != number // 1:
        return read_plain(number)
    digits = f"{int(number):0{places}d}"
    shown, extra = [], len(digits) - places
    for part in mask:
        take = len(part) + extra if part[0] == "0" else 0
        shown.append(digits[:take] if take else part.strip('"').removeprefix("\\"))
        digits, extra = digits[take:], 0 if take else extra
    return "".join(shown)
