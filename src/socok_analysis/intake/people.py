"""Persons: a CPR number becomes a keyed hash, and personal values are kept out of messages.

`person_key` is HMAC-SHA-256 of the ten digits, cut to 16 hexadecimal digits. The key is made on
first use in `.socok/person.key`, its owner's alone and out of git, or where SOCOK_KEY_FILE says.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.core.danish import CPR_LIKE, fold
from socok_analysis.core.problems import MissingError

if TYPE_CHECKING:
    from socok_analysis.workbook.cells import CellValue

KEY_BYTES = 32
UNKNOWN_PERSON = "0000000000"
WAY_OUT = (
    "Hent den rigtige fra den, der havde projektet før, eller fra en sikkerhedskopi. Findes den "
    "ikke mere, så slet den og mappen data/processed: så laves en ny nøgle, og tabellerne laves om."
)
LOST = "Nøglen {path} mangler, men der er tabeller, som er lavet med den. " + WAY_OUT
LONGEST_NAME, MOST_DIGITS, MOST_SIGNS = 4, 8, 60
WORD = re.compile(r"[^\W\d_]{3,}")


def key_path(root: Path) -> Path:
    """Return where the key lies."""
    return Path(os.environ.get("SOCOK_KEY_FILE") or root / ".socok" / "person.key")


def read_key(root: Path) -> bytes:
    """Return the project's key, made on first use; raise MissingError where it cannot be had."""
    path = key_path(root)
    try:
        if not path.exists():
            if any(root.glob("data/processed/*/manifest.json")):
                raise MissingError(LOST.format(path=path))
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="ascii") as file:
                    file.write(secrets.token_hex(KEY_BYTES) + "\n")
    except OSError as error:
        raise MissingError(f"Der kan ikke skrives i {path.parent}: {error.strerror}.") from error
    with suppress(OSError, ValueError):
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        if len(key) >= KEY_BYTES:
            return key
    raise MissingError(f"Nøglen i {path} kan ikke læses. {WAY_OUT}")


def hash_person(cpr: object, key: bytes) -> str | None:
    """Return the key of a person by the ten digits; None for a blank and for an unknown person."""
    if not cpr or cpr == UNKNOWN_PERSON:
        return None
    return hmac.digest(key, str(cpr).encode(), "sha256").hex()[:16]


def name_key(key: bytes) -> str:
    """Return a name for the key that tells two keys apart and gives nothing away."""
    return hmac.digest(key, b"socok-analysis key name", "sha256").hex()[:8]


@dataclass(frozen=True)
class Guard:
    """Personal texts of this run: `words` not to be quoted, `names` not in free text."""

    words: frozenset[str]
    names: frozenset[str] = frozenset()

    def holds_name(self, value: CellValue) -> bool:
        """Tell whether a text holds a person's full name."""
        text = fold(value)
        return any(name in text for name in self.names)

    def may_quote(self, value: CellValue) -> bool:
        """Tell whether a value can be shown: no personal number and no personal word in it."""
        text = fold(value)
        is_long = len(text) > MOST_SIGNS or sum(map(str.isdecimal, text)) > MOST_DIGITS
        return not (is_long or CPR_LIKE.search(text) or {*WORD.findall(text)} & self.words)


def make_guard(personal: Iterable[tuple[CellValue, bool]]) -> Guard:
    """Return the guard against the names in personal columns: values of few words.

    Each value comes with whether its table is one of persons. The words of longer remarks are
    mostly ordinary ones and would keep every message empty.
    """
    seen, names = set[str](), set[str]()
    for value, is_person in personal:
        words = WORD.findall(fold(value)) if isinstance(value, str) else []
        if len(words) <= LONGEST_NAME:
            seen.update(words)
            names |= {fold(value)} if is_person and words[1:] else set()
    return Guard(frozenset(seen), frozenset(names))
