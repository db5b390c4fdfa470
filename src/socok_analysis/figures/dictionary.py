"""The data dictionary, `docs/dataordbog.md`: what every column of the tidy tables means, in Danish.

`dictionary.csv` beside this file says it in words; everything else is gathered from what the
library itself reads: types and bounds from `tables.csv`, headings from the header maps, values
from the code lists, and the figures a column is used for from `formulas.csv`. Run
`python -m socok_analysis.figures.dictionary` in a project to write the page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from socok_analysis.core.lists import read_declaration
from socok_analysis.figures.formulas import parse_conditions, read_formulas
from socok_analysis.intake.headers import HeadingRow, list_heading_rows, split_cell
from socok_analysis.intake.maps import list_codes, read_code_list, read_definitions
from socok_analysis.intake.tables import KIND_DA, Column, read_columns

PAGE = Path("docs/dataordbog.md")
EVERY, DERIVED = "*", "-"
MOST_NAMES = 6
# Columns conditions name that are looked up through another table.
LOOKED_UP = {
    ("jobs", "channel_group"): ("jobs", "channel"),
    ("waiting_list", "enterprise_id"): ("waiting_list", "agreement_id"),
}
TYPES = {
    "text": "tekst",
    "id": "id som tekst",
    "date": "dato",
    "number": "tal",
    "percent": "tal",
    "whole": "helt tal",
    "flag": "ja/nej",
    "flag_or_date": "ja/nej",
    "week": "uge, fx 2019-W14",
    "person": "personnøgle",
    "enterprise": "id i virksomheder",
    "agreement": "id i samarbejdsaftaler",
    "code": "kode: {}",
    "codes": "kode: {}",
}
INTRO = (
    "De ryddede tabeller i `data/processed/<år>/`, én Parquet-fil pr. tabel. Siden laves af "
    "`python -m socok_analysis.figures.dictionary`; ret i `dictionary.csv`, kortene eller "
    "kodelisterne. Alle nøgletals navne står i `formulas.csv`."
)
COLUMNS = "Kolonne|Betydning|Type|Enhed|Skal udfyldes|Overskrift i udtrækket|Bruges i nøgletal"
CODES = "Liste|Kode|Skrives i udtrækket|Regnes som"
RATES = "Definition|Gælder fra|Partner|Betegnelse|Tæller årsager, hvor|Begrundelse"
REST = "ingen af de andre grupper tæller"


class Described(NamedTuple):
    """What the dictionary says of one column of a tidy table."""

    table: str
    column: str
    meaning: str
    type: str
    unit: str
    is_required: bool
    headings: tuple[str, ...]
    figures: tuple[str, ...]


def describe_columns(root: Path) -> list[Described]:
    """Return the dictionary of a project's tidy tables; what stands in every table comes last."""
    declared = {(c.table, c.name): c for columns in read_columns().values() for c in columns}
    headings = {kind: list_heading_rows(root, kind, []) for kind in read_columns()}
    used = _gather_figures()
    words = read_declaration("figures/dictionary.csv")
    tables = dict.fromkeys(row["table"] for row in words if row["table"] != EVERY)
    return [
        Described(
            table,
            row["column"],
            row["meaning"],
            _describe_type(row["type"], declared.get((table, row["column"]))),
            row["unit"],
            (table, row["column"]) in declared and declared[table, row["column"]].is_required,
            tuple(_list_headings(table, row, headings)),
            tuple(used.get((table, row["column"]), ())),
        )
        for table in tables
        for owner in (table, EVERY)
        for row in words
        if row["table"] == owner
    ]


def _describe_type(stated: str, declared: Column | None) -> str:
    """Return a column's type in words, with its least and greatest value where it is bounded."""
    kind, _, detail = stated.partition(":")
    if not kind and declared:
        kind, detail = declared.type, declared.detail
    words = TYPES[kind].format(detail)
    if declared is None or declared.minimum is None:
        return words
    if declared.maximum is None:
        return f"{words}, mindst {declared.minimum:g}"
    return f"{words}, {declared.minimum:g} til {declared.maximum:g}"


