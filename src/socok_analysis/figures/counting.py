"""Counting with care for missing values: masks, dates, shares and differences with intervals."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from math import hypot, sqrt
from statistics import NormalDist
from typing import Any

import pandas as pd

from socok_analysis.figures.figure import Figure


def is_true(mask: Any) -> pd.Series:
    """Return a mask in which unknown counts as no."""
    return mask.fillna(False).astype(bool)  # type: ignore[no-any-return]


def on_or_before(days: pd.Series, day: date) -> pd.Series:
    """Tell for each day whether it is known and not after `day`."""
    return is_true(days <= day)


def within(days: pd.Series, first: date, last: date) -> pd.Series:
    """Tell for each day whether it lies in the period, both ends included."""
    return is_true((days >= first) & (days <= last))


def valid_at(starts: pd.Series, ends: pd.Series, day: date) -> pd.Series:
    """Tell what holds on `day`: no known start after it, and no end before it."""
    return ~is_true(starts > day) & ~is_true(ends < day)


def share(name: str, numerator: int, denominator: int, **fields: Any) -> Figure:
    """Return a rate with its Wilson 95 % interval (Wilson 1927); no value over nothing."""
    value = low = high = None
    if denominator:
        value, (low, high) = numerator / denominator, wilson(numerator, denominator)
    fields |= {"numerator": numerator, "denominator": denominator}
    return Figure(name, value, low=low, high=high, **fields)


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """Return the Wilson score interval without continuity correction (Wilson 1927).

    scipy has it too, and a test holds the two together; its import takes longer than a whole
    year's figures.
    """
    z = NormalDist().inv_cdf(0.975)
    rate, weight = numerator / denominator, z * z / denominator
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(rate * (1 - rate) / denominator + weight / denominator / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def difference(name: str, first: Figure, second: Figure, **fields: Any) -> Figure:
    """Return the first rate minus the second; no value over nothing.

    The interval is Newcombe's (1998, method 10), from the two Wilson intervals.
    """
    if not (first.denominator and second.denominator):
        return Figure(name, None, **fields)
    (p, low, high), (q, least, most) = (
        (float(f.value or 0), f.low or 0.0, f.high or 0.0) for f in (first, second)
    )
    lower, upper = p - q - hypot(p - low, most - q), p - q + hypot(high - p, q - least)
    return Figure(name, p - q, low=lower, high=upper, **fields)


def is_whole_year(first: date, last: date) -> bool:
    """Tell whether a period is twelve months."""
    return count_months(first, last) == 12


def count_months(first: date, last: date) -> float:
    """Return the calendar months of a period; a month cut short counts by its days."""
    months = (last.year - first.year) * 12 + last.month - first.month
    start = (first.day - 1) / monthrange(first.year, first.month)[1]
    end = last.day / monthrange(last.year, last.month)[1]
    return months - start + end
