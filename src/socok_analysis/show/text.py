"""The year's words: texts with figures in them, recommendations, stories and links.

Texts are Jinja templates in which a name that does not exist is an error: `{{ tal("jobs.total") }}`
gives 129, `{{ andel("outcomes.sumak.success_wide") }}` 54,4 %, `{{ af(...) }}` 37 af 68,
`{{ tal("jobs.total", 2018) }}` a figure of another year, `{{ ord("network.held") }}` fem,
`{{ antal("enterprises.volunteer", "sted", "steder") }}` a count in the right number,
`{{ navn("sumak") }}` an enterprise's name, `{{ fakta("sumak", "...") }}` a key fact,
`{{ se("6-1-csr") }}` a link, and `{{ paastand("steget", "jobs.total") }}` its word where the
figures bear it out (`show.claims`). A figure that may not be shown reads "et skjult antal".

A text that should be there and is not is a gap. A block has one heading of its level, at its head:
Quarto lists no other.
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
    split_aliases,
)
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.figures.counting import is_whole_year
from socok_analysis.intake.texts import (
    RECOMMENDATION,
    REPLY,
    STATUSES,
    SUMMARY,
    Section,
    pick_section,
)
from socok_analysis.show.claims import make_claim, measure_length
from socok_analysis.show.markdown import Table, escape, lead_in, site_only
from socok_analysis.show.page import Page, Words, name_document
from socok_analysis.show.values import (
    PLAIN_UNITS,
    Form,
    count_nouns,
    format_figure,
    format_fraction,
    format_interval,
    format_rounded,
    format_word,
    join_words,
    name_value,
    show_value,
)

GAP = """::: {{.callout-warning}}
## Tekst mangler

Skriv afsnittet “{part}” i {place}. Den offentlige udgave kan ikke laves, før det er skrevet.
:::"""
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
    year, figures = page.year, page.figures
    completed = figures.get(f"outcomes.{page.partner}.completed")
    reports = [page.by_year[number] for number in (year.year, page.earlier_year) if number]
    jobs = [own["jobs.total"] for own in reports if "jobs.total" in own]

    def shown(form: Form) -> Any:
        return partial(_show_figure, page, form)

    return {
        "tal": shown(format_figure),
        "andel": shown(format_figure),
        "af": shown(format_fraction),
        "rundt": shown(format_rounded),
        "antal": partial(_show_nouns, page),
        "ord": shown(format_word),
        "Ord": shown(lambda figure: format_word(figure).capitalize()),
        "interval": shown(format_interval),
        "navn": lambda enterprise: escape(page.name(enterprise)),
        "findes": lambda name: name in figures,
        "findes_med": lambda part: any(part in name for name in figures),
        "er_intern": page.edition == "internal",
        "vises": lambda name: page.may_show(page.figure(name)),
        "er_et_aar": is_whole_year(year.period_start, year.period_end),
        "har_maal": any(name.startswith("goals.") for name in figures),
        "kendes": lambda name: name in figures and figures[name].value is not None,
        "dato": format_day,
        "aar": year.year,
        "titel": escape(year.title),
        "periode": format_period(year.period_start, year.period_end),
        "opgjort": format_day(year.evaluation_date),
        "partner": page.partner,
        "er_afsluttet": bool(completed and completed.value),
        "kontakt": escape(year.contact),
        "tidligere": page.earlier_year,
        "perioder_er_ens": len(set(map(measure_length, jobs))) == 1,
        "paastand": partial(make_claim, page),
        "fakta": partial(_show_fact, page),
        "fulgt_op": partial(_tell_statuses, page),
        "har_afsnit": lambda wanted: any(s.id == wanted for s in page.own_words.sections),
        "se": partial(link_section, page),
        "overskrift": lambda wanted: escape(find_section(page, wanted).heading),
        "afsnit": page.section,
    }


def _show_figure(page: Page, form: Form, name: str, year: int | None = None) -> str:
    """Return a figure in one of its forms, or in words that it may not be shown; with its name."""
    figure = page.figure(name, year)
    if page.may_show(figure):
        return show_value(page, figure, form)
    return name_value("en skjult andel" if figure.unit == "andel" else "et skjult antal", figure)


def _show_nouns(page: Page, name: str, one: str, many: str, year: int | None = None) -> str:
    """Return a count with what is counted, in the right number: "1 sted", "3 steder"."""
    shown = _show_figure(page, lambda figure: count_nouns(figure, one, many), name, year)
    return shown if page.may_show(page.figure(name, year)) else f"{shown} {many}"


def _tell_statuses(page: Page) -> str:
    """Return how many of last year's recommendations had each status, if any had."""
    named = [(page.figure(f"recommendations.previous.{c}"), words) for words, c in STATUSES.items()]
    return join_words(f"{show_value(page, f)} {words}" for f, words in named if f.value)


