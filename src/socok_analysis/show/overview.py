"""What the report says in short, and of jobs: goals, all rates in one table, partners side by side.

The main points are words and changes, never a ranking: partners take different people, and are
compared only by the narrow rate, which counts the same at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_period, shorten_month
from socok_analysis.figures.figure import Figure, count_months, on_or_before, valid_at
from socok_analysis.show.drawing import BLUE, GREY, Chart, chart_bars, draw_months
from socok_analysis.show.markdown import (
    DASH,
    Table,
    escape,
    find_way,
    format_figure,
    head_years,
    join_words,
    lower,
    make_numbers,
    name_value,
    say,
    show_value,
    tell_news,
)
from socok_analysis.show.page import Page
from socok_analysis.show.partner import compare_rate, find_direction, find_rate, is_narrow

GOALS = {
    "jobs_per_year": ("jobs.total", "Ansættelser om året"),
    "jobs_in_strategy": ("jobs.cumulative", "Ansættelser i hele strategien"),
    "enterprises": ("enterprises.total", "Virksomheder og initiativer"),
}
RATES = {
    "outcomes.{}.success_wide": "videre efter forløbet",
    "outcomes.{}.within_12_months": "videre inden for 12 måneder",
    "outcomes.{}.stopped": "stoppet undervejs",
    "agreements.{}.plans": "har fået en plan",
    "agreements.{}.veteran_share": "veteraner",
    "occupancy.{}.share": "pladser i brug",
}
STANDARDS = {
    "outcomes.{}.success_wide": "agreements.{}.target",
    "agreements.{}.veteran_share": "agreements.{}.veteran_goal",
}
MOST_TOLD = 2
SERIES, YEARLY = "jobs.cumulative.", "jobs.total_per_12_months"
TYPES, SCALED = "jobs.type.", "jobs.per_12_months."
FORMS = {"fleksjob": "fleksjob", "loentilskud": "job med løntilskud"}


def make_goals(page: Page) -> Table:
    """Return the goals, what was reached and whether they are met; no rows without goals."""
    rows = []
    for goal, (actual, label) in GOALS.items():
        target, met = page.find(f"goals.{goal}"), page.find(f"goals.{goal}.met")
        if target:
            shown = show_value(page.find(actual))
            if goal == "jobs_per_year" and is_scaled(page):
                shown += say(page, f" ({{{YEARLY}|rundt}} på tolv måneder)")
            rows.append([label, show_value(target), shown, show_value(met)])
    header = ["Mål for", "Mål", "Resultat", "Nået"]
    return Table("maal", "Strategiens mål og resultater", header, rows, "lrrl")


def make_rates(page: Page) -> Table:
    """Return every rate: standard, met, of how many, not known, interval, the report before."""
    rows, last = [], page.earlier_year
    for partner in page.partners():
        for pattern, label in RATES.items():
            name = pattern.format(partner)
            figure = page.find(name)
            goal = page.find(STANDARDS.get(pattern, "").format(partner))
            is_told = figure and figure.value is not None and figure.denominator
            if not figure or not is_told or (pattern.endswith("veteran_share") and not goal):
                continue
            before, note = page.find(name, last) if last else None, page.note(figure)
            met = "ja" if goal and (figure.value or 0) >= (goal.value or 0) else "nej"
            row = [
                f"{escape(page.name(partner))}: {label}{f' ({note})' if note else ''}",
                show_value(goal),
                name_value(met, figure) if goal else DASH,
                _show_share(figure),
                show_value(figure, "af"),
                show_value(figure if figure.low is not None else None, "spænd"),
                _show_share(before),
            ]
            rows.append(row if last else row[:-1])
    header = ["Andel", "Mål", "Nået", "Nu", "Antal", "Spænd", f"Rapport {last}"]
    note = (
        "Mål: det, der er aftalt; –: intet mål. Spænd: det, en andel med så få forløb kan sige om "
        "forløb i almindelighed (95 %). Forløb er talt siden den første aftale."
    )
    width = len(header) if last else len(header) - 1
    caption, align = "Alle andele i rapporten", "lrlrrrr"
    return Table("andele", caption, header[:width], rows, align[:width], note)


def _show_share(figure: Figure | None) -> str:
    """Return a figure's share, also of a count that has what it is of."""
    if figure is None or figure.unit == "andel":
        return show_value(figure)
    share = (figure.numerator or 0) / figure.denominator if figure.denominator else None
    return show_value(replace(figure, value=share, unit="andel"))


def tell_conclusions(page: Page) -> str:
    """Return what the report says in at most six sentences, good and bad."""
    advice = say(page, "Rapporten slutter med {recommendations.total} anbefalinger.")
    points = [_tell_goals(page), _tell_forms(page), *_tell_partners(page), advice]
    return "\n".join(f"- {point}" for point in points[:6] if point)


def _tell_goals(page: Page) -> str:
    """Return which of the strategy's goals are met and which are not."""
    mets = {lower(label): page.find(f"goals.{goal}.met") for goal, (_, label) in GOALS.items()}
    known = {label: met for label, met in mets.items() if met}
    reached = [label for label, met in known.items() if met.value]
    missed = [label for label, met in known.items() if not met.value]
    told = "" if reached else "Ingen af målene er nået endnu"
    if reached:
        told = f"{'Målene er nået' if not missed else 'Målet er nået'} for {join_words(reached)}"
    if reached and missed:
        told += f", men endnu ikke for {join_words(missed)}"
    return f"{name_value(told, *known.values())}." if known else ""


