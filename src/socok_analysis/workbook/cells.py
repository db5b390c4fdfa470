"""What a cell can hold beside text, numbers, dates and yes/no, and how a cell is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from socok_analysis.core.danish import CPR_LIKE as CPR_LIKE
from socok_analysis.core.danish import MASK as MASK
from socok_analysis.core.danish import clean_text as clean_text
from socok_analysis.core.danish import fold as fold
from socok_analysis.core.danish import mask_cpr as mask_cpr

CellValue = object
UNIT = re.compile(
    r"\bt\.? ?kr|\btkr|tusind|1\.?000|\bmio|\bmill|\bmia|€|\$|£|\b(?:eur|usd|gbp|sek|nok)\b",
    re.IGNORECASE,
)
CPR_WRITTEN = re.compile(r"(?<!\d)(\d{6})\s?[-–]\s?\d{4}(?!\d)")
CPR_DIGITS = re.compile(r"(?<!\d)(\d{6})\s?\d{4}(?!\d)")


class Percent(float):
    """A number that Excel shows with a percent sign: 0.8 shown as 80 %."""


class Foreign(float):
    """A number that Excel shows with a unit that may change what it says: 50 shown as 50 t.kr."""


@dataclass(frozen=True)
class CellError:
    """An Excel error such as #N/A."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True)
class Uncalculated:
    """A formula whose result was never stored."""

    def __str__(self) -> str:
        return ""


def name_column(column: int) -> str:
    """Return the letters Excel shows for a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def name_cell(row: int, column: int) -> str:
    """Return a cell's name as Excel shows it, such as "C7"."""
    return f"{name_column(column)}{row}"


def is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing that can be seen."""
    if isinstance(value, str):
        return not value[:1].isalnum() and not clean_text(value)
    return value is None


@lru_cache(maxsize=1 << 16)
def is_birth_date(digits: str) -> bool:
    """Tell whether DDMMYY is a day; replacement numbers have 60 added to the day."""
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:])
    try:
        date(2000 + year, month, day - 60 if day > 60 else day)
    except ValueError:
        return (day % 60, month) == (29, 2)
    return True


def is_written_cpr(value: CellValue) -> bool:
    """Tell whether a text holds a personal number as it is written: a day, a hyphen, four more."""
    return _is_cpr(value, CPR_WRITTEN)


def is_maybe_cpr(value: CellValue) -> bool:
    """Tell whether a cell holds ten digits that begin with a day; a P-number may do so too."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return _is_cpr(str(value) if is_whole else value, CPR_DIGITS)


def _is_cpr(value: CellValue, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and any(map(is_birth_date, pattern.findall(value)))
