"""Numbers as readers see them: rounded here, once, and each with the name of its figure.

A shown number is a Markdown span, `[27,5 %]{data-figure="2019/outcomes.sumak.success_wide"}`, so
that it can be followed to its definition and source. What an edition does not tell is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.figures.figure import Figure
from socok_analysis.show.markdown import Table
from socok_analysis.show.page import Page

Form = Callable[[Figure], str]
POINTS = "procentpoint"
FORMATS: Mapping[str, Callable[[float], str]] = {"andel": format_share, POINTS: format_points}
UNKNOWN, DASH = "ikke opgjort", "–"
NUMBER_WORDS = (
    *("nul", "én", "to", "tre", "fire", "fem", "seks"),
    *("syv", "otte", "ni", "ti", "elleve", "tolv"),
)
ROUNDING = 1e-9
PLAIN_UNITS = ("årstal", "paragraf", "nummer")


def show_value(figure: Figure | None, form: Form | None = None) -> str:
    """Return a figure in a form as a span with its name, a dash where there is none to tell."""
    return name_value((form or format_figure)(figure), figure) if figure else DASH


def say(page: Page, sentence: str, *shown: str | tuple[str, Form]) -> str:
    """Return a sentence with figures in its braces, each a name or a name and a form.

    `{p}` in a name is the page's partner. Return "" where one is not told, or is of nothing.
    """
    texts = []
    for each in shown:
        name, form = (each, format_figure) if isinstance(each, str) else each
        figure = page.find(name.replace("{p}", page.partner))
        if figure is None or figure.value is None or figure.denominator == 0:
            return ""
        texts.append(show_value(figure, form))
    return sentence.format(*texts)


def sentences(*parts: str) -> str:
    """Return the sentences there are as one paragraph."""
    return " ".join(filter(None, parts))


def tell_news(good: Sequence[str], bad: Sequence[str]) -> str:
    """Return main clauses of good news, and of bad after "Men", as the message of a page."""
    told = [
        clauses[0] + "".join(f", og {c}" for c in clauses[1:]) for clauses in (good, bad) if clauses
    ]
    text = ". Men ".join(told)
    return f"**{text[0].upper()}{text[1:]}.**" if text else ""


def nouns(one: str, many: str) -> Form:
    """Return the form of a count with its noun."""
    return partial(count_nouns, one=one, many=many)


def name_value(text: str, *figures: Figure) -> str:
    """Return text as a span that names the figures it shows; `text` is Markdown already."""
    return f'[{text}]{{data-figure="{name_figures(figures)}"}}'


def name_figures(figures: Iterable[Figure]) -> str:
    """Return the figures' names with their years, as attributes carry them."""
    return " ".join(dict.fromkeys(f"{figure.year}/{figure.figure}" for figure in figures))


def note_figures(page: Page, labels: Mapping[str, str]) -> str:
    """Return figures in one line, by name and label: "Møder holdt: 5; aflyst: 1."."""
    known = ((label, page.find(name)) for name, label in labels.items())
    parts = [f"{label}: {show_value(f)}" for label, f in known if f and f.value is not None]
    return f"{'; '.join(parts)}." if parts else ""


def make_yearly(
    page: Page, anchor: str, caption: str, head: str, labels: Mapping[str, str], form: Form
) -> Table | None:
    """Return figures (name to label, Markdown) in this and the earlier report, the newest first."""
    years = [year for year in (page.year.year, page.earlier_year) if year]
    rows = []
    for name, label in labels.items():
        figures = [page.find(name, year) for year in years]
        if any(figures):
            rows.append([label, *(show_value(figure, form) for figure in figures)])
    header = [head, *(f"Rapport {year}" for year in years)]
    return Table(anchor, caption, header, rows, "l" + "r" * len(years)) if rows else None


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
    if unit in FORMATS:
        return FORMATS[unit](value)
    if unit in PLAIN_UNITS:
        return f"{value:.0f}"
    is_whole = unit != "antal pr. år" and float(value).is_integer()
    return format_number(value, 0 if is_whole else 1)


def count_nouns(figure: Figure, one: str, many: str) -> str:
    """Return a count with its noun: "ingen steder", "1 frivilligt sted", "3 frivillige steder"."""
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


def format_counted(figure: Figure) -> str:
    """Return what has a numerator with its fraction, "44,1 % (15 af 34)"; else as it is."""
    is_counted = figure.numerator is not None and figure.value is not None
    fraction = f" ({format_fraction(figure)})" if is_counted else ""
    return f"{format_figure(figure)}{fraction}"


def format_part(figure: Figure) -> str:
    """Return a rate's numerator."""
    return UNKNOWN if figure.numerator is None else format_number(figure.numerator)


def format_interval(figure: Figure) -> str:
    """Return a rate's 95 % interval as "16,1–42,8 %"."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    if figure.unit == POINTS:
        return f"{format_points(figure.low)} til {format_points(figure.high)}"
    low = format_share(figure.low).rstrip("\u00a0%")
    return f"{low}–{format_share(figure.high)}"
