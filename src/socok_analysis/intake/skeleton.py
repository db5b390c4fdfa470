"""The folder of a new year: `year.toml`, the text files with their headings, and a checklist."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from socok_analysis.core.folders import replace_folder
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import FILE, SETTINGS, Year, raw_dir, read_year
from socok_analysis.intake import texts
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS

CHECKLIST = "TJEKLISTE.md"
STORY = "`historier/*.md`: en fil for hver god historie; samtykker i `samtykker.csv`"
KEPT = {"indsats": "Indledning", "virksomhed": "Om", "side": "Referencer"}
SOURCES = {texts.REPLY: texts.RECOMMENDATION, "I år": "Næste år", "Siden sidst": ""}
COVER = {"municipality": "Kommunens navn", "committees": ["Udvalget, der får rapporten"]}
HINTS = {
    "period_start": "første dag, ansættelser tælles fra",
    "period_end": "... til og med denne dag",
    "evaluation_date": "forløb opgøres denne dag",
}


def make_year_folder(root: Path, year: int, more: Mapping[str, str]) -> Path:
    """Make the folder of a new year and return it; raise UsageError where there is one.

    `more` is the content of further files by name.
    """
    folder = raw_dir(root, year)
    if folder.exists():
        raise UsageError(f"data/raw/{year} findes allerede. Den bliver ikke rørt.")
    if not 1900 <= year <= 2100:
        raise UsageError(f"{year} er ikke et årstal mellem 1900 og 2100.")
    words = texts.Words(root, year)
    last = read_year(root, words.before.year) if words.before else None
    written = {
        name: _write_text(words, section, name)
        for section in words.sections
        for name in (words.before or words).list_files(section)
    }
    files = {f"{texts.FOLDER}/{name}.md": text for name, text in written.items()}
    files[FILE] = _write_settings(year, last)
    files[CHECKLIST] = _write_checklist(year, last, [*written])
    with replace_folder(folder) as fresh:
        for name, text in (files | dict(more)).items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_text(text, encoding="utf-8", newline="\n")
    return folder


def _write_settings(year: int, last: Year | None) -> str:
    """Return `year.toml`: what is known, last year's goals, and as comments what to fill in."""
    lines = [
        "# Årets oplysninger. Datoer skrives år-måned-dag uden anførselstegn.",
        "# Fjern # foran de linjer, der skal udfyldes, og ret datoerne.",
        "[report]",
        f"year = {year}",
        f'title = "Socialøkonomisk årsrapport {year}"',
        *(f"# {key} = {year}-MM-DD    # {hint}" for key, hint in HINTS.items()),
        f"# issued_on = {year + 1}-MM-DD    # måneden står på forsiden",
    ]
    for key, example in COVER.items():
        known = getattr(last, key, None)
        shown = json.dumps(known or example, ensure_ascii=False)
        lines.append(f"{'' if known else '# '}{key} = {shown}")
    if last:
        lines.append(f"previous_evaluation_date = {last.evaluation_date.isoformat()}")
    defaults = {field.name: field.default for field in fields(Year)}
    for section in ("goals", "publish"):
        lines += ["", f"[{section}]"]
        if section == "goals" and last is None:
            lines.append("# strategy_start = ÅÅÅÅ-MM-DD")
        for key in SETTINGS[section]:
            value: Any = getattr(last, key, defaults[key])
            if value != defaults[key] or key.endswith("threshold"):
                is_day = isinstance(value, date)
                shown = value.isoformat() if is_day else json.dumps(value, ensure_ascii=False)
                lines.append(f"{key} = {shown}")
    return "\n".join(lines) + "\n"


def _write_text(words: texts.Words, section: texts.Section, name: str) -> str:
    """Return a text file: its headings, and last year's words where they are still of use."""
    earlier = words.before.text(name) if words.before else None
    wanted = list(section.parts)
    if texts.REPLY in words.list_wanted(section):
        wanted.insert(1, texts.REPLY)
    title = section.heading or (earlier.title if earlier else "")
    blocks = [f"# {title or name}"]
    for heading in wanted:
        part = earlier.find(SOURCES.get(heading, heading)) if earlier else None
        last = words.before.year if words.before else None
        blocks.append(f"## {heading}\n\n{_write_start(heading, part, last, section)}")
    return "\n\n".join(blocks) + "\n"


def _write_start(
    heading: str, part: texts.Part | None, last: int | None, section: texts.Section
) -> str:
    """Return what a part begins with: last year's words to keep, or to be told of in a comment.

    What a section is about seldom changes and is kept; the rest must be written anew, so that
    last year's words are never published as this year's.
    """
    inside = texts.COMMENT.sub("", part.body).replace("-->", "").strip() if part else ""
    if heading == texts.REPLY and part:
        choices = " / ".join(texts.STATUSES)
        return (
            f"Status:\n\n<!-- Skriv status efter kolon ({choices}), og skriv herunder, hvad der "
            f"blev af anbefalingen.\nAnbefalingen i rapport {last} lød:\n\n{inside}\n-->"
        )
    if part and KEPT.get(section.kind) == heading:
        return f"{part.body}\n\n<!-- Fra rapport {last}. Ret det, der er nyt. -->"
    before = f"\nUnder “{part.heading}” stod der i rapport {last}:\n\n{inside}\n" if part else " "
    return f"<!-- Skriv afsnittet “{heading}” her.{before}-->"


def _write_checklist(year: int, last: Year | None, names: Sequence[str]) -> str:
    """Return what is to be done for the year's report, to be ticked off."""
    groups = {
        f"Datoer i `{FILE}`": [
            *(f"`{key}`: {hint}" for key, hint in HINTS.items()),
            "Ret mål og strategiens datoer, hvis der er vedtaget en ny strategi",
        ],
        f"Udtræk lagt i `data/raw/{year}` (.xlsx, filnavnet er uden betydning)": [
            label if kind in NEEDED_KINDS else f"{label} (kan mangle)"
            for kind, label in KIND_DA.items()
        ],
        f"Tekster i `data/raw/{year}/{texts.FOLDER}`": [*(f"`{name}.md`" for name in names), STORY],
        "Rapporten": [
            f"`socok report {year}` kører uden fejl",
            *([f"Tallene er holdt op mod rapport {last.year}"] if last else []),
            "Rapporten er læst igennem, før den lægges ud",
        ],
    }
    hint = f"Kør `socok check {year}` når som helst: den siger, hvad der stadig mangler."
    lines = [f"# Tjekliste til rapport {year}", "", hint]
    for heading, items in groups.items():
        lines += ["", f"## {heading}", "", *(f"- [ ] {item}" for item in items)]
    return "\n".join(lines) + "\n"
