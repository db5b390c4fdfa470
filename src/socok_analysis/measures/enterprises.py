"""Social enterprises, initiatives and volunteer places at the period's end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from socok_analysis.figures import Figure
from socok_analysis.measures.counting import is_true, on_or_before, valid_at, within
from socok_analysis.year import Year

if TYPE_CHECKING:
    import pandas as pd

VOLUNTEER = "frivilligt"


def measure_enterprises(tables: Mapping[str, pd.DataFrame], year: Year) -> list[Figure]:
    """Return how many there are, how many are registered, and how many are volunteer places."""
    register, day = tables["enterprises"], year.period_end
    active = valid_at(register["active_from"], register["active_to"], day)
    registered = on_or_before(register["registered_on"], day)
    registered &= ~on_or_before(register["deregistered_on"], day)
    counts = {
        "total": active & is_true(register["is_counted_in_goal"]),
        "registered": registered,
        "registered_in_period": within(register["registered_on"], year.period_start, day),
        "volunteer": active & is_true(register["enterprise_type"] == VOLUNTEER),
    }
    return [
        Figure(f"enterprises.{name}", int(mask.sum()), ("enterprises",), year.period_start, day)
        for name, mask in counts.items()
    ]
