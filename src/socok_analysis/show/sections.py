"""What stands in words: the blocks of the sections' pages, recommendations, stories, links.

Section 6's pages are built alike: introduction, last year's summary and recommendation, what
became of it, what has happened since, tables and charts, and the recommendation. A block has one
heading of its level, at its head: Quarto lists no other.
"""

from __future__ import annotations

import re

from socok_analysis.intake.texts import RECOMMENDATION, REPLY, STATUSES, SUMMARY, Section
from socok_analysis.show.markdown import Table, escape, lead_in, site_only
from socok_analysis.show.page import Page, Words, name_document
from socok_analysis.show.text import (
    find_page,
    find_section,
    mark_gap,
    render_earlier,
    render_part,
    render_text,
    require_part,
)

LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
ITEM = re.compile(r"^ *(?:[-*+]|\d+[.)]) +", re.MULTILINE)


# A section's own page


def show_last_summary(page: Page) -> str:
    """Return last year's summary, taken from last year's text; nothing in the first report."""
    summary = render_earlier(page, page.section, SUMMARY)
    return f"## Sidste årsrapport\n\n{summary}" if summary else ""


def show_last_recommendation(page: Page) -> str:
    """Return last year's recommendation, taken from last year's text, and what became of it."""
    advice, section = render_earlier(page, page.section, RECOMMENDATION), page.section
    if not advice:
        return ""
    quoted = "\n".join(f"> {line}".rstrip() for line in advice.splitlines())
    reply = ""
    if find_section(page, section).recommends:
        reply = render_part(page, section, REPLY) or mark_gap(page, section, REPLY)
        status = read_status(page.own_words, section)
        reply = lead_in(f"Status: {status}.", reply) if status else reply
    return "\n\n".join(["## Anbefalingen fra sidste årsrapport", quoted, reply])


def read_status(words: Words, section: str) -> str:
    """Return what a year's text says became of last year's recommendation, "" if it does not."""
    reply = words.part(section, REPLY)
    said = reply.labels.get("Status", "").casefold() if reply else ""
    return said if said in STATUSES else ""


def show_since(page: Page) -> str:
    """Return what has happened since last year; in the first report, what was done in the year."""
    heading = "Siden sidst" if page.earlier_year else "Årets arbejde"
    return f"## {heading}\n\n{require_part(page, page.section, 'Siden sidst')}"


def show_recommendation(page: Page) -> str:
    """Return the section's recommendation."""
    return f"## Anbefaling\n\n{require_part(page, page.section, RECOMMENDATION)}"


# Gathered recommendations, and what became of last year's


def _list_of(page: Page, kind: str) -> list[Section]:
    return [section for section in page.own_words.sections if section.kind == kind]


def _list_recommending(words: Words) -> list[Section]:
    """Return the sections of a year whose recommendation is written, in order."""
    wanted = ((s, words.part(s.id, RECOMMENDATION)) for s in words.sections if s.recommends)
    return [section for section, part in wanted if part and part.body]


def list_by_section(page: Page) -> str:
    """Return the recommendations of section 6."""
    parts = ["## 7.1 Anbefalinger fra afsnit 6"]
    for section in _list_of(page, "indsats"):
        advice = require_part(page, section.id, RECOMMENDATION)
        item = lead_in(f"[{escape(section.heading)}]({section.id}.ipynb)", advice, "\\\n")
        indented = "\n".join(f"  {line}".rstrip() for line in item.splitlines())
        parts.append(f"- {indented.lstrip()}")
    return "\n\n".join(parts)


def list_of_whole(page: Page) -> str:
    """Return the recommendations that look at the year as a whole, with their backgrounds."""
    blocks = []
    for section in _list_of(page, "helhed"):
        advice = lead_in("Anbefaling:", require_part(page, section.id, RECOMMENDATION))
        background = require_part(page, section.id, "Indledning")
        blocks += [f"### {escape(section.heading)}", background, advice]
    return "\n\n".join(["## 7.2 Anbefalinger ud fra året som helhed", *blocks] if blocks else [])


