"""Persons: a CPR number becomes a keyed hash, and personal values are kept out of messages.

`person_key` is HMAC-SHA-256 of the ten digits, cut to 16 hexadecimal digits. The key is made on
first use in `.socok/person.key`, readable by its owner only and ignored by git; the environment
variable SOCOK_KEY_FILE names another place.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.errors import MissingError
from socok_analysis.intake.cells import CPR_LIKE, CellValue, fold

KEY_BYTES = 32
UNKNOWN_PERSON = "0000000000"
LONGEST_NAME = 4
WORD = re.compile(r"[^\W\d_]{3,}")


def key_path(root: Path) -> Path:
    """Return where the key lies."""
    return Path(os.environ.get("SOCOK_KEY_FILE") or root / ".socok" / "person.key")


def read_key(root: Path) -> bytes:
    """Return the project's key, made on first use; raise MissingError where it cannot be had."""
    path = key_path(root)
    try:
        if not path.exists():
            make_key(path)
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise MissingError(f"Nøglen til personnøglerne kan ikke læses: {path}.") from error
    if len(key) < KEY_BYTES:
        raise MissingError(f"Nøglen i {path} er for kort. Hent den rigtige fra en sikkerhedskopi.")
    return key


def make_key(path: Path) -> None:
    """Write a new random key that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


def hash_person(key: bytes, cpr: str) -> str | None:
    """Return the person's key; None for the number that stands for an unknown person."""
    if cpr == UNKNOWN_PERSON:
        return None
    return hmac.new(key, cpr.encode(), hashlib.sha256).hexdigest()[:16]


def name_key(key: bytes) -> str:
    """Return a name for the key that tells two keys apart and gives nothing away."""
    return hmac.new(key, b"socok-analysis key name", hashlib.sha256).hexdigest()[:8]


@dataclass(frozen=True)
class Guard:
    """The personal words seen in this run's exports: what must not be quoted in a message."""

    words: frozenset[str]

    def may_quote(self, value: CellValue) -> bool:
        """Tell whether a value can be shown: no personal number and no personal word in it."""
        text = fold(value)
        if CPR_LIKE.search(text) or len(re.sub(r"\D", "", text)) > 8 or len(text) > 60:
            return False
        return not self.words.intersection(WORD.findall(text))


def make_guard(personal: Iterable[CellValue]) -> Guard:
    """Return the guard against the names in the personal columns: values of few words.

    The words of longer remarks are mostly ordinary ones and would keep every message empty.
    """
    found = (WORD.findall(fold(value)) for value in personal if isinstance(value, str))
    return Guard(frozenset(word for words in found if len(words) <= LONGEST_NAME for word in words))
