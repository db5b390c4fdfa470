"""Words that must be true: a claim is checked against the figures before its word is shown.

`{{ paastand("steget", "jobs.total_per_12_months") }}` gives "steget" where this year's figure is
above last year's, and stops the build where it is not. `claims.csv` has the words: `change`
(against the year before or another figure), `share` (a rate), `most` and `least`
(among figures), `met` and `unmet` (a goal), `near` (just below another figure), `incomparable`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.lists import read_declaration
from socok_analysis.core.problems import DataError, Problem, UsageError
from socok_analysis.figures.figure import Figure, count_months
from socok_analysis.intake.maps import Code
from socok_analysis.show.markdown import NUMBER_WORDS, format_figure, name_value
from socok_analysis.show.page import Page

SENTENCE = re.compile(r"[^.!?\n]+(?:\n(?!\s*\n)[^.!?\n]+)*")
RATES = ("andel", "antal pr. år")
OF_A_DAY = ("enterprises.total", "enterprises.registered", "enterprises.volunteer")


class Word(NamedTuple):
    """A word that claims something. A ratio or a rate must lie above and below its bounds."""

    kind: str
    above: float
    below: float
    is_equal: bool
    is_linted: bool


def _tell(figure: Figure) -> str:
    label = f" ({figure.label})" if figure.label else ""
    return f"{figure.figure}{label} er {format_figure(figure)} i rapport {figure.year}"


@cache
def read_words() -> dict[str, Word]:
    """Return the claiming words."""
    words = {}
    for row in read_declaration("show/claims.csv"):
        is_equal, below = row["above"] == "equal", float(row["below"] or "inf")
        above = 0.0 if is_equal else float(row["above"] or "-inf")
        words[row["word"]] = Word(row["kind"], above, below, is_equal, row["lint"] == "ja")
    return words


def list_linted() -> list[str]:
    """Return the words that may not stand bare in a text."""
    return [word for word, claim in read_words().items() if claim.is_linted]


def lint_few(
    source: str, place: str, codes: Iterable[Code], hidden: Mapping[int, Sequence[str]]
) -> Iterator[Problem]:
    """Yield sentences in which a number in words stands with a sensitive reason for exit, or with
    what a protected number of that size is called.

    Numbers in digits are faults everywhere; that a few people went to prison is told by words too.
    `hidden` has the labels of the groups that are not told of the text's partner by their number.
    """
    sensitive = [re.escape(c.label) for c in codes if c.extra.get("sensitive")]
    few = re.compile(rf"\b({'|'.join(NUMBER_WORDS)}|ét)\b", re.IGNORECASE)
    for match in SENTENCE.finditer(source):
        for number in few.finditer(match[0]):
            value = NUMBER_WORDS.index(number[0].casefold().replace("ét", "én"))
            stems = re.findall(r"\b\w{6}", " ".join(hidden.get(value, ())))
            named = re.search("|".join([*sensitive, *stems]) or "(?!)", match[0], re.IGNORECASE)
            if named:
                start = match.start() + min(number.start(), named.start())
                line = f"{place} linje {source.count(chr(10), 0, start) + 1}"
                is_held = any(named[0].casefold() == stem.casefold() for stem in stems)
                why = "som et beskyttet tal handler om" if is_held else "der er en følsom årsag"
                told = f"“{number[0]}” står i samme sætning som “{named[0]}”, {why}."
                advice = "Fjern tallet, eller fortæl om årsagerne samlet: så få må ikke kendes."
                yield Problem("error", "text.few", told, file=line, advice=advice)
                break


def make_claim(
    page: Page, text: str, name: str, mod: str = "", blandt: str = "", af: str = ""
) -> str:
    """Return a claim's word where the figures bear it out; raise DataError where they do not.

    `mod` is another figure to hold it against, `blandt` a pattern of names, `af` the whole the
    figures among which it is the largest are parts of.
    """
    words, known = read_words(), " ".join(text.casefold().split())
    if known not in words:
        raise UsageError(f"“{text}” er ikke en kendt påstand.{did_you_mean(known, words)}")
    word = words[known]
    is_goal = word.kind in ("met", "unmet")
    figure, others = page.figure(f"{name}.met" if is_goal else name), list[Figure]()
    if is_goal:
        is_right = figure.value is (word.kind == "met")
        fault = "" if is_right else f"{_tell(figure)}."
    elif word.kind == "share":
        fault = _check_share(word, figure)
    elif word.kind in ("most", "least"):
        whole = [page.figure(af)] if af else []
        told = [f for f in page.tell(page.match(blandt)) if f.figure != name]
        others = whole + told
        fault = _check_rank(page, word, figure, told, blandt, whole)
    else:
        year = page.year.year if mod else page.earlier_year
        if year is None:
            raise DataError(f"Der er ingen tidligere rapport at sammenligne {name} med.")
        others = [page.figure(mod or name, year)]
        fault = _check_change(page, word, figure, others[0])
    if fault:
        raise DataError(f"Påstanden “{text}” holder ikke: {fault}")
    return name_value(text, figure, *others)


def _check_change(page: Page, word: Word, this: Figure, other: Figure) -> str:
    """Return why a change, or a ratio to another figure, is not as the word says."""
    broken = explain_break(page, this, other)
    if word.kind == "incomparable":
        return "" if broken else f"{_tell(this)} og {_tell(other)} kan godt sammenlignes."
    if broken:
        return f"{this.figure} {broken}"
    now, then = float(this.value or 0), float(other.value or 0)
    is_same = format_figure(this) == format_figure(other)
    ratio = now / then if then else float("inf") if now else 1.0
    if is_same if word.is_equal else word.above < ratio < word.below and not is_same:
        return ""
    if this.figure == other.figure:
        return f"{_tell(this)}, men var {format_figure(other)} i rapport {other.year}."
    return f"{_tell(this)}, og {_tell(other)}."


def _check_share(word: Word, figure: Figure) -> str:
    """Return why a rate is not as large as the word says."""
    share = figure.value
    if figure.unit != "andel":
        part, whole = figure.numerator, figure.denominator
        share = part / whole if part is not None and whole else None
    if share is None:
        return f"{figure.figure} er ingen andel, eller den er ikke opgjort."
    is_right = share == 1 if word.is_equal else word.above < share < word.below
    return "" if is_right else f"{_tell(figure)}."


def _check_rank(
    page: Page, word: Word, this: Figure, told: list[Figure], pattern: str, whole: list[Figure]
) -> str:
    """Return why a figure is not the largest, or the smallest, by what readers see.

    What is not told is together the whole less what is; where that is less than the figure, so
    is each part of it. Elsewhere the word would disclose something.
    """
    names = [name for name in page.match(pattern) if name != this.figure]
    if not names:
        raise UsageError(f'Skriv hvilke nøgletal {this.figure} er blandt: blandt="jobs.type.*".')
    if unknown := [f for f in (this, *told, *whole) if f.value is None]:
        return f"{unknown[0].figure} er ikke opgjort."
    value, *values = (float(f.value or 0) for f in (this, *told))
    rest = float(whole[0].value or 0) - value - sum(values) if whole else float("inf")
    for rival, other in zip(told, values, strict=True):
        if other >= value if word.kind == "most" else other <= value:
            return f"{_tell(this)}, men {_tell(rival)}."
    if all(map(page.find, names)) or (word.kind == "most" and rest < value):
        return ""
    return f'det kan ikke ses af de tal, der er med. Skriv helheden: af="{this.figure}".'


def explain_break(page: Page, this: Figure, other: Figure) -> str:
    """Return why two figures may not be compared, in words that follow a figure's name.

    Rates are not counts, a count without a start is of a day, and two with the same start are
    both counted since then: their periods may differ.
    """
    if this.value is None or other.value is None:
        return "er ikke opgjort i begge tilfælde."
    if this.unit != other.unit:
        return f"er målt i {this.unit}, {other.figure} i {other.unit}."
    first, last = sorted(figure.year for figure in (this, other))
    if broken := page.find_break(this.figure, first, last):
        return f"kan ikke sammenlignes over tid: {broken}"
    if this.figure == other.figure and this.definition != other.definition:
        return "er ikke defineret ens i de to rapporter."
    lengths = [measure_length(figure) for figure in (this, other)]
    if None in lengths or lengths[0] == lengths[1] or this.period_start == other.period_start:
        return ""
    return (
        f"er talt over {lengths[0]:g} måneder, det andet tal over {lengths[1]:g}. "
        "Brug et tal omregnet til tolv måneder, fx jobs.total_per_12_months."
    )


def measure_length(figure: Figure) -> float | None:
    """Return the months a count was made over, None for what is no count over a period."""
    is_rate = figure.unit in RATES or figure.figure in OF_A_DAY
    if is_rate or figure.period_start is None or figure.period_end is None:
        return None
    return count_months(figure.period_start, figure.period_end)
