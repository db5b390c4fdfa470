"""Settings held against the data: the report's days lie in its years, and not after the exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import read_checks
from socok_analysis.core.danish import format_day
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import FILE, Year
from socok_analysis.intake.tables import read_columns

if TYPE_CHECKING:
    import pandas as pd

# Days that may lie ahead: what is planned or agreed, not what has been.
AHEAD = ("expected_end_on", "ends_on", "active_to", "period_from", "period_to")
OWN = ("period_start", "period_end", "evaluation_date")
MOST_YEARS, MOST_DAYS = 1, 270


def check_settings(year: Year, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield an error for each day of `year.toml` outside the report's years, or long after the
    newest event in the exports, with the likely slip.
    """
    newest = find_newest(tables)
    for name in OWN:
        day: date = getattr(year, name)
        if abs(day.year - year.year) > MOST_YEARS:
            text = f"{name} er {day}, men rapporten er for {year.year}."
            yield _tell(text, name, day, _guess(day, year, newest))
        elif newest and (day - newest).days > MOST_DAYS:
            text = f"{name} er {day}, men det nyeste i udtrækkene er fra {format_day(newest)}."
            yield _tell(text, name, day, _guess(day, year, newest))


def find_newest(tables: Mapping[str, pd.DataFrame]) -> date | None:
    """Return the last day on which the exports tell that something happened."""
    days = [
        day
        for kind, table in tables.items()
        for column in read_columns().get(kind, ())
        if column.type == "date" and column.name not in AHEAD
        for day in table[column.name].dropna()
    ]
    return max(days, default=None)


def _guess(day: date, year: Year, newest: date | None) -> date | None:
    """Return the same day in the year that was probably meant: the report's, or the exports'."""
    numbers = [year.year, *([newest.year] if newest else []), year.year + 1]
    for number in numbers:
        last = 28 if (day.month, day.day) == (2, 29) else day.day
        meant = day.replace(year=number, day=last)
        if meant != day and (newest is None or (meant - newest).days <= MOST_DAYS):
            return meant
    return newest


def _tell(text: str, name: str, day: date, meant: date | None) -> Problem:
    near = f" Mente du {meant}?" if meant else ""
    edit = f"Linjen i year.toml bliver: {name} = {meant}" if meant else ""
    advice = read_checks()["settings.date"].advice
    facts = {"file": FILE, "column": name, "found": str(day), "advice": advice, "edit": edit}
    return Problem("error", "settings.date", f"{text}{near}", **facts)
