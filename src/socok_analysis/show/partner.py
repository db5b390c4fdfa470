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
    find_way,
    format_fraction,
    join_words,
    lower,
    name_value,
    say,
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
PLACES = ("næsten alle pladser er i brug", "mange pladser er ledige")
PLANS = ("næsten alle har fået en plan", "flere har ikke fået en plan")
ALMOST_ALL, A_FEW, HALF = 0.9, 0.8, 0.5
REST, SINCE = ("awaiting", "stopped", "other"), " siden sidste opgørelse"
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
    *most, last = map(escape, _list_reasons(page, "other").values())
    counted, awaiting = _count_reasons(page, "other"), _count_reasons(page, "awaiting")
    return say(
        page,
        "Andre årsager er afslutninger, der hverken er et skridt frem eller et afbrud. "
        f"Det kan være {', '.join(most)} eller {last}.",
        f"Heraf er {counted}." if counted else "Hvor mange der er af hver, vises ikke: det er få.",
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
        f"{escape(lower(figure.label.removesuffix(SINCE)))}: {show_value(figure, format_fraction)}"
        for figure in merged
    )
    return f"Nogle grupper er lagt sammen, {told}. {next(filter(None, map(page.why, names)), '')}"


def _tell_chance(page: Page, name: str) -> str:
    """Return whether a change is larger than chance usually gives."""
    change = find_rate(page, f"change.{name}")
    if change is None or change.low is None or change.high is None:
        return ""
    is_sure = change.low > 0 or change.high < 0
    told = "er større, end tilfældigheder plejer at give" if is_sure else "kan være tilfældig"
    return f"{name_value('Forskellen', change)} {told}."


# The eight questions: where figures answer one, in words that fit them, the answer comes first.


def _answer(share: float | None, all_of: str, some: str, none: str) -> str:
    """Return yes or no to a question by a share, "" where there is none."""
    if share is None:
        return ""
    most = all_of if share >= 1 else f"næsten {all_of}" if share >= ALMOST_ALL else ""
    if most:
        return f"Ja, {most}."
    return f"Ja, men ikke {some}." if share >= HALF else f"Nej, {none}."


def tell_places(page: Page) -> str:
    """Return whether the places are in use, what is agreed, and the use in the period."""
    own, day = f"agreements.{page.partner}.", format_day(page.year.evaluation_date)
    share = _find_share(page, f"{own}in_use", f"{own}places")
    vacant = f"Den {day} var {{agreements.P.in_use}} i brug og {{agreements.P.vacant|ledig/ledige}}"
    size = "Aftalen er på {agreements.P.places|plads/pladser}"
    return say(
        page,
        _answer(share, "alle pladser er i brug", "alle pladser", "de fleste pladser er ledige"),
        say(page, f"{size}, og {{agreements.P.extra_places!}} mere kan bruges efter behov.")
        or f"{size}.",
        say(page, f"{vacant}, og {{agreements.P.waiting}} stod på venteliste.") or f"{vacant}.",
        "I gennemsnit var {occupancy.P.share} af dem i brug ved en måneds slutning.",
        "Et forløb kan vare op til {agreements.P.max_weeks} uger.",
        "I {occupancy.P.months_over|måned/måneder!} var der {occupancy.P.peak} i forløb, flere "
        "end aftalt.",
    )


def tell_plans(page: Page) -> str:
    """Return whether participants have a plan, and when; not the times where they are made up."""
    share = _find_share(page, f"agreements.{page.partner}.plans")
    in_time = page.find(f"plans.{page.partner}.in_time")
    due = "Efter aftalen skal planen foreligge efter {agreements.P.plan_after_weeks|uge/uger}"
    when = f"{due}; det gjorde den i {{plans.P.in_time|talt}} forløb."
    return say(
        page,
        _answer(share, "alle", "alle", "de fleste har ingen"),
        "{agreements.P.plans|af} startede forløb har fået en plan.",
        "{plans.P.missing} har ingen, og for {plans.P.unknown!} er det ikke oplyst.",
        (say(page, when) if in_time and not page.note(in_time) else "") or f"{due}.",
    )


def tell_followup(page: Page) -> str:
    """Return whether courses are followed up on, and how much of the agreed hours are attended."""
    share = _find_share(page, f"followup.{page.partner}.held")
    return say(
        page,
        _answer(share, "i alle forløb", "i alle forløb", "ikke i de fleste forløb"),
        "Der er fulgt op i {followup.P.held|af} startede forløb.",
        "Deltagerne er mødt op i {attendance.P.rate} af de aftalte timer.",
    )


def tell_evaluations(page: Page) -> str:
    """Return whether final evaluations were received."""
    share = _find_share(page, f"followup.{page.partner}.final_evaluation")
    return say(
        page,
        _answer(
            share, "alle slutevalueringer er modtaget", "alle slutevalueringer", "de fleste mangler"
        ),
        "Slutevalueringen er modtaget for {followup.P.final_evaluation|af} afsluttede forløb, hvor "
        "det er oplyst.",
    )


def chart_outcomes(page: Page) -> Chart | None:
    """Return what became of the partner's completed courses as bars.

    What is told together is one bar. A course with several reasons is in each of their groups.
    """
    names = {f"outcomes.{page.partner}.{name}": told for name, told in GROUPS.items()}
    rate = find_rate(page, "success_wide")
    if not rate or not rate.denominator:
        return None
    figures, whole = page.tell(names), rate.denominator
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
    }.get(label, f"Flest: {lower(label)}")
    name, day = page.name(page.partner), format_day(rate.period_end or page.year.evaluation_date)
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
