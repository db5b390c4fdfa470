"""Where numbers come from, what changed between two reports, and what the checks found.

On a page, and as text or a record for `socok trace` and `socok diff`. On the page of sources each
figure has an anchor that is its name, so that any number of the site can be followed there.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from socok_analysis.checks import list_run
from socok_analysis.checks.declaration import find_check
from socok_analysis.core.danish import (
    HARD_SPACE,
    format_day,
    join_numbers,
    shorten_day,
    shorten_month,
)
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, as_record
from socok_analysis.figures.ledger import (
    Revision,
    Trace,
    list_definition_changes,
    list_entries,
    list_revisions,
    word_row,
)
from socok_analysis.figures.measure import find_last_event
from socok_analysis.figures.published import Comparison
from socok_analysis.figures.rows import FigureRow, find_pattern
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.show.claims import measure_length
from socok_analysis.show.markdown import (
    DASH,
    PLAIN_UNITS,
    Table,
    escape,
    format_counted,
    format_interval,
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
CHANGED_DA = {"new": "ny", "changed": "ændret", "gone": "væk"}
MAIN = ("completed", "success_wide", "success_narrow", "stopped")
WHOLE = ("jobs.total", "jobs.cumulative", "enterprises.total", "enterprises.registered")
SHORT = 12
PARTS = {"new": "nye tilfælde", "recoded": "omkodning", "gone": "udgåede"}
BREAK = "databrud"


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
    run = list_run(page.proof)
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


# What changed


def tell_first_report(page: Page) -> str:
    """Return that there is nothing to compare with, for the first report."""
    first = "Dette er den første rapport i rækken, så der er intet at sammenligne med."
    return "" if page.proof.earlier else first


def make_revisions(page: Page) -> Table:
    """Return the main figures in both reports, and what their change is made of."""
    before, rows = page.proof.earlier, []
    for revision in list_revisions(before, page.proof, _is_main) if before else []:
        both = page.both(revision.after.figure)
        if all(both):
            label = escape(page.title_of(revision.after))
            told = BREAK if revision.is_broken else _describe_parts(page, revision)
            rows.append([label, *(show_value(f, "talt") for f in reversed(both)), told])
    header = ["Nøgletal", *(f"Rapport {year}" for year in reversed(page.years)), "Kommer af"]
    note = "Databrud: tallet er talt på en ny måde og kan ikke holdes op mod det gamle."
    note = note if any(BREAK in row for row in rows) else ""
    return Table("aendringer", "Nøgletal i de to rapporter", header, rows, "lrrl", note)


def _is_main(name: str) -> bool:
    parts = name.split(".")
    return name in WHOLE or (parts[0] == "outcomes" and len(parts) == 3 and parts[2] in MAIN)


def _describe_parts(page: Page, revision: Revision) -> str:
    """Return in words what a change is made of; the numbers in the internal edition only."""
    if revision.new is not None:
        counts = {word: getattr(revision, name) for name, word in PARTS.items()}
        known = {word: count for word, count in counts.items() if count}
        if page.edition == "internal" and known:
            told = ", ".join(f"{word}: {count}" for word, count in known.items())
            return name_value(told, revision.after)
        return " og ".join(known) or "ingen ændring"
    if revision.before.period_start == revision.after.period_start:
        return "opgjort på dagen"
    lengths = [measure_length(figure) for figure in (revision.before, revision.after)]
    if None in lengths or lengths[0] == lengths[1]:
        return "en ny periode"
    return f"en ny periode, {lengths[1]:g} måneder mod {lengths[0]:g}"


def make_definition_changes(page: Page) -> Table:
    """Return the definitions that are others than in the report before."""
    before, rows = page.proof.earlier, []
    for change in list_definition_changes(before, page.proof) if before else []:
        partner = page.names.get(change.partner, "Alle partnere")
        is_comparable = "ja" if change.is_comparable else f"nej, {BREAK}"
        rows.append([*map(escape, (change.label, partner, change.text)), is_comparable])
    header = ["Andel", "Partner", "Ændring", "Kan sammenlignes"]
    return Table("definitioner", "Ændrede definitioner", header, rows, "llll")


def describe_changes(old: Evidence, new: Evidence, with_rows: bool) -> str:
    """Return what changed in lines: definitions and figures; with rows, for inside, also these."""
    told: dict[str, list[str]] = {"Rækker": []} if with_rows else {}
    for entry in list_entries(old, new) if with_rows else ():
        where = f"  {entry.what:<10} {CHANGED_DA[entry.kind]:<7} {entry.where}: {entry.detail}"
        numbers = f": {entry.count} (rækker {join_numbers(entry.rows)})" if entry.rows else ""
        told["Rækker"].append(where + numbers)
    told |= {"Definitioner": [], "Nøgletal": []}
    for change in list_definition_changes(old, new):
        partner = f" ({new.name(change.partner)})" if change.partner else ""
        told["Definitioner"].append(f"  {change.label}{partner}: {change.text}")
    for r in list_revisions(old, new):
        if r.before.value == r.after.value and not (r.recoded or r.gone or r.is_broken):
            continue
        values = f"{format_counted(r.before)} → {format_counted(r.after)}"
        is_split = with_rows and r.new is not None
        parts = f" (nye {r.new}, omkodet {r.recoded:+d}, væk {r.gone})" if is_split else ""
        mark = " [ny definition]" if r.is_broken else ""
        told["Nøgletal"].append(f"  {r.after.figure:<45} {values}{parts}{mark}")
    lines = [f"Fra rapport {old.year.year} til rapport {new.year.year}"]
    for heading, own in told.items():
        lines += ["", heading, *(own or ["  ingen ændringer"])]
    return "\n".join(lines)


def record_changes(old: Evidence, new: Evidence, with_rows: bool) -> dict[str, object]:
    """Return what changed as a record; with the rows and what changes are made of inside."""
    figures = []
    for r in list_revisions(old, new):
        record: dict[str, object] = {"figure": r.after.figure, "label": r.after.label}
        for end, figure in (("before", r.before), ("after", r.after)):
            record |= {end: figure.value, f"numerator_{end}": figure.numerator}
        record |= {"change": r.change, "definition_changed": r.is_broken}
        figures.append(record | {n: getattr(r, n) for n in (PARTS if with_rows else ())})
    return {
        "from": old.year.year,
        "to": new.year.year,
        "entries": [asdict(entry) for entry in list_entries(old, new)] if with_rows else [],
        "definitions": [asdict(change) for change in list_definition_changes(old, new)],
        "figures": figures,
    }


def describe_trace(trace: Trace, page: Page) -> str:
    """Return the way back in lines; the row numbers only in the internal edition."""
    figure, is_internal = trace.figure, page.edition == "internal"
    first, last = (format_day(d) if d else "" for d in (figure.period_start, figure.period_end))
    withheld = None if is_internal else page.public[page.year.year].withheld.get(figure.figure)
    interval = f", 95 %-interval {format_interval(figure)}" if figure.low is not None else ""
    value = f"{format_counted(figure)}{interval if figure.denominator else ''}"
    told = [
        ("Værdi", f"vises ikke: {withheld.why}" if withheld else value),
        ("Udvej", withheld.way_out if withheld else ""),
        ("Vises i", withheld.into if withheld else ""),
        ("Periode", f"{first} til {last}" if first else f"pr. {last}" if last else DASH),
        ("Definition", figure.definition),
        ("Formel", trace.formula),
        ("Årsager", ", ".join(trace.reasons)),
        ("Regnet af", ", ".join(trace.parents)),
    ]
    for origin in trace.origins:
        place = " › ".join(filter(None, (origin.file, origin.sheet)))
        told += [("Kilde", f"{place} ({origin.rows} rækker)"), ("SHA-256", origin.sha256)]
        if is_internal and origin.of:
            others = "" if origin.of == origin.counted else join_numbers(origin.of)
            told += [("Rækker", join_numbers(origin.counted)), ("  ud af", others)]
    told += [("Kort", f"{path} {digest[:SHORT]}") for path, digest in trace.maps.items()]
    library = f"socok_analysis {trace.library['version']} {trace.library['sha256'][:SHORT]}"
    lines = (f"{name:<13}{text}" for name, text in (*told, ("Bibliotek", library)) if text)
    return "\n".join([f"{figure.figure} ({page.year.year})", figure.label, "", *lines])


def record_trace(trace: Trace, page: Page) -> dict[str, object]:
    """Return the way back as a record; no number that may not be shown, no rows in public."""
    figure, is_shown = as_record(trace.figure), page.find(trace.figure.figure) is not None
    if not is_shown:
        figure |= dict.fromkeys(("value", "numerator", "denominator", "low", "high"))
    origins: list[dict[str, object]] = []
    for origin in trace.origins:
        origins.append({n: getattr(origin, n) for n in ("file", "sheet", "rows", "sha256")})
        if page.edition == "internal":
            origins[-1] |= {"counted_rows": [*origin.counted], "base_rows": [*origin.of]}
    return {
        **figure,
        "is_shown": is_shown,
        "why_not": page.why(trace.figure.figure),
        "formula": trace.formula,
        "reasons": list(trace.reasons),
        "derived_from": list(trace.parents),
        "origins": origins,
        "maps": dict(trace.maps),
        "library": dict(trace.library),
    }
