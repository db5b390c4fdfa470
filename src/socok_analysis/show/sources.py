"""The pages of sources and of the numbers: where every figure is from, and what the checks found.

Each figure has an anchor that is its name, so that any number of the site can be followed here.
"""

from __future__ import annotations

from datetime import date

from socok_analysis.checks import CHECKS, list_run
from socok_analysis.checks.declaration import find_check
from socok_analysis.core.danish import HARD_SPACE, format_day, shorten_day, shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.ledger import word_row
from socok_analysis.figures.measure import find_last_event
from socok_analysis.figures.published import Comparison
from socok_analysis.figures.rows import FigureRow, find_pattern
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.show.markdown import (
    PLAIN_UNITS,
    Table,
    escape,
    format_counted,
    join_words,
    name_value,
    show_value,
    site_only,
)
from socok_analysis.show.page import Page
from socok_analysis.show.partner import MONTH

FAMILIES = {
    "outcomes": "Forløb og hvad der blev af dem",
    "agreements": "Aftaler og pladser",
    "occupancy": "Pladser måned for måned",
    "plans": "Planer",
    "followup": "Opfølgning",
    "attendance": "Fremmøde",
    "progression": "Progression",
    "jobs": "Ansættelser",
    "enterprises": "Virksomheder og initiativer",
    "network": "Netværk",
    "grants": "Puljer",
    "recommendations": "Anbefalinger",
    "facts": "Nøgleoplysninger",
    "goals": "Mål",
    "intake": "Udtrækkenes rækker",
}
OTHERS_DA = {"unknown": "ikke oplyst", "unused": "ark uden kendte overskrifter"}
MOST_IN_LINE, OLD_DAYS = 3, 31


def tell_sources(page: Page) -> str:
    """Return every figure that is told by family, what is declared alike together."""
    alike: dict[FigureRow, list[Figure]] = {}
    for figure in page.tell(page.figures):
        alike.setdefault(_find_meaning(page, figure), []).append(figure)
    families: dict[str, list[str]] = {family: [] for family in FAMILIES}
    for meaning in (row for row in page.proof.rows if row in alike):
        own = families.setdefault(meaning.name.partition(".")[0], [])
        own.append(_show_meaning(page, meaning, alike[meaning]))
    told = {FAMILIES.get(family, escape(family)): own for family, own in families.items() if own}
    parts = (part for head, own in told.items() for part in (f"## {head}", *own))
    return site_only("\n\n".join(parts))


def _show_meaning(page: Page, meaning: FigureRow, figures: list[Figure]) -> str:
    """Return a definition list's entry: the label, then definition, formula, period and figures."""
    formula = word_row(meaning, page.proof)
    tables = dict.fromkeys(table for figure in figures for table in figure.tables)
    used = [KIND_DA[table] for table in tables if table in KIND_DA]
    first, last = figures[0].period_start, figures[0].period_end
    period = f"Opgjort pr.{HARD_SPACE}{shorten_day(last)}." if last else ""
    if first and last:
        period = f"Periode: {shorten_day(first)}–{shorten_day(last)}."
    texts = [
        escape(meaning.definition),
        "" if formula in ("", meaning.definition) else f"Formel: {escape(formula)}",
        period if all((f.period_start, f.period_end) == (first, last) for f in figures) else "",
        f"Kilde: udtræk med {join_words(used)}." if used else "",
    ]
    told = " ".join(filter(None, texts)).replace(" %", f"{HARD_SPACE}%")
    entries = [_show_entry(page, meaning, figure) for figure in figures]
    is_list = len(entries) > MOST_IN_LINE
    shown = "\n    ".join(f"- {entry}" for entry in entries) if is_list else "; ".join(entries)
    return f"**{escape(meaning.label)}** ({escape(meaning.unit)})\n\n:   {told}\n\n    {shown}"


def _show_entry(page: Page, meaning: FigureRow, figure: Figure) -> str:
    """Return one figure with its anchor: what tells it from the others, and its value.

    Its unit is told where it is another than its definition's, and no part of its label.
    """
    own = figure.label.removeprefix(meaning.label).lstrip(": ")
    which = ", ".join(filter(None, (name_apart(page, figure), own)))
    is_told = figure.unit.casefold() in ("", *PLAIN_UNITS, *figure.label.casefold().split())
    unit = "" if figure.unit == meaning.unit or is_told else f" {escape(figure.unit)}"
    text = f"{f'{escape(which)}: ' if which else ''}{format_counted(figure)}{unit}"
    return f"[{text}]{{#{figure.figure.replace('+', '-')}}}"


def _find_meaning(page: Page, figure: Figure) -> FigureRow:
    row = find_pattern(figure.figure.partition("+")[0], page.proof.rows)
    assert row, f"{figure.figure} has no row in figures.csv"
    return row


