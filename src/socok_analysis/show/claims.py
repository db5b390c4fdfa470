"""Words that must be true: a claim is checked against the figures before its word is shown.

`{{ paastand("steget", "jobs.total_per_12_months") }}` gives "steget" where this year's figure is
above last year's, and stops the build where it is not. `claims.csv` has the words: `change`
(against the year before, another year or another figure), `share` (a rate), `most` and `least`
(among figures), `met` and `unmet` (a goal), `near` (just below another figure), `incomparable`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.lists import read_declaration
from socok_analysis.show.comparability import Dated, explain_break, read_breaks
from socok_analysis.show.values import name_value

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

EQUAL = "equal"


@dataclass(frozen=True)
class Word:
    """A word that claims something. A ratio or a rate must lie above and below its bounds."""

    word: str
    kind: str
    above: float | None
    below: float | None
    is_equal: bool
    is_linted: bool


@dataclass(frozen=True)
class Claim:
    """What a text says of a figure: the word, the figure, and what it is held against."""

    word: Word
    figure: Dated
    other: Dated | None = None
    among: tuple[Dated, ...] = ()
    whole: Dated | None = None

    @property
    def involved(self) -> list[Dated]:
        """Every figure the claim tells something of."""
        more = [dated for dated in (self.other, self.whole) if dated]
        return [self.figure, *more, *self.among]


@cache
def read_words() -> dict[str, Word]:
    """Return the claiming words."""
    return {row["word"]: make_word(row) for row in read_declaration("show/claims.csv")}


def make_word(row: dict[str, str]) -> Word:
    """Return the word of a row."""
    above, below = (read_bound(row[name]) for name in ("above", "below"))
    return Word(row["word"], row["kind"], above, below, row["above"] == EQUAL, row["lint"] == "ja")


def read_bound(cell: str) -> float | None:
    """Return a bound as a number, None where there is none."""
    return None if cell in ("", EQUAL) else float(cell)


def list_linted() -> list[str]:
    """Return the words that may not stand bare in a text."""
    return [word.word for word in read_words().values() if word.is_linted]


def pick_word(text: str) -> Word:
    """Return the claiming word; raise UsageError with the nearest for one that is not known."""
    words = read_words()
    known = " ".join(text.casefold().split())
    if known not in words:
        raise UsageError(f"“{text}” er ikke en kendt påstand.{did_you_mean(known, words)}")
    return words[known]


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
    word = pick_word(text)
    claim = build_claim(page, word, name, mod, aar, blandt, af)
    telling = [] if word.kind == "incomparable" else claim.involved
    hidden = [d.figure.figure for d in telling if not page.may_show(d.figure)]
    if hidden and not follows_from_shown(page, claim):
        raise DataError(
            f"Påstanden “{text}” røber noget om {hidden[0]}, som ikke må vises. Skriv teksten "
            "uden påstanden, eller sæt den i {% if vises(...) %}."
        )
    fault = CHECKS[word.kind](claim)
    if fault:
        raise DataError(f"Påstanden “{text}” holder ikke: {fault}")
    return name_value(text, *(dated.figure for dated in claim.involved))


def follows_from_shown(page: Page, claim: Claim) -> bool:
    """Tell whether a figure is plainly the largest by what readers see: it discloses nothing.

    The hidden ones together are the whole less what is shown; where that is less than the
    figure, so is each of them.
    """
    shown = [d for d in (claim.figure, *claim.among) if page.may_show(d.figure)]
    if claim.word.kind != "most" or claim.whole is None or claim.figure not in shown:
        return False
    rest = claim.whole.number - sum(dated.number for dated in shown)
    return page.may_show(claim.whole.figure) and rest < claim.figure.number


def build_claim(
    page: Page, word: Word, name: str, mod: str, aar: int | None, blandt: str, af: str
) -> Claim:
    """Return the claim with the figures it is about; raise UsageError for a wrong name."""
    this = date_figure(page, name)
    if word.kind in ("most", "least"):
        whole = date_figure(page, af) if af else None
        return Claim(word, this, None, find_among(page, name, blandt), whole)
    if word.kind in ("met", "unmet"):
        return Claim(word, date_figure(page, f"{name}.met"))
    if word.kind == "share":
        return Claim(word, this)
    return Claim(word, this, find_other(page, name, mod, aar))


def date_figure(page: Page, name: str, year: int | None = None) -> Dated:
    """Return a figure with its report year and the declared breaks."""
    number = year or page.year.year
    return Dated(number, page.figure(name, number), read_breaks(page.year.root))


def find_other(page: Page, name: str, mod: str, aar: int | None) -> Dated:
    """Return what a figure is held against: last year's, unless the claim says another."""
    if mod and aar is None:
        return date_figure(page, mod)
    year = aar or page.earlier_year
    if year is None:
        raise DataError(f"Der er ingen tidligere rapport at sammenligne {name} med.")
    if year not in page.by_year:
        raise UsageError(f"Der er ingen rapport {year} at sammenligne {name} med.")
    return date_figure(page, mod or name, year)


