"""The gate: nothing generated is moved into place before it has been searched for personal data.

Looked for are numbers like CPR numbers, and the secrets of the exports. What is found is told by
file and place, and where it comes from by the export's row. Nothing is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from socok_analysis.core.danish import CPR
from socok_analysis.core.errors import DataError
from socok_analysis.core.problems import Problem
from socok_analysis.publish.file_texts import read_texts
from socok_analysis.publish.secrets import (
    SHINGLE,
    Secrets,
    make_secrets,
    plain_text,
    read_secrets,
    split_words,
)

__all__ = ["Secrets", "check_folder", "make_secrets", "read_secrets", "scan_file", "scan_text"]
NUMBER = re.compile(r"(?<!\d)\d[\d ./_-]{7,12}\d(?!\d)")
HASH = re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-z])")
ADVICE = {
    "cpr": "Find tallet i udtrækket, teksten eller filnavnet, og fjern det.",
    "words": "Fjern det fra den tekst eller kolonne, siden er lavet af.",
}
Search = Callable[[str], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Find:
    """Something personal in a generated file: what kind, where, and where it comes from."""

    kind: str
    file: str
    place: str
    origin: str = ""


def check_folder(folder: Path, secrets: Secrets) -> None:
    """Search every file of a folder; raise DataError saying where something personal was found."""
    problems = [
        Problem("error", f"gate.{f.kind}", _describe(f), file=f.file, advice=ADVICE[f.kind])
        for f in scan_folder(folder, secrets)
    ]
    if problems:
        raise DataError("Der er personoplysninger i det, der skulle gemmes.", problems)


def _describe(find: Find) -> str:
    where = f" ({find.place})" if find.place else ""
    if find.kind == "cpr":
        return f"Filen indeholder et tal, der ligner et CPR-nummer{where}."
    return f"Filen indeholder et navn eller en bemærkning fra {find.origin}{where}."


def scan_folder(folder: Path, secrets: Secrets) -> Iterator[Find]:
    """Yield what is found in the files of a folder and in their names.

    A text that stands in several files is searched once.
    """

    @cache
    def search(text: str) -> frozenset[tuple[str, str]]:
        return frozenset(scan_text(text, secrets))

    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        found = search(re.sub(r"[/_.+-]+", " ", name)) | search(name)
        shown = name if not found else f"{'/'.join(name.split('/')[:-1])}/(navn skjult)"
        yield from (Find(kind, shown, "filnavn", origin) for kind, origin in sorted(found))
        yield from scan_file(path, shown, search)


def scan_file(path: Path, name: str, search: Search) -> Iterator[Find]:
    """Yield what a search finds in one file, each kind once a place."""
    found: dict[Find, None] = {}
    for place, text in read_texts(path):
        for kind, origin in sorted(search(text)):
            found.setdefault(Find(kind, name, place, origin))
    yield from found


def scan_text(text: str, secrets: Secrets) -> Iterator[tuple[str, str]]:
    """Yield what is found in a text: its kind, and the place in the exports it comes from."""
    clear = plain_text(text)
    if holds_number(clear, secrets.numbers):
        yield "cpr", ""
    words = split_words(clear)
    starts = [place for place, word in enumerate(words) if word in secrets.firsts]
    lengths = range(2, SHINGLE + 1)
    rows = {tuple(words[start : start + length]) for start in starts for length in lengths}
    for row in sorted(rows & secrets.words.keys()):
        yield "words", secrets.words[row]


def holds_number(text: str, numbers: frozenset[str]) -> bool:
    """Tell whether a text holds a number like a CPR number, or one of the known ones."""
    text = HASH.sub(" ", text)
    if CPR.search(text):
        return True
    runs = (re.sub(r"\D", "", run) for run in NUMBER.findall(text)) if numbers else ()
    return any(run in numbers for run in runs)
