"""What a cell can hold beside text, numbers, dates and yes/no, and how a cell is named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from string import ascii_letters, digits

from socok_analysis.core.danish import CPR_LIKE as CPR_LIKE
from socok_analysis.core.danish import MASK as MASK
from socok_analysis.core.danish import clean_text as clean_text
from socok_analysis.core.danish import fold as fold
from socok_analysis.core.danish import mask_cpr as mask_cpr

CellValue = object
PLAIN_SIGNS = ascii_letters + digits


class Percent(float):
    """A number that Excel shows with a percent sign: 0.8 shown as 80 %."""


class Foreign(float):
    """A number that Excel shows with a unit that may change what it says: 50 shown as 50 t.kr."""


@dataclass(frozen=True)
class CellError:
    """An Excel error such as #N/A."""

    code: str

    def __str__(self) -> str:
        """Return the error as Excel shows it."""
        return self.code


@dataclass(frozen=True)
class Uncalculated:
    """A formula whose result was never stored."""

    def __str__(self) -> str:
        """Return nothing: there is no value to show."""
        return ""


def name_column(column: int) -> str:
    """Return the letters Excel shows for a column counted from 1."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_letters(letters: str) -> int:
    """Return the number of a column, counted from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def name_cell(row: int, column: int) -> str:
    """Return a cell's name as Excel shows it, such as "C7"."""
    return f"{name_column(column)}{row}"


def list_other_starts(texts: Iterable[str]) -> frozenset[str]:
    """Return the plain letters and digits with which none of some folded texts begins.

    A text that begins with one of them is none of those, which is told without folding it.
    """
    starts = {text[:1] for text in texts}
    return frozenset(sign for sign in PLAIN_SIGNS if sign.lower() not in starts)


def is_blank(value: object) -> bool:
    """Tell whether a cell holds nothing that can be seen."""
    if isinstance(value, str):
        return not value[:1].isalnum() and not clean_text(value)
    return value is None
