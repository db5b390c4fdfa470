"""The folder of a new year: `year.toml`, the text files with their headings, and a checklist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

from socok_analysis.core.errors import UsageError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.year import FILE, SETTINGS, Year, raw_dir, read_year
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.intake.texts import (
    COMMENT,
    FOLDER,
    RECOMMENDATION,
    REPLY,
    STATUSES,
    Part,
    Section,
    answers_last_year,
    find_last_year,
    list_folder,
    list_sections,
    read_text,
)

CHECKLIST = "TJEKLISTE.md"
STORY = "`historier/*.md`: en fil for hver god historie; samtykker i `samtykker.csv`"
NEEDED = ("courses", "jobs", "agreements", "enterprises")
KEPT = {"indsats": "Indledning", "virksomhed": "Om", "side": "Referencer"}
SOURCES = {REPLY: RECOMMENDATION, "I år": "Næste år", "Siden sidst": ""}
HINTS = {
    "period_start": "første dag, ansættelser tælles fra",
    "period_end": "... til og med denne dag",
    "evaluation_date": "forløb opgøres denne dag",
}


def make_year_folder(root: Path, year: int) -> Path:
    """Make the folder of a new year and return it; raise UsageError where there is one."""
    folder = raw_dir(root, year)
    if folder.exists():
        raise UsageError(f"data/raw/{year} findes allerede. Den bliver ikke rørt.")
    if not 1900 <= year <= 2100:
        raise UsageError(f"{year} er ikke et årstal mellem 1900 og 2100.")
    from socok_analysis.checks.deviations import COLUMNS
    from socok_analysis.checks.deviations import FILE as DEVIATIONS

    last = read_last_year(root, year)
    texts = dict(list_skeletons(root, year, last.year if last else None))
    with replace_folder(folder) as fresh:
        write(fresh / FILE, write_settings(year, last))
        write(fresh / DEVIATIONS, f"{','.join(COLUMNS)}\n")
        write(fresh / CHECKLIST, write_checklist(year, last, list(texts)))
        for name, text in texts.items():
            write(fresh / FOLDER / f"{name}.md", text)
    return folder


def read_last_year(root: Path, year: int) -> Year | None:
    """Return the settings of the report year before, None for the first."""
    last = find_last_year(root, year)
    return read_year(root, last) if last else None


def write(path: Path, text: str) -> None:
    """Write a file as UTF-8, its folder first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def write_settings(year: int, last: Year | None) -> str:
    """Return `year.toml`: what is known, and the dates that must be filled in, as comments."""
    lines = [
        "# Årets oplysninger. Datoer skrives år-måned-dag uden anførselstegn.",
        "# Fjern # foran de linjer, der skal udfyldes, og ret datoerne.",
        "[report]",
        f"year = {year}",
        f'title = "Socialøkonomisk årsrapport {year}"',
    ]
    lines += [f"# {key} = {year}-MM-DD    # {hint}" for key, hint in HINTS.items()]
    if last:
        lines.append(f"previous_evaluation_date = {last.evaluation_date.isoformat()}")
    for section in ("goals", "publish"):
        lines += ["", f"[{section}]", *copy_settings(section, last)]
    return "\n".join(lines) + "\n"


def copy_settings(section: str, last: Year | None) -> Iterator[str]:
    """Yield last year's settings of a section, as a start for this year's."""
    if last is None:
        yield "# strategy_start = ÅÅÅÅ-MM-DD" if section == "goals" else "threshold = 5"
        return
    defaults = {field.name: field.default for field in fields(Year)}
    for key in SETTINGS[section]:
        value = getattr(last, key)
        if value != defaults[key] or key == "threshold":
            yield f"{key} = {format_setting(value)}"


def format_setting(value: object) -> str:
    """Return a setting as TOML writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def list_skeletons(root: Path, year: int, last: int | None) -> Iterator[tuple[str, str]]:
    """Yield the name and content of each text file of a new year."""
    for section in list_sections(root, year):
        if not section.is_folder:
            yield section.id, write_skeleton(root, year, last, section, section.id)
        elif last:
            for name in list_folder(root, last, section):
                yield name, write_skeleton(root, year, last, section, name)


def write_skeleton(root: Path, year: int, last: int | None, section: Section, name: str) -> str:
    """Return a text file with its headings, last year's words where they are still of use."""
    earlier = read_text(root, last, name) if last else None
    title = section.heading or (earlier.title if earlier else name)
    wanted = list(section.parts)
    if answers_last_year(root, year, section):
        wanted.insert(1, REPLY)
    blocks = [f"# {title}"]
    for heading in wanted:
        part = earlier.find(SOURCES.get(heading, heading)) if earlier else None
        is_kept = KEPT.get(section.kind) == heading
        blocks.append(f"## {heading}\n\n{write_start(heading, part, last, is_kept)}")
    return "\n\n".join(blocks) + "\n"


def write_start(heading: str, part: Part | None, last: int | None, is_kept: bool) -> str:
    """Return what a part begins with: last year's words to keep, or to be told of in a comment.

    What a section is about seldom changes and is kept; the rest must be written anew, so that
    last year's words are never published as this year's.
    """
    if heading == REPLY and part:
        choices = " / ".join(STATUSES)
        return (
            f"Status:\n\n<!-- Skriv status efter kolon ({choices}), og skriv herunder, hvad der "
            f"blev af anbefalingen.\nAnbefalingen i rapport {last} lød:\n\n{inside(part)}\n-->"
        )
    if is_kept and part:
        return f"{part.body}\n\n<!-- Fra rapport {last}. Ret det, der er nyt. -->"
    what = f"Under “{part.heading}” stod der i rapport {last}:" if part else ""
    earlier = f"\n{what}\n\n{inside(part)}\n" if part else " "
    return f"<!-- Skriv afsnittet “{heading}” her.{earlier}-->"


def inside(part: Part) -> str:
    """Return a part's text fit to stand in a comment."""
    return COMMENT.sub("", part.body).replace("-->", "").strip()


def write_checklist(year: int, last: Year | None, texts: Sequence[str]) -> str:
    """Return what is to be done for the year's report, to be ticked off."""
    dates = [f"`{key}`: {hint}" for key, hint in HINTS.items()]
    exports = [
        f"{label}{'' if kind in NEEDED else ' (kan mangle)'}" for kind, label in KIND_DA.items()
    ]
    settings = ["Ret mål og strategiens datoer, hvis der er vedtaget en ny strategi"]
    groups = {
        f"Datoer i `{FILE}`": [*dates, *settings],
        f"Udtræk lagt i `data/raw/{year}` (.xlsx, filnavnet er uden betydning)": exports,
        f"Tekster i `data/raw/{year}/{FOLDER}`": [*(f"`{name}.md`" for name in texts), STORY],
        "Rapporten": [
            f"`socok report {year}` kører uden fejl",
            *([f"Tallene er holdt op mod rapport {last.year}"] if last else []),
            "Rapporten er læst igennem, før den lægges ud",
        ],
    }
    told = f"Kør `socok check {year}` når som helst: den siger, hvad der stadig mangler."
    lines = [f"# Tjekliste til rapport {year}", "", told]
    for heading, items in groups.items():
        lines += ["", f"## {heading}", "", *(f"- [ ] {item}" for item in items)]
    return "\n".join(lines) + "\n"
