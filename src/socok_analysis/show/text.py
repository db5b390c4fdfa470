"""The year's words: texts with figures in them, claims that are checked, advice and links.

Texts are Jinja templates in which a name that does not exist is an error; `docs/tekster.md` has
them. `{{ paastand("steget", "jobs.total_per_12_months") }}` gives "steget" where this year's figure
is above last year's, and stops the build where it is not. `claims.csv` has the words by what they
claim: a change (against the year before or another figure), a share, what is most, a goal met.

A text that should be there and is not is a gap. A block has one heading, at its head, for Quarto.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, partial
from traceback import walk_tb
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from socok_analysis.core.danish import did_you_mean, format_day, format_number, make_slug
from socok_analysis.core.lists import read_declaration
from socok_analysis.core.problems import DataError, Problem, UsageError
from socok_analysis.figures.figure import Figure, count_months
from socok_analysis.figures.measure import Fact
from socok_analysis.intake import texts as written
from socok_analysis.intake.maps import Code
from socok_analysis.show import markdown as md
from socok_analysis.show.page import Page, Sentences, name_document

ANCHOR = "afsnit-"
END = re.compile(r"(?<=\.) (?=[A-ZÆØÅ])")
LINK = re.compile(r"\[([^\]]*)\]\([^)\s]*\)")
ITEM = re.compile(r"^ *(?:[-*+]|\d+[.)]) +", re.MULTILINE)
OPEN = re.compile(rf"(?<=[^\s.,:;!?])(?=\s+{ITEM.pattern})", re.MULTILINE)  # no stop before an item
DAY = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")
SENTENCE = re.compile(r"[^.!?\n]+(?:\n(?!\s*\n)[^.!?\n]+)*")
OURS, EQUAL = (DataError, UsageError), "equal"
OF_A_DAY = ("enterprises.total", "enterprises.registered", "enterprises.volunteer")


def render_text(page: Page, template: str, place: str = "", line: int = 1) -> str:
    """Return a template filled in; raise DataError naming what does not exist, file and line."""
    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(**_list_names(page))
    except (*OURS, TemplateError, ArithmeticError, TypeError, ValueError) as error:
        is_ours = isinstance(error, OURS)
        if is_ours and not place:
            raise
        frames = walk_tb(error.__traceback__)
        lines = [at for frame, at in frames if frame.f_code.co_filename == "<template>"]
        at = line - 1 + (getattr(error, "lineno", 0) or (lines or [1])[-1])
        told = str(getattr(error, "message", error))
        told = told if is_ours else f"Teksten kan ikke udfyldes: {told}"
        raise DataError(f"{f'{place} linje' if place else 'Linje'} {at}: {told}") from error
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _list_names(page: Page) -> Mapping[str, Any]:
    def show(form: str, name: str, year: int | None = None) -> str:
        return md.show_value(page.figure(name, year), form)

    pick = partial(written.pick_section, page.own_words.sections)
    return {
        **dict.fromkeys(("tal", "andel"), partial(show, "")),
        **{form: partial(show, form) for form in ("af", "rundt", "ord", "Ord")},
        "navn": lambda enterprise: md.escape(page.name(enterprise)),
        "findes": lambda name, year=None: page.find(name, year) is not None,
        "hvorfor": page.why,
        "aar": page.year.year,
        "titel": md.escape(page.year.title),
        **page.days,
        "partner": page.partner,
        "kontakt": md.escape(page.year.contact),
        "paastand": partial(make_claim, page),
        "fakta": partial(_find_fact, page),
        "se": partial(link_section, page),
        "overskrift": lambda wanted: md.escape(pick(wanted).title),
        "afsnit": page.section,
    }


def _find_fact(page: Page, owner: str, fact: str) -> str:
    """Return a key fact of a subject by its id; raise UsageError for one that is not there."""
    wanted, facts = f"{owner}: {make_slug(fact)}", page.facts
    if wanted not in facts:
        near = did_you_mean(wanted, facts)
        raise UsageError(f"Der er ingen nøgleoplysning “{fact}” om {owner}.{near}")
    found = facts[wanted]
    return show_fact(page, found) or md.show_value(page.figure(found.figure))


def show_fact(page: Page, fact: Fact) -> str:
    """Return a fact's value, its figure's or as stated; "" where the edition does not tell it."""
    if fact.number is not None and page.why(fact.figure):
        return ""
    figure = page.find(fact.figure) if fact.number is not None else None
    is_number = fact.value.isdigit() and fact.unit not in md.PLAIN_UNITS
    stated = format_number(int(fact.value)) if is_number else fact.value
    return md.show_value(figure) if figure else show_stated(stated)


def show_stated(value: str) -> str:
    """Return a stated value as text; a date in words."""
    if match := DAY.fullmatch(value):
        day, month, year = map(int, match.groups())
        return format_day(date(year, month, day))
    return md.escape(value)


# Claims


@cache
def read_words() -> dict[str, Mapping[str, str]]:
    """Return the claiming words, each with its kind and its bounds."""
    return {row["word"]: row for row in read_declaration("show/claims.csv")}


def list_linted() -> list[str]:
    """Return the words that may not stand bare in a text."""
    return [word for word, row in read_words().items() if row["lint"] == "ja"]


def lint_few(
    source: str, place: str, codes: Iterable[Code], hidden: Mapping[int, Sequence[str]]
) -> Iterator[Problem]:
    """Yield sentences in which a number in words stands with a sensitive reason for exit, or with
    what a protected number of that size is called (`hidden` has the labels by their numbers).

    Numbers in digits are faults everywhere; that a few people went to prison is told by words too.
    """
    sensitive = [re.escape(c.label) for c in codes if c.extra.get("sensitive")]
    few = re.compile(rf"\b({'|'.join(md.NUMBER_WORDS)}|ét)\b", re.IGNORECASE)
    for match in SENTENCE.finditer(source):
        for number in few.finditer(match[0]):
            value = md.NUMBER_WORDS.index(number[0].casefold().replace("ét", "én"))
            stems = re.findall(r"\b\w{6}", " ".join(hidden.get(value, ())))
            named = re.search("|".join([*sensitive, *stems]) or "(?!)", match[0], re.IGNORECASE)
            if named:
                start = match.start() + min(number.start(), named.start())
                line = f"{place} linje {source.count(chr(10), 0, start) + 1}"
                is_held = any(named[0].casefold() == stem.casefold() for stem in stems)
                why = "som et beskyttet tal handler om" if is_held else "der er en følsom årsag"
                told = f"“{number[0]}” står i samme sætning som “{named[0]}”, {why}."
                advice = "Fjern tallet, eller fortæl om årsagerne samlet: så få må ikke kendes."
                yield Problem("error", "text.few", told, file=line, advice=advice)
                break


def make_claim(
    page: Page, text: str, name: str, mod: str = "", blandt: str = "", af: str = ""
) -> str:
    """Return a claim's word where the figures bear it out; raise DataError where they do not.

    `mod` is another figure to hold it against, `blandt` a pattern of names, `af` their whole.
    """
    words, known = read_words(), " ".join(text.casefold().split())
    if known not in words:
        raise UsageError(f"“{text}” er ikke en kendt påstand.{did_you_mean(known, words)}")
    word = words[known]
    is_goal = word["kind"] in ("met", "unmet")
    figure, others = page.figure(f"{name}.met" if is_goal else name), list[Figure]()
    if is_goal:
        fault = "" if figure.value is (word["kind"] == "met") else _tell(figure)
    elif word["kind"] == "share":
        fault = _check_share(word, figure)
    elif word["kind"] in ("most", "least"):
        others = [page.figure(af)] if af else []
        told = [each for each in page.tell(page.match(blandt)) if each.figure != name]
        names = [each for each in page.match(blandt) if each != name]
        fault = _check_rank(word, figure, told, others, all(map(page.find, names)))
        others += told
    else:
        year = page.year.year if mod else page.earlier_year
        if year is None:
            raise DataError(f"Der er ingen tidligere rapport at sammenligne {name} med.")
        others = [page.figure(mod or name, year)]
        fault = _check_change(word, figure, others[0], _explain_break(page, figure, others[0]))
    if fault:
        raise DataError(f"Påstanden “{text}” holder ikke: {fault}.")
    return md.name_value(text, figure, *others)


def _tell(*figures: Figure) -> str:
    names = [f"{f.figure} ({f.label})" if f.label else f.figure for f in figures]
    values = [f"er {md.format_figure(f)} i rapport {f.year}" for f in figures]
    return ", og ".join(map(" ".join, zip(names, values, strict=True)))


def _fits(word: Mapping[str, str], ratio: float) -> bool:
    return float(word["above"] or "-inf") < ratio < float(word["below"] or "inf")


def _check_share(word: Mapping[str, str], figure: Figure) -> str:
    """Return why a rate is not as large as the word says."""
    share, whole = figure.value, figure.denominator
    if figure.unit != "andel":
        share = (figure.numerator or 0) / whole if whole else None
    if share is None:
        return f"{figure.figure} er ingen andel, eller den er ikke opgjort"
    is_right = share == 1 if word["above"] == EQUAL else _fits(word, share)
    return "" if is_right else _tell(figure)


def _check_change(word: Mapping[str, str], this: Figure, other: Figure, broken: str) -> str:
    """Return why a change, or a ratio to another figure, is not as the word says."""
    if word["kind"] == "incomparable":
        return "" if broken else f"{_tell(this, other)}, kan godt sammenlignes"
    now, then = float(this.value or 0), float(other.value or 0)
    is_same = md.format_figure(this) == md.format_figure(other)
    ratio = now / then if then else float("inf") if now else 1.0
    is_right = is_same if word["above"] == EQUAL else _fits(word, ratio) and not is_same
    return broken or ("" if is_right else _tell(this, other))


def _check_rank(
    word: Mapping[str, str], this: Figure, told: list[Figure], whole: list[Figure], is_all: bool
) -> str:
    """Return why a figure is not the largest, or the smallest, by what readers see.

    What is not told is together the whole less what is; where that is less than the figure, so
    is each part of it. Elsewhere the word would disclose something.
    """
    if is_all and not told:
        raise UsageError(f'Skriv hvilke nøgletal {this.figure} er blandt: blandt="jobs.type.*".')
    if unknown := [each for each in (this, *told, *whole) if each.value is None]:
        return f"{unknown[0].figure} er ikke opgjort"
    value, *values = (float(each.value or 0) for each in (this, *told))
    for rival, other in zip(told, values, strict=True):
        if other >= value if word["kind"] == "most" else other <= value:
            return _tell(this, rival)
    rest = float(whole[0].value or 0) - value - sum(values) if whole else float("inf")
    if is_all or (word["kind"] == "most" and rest < value):
        return ""
    return f'det kan ikke ses af de tal, der er med. Skriv helheden: af="{this.figure}"'


def _explain_break(page: Page, this: Figure, other: Figure) -> str:
    """Return why two figures may not be compared; two counts since the same day may."""
    lengths = [measure_length(figure) or 0 for figure in (this, other)]
    is_longer = all(lengths) and lengths[0] != lengths[1]
    broken = page.find_break(this.figure, *sorted((this.year, other.year))).rstrip(".")
    whys = {
        "er ikke opgjort i begge tilfælde": None in (this.value, other.value),
        f"er målt i {this.unit}, {other.figure} i {other.unit}": this.unit != other.unit,
        f"kan ikke sammenlignes over tid: {broken}": broken,
        "er ikke defineret ens i de to rapporter": this.figure == other.figure
        and this.definition != other.definition,
        f"er talt over {lengths[0]:g} måneder, det andet tal over {lengths[1]:g}. Brug et tal "
        "omregnet til tolv måneder, fx jobs.total_per_12_months": is_longer
        and this.period_start != other.period_start,
    }
    return next((f"{this.figure} {why}" for why, is_so in whys.items() if is_so), "")


def measure_length(figure: Figure) -> float | None:
    """Return the months a count was made over, None for what is no count over a period."""
    is_rate = figure.unit in ("andel", "antal pr. år") or figure.figure in OF_A_DAY
    if is_rate or figure.period_start is None or figure.period_end is None:
        return None
    return count_months(figure.period_start, figure.period_end)


# Parts of the year's texts


def render_part(page: Page, name: str, heading: str = "") -> str:
    """Return a year's text, or a part of it, with its figures filled in; "" where there is none."""
    words, place = page.own_words, page.own_words.place(name)
    if not heading:
        return render_text(page, words.read(name), place) if name in words.paths else ""
    part = words.text(name).find(heading)
    return render_text(page, part.body, place, part.line) if part else ""


