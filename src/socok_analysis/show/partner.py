"""A partner's page: what became of the courses, since last time, and the eight questions in words.

Sentences are made only of figures that the edition tells, each said once; where one that belongs
there is not told, the true reason is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from functools import partial

from socok_analysis.core.danish import format_day, format_number, format_share, shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import (
    BLUE,
    DARK_ORANGE,
    GREY,
    INK,
    ORANGE,
    SAND,
    WHITE,
    Axes,
    Chart,
    hide_scale,
    wrap,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    count_nouns,
    format_counted,
    format_figure,
    format_fraction,
    format_interval,
    join_words,
    name_value,
    show_value,
)

MONTH = re.compile(r"\d{4}-\d{2}")
LOWEST_LABELLED = 8  # a bar of an eighth of the highest is as high as its number
WIDE = "videre i job, uddannelse, støttet beskæftigelse eller undervisning"
NARROW = "videre i job, fleksjob eller uddannelse"
GROUPS = {
    "success_wide": ("Videre i job, uddannelse, støttet beskæftigelse eller undervisning", BLUE),
    "awaiting": ("Afventer en afklaring", SAND),
    "stopped": ("Stoppet undervejs", ORANGE),
    "other": ("Andre årsager", GREY),
}
MOST, ALMOST_ALL, HALF, A_FEW = 0.75, 0.9, 0.5, 0.8
Group = tuple[str, str, int, list[Figure]]


def sentences(*parts: str) -> str:
    """Return the sentences there are as one paragraph."""
    return " ".join(filter(None, parts))


def find_rate(page: Page, name: str, year: int | None = None) -> Figure | None:
    """Return a figure of the page's partner's outcomes that is told and has a value."""
    figure = page.find(f"outcomes.{page.partner}.{name}", year)
    return figure if figure and figure.value is not None else None


def is_narrow(page: Page) -> bool:
    """Tell whether the partner's wide and narrow rates are the same."""
    wide, narrow = (find_rate(page, name) for name in ("success_wide", "success_narrow"))
    return bool(wide and narrow and wide.numerator == narrow.numerator)


def find_break(page: Page, name: str) -> str:
    """Return why a figure may not be compared with the report before, "" where it may."""
    last, this = page.earlier_year or 0, page.year.year
    broken = (b for b in page.breaks if last < b.year <= this and fnmatchcase(name, b.pattern))
    return next((b.reason for b in broken), "")


def compare_rate(page: Page, name: str) -> tuple[Figure, Figure] | None:
    """Return a rate since the last evaluation and before it, both told; None where one is not.

    Before is the rate of the report before, where that was counted to the same day.
    """
    now, last = find_rate(page, f"period.{name}"), page.earlier_year
    before = find_rate(page, name, last) if last else None
    if now and before and before.period_end == page.year.previous_evaluation_date:
        return now, before
    return None


def find_direction(page: Page, name: str) -> int:
    """Return 1 where a rate has risen since the last evaluation, -1 where it fell, else 0."""
    if find_break(page, f"outcomes.{page.partner}.{name}"):
        return 0
    pair = compare_rate(page, name)
    if pair is None and page.earlier_year:
        now, before = find_rate(page, name), find_rate(page, name, page.earlier_year)
        pair = (now, before) if now and before else None
    if pair is None or format_figure(pair[0]) == format_figure(pair[1]):
        return 0
    return 1 if (pair[0].value or 0) > (pair[1].value or 0) else -1


