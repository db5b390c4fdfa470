"""A partner's places, plans and follow-up: whether what was agreed was used and done."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial

from socok_analysis.core.danish import format_day, format_month, format_number, shorten_month
from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import BLUE, DARK_ORANGE, INK, ORANGE, WHITE, Axes, Chart
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.values import (
    HIDDEN_CELL,
    count_nouns,
    format_counted,
    list_shown,
    note_hidden,
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


def _make_list(
    page: Page, anchor: str, caption: str, header: Sequence[str], names: Mapping[str, str]
) -> Table | None:
    """Return the partner's figures there are, a row of label and value for each."""
    figures = ((label, page.figures.get(n.format(page.partner))) for label, n in names.items())
    rows = [
        [label, show_value(page, figure, format_counted)] for label, figure in figures if figure
    ]
    return Table(anchor, caption, header, rows, "lr", note_hidden(rows)) if rows else None


def make_places(page: Page) -> Table | None:
    """Return the agreed places, their use and the waiting list of the page's partner."""
    names = {
        "Aftalte pladser": "agreements.{}.places",
        "Ekstra pladser efter behov": "agreements.{}.extra_places",
        "I brug": "agreements.{}.in_use",
        "Ledige": "agreements.{}.vacant",
        "På venteliste": "agreements.{}.waiting",
    }
    caption = f"Pladser den {format_day(page.year.evaluation_date)}"
    return _make_list(page, "pladser", caption, ["Pladser", "Antal"], names)


def make_use(page: Page) -> Table | None:
    """Return the agreed places and their use on the day, a row for each partner."""
    names = {"places": "Aftalt", "in_use": "I brug", "vacant": "Ledige", "waiting": "Venter"}
    parted = (name.split(".") for name in page.figures)
    agreed = {parts[1] for parts in parted if (parts[0], parts[-1]) == ("agreements", "places")}
    rows = []
    for partner in sorted(agreed):
        figures = (page.figures.get(f"agreements.{partner}.{name}") for name in names)
        rows.append([escape(page.name(partner)), *(show_value(page, f) for f in figures)])
    caption = f"Pladser den {format_day(page.year.evaluation_date)}"
    header = ["Partner", *names.values()]
    return Table("pladser", caption, header, rows, "lrrrr", note_hidden(rows)) if rows else None


def make_occupancy(page: Page) -> Table | None:
    """Return the courses running, the places and the waiting list at each month's end."""
    months = _list_months(page)
    if not months:
        return None
    kinds = {"in_use": "I forløb", "places": "Aftalte pladser", "waiting": "På venteliste"}
    listed = [kind for kind in kinds if kind in months[-1][1]]
    rows = [
        [format_month(day).capitalize(), *(show_value(page, own.get(kind)) for kind in listed)]
        for day, own in months
    ]
    header = ["Måned", *(kinds[kind] for kind in listed)]
    caption = f"Forløb i gang hos {escape(page.name(page.partner))} ved månedens slut"
    return Table("brug", caption, header, rows, "l" + "r" * len(listed), note_hidden(rows))


def make_plans(page: Page) -> Table | None:
    """Return the courses with a plan, without one, and of which it is not known."""
    names = {
        "Forløb med plan": "plans.{}.made",
        "Forløb uden plan": "plans.{}.missing",
        "Forløb uden oplysning om plan": "plans.{}.unknown",
        "Startede forløb": "outcomes.{}.started",
    }
    return _make_list(page, "planer", "Planer for de startede forløb", ["Planer", "Forløb"], names)


def make_followup(page: Page) -> Table | None:
    """Return follow-up, attendance and final evaluations, each with what it is a share of.

    Hours are shown only where the people behind them may be.
    """
    labels = {
        "followup.{}.held": "Startede forløb med mindst én opfølgning",
        "attendance.{}.rate": "Fremmødte timer af aftalte timer",
        "followup.{}.final_evaluation": "Afsluttede forløb med slutevaluering",
    }
    people, rows = page.figures.get(f"attendance.{page.partner}.people"), []
    for name, label in labels.items():
        figure = page.figures.get(name.format(page.partner))
        is_hidden = name.startswith("attendance.") and people and not page.may_show(people)
        if figure:
            shown = HIDDEN_CELL if is_hidden else show_value(page, figure, format_counted)
            rows.append([label, shown])
    caption = "Opfølgning, fremmøde og slutevaluering"
    return Table("opfoelgning", caption, ["Opfølgning", "Andel"], rows, "lr", note_hidden(rows))


