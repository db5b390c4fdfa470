"""A partner's page: what became of the courses, since last time, and the eight questions in words.

Sentences are made only of figures that the edition tells, each said once; where one that belongs
there is not told, the true reason is.
"""

from __future__ import annotations

import re
from dataclasses import replace
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
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_counted,
    format_figure,
    format_fraction,
    format_interval,
    format_part,
    join_words,
    name_value,
    nouns,
    say,
    sentences,
    show_value,
    tell_news,
)

MONTH = re.compile(r"\d{4}-\d{2}")
LOWEST_LABELLED = 8  # a bar of an eighth of the highest is as high as its number
WIDE = "videre til job, uddannelse, støttet beskæftigelse eller undervisning"
NARROW = "videre til job, fleksjob eller uddannelse"
GROUPS = {
    "success_wide": ("Videre efter forløbet", BLUE),
    "awaiting": ("Afventer en afklaring", SAND),
    "stopped": ("Stoppet undervejs", ORANGE),
    "other": ("Andre årsager", GREY),
}
MUCH, ALMOST_ALL, A_FEW, HALF = 0.75, 0.9, 0.8, 0.5
OWN_GROUPS = {"afventer": "awaiting", "stoppet": "stopped", "forlaenget": "extended"}
Group = tuple[str, str, int]


def find_rate(page: Page, name: str, year: int | None = None) -> Figure | None:
    """Return a figure of the page's partner's outcomes that is told and has a value."""
    figure = page.find(f"outcomes.{page.partner}.{name}", year)
    return figure if figure and figure.value is not None else None


def is_narrow(page: Page) -> bool:
    """Tell whether the partner's wide and narrow rates are the same."""
    wide, narrow = (find_rate(page, name) for name in ("success_wide", "success_narrow"))
    return bool(wide and narrow and wide.numerator == narrow.numerator)


def find_break(page: Page, name: str) -> str:
    """Return why a rate may not be compared with the report before, "" where it may."""
    last, this, figure = page.earlier_year or 0, page.year.year, f"outcomes.{page.partner}.{name}"
    broken = (b for b in page.breaks if last < b.year <= this and fnmatchcase(figure, b.pattern))
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
    pair = compare_rate(page, name)
    if pair is None and page.earlier_year:
        now, before = find_rate(page, name), find_rate(page, name, page.earlier_year)
        pair = (now, before) if now and before else None
    is_same = pair and format_figure(pair[0]) == format_figure(pair[1])
    if pair is None or is_same or find_break(page, name):
        return 0
    return 1 if (pair[0].value or 0) > (pair[1].value or 0) else -1


def tell_message(page: Page) -> str:
    """Return the partner's year in words, good and bad news, without a number."""
    good, bad = list[str](), list[str]()
    use, plans, goal, veterans = (
        page.find(name.format(page.partner))
        for name in (
            "occupancy.{}.share",
            "agreements.{}.plans",
            "agreements.{}.veteran_goal",
            "agreements.{}.veteran_share",
        )
    )
    if use and (use.value or 0) >= MUCH:
        good.append("pladserne har for det meste været i brug")
    elif use and (use.value or 0) < HALF:
        bad.append("mange pladser har stået tomme")
    share = (plans.numerator or 0) / plans.denominator if plans and plans.denominator else None
    if share is not None and share >= ALMOST_ALL:
        good.append("næsten alle har fået en plan")
    elif share is not None and share < A_FEW:
        bad.append("flere har ikke fået en plan")
    for name, better, what in (
        ("success_wide", 1, "kommer videre efter forløbet"),
        ("stopped", -1, "stopper undervejs"),
    ):
        if way := find_direction(page, name):
            told = f"en {'større' if way > 0 else 'mindre'} del end før {what}"
            (good if way == better else bad).append(told)
    if goal and veterans and veterans.value is not None and veterans.value < (goal.value or 0):
        bad.append("andelen af veteraner er under aftalens mål")
    return tell_news(good, bad) or "**Det er for tidligt at sige, om det går godt eller skidt.**"