def tell_message(page: Page) -> str:
    """Return the partner's year in words, good and bad news, without a number."""
    good, bad = [], []
    use = page.find(f"occupancy.{page.partner}.share")
    if use and use.value is not None:
        is_good = use.value >= MOST
        told = "pladserne har for det meste været i brug", "mange pladser har stået tomme"
        (good if is_good else bad if use.value < HALF else []).append(told[not is_good])
    plans = page.find(f"agreements.{page.partner}.plans")
    if plans and plans.denominator:
        share = (plans.numerator or 0) / plans.denominator
        told = "næsten alle har fået en plan", "flere har ikke fået en plan"
        (good if share >= ALMOST_ALL else bad if share < A_FEW else []).append(told[share < A_FEW])
    for name, better, what in (
        ("success_wide", 1, "kommer videre efter forløbet"),
        ("stopped", -1, "stopper undervejs"),
    ):
        way = find_direction(page, name)
        clause = f"en {'større' if way > 0 else 'mindre'} del end før {what}"
        (good if way == better else bad if way else []).append(clause)
    goal, share_of = (
        page.find(f"agreements.{page.partner}.veteran_{n}") for n in ("goal", "share")
    )
    if goal and share_of and share_of.value is not None and share_of.value < (goal.value or 0):
        bad.append("andelen af veteraner er under aftalens mål")
    told = [_capital(join_words(clauses)) for clauses in (good, bad) if clauses]
    return (
        f"**{'. Men '.join([told[0], *(t[0].lower() + t[1:] for t in told[1:])])}.**"
        if told
        else ""
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def tell_result(page: Page) -> str:
    """Return how many of the completed courses led on, and to what."""
    rate, completed = find_rate(page, "success_wide"), find_rate(page, "completed")
    if completed is None or not completed.value:
        return "Ingen forløb er afsluttet endnu, så der er intet resultat at vise."
    ended = show_value(completed)
    if rate is None:
        why = page.why(f"outcomes.{page.partner}.success_wide")
        return f"{ended} forløb er afsluttet. Hvad de førte til, vises ikke: {why}"
    parts = [
        f"{show_value(rate, lambda f: format_number(f.numerator or 0))} af de {ended} forløb, der "
        f"er afsluttet siden den første aftale, førte {NARROW if is_narrow(page) else WIDE}. Det er "
        f"{show_value(rate)}."
    ]
    if led := _count_reasons(page, "success_wide"):
        parts.append(f"De gik videre til {led}.")
    narrow = find_rate(page, "success_narrow")
    if narrow and not is_narrow(page):
        parts.append(
            f"Regnes kun job, fleksjob og uddannelse med, er det {show_value(narrow, _count_share)}."
        )
    return sentences(*parts)


def _count_share(figure: Figure) -> str:
    return f"{format_number(figure.numerator or 0)} ({format_figure(figure)})"


def _list_codes(page: Page, group: str) -> list[str]:
    """Return the exit codes that count as success, or that are in no group of their own."""
    codes = page.codes("exit_reasons").items()
    if group == "success_wide":
        return [code for code, entry in codes if entry.extra.get("success_wide") == "ja"]
    taken = ("afventer", "stoppet", "forlaenget")
    return [
        code
        for code, entry in codes
        if entry.extra.get("success_wide") != "ja" and entry.extra.get("group") not in taken
    ]


def _count_reasons(page: Page, group: str) -> str:
    """Return a group's reasons for exit that are told, each with its number: "fleksjob (9)"."""
    codes = page.codes("exit_reasons")
    names = {f"outcomes.{page.partner}.exit.{c}": codes[c].label for c in _list_codes(page, group)}
    told = [
        f"{escape(_lower(names.get(f.figure, f.label)))} ({show_value(f)})"
        for f in page.tell(names)
        if f.value
    ]
    return join_words(told) if told else ""


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def tell_rest(page: Page) -> str:
    """Return in words what became of the rest; kinds of reasons are named, few people not."""
    other = find_rate(page, "other")
    if other is None or not other.numerator:
        return ""
    counted = _count_reasons(page, "other")
    labels = [
        escape(_lower(page.codes("exit_reasons")[c].label)) for c in _list_codes(page, "other")
    ]
    return sentences(
        "Under andre årsager hører afslutninger, der hverken er et skridt frem eller et afbrud. "
        f"Det kan være {join_words(labels).replace(' og ', ' eller ')}.",
        f"Heraf {counted}." if counted else "Hvor mange der er af hver, vises ikke: det er få.",
    )


def tell_uncertainty(page: Page) -> str:
    """Return what of the rate is exact and what is uncertain, in a plain sentence."""
    rate = find_rate(page, "success_wide")
    if rate is None or rate.low is None:
        return ""
    return (
        "Tallene er talt op og er nøjagtige for de forløb, der er afsluttet. Bruges de til at sige, "
        "hvad et forløb her plejer at føre til, er der usikkerhed, fordi forløbene er få: andelen "
        f"ligger så et sted i spændet {show_value(rate, format_interval)}."
    )


def tell_since(page: Page) -> str:
    """Return the rates since the last evaluation against those before it."""
    day = page.year.previous_evaluation_date
    if day is None or not page.earlier_year:
        return "Det er den første opgørelse, så der er intet at sammenligne med."
    completed, parts = find_rate(page, "period.completed"), []
    if completed:
        ended = show_value(completed, lambda f: count_nouns(f, "forløb", "forløb"))
        parts.append(f"Siden sidste opgørelse, {format_day(day)}, er {ended} afsluttet.")
    names = {"success_wide": "gik videre"}
    if not is_narrow(page):
        names["success_narrow"] = "gik videre til job, fleksjob eller uddannelse"
    names["stopped"] = "stoppede undervejs"
    for name, what in names.items():
        if pair := compare_rate(page, name):
            now, before = (show_value(figure, format_counted) for figure in pair)
            chance = _tell_chance(page, name)
            parts.append(f"{now} {what}; ved opgørelsen dengang var det {before}{chance}.")
        if broken := find_break(page, f"outcomes.{page.partner}.{name}"):
            parts.append(f"**Databrud:** {broken}")
    if not any(compare_rate(page, name) for name in names):
        parts.append(_tell_cumulative(page))
    return sentences(*parts)


def _tell_chance(page: Page, name: str) -> str:
    """Return whether a change is larger than chance usually gives."""
    change = find_rate(page, f"change.{name}")
    if change is None or change.low is None or change.high is None:
        return ""
    if find_break(page, f"outcomes.{page.partner}.{name}"):
        return ""
    is_sure = change.low > 0 or change.high < 0
    told = "er større, end tilfældigheder plejer at give" if is_sure else "kan være tilfældig"
    return f". {name_value('Forskellen', change)} {told}"


def _tell_cumulative(page: Page) -> str:
    """Return the rate of the report before, where what has ended since may not be told apart."""
    before = find_rate(page, "success_wide", page.earlier_year)
    why = page.why(f"outcomes.{page.partner}.period.success_wide")
    return sentences(
        f"Ved opgørelsen dengang var {show_value(before, format_counted)} gået videre."
        if before
        else "",
        f"Hvad der blev af dem, der er afsluttet siden, vises ikke for sig: {why}" if why else "",
    )


def tell_standard(page: Page) -> str:
    """Return what the agreement aims at and whether it is met; how long courses last."""
    prefix, parts = f"agreements.{page.partner}", []
    target, rate = page.find(f"{prefix}.target"), find_rate(page, "success_wide")
    if target and target.value is not None and rate:
        is_met = (rate.value or 0) >= target.value
        parts.append(
            f"Aftalens mål er {show_value(target)}. Det er {'' if is_met else 'ikke '}nået."
        )
    else:
        parts.append("Aftalen har intet mål for, hvor stor en del der skal videre.")
    goal, share = page.find(f"{prefix}.veteran_goal"), page.find(f"{prefix}.veteran_share")
    if goal and goal.value is not None:
        told = f"Det er aftalt at stræbe efter, at {show_value(goal)} af deltagerne er veteraner"
        if share and share.value is not None:
            told += f"; blandt de afsluttede forløb er det {show_value(share)}"
        parts.append(f"{told}.")
    within, weeks = find_rate(page, "within_12_months"), find_rate(page, "weeks")
    if within and within.denominator:
        parts.append(
            "Blandt dem, der begyndte for mindst tolv måneder siden, var "
            f"{show_value(within, format_counted)} videre inden for tolv måneder."
        )
    if weeks:
        told = f"Halvdelen af de afsluttede forløb varede højst {show_value(weeks)} uger"
        past, most = find_rate(page, "past_maximum"), page.find(f"{prefix}.max_weeks")
        if past and past.denominator and most:
            told += (
                f"; {show_value(past, format_fraction)} varede længere end aftalens "
                f"{show_value(most)} uger"
            )
        parts.append(f"{told}.")
    return sentences(*parts)


def tell_places(page: Page) -> str:
    """Return the places agreed and used on the day, and how much they were used in the period."""
    names = ("places", "extra_places", "in_use", "vacant", "waiting")
    own = {name: page.find(f"agreements.{page.partner}.{name}") for name in names}
    parts, places, extra = [], own["places"], own["extra_places"]
    if places:
        more = f", og {show_value(extra)} mere kan bruges efter behov" if _some(extra) else ""
        agreed = show_value(places, lambda f: count_nouns(f, "plads", "pladser"))
        parts.append(f"Aftalen er på {agreed}{more}.")
    day = format_day(page.year.evaluation_date)
    clauses = []
    if own["in_use"]:
        clauses.append(f"{show_value(own['in_use'])} i brug")
    if own["vacant"]:
        clauses.append(show_value(own["vacant"], lambda f: count_nouns(f, "ledig", "ledige")))
    told = f"Den {day} var {join_words(clauses)}" if clauses else ""
    if told and own["waiting"]:
        waiting = own["waiting"]
        told += (
            f", og {show_value(waiting)} stod på venteliste"
            if waiting.value
            else f", og {name_value('ingen', waiting)} stod på venteliste"
        )
    parts.append(f"{told}." if told else "")
    use, over = (page.find(f"occupancy.{page.partner}.{n}") for n in ("share", "months_over"))
    if use and use.value is not None:
        parts.append(f"Ved månedernes slutning var i gennemsnit {show_value(use)} af dem i brug.")
    peak = page.find(f"occupancy.{page.partner}.peak")
    if over and over.value and peak:
        months = show_value(over, lambda f: count_nouns(f, "måned", "måneder"))
        parts.append(f"I {months} var der {show_value(peak)} i forløb, flere end aftalt.")
    return sentences(*parts)


def _some(figure: Figure | None) -> bool:
    return bool(figure and figure.value)


def tell_plans(page: Page) -> str:
    """Return how many have a plan, how many got it in time, and what the agreement asks."""
    plans, after = (
        page.find(f"agreements.{page.partner}.{n}") for n in ("plans", "plan_after_weeks")
    )
    parts = []
    if plans and plans.denominator:
        told = show_value(plans, format_fraction)
        parts.append(f"{told} startede forløb har fået en plan.")
    missing, unknown = (page.find(f"plans.{page.partner}.{n}") for n in ("missing", "unknown"))
    if _some(unknown) and missing:
        parts.append(
            f"{show_value(missing)} har ingen, og for {show_value(unknown)} er det ikke oplyst."
        )
    in_time = page.find(f"plans.{page.partner}.in_time")
    if after:
        weeks = show_value(after, lambda f: count_nouns(f, "uge", "uger"))
        told = f"Efter aftalen skal den foreligge efter {weeks}"
        if in_time and in_time.denominator:
            told += f"; det gjorde den i {show_value(in_time, format_counted)} forløb"
        parts.append(f"{told}.")
    return sentences(*parts)


def tell_followup(page: Page) -> str:
    """Return how many were followed up on, and how much of the agreed hours they came."""
    held, rate = (
        page.find(f"{name}.{page.partner}.{part}")
        for name, part in (("followup", "held"), ("attendance", "rate"))
    )
    parts = []
    if held and held.denominator:
        parts.append(f"Der er fulgt op i {show_value(held, format_fraction)} startede forløb.")
    if rate and rate.value is not None:
        parts.append(f"Deltagerne er mødt op i {show_value(rate)} af de aftalte timer.")
    return sentences(*parts)


def tell_evaluations(page: Page) -> str:
    """Return how many final evaluations were received."""
    figure = page.find(f"followup.{page.partner}.final_evaluation")
    if figure is None or not figure.denominator:
        return ""
    told = show_value(figure, format_fraction)
    return f"Slutevalueringen er modtaget for {told} afsluttede forløb, hvor det er oplyst."


def group_outcomes(page: Page) -> list[Group]:
    """Return what became of the completed courses: label, colour, number, figures.

    What is told together is one group. A course with several reasons is in each of their groups.
    """
    names = {f"outcomes.{page.partner}.{name}": told for name, told in GROUPS.items()}
    if find_rate(page, "success_wide") is None:
        return []
    groups = []
    for figure in page.tell(names):
        label, colour = names.get(figure.figure, (figure.label, GREY))
        if figure.figure.endswith(".success_wide") and is_narrow(page):
            label = "Videre i job, fleksjob eller uddannelse"
        groups.append((label, colour, figure.numerator or 0, [figure]))
    completed = int((find_rate(page, "completed") or groups[0][3][0]).value or 0)
    rest = completed - sum(count for _, _, count, _ in groups)
    if rest > 0:
        groups.append(("Øvrige", GREY, rest, []))
    return groups


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses as bars."""
    groups, completed = group_outcomes(page), find_rate(page, "completed")
    if not groups or completed is None or not completed.value:
        return None
    whole = int(completed.value)
    label = max(groups, key=lambda group: group[2])[0]
    name, day = page.name(page.partner), format_day(page.year.evaluation_date)
    headline = (
        f"Flest er {_lower(label)}" if label != "Andre årsager" else "Flest har andre årsager"
    )
    headline = "Flest er gået videre" if label == groups[0][0] else headline
    parts = "; ".join(f"{text}: {n} ({format_share(n / whole)})" for text, _, n, _ in groups)
    caption = f"Afsluttede forløb hos {escape(name)} efter, hvad de førte til, siden aftalens start, {day}"
    alt = f"Søjler over afsluttede forløb hos {name}. {parts}."
    shown = tuple(figure for _, _, _, figures in groups for figure in figures)
    height = 0.35 + 0.62 * len(groups)
    return Chart(
        "afgange", headline, caption, alt, height, partial(_draw_groups, groups, whole), shown
    )


def _draw_groups(groups: list[Group], whole: int, axes: Axes) -> None:
    """Draw a bar a group, its label above it and its number at its end."""
    most = max(count for _, _, count, _ in groups)
    for place, (label, colour, count, _) in enumerate(groups):
        axes.barh(-place, count, height=0.42, color=colour)
        axes.text(0, 0.3 - place, wrap(label, 60), va="bottom", color=INK)
        told = f"{format_number(count)} ({format_share(count / whole, 0)})"
        axes.text(count + most * 0.015, -place, told, va="center", color=INK, fontweight="bold")
    axes.set_yticks([])
    axes.set_xlim(0, most * 1.3)
    axes.set_ylim(0.4 - len(groups), 0.75)
    hide_scale(axes)


def list_months(page: Page) -> list[tuple[date, Figure, int]]:
    """Return the months, oldest first, with the courses running and the places agreed."""
    found = []
    for name in page.figures:
        head, partner, month, *rest = [*name.split("."), "", ""]
        if (head, partner, rest[:1]) == ("occupancy", page.partner, ["in_use"]) and MONTH.match(
            month
        ):
            in_use, agreed = page.find(name), page.find(f"{head}.{partner}.{month}.places")
            if in_use and in_use.value is not None:
                places = int(agreed.value or 0) if agreed else 0
                found.append((date.fromisoformat(f"{month}-01"), in_use, places))
    return sorted(found, key=lambda each: each[0])


def chart_occupancy(page: Page) -> Chart | None:
    """Return the courses running at each month's end against the places agreed."""
    months = list_months(page)
    if not any(figure.value for _, figure, _ in months):
        return None
    over = sum(int(figure.value or 0) > places for _, figure, places in months)
    name = page.name(page.partner)
    headline = "I nogle måneder var der flere i forløb end aftalt"
    first, last = (shorten_month(months[n][0]) for n in (0, -1))
    parts = (f"{shorten_month(day)}: {figure.value} af {places}" for day, figure, places in months)
    caption = f"Forløb i gang hos {escape(name)} ved hver måneds slutning, {first}–{last}"
    alt = f"Søjler over forløb i gang ved hver måneds slutning hos {name}. {'; '.join(parts)}."
    headline = headline if over else "Der var aldrig flere i forløb end aftalt"
    shown = tuple(figure for _, figure, _ in months)
    return Chart("brug", headline, caption, alt, 2.5, partial(_draw_months, months), shown)


def _draw_months(months: list[tuple[date, Figure, int]], axes: Axes) -> None:
    """Draw a bar a month, its count in its top or above, and the agreed places as a line."""
    days, agreed = [day for day, _, _ in months], [places for _, _, places in months]
    counts = [int(figure.value or 0) for _, figure, _ in months]
    highest = max(*agreed, *counts)
    for x, count in enumerate(counts):
        axes.bar(x, count, width=0.74, color=BLUE)
        is_low = count * LOWEST_LABELLED < highest
        side, color = ("bottom", INK) if is_low else ("top", WHITE)
        axes.text(x, count + (0.1 if is_low else -0.15), count, ha="center", va=side, color=color)
    axes.step(range(len(counts)), agreed, where="mid", color=ORANGE, linestyle=(0, (4, 2)))
    said = f"Aftalte pladser: {agreed[-1]} (stiplet)"
    axes.text(-0.4, highest + 1.3, said, color=DARK_ORANGE)
    starts = [n for n, day in enumerate(days) if day.month % 3 == 1 or len(days) < 4]
    axes.set_xticks(starts, [shorten_month(days[n]).replace(" ", "\n") for n in starts])
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_ylim(0, highest + 2.2)
    axes.set_yticks([])
    axes.grid(visible=False, axis="both")


def tell_briefly(page: Page, partners: Iterable[str], link: str = "") -> str:
    """Return each partner's year in a line of words, with a link to its page where it has one."""
    from dataclasses import replace

    lines = []
    for partner in partners:
        message = tell_message(replace(page, partner=partner)).strip("*")
        target, name = f"partner-{partner}", escape(page.name(partner))
        named = f"[{name}]({link}{target}.ipynb)" if target in page.titles else name
        lines.append(f"- **{named}:** {message or 'Der er endnu for få tal til at sige noget.'}")
    return "\n".join(lines)