def render_earlier(page: Page, name: str) -> str:
    """Return what the report before recommended in a section, with that report's figures."""
    if page.earlier_year is None:
        return ""
    evidence = page.evidence.earlier if page.evidence else None
    year = evidence.year if evidence else replace(page.year, year=page.earlier_year)
    return render_part(replace(page, year=year, evidence=evidence), name, written.RECOMMENDATION)


def require_part(page: Page, name: str, heading: str = "") -> str:
    """Return the same; where the year's sections ask for a part and it is not there, a gap."""
    shown = render_part(page, name, heading)
    ids, sections = {name, name.partition("/")[0] + "/*"}, page.own_words.sections
    is_wanted = any(section.id in ids and heading in section.parts for section in sections)
    return mark_gap(page, name, heading) if is_wanted and not shown else shown


def mark_gap(page: Page, name: str, heading: str) -> str:
    """Return a gap in the texts marked as one; raise DataError for it in the public edition."""
    place = page.own_words.place(name)
    if page.edition == "public":
        raise DataError(f"Afsnittet “{heading}” i {place} er ikke skrevet.")
    told = f"Skriv afsnittet “{md.escape(heading)}” i {md.escape(place)}. Den offentlige udgave kan"
    told += " ikke laves, før det er skrevet."
    return f"::: {{.callout-warning}}\n## Tekst mangler\n\n{told}\n:::"


