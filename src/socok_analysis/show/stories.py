"""Good stories: those about a single person only with a declared consent.

A story is a file in `tekst/historier/`: its title, `Handler om: virksomhed` (or `flere
personer`, `én person`), and the text. A consent is a row of the year folder's `samtykker.csv`
(`historie,givet_den,gaelder_til,journalnummer`): the file's name without `.md`, and dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.core.errors import DataError
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import raw_dir, read_year
from socok_analysis.intake.rows import read_rows
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
CONSENT_COLUMNS = ("historie", "givet_den", "gaelder_til", "journalnummer")


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
    return any(
        row["historie"] == story and (not row["gaelder_til"] or row["gaelder_til"] >= str(last))
        for row in read_consents(root, year)
    )


def read_consents(root: Path, year: int) -> list[dict[str, str]]:
    """Return the declared consents; raise DataError with every fault of the file."""
    path = raw_dir(root, year) / CONSENTS
    problems: list[Problem] = []
    rows = read_rows(path, problems) if path.exists() else []
    problems += [p for number, row in enumerate(rows, 2) for p in check_consent(number, row)]
    if problems:
        raise DataError(f"data/raw/{year}/{CONSENTS} har fejl.", problems)
    return rows


def check_consent(number: int, row: dict[str, str]) -> Iterator[Problem]:
    """Yield what is wrong with a consent: its columns, or a date that is none."""
    advice = f"Kolonnerne er {', '.join(CONSENT_COLUMNS)}; datoer skrives 2020-04-30."
    if set(row) != set(CONSENT_COLUMNS):
        yield fault("consent", CONSENTS, "Kolonnerne er ikke de rigtige.", advice, number)
        return
    for name in ("givet_den", "gaelder_til"):
        if not (is_date(row[name]) or name == "gaelder_til" and not row[name]):
            yield fault("consent", CONSENTS, f"{name} er ikke en dato.", advice, number)


def is_date(text: str) -> bool:
    """Tell whether text is a date as year-month-day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


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