def list_short(page: Page) -> str:
    """Return every recommendation in one line, with a link to its page from the site's root."""
    lines = []
    for section in (*_list_of(page, "indsats"), *_list_of(page, "helhed")):
        name, title = find_page(page, section), escape(section.title)
        link = f"[{title}](report/{page.year.year}/{name}.ipynb)" if name else title
        lines.append(f"- {link}: {make_cell(require_part(page, section.id, RECOMMENDATION))}")
    return "\n".join(lines)


def list_written(page: Page) -> str:
    """Return the recommendations that are written, each in one line; for a page that stands alone.

    Links are their words alone. With no recommendation an empty text.
    """
    lines = []
    for section in _list_recommending(page.own_words):
        advice = LINK.sub(r"\1", make_cell(render_part(page, section.id, RECOMMENDATION)))
        lines.append(f"- **{escape(section.title)}:** {advice}")
    return "\n".join(["## Anbefalinger\n", *lines]) if lines else ""


def link_sections(page: Page) -> str:
    """Return links to the pages of section 6, in order."""
    sections = _list_of(page, "indsats")
    return "\n".join(f"- [{escape(s.heading)}]({s.id}.ipynb)" for s in sections)


def make_recommendations(page: Page) -> Table | None:
    """Return last year's recommendations and what became of them; None in the first report."""
    last, rows = page.earlier_year, []
    for section in _list_recommending(page.words[last]) if last else []:
        advice = make_cell(render_earlier(page, section.id, RECOMMENDATION))
        status = read_status(page.own_words, section.id) or "ikke oplyst"
        rows.append([escape(section.number), advice, status])
    caption = f"Hvad der blev af anbefalingerne i rapport {last}"
    header = ["Afsnit", "Anbefaling", "Status"]
    return Table("anbefalinger", caption, header, rows, "lll") if rows else None


def make_cell(markdown: str) -> str:
    """Return Markdown on one line, fit for a table's cell; a list's items as sentences."""
    return " ".join(ITEM.sub("", markdown).split()).replace("|", "\\|")


# Stories


def list_stories(page: Page) -> str:
    """Return the year's stories that may be told, each with its title as a heading."""
    parts = ["## Årets historier"] if page.own_words.stories else []
    for name in page.own_words.stories:
        text = page.own_words.text(name)
        assert text, "a story to tell is there"
        body = render_text(page, text.parts[0].body, text.place, text.parts[0].line)
        parts.append(f"### {escape(text.title)}\n\n{body}")
    return "\n\n".join(parts)


# The ways on


def link_year(page: Page) -> str:
    """Return links to the pages of the page's own year, seen from its folder."""
    items = [f"- [{title}]({name}.ipynb)" for name, title in page.titles.items() if title]
    documents = ["## Hent rapporten", "", _link_documents(page.year.year)]
    return site_only("\n".join(["## Sider i rapporten", "", *items, "", *documents]))


def link_years(page: Page) -> str:
    """Return links to each year's report there is, newest first, seen from the site's root."""
    lines = ["## Læs og hent rapporterne", ""]
    for year in reversed(page.published):
        read = f"[Læs rapport {year} her på siden](report/{year}/index.ipynb)."
        files = _link_documents(year, f"report/{year}/")
        lines += [f"### Rapport {year}", "", f"{read} {files}", ""]
    return site_only("\n".join(lines))


def _link_documents(year: int, folder: str = "") -> str:
    """Return links to a year's report as documents, and to its numbers."""
    name = f"{folder}{name_document(year)}"
    return (
        f"Hele rapporten: [PDF]({name}.pdf) · [Word]({name}.docx). Tallene: [Excel]({name}.xlsx) · "
        f"[nøgletal som CSV]({name}-noegletal.csv) · [tabeller som CSV]({name}-tabeller.csv) · "
        f"[beskrivelse af CSV-filerne]({folder}datapackage.json)."
    )
