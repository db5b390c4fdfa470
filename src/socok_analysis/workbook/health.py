"""The health of each sheet: what is hidden, filtered, merged or personal in the wrong place.

A finding names a place and never what stands there. All are written to `health.csv`; those that
ask something of the analyst are told as problems too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, fields

from socok_analysis.core.problems import Severity


@dataclass(frozen=True)
class Finding:
    """One finding of a workbook's health: what, where first, how often, and what to do."""

    file: str
    finding: str
    sheet: str
    place: str
    count: int
    severity: Severity
    message: str
    advice: str


COLUMNS = tuple(each.name for each in fields(Finding))


@dataclass(frozen=True)
class Area:
    """Where the table on a sheet stands: its rows of data, and its columns by their use.

    `columns` are read, `personal` are known to hold what is personal and are not read, `ids` are
    those of the read ones that hold numbers by which something is known. `is_clear`: the headings
    were found, each once.
    """

    rows: Collection[int]
    columns: Collection[int]
    personal: Collection[int] = field(default=())
    ids: Collection[int] = field(default=())
    is_clear: bool = True
