"""The page of what has changed since the report before: figures, definitions and, inside, rows."""

from __future__ import annotations

from socok_analysis.core.danish import MINUS, format_number, join_numbers
from socok_analysis.figures.changes import list_definition_changes
from socok_analysis.figures.entries import Entry, list_entries
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.revisions import Revision, list_broken, list_revisions
from socok_analysis.run.build import gather_evidence
from socok_analysis.show.changes import KIND_DA
from socok_analysis.show.comparability import measure_length
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_both_forms,
    format_figure,
    format_interval,
    name_value,
    note_hidden,
    show_value,
)

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


def find_pair(page: Page) -> tuple[Evidence, Evidence] | None:
    """Return the report before and this one; nothing for the first."""
    evidence = gather_evidence(page.year.root, page.year.year)
    return (evidence.earlier, evidence) if evidence.earlier else None


def make_revisions(page: Page) -> Table | None:
    """Return the main figures in both reports, their change and what it is made of."""
    pair = find_pair(page)
    if pair is None:
        return None
    chosen = list_revisions(*pair, is_main)
    rows = [show_revision(page, revision, pair[0].year.year) for revision in chosen]
    header = [
        "Nøgletal",
        f"Rapport {pair[0].year.year}",
        f"Rapport {page.year.year}",
        "Ændring",
        "Kommer af",
    ]
    broken = f"{BREAK}: definitionen er ændret, og de to tal kan ikke sammenlignes."
    is_broken = any(revision.is_broken for revision in chosen)
    note = f"{note_hidden(rows)} {broken if is_broken else ''}".strip()
    return Table("aendringer", "Nøgletal i de to rapporter", header, rows, "lrrrl", note)


def is_main(name: str) -> bool:
    """Tell whether a figure is one of the main ones."""
    parts = name.split(".")
    is_outcome = parts[0] == "outcomes" and len(parts) == 3 and parts[2] in SHOWN
    return is_outcome or name in WHOLE


def show_revision(page: Page, revision: Revision, earlier: int) -> list[str]:
    """Return one figure in both reports; a break between them is marked, and no change told."""
    figures = (page.by_year[earlier][revision.before.figure], page.figures[revision.after.figure])
    first, last = (show_value(page, figure, show_both) for figure in figures)
    names = [page.names[part] for part in revision.after.figure.split(".") if part in page.names]
    label = escape(": ".join([*names, revision.after.label]))
    is_told = all(map(page.may_show, figures)) and revision.change is not None
    is_shown = is_told and not revision.is_broken
    change = name_value(show_size(revision), *figures) if is_shown else "–"
    return [
        label,
        first,
        f"{BREAK} {last}" if revision.is_broken else last,
        change,
        describe_parts(page, revision) if is_shown else "–",
    ]


def show_size(revision: Revision) -> str:
    """Return the change of a count; a rate's is the courses it is made of."""
    size = format_change(revision.change or 0)
    return size if revision.after.numerator is None else f"{size}\u00a0forløb"


def format_change(change: float) -> str:
    """Return a change with its sign; one decimal where it is no whole number."""
    text = format_number(abs(change), 0 if float(change).is_integer() else 1)
    return f"{'+' if change >= 0 else MINUS}{text}"


def show_both(figure: object) -> str:
    """Return a rate with its fraction, a count as it is."""
    return format_both_forms(figure) if figure.numerator is not None else format_figure(figure)  # type: ignore[attr-defined,arg-type]


def describe_parts(page: Page, revision: Revision) -> str:
    """Return in words what a change is made of; the numbers in the internal edition only."""
    if revision.new is None:
        return describe_period(revision.before, revision.after)
    kinds = {"nye tilfælde": revision.new, "omkodning": revision.recoded, "udgåede": revision.gone}
    if page.edition == "internal":
        parts = [f"{word}: {number}" for word, number in kinds.items() if number]
        return name_value(", ".join(parts), revision.after) if parts else "ingen ændring"
    return " og ".join(word for word, number in kinds.items() if number) or "ingen ændring"


def describe_period(before: Figure, after: Figure) -> str:
    """Return that two counts are of other periods, and whether one is longer."""
    if before.period_start == after.period_start:
        return "opgjort på dagen"
    lengths = [measure_length(figure) for figure in (before, after)]
    if None in lengths or lengths[0] == lengths[1]:
        return "en ny periode"
    return f"en ny periode, {lengths[1]:g} måneder mod {lengths[0]:g}"


def make_definitions(page: Page) -> Table | None:
    """Return the definitions that are others than in the report before."""
    pair = find_pair(page)
    changes = list_definition_changes(*pair) if pair else []
    rows = [
        [
            escape(c.label),
            escape(page.names.get(c.partner, "Alle partnere")),
            escape(c.text),
            "ja" if c.is_comparable else f"nej {BREAK}",
        ]
        for c in changes
    ]
    header = ["Andel", "Partner", "Ændring", "Kan sammenlignes"]
    caption = "Ændrede definitioner"
    return Table("definitioner", caption, header, rows, "llll") if rows else None


def make_entries(page: Page) -> Table | None:
    """Return the rows that are new, changed and gone, in the internal edition only."""
    pair = find_pair(page)
    if pair is None or page.edition != "internal":
        return None
    rows = [show_entry(page, entry) for entry in list_entries(*pair)]
    header = ["Hvad", "Hvordan", "Hvor", "Ændring", "Antal", "Rækker"]
    return Table("raekker", "Rækkerne fra udtræk til udtræk", header, rows, "llllrl")


def show_entry(page: Page, entry: Entry) -> list[str]:
    """Return one line of the ledger."""
    figure = page.figures["jobs.total" if entry.what == "Ansættelse" else "enterprises.total"]
    number = name_value(format_number(entry.count), figure) if entry.rows else "–"
    return [
        entry.what,
        KIND_DA[entry.kind],
        escape(entry.where),
        escape(entry.detail),
        number,
        join_numbers(entry.rows) or "–",
    ]


def make_changes(page: Page) -> Table | None:
    """Return each rate since the last evaluation against before it, with interval and p-value.

    A rate whose definition has changed in between is left out.
    """
    pair = find_pair(page)
    broken = set(list_broken(*pair)) if pair else set()
    names = [n for n in page.figures if ".change." in n and not n.endswith(".p")]
    names = [n for n in names if n not in broken]
    shown = [n for n in names if page.figures[n].value is not None]
    rows = [show_change(page, name) for name in shown if page.may_show(page.figures[name])]
    header = ["Andel", "Ændring", "95 %-interval", "p"]
    caption = "Andelen siden sidste opgørelse mod andelen før den, i procentpoint"
    return Table("udvikling", caption, header, rows, "lrrr") if rows else None


def show_change(page: Page, name: str) -> list[str]:
    """Return one change with its interval and p-value."""
    figure = page.figures[name]
    partner = page.names.get(name.split(".")[1], name.split(".")[1])
    label = escape(f"{partner}: {figure.label.partition(':')[0]}")
    return [
        label,
        show_value(page, figure),
        show_value(page, figure, format_interval),
        show_value(page, page.figures[f"{name}.p"]),
    ]


def tell_first(page: Page) -> str:
    """Return that there is nothing to compare with, for the first report."""
    return (
        ""
        if find_pair(page)
        else ("Dette er den første rapport i rækken, så der er intet at sammenligne med.")
    )
