"""The tidy tables: which columns each kind of export gives, and how they are stored.

`tables.csv` beside this file declares them: a row per column with its type, whether a row needs
a value, and the least and greatest value. Types: text, id, date, number, percent, whole, flag,
`flag_or_date:<date column>`, week, person, enterprise, agreement, `code:<list>`, `codes:<list>`.
"""

from __future__ import annotations

from collections import UserDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.core.lists import read_declaration

if TYPE_CHECKING:
    import pandas as pd

NEEDED_KINDS = ("courses", "jobs", "agreements", "enterprises")
KIND_DA = {
    "courses": "forløbsudtræk",
    "jobs": "ansættelser",
    "agreements": "samarbejdsaftaler",
    "enterprises": "virksomheder",
    "grants": "puljer og tilskud",
    "meetings": "netværksmøder",
    "attendance": "fremmøde",
    "waiting_list": "venteliste",
    "progression": "progression",
    "facts": "nøgleoplysninger",
}

# Days that follow on each other.
ORDERED = {
    "courses": [("started_on", "ended_on"), ("started_on", "expected_end_on")],
    "jobs": [("started_on", "ended_on")],
    "agreements": [("starts_on", "ends_on")],
    "enterprises": [("active_from", "active_to"), ("registered_on", "deregistered_on")],
    "grants": [("period_from", "period_to")],
    "waiting_list": [("listed_on", "left_on")],
}
STORED = {
    **{"number": "Float64", "percent": "Float64", "whole": "Int64"},
    **{"flag": "boolean", "date": "date32[pyarrow]"},
}


@dataclass(frozen=True)
class Column:
    """One column of an export as it is declared. `detail` is what follows the colon of a type."""

    name: str
    type: str
    detail: str
    is_required: bool
    minimum: float | None
    maximum: float | None
    label: str


@cache
def read_columns() -> Mapping[str, tuple[Column, ...]]:
    """Return the declared columns of every kind of export, in order."""
    kinds: dict[str, tuple[Column, ...]] = {}
    for row in read_declaration("intake/tables.csv"):
        kind, _, detail = row["type"].partition(":")
        low, high = (float(row[key]) if row[key] else None for key in ("minimum", "maximum"))
        is_required, table = row["required"] == "ja", row["table"]
        column = Column(row["column"], kind, detail, is_required, low, high, row["label"])
        kinds[table] = (*kinds.get(table, ()), column)
    return kinds


def make_table(rows: pd.DataFrame, types: Mapping[str, str]) -> pd.DataFrame:
    """Return the named columns as a table, each stored as its declared type, rows or none."""
    stored = {name: STORED.get(kind, "string") for name, kind in types.items()}
    return rows[[*types]].astype(stored).reset_index(drop=True)


def read_table(path: Path) -> pd.DataFrame:
    """Return a tidy table from its file, with the types it was made with."""
    import pandas as pd

    with path.open("rb") as file:
        return pd.read_parquet(file)


class Tables(UserDict[str, Any]):
    """Tidy tables by name, each read when it is first asked for."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        if isinstance(self.data[name], Path):
            self.data[name] = read_table(self.data[name])
        table: pd.DataFrame = self.data[name]
        return table


def read_tables(folder: Path) -> Mapping[str, pd.DataFrame]:
    """Return every tidy table of a year's processed folder, by name."""
    return Tables({path.stem: path for path in sorted(folder.glob("*.parquet"))})
