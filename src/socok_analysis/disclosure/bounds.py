"""How narrowly a cell can be bounded: exact whole-number bounds from what is known.

The attacker's problem (Fischetti and Salazar 2001) is solved as an integer program with scipy's
HiGHS, after everything that follows by plain subtraction has been filled in and the rest has been
split into parts that have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from socok_analysis.disclosure.cells import Cell, Row, System

MOST = 1_000_000


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
    import numpy as np

    cost = np.zeros(len(part.cells))
    cost[part.cells.index(cell)] = sign
    rows = limit(part)
    result = solve_table(cost, rows, is_whole=False)
    if not np.allclose(result.x, np.round(result.x), atol=1e-6):
        result = solve_table(cost, rows, is_whole=True)
    return int(round(sign * result.fun))


def solve_table(cost: Any, rows: Any, is_whole: bool) -> Any:
    """Return the best table; the true one is a solution, so there always is one."""
    import numpy as np
    from scipy.optimize import Bounds, milp

    kinds = np.full(len(cost), int(is_whole))
    result = milp(
        cost,
        integrality=kinds,
        bounds=Bounds(0, MOST),
        constraints=rows,
        options={"mip_rel_gap": 0},
    )
    if result.x is None:
        raise ArithmeticError(result.message)
    return result


def limit(part: Part) -> Any:
    """Return what is known of a part as scipy's constraint."""
    from scipy.optimize import LinearConstraint

    place = {cell: number for number, cell in enumerate(part.cells)}
    rows = [number for number, (terms, _, _) in enumerate(part.limits) for _ in terms]
    columns = [place[cell] for terms, _, _ in part.limits for cell, _ in terms]
    weights = [n for terms, _, _ in part.limits for _, n in terms]
    matrix = make_matrix(rows, columns, weights, (len(part.limits), len(part.cells)))
    return LinearConstraint(
        matrix, [low for _, low, _ in part.limits], [high for _, _, high in part.limits]
    )


def make_matrix(
    rows: list[int], columns: list[int], weights: list[int], shape: tuple[int, int]
) -> Any:
    """Return a sparse matrix of weights."""
    from scipy.sparse import csc_array

    return csc_array((weights, (rows, columns)), shape=shape, dtype=float)


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
