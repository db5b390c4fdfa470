"""The pages of sources and data quality: where every figure is from, and what the checks found.

Each figure has an anchor that is its name, so that any number of the site can be followed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from socok_analysis.checks import CHECKS, list_run
from socok_analysis.checks.declaration import find_check
from socok_analysis.core.danish import HARD_SPACE, format_day, shorten_day, shorten_month
from socok_analysis.core.manifest import describe_library
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, Meaning, read_meanings
from socok_analysis.figures.measure import find_last_event, name_sources
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
    join_words,
    name_value,
    note_hidden,
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
CHUNK, UNBROKEN, MOST_IN_LINE, OLD_DAYS = 16, 24, 3, 31
STATES = {"error": "fejl", "warning": "skal forklares", "info": "forklaret"}
GOOD, NOT_RUN = "i orden", "ikke udført"


def list_sources(page: Page) -> str:
    """Return every figure of the year by family, what is declared alike together."""
    sheets = {name_sources(table): number for number, _, table in _list_sheets(page.proof)}
    parts = [] if all(map(page.may_show, page.figures.values())) else [HIDDEN_NOTE]
    families: dict[str, dict[Meaning, list[Figure]]] = {family: {} for family in FAMILIES}
    for figure in page.figures.values():
        own = families.setdefault(figure.figure.partition(".")[0], {})
        own.setdefault(_find_meaning(figure), []).append(figure)
    for family, own in families.items():
        if own:
            parts.append(f"## {FAMILIES.get(family, escape(family))}")
        parts += [_show_meaning(page, m, own[m], sheets) for m in read_meanings() if m in own]
    return site_only("\n\n".join(parts))


def _show_meaning(
    page: Page, meaning: Meaning, figures: list[Figure], sheets: dict[str, int]
) -> str:
    """Return a definition list's entry: the label, then definition, formula, period and figures."""
    name = figures[0].figure
    derived = (r.meaning for r in read_derived() if compile_pattern(r.total).fullmatch(name))
    formula = word_generally(name, page.proof) or next(derived, "")
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
        head = f"{escape(first)}: " if first else ""
        groups.setdefault(head, []).append(_show_entry(page, meaning, figure, own))
    entries = [head + " · ".join(own) for head, own in groups.items()]
    is_long = len(entries) > MOST_IN_LINE or max(map(len, groups.values())) > MOST_IN_LINE
    is_list = is_long and len(entries) > 1
    shown = "\n    ".join(f"- {entry}" for entry in entries) if is_list else "; ".join(entries)
    return f"**{escape(meaning.label)}** ({escape(meaning.unit)})\n\n:   {told}\n\n    {shown}"


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


def _list_sheets(evidence: Evidence) -> Iterator[tuple[int, str, pd.DataFrame]]:
    """Yield (number, kind, table) of the tables that have rows, in the order declared."""
    kinds = (kind for kind in KIND_DA if len(evidence.tables.get(kind, ())))
    return ((number, kind, evidence.tables[kind]) for number, kind in enumerate(kinds, 1))


def make_files(page: Page) -> Table:
    """Return the sheets behind the figures: number, file, sheet and rows."""
    rows = []
    for number, kind, table in _list_sheets(page.proof):
        name = " › ".join(escape(table.iloc[0][f"source_{part}"]) for part in ("file", "sheet"))
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
    names = dict.fromkeys(str(n) for table in tables for n in table["source_file"].unique())
    place = f"data/raw/{page.year.year}"
    rows = [[escape(n), _split_digest(page.files.get(f"{place}/{n}", ""))] for n in names]
    return Table("sha", "Udtrækkenes filer", ["Fil", "SHA-256"], rows, "ll")


def _split_digest(digest: str) -> str:
    return " ".join(digest[place : place + CHUNK] for place in range(0, len(digest), CHUNK))


def make_maps(page: Page) -> Table:
    """Return the header maps, code lists and definitions with their SHA-256."""
    files = (item for item in page.files.items() if item[0].startswith(MAPS))
    rows = [[escape(path.removeprefix(MAPS)), digest[:CHUNK]] for path, digest in files]
    header = ["Kort, kodeliste eller definition", f"SHA-256, de første {CHUNK} tegn"]
    return Table("kort", "Kort og kodelister fra data/raw/maps", header, rows, "ll")


