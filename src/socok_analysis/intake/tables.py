"""The tidy tables: which columns each kind of export gives, and how they are stored.

`tables.csv` beside this file declares them: a row per column with its type, whether a row needs
a value, and the least and greatest value. Types: text, id, date, number, percent, whole, flag,
`flag_or_date:<date column>`, week, person, enterprise, agreement, `code:<list>`, `codes:<list>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.core.lists import read_declaration

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

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
STORED = {"number": "double", "percent": "double", "whole": "int64", "flag": "bool"}
STORED |= {"date": "date32"}


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
    import pyarrow as pa

    stored = {name: pa.type_for_alias(STORED.get(kind, "string")) for name, kind in types.items()}
    return _to_pandas(pa.table({n: pa.array(rows[n].tolist(), t) for n, t in stored.items()}))


def _to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a stored table as pandas has it; missing is NA in all."""
    import pandas as pd
    import pyarrow as pa

    types: dict[pa.DataType, Any] = {
        pa.date32(): pd.ArrowDtype(pa.date32()),
        pa.string(): pd.StringDtype(),
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.large_string(): pd.StringDtype(),
    }
    made: pd.DataFrame = table.to_pandas(types_mapper=types.get, ignore_metadata=True)
    return made


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet; the same table gives the same bytes."""
    table.to_parquet(path, index=False, compression="zstd")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table written by `write_table`, with the same types."""
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        return _to_pandas(pq.read_table(file))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read every tidy table of a year's processed folder, by name."""
    return {path.stem: read_table(path) for path in sorted(folder.glob("*.parquet"))}
