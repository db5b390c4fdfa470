"""Markdown from parts: everything that came from a workbook is shown as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SPAN = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\{[^{}]*\}")
LIST = re.compile(r"[-*+] |\d+[.)] ")
LONGEST = 12
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape(text: object) -> str:
    """Return text in which no character means anything to Markdown, and none is invisible."""
    return PUNCTUATION.sub(r"\\\1", plain(text))


def plain(text: object) -> str:
    """Return text on one line without control and format characters (bidirectional ones too).

    Quarto takes three colons for a div that went wrong wherever they stand: they become ratios.
    """
    unseen = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")
    seen = "".join(" " if unicodedata.category(c) in unseen else c for c in str(text))
    return " ".join(seen.split()).replace(":::", "∶∶∶")


def lead_in(words: str, markdown: str, gap: str = " ") -> str:
    """Return Markdown after bold words: in the same paragraph, but above a list."""
    gap = "\n\n" if LIST.match(markdown) else gap
    return f"**{words}**{gap}{markdown}"


def site_only(markdown: str) -> str:
    """Return Markdown that the documents and the downloads leave out."""
    return f"::: {{.site-only}}\n\n{markdown}\n\n:::"


def fold(summary: str, markdown: str) -> str:
    """Return Markdown folded away on the site, below the line a reader opens it by."""
    return f":::::: {{.fold}}\n\n{summary}\n\n{markdown}\n\n::::::"


@dataclass(frozen=True)
class Table:
    """A table to show. Cells are Markdown already; `align` has a letter (l, r) for each column.

    One of more than `LONGEST` rows is folded on the site.
    """

    anchor: str
    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    align: str
    note: str = ""


def render_table(table: Table) -> str:
    """Return a table as a Markdown pipe table with caption, and its note below.

    The rule's dashes are as many as its column's longest cell has letters to see: pandoc reads
    widths from them.
    """
    columns = zip(table.header, *table.rows, strict=True)
    widths = (max(3, *(len(SPAN.sub(r"\1", cell)) for cell in cells)) for cells in columns)
    dashes = zip(map("-".__mul__, widths), table.align, strict=True)
    rule = [f":{line}" if side == "l" else f"{line}:" for line, side in dashes]
    lines = [table.header, rule, *table.rows]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    note = f"\n\n::: {{.table-note}}\n{table.note}\n:::" if table.note else ""
    shown = f"{body}\n\n: {table.caption} {{#tbl-{table.anchor}}}{note}"
    return fold(f"Se tabellen: {table.caption}", shown) if len(table.rows) > LONGEST else shown


def render_figure(path: str, caption: str, alt: str, anchor: str) -> str:
    """Return a figure as Markdown with caption and alternative text, which is without markup."""
    said = plain(alt).translate(str.maketrans('"<>{', "'‹›(", "\\"))
    return f'![{caption}]({path}){{#fig-{anchor} fig-alt="{said}"}}'


@dataclass(frozen=True)
class KeyFigure:
    """A number to show large, with its label and a note below. All are Markdown already."""

    value: str
    label: str
    note: str = ""


def render_key_figures(figures: Sequence[KeyFigure]) -> str:
    """Return key figures as a group of divs that the style sheets show as tiles."""
    parts = ["::::: {.key-figures}"]
    for figure in figures:
        lines = [f"[{figure.value}]{{.value}}", f"[{figure.label}]{{.label}}"]
        lines += [f"[{figure.note}]{{.note}}"] if figure.note else []
        parts += [":::: {.key-figure}", *lines, "::::"]
    return "\n\n".join([*parts, ":::::"])
