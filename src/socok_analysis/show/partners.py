"""The tables of a partner's page, in the order of the evaluation's eight questions."""

from __future__ import annotations

from collections.abc import Mapping

from socok_analysis.core.danish import format_day, format_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.series import list_months, pick_month, read_months
from socok_analysis.show.values import (
    HIDDEN_CELL,
    format_both_forms,
    format_figure,
    note_hidden,
    show_value,
)

PLACES = {
    "places": "Aftalte pladser",
    "extra_places": "Ekstra pladser efter behov",
    "in_use": "I brug",
    "vacant": "Ledige",
    "waiting": "På venteliste",
}
PLANS = {
    "made": "Forløb med plan",
    "missing": "Forløb uden plan",
    "unknown": "Forløb uden oplysning om plan",
}
DASH = "–"


def make_places(page: Page) -> Table | None:
    """Return the agreed places, their use and the waiting list of the page's partner."""
    names = {label: f"agreements.{page.partner}.{name}" for name, label in PLACES.items()}
    rows = list_rows(page, names)
    caption = f"Pladser den {format_day(page.year.evaluation_date)}"
    header = ["Pladser", "Antal"]
    return Table("pladser", caption, header, rows, "lr", note_hidden(rows)) if rows else None


def list_rows(page: Page, names: Mapping[str, str]) -> list[list[str]]:
    """Return a row for each figure there is, by label."""
    return [
        [label, show_value(page, page.figure(name))]
        for label, name in names.items()
        if name in page.figures
    ]


def make_occupancy(page: Page) -> Table | None:
    """Return the courses running, the places and the waiting list at each month's end."""
    months = list_months(page)
    if not months:
        return None
    kinds = {"in_use": "I forløb", "places": "Aftalte pladser", "waiting": "På venteliste"}
    listed = [kind for kind in kinds if pick_month(page, months[-1], kind)]
    rows = [
        [format_month(day).capitalize(), *(show_month(page, month, kind) for kind in listed)]
        for month, (day, _, _) in zip(months, read_months(page), strict=True)
    ]
    header = ["Måned", *(kinds[kind] for kind in listed)]
    caption = f"Forløb i gang hos {escape(page.name(page.partner))} ved månedens slut"
    return Table("brug", caption, header, rows, "l" + "r" * len(listed), note_hidden(rows))


def show_month(page: Page, month: str, kind: str) -> str:
    """Return one of a month's figures, a dash where there is none."""
    figure = pick_month(page, month, kind)
    return show_value(page, figure) if figure else DASH


def make_plans(page: Page) -> Table | None:
    """Return the courses with a plan, without one, and of which it is not known."""
    names = {label: f"plans.{page.partner}.{name}" for name, label in PLANS.items()}
    rows = list_rows(page, {**names, "Startede forløb": f"outcomes.{page.partner}.started"})
    caption = "Planer for de startede forløb"
    return Table("planer", caption, ["Planer", "Forløb"], rows, "lr", note_hidden(rows))


def make_followup(page: Page) -> Table | None:
    """Return follow-up, attendance and final evaluations, each with what it is a share of."""
    labels = {
        f"followup.{page.partner}.held": "Startede forløb med mindst én opfølgning",
        f"attendance.{page.partner}.rate": "Fremmødte timer af aftalte timer",
        f"followup.{page.partner}.final_evaluation": "Afsluttede forløb med slutevaluering",
    }
    rows = [
        [label, show_share(page, page.figure(name))]
        for name, label in labels.items()
        if name in page.figures
    ]
    caption = "Opfølgning, fremmøde og slutevaluering"
    return Table("opfoelgning", caption, ["Opfølgning", "Andel"], rows, "lr", note_hidden(rows))


def show_share(page: Page, figure: Figure) -> str:
    """Return a share with its fraction; hours only where the people behind them may be shown."""
    people = page.figures.get(f"attendance.{page.partner}.people")
    if figure.figure.startswith("attendance.") and people and not page.may_show(people):
        return HIDDEN_CELL
    return show_value(page, figure, format_both_forms if figure.denominator else format_figure)


def make_veterans(page: Page) -> Table | None:
    """Return the share of veterans against the agreement's aim; nothing without such an aim."""
    prefix = f"agreements.{page.partner}"
    if f"{prefix}.veteran_goal" not in page.figures:
        return None
    share = show_value(page, page.figure(f"{prefix}.veteran_share"), format_both_forms)
    rows = [
        ["Mål i aftalen", show_value(page, page.figure(f"{prefix}.veteran_goal"))],
        ["Veteraner blandt de afsluttede forløb", share],
    ]
    caption = "Andelen af veteraner mod aftalens mål"
    return Table("veteraner", caption, ["Veteraner", "Andel"], rows, "lr", note_hidden(rows))


def make_terms(page: Page) -> Table | None:
    """Return what the partner's agreement sets down; nothing where it sets nothing down."""
    names = {
        "Højst antal uger i forløb": "max_weeks",
        "Plan senest efter (uger)": "plan_after_weeks",
        "Mål for andelen af veteraner": "veteran_goal",
    }
    prefix = f"agreements.{page.partner}"
    rows = list_rows(page, {label: f"{prefix}.{name}" for label, name in names.items()})
    header = ["Vilkår", "Aftalt"]
    return Table("vilkaar", "Vilkår i aftalen", header, rows, "lr") if rows else None
