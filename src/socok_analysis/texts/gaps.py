"""What a year's texts lack: files, parts, and files or headings nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from socok_analysis.errors import DataError
from socok_analysis.problems import Problem
from socok_analysis.suggest import did_you_mean
from socok_analysis.texts.files import FOLDER, Text, list_text_files, read_text, text_dir
from socok_analysis.texts.recommendations import answers_last_year, check_reply
from socok_analysis.texts.sections import REPLY, Section, list_sections

STORIES = "historier"
FREE = ("bemaerkning",)


def fault(check: str, file: str, message: str, advice: str = "", line: int = 0) -> Problem:
    """Return an error found in a text file; the place names its line."""
    where = f"{file} linje {line}" if line else file
    return Problem("error", f"text.{check}", message, file=where, advice=advice)


def find_gaps(root: Path, year: int) -> list[Problem]:
    """Return every text of a year that is missing or empty, all at once."""
    problems: list[Problem] = []
    for section, name in list_texts(root, year):
        try:
            problems += check_parts(section, name, read_text(root, year, name), root, year)
        except DataError as error:
            problems.append(fault("encoding", f"{FOLDER}/{name}.md", str(error)))
    return problems


def list_texts(root: Path, year: int) -> list[tuple[Section, str]]:
    """Return the sections of a year with the names of their text files."""
    sections = list_sections(root, year)
    single = [(section, section.id) for section in sections if not section.is_folder]
    folders = [section for section in sections if section.is_folder]
    return single + [(s, name) for s in folders for name in list_folder(root, year, s)]


def list_folder(root: Path, year: int, section: Section) -> list[str]:
    """Return the names of the files in a section's folder."""
    folder = section.id.removesuffix("/*")
    paths = (text_dir(root, year) / folder).glob("*.md")
    return [f"{folder}/{path.stem}" for path in sorted(paths)]


def check_parts(
    section: Section, name: str, text: Text | None, root: Path, year: int
) -> Iterator[Problem]:
    """Yield the parts a section lacks, and headings that are not among its parts."""
    place = f"{FOLDER}/{name}.md"
    is_reply = answers_last_year(root, year, section)
    wanted = (*section.parts, *([REPLY] if is_reply else []))
    if text is None:
        parts = " · ".join(wanted)
        advice = f"Skriv den med overskrifterne {parts} (## foran hver)."
        yield fault("missing", place, f"Teksten til {section.heading} mangler.", advice)
        return
    for part in wanted:
        if text.find(part) is None:
            yield fault("gap", place, f"Afsnittet “{part}” er ikke skrevet.",
                        f"Skriv det under overskriften ## {part}.")  # fmt: skip
    known = {part.casefold() for part in (*section.parts, REPLY)}
    for found in text.parts:
        if found.heading and found.heading.casefold() not in known:
            near = did_you_mean(found.heading, wanted)
            message = f"Overskriften “{found.heading}” er ikke blandt afsnittets dele.{near}"
            advice = f"Delene er: {' · '.join(wanted)}. Brug ### til overskrifter inde i en del."
            yield fault("heading", place, message, advice, found.line - 1)
    if is_reply:
        yield from check_reply(text, place)


def find_strangers(root: Path, year: int, known: Iterable[str]) -> Iterator[Problem]:
    """Yield the text files no section uses: a misspelt name would else be lost in silence."""
    used = set(known) | set(FREE)
    for path in list_text_files(root, year):
        name = path.relative_to(text_dir(root, year)).with_suffix("").as_posix()
        if name not in used and not name.startswith(f"{STORIES}/"):
            near = did_you_mean(name, used)
            yield fault("stranger", f"{FOLDER}/{name}.md", f"Intet afsnit bruger teksten.{near}",
                        "Ret filens navn, eller slet den.")  # fmt: skip
