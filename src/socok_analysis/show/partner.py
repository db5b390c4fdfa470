"""A partner's page: what became of the courses, since last time, and the eight questions in words.

Sentences are made only of figures that the edition tells, each said once; where one that belongs
there is not told, the true reason is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_number, format_share, shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import BLUE, GREY, ORANGE, SAND, Chart, chart_bars, draw_months
from socok_analysis.show.markdown import (
    escape,
    find_way,
    join_words,
    lower,
    name_value,
    say,
    show_value,
    tell_news,
)
from socok_analysis.show.page import Page
from socok_analysis.show.text import require_part

MONTH = re.compile(r"\d{4}-\d{2}")
WIDE = "videre til job, uddannelse, støttet beskæftigelse eller undervisning"
NARROW = "videre til job, fleksjob eller uddannelse"
GROUPS = {
    "success_wide": ("Videre efter forløbet", BLUE),
    "awaiting": ("Afventer en afklaring", SAND),
    "stopped": ("Stoppet undervejs", ORANGE),
    "other": ("Andre årsager", GREY),
}
REST, SINCE = ("awaiting", "stopped", "other"), " siden sidste opgørelse"
OWN_GROUPS = {"afventer": "awaiting", "stoppet": "stopped", "forlaenget": "extended"}
HEADLINES = {
    "Videre efter forløbet": "Flest er gået videre",
    "Andre årsager": "Flest er sluttet af andre årsager",
    "Øvrige": "Det, de afsluttede forløb førte til",
}
ALMOST_ALL, A_FEW, HALF = 0.9, 0.8, 0.5

# A figure whose share is news: good where it is almost all, bad where it is less than this.
SHARES = (
    ("in_use", "places", HALF, "næsten alle pladser er i brug", "mange pladser er ledige"),
    ("plans", "", A_FEW, "næsten alle har fået en plan", "flere har ikke fået en plan"),
)
# A rate that has changed: the way that is good news, and what more or fewer do.
CHANGES = (
    ("success_wide", 1, "kommer videre efter forløbet"),
    ("stopped", -1, "stopper undervejs"),
)

# Questions that figures answer. A figure's share, of another or ("") of what it is of, says yes or
# no: in words for almost all, for most and for few. Then what is told of it; `D` is the evaluation
# day.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "Er forløbene i brug?": (
        *("agreements.P.in_use", "agreements.P.places"),
        *("alle pladser er i brug", "alle pladser", "de fleste pladser er ledige"),
        "Aftalen er på {agreements.P.places|plads/pladser}<, og {agreements.P.extra_places!} mere "
        "kan bruges efter behov>.",
        "Den D var {agreements.P.in_use} i brug og {agreements.P.vacant|ledig/ledige}<, og "
        "{agreements.P.waiting} stod på venteliste>.",
        "I gennemsnit var {occupancy.P.share} af dem i brug ved en måneds slutning.",
        "Et forløb kan vare op til {agreements.P.max_weeks} uger.",
        "I {occupancy.P.months_over|måned/måneder!} var der {occupancy.P.peak} i forløb, flere "
        "end aftalt.",
    ),
    "Har deltageren en plan?": (
        *("agreements.P.plans", "", "alle", "alle", "de fleste har ingen"),
        "{agreements.P.plans|af} startede forløb har fået en plan<; {plans.P.missing!} har "
        "ingen><, og for {plans.P.unknown!} er det ikke oplyst>.",
        "Efter aftalen skal planen foreligge efter {agreements.P.plan_after_weeks|uge/uger}<; det "
        "gjorde den i {plans.P.in_time|talt?} forløb>.",
    ),
    "Bliver der fulgt op?": (
        *("followup.P.held", "", "i alle forløb", "i alle forløb", "ikke i de fleste forløb"),
        "Der er fulgt op i {followup.P.held|af} startede forløb.",
        "Deltagerne er mødt op i {attendance.P.rate} af de aftalte timer.",
    ),
    "Får sagsbehandlerne det aftalte?": (
        *("followup.P.final_evaluation", ""),
        *("i alle forløb", "i alle forløb", "ikke i de fleste forløb"),
        "Slutevalueringen er modtaget for {followup.P.final_evaluation|af} afsluttede forløb, "
        "hvor det er oplyst.",
    ),
}


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
    figure = f"outcomes.{page.partner}.{name}"
    return page.find_break(figure, page.earlier_year or 0, page.year.year)


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
    both = page.both(f"outcomes.{page.partner}.{name}")
    return 0 if find_break(page, name) else find_way(*(compare_rate(page, name) or both))


def _find_share(page: Page, part: str, whole: str = "") -> float | None:
    """Return a figure's share, of another or of what it is of; None where it is made up."""
    figure, other = (page.find(name.replace("P", page.partner)) for name in (part, whole))
    of = other.value if other else figure.denominator if figure else None
    if figure is None or not of or page.note(figure):
        return None
    return float((figure.value if whole else figure.numerator) or 0) / of


