"""Where numbers come from, what changed between two reports, and what the checks found: on a page,
and as text or a record for `socok trace` and `socok diff`.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import date

from socok_analysis.checks.findings import list_run, read_checks
from socok_analysis.core import danish
from socok_analysis.figures import ledger
from socok_analysis.figures.evidence import MONTH, Evidence
from socok_analysis.figures.figure import Figure, as_record
from socok_analysis.figures.measure import find_last_event
from socok_analysis.figures.rows import FigureRow, find_pattern
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.show import markdown as md
from socok_analysis.show.page import Page, Sentences
from socok_analysis.show.text import measure_length

OTHERS_DA = {"unknown": "ikke oplyst", "unused": "ark uden kendte overskrifter"}
MOST_IN_LINE, OLD_DAYS, SHORT = 3, 31, 12
CHANGED_DA = {"new": "ny", "changed": "ændret", "gone": "væk"}
MAIN = re.compile(
    r"outcomes\.[^.]+\.(completed|success_wide|success_narrow|stopped)"
    r"|jobs\.(total|cumulative)|enterprises\.(total|registered)"
)
PARTS = {"new": "nye tilfælde", "recoded": "omkodning", "gone": "udgåede"}
BREAK = "databrud"
FIRST = "Dette er den første rapport i rækken, så der er intet at sammenligne med."


def _tell_sources(page: Page) -> str:
    """Return every figure that is told by the export it is of, what is declared alike together."""
    alike: dict[FigureRow, list[Figure]] = {}
    for figure in page.tell(page.figures):
        alike.setdefault(_find_meaning(page, figure), []).append(figure)
    names, groups = {row.name: row for row in page.proof.rows}, dict[str, list[str]]()
    for meaning in (row for row in page.proof.rows if row in alike):
        base: FigureRow | None = meaning
        while base and not base.table and base.how != "facts":  # worked out of another figure
            base = next((names[name] for name in base.takes if name in names), None)
        kind = (base.table or base.how).partition("_ever")[0] if base else ""
        own = groups.setdefault(KIND_DA.get(kind, "øvrige tal").capitalize(), [])
        own.append(_show_meaning(page, meaning, alike[meaning]))
    parts = (part for head, own in groups.items() for part in (f"## {head}", *own))
    return md.site_only("\n\n".join(parts))


def _show_meaning(page: Page, meaning: FigureRow, figures: list[Figure]) -> str:
    """Return a definition list's entry: a label, what it means, and its figures, each an anchor."""
    formula, entries = ledger.word_row(meaning, page.proof), []
    spans = {(figure.period_start, figure.period_end) for figure in figures}
    (first, last), *others = spans
    period = f"Opgjort pr.{danish.HARD_SPACE}{danish.shorten_day(last)}." if last else ""
    if first and last:
        period = f"Periode: {danish.shorten_day(first)}–{danish.shorten_day(last)}."
    texts = [
        md.escape(meaning.definition),
        "" if formula in ("", meaning.definition) else f"Formel: {md.escape(formula)}",
        "" if others else period,
    ]
    told = " ".join(filter(None, texts)).replace(" %", f"{danish.HARD_SPACE}%")
    for figure in figures:
        own = figure.label.removeprefix(meaning.label).lstrip(": ")
        which = ", ".join(filter(None, (name_apart(page, figure), own)))
        is_told = figure.unit.casefold() in ("", *md.PLAIN_UNITS, *figure.label.casefold().split())
        unit = "" if figure.unit == meaning.unit or is_told else f" {md.escape(figure.unit)}"
        text = f"{f'{md.escape(which)}: ' if which else ''}{md.format_counted(figure)}{unit}"
        entries.append(f"[{text}]{{#{figure.figure.replace('+', '-')}}}")
    listed = "\n    ".join(f"- {entry}" for entry in entries)
    shown = listed if len(entries) > MOST_IN_LINE else "; ".join(entries)
    head = f"**{md.escape(meaning.label)}** ({md.escape(meaning.unit)})"
    return f"{head}\n\n:   {told}\n\n    {shown}"


def _find_meaning(page: Page, figure: Figure) -> FigureRow:
    row = find_pattern(figure.figure.partition("+")[0], page.proof.rows)
    assert row, f"{figure.figure} has no row in figures.csv"
    return row


def name_apart(page: Page, figure: Figure) -> str:
    """Return what a figure's label does not say of whom, when or what it is: "Sumak, apr. 2020"."""
    meaning, parts = _find_meaning(page, figure), list[str]()
    for part in figure.figure.split("."):
        month = date.fromisoformat(f"{part}-01") if MONTH.fullmatch(part) else None
        known = page.proof.names.get(part) or KIND_DA.get(part) or OTHERS_DA.get(part, "")
        parts.append(danish.shorten_month(month) if month else known)
    told = [part for part in parts if part and part not in figure.label]
    is_kind = not told and figure.label != meaning.label and ": " not in figure.label
    return meaning.label if is_kind else ", ".join(told)


