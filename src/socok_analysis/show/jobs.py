"""Jobs: by type and channel, per twelve months, and month by month against the goal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from socok_analysis.core.danish import format_month, format_number, shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import (
    BLUE,
    DARK_ORANGE,
    GREY,
    INK,
    ORANGE,
    Axes,
    Chart,
    hide_scale,
    wrap,
)
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    find_parts,
    join_labels,
    list_shown,
    make_yearly,
    name_value,
    show_value,
)

SERIES = "jobs.cumulative."
NAME_MONTHS = 7
"""Months the name of the goal is wide, at most."""
NAME_SHARE = 0.12
"""What the name of the goal takes of the height, with the room around it."""
Groups = list[tuple[str, dict[int, int]]]


def _group_types(page: Page) -> Groups:
    """Return jobcentre jobs by type for this report and the one before, rare types together."""
    years = [year for year in (page.year.year, page.earlier_year) if year]
    codes, counts, rare = page.codes("job_types"), {}, set()
    for code in codes:
        figures = {year: page.by_year[year].get(f"jobs.type.{code}") for year in years}
        count = {y: f.value if f and isinstance(f.value, int) else 0 for y, f in figures.items()}
        if any(count.values()):
            counts[code] = count
            if any(figure and not page.may_show(figure) for figure in figures.values()):
                rare.add(code)
    if len(rare) == 1:
        others = [code for code in counts if code not in rare]
        rare |= set(sorted(others, key=lambda code: sum(counts[code].values()))[:1])
    groups = [(codes[code].label, count) for code, count in counts.items() if code not in rare]
    if not rare:
        return groups
    together = [code for code in counts if code in rare]
    sums = {year: sum(counts[code][year] for code in together) for year in years}
    return [*groups, (join_labels([codes[code].label for code in together]), sums)]


def _name_types(page: Page, year: int) -> Mapping[str, Figure]:
    """Return a year's jobcentre jobs by type, by the types' labels."""
    figures = page.by_year[year].items()
    return {f.label: f for name, f in figures if name.startswith("jobs.type.") and f.label}


def make_job_types(page: Page) -> Table:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups = _group_types(page)
    years = list(groups[0][1]) if groups else [page.year.year]
    named = {year: _name_types(page, year) for year in years}
    rows = []
    for label, counts in groups:
        parts = {year: find_parts(label, named[year]) for year in years}
        shown = (name_value(format_number(counts[year]), *parts[year]) for year in years)
        rows.append([escape(label), *shown])
    sums = [show_value(page, page.by_year[year]["jobs.jobcentre"]) for year in years]
    rows.append(["I alt", *sums])
    header = ["Form", *(f"Rapport {year}" for year in years)]
    caption = "Ansættelser gennem jobcentret efter form"
    return Table("jobformer", caption, header, rows, "l" + "r" * len(years))


def chart_job_types(page: Page) -> Chart | None:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups = _group_types(page)
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
    years, alone = list(groups[0][1]), {label for label, _ in groups}
    named = [item for year in years for item in _name_types(page, year).items()]
    figures = list_shown(page, [figure for label, figure in named if label in alone])
    height, data = 0.3 * len(years) * len(groups) + 0.35, "job.ipynb#tbl-jobformer"
    draw = partial(_draw_types, groups, years)
    return Chart("jobformer", caption, alt, height, draw, tuple(figures), data)


def _draw_types(groups: Groups, years: list[int], axes: Axes) -> None:
    """Draw grouped horizontal bars; the first group says which report is which."""
    bar = 0.8 / len(years)
    most = max(count for _, counts in groups for count in counts.values())
    for number, year in enumerate(years):
        counts = [by_year[year] for _, by_year in groups[::-1]]
        places = [p + 0.4 - bar * (number + 0.5) for p in range(len(groups))]
        colour = BLUE if year == max(years) else GREY
        axes.barh(places, counts, height=bar * 0.92, color=colour)
        for place, count in zip(places, counts, strict=True):
            said = f" i rapport {year}" if place > len(groups) - 1.5 else ""
            text = f"{format_number(count)}{said}"
            axes.text(count + most * 0.015, place, text, va="center", color=INK)
    axes.set_yticks(range(len(groups)), [wrap(label, 16) for label, _ in groups[::-1]])
    axes.set_xlim(0, most * 1.45)
    hide_scale(axes)


def _is_whole_years(page: Page) -> bool:
    """Tell whether all reports' periods are twelve months, so that nothing needs scaling."""
    reports = page.by_year.values()
    return all(f["jobs.total"].value == f["jobs.total_per_12_months"].value for f in reports)


