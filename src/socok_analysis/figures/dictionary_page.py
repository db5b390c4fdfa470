"""The data dictionary as a Markdown page, as rows for a spreadsheet, and as records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from socok_analysis.figures.dictionary import (
    WORDS,
    Entry,
    Language,
    describe_columns,
    list_definitions,
    list_values,
)
from socok_analysis.intake.tables import KIND_DA

COLUMNS = (
    "table",
    "column",
    "meaning",
    "type",
    "unit",
    "allowed",
    "required",
    "headings",
    "figures",
)
MOST_NAMES = 6
PAGES: Mapping[Language, str] = {"da": "dataordbog.md", "en": "data-dictionary.md"}
HEADS: Mapping[Language, Sequence[str]] = {
    "da": (
        "Kolonne",
        "Betydning",
        "Type",
        "Enhed",
        "Skal udfyldes",
        "Overskrift i udtrækket",
        "Bruges i nøgletal",
    ),
    "en": (
        "Column",
        "Meaning",
        "Type",
        "Unit",
        "Required",
        "Heading in the export",
        "Used by figures",
    ),
}
TEXTS: Mapping[Language, Mapping[str, str]] = {
    "da": {
        "title": "Dataordbog",
        "intro": "De ryddede tabeller i `data/processed/<år>/`, én Parquet-fil pr. tabel. Siden "
        "laves af `socok dictionary`; ret i `dictionary.csv`, kortene eller kodelisterne. Alle "
        "nøgletals navne står i `socok dictionary --format csv`.",
        "values": "Koder",
        "definitions": "Definitioner af andele",
        "codes": "Liste|Kode|Skrives i udtrækket|Regnes som",
        "rest": "ingen af de andre grupper tæller",
        "rates": "Definition|Gælder fra|Partner|Betegnelse|Tæller årsager, hvor|Begrundelse",
    },
    "en": {
        "title": "Data dictionary",
        "intro": "The tidy tables in `data/processed/<year>/`, one Parquet file a table. This page "
        "is made by `socok dictionary`; edit `dictionary.csv`, the maps or the code lists. Labels "
        "and headings are the exports' own, and Danish. `socok dictionary --format csv` has the "
        "figures by name.",
        "values": "Codes",
        "definitions": "Definitions of rates",
        "codes": "List|Code|Written in the export|Counted as",
        "rest": "none of the other groups counts",
        "rates": "Definition|Valid from|Partner|Label|Counts reasons where|Reason",
    },
}


def make_rows(entries: Iterable[Entry], language: Language) -> list[dict[str, object]]:
    """Return the dictionary as flat rows, several headings or figures joined by semicolons."""
    words = WORDS[language]
    return [
        {
            **asdict(entry),
            "required": words["yes" if entry.is_required else "no"],
            "headings": "; ".join(entry.headings),
            "figures": "; ".join(entry.figures),
        }
        for entry in entries
    ]


def make_records(root: Path, language: Language) -> dict[str, object]:
    """Return the whole dictionary as JSON knows it: columns, codes and definitions."""
    return {
        "columns": [asdict(entry) for entry in describe_columns(root, language)],
        "codes": [asdict(value) for value in list_values(root)],
        "definitions": list_definitions(root),
    }


def make_page(root: Path, language: Language) -> str:
    """Return the dictionary as a Markdown page; the same project gives the same text."""
    texts, entries = TEXTS[language], describe_columns(root, language)
    parts = [f"# {texts['title']}", texts["intro"]]
    for table in dict.fromkeys(entry.table for entry in entries):
        own = [entry for entry in entries if entry.table == table]
        rows = [make_cells(entry, language) for entry in own]
        parts += [f"## {name_table(table, language)}", make_table(HEADS[language], rows)]
    codes = [(v.list, f"`{v.code}`", ", ".join(v.labels), v.counted) for v in list_values(root)]
    parts += [f"## {texts['values']}", make_table(texts["codes"].split("|"), codes)]
    rates = [
        (
            f"`{d['definition']}`",
            d["valid_from"],
            d["partner"],
            d["label"],
            f"{d['column']} = {d['value']}" if d["column"] else texts["rest"],
            d.get("reason", ""),
        )
        for d in list_definitions(root)
    ]
    parts += [f"## {texts['definitions']}", make_table(texts["rates"].split("|"), rates)]
    return "\n\n".join(parts) + "\n"


def name_table(table: str, language: Language) -> str:
    """Return a table's heading: its name, and in Danish what it holds."""
    danish = KIND_DA.get(table, "afgangsårsager")
    return f"{danish.capitalize()} (`{table}`)" if language == "da" else f"`{table}`"


def make_cells(entry: Entry, language: Language) -> tuple[str, ...]:
    """Return one row of the page's table."""
    kind = f"{entry.type}, {entry.allowed}" if entry.allowed else entry.type
    required = WORDS[language]["yes" if entry.is_required else "no"]
    return (
        f"`{entry.column}`",
        entry.meaning,
        kind,
        entry.unit,
        required,
        "; ".join(entry.headings),
        list_users(entry.figures),
    )


def list_users(figures: Sequence[str]) -> str:
    """Return the figures that use a column: by name, many by the families they belong to."""
    if len(figures) <= MOST_NAMES:
        return ", ".join(f"`{name}`" for name in figures)
    families = Counter(name.partition(".")[0] for name in figures)
    return ", ".join(f"`{family}.*` ({count})" for family, count in families.items())


def make_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)


def write_pages(root: Path, folder: Path) -> list[Path]:
    """Write the page in both languages into a folder; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in PAGES.values()]
    for path, language in zip(paths, PAGES, strict=True):
        path.write_text(make_page(root, language), encoding="utf-8", newline="\n")
    return paths
