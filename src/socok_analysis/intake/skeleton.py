"""The folder of a new year: `year.toml`, the text files with their headings, and a checklist."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path

from socok_analysis.core.folders import replace_folder
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import FILE, SETTINGS, Year, raw_dir, read_year
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS
from socok_analysis.intake.texts import (
    COMMENT,
    FOLDER,
    RECOMMENDATION,
    REPLY,
    STATUSES,
    Part,
    Section,
    Words,
)

CHECKLIST = "TJEKLISTE.md"
STORY = "`historier/*.md`: en fil for hver god historie; samtykker i `samtykker.csv`"
KEPT = {"indsats": "Indledning", "virksomhed": "Om", "side": "Referencer"}
SOURCES = {REPLY: RECOMMENDATION, "I år": "Næste år", "Siden sidst": ""}
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
    words = Words(root, year)
    last = read_year(root, words.before.year) if words.before else None
    texts = dict(_list_skeletons(words))
    files = {
        FILE: _write_settings(year, last),
        CHECKLIST: _write_checklist(year, last, list(texts)),
    }
    files |= {f"{FOLDER}/{name}.md": text for name, text in texts.items()}
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
    cover = {"municipality": "Kommunens navn", "committees": ["Udvalget, der får rapporten"]}
    for key, example in cover.items():
        told = getattr(last, key, None)
        text = json.dumps(told or example, ensure_ascii=False)
        lines.append(f"{key} = {text}" if told else f"# {key} = {text}")
    defaults = {field.name: field.default for field in fields(Year)}
    if last is None:
        goals = ["# strategy_start = ÅÅÅÅ-MM-DD"]
        publish = [f"{key} = {defaults[key]}" for key in ("threshold", "job_threshold")]
        return "\n".join([*lines, "", "[goals]", *goals, "", "[publish]", *publish]) + "\n"
    lines.append(f"previous_evaluation_date = {last.evaluation_date.isoformat()}")
    for section in ("goals", "publish"):
        lines += ["", f"[{section}]"]
        for key in SETTINGS[section]:
            value = getattr(last, key)
            if value != defaults[key] or key.endswith("threshold"):
                is_day = isinstance(value, date)
                told = value.isoformat() if is_day else json.dumps(value, ensure_ascii=False)
                lines.append(f"{key} = {told}")
    return "\n".join(lines) + "\n"


def _list_skeletons(words: Words) -> Iterator[tuple[str, str]]:
    """Yield the name and content of each text file of a new year.

    A file has its headings, and last year's words where they are still of use.
    """
    before = words.before
    last = before.year if before else None
    for section in words.sections:
        for name in (before or words).list_files(section):
            earlier = before.text(name) if before else None
            title = section.heading or (earlier.title if earlier else "") or name
            wanted = list(section.parts)
            if REPLY in words.list_wanted(section):
                wanted.insert(1, REPLY)
            blocks = [f"# {title}"]
            for heading in wanted:
                part = earlier.find(SOURCES.get(heading, heading)) if earlier else None
                blocks.append(f"## {heading}\n\n{_write_start(heading, part, last, section)}")
            yield name, "\n\n".join(blocks) + "\n"


def _write_start(heading: str, part: Part | None, last: int | None, section: Section) -> str:
    """Return what a part begins with: last year's words to keep, or to be told of in a comment.

    What a section is about seldom changes and is kept; the rest must be written anew, so that
    last year's words are never published as this year's.
    """
    inside = COMMENT.sub("", part.body).replace("-->", "").strip() if part else ""
    if heading == REPLY and part:
        choices = " / ".join(STATUSES)
        return (
            f"Status:\n\n<!-- Skriv status efter kolon ({choices}), og skriv herunder, hvad der "
            f"blev af anbefalingen.\nAnbefalingen i rapport {last} lød:\n\n{inside}\n-->"
        )
    if part and KEPT.get(section.kind) == heading:
        return f"{part.body}\n\n<!-- Fra rapport {last}. Ret det, der er nyt. -->"
    told = f"\nUnder “{part.heading}” stod der i rapport {last}:\n\n{inside}\n" if part else " "
    return f"<!-- Skriv afsnittet “{heading}” her.{told}-->"


def _write_checklist(year: int, last: Year | None, texts: Sequence[str]) -> str:
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