def find_among(page: Page, name: str, pattern: str) -> tuple[Dated, ...]:
    """Return the other figures of the year whose names fit a pattern."""
    found = [n for n in page.figures if n != name and fnmatchcase(n, pattern)]
    if not found:
        raise UsageError(f'Skriv hvilke nøgletal {name} er blandt: blandt="jobs.type.*".')
    return tuple(date_figure(page, name) for name in found)


def check_change(claim: Claim) -> str:
    """Return why a change, or a ratio to another figure, is not as the word says."""
    assert claim.other is not None, "a change has something to be held against"
    broken = explain_break(claim.figure, claim.other)
    if broken:
        return f"{claim.figure.figure.figure} {broken}"
    now, then = claim.figure.number, claim.other.number
    is_same = claim.figure.shown == claim.other.shown
    ratio = now / then if then else float("inf") if now else 1.0
    is_right = is_same if claim.word.is_equal else lies_within(claim.word, ratio) and not is_same
    return "" if is_right else f"{claim.figure.told}, {tell_other(claim.figure, claim.other)}."


def tell_other(this: Dated, other: Dated) -> str:
    """Return what a figure was held against; its own name is not told again."""
    is_same = this.figure.figure == other.figure.figure
    return f"men var {other.shown} i rapport {other.year}" if is_same else f"og {other.told}"


def check_share(claim: Claim) -> str:
    """Return why a rate is not as large as the word says."""
    share = claim.figure.share
    if share is None:
        return f"{claim.figure.figure.figure} er ingen andel, eller den er ikke opgjort."
    is_right = share == 1 if claim.word.is_equal else lies_within(claim.word, share)
    return "" if is_right else f"{claim.figure.told}."


def check_rank(claim: Claim) -> str:
    """Return why a figure is not the largest, or the smallest, among others."""
    sign = 1 if claim.word.kind == "most" else -1
    if unknown := [d for d in claim.involved if d.figure.value is None]:
        return f"{unknown[0].figure.figure} er ikke opgjort."
    rivals = [d for d in claim.among if sign * d.number >= sign * claim.figure.number]
    return f"{claim.figure.told}, men {rivals[0].told}." if rivals else ""


def check_goal(claim: Claim) -> str:
    """Return why a goal is not met, or is met."""
    is_right = claim.figure.figure.value is (claim.word.kind == "met")
    return "" if is_right else f"{claim.figure.told}."


def check_incomparable(claim: Claim) -> str:
    """Return why two figures can be compared after all."""
    assert claim.other is not None, "what cannot be compared is two figures"
    is_right = bool(explain_break(claim.figure, claim.other))
    return "" if is_right else f"{claim.figure.told} og {claim.other.told} kan godt sammenlignes."


def lies_within(word: Word, number: float) -> bool:
    """Tell whether a number lies between a word's bounds."""
    is_above = word.above is None or number > word.above
    return is_above and (word.below is None or number < word.below)


CHECKS: dict[str, Callable[[Claim], str]] = {
    "change": check_change,
    "near": check_change,
    "share": check_share,
    "most": check_rank,
    "least": check_rank,
    "met": check_goal,
    "unmet": check_goal,
    "incomparable": check_incomparable,
}