def flatten(markdown: str) -> str:
    """Return Markdown on one line, fit for a table's cell; commas part a list's open items."""
    return " ".join(ITEM.sub("", OPEN.sub(",", markdown)).split()).replace("|", "\\|")


def link_section(page: Page, wanted: str) -> str:
    """Return a link to a section by its title; only the title where it has no page."""
    section = written.pick_section(page.own_words.sections, wanted)
    name = section.page or section.id
    if name not in page.pages:
        return md.escape(section.title)
    anchor = f"#{ANCHOR}{section.id}" if section.kind in ("indsats", "helhed") else ""
    return f"[{md.escape(section.title)}]({name}.ipynb{anchor})"


def list_points(page: Page, name: str = "") -> list[written.Section]:
    """Return the points of section 6 in order, of all pages or one."""
    points = [each for each in page.own_words.sections if each.kind == "indsats"]
    return [each for each in points if not name or (each.page or each.id) == name]


def show_point(page: Page, section: written.Section) -> tuple[str, str]:
    """Return a point of section 6, and its advice as a callout: this year in a sentence (on a page
    without a message of its own), what it is about, last year's advice, and what has happened.
    """
    name, last = section.id, page.earlier_year
    lead = END.split(flatten(render_part(page, name, written.SUMMARY)))[0]
    since, before = (require_part(page, name, "Siden sidst"), render_earlier(page, name))
    if before:
        reply, status = render_part(page, name, written.REPLY), page.own_words.status(name)
        if section.recommends and not (reply or status):
            reply = mark_gap(page, name, written.REPLY)
        told = md.lead_in(f"Status: {status}.", reply) if status else reply
        before = md.lead_in(f"Rapport {last}.", f"{flatten(before)} {told}".rstrip())
    parts = (
        f"## {md.escape(section.heading)} {{#{ANCHOR}{name}}}",
        f"**{lead}**" if lead and page.section else "",
        require_part(page, name, "Indledning"),
        before,
        md.lead_in("Siden sidst.", since) if last and since else since,
    )
    advice = require_part(page, name, written.RECOMMENDATION)
    callout = f"::: {{.callout-tip}}\n## Anbefaling\n\n{advice}\n:::" if advice else ""
    return "\n\n".join(filter(None, parts)), callout


