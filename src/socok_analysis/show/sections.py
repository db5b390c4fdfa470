"""The blocks of a section's page, each by a name that notebooks use.

Section 6's pages are built alike: introduction, last year's summary and recommendation, what
became of it, what has happened since, tables and charts, and the recommendation. A block has one
heading of its level, at its head: Quarto lists no other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from socok_analysis.intake.texts import (
    RECOMMENDATION,
    REPLY,
    SUMMARY,
    answers_last_year,
    read_status,
)
from socok_analysis.show.markdown import escape, lead_in
from socok_analysis.show.recommendations import (
    LABELS,
    link_sections,
    list_by_section,
    list_of_whole,
    list_short,
    list_written,
    quote_last_year,
)
from socok_analysis.show.stories import list_stories
from socok_analysis.show.words import find_section, render_part, require_part, view_year

if TYPE_CHECKING:
    from socok_analysis.show.page import Page


def show_introduction(page: Page) -> str:
    """Return the section's introduction."""
    return require_part(page, page.section, "Indledning")


def show_last_summary(page: Page) -> str:
    """Return last year's summary, taken from last year's text; nothing in the first report."""
    summary = render_last(page, SUMMARY)
    return f"## Sidste årsrapport\n\n{summary}" if summary else ""


def show_last_recommendation(page: Page) -> str:
    """Return last year's recommendation, taken from last year's text, and what became of it."""
    advice = render_last(page, RECOMMENDATION)
    if not advice:
        return ""
    heading = "## Anbefalingen fra sidste årsrapport"
    return "\n\n".join([heading, quote_last_year(advice), show_reply(page)])


def render_last(page: Page, heading: str) -> str:
    """Return a part of the section's text of last year, "" where there is none."""
    if page.earlier_year is None:
        return ""
    return render_part(view_year(page, page.earlier_year), page.section, heading)


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
    return lead_in(f"Status: {status}.", words) if status else words


def require_gap(page: Page) -> str:
    """Return the marked gap of a reply that is not written."""
    from socok_analysis.core.errors import DataError
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


SECTION_BLOCKS: dict[str, Callable[[Page], str]] = {
    "introduction": show_introduction,
    "last_summary": show_last_summary,
    "last_recommendation": show_last_recommendation,
    "since": show_since,
    "recommendation": show_recommendation,
    "recommendations": list_by_section,
    "whole": list_of_whole,
    "recommended": list_short,
    "written": list_written,
    "overview": link_sections,
    "stories": list_stories,
}
