"""A partner's page: what became of the courses, since last time, and the eight questions in words,
made only of figures that the edition tells; where one that belongs there is not, why.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from socok_analysis.core import danish
from socok_analysis.figures.evidence import MONTH
from socok_analysis.figures.figure import Figure
from socok_analysis.show import markdown as md
from socok_analysis.show.drawing import BLUE, GREY, ORANGE, SAND, Chart, chart_bars, draw_months
from socok_analysis.show.page import Page, Sentences
from socok_analysis.show.text import require_part

WIDE = "videre til job, uddannelse, støttet beskæftigelse eller undervisning"
NARROW = "videre til job, fleksjob eller uddannelse"
# What groups of exits are called in the chart, their colours, and its headline where they are most.
GROUPS = {
    "success_wide": ("Videre efter forløbet", BLUE, "Flest er gået videre"),
    "awaiting": ("Afventer en afklaring", SAND, "Flest afventer en afklaring"),
    "stopped": ("Stoppet undervejs", ORANGE, "Flest er stoppet undervejs"),
    "other": ("Andre årsager", GREY, "Flest er sluttet af andre årsager"),
}
REST, SINCE = ("awaiting", "stopped", "other"), " siden sidste opgørelse"
ALMOST_ALL, A_FEW, HALF = 0.9, 0.8, 0.5

# Questions that figures answer. A figure's share, of another or ("") of what it is of, says yes or
# no: in words for almost all, for most and for few. Then what is told of it.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "Er forløbene i brug?": (
        *("agreements.P.in_use", "agreements.P.places"),
        *("alle pladser er i brug", "alle pladser", "de fleste pladser er ledige"),
        "Aftalen er på {agreements.P.places|plads/pladser}<, og {agreements.P.extra_places!} mere "
        "kan bruges efter behov>.",
        "Et forløb kan vare op til {agreements.P.max_weeks} uger.",
        "Den {opgjort} var {agreements.P.in_use} i brug og {agreements.P.vacant|ledig/ledige}<, og "
        "{agreements.P.waiting} stod på venteliste>.",
        "I gennemsnit var {occupancy.P.share} af pladserne i brug ved en måneds slutning<, og i "
        "{occupancy.P.months_over|måned/måneder!} var der {occupancy.P.peak} i forløb, flere end "
        "aftalt>.",
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
    figure = page.find(f"outcomes.P.{name}", year)
    return figure if figure and figure.value is not None else None


def is_narrow(page: Page) -> bool:
    """Tell whether the partner's wide and narrow rates are the same."""
    wide, narrow = (find_rate(page, name) for name in ("success_wide", "success_narrow"))
    return bool(wide and narrow and wide.numerator == narrow.numerator)


def compare_rate(page: Page, name: str) -> list[Figure]:
    """Return a rate since the last evaluation and the one reported that day; none if not both."""
    now, last = find_rate(page, f"period.{name}"), page.earlier_year
    before = find_rate(page, name, last) if last else None
    is_same_day = before and before.period_end == page.year.previous_evaluation_date
    return [now, before] if now and before and is_same_day else []


def find_direction(page: Page, name: str) -> int:
    """Return 1 where a rate has risen since the last evaluation, -1 where it fell, else 0."""
    figure = f"outcomes.P.{name}"
    both = compare_rate(page, name) or page.both(figure)
    return 0 if page.find_break(figure) else md.find_way(*both)


def _find_share(page: Page, part: str, whole: str = "") -> float | None:
    """Return a figure's share, of another or of what it is of; None where it is made up."""
    figure, other = page.find(part), page.find(whole)
    of = other.value if other else figure.denominator if figure else None
    if figure is None or not of or page.note(figure):
        return None
    return float((figure.value if whole else figure.numerator) or 0) / of


