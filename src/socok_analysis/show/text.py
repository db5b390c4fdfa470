"""The year's words: texts with figures in them, recommendations, stories and links.

Texts are Jinja templates in which a name that does not exist is an error: `{{ tal("jobs.total") }}`
gives 129, `{{ andel("outcomes.sumak.success_wide") }}` 54,4 %, `{{ af(...) }}` 37 af 68,
`{{ tal("jobs.total", 2018) }}` a figure of another year, `{{ ord("network.held") }}` fem,
`{{ navn("sumak") }}` an enterprise's name, `{{ fakta("sumak", "...") }}` a key fact,
`{{ se("6-1-csr") }}` a link, and `{{ paastand("steget", "jobs.total") }}` its word where the
figures bear it out (`show.claims`). `{% if findes("...") %}` tells whether the edition tells it.

A text that should be there and is not is a gap. A block has one heading, at its head: Quarto
lists no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from traceback import walk_tb
from typing import Any

from socok_analysis.core.danish import (
    did_you_mean,
    format_day,
    format_number,
    format_period,
    make_slug,
)
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.figures.measure import list_facts
from socok_analysis.intake.texts import (
    RECOMMENDATION,
    REPLY,
    SUMMARY,
    Section,
    pick_section,
    read_stories,
)
from socok_analysis.show.claims import make_claim
from socok_analysis.show.markdown import PLAIN_UNITS, Table, escape, lead_in, show_value, site_only
from socok_analysis.show.page import Page, name_document

GAP = """::: {{.callout-warning}}
## Tekst mangler

Skriv afsnittet “{part}” i {place}. Den offentlige udgave kan ikke laves, før det er skrevet.
:::"""
ANCHOR = "afsnit-"
END = re.compile(r"(?<=\.) (?=[A-ZÆØÅ])")
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
ITEM = re.compile(r"^ *(?:[-*+]|\d+[.)]) +", re.MULTILINE)


def render_text(page: Page, template: str, place: str = "", line: int = 1) -> str:
    """Return a template filled in; raise DataError naming what does not exist.

    `place` is the file the template is from and `line` the line it starts on: the error names both.
    """
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    def where(number: int) -> str:
        at = line + number - 1
        return f"{place} linje {at}: " if place else f"Linje {at}: "

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(**_list_names(page))
    except TemplateSyntaxError as error:
        said = f"Teksten kan ikke udfyldes: {error.message}"
        raise DataError(f"{where(error.lineno)}{said}") from error
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        said = f"Teksten kan ikke udfyldes: {error}"
        raise DataError(f"{where(_find_line(error))}{said}") from error
    except (DataError, UsageError) as error:
        if not place:
            raise
        raise DataError(f"{where(_find_line(error))}{error}") from error
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _find_line(error: BaseException) -> int:
    """Return the line of a template that raised an error."""
    frames = walk_tb(error.__traceback__)
    lines = [at for frame, at in frames if frame.f_code.co_filename == "<template>"]
    return lines[-1] if lines else 1


def _list_names(page: Page) -> Mapping[str, Any]:
    """Return what a text may use."""
    year = page.year

    def show(form: str, name: str, year: int | None = None) -> str:
        return show_value(page.figure(name, year), form)

    return {
        "tal": partial(show, ""),
        "andel": partial(show, ""),
        **{form: partial(show, form) for form in ("af", "rundt", "ord", "Ord")},
        "navn": lambda enterprise: escape(page.name(enterprise)),
        "findes": lambda name, year=None: page.find(name, year) is not None,
        "hvorfor": page.why,
        "aar": year.year,
        "titel": escape(year.title),
        "periode": format_period(year.period_start, year.period_end),
        "opgjort": format_day(year.evaluation_date),
        "partner": page.partner,
        "kontakt": escape(year.contact),
        "paastand": partial(make_claim, page),
        "fakta": partial(_show_fact, page),
        "se": partial(link_section, page),
        "overskrift": lambda wanted: escape(find_section(page, wanted).title),
        "afsnit": page.section,
    }


def _show_fact(page: Page, owner: str, fact: str) -> str:
    """Return a key fact of a subject by its id; raise UsageError for one that is not there."""
    slug = make_slug(fact)
    for name in (f"facts.{owner}.{slug}", f"facts.persons.{owner}.{slug}"):
        if page.find(name) or page.why(name):
            return show_value(page.figure(name))
    tables = page.evidence.tables if page.evidence else {}
    known = {f"{each.owner}: {make_slug(each.fact)}": each for each in list_facts(tables)}
    wanted = f"{owner}: {slug}"
    if wanted not in known:
        near = did_you_mean(wanted, known)
        raise UsageError(f"Der er ingen nøgleoplysning “{fact}” om {owner}.{near}")
    found = known[wanted]
    is_number = found.value.isdigit() and found.unit not in PLAIN_UNITS
    return escape(format_number(int(found.value)) if is_number else found.value)


def render_earlier(page: Page, name: str) -> str:
    """Return what the report before recommended in a section, with that report's figures."""
    if page.earlier_year is None:
        return ""
    evidence = page.evidence.earlier if page.evidence else None
    year = evidence.year if evidence else replace(page.year, year=page.earlier_year)
    return render_part(replace(page, year=year, evidence=evidence), name, RECOMMENDATION)


