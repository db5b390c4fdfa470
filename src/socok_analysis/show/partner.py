"""A partner's page: what became of the courses, since last time, and the eight questions in words.

Sentences are made only of figures that the edition tells, each said once; where one that belongs
there is not told, the true reason is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_number, format_share, shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import (
    BLUE,
    GREY,
    ORANGE,
    SAND,
    Chart,
    draw_bars,
    draw_months,
    measure_bars,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.show.text import require_part
from socok_analysis.show.values import (
    find_way,
    join_words,
    lower,
    name_value,
    say,
    show_value,
    tell_news,
)

MONTH = re.compile(r"\d{4}-\d{2}")
WIDE = "videre til job, uddannelse, støttet beskæftigelse eller undervisning"
NARROW = "videre til job, fleksjob eller uddannelse"
GROUPS = {
    "success_wide": ("Videre efter forløbet", BLUE),
    "awaiting": ("Afventer en afklaring", SAND),
    "stopped": ("Stoppet undervejs", ORANGE),
    "other": ("Andre årsager", GREY),
}
PLACES = ("næsten alle pladser er i brug", "mange pladser er ledige")
PLANS = ("næsten alle har fået en plan", "flere har ikke fået en plan")
ALMOST_ALL, A_FEW, HALF = 0.9, 0.8, 0.5
REST, SINCE = ("awaiting", "stopped", "other"), " siden sidste opgørelse"
OWN_GROUPS = {"afventer": "awaiting", "stoppet": "stopped", "forlaenget": "extended"}
HEADLINES = {
    "Videre efter forløbet": "Flest er gået videre",
    "Andre årsager": "Flest er sluttet af andre årsager",
    "Øvrige": "Det, de afsluttede forløb førte til",
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
    figure, other = page.find(part), page.find(whole) if whole else None
    of = other.value if other else figure.denominator if figure else None
    if figure is None or not of or page.note(figure):
        return None
    return float((figure.value if whole else figure.numerator) or 0) / of


def tell_message(page: Page) -> str:
    """Return the partner's year in words, good and bad news, without a number."""
    good, bad, own = list[str](), list[str](), f"agreements.{page.partner}."
    for share, low, all_of, some in (
        (_find_share(page, f"{own}in_use", f"{own}places"), HALF, *PLACES),
        (_find_share(page, f"{own}plans"), A_FEW, *PLANS),
    ):
        if share is not None and (share >= ALMOST_ALL or share < low):
            (good if share >= ALMOST_ALL else bad).append(all_of if share >= ALMOST_ALL else some)
    for name, better, what in (
        ("success_wide", 1, "kommer videre efter forløbet"),
        ("stopped", -1, "stopper undervejs"),
    ):
        if way := find_direction(page, name):
            told = f"en {'større' if way > 0 else 'mindre'} del end før {what}"
            (good if way == better else bad).append(told)
    goal, veterans = page.find(f"{own}veteran_goal"), page.find(f"{own}veteran_share")
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
    completed = find_rate(page, "completed")
    if completed is None or not completed.value:
        return "Ingen forløb er afsluttet endnu, så der er intet resultat at vise."
    if find_rate(page, "success_wide") is None:
        why = page.why(f"outcomes.{page.partner}.success_wide")
        told = "{outcomes.P.completed} forløb er afsluttet. Hvad de førte til, vises ikke."
        return f"{say(page, told)} {why}".rstrip()
    what, led = NARROW if is_narrow(page) else WIDE, _count_reasons(page, "success")
    return say(
        page,
        f"{{outcomes.P.success_wide|af de}} forløb, der er afsluttet siden den første aftale, "
        f"førte {what}. Det er {{outcomes.P.success_wide}}.",
        f"Det, de gik videre til, var blandt andet {led}." if led else "",
        ""
        if is_narrow(page)
        else "Regnes kun job, fleksjob og uddannelse med, er det {outcomes.P.success_narrow|del} "
        "({outcomes.P.success_narrow}).",
    )


