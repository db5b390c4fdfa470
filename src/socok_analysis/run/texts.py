"""The texts are checked before any notebook runs: gaps, bare claims, and claims that do not hold.

All that is wrong is told at once. What was found right is not checked again until something it
rests on has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.manifest import is_fresh, write_manifest
from socok_analysis.core.problems import Problem, describe_problems, has_errors
from socok_analysis.core.year import Year
from socok_analysis.disclosure import Edition
from socok_analysis.figures.figure import read_figures
from socok_analysis.intake import texts as written
from socok_analysis.run.build import Say
from socok_analysis.run.notebooks import list_page_partners
from socok_analysis.run.pages import list_year_inputs

SHOWING = "indsats"
ADVICE = "Ret teksten. Nøgletallenes navne og værdier ses med “socok figures ÅR”."


def check_texts(years: Sequence[Year], edition: Edition, say: Say) -> None:
    """Raise DataError with everything that is wrong with the texts of the years."""
    problems, faulty = list[Problem](), []
    for year in years:
        folder = year.root / ".socok" / "tekster" / f"{year.year}-{edition}"
        inputs = list_year_inputs(year.root, year.year)
        if is_fresh(folder, inputs):
            continue
        found = list(find_faults(year, edition))
        if not found:
            with replace_folder(folder) as fresh:
                write_manifest(fresh, inputs)
        if has_errors(found):
            faulty.append(str(year.year))
        problems += [replace(p, file=f"{year.year}/{p.file}") for p in found]
    if faulty:
        raise DataError(f"Teksterne til rapport {' og '.join(faulty)} er ikke klar.", problems)
    if problems:
        say(describe_problems(problems))


def find_faults(year: Year, edition: Edition) -> Iterator[Problem]:
    """Yield what is wrong with a year's texts."""
    from socok_analysis.run.open import make_page
    from socok_analysis.show.claims import list_linted
    from socok_analysis.show.text import render_text

    root, number = year.root, year.year
    texts = written.list_texts(root, number)
    yield from find_gaps(
        root, number, edition, list_page_partners(root, number, read_figures(year.processed_dir))
    )
    yield from check_exhibits(root, number)
    yield from written.find_strangers(root, number, [name for _, name in texts])
    yield from written.check_stories(root, number)
    folder, words = written.text_dir(root, number), list_linted()
    for path in written.list_text_files(root, number):
        place = f"{written.FOLDER}/{path.relative_to(folder).as_posix()}"
        source = written.load_text(path, place)
        yield from written.lint_text(source, place, words)
        yield from written.lint_style(source, place)
    page = make_page(root, number, edition)
    for section, name in texts:
        text = written.read_text(root, number, name)
        for part in text.parts if text else ():
            place = f"{written.FOLDER}/{name}.md"
            try:
                render_text(replace(page, section=section.id), part.body, place, part.line)
            except (DataError, UsageError) as error:
                where, _, message = str(error).partition(": ")
                yield Problem("error", "text.claim", message, file=where, advice=ADVICE)


def find_gaps(
    root: Path, number: int, edition: Edition, partners: Iterable[str] = ()
) -> list[Problem]:
    """Return a year's gaps: errors for the public edition, told and marked in the internal one."""
    found = written.find_gaps(root, number, partners)
    if edition == "internal":
        found = [replace(p, severity="warning") if p.check == "text.gap" else p for p in found]
    return found


def check_exhibits(root: Path, number: int) -> Iterator[Problem]:
    """Yield what `sections.csv` wants shown and no page knows, or that has no page to be on."""
    from socok_analysis.show.notebook import CHARTS, TABLES

    known = {"tables": {*TABLES}, "charts": {*CHARTS}}
    for section in written.list_sections(root, number):
        wanted = [(kind, name) for kind in known for name in getattr(section, kind)]
        if wanted and section.kind != SHOWING:
            told = f"Kun afsnit af slagsen {SHOWING} viser tables og charts."
            yield fault_exhibit(section.id, told, "Tøm cellerne.")
        for kind, name in wanted:
            if name not in known[kind]:
                told = f"“{name}” er ikke kendt i kolonnen {kind}.{did_you_mean(name, known[kind])}"
                yield fault_exhibit(section.id, told, f"Kendte: {', '.join(sorted(known[kind]))}.")


def fault_exhibit(section: str, told: str, advice: str) -> Problem:
    """Return the error for what a section's row wants shown."""
    file = f"maps/{written.FILE}"
    return Problem("error", "text.exhibit", f"{section}: {told}", file=file, advice=advice)