def make_veterans(page: Page) -> Table | None:
    """Return the share of veterans against the agreement's aim; nothing without such an aim."""
    names = {
        "Mål i aftalen": "agreements.{}.veteran_goal",
        "Veteraner blandt de afsluttede forløb": "agreements.{}.veteran_share",
    }
    if f"agreements.{page.partner}.veteran_goal" not in page.figures:
        return None
    caption = "Andelen af veteraner mod aftalens mål"
    return _make_list(page, "veteraner", caption, ["Veteraner", "Andel"], names)


def make_terms(page: Page) -> Table | None:
    """Return what the partner's agreement sets down; nothing where it sets nothing down."""
    names = {
        "Højst antal uger i forløb": "agreements.{}.max_weeks",
        "Plan senest efter (uger)": "agreements.{}.plan_after_weeks",
        "Mål for andelen af veteraner": "agreements.{}.veteran_goal",
    }
    return _make_list(page, "vilkaar", "Vilkår i aftalen", ["Vilkår", "Aftalt"], names)


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
    name, prefix = page.name(page.partner), f"occupancy.{page.partner}"
    over, counted = page.figure(f"{prefix}.months_over"), page.figure(f"{prefix}.months")
    caption = f"Forløb i gang hos {escape(name)} ved månedens slut"
    if page.may_show(over) and over.value:
        caption = (
            f"I {format_number(over.value)} af {count_nouns(counted, 'måned', 'måneder')} var der "
            f"flere i forløb hos {escape(name)} end aftalt"
        )
    elif page.may_show(over):
        caption = f"Der var på intet tidspunkt flere i forløb hos {escape(name)} end aftalt"
    if any(shown is None for _, shown, _ in bars):
        caption = f"{caption} ({HIDDEN_CELL}: tallet vises ikke)"
    alt = f"Søjler over forløb i gang ved hver måneds slut hos {name}. {'; '.join(parts)}."
    figures = [own.get(kind) for _, own in months for kind in ("in_use", "places")]
    named, data = tuple(list_shown(page, figures)), f"partner-{page.partner}.ipynb#tbl-brug"
    return Chart("brug", caption, alt, 2.7, partial(_draw_months, bars), named, data)


def _draw_months(bars: list[tuple[date, int | None, int]], axes: Axes) -> None:
    """Draw a bar a month, its count in its top or above, and the agreed places as a line."""
    days, agreed = [day for day, _, _ in bars], [places for _, _, places in bars]
    highest = max(*agreed, *(shown or 0 for _, shown, _ in bars))
    for x, (_, shown, _) in enumerate(bars):
        if shown is None:
            axes.text(x, 0.15, HIDDEN, ha="center", va="bottom", color=INK)
            continue
        axes.bar(x, shown, width=0.74, color=BLUE)
        is_low = shown * LOWEST_LABELLED < highest
        side, color = ("bottom", INK) if is_low else ("top", WHITE)
        at = shown + 0.1 if is_low else shown - 0.15
        axes.text(x, at, shown, ha="center", va=side, color=color)
    axes.step(range(len(bars)), agreed, where="mid", color=ORANGE, linestyle=(0, (4, 2)))
    said = f"Aftalte pladser: {agreed[-1]} (stiplet)"
    axes.text(-0.4, highest + 1.3, said, color=DARK_ORANGE)
    starts = [n for n, day in enumerate(days) if day.month % 3 == 1 or len(days) < 4]
    axes.set_xticks(starts, [shorten_month(days[n]).replace(" ", "\n") for n in starts])
    axes.set_xlim(-0.6, len(days) - 0.4)
    axes.set_ylim(0, highest + 2.2)
    axes.set_yticks([])
    axes.grid(visible=False, axis="both")