def _tell_advice(page: Page) -> str:
    items = []
    for section in list_points(page):
        advice = require_part(page, section.id, written.RECOMMENDATION)
        number = f"{md.escape(section.number)} " if section.number else ""
        items.append(md.lead_in(f"{number}{link_section(page, section.id)}.", advice))
    return "\n\n".join(items)


def _tell_whole(page: Page) -> list[str]:
    """Return the recommendations that look at the year as a whole, with their backgrounds."""
    blocks = []
    for section in (each for each in page.own_words.sections if each.kind == "helhed"):
        head = f"### {md.escape(section.title)} {{#{ANCHOR}{section.id}}}"
        parts = ("Indledning", written.RECOMMENDATION)
        blocks.append("\n\n".join([head, *(require_part(page, section.id, p) for p in parts)]))
    return blocks


def _tell_written(page: Page) -> str:
    """Return the written recommendations in one line each, without links, for a page alone."""
    lines = []
    for section in page.own_words.list_recommending():
        advice = LINK.sub(r"\1", flatten(render_part(page, section.id, written.RECOMMENDATION)))
        lines.append(f"- **{md.escape(section.title)}:** {advice}")
    return "\n".join(["## Anbefalinger\n", *lines]) if lines else ""


def _make_recommendations(page: Page) -> md.Table:
    last, rows = page.earlier_year, []
    for section in page.words[last].list_recommending() if last else []:
        advice = flatten(render_earlier(page, section.id))
        status = page.own_words.status(section.id) or "ikke oplyst"
        rows.append([md.escape(section.heading), advice, status])
    caption = f"Anbefalingerne i rapport {last}, og hvad der blev af dem"
    note = "Hvert år følges der op på anbefalingerne fra året før."
    return md.Table("anbefalinger", caption, "Punkt|Anbefaling|Status", rows, note)


