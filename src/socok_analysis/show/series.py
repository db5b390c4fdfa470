"""Figures that run month by month, as charts and tables read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from socok_analysis.figures.figure import Figure
from socok_analysis.show.page import Page

MONTH = re.compile(r"\d{4}-\d{2}")
JOBS = "jobs.cumulative."
OccupancyMonths = list[tuple[date, int | None, int]]


def list_shown(page: Page, figures: Iterable[Figure | None]) -> list[Figure]:
    """Return the figures that are known and may be shown."""
    return [f for f in figures if f and f.value is not None and page.may_show(f)]


def list_series(page: Page) -> list[Figure]:
    """Return the jobs since the strategy began by each month's end."""
    names = sorted(name for name in page.figures if name.startswith(JOBS))
    return list_shown(page, [page.figures[name] for name in names])


def read_month(figure: Figure) -> date:
    """Return the first day of the month a figure of the series is named for."""
    return date.fromisoformat(f"{figure.figure.removeprefix(JOBS)}-01")


def list_months(page: Page) -> list[str]:
    """Return the months for which the page's partner's places are counted, oldest first."""
    names = (name.split(".") for name in page.figures if name.endswith(".in_use"))
    return sorted(
        parts[2]
        for parts in names
        if parts[:2] == ["occupancy", page.partner] and MONTH.fullmatch(parts[2])
    )


def pick_month(page: Page, month: str, name: str) -> Figure | None:
    """Return one of a month's figures, if there is one."""
    return page.figures.get(f"occupancy.{page.partner}.{month}.{name}")


def read_months(page: Page) -> OccupancyMonths:
    """Return each month with the courses that ran, None where they may not be shown, and places."""
    months = []
    for month in list_months(page):
        in_use, places = (pick_month(page, month, name) for name in ("in_use", "places"))
        shown = int(in_use.value or 0) if in_use and page.may_show(in_use) else None
        agreed = int(places.value or 0) if places else 0
        months.append((date.fromisoformat(f"{month}-01"), shown, agreed))
    return months
