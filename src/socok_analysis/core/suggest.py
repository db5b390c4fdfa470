"""The nearest known name to a name that is not known ("mente du ...?")."""

from __future__ import annotations

from collections.abc import Iterable

SIMILARITY_PCT = 60
LEAST_LETTERS = 4
LEAST_INSIDE = 6


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where none is at all like it."""
    from rapidfuzz import fuzz, process

    match = process.extractOne(
        name, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=SIMILARITY_PCT
    )
    return match[0] if match else None


def find_within(name: str, known: Iterable[str]) -> str | None:
    """Return the longest known name whose words all stand in `name`, or all of its in that."""
    words = set(name.casefold().split())
    fits = [
        other
        for other in known
        if len(min(other, name, key=len)) >= LEAST_LETTERS
        and is_part(words, set(other.casefold().split()))
    ]
    return max(fits, key=len, default=None)


def find_inside(name: str, known: Iterable[str]) -> str | None:
    """Return the shortest known name that holds the letters of `name` in a row, blanks apart."""
    letters = squeeze(name)
    fits = [other for other in known if letters in squeeze(other)]
    return min(fits, key=len, default=None) if len(letters) >= LEAST_INSIDE else None


def squeeze(text: str) -> str:
    """Return the letters and digits of a text alone, small."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def is_part(words: set[str], others: set[str]) -> bool:
    """Tell whether one of two sets of words holds the other."""
    return bool(words and others) and (words <= others or others <= words)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Mente du ...?" with the nearest known name, or an empty string."""
    found = nearest(name, known)
    return f" Mente du “{found}”?" if found else ""