def tell_briefly(page: Page) -> str:
    """Return each partner's year in a line of words, with a link to its page where it has one."""
    lines = []
    for partner in page.partners():
        message = tell_message(replace(page, partner=partner)).strip("*")
        target, name = f"partner-{partner}", escape(page.name(partner))
        named = f"[{name}]({target}.ipynb)" if target in page.titles else name
        lines.append(f"- **{named}:** {message}")
    return "\n".join(lines)


def tell_result(page: Page) -> str:
    """Return how many of the completed courses led on, and to what."""
    completed, narrow = find_rate(page, "completed"), is_narrow(page)
    if completed is None or not completed.value:
        return "Ingen forløb er afsluttet endnu, så der er intet resultat at vise."
    if find_rate(page, "success_wide") is None:
        why = page.why(f"outcomes.{page.partner}.success_wide")
        return f"{show_value(completed)} forløb er afsluttet. Hvad de førte til, vises ikke: {why}"
    wide, led = "outcomes.{p}.success_wide", _count_reasons(page, "success")
    return sentences(
        say(
            page,
            "{} af de {} forløb, der er afsluttet siden den første aftale, førte "
            f"{NARROW if narrow else WIDE}. Det er {{}}.",
            (wide, format_part),
            "outcomes.{p}.completed",
            wide,
        ),
        f"De gik blandt andet videre til {led}." if led else "",
        ""
        if narrow
        else say(
            page,
            "Regnes kun job, fleksjob og uddannelse med, er det {} ({}).",
            ("outcomes.{p}.success_narrow", format_part),
            "outcomes.{p}.success_narrow",
        ),
    )


def _list_reasons(page: Page, kind: str) -> dict[str, str]:
    """Return the exit reasons that led on, await something or are neither, in words by figure."""
    found = {}
    for code, entry in page.codes("exit_reasons").items():
        group = entry.extra["group"]
        own = "success" if entry.extra["success_wide"] == "ja" else OWN_GROUPS.get(group, "other")
        if own == kind:
            label = _lower(entry.label.removeprefix("Startet i "))
            found[f"outcomes.{page.partner}.exit.{code}"] = label
    return found


