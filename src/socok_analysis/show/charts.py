"""The report's charts, each by a name that notebooks use. Captions say what is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from socok_analysis.figures import Figure
from socok_analysis.rounding import format_month, format_number, format_share, shorten_month
from socok_analysis.show.markdown import escape, render_figure
from socok_analysis.show.page import Page
from socok_analysis.show.tables import count_completed, count_groups, group_job_types
from socok_analysis.show.values import format_both_forms

FOLDER = "figures"
WIDTH_INCHES = 5.8
COLOURS = ("#1b4b72", "#c8791e", "#3c8d84", "#9aa3ab")
INK = "#222222"
Axes = Any


@dataclass(frozen=True)
class Chart:
    """A chart to draw. `alt` says the same as the picture, with numbers."""

    anchor: str
    caption: str
    alt: str
    height_inches: float
    draw: Callable[[Axes], None]


@contextmanager
def styled() -> Iterator[Any]:
    """Yield matplotlib's pyplot in the report's style, without a screen."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    style = files("socok_analysis.show") / "socok.mplstyle"
    with as_file(style) as path, plt.style.context(path):
        yield plt


def save_chart(page: Page, chart: Chart) -> str:
    """Draw a chart into `figures/` of the current folder as SVG and PNG; return its Markdown."""
    folder = Path(FOLDER)
    folder.mkdir(exist_ok=True)
    name = "-".join(filter(None, [page.partner, chart.anchor]))
    with styled() as plt:
        size = (WIDTH_INCHES, chart.height_inches)
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        chart.draw(axes)
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})
        figure.savefig(folder / f"{name}.png", dpi=160, metadata={"Software": None})
        plt.close(figure)
    return render_figure(f"{FOLDER}/{name}.svg", chart.caption, chart.alt, chart.anchor)


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses, a bar for each group."""
    groups, completed = count_groups(page), count_completed(page)
    if not groups:
        return None
    name = page.name(page.partner)
    parts = [f"{label}: {format_number(n)} ({format_share(n / completed)})" for label, n in groups]
    caption = (
        f"{format_number(groups[0][1])} af {format_number(completed)} afsluttede forløb hos "
        f"{escape(name)} førte videre til job, uddannelse, støttet job eller undervisning"
    )
    alt = f"Vandret søjlediagram over afsluttede forløb hos {name}. {'; '.join(parts)}."
    return Chart("afgange", caption, alt, 0.62 * len(groups) + 0.5, draw_bars(groups, completed))


def draw_bars(groups: list[tuple[str, int]], everything: int) -> Callable[[Axes], None]:
    """Return a drawing of labelled horizontal bars with counts and shares at their ends."""

    def draw(axes: Axes) -> None:
        labels = [wrap(label) for label, _ in groups][::-1]
        counts = [count for _, count in groups][::-1]
        axes.barh(labels, counts, color=COLOURS[0], height=0.62)
        for place, count in enumerate(counts):
            text = f" {format_number(count)} ({format_share(count / everything)})"
            axes.text(count, place, text, va="center", color=INK)
        axes.set_xlim(0, max(counts) * 1.28)
        hide_scale(axes)

    return draw


def wrap(label: str, width: int = 24) -> str:
    """Return a label broken into lines."""
    from textwrap import wrap as break_lines

    return "\n".join(break_lines(label, width))


def hide_scale(axes: Axes) -> None:
    """Remove the scale where every value stands beside its mark."""
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(False)


def chart_rates(page: Page) -> Chart | None:
    """Return the partner's rates with 95 % intervals, since the start and for the last period."""
    rows = list_rates(page)
    if not rows:
        return None
    name = page.name(page.partner)
    parts = [f"{label.replace(chr(10), ' ')}: {format_both_forms(f)}" for label, f in rows]
    alt = f"Punkter med 95\u00a0%-intervaller for {name}. {'; '.join(parts)}."
    caption = f"Andele af de afsluttede forløb hos {escape(name)} med 95\u00a0%-intervaller"
    return Chart("andele", caption, alt, 0.56 * len(rows) + 0.7, draw_intervals(rows))


def list_rates(page: Page) -> list[tuple[str, Figure]]:
    """Return the rates that may be shown: each report's since the start, then the period's."""
    names = {"success_wide": "Videre efter forløbet", "stopped": "Stoppet"}
    rows = []
    for name, label in names.items():
        for year in sorted(page.by_year):
            figure = page.by_year[year].get(f"outcomes.{page.partner}.{name}")
            rows.append((f"{label}: rapport {year}", figure))
        period = page.figure(f"outcomes.{page.partner}.period.{name}")
        rows.append((f"{label}: siden sidste opgørelse", period))
    return [(t, f) for t, f in rows if f and f.value is not None and page.may_show(f)]


