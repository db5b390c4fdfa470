"""Jobs: how many, of which form and by which way, whether they last, and the mid-year status."""

from __future__ import annotations

from datetime import date
from functools import partial

from socok_analysis.core.danish import (
    format_day,
    format_month,
    format_number,
    format_period,
    shorten_month,
)
from socok_analysis.figures.counting import is_whole_year
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
from socok_analysis.show.markdown import KeyFigure, Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    find_way,
    format_rounded,
    head_years,
    make_numbers,
    say,
    show_value,
    tell_news,
)

SERIES, YEARLY = "jobs.cumulative.", "jobs.total_per_12_months"
TYPES, SCALED = "jobs.type.", "jobs.per_12_months."
FORMS = {"fleksjob": "fleksjob", "loentilskud": "job med løntilskud"}
Forms = list[tuple[str, dict[int, Figure | None]]]


def is_scaled(page: Page) -> bool:
    """Tell whether the report's period is not a year, so that counts need scaling."""
    return not is_whole_year(page.year.period_start, page.year.period_end)


def tell_message(page: Page) -> str:
    """Return the jobs of the period in words, good and bad news, without a number."""
    good, bad = list[str](), list[str]()
    if goal := page.find("goals.jobs_per_year.met"):
        (good if goal.value else bad).append(f"målet er {'' if goal.value else 'ikke '}nået")
    for name, what in (
        (YEARLY, "ansættelser om året end sidst"),
        (f"{SCALED}fleksjob", "fleksjob"),
    ):
        if way := find_way(*page.both(name)):
            (good if way > 0 else bad).append(f"der er {'flere' if way > 0 else 'færre'} {what}")
    largest = max(page.tell(_list_types(page)), key=lambda f: f.value or 0, default=None)
    if largest and largest.figure == f"{TYPES}loentilskud":
        bad.append("løntilskud er den form, der er flest af gennem jobcentret")
    return tell_news(good, bad)


def _list_types(page: Page, prefix: str = TYPES) -> list[str]:
    return [f"{prefix}{code}" for code in page.codes("job_types")]


def tell_jobs(page: Page) -> str:
    """Return how many jobs there were, by way, and scaled to a year."""
    period = format_period(page.year.period_start, page.year.period_end)
    return say(
        page,
        f"Fra {period} var der {{jobs.total|ansættelse/ansættelser}} i socialøkonomiske "
        "virksomheder og initiativer: {jobs.jobcentre} gennem jobcentret og {jobs.other} gennem "
        "opslag, netværk og uopfordrede ansøgninger.",
        f"Omregnet til tolv måneder er det {{{YEARLY}|rundt}}." if is_scaled(page) else "",
        f"I den forrige rapport var det {{{YEARLY}@|rundt}}.",
        "Målet er {goals.jobs_per_year} om året.",
    )


def tell_forms(page: Page) -> str:
    """Return how large a part fleksjob, the committee's target group, and wage subsidies are."""
    told = "{{jobs.share.{0}|talt}} af ansættelserne gennem jobcentret er {1}"
    last = "; sidst var det {{jobs.share.{0}@!}}."
    both = ((f"{told}{last}".format(*each), f"{told}.".format(*each)) for each in FORMS.items())
    return " ".join(filter(None, (say(page, long) or say(page, short) for long, short in both)))


def tell_lasting(page: Page) -> str:
    """Return how many jobs still stand after six and twelve months; nothing where not known."""
    told = (
        "{{jobs.lasting.{}_months|talt}} af de job, der har kunnet vare i {} måneder, gjorde det."
    )
    said = say(page, *(told.format(*each) for each in ((6, "seks"), (12, "tolv"))))
    return f"## Varer jobbene?\n\n{said}" if said else ""


def make_forms(page: Page) -> Table | None:
    """Return jobcentre jobs by form, as counted in each report."""
    told = {
        f.figure: f for year in page.years for f in page.tell(_list_types(page), year) if f.value
    }
    rows = [(escape(figure.label), page.both(name)) for name, figure in told.items()]
    caption = "Ansættelser gennem jobcentret efter form"
    return make_numbers("former", caption, ["Form", *head_years(page)], rows)


def _number(figure: Figure | None) -> float:
    return float(figure.value or 0) if figure else 0.0


def chart_forms(page: Page) -> Chart | None:
    """Return jobcentre jobs by form as of twelve months, in this report and the one before."""
    years, names = page.years, _list_types(page, SCALED)
    told = {f.figure: f.label for year in years for f in page.tell(names, year) if f.value}
    by_year = {name: {year: page.find(name, year) for year in years} for name in told}
    forms: Forms = [(told[n], own) for n, own in by_year.items() if own[years[0]]]
    forms.sort(key=lambda form: -max(map(_number, form[1].values())))
    if not forms:
        return None
    headline = f"{escape(forms[0][0])} er den hyppigste form"
    both = [(text, f[years[0]], f[years[-1]]) for text, f in forms]
    changes = {text: _number(now) - _number(then) for text, now, then in both if now and then}
    rise = max(changes, key=changes.__getitem__, default="")
    fall = min(changes, key=changes.__getitem__, default="")
    if changes and changes[rise] > 0 > changes[fall]:
        headline = f"Mere {escape(rise.lower())}, mindre {escape(fall.lower())}"
    parts = []
    for text, own in forms:
        known = ((y, f) for y, f in own.items() if f)
        told_by_year = (f"{format_number(_number(f), 1)} i rapport {y}" for y, f in known)
        parts.append(f"{text}: {', '.join(told_by_year)}")
    alt = f"Vandrette søjler over ansættelser gennem jobcentret efter form. {'; '.join(parts)}."
    shown = tuple(f for _, own in forms for f in own.values() if f)
    caption = "Ansættelser gennem jobcentret efter form, omregnet til tolv måneder"
    draw, height = partial(_draw_forms, forms, years), 0.32 * len(years) * len(forms) + 0.35
    return Chart("former", headline, caption, alt, height, draw, shown)


