"""The pages of sources: every figure with its definition, formula, period, files and rows.

Each figure has an anchor that is its name, so that any number of the site can be followed here:
to `kilder-<family>` where the figure's family has a page of its own, else to `kilder`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from socok_analysis.core.danish import HARD_SPACE, shorten_day
from socok_analysis.core.manifest import describe_library
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, Meaning, read_meanings
from socok_analysis.figures.measure import name_sources
from socok_analysis.figures.relations import compile_pattern, read_derived
from socok_analysis.figures.trace import MAPS, list_files, word_generally
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.run.build import gather_evidence
from socok_analysis.show.markdown import Table, escape, render_table, site_only
from socok_analysis.show.naming import find_meaning, split_name
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    HIDDEN_CELL,
    HIDDEN_NOTE,
    PLAIN_UNITS,
    format_both_forms,
    format_figure,
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
CHUNK = 16
UNBROKEN = 24
MOST_IN_LINE = 3


def list_sources(page: Page) -> str:
    """Return the figures of the page's family, what is declared alike together.

    On a page of no family: all figures but those whose family has a page of its own, to which
    there are links.
    """
    sheets = number_sheets(gather_evidence(page.year.root, page.year.year))
    apart = [] if page.family else list_apart(page)
    shown = [f for f in page.figures.values() if belongs(f, page.family, apart)]
    families = groupby(sorted(shown, key=order_family), key=name_family)
    parts = [part for name, own in families for part in show_family(page, name, list(own), sheets)]
    note = [HIDDEN_NOTE] if any(not page.may_show(f) for f in shown) else []
    return site_only("\n\n".join([*link_apart(apart), *note, *parts]))


def list_apart(page: Page) -> list[str]:
    """Return the families that have a page of their own in the page's year."""
    from socok_analysis.run.notebooks import list_own_families

    held = set(map(name_family, page.figures.values()))
    return [family for family in list_own_families(page.year.root) if family in held]


def belongs(figure: Figure, family: str, apart: Collection[str]) -> bool:
    """Tell whether a figure is one of a family, or without one, of none that stands apart."""
    own = name_family(figure)
    return own == family if family else own not in apart


def link_apart(families: Iterable[str]) -> list[str]:
    """Return the links to the families' own pages."""
    links = [f"- [{FAMILIES.get(f, escape(f))}](kilder-{f}.ipynb)" for f in families]
    return ["## Nøgletal på egne sider", "\n".join(links)] if links else []


def name_family(figure: Figure) -> str:
    """Return the first part of a figure's name."""
    return figure.figure.partition(".")[0]


def order_family(figure: Figure) -> int:
    """Return the place of a figure's family on the page."""
    names = list(FAMILIES)
    family = name_family(figure)
    return names.index(family) if family in names else len(names)


def show_family(
    page: Page, name: str, figures: list[Figure], sheets: dict[str, int]
) -> Iterator[str]:
    """Yield a family's heading, on its own page the title, and an entry for each definition."""
    if not page.family:
        yield f"## {FAMILIES.get(name, escape(name))}"
    for meaning in read_meanings():
        own = [f for f in figures if meaning.fits(f.figure) and find_meaning(f) is meaning]
        if own:
            yield show_meaning(page, meaning, own, sheets)


def show_meaning(
    page: Page, meaning: Meaning, figures: list[Figure], sheets: dict[str, int]
) -> str:
    """Return a definition list's entry: the label, then definition, formula, period and figures."""
    formula = word_formula(page, figures[0])
    is_told = formula in ("", meaning.definition)
    texts = [
        escape(meaning.definition),
        "" if is_told else f"Formel: {escape(formula)}",
        show_period(figures),
        show_sheets(figures, sheets),
    ]
    told = " ".join(filter(None, texts)).replace(" %", f"{HARD_SPACE}%")
    groups = group_figures(page, meaning, figures)
    entries = [show_group(page, meaning, first, own) for first, own in groups.items()]
    is_long = len(entries) > MOST_IN_LINE or max(map(len, groups.values())) > MOST_IN_LINE
    is_list = is_long and len(entries) > 1
    shown = "\n    ".join(f"- {entry}" for entry in entries) if is_list else "; ".join(entries)
    return f"**{escape(meaning.label)}** ({escape(meaning.unit)})\n\n:   {told}\n\n    {shown}"


def group_figures(
    page: Page, meaning: Meaning, figures: Iterable[Figure]
) -> dict[str, list[Figure]]:
    """Return the figures by how their names begin, in the order the beginnings first come."""
    groups: dict[str, list[Figure]] = {}
    for figure in figures:
        groups.setdefault(split_name(page, meaning, figure)[0], []).append(figure)
    return groups


def word_formula(page: Page, figure: Figure) -> str:
    """Return how the figures of a definition are counted, in general words."""
    formula = word_generally(figure.figure, gather_evidence(page.year.root, page.year.year))
    if formula:
        return formula
    derived = (r for r in read_derived() if compile_pattern(r.total).fullmatch(figure.figure))
    relation = next(derived, None)
    return relation.meaning if relation else ""


def show_period(figures: list[Figure]) -> str:
    """Return the days the figures count, where it is the same for all."""
    periods = {(figure.period_start, figure.period_end) for figure in figures}
    first, last = next(iter(periods))
    if len(periods) > 1 or last is None:
        return ""
    if first is None:
        return f"Opgjort pr.{HARD_SPACE}{shorten_day(last)}."
    return f"Periode: {shorten_day(first)}–{shorten_day(last)}."