def draw_intervals(rows: list[tuple[str, Figure]]) -> Callable[[Axes], None]:
    """Return a drawing of rates as dots with their intervals, one a line."""

    def draw(axes: Axes) -> None:
        for place, (_, figure) in enumerate(rows[::-1]):
            axes.plot([figure.low, figure.high], [place, place], color=COLOURS[3], linewidth=4,
                      solid_capstyle="round")
            axes.plot(figure.value, place, "o", color=COLOURS[0], markersize=9)
            axes.text(figure.high or 0, place, f"  {format_share(figure.value or 0)}", va="center")
        axes.set_yticks(range(len(rows)), [wrap(label) for label, _ in rows[::-1]])
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.6, len(rows) - 0.4)
        ticks = [0, 0.25, 0.5, 0.75, 1]
        axes.set_xticks(ticks, [format_share(tick, 0) for tick in ticks])

    return draw  # fmt: skip


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
    parts = [f"{label}: " + ", ".join(f"{n} i rapport {y}" for y, n in c.items())
             for label, c in groups]  # fmt: skip
    alt = f"Vandret søjlediagram over ansættelser gennem jobcentret efter form. {'; '.join(parts)}."
    years = list(groups[0][1])
    height = 0.34 * len(years) * len(groups) + 0.9
    return Chart("jobformer", caption, alt, height, draw_types(groups, years))


def draw_types(
    groups: list[tuple[str, dict[int, int]]], years: list[int]
) -> Callable[[Axes], None]:
    """Return a drawing of grouped horizontal bars, one colour a report."""

    def draw(axes: Axes) -> None:
        bar = 0.8 / len(years)
        for number, year in enumerate(years):
            counts = [by_year[year] for _, by_year in groups[::-1]]
            places = [p + 0.4 - bar * (number + 0.5) for p in range(len(groups))]
            colour = COLOURS[0] if year == max(years) else COLOURS[3]
            axes.barh(places, counts, height=bar * 0.92, color=colour, label=f"Rapport {year}")
            for place, count in zip(places, counts, strict=True):
                axes.text(count, place, f" {format_number(count)}", va="center", fontsize=10)
        axes.set_yticks(range(len(groups)), [wrap(label, 18) for label, _ in groups[::-1]])
        axes.legend(frameon=False, loc="lower right")
        hide_scale(axes)

    return draw


def chart_jobs_over_time(page: Page) -> Chart | None:
    """Return the jobs since the strategy began, month by month, against the goal."""
    goal = page.year.jobs_in_strategy
    months = count_by_month(page)
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
    return Chart("jobtid", caption, alt, 3.2, draw_steps(months, goal))


def count_by_month(page: Page) -> list[tuple[date, int]]:
    """Return (first day of a month, jobs started since the strategy began by its end)."""
    import pandas as pd

    jobs = page.read("jobs")
    assert jobs is not None, "jobs are needed in every year"
    days = pd.to_datetime(jobs["started_on"])
    first, last = map(pd.Timestamp, (page.year.strategy_start, page.year.period_end))
    months = days[(days >= first) & (days <= last)].dt.to_period("M")
    every = pd.period_range(first, last, freq="M")
    counts = months.value_counts().reindex(every, fill_value=0).cumsum()
    days_one = every.to_timestamp().date
    return [(day, int(number)) for day, number in zip(days_one, counts, strict=True)]


def draw_steps(months: list[tuple[date, int]], goal: int) -> Callable[[Axes], None]:
    """Return a drawing of a rising step line and the goal as a dashed line, both labelled."""

    def draw(axes: Axes) -> None:
        counts = [count for _, count in months]
        axes.step(range(len(counts)), counts, where="mid", color=COLOURS[0])
        axes.axhline(goal, color=COLOURS[1], linestyle=(0, (4, 3)), linewidth=1.6)
        axes.text(0, goal + max(counts) * 0.02, f"Mål: {goal}", color="#8a4f0c")
        axes.text(len(counts) - 0.4, counts[-1], f"{counts[-1]}", va="center", fontweight="bold")
        starts = [n for n, (month, _) in enumerate(months) if month.month in (1, 7)]
        labels = [shorten_month(months[n][0]).replace(" ", "\n") for n in starts]
        axes.set_xticks(starts, labels)
        axes.set_xlim(-0.5, len(counts) + 1.2)
        axes.set_ylim(0, max(*counts, goal) * 1.12)
        axes.grid(axis="y")
        axes.grid(visible=False, axis="x")

    return draw


CHARTS: dict[str, Callable[[Page], Chart | None]] = {
    "outcomes": chart_outcomes, "rates": chart_rates, "job_types": chart_job_types,
    "jobs_over_time": chart_jobs_over_time,
}  # fmt: skip
