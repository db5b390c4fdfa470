"""Letters of other alphabets that look like Latin ones, such as a Cyrillic a in a Danish word.

They make two spellings of what reads the same. They are told, never replaced.
"""

from __future__ import annotations

FIRST_OTHER = "\u0370"


def find_lookalikes(text: str) -> list[str]:
    """Return the letters of other alphabets in a text that look like one from a to z."""
    if text.isascii() or max(text) < FIRST_OTHER:
        return []
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(text, greedy=True, preferred_aliases=["latin"]) or []
    return [
        each["character"]
        for each in found
        if each["character"].isalpha() and any(is_plain(h["c"]) for h in each["homoglyphs"])
    ]


def is_plain(letter: str) -> bool:
    """Tell whether a letter is one from a to z."""
    return len(letter) == 1 and letter.isascii() and letter.isalpha()


def describe_lookalikes(text: str) -> str:
    """Return a sentence that says which such letters a text has; nothing where it has none."""
    found = ", ".join(f"“{letter}”" for letter in find_lookalikes(text))
    return f" Den har bogstaver fra et andet alfabet: {found}." if found else ""
