"""How narrowly a cell can be bounded: exact whole-number bounds from what is known.

The attacker's problem (Fischetti and Salazar 2001) is solved as an integer program with scipy's
HiGHS, after everything that follows by plain subtraction has been filled in and the rest has been
split into parts that have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from socok_analysis.disclosure.cells import Cell, Row, System

MOST = 1_000_000


class Limit(NamedTuple):
    """What is known of columns of a program: the least and greatest value of a weighted sum."""

    terms: Sequence[tuple[int, int]]
    least: int
    most: int


@dataclass(frozen=True)
class Part:
    """Unknown cells that hang together, and what is known of them: terms, least and greatest."""

    cells: tuple[Cell, ...]
    limits: tuple[tuple[tuple[tuple[Cell, int], ...], int, int], ...]


@dataclass(frozen=True)
class Knowledge:
    """What follows: the cells that are known, and the part each unknown one belongs to."""

    known: Mapping[Cell, int]
    parts: Mapping[Cell, Part]


def learn(system: System, shown: Iterable[Cell]) -> Knowledge:
    """Return what follows from some cells being known, zeros always among them."""
    known = {cell: system.values[cell] for cell in shown if cell in system.values}
    known |= {cell: 0 for cell, value in system.values.items() if value == 0}
    rows = list(system.rows)
    while found := deduce(rows, known):
        known |= found
    rows = [row for row in rows if any(cell not in known for cell, _ in row.terms)]
    return Knowledge(known, split_parts(system, rows, known))


def deduce(rows: Sequence[Row], known: Mapping[Cell, int]) -> dict[Cell, int]:
    """Return the cells that are the only unknown one of an equation."""
    found = {}
    for row in rows:
        unknown = [(cell, n) for cell, n in row.terms if cell not in known]
        if row.is_equal and len(unknown) == 1:
            cell, n = unknown[0]
            found[cell] = -sum(known[c] * m for c, m in row.terms if c in known) // n
    return found


def split_parts(system: System, rows: Sequence[Row], known: Mapping[Cell, int]) -> dict[Cell, Part]:
    """Return the part of each unknown cell that a row speaks of; the others know no bounds."""
    cells = [cell for cell in sorted(system.values) if cell not in known]
    leader = {cell: cell for cell in cells}

    def find(cell: Cell) -> Cell:
        while leader[cell] != cell:
            cell = leader[cell]
        return cell

    for row in rows:
        heads = sorted({find(cell) for cell, _ in row.terms if cell not in known})
        leader.update(dict.fromkeys(heads[1:], heads[0]))
    members: dict[Cell, list[Cell]] = {}
    for cell in cells:
        members.setdefault(find(cell), []).append(cell)
    limits: dict[Cell, list[Any]] = {head: [] for head in members}
    for row in rows:
        unknown = tuple((cell, n) for cell, n in row.terms if cell not in known)
        rest = -sum(known[cell] * n for cell, n in row.terms if cell in known)
        limits[find(unknown[0][0])].append((unknown, rest, rest if row.is_equal else MOST))
    parts = {head: Part(tuple(own), tuple(limits[head])) for head, own in members.items()}
    return {cell: parts[find(cell)] for cell in cells}


def bound(knowledge: Knowledge, cell: Cell) -> tuple[int, int]:
    """Return the least and the greatest value a cell can have."""
    if cell in knowledge.known:
        value = knowledge.known[cell]
        return value, value
    part = knowledge.parts[cell]
    if not part.limits:
        return 0, MOST
    return optimise(part, cell, 1), optimise(part, cell, -1)


def optimise(part: Part, cell: Cell, sign: int) -> int:
    """Return the least (sign 1) or greatest (sign -1) value of a cell in its part.

    The linear program comes first: nearly always its best table is one of whole numbers.
    """
    place = {other: number for number, other in enumerate(part.cells)}
    limits = [Limit([(place[c], n) for c, n in terms], *ends) for terms, *ends in part.limits]
    cost = [0] * len(part.cells)
    cost[place[cell]] = sign
    for is_whole in (False, True):
        result = solve(cost, limits, 0, MOST, is_whole=is_whole)
        if result.x is None:  # the true table is a solution, so there always is one
            raise ArithmeticError(result.message)
        gap = abs(result.x - result.x.round())
        if (gap <= 1e-6 + 1e-5 * abs(result.x.round())).all():
            break
    return int(round(sign * result.fun))


def solve(
    cost: Sequence[int], limits: Sequence[Limit], least: Any, most: Any, *, is_whole: bool
) -> Any:
    """Return scipy's result of the program that makes the cost of its columns least.

    `least` and `most` bound the columns: one number for all, or one for each.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csc_array

    rows = [number for number, limit in enumerate(limits) for _ in limit.terms]
    columns = [column for limit in limits for column, _ in limit.terms]
    weights = [weight for limit in limits for _, weight in limit.terms]
    matrix = csc_array((weights, (rows, columns)), shape=(len(limits), len(cost)), dtype=float)
    return milp(
        cost,
        integrality=[int(is_whole)] * len(cost),
        bounds=Bounds(least, most),
        constraints=LinearConstraint(matrix, [r.least for r in limits], [r.most for r in limits]),
        options={"mip_rel_gap": 0},
    )


def has_room(system: System, knowledge: Knowledge, cell: Cell, room: int) -> bool:
    """Tell whether a cell can be so many whole numbers, less one; the true one is among them."""
    return measure_room(system, knowledge, cell, room) >= room


def measure_room(system: System, knowledge: Knowledge, cell: Cell, enough: int) -> int:
    """Return how many whole numbers a cell can be, less one, or more than `enough`."""
    value = system.values[cell]
    if cell in knowledge.known:
        return 0
    part = knowledge.parts[cell]
    if not part.limits:
        return MOST
    above = optimise(part, cell, -1) - value
    return above if above >= enough else above + value - optimise(part, cell, 1)
