"""Tidy CSV with a description machines read: a Data Package (Frictionless Data, 2017)."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from socok_analysis.core.manifest import hash_file
from socok_analysis.core.problems import write_rows
from socok_analysis.figures.figure import COLUMNS, as_record, plain_cells
from socok_analysis.publish import DocumentMeta
from socok_analysis.publish.content import HIDDEN, LEGEND, Content, Sheet, ShownFigure

DESCRIPTION = "datapackage.json"
NUMBERS = ("value", "numerator", "denominator", "low", "high")
FIELDS = Path(__file__).with_name("fields.csv")
Field = Mapping[str, str]


def write_package(content: Content, meta: DocumentMeta, folder: Path, name: str) -> list[Path]:
    """Write the figures and the tables as CSV, and their description; return the files."""
    resources = {
        f"{name}-noegletal": ("figures", list(list_figures(content.figures))),
        f"{name}-tabeller": ("tables", list(list_cells(content.sheets))),
    }
    paths = []
    for stem, (kind, rows) in resources.items():
        paths.append(folder / f"{stem}.csv")
        write_rows(paths[-1], [field["name"] for field in read_fields(kind)], rows)
    described = describe_package(meta, name, dict(zip(paths, ("figures", "tables"), strict=True)))
    text = json.dumps(described, ensure_ascii=False, indent=2) + "\n"
    (folder / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")
    return [*paths, folder / DESCRIPTION]


def list_figures(figures: Iterable[ShownFigure]) -> Iterator[dict[str, object]]:
    """Return the figures as rows; no number of those that may not be shown."""
    for shown in figures:
        record = as_record(shown.figure)
        row = {**{column: record[column] for column in COLUMNS}, **plain_cells(record)}
        if shown.status == HIDDEN:
            row |= dict.fromkeys(NUMBERS)
        yield {**row, "about": shown.about, "status": shown.status}


def list_cells(sheets: Iterable[Sheet]) -> Iterator[dict[str, object]]:
    """Return the tables' cells, one a row, as text."""
    for sheet in sheets:
        for number, row in enumerate(sheet.rows, 1):
            for column, text in zip(sheet.header[1:], row[1:], strict=True):
                yield {
                    "page": sheet.page,
                    "table": sheet.anchor,
                    "caption": sheet.caption,
                    "row": number,
                    "row_label": row[0],
                    "column": column,
                    "text": text,
                }


def read_fields(kind: str) -> list[Field]:
    """Return the fields of a resource with their Danish titles and descriptions."""
    with FIELDS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["resource"] == kind]


def describe_package(meta: DocumentMeta, name: str, paths: Mapping[Path, str]) -> dict[str, object]:
    """Return the package's description."""
    signs = "; ".join(f"{sign}: {meaning}" for sign, meaning in LEGEND.items())
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": meta.title,
        "description": f"{meta.subtitle} Kolonnen status: {signs}; tom: tallet er vist.",
        **(
            {"contributors": [{"title": meta.contact, "role": "publisher"}]} if meta.contact else {}
        ),
        "resources": [describe_resource(path, kind) for path, kind in paths.items()],
    }


def describe_resource(path: Path, kind: str) -> dict[str, object]:
    """Return one CSV's description: its format, hash and fields."""
    keys = {"figures": ["figure"], "tables": ["page", "table", "row", "column"]}
    fields = [
        {part: field[part] for part in ("name", "type", "title", "description") if field[part]}
        for field in read_fields(kind)
    ]
    return {
        "profile": "tabular-data-resource",
        "name": path.stem,
        "path": path.name,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": path.stat().st_size,
        "hash": f"sha256:{hash_file(path)}",
        "dialect": {"delimiter": ",", "lineTerminator": "\n"},
        "schema": {"fields": fields, "primaryKey": keys[kind], "missingValues": [""]},
    }
