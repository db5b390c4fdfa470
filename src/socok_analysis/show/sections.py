"""The blocks of a section's page, each by a name that notebooks use.

Section 6's pages are built alike: introduction, last year's summary and recommendation, what
became of it, what has happened since, tables and charts, and the recommendation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from socok_analysis.show.markdown import escape
from socok_analysis.show.recommendations import (
    LABELS,
    link_sections,
    list_all,
    quote_last_year,
)
from socok_analysis.show.stories import list_stories
from socok_analysis.show.words import find_section, render_part, require_part, view_year
from socok_analysis.texts.recommendations import answers_last_year, read_status
from socok_analysis.texts.sections import RECOMMENDATION, REPLY, SUMMARY

if TYPE_CHECKING:
    from socok_analysis.show.page import Page


def show_introduction(page: Page) -> str:
    """Return the section's introduction."""
    return require_part(page, page.section, "Indledning")


def show_last_year(page: Page) -> str:
    """Return last year's summary and recommendation, taken from last year's text."""
    if page.earlier_year is None:
        return ""
    last = view_year(page, page.earlier_year)
    summary = render_part(last, page.section, SUMMARY)
    advice = render_part(last, page.section, RECOMMENDATION)
    blocks = [
        f"## Sidste årsrapport\n\n{summary}" if summary else "",
        f"## Anbefalingen fra sidste årsrapport\n\n{quote_last_year(advice)}" if advice else "",
        show_reply(page) if advice else "",
    ]
    return join_blocks(blocks)


def show_reply(page: Page) -> str:
    """Return what became of last year's recommendation: its status, and the words to it."""
    root, year = page.year.root, page.year.year
    section = find_section(page, page.section)
    if not answers_last_year(root, year, section):
        return ""
    words = render_part(page, page.section, REPLY)
    if not words:
        return require_gap(page)
    status = LABELS.get(read_status(root, year, section), "")
    return f"**Status: {status}.** {words}" if status else words


def require_gap(page: Page) -> str:
    """Return the marked gap of a reply that is not written."""
    from socok_analysis.errors import DataError
    from socok_analysis.show.words import GAP

    place = f"data/raw/{page.year.year}/tekst/{page.section}.md"
    if page.edition == "public":
        raise DataError(f"Afsnittet “{REPLY}” i {place} er ikke skrevet.")
    return GAP.format(part=escape(REPLY), place=escape(place))


def show_since(page: Page) -> str:
    """Return what has happened since last year; in the first report, what was done in the year."""
    heading = "Siden sidst" if page.earlier_year else "Årets arbejde"
    return f"## {heading}\n\n{require_part(page, page.section, 'Siden sidst')}"


def show_recommendation(page: Page) -> str:
    """Return the section's recommendation."""
    return f"## Anbefaling\n\n{require_part(page, page.section, RECOMMENDATION)}"


def join_blocks(blocks: Iterable[str]) -> str:
    """Return Markdown blocks as one, empty ones left out."""
    return "\n\n".join(block for block in blocks if block)


SECTION_BLOCKS: dict[str, Callable[[Page], str]] = {
    "introduction": show_introduction, "last_year": show_last_year, "since": show_since,
    "recommendation": show_recommendation, "recommendations": list_all,
    "overview": link_sections, "stories": list_stories,
}  # fmt: skip
