"""Markdown from parts: text, tables and figures' values as readers see them.

What came from a workbook is shown as text. A number is rounded here, once, and is a span with its
figure's name, `[27,5 %]{data-figure="2019/outcomes.sumak.success_wide"}`, to be followed by.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.figures.figure import Figure

SPAN = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\{[^{}]*\}")
BLOCK = re.compile(r"[-*+] |\d+[.)] |[|>#]|:::|```|~~~|!\[")  # begins no plain paragraph
LONGEST = 12
OURS = "socok"  # in the metadata of a notebook's output: the library has shown it, protected
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
POINTS = "procentpoint"
UNKNOWN, DASH = "ikke opgjort", "–"
NUMBER_WORDS = (
    *("nul", "én", "to", "tre", "fire", "fem", "seks"),
    *("syv", "otte", "ni", "ti", "elleve", "tolv"),
)
ROUNDING = 1e-9
Rows = Iterable[tuple[str, Sequence[Figure | None]]]  # of figures, each with its label
PLAIN_UNITS = ("årstal", "paragraf", "nummer", "dato", "måned", "tid")


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


def lead_in(words: str, markdown: str) -> str:
    """Return Markdown after bold words: in the same paragraph, but above a list or a table."""
    return f"**{words}**{chr(10) * 2 if BLOCK.match(markdown) else ' '}{markdown}"


def site_only(markdown: str) -> str:
    """Return Markdown that the documents and the downloads leave out."""
    return f"::: {{.site-only}}\n\n{markdown}\n\n:::"


def fold(summary: str, markdown: str) -> str:
    """Return Markdown folded away on the site, below the line a reader opens it by."""
    return f":::::: {{.fold}}\n\n{summary}\n\n{markdown}\n\n::::::"


@dataclass(frozen=True)
class Table:
    """A table to show, its cells Markdown; in "Partner|Pladser>" `>` sets a column to the right."""

    anchor: str
    caption: str
    header: str
    rows: Sequence[Sequence[str]]
    note: str = ""


def render_table(table: Table) -> str:
    """Return a table with caption and note, a long one folded on the site; "" without rows."""
    if not table.rows:
        return ""
    heads = table.header.split("|")
    # pandoc reads widths from the rule: as many dashes as a column's longest cell has letters.
    header, rule = [head.removesuffix(">") for head in heads], list[str]()
    for head, *cells in zip(heads, header, *table.rows, strict=True):
        line = "-" * max(3, *(len(SPAN.sub(r"\1", cell)) for cell in cells))
        rule.append(f"{line}:" if head.endswith(">") else f":{line}")
    body = "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *table.rows))
    note = f"\n\n::: {{.table-note}}\n{table.note}\n:::" if table.note else ""
    shown = f"{body}\n\n: {table.caption} {{#tbl-{table.anchor}}}{note}"
    return fold(f"Se tabellen: {table.caption}", shown) if len(table.rows) > LONGEST else shown


def make_numbers(
    anchor: str, caption: str, header: str, rows: Rows, form: str = "", note: str = ""
) -> Table:
    """Return a table of figures, each row with its label (Markdown), those of none left out."""
    known = [(label, figures) for label, figures in rows if any(figures)]
    cells = [[label, *(show_value(figure, form) for figure in own)] for label, own in known]
    return Table(anchor, caption, header, cells, note)


def render_figure(path: str, caption: str, alt: str, anchor: str) -> str:
    """Return a figure as Markdown with caption and alternative text, which is without markup."""
    said = plain(alt).translate(str.maketrans('"<>{', "'‹›(", "\\"))
    return f'![{caption}]({path}){{#fig-{anchor} fig-alt="{said}"}}'


def show_value(figure: Figure | None, form: str = "") -> str:
    """Return a figure as a span with its name, a dash where there is none.

    `form` is one of `FORMS`, or a noun: `sted/steder` gives "ingen steder", "1 sted".
    """
    if figure is None:
        return DASH
    one, _, many = form.partition("/")
    if not many:
        return name_value(FORMS[form](figure), figure)
    count = format_figure(figure) if figure.value else "ingen"
    return name_value(f"{count}\u00a0{one if figure.value == 1 else many}", figure)


def name_value(text: str, *figures: Figure) -> str:
    """Return text as a span that names the figures it shows; `text` is Markdown already."""
    return f'[{text}]{{data-figure="{name_figures(figures)}"}}'


def name_figures(figures: Iterable[Figure]) -> str:
    """Return the figures' names with their years, as attributes carry them."""
    return " ".join(dict.fromkeys(f"{figure.year}/{figure.figure}" for figure in figures))