def _count_reasons(page: Page, kind: str) -> str:
    """Return the reasons for exit that are told, each with its number: "fleksjob (9)"."""
    names = _list_reasons(page, kind)
    told = [
        f"{escape(names.get(f.figure, _lower(f.label)))} ({show_value(f)})"
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
    *most, last = map(escape, _list_reasons(page, "other").values())
    counted, awaiting = _count_reasons(page, "other"), _count_reasons(page, "awaiting")
    return sentences(
        "Andre årsager er afslutninger, der hverken er et skridt frem eller et afbrud. "
        f"Det kan være {', '.join(most)} eller {last}.",
        f"Heraf er {counted}." if counted else "Hvor mange der er af hver, vises ikke: det er få.",
        f"Blandt dem, der afventer, er {awaiting}." if awaiting else "",
    )


def tell_uncertainty(page: Page) -> str:
    """Return what of the rate is exact and what is uncertain, in a plain sentence."""
    return say(
        page,
        "Tallene er talt op og er nøjagtige for de forløb, der er afsluttet. Bruges de til at "
        "sige, hvad et forløb her plejer at føre til, er der usikkerhed, fordi forløbene er få: "
        "andelen ligger så et sted i spændet {}.",
        ("outcomes.{p}.success_wide", format_interval),
    )


def tell_since(page: Page) -> str:
    """Return the rates since the last evaluation against those before it."""
    day = page.year.previous_evaluation_date
    if day is None or not page.earlier_year:
        return "Det er den første opgørelse, så der er intet at sammenligne med."
    parts = [
        say(
            page,
            f"Siden sidste opgørelse, {format_day(day)}, er {{}} forløb afsluttet.",
            "outcomes.{p}.period.completed",
        )
    ]
    names = {"success_wide": "gik videre", "stopped": "stoppede undervejs"}
    if not is_narrow(page):
        names["success_narrow"] = "gik videre til job, fleksjob eller uddannelse"
    for name, what in names.items():
        broken = find_break(page, name)
        if pair := compare_rate(page, name):
            now, before = (show_value(figure, format_counted) for figure in pair)
            chance = "" if broken else _tell_chance(page, name)
            parts.append(f"{now} {what}; ved opgørelsen dengang var det {before}. {chance}".strip())
        parts.append(f"**Databrud:** {broken}" if broken else "")
    if not any(compare_rate(page, name) for name in names):
        if then := find_rate(page, "success_wide", page.earlier_year):
            told = show_value(then, format_counted)
            parts.append(f"Ved opgørelsen dengang var {told} gået videre.")
        if why := page.why(f"outcomes.{page.partner}.period.success_wide"):
            parts.append(f"Hvad der blev af dem, der er afsluttet siden, vises ikke for sig: {why}")
    return sentences(*parts)


def _tell_chance(page: Page, name: str) -> str:
    """Return whether a change is larger than chance usually gives."""
    change = find_rate(page, f"change.{name}")
    if change is None or change.low is None or change.high is None:
        return ""
    is_sure = change.low > 0 or change.high < 0
    told = "er større, end tilfældigheder plejer at give" if is_sure else "kan være tilfældig"
    return f"{name_value('Forskellen', change)} {told}."


def tell_standard(page: Page) -> str:
    """Return what the agreement aims at and whether it is met; how long courses last."""
    target, rate = page.find(f"agreements.{page.partner}.target"), find_rate(page, "success_wide")
    aim = "Aftalen har intet mål for, hvor stor en del der skal videre."
    if target and target.value is not None:
        met = (
            ""
            if rate is None
            else f" Det er {'' if (rate.value or 0) >= target.value else 'ikke '}"
        )
        aim = f"Aftalens mål er {show_value(target)}.{met + 'nået.' if met else ''}"
    share, goal = "agreements.{p}.veteran_share", "agreements.{p}.veteran_goal"
    wish = "Det er aftalt at stræbe efter, at {} af deltagerne er veteraner"
    return sentences(
        aim,
        say(page, f"{wish}; blandt de afsluttede forløb er det {{}}.", goal, share)
        or say(page, f"{wish}.", goal),
        say(
            page,
            "Blandt dem, der begyndte for mindst tolv måneder siden, var {} videre inden for tolv "
            "måneder.",
            ("outcomes.{p}.within_12_months", format_counted),
        ),
        say(page, "Halvdelen af de afsluttede forløb varede højst {} uger.", "outcomes.{p}.weeks"),
        say(
            page,
            "{} varede længere, end aftalen siger.",
            ("outcomes.{p}.past_maximum", format_counted),
        ),
    )


def tell_places(page: Page) -> str:
    """Return the places agreed and used on the day, and how much they were used in the period."""
    own = "agreements.{p}."
    places = (f"{own}places", nouns("plads", "pladser"))
    extra = page.find(f"agreements.{page.partner}.extra_places")
    more = ", og {} mere kan bruges efter behov" if extra and extra.value else ""
    day = f"Den {format_day(page.year.evaluation_date)} var"
    vacant = (f"{own}vacant", nouns("ledig", "ledige"))
    over = page.find(f"occupancy.{page.partner}.months_over")
    return sentences(
        say(page, f"Aftalen er på {{}}{more}.", places, *([f"{own}extra_places"] if more else [])),
        say(
            page,
            f"{day} {{}} i brug og {{}}, og {{}} stod på venteliste.",
            f"{own}in_use",
            vacant,
            f"{own}waiting",
        )
        or say(page, f"{day} {{}} i brug og {{}}.", f"{own}in_use", vacant),
        say(
            page, "I gennemsnit var {} af dem i brug ved en måneds slutning.", "occupancy.{p}.share"
        ),
        say(page, "Et forløb kan vare op til {} uger.", f"{own}max_weeks"),
        say(
            page,
            "I {} var der {} i forløb, flere end aftalt.",
            ("occupancy.{p}.months_over", nouns("måned", "måneder")),
            "occupancy.{p}.peak",
        )
        if over and over.value
        else "",
    )


def tell_plans(page: Page) -> str:
    """Return how many have a plan, how many got it in time, and what the agreement asks."""
    unknown = page.find(f"plans.{page.partner}.unknown")
    after = ("agreements.{p}.plan_after_weeks", nouns("uge", "uger"))
    due = "Efter aftalen skal planen foreligge efter {}"
    return sentences(
        say(
            page, "{} startede forløb har fået en plan.", ("agreements.{p}.plans", format_fraction)
        ),
        say(
            page,
            "{} har ingen, og for {} er det ikke oplyst.",
            "plans.{p}.missing",
            "plans.{p}.unknown",
        )
        if unknown and unknown.value
        else "",
        say(
            page,
            f"{due}; det gjorde den i {{}} forløb.",
            after,
            ("plans.{p}.in_time", format_counted),
        )
        or say(page, f"{due}.", after),
    )


def tell_followup(page: Page) -> str:
    """Return how many were followed up on, and how much of the agreed hours they came."""
    held = ("followup.{p}.held", format_fraction)
    return sentences(
        say(page, "Der er fulgt op i {} startede forløb.", held),
        say(page, "Deltagerne er mødt op i {} af de aftalte timer.", "attendance.{p}.rate"),
    )


def tell_evaluations(page: Page) -> str:
    """Return how many final evaluations were received."""
    text = "Slutevalueringen er modtaget for {} afsluttede forløb, hvor det er oplyst."
    return say(page, text, ("followup.{p}.final_evaluation", format_fraction))


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses as bars.

    What is told together is one bar. A course with several reasons is in each of their groups.
    """
    names = {f"outcomes.{page.partner}.{name}": told for name, told in GROUPS.items()}
    completed, rate = find_rate(page, "completed"), find_rate(page, "success_wide")
    if not completed or not completed.value or not rate:
        return None
    figures, whole = page.tell(names), int(completed.value)
    groups = []
    for figure in figures:
        label, colour = names.get(figure.figure, (figure.label, GREY))
        is_rate = figure.figure == rate.figure and is_narrow(page)
        shown = "Videre til job, fleksjob eller uddannelse" if is_rate else label
        groups.append((shown, colour, figure.numerator or 0))
    if (rest := whole - sum(count for _, _, count in groups)) > 0:
        groups.append(("Øvrige", GREY, rest))
    label = max(groups, key=lambda group: group[2])[0]
    headline = {
        groups[0][0]: "Flest er gået videre",
        "Andre årsager": "Flest er sluttet af andre årsager",
        "Øvrige": "Det, de afsluttede forløb førte til",
    }.get(label, f"Flest: {_lower(label)}")
    name, day = page.name(page.partner), format_day(page.year.evaluation_date)
    parts = "; ".join(f"{text}: {n} ({format_share(n / whole)})" for text, _, n in groups)
    caption = f"Afsluttede forløb hos {escape(name)} siden den første aftale, pr. {day}"
    alt = f"Søjler over afsluttede forløb hos {name}. {parts}."
    draw, height = partial(_draw_groups, groups, whole), 0.35 + 0.62 * len(groups)
    return Chart("afgange", headline, caption, alt, height, draw, tuple(figures))


def _draw_groups(groups: list[Group], whole: int, axes: Axes) -> None:
    """Draw a bar a group, its label above it and its number at its end."""
    most = max(count for _, _, count in groups)
    for place, (label, colour, count) in enumerate(groups):
        axes.barh(-place, count, height=0.42, color=colour)
        axes.text(0, 0.3 - place, label, va="bottom", color=INK)
        told = f"{format_number(count)} ({format_share(count / whole, 0)})"
        axes.text(count + most * 0.015, -place, told, va="center", color=INK, fontweight="bold")
    axes.set_yticks([])
    axes.set_xlim(0, most * 1.3)
    axes.set_ylim(0.4 - len(groups), 0.75)
    hide_scale(axes)


def _list_months(page: Page) -> list[tuple[date, Figure, int]]:
    """Return the months, oldest first, with the courses running and the places agreed."""
    start, found = f"occupancy.{page.partner}.", []
    for figure in page.tell(sorted(n for n in page.figures if n.startswith(start))):
        month, _, what = figure.figure.removeprefix(start).partition(".")
        agreed = page.find(f"{start}{month}.places")
        if what == "in_use" and MONTH.fullmatch(month) and figure.value is not None:
            places = int(agreed.value or 0) if agreed else 0
            found.append((date.fromisoformat(f"{month}-01"), figure, places))
    return found


def chart_occupancy(page: Page) -> Chart | None:
    """Return the courses running at each month's end against the places agreed."""
    months = _list_months(page)
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