def _list_headings(
    table: str, row: Mapping[str, str], headings: Mapping[str, Sequence[HeadingRow]]
) -> Iterator[str]:
    """Yield the headings of the exports a column comes from, with the year they hold from."""
    if row["source"] == DERIVED:
        yield "dannes af programmet"
        return
    for source in (row["source"] or f"{table}.{row['column']}").split():
        kind, _, name = source.partition(".")
        for line in headings[kind]:
            told = " / ".join(f"“{text}”" for text in split_cell(line.extra.get(name, "")))
            if told:
                yield f"fra {line.valid_from}: {told}"


def _gather_figures() -> dict[tuple[str, str], list[str]]:
    """Return, by table and column, the names of the figures whose count looks at it."""
    used: dict[tuple[str, str], list[str]] = {}
    for row in read_formulas():
        table, looked_at = row["table"], []
        for condition in parse_conditions(f"{row['base']};{row['counted']}"):
            if condition.column == "reason":
                looked_at += [("exits", "exit_reason"), ("exits", "course_id")]
            else:
                key = (table, condition.column)
                looked_at.append(LOOKED_UP.get(key, key))
        if summed := row["result"].partition(" ")[2]:
            looked_at.append((table, summed))
        for key in dict.fromkeys(looked_at):
            used.setdefault(key, []).append(row["pattern"])
    return used


def _list_codes(root: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield every code of a list a column uses: its labels, and how it is counted and shown."""
    names = {c.detail for cs in read_columns().values() for c in cs if c.type in ("code", "codes")}
    for name in sorted(names):
        codes = read_code_list(root, name, [])
        rows = [each for code in codes.values() for each in (code, *code.others)]
        for code, first in list_codes(codes).items():
            labels = ", ".join(row.label for row in rows if row.code == code)
            further = ((key, value) for key, value in first.extra.items() if value)
            counted = ", ".join(f"{key}: {value}" for key, value in further)
            yield name, f"`{code}`", labels, counted


def make_page(root: Path) -> str:
    """Return the dictionary as a Markdown page; the same project gives the same text."""
    described = describe_columns(root)
    parts = ["# Dataordbog", INTRO]
    for table in dict.fromkeys(each.table for each in described):
        name = KIND_DA.get(table, "afgangsårsager").capitalize()
        rows = [_make_cells(each) for each in described if each.table == table]
        parts += [f"## {name} (`{table}`)", _make_table(COLUMNS, rows)]
    parts += ["## Koder", _make_table(CODES, _list_codes(root))]
    rates = [
        (
            f"`{rate.definition}`",
            str(rate.valid_from),
            rate.partner,
            rate.label,
            f"{rate.column} = {rate.value}" if rate.column else REST,
            rate.reason,
        )
        for rate in read_definitions(root, [])
    ]
    parts += ["## Definitioner af andele", _make_table(RATES, rates)]
    return "\n\n".join(parts) + "\n"


def _make_cells(each: Described) -> tuple[str, ...]:
    """Return one row of the page's table; many figures are told by the families they belong to."""
    figures = ", ".join(f"`{name}`" for name in each.figures)
    if len(each.figures) > MOST_NAMES:
        families = Counter(name.partition(".")[0] for name in each.figures)
        figures = ", ".join(f"`{family}.*` ({count})" for family, count in families.items())
    required, headings = "ja" if each.is_required else "nej", "; ".join(each.headings)
    column = f"`{each.column}`"
    return column, each.meaning, each.type, each.unit, required, headings, figures


def _make_table(heads: str, rows: Iterable[Sequence[str]]) -> str:
    names = heads.split("|")
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    PAGE.write_text(make_page(Path.cwd()), encoding="utf-8", newline="\n")
