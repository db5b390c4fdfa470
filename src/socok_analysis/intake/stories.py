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
from typing import Annotated

from socok_analysis.core.errors import DataError
from socok_analysis.core.lists import DAY, Filled, ListFile, must_be, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir, read_year
from socok_analysis.intake.texts import FOLDER, STORIES, Part, fault, read_text, text_dir

SUBJECTS = ("virksomhed", "flere personer", "én person")
CONSENTS = "samtykker.csv"


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A row of `samtykker.csv`: a person's consent to a story, by the story's file."""

    historie: Filled
    givet_den: Annotated[date, must_be(DAY, "givet_den er ikke en dato.")]
    gaelder_til: Annotated[date, must_be(DAY, "gaelder_til er ikke en dato.")] = date.max
    journalnummer: str = ""


def list_told(root: Path, year: int) -> list[str]:
    """Return the names of a year's stories that may be told.

    That are those about no single person, and those with a consent that held to the end of the
    report's period. A run does not ask what day it is: the same files give the same report. Who
    withdraws a consent is taken out of the file.
    """
    return [
        name
        for name, subject, _ in _list_stories(root, year)
        if _may_tell(root, year, name, subject)
    ]


def _list_stories(root: Path, year: int) -> Iterator[tuple[str, str, Part | None]]:
    """Yield each story's name, what it says it is about ("" where it does not), and its part."""
    for path in sorted((text_dir(root, year) / STORIES).glob("*.md")):
        name = f"{STORIES}/{path.stem}"
        text = read_text(root, year, name)
        part = text.parts[0] if text and text.parts else None
        yield name, part.labels.get("Handler om", "") if part else "", part


def _may_tell(root: Path, year: int, name: str, subject: str) -> bool:
    if subject != SUBJECTS[2]:
        return subject in SUBJECTS
    last, story = read_year(root, year).period_end, name.partition("/")[2]
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
    for name, subject, part in _list_stories(root, year):
        place = f"{FOLDER}/{name}.md"
        if subject not in SUBJECTS or part is None:
            advice = f"Skriv som linjen under titlen: Handler om: {' / '.join(SUBJECTS)}"
            yield fault("story", place, "Historien siger ikke, hvem den handler om.", advice)
        elif not part.body:
            yield fault("gap", place, "Historien er ikke skrevet.", "Skriv den, eller slet filen.")
        elif not _may_tell(root, year, name, subject):
            message = "Historien handler om én person, og der er intet samtykke: den er udeladt."
            advice = f"Skriv samtykket i {CONSENTS}, når det er givet."
            yield Problem("warning", "text.consent", message, file=place, advice=advice)
