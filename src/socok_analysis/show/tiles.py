"""The groups of key figures that open a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from socok_analysis.figures.counting import is_whole_year
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.measure import MEASURED_BY
from socok_analysis.show.markdown import KeyFigure, escape
from socok_analysis.show.page import Page
from socok_analysis.show.status import list_status
from socok_analysis.show.values import (
    format_fraction,
    format_interval,
    format_rounded,
    show_value,
    show_values,
)

UNSEEN = "vises ikke: for få personer"
LABELS = {
    "jobs_per_year": "ansættelser i rapportens periode",
    "jobs_in_strategy": "ansættelser siden strategiens start",
    "enterprises": "virksomheder og initiativer",
}


def list_goals(page: Page) -> list[KeyFigure]:
    """Return each goal's actual figure, with the goal, whether it is met, and the years before."""
    return [
        make_goal_tile(page, goal, actual)
        for goal, actual in MEASURED_BY.items()
        if f"goals.{goal}" in page.figures
    ]


def make_goal_tile(page: Page, goal: str, actual: str) -> KeyFigure:
    """Return a goal's actual figure; a goal for a year is followed on the scale of a year."""
    from socok_analysis.show.charts.trends import save_trend

    followed = "jobs.total_per_12_months" if goal == "jobs_per_year" else actual
    return KeyFigure(
        show_value(page, page.figure(actual)),
        LABELS[goal],
        describe_goal(page, goal),
        recall(page, followed),
        save_trend(page, followed, page.figure(f"goals.{goal}")),
    )


def describe_goal(page: Page, goal: str) -> str:
    """Return "Målet er 90: nået"; a goal for a year beside the figure scaled to a year.

    Where the period is a year, the figure is that already.
    """
    target, state = show_value(page, page.figure(f"goals.{goal}")), describe_state(page, goal)
    if goal != "jobs_per_year":
        return f"Målet er {target}: **{state}**"
    yearly = "" if is_year(page) else f" ({show_rounded(page)} omregnet til tolv måneder)"
    return f"Målet er {target} om året: **{state}**{yearly}"


def is_year(page: Page) -> bool:
    """Tell whether the report's period is a year, so that nothing needs scaling."""
    return is_whole_year(page.year.period_start, page.year.period_end)


def show_rounded(page: Page) -> str:
    """Return the jobs per twelve months as a whole number."""
    return show_value(page, page.figure("jobs.total_per_12_months"), format_rounded)


def describe_state(page: Page, goal: str) -> str:
    """Return whether a goal is met; a goal for the whole strategy can still be."""
    if page.figure(f"goals.{goal}.met").value:
        return "nået"
    end = page.year.strategy_end
    is_open = goal != "jobs_per_year" and end is not None and page.year.period_end < end
    return "endnu ikke nået" if is_open else "ikke nået"


def recall(page: Page, name: str) -> str:
    """Return what a figure was in the report before; periods of other lengths as twelve months."""
    year = page.earlier_year
    figure = page.by_year[year].get(name) if year else None
    if figure is None or figure.value is None or not page.may_show(figure):
        return ""
    is_scaled = name == "jobs.total_per_12_months"
    value = show_value(page, figure, format_rounded if is_scaled else None)
    return f"Rapport {year}: {value}{' på tolv måneder' if is_scaled else ''}"


def list_success(page: Page) -> list[KeyFigure]:
    """Return each partner's rate of success under the wide definition."""
    return [
        make_tile(page, page.figure(f"outcomes.{partner}.success_wide"), partner)
        for partner in page.partners()
    ]


def make_tile(page: Page, rate: Figure, partner: str) -> KeyFigure:
    """Return a partner's rate with its fraction, its interval and the reports before."""
    from socok_analysis.show.charts.trends import save_trend

    name = escape(page.name(partner))
    if not page.may_show(rate):
        return KeyFigure(show_value(page, rate), name, UNSEEN)
    fraction, interval = show_values(page, rate, (format_fraction, format_interval))
    note = f"{fraction} afsluttede forløb siden aftalens start (95\u00a0%-interval {interval})"
    return KeyFigure(
        show_value(page, rate),
        f"{name}: videre efter forløbet",
        note,
        recall(page, rate.figure),
        save_trend(page, rate.figure),
    )


def list_front(page: Page) -> list[KeyFigure]:
    """Return what the front page opens with: the goals and the partners' rates."""
    return [*list_goals(page), *list_success(page)]


def list_partner(page: Page) -> list[KeyFigure]:
    """Return one partner's completed and running courses and its rate."""
    prefix = f"outcomes.{page.partner}"
    rate = page.figure(f"{prefix}.success_wide")
    fraction, interval = show_values(page, rate, (format_fraction, format_interval))
    told = f"{fraction}; 95\u00a0%-interval {interval}"
    places = page.figures.get(f"agreements.{page.partner}.places")
    agreed = f"aftalte pladser: {show_value(page, places)}" if places else "uden aftalte pladser"
    shown = (
        (rate, "videre i job, uddannelse, støttet job eller undervisning", told),
        (page.figure(f"{prefix}.completed"), "afsluttede forløb", "siden den første aftale"),
        (page.figure(f"{prefix}.active"), "i forløb på opgørelsesdagen", agreed),
    )
    return [explain_tile(page, figure, label, note) for figure, label, note in shown]


def explain_tile(page: Page, figure: Figure, label: str, note: str) -> KeyFigure:
    """Return a tile with its note; a number that may not be shown says why below it."""
    value = show_value(page, figure)
    if page.may_show(figure):
        return KeyFigure(value, label, note)
    return KeyFigure(value, label, UNSEEN, "" if figure.unit == "andel" else note)


def list_jobs(page: Page) -> list[KeyFigure]:
    """Return the jobs in all, by channel, and scaled to twelve months where they need to be."""
    notes = {
        "jobs.total": "ansættelser i alt",
        "jobs.jobcentre": "gennem jobcentret",
        "jobs.other": "gennem opslag, netværk og uopfordrede ansøgninger",
    }
    tiles = [KeyFigure(show_value(page, page.figure(name)), text) for name, text in notes.items()]
    if not is_year(page):
        tiles.append(KeyFigure(show_rounded(page), "omregnet til tolv måneder"))
    return tiles


TILES: Mapping[str, Callable[[Page], list[KeyFigure]]] = {
    "front": list_front,
    "goals": list_goals,
    "success": list_success,
    "partner": list_partner,
    "jobs": list_jobs,
    "status": list_status,
}
