"""What changed between two reports, as text for the terminal and as records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from socok_analysis.core.danish import join_numbers
from socok_analysis.figures.changes import list_definition_changes
from socok_analysis.figures.entries import Entry, list_entries
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.revisions import Revision, list_revisions
from socok_analysis.show.values import format_both_forms, format_figure

KIND_DA = {"new": "ny", "changed": "ændret", "gone": "væk"}
COLUMNS = (
    "figure",
    "label",
    "before",
    "after",
    "numerator_before",
    "numerator_after",
    "change",
    "new",
    "recoded",
    "gone",
    "definition_changed",
)


def describe_changes(old: Evidence, new: Evidence, with_rows: bool) -> str:
    """Return the ledger in lines: rows, definitions, figures."""
    entries = [describe_entry(entry, with_rows) for entry in list_entries(old, new)]
    changes = [
        f"{c.label}{f' ({new.name(c.partner)})' if c.partner else ''}: {c.text}"
        for c in list_definition_changes(old, new)
    ]
    revisions = [describe_revision(r) for r in list_revisions(old, new) if is_changed(r)]
    return "\n".join(
        [
            f"Fra rapport {old.year.year} til rapport {new.year.year}",
            "",
            "Rækker",
            *(entries or ["  ingen ændringer"]),
            "",
            "Definitioner",
            *(f"  {text}" for text in changes or ["ingen ændringer"]),
            "",
            "Nøgletal",
            *(revisions or ["  ingen ændringer"]),
        ]
    )


def describe_entry(entry: Entry, with_rows: bool) -> str:
    """Return one line of the ledger."""
    rows = f" (rækker {join_numbers(entry.rows)})" if with_rows and entry.rows else ""
    return f"  {entry.what:<11}{KIND_DA[entry.kind]:<8}{entry.where}: {entry.detail}" + (
        f": {entry.count}{rows}" if entry.rows else ""
    )


def is_changed(revision: Revision) -> bool:
    """Tell whether a figure is another, or made of others, than before."""
    is_moved = bool(revision.recoded or revision.gone)
    return revision.before.value != revision.after.value or is_moved or revision.is_broken


def describe_revision(revision: Revision) -> str:
    """Return one figure's change with its parts."""
    values = " → ".join(
        format_both_forms(f) if f.numerator is not None else format_figure(f)
        for f in (revision.before, revision.after)
    )
    parts = ""
    if revision.new is not None:
        parts = f" (nye {revision.new}, omkodet {revision.recoded:+d}, væk {revision.gone})"
    mark = " [ny definition]" if revision.is_broken else ""
    return f"  {revision.after.figure:<46}{values}{parts}{mark}"


def record_changes(old: Evidence, new: Evidence, with_rows: bool) -> dict[str, object]:
    """Return the ledger as a record; with row numbers in the internal edition."""
    entries = [asdict(entry) for entry in list_entries(old, new)]
    for entry in [] if with_rows else entries:
        del entry["rows"]
    return {
        "from": old.year.year,
        "to": new.year.year,
        "entries": entries,
        "definitions": [asdict(change) for change in list_definition_changes(old, new)],
        "figures": list(record_revisions(list_revisions(old, new))),
    }


def record_revisions(revisions: Iterable[Revision]) -> Iterable[dict[str, object]]:
    """Yield each figure's change as a record."""
    for r in revisions:
        values = (
            r.after.figure,
            r.after.label,
            r.before.value,
            r.after.value,
            r.before.numerator,
            r.after.numerator,
            r.change,
            r.new,
            r.recoded,
            r.gone,
            r.is_broken,
        )
        yield dict(zip(COLUMNS, values, strict=True))
