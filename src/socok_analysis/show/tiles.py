"""The goals and the main figures: as key figures with the line of the reports before, as tables.

A trend has no letters: the tile says the numbers. Its colours are seen on a light and a dark page.
"""

from __future__ import annotations

from socok_analysis.figures.counting import is_whole_year
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.measure import MEASURED_BY
from socok_analysis.show.drawing import save_pair, styled
from socok_analysis.show.markdown import KeyFigure, Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_figure,
    format_fraction,
    format_interval,
    format_rounded,
    list_shown,
    make_yearly,
    name_figures,
    show_value,
    show_values,
)

UNSEEN = "vises ikke: for få personer"
YEARLY = "jobs.total_per_12_months"
LINE, GOAL = "#5b84a8", "#b07a30"


def list_goals(page: Page) -> list[KeyFigure]:
    """Return each goal's actual figure, with the goal, whether it is met, and the years before.

    A goal for a year is followed on the scale of a year. One for the whole strategy can still be
    met while that runs.
    """
    labels = {
        "jobs_per_year": "ansættelser i rapportens periode",
        "jobs_in_strategy": "ansættelser siden strategiens start",
        "enterprises": "virksomheder og initiativer",
    }
    tiles, end = [], page.year.strategy_end
    for goal, actual in MEASURED_BY.items():
        if f"goals.{goal}" not in page.figures:
            continue
        target, is_yearly = page.figure(f"goals.{goal}"), goal == "jobs_per_year"
        is_open = not is_yearly and end is not None and page.year.period_end < end
        is_met = page.figure(f"goals.{goal}.met").value
        state = "nået" if is_met else "endnu ikke nået" if is_open else "ikke nået"
        told = f"Målet er {show_value(page, target)}{' om året' if is_yearly else ''}: **{state}**"
        if is_yearly and (scaled := _show_scaled(page)):
            told += f" ({scaled} omregnet til tolv måneder)"
        followed = YEARLY if is_yearly else actual
        shown, before = show_value(page, page.figure(actual)), _recall(page, followed)
        trend = save_trend(page, followed, target)
        tiles.append(KeyFigure(shown, labels[goal], told, before, trend))
    return tiles


def _show_scaled(page: Page) -> str:
    """Return the jobs as of twelve months, "" where the report's period is that already."""
    is_scaled = not is_whole_year(page.year.period_start, page.year.period_end)
    return show_value(page, page.figure(YEARLY), format_rounded) if is_scaled else ""


def _recall(page: Page, name: str) -> str:
    """Return what a figure was in the report before; periods of other lengths as twelve months."""
    year = page.earlier_year
    shown = list_shown(page, [page.by_year[year].get(name)]) if year else []
    if not shown:
        return ""
    value = show_value(page, shown[0], format_rounded if name == YEARLY else None)
    return f"Rapport {year}: {value}{' på tolv måneder' if name == YEARLY else ''}"