def tell_partner_message(page: Page) -> str:
    """Return the partner's year in words, good and bad news, without a number."""
    good, bad, own = list[str](), list[str](), "agreements.P."
    for part, whole, low, all_of, some in SHARES:
        share = _find_share(page, f"{own}{part}", whole and f"{own}{whole}")
        if share is not None and share >= ALMOST_ALL:
            good.append(all_of)
        elif share is not None and share < low:
            bad.append(some)
    for name, better, what in CHANGES:
        if way := find_direction(page, name):
            told = f"en {'større' if way > 0 else 'mindre'} del end før {what}"
            (good if way == better else bad).append(told)
    names = (f"agreements.{page.partner}.veteran_{which}" for which in ("goal", "share"))
    goal, veterans = map(page.find, names)
    if goal and veterans and veterans.value is not None and veterans.value < (goal.value or 0):
        bad.append("andelen af veteraner er under aftalens mål")
    return tell_news(good, bad) or "**Det er for tidligt at sige, om det går godt eller skidt.**"


def tell_partners_briefly(page: Page) -> str:
    """Return each partner's year in a line of words, with a link to its page where it has one."""
    lines = []
    for partner in page.partners():
        message = tell_partner_message(replace(page, partner=partner)).strip("*")
        target, name = f"partner-{partner}", escape(page.name(partner))
        named = f"[{name}]({target}.ipynb)" if target in page.titles else name
        lines.append(f"- **{named}:** {message}")
    return "\n".join(lines)


def tell_result(page: Page) -> str:
    """Return how many of the completed courses led on, and to what."""
    completed = find_rate(page, "completed")
    if completed is None or not completed.value:
        return "Ingen forløb er afsluttet endnu, så der er intet resultat at vise."
    if find_rate(page, "success_wide") is None:
        why = page.why(f"outcomes.{page.partner}.success_wide")
        told = "{outcomes.P.completed} forløb er afsluttet. Hvad de førte til, vises ikke."
        return f"{say(page, told)} {why}".rstrip()
    led, is_same = _count_reasons(page, "success"), is_narrow(page)
    narrow = (
        "Regnes kun job, fleksjob og uddannelse med, er det {outcomes.P.success_narrow|del} "
        "({outcomes.P.success_narrow})."
    )
    return say(
        page,
        "{outcomes.P.success_wide|af de} forløb, der er afsluttet siden den første aftale, "
        f"førte {NARROW if is_same else WIDE}. Det er {{outcomes.P.success_wide}}.",
        f"Det, de gik videre til, var blandt andet {led}." if led else "",
        "" if is_same else narrow,
    )


def _list_reasons(page: Page, kind: str) -> dict[str, str]:
    """Return the exit reasons that led on, await something or are neither, in words by figure."""
    found = {}
    for code, entry in page.codes("exit_reasons").items():
        group = entry.extra["group"]
        own = "success" if entry.extra["success_wide"] == "ja" else OWN_GROUPS.get(group, "other")
        if own == kind:
            label = lower(entry.label.removeprefix("Startet i ").replace(" - ", " – "))
            found[f"outcomes.{page.partner}.exit.{code}"] = label
    return found


def _count_reasons(page: Page, kind: str) -> str:
    """Return the reasons for exit that are told, each with its number: "fleksjob (9)"."""
    names = _list_reasons(page, kind)
    figures = sorted(page.tell(names), key=lambda f: -(f.value or 0))
    return join_words(
        f"{escape(names.get(f.figure, lower(f.label)))} ({show_value(f)})"
        for f in figures
        if f.value
    )