def _show_fact(page: Page, owner: str, fact: str) -> str:
    """Return a key fact of a subject by its id; raise UsageError for one that is not there."""
    slug = make_slug(fact)
    for name in (f"facts.{owner}.{slug}", f"facts.persons.{owner}.{slug}"):
        if name in page.figures:
            return show_value(page, page.figures[name])
    known = _list_facts(page)
    if (owner, slug) not in known:
        near = did_you_mean(f"{owner}: {slug}", [": ".join(pair) for pair in known])
        raise UsageError(f"Der er ingen nøgleoplysning “{fact}” om {owner}.{near}")
    return escape(known[owner, slug])


def _list_facts(page: Page) -> dict[tuple[str, str], str]:
    """Return the values of the key facts by (owner's id, slug of the fact)."""
    facts, register = page.read("facts"), page.read("enterprises")
    if facts is None or register is None:
        return {}
    owners: dict[str, str] = {}
    known: dict[tuple[str, str], str] = {}
    columns = ["name", "aliases", "enterprise_id"]
    for name, aliases, enterprise in register[columns].fillna("").to_numpy().tolist():
        owners |= {make_slug(own): enterprise for own in (name, *split_aliases(aliases))}
    columns = ["subject", "fact", "value", "unit"]
    for subject, fact, value, unit in facts[columns].astype(object).to_numpy().tolist():
        owner, is_number = make_slug(subject), value.isdigit() and unit not in PLAIN_UNITS
        told = format_number(int(value)) if is_number else value
        known[owners.get(owner, owner), make_slug(fact)] = told
    return known


def render_earlier(page: Page, name: str, heading: str) -> str:
    """Return a part of a text of the report before, with that report's figures, if there is one."""
    if page.earlier_year is None:
        return ""
    evidence = page.evidence.earlier if page.evidence else None
    year = page.words[page.earlier_year].year
    return render_part(replace(page, year=year, evidence=evidence), name, heading)


def render_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text with its figures filled in, "" where there is none."""
    part, place = page.own_words.part(name, heading), page.own_words.place(name)
    return render_text(page, part.body, place, part.line) if part else ""


def render_file(page: Page, name: str) -> str:
    """Return a year's whole text with its figures filled in, "" where there is none."""
    words = page.own_words
    return render_text(page, words.texts[name], words.place(name)) if name in words.texts else ""


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
    """Return a link to a section, "afsnit 6.5"; only its number where it has no page."""
    section = find_section(page, wanted)
    name, target = f"afsnit\u00a0{escape(section.number)}", find_page(page, section)
    return f"[{name}]({target}.ipynb)" if target else name


def find_page(page: Page, section: Section) -> str:
    """Return the name of the page a section is on, "" where the project has none for it."""
    if section.kind == "indsats":
        return section.id
    name = "anbefalinger" if section.kind == "helhed" else section.id
    return name if name in page.notebooks else ""


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
    reply = render_part(page, section, REPLY)
    status = read_status(page.own_words, section)
    if not find_section(page, section).recommends:
        reply = ""
    elif not reply:
        reply = mark_gap(page, section, REPLY)
    elif status:
        reply = lead_in(f"Status: {status}.", reply)
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
    """Return the written recommendations in one line each, without links, for a page alone."""
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


def list_stories(page: Page) -> str:
    """Return the year's stories that may be told, each with its title as a heading."""
    parts = ["## Årets historier"] if page.own_words.stories else []
    for name in page.own_words.stories:
        text = page.own_words.text(name)
        assert text, "a story to tell is there"
        body = render_text(page, text.parts[0].body, text.place, text.parts[0].line)
        parts.append(f"### {escape(text.title)}\n\n{body}")
    return "\n\n".join(parts)


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
