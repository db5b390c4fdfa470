"""What was done: network meetings, grants, and the progression of those who were measured."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from socok_analysis.core.danish import format_day, format_number, shorten_month
from socok_analysis.figures.counting import within
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import BLUE, INK, ORANGE, TEAL, Axes, Chart
from socok_analysis.show.markdown import Table, escape
from socok_analysis.show.page import Page
from socok_analysis.show.registers import is_known, show_known
from socok_analysis.show.values import (
    format_figure,
    list_shown,
    note_figures,
    note_hidden,
    show_value,
)

if TYPE_CHECKING:
    import pandas as pd

NOT_TOLD = "Ikke oplyst"
CASE, EFFECTIVE = "progression.case.", ".effective_hours"
Steps = list[tuple[date, float]]


def _read_period(page: Page, table: str, column: str) -> pd.DataFrame | None:
    """Return a table's rows of the report's period by day; None where there are none."""
    rows = page.read(table)
    if rows is None:
        return None
    is_recent = within(rows[column], page.year.period_start, page.year.period_end)
    recent = rows[is_recent].sort_values(column, kind="stable")
    return recent if len(recent) else None


def make_meetings(page: Page) -> Table | None:
    """Return the network's meetings of the period with status, topic and participants."""
    meetings = _read_period(page, "meetings", "held_on")
    if meetings is None:
        return None
    codes, columns = page.codes("meeting_statuses"), ["held_on", "topic", "status"]
    rows = [
        [format_day(day), show_known(topic), escape(codes[status].label)]
        for day, topic, status in meetings[columns].astype(object).to_numpy().tolist()
    ]
    labels = {
        "network.participants": "Deltagere i alt i de holdte møder",
        "network.participants_per_meeting": "i gennemsnit pr. møde",
    }
    header, note = ["Dato", "Emne", "Status"], note_figures(page, labels)
    return Table("moeder", "Møder i socialøkonomisk netværk", header, rows, "lll", note)


def make_recipients(page: Page) -> Table | None:
    """Return what each recipient was granted, the largest sum first."""
    prefix = "grants.recipient."
    names = [name for name in page.figures if name.startswith(prefix) and name.count(".") == 2]
    if not names:
        return None
    labelled = [(escape(page.name(n.removeprefix(prefix))), n, f"{n}.count") for n in names]
    labelled.sort(key=lambda row: -(page.figures[row[1]].value or 0))
    rows = []
    for label, total, count in (*labelled, ("I alt", "grants.total", "grants.count")):
        amount = show_value(page, page.figure(total), _format_amount)
        rows.append([label, amount, show_value(page, page.figure(count))])
    note = note_figures(page, {"grants.without_amount": "Bevillinger uden oplyst beløb"})
    header = ["Modtager", "Kr.", "Bevillinger"]
    return Table("midler", "Bevilget efter modtager", header, rows, "lrr", note)


def _format_amount(figure: Figure) -> str:
    return NOT_TOLD if figure.value is None else format_figure(figure)


def make_givers(page: Page) -> Table | None:
    """Return the grants of the period: recipient, giver, kind of giver and purpose."""
    grants = _read_period(page, "grants", "granted_on")
    if grants is None:
        return None
    codes, rows = page.codes("grant_kinds"), []
    columns = ["enterprise_id", "giver", "grant_kind", "purpose"]
    cells = grants.sort_values(columns[:2])[columns].astype(object).to_numpy().tolist()
    for recipient, giver, code, purpose in cells:
        kind = codes[code].label if is_known(code) else ""
        rows.append([*map(escape, (page.name(recipient), giver, kind)), show_known(purpose)])
    header = ["Modtager", "Giver", "Slags", "Formål"]
    note = note_figures(page, {f"grants.kind.{code}": entry.label for code, entry in codes.items()})
    said = f"Bevillinger efter slags. {note}" if note else ""
    return Table("givere", "Givere og formål", header, rows, "llll", said)


def make_progression(page: Page) -> Table | None:
    """Return the mean effective hours then and now; nothing where too few were measured."""
    people = page.figures.get("progression.people")
    if people is None or not people.value or not page.may_show(people):
        return None
    rows = [
        [label, show_value(page, page.figure(f"progression.{name}.effective_hours"))]
        for name, label in (("first", "Første måling"), ("last", "Seneste måling"))
    ]
    note = note_figures(page, {"progression.people": "Personer med mindst to målinger"})
    header = ["Måling", "Effektive timer om ugen"]
    caption = "Effektive timer om ugen, gennemsnit"
    return Table("progression", caption, header, rows, "lr", f"{note} {note_hidden(rows)}".strip())


def chart_progression(page: Page) -> Chart | None:
    """Return the effective hours of each case that may be shown as steps, oldest first."""
    cases: dict[str, list[Figure]] = {}
    for name in sorted(page.figures):
        if name.startswith(CASE) and name.endswith(EFFECTIVE):
            cases.setdefault(name.split(".")[2], []).append(page.figures[name])
    shown = {n: own for n, own in cases.items() if len(list_shown(page, own)) == len(own) > 1}
    if not shown:
        return None
    steps = {
        number: [(f.period_end, float(f.value or 0)) for f in own if f.period_end]
        for number, own in shown.items()
    }
    parts = [
        f"Sag {number}: " + ", ".join(f"{_format_hours(h)} den {format_day(day)}" for day, h in own)
        for number, own in steps.items()
    ]
    number, own = next(iter(steps.items()))
    first, last = _format_hours(own[0][1]), _format_hours(own[-1][1])
    caption = f"Fra {first} til {last} effektive timer om ugen i sag {number}"
    alt = f"Trappelinje over effektive timer om ugen. {'; '.join(parts)}."
    named = tuple(figure for figures in shown.values() for figure in figures)
    return Chart("progression", caption, alt, 2.6, partial(_draw_cases, steps), named)


def _format_hours(number: float) -> str:
    return format_number(number, 0 if number.is_integer() else 1)


def _draw_cases(cases: dict[str, Steps], axes: Axes) -> None:
    """Draw a step line a case, each step labelled with its hours."""
    days = [day for steps in cases.values() for day, _ in steps]
    colours = (BLUE, ORANGE, TEAL) * len(cases)
    near = {"textcoords": "offset points"}
    for (number, steps), colour in zip(cases.items(), colours, strict=False):
        own, values = [day for day, _ in steps], [value for _, value in steps]
        axes.step(own, values, where="post", color=colour, marker="o", markersize=6)
        for step in steps:
            axes.annotate(_format_hours(step[1]), step, (0, 6), ha="center", color=INK, **near)
        end = (own[-1], values[-1])
        axes.annotate(f"Sag {number}", end, (0, -14), ha="right", color=colour, **near)
    ends = sorted({min(days), max(days)})
    axes.set_xticks(ends, [shorten_month(day) for day in ends])
    axes.set_ylim(0, max(value for steps in cases.values() for _, value in steps) * 1.2)
    axes.margins(x=0.12)
    axes.grid(axis="y")
    axes.grid(visible=False, axis="x")
