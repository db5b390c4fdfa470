"""Jobs: by type and channel, per twelve months, and month by month against the goal."""

from __future__ import annotations

from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_number, shorten_month
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
    note_hidden,
    show_value,
)

SERIES = "jobs.cumulative."
NAME_MONTHS, NAME_SHARE = 7, 0.12  # what the goal's name takes of the width and the height
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


def _name_types(page: Page, year: int) -> dict[str, Figure]:
    """Return a year's jobcentre jobs by type, by the types' labels."""
    figures = page.by_year[year].items()
    return {f.label: f for name, f in figures if name.startswith("jobs.type.") and f.label}


def make_job_types(page: Page) -> Table:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups = _group_types(page)
    years = list(groups[0][1]) if groups else [page.year.year]
    named, rows = {year: _name_types(page, year) for year in years}, []
    for label, counts in groups:
        parts = {year: find_parts(label, named[year]) for year in years}
        shown = (name_value(format_number(counts[year]), *parts[year]) for year in years)
        rows.append([escape(label), *shown])
    rows.append(["I alt", *(show_value(page, page.figure("jobs.jobcentre", y)) for y in years)])
    header, align = ["Form", *(f"Rapport {year}" for year in years)], "l" + "r" * len(years)
    return Table("jobformer", "Ansættelser gennem jobcentret efter form", header, rows, align)


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
    years, parts = list(counts), []
    for label, counts in groups:
        parts.append(f"{label}: {', '.join(f'{n} i rapport {y}' for y, n in counts.items())}")
    alt = f"Vandret søjlediagram over ansættelser gennem jobcentret efter form. {'; '.join(parts)}."
    own = [_name_types(page, year).get(label) for year in years for label, _ in groups]
    height, data = 0.3 * len(years) * len(groups) + 0.35, "job.ipynb#tbl-jobformer"
    draw, named = partial(_draw_types, groups, years), tuple(list_shown(page, own))
    return Chart("jobformer", caption, alt, height, draw, named, data)


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


def _label_channels(page: Page) -> dict[str, str]:
    """Return the labels of the channels beside the jobcentre's, by figure."""
    channels = page.codes("channels").items()
    others = (
        (c, entry.label) for c, entry in channels if entry.extra["channel_group"] != "jobcentre"
    )
    return {f"jobs.channel.{code}": label for code, label in others}


def make_channels(page: Page) -> Table | None:
    """Return jobs by channel in this and earlier reports."""
    labels = {
        "jobs.jobcentre": "Gennem jobcentret",
        "jobs.other": "Opslag, netværk og uopfordrede ansøgninger",
        **{name: f"Heraf: {label}" for name, label in _label_channels(page).items()},
        "jobs.total": "I alt",
    }
    if not _is_whole_years(page):
        labels["jobs.total_per_12_months"] = "Omregnet til tolv måneder"
    caption = "Ansættelser efter vej til jobbet"
    return make_yearly(page, "kanaler", caption, "Vej til jobbet", labels)


def make_status(page: Page) -> Table:
    """Return the jobs so far by type and channel, beside the same months last year."""
    labels = {"jobs.jobcentre": "Gennem jobcentret"}
    for name, figure in page.figures.items():
        is_type = name.startswith("jobs.type.")
        if is_type and (figure.value or page.figure(f"last_year.{name}").value):
            labels[name] = f"– heraf {escape(figure.label.lower())}"
    labels["jobs.other"] = "Opslag, netværk og uopfordret"
    for name, label in _label_channels(page).items():
        labels[name] = f"– heraf {escape(label.lower())}"
    labels["jobs.total"] = "I alt"
    rows = []
    for name, label in labels.items():
        figures = (page.figure(each) for each in (name, f"last_year.{name}"))
        rows.append([label, *(show_value(page, figure) for figure in figures)])
    header, day = ["Ansættelser", "I år", "Året før"], format_day(page.year.period_end)
    caption = f"Ansættelser til og med {day}, og i de samme måneder året før"
    return Table("ansaettelser", caption, header, rows, "lrr", note_hidden(rows))


def make_other_types(page: Page) -> Table | None:
    """Return the jobs in other ways than through the jobcentre by type, in all reports."""
    labels = {}
    for code, entry in page.codes("job_types").items():
        name = f"jobs.other_type.{code}"
        if any(own[name].value for own in page.by_year.values() if name in own):
            labels[name] = entry.label
    labels |= {"jobs.other": "I alt"} if labels else {}
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
    series, caption = _list_series(page), "Ansættelser siden strategiens start ved månedens slut"
    rows = [[format_month(day).capitalize(), show_value(page, figure)] for day, figure in series]
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
    first, last = (f"{count} i {format_month(month)}" for month, count in (months[0], months[-1]))
    alt = (
        f"Trappelinje over ansættelser siden strategiens start: {first} og {last}. "
        f"Målet på {goal} {when}."
    )
    named = (*(figure for _, figure in series), page.figure("goals.jobs_in_strategy"))
    draw = partial(_draw_steps, months, goal, reached)
    return Chart("jobtid", caption, alt, 2.8, draw, named, "job.ipynb#tbl-jobtid")


def _draw_steps(
    months: list[tuple[date, int]], goal: int, reached: date | None, axes: Axes
) -> None:
    """Draw a rising step line and the goal as a dashed line, both labelled."""
    days, counts = [day for day, _ in months], [count for _, count in months]
    axes.step(range(len(counts)), counts, where="mid", color=BLUE)
    axes.axhline(goal, color=ORANGE, linestyle=(0, (4, 2)), linewidth=1.6)
    axes.text(len(counts) - 0.4, counts[-1], f"{counts[-1]}", va="center", fontweight="bold")
    if reached:
        place = days.index(reached)
        axes.plot(place, counts[place], "o", color=BLUE, markersize=7)
        below = counts[place] - max(counts) * 0.13
        axes.text(place + 0.8, below, f"nået {shorten_month(reached)}", color=INK)
    starts = [n for n, day in enumerate(days) if day.month in (1, 7)]
    axes.set_xticks(starts, [shorten_month(days[n]).replace(" ", "\n") for n in starts])
    axes.set_xlim(-0.5, len(counts) + 2)
    axes.set_ylim(0, max(*counts, goal) * 1.12)
    axes.grid(axis="y")
    axes.grid(visible=False, axis="x")
    side = choose_side(goal, axes.get_ylim()[1], [*axes.get_yticks(), *counts[:NAME_MONTHS]])
    text = {"textcoords": "offset points", "va": "bottom" if side > 0 else "top"}
    axes.annotate(f"Mål: {goal}", (-0.4, goal), (0, 4 * side), color=DARK_ORANGE, **text)


def choose_side(line: float, top: float, others: list[float]) -> int:
    """Return 1 where a line's name stands above it and -1 below: where fewer others cross it."""
    name = top * NAME_SHARE
    above = sum(line < other < line + name for other in others)
    below = sum(line - name < other < line for other in others)
    return -1 if above > below and line > name else 1