def _tell_absent(page: Page) -> str:
    kinds = [name for kind, name in KIND_DA.items() if kind not in ("facts", *page.proof.tables)]
    if not kinds:
        return "Alle slags udtræk er modtaget."
    told = "De nøgletal, der bygger på dem, er ikke med i rapporten; de er ikke nul."
    return f"Der er ikke modtaget udtræk med {danish.join_words(kinds)}. {told}"


def _tell_warnings(page: Page) -> str:
    last = find_last_event(page.proof.tables, page.year.period_end)
    if last is None or (page.year.period_end - last).days <= OLD_DAYS:
        return ""
    return (
        "::: {.callout-warning}\n## Udtrækkene er måske for gamle\n\n"
        "Den seneste ansættelse, start eller afslutning i udtrækkene er fra den "
        f"{danish.format_day(last)}. Hent nye udtræk, hvis de er trukket før statusdagen.\n:::"
    )


def _tell_checks(page: Page) -> str:
    found = {problem.check for problem in page.problems if problem.check in read_checks()}
    told = f"{len(found) or 'Ingen'} af dem viste noget"
    told += ", der er rettet eller forklaret; forklaringerne står nedenfor." if found else "."
    return f"Tallene er holdt op mod hinanden i {len(list_run(page.proof))} kontroller. {told}"


def _tell_printed(page: Page) -> list[str]:
    """Return how many of the numbers printed before agree with the exports, and why some do not."""
    shown, rows = 0, []
    for each in page.comparisons:
        printed, figure = each.published, page.find(each.published.name)
        if not figure or printed.is_internal or printed.expression:
            continue
        shown += 1
        if each.status != "equal":
            found = md.show_value(figure, "" if printed.field == "værdi" else "talt")
            unit = "" if printed.unit in ("antal", *md.PLAIN_UNITS) else f" {printed.unit}"
            told = md.name_value(md.escape(f"{printed.printed}{unit}"), figure)
            rows.append([md.escape(page.title_of(figure)), told, found, md.escape(printed.note)])
    if not shown:
        return ["Der er ikke tidligere trykt tal for perioden."]
    header = "Tal|Trykt>|Udtrækkene giver>|Hvorfor"
    return [
        f"{shown} tal har været trykt før. Udtrækkene giver det samme for {shown - len(rows)} af "
        f"dem; {len(rows)} afviger.",
        md.render_table(md.Table("trykt", "Tal, der er trykt før, og som afviger", header, rows)),
    ]


def _make_deviations(page: Page) -> md.Table:
    rows, words = [], {"year.toml": "Rapportens datoer"} | page.proof.names
    for deviation in page.deviations:
        check, concerns = read_checks().get(deviation.check), deviation.concerns
        figure = page.find(concerns)
        where = page.title_of(figure) if figure else words.get(concerns, concerns)
        told = (check.title if check else deviation.check, where, deviation.reason)
        rows.append([*map(md.escape, told), danish.format_day(deviation.accepted_on)])
    header = "Det, der ikke holder|Hvor|Hvorfor det er i orden|Accepteret"
    return md.Table("afvigelser", "Det, kontrollerne viste, og forklaringen", header, rows)


# What changed


def _make_revisions(page: Page) -> md.Table:
    before, rows = page.proof.earlier, []
    for revision in ledger.list_revisions(before, page.proof, MAIN.fullmatch) if before else []:
        both = page.both(revision.after.figure)
        if all(both):
            label = md.escape(page.title_of(revision.after))
            told = BREAK if revision.is_broken else _describe_parts(page, revision)
            rows.append([label, *(md.show_value(f, "talt") for f in reversed(both)), told])
    years = "|".join(f"Rapport {year}>" for year in reversed(page.years))
    note = "Databrud: tallet er talt på en ny måde og kan ikke holdes op mod det gamle."
    note = note if any(BREAK in row for row in rows) else ""
    caption, header = "Nøgletal i de to rapporter", f"Nøgletal|{years}|Kommer af"
    return md.Table("aendringer", caption, header, rows, note)


def _describe_parts(page: Page, revision: ledger.Revision) -> str:
    """Return in words what a change is made of; the numbers in the internal edition only."""
    if revision.new is not None:
        counts = {word: getattr(revision, name) for name, word in PARTS.items()}
        known = {word: count for word, count in counts.items() if count}
        if page.edition == "internal" and known:
            told = ", ".join(f"{word}: {count}" for word, count in known.items())
            return md.name_value(told, revision.after)
        return " og ".join(known) or "ingen ændring"
    if revision.before.period_start == revision.after.period_start:
        return "opgjort på dagen"
    lengths = [measure_length(figure) for figure in (revision.before, revision.after)]
    if None in lengths or lengths[0] == lengths[1]:
        return "en ny periode"
    return f"en ny periode, {lengths[1]:g} måneder mod {lengths[0]:g}"