def _tell_message(page: Page) -> str:
    good, bad = list[str](), list[str]()
    in_use = _find_share(page, "agreements.P.in_use", "agreements.P.places")
    plans = _find_share(page, "agreements.P.plans")
    for share, low, all_of, some in (
        (in_use, HALF, "næsten alle pladser er i brug", "mange pladser er ledige"),
        (plans, A_FEW, "næsten alle har fået en plan", "en del har ikke fået en plan"),
    ):
        if share is not None and share >= ALMOST_ALL:
            good.append(all_of)
        elif share is not None and share < low:
            bad.append(some)
    for name, better, what in (("success_wide", 1, "kommer videre"), ("stopped", -1, "stopper")):
        if way := find_direction(page, name):
            told = f"en {'større' if way > 0 else 'mindre'} del end før {what}"
            after = "efter forløbet" if better > 0 else "undervejs"
            (good if way == better else bad).append(f"{told} {after}")
    goal, veterans = (page.find(f"agreements.P.veteran_{of}") for of in ("goal", "share"))
    if goal and veterans and veterans.value is not None and veterans.value < (goal.value or 0):
        bad.append("andelen af veteraner er under aftalens mål")
    return md.tell_news(good, bad) or "**Det er for tidligt at sige, om det går godt eller skidt.**"


def _tell_briefly(page: Page) -> str:
    """Return each partner's year in a line of words, with a link to its page where it has one."""
    lines = []
    for own in page.partners():
        target, name = f"partner-{own.partner}", md.escape(page.name(own.partner))
        named = f"[{name}]({target}.ipynb)" if target in page.pages else name
        lines.append(f"- **{named}:** {_tell_message(own).strip('*')}")
    return "\n".join(lines)


def _tell_result(page: Page) -> str:
    completed = find_rate(page, "completed")
    if completed is None or not completed.value:
        return "Ingen forløb er afsluttet endnu, så der er intet resultat at vise."
    if find_rate(page, "success_wide") is None:
        told = "{outcomes.P.completed} forløb er afsluttet. Hvad de førte til, vises ikke."
        return f"{page.fill(told)} {page.why('outcomes.P.success_wide')}".rstrip()
    led, is_same = _count_reasons(page, "success_wide"), is_narrow(page)
    narrow = (
        "Regnes kun job, fleksjob og uddannelse med, er det {outcomes.P.success_narrow|del} "
        "({outcomes.P.success_narrow})."
    )
    return page.fill(
        "{outcomes.P.success_wide|af de} forløb, der er afsluttet siden den første aftale, "
        f"førte {NARROW if is_same else WIDE}. Det er {{outcomes.P.success_wide}}.",
        f"Det, de gik videre til, var blandt andet {led}." if led else "",
        "" if is_same else narrow,
    )


def _list_reasons(page: Page, rate: str) -> dict[str, str]:
    """Return the exit reasons a rate counts, as the year defines it, in words by figure."""
    found, entries = {}, page.codes("exit_reasons")
    for code in page.proof.counted_by(rate, page.partner):
        label = entries[code].label.removeprefix("Startet i ").replace(" - ", " – ")
        found[f"outcomes.{page.partner}.exit.{code}"] = md.lower(label)
    return found


def _count_reasons(page: Page, rate: str) -> str:
    """Return the reasons for exit that are told, each with its number: "fleksjob (9)"."""
    names = _list_reasons(page, rate)
    figures = sorted(page.tell(names), key=lambda f: -(f.value or 0))
    told = ((md.escape(names.get(f.figure, md.lower(f.label))), f) for f in figures if f.value)
    return danish.join_words(f"{name} ({md.show_value(figure)})" for name, figure in told)


