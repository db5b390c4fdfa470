"""Words that must be true: a claim is checked against the figures before its word is shown.

`{{ paastand("steget", "jobs.total_per_12_months") }}` gives "steget" where this year's figure is
above last year's, and stops the build where it is not. `claims.csv` has the words: `change`
(against the year before, another year or another figure), `share` (a rate), `most` and `least`
(among figures), `met` and `unmet` (a goal), `near` (just below another figure), `incomparable`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.lists import read_declaration
from socok_analysis.figures.counting import count_months
from socok_analysis.figures.figure import Figure
from socok_analysis.show.page import BrokenSeries, Page
from socok_analysis.show.values import format_figure, name_value

EQUAL = "equal"
RATES = ("andel", "antal pr. år")
OF_A_DAY = ("enterprises.total", "enterprises.registered", "enterprises.volunteer")


@dataclass(frozen=True)
class Word:
    """A word that claims something. A ratio or a rate must lie above and below its bounds."""

    word: str
    kind: str
    above: float | None
    below: float | None
    is_equal: bool
    is_linted: bool

    def holds(self, number: float) -> bool:
        """Tell whether a number lies between the bounds."""
        is_above = self.above is None or number > self.above
        return is_above and (self.below is None or number < self.below)


@dataclass(frozen=True)
class Claim:
    """A word said of a figure, and what it is held against; `broken` says why it may not be."""

    word: Word
    figure: Figure
    other: Figure | None = None
    broken: str = ""
    among: tuple[Figure, ...] = ()
    whole: Figure | None = None

    @property
    def involved(self) -> list[Figure]:
        """Every figure the claim tells something of."""
        return [f for f in (self.figure, self.other, self.whole, *self.among) if f]


def _number(figure: Figure) -> float:
    return float(figure.value or 0)


def _tell(figure: Figure) -> str:
    label = f" ({figure.label})" if figure.label else ""
    return f"{figure.figure}{label} er {format_figure(figure)} i rapport {figure.year}"


@cache
def read_words() -> dict[str, Word]:
    """Return the claiming words."""
    words = {}
    for row in read_declaration("show/claims.csv"):
        is_equal, is_linted = row["above"] == EQUAL, row["lint"] == "ja"
        above = None if row["above"] in ("", EQUAL) else float(row["above"])
        below = float(row["below"]) if row["below"] else None
        words[row["word"]] = Word(row["word"], row["kind"], above, below, is_equal, is_linted)
    return words


def list_linted() -> list[str]:
    """Return the words that may not stand bare in a text."""
    return [word.word for word in read_words().values() if word.is_linted]


def make_claim(
    page: Page,
    text: str,
    name: str,
    mod: str = "",
    aar: int | None = None,
    blandt: str = "",
    af: str = "",
) -> str:
    """Return a claim's word where the figures bear it out; raise DataError where they do not.

    `mod` is another figure to hold it against, `aar` another year, `blandt` a pattern of names,
    `af` the whole the figures among which it is the largest are parts of.
    """
    words, known = read_words(), " ".join(text.casefold().split())
    if known not in words:
        raise UsageError(f"“{text}” er ikke en kendt påstand.{did_you_mean(known, words)}")
    word = words[known]
    if word.kind in ("met", "unmet"):
        claim = Claim(word, page.figure(f"{name}.met"))
    elif word.kind == "share":
        claim = Claim(word, page.figure(name))
    elif word.kind in ("most", "least"):
        among = tuple(f for n, f in page.figures.items() if n != name and fnmatchcase(n, blandt))
        if not among:
            raise UsageError(f'Skriv hvilke nøgletal {name} er blandt: blandt="jobs.type.*".')
        whole = page.figure(af) if af else None
        claim = Claim(word, page.figure(name), among=among, whole=whole)
        if not _follows_from_told(page, claim):
            told = "røber noget om tal, der ikke er med i udgaven"
            raise DataError(f'Påstanden “{text}” {told}. Skriv helheden: af="jobs.jobcentre".')
    else:
        claim = _compare(page, word, name, mod, aar)
    if fault := CHECKS[word.kind](claim):
        raise DataError(f"Påstanden “{text}” holder ikke: {fault}")
    return name_value(text, *(figure for figure in claim.involved if page.find(figure.figure)))


def _compare(page: Page, word: Word, name: str, mod: str, aar: int | None) -> Claim:
    """Return the claim of a figure against another, or the same of another year."""
    this, year = page.figure(name), aar or (page.year.year if mod else page.earlier_year)
    if year is None:
        raise DataError(f"Der er ingen tidligere rapport at sammenligne {name} med.")
    if year not in page.by_year:
        raise UsageError(f"Der er ingen rapport {year} at sammenligne {name} med.")
    other = page.figure(mod or name, year)
    return Claim(word, this, other, explain_break(this, other, page.breaks))


def _follows_from_told(page: Page, claim: Claim) -> bool:
    """Tell whether a figure is the largest by what readers see: it discloses nothing.

    The rest together is the whole less what is told; where that is less than the figure, so is
    each part of it.
    """
    told = [f for f in (claim.figure, *claim.among) if page.find(f.figure)]
    if len(told) > len(claim.among):
        return True
    if claim.word.kind != "most" or claim.whole is None:
        return False
    return _number(claim.whole) - sum(map(_number, told)) < _number(claim.figure)


def _check_change(claim: Claim) -> str:
    """Return why a change, or a ratio to another figure, is not as the word says."""
    this, other = claim.figure, claim.other
    assert other is not None, "a change has something to be held against"
    if claim.broken:
        return f"{this.figure} {claim.broken}"
    now, then = _number(this), _number(other)
    is_same = format_figure(this) == format_figure(other)
    ratio = now / then if then else float("inf") if now else 1.0
    if is_same if claim.word.is_equal else claim.word.holds(ratio) and not is_same:
        return ""
    if this.figure == other.figure:
        return f"{_tell(this)}, men var {format_figure(other)} i rapport {other.year}."
    return f"{_tell(this)}, og {_tell(other)}."


def _check_share(claim: Claim) -> str:
    """Return why a rate is not as large as the word says."""
    figure = claim.figure
    share = None if figure.value is None else float(figure.value)
    if figure.unit != "andel":
        part, whole = figure.numerator, figure.denominator
        share = part / whole if part is not None and whole else None
    if share is None:
        return f"{figure.figure} er ingen andel, eller den er ikke opgjort."
    is_right = share == 1 if claim.word.is_equal else claim.word.holds(share)
    return "" if is_right else f"{_tell(figure)}."


def _check_rank(claim: Claim) -> str:
    """Return why a figure is not the largest, or the smallest, among others."""
    sign, this = 1 if claim.word.kind == "most" else -1, claim.figure
    if unknown := [figure for figure in claim.involved if figure.value is None]:
        return f"{unknown[0].figure} er ikke opgjort."
    rivals = [f for f in claim.among if sign * _number(f) >= sign * _number(this)]
    return f"{_tell(this)}, men {_tell(rivals[0])}." if rivals else ""


def _check_goal(claim: Claim) -> str:
    """Return why a goal is not met, or is met."""
    is_right = claim.figure.value is (claim.word.kind == "met")
    return "" if is_right else f"{_tell(claim.figure)}."


def _check_incomparable(claim: Claim) -> str:
    """Return why two figures can be compared after all."""
    told = " og ".join(map(_tell, claim.involved))
    return "" if claim.broken else f"{told} kan godt sammenlignes."


CHECKS: dict[str, Callable[[Claim], str]] = {
    "change": _check_change,
    "near": _check_change,
    "share": _check_share,
    "most": _check_rank,
    "least": _check_rank,
    "met": _check_goal,
    "unmet": _check_goal,
    "incomparable": _check_incomparable,
}


def explain_break(this: Figure, other: Figure, breaks: Sequence[BrokenSeries]) -> str:
    """Return why two figures may not be compared, in words that follow a figure's name.

    Rates are not counts, a count without a start is of a day, and two with the same start are
    both counted since then: their periods may differ.
    """
    if this.value is None or other.value is None:
        return "er ikke opgjort i begge tilfælde."
    if this.unit != other.unit:
        return f"er målt i {this.unit}, {other.figure} i {other.unit}."
    first, last = sorted(figure.year for figure in (this, other))
    between = (b for b in breaks if first < b.year <= last and fnmatchcase(this.figure, b.pattern))
    if broken := next(between, None):
        return f"kan ikke sammenlignes over tid: {broken.reason}"
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
