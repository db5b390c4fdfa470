"""Figures: computed numbers with their definition and origin, and the arithmetic of rates.

What each name means stands in `data/raw/maps/figures.csv`. Rates are fractions; missing is None,
never 0.
"""

from __future__ import annotations

import json
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import hypot, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import UsageError, write_rows

if TYPE_CHECKING:  # an unchanged report reads no arrays
    import pandas as pd

Value = int | float | bool | None
COLUMNS = (
    *("figure", "label", "value", "unit", "numerator", "denominator", "low", "high"),
    *("period_start", "period_end", "definition", "sources"),
)
DATES = ("period_start", "period_end")


@dataclass(frozen=True)
class Figure:
    """One computed number. `tables` names the tidy tables it comes from.

    `year` is the report year it was read for; it is no column of the stored figures.
    """

    figure: str
    value: Value
    tables: tuple[str, ...] = ()
    period_start: date | None = None
    period_end: date | None = None
    numerator: int | None = None
    denominator: int | None = None
    low: float | None = None
    high: float | None = None
    label: str = ""
    unit: str = ""
    definition: str = ""
    sources: tuple[str, ...] = ()
    year: int = 0

    @property
    def counted(self) -> Value:
        """What it counts: a rate's numerator, else its value."""
        return self.value if self.numerator is None else self.numerator


def as_record(figure: Figure) -> dict[str, Any]:
    """Return the figure's columns, dates as text."""
    record = {column: getattr(figure, column) for column in COLUMNS}
    return record | {name: str(record[name]) for name in DATES if record[name]}


def as_cells(record: Mapping[str, Any]) -> dict[str, object]:
    """Return a record as CSV writes it: true and false, and sources joined by semicolons."""
    value, sources = record["value"], "; ".join(record["sources"])
    text = str(value).lower() if isinstance(value, bool) else value
    return {**record, "value": text, "sources": sources}


def to_json(records: object) -> str:
    """Return JSON with Danish letters as they are."""
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def write_figures(folder: Path, figures: Iterable[Figure]) -> None:
    """Write `figures.json`, and the same as `figures.csv`."""
    records = [as_record(figure) for figure in figures]
    (folder / "figures.json").write_text(to_json(records), encoding="utf-8", newline="\n")
    write_rows(folder / "figures.csv", COLUMNS, map(as_cells, records))


def read_figures(folder: Path, year: int = 0) -> dict[str, Figure]:
    """Read the figures of a year's processed folder, by name; each knows the year."""
    figures = {}
    for record in json.loads((folder / "figures.json").read_text(encoding="utf-8")):
        days = {name: date.fromisoformat(record[name]) for name in DATES if record[name]}
        record |= {**days, "sources": tuple(record["sources"]), "year": year}
        figures[record["figure"]] = Figure(**record)
    return figures


def pick(figures: Mapping[str, Figure], name: str) -> Figure:
    """Return a figure by name; raise UsageError with the nearest name where there is none."""
    if name not in figures:
        raise UsageError(f"Der er intet nøgletal {name}.{did_you_mean(name, figures)}")
    return figures[name]


def list_partners(figures: Mapping[str, Figure]) -> list[str]:
    """Return the ids of the partners that have outcomes."""
    return sorted({name.split(".")[1] for name in figures if name.startswith("outcomes.")})


def is_true(mask: Any) -> pd.Series:
    """Return a mask in which unknown counts as no."""
    return mask.fillna(False).astype(bool)  # type: ignore[no-any-return]


def valid_at(starts: pd.Series, ends: pd.Series, day: date) -> pd.Series:
    """Tell what holds on `day`: no known start after it, and no end before it."""
    return ~is_true(starts > day) & ~is_true(ends < day)


def count_months(first: date, last: date) -> float:
    """Return the calendar months of a period; a month cut short counts by its days."""
    months = (last.year - first.year) * 12 + last.month - first.month
    start = (first.day - 1) / monthrange(first.year, first.month)[1]
    end = last.day / monthrange(last.year, last.month)[1]
    return months - start + end


def share(name: str, numerator: int, denominator: int, **fields: Any) -> Figure:
    """Return a rate with its Wilson 95 % interval (1927, uncorrected); no value over nothing."""
    fields |= {"numerator": numerator, "denominator": denominator}
    if not denominator:
        return Figure(name, None, **fields)
    z = NormalDist().inv_cdf(0.975)
    rate, weight = numerator / denominator, z * z / denominator
    middle = (rate + weight / 2) / (1 + weight)
    half = z / (1 + weight) * sqrt(rate * (1 - rate) / denominator + weight / denominator / 4)
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Figure(name, rate, low=low, high=high, **fields)


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