def _draw_forms(forms: Forms, years: list[int], axes: Axes) -> None:
    """Draw grouped horizontal bars; the first group says which report is which."""
    bar, most = 0.8 / len(years), max(_number(f) for _, own in forms for f in own.values())
    for number, year in enumerate(years):
        values = [_number(own[year]) for _, own in forms]
        places = [0.4 - bar * (number + 0.5) - n for n in range(len(forms))]
        axes.barh(places, values, height=bar * 0.92, color=GREY if number else BLUE)
        for n, (place, value) in enumerate(zip(places, values, strict=True)):
            if forms[n][1][year] is None:
                continue
            said = "" if n else f" i rapport {year}"
            text = f"{format_number(value, 1)}{said}"
            axes.text(value + most * 0.015, place, text, va="center", color=INK)
    axes.set_yticks([-n for n in range(len(forms))], [wrap(label, 16) for label, _ in forms])
    axes.set_xlim(0, most * 1.45)
    hide_scale(axes)


def make_channels(page: Page) -> Table | None:
    """Return jobs by way to the job, in this report and the one before."""
    rows = [
        (escape(entry.label), page.both(f"jobs.channel.{code}"))
        for code, entry in page.codes("channels").items()
        if entry.extra["channel_group"] != "jobcentre"
    ]
    caption = "Ansættelser uden om jobcentret efter vejen til jobbet"
    return make_numbers("kanaler", caption, ["Vej til jobbet", *head_years(page)], rows)


def chart_jobs_over_time(page: Page) -> Chart | None:
    """Return the jobs since the strategy began against its goal; nothing without a goal."""
    goal = page.find("goals.jobs_in_strategy")
    names = sorted(name for name in page.figures if name.startswith(SERIES))
    days = (
        (f, date.fromisoformat(f"{f.figure.removeprefix(SERIES)}-01")) for f in page.tell(names)
    )
    series = [(day, figure) for figure, day in days]
    if not series or goal is None or goal.value is None:
        return None
    aim = int(goal.value)
    months = [(day, int(figure.value or 0)) for day, figure in series]
    reached = next((day for day, count in months if count >= aim), None)
    headline = f"Strategiens mål er nået i {format_month(reached)}" if reached else ""
    headline = headline or "Strategiens mål er endnu ikke nået"
    first, last = (f"{count} i {format_month(day)}" for day, count in (months[0], months[-1]))
    alt = (
        f"Trappelinje over ansættelser siden strategiens start: {first} og {last}. Målet er {aim}."
    )
    caption = f"Ansættelser i alt siden strategiens start, {shorten_month(months[0][0])}"
    caption += f"–{shorten_month(months[-1][0])}; en ansættelse tæller én gang"
    shown = (*(figure for _, figure in series), goal)
    draw = partial(_draw_steps, months, aim, reached)
    return Chart("jobtid", headline, caption, alt, 2.8, draw, shown)


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
    text = {"textcoords": "offset points", "va": "bottom"}
    axes.annotate(f"Mål: {goal}", (-0.4, goal), (0, 4), color=DARK_ORANGE, **text)


def make_status(page: Page) -> Table | None:
    """Return the jobs so far by type and channel, beside the same months last year."""
    labels = {"jobs.jobcentre": "Gennem jobcentret"}
    for figure in page.tell(_list_types(page)):
        before = page.find(f"last_year.{figure.figure}")
        if figure.value or (before and before.value):
            labels[figure.figure] = f"– heraf {escape(figure.label.lower())}"
    labels |= {"jobs.other": "Opslag, netværk og uopfordret", "jobs.total": "I alt"}
    both = [(label, [page.find(n), page.find(f"last_year.{n}")]) for n, label in labels.items()]
    header, day = ["Ansættelser", "I år", "Året før"], format_day(page.year.period_end)
    caption = f"Ansættelser til og med {day}, og i de samme måneder året før"
    return make_numbers("ansaettelser", caption, header, both)


def list_status(page: Page) -> list[KeyFigure]:
    """Return the jobs so far, the goal's part of them, and last year's to the same date."""
    total, pace = page.figure("jobs.total"), "der er ikke sat et mål pr. år"
    part, whole = page.find("goals.jobs_per_year.to_date"), page.find("goals.jobs_per_year")
    if part and whole:
        is_met, is_on_way = ((total.value or 0) >= (goal.value or 0) for goal in (whole, part))
        state = "nået" if is_met else "på vej" if is_on_way else "bagud"
        now = show_value(part, format_rounded)
        pace = f"målet er {show_value(whole)} om året, {now} indtil nu: {state}"
    tiles = [KeyFigure(show_value(total), "ansættelser i år", pace)]
    if before := page.find("last_year.jobs.total"):
        tiles.append(KeyFigure(show_value(before), "ansættelser året før", "i de samme måneder"))
    goal, so_far = page.find("goals.jobs_in_strategy"), page.find("jobs.cumulative")
    if goal and so_far:
        told = f"målet for hele perioden er {show_value(goal)}"
        tiles.append(KeyFigure(show_value(so_far), "ansættelser siden strategiens start", told))
    return tiles
