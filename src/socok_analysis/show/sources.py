"""The page of sources: every figure with its definition, formula, period, files and rows.

Each figure has an anchor that is its name, so that any number of the site can be followed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from socok_analysis.core.danish import HARD_SPACE, shorten_day, shorten_month
from socok_analysis.core.manifest import describe_library
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, Meaning, read_meanings
from socok_analysis.figures.measure import name_sources
from socok_analysis.figures.relations import compile_pattern, read_derived
from socok_analysis.figures.trace import MAPS, word_generally
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.show.markdown import Table, escape, render_table, site_only
from socok_analysis.show.page import Page
from socok_analysis.show.places import MONTH
from socok_analysis.show.values import (
    HIDDEN_CELL,
    HIDDEN_NOTE,
    PLAIN_UNITS,
    format_counted,
    show_value,
)

if TYPE_CHECKING:
    import pandas as pd

FAMILIES = {
    "outcomes": "Forløb og hvad der blev af dem",
    "compare": "Partnere ved siden af hinanden",
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
CHUNK, UNBROKEN, MOST_IN_LINE = 16, 24, 3


def list_sources(page: Page) -> str:
    """Return every figure of the year by family, what is declared alike together."""
    sheets = {name_sources(table): number for number, _, table in _list_sheets(page.proof)}
    order, figures = list(FAMILIES), page.figures.values()
    places = {f.figure: _place(order, f.figure.partition(".")[0]) for f in figures}
    ordered = sorted(figures, key=lambda figure: places[figure.figure])
    parts = [HIDDEN_NOTE] if not all(map(page.may_show, figures)) else []
    for family, group in groupby(ordered, key=lambda figure: figure.figure.partition(".")[0]):
        parts.append(f"## {FAMILIES.get(family, escape(family))}")
        own: dict[Meaning, list[Figure]] = {}
        for figure in group:
            own.setdefault(_find_meaning(figure), []).append(figure)
        parts += [_show_meaning(page, m, own[m], sheets) for m in read_meanings() if m in own]
    return site_only("\n\n".join(parts))


def _place(order: list[str], family: str) -> int:
    return order.index(family) if family in order else len(order)


def _show_meaning(
    page: Page, meaning: Meaning, figures: list[Figure], sheets: dict[str, int]
) -> str:
    """Return a definition list's entry: the label, then definition, formula, period and figures."""
    formula = _word_formula(page, figures[0])
    used = sorted({sheets[source] for f in figures for source in f.sources if source in sheets})
    texts = [
        escape(meaning.definition),
        "" if formula in ("", meaning.definition) else f"Formel: {escape(formula)}",
        _show_period(figures),
        f"Kilde: {', '.join(f'ark{HARD_SPACE}{number}' for number in used)}." if used else "",
    ]
    told = " ".join(filter(None, texts)).replace(" %", f"{HARD_SPACE}%")
    groups: dict[str, list[str]] = {}
    for figure in figures:
        first, own = _split_name(page, meaning, figure)
        groups.setdefault(first, []).append(_show_entry(page, meaning, figure, own))
    entries = [
        f"{escape(first)}: {' · '.join(own)}" if first else " · ".join(own)
        for first, own in groups.items()
    ]
    is_long = len(entries) > MOST_IN_LINE or max(map(len, groups.values())) > MOST_IN_LINE
    is_list = is_long and len(entries) > 1
    shown = "\n    ".join(f"- {entry}" for entry in entries) if is_list else "; ".join(entries)
    return f"**{escape(meaning.label)}** ({escape(meaning.unit)})\n\n:   {told}\n\n    {shown}"


def _word_formula(page: Page, figure: Figure) -> str:
    """Return how the figures of a definition are counted, in general words."""
    formula = word_generally(figure.figure, page.proof)
    derived = (r for r in read_derived() if compile_pattern(r.total).fullmatch(figure.figure))
    return formula or next((relation.meaning for relation in derived), "")


def _show_period(figures: list[Figure]) -> str:
    """Return the days the figures count, where it is the same for all."""
    periods = {(figure.period_start, figure.period_end) for figure in figures}
    first, last = next(iter(periods))
    if len(periods) > 1 or last is None:
        return ""
    if first is None:
        return f"Opgjort pr.{HARD_SPACE}{shorten_day(last)}."
    return f"Periode: {shorten_day(first)}–{shorten_day(last)}."


def _show_entry(page: Page, meaning: Meaning, figure: Figure, which: str) -> str:
    """Return one figure with its anchor: what tells it from the others, and its value.

    Its unit is told where it is another than its definition's, and no part of its label.
    """
    is_told = figure.unit.casefold() in ("", *PLAIN_UNITS, *figure.label.casefold().split())
    unit = "" if figure.unit == meaning.unit or is_told else f" {escape(figure.unit)}"
    value = f"{format_counted(figure)}{unit}" if page.may_show(figure) else HIDDEN_CELL
    text = f"{f'{escape(which)}: ' if which else ''}{value}"
    kept = text.replace(" ", HARD_SPACE) if len(text) < UNBROKEN else text
    return f"[{kept}]{{#{figure.figure}}}"


