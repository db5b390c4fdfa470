"""What a number format makes of a number: a percentage, a date, a text with leading zeros."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import lru_cache, partial
from xml.etree.ElementTree import Element

from socok_analysis.workbook.archive import children, report_danger
from socok_analysis.workbook.cells import CellError, CellValue, Foreign, Percent

NumberReader = Callable[[float], CellValue]
BUILTIN_PERCENT = (9, 10)
BUILTIN_DATES = (*range(14, 23), 45, 47)
BUILTIN_DURATION = 46
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
LONGEST_CODE = 1000
BRACKETS = re.compile(r"\[(?!hh?\]|mm?\]|ss?\])[^][]*\]", re.IGNORECASE)
DURATION = re.compile(r"\[(hh?|mm?|ss?)\]", re.IGNORECASE)
ZEROS = re.compile(r"0{2,}")
MASK = re.compile(r'(?:"[^"]*"|\\.|[-0/ ])+')
MASK_PART = re.compile(r'"[^"]*"|\\.|0+|[-/ ]')
CURRENCY = re.compile(r"\[\$([^][-]*)(?:-[^][]*)?\]")
LITERAL = re.compile(r'"([^"]*)"|\\(.)|([^\W\d_]|[€$£])')
HOLDS_NUMBER = re.compile(r"[0#]|general", re.IGNORECASE)
UNIT = re.compile(
    r"\bt\.? ?kr|\btkr|tusind|1\.?000|\bmio|\bmill|\bmia|€|\$|£|\b(?:eur|usd|gbp|sek|nok)\b",
    re.IGNORECASE,
)
SCALE = re.compile(r"[0#?],+(?![0#?,])")
DAYS_OF_1900, DAYS_OF_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
LEAP_BUG_DAY, MOST_DAYS = 60, 2_900_000
MS_PER_DAY = 86_400_000


def read_formats(styles: Element | None, is_1904: bool) -> list[NumberReader]:
    """Return for each cell style how a number in it is read; without styles there are none."""
    tables = [each for name in ("numFmts", "cellXfs") for each in children(styles, name)]
    own = {
        int(each.get("numFmtId", "0")): each.get("formatCode", "")
        for table in tables
        for each in children(table, "numFmt")
    }
    known: dict[int, NumberReader] = {}
    readers = []
    for style in (each for table in tables for each in children(table, "xf")):
        number = int(style.get("numFmtId", "0"))
        if number not in known:
            known[number] = choose_reader(number, own.get(number), is_1904)
        readers.append(known[number])
    return readers


def choose_reader(number: int, code: str | None, is_1904: bool) -> NumberReader:
    """Return how a number is read that is shown in a format, built in or with its own code."""
    if len(code or "") > LONGEST_CODE:
        raise report_danger("et talformat i den er længere, end Excel tillader")
    epoch = DAYS_OF_1904 if is_1904 else DAYS_OF_1900
    if code is None:
        if number == BUILTIN_DURATION:
            return read_duration
        if number in BUILTIN_PERCENT:
            return Percent
        return partial(read_moment, epoch) if number in BUILTIN_DATES else read_plain
    return choose_own_reader(code, epoch)


def choose_own_reader(code: str, epoch: datetime) -> NumberReader:
    """Return how a number is read that is shown in a format's own code."""
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
    if DURATION.search(shown):
        return read_duration
    if re.search("[dmyhs]", BRACKETS.sub("", shown), re.IGNORECASE):
        return partial(read_moment, epoch)
    return read_plain


def has_unit(code: str) -> bool:
    """Tell whether a format writes thousands, millions or another currency beside a number."""
    text = "".join(map("".join, LITERAL.findall(CURRENCY.sub(r'"\1"', code))))
    return bool(UNIT.search(text) and HOLDS_NUMBER.search(code))


def read_plain(number: float) -> CellValue:
    """Return a number as it is; a whole one as a whole one."""
    return int(number) if number.is_integer() else number


def read_padded(digits: int, number: float) -> CellValue:
    """Return a whole number with the leading zeros Excel shows, as text."""
    return f"{int(number):0{digits}d}" if number.is_integer() else number


def read_masked(mask: tuple[str, ...], number: float) -> CellValue:
    """Return a whole number as Excel shows it among other signs, as in 610180-1234."""
    places = sum(len(part) for part in mask if part[0] == "0")
    if number < 0 or not number.is_integer():
        return read_plain(number)
    digits = f"{int(number):0{places}d}"
    shown, extra = [], len(digits) - places
    for part in mask:
        take = len(part) + extra if part[0] == "0" else 0
        shown.append(digits[:take] if take else part.strip('"').removeprefix("\\"))
        digits, extra = digits[take:], 0 if take else extra
    return "".join(shown)


def read_duration(number: float) -> CellValue:
    """Return a number of days as a duration."""
    try:
        return timedelta(milliseconds=round(number * MS_PER_DAY))
    except OverflowError:
        return CellError("#VALUE!")


@lru_cache(maxsize=1 << 16)
def read_moment(epoch: datetime, number: float) -> CellValue:
    """Return a serial number as a moment; below one day, as a time of day.

    Excel counts a 29 February 1900 that never was; the days before it lie one later.
    """
    if number >= LEAP_BUG_DAY and number.is_integer() and number < MOST_DAYS:
        return epoch + timedelta(days=int(number))
    days, part = divmod(number, 1)
    gap = timedelta(milliseconds=round(part * MS_PER_DAY))
    if 0 <= number < 1 and gap.days == 0:
        return (datetime.min + gap).time() if gap else time()
    try:
        if epoch == DAYS_OF_1900 and 0 < number < LEAP_BUG_DAY:
            days += 1
        return epoch + timedelta(days=days) + gap
    except OverflowError:
        return CellError("#VALUE!")
