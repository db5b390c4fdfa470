"""Jobs against the goal month by month, and jobs by type in two reports."""

from __future__ import annotations

from datetime import date

from socok_analysis.core.danish import format_month, format_number, shorten_month
from socok_analysis.show.charts.drawing import (
    BLUE,
    DARK_ORANGE,
    GREY,
    INK,
    ORANGE,
    Axes,
    Chart,
    Draw,
    hide_scale,
    wrap,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.series import list_series, list_shown, read_month
from socok_analysis.show.tables import group_job_types, name_job_types

Months = list[tuple[date, int]]
NAME_MONTHS = 7
"""Months the name of the goal is wide, at most."""
NAME_SHARE = 0.12
"""What the name of the goal takes of the height, with the room around it."""


def chart_job_types(page: Page) -> Chart | None:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups = group_job_types(page)
    if not groups:
        return None
    label, counts = max(groups, key=lambda group: group[1][page.year.year])
    caption = (
        f"{escape(label)} er den hyppigste form: {format_number(counts[page.year.year])} "
        "ansættelser gennem jobcentret"
    )
    parts = [
        f"{label}: " + ", ".join(f"{n} i rapport {y}" for y, n in c.items()) for label, c in groups
    ]
    alt = f"Vandret søjlediagram over ansættelser gennem jobcentret efter form. {'; '.join(parts)}."
    years = list(groups[0][1])
    alone = {label for label, _ in groups}
    figures = [
        figure
        for year in years
        for label, figure in name_job_types(page, year).items()
        if label in alone
    ]
    height = 0.3 * len(years) * len(groups) + 0.35
    return Chart(
        "jobformer",
        caption,
        alt,
        height,
        draw_types(groups, years),
        tuple(list_shown(page, figures)),
        "job.ipynb#tbl-jobformer",
    )


def draw_types(groups: list[tuple[str, dict[int, int]]], years: list[int]) -> Draw:
    """Return a drawing of grouped horizontal bars; the first group says which report is which."""

    def draw(axes: Axes) -> None:
        bar = 0.8 / len(years)
        most = max(count for _, counts in groups for count in counts.values())
        for number, year in enumerate(years):
            counts = [by_year[year] for _, by_year in groups[::-1]]
            places = [p + 0.4 - bar * (number + 0.5) for p in range(len(groups))]
            colour = BLUE if year == max(years) else GREY
            axes.barh(places, counts, height=bar * 0.92, color=colour)
            for place, count in zip(places, counts, strict=True):
                said = f" i rapport {year}" if place > len(groups) - 1.5 else ""
                axes.text(
                    count + most * 0.015,
                    place,
                    f"{format_number(count)}{said}",
                    va="center",
                    color=INK,
                )
        axes.set_yticks(range(len(groups)), [wrap(label, 16) for label, _ in groups[::-1]])
        axes.set_xlim(0, most * 1.45)
        hide_scale(axes)

    return draw


def chart_jobs_over_time(page: Page) -> Chart | None:
    """Return the jobs since the strategy began, month by month, against the goal."""
    goal, figures = page.year.jobs_in_strategy, list_series(page)
    months = [(read_month(figure), int(figure.value or 0)) for figure in figures]
    if not months or goal is None:
        return None
    reached = next((month for month, n in months if n >= goal), None)
    when = f"blev nået i {format_month(reached)}" if reached else "er endnu ikke nået"
    caption = f"Målet på {goal} ansættelser i strategiperioden {when}"
    alt = (
        f"Trappelinje over ansættelser siden strategiens start: {months[0][1]} i "
        f"{format_month(months[0][0])} og {months[-1][1]} i {format_month(months[-1][0])}. "
        f"Målet på {goal} {when}."
    )
    named = (*figures, page.figure("goals.jobs_in_strategy"))
    return Chart(
        "jobtid",
        caption,
        alt,
        2.8,
        draw_steps(months, goal, reached),
        named,
        "job.ipynb#tbl-jobtid",
    )


def draw_steps(months: Months, goal: int, reached: date | None) -> Draw:
    """Return a drawing of a rising step line and the goal as a dashed line, both labelled."""

    def draw(axes: Axes) -> None:
        counts = [count for _, count in months]
        axes.step(range(len(counts)), counts, where="mid", color=BLUE)
        axes.axhline(goal, color=ORANGE, linestyle=(0, (4, 2)), linewidth=1.6)
        axes.text(len(counts) - 0.4, counts[-1], f"{counts[-1]}", va="center", fontweight="bold")
        if reached:
            place = [month for month, _ in months].index(reached)
            axes.plot(place, counts[place], "o", color=BLUE, markersize=7)
            axes.text(
                place + 0.8,
                counts[place] - max(counts) * 0.13,
                f"nået {shorten_month(reached)}",
                color=INK,
            )
        starts = [n for n, (month, _) in enumerate(months) if month.month in (1, 7)]
        labels = [shorten_month(months[n][0]).replace(" ", "\n") for n in starts]
        axes.set_xticks(starts, labels)
        axes.set_xlim(-0.5, len(counts) + 2)
        axes.set_ylim(0, max(*counts, goal) * 1.12)
        axes.grid(axis="y")
        axes.grid(visible=False, axis="x")
        side = choose_side(goal, axes.get_ylim()[1], [*axes.get_yticks(), *counts[:NAME_MONTHS]])
        axes.annotate(
            f"Mål: {goal}",
            (-0.4, goal),
            (0, 4 * side),
            textcoords="offset points",
            va="bottom" if side > 0 else "top",
            color=DARK_ORANGE,
        )

    return draw


def choose_side(line: float, top: float, others: list[float]) -> int:
    """Return 1 where a line's name stands above it and -1 below: where fewer others cross it."""
    name = top * NAME_SHARE
    above = sum(line < other < line + name for other in others)
    below = sum(line - name < other < line for other in others)
    return -1 if above > below and line > name else 1