def show_sheets(figures: list[Figure], sheets: dict[str, int]) -> str:
    """Return the numbers of the sheets the figures come from."""
    used = sorted({sheets[source] for f in figures for source in f.sources if source in sheets})
    return f"Kilde: {', '.join(f'ark{HARD_SPACE}{number}' for number in used)}." if used else ""


def show_entry(page: Page, meaning: Meaning, figure: Figure) -> str:
    """Return one figure with its anchor: what tells it from the others, and its value."""
    form = format_both_forms if figure.numerator is not None else format_figure
    unit = f" {escape(figure.unit)}" if needs_unit(meaning, figure) else ""
    value = f"{form(figure)}{unit}" if page.may_show(figure) else HIDDEN_CELL
    which = split_name(page, meaning, figure)[1]
    text = f"{f'{escape(which)}: ' if which else ''}{value}"
    kept = text.replace(" ", HARD_SPACE) if len(text) < UNBROKEN else text
    return f"[{kept}]{{#{figure.figure}}}"


def needs_unit(meaning: Meaning, figure: Figure) -> bool:
    """Tell whether a figure's unit is another than its definition's, and no part of its label."""
    is_told = figure.unit.casefold() in ("", *PLAIN_UNITS, *figure.label.casefold().split())
    return figure.unit != meaning.unit and not is_told


def show_group(page: Page, meaning: Meaning, first: str, figures: list[Figure]) -> str:
    """Return the figures whose names begin alike, their common beginning told once."""
    entries = " · ".join(show_entry(page, meaning, figure) for figure in figures)
    return f"{escape(first)}: {entries}" if first else entries


def number_sheets(evidence: Evidence) -> dict[str, int]:
    """Return the numbers of the sheets by the words figures name them with."""
    return {name_sources(table): number for number, _, table in list_sheets(evidence)}


def list_sheets(evidence: Evidence) -> list[tuple[int, str, pd.DataFrame]]:
    """Return (number, kind, table) of the tables that have rows, in the order declared."""
    kinds = [kind for kind in KIND_DA if len(evidence.tables.get(kind, ()))]
    return [(number, kind, evidence.tables[kind]) for number, kind in enumerate(kinds, 1)]


def make_files(page: Page) -> Table:
    """Return the sheets behind the figures: number, file, sheet and rows."""
    evidence = gather_evidence(page.year.root, page.year.year)
    rows = [show_sheet(page, *sheet) for sheet in list_sheets(evidence)]
    header = ["Nummer", "Fil og ark", "Indhold", "Rækker"]
    return Table("filer", "Udtrækkene bag tallene", header, rows, "lllr")


def show_sheet(page: Page, number: int, kind: str, table: pd.DataFrame) -> list[str]:
    """Return one sheet's cells."""
    first = table.iloc[0]
    name = f"{escape(first.source_file)} › {escape(first.source_sheet)}"
    rows = show_value(page, page.figure(f"intake.{kind}.rows"))
    return [f"Ark {number}", name, escape(KIND_DA[kind]), rows]


def show_fingerprints(page: Page) -> str:
    """Return the SHA-256 of all the figures were made from, for the site only."""
    tables = [render_table(make(page)) for make in (make_hashes, make_maps)]
    return site_only("\n\n".join(["## Filernes SHA-256", show_library(page), *tables]))


def make_hashes(page: Page) -> Table:
    """Return the files of the exports with their SHA-256."""
    evidence = gather_evidence(page.year.root, page.year.year)
    names = dict.fromkeys(str(table.iloc[0].source_file) for _, _, table in list_sheets(evidence))
    hashes = list_files(evidence)
    rows = [
        [escape(name), split_digest(hashes.get(f"data/raw/{page.year.year}/{name}", ""))]
        for name in names
    ]
    return Table("sha", "Udtrækkenes filer", ["Fil", "SHA-256"], rows, "ll")


def split_digest(digest: str) -> str:
    """Return a SHA-256 in groups, so that it breaks on a small screen."""
    return " ".join(digest[place : place + CHUNK] for place in range(0, len(digest), CHUNK))


def make_maps(page: Page) -> Table:
    """Return the header maps, code lists and definitions with their SHA-256."""
    evidence = gather_evidence(page.year.root, page.year.year)
    rows = [
        [escape(path.removeprefix(MAPS)), digest[:CHUNK]]
        for path, digest in list_files(evidence).items()
        if path.startswith(MAPS)
    ]
    header = ["Kort, kodeliste eller definition", f"SHA-256, de første {CHUNK} tegn"]
    return Table("kort", "Kort og kodelister fra data/raw/maps", header, rows, "ll")


def describe_family(page: Page) -> str:
    """Return what the page's family of figures is about, to stand within a sentence."""
    label = FAMILIES.get(page.family, escape(page.family))
    return label[:1].lower() + label[1:]


def show_library(page: Page) -> str:
    """Return which version of the library made the figures."""
    library = describe_library()
    return (
        f"Tallene er regnet med biblioteket socok\\_analysis {escape(library['version'])}, "
        f"hvis filer har SHA-256 {split_digest(library['sha256'])}."
    )
