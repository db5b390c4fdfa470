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
    render_part,
    render_text,
    require_part,
    view_earlier,
)

LABELS = {code: label for label, code in STATUSES.items()}
NOT_STATED = "ikke oplyst"
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
ITEM = re.compile(r"^ *(?:[-*+]|\d+[.)]) +", re.MULTILINE)


# A section's own page


def show_introduction(page: Page) -> str:
    """Return the section's introduction."""
    return require_part(page, page.section, "Indledning")


def show_last_summary(page: Page) -> str:
    """Return last year's summary, taken from last year's text; nothing in the first report."""
    summary = _render_last(page, SUMMARY)
    return f"## Sidste årsrapport\n\n{summary}" if summary else ""


def show_last_recommendation(page: Page) -> str:
    """Return last year's recommendation, taken from last year's text, and what became of it."""
    advice = _render_last(page, RECOMMENDATION)
    if not advice:
        return ""
    quoted = "\n".join(f"> {line}".rstrip() for line in advice.splitlines())
    return "\n\n".join(["## Anbefalingen fra sidste årsrapport", quoted, _show_reply(page)])


def _render_last(page: Page, heading: str) -> str:
    return render_part(view_earlier(page), page.section, heading) if page.earlier_year else ""


def _show_reply(page: Page) -> str:
    """Return what became of last year's recommendation: its status, and the words to it."""
    last, section = page.earlier_year, find_section(page, page.section)
    was_advised = last and page.words[last].find_part(section.id, RECOMMENDATION)
    if not was_advised or not section.recommends:
        return ""
    words = render_part(page, page.section, REPLY)
    if not words:
        return mark_gap(page, page.section, REPLY)
    status = read_status(page.own_words, section)
    return lead_in(f"Status: {status}.", words) if status else words


def read_status(words: Words, section: Section) -> str:
    """Return what a year's text says became of last year's recommendation, "" if it does not."""
    text = words.text(section.id)
    reply = text.find(REPLY) if text else None
    said = reply.labels.get("Status", "").casefold() if reply else ""
    return LABELS.get(STATUSES.get(said, ""), "")


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
    return [s for s in words.sections if s.recommends and words.find_part(s.id, RECOMMENDATION)]


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
    whole = _list_of(page, "helhed")
    blocks = ["## 7.2 Anbefalinger ud fra året som helhed"] if whole else []
    for section in whole:
        blocks += [
            f"### {escape(section.heading)}",
            require_part(page, section.id, "Indledning"),
            lead_in("Anbefaling:", require_part(page, section.id, RECOMMENDATION)),
        ]
    return "\n\n".join(blocks)


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
    last = page.earlier_year
    if last is None:
        return None
    then = view_earlier(page)
    rows = [
        [
            escape(section.number),
            make_cell(render_part(then, section.id, RECOMMENDATION)),
            read_status(page.own_words, section) or NOT_STATED,
        ]
        for section in _list_recommending(page.words[last])
    ]
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
