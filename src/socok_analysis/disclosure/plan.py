"""Which figures the public edition does not show, and why.

A figure that reveals a protected cell is hidden; then, cell by cell, the cheapest further
figures, until no protected cell can be bounded too narrowly from all that is shown, this year or
earlier. Each step is an integer program (the one-cell-at-a-time form of Fischetti and Salazar
2001). A report that is published cannot be recalled: each year is planned with the earlier years'
as they stand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from socok_analysis.disclosure.bounds import Knowledge, Limit, has_room, learn, measure_room, solve
from socok_analysis.disclosure.cells import REST, Cell, System, find_subject

Reason = Literal["few", "withheld", "others"]
REACH = 24


@dataclass(frozen=True)
class Plan:
    """The figures that are hidden with the reason, and the room each protected cell must keep.

    `room` is what the rules ask, or all that is left where more is public already.
    """

    hidden: Mapping[Cell, Reason]
    room: Mapping[Cell, int]


@dataclass(frozen=True)
class Task:
    """A year to plan: all cells up to it, the figures shown in any case, and those to choose."""

    system: System
    fixed: frozenset[Cell]
    free: frozenset[Cell]
    room: Mapping[Cell, int]


def plan_year(
    system: System, year: int, earlier: Collection[Cell], declared: Collection[Cell]
) -> Plan:
    """Return what a year hides; `earlier` is what the others hide, `declared` the exceptions."""
    task = make_task(system, year, earlier, declared)
    hidden = hide_first(task, declared)
    for cell in sorted(task.room, key=lambda cell: (-task.room[cell], cell)):
        if not has_room(system, learn_shown(task, hidden), cell, task.room[cell]):
            hidden |= {figure: "others" for figure in choose_more(task, hidden, cell)}
    return Plan(show_spared(task, hidden), task.room)


def make_task(
    system: System, year: int, earlier: Collection[Cell], declared: Collection[Cell]
) -> Task:
    """Return the year's task: what is public already, and the room that leaves each cell."""
    own = {figure for figure in system.reveals if figure.year == year}
    always = {figure for figure in own if find_subject(figure.name).cost is None}
    before = {f for f in system.reveals if f.year != year and f not in earlier}
    fixed = frozenset(always | before | {figure for figure in declared if figure in system.reveals})
    task = Task(system, fixed, frozenset(own - fixed), {})
    public = learn(system, list_revealed(system, fixed))
    room = {
        cell: min(need, measure_room(system, public, cell, need))
        for cell, need in system.needs.items()
    }
    return replace(task, room={cell: need for cell, need in room.items() if need > 0})


def list_revealed(system: System, figures: Collection[Cell]) -> list[Cell]:
    """Return the cells that figures reveal."""
    return [cell for figure in figures for cell in system.reveals[figure]]


def hide_first(task: Task, declared: Collection[Cell]) -> dict[Cell, Reason]:
    """Return the figures that reveal a protected cell themselves, with the rest of their whole."""
    system = task.system
    hidden: dict[Cell, Reason] = {}
    for figure in sorted(task.free):
        if figure in system.withheld:
            hidden[figure] = "withheld"
        elif any(cell in system.needs for cell in list_shown_by(system, figure)):
            hidden[figure] = "few"
    return {figure: reason for figure, reason in hidden.items() if figure not in declared}


def list_shown_by(system: System, figure: Cell) -> list[Cell]:
    """Return the cells a figure shows: those it reveals, and the rest of a rate."""
    rest = Cell(figure.year, figure.name + REST)
    return [*system.reveals[figure], *([rest] if rest in system.values else [])]


def learn_shown(task: Task, hidden: Collection[Cell]) -> Knowledge:
    """Return what follows from all figures but the hidden ones."""
    shown = task.fixed | {figure for figure in task.free if figure not in hidden}
    return learn(task.system, list_revealed(task.system, shown))


def show_spared(task: Task, hidden: Mapping[Cell, Reason]) -> dict[Cell, Reason]:
    """Return the hidden figures without those that later choices made needless, dearest first."""
    kept = dict(hidden)
    spare = [figure for figure, reason in hidden.items() if reason == "others"]
    for figure in sorted(spare, key=lambda f: (-weigh(f), f)):
        fewer = {f: reason for f, reason in kept.items() if f != figure}
        if keeps_room(task, learn_shown(task, kept), learn_shown(task, fewer)):
            kept = fewer
    return kept


def keeps_room(task: Task, before: Knowledge, after: Knowledge) -> bool:
    """Tell whether every cell keeps its room after more is known; others than those hit do."""
    hit = {c for cell in after.known.keys() - before.known.keys() for c in before.parts[cell].cells}
    return all(
        has_room(task.system, after, cell, room) for cell, room in task.room.items() if cell in hit
    )


def weigh(figure: Cell) -> int:
    """Return what it costs to hide a figure."""
    return find_subject(figure.name).cost or 0


def choose_more(task: Task, hidden: Collection[Cell], target: Cell) -> list[Cell]:
    """Return the cheapest further figures whose hiding gives a cell its room; all where none does.

    The program looks for two tables, equal in all that is shown, in which the cell differs by
    its room; a cell of a figure may differ from its true value only where the figure is hidden.
    Its columns are the low table, the high table, and the figures, hidden or not.
    """
    system = task.system
    part = learn(system, list_revealed(system, task.fixed)).parts[target]
    place, count = {cell: number for number, cell in enumerate(part.cells)}, len(part.cells)
    figures = [f for f in sorted(task.free) if any(c in place for c in system.reveals[f])]
    already = [int(figure in hidden) for figure in figures]
    limits = [
        Limit([(place[cell] + shift, n) for cell, n in terms], *ends)
        for terms, *ends in part.limits
        for shift in (0, count)
    ]
    wanted = place[target]
    limits.append(Limit([(wanted, -1), (wanted + count, 1)], task.room[target], 2 * REACH))
    cost = [0] * (2 * count)
    for number, figure in enumerate(figures):
        cost.append(0 if figure in hidden else weigh(figure) * 1000 + number)
        switch = 2 * count + number
        for cell in system.reveals[figure]:
            for column in (place[cell], place[cell] + count) if cell in place else ():
                value = system.values[cell]
                limits.append(Limit([(column, 1), (switch, -REACH)], -REACH, value))
                limits.append(Limit([(column, 1), (switch, REACH)], value, value + 2 * REACH))
    values = [system.values[cell] for cell in part.cells]
    least = [max(0, value - REACH) for value in values] * 2 + already
    most = [value + REACH for value in values] * 2 + [1] * len(figures)
    result = solve(cost, limits, least, most, is_whole=True)
    chosen = [True] * len(figures) if result.x is None else result.x[2 * count :] > 0.5
    return [
        f for f, is_chosen in zip(figures, chosen, strict=True) if is_chosen and f not in hidden
    ]
