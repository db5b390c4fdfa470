"""A partner's places, plans and follow-up: whether what was agreed was used and done."""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_number, shorten_month
from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import (
    BLUE,
    DARK_ORANGE,
    INK,
    ORANGE,
    WHITE,
    Axes,
    Chart,
)
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    HIDDEN_CELL,
    count_nouns,
    format_both_forms,
    format_figure,
    list_rows,
    list_shown,
    note_hidden,
    show_if_any,
    show_value,
)

MONTH = re.compile(r"\d{4}-\d{2}")
LOWEST_LABELLED = 8  # a bar of an eighth of the highest is as high as its number
Months = list[tuple[date, dict[str, Figure]]]


def _list_months(page: Page) -> Months:
    """Return the months for which the partner's places are counted, oldest first, with figures."""
    months: dict[str, dict[str, Figure]] = {}
    for name, figure in page.figures.items():
        head, partner, *rest = [*name.split("."), ""]
        if (head, partner) == ("occupancy", page.partner) and MONTH.fullmatch(rest[0]):
            months.setdefault(rest[0], {})[rest[1]] = figure
    return [(date.fromisoformat(f"{m}-01"), own) for m, own in sorted(months.items())]


def make_places(page: Page) -> Table | None:
    """Return the agreed places, their use and the waiting list of the page's partner."""
    names = {
        "Aftalte pladser": "places",
        "Ekstra pladser efter behov": "extra_places",
        "I brug": "in_use",
        "Ledige": "vacant",
        "På venteliste": "waiting",
    }
    rows = list_rows(page, {label: f"agreements.{page.partner}.{n}" for label, n in names.items()})
    caption = f"Pladser den {format_day(page.year.evaluation_date)}"
    header = ["Pladser", "Antal"]
    return Table("pladser", caption, header, rows, "lr", note_hidden(rows)) if rows else None


def make_occupancy(page: Page) -> Table | None:
    """Return the courses running, the places and the waiting list at each month's end."""
    months = _list_months(page)
    if not months:
        return None
    kinds = {"in_use": "I forløb", "places": "Aftalte pladser", "waiting": "På venteliste"}
    listed = [kind for kind in kinds if kind in months[-1][1]]
    rows = [
        [format_month(day).capitalize(), *(show_if_any(page, own.get(kind)) for kind in listed)]
        for day, own in months
    ]
    header = ["Måned", *(kinds[kind] for kind in listed)]
    caption = f"Forløb i gang hos {escape(page.name(page.partner))} ved månedens slut"
    return Table("brug", caption, header, rows, "l" + "r" * len(listed), note_hidden(rows))


def make_plans(page: Page) -> Table | None:
    """Return the courses with a plan, without one, and of which it is not known."""
    names = {
        "Forløb med plan": f"plans.{page.partner}.made",
        "Forløb uden plan": f"plans.{page.partner}.missing",
        "Forløb uden oplysning om plan": f"plans.{page.partner}.unknown",
        "Startede forløb": f"outcomes.{page.partner}.started",
    }
    rows = list_rows(page, names)
    caption = "Planer for de startede forløb"
    return Table("planer", caption, ["Planer", "Forløb"], rows, "lr", note_hidden(rows))


def make_followup(page: Page) -> Table | None:
    """Return follow-up, attendance and final evaluations, each with what it is a share of.

    Hours are shown only where the people behind them may be.
    """
    labels = {
        f"followup.{page.partner}.held": "Startede forløb med mindst én opfølgning",
        f"attendance.{page.partner}.rate": "Fremmødte timer af aftalte timer",
        f"followup.{page.partner}.final_evaluation": "Afsluttede forløb med slutevaluering",
    }
    people, rows = page.figures.get(f"attendance.{page.partner}.people"), []
    for name, label in labels.items():
        figure = page.figures.get(name)
        if figure and name.startswith("attendance.") and people and not page.may_show(people):
            rows.append([label, HIDDEN_CELL])
        elif figure:
            form = format_both_forms if figure.denominator else format_figure
            rows.append([label, show_value(page, figure, form)])
    caption = "Opfølgning, fremmøde og slutevaluering"
    return Table("opfoelgning", caption, ["Opfølgning", "Andel"], rows, "lr", note_hidden(rows))


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
    prefix = f"agreements.{page.partner}"
    names = {
        "Højst antal uger i forløb": f"{prefix}.max_weeks",
        "Plan senest efter (uger)": f"{prefix}.plan_after_weeks",
        "Mål for andelen af veteraner": f"{prefix}.veteran_goal",
    }
    rows = list_rows(page, names)
    return Table("vilkaar", "Vilkår i aftalen", ["Vilkår", "Aftalt"], rows, "lr") if rows else None