def tell_rest(page: Page) -> str:
    """Return in words what became of the rest; kinds of reasons are named, few people not."""
    other, awaiting = find_rate(page, "other"), _count_reasons(page, "awaiting")
    told = [f"Blandt dem, der venter, er årsagen: {awaiting}."] if awaiting else []
    if other and other.numerator:
        reasons = _list_reasons(page, "other")
        *most, last = map(escape, reasons.values())
        counted = _count_reasons(page, "other")
        why = next(filter(None, map(page.why, reasons)), "")
        told = [
            "Andre årsager er afslutninger, der hverken er et skridt frem eller et afbrud. "
            f"Det kan være {', '.join(most)} eller {last}.",
            f"Heraf er {counted}." if counted else f"Hvor mange der er af hver, vises ikke. {why}",
            *told,
        ]
    return " ".join(told)


def tell_standard(page: Page) -> str:
    """Return what the agreement aims at, how long courses last, and how sure the rate is."""
    target, rate = page.find(f"agreements.{page.partner}.target"), find_rate(page, "success_wide")
    aim = "Aftalen har intet mål for, hvor stor en del der skal videre."
    if target and target.value is not None:
        met = "nået" if rate and (rate.value or 0) >= target.value else "ikke nået"
        aim = f"Aftalens mål er {{agreements.P.target}}{f', og det er {met}' if rate else ''}."
    told = say(
        page,
        aim,
        "Det er aftalt at stræbe efter, at {agreements.P.veteran_goal} af deltagerne er veteraner"
        "<; blandt de afsluttede forløb er det {agreements.P.veteran_share}>.",
        "Blandt dem, der begyndte for mindst tolv måneder siden, var "
        "{outcomes.P.within_12_months|talt} videre inden for tolv måneder.",
        "Halvdelen af de afsluttede forløb varede højst {outcomes.P.weeks|rundt} uger.",
        "{outcomes.P.past_maximum|talt} varede længere, end aftalen siger.",
    )
    sure = say(
        page,
        "Tallene er talt op og er nøjagtige for de forløb, der er afsluttet. Hvad et forløb her "
        "plejer at føre til, er mere usikkert, fordi forløbene er få: andelen ligger et sted i "
        "spændet {outcomes.P.success_wide|spænd}.",
    )
    return f"{told}\n\n{sure}".strip()


def tell_since(page: Page) -> str:
    """Return the rates since the last evaluation against those before it, and whether a change is
    larger than chance usually gives.
    """
    day, last = page.year.previous_evaluation_date, page.earlier_year
    if day is None or not last:
        return "Det er den første opgørelse, så der er intet at sammenligne med."
    head = f"Siden sidste opgørelse, {format_day(day)}, er "
    parts = [say(page, f"{head}{{outcomes.P.period.completed}} forløb afsluttet.")]
    names = {"success_wide": "gik videre"}
    if not is_narrow(page):
        names["success_narrow"] = "gik videre til job, fleksjob eller uddannelse"
    names["stopped"] = "stoppede undervejs"
    for name, what in names.items():
        broken, change = find_break(page, name), find_rate(page, f"change.{name}")
        if compare_rate(page, name):
            told = f"{{outcomes.P.period.{name}|talt}} {what}; ved opgørelsen dengang var det "
            parts.append(say(page, f"{told}{{outcomes.P.{name}@|talt}}."))
            if not broken and change and change.low is not None and change.high is not None:
                is_sure = change.low > 0 or change.high < 0
                told = "er større, end tilfældigheder plejer at give"
                told = told if is_sure else "kan være tilfældig"
                parts.append(f"{name_value('Forskellen', change)} {told}.")
        parts.append(f"**Databrud:** {broken}" if broken else "")
    if not any(compare_rate(page, name) for name in names):
        why = page.why(f"outcomes.{page.partner}.period.success_wide")
        then = "Ved opgørelsen dengang var {outcomes.P.success_wide@|talt} gået videre."
        told = f"Hvad der blev af dem, der er afsluttet siden, vises ikke for sig. {why}"
        parts += [say(page, then), told if why else ""]
    return " ".join(filter(None, [*parts, _tell_rest_since(page)]))


