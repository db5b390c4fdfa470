"""The texts are checked before any notebook runs: gaps, bare claims, and claims that do not hold.

All that is wrong is told at once. What was found right is not checked again until a text, a
figure or the library changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.manifest import describe_library, hash_files, is_fresh, write_manifest
from socok_analysis.core.problems import Problem, describe_problems, has_errors
from socok_analysis.core.year import Year, list_years, maps_dir, processed_dir, raw_dir
from socok_analysis.disclosure import Edition
from socok_analysis.figures.figure import read_figures
from socok_analysis.intake import texts as gaps
from socok_analysis.intake.stories import check_stories
from socok_analysis.intake.texts import FILE as SECTIONS
from socok_analysis.intake.texts import (
    FOLDER,
    Text,
    find_last_year,
    lint_text,
    list_sections,
    list_text_files,
    load_text,
    read_text,
    text_dir,
)
from socok_analysis.run.build import Say
from socok_analysis.run.open import make_page
from socok_analysis.show.page import Page, list_partners

GAP = "text.gap"
SHOWING = "indsats"
ADVICE = "Ret teksten. Nøgletallenes navne og værdier ses med “socok figures ÅR”."


def check_texts(years: Sequence[Year], edition: Edition, workplace: Path, say: Say) -> None:
    """Raise DataError with everything that is wrong with the texts of the years."""
    problems: list[Problem] = []
    faulty: list[str] = []
    for year in years:
        found = check_year(year, edition, workplace)
        if has_errors(found):
            faulty.append(str(year.year))
        problems += [replace(p, file=f"{year.year}/{p.file}") for p in found]
    if faulty:
        raise DataError(f"Teksterne til rapport {' og '.join(faulty)} er ikke klar.", problems)
    if problems:
        say(describe_problems(problems))


def check_year(year: Year, edition: Edition, workplace: Path) -> list[Problem]:
    """Return what is wrong with a year's texts; what was found right before is not read again."""
    folder = workplace / "tekster" / f"{year.year}-{edition}"
    inputs = list_inputs(year, edition)
    if is_fresh(folder, inputs):
        return []
    problems = list(find_faults(year, edition))
    if not problems:
        with replace_folder(folder) as fresh:
            write_manifest(fresh, inputs)
    return problems


def list_inputs(year: Year, edition: Edition) -> dict[str, object]:
    """Return what the check of a year's texts depends on."""
    root = year.root
    numbers = [number for number in list_years(root) if number <= year.year]
    figures = [processed_dir(root, number) / "figures.json" for number in numbers]
    files = [*figures, *list_text_inputs(root, year.year)]
    return {"files": hash_files(root, files), "library": describe_library(), "edition": edition}


def list_text_inputs(root: Path, year: int) -> list[Path]:
    """Return the files a year's words come from: its texts and last year's, and their lists."""
    last = find_last_year(root, year)
    texts = [path for number in (year, last) if number for path in list_text_files(root, number)]
    lists = [
        maps_dir(root) / SECTIONS,
        maps_dir(root) / "breaks.csv",
        raw_dir(root, year) / "samtykker.csv",
    ]
    return [*texts, *(path for path in lists if path.is_file())]


def find_faults(year: Year, edition: Edition) -> Iterator[Problem]:
    """Yield what is wrong with a year's texts."""
    from socok_analysis.show.claims import list_linted

    root, number = year.root, year.year
    known = [name for _, name in gaps.list_texts(root, number)]
    partners = list_partners(read_figures(year.processed_dir, number))
    yield from find_gaps(root, number, edition, partners)
    yield from check_exhibits(root, number)
    yield from gaps.find_strangers(root, number, known)
    yield from check_stories(root, number)
    words = list_linted()
    for path in list_text_files(root, number):
        place = f"{FOLDER}/{path.relative_to(text_dir(root, number)).as_posix()}"
        yield from lint_text(load_text(path, place), place, words)
    yield from try_parts(year, edition)


def check_exhibits(root: Path, number: int) -> Iterator[Problem]:
    """Yield what `sections.csv` wants shown and no page knows, or that has no page to be on."""
    from socok_analysis.show.notebook import CHARTS, TABLES, TILES

    known = {"tables": {*TABLES}, "charts": {*CHARTS}, "tiles": {*TILES}}
    for section in list_sections(root, number):
        wanted = [(kind, name) for kind in known for name in getattr(section, kind)]
        if wanted and section.kind != SHOWING:
            yield fault_exhibit(
                section.id,
                f"Kun afsnit af slagsen {SHOWING} viser tables, charts og tiles.",
                "Tøm cellerne.",
            )
        for kind, name in wanted:
            if name not in known[kind]:
                near = did_you_mean(name, known[kind])
                yield fault_exhibit(
                    section.id,
                    f"“{name}” er ikke kendt i kolonnen {kind}.{near}",
                    f"Kendte: {', '.join(sorted(known[kind]))}.",
                )


def fault_exhibit(section: str, message: str, advice: str) -> Problem:
    """Return the error for what a section's row wants shown."""
    return Problem(
        "error", "text.exhibit", f"{section}: {message}", file=f"maps/{SECTIONS}", advice=advice
    )


def find_gaps(
    root: Path, number: int, edition: Edition, partners: Iterable[str] = ()
) -> list[Problem]:
    """Return a year's gaps: errors for the public edition, told and marked in the internal one."""
    found = gaps.find_gaps(root, number, partners)
    if edition == "public":
        return found
    return [
        replace(problem, severity="warning") if problem.check == GAP else problem
        for problem in found
    ]


def try_parts(year: Year, edition: Edition) -> Iterator[Problem]:
    """Yield the parts of a year's texts that cannot be filled in, or claim what is not so."""
    page = make_page(year.root, year.year, edition)
    for section, name in gaps.list_texts(year.root, year.year):
        text = read_text(year.root, year.year, name)
        if text:
            yield from try_text(replace(page, section=section.id), text)


def try_text(page: Page, text: Text) -> Iterator[Problem]:
    """Yield the parts of a text that cannot be filled in."""
    from socok_analysis.show.text import render_text

    place = f"{FOLDER}/{text.place.partition(f'/{FOLDER}/')[2]}"
    for part in text.parts:
        try:
            render_text(page, part.body, place, part.line)
        except (DataError, UsageError) as error:
            where, _, message = str(error).partition(": ")
            yield Problem("error", "text.claim", message, file=where, advice=ADVICE)
