"""The tables of what was done: network meetings, grants, new agreements, registrations, jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from socok_analysis.core.danish import format_day, format_month
from socok_analysis.figures.counting import within
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import list_codes, read_maps
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.registers import is_known, make_agreement_table, read_agreements
from socok_analysis.show.series import list_series, read_month
from socok_analysis.show.values import format_figure, note_hidden, show_value

if TYPE_CHECKING:
    import pandas as pd

NOT_TOLD = "Ikke oplyst"


def read_period(page: Page, table: str, column: str) -> pd.DataFrame | None:
    """Return a table's rows of the report's period by day; None where there are none."""
    rows = page.read(table)
    if rows is None:
        return None
    period = (page.year.period_start, page.year.period_end)
    recent = rows[within(rows[column], *period)].sort_values(column, kind="stable")
    return recent if len(recent) else None


def make_meetings(page: Page) -> Table | None:
    """Return the network's meetings of the period with status, topic and participants."""
    meetings = read_period(page, "meetings", "held_on")
    if meetings is None:
        return None
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["meeting_statuses"])
    columns = ["held_on", "topic", "status"]
    rows = [
        [format_day(day), escape(topic) if is_known(topic) else "", escape(codes[status].label)]
        for day, topic, status in meetings[columns].astype(object).to_numpy().tolist()
    ]
    note = note_figures(
        page,
        {
            "network.participants": "Deltagere i alt i de holdte møder",
            "network.participants_per_meeting": "i gennemsnit pr. møde",
        },
    )
    header = ["Dato", "Emne", "Status"]
    return Table("moeder", "Møder i socialøkonomisk netværk", header, rows, "lll", note)


def note_figures(page: Page, labels: Mapping[str, str]) -> str:
    """Return figures in one line: "Møder holdt: 5; aflyst: 1."."""
    known = [page.figures[name] for name in labels if name in page.figures]
    parts = [f"{labels[f.figure]}: {show_value(page, f)}" for f in known if f.value is not None]
    return f"{'; '.join(parts)}." if parts else ""


def make_recipients(page: Page) -> Table | None:
    """Return what each recipient was granted, the largest sum first."""
    prefix = "grants.recipient."
    names = [name for name in page.figures if name.startswith(prefix) and name.count(".") == 2]
    sums = [page.figures[name] for name in names]
    if not sums:
        return None
    rows = [
        [
            escape(page.name(figure.figure.removeprefix(prefix))),
            show_amount(page, figure),
            show_value(page, page.figure(f"{figure.figure}.count")),
        ]
        for figure in sorted(sums, key=lambda figure: -(figure.value or 0))
    ]
    total, count = (page.figure(f"grants.{name}") for name in ("total", "count"))
    rows.append(["I alt", show_amount(page, total), show_value(page, count)])
    note = note_figures(page, {"grants.without_amount": "Bevillinger uden oplyst beløb"})
    header = ["Modtager", "Kr.", "Bevillinger"]
    return Table("midler", "Bevilget efter modtager", header, rows, "lrr", note)


def show_amount(page: Page, figure: Figure) -> str:
    """Return a sum, or in words that no amount is told."""
    return show_value(page, figure, lambda f: NOT_TOLD if f.value is None else format_figure(f))


def make_givers(page: Page) -> Table | None:
    """Return the grants of the period: recipient, giver, kind of giver and purpose."""
    grants = read_period(page, "grants", "granted_on")
    if grants is None:
        return None
    codes = list_codes(read_maps(page.year.root, page.year.year).codes["grant_kinds"])
    columns = ["enterprise_id", "giver", "grant_kind", "purpose"]
    cells = grants.sort_values(columns[:2])[columns].astype(object).to_numpy().tolist()
    rows = [
        [
            escape(page.name(recipient)),
            escape(giver),
            escape(codes[kind].label) if is_known(kind) else "",
            escape(purpose) if is_known(purpose) else "",
        ]
        for recipient, giver, kind, purpose in cells
    ]
    header = ["Modtager", "Giver", "Slags", "Formål"]
    note = note_figures(page, {f"grants.kind.{code}": entry.label for code, entry in codes.items()})
    said = f"Bevillinger efter slags. {note}" if note else ""
    return Table("givere", "Givere og formål", header, rows, "llll", said)


def make_new_agreements(page: Page) -> Table | None:
    """Return the agreements that began in the period, with the places they gave."""
    agreements = read_agreements(page)
    period = (page.year.period_start, page.year.period_end)
    new = agreements[within(agreements["starts_on"], *period)]
    note = note_figures(
        page,
        {
            "agreements.new": "Nye aftaler",
            "agreements.new_places": "pladser",
            "agreements.new_extra_places": "ekstra pladser efter behov",
        },
    )
    caption = "Nye samarbejdsaftaler i perioden"
    return make_agreement_table("nyeaftaler", caption, page, new, note) if len(new) else None


def make_registrations(page: Page) -> Table | None:
    """Return how many of the registered enterprises registered in each year."""
    prefix = "enterprises.registered_in."
    years = sorted(name.removeprefix(prefix) for name in page.figures if name.startswith(prefix))
    rows = [[year, show_value(page, page.figure(f"{prefix}{year}"))] for year in years]
    rows.append(["I alt", show_value(page, page.figure("enterprises.registered"))])
    caption = "Registrerede socialøkonomiske virksomheder efter år"
    return Table("registreringer", caption, ["År", "Registreret"], rows, "lr")


def make_jobs_over_time(page: Page) -> Table | None:
    """Return the jobs since the strategy began by each month's end."""
    rows = [
        [format_month(read_month(figure)).capitalize(), show_value(page, figure)]
        for figure in list_series(page)
    ]
    caption = "Ansættelser siden strategiens start ved månedens slut"
    return Table("jobtid", caption, ["Måned", "Ansættelser"], rows, "lr") if rows else None


def make_progression(page: Page) -> Table | None:
    """Return the mean effective hours then and now; nothing where too few were measured."""
    people = page.figures.get("progression.people")
    if people is None or not people.value or not page.may_show(people):
        return None
    labels = {"first": "Første måling", "last": "Seneste måling"}
    rows = [
        [label, show_value(page, page.figure(f"progression.{name}.effective_hours"))]
        for name, label in labels.items()
    ]
    note = note_figures(page, {"progression.people": "Personer med mindst to målinger"})
    header = ["Måling", "Effektive timer om ugen"]
    caption = "Effektive timer om ugen, gennemsnit"
    return Table("progression", caption, header, rows, "lr", f"{note} {note_hidden(rows)}".strip())
