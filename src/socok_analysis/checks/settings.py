"""Settings held against the data: the report's days lie in its years, and not after the exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import read_checks
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import FILE, Year
from socok_analysis.intake.tables import read_columns

if TYPE_CHECKING:
    import pandas as pd

# Days that may lie ahead: what is planned or agreed, not what has been.
AHEAD = ("expected_end_on", "ends_on", "active_to", "period_from", "period_to")
MOST_YEARS, MOST_DAYS = 1, 270


def check_settings(year: Year, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield an error for each day of `year.toml` outside the report's years, or long after the
    newest event in the exports, with the likely slip: the same day in another year.
    """
    newest = max(_list_days(tables), default=None)
    for name in ("period_start", "period_end", "evaluation_date"):
        day: date = getattr(year, name)
        told, is_late = f"rapporten er for {year.year}", abs(day.year - year.year) > MOST_YEARS
        if newest and not is_late and (day - newest).days > MOST_DAYS:
            told, is_late = f"det nyeste i udtrækkene er fra {newest}", True
        if is_late:
            last = 28 if (day.month, day.day) == (2, 29) else day.day
            near = [day.replace(year=year.year + n, day=last) for n in (0, 1, -1)]
            known = [d for d in near if d != day and not (newest and (d - newest).days > MOST_DAYS)]
            meant, advice = (known or [newest or day])[0], read_checks()["settings.date"].advice
            edit = f"Linjen i year.toml bliver: {name} = {meant}"
            facts = {"file": FILE, "column": name, "found": str(day), "advice": advice}
            text = f"{name} er {day}, men {told}. Mente du {meant}?"
            yield Problem("error", "settings.date", text, **facts, edit=edit)


def _list_days(tables: Mapping[str, pd.DataFrame]) -> Iterator[date]:
    """Yield the days on which the exports tell that something happened."""
    for kind, table in tables.items():
        for column in read_columns().get(kind, ()):
            if column.type == "date" and column.name in table and column.name not in AHEAD:
                yield from table[column.name].dropna()
