"""Rounding and Danish formats: once, last, in this one place. Formats are Babel's (CLDR)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

LOCALE = "da_DK"
HARD_SPACE = "\u00a0"
MINUS = "\u2212"
LEAST_P = 0.001


def join_numbers(numbers: Iterable[int]) -> str:
    """Return whole numbers as "4–7, 9": what follows on each other as a span."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return ", ".join(f"{s[0]}–{s[-1]}" if len(s) > 1 else str(s[0]) for s in spans)


def round_half_up(number: float, decimals: int = 0) -> Decimal:
    """Round as Excel and readers do: halves away from zero (0.275 -> 27.5 %, 2.5 -> 3)."""
    exponent = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(number))).quantize(exponent, rounding=ROUND_HALF_UP)


def format_number(number: float, decimals: int = 0) -> str:
    """Return a number the Danish way: 1.071.573 and 96,8."""
    from babel.numbers import format_decimal

    pattern = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    return format_decimal(round_half_up(number, decimals), format=pattern, locale=LOCALE)


def format_share(share: float, decimals: int = 1) -> str:
    """Return a fraction as a percentage: 0.275 -> "27,5 %"."""
    percent = Decimal(repr(float(share))) * 100
    return f"{format_number(float(percent), decimals)}{HARD_SPACE}%"


def format_points(difference: float) -> str:
    """Return a difference of two shares in percentage points, with its sign: "+4,9"."""
    points = format_number(float(Decimal(repr(float(difference))) * 100), 1)
    return points.replace("-", MINUS) if points.startswith("-") else f"+{points}"


def format_probability(p: float) -> str:
    """Return a p-value with three decimals, the least as "< 0,001"."""
    return "< 0,001" if p < LEAST_P else format_number(p, 3)


def format_day(day: date) -> str:
    """Return a day in words: 30. april 2020."""
    return write_date(day, "d. MMMM y").replace(" ", HARD_SPACE, 1)


def shorten_day(day: date) -> str:
    """Return a day in figures: 30.4.2020."""
    return write_date(day, "d.M.y")


def format_month(day: date) -> str:
    """Return a day's month in words: april 2020."""
    return write_date(day, "MMMM y")


def shorten_month(day: date) -> str:
    """Return a day's month in short: apr. 2020."""
    return write_date(day, "MMM y")


def write_date(day: date, pattern: str) -> str:
    """Return a day written by a CLDR pattern."""
    from babel.dates import format_date

    return format_date(day, pattern, locale=LOCALE)


def format_period(first: date, last: date) -> str:
    """Return a period in words."""
    return f"{format_day(first)} til {format_day(last)}"
