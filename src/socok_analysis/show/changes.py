"""What changed between two reports, and where a number comes from: on a page, and as text.

The page of changes tells figures and definitions; `socok diff` the same and, inside, rows, in
lines or as a record, and `socok trace` the way back from one figure.
"""

from __future__ import annotations

from dataclasses import asdict

from socok_analysis.core.danish import format_day, join_numbers
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import as_record
from socok_analysis.figures.ledger import (
    Revision,
    Trace,
    list_definition_changes,
    list_entries,
    list_revisions,
)
from socok_analysis.show.claims import measure_length
from socok_analysis.show.markdown import (
    DASH,
    Table,
    escape,
    format_counted,
    format_interval,
    name_value,
    show_value,
)
from socok_analysis.show.page import Page

KIND_DA = {"new": "ny", "changed": "ændret", "gone": "væk"}
MAIN = ("completed", "success_wide", "success_narrow", "stopped")
WHOLE = ("jobs.total", "jobs.cumulative", "enterprises.total", "enterprises.registered")
SHORT = 12
PARTS = {"new": "nye tilfælde", "recoded": "omkodning", "gone": "udgåede"}
BREAK = "databrud"


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
        where = f"  {entry.what:<10} {KIND_DA[entry.kind]:<7} {entry.where}: {entry.detail}"
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
