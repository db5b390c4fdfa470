"""Text with figures in it: Jinja templates in which a name that does not exist is an error.

`{{ tal("jobs.total") }}` gives 129, `{{ andel("outcomes.sumak.success_wide") }}` gives 54,4 %,
`{{ af(...) }}` gives 37 af 68, `{{ navn("sumak") }}` the enterprise's name. A figure of another
year: `{{ tal("jobs.total", 2018) }}`. In words: `{{ ord("network.held") }}` gives fem.
A figure that may not be shown reads "et skjult antal" or "en skjult andel".
`{{ paastand("steget", "jobs.total_per_12_months") }}` gives its word where the figures bear it
out (`show.claims`), `{{ fakta("sumak", "...") }}` a key fact, `{{ se("6-1-csr") }}` a link.
`{{ antal("enterprises.volunteer", "frivilligt sted", "frivillige steder") }}` has the right number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.figures.counting import is_whole_year
from socok_analysis.show.comparability import measure_length
from socok_analysis.show.markdown import escape
from socok_analysis.show.values import (
    count_nouns,
    format_figure,
    format_fraction,
    format_interval,
    format_rounded,
    format_word,
    name_value,
    show_value,
)

if TYPE_CHECKING:
    from socok_analysis.show.page import Page


def render_text(page: Page, template: str, place: str = "", line: int = 1) -> str:
    """Return a template filled in; raise DataError naming what does not exist.

    `place` is the file the template is from and `line` the line it starts on: the error names both.
    """
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(**names(page))
    except TemplateSyntaxError as error:
        where = tell_place(place, line + error.lineno - 1)
        raise DataError(f"{where}Teksten kan ikke udfyldes: {error.message}") from error
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        where = tell_place(place, find_line(error, line))
        raise DataError(f"{where}Teksten kan ikke udfyldes: {error}") from error
    except (DataError, UsageError) as error:
        if not place:
            raise
        raise DataError(f"{tell_place(place, find_line(error, line))}{error}") from error
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def tell_place(place: str, line: int) -> str:
    """Return a file and line to put before a message."""
    return f"{place} linje {line}: " if place else f"Linje {line}: "


def find_line(error: BaseException, first: int) -> int:
    """Return the line of the file on which a template raised an error."""
    trace, line = error.__traceback__, 1
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return first + line - 1


def names(page: Page) -> Mapping[str, Any]:
    """Return what a text may use."""

    def shown(kind: Any) -> Any:
        return lambda name, year=None: show_figure(page, kind, name, year)

    year = page.year
    completed = page.figures.get(f"outcomes.{page.partner}.completed")
    return {
        "tal": shown(format_figure),
        "andel": shown(format_figure),
        "af": shown(format_fraction),
        "rundt": shown(format_rounded),
        "antal": partial(show_nouns, page),
        "ord": shown(format_word),
        "Ord": shown(lambda figure: format_word(figure).capitalize()),
        "interval": shown(format_interval),
        "navn": lambda enterprise: escape(page.name(enterprise)),
        "findes": lambda name: name in page.figures,
        "findes_med": lambda part: any(part in name for name in page.figures),
        "er_intern": page.edition == "internal",
        "vises": lambda name: page.may_show(page.figure(name)),
        "er_et_aar": is_whole_year(year.period_start, year.period_end),
        "har_maal": any(name.startswith("goals.") for name in page.figures),
        "kendes": lambda name: name in page.figures and page.figures[name].value is not None,
        "dato": format_day,
        "aar": year.year,
        "titel": escape(year.title),
        "periode": format_period(year.period_start, year.period_end),
        "opgjort": format_day(year.evaluation_date),
        "partner": page.partner,
        "er_afsluttet": bool(completed and completed.value),
        "kontakt": escape(year.contact),
        "tidligere": page.earlier_year,
        "perioder_er_ens": has_even_periods(page),
        **name_words(page),
    }


def has_even_periods(page: Page) -> bool:
    """Tell whether this report's period is as long as that of the one before."""
    reports = [page.by_year[year] for year in (page.year.year, page.earlier_year) if year]
    lengths = {
        measure_length(figures["jobs.total"]) for figures in reports if "jobs.total" in figures
    }
    return len(lengths) == 1


def name_words(page: Page) -> Mapping[str, Any]:
    """Return what a text may use beside figures: claims, key facts, references to sections."""
    from socok_analysis.show import words
    from socok_analysis.show.claims import make_claim
    from socok_analysis.show.recommendations import tell_statuses
    from socok_analysis.show.sources import describe_family

    return {
        "paastand": partial(make_claim, page),
        "fakta": partial(words.show_fact, page),
        "fulgt_op": partial(tell_statuses, page),
        "har_afsnit": lambda section: words.has_section(page, section),
        "se": partial(words.link_section, page),
        "overskrift": partial(words.head_section, page),
        "afsnit": page.section,
        "familie": describe_family(page),
    }


def show_figure(page: Page, kind: Any, name: str, year: int | None) -> str:
    """Return a figure in one of its forms, or in words that it may not be shown; with its name."""
    figure = page.figure(name, year)
    if page.may_show(figure):
        return show_value(page, figure, kind)
    return name_value("en skjult andel" if figure.unit == "andel" else "et skjult antal", figure)


def show_nouns(page: Page, name: str, one: str, many: str, year: int | None = None) -> str:
    """Return a count with what is counted, in the right number: "1 sted", "3 steder"."""
    shown = show_figure(page, lambda figure: count_nouns(figure, one, many), name, year)
    return shown if page.may_show(page.figure(name, year)) else f"{shown} {many}"
