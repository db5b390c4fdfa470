"""What the downloads hold: the pages' tables as readers see them, and the figures shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.figures.figure import Figure
from socok_analysis.publish.pages import read_page
from socok_analysis.publish.pandoc import run_script

HIDDEN, MISSING = "c", "x"
LEGEND = {
    HIDDEN: "tallet vises ikke, fordi det handler om få personer",
    MISSING: "tallet er ikke opgjort",
}
WHOLE = re.compile(r"-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)")
DECIMAL = re.compile(rf"({WHOLE.pattern})(?:,(\d+))?(\s*%)?")
Number = int | float


@dataclass(frozen=True)
class Sheet:
    """One table of the report: its cells are text as the page shows it."""

    page: str
    title: str
    anchor: str
    label: str
    caption: str
    note: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]


@dataclass(frozen=True)
class ShownFigure:
    """A figure and whether it may be shown: `status` is empty, HIDDEN or MISSING.

    `about` is what its label does not say: whom or what time it is about.
    """

    figure: Figure
    status: str
    about: str = ""


@dataclass(frozen=True)
class Content:
    """Everything a year's downloads hold."""

    sheets: tuple[Sheet, ...]
    figures: tuple[ShownFigure, ...]


def read_content(
    pages: Sequence[Path],
    figures: Iterable[Figure],
    is_shown: Callable[[Figure], bool],
    name: Callable[[Figure], str] = lambda figure: "",
) -> Content:
    """Return the tables of the pages and the figures, those that may not be shown marked.

    `name` tells whom or what time a figure is about.
    """
    shown = tuple(
        ShownFigure(figure, find_status(figure, is_shown), name(figure)) for figure in figures
    )
    return Content(tuple(read_sheets(pages)), shown)


def find_status(figure: Figure, is_shown: Callable[[Figure], bool]) -> str:
    """Return why a figure has no value for readers; empty where it has one."""
    if not is_shown(figure):
        return HIDDEN
    return MISSING if figure.value is None else ""


def read_sheets(paths: Sequence[Path]) -> list[Sheet]:
    """Return the tables of pages, in the order of the report."""
    pages = {path.stem: read_page(path) for path in paths}
    job = [{"name": name, "markdown": page.markdown} for name, page in pages.items()]
    found = run_script("tables.lua", {"pages": job})
    return [make_sheet(record, pages[record["page"]].title) for record in found]


def make_sheet(record: dict[str, object], title: str) -> Sheet:
    """Return a table as it was read."""
    header, rows, numeric = record["header"], record["rows"], record["numeric"]
    assert isinstance(header, list) and isinstance(rows, list) and isinstance(numeric, list)
    return Sheet(
        page=str(record["page"]),
        title=title,
        anchor=str(record["id"]),
        label=str(record["label"]).replace("\u00a0", " "),
        caption=str(record["caption"]),
        note=str(record["note"]),
        header=make_unique(header),
        rows=tuple(map(tuple, rows)),
        numeric=tuple(numeric),
    )


def make_unique(header: Sequence[str]) -> tuple[str, ...]:
    """Return headings as Excel and CSV want them: none blank, none twice."""
    named = [text.strip() or f"Kolonne {number}" for number, text in enumerate(header, 1)]
    return tuple(
        text if text not in named[:place] else f"{text} ({place + 1})"
        for place, text in enumerate(named)
    )


def read_number(text: str) -> tuple[Number, str] | None:
    """Return a number as pages show it ("1.234", "27,5 %") with Excel's format for the same.

    None for anything else. The value is the one shown: no decimal more than the page has.
    """
    found = DECIMAL.fullmatch(text)
    if not found:
        return None
    whole, decimals, percent = found.groups()
    places = len(decimals or "") + (2 if percent else 0)
    number = int(whole.replace(".", "") + (decimals or "")) / 10 ** len(decimals or "")
    shape = ("0" if percent or is_bare(whole) else "#,##0") + (
        f".{'0' * len(decimals or '')}" if decimals else ""
    )
    value: Number = round(number / 100, places) if percent else number
    return (value if percent or decimals else int(value)), shape + ("%" if percent else "")


def is_bare(whole: str) -> bool:
    """Tell whether four digits or more have no full stops: a year."""
    return len(whole) > 3 and "." not in whole
