"""Good stories: those about a single person only with a declared consent.

A story is a file in `tekst/historier/`: its title, `Handler om: virksomhed` (or `flere
personer`, `én person`), and the text. A consent is a row of the year folder's `samtykker.csv`
(`historie,givet_den,gaelder_til,journalnummer`): the file's name without `.md`, and dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from socok_analysis.core.errors import DataError
from socok_analysis.core.lists import DAY, Filled, ListFile, must_be, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir, read_year
from socok_analysis.intake.texts import (
    FOLDER,
    STORIES,
    Part,
    fault,
    load_text,
    parse_text,
    text_dir,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.text import render_text

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

SUBJECTS = ("virksomhed", "flere personer", "én person")
CONSENTS = "samtykker.csv"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A row of `samtykker.csv`: a person's consent to a story, by the story's file."""

    historie: Filled
    givet_den: Annotated[date, must_be(DAY, "givet_den er ikke en dato.")]
    gaelder_til: Annotated[date, must_be(DAY, "gaelder_til er ikke en dato.")] = date.max
    journalnummer: str = ""


def list_stories(page: Page) -> str:
    """Return the year's stories that may be told, by their files' names."""
    root, year = page.year.root, page.year.year
    told = [path for path in list_story_files(root, year) if may_tell(root, year, path)]
    heading = ["## Årets historier"] if told else []
    return "\n\n".join([*heading, *(render_story(page, path) for path in told)])


def render_story(page: Page, path: Path) -> str:
    """Return a story with its title as a heading."""
    place = name_place(page.year.year, path)
    text = parse_text(load_text(path, place), place)
    part = text.parts[0]
    return f"### {escape(text.title)}\n\n{render_text(page, part.body, place, part.line)}"


def name_place(year: int, path: Path) -> str:
    """Return a story's file as messages name it."""
    return f"data/raw/{year}/{FOLDER}/{STORIES}/{path.name}"


def list_story_files(root: Path, year: int) -> list[Path]:
    """Return the files of a year's stories."""
    return sorted((text_dir(root, year) / STORIES).glob("*.md"))


def read_story(year: int, path: Path) -> tuple[str, Part | None]:
    """Return what a story says it is about ("" where it does not say), and its part."""
    place = name_place(year, path)
    parts = parse_text(load_text(path, place), place).parts
    return (parts[0].labels.get("Handler om", ""), parts[0]) if parts else ("", None)


def may_tell(root: Path, year: int, path: Path) -> bool:
    """Tell whether a story may be told: it is about no single person, or there is a consent."""
    subject, _ = read_story(year, path)
    return subject in SUBJECTS[:2] or subject == SUBJECTS[2] and has_consent(root, year, path.stem)


def has_consent(root: Path, year: int, story: str) -> bool:
    """Tell whether a consent to a story is declared that held to the end of the report's period.

    A run does not ask what day it is: the same files give the same report. Who withdraws a
    consent is taken out of the file.
    """
    last = read_year(root, year).period_end
    consents = read_consents(root, year)
    return any(each.historie == story and each.gaelder_til >= last for each in consents)


def read_consents(root: Path, year: int) -> list[Consent]:
    """Return the declared consents; raise DataError with every fault of the file."""
    problems: list[Problem] = []
    file = ListFile(raw_dir(root, year) / CONSENTS, "text.consent")
    consents = read_rows(file, Consent, problems)
    if problems:
        raise DataError(f"data/raw/{year}/{CONSENTS} har fejl.", problems)
    return consents


def check_stories(root: Path, year: int) -> Iterator[Problem]:
    """Yield stories that do not say whom they are about, and those left out without consent."""
    for path in list_story_files(root, year):
        subject, part = read_story(year, path)
        place = f"{FOLDER}/{STORIES}/{path.name}"
        if subject not in SUBJECTS or part is None:
            advice = f"Skriv som linjen under titlen: Handler om: {' / '.join(SUBJECTS)}"
            yield fault("story", place, "Historien siger ikke, hvem den handler om.", advice)
        elif not part.body:
            yield fault("gap", place, "Historien er ikke skrevet.", "Skriv den, eller slet filen.")
        elif not may_tell(root, year, path):
            message = "Historien handler om én person, og der er intet samtykke: den er udeladt."
            yield Problem(
                "warning",
                "text.consent",
                message,
                file=place,
                advice=f"Skriv samtykket i {CONSENTS}, når det er givet.",
            )
