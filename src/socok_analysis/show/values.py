"""Numbers as readers see them: each carries the name of its figure, or is hidden.

A shown number is a Markdown span, `[27,5 %]{data-figure="2019/outcomes.sumak.success_wide"}`, so
that it can be followed to its definition and source. Whatever shows a figure calls this room:
tables, tiles and text get the same value, rounded and protected once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from socok_analysis.core.danish import (
    format_number,
    format_points,
    format_probability,
    format_share,
)
from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures.figure import Figure
from socok_analysis.show.markdown import escape

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

Form = Callable[[Figure], str]
POINTS = "procentpoint"
FORMATS: Mapping[str, Callable[[float], str]] = {
    "andel": format_share,
    POINTS: format_points,
    "p": format_probability,
}
UNKNOWN = "ikke opgjort"
NUMBER_WORDS = (
    "nul",
    "én",
    "to",
    "tre",
    "fire",
    "fem",
    "seks",
    "syv",
    "otte",
    "ni",
    "ti",
    "elleve",
    "tolv",
)
ROUNDING = 1e-9
PLAIN_UNITS = ("årstal", "paragraf", "nummer")
HIDDEN_CELL = escape(HIDDEN)
HIDDEN_NOTE = (
    f"{HIDDEN_CELL}: tallet vises ikke, fordi det handler om få personer eller ville røbe et tal, "
    "der gør."
)


def show_value(page: Page, figure: Figure, form: Form | None = None) -> str:
    """Return a figure in one of its forms as a span with its name, or the sign of a hidden one."""
    text = (form or format_figure)(figure) if page.may_show(figure) else HIDDEN_CELL
    return name_value(text, figure)


def show_values(page: Page, figure: Figure, forms: Iterable[Form]) -> list[str]:
    """Return a figure in several forms."""
    return [show_value(page, figure, form) for form in forms]


def name_value(text: str, *figures: Figure) -> str:
    """Return text as a span that names the figures it shows; `text` is Markdown already."""
    return f'[{text}]{{data-figure="{name_figures(figures)}"}}'


def name_figures(figures: Iterable[Figure]) -> str:
    """Return the figures' names with their years, as attributes carry them."""
    return " ".join(dict.fromkeys(f"{figure.year}/{figure.figure}" for figure in figures))


def note_hidden(rows: Iterable[Iterable[str]]) -> str:
    """Return the legend of hidden cells where a table has any."""
    return HIDDEN_NOTE if any(HIDDEN_CELL in cell for row in rows for cell in row) else ""


def format_figure(figure: Figure) -> str:
    """Return a figure's value as readers see it."""
    if figure.value is None:
        return UNKNOWN
    if isinstance(figure.value, bool):
        return "ja" if figure.value else "nej"
    if figure.unit == "andel" and is_agreed(figure):
        return f"{format_number(100 * figure.value)}\u00a0%"
    if figure.unit in FORMATS:
        return FORMATS[figure.unit](figure.value)
    if figure.unit in PLAIN_UNITS:
        return f"{figure.value:.0f}"
    is_whole = figure.unit != "antal pr. år" and float(figure.value).is_integer()
    return format_number(figure.value, 0 if is_whole else 1)


def is_agreed(figure: Figure) -> bool:
    """Tell whether a rate is a whole number of percent that was agreed, not counted."""
    percent = 100 * float(figure.value or 0)
    is_counted = figure.numerator is not None or figure.low is not None
    return not is_counted and abs(percent - round(percent)) < ROUNDING


def count_nouns(figure: Figure, one: str, many: str) -> str:
    """Return a count with its noun in the right number: "1 frivilligt sted", "3 frivillige steder".

    None is told as such: "ingen steder". The count is not protected here: use it as a form, or on
    what counts no persons.
    """
    if figure.value == 0:
        return f"ingen\u00a0{many}"
    return f"{format_figure(figure)}\u00a0{one if figure.value == 1 else many}"


def format_rounded(figure: Figure) -> str:
    """Return a figure as a whole number, for running text."""
    return UNKNOWN if figure.value is None else format_number(figure.value)


def format_word(figure: Figure) -> str:
    """Return a whole number up to twelve as a word, as running text has it; else its figures."""
    is_few = isinstance(figure.value, int) and 0 <= figure.value < len(NUMBER_WORDS)
    return NUMBER_WORDS[int(figure.value or 0)] if is_few else format_figure(figure)


def format_fraction(figure: Figure) -> str:
    """Return a rate as "11 af 40"."""
    if figure.numerator is None or figure.denominator is None:
        return UNKNOWN
    return f"{format_number(figure.numerator)} af {format_number(figure.denominator)}"


def format_both_forms(figure: Figure) -> str:
    """Return a rate with its fraction: "44,1 % (15 af 34)"."""
    if figure.value is None:
        return UNKNOWN
    return f"{format_figure(figure)} ({format_fraction(figure)})"


def format_interval(figure: Figure) -> str:
    """Return a rate's 95 % interval as "16,1–42,8 %"."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    if figure.unit == POINTS:
        return f"{format_points(figure.low)} til {format_points(figure.high)}"
    low = format_share(figure.low).rstrip("\u00a0%")
    return f"{low}–{format_share(figure.high)}"