def find_way(now: Figure | None, before: Figure | None = None) -> int:
    """Return 1 where a figure is seen to be higher than before, -1 where lower, else 0."""
    is_told = now and before and now.value is not None and before.value is not None
    if not now or not before or not is_told or format_figure(now) == format_figure(before):
        return 0
    return 1 if (now.value or 0) > (before.value or 0) else -1


def tell_news(good: Sequence[str], bad: Sequence[str]) -> str:
    """Return main clauses of good news, and of bad after "Men", as the message of a page."""
    told = [", og ".join(filter(None, (", ".join(c[:-1]), c[-1]))) for c in (good, bad) if c]
    text = ". Men ".join(told)
    return f"**{text[0].upper()}{text[1:]}.**" if text else ""


def lower(text: str) -> str:
    """Return text that begins with a small letter."""
    return text[:1].lower() + text[1:]


def format_figure(figure: Figure) -> str:
    """Return a figure's value as readers see it; an agreed rate in the whole percent agreed."""
    value, unit = figure.value, figure.unit
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "ja" if value else "nej"
    percent, is_counted = 100 * value, figure.numerator is not None or figure.low is not None
    if unit == "andel" and not is_counted and abs(percent - round(percent)) < ROUNDING:
        return f"{format_number(percent)}\u00a0%"
    if unit in ("andel", POINTS):
        return format_points(value) if unit == POINTS else format_share(value)
    if unit in PLAIN_UNITS:
        return f"{value:.0f}"
    is_whole = unit != "antal pr. år" and float(value).is_integer()
    return format_number(value, 0 if is_whole else 1)


def _format_word(figure: Figure) -> str:
    """Return a whole number up to twelve as a word, as running text has it; else its figures."""
    is_few = isinstance(figure.value, int) and 0 <= figure.value < len(NUMBER_WORDS)
    return NUMBER_WORDS[int(figure.value or 0)] if is_few else format_figure(figure)


def format_fraction(figure: Figure) -> str:
    """Return a rate as "11 af 40"."""
    if figure.numerator is None or figure.denominator is None:
        return UNKNOWN
    return f"{format_number(figure.numerator)} af {format_number(figure.denominator)}"


def format_counted(figure: Figure) -> str:
    """Return what has a numerator with its fraction, "44,1 % (15 af 34)"; else as it is."""
    is_counted = figure.numerator is not None and figure.value is not None
    return f"{format_figure(figure)}{f' ({format_fraction(figure)})' if is_counted else ''}"


def format_interval(figure: Figure) -> str:
    """Return a rate's 95 % interval as "16,1–42,8 %"."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    if figure.unit == POINTS:
        return f"{format_points(figure.low)} til {format_points(figure.high)}"
    return f"{format_share(figure.low).rstrip(chr(0xA0) + '%')}–{format_share(figure.high)}"


FORMS: Mapping[str, Callable[[Figure], str]] = {
    "": format_figure,
    "ord": _format_word,
    "Ord": lambda figure: _format_word(figure).capitalize(),
    "af": format_fraction,
    "af de": lambda figure: format_fraction(figure).replace(" af ", " af de "),
    "del": lambda f: UNKNOWN if f.numerator is None else format_number(f.numerator),
    "rundt": lambda f: UNKNOWN if f.value is None else format_number(f.value),
    "spænd": format_interval,
    "talt": format_counted,
}
