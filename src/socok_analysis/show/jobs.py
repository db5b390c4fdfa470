"""Jobs: how many, of which form and by which way, whether they last, and the mid-year status."""

from __future__ import annotations

from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_number, shorten_month
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
from socok_analysis.show.partner import sentences
from socok_analysis.show.values import (
    count_nouns,
    format_counted,
    format_figure,
    format_rounded,
    join_words,
    make_yearly,
    show_value,
)

SERIES, YEARLY = "jobs.cumulative.", "jobs.total_per_12_months"
TYPES, SCALED = "jobs.type.", "jobs.per_12_months."


def is_scaled(page: Page) -> bool:
    """Tell whether the report's period is not a year, so that counts need scaling."""
    return not is_whole_year(page.year.period_start, page.year.period_end)


def compare_years(page: Page, name: str) -> int:
    """Return 1 where a figure is higher than in the report before, -1 where it is lower, else 0."""
    last = page.earlier_year
    now, before = page.find(name), page.find(name, last) if last else None
    if not now or not before or format_figure(now) == format_figure(before):
        return 0
    return 1 if (now.value or 0) > (before.value or 0) else -1


def tell_message(page: Page) -> str:
    """Return the jobs of the period in words, good and bad news, without a number."""
    goal, way = page.find("goals.jobs_per_year.met"), compare_years(page, YEARLY)
    good, bad = [], []
    if goal:
        (good if goal.value else bad).append(f"målet er {'' if goal.value else 'ikke '}nået")
    if way:
        told = f"der er {'flere' if way > 0 else 'færre'} ansættelser om året end sidst"
        (good if way > 0 else bad).append(told)
    if fall := compare_years(page, f"{SCALED}fleksjob"):
        told = f"der er {'flere' if fall > 0 else 'færre'} fleksjob om året"
        (good if fall > 0 else bad).append(told)
    largest = max(page.tell(_list_types(page)), key=lambda f: f.value or 0, default=None)
    if largest and largest.figure == f"{TYPES}loentilskud":
        bad.append("løntilskud er den form, der er flest af gennem jobcentret")
    told = [join_words(clauses) for clauses in (good, bad) if clauses]
    if not told:
        return ""
    text = ". Men ".join(told)
    return f"**{text[0].upper()}{text[1:]}.**"


def _list_types(page: Page, prefix: str = TYPES) -> list[str]:
    return [f"{prefix}{code}" for code in page.codes("job_types")]


def tell_jobs(page: Page) -> str:
    """Return how many jobs there were, by way, and scaled to a year."""
    total, own, other = (page.figure(f"jobs.{name}") for name in ("total", "jobcentre", "other"))
    first, last = (format_day(day) for day in (page.year.period_start, page.year.period_end))
    count = show_value(total, lambda f: count_nouns(f, "ansættelse", "ansættelser"))
    parts = [
        f"Fra {first} til {last} var der {count} i socialøkonomiske virksomheder og initiativer: "
        f"{show_value(own)} gennem jobcentret og {show_value(other)} gennem opslag, netværk og "
        "uopfordrede ansøgninger."
    ]
    scaled, last = page.find(YEARLY), page.earlier_year
    before = page.find(YEARLY, last) if last else None
    told = ""
    if scaled and is_scaled(page):
        told = f"Omregnet til tolv måneder er det {show_value(scaled, format_rounded)}"
    if before:
        told = told or "Det kan holdes op mod sidste rapport"
        told += f"; i rapport {last} var det {show_value(before, format_rounded)}"
    parts.append(f"{told}." if told else "")
    if goal := page.find("goals.jobs_per_year"):
        parts.append(f"Målet er {show_value(goal)} om året.")
    return sentences(*parts)


def tell_forms(page: Page) -> str:
    """Return how large a part fleksjob, the committee's target group, and wage subsidies are."""
    parts = []
    for code, what in (("fleksjob", "fleksjob"), ("loentilskud", "job med løntilskud")):
        share = page.find(f"jobs.share.{code}")
        last = page.earlier_year
        before = page.find(f"jobs.share.{code}", last) if last else None
        if share and share.value is not None:
            told = (
                f"{show_value(share, format_counted)} af ansættelserne gennem jobcentret er {what}"
            )
            told += f"; sidst var det {show_value(before)}" if before and before.value else ""
            parts.append(f"{told}.")
    return sentences(*parts)


def tell_lasting(page: Page) -> str:
    """Return how many jobs still stand after six and twelve months; nothing where not known."""
    parts = []
    for months, word in ((6, "seks"), (12, "tolv")):
        lasting = page.find(f"jobs.lasting.{months}_months")
        if lasting and lasting.denominator:
            told = show_value(lasting, format_counted)
            parts.append(f"{told} af de job, der har kunnet vare i {word} måneder, gjorde det.")
    return f"## Varer jobbene?\n\n{sentences(*parts)}" if parts else ""


def make_forms(page: Page) -> Table | None:
    """Return jobcentre jobs by form: as counted, and in both reports as of twelve months."""
    years = [year for year in (page.year.year, page.earlier_year) if year]
    rows = []
    for figure in page.tell(_list_types(page)):
        codes = [code.removeprefix(TYPES) for code in figure.figure.split("+")]
        scaled = [page.find(SCALED + "+".join(codes), year) for year in years]
        if figure.value or any(f and f.value for f in scaled):
            rows.append([escape(figure.label), show_value(figure), *map(_show_scaled, scaled)])
    header = ["Form", "Antal", *(f"På tolv måneder, rapport {year}" for year in years)]
    caption = "Ansættelser gennem jobcentret efter form"
    return Table("former", caption, header, rows, "lr" + "r" * len(years)) if rows else None


