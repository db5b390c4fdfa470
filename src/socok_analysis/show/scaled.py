"""Numbers that can be read together: jobs per twelve months, and rates of the decided alone."""

from __future__ import annotations

from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_both_forms,
    format_figure,
    format_interval,
    note_hidden,
    show_value,
)

CHANNELS = {
    "jobs.total_per_12_months": "I alt",
    "jobs.jobcentre_per_12_months": "Gennem jobcentret",
    "jobs.other_per_12_months": "Ad andre veje",
}
TYPES = "jobs.per_12_months."
DECIDED = {
    "success_wide": "Videre i job, uddannelse, støttet job eller undervisning",
    "success_narrow": "Heraf videre i job, fleksjob eller uddannelse",
    "stopped": "Stoppet pga. massive udfordringer",
}


def make_jobs_per_year(page: Page) -> Table | None:
    """Return jobs per twelve months by channel and type; nothing where all reports are a year."""
    years = sorted(page.by_year, reverse=True)
    if all(is_whole_year(page, year) for year in years):
        return None
    types = {
        name: f"Gennem jobcentret: {figure.label}"
        for name, figure in page.figures.items()
        if name.startswith(TYPES) and figure.value
    }
    rows = [
        [escape(label), *(show_scaled(page, name, year) for year in years)]
        for name, label in (CHANNELS | types).items()
    ]
    header = ["Ansættelser pr. tolv måneder", *(f"Rapport {year}" for year in years)]
    caption = "Ansættelser omregnet til tolv måneder"
    return Table("tolv", caption, header, rows, "l" + "r" * len(years), note_hidden(rows))


def is_whole_year(page: Page, year: int) -> bool:
    """Tell whether a report's period is twelve months, so that nothing needs scaling."""
    figures = page.by_year[year]
    return figures["jobs.total"].value == figures["jobs.total_per_12_months"].value


def show_scaled(page: Page, name: str, year: int) -> str:
    """Return a year's figure; a dash where it does not exist."""
    figure = page.by_year[year].get(name)
    return show_value(page, figure) if figure else "–"


def make_decided(page: Page) -> Table | None:
    """Return the partner's rates of the decided courses.

    Nothing where all or none are decided, and where not one of the numbers may be shown.
    """
    prefix = f"outcomes.{page.partner}"
    undecided = page.figures.get(f"{prefix}.undecided")
    if not undecided or not undecided.value:
        return None
    forms = (format_both_forms, format_interval)
    rows = [
        [
            label,
            *(show_value(page, page.figure(f"{prefix}.resolved.{name}"), form) for form in forms),
        ]
        for name, label in DECIDED.items()
    ]
    for name, label in {
        "resolved.completed": "Forløb med en afgørelse",
        "undecided": "Forløb, der afventer en afgørelse",
    }.items():
        figure = page.figure(f"{prefix}.{name}")
        rows.append([label, show_value(page, figure, format_figure), ""])
    if all(note_hidden([row]) for row in rows):
        return None
    caption = f"Kun de afgjorte forløb hos {escape(page.name(page.partner))}"
    header = ["Efter forløbet", "Andel eller antal", "95 %-interval"]
    return Table("afgjorte", caption, header, rows, "lrr", note_hidden(rows))
