"""Markdown from parts: text, tables and figures' values as readers see them.

Everything that came from a workbook is shown as text. A number is rounded here, once, and is a
span with its figure's name, `[27,5 %]{data-figure="2019/outcomes.sumak.success_wide"}`, so that it
can be followed to its definition and source. What an edition does not tell is not there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.figures.figure import Figure

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

SPAN = re.compile(r"\[((?:\\.|[^\[\]\\])*)\]\{[^{}]*\}")
LIST = re.compile(r"[-*+] |\d+[.)] ")
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
SLOT = re.compile(
    r"\{(?P<name>[\w.+-]+\.[\w.+-]+)(?P<before>@)?(?:\|(?P<form>[^}!?]+))?(?P<only>[!?])?\}"
)
OPTIONAL = re.compile(r"(?<!\\)<(.*?)(?<!\\)>", re.DOTALL)
PLAIN_UNITS = ("årstal", "paragraf", "nummer")


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
    """Return a table as a Markdown pipe table with caption, and its note below; "" without rows.

    The rule's dashes are as many as its column's longest cell has letters to see: pandoc reads
    widths from them.
    """
    if not table.rows:
        return ""
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


def render_key_figures(figures: Sequence[tuple[str, str, str]]) -> str:
    """Return key figures, each a value, its label and a note in Markdown, as a group of divs that
    the style sheets show as tiles; "" of none.
    """
    parts = ["::::: {.key-figures}"]
    for figure in figures:
        lines = zip(figure, ("value", "label", "note"), strict=True)
        told = (f"[{text}]{{.{kind}}}" for text, kind in lines if text)
        parts += [":::: {.key-figure}", *told, "::::"]
    return "\n\n".join([*parts, ":::::"]) if figures else ""


def show_value(figure: Figure | None, form: str = "") -> str:
    """Return a figure in one of `FORMS` as a span with its name, a dash where there is none."""
    return name_value(FORMS[form](figure), figure) if figure else DASH


def say(page: Page, *templates: str) -> str:
    """Return sentences with figures in their braces as one paragraph.

    `{jobs.total}` is a figure, `P` in its name the page's partner, `@` after it the report before;
    `|` names another of `FORMS`, or a noun (`|plads/pladser`). A sentence of which a figure is not
    told, or is of nothing, is left out, and so is one of none of what is marked `!`, or of what is
    marked `?` and to be read with care; of a part in `<...>` only that part. What a reader must
    know of a figure ends its sentence. Text from a workbook must be escaped already.
    """
    told = (_fill(page, template) for template in templates if template)
    return " ".join(filter(None, told))


def _fill(page: Page, template: str) -> str:
    told, shown = list[str](), list[Figure]()
    for number, part in enumerate(OPTIONAL.split(template)):
        slots = [(match, _find_slot(page, match)) for match in SLOT.finditer(part)]
        figures = [figure for _, figure in slots if figure]
        if len(figures) == len(slots):
            for match, figure in slots:
                part = part.replace(match[0], _show_slot(match, figure), 1) if figure else part
            told.append(part)
            shown += figures
        elif number % 2 == 0:
            return ""
    text, note = "".join(told), page.note(*shown)
    return f"{text.removesuffix('.')} ({note})." if note else text


def _find_slot(page: Page, match: re.Match[str]) -> Figure | None:
    """Return the figure of a slot, None where it is not told or of nothing."""
    year = page.earlier_year if match["before"] else page.year.year
    figure = page.find(match["name"].replace("P", page.partner), year) if year else None
    if figure is None or figure.value is None or figure.denominator == 0:
        return None
    is_left_out = {"!": not figure.value, "?": bool(page.note(figure))}
    return None if is_left_out.get(match["only"]) else figure


def _show_slot(match: re.Match[str], figure: Figure) -> str:
    one, _, many = (match["form"] or "").partition("/")
    return name_value(count_nouns(figure, one, many) if many else FORMS[one](figure), figure)


def find_way(now: Figure | None, before: Figure | None = None) -> int:
    """Return 1 where a figure is seen to be higher than before, -1 where lower, else 0."""
    if not now or not before or None in (now.value, before.value):
        return 0
    if format_figure(now) == format_figure(before):
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


def name_value(text: str, *figures: Figure) -> str:
    """Return text as a span that names the figures it shows; `text` is Markdown already."""
    return f'[{text}]{{data-figure="{name_figures(figures)}"}}'


def name_figures(figures: Iterable[Figure]) -> str:
    """Return the figures' names with their years, as attributes carry them."""
    return " ".join(dict.fromkeys(f"{figure.year}/{figure.figure}" for figure in figures))


def make_numbers(
    anchor: str,
    caption: str,
    header: Sequence[str],
    rows: Iterable[tuple[str, Sequence[Figure | None]]],
    form: str = "",
) -> Table:
    """Return a table of figures, each row with its label (Markdown), those of none left out."""
    known = [(label, figures) for label, figures in rows if any(figures)]
    cells = [[label, *(show_value(figure, form) for figure in own)] for label, own in known]
    align = "l" + "r" * (len(header) - 1)
    return Table(anchor, caption, header, cells, align)


def head_years(page: Page) -> list[str]:
    """Return the headings of columns with this report and the one before."""
    return [f"Rapport {year}" for year in page.years]


def join_words(words: Iterable[str]) -> str:
    """Return words as "a, b og c"."""
    *most, last = [*words] or [""]
    return f"{', '.join(most)} og {last}" if most else last


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


def count_nouns(figure: Figure, one: str, many: str) -> str:
    """Return a count with its noun: "ingen steder", "1 frivilligt sted", "3 frivillige steder"."""
    if figure.value == 0:
        return f"ingen\u00a0{many}"
    return f"{format_figure(figure)}\u00a0{one if figure.value == 1 else many}"


def format_word(figure: Figure) -> str:
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
    fraction = f" ({format_fraction(figure)})" if is_counted else ""
    return f"{format_figure(figure)}{fraction}"


def format_interval(figure: Figure) -> str:
    """Return a rate's 95 % interval as "16,1–42,8 %"."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    if figure.unit == POINTS:
        return f"{format_points(figure.low)} til {format_points(figure.high)}"
    low = format_share(figure.low).rstrip("\u00a0%")
    return f"{low}–{format_share(figure.high)}"


FORMS: Mapping[str, Callable[[Figure], str]] = {
    "": format_figure,
    "ord": format_word,
    "Ord": lambda figure: format_word(figure).capitalize(),
    "af": format_fraction,
    "af de": lambda figure: format_fraction(figure).replace(" af ", " af de "),
    "del": lambda f: UNKNOWN if f.numerator is None else format_number(f.numerator),
    "rundt": lambda f: UNKNOWN if f.value is None else format_number(f.value),
    "spænd": format_interval,
    "talt": format_counted,
}
