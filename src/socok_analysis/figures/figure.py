"""Figures: computed numbers with their definition and origin.

What each name means stands in `data/raw/maps/figures.csv`. Rates are fractions; missing is None,
never 0.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import UsageError, write_rows

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


def as_record(figure: Figure) -> dict[str, object]:
    """Return the figure's columns as JSON knows them: dates as text, sources as a list."""
    record = {column: getattr(figure, column) for column in COLUMNS}
    days = {name: record[name].isoformat() if record[name] else None for name in DATES}
    return {**record, **days, "sources": list(figure.sources)}


def from_record(record: Mapping[str, Any]) -> Figure:
    """Return the figure `as_record` made the record of."""
    days = {name: date.fromisoformat(record[name]) if record[name] else None for name in DATES}
    return Figure(**{**record, **days, "sources": tuple(record["sources"])})


def write_figures(folder: Path, figures: Iterable[Figure]) -> None:
    """Write `figures.json`, and the same as `figures.csv` with sources joined by semicolons."""
    records = [as_record(figure) for figure in figures]
    (folder / "figures.json").write_text(to_json(records), encoding="utf-8", newline="\n")
    rows = ({**record, **plain_cells(record)} for record in records)
    write_rows(folder / "figures.csv", COLUMNS, rows)


def plain_cells(record: Mapping[str, Any]) -> dict[str, object]:
    """Return the cells of a record that CSV writes in another way than JSON."""
    value = record["value"]
    text = str(value).lower() if isinstance(value, bool) else value
    return {"value": text, "sources": "; ".join(record["sources"])}


def to_json(records: object) -> str:
    """Return JSON with Danish letters as they are."""
    return json.dumps(records, ensure_ascii=False, indent=2) + "\n"


def read_figures(folder: Path, year: int = 0) -> dict[str, Figure]:
    """Read the figures of a year's processed folder, by name; each knows the year."""
    records = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return {record["figure"]: from_record({**record, "year": year}) for record in records}


def pick(figures: Mapping[str, Figure], name: str) -> Figure:
    """Return a figure by name; raise UsageError with the nearest name where there is none."""
    if name not in figures:
        raise UsageError(f"Der er intet nøgletal {name}.{did_you_mean(name, figures)}")
    return figures[name]


def list_partners(figures: Mapping[str, Figure]) -> list[str]:
    """Return the ids of the partners that have outcomes."""
    names = (name.split(".") for name in figures if name.startswith("outcomes."))
    return sorted({parts[1] for parts in names})
