"""The page of a mid-year status, and its tables and key figures."""

from __future__ import annotations

from collections.abc import Callable

from socok_analysis.core.danish import format_day
from socok_analysis.figures.figure import Figure
from socok_analysis.show.markdown import KeyFigure, Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_both_forms,
    format_figure,
    format_rounded,
    note_hidden,
    show_value,
)

RATES = {
    "success_wide": "Videre i job, uddannelse, støttet job eller undervisning",
    "stopped": "Stoppet pga. massive udfordringer",
    "awaiting": "Afventer afklaring",
}
OLD_DAYS = 31


def list_status(page: Page) -> list[KeyFigure]:
    """Return the jobs so far, the goal's part of them, and last year's to the same date."""
    total = show_value(page, page.figure("jobs.total"))
    earlier = show_value(page, page.figure("last_year.jobs.total"))
    tiles = [
        KeyFigure(total, "ansættelser i år", describe_pace(page)),
        KeyFigure(earlier, "ansættelser året før", "i de samme måneder"),
    ]
    if "goals.jobs_in_strategy" in page.figures:
        goal = show_value(page, page.figure("goals.jobs_in_strategy"))
        shown = show_value(page, page.figure("jobs.cumulative"))
        note = f"målet for hele perioden er {goal}"
        tiles.append(KeyFigure(shown, "ansættelser siden strategiens start", note))
    return tiles


def describe_pace(page: Page) -> str:
    """Return how the jobs so far stand against the goal's part of the year."""
    if "goals.jobs_per_year.to_date" not in page.figures:
        return "der er ikke sat et mål pr. år"
    part, whole = page.figure("goals.jobs_per_year.to_date"), page.figure("goals.jobs_per_year")
    actual = page.figure("jobs.total").value or 0
    state = (
        "nået"
        if actual >= (whole.value or 0)
        else ("på vej" if actual >= (part.value or 0) else "bagud")
    )
    goal = show_value(page, whole)
    return f"målet er {goal} om året, {show_value(page, part, format_rounded)} indtil nu: {state}"


def make_jobs(page: Page) -> Table:
    """Return the jobs so far by type and channel, beside the same months last year."""
    labels = {"jobs.jobcentre": "Gennem jobcentret"}
    types = [figure for name, figure in page.figures.items() if name.startswith("jobs.type.")]
    used = [f for f in types if f.value or page.figure(f"last_year.{f.figure}").value]
    labels |= {figure.figure: f"– heraf {escape(figure.label.lower())}" for figure in used}
    labels |= {"jobs.other": "Opslag, netværk og uopfordret", **list_channels(page)}
    labels["jobs.total"] = "I alt"
    rows = [
        [
            label,
            show_value(page, page.figure(name)),
            show_value(page, page.figure(f"last_year.{name}")),
        ]
        for name, label in labels.items()
    ]
    header = ["Ansættelser", "I år", "Året før"]
    day = format_day(page.year.period_end)
    caption = f"Ansættelser til og med {day}, og i de samme måneder året før"
    return Table("ansaettelser", caption, header, rows, "lrr", note_hidden(rows))


def list_channels(page: Page) -> dict[str, str]:
    """Return the labels of the channels that are not the jobcentre's, by figure."""
    from socok_analysis.intake.maps import list_codes, read_maps

    codes = list_codes(read_maps(page.year.root, page.year.year).codes["channels"])
    return {
        f"jobs.channel.{code}": f"– heraf {escape(entry.label.lower())}"
        for code, entry in codes.items()
        if entry.extra["channel_group"] != "jobcentre"
    }


def make_outcomes(page: Page) -> Table | None:
    """Return what became of the courses that ended since the last evaluation, by partner."""
    partners = page.partners()
    if not partners or page.year.previous_evaluation_date is None:
        return None
    names = [f"outcomes.{partner}.period" for partner in partners]
    completed = [show_value(page, page.figure(f"{name}.completed")) for name in names]
    rows = [["Afsluttede forløb", *completed]]
    rows += [
        [label, *(show_value(page, page.figure(f"{n}.{rate}"), format_both_forms) for n in names)]
        for rate, label in RATES.items()
    ]
    header = ["Siden sidste opgørelse", *(escape(page.name(partner)) for partner in partners)]
    caption = f"Forløb afsluttet efter {format_day(page.year.previous_evaluation_date)}"
    return Table("forloeb", caption, header, rows, "l" + "r" * len(names), note_hidden(rows))


def make_use(page: Page) -> Table | None:
    """Return the agreed places and their use on the day, a row for each partner."""
    names = {"places": "Aftalt", "in_use": "I brug", "vacant": "Ledige", "waiting": "Venter"}
    parted = (name.split(".") for name in page.figures)
    agreed = {parts[1] for parts in parted if (parts[0], parts[-1]) == ("agreements", "places")}
    rows = [
        [escape(page.name(partner)), *(show_optional(page, partner, name) for name in names)]
        for partner in sorted(agreed)
    ]
    caption = f"Pladser den {format_day(page.year.evaluation_date)}"
    header = ["Partner", *names.values()]
    return Table("pladser", caption, header, rows, "lrrrr", note_hidden(rows)) if rows else None


def show_optional(page: Page, partner: str, name: str) -> str:
    """Return a figure of a partner's agreements as a cell, a dash where it does not exist."""
    figure: Figure | None = page.figures.get(f"agreements.{partner}.{name}")
    return show_value(page, figure, format_figure) if figure else "–"


def describe_exports(page: Page) -> str:
    """Return a warning where the exports' last event lies long before the status's date."""
    from socok_analysis.figures.status import find_last_event
    from socok_analysis.intake.tables import read_tables

    as_of = page.year.period_end
    last = find_last_event(read_tables(page.year.processed_dir), as_of)
    if last is None or (as_of - last).days <= OLD_DAYS:
        return ""
    return (
        "::: {.callout-warning}\n## Udtrækkene er måske for gamle\n\n"
        "Den seneste ansættelse, start eller afslutning i udtrækkene er fra den "
        f"{format_day(last)}. Hent nye udtræk, hvis de er trukket før statusdagen.\n:::"
    )


STATUS_TABLES: dict[str, Callable[[Page], Table | None]] = {
    "status_jobs": make_jobs,
    "status_outcomes": make_outcomes,
    "status_places": make_use,
}