def _tell_forms(page: Page) -> str:
    """Return how fleksjob and wage subsidies have changed as of twelve months."""
    text = "{1} fra {{{0}@|rundt}} til {{{0}|rundt}}"
    forms = (text.format(f"{SCALED}{code}", what) for code, what in FORMS.items())
    told = join_words(filter(None, (say(page, form) for form in forms)))
    head = "Regnet på tolv måneder er ansættelserne gennem jobcentret gået"
    return f"{head}: {told}." if told else ""


def _tell_partners(page: Page) -> Iterator[str]:
    """Yield each partner's result since the last evaluation; of many only how many fell."""
    pages = [replace(page, partner=partner) for partner in page.partners()]
    pages = [each for each in pages if find_rate(each, "success_wide")]
    if len(pages) <= MOST_TOLD:
        yield from map(_tell_partner, pages)
    elif page.earlier_year:
        ways = [find_direction(each, "success_wide") for each in pages]
        yield (
            f"Hos {ways.count(-1)} af {len(pages)} partnere kommer en mindre del videre efter "
            f"forløbet end før, hos {ways.count(1)} en større."
        )


def _tell_partner(page: Page) -> str:
    """Return one partner's result, since the last evaluation where that is told."""
    what = "job, fleksjob eller uddannelse" if is_narrow(page) else "job, uddannelse eller lignende"
    since = "siden sidst {outcomes.P.period.success_wide|af}"
    told = since if compare_rate(page, "success_wide") else "{outcomes.P.success_wide|af}"
    before = "<; før var det {outcomes.P.success_wide@|af}>"
    name = escape(page.name(page.partner))
    return say(page, f"Hos {name} er {told} gået videre til {what}{before}.")


def list_front(page: Page) -> list[tuple[str, str, str]]:
    """Return the key figures of the front page: jobs, enterprises, each partner's rate."""
    jobs_goal = say(page, "Målet er {goals.jobs_per_year} om året")
    enterprises = say(page, "Målet er {goals.enterprises}")
    tiles = [
        (say(page, "{jobs.total}"), "ansættelser i rapportens periode", jobs_goal),
        (say(page, "{enterprises.total}"), "virksomheder og initiativer", enterprises),
    ]
    for partner in page.partners():
        rate = say(replace(page, partner=partner), "{outcomes.P.success_wide}")
        label = f"{escape(page.name(partner))}: videre efter forløbet"
        tiles.append((rate, label, "af de afsluttede forløb siden den første aftale"))
    return [tile for tile in tiles if tile[0]][: 2 + MOST_TOLD]


def tell_agreements(page: Page) -> str:
    """Return how many agreements hold on the evaluation day, and how many are new."""
    day = format_day(page.year.evaluation_date)
    return say(
        page,
        f"Den {day} var der {{agreements.held}} aftaler om forløb med {{agreements.held_places}} "
        "pladser i alt.",
        "{agreements.new} af dem er kommet til i rapportens periode.",
    )


def make_partners(page: Page) -> Table:
    """Return the agreements that hold on the evaluation day: places, use, and the narrow rate."""
    agreements, day = page.proof.tables["agreements"], page.year.evaluation_date
    starts = agreements["starts_on"]
    held = agreements[on_or_before(starts, day) & valid_at(starts, agreements["ends_on"], day)]
    columns = ["starts_on", "enterprise_id"]
    parts = ("places", "extra_places", "in_use", "waiting")
    rows = [
        (
            f"{escape(page.name(partner))} (siden {start.year})",
            [page.find(f"agreements.{partner}.{part}") for part in parts]
            + [find_rate(replace(page, partner=partner), "success_narrow")],
        )
        for start, partner in held.sort_values(columns)[columns].to_numpy(dtype=object).tolist()
    ]
    header = ["Partner", "Pladser", "Ekstra", "I brug", "Venter", "I job eller uddannelse"]
    caption = f"Aftalerne om forløb den {format_day(day)}"
    note = (
        "Ekstra: pladser efter behov. I job eller uddannelse: efter forløbet, talt ens hos alle. "
        "Partnerne tager imod forskellige borgere, så tallene siger ikke, hvem der gør det bedst."
    )
    return replace(make_numbers("aftaler", caption, header, rows, "talt"), note=note)


def tell_status_outcomes(page: Page) -> str:
    """Return how many courses have ended with each partner since the last evaluation."""
    day, told = page.year.previous_evaluation_date, "{outcomes.P.period.completed|forløb/forløb}"
    pages = (replace(page, partner=partner) for partner in page.partners())
    each = (say(page, f"{told} hos {escape(page.name(page.partner))}") for page in pages)
    ended = join_words(filter(None, each))
    head = f"Siden sidste opgørelse, {format_day(day)}, er der afsluttet" if day else ""
    return f"{head} {ended}." if ended and day else ""


# Jobs


def is_scaled(page: Page) -> bool:
    """Tell whether the report's period is not a year, so that counts need scaling."""
    return count_months(page.year.period_start, page.year.period_end) != 12


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
    headline = f"Strategiens mål {f'blev nået i {reached}' if reached else 'er endnu ikke nået'}"
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
