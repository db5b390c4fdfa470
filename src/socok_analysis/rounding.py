"""Rounding and Danish formats: once, last, in this one place."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MONTHS = (
    "januar", "februar", "marts", "april", "maj", "juni",
    "juli", "august", "september", "oktober", "november", "december",
)  # fmt: skip
MINUS = "\u2212"
HARD_SPACE = "\u00a0"


def round_half_up(number: float, decimals: int = 0) -> Decimal:
    """Round as Excel and readers do: halves away from zero (0.275 -> 27.5 %, 2.5 -> 3)."""
    exponent = Decimal(1).scaleb(-decimals)
    return Decimal(repr(float(number))).quantize(exponent, rounding=ROUND_HALF_UP)


def format_number(number: float, decimals: int = 0) -> str:
    """Return a number the Danish way: 1.071.573 and 96,8."""
    text = f"{round_half_up(number, decimals):,f}"
    return text.translate(str.maketrans(",.-", f".,{MINUS}"))


def format_share(share: float, decimals: int = 1) -> str:
    """Return a fraction as a percentage: 0.275 -> "27,5 %"."""
    percent = Decimal(repr(float(share))) * 100
    return f"{format_number(float(percent), decimals)}{HARD_SPACE}%"


def format_day(day: date) -> str:
    """Return a day in words: 30. april 2020."""
    return f"{day.day}.{HARD_SPACE}{MONTHS[day.month - 1]} {day.year}"


def format_period(first: date, last: date) -> str:
    """Return a period in words."""
    return f"{format_day(first)} til {format_day(last)}"
