"""What changed between two reports, and where a number comes from: on a page, and as text.

The page of changes tells figures, definitions and, inside, rows; `socok diff` the same in lines
or as a record, and `socok trace` the way back from one figure.
"""

from __future__ import annotations

from dataclasses import asdict

from socok_analysis.core.danish import MINUS, format_day, format_number, join_numbers
from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures.changes import (
    Revision,
    list_broken,
    list_definition_changes,
    list_entries,
    list_revisions,
)
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import as_record
from socok_analysis.figures.trace import Trace
from socok_analysis.show.claims import measure_length
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    DASH,
    format_counted,
    format_interval,
    list_differences,
    name_value,
    note_hidden,
    show_difference,
    show_value,
)

KIND_DA = {"new": "ny", "changed": "ændret", "gone": "væk"}
SHOWN = ("started", "completed", "success_wide", "success_narrow", "stopped", "awaiting", "other")
WHOLE = (
    "jobs.total",
    "jobs.total_per_12_months",
    "jobs.cumulative",
    "enterprises.total",
    "enterprises.registered",
    "enterprises.volunteer",
)
BREAK = "‖"
WIDTH, SHORT = 13, 12


def tell_first(page: Page) -> str:
    """Return that there is nothing to compare with, for the first report."""
    first = "Dette er den første rapport i rækken, så der er intet at sammenligne med."
    return "" if page.proof.earlier else first


def make_revisions(page: Page) -> Table | None:
    """Return the main figures in both reports, their change and what it is made of."""
    before = page.proof.earlier
    if before is None:
        return None
    chosen = list_revisions(before, page.proof, _is_main)
    rows = [_show_revision(page, revision, before.year.year) for revision in chosen]
    reports = (f"Rapport {year}" for year in (before.year.year, page.year.year))
    header = ["Nøgletal", *reports, "Ændring", "Kommer af"]
    broken = f"{BREAK}: definitionen er ændret, og de to tal kan ikke sammenlignes."
    is_broken = any(revision.is_broken for revision in chosen)
    note = f"{note_hidden(rows)} {broken if is_broken else ''}".strip()
    return Table("aendringer", "Nøgletal i de to rapporter", header, rows, "lrrrl", note)


def _is_main(name: str) -> bool:
    parts = name.split(".")
    return name in WHOLE or (parts[0] == "outcomes" and len(parts) == 3 and parts[2] in SHOWN)


def _show_revision(page: Page, revision: Revision, earlier: int) -> list[str]:
    """Return one figure in both reports and its change, of a rate in courses; or their break."""
    before, after, change = revision.before, revision.after, revision.change
    figures = (page.by_year[earlier][before.figure], page.figures[after.figure])
    first, last = (show_value(page, figure, format_counted) for figure in figures)
    names = [page.names[part] for part in after.figure.split(".") if part in page.names]
    label = escape(": ".join([*names, after.label]))
    if revision.is_broken or change is None or not all(map(page.may_show, figures)):
        return [label, first, f"{BREAK} {last}" if revision.is_broken else last, DASH, DASH]
    size = format_number(abs(change), 0 if float(change).is_integer() else 1)
    unit = "" if after.numerator is None else "\u00a0forløb"
    told = name_value(f"{'+' if change >= 0 else MINUS}{size}{unit}", *figures)
    return [label, first, last, told, _describe_parts(page, revision)]


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
        is_comparable = "ja" if change.is_comparable else f"nej {BREAK}"
        rows.append([*map(escape, (change.label, partner, change.text)), is_comparable])
    header = ["Andel", "Partner", "Ændring", "Kan sammenlignes"]
    return Table("definitioner", "Ændrede definitioner", header, rows, "llll") if rows else None


def make_entries(page: Page) -> Table | None:
    """Return the rows that are new, changed and gone, in the internal edition only."""
    before, rows = page.proof.earlier, []
    if before is None or page.edition != "internal":
        return None
    for entry in list_entries(before, page.proof):
        figure = page.figures["jobs.total" if entry.what == "Ansættelse" else "enterprises.total"]
        number = name_value(format_number(entry.count), figure) if entry.rows else DASH
        texts = [entry.what, KIND_DA[entry.kind], escape(entry.where), escape(entry.detail)]
        rows.append([*texts, number, join_numbers(entry.rows) or DASH])
    header = ["Hvad", "Hvordan", "Hvor", "Ændring", "Antal", "Rækker"]
    return Table("raekker", "Rækkerne fra udtræk til udtræk", header, rows, "llllrl")