def save_trend(page: Page, name: str, goal: Figure | None = None) -> str:
    """Draw a figure's value in each report that may show it into `figures/`; return its Markdown.

    Rates have their 95 % interval, a goal is a dashed line. Return nothing for fewer than two
    reports, or where this report's figure may not be shown.
    """
    reports = list_shown(page, [page.by_year[year].get(name) for year in sorted(page.by_year)])
    if len(reports) < 2 or reports[-1].year != page.year.year:
        return ""
    said, values = [], [float(report.value or 0) for report in reports]
    with styled(1.9, 0.52) as (figure, axes):
        axes.plot(range(len(values)), values, color=LINE, marker="o", markersize=4.5, linewidth=1.6)
        for place, report in enumerate(reports):
            interval = ""
            if report.low is not None and report.high is not None:
                axes.vlines(place, report.low, report.high, color=LINE, linewidth=3.5, alpha=0.5)
                interval = f" (interval {format_interval(report)})"
            said.append(f"{format_figure(report)}{interval} i rapport {report.year}")
        if goal is not None and goal.value is not None:
            axes.axhline(float(goal.value), color=GOAL, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set_axis_off()
        axes.margins(x=0.06, y=0.16)
        path = save_pair(figure, f"udvikling-{name.replace('.', '-')}", transparent=True)
    alt = escape(f"Udvikling: {', '.join(said)}")
    return f'[![{alt}]({path})]{{.trend data-figure="{name_figures(reports)}"}}'


def list_success(page: Page) -> list[KeyFigure]:
    """Return each partner's rate of success under the wide definition."""
    tiles = []
    for partner in page.partners():
        rate = page.figure(f"outcomes.{partner}.success_wide")
        name, shown = escape(page.name(partner)), show_value(page, rate)
        if not page.may_show(rate):
            tiles.append(KeyFigure(shown, name, UNSEEN))
            continue
        fraction, interval = show_values(page, rate, (format_fraction, format_interval))
        note = f"{fraction} afsluttede forløb siden aftalens start (95\u00a0%-interval {interval})"
        before, trend = _recall(page, rate.figure), save_trend(page, rate.figure)
        tiles.append(KeyFigure(shown, f"{name}: videre efter forløbet", note, before, trend))
    return tiles


def list_partner(page: Page) -> list[KeyFigure]:
    """Return one partner's completed and running courses and its rate."""
    prefix = f"outcomes.{page.partner}"
    rate = page.figure(f"{prefix}.success_wide")
    fraction, interval = show_values(page, rate, (format_fraction, format_interval))
    places = page.figures.get(f"agreements.{page.partner}.places")
    agreed = f"aftalte pladser: {show_value(page, places)}" if places else "uden aftalte pladser"
    shown = {
        "success_wide": (
            "videre i job, uddannelse, støttet job eller undervisning",
            f"{fraction}; 95\u00a0%-interval {interval}",
        ),
        "completed": ("afsluttede forløb", "siden den første aftale"),
        "active": ("i forløb på opgørelsesdagen", agreed),
    }
    return [explain_tile(page, page.figure(f"{prefix}.{n}"), *told) for n, told in shown.items()]


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
    scaled = _show_scaled(page)
    return [*tiles, KeyFigure(scaled, "omregnet til tolv måneder")] if scaled else tiles


def list_status(page: Page) -> list[KeyFigure]:
    """Return the jobs so far, the goal's part of them, and last year's to the same date."""
    total, pace = page.figure("jobs.total"), "der er ikke sat et mål pr. år"
    if "goals.jobs_per_year.to_date" in page.figures:
        part, whole = page.figure("goals.jobs_per_year.to_date"), page.figure("goals.jobs_per_year")
        is_met, is_on_way = ((total.value or 0) >= (goal.value or 0) for goal in (whole, part))
        state = "nået" if is_met else "på vej" if is_on_way else "bagud"
        now = show_value(page, part, format_rounded)
        pace = f"målet er {show_value(page, whole)} om året, {now} indtil nu: {state}"
    earlier = show_value(page, page.figure("last_year.jobs.total"))
    tiles = [
        KeyFigure(show_value(page, total), "ansættelser i år", pace),
        KeyFigure(earlier, "ansættelser året før", "i de samme måneder"),
    ]
    if "goals.jobs_in_strategy" in page.figures:
        goal = show_value(page, page.figure("goals.jobs_in_strategy"))
        told = f"målet for hele perioden er {goal}"
        shown = show_value(page, page.figure("jobs.cumulative"))
        tiles.append(KeyFigure(shown, "ansættelser siden strategiens start", told))
    return tiles


def make_goals(page: Page) -> Table | None:
    """Return the goals, the actual figures and whether they are met; nothing without goals."""
    labels = {
        "jobs_per_year": "Ansættelser, mål pr. år",
        "jobs_in_strategy": "Ansættelser, hele strategien",
        "enterprises": "Virksomheder og initiativer",
    }
    rows = []
    for goal, actual in MEASURED_BY.items():
        if f"goals.{goal}" in page.figures:
            names = (f"goals.{goal}", actual, f"goals.{goal}.met")
            rows.append([labels[goal], *(show_value(page, page.figure(name)) for name in names)])
    header = ["Mål for", "Mål", "Resultat", "Nået"]
    return Table("maal", "Mål og resultater", header, rows, "lrrl") if rows else None


def make_years(page: Page) -> Table | None:
    """Return the main figures of this and earlier reports side by side."""
    labels = {
        "jobs.total": "Ansættelser i rapportens periode",
        "jobs.cumulative": "Ansættelser siden strategiens start",
        "enterprises.total": "Virksomheder og initiativer",
    }
    for partner in page.partners():
        success = f"{escape(page.name(partner))}: videre efter forløbet"
        labels[f"outcomes.{partner}.success_wide"] = success
    return make_yearly(page, "aar", "Hovedtal i denne og tidligere rapporter", "Nøgletal", labels)
