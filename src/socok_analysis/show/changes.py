"""What changed between two reports, and where a number comes from: on a page, and as text.

The page of changes tells figures and definitions; `socok diff` the same and, inside, rows, in
lines or as a record, and `socok trace` the way back from one figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import DASH, format_counted, format_interval, name_value, show_value

KIND_DA = {"new": "ny", "changed": "ændret", "gone": "væk"}
SHOWN = ("completed", "success_wide", "success_narrow", "stopped")
WHOLE = ("jobs.total", "jobs.cumulative", "enterprises.total", "enterprises.registered")
WIDTH, SHORT = 13, 12
RECORDED: Mapping[str, Callable[[Revision], object]] = {
    "figure": lambda r: r.after.figure,
    "label": lambda r: r.after.label,
    "before": lambda r: r.before.value,
    "after": lambda r: r.after.value,
    "numerator_before": lambda r: r.before.numerator,
    "numerator_after": lambda r: r.after.numerator,
    "change": lambda r: r.change,
    "definition_changed": lambda r: r.is_broken,
}


def tell_first(page: Page) -> str:
    """Return that there is nothing to compare with, for the first report."""
    first = "Dette er den første rapport i rækken, så der er intet at sammenligne med."
    return "" if page.proof.earlier else first


def make_revisions(page: Page) -> Table | None:
    """Return the main figures in both reports, and what their change is made of."""
    before = page.proof.earlier
    if before is None:
        return None
    rows = []
    for revision in list_revisions(before, page.proof, _is_main):
        then = page.find(revision.before.figure, before.year.year)
        now = page.find(revision.after.figure)
        if then and now:
            names = [page.names[part] for part in now.figure.split(".") if part in page.names]
            label = escape(": ".join([*names, now.label]))
            told = "databrud" if revision.is_broken else _describe_parts(page, revision)
            shown = (show_value(figure, format_counted) for figure in (then, now))
            rows.append([label, *shown, told])
    header = ["Nøgletal", f"Rapport {before.year.year}", f"Rapport {page.year.year}", "Kommer af"]
    note = "Databrud: tallet er talt på en ny måde og kan ikke holdes op mod det gamle."
    is_broken = any("databrud" in row for row in rows)
    caption = "Nøgletal i de to rapporter"
    return Table("aendringer", caption, header, rows, "lrrl", note if is_broken else "")


def _is_main(name: str) -> bool:
    parts = name.split(".")
    return name in WHOLE or (parts[0] == "outcomes" and len(parts) == 3 and parts[2] in SHOWN)


def _describe_parts(page: Page, revision: Revision) -> str:
    """Return in words what a change is made of; the numbers in the internal edition only."""
    if revision.new is not None:
        new, recoded, gone = revision.new, revision.recoded, revision.gone
        kinds = {"nye tilfælde": new, "omkodning": recoded, "udgåede": gone}
        if page.edition == "internal":
            parts = [f"{word}: {number}" for word, number in kinds.items() if number]
            return name_value(", ".join(parts), revision.after) if parts else "ingen ændring"
        return " og ".join(word for word, number in kinds.items() if number) or "ingen ændring"
    if revision.before.period_start == revision.after.period_start:
        return "opgjort på dagen"
    lengths = [measure_length(figure) for figure in (revision.before, revision.after)]
    if None in lengths or lengths[0] == lengths[1]:
        return "en ny periode"
    return f"en ny periode, {lengths[1]:g} måneder mod {lengths[0]:g}"


def make_definitions(page: Page) -> Table | None:
    """Return the definitions that are others than in the report before."""
    before, rows = page.proof.earlier, []
    for change in list_definition_changes(before, page.proof) if before else []:
        partner = page.names.get(change.partner, "Alle partnere")
        is_comparable = "ja" if change.is_comparable else "nej, databrud"
        rows.append([*map(escape, (change.label, partner, change.text)), is_comparable])
    header = ["Andel", "Partner", "Ændring", "Kan sammenlignes"]
    return Table("definitioner", "Ændrede definitioner", header, rows, "llll") if rows else None


def describe_changes(old: Evidence, new: Evidence, with_rows: bool) -> str:
    """Return what changed in lines: definitions and figures; with rows, for inside, also these."""
    lines = [f"Fra rapport {old.year.year} til rapport {new.year.year}"]
    told: dict[str, list[str]] = {"Rækker": [], "Definitioner": [], "Nøgletal": []}
    if not with_rows:
        del told["Rækker"]
    for entry in list_entries(old, new) if with_rows else ():
        numbers = f" (rækker {join_numbers(entry.rows)})" if entry.rows else ""
        count = f": {entry.count}{numbers}" if entry.rows else ""
        kind = f"{entry.what:<11}{KIND_DA[entry.kind]:<8}"
        told["Rækker"].append(f"  {kind}{entry.where}: {entry.detail}{count}")
    for change in list_definition_changes(old, new):
        partner = f" ({new.name(change.partner)})" if change.partner else ""
        told["Definitioner"].append(f"  {change.label}{partner}: {change.text}")
    for r in list_revisions(old, new):
        if r.before.value == r.after.value and not (r.recoded or r.gone or r.is_broken):
            continue
        values = f"{format_counted(r.before)} → {format_counted(r.after)}"
        parts = f" (nye {r.new}, omkodet {r.recoded:+d}, væk {r.gone})" if r.new is not None else ""
        parts = parts if with_rows else ""
        mark = " [ny definition]" if r.is_broken else ""
        told["Nøgletal"].append(f"  {r.after.figure:<46}{values}{parts}{mark}")
    for heading, own in told.items():
        lines += ["", heading, *(own or ["  ingen ændringer"])]
    return "\n".join(lines)


def record_changes(old: Evidence, new: Evidence, with_rows: bool) -> dict[str, object]:
    """Return what changed as a record; with the rows and what changes are made of inside."""
    entries = [asdict(entry) for entry in list_entries(old, new)] if with_rows else []
    parts = ("new", "recoded", "gone") if with_rows else ()
    return {
        "from": old.year.year,
        "to": new.year.year,
        "entries": entries,
        "definitions": [asdict(change) for change in list_definition_changes(old, new)],
        "figures": [
            {name: get(r) for name, get in RECORDED.items()} | {n: getattr(r, n) for n in parts}
            for r in list_revisions(old, new)
        ],
    }


def describe_trace(trace: Trace, page: Page) -> str:
    """Return the way back in lines; the row numbers only in the internal edition."""
    figure, is_internal = trace.figure, page.edition == "internal"
    interval = f", 95 %-interval {format_interval(figure)}" if figure.low is not None else ""
    value = f"{format_counted(figure)}{interval if figure.numerator is not None else ''}"
    last = format_day(figure.period_end) if figure.period_end else ""
    period = f"pr. {last}" if last else DASH
    if figure.period_start:
        period = f"{format_day(figure.period_start)} til {last}"
    withheld = None if is_internal else page.public[page.year.year].withheld.get(figure.figure)
    told = [
        ("Værdi", f"vises ikke: {withheld.why}" if withheld else value),
        *([("Udvej", withheld.way_out)] if withheld else []),
        *([("Vises i", withheld.into)] if withheld and withheld.into else []),
        ("Periode", period),
        ("Definition", figure.definition),
        ("Formel", trace.formula),
    ]
    told += [("Årsager", ", ".join(trace.reasons))] if trace.reasons else []
    told += [("Regnet af", ", ".join(trace.parents))] if trace.parents else []
    for origin in trace.origins:
        told.append(("Kilde", f"{origin.file} › {origin.sheet} ({origin.rows} rækker)"))
        told.append(("SHA-256", origin.sha256))
        if is_internal and origin.of:
            told.append(("Rækker", join_numbers(origin.counted)))
            if origin.of != origin.counted:
                told.append(("  ud af", join_numbers(origin.of)))
    told += [("Kort", f"{path} {digest[:SHORT]}") for path, digest in trace.maps.items()]
    library = f"socok_analysis {trace.library['version']} {trace.library['sha256'][:SHORT]}"
    lines = (f"{name:<{WIDTH}}{text}" for name, text in (*told, ("Bibliotek", library)))
    return "\n".join([f"{figure.figure} ({page.year.year})", figure.label, "", *lines])


def record_trace(trace: Trace, page: Page) -> dict[str, object]:
    """Return the way back as a record; no number that may not be shown, no rows in public."""
    figure, is_shown = as_record(trace.figure), page.find(trace.figure.figure) is not None
    if not is_shown:
        figure |= dict.fromkeys(("value", "numerator", "denominator", "low", "high"))
    origins: list[dict[str, object]] = []
    for origin in trace.origins:
        known = ("file", "sheet", "rows", "sha256")
        origins.append({name: getattr(origin, name) for name in known})
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
