"""Text with figures in it: Jinja templates in which a name that does not exist is an error.

`{{ tal("jobs.total") }}` gives 129, `{{ andel("outcomes.sumak.success_wide") }}` gives 54,4 %,
`{{ af(...) }}` gives 37 af 68, `{{ navn("sumak") }}` the enterprise's name. A figure of another
year: `{{ tal("jobs.total", 2018) }}`. In words: `{{ ord("network.held") }}` gives fem.
A figure that may not be shown reads "et skjult antal" or "en skjult andel".
`{{ paastand("steget", "jobs.total_per_12_months") }}` gives its word where the figures bear it
out (`show.claims`), `{{ fakta("sumak", "...") }}` a key fact, `{{ se("6-1-csr") }}` a link.
`{{ antal("enterprises.volunteer", "frivilligt sted", "frivillige steder") }}` has the right number.

The year's own texts are filled in the same way; one that should be there and is not is a gap.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
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
from socok_analysis.intake.texts import STATUSES, Section, pick_section
from socok_analysis.show.claims import make_claim, measure_length
from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
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


def render_text(page: Page, template: str, place: str = "", line: int = 1) -> str:
    """Return a template filled in; raise DataError naming what does not exist.

    `place` is the file the template is from and `line` the line it starts on: the error names both.
    """
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    def where(number: int) -> str:
        return f"{place} linje {number}: " if place else f"Linje {number}: "

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(**_list_names(page))
    except TemplateSyntaxError as error:
        at = where(line + error.lineno - 1)
        raise DataError(f"{at}Teksten kan ikke udfyldes: {error.message}") from error
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        at = where(_find_line(error, line))
        raise DataError(f"{at}Teksten kan ikke udfyldes: {error}") from error
    except (DataError, UsageError) as error:
        if not place:
            raise
        raise DataError(f"{where(_find_line(error, line))}{error}") from error
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _find_line(error: BaseException, first: int) -> int:
    """Return the line of the file on which a template raised an error."""
    trace, line = error.__traceback__, 1
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return first + line - 1


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
    """Return how many of last year's recommendations had each status: "7 fulgt og 3 delvist fulgt".

    A status no recommendation has is not told.
    """
    named = [(page.figure(f"recommendations.previous.{c}"), words) for words, c in STATUSES.items()]
    return join_words(
        f"{show_value(page, figure)} {words}" for figure, words in named if figure.value
    )


def _show_fact(page: Page, owner: str, fact: str) -> str:
    """Return a key fact of an enterprise or another subject (both by id), as the export tells it.

    Facts that are figures carry their name; raise UsageError for one that is not there.
    """
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
    names = register[["name", "aliases", "enterprise_id"]].fillna("").to_numpy().tolist()
    owners = {
        make_slug(spelling): enterprise
        for name, aliases, enterprise in names
        for spelling in (name, *split_aliases(aliases))
    }
    known = {}
    rows = facts[["subject", "fact", "value", "unit"]].astype(object).to_numpy().tolist()
    for subject, fact, value, unit in rows:
        owner = make_slug(subject)
        is_number = value.isdigit() and unit not in PLAIN_UNITS
        told = format_number(int(value)) if is_number else value
        known[owners.get(owner, owner), make_slug(fact)] = told
    return known


# The year's own texts, and the sections they belong to


def view_earlier(page: Page) -> Page:
    """Return the page as it would be in the report before: its texts, its tables, its figures."""
    number = page.earlier_year
    assert number is not None, "there is a report before this one"
    evidence = page.evidence.earlier if page.evidence else None
    return replace(page, year=page.words[number].year, evidence=evidence)


def render_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text with its figures filled in, "" where there is none."""
    text = page.own_words.text(name)
    part = text.find(heading) if text else None
    return render_text(page, part.body, text.place, part.line) if text and part else ""


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
    name = f"afsnit\u00a0{escape(section.number)}"
    target = find_page(page, section)
    return f"[{name}]({target}.ipynb)" if target else name


def find_page(page: Page, section: Section) -> str:
    """Return the name of the page a section is on, "" where the project has none for it."""
    if section.kind == "indsats":
        return section.id
    name = "anbefalinger" if section.kind == "helhed" else section.id
    return name if name in page.notebooks else ""
