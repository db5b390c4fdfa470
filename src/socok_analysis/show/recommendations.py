"""The recommendations gathered from their sections, and what became of last year's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socok_analysis.intake.texts import (
    RECOMMENDATION,
    STATUSES,
    Section,
    list_recommending,
    list_sections,
    list_statuses,
)
from socok_analysis.show.markdown import Table, escape, lead_in
from socok_analysis.show.values import show_value
from socok_analysis.show.words import find_page, render_part, require_part, view_year

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

LABELS = {code: label for label, code in STATUSES.items()}
NOT_STATED = "ikke oplyst"
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
ITEM = re.compile(r"^ *(?:[-*+]|\d+[.)]) +", re.MULTILINE)


def list_recommendations(page: Page) -> list[tuple[Section, str]]:
    """Return the sections of section 6 with their recommendations as Markdown, in order."""
    sections = list_sections(page.year.root, page.year.year, "indsats")
    return [(section, require_part(page, section.id, RECOMMENDATION)) for section in sections]


def list_by_section(page: Page) -> str:
    """Return the recommendations of section 6."""
    items = [
        lead_in(f"[{escape(section.heading)}]({section.id}.ipynb)", advice, "\\\n")
        for section, advice in list_recommendations(page)
    ]
    return "\n\n".join(["## 7.1 Anbefalinger fra afsnit 6", *map(make_item, items)])


def list_of_whole(page: Page) -> str:
    """Return the recommendations that look at the year as a whole, with their backgrounds."""
    whole = list_sections(page.year.root, page.year.year, "helhed")
    blocks = ["## 7.2 Anbefalinger ud fra året som helhed"] if whole else []
    for section in whole:
        advice = require_part(page, section.id, RECOMMENDATION)
        blocks += [
            f"### {escape(section.heading)}",
            require_part(page, section.id, "Indledning"),
            lead_in("Anbefaling:", advice),
        ]
    return "\n\n".join(blocks)


def list_short(page: Page) -> str:
    """Return every recommendation of the year in one line, with a link to its page."""
    sections = [
        *list_recommendations(page),
        *(
            (section, require_part(page, section.id, RECOMMENDATION))
            for section in list_sections(page.year.root, page.year.year, "helhed")
        ),
    ]
    return "\n".join(f"- {link_title(page, s)}: {cell(advice)}" for s, advice in sections)


def list_written(page: Page) -> str:
    """Return the recommendations that are written, each in one line; for a page that stands alone.

    With none of them an empty text.
    """
    root, year = page.year.root, page.year.year
    lines = [
        f"- **{escape(s.title)}:** {unlink(cell(render_part(page, s.id, RECOMMENDATION)))}"
        for s in list_recommending(root, year)
    ]
    return "\n".join(["## Anbefalinger\n", *lines]) if lines else ""


def unlink(markdown: str) -> str:
    """Return Markdown with the words of its links alone."""
    return LINK.sub(r"\1", markdown)


def link_title(page: Page, section: Section) -> str:
    """Return a section's title as a link to its page, seen from the site's root."""
    name, title = find_page(page, section), escape(section.title)
    return f"[{title}](report/{page.year.year}/{name}.ipynb)" if name else title


def make_item(markdown: str) -> str:
    """Return Markdown blocks as one item of a list."""
    return "- " + "\n".join(f"  {line}".rstrip() for line in markdown.splitlines()).lstrip()


def quote_last_year(advice: str) -> str:
    """Return a recommendation as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in advice.splitlines())


def link_sections(page: Page) -> str:
    """Return links to the pages of section 6, in order."""
    sections = list_sections(page.year.root, page.year.year, "indsats")
    return "\n".join(f"- [{escape(s.heading)}]({s.id}.ipynb)" for s in sections)


def make_recommendations(page: Page) -> Table | None:
    """Return last year's recommendations and what became of them; None in the first report."""
    root, year = page.year.root, page.year.year
    last = page.earlier_year
    if last is None:
        return None
    statuses = list_statuses(root, year)
    then = view_year(page, last)
    rows = [
        [
            escape(section.number),
            cell(render_part(then, section.id, RECOMMENDATION)),
            LABELS.get(statuses.get(section.id, ""), NOT_STATED),
        ]
        for section in list_recommending(root, last)
    ]
    caption = f"Hvad der blev af anbefalingerne i rapport {last}"
    header = ["Afsnit", "Anbefaling", "Status"]
    return Table("anbefalinger", caption, header, rows, "lll") if rows else None


def tell_statuses(page: Page) -> str:
    """Return how many of last year's recommendations had each status: "7 fulgt og 3 delvist fulgt".

    A status no recommendation has is not told.
    """
    named = [
        (page.figure(f"recommendations.previous.{code}"), words) for words, code in STATUSES.items()
    ]
    told = [f"{show_value(page, figure)} {words}" for figure, words in named if figure.value]
    return " og ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def cell(markdown: str) -> str:
    """Return Markdown on one line, fit for a table's cell; a list's items as sentences."""
    return " ".join(ITEM.sub("", markdown).split()).replace("|", "\\|")
