"""A small line over the reports for a tile: what a key figure was, and how sure it is.

It has no letters: the tile says the numbers. Its colours are seen on a light and a dark page.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from socok_analysis.figures.figure import Figure
from socok_analysis.show.charts.drawing import FOLDER, Axes, styled
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.series import list_shown
from socok_analysis.show.values import format_figure, format_interval, name_figures

SIZE_INCHES = (1.9, 0.52)
LINE, GOAL, FEWEST = "#5b84a8", "#b07a30", 2


def list_reports(page: Page, name: str) -> list[Figure]:
    """Return a figure in each report up to the page's year that may show it, oldest first."""
    return list_shown(page, [page.by_year[year].get(name) for year in sorted(page.by_year)])


def save_trend(page: Page, name: str, goal: Figure | None = None) -> str:
    """Draw a figure's value in each report into `figures/`; return its Markdown.

    Rates have their 95 % interval, a goal is a dashed line. Return nothing for fewer than two
    reports, or where this report's figure may not be shown.
    """
    reports = list_reports(page, name)
    if len(reports) < FEWEST or reports[-1].year != page.year.year:
        return ""
    path = f"{FOLDER}/udvikling-{name.replace('.', '-')}"
    Path(FOLDER).mkdir(exist_ok=True)
    with styled() as plt:
        figure, axes = plt.subplots(figsize=SIZE_INCHES, layout="constrained")
        draw_trend(axes, reports, goal)
        shared = {"transparent": True}
        figure.savefig(f"{path}.svg", metadata={"Date": None, "Creator": None}, **shared)
        figure.savefig(f"{path}.png", dpi=200, metadata={"Software": None}, **shared)
        plt.close(figure)
    image = f"![{escape(describe_trend(reports))}]({path}.svg)"
    return f'[{image}]{{.trend data-figure="{name_figures(reports)}"}}'


def describe_trend(reports: Sequence[Figure]) -> str:
    """Return the same as the drawing: "Udvikling: 64 i rapport 2018, 129 i rapport 2019"."""
    return "Udvikling: " + ", ".join(map(describe_report, reports))


def describe_report(figure: Figure) -> str:
    """Return a figure's value with its interval and its report."""
    known = figure.low is not None and figure.high is not None
    interval = f" (interval {format_interval(figure)})" if known else ""
    return f"{format_figure(figure)}{interval} i rapport {figure.year}"


def draw_trend(axes: Axes, reports: Sequence[Figure], goal: Figure | None) -> None:
    """Draw the values as dots on a line, their intervals as bars and the goal as a dashed line."""
    places, values = range(len(reports)), [float(f.value or 0) for f in reports]
    axes.plot(places, values, color=LINE, marker="o", markersize=4.5, linewidth=1.6)
    for place, report in zip(places, reports, strict=True):
        if report.low is not None and report.high is not None:
            axes.vlines(place, report.low, report.high, color=LINE, linewidth=3.5, alpha=0.5)
    if goal is not None and goal.value is not None:
        axes.axhline(float(goal.value), color=GOAL, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set_axis_off()
    axes.margins(x=0.06, y=0.16)