def _list_reasons(page: Page, kind: str) -> dict[str, str]:
    """Return the exit reasons that led on, await something or are neither, in words by figure."""
    found = {}
    for code, entry in page.codes("exit_reasons").items():
        group = entry.extra["group"]
        own = "success" if entry.extra["success_wide"] == "ja" else OWN_GROUPS.get(group, "other")
        if own == kind:
            label = lower(entry.label.removeprefix("Startet i "))
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
    other = find_rate(page, "other")
    if other is None or not other.numerator:
        return ""
    reasons = _list_reasons(page, "other")
    *most, last = map(escape, reasons.values())
    counted, awaiting = _count_reasons(page, "other"), _count_reasons(page, "awaiting")
    why = next(filter(None, map(page.why, reasons)), "")
    return say(
        page,
        "Andre årsager er afslutninger, der hverken er et skridt frem eller et afbrud. "
        f"Det kan være {', '.join(most)} eller {last}.",
        f"Heraf er {counted}." if counted else f"Hvor mange der er af hver, vises ikke. {why}",
        f"Blandt dem, der afventer, er {awaiting}." if awaiting else "",
    )


def tell_standard(page: Page) -> str:
    """Return what the agreement aims at, how long courses last, and how sure the rate is."""
    target, rate = page.find(f"agreements.{page.partner}.target"), find_rate(page, "success_wide")
    aim = "Aftalen har intet mål for, hvor stor en del der skal videre."
    if target and target.value is not None:
        aim = "Aftalens mål er {agreements.P.target}."
        if rate:
            met = "nået" if (rate.value or 0) >= target.value else "ikke nået"
            aim = f"{aim[:-1]}, og det er {met}."
    wish = (
        "Det er aftalt at stræbe efter, at {agreements.P.veteran_goal} af deltagerne er veteraner"
    )
    goal = say(page, f"{wish}; blandt de afsluttede forløb er det {{agreements.P.veteran_share}}.")
    told = say(
        page,
        aim,
        goal or f"{wish}.",
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
    """Return the rates since the last evaluation against those before it."""
    day, last = page.year.previous_evaluation_date, page.earlier_year
    if day is None or not last:
        return "Det er den første opgørelse, så der er intet at sammenligne med."
    head = f"Siden sidste opgørelse, {format_day(day)}, er {{outcomes.P.period.completed}} forløb "
    parts = [say(page, f"{head}afsluttet.")]
    names = {"success_wide": "gik videre", "stopped": "stoppede undervejs"}
    if not is_narrow(page):
        names["success_narrow"] = "gik videre til job, fleksjob eller uddannelse"
    for name, what in names.items():
        broken, now = find_break(page, name), f"outcomes.P.period.{name}|talt"
        if compare_rate(page, name):
            then = f"ved opgørelsen dengang var det {{outcomes.P.{name}@|talt}}"
            chance = "" if broken else _tell_chance(page, name)
            parts += [say(page, f"{{{now}}} {what}; {then}."), chance]
        parts.append(f"**Databrud:** {broken}" if broken else "")
    why = page.why(f"outcomes.{page.partner}.period.success_wide")
    if not any(compare_rate(page, name) for name in names):
        parts.append(
            say(page, "Ved opgørelsen dengang var {outcomes.P.success_wide@|talt} gået videre.")
        )
        told = f"Hvad der blev af dem, der er afsluttet siden, vises ikke for sig. {why}"
        parts.append(told if why else "")
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


def _tell_chance(page: Page, name: str) -> str:
    """Return whether a change is larger than chance usually gives."""
    change = find_rate(page, f"change.{name}")
    if change is None or change.low is None or change.high is None:
        return ""
    is_sure = change.low > 0 or change.high < 0
    told = "er større, end tilfældigheder plejer at give" if is_sure else "kan være tilfældig"
    return f"{name_value('Forskellen', change)} {told}."


# The eight questions


def tell_question(page: Page, question: str) -> str:
    """Return a question's answer: yes or no by the figures, these, and what the year's text says.

    Where figures do not answer it, the text's answer comes first.
    """
    text = require_part(page, f"partnere/{page.partner}", question)
    answer, numbers = QUESTIONS[question](page) if question in QUESTIONS else ("", "")
    parts = [say(page, answer, numbers), text] if answer else [text, numbers]
    return "\n\n".join(filter(None, parts))


def _answer(share: float | None, all_of: str, some: str, none: str) -> str:
    """Return yes or no to a question by a share, "" where there is none."""
    if share is None or share >= ALMOST_ALL:
        return "" if share is None else f"Ja, {'' if share >= 1 else 'næsten '}{all_of}."
    return f"Ja, men ikke {some}." if share >= HALF else f"Nej, {none}."


def _tell_places(page: Page) -> tuple[str, str]:
    """Return whether the places are in use, what is agreed, and the use in the period."""
    own, day = f"agreements.{page.partner}.", format_day(page.year.evaluation_date)
    share = _find_share(page, f"{own}in_use", f"{own}places")
    vacant = f"Den {day} var {{agreements.P.in_use}} i brug og {{agreements.P.vacant|ledig/ledige}}"
    size = "Aftalen er på {agreements.P.places|plads/pladser}"
    numbers = say(
        page,
        say(page, f"{size}, og {{agreements.P.extra_places!}} mere kan bruges efter behov.")
        or f"{size}.",
        say(page, f"{vacant}, og {{agreements.P.waiting}} stod på venteliste.") or f"{vacant}.",
        "I gennemsnit var {occupancy.P.share} af dem i brug ved en måneds slutning.",
        "Et forløb kan vare op til {agreements.P.max_weeks} uger.",
        "I {occupancy.P.months_over|måned/måneder!} var der {occupancy.P.peak} i forløb, flere "
        "end aftalt.",
    )
    said = "alle pladser er i brug", "alle pladser", "de fleste pladser er ledige"
    return _answer(share, *said), numbers


def _tell_plans(page: Page) -> tuple[str, str]:
    """Return whether participants have a plan, and when; not the times where they are made up."""
    in_time = page.find(f"plans.{page.partner}.in_time")
    due = "Efter aftalen skal planen foreligge efter {agreements.P.plan_after_weeks|uge/uger}"
    when = f"{due}; det gjorde den i {{plans.P.in_time|talt}} forløb."
    numbers = say(
        page,
        "{agreements.P.plans|af} startede forløb har fået en plan.",
        "{plans.P.missing} har ingen, og for {plans.P.unknown!} er det ikke oplyst.",
        (say(page, when) if in_time and not page.note(in_time) else "") or f"{due}.",
    )
    share = _find_share(page, f"agreements.{page.partner}.plans")
    return _answer(share, "alle", "alle", "de fleste har ingen"), numbers


def _tell_followup(page: Page) -> tuple[str, str]:
    """Return whether courses are followed up on, and how much of the agreed hours are attended."""
    share = _find_share(page, f"followup.{page.partner}.held")
    numbers = say(
        page,
        "Der er fulgt op i {followup.P.held|af} startede forløb.",
        "Deltagerne er mødt op i {attendance.P.rate} af de aftalte timer.",
    )
    return _answer(share, "i alle forløb", "i alle forløb", "ikke i de fleste forløb"), numbers


def _tell_evaluations(page: Page) -> tuple[str, str]:
    """Return whether final evaluations were received."""
    share = _find_share(page, f"followup.{page.partner}.final_evaluation")
    held = "Slutevalueringen er modtaget for {followup.P.final_evaluation|af} afsluttede forløb"
    numbers = say(page, f"{held}, hvor det er oplyst.")
    return _answer(share, "i alle forløb", "i alle forløb", "ikke i de fleste forløb"), numbers


QUESTIONS = {
    "Er forløbene i brug?": _tell_places,
    "Har deltageren en plan?": _tell_plans,
    "Bliver der fulgt op?": _tell_followup,
    "Får sagsbehandlerne det aftalte?": _tell_evaluations,
}


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
    told = {n: f"{format_number(n)} ({format_share(n / whole, 0)})" for n, _ in counts.values()}
    groups = [(label, [(n, told[n], colour)]) for label, (n, colour) in counts.items()]
    largest = max(counts, key=lambda label: counts[label][0])
    headline = HEADLINES.get(largest, f"Flest: {lower(largest)}")
    name, day = page.name(page.partner), format_day(rate.period_end or page.year.evaluation_date)
    caption = f"Afsluttede forløb hos {name} siden den første aftale, pr. {day}"
    parts = [f"{label}: {told[n]}" for label, (n, _) in counts.items()]
    height, draw = measure_bars(groups), partial(draw_bars, groups)
    return Chart("afgange", headline, caption, parts, height, draw, figures)


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
