"""Tell personal numbers that stand among other words, where no column is for them."""

from __future__ import annotations

import re

from socok_analysis.intake.parse import is_birth_date
from socok_analysis.workbook.cells import CellValue

CPR_WRITTEN = re.compile(r"(?<!\d)(\d{6})\s?[-–]\s?\d{4}(?!\d)")
CPR_DIGITS = re.compile(r"(?<!\d)(\d{6})\s?\d{4}(?!\d)")
CPR_LENGTH = 10


def is_written_cpr(value: CellValue) -> bool:
    """Tell whether a text holds a personal number as it is written: a day, a hyphen, four more."""
    return is_cpr(value, CPR_WRITTEN)


def is_maybe_cpr(value: CellValue) -> bool:
    """Tell whether a cell holds ten digits that begin with a day; a P-number may do so too."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return is_cpr(str(value) if is_whole else value, CPR_DIGITS)


def is_cpr(value: CellValue, pattern: re.Pattern[str]) -> bool:
    """Tell whether a text holds what a pattern finds and begins with the day of a birth."""
    if not isinstance(value, str) or len(value) < CPR_LENGTH:
        return False
    return any(is_birth_date(digits) for digits in pattern.findall(value))
