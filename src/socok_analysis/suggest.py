"""The nearest known name to a name that is not known ("mente du ...?")."""

from __future__ import annotations

from collections.abc import Iterable

SIMILARITY_PCT = 60


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None where none is at all like it."""
    from rapidfuzz import fuzz, process

    match = process.extractOne(
        name, list(known), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=SIMILARITY_PCT
    )
    return match[0] if match else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Mente du ...?" with the nearest known name, or an empty string."""
    found = nearest(name, known)
    return f" Mente du “{found}”?" if found else ""
