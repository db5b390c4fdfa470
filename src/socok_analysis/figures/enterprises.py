"""Social enterprises, initiatives and volunteer places at the period's end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import is_true, on_or_before, valid_at, within
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import Maps, list_codes

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("enterprises",)
VOLUNTEER = "frivilligt"


def measure_enterprises(tables: Mapping[str, pd.DataFrame], year: Year, maps: Maps) -> list[Figure]:
    """Return how many there are, how many are registered, and how many are volunteer places."""
    register, day = tables["enterprises"], year.period_end
    active = valid_at(register["active_from"], register["active_to"], day)
    registered = on_or_before(register["registered_on"], day)
    registered &= ~on_or_before(register["deregistered_on"], day)
    volunteer = active & is_true(register["enterprise_type"] == VOLUNTEER)
    in_period = (year.period_start, day)
    counts = {
        "total": active & is_true(register["is_counted_in_goal"]),
        "registered": registered,
        "registered_in_period": within(register["registered_on"], *in_period),
        "registered_earlier": registered & ~within(register["registered_on"], *in_period),
        "volunteer": volunteer,
        "volunteer_new": volunteer & within(register["active_from"], *in_period),
    }
    return [
        Figure(f"enterprises.{name}", int(mask.sum()), TABLES, year.period_start, day)
        for name, mask in counts.items()
    ] + [*count_by_year(register[registered], day), *count_types(register[active], year, maps)]


def count_by_year(registered: pd.DataFrame, day: date) -> list[Figure]:
    """Return how many of the registered enterprises registered in each calendar year."""
    years = Counter(registration.year for registration in registered["registered_on"])
    return [
        Figure(
            f"enterprises.registered_in.{year}",
            years[year],
            TABLES,
            date(year, 1, 1),
            min(date(year, 12, 31), day),
        )
        for year in sorted(years)
    ]


def count_types(active: pd.DataFrame, year: Year, maps: Maps) -> list[Figure]:
    """Return the active enterprises, initiatives and volunteer places of each type."""
    return [
        Figure(
            f"enterprises.type.{code}",
            int((active["enterprise_type"] == code).sum()),
            TABLES,
            period_end=year.period_end,
            label=entry.label,
        )
        for code, entry in list_codes(maps.codes["enterprise_types"]).items()
    ]