def _make_definition_changes(page: Page) -> md.Table:
    before, rows = page.proof.earlier, []
    for change in ledger.list_definition_changes(before, page.proof) if before else []:
        partner = page.proof.names.get(change.partner, "Alle partnere")
        is_comparable = "ja" if change.is_comparable else f"nej, {BREAK}"
        rows.append([*map(md.escape, (change.label, partner, change.reason)), is_comparable])
    header = "Andel|Partner|Ændring|Kan sammenlignes"
    return md.Table("definitioner", "Ændrede definitioner", header, rows)


def describe_changes(old: Evidence, new: Evidence, with_rows: bool) -> str:
    """Return what changed in lines: definitions and figures; with rows, for inside, also these."""
    told: dict[str, list[str]] = {"Rækker": []} if with_rows else {}
    for entry in ledger.list_entries(old, new) if with_rows else ():
        where = f"  {entry.what:<10} {CHANGED_DA[entry.kind]:<7} {entry.where}: {entry.detail}"
        rows = danish.join_numbers(entry.rows)
        told["Rækker"].append(f"{where}: {entry.count} (rækker {rows})" if rows else where)
    told |= {"Definitioner": [], "Nøgletal": []}
    for change in ledger.list_definition_changes(old, new):
        partner = f" ({new.name(change.partner)})" if change.partner else ""
        told["Definitioner"].append(f"  {change.label}{partner}: {change.reason}")
    for r in ledger.list_revisions(old, new):
        if r.before.value == r.after.value and not (r.recoded or r.gone or r.is_broken):
            continue
        values = f"{md.format_counted(r.before)} → {md.format_counted(r.after)}"
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
    for r in ledger.list_revisions(old, new):
        record: dict[str, object] = {"figure": r.after.figure, "label": r.after.label}
        for end, figure in (("before", r.before), ("after", r.after)):
            record |= {end: figure.value, f"numerator_{end}": figure.numerator}
        record |= {"change": r.change, "definition_changed": r.is_broken}
        figures.append(record | {n: getattr(r, n) for n in (PARTS if with_rows else ())})
    return {
        "from": old.year.year,
        "to": new.year.year,
        "entries": [asdict(entry) for entry in ledger.list_entries(old, new)] if with_rows else [],
        "definitions": [asdict(change) for change in ledger.list_definition_changes(old, new)],
        "figures": figures,
    }


def describe_trace(trace: ledger.Trace, page: Page) -> str:
    """Return the way back in lines; the row numbers only in the internal edition."""
    figure = trace.figure
    days = (figure.period_start, figure.period_end)
    first, last = (danish.format_day(day) if day else "" for day in days)
    withheld = page.told[page.year.year].withheld.get(figure.figure)
    interval = f", 95 %-interval {md.format_interval(figure)}" if figure.low is not None else ""
    value = f"{md.format_counted(figure)}{interval if figure.denominator else ''}"
    told = [
        ("Værdi", f"vises ikke: {withheld.why}" if withheld else value),
        ("Udvej", withheld.way_out if withheld else ""),
        ("Vises i", withheld.into if withheld else ""),
        ("Periode", f"{first} til {last}" if first else f"pr. {last}" if last else md.DASH),
        ("Definition", figure.definition),
        ("Formel", trace.formula),
        ("Årsager", ", ".join(trace.reasons)),
        ("Regnet af", ", ".join(trace.parents)),
    ]
    for origin in trace.origins:
        place = " › ".join(filter(None, (origin.file, origin.sheet)))
        told += [("Kilde", f"{place} ({origin.rows} rækker)"), ("SHA-256", origin.sha256)]
        if page.edition == "internal" and origin.of:
            others = "" if origin.of == origin.counted else danish.join_numbers(origin.of)
            told += [("Rækker", danish.join_numbers(origin.counted)), ("  ud af", others)]
    told += [("Kort", f"{path} {digest[:SHORT]}") for path, digest in trace.maps.items()]
    library = f"socok_analysis {trace.library['version']} {trace.library['sha256'][:SHORT]}"
    lines = (f"{name:<13}{text}" for name, text in (*told, ("Bibliotek", library)) if text)
    return "\n".join([f"{figure.figure} ({page.year.year})", figure.label, "", *lines])


def record_trace(trace: ledger.Trace, page: Page) -> dict[str, object]:
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


SENTENCES: Sentences = {
    "sources": _tell_sources,
    "absent": _tell_absent,
    "warnings": _tell_warnings,
    "checks": _tell_checks,
    "printed": _tell_printed,
    "first_report": lambda page: "" if page.proof.earlier else FIRST,
}
TABLES = {
    "deviations": _make_deviations,
    "revisions": _make_revisions,
    "definition_changes": _make_definition_changes,
}
