"""The words by which rows that are no data are known: totals, totals of a part, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Uncalculated,
    clean_text,
    fold,
    list_other_starts,
    mask_cpr,
)

TOTAL = re.compile(
    r"(i ?alt|hovedtotal|subtotal|total(?:er|t)?|(?:del|mellem)?sum(?:mer)?|samlet|tilsammen)\b|Σ",
    re.IGNORECASE,
)
START = re.compile(r"(i alt|total|subtotal)\b", re.IGNORECASE)
WHOLE = re.compile(
    r"(?:ialt|(?:hoved|grand )total|total(?:er|t)|(?:del|mellem)?sum(?:mer)?|tilsammen|"
    r"samlet(?: sum| antal)?|(?:sum|antal|samlet) i ?alt|Σ)\s*[:.]?(?:\s*\(.*\))?",
    re.IGNORECASE,
)
OF_PART = re.compile(r".*\S (?:i ?alt|total)\s*:?", re.IGNORECASE)
PART_START, ALL_START = ("subtotal", "delsum", "mellemsum"), ("hovedtotal", "grand total")
NO_TOTAL = list_other_starts("itshgdma")
NOTE = re.compile(
    r"[*†‡(¹²³]|\d\)|(?:note|noter|bemærk|bemærkning|kilde|anm|obs|nb)\b", re.IGNORECASE
)
WORDS = re.compile(r"\D*[^\W\d_]{2}")
NUMBERS = (int, float, CellError, Uncalculated)


def is_total_name(text: str) -> bool:
    """Tell whether a text begins as the label of a total row does."""
    if text[:1] in NO_TOTAL:
        return False
    cleaned = clean_text(text)
    return bool(START.match(cleaned) or WHOLE.fullmatch(cleaned))


def is_part_name(text: str) -> bool:
    """Tell whether a text may label the total of a part, such as "Sumak i alt"."""
    return text.rstrip(" :\xa0")[-1:] in "tTlL" and bool(OF_PART.fullmatch(clean_text(text)))


def is_total(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row's first cell labels a total.

    A row with several words or dates after it is data all the same: a firm may be named Total.
    """
    first, *others = (cells[column] for column in sorted(cells))
    return isinstance(first, str) and is_total_name(first) and sum(map(is_wording, others)) < 2


def is_total_of_part(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row holds the label of a part's total, and nothing but numbers after it."""
    first, *others = (cells[column] for column in sorted(cells))
    is_labelled = isinstance(first, str) and is_part_name(first)
    return is_labelled and bool(others) and all(isinstance(value, NUMBERS) for value in others)


def is_wording(value: CellValue) -> bool:
    """Tell whether a cell holds a date or a text that begins with words."""
    return isinstance(value, date) or (isinstance(value, str) and bool(WORDS.match(value)))


def list_scopes(label: CellValue, before: int) -> Sequence[int]:
    """Return the rows after which a total may begin to count; `before` is the total above it.

    A part's total counts from there. A plain one may count all rows or, among totals of parts
    that are named no better, those since the one above it.
    """
    text = fold(label)
    if text.startswith(PART_START) or not is_total_name(text):
        return (before,)
    return (0,) if text.startswith(ALL_START) else (0, before)


def is_note(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row holds a single text; a lone personal number is a row of data."""
    first = next(iter(cells.values()))
    return len(cells) == 1 and isinstance(first, str) and mask_cpr(first) == first


def is_marked_note(cells: Mapping[int, CellValue]) -> bool:
    """Tell whether a row's first text begins as a note does: with a star, or with "Note"."""
    return bool(NOTE.match(clean_text(next(iter(cells.values())))))
