"""Grants in the report's period, by recipient and kind of giver; absent without the export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import within
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import Maps, list_codes

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("grants",)


def measure_grants(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Figure]:
    """Return the amounts granted (kr.), and how many grants, recipients and givers there are."""
    if "grants" not in tables:
        return []
    period = (year.period_start, year.period_end)
    grants = tables["grants"]
    new = grants[within(grants["granted_on"], *period)]
    values = {
        "grants.total": sum_amounts(new),
        "grants.count": len(new),
        "grants.without_amount": int(new["amount_dkk"].isna().sum()),
        "grants.recipients": new["enterprise_id"].nunique(),
        **sum_recipients(new),
        **count_kinds(new, maps),
    }
    labels = {f"grants.kind.{c}": e.label for c, e in list_codes(maps.codes["grant_kinds"]).items()}
    return [
        Figure(name, value, TABLES, *period, label=labels.get(name, ""))
        for name, value in values.items()
    ]


def sum_recipients(grants: pd.DataFrame) -> dict[str, float | int | None]:
    """Return each recipient's sum and number of grants, by figure name."""
    found: dict[str, float | int | None] = {}
    for recipient, own in grants.groupby("enterprise_id", sort=True):
        found[f"grants.recipient.{recipient}"] = sum_amounts(own)
        found[f"grants.recipient.{recipient}.count"] = len(own)
    return found


def count_kinds(grants: pd.DataFrame, maps: Maps) -> dict[str, int]:
    """Return the number of grants from each kind of giver, and of those of unknown kind.

    Amounts are not summed by kind: one amount may stand for several givers.
    """
    kinds = grants["grant_kind"]
    counts = {
        f"grants.kind.{code}": int((kinds == code).sum())
        for code in list_codes(maps.codes["grant_kinds"])
    }
    return counts | {"grants.kind.unknown": int(kinds.isna().sum())}


def sum_amounts(grants: pd.DataFrame) -> float | int | None:
    """Return the sum of the amounts; None where grants are made and none states an amount."""
    amounts = grants["amount_dkk"]
    return None if len(amounts) and amounts.isna().all() else as_whole(float(amounts.sum()))


def as_whole(number: float) -> float | int:
    """Return a number without decimals as a whole one."""
    return int(number) if number.is_integer() else number