def render_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text with its figures filled in, "" where there is none."""
    part, place = page.own_words.part(name, heading), page.own_words.place(name)
    return render_text(page, part.body, place, part.line) if part else ""


def render_file(page: Page, name: str) -> str:
    """Return a year's whole text with its figures filled in, "" where there is none."""
    words = page.own_words
    return render_text(page, words.read(name), words.place(name)) if name in words.paths else ""


def require_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text; where the year's sections ask for it and it is not, a gap."""
    shown = render_part(page, name, heading)
    ids = {name, name.partition("/")[0] + "/*"}
    is_wanted = any(s.id in ids and heading in s.parts for s in page.own_words.sections)
    return mark_gap(page, name, heading) if is_wanted and not shown else shown


def mark_gap(page: Page, name: str, heading: str) -> str:
    """Return a gap in the texts marked as one; raise DataError for it in the public edition."""
    place = page.own_words.place(name)
    if page.edition == "public":
        raise DataError(f"Afsnittet “{heading}” i {place} er ikke skrevet.")
    return GAP.format(part=escape(heading), place=escape(place))


def find_section(page: Page, wanted: str) -> Section:
    """Return a section of the page's year; raise UsageError with the nearest for a wrong id."""
    return pick_section(page.own_words.sections, wanted)


def link_section(page: Page, wanted: str) -> str:
    """Return a link to a section by its title; only the title where it has no page."""
    section = find_section(page, wanted)
    name = section.page or section.id
    if name not in page.titles:
        return escape(section.title)
    anchor = f"#{ANCHOR}{section.id}" if section.kind in ("indsats", "helhed") else ""
    return f"[{escape(section.title)}]({name}.ipynb{anchor})"


def list_points(page: Page, name: str) -> list[Section]:
    """Return the points of section 6 that stand on a page, in order."""
    return [s for s in _list_of(page, "indsats") if (s.page or s.id) == name]


def show_point(page: Page, name: str) -> str:
    """Return a point of section 6: this year in a sentence, what it is about, last year's advice
    and what became of it, and what has happened since.

    A point that stands on a page with a message of its own has no sentence in front.
    """
    section, last = find_section(page, name), page.earlier_year
    lead = END.split(flatten(render_part(page, name, SUMMARY)))[0]
    since, advice = (require_part(page, name, "Siden sidst"), render_earlier(page, name))
    if advice:
        reply, status = render_part(page, name, REPLY), page.own_words.status(name)
        if section.recommends and not (reply or status):
            reply = mark_gap(page, name, REPLY)
        told = lead_in(f"Status: {status}.", reply) if status else reply
        advice = lead_in(f"Rapport {last}.", f"{flatten(advice)} {told}".rstrip())
    parts = (
        f"## {escape(section.heading)} {{#{ANCHOR}{name}}}",
        f"**{lead}**" if lead and page.section else "",
        require_part(page, name, "Indledning"),
        advice,
        lead_in("Siden sidst.", since) if last and since else since,
    )
    return "\n\n".join(filter(None, parts))


