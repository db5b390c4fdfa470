"""One text file: Markdown whose parts are its second-level headings.

    # 6.1 CSR og socialøkonomi
    ## Indledning
    Tekst ...

Comments (`<!-- ... -->`) are for whoever writes; readers never see them. A part that holds
nothing else is empty. A part may begin with lines like `Status: fulgt`; they are its labels.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.core.errors import DataError
from socok_analysis.core.year import raw_dir

FOLDER = "tekst"
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"(#{1,2})\s+(.*?)\s*#*")
LABEL = re.compile(r"(Status|Handler om):\s*(.*)")


@dataclass(frozen=True)
class Part:
    """The text below a heading. `line` is the line of the file its body starts on."""

    heading: str
    body: str
    line: int
    heading_line: int
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Text:
    """A text file: where it lies as messages say it, its title, and its parts by heading."""

    place: str
    title: str
    parts: tuple[Part, ...]

    def find(self, heading: str) -> Part | None:
        """Return the part with a heading, None where it is missing or empty."""
        wanted = heading.casefold()
        found = (p for p in self.parts if p.heading.casefold() == wanted and p.body)
        return next(found, None)


def text_dir(root: Path, year: int) -> Path:
    """Return the folder of a year's texts."""
    return raw_dir(root, year) / FOLDER


def list_text_files(root: Path, year: int) -> list[Path]:
    """Return every text file of a year, by path."""
    return sorted(text_dir(root, year).rglob("*.md"))


def read_text(root: Path, year: int, name: str) -> Text | None:
    """Return a year's text by its name (`netvaerk`, `virksomheder/sumak`), None without a file."""
    path = text_dir(root, year) / f"{name}.md"
    place = f"data/raw/{year}/{FOLDER}/{name}.md"
    return parse_text(load_text(path, place), place) if path.is_file() else None


def load_text(path: Path, place: str) -> str:
    """Return a file's text; raise DataError where it is not saved as UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{place} er ikke gemt som UTF-8. Gem filen som UTF-8.") from error


def blank_comments(source: str) -> str:
    """Return a text without its comments; every line keeps its number."""
    return COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)


def parse_text(source: str, place: str) -> Text:
    """Return the parts of a text."""
    title, heading, start = "", "", 1
    parts: list[Part] = []
    lines = blank_comments(source).splitlines()
    marks = [(n, match) for n, line in enumerate(lines) if (match := HEADING.fullmatch(line))]
    for (number, match), (end, _) in zip(marks, [*marks[1:], (len(lines), None)], strict=True):
        if match[1] == "#":
            title = match[2]
        heading = match[2] if match[1] == "##" else ""
        start = number + 1
        parts.append(make_part(heading, lines[start:end], start))
    return Text(place, title, tuple(parts))


def make_part(heading: str, lines: list[str], heading_line: int) -> Part:
    """Return a part of its lines: labels first, then the body, blank lines round it removed."""
    labels: dict[str, str] = {}
    first = heading_line + 1
    while lines and is_before_body(lines[0]):
        if match := LABEL.fullmatch(lines[0].strip()):
            labels[match[1]] = match[2].strip()
        lines, first = lines[1:], first + 1
    return Part(heading, "\n".join(lines).rstrip(), first, heading_line, labels)


def is_before_body(line: str) -> bool:
    """Tell whether a line is blank or a label."""
    return not line.strip() or LABEL.fullmatch(line.strip()) is not None
