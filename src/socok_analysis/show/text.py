"""Text with figures in it: Jinja templates in which a name that does not exist is an error.

`{{ tal("jobs.total") }}` gives 129, `{{ andel("outcomes.sumak.success_wide") }}` gives 54,4 %,
`{{ af(...) }}` gives 37 af 68, `{{ navn("sumak") }}` the enterprise's name. A figure of another
year: `{{ tal("jobs.total", 2018) }}`. A figure that may not be shown reads [c].
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from socok_analysis.disclosure import HIDDEN
from socok_analysis.errors import DataError
from socok_analysis.figures import Figure
from socok_analysis.rounding import format_day, format_number, format_period, format_share
from socok_analysis.show.markdown import escape

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

UNKNOWN = "ikke opgjort"


def format_figure(figure: Figure) -> str:
    """Return a figure's value as readers see it."""
    if figure.value is None:
        return UNKNOWN
    if isinstance(figure.value, bool):
        return "ja" if figure.value else "nej"
    if figure.unit == "andel":
        return format_share(figure.value)
    is_whole = figure.unit != "antal pr. år" and float(figure.value).is_integer()
    return format_number(figure.value, 0 if is_whole else 1)


def format_rounded(figure: Figure) -> str:
    """Return a figure as a whole number, for running text."""
    return UNKNOWN if figure.value is None else format_number(figure.value)


def format_fraction(figure: Figure) -> str:
    """Return a rate as "11 af 40"."""
    if figure.numerator is None or figure.denominator is None:
        return UNKNOWN
    return f"{format_number(figure.numerator)} af {format_number(figure.denominator)}"


def format_both_forms(figure: Figure) -> str:
    """Return a rate with its fraction: "44,1 % (15 af 34)"."""
    if figure.value is None:
        return UNKNOWN
    return f"{format_figure(figure)} ({format_fraction(figure)})"


def format_interval(figure: Figure) -> str:
    """Return a rate's 95 % interval as "16,1–42,8 %"."""
    if figure.low is None or figure.high is None:
        return UNKNOWN
    low = format_share(figure.low).rstrip("\u00a0%")
    return f"{low}–{format_share(figure.high)}"


def render_text(page: Page, template: str) -> str:
    """Return a template filled in; raise DataError naming what does not exist."""
    from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    try:
        text = environment.from_string(template).render(**names(page))
    except TemplateSyntaxError as error:
        raise DataError(f"Teksten kan ikke udfyldes, se linje {error.lineno}: {error}") from error
    except (TemplateError, ArithmeticError, TypeError, ValueError) as error:
        raise DataError(f"Teksten kan ikke udfyldes: {error}") from error
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def names(page: Page) -> Mapping[str, Any]:
    """Return what a text may use."""

    def shown(kind: Any) -> Any:
        return lambda name, year=None: show_figure(page, kind, name, year)

    year = page.year
    completed = page.figures.get(f"outcomes.{page.partner}.completed")
    return {
        "tal": shown(format_figure), "andel": shown(format_figure), "af": shown(format_fraction),
        "rundt": shown(format_rounded),
        "interval": shown(format_interval),
        "navn": lambda enterprise: escape(page.name(enterprise)),
        "findes": lambda name: name in page.figures,
        "vises": lambda name: page.may_show(page.figure(name)),
        "har_maal": any(name.startswith("goals.") for name in page.figures),
        "kendes": lambda name: name in page.figures and page.figures[name].value is not None,
        "dato": format_day, "aar": year.year, "titel": escape(year.title),
        "periode": format_period(year.period_start, year.period_end),
        "opgjort": format_day(year.evaluation_date), "partner": page.partner,
        "er_afsluttet": bool(completed and completed.value),
        "kontakt": escape(year.contact), "tidligere": page.earlier_year,
    }  # fmt: skip


def show_figure(page: Page, kind: Any, name: str, year: int | None) -> str:
    """Return a figure in one of its forms, or the sign that it may not be shown."""
    figure = page.figure(name, year)
    return kind(figure) if page.may_show(figure) else escape(HIDDEN)
