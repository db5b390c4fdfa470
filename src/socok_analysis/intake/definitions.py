"""Definitions of the rates as data: which exit reasons count, from which report year, and for whom.

`data/raw/maps/definitions.csv` has a row for each version: from which report year it holds, for
which partner (blank: all), which column of the exit reasons must have which value, whether
partners may be compared by it, and whether it is comparable with the version before. A version
that is not breaks the series. `other` without a column counts what the groups do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socok_analysis.intake.maps import Code

COLUMNS = (
    "definition",
    "valid_from",
    "partner",
    "column",
    "value",
    "is_compared",
    "is_comparable",
    "label",
    "reason",
)
OTHER = "other"
GROUPED = ("success_wide", "stopped", "awaiting")
YES = "ja"


@dataclass(frozen=True)
class Definition:
    """One version of what a rate counts."""

    definition: str
    valid_from: int
    partner: str
    column: str
    value: str
    is_compared: bool
    is_comparable: bool
    label: str
    reason: str


@dataclass(frozen=True)
class Break:
    """A change of definition between two reports. `label` is what the rate is called since."""

    definition: str
    partner: str
    year: int
    label: str
    reason: str


def declare_definition(row: Mapping[str, str]) -> Definition:
    """Return the version a row declares; raise ValueError or KeyError for one that does not."""
    is_rest = row["definition"] == OTHER and not row["column"]
    if not (row["definition"] and row["label"] and (is_rest or row["column"] and row["value"])):
        raise ValueError("incomplete")
    return Definition(
        row["definition"],
        int(row["valid_from"]),
        row["partner"],
        row["column"],
        row["value"],
        row["is_compared"] == YES,
        row["is_comparable"] == YES,
        row["label"],
        row["reason"],
    )


def list_names(definitions: Iterable[Definition]) -> list[str]:
    """Return the names of the rates in the order they are declared."""
    return list(dict.fromkeys(definition.definition for definition in definitions))


def choose(
    definitions: Sequence[Definition], name: str, year: int, partner: str = ""
) -> Definition | None:
    """Return the version that holds for a report year, the partner's own before the common one."""
    held = [d for d in definitions if d.definition == name and d.valid_from <= year]
    own = [d for d in held if d.partner in ("", partner)]
    return max(own, key=lambda d: (d.valid_from, bool(d.partner)), default=None)


def list_reasons(
    definitions: Sequence[Definition],
    name: str,
    year: int,
    partner: str,
    reasons: Mapping[str, Code],
) -> list[str]:
    """Return the codes of the exit reasons a rate counts."""
    chosen = choose(definitions, name, year, partner)
    if chosen is None:
        return []
    if not chosen.column:
        grouped = {
            c for group in GROUPED for c in list_reasons(definitions, group, year, partner, reasons)
        }
        return [code for code in reasons if code not in grouped]
    return [
        code for code, entry in reasons.items() if entry.extra.get(chosen.column) == chosen.value
    ]


def find_breaks(
    definitions: Iterable[Definition], earlier: int, later: int, partner: str | None = None
) -> list[Break]:
    """Return what is not comparable between two report years, for one partner or for all."""
    return [
        Break(d.definition, d.partner, d.valid_from, d.label, d.reason)
        for d in definitions
        if earlier < d.valid_from <= later
        and not d.is_comparable
        and (partner is None or d.partner in ("", partner))
    ]