def _tell_rest(page: Page) -> list[str]:
    """Return what became of the rest, in kinds; the agreement's aim; how sure the rate is."""
    other, rate, rest = find_rate(page, "other"), find_rate(page, "success_wide"), list[str]()
    if other and other.numerator:
        reasons, told = _list_reasons(page, "other"), _count_reasons(page, "other")
        kinds, whys = danish.join_words(map(md.escape, reasons.values())), map(page.why, reasons)
        hidden = (
            f"Gruppen er ens hos alle partnere og rummer også det, der sjældent sker: {kinds}. "
            f"Hvor mange der er af hver, vises ikke. {next(filter(None, whys), '')}"
        )
        rest = [
            "Et forløb kan slutte af flere årsager og tæller da med ved hver af dem. Andre årsager "
            "er afslutninger, der hverken er et skridt frem eller et afbrud.",
            f"Heraf er {told}." if told else hidden,
        ]
    if awaiting := _count_reasons(page, "awaiting"):
        rest.append(f"Blandt dem, der venter, er årsagen: {awaiting}.")
    target = page.find("agreements.P.target")
    aim = "Aftalen har intet mål for, hvor stor en del der skal videre."
    if target and target.value is not None:
        met = "nået" if rate and (rate.value or 0) >= target.value else "ikke nået"
        aim = f"Aftalens mål er {{agreements.P.target}}{f', og det er {met}' if rate else ''}."
    standard = page.fill(
        aim,
        "Det er aftalt at stræbe efter, at {agreements.P.veteran_goal} af deltagerne er veteraner"
        "<; blandt de afsluttede forløb er det {agreements.P.veteran_share}>.",
        "Halvdelen af de afsluttede forløb varede højst {outcomes.P.weeks|rundt} uger<, og "
        "{outcomes.P.past_maximum|af} varede længere, end aftalen siger><; af dem, der begyndte "
        "for mindst tolv måneder siden, var {outcomes.P.within_12_months|talt} videre inden for "
        "tolv>.",
    )
    sure = page.fill(
        "Tallene er talt op og er nøjagtige for de forløb, der er afsluttet. Hvad et forløb her "
        "plejer at føre til, er mere usikkert, fordi forløbene er få: andelen ligger et sted i "
        "spændet {outcomes.P.success_wide|spænd}."
    )
    return [" ".join(rest), standard, sure]


def _tell_since(page: Page) -> str:
    """Return the rates since the last evaluation against those before it, and what is chance."""
    if page.year.previous_evaluation_date is None or not page.earlier_year:
        return "Det er den første opgørelse, så der er intet at sammenligne med."
    ended = "Siden sidste opgørelse, {sidst}, er {outcomes.P.period.completed} forløb afsluttet."
    parts, names = [page.fill(ended)], {"success_wide": "gik videre"}
    names |= {} if is_narrow(page) else {"success_narrow": f"gik {NARROW}"}
    names["stopped"] = "stoppede undervejs"
    for name, what in names.items():
        broken, change = page.find_break(f"outcomes.P.{name}"), find_rate(page, f"change.{name}")
        if compare_rate(page, name):
            told = f"{{outcomes.P.period.{name}|talt}} {what}; ved opgørelsen dengang var det "
            parts.append(page.fill(f"{told}{{outcomes.P.{name}@|talt}}."))
            if not broken and change and change.low is not None and change.high is not None:
                told = "kan være tilfældig"
                if change.low > 0 or change.high < 0:
                    told = "er større, end tilfældigheder plejer at give"
                parts.append(f"{md.name_value('Forskellen', change)} {told}.")
        parts.append(f"**Databrud:** {broken}" if broken else "")
    if not any(compare_rate(page, name) for name in names):
        then = "Ved opgørelsen dengang var {outcomes.P.success_wide@|talt} gået videre."
        told = "Hvad der blev af dem, der er afsluttet siden, vises ikke for sig."
        why = page.why("outcomes.P.period.success_wide")
        parts += [page.fill(then), f"{told} {why}" if why else ""]
    rest = [f"outcomes.{page.partner}.period.{name}" for name in REST]
    merged = [
        f"{md.escape(figure.label.removesuffix(SINCE))}: {md.show_value(figure, 'af')}"
        for figure in page.tell(rest)
        if "+" in figure.figure
    ]
    if merged:
        why = next(filter(None, map(page.why, rest)), "")
        parts.append(f"{danish.join_words(merged)}. De er lagt sammen. {why}")
    return " ".join(filter(None, parts))


