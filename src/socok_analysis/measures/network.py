"""Network meetings and grants in the report's period; absent where the export is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from socok_analysis.figures import Figure
from socok_analysis.measures.counting import within
from socok_analysis.year import Year

if TYPE_CHECKING:
    import pandas as pd

STATUSES = {"held": "afholdt", "cancelled": "aflyst"}


def measure_network(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return the meetings held and cancelled."""
    if "meetings" not in tables:
        return []
    period = (year.period_start, year.period_end)
    meetings = tables["meetings"]
    status = meetings.loc[within(meetings["held_on"], *period), "status"]
    return [
        Figure(f"network.{name}", int((status == code).sum()), ("meetings",), *period)
        for name, code in STATUSES.items()
    ]


def measure_grants(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return the amounts granted (kr.), and how many grants have no amount stated.

    Where no grant states an amount the total is not known.
    """
    if "grants" not in tables:
        return []
    period = (year.period_start, year.period_end)
    grants = tables["grants"]
    amounts = grants.loc[within(grants["granted_on"], *period), "amount_dkk"]
    total = None if len(amounts) and amounts.isna().all() else float(amounts.sum())
    return [
        Figure("grants.total", as_whole(total), ("grants",), *period),
        Figure("grants.without_amount", int(amounts.isna().sum()), ("grants",), *period),
    ]


def as_whole(number: float | None) -> float | int | None:
    """Return a number without decimals as a whole one."""
    return int(number) if number is not None and number.is_integer() else number