def make_changes(page: Page) -> Table | None:
    """Return each rate since the last evaluation against before it, if defined alike."""
    before, rows = page.proof.earlier, []
    broken = set(list_broken(before, page.proof)) if before else set()
    for name, figure in list_differences(page, ".change."):
        if name not in broken and page.may_show(figure):
            partner = page.names.get(name.split(".")[1], name.split(".")[1])
            label = escape(f"{partner}: {figure.label.partition(':')[0]}")
            rows.append([label, *show_difference(page, figure)])
    header = ["Andel", "Ændring", "95 %-interval", "p"]
    caption = "Andelen siden sidste opgørelse mod andelen før den, i procentpoint"
    return Table("udvikling", caption, header, rows, "lrrr") if rows else None


def describe_changes(old: Evidence, new: Evidence, with_rows: bool) -> str:
    """Return what changed in lines: rows, definitions, figures."""
    lines = [f"Fra rapport {old.year.year} til rapport {new.year.year}"]
    told: dict[str, list[str]] = {"Rækker": [], "Definitioner": [], "Nøgletal": []}
    for entry in list_entries(old, new):
        numbers = f" (rækker {join_numbers(entry.rows)})" if with_rows and entry.rows else ""
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
        mark = " [ny definition]" if r.is_broken else ""
        told["Nøgletal"].append(f"  {r.after.figure:<46}{values}{parts}{mark}")
    for heading, own in told.items():
        lines += ["", heading, *(own or ["  ingen ændringer"])]
    return "\n".join(lines)


def record_changes(old: Evidence, new: Evidence, with_rows: bool) -> dict[str, object]:
    """Return what changed as a record; with row numbers in the internal edition."""
    entries = [asdict(entry) for entry in list_entries(old, new)]
    for entry in [] if with_rows else entries:
        del entry["rows"]
    return {
        "from": old.year.year,
        "to": new.year.year,
        "entries": entries,
        "definitions": [asdict(change) for change in list_definition_changes(old, new)],
        "figures": [
            {
                "figure": r.after.figure,
                "label": r.after.label,
                "before": r.before.value,
                "after": r.after.value,
                "numerator_before": r.before.numerator,
                "numerator_after": r.after.numerator,
                "change": r.change,
                "new": r.new,
                "recoded": r.recoded,
                "gone": r.gone,
                "definition_changed": r.is_broken,
            }
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
    told = [
        ("Værdi", value if page.may_show(figure) else HIDDEN),
        ("Periode", period),
        ("Definition", figure.definition),
        ("Formel", trace.formula),
    ]
    told += [("Årsager", ", ".join(trace.reasons))] if trace.reasons else []
    told += [("Regnet af", ", ".join(trace.parents))] if trace.parents else []
    for origin in trace.origins:
        place = " › ".join(filter(None, (origin.file, origin.sheet)))
        told.append(("Kilde", f"{place} ({origin.rows} rækker)"))
        told.append(("SHA-256", origin.sha256))
        if is_internal and origin.base:
            told.append(("Rækker", join_numbers(origin.counted)))
            if origin.base != origin.counted:
                told.append(("  ud af", join_numbers(origin.base)))
    told += [("Kort", f"{path} {digest[:SHORT]}") for path, digest in trace.maps.items()]
    library = f"socok_analysis {trace.library['version']} {trace.library['sha256'][:SHORT]}"
    lines = (f"{name:<{WIDTH}}{text}" for name, text in (*told, ("Bibliotek", library)))
    return "\n".join([f"{figure.figure} ({page.year.year})", figure.label, "", *lines])


def record_trace(trace: Trace, page: Page) -> dict[str, object]:
    """Return the way back as a record; no number that may not be shown, no rows in public."""
    figure, is_shown = as_record(trace.figure), page.may_show(trace.figure)
    if not is_shown:
        figure |= dict.fromkeys(("value", "numerator", "denominator", "low", "high"))
    origins: list[dict[str, object]] = []
    for origin in trace.origins:
        known = ("file", "sheet", "rows", "sha256")
        origins.append({name: getattr(origin, name) for name in known})
        if page.edition == "internal":
            origins[-1] |= {"counted_rows": [*origin.counted], "base_rows": [*origin.base]}
    return {
        **figure,
        "is_shown": is_shown,
        "formula": trace.formula,
        "reasons": list(trace.reasons),
        "derived_from": list(trace.parents),
        "origins": origins,
        "maps": dict(trace.maps),
        "library": dict(trace.library),
    }
