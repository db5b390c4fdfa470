"""What may not stand bare in a text: words that claim something, and numbers typed by hand.

A word of `claims.csv` that is marked for it belongs in `paastand(...)`, a number from data in
`tal(...)`. Dates, years, clock times, paragraphs and section numbers may be typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from socok_analysis.core.problems import Problem
from socok_analysis.intake.texts import blank_comments
from socok_analysis.publish.gate import CPR

MONTHS = "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december"
MASKED = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\]\([^)\n]*\)|`[^`\n]*`|\{[.#][^}\n]*\}", re.DOTALL
)
ALLOWED = re.compile(
    rf"\b\d{{1,2}}\.\s+(?:{MONTHS})\b"
    r"|\b\d{1,2}[.-]\d{1,2}[.-](?:19|20)\d\d\b|\b(?:19|20)\d\d-\d\d-\d\d\b"
    r"|\b(?:19|20)\d\d\b"
    r"|§§?\s*\d+(?:\s*[a-z]\b)?|\b(?:stk\.|nr\.|paragraf|lov\snr\.|lov)\s*\d+"
    r"|\b(?:afsnit|punkt|side|kapitel)\s+\d+(?:\.\d+)*"
    r"|\bkl\.\s*\d{1,2}(?:\.\d\d)?(?:[-–]\d{1,2}(?:\.\d\d)?)?"
    r"|\b[1-4]\.\s+kvartal\b"
    r"|^\s*\d+\.\s+|^#\s+\d+(?:\.\d+)*(?=\s)",
    re.MULTILINE | re.IGNORECASE,
)
NAMES_WITH_DIGITS = re.compile(r"\b(?:COVID-19|CO2|DR2|3F)\b")
DIGITS = re.compile(r"\d[\d.,]*")
ADVICE_NUMBER = 'Skriv tallet som nøgletal: {{ tal("navn") }}, eller som {{ fakta(...) }}.'


def lint_text(source: str, place: str, words: Iterable[str]) -> list[Problem]:
    """Return every bare claim and typed number of a text file, by line."""
    bare = MASKED.sub(blank, blank_comments(source))
    return [*find_words(bare, place, words), *find_numbers(bare, place)]


MESSAGE_CPR = "Et tal ligner et CPR-nummer."
ADVICE_CPR = "Fjern det: teksten offentliggøres."


def blank(match: re.Match[str]) -> str:
    """Return as many blanks as the match has letters; line breaks stay."""
    return re.sub(r"[^\n]", " ", match[0])


def find_words(bare: str, place: str, words: Iterable[str]) -> Iterator[Problem]:
    """Yield the claiming words that stand outside a claim."""
    choices = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in by_length(words))
    if not choices:
        return
    for match in re.finditer(rf"(?<!\w)(?:{choices})(?!\w)", bare, re.IGNORECASE):
        word = " ".join(match[0].split())
        advice = f'Skriv {{{{ paastand("{word.lower()}", "nøgletal") }}}}, eller vælg et ord, '
        message = f"Ordet “{word}” påstår noget om tallene og skal efterprøves."
        yield at_line(
            bare, match.start(), place, "claim", message, f"{advice}der ikke påstår noget."
        )


def by_length(words: Iterable[str]) -> list[str]:
    """Return words, the longest first."""
    return sorted(words, key=len, reverse=True)


def find_numbers(bare: str, place: str) -> Iterator[Problem]:
    """Yield the numbers typed by hand that are no date, year, paragraph or section number."""
    for match in CPR.finditer(bare):
        yield at_line(bare, match.start(), place, "cpr", MESSAGE_CPR, ADVICE_CPR)
    rest = ALLOWED.sub(blank, NAMES_WITH_DIGITS.sub(blank, CPR.sub(blank, bare)))
    for match in DIGITS.finditer(rest):
        number = match[0].rstrip(".,")
        message = f"Tallet {number} er skrevet i hånden."
        yield at_line(rest, match.start(), place, "number", message, ADVICE_NUMBER)


def at_line(text: str, start: int, place: str, check: str, message: str, advice: str) -> Problem:
    """Return an error at the line a place in a text is on."""
    line = text.count("\n", 0, start) + 1
    return Problem("error", f"text.{check}", message, file=f"{place} linje {line}", advice=advice)
