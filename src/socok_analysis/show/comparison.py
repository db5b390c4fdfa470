"""Partners beside each other, by definitions that count the same at all: never a ranking."""

from __future__ import annotations

from socok_analysis.checks.declaration import read_checks
from socok_analysis.core.danish import format_number
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import choose, find_breaks, list_names, read_maps
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_both_forms,
    format_interval,
    note_hidden,
    show_value,
)

RATE = "success_narrow"
FEW_NOTE = "Tallene er små: under {few} forløb hos mindst én partner, så intervallerne er brede."


def make_definition_list(page: Page) -> Table:
    """Return each rate's definition, and whether partners may be compared by it."""
    definitions = read_maps(page.year.root, page.year.year).definitions
    rows = []
    for name in list_names(definitions):
        definition = choose(definitions, name, page.year.year)
        if definition:
            rows.append(
                [
                    escape(definition.label),
                    escape(definition.reason),
                    "ja" if definition.is_compared else "nej",
                ]
            )
    header = ["Andel", "Hvad der tæller", "Partnere kan sammenlignes"]
    return Table("definitionsliste", "Andelene og deres definitioner", header, rows, "lll")


def tell_breaks(page: Page) -> str:
    """Return a callout for each rate of the page's partner whose series is broken."""
    definitions = read_maps(page.year.root, page.year.year).definitions
    breaks = find_breaks(definitions, min(page.by_year), page.year.year, page.partner)
    return "\n\n".join(
        "\n".join(
            [
                "::: {.callout-warning}",
                f"## Serien er brudt: {escape(b.label)}",
                "",
                escape(b.reason),
                ":::",
            ]
        )
        for b in breaks
    )


def make_comparison(page: Page) -> Table | None:
    """Return the partners' rates by the common definition: of all, the decided, the period."""
    forms = {
        RATE: "Af alle afsluttede",
        f"resolved.{RATE}": "Af de afgjorte",
        f"period.{RATE}": "Siden sidste opgørelse",
    }
    rows = [
        [escape(page.name(partner)), *(show_rate(page, partner, form) for form in forms)]
        for partner in page.partners()
    ]
    header = ["Partner", *forms.values()]
    note = " ".join(filter(None, [note_hidden(rows), note_few(page)]))
    caption = "Videre i job, fleksjob eller uddannelse, efter samme definition"
    return Table("sammenligning", caption, header, rows, "lrrr", note) if rows else None


def show_rate(page: Page, partner: str, form: str) -> str:
    """Return a partner's rate with its fraction; a dash where it does not exist."""
    figure = page.figures.get(f"outcomes.{partner}.{form}")
    return show_value(page, figure, format_both_forms) if figure else "–"


def note_few(page: Page) -> str:
    """Return that the numbers are small, where any partner has few completed courses."""
    rates = [page.figures.get(f"outcomes.{partner}.{RATE}") for partner in page.partners()]
    few = read_checks()["compare.few"].limit
    is_few = any(rate and rate.denominator and rate.denominator < few for rate in rates)
    return FEW_NOTE.format(few=format_number(few)) if is_few else ""


def make_differences(page: Page) -> Table | None:
    """Return the difference between each pair of partners, with interval and p-value."""
    names = [
        name
        for name in page.figures
        if name.startswith("compare.")
        and not name.endswith(".p")
        and page.figures[name].value is not None
    ]
    rows = [show_difference(page, name) for name in names]
    header = ["Partnere", "Forskel", "95 %-interval", "p"]
    caption = "Forskellen mellem partnerne i procentpoint"
    return Table("forskel", caption, header, rows, "lrrr", note_hidden(rows)) if rows else None


def show_difference(page: Page, name: str) -> list[str]:
    """Return one pair's difference."""
    figure, p = page.figures[name], page.figures[f"{name}.p"]
    first, second = name.split(".")[1:3]
    decided = " (af de afgjorte)" if ".resolved." in name else ""
    label = escape(f"{page.name(first)} mod {page.name(second)}{decided}")
    return [
        label,
        *(show_value(page, figure, form) for form in (None, format_interval)),
        show_value(page, p),
    ]


def make_cohorts(page: Page) -> Table | None:
    """Return each partner's courses by the year of start: started, completed and on to success."""
    keys = sorted({tuple(name.split(".")[1:4:2]) for name in page.figures if ".cohort." in name})
    forms = ("started", "completed", "success_wide", RATE)
    rows = [
        [
            escape(page.name(partner)),
            year,
            *(show_cohort(page, f"outcomes.{partner}.cohort.{year}.{form}") for form in forms),
        ]
        for partner, year in keys
    ]
    header = ["Partner", "Startår", "Startet", "Afsluttet", "Bred definition", "Snæver definition"]
    caption = "Forløb efter det år, de startede i"
    return Table("startaar", caption, header, rows, "lrrrrr", note_hidden(rows)) if rows else None


def show_cohort(page: Page, name: str) -> str:
    """Return one figure of a cohort, a rate with its fraction; a dash over nothing."""
    figure: Figure = page.figures[name]
    if figure.value is None:
        return "–"
    return show_value(page, figure, format_both_forms if figure.numerator is not None else None)
