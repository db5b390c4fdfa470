"""The year's texts on a page: their parts with figures filled in, facts, links between sections."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from socok_analysis.core.danish import did_you_mean, format_number
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.year import read_year
from socok_analysis.intake.enterprises import make_slug, split_aliases
from socok_analysis.intake.texts import (
    FOLDER,
    Section,
    list_sections,
    load_text,
    pick_section,
    read_text,
    text_dir,
)
from socok_analysis.show.markdown import escape
from socok_analysis.show.text import render_text
from socok_analysis.show.values import PLAIN_UNITS, show_value

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

GAP = """::: {{.callout-warning}}
## Tekst mangler

Skriv afsnittet “{part}” i {place}. Den offentlige udgave kan ikke laves, før det er skrevet.
:::"""


def view_year(page: Page, number: int) -> Page:
    """Return the page as it would be in another report year: its texts, its figures."""
    return replace(page, year=read_year(page.year.root, number))


def render_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text with its figures filled in, "" where there is none."""
    text = read_text(page.year.root, page.year.year, name)
    part = text.find(heading) if text else None
    return render_text(page, part.body, text.place, part.line) if text and part else ""


def render_file(page: Page, name: str) -> str:
    """Return a year's whole text with its figures filled in, "" where there is none."""
    path = text_dir(page.year.root, page.year.year) / f"{name}.md"
    place = f"data/raw/{page.year.year}/{FOLDER}/{name}.md"
    return render_text(page, load_text(path, place), place) if path.exists() else ""


def require_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text; where it must be there and is not, a marked gap.

    Raise DataError for a gap in the public edition.
    """
    shown = render_part(page, name, heading)
    if shown or not is_wanted(page, name, heading):
        return shown
    place = f"data/raw/{page.year.year}/tekst/{name}.md"
    if page.edition == "public":
        raise DataError(f"Afsnittet “{heading}” i {place} er ikke skrevet.")
    return GAP.format(part=escape(heading), place=escape(place))


def is_wanted(page: Page, name: str, heading: str) -> bool:
    """Tell whether a section of the year asks for a part."""
    sections = list_sections(page.year.root, page.year.year)
    ids = {name, name.partition("/")[0] + "/*"}
    return any(section.id in ids and heading in section.parts for section in sections)


def find_section(page: Page, wanted: str) -> Section:
    """Return a section of the page's year; raise UsageError with the nearest for a wrong id."""
    return pick_section(list_sections(page.year.root, page.year.year), wanted)


def has_section(page: Page, wanted: str) -> bool:
    """Tell whether a section is part of the page's year."""
    return any(section.id == wanted for section in list_sections(page.year.root, page.year.year))


def link_section(page: Page, wanted: str) -> str:
    """Return a link to a section, "afsnit 6.5"; only its number where it has no page."""
    section = find_section(page, wanted)
    name = f"afsnit\u00a0{escape(section.number)}"
    target = find_page(page, section)
    return f"[{name}]({target}.ipynb)" if target else name


def find_page(page: Page, section: Section) -> str:
    """Return the name of the page a section is on, "" where the project has none for it."""
    if section.kind == "indsats":
        return section.id
    name = "anbefalinger" if section.kind == "helhed" else section.id
    return name if (page.year.root / "notebooks" / f"{name}.ipynb").is_file() else ""


def head_section(page: Page, wanted: str) -> str:
    """Return a section's number and title."""
    return escape(find_section(page, wanted).heading)


def show_fact(page: Page, owner: str, fact: str) -> str:
    """Return a key fact of an enterprise or another subject (both by id), as the export tells it.

    Facts that are figures carry their name; raise UsageError for one that is not there.
    """
    slug = make_slug(fact)
    for name in (f"facts.{owner}.{slug}", f"facts.persons.{owner}.{slug}"):
        if name in page.figures:
            return show_value(page, page.figures[name])
    known = list_facts(page)
    if (owner, slug) not in known:
        near = did_you_mean(f"{owner}: {slug}", [": ".join(pair) for pair in known])
        raise UsageError(f"Der er ingen nøgleoplysning “{fact}” om {owner}.{near}")
    return escape(known[owner, slug])


def list_facts(page: Page) -> dict[tuple[str, str], str]:
    """Return the values of the key facts by (owner's id, slug of the fact)."""
    facts, register = page.read("facts"), page.read("enterprises")
    if facts is None or register is None:
        return {}
    names = register[["name", "aliases", "enterprise_id"]].fillna("").to_numpy().tolist()
    owners = {
        make_slug(spelling): enterprise
        for name, aliases, enterprise in names
        for spelling in (name, *split_aliases(aliases))
    }
    rows = facts[["subject", "fact", "value", "unit"]].astype(object).to_numpy().tolist()
    subjects = [make_slug(row[0]) for row in rows]
    return {
        (owners.get(subject, subject), make_slug(fact)): write_fact(value, unit)
        for subject, (_, fact, value, unit) in zip(subjects, rows, strict=True)
    }


def write_fact(value: str, unit: object) -> str:
    """Return a key fact that is no figure as readers see it."""
    is_number = value.isdigit() and unit not in PLAIN_UNITS
    return format_number(int(value)) if is_number else value
