"""What a year's texts lack: files, parts, and files or headings nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from socok_analysis.core.errors import DataError
from socok_analysis.core.problems import Problem
from socok_analysis.core.suggest import did_you_mean
from socok_analysis.intake.recommendations import answers_last_year, check_reply
from socok_analysis.intake.sections import REPLY, Section, list_sections
from socok_analysis.intake.texts import FOLDER, Text, list_text_files, read_text, text_dir

STORIES = "historier"
PARTNER = "partner"
FREE = ("bemaerkning",)


def fault(check: str, file: str, message: str, advice: str = "", line: int = 0) -> Problem:
    """Return an error found in a text file; the place names its line."""
    where = f"{file} linje {line}" if line else file
    return Problem("error", f"text.{check}", message, file=where, advice=advice)


def find_gaps(root: Path, year: int, partners: Iterable[str] = ()) -> list[Problem]:
    """Return what a year's texts lack, in one problem, and what is wrong with those that stand.

    `partners` are the ids of those that have a page this year, as far as that is known.
    """
    lacking: dict[str, tuple[str, ...]] = {}
    problems: list[Problem] = []
    for section, name in [*list_texts(root, year), *list_missing(root, year, partners)]:
        try:
            text = read_text(root, year, name)
        except DataError as error:
            problems.append(fault("encoding", f"{FOLDER}/{name}.md", str(error)))
            continue
        wanted = list_wanted(root, year, section)
        lacking[name] = tuple(p for p in wanted if text is None or text.find(p) is None)
        problems += check_headings(text, name, wanted) if text else []
    return [*describe_gaps({name: parts for name, parts in lacking.items() if parts}), *problems]


def list_missing(root: Path, year: int, partners: Iterable[str]) -> Iterator[tuple[Section, str]]:
    """Yield the section and the name of each text file a partner's page needs and there is not."""
    for section in list_sections(root, year, PARTNER):
        files = set(list_folder(root, year, section))
        names = (f"{section.id.removesuffix('/*')}/{partner}" for partner in partners)
        yield from ((section, name) for name in names if name not in files)


def list_wanted(root: Path, year: int, section: Section) -> tuple[str, ...]:
    """Return the parts a section's text must have this year."""
    is_reply = answers_last_year(root, year, section)
    return (*section.parts, REPLY) if is_reply else section.parts


def describe_gaps(lacking: Mapping[str, tuple[str, ...]]) -> Iterator[Problem]:
    """Yield one problem that lists every gap: a line a file, like files of a folder together."""
    if not lacking:
        return
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, parts in lacking.items():
        folder, _, rest = name.rpartition("/")
        groups.setdefault((folder or rest, parts), []).append(rest)
    lines = [
        f"    {name_files(folder, files)}: {', '.join(parts)}"
        for (folder, parts), files in groups.items()
    ]
    advice = "Skriv hver del under sin overskrift (## foran). Mangler filen, så kopiér en anden."
    yield fault("gap", FOLDER, "\n".join(["Tekster mangler:", *lines]), advice)


def name_files(folder: str, files: Sequence[str]) -> str:
    """Return what a gap is in: a file, or some files of a folder."""
    if files == [folder]:
        return f"{folder}.md"
    return f"{folder}/ ({', '.join(files)})"


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


def check_headings(text: Text, name: str, wanted: Sequence[str]) -> Iterator[Problem]:
    """Yield headings that are not among the parts, and a reply's status that is not known."""
    place = f"{FOLDER}/{name}.md"
    known = {part.casefold() for part in (*wanted, REPLY)}
    for found in text.parts:
        if found.heading and found.heading.casefold() not in known:
            near = did_you_mean(found.heading, wanted)
            message = f"Overskriften “{found.heading}” er ikke blandt afsnittets dele.{near}"
            advice = f"Delene er: {' · '.join(wanted)}. Brug ### til overskrifter inde i en del."
            yield fault("heading", place, message, advice, found.heading_line)
    if REPLY in wanted:
        yield from check_reply(text, place)


def find_strangers(root: Path, year: int, known: Iterable[str]) -> Iterator[Problem]:
    """Yield the text files no section uses: a misspelt name would else be lost in silence."""
    used = set(known) | set(FREE)
    for path in list_text_files(root, year):
        name = path.relative_to(text_dir(root, year)).with_suffix("").as_posix()
        if name not in used and not name.startswith(f"{STORIES}/"):
            near = did_you_mean(name, used)
            yield fault(
                "stranger",
                f"{FOLDER}/{name}.md",
                f"Intet afsnit bruger teksten.{near}",
                "Ret filens navn, eller slet den.",
            )
