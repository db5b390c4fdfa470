"""The page of a mid-year status: its warning, key figures and tables."""

from __future__ import annotations

from socok_analysis.core.danish import format_day
from socok_analysis.figures.measure import find_last_event
from socok_analysis.show.markdown import KeyFigure, Table, escape
from socok_analysis.show.outcomes import AWAITING, STOPPED, WIDE
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    format_both_forms,
    format_rounded,
    note_hidden,
    show_if_any,
    show_value,
)

OLD_DAYS = 31


def warn_of_exports(page: Page) -> str:
    """Return a warning where the exports' last event lies long before the status's date."""
    as_of = page.year.period_end
    last = find_last_event(page.proof.tables, as_of)
    if last is None or (as_of - last).days <= OLD_DAYS:
        return ""
    return (
        "::: {.callout-warning}\n## Udtrækkene er måske for gamle\n\n"
        "Den seneste ansættelse, start eller afslutning i udtrækkene er fra den "
        f"{format_day(last)}. Hent nye udtræk, hvis de er trukket før statusdagen.\n:::"
    )


def list_status(page: Page) -> list[KeyFigure]:
    """Return the jobs so far, the goal's part of them, and last year's to the same date."""
    total = show_value(page, page.figure("jobs.total"))
    earlier = show_value(page, page.figure("last_year.jobs.total"))
    tiles = [
        KeyFigure(total, "ansættelser i år", _describe_pace(page)),
        KeyFigure(earlier, "ansættelser året før", "i de samme måneder"),
    ]
    if "goals.jobs_in_strategy" in page.figures:
        goal = show_value(page, page.figure("goals.jobs_in_strategy"))
        shown = show_value(page, page.figure("jobs.cumulative"))
        note = f"målet for hele perioden er {goal}"
        tiles.append(KeyFigure(shown, "ansættelser siden strategiens start", note))
    return tiles


def _describe_pace(page: Page) -> str:
    """Return how the jobs so far stand against the goal's part of the year."""
    if "goals.jobs_per_year.to_date" not in page.figures:
        return "der er ikke sat et mål pr. år"
    part, whole = page.figure("goals.jobs_per_year.to_date"), page.figure("goals.jobs_per_year")
    actual = page.figure("jobs.total").value or 0
    is_met, is_on_way = actual >= (whole.value or 0), actual >= (part.value or 0)
    state = "nået" if is_met else "på vej" if is_on_way else "bagud"
    goal = show_value(page, whole)
    return f"målet er {goal} om året, {show_value(page, part, format_rounded)} indtil nu: {state}"


def make_jobs(page: Page) -> Table:
    """Return the jobs so far by type and channel, beside the same months last year."""
    labels = {"jobs.jobcentre": "Gennem jobcentret"}
    for name, figure in page.figures.items():
        is_type = name.startswith("jobs.type.")
        if is_type and (figure.value or page.figure(f"last_year.{name}").value):
            labels[name] = f"– heraf {escape(figure.label.lower())}"
    labels["jobs.other"] = "Opslag, netværk og uopfordret"
    for code, entry in page.codes("channels").items():
        if entry.extra["channel_group"] != "jobcentre":
            labels[f"jobs.channel.{code}"] = f"– heraf {escape(entry.label.lower())}"
    labels["jobs.total"] = "I alt"
    rows = [
        [label, *(show_value(page, page.figure(n)) for n in (name, f"last_year.{name}"))]
        for name, label in labels.items()
    ]
    header = ["Ansættelser", "I år", "Året før"]
    day = format_day(page.year.period_end)
    caption = f"Ansættelser til og med {day}, og i de samme måneder året før"
    return Table("ansaettelser", caption, header, rows, "lrr", note_hidden(rows))


def make_outcomes(page: Page) -> Table | None:
    """Return what became of the courses that ended since the last evaluation, by partner."""
    partners = page.partners()
    if not partners or page.year.previous_evaluation_date is None:
        return None
    names = [f"outcomes.{partner}.period" for partner in partners]
    completed = [show_value(page, page.figure(f"{name}.completed")) for name in names]
    rows = [["Afsluttede forløb", *completed]]
    for rate, label in {"success_wide": WIDE, "stopped": STOPPED, "awaiting": AWAITING}.items():
        rates = (page.figure(f"{name}.{rate}") for name in names)
        rows.append([label, *(show_value(page, figure, format_both_forms) for figure in rates)])
    header = ["Siden sidste opgørelse", *(escape(page.name(partner)) for partner in partners)]
    caption = f"Forløb afsluttet efter {format_day(page.year.previous_evaluation_date)}"
    return Table("forloeb", caption, header, rows, "l" + "r" * len(names), note_hidden(rows))


def make_use(page: Page) -> Table | None:
    """Return the agreed places and their use on the day, a row for each partner."""
    names = {"places": "Aftalt", "in_use": "I brug", "vacant": "Ledige", "waiting": "Venter"}
    parted = (name.split(".") for name in page.figures)
    agreed = {parts[1] for parts in parted if (parts[0], parts[-1]) == ("agreements", "places")}
    rows = []
    for partner in sorted(agreed):
        figures = (page.figures.get(f"agreements.{partner}.{name}") for name in names)
        rows.append([escape(page.name(partner)), *(show_if_any(page, f) for f in figures)])
    caption = f"Pladser den {format_day(page.year.evaluation_date)}"
    header = ["Partner", *names.values()]
    return Table("pladser", caption, header, rows, "lrrrr", note_hidden(rows)) if rows else None
