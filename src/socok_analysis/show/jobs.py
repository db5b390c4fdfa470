"""Jobs, goals and main figures: as tables, as charts, and as tiles with a line of earlier reports.

A trend has no letters: the tile says the numbers. Its colours are seen on a light and a dark page.
"""

from __future__ import annotations

from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_number, shorten_month
from socok_analysis.figures.counting import is_whole_year
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.rows import list_goals
from socok_analysis.show.drawing import (
    BLUE,
    DARK_ORANGE,
    GREY,
    INK,
    ORANGE,
    Axes,
    Chart,
    hide_scale,
    save_pair,
    styled,
    wrap,
)
from socok_analysis.show.markdown import KeyFigure, Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_figure,
    format_fraction,
    format_interval,
    format_rounded,
    join_labels,
    list_shown,
    make_yearly,
    name_figures,
    name_value,
    note_hidden,
    show_value,
    show_values,
)

SERIES = "jobs.cumulative."
NAME_MONTHS, NAME_SHARE = 7, 0.12  # what the goal's name takes of the width and the height
Groups = list[tuple[str, dict[int, list[Figure]]]]
UNSEEN = "vises ikke: for få personer"
YEARLY = "jobs.total_per_12_months"
LINE, GOAL = "#5b84a8", "#b07a30"


def _group_types(page: Page) -> Groups:
    """Return jobcentre jobs by type for this report and the one before, rare types together."""
    years = [year for year in (page.year.year, page.earlier_year) if year]
    types: dict[str, dict[int, list[Figure]]] = {}
    rare, codes = set(), page.codes("job_types")
    for code in codes:
        found = {year: page.by_year[year].get(f"jobs.type.{code}") for year in years}
        own = {year: [figure] if figure else [] for year, figure in found.items()}
        if any(map(_count, own.values())):
            types[code] = own
            if any(figure and not page.may_show(figure) for figure in found.values()):
                rare.add(code)
    if len(rare) == 1:
        others = [code for code in types if code not in rare]
        rare |= set(sorted(others, key=lambda code: sum(map(_count, types[code].values())))[:1])
    groups = [(codes[code].label, own) for code, own in types.items() if code not in rare]
    if together := [code for code in types if code in rare]:
        sums = {year: [f for code in together for f in types[code][year]] for year in years}
        groups.append((join_labels([codes[code].label for code in together]), sums))
    return groups


def _count(figures: list[Figure]) -> int:
    return sum(int(figure.value or 0) for figure in figures)


def make_job_types(page: Page) -> Table:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups, rows = _group_types(page), []
    years = list(groups[0][1]) if groups else [page.year.year]
    for label, parts in groups:
        shown = (name_value(format_number(_count(own)), *own) for own in parts.values())
        rows.append([escape(label), *shown])
    rows.append(["I alt", *(show_value(page, page.figure("jobs.jobcentre", y)) for y in years)])
    header, align = ["Form", *(f"Rapport {year}" for year in years)], "l" + "r" * len(years)
    return Table("jobformer", "Ansættelser gennem jobcentret efter form", header, rows, align)


def chart_job_types(page: Page) -> Chart | None:
    """Return jobcentre jobs by type, in this report and the one before."""
    groups, this, parts = _group_types(page), page.year.year, []
    if not groups:
        return None
    label, own = max(groups, key=lambda group: _count(group[1][this]))
    years, most = list(own), format_number(_count(own[this]))
    caption = f"{escape(label)} er den hyppigste form: {most} ansættelser gennem jobcentret"
    for label, own in groups:
        told = ", ".join(f"{_count(figures)} i rapport {y}" for y, figures in own.items())
        parts.append(f"{label}: {told}")
    alt = f"Vandret søjlediagram over ansættelser gennem jobcentret efter form. {'; '.join(parts)}."
    figures = [figure for year in years for _, own in groups for figure in own[year]]
    height, data = 0.3 * len(years) * len(groups) + 0.35, "job.ipynb#tbl-jobformer"
    draw, named = partial(_draw_types, groups, years), tuple(list_shown(page, figures))
    return Chart("jobformer", caption, alt, height, draw, named, data)


def _draw_types(groups: Groups, years: list[int], axes: Axes) -> None:
    """Draw grouped horizontal bars; the first group says which report is which."""
    bar = 0.8 / len(years)
    most = max(_count(figures) for _, own in groups for figures in own.values())
    for number, year in enumerate(years):
        counts = [_count(own[year]) for _, own in groups[::-1]]
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
    for goal, actual in list_goals(page.proof.rows).items():
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
    shown = {
        "jobs.total": ("ansættelser i år", pace),
        "last_year.jobs.total": ("ansættelser året før", "i de samme måneder"),
    }
    if "goals.jobs_in_strategy" in page.figures:
        goal = show_value(page, page.figure("goals.jobs_in_strategy"))
        told = f"målet for hele perioden er {goal}"
        shown["jobs.cumulative"] = ("ansættelser siden strategiens start", told)
    return [KeyFigure(show_value(page, page.figure(n)), *told) for n, told in shown.items()]


def make_goals(page: Page) -> Table | None:
    """Return the goals, the actual figures and whether they are met; nothing without goals."""
    labels = {
        "jobs_per_year": "Ansættelser, mål pr. år",
        "jobs_in_strategy": "Ansættelser, hele strategien",
        "enterprises": "Virksomheder og initiativer",
    }
    rows = []
    for goal in (goal for goal in labels if f"goals.{goal}" in page.figures):
        names = (f"goals.{goal}", list_goals(page.proof.rows)[goal], f"goals.{goal}.met")
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
