"""The data dictionary: what every column of the tidy tables means, in Danish or English.

`dictionary.csv` beside this file says it in words; everything else is gathered from what the
library itself reads: types and bounds from `tables.csv`, headings from the header maps, values
from the code lists, and the figures a column is used for from `formulas.csv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from socok_analysis.core.lists import read_declaration
from socok_analysis.core.year import maps_dir
from socok_analysis.figures.formulas import parse_conditions, read_formulas
from socok_analysis.intake.maps import split_cell
from socok_analysis.intake.rows import read_rows
from socok_analysis.intake.tables import Column, read_columns

Language = Literal["da", "en"]
LANGUAGES: tuple[Language, ...] = ("da", "en")
EVERY, DERIVED = "*", "-"
# Columns conditions name that are looked up through another table.
LOOKED_UP = {
    ("jobs", "channel_group"): ("jobs", "channel"),
    ("waiting_list", "enterprise_id"): ("waiting_list", "agreement_id"),
}
WORDS: Mapping[Language, Mapping[str, str]] = {
    "da": {
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
        "between": "{} til {}",
        "least": "mindst {}",
        "since": "fra {}: {}",
        "derived": "dannes af programmet",
        "yes": "ja",
        "no": "nej",
    },
    "en": {
        "text": "text",
        "id": "id as text",
        "date": "date",
        "number": "number",
        "percent": "number",
        "whole": "whole number",
        "flag": "yes/no",
        "flag_or_date": "yes/no",
        "week": "week, e.g. 2019-W14",
        "person": "person key",
        "enterprise": "id in enterprises",
        "agreement": "id in agreements",
        "code": "code: {}",
        "codes": "code: {}",
        "between": "{} to {}",
        "least": "at least {}",
        "since": "from {}: {}",
        "derived": "made by the program",
        "yes": "yes",
        "no": "no",
    },
}


@dataclass(frozen=True)
class Entry:
    """What the dictionary says of one column of a tidy table, in one language."""

    table: str
    column: str
    meaning: str
    type: str
    unit: str
    allowed: str
    is_required: bool
    headings: tuple[str, ...]
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """One code a column may hold: the labels exports use for it, and how it is counted."""

    list: str
    code: str
    labels: tuple[str, ...]
    counted: str


@cache
def read_words() -> tuple[dict[str, str], ...]:
    """Return the rows of `dictionary.csv`."""
    return read_declaration("figures/dictionary.csv")


def list_described() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every stored column's table and row of words, those of every table after each."""
    own = [row for row in read_words() if row["table"] != EVERY]
    shared = [row for row in read_words() if row["table"] == EVERY]
    for table in dict.fromkeys(row["table"] for row in own):
        yield from ((table, row) for row in own if row["table"] == table)
        yield from ((table, row) for row in shared)


def describe_columns(root: Path, language: Language = "da") -> list[Entry]:
    """Return the dictionary of a project's tidy tables, table by table."""
    declared = {(c.table, c.name): c for columns in read_columns().values() for c in columns}
    headings = {kind: read_headings(root, kind) for kind in read_columns()}
    used = gather_figures()
    return [
        make_entry(table, row, declared.get((table, row["column"])), headings, used, language)
        for table, row in list_described()
    ]


def make_entry(
    table: str,
    row: Mapping[str, str],
    declared: Column | None,
    headings: Mapping[str, list[dict[str, str]]],
    used: Mapping[tuple[str, str], list[str]],
    language: Language,
) -> Entry:
    """Return what the dictionary says of one column."""
    kind, _, detail = row["type"].partition(":")
    if not kind and declared:
        kind, detail = declared.type, declared.detail
    words = WORDS[language]
    return Entry(
        table,
        row["column"],
        row[f"meaning_{language}"],
        words[kind].format(detail),
        row[f"unit_{language}"],
        describe_bounds(declared, words),
        bool(declared and declared.is_required),
        tuple(list_headings(table, row, headings, words)),
        tuple(used.get((table, row["column"]), ())),
    )


def describe_bounds(declared: Column | None, words: Mapping[str, str]) -> str:
    """Return the least and greatest value in words; nothing where there is no bound."""
    if declared is None or declared.minimum is None:
        return ""
    if declared.maximum is None:
        return words["least"].format(f"{declared.minimum:g}")
    return words["between"].format(f"{declared.minimum:g}", f"{declared.maximum:g}")


def read_headings(root: Path, kind: str) -> list[dict[str, str]]:
    """Return the rows of a kind's header map, oldest first."""
    rows = read_rows(maps_dir(root) / f"{kind}.csv", [])
    return sorted(rows, key=lambda row: row.get("valid_from", ""))


def list_headings(
    table: str,
    row: Mapping[str, str],
    headings: Mapping[str, list[dict[str, str]]],
    words: Mapping[str, str],
) -> Iterator[str]:
    """Yield the headings of the exports a column comes from, with the year they hold from."""
    if row["source"] == DERIVED:
        yield words["derived"]
        return
    for source in (row["source"] or f"{table}.{row['column']}").split():
        kind, _, name = source.partition(".")
        for line in headings[kind]:
            told = " / ".join(f"“{text}”" for text in split_cell(line.get(name, "")))
            if told:
                yield words["since"].format(line["valid_from"], told)


def gather_figures() -> dict[tuple[str, str], list[str]]:
    """Return, by table and column, the names of the figures whose count looks at it."""
    used: dict[tuple[str, str], list[str]] = {}
    for row in read_formulas():
        for key in dict.fromkeys(list_used(row)):
            used.setdefault(key, []).append(row["pattern"])
    return used


def list_used(formula: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the table and column of everything a formula looks at."""
    table = formula["table"]
    for condition in parse_conditions(f"{formula['base']};{formula['counted']}"):
        if condition.column == "reason":
            yield "exits", "exit_reason"
            yield "exits", "course_id"
        else:
            yield LOOKED_UP.get((table, condition.column), (table, condition.column))
    _, _, summed = formula["result"].partition(" ")
    if summed:
        yield table, summed


def list_values(root: Path) -> list[Value]:
    """Return the codes of every code list a column uses, each with all its labels."""
    names = {c.detail for cs in read_columns().values() for c in cs if c.type in ("code", "codes")}
    return [value for name in sorted(names) for value in list_codes(root, name)]


def list_codes(root: Path, name: str) -> Iterator[Value]:
    """Yield the codes of one list in its order."""
    rows = read_rows(maps_dir(root) / "codes" / f"{name}.csv", [])
    for code in dict.fromkeys(row["code"] for row in rows):
        own = [row for row in rows if row["code"] == code]
        yield Value(name, code, tuple(row["label"] for row in own), describe_counting(own[0]))


def describe_counting(row: Mapping[str, str]) -> str:
    """Return the further columns of a code that say something: how it is counted and shown."""
    kept: Iterable[tuple[str, str]] = list(row.items())[4:]
    return ", ".join(f"{key}: {value}" for key, value in kept if value)


def list_definitions(root: Path) -> list[dict[str, str]]:
    """Return the declared definitions of the rates."""
    return read_rows(maps_dir(root) / "definitions.csv", [])
