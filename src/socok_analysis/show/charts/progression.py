"""Effective hours a week over time, in the single cases with consent."""

from __future__ import annotations

from datetime import date

from socok_analysis.core.danish import format_day, format_number, shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.charts.drawing import (
    BLUE,
    INK,
    ORANGE,
    TEAL,
    Axes,
    Chart,
    Draw,
)
from socok_analysis.show.page import Page
from socok_analysis.show.series import list_shown

CASE, EFFECTIVE = "progression.case.", ".effective_hours"
COLOURS = (BLUE, ORANGE, TEAL)
Steps = list[tuple[date, float]]


def list_cases(page: Page) -> dict[str, list[Figure]]:
    """Return the effective hours of each case that may be shown, oldest first."""
    cases: dict[str, list[Figure]] = {}
    for name in sorted(page.figures):
        if name.startswith(CASE) and name.endswith(EFFECTIVE):
            cases.setdefault(name.split(".")[2], []).append(page.figures[name])
    return {
        number: figures
        for number, figures in cases.items()
        if len(list_shown(page, figures)) == len(figures) > 1
    }


def read_steps(figures: list[Figure]) -> Steps:
    """Return a case's days and effective hours."""
    return [(f.period_end, float(f.value)) for f in figures if f.period_end and f.value is not None]


def chart_progression(page: Page) -> Chart | None:
    """Return the effective hours of each case as steps; nothing where nobody has consented."""
    cases = list_cases(page)
    if not cases:
        return None
    steps = {number: read_steps(figures) for number, figures in cases.items()}
    parts = [
        f"Sag {number}: " + ", ".join(f"{hours(h)} den {format_day(day)}" for day, h in own)
        for number, own in steps.items()
    ]
    first, last = next(iter(steps.values()))[0], next(iter(steps.values()))[-1]
    caption = (
        f"Fra {hours(first[1])} til {hours(last[1])} effektive timer om ugen i sag "
        f"{next(iter(steps))}"
    )
    alt = f"Trappelinje over effektive timer om ugen. {'; '.join(parts)}."
    named = tuple(figure for figures in cases.values() for figure in figures)
    return Chart("progression", caption, alt, 2.6, draw_cases(steps), named)


def hours(number: float) -> str:
    """Return hours with one decimal where they are not whole."""
    return format_number(number, 0 if number.is_integer() else 1)


def draw_cases(cases: dict[str, Steps]) -> Draw:
    """Return a drawing of a step line a case, each step labelled with its hours."""

    def draw(axes: Axes) -> None:
        days = [day for steps in cases.values() for day, _ in steps]
        for (number, steps), colour in zip(cases.items(), COLOURS * len(cases), strict=False):
            own, values = [day for day, _ in steps], [value for _, value in steps]
            axes.step(own, values, where="post", color=colour, marker="o", markersize=6)
            for day, value in steps:
                axes.annotate(
                    hours(value),
                    (day, value),
                    (0, 6),
                    textcoords="offset points",
                    ha="center",
                    color=INK,
                )
            axes.annotate(
                f"Sag {number}",
                (own[-1], values[-1]),
                (0, -14),
                textcoords="offset points",
                ha="right",
                color=colour,
            )
        ends = sorted({min(days), max(days)})
        axes.set_xticks(ends, [shorten_month(day) for day in ends])
        axes.set_ylim(0, max(value for steps in cases.values() for _, value in steps) * 1.2)
        axes.margins(x=0.12)
        axes.grid(axis="y")
        axes.grid(visible=False, axis="x")

    return draw