def _show_scaled(figure: Figure | None) -> str:
    return show_value(figure if figure and figure.value else None)


def _list_scaled(page: Page) -> list[tuple[str, dict[int, Figure | None]]]:
    """Return each form's jobs as of twelve months, by report, the most first."""
    years = [year for year in (page.year.year, page.earlier_year) if year]
    names = dict.fromkeys(
        f.figure for year in years for f in page.tell(_list_types(page, SCALED), year) if f.value
    )
    own = {name: {year: page.find(name, year) for year in years} for name in names}
    forms = [(next(f.label for f in by_year.values() if f), by_year) for by_year in own.values()]
    return sorted(forms, key=lambda form: -max(_number(f) for f in form[1].values()))


def _number(figure: Figure | None) -> float:
    return float(figure.value or 0) if figure else 0.0


def chart_forms(page: Page) -> Chart | None:
    """Return jobcentre jobs by form as of twelve months, in this report and the one before."""
    forms = _list_scaled(page)
    if not forms:
        return None
    years, (label, own) = list(forms[0][1]), forms[0]
    this, last = years[0], years[-1]
    headline = f"{escape(label)} er den hyppigste form"
    if last != this:
        changes = {text: _number(f[this]) - _number(f[last]) for text, f in forms}
        rise, fall = max(changes, key=changes.__getitem__), min(changes, key=changes.__getitem__)
        if changes[rise] > 0 > changes[fall]:
            headline = f"Mere {rise.lower()}, mindre {fall.lower()}"
    parts = (
        f"{text}: "
        + ", ".join(f"{format_number(_number(f), 1)} i rapport {y}" for y, f in own.items())
        for text, own in forms
    )
    alt = f"Vandrette søjler over ansættelser gennem jobcentret efter form. {'; '.join(parts)}."
    shown = tuple(f for _, own in forms for f in own.values() if f)
    caption = "Ansættelser gennem jobcentret efter form, omregnet til tolv måneder"
    height = 0.32 * len(years) * len(forms) + 0.35
    draw = partial(_draw_forms, forms, years)
    return Chart("former", headline, caption, alt, height, draw, shown)


def _draw_forms(
    forms: list[tuple[str, dict[int, Figure | None]]], years: list[int], axes: Axes
) -> None:
    """Draw grouped horizontal bars; the first group says which report is which."""
    bar, most = 0.8 / len(years), max(_number(f) for _, own in forms for f in own.values())
    for number, year in enumerate(years):
        values = [_number(own[year]) for _, own in forms]
        places = [0.4 - bar * (number + 0.5) - n for n in range(len(forms))]
        axes.barh(places, values, height=bar * 0.92, color=GREY if number else BLUE)
        for n, (place, value) in enumerate(zip(places, values, strict=True)):
            said = "" if n else f" i rapport {year}"
            text = f"{format_number(value, 1)}{said}"
            axes.text(value + most * 0.015, place, text, va="center", color=INK)
    axes.set_yticks([-n for n in range(len(forms))], [wrap(label, 16) for label, _ in forms])
    axes.set_xlim(0, most * 1.45)
    hide_scale(axes)


def make_channels(page: Page) -> Table | None:
    """Return jobs by way to the job, in this report and the one before."""
    channels = page.codes("channels").items()
    others = {
        f"jobs.channel.{code}": f"– {escape(entry.label)}"
        for code, entry in channels
        if entry.extra["channel_group"] != "jobcentre"
    }
    caption = "Ansættelser uden om jobcentret efter vejen til jobbet"
    return make_yearly(page, "kanaler", caption, "Vej til jobbet", others, format_figure)


def _list_series(page: Page) -> list[tuple[date, Figure]]:
    """Return the months with the jobs since the strategy began by each month's end."""
    names = sorted(name for name in page.figures if name.startswith(SERIES))
    return [
        (date.fromisoformat(f"{f.figure.removeprefix(SERIES)}-01"), f) for f in page.tell(names)
    ]


def chart_jobs_over_time(page: Page) -> Chart | None:
    """Return the jobs since the strategy began against its goal; nothing without a goal."""
    series, goal = _list_series(page), page.find("goals.jobs_in_strategy")
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


def make_status(page: Page) -> Table:
    """Return the jobs so far by type and channel, beside the same months last year."""
    labels = {"jobs.jobcentre": "Gennem jobcentret"}
    for figure in page.tell(_list_types(page)):
        before = page.find(f"last_year.{figure.figure}")
        if figure.value or (before and before.value):
            labels[figure.figure] = f"– heraf {escape(figure.label.lower())}"
    labels |= {"jobs.other": "Opslag, netværk og uopfordret", "jobs.total": "I alt"}
    rows = []
    for name, label in labels.items():
        figures = (page.find(each) for each in (name, f"last_year.{name}"))
        rows.append([label, *map(show_value, figures)])
    header, day = ["Ansættelser", "I år", "Året før"], format_day(page.year.period_end)
    caption = f"Ansættelser til og med {day}, og i de samme måneder året før"
    return Table("ansaettelser", caption, header, rows, "lrr")


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
