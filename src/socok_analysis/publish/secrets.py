"""The personal texts of a run's exports, as the gate looks for them. They are never stored.

A name is looked for whole, in either order and without its middle names; a longer text (a
remark) by any four words in a row. What the enterprise register holds is public.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from socok_analysis.core.year import list_exports, list_years, maps_dir, raw_dir

if TYPE_CHECKING:
    from socok_analysis.intake.exports import Exports
    from socok_analysis.intake.recognise import FoundTable

SHINGLE = 4
LONGEST_NAME = 4
WORD = re.compile(r"[^\W\d_]+")
DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
BACKSLASH = re.compile(r"\\(?=[^\w\s])")
Words = tuple[str, ...]


@dataclass(frozen=True)
class Secrets:
    """What must not be found: rows of words with where they come from, and CPR numbers' digits."""

    words: Mapping[Words, str]
    numbers: frozenset[str]

    @cached_property
    def firsts(self) -> frozenset[str]:
        """The words that rows of words begin with."""
        return frozenset(row[0] for row in self.words)

    def __or__(self, other: Secrets) -> Secrets:
        """Return both together."""
        return Secrets({**other.words, **self.words}, self.numbers | other.numbers)


NOTHING = Secrets({}, frozenset())


def plain_text(text: str) -> str:
    """Return text as it reads: no escapes, one kind of dash and digit, nothing invisible."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = unicodedata.normalize("NFKC", BACKSLASH.sub("", unquote(unescape(text))))
    text = DASHES.sub("-", text)
    for letter in set(text):
        if unicodedata.category(letter) == "Cf":
            text = text.replace(letter, "")
    return text


def split_words(text: str) -> list[str]:
    """Return the words of a text as they are compared."""
    return WORD.findall(text.casefold())


def read_secrets(root: Path) -> Secrets:
    """Return the secrets of every year's exports in a project."""
    secrets = NOTHING
    for year in list_years(root):
        paths = [*list_exports(raw_dir(root, year)), *sorted(maps_dir(root).glob("*.csv"))]
        states = tuple((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
        secrets |= read_year_secrets(root, year, states)
    return secrets


@lru_cache(maxsize=32)
def read_year_secrets(root: Path, year: int, _states: object) -> Secrets:
    """Return the secrets of a year's exports; read once while the files stay as they are."""
    from socok_analysis.intake.exports import read_exports
    from socok_analysis.intake.maps import read_maps

    return make_secrets(read_exports(raw_dir(root, year), read_maps(root, year).headers))


def make_secrets(exports: Exports) -> Secrets:
    """Return the secrets of exports that have been read."""
    tables = exports.found
    public = {words for table in tables for words in list_public(table)}
    words: dict[Words, str] = {}
    numbers: set[str] = set()
    for table in tables:
        for column in table.personal:
            add_words(words, table, column, public)
        if "person_key" in table.columns:
            numbers |= set(list_numbers(table.cells("person_key")))
    return Secrets(words, frozenset(numbers))


def list_public(table: FoundTable) -> Iterable[Words]:
    """Yield the names of the enterprise register as words."""
    if table.kind == "enterprises":
        for column in ("name", "aliases"):
            for value in table.cells(column):
                yield from (tuple(split_words(plain_text(part))) for part in str(value).split(";"))


def add_words(words: dict[Words, str], table: FoundTable, column: int, public: set[Words]) -> None:
    """Add what one personal column holds, with the row it first stands in."""
    from socok_analysis.intake.tables import KIND_DA

    first: dict[object, int] = {}
    for row, value in zip(table.data_rows, table.data[column], strict=True):
        first.setdefault(value, row)
    for value, row in first.items():
        if isinstance(value, str):
            for found in set(list_rows(split_words(plain_text(value)))) - public:
                words.setdefault(found, f"{KIND_DA[table.kind]}, række {row}")


def list_rows(words: list[str]) -> Iterable[Words]:
    """Yield the rows of words that give a personal text away."""
    if len(words) > LONGEST_NAME:
        yield from (tuple(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1))
    elif len(words) > 1:
        yield tuple(words)
        yield tuple(words[::-1])
        yield (words[0], words[-1])
        yield (words[-1], words[0])
        yield (*words[1:], words[0])
        yield (words[-1], *words[:-1])


def list_numbers(cells: Iterable[object]) -> Iterable[str]:
    """Yield the digits of CPR numbers, also without the zero in front that Excel drops."""
    for value in cells:
        digits = re.sub(r"\D", "", str(int(value)) if isinstance(value, float) else str(value))
        if len(digits) in (9, 10) and int(digits):
            yield digits.zfill(10)
            if digits.zfill(10).startswith("0"):
                yield digits.zfill(10)[1:]