def show_advice(page: Page, name: str) -> str:
    """Return a point's recommendation, as a callout."""
    advice = require_part(page, name, RECOMMENDATION)
    return f"::: {{.callout-tip}}\n## Anbefaling\n\n{advice}\n:::" if advice else ""


def _list_of(page: Page, *kinds: str) -> list[Section]:
    return [section for section in page.own_words.sections if section.kind in kinds]


def tell_advice(page: Page) -> str:
    """Return the recommendations of section 6, each below a link to its point."""
    items = []
    for section in _list_of(page, "indsats"):
        advice = require_part(page, section.id, RECOMMENDATION)
        number = f"{escape(section.number)} " if section.number else ""
        items.append(lead_in(f"{number}{link_section(page, section.id)}.", advice))
    return "\n\n".join(items)


def tell_whole(page: Page) -> list[str]:
    """Return the recommendations that look at the year as a whole, with their backgrounds."""
    blocks = []
    for section in _list_of(page, "helhed"):
        head = f"### {escape(section.title)} {{#{ANCHOR}{section.id}}}"
        parts = (require_part(page, section.id, part) for part in ("Indledning", RECOMMENDATION))
        blocks.append("\n\n".join([head, *parts]))
    return blocks


def tell_headings(page: Page) -> str:
    """Return the headings of the recommendations as links to them."""
    links = (link_section(page, s.id) for s in _list_of(page, "helhed", "indsats") if s.recommends)
    return "\n".join(f"- {link}" for link in links)


def tell_written(page: Page) -> str:
    """Return the written recommendations in one line each, without links, for a page alone."""
    lines = []
    for section in page.own_words.list_recommending():
        advice = LINK.sub(r"\1", flatten(render_part(page, section.id, RECOMMENDATION)))
        lines.append(f"- **{escape(section.title)}:** {advice}")
    return "\n".join(["## Anbefalinger\n", *lines]) if lines else ""


def make_recommendations(page: Page) -> Table:
    """Return last year's recommendations and what became of them; no rows in the first report."""
    last, rows = page.earlier_year, []
    for section in page.words[last].list_recommending() if last else []:
        advice = flatten(render_earlier(page, section.id))
        status = page.own_words.status(section.id) or "ikke oplyst"
        rows.append([escape(section.heading), advice, status])
    caption = f"Anbefalingerne i rapport {last}, og hvad der blev af dem"
    return Table("anbefalinger", caption, ["Punkt", "Anbefaling", "Status"], rows, "lll")


def flatten(markdown: str) -> str:
    """Return Markdown on one line, fit for a table's cell; a list's items as sentences."""
    return " ".join(ITEM.sub("", markdown).split()).replace("|", "\\|")


def tell_stories(page: Page) -> list[str]:
    """Return the year's stories that may be told, each with its title as a heading."""
    blocks = []
    names = read_stories(page.own_words)[0]
    for text in filter(None, map(page.own_words.text, names)):
        body = render_text(page, text.parts[0].body, text.place, text.parts[0].line)
        blocks.append(f"### {escape(text.title)}\n\n{body}")
    return blocks


def tell_year_links(page: Page) -> str:
    """Return links to the documents of the page's own year, seen from its folder."""
    return site_only(_link_documents(page.year.year))


def tell_years_links(page: Page) -> str:
    """Return links to each year's report there is, newest first, seen from the site's root."""
    lines = []
    for year in reversed(page.published):
        read = f"[Læs hele rapport {year} her på siden](report/{year}/index.ipynb). "
        told = _link_documents(year, f"report/{year}/", read)
        sources = f"[Kilder og definitioner](report/{year}/kilder.ipynb)."
        lines += [f"### Rapport {year}", "", f"{told} {sources}"]
    return site_only("\n\n".join(lines))


def _link_documents(year: int, folder: str = "", read: str = "") -> str:
    """Return links to a year's report as documents, the one-page brief first, and its numbers."""
    name = f"{folder}{name_document(year)}"
    return (
        f"[Rapporten på én side]({name}-kort.pdf) ([Word]({name}-kort.docx)). {read}"
        f"Hele rapporten: [PDF]({name}.pdf) · [Word]({name}.docx). Tallene: [Excel]({name}.xlsx) · "
        f"[CSV]({name}-noegletal.csv) og [beskrivelse af CSV-filen]({folder}datapackage.json)."
    )