def _tell_rest_since(page: Page) -> str:
    """Return what became of those that did not go on since last time, and why some are together."""
    names = [f"outcomes.{page.partner}.period.{name}" for name in REST]
    merged = [figure for figure in page.tell(names) if "+" in figure.figure]
    if not merged:
        return ""
    told = join_words(
        f"{escape(figure.label.removesuffix(SINCE))}: {show_value(figure, 'af')}"
        for figure in merged
    )
    return f"{told}. De er lagt sammen. {next(filter(None, map(page.why, names)), '')}"


def answer_question(page: Page, question: str) -> str:
    """Return a question's answer: yes or no by the figures, these, and what the year's text says.

    Where figures do not answer it, the text's answer comes first.
    """
    text = require_part(page, f"partnere/{page.partner}", question)
    if question not in QUESTIONS:
        return text
    part, whole, all_of, not_all, few, *templates = QUESTIONS[question]
    share, answer = _find_share(page, part, whole), ""
    if share is not None and share >= ALMOST_ALL:
        answer = f"Ja, {'' if share >= 1 else 'næsten '}{all_of}."
    elif share is not None:
        answer = f"Ja, men ikke {not_all}." if share >= HALF else f"Nej, {few}."
    day = format_day(page.year.evaluation_date)
    numbers = say(page, *(each.replace(" D ", f" {day} ") for each in templates))
    parts = [f"{answer} {numbers}".rstrip(), text] if answer else [text, numbers]
    return "\n\n".join(filter(None, parts))


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses as bars.

    What is told together is one bar. A course with several reasons is in each of their groups.
    """
    names = {f"outcomes.{page.partner}.{name}": told for name, told in GROUPS.items()}
    rate = find_rate(page, "success_wide")
    if not rate or not rate.denominator:
        return None
    figures, whole, counts = page.tell(names), rate.denominator, dict[str, tuple[int, str]]()
    for figure in figures:
        label, colour = names.get(figure.figure, (figure.label, GREY))
        counts[label] = figure.numerator or 0, colour
    if (rest := whole - sum(count for count, _ in counts.values())) > 0:
        counts["Øvrige"] = rest, GREY
    groups = [
        (label, [(n, f"{format_number(n)} ({format_share(n / whole, 0)})", colour)])
        for label, (n, colour) in counts.items()
    ]
    largest = max(counts, key=lambda label: counts[label][0])
    headline = HEADLINES.get(largest, f"Flest: {lower(largest)}")
    name, day = page.name(page.partner), format_day(rate.period_end or page.year.evaluation_date)
    caption = f"Afsluttede forløb hos {name} siden den første aftale, pr. {day}"
    return chart_bars("afgange", headline, caption, groups, figures)


def chart_occupancy(page: Page) -> Chart | None:
    """Return the courses running at each month's end against the places agreed."""
    start, figures = f"occupancy.{page.partner}.", list[Figure]()
    days, counts, aims = list[date](), list[int](), list[int]()
    for figure in page.tell(sorted(n for n in page.figures if n.startswith(start))):
        month, _, what = figure.figure.removeprefix(start).partition(".")
        if what == "in_use" and MONTH.fullmatch(month) and figure.value is not None:
            agreed = page.find(f"{start}{month}.places")
            aims.append(int(agreed.value or 0) if agreed else 0)
            days.append(date.fromisoformat(f"{month}-01"))
            counts.append(int(figure.value))
            figures.append(figure)
    if not any(counts):
        return None
    months = [shorten_month(day) for day in days]
    each = zip(months, counts, aims, strict=True)
    parts = [f"{month}: {count} af {places}" for month, count, places in each]
    is_over = any(count > places for count, places in zip(counts, aims, strict=True))
    some, none = "I nogle måneder var der flere", "Der var aldrig flere"
    headline = f"{some if is_over else none} i forløb end aftalt"
    name, span = page.name(page.partner), f"{months[0]}–{months[-1]}"
    caption = f"Forløb i gang hos {name} ved hver måneds slutning, {span}"
    draw = partial(draw_months, days, counts, aims, f"Aftalte pladser: {aims[-1]} (stiplet)")
    return Chart("brug", headline, caption, parts, 2.5, draw, figures)
