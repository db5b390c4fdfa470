"""Jobs: how many, of which form and by which way, whether they last, and the mid-year status."""

from __future__ import annotations

from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_period, shorten_month
from socok_analysis.figures.counting import is_whole_year
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import BLUE, GREY, Chart, chart_bars, draw_months
from socok_analysis.show.markdown import (
    Table,
    escape,
    find_way,
    format_figure,
    head_years,
    make_numbers,
    say,
    tell_news,
)
from socok_analysis.show.page import Page

SERIES, YEARLY = "jobs.cumulative.", "jobs.total_per_12_months"
TYPES, SCALED = "jobs.type.", "jobs.per_12_months."
FORMS = {"fleksjob": "fleksjob", "loentilskud": "job med løntilskud"}


def is_scaled(page: Page) -> bool:
    """Tell whether the report's period is not a year, so that counts need scaling."""
    return not is_whole_year(page.year.period_start, page.year.period_end)


def tell_jobs_message(page: Page) -> str:
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


def _list_told(page: Page, prefix: str = TYPES) -> dict[str, str]:
    """Return the forms there are jobs of in this report or the one before, by their figure."""
    told = (f for year in page.years for f in page.tell(_list_types(page, prefix), year))
    return {figure.figure: figure.label for figure in told if figure.value}


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
    told = (
        "{{jobs.share.{0}|talt}} af ansættelserne gennem jobcentret er {1}"
        "<; sidst var det {{jobs.share.{0}@!}}>."
    )
    return say(page, *(told.format(*each) for each in FORMS.items()))


def tell_lasting(page: Page) -> str:
    """Return how many jobs still stand after six and twelve months; nothing where not known."""
    told = (
        "{{jobs.lasting.{}_months|talt}} af de job, der har kunnet vare i {} måneder, gjorde det."
    )
    said = say(page, *(told.format(*each) for each in ((6, "seks"), (12, "tolv"))))
    return f"## Varer jobbene?\n\n{said}" if said else ""


def make_forms(page: Page) -> Table:
    """Return jobcentre jobs by form, as counted in each report."""
    rows = [(escape(label), page.both(name)) for name, label in _list_told(page).items()]
    caption = "Ansættelser gennem jobcentret efter form"
    return make_numbers("former", caption, ["Form", *head_years(page)], rows)


def chart_forms(page: Page) -> Chart | None:
    """Return jobcentre jobs by form as of twelve months, in this report and the one before."""
    told = _list_told(page, SCALED).items()
    both = [(label, page.both(name)) for name, label in told if page.find(name)]
    forms = [(label, [figure for figure in own if figure]) for label, own in both]
    if not forms:
        return None
    forms.sort(key=lambda form: -max(f.value or 0 for f in form[1]))
    pairs = {label: own for label, own in forms if len(own) > 1}
    changes = {label: (now.value or 0) - (then.value or 0) for label, (now, then) in pairs.items()}
    rise, fall = (end(changes, key=changes.__getitem__, default="") for end in (max, min))
    headline = f"{forms[0][0]} er den hyppigste form"
    if changes and changes[rise] > 0 > changes[fall]:
        headline = f"Mere {rise.lower()}, mindre {fall.lower()}"
    colours = dict(zip(page.years, (BLUE, GREY), strict=False))

    def make_bar(figure: Figure) -> tuple[float, str, str]:
        said = f"{format_figure(figure)} ({figure.year})"
        return float(figure.value or 0), said, colours[figure.year]

    groups = [(label, [*map(make_bar, own)]) for label, own in forms]
    caption = "Ansættelser gennem jobcentret efter form, omregnet til tolv måneder"
    return chart_bars("former", headline, caption, groups, [f for _, own in forms for f in own])


def make_channels(page: Page) -> Table:
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
    series = page.tell(sorted(name for name in page.figures if name.startswith(SERIES)))
    if not series or goal is None or goal.value is None:
        return None
    days = [date.fromisoformat(f"{f.figure.removeprefix(SERIES)}-01") for f in series]
    counts, aim = [int(figure.value or 0) for figure in series], int(goal.value)
    both = zip(days, counts, strict=True)
    reached = next((format_month(day) for day, count in both if count >= aim), None)
    headline = f"Strategiens mål er {f'nået i {reached}' if reached else 'endnu ikke nået'}"
    span = f"{shorten_month(days[0])}–{shorten_month(days[-1])}"
    caption = f"Ansættelser siden strategiens start, {span}; en ansættelse tæller én gang"
    parts = [f"{counts[n]} i {format_month(days[n])}" for n in (0, -1)] + [f"målet er {aim}"]
    draw = partial(draw_months, days, counts, [aim] * len(days), f"Mål: {aim} (stiplet)")
    return Chart("jobtid", headline, caption, parts, 2.8, draw, [*series, goal])


def make_status_jobs(page: Page) -> Table:
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


def tell_status(page: Page) -> str:
    """Return the jobs so far, the goal's part of them, and last year's to the same date."""
    total, part = page.figure("jobs.total").value or 0, page.find("goals.jobs_per_year.to_date")
    whole = page.find("goals.jobs_per_year")
    state = ""
    if part and whole:
        is_met, is_on_way = total >= (whole.value or 0), total >= (part.value or 0)
        state = "nået" if is_met else "på vej" if is_on_way else "bagud"
    return say(
        page,
        "Der har været {jobs.total|ansættelse/ansættelser} i år.",
        "Målet er {goals.jobs_per_year} om året, {goals.jobs_per_year.to_date|rundt} indtil nu: "
        f"**{state}**.",
        "I de samme måneder året før var der {last_year.jobs.total}.",
        "Siden strategiens start er det {jobs.cumulative}; målet for hele perioden er "
        "{goals.jobs_in_strategy}.",
    )