# What figures are called where they stand among others


def _find_meaning(figure: Figure) -> Meaning:
    return next(meaning for meaning in read_meanings() if meaning.fits(figure.figure))


def _split_name(page: Page, meaning: Meaning, figure: Figure) -> tuple[str, str]:
    """Return what tells a figure from the others of its definition, names instead of ids.

    First what several of them share (the partner), then what is its own. A label that says both,
    as stated facts have, is divided at its first colon.
    """
    if ": " in figure.label and figure.label != meaning.label:
        first, _, own = figure.label.partition(": ")
        return first, own
    parts = []
    for hole, part in zip(meaning.pattern, figure.figure.split("."), strict=True):
        if hole == "*" and MONTH.fullmatch(part):
            parts.append(shorten_month(date.fromisoformat(f"{part}-01")))
        elif hole == "*":
            parts.append(page.names.get(part) or KIND_DA.get(part) or OTHERS_DA.get(part, part))
    if not parts:
        return "", ""
    if len(parts) > 1 and {*parts} <= {*page.names.values()}:
        return "", " mod ".join(parts)
    own = parts[-1] if figure.label in ("", meaning.label) else figure.label
    return ", ".join(parts[:-1]), own


def tell_apart(page: Page, figure: Figure) -> str:
    """Return what a figure's label does not say of whom or when it is about: "Sumak, 2018".

    One that is a kind of something is told from others by that: "Ansættelser ad andre veje".
    """
    meaning = _find_meaning(figure)
    parts = [part for part in _split_name(page, meaning, figure) if part not in figure.label]
    is_kind = not parts and figure.label != meaning.label and ": " not in figure.label
    return meaning.label if is_kind else ", ".join(parts)


# Files


def _list_sheets(evidence: Evidence) -> Iterator[tuple[int, str, pd.DataFrame]]:
    """Yield (number, kind, table) of the tables that have rows, in the order declared."""
    kinds = (kind for kind in KIND_DA if len(evidence.tables.get(kind, ())))
    return ((number, kind, evidence.tables[kind]) for number, kind in enumerate(kinds, 1))


def make_files(page: Page) -> Table:
    """Return the sheets behind the figures: number, file, sheet and rows."""
    rows = []
    for number, kind, table in _list_sheets(page.proof):
        first = table.iloc[0]
        name = f"{escape(first.source_file)} › {escape(first.source_sheet)}"
        count = show_value(page, page.figure(f"intake.{kind}.rows"))
        rows.append([f"Ark {number}", name, escape(KIND_DA[kind]), count])
    header = ["Nummer", "Fil og ark", "Indhold", "Rækker"]
    return Table("filer", "Udtrækkene bag tallene", header, rows, "lllr")


def show_fingerprints(page: Page) -> str:
    """Return the SHA-256 of all the figures were made from, for the site only."""
    library = describe_library()
    made = (
        f"Tallene er regnet med biblioteket socok\\_analysis {escape(library['version'])}, "
        f"hvis filer har SHA-256 {_split_digest(library['sha256'])}."
    )
    tables = [render_table(make(page)) for make in (make_hashes, make_maps)]
    return site_only("\n\n".join(["## Filernes SHA-256", made, *tables]))


def make_hashes(page: Page) -> Table:
    """Return the files of the exports with their SHA-256."""
    tables = (table for _, _, table in _list_sheets(page.proof))
    names = dict.fromkeys(str(table.iloc[0].source_file) for table in tables)
    place = f"data/raw/{page.year.year}"
    rows = [[escape(n), _split_digest(page.files.get(f"{place}/{n}", ""))] for n in names]
    return Table("sha", "Udtrækkenes filer", ["Fil", "SHA-256"], rows, "ll")


def _split_digest(digest: str) -> str:
    """Return a SHA-256 in groups, so that it breaks on a small screen."""
    return " ".join(digest[place : place + CHUNK] for place in range(0, len(digest), CHUNK))


def make_maps(page: Page) -> Table:
    """Return the header maps, code lists and definitions with their SHA-256."""
    rows = [
        [escape(path.removeprefix(MAPS)), digest[:CHUNK]]
        for path, digest in page.files.items()
        if path.startswith(MAPS)
    ]
    header = ["Kort, kodeliste eller definition", f"SHA-256, de første {CHUNK} tegn"]
    return Table("kort", "Kort og kodelister fra data/raw/maps", header, rows, "ll")