def _tell_stories(page: Page) -> list[str]:
    blocks, names = [], written.read_stories(page.own_words)[0]
    for text in filter(None, map(page.own_words.text, names)):
        body = render_text(page, text.parts[0].body, text.place, text.parts[0].line)
        blocks.append(f"### {md.escape(text.title)}\n\n{body}")
    return blocks


def _tell_years_links(page: Page) -> str:
    lines = []
    for year in reversed(page.published):
        read = f"[Læs hele rapport {year} her på siden](report/{year}/index.ipynb). "
        told = _link_documents(year, f"report/{year}/", read)
        sources = f"[Kilder og definitioner](report/{year}/kilder.ipynb)."
        lines += [f"### Rapport {year}", "", f"{told} {sources}"]
    return md.site_only("\n\n".join(lines))


def _link_documents(year: int, folder: str = "", read: str = "") -> str:
    """Return links to a year's documents, the one-page brief first, seen from the year's folder."""
    name = f"{folder}{name_document(year)}"
    return (
        f"[Rapporten på én side]({name}-kort.pdf) ([Word]({name}-kort.docx)). {read}"
        f"Hele rapporten: [PDF]({name}.pdf) · [Word]({name}.docx). Tallene: [Excel]({name}.xlsx) · "
        f"[CSV]({name}-noegletal.csv) og [beskrivelse af CSV-filen]({folder}datapackage.json)."
    )


SENTENCES: Sentences = {
    "advice": _tell_advice,
    "whole": _tell_whole,
    "headings": lambda page: "\n".join(
        f"- {link_section(page, each.id)}" for each in page.own_words.sections if each.recommends
    ),
    "written": _tell_written,
    "stories": _tell_stories,
    "year_links": lambda page: md.site_only(_link_documents(page.year.year)),
    "years_links": _tell_years_links,
}
TABLES = {"recommendations": _make_recommendations}
