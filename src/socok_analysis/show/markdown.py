"""Markdown from parts: everything that came from a workbook is shown as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

SPAN = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\{[^{}]*\}")
LIST = re.compile(r"[-*+] |\d+[.)] ")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def escape(text: object) -> str:
    """Return text in which no character means anything to Markdown, and none is invisible."""
    return PUNCTUATION.sub(r"\\\1", plain(text))


def plain(text: object) -> str:
    """Return text on one line without characters that cannot be seen.

    Quarto takes three colons for a div that went wrong wherever they stand: they become ratios.
    """
    seen = "".join(" " if is_unseen(letter) else letter for letter in str(text))
    return " ".join(seen.split()).replace(":::", "∶∶∶")


def lead_in(words: str, markdown: str, gap: str = " ") -> str:
    """Return Markdown after bold words: in the same paragraph, but above a list."""
    gap = "\n\n" if LIST.match(markdown) else gap
    return f"**{words}**{gap}{markdown}"


def quote(text: object) -> str:
    """Return text fit to stand between quotation marks as an attribute, without any markup."""
    return plain(text).translate(str.maketrans('"<>{', "'‹›(", "\\"))


def is_unseen(letter: str) -> bool:
    """Tell whether a character is a control or format character (bidirectional ones too)."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def site_only(markdown: str) -> str:
    """Return Markdown that the documents and the downloads leave out."""
    return f"::: {{.site-only}}\n\n{markdown}\n\n:::"


@dataclass(frozen=True)
class Table:
    """A table to show. Cells are Markdown already; `align` has a letter (l, r) for each column."""

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
    rule = [draw_rule(cells, side) for cells, side in zip(columns, table.align, strict=True)]
    lines = [table.header, rule, *table.rows]
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    note = f"\n\n::: {{.table-note}}\n{table.note}\n:::" if table.note else ""
    return f"{body}\n\n: {table.caption} {{#tbl-{table.anchor}}}{note}"


def draw_rule(cells: Sequence[str], side: str) -> str:
    """Return the rule below a column's heading, with the colon on the side it is aligned to."""
    dashes = "-" * max(3, *(len(SPAN.sub(r"\1", cell)) for cell in cells))
    return f":{dashes}" if side == "l" else f"{dashes}:"


def render_figure(path: str, caption: str, alt: str, anchor: str) -> str:
    """Return a figure as Markdown with caption and alternative text."""
    return f'![{caption}]({path}){{#fig-{anchor} fig-alt="{quote(alt)}"}}'


@dataclass(frozen=True)
class KeyFigure:
    """A number to show large, with its label and notes below. All are Markdown already.

    `trend` says what it was before, `picture` is a drawing of that.
    """

    value: str
    label: str
    note: str = ""
    trend: str = ""
    picture: str = ""


def render_key_figures(figures: Sequence[KeyFigure]) -> str:
    """Return key figures as a group of divs that the style sheets show as tiles."""
    return "\n\n".join(["::::: {.key-figures}", *map(render_key_figure, figures), ":::::"])


def render_key_figure(figure: KeyFigure) -> str:
    """Return one key figure as a div."""
    lines = [f"[{figure.value}]{{.value}}", f"[{figure.label}]{{.label}}"]
    lines += [f"[{note}]{{.note}}" for note in (figure.note, figure.trend) if note]
    lines += filter(None, [figure.picture])
    return "\n\n".join([":::: {.key-figure}", *lines, "::::"])
