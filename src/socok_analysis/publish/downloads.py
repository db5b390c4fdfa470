"""What the downloads hold, and tidy CSV with a description machines read.

The pages' tables as readers see them, and the figures shown. The description is a Data Package
(Frictionless Data, 2017). The Excel book of the same content is `book.py`'s.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from socok_analysis.core.manifest import hash_file
from socok_analysis.core.problems import write_rows
from socok_analysis.figures.figure import Figure, as_record, plain_cells, to_json
from socok_analysis.publish.documents import DocumentMeta
from socok_analysis.publish.pages import read_page
from socok_analysis.publish.pandoc import run_script

WHOLE = r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)"
DECIMAL = re.compile(rf"({WHOLE})(?:,(\d+))?(\s*%)?")
DESCRIPTION = "datapackage.json"
KEYS = {"figures": ["figure"], "tables": ["page", "table", "row", "column"]}
FIELDS = Path(__file__).with_name("fields.csv")
Number = int | float


@dataclass(frozen=True)
class Sheet:
    """One table of the report: its cells are text as the page shows it."""

    page: str
    title: str
    id: str
    label: str
    caption: str
    note: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Sequence[bool]


@dataclass(frozen=True)
class Content:
    """Everything a year's downloads hold: tables, and figures with what their label does not say,
    whom or what time they are about.
    """

    sheets: Sequence[Sheet]
    figures: Sequence[tuple[Figure, str]]


def read_content(
    pages: Sequence[Path], figures: Iterable[Figure], name: Callable[[Figure], str]
) -> Content:
    """Return the tables of the pages, in order, and the figures the edition tells.

    `name` tells whom or what time a figure is about.
    """
    read = {path.stem: read_page(path) for path in pages}
    job = [{"name": stem, "markdown": page.markdown} for stem, page in read.items()]
    sheets = [
        Sheet(**record, title=read[record["page"]].title)
        for record in run_script("tables.lua", {"pages": job})
    ]
    unique = [replace(sheet, header=_make_unique(sheet.header)) for sheet in sheets]
    return Content(unique, [(figure, name(figure)) for figure in figures])


def _make_unique(header: Sequence[str]) -> list[str]:
    """Return headings as Excel and CSV want them: none blank, none twice."""
    named = [text.strip() or f"Kolonne {number}" for number, text in enumerate(header, 1)]
    return [
        text if text not in named[:place] else f"{text} ({place + 1})"
        for place, text in enumerate(named)
    ]


def read_number(text: str) -> tuple[Number, str] | None:
    """Return a number as pages show it ("1.234", "27,5 %") with Excel's format for the same.

    None for anything else. The value is the one shown: no decimal more than the page has. Four
    digits or more without full stops are a year.
    """
    found = DECIMAL.fullmatch(text)
    if not found:
        return None
    whole, decimals, percent = found.groups()
    places = len(decimals or "")
    number = int(whole.replace(".", "") + (decimals or "")) / 10**places
    is_bare = len(whole) > 3 and "." not in whole
    shape = ("0" if percent or is_bare else "#,##0") + (f".{'0' * places}" if decimals else "")
    if percent:
        return round(number / 100, places + 2), f"{shape}%"
    return number if decimals else int(number), shape


def write_package(content: Content, meta: DocumentMeta, folder: Path, name: str) -> None:
    """Write the figures and the tables as CSV, and their description."""
    resources = {
        "figures": (folder / f"{name}-noegletal.csv", _list_figures(content.figures)),
        "tables": (folder / f"{name}-tabeller.csv", _list_cells(content.sheets)),
    }
    described = []
    for kind, (path, rows) in resources.items():
        with FIELDS.open(encoding="utf-8", newline="") as file:
            fields = [row for row in csv.DictReader(file) if row.pop("resource") == kind]
        write_rows(path, [field["name"] for field in fields], rows)
        filled = [{part: text for part, text in field.items() if text} for field in fields]
        described.append(
            {
                "profile": "tabular-data-resource",
                "name": path.stem,
                "path": path.name,
                "bytes": path.stat().st_size,
                "hash": f"sha256:{hash_file(path)}",
                "schema": {"fields": filled, "primaryKey": KEYS[kind], "missingValues": [""]},
            }
        )
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": meta.title,
        "description": meta.subtitle,
        "contributors": [{"title": meta.contact, "role": "publisher"}] if meta.contact else [],
        "resources": described,
    }
    (folder / DESCRIPTION).write_text(to_json(package), encoding="utf-8", newline="\n")


def _list_figures(figures: Iterable[tuple[Figure, str]]) -> Iterator[dict[str, object]]:
    """Yield the figures as rows."""
    for figure, about in figures:
        record = as_record(figure)
        yield {**record, **plain_cells(record), "about": about}


def _list_cells(sheets: Iterable[Sheet]) -> Iterator[dict[str, object]]:
    """Yield the tables' cells, one a row, as text."""
    for sheet in sheets:
        own = {"page": sheet.page, "table": sheet.id, "caption": sheet.caption}
        for number, row in enumerate(sheet.rows, 1):
            for column, text in zip(sheet.header[1:], row[1:], strict=True):
                cell = {"row_label": row[0], "column": column, "text": text}
                yield {**own, "row": number, **cell}