def make_received(page: Page) -> Table:
    """Return the rows of each kind of export: used, set aside, passed over."""
    rows = []
    for kind, name in KIND_DA.items():
        if f"intake.{kind}.rows" in page.figures:
            parts = (f"intake.{kind}.{part}" for part in ("rows", "set_aside", "passed_over"))
            shown = (show_value(page, page.figure(part)) for part in parts)
            rows.append([name[0].upper() + name[1:], *shown])
    header = ["Udtræk", "Brugt", "Sat til side", "Sprunget over"]
    caption = "Rækker i udtrækkene, og hvad der blev af dem"
    return Table("modtaget", caption, header, rows, "lrrr", note_hidden(rows))


def list_absent(page: Page) -> str:
    """Return which exports were not received, and what follows."""
    known = {kind: name for kind, name in KIND_DA.items() if kind != "facts"}
    kinds = [name for kind, name in known.items() if f"intake.{kind}.rows" not in page.figures]
    if not kinds:
        return "Alle slags udtræk er modtaget."
    return (
        f"Der er ikke modtaget udtræk med {join_words(kinds)}. De nøgletal, der bygger på dem, "
        "er ikke med i rapporten; de er ikke nul."
    )


def warn_of_exports(page: Page) -> str:
    """Return a warning where the exports' last event lies long before a status's date."""
    last = find_last_event(page.proof.tables, page.year.period_end)
    if last is None or (page.year.period_end - last).days <= OLD_DAYS:
        return ""
    return (
        "::: {.callout-warning}\n## Udtrækkene er måske for gamle\n\n"
        "Den seneste ansættelse, start eller afslutning i udtrækkene er fra den "
        f"{format_day(last)}. Hent nye udtræk, hvis de er trukket før statusdagen.\n:::"
    )


def make_checks(page: Page) -> Table:
    """Return every check of the year: what should hold, and the worst that was found."""
    was_run, states, rows = list_run(page.proof), list(STATES), []
    for name in CHECKS:
        check = find_check(name)
        assert check is not None, f"{name} is declared in checks.csv"
        own = [p for p in page.problems if f"{p.check}.".startswith(f"{name}.")]
        worst = min((states.index(p.severity) for p in own if find_check(p.check)), default=None)
        unfound = GOOD if name in was_run else NOT_RUN
        rows.append([escape(check.title), unfound if worst is None else STATES[states[worst]]])
    caption = "Kontrollerne, og hvad de fandt"
    return Table("kontroller", caption, ["Kontrol", "Resultat"], rows, "ll")


def make_deviations(page: Page) -> Table | None:
    """Return the accepted deviations with their reasons; nothing where there is none."""
    rows = []
    for deviation in page.deviations:
        check, concerns = find_check(deviation.check), deviation.concerns
        title = check.title if check else deviation.check
        words = {"year.toml": "Rapportens datoer"} | page.names
        where = words.get(concerns, concerns)
        if concerns in page.figures:
            names = [page.names[part] for part in concerns.split(".") if part in page.names]
            where = ": ".join([*names, page.figures[concerns].label])
        day = format_day(deviation.accepted_on)
        rows.append([escape(title), escape(where), escape(deviation.reason), day])
    header = ["Det, der ikke holder", "Hvor", "Hvorfor det er i orden", "Accepteret"]
    caption = "Kendte afvigelser og deres forklaring"
    return Table("afvigelser", caption, header, rows, "llll") if rows else None


def list_findings(page: Page) -> str:
    """Return where and what the checks found, with the nearest figure; only internally."""
    items = []
    for problem in page.problems:
        if page.edition != "internal" or not find_check(problem.check):
            continue
        place = " › ".join(filter(None, (problem.file, problem.sheet, problem.cell)))
        text = escape(f"{place}: {problem.message}" if place else problem.message)
        concerns = problem.column
        near = f"outcomes.{concerns}.completed" if concerns in page.names else "jobs.total"
        figure = page.figures.get(concerns) or page.figures.get(near)
        is_named = figure and re.search(r"\d", text)
        items.append(f"- {name_value(text, figure) if figure and is_named else text}")
    return "\n".join(["## Fundene med tal og rækker", "", *items]) if items else ""