def make_channels(page: Page) -> Table | None:
    """Return jobs by channel in this and earlier reports."""
    labels = {
        "jobs.jobcentre": "Gennem jobcentret",
        "jobs.other": "Opslag, netværk og uopfordrede ansøgninger",
        **{
            f"jobs.channel.{code}": f"Heraf: {entry.label}"
            for code, entry in page.codes("channels").items()
            if entry.extra["channel_group"] != "jobcentre"
        },
        "jobs.total": "I alt",
    }
    if not _is_whole_years(page):
        labels["jobs.total_per_12_months"] = "Omregnet til tolv måneder"
    caption = "Ansættelser efter vej til jobbet"
    return make_yearly(page, "kanaler", caption, "Vej til jobbet", labels)


def make_other_types(page: Page) -> Table | None:
    """Return the jobs in other ways than through the jobcentre by type, in all reports."""
    labels = {}
    for code, entry in page.codes("job_types").items():
        name = f"jobs.other_type.{code}"
        if any(f and f.value for f in (figures.get(name) for figures in page.by_year.values())):
            labels[name] = entry.label
    if not labels:
        return None
    labels["jobs.other"] = "I alt"
    return make_yearly(page, "andreformer", "Ansættelser ad andre veje efter form", "Form", labels)


def make_jobs_per_year(page: Page) -> Table | None:
    """Return jobs per twelve months by channel and type; nothing where all reports are a year."""
    if _is_whole_years(page):
        return None
    labels = {
        "jobs.total_per_12_months": "I alt",
        "jobs.jobcentre_per_12_months": "Gennem jobcentret",
        "jobs.other_per_12_months": "Ad andre veje",
    }
    for name, figure in page.figures.items():
        if name.startswith("jobs.per_12_months.") and figure.value:
            labels[name] = escape(f"Gennem jobcentret: {figure.label}")
    caption = "Ansættelser omregnet til tolv måneder"
    return make_yearly(page, "tolv", caption, "Ansættelser pr. tolv måneder", labels)


def _list_series(page: Page) -> list[tuple[date, Figure]]:
    """Return the months with the jobs since the strategy began by each month's end."""
    names = sorted(name for name in page.figures if name.startswith(SERIES))
    shown = list_shown(page, [page.figures[name] for name in names])
    return [(date.fromisoformat(f"{f.figure.removeprefix(SERIES)}-01"), f) for f in shown]


def make_jobs_over_time(page: Page) -> Table | None:
    """Return the jobs since the strategy began by each month's end."""
    rows = [
        [format_month(month).capitalize(), show_value(page, figure)]
        for month, figure in _list_series(page)
    ]
    caption = "Ansættelser siden strategiens start ved månedens slut"
    return Table("jobtid", caption, ["Måned", "Ansættelser"], rows, "lr") if rows else None


def chart_jobs_over_time(page: Page) -> Chart | None:
    """Return the jobs since the strategy began, month by month, against the goal."""
    goal, series = page.year.jobs_in_strategy, _list_series(page)
    months = [(month, int(figure.value or 0)) for month, figure in series]
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
    named = (*(figure for _, figure in series), page.figure("goals.jobs_in_strategy"))
    draw = partial(_draw_steps, months, goal, reached)
    return Chart("jobtid", caption, alt, 2.8, draw, named, "job.ipynb#tbl-jobtid")


def _draw_steps(
    months: list[tuple[date, int]], goal: int, reached: date | None, axes: Axes
) -> None:
    """Draw a rising step line and the goal as a dashed line, both labelled."""
    counts = [count for _, count in months]
    axes.step(range(len(counts)), counts, where="mid", color=BLUE)
    axes.axhline(goal, color=ORANGE, linestyle=(0, (4, 2)), linewidth=1.6)
    axes.text(len(counts) - 0.4, counts[-1], f"{counts[-1]}", va="center", fontweight="bold")
    if reached:
        place = [month for month, _ in months].index(reached)
        axes.plot(place, counts[place], "o", color=BLUE, markersize=7)
        below = counts[place] - max(counts) * 0.13
        axes.text(place + 0.8, below, f"nået {shorten_month(reached)}", color=INK)
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


def choose_side(line: float, top: float, others: list[float]) -> int:
    """Return 1 where a line's name stands above it and -1 below: where fewer others cross it."""
    name = top * NAME_SHARE
    above = sum(line < other < line + name for other in others)
    below = sum(line - name < other < line for other in others)
    return -1 if above > below and line > name else 1
