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
from typing import Any, Literal

from socok_analysis.disclosure.bounds import (
    Knowledge,
    has_room,
    learn,
    make_matrix,
    measure_room,
)
from socok_analysis.disclosure.cells import REST, Cell, System
from socok_analysis.disclosure.subjects import find_subject

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
    """Return the cheapest further figures whose hiding gives a cell its room.

    The program looks for two tables, equal in all that is shown, in which the cell differs by
    its room; a cell of a figure may differ from its true value only where the figure is hidden.
    """
    public = learn(task.system, list_revealed(task.system, task.fixed))
    part = public.parts[target]
    cells = {cell: number for number, cell in enumerate(part.cells)}
    figures = [f for f in sorted(task.free) if any(c in cells for c in task.system.reveals[f])]
    result = solve(Program(task, part, cells, figures, frozenset(hidden), target))
    return [f for f, chosen in zip(figures, result, strict=True) if chosen and f not in hidden]


@dataclass(frozen=True)
class Program:
    """The integer program of `choose_more`: columns are low table, high table, figures."""

    task: Task
    part: Any
    cells: Mapping[Cell, int]
    figures: list[Cell]
    hidden: frozenset[Cell]
    target: Cell

    @property
    def width(self) -> int:
        """The number of columns."""
        return 2 * len(self.cells) + len(self.figures)


def solve(program: Program) -> list[bool]:
    """Return for each figure whether it is to be hidden: all of them where none will do."""
    import numpy as np
    from scipy.optimize import milp

    count = len(program.cells)
    cost = np.zeros(program.width)
    for place, figure in enumerate(program.figures):
        cost[2 * count + place] = 0 if figure in program.hidden else weigh(figure) * 1000 + place
    result = milp(
        cost,
        integrality=np.ones(program.width),
        bounds=limit_columns(program),
        constraints=limit_rows(program),
        options={"mip_rel_gap": 0},
    )
    if result.x is None:
        return [True] * len(program.figures)
    return [value > 0.5 for value in result.x[2 * count :]]


def limit_columns(program: Program) -> Any:
    """Return the bounds of the columns: near the true values, figures hidden or not."""
    from scipy.optimize import Bounds

    values = [program.task.system.values[cell] for cell in program.cells]
    low = [max(0, value - REACH) for value in values] * 2
    high = [value + REACH for value in values] * 2
    already = [int(figure in program.hidden) for figure in program.figures]
    return Bounds(low + already, high + [1] * len(program.figures))


def limit_rows(program: Program) -> Any:
    """Return the rows: both tables hold what is known, differ enough, and move only if hidden."""
    from scipy.optimize import LinearConstraint

    rows = [*keep_relations(program), demand_room(program), *bind_figures(program)]
    numbers = [number for number, (terms, _, _) in enumerate(rows) for _ in terms]
    columns = [column for terms, _, _ in rows for column, _ in terms]
    weights = [weight for terms, _, _ in rows for _, weight in terms]
    matrix = make_matrix(numbers, columns, weights, (len(rows), program.width))
    return LinearConstraint(matrix, [low for _, low, _ in rows], [high for _, _, high in rows])


Limit = tuple[list[tuple[int, int]], int, int]


def keep_relations(program: Program) -> list[Limit]:
    """Return the relations between cells for the low table and the high one."""
    count = len(program.cells)
    return [
        ([(program.cells[cell] + shift, n) for cell, n in terms], low, high)
        for terms, low, high in program.part.limits
        for shift in (0, count)
    ]


def demand_room(program: Program) -> Limit:
    """Return the row that asks for the target's room between the two tables."""
    place, count = program.cells[program.target], len(program.cells)
    room = program.task.room[program.target]
    return [(place, -1), (place + count, 1)], room, 2 * REACH


def bind_figures(program: Program) -> list[Limit]:
    """Return the rows that keep a cell at its true value unless every figure of it is hidden."""
    count = len(program.cells)
    values = program.task.system.values
    limits: list[Limit] = []
    for number, figure in enumerate(program.figures):
        switch = 2 * count + number
        for cell in program.task.system.reveals[figure]:
            if cell in program.cells:
                for place in (program.cells[cell], program.cells[cell] + count):
                    value = values[cell]
                    limits.append(([(place, 1), (switch, -REACH)], -REACH, value))
                    limits.append(([(place, 1), (switch, REACH)], value, value + 2 * REACH))
    return limits