def chart_occupancy(page: Page) -> Chart | None:
    """Return the courses running at each month's end against the places agreed."""
    months, bars, parts = _list_months(page), [], []
    for day, own in months:
        in_use, agreed = own.get("in_use"), own.get("places")
        shown = int(in_use.value or 0) if in_use and page.may_show(in_use) else None
        bars.append((day, shown, int(agreed.value or 0) if agreed else 0))
        told = HIDDEN if shown is None else format_number(shown)
        parts.append(f"{shorten_month(day)}: {told} af {bars[-1][2]}")
    if not any(shown for _, shown, _ in bars):
        return None
    name = page.name(page.partner)
    alt = f"Søjler over forløb i gang ved hver måneds slut hos {name}. {'; '.join(parts)}."
    caption = _describe_use(page, escape(name))
    if any(shown is None for _, shown, _ in bars):
        caption = f"{caption} ({HIDDEN_CELL}: tallet vises ikke)"
    figures = [own.get(kind) for _, own in months for kind in ("in_use", "places")]
    named, data = tuple(list_shown(page, figures)), f"partner-{page.partner}.ipynb#tbl-brug"
    return Chart("brug", caption, alt, 2.7, partial(_draw_months, bars), named, data)


def _describe_use(page: Page, name: str) -> str:
    """Return what is seen: in how many months more were in course than agreed, and the most."""
    prefix = f"occupancy.{page.partner}"
    over, months = page.figure(f"{prefix}.months_over"), page.figure(f"{prefix}.months")
    if not page.may_show(over):
        return f"Forløb i gang hos {name} ved månedens slut"
    if not over.value:
        return f"Der var på intet tidspunkt flere i forløb hos {name} end aftalt"
    return (
        f"I {format_number(over.value)} af {count_nouns(months, 'måned', 'måneder')} var der "
        f"flere i forløb hos {name} end aftalt"
    )


def _draw_months(bars: list[tuple[date, int | None, int]], axes: Axes) -> None:
    """Draw a bar a month and the agreed places as a line, both labelled.

    A bar's count stands in its top, clear of the line; above a bar that is too low.
    """
    agreed = [places for _, _, places in bars]
    highest = max(*agreed, *(shown or 0 for _, shown, _ in bars))
    for x, (_, shown, _) in enumerate(bars):
        if shown is None:
            axes.text(x, 0.15, HIDDEN, ha="center", va="bottom", color=INK)
            continue
        axes.bar(x, shown, width=0.74, color=BLUE)
        if shown * LOWEST_LABELLED < highest:
            axes.text(x, shown + 0.1, shown, ha="center", va="bottom", color=INK)
        else:
            axes.text(x, shown - 0.15, shown, ha="center", va="top", color=WHITE)
    axes.step(range(len(bars)), agreed, where="mid", color=ORANGE, linestyle=(0, (4, 2)))
    said = f"Aftalte pladser: {agreed[-1]} (stiplet)"
    axes.text(-0.4, highest + 1.3, said, color=DARK_ORANGE)
    days = [day for day, _, _ in bars]
    starts = [n for n, day in enumerate(days) if day.month % 3 == 1 or len(days) < 4]
    labels = [shorten_month(days[n]).replace(" ", "\n") for n in starts]
    axes.set_xticks(starts, labels)
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_ylim(0, highest + 2.2)
    axes.set_yticks([])
    axes.grid(visible=False, axis="both")