def name_apart(page: Page, figure: Figure) -> str:
    """Return what a figure's label does not say of whom or when it is about: "Sumak, apr. 2020".

    One that is a kind of something is told from others by that: "Ansættelser ad andre veje".
    """
    meaning, parts = _find_meaning(page, figure), list[str]()
    for part in figure.figure.split("."):
        month = date.fromisoformat(f"{part}-01") if MONTH.fullmatch(part) else None
        known = page.names.get(part) or KIND_DA.get(part) or OTHERS_DA.get(part, "")
        parts.append(shorten_month(month) if month else known)
    told = [part for part in parts if part and part not in figure.label]
    is_kind = not told and figure.label != meaning.label and ": " not in figure.label
    return meaning.label if is_kind else ", ".join(told)


def tell_absent(page: Page) -> str:
    """Return which exports were not received, and what follows."""
    known = {kind: name for kind, name in KIND_DA.items() if kind != "facts"}
    kinds = [name for kind, name in known.items() if kind not in page.proof.tables]
    if not kinds:
        return "Alle slags udtræk er modtaget."
    return (
        f"Der er ikke modtaget udtræk med {join_words(kinds)}. De nøgletal, der bygger på dem, "
        "er ikke med i rapporten; de er ikke nul."
    )


def tell_warnings(page: Page) -> str:
    """Return a warning where the exports' last event lies long before a status's date."""
    last = find_last_event(page.proof.tables, page.year.period_end)
    if last is None or (page.year.period_end - last).days <= OLD_DAYS:
        return ""
    return (
        "::: {.callout-warning}\n## Udtrækkene er måske for gamle\n\n"
        "Den seneste ansættelse, start eller afslutning i udtrækkene er fra den "
        f"{format_day(last)}. Hent nye udtræk, hvis de er trukket før statusdagen.\n:::"
    )


def tell_checks(page: Page) -> str:
    """Return in words how many checks were made of the year, and what they led to."""
    run = [name for name in CHECKS if name in list_run(page.proof)]
    found = {p.check for p in page.problems if find_check(p.check)}
    told = (
        f"{len(found)} af dem viste noget, der er rettet eller forklaret; forklaringerne står "
        "nedenfor."
    )
    told = told if found else "Ingen af dem gav anledning til bemærkninger."
    return f"Tallene er holdt op mod hinanden i {len(run)} kontroller. {told}"


def _list_printed(page: Page) -> list[tuple[Comparison, Figure]]:
    """Return the numbers printed before that readers may see, each with its figure."""
    told = [
        (each, page.find(each.published.name))
        for each in page.comparisons
        if not (each.published.is_internal or each.published.expression)
    ]
    return [(each, figure) for each, figure in told if figure]


def make_printed(page: Page) -> Table:
    """Return the numbers printed before that the exports do not give, with why."""
    rows = []
    for each, figure in _list_printed(page):
        printed = each.published
        if each.status != "equal":
            found = show_value(figure, "" if printed.field == "value" else "talt")
            unit = "" if printed.unit in ("antal", *PLAIN_UNITS) else f" {printed.unit}"
            told = name_value(escape(f"{printed.printed}{unit}"), figure)
            rows.append([escape(page.title_of(figure)), told, found, escape(printed.note)])
    header = ["Tal", "Trykt", "Udtrækkene giver", "Hvorfor"]
    return Table("trykt", "Tal, der er trykt før, og som afviger", header, rows, "lrrl")


def tell_printed(page: Page) -> str:
    """Return how many of the numbers printed before agree with the exports."""
    shown = _list_printed(page)
    if not shown:
        return "Der er ikke tidligere trykt tal for perioden."
    equal = sum(each.status in ("equal", "rounded") for each, _ in shown)
    return (
        f"{len(shown)} tal har været trykt før. Udtrækkene giver det samme for {equal} af dem; "
        f"{len(shown) - equal} afviger."
    )


def make_deviations(page: Page) -> Table:
    """Return the accepted deviations with their reasons; nothing where there is none."""
    rows, words = [], {"year.toml": "Rapportens datoer"} | page.names  # as afvigelser.csv names it
    for deviation in page.deviations:
        check, concerns = find_check(deviation.check), deviation.concerns
        figure = page.find(concerns)
        where = page.title_of(figure) if figure else words.get(concerns, concerns)
        told = (check.title if check else deviation.check, where, deviation.reason)
        rows.append([*map(escape, told), format_day(deviation.accepted_on)])
    header = ["Det, der ikke holder", "Hvor", "Hvorfor det er i orden", "Accepteret"]
    caption = "Det, kontrollerne viste, og forklaringen"
    return Table("afvigelser", caption, header, rows, "llll")