def answer_question(page: Page, question: str) -> str:
    """Return a question's answer: yes or no by figures, these, the year's text; else text first."""
    text = require_part(page, f"partnere/{page.partner}", question)
    if question not in QUESTIONS:
        return text
    part, whole, all_of, not_all, few, *templates = QUESTIONS[question]
    share, answer = _find_share(page, part, whole), ""
    if share is not None and share >= ALMOST_ALL:
        answer = f"Ja, {'' if share >= 1 else 'næsten '}{all_of}."
    elif share is not None:
        answer = f"Ja, men ikke {not_all}." if share >= HALF else f"Nej, {few}."
    numbers = page.fill(*templates)
    parts = [f"{answer} {numbers}".rstrip(), text] if answer else [text, numbers]
    return "\n\n".join(filter(None, parts))


def _chart_outcomes(page: Page) -> Chart | None:
    """Return what the completed courses led to as bars; what is told together is one."""
    names = {f"outcomes.{page.partner}.{name}": told for name, told in GROUPS.items()}
    rate = find_rate(page, "success_wide")
    if not rate or not rate.denominator:
        return None
    figures, whole, counts = page.tell(names), rate.denominator, []
    for figure in figures:
        merged = (figure.label, GREY, f"Flest: {md.lower(figure.label)}")
        counts.append((figure.numerator or 0, *names.get(figure.figure, merged)))
    if (rest := whole - sum(count for count, *_ in counts)) > 0:
        counts.append((rest, "Øvrige", GREY, "Det, de afsluttede forløb førte til"))
    groups = [
        (label, [(n, f"{danish.format_number(n)} ({danish.format_share(n / whole, 0)})", colour)])
        for n, label, colour, _ in counts
    ]
    headline = max(counts, key=lambda count: count[0])[-1]
    name, day = (
        page.name(page.partner),
        danish.format_day(rate.period_end or page.year.evaluation_date),
    )
    caption = f"Afsluttede forløb hos {name} siden den første aftale, pr. {day}"
    return chart_bars("afgange", headline, caption, groups, figures)


def _chart_occupancy(page: Page) -> Chart | None:
    start, months = f"occupancy.{page.partner}.", list[tuple[date, Figure, int]]()
    for figure in page.tell(sorted(n for n in page.figures if n.startswith(start))):
        month, _, what = figure.figure.removeprefix(start).partition(".")
        if what == "in_use" and MONTH.fullmatch(month) and figure.value is not None:
            agreed = page.find(f"{start}{month}.places")
            aim = int(agreed.value or 0) if agreed else 0
            months.append((date.fromisoformat(f"{month}-01"), figure, aim))
    if not any(figure.value for _, figure, _ in months):
        return None
    days, figures, aims = zip(*months, strict=True)
    counts = [int(figure.value) for figure in figures]
    is_over = any(count > aim for count, aim in zip(counts, aims, strict=True))
    some = "I nogle måneder var der" if is_over else "Der var aldrig"
    headline = f"{some} flere i forløb end aftalt"
    short = [danish.shorten_month(day) for day in days]
    caption = f"Forløb i gang hos {page.name(page.partner)} ved hver måneds slutning, "
    parts = [f"{day}: {n} af {aim}" for day, n, aim in zip(short, counts, aims, strict=True)]
    draw = partial(draw_months, days, counts, aims, f"Aftalte pladser: {aims[-1]} (stiplet)")
    return Chart("brug", headline, f"{caption}{short[0]}–{short[-1]}", parts, 2.5, draw, figures)


SENTENCES: Sentences = {
    "partner_message": _tell_message,
    "partners_briefly": _tell_briefly,
    "result": _tell_result,
    "rest": _tell_rest,
    "since": _tell_since,
}
CHARTS = {"outcomes": _chart_outcomes, "occupancy": _chart_occupancy}
