"""Network meetings in the report's period; absent where the export is absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import within
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

STATUSES = {"held": "afholdt", "cancelled": "aflyst"}
TABLES = ("meetings",)


def measure_network(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return the meetings held and cancelled, and how many took part in those held."""
    if "meetings" not in tables:
        return []
    period = (year.period_start, year.period_end)
    meetings = tables["meetings"]
    recent = meetings[within(meetings["held_on"], *period)]
    attended = recent.loc[recent["status"] == STATUSES["held"], "participants"].dropna()
    total = int(attended.sum()) if len(attended) else None
    mean = float(attended.mean()) if len(attended) else None
    return [
        *(
            Figure(f"network.{name}", int((recent["status"] == code).sum()), TABLES, *period)
            for name, code in STATUSES.items()
        ),
        Figure("network.participants", total, TABLES, *period),
        Figure("network.participants_per_meeting", mean, TABLES, *period),
    ]
