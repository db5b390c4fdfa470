"""Everything the reports publish as cells of whole numbers, and how the cells hang together.

A figure reveals cells: its count; a rate its numerator, its denominator and the rest of it. An
attacker knows the declared relations and presumes that they hold with equality where they can;
where that is true it is taken as known. Zeros are taken as known too: many can be guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

from socok_analysis.disclosure.subjects import Subject, find_subject
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.relations import (
    Equation,
    Relation,
    count,
    fill_relation,
    measure_gap,
    read_relations,
)

Figures = Mapping[int, Mapping[str, Figure]]
BASE, REST, SINCE, WITHOUT = "#af", "#rest", "#siden", "#uden"


class Cell(NamedTuple):
    """A count of a year: a figure's own by its name, others by its name and a mark."""

    year: int
    name: str


@dataclass(frozen=True)
class Row:
    """What is known of cells: their weighted sum is zero, or at least zero."""

    terms: tuple[tuple[Cell, int], ...]
    is_equal: bool = True


@dataclass(frozen=True)
class Rules:
    """What a year protects. `never_alone`: the figures that are sensitive whatever the count.

    `groups` are the year's relations beside the declared ones.
    """

    threshold: int = 5
    job_threshold: int = 3
    never_alone: frozenset[str] = frozenset()
    groups: tuple[Relation, ...] = ()

    def least(self, counts: str) -> int:
        """Return the fewest that may be shown of what is counted; 0 where all may."""
        return {"persons": self.threshold, "jobs": self.job_threshold}.get(counts, 0)


@dataclass(frozen=True)
class System:
    """Cells with their true values, what is known of them, and what each figure reveals.

    `needs`: how many whole numbers, less one, must stay possible for each protected cell.
    `withheld`: figures that are not shown whatever else is.
    """

    values: Mapping[Cell, int]
    rows: tuple[Row, ...]
    reveals: Mapping[Cell, tuple[Cell, ...]]
    needs: Mapping[Cell, int]
    withheld: frozenset[Cell]


@dataclass
class Draft:
    """A system in the making."""

    values: dict[Cell, int]
    rows: list[Row]
    reveals: dict[Cell, tuple[Cell, ...]]
    needs: dict[Cell, int]
    withheld: set[Cell]

    def protect(self, cell: Cell, least: int, is_sensitive: bool = False) -> None:
        """Protect a cell of few; a sensitive one unless it is empty."""
        value = self.values[cell]
        if 0 < value < least or (is_sensitive and value > 0):
            self.needs[cell] = max(least - 1, 1)


def make_system(
    by_year: Figures, rules: Mapping[int, Rules], chains: Sequence[Sequence[int]] = ()
) -> System:
    """Return the cells of all years' figures.

    `chains` are the years that follow each other, where not all do.
    """
    draft = Draft({}, [], {}, {}, set())
    for year, figures in by_year.items():
        for figure in figures.values():
            add_figure(draft, year, figure, figures, rules[year])
    for equation in follow_chains(by_year, rules, chains):
        if equation.relation.kind == "derived":
            add_derived(draft, equation)
        else:
            add_equation(draft, equation, by_year, rules)
    add_growth(draft, by_year, rules)
    rows = tuple(dict.fromkeys(draft.rows))
    return System(draft.values, rows, draft.reveals, draft.needs, frozenset(draft.withheld))


def follow_chains(
    by_year: Figures, rules: Mapping[int, Rules], chains: Sequence[Sequence[int]]
) -> Iterator[Equation]:
    """Yield the relations within each chain of years: the declared ones, and each year's groups."""
    for chain in chains or [list(by_year)]:
        held = {year: by_year[year] for year in chain}
        for year in sorted(held):
            for relation in (*read_relations(), *rules[year].groups):
                yield from fill_relation(relation, year, held)


def add_figure(
    draft: Draft, year: int, figure: Figure, figures: Mapping[str, Figure], rules: Rules
) -> None:
    """Add the cells a figure reveals, and protect those that are few or sensitive.

    What is not understood is withheld: a number that is no count and no relation explains.
    """
    name, subject = figure.figure, find_subject(figure.figure)
    key = Cell(year, name)
    number = count_whole(figure)
    draft.reveals[key] = ()
    if subject.counts == "derived":
        draft.withheld.add(key)
    elif number is not None:
        draft.values[key] = number
        draft.reveals[key] = (key, *add_base(draft, key, figure, subject, figures, rules))
        draft.protect(key, rules.least(subject.counts), name in rules.never_alone)
    elif not subject.is_declared and not isinstance(figure.value, bool | None):
        draft.withheld.add(key)
    if name in rules.never_alone:
        draft.withheld.add(key)


def count_whole(figure: Figure) -> int | None:
    """Return the count a figure shows; None where it shows something else or nothing."""
    if figure.numerator is not None:
        return figure.numerator
    is_count = figure.value is not None and not isinstance(figure.value, bool)
    return int(figure.value) if is_count and float(figure.value).is_integer() else None  # type: ignore[arg-type]


def add_base(
    draft: Draft,
    key: Cell,
    figure: Figure,
    subject: Subject,
    figures: Mapping[str, Figure],
    rules: Rules,
) -> tuple[Cell, ...]:
    """Add the cells of a rate's denominator and of its rest; return the denominator's."""
    if figure.denominator is None:
        return ()
    known = figures.get(subject.of)
    is_other = known is None or count(known) != figure.denominator
    base = Cell(key.year, key.name + BASE if is_other else subject.of)
    rest = Cell(key.year, key.name + REST)
    draft.values[base] = figure.denominator
    draft.values[rest] = figure.denominator - (figure.numerator or 0)
    draft.rows.append(Row(((key, 1), (rest, 1), (base, -1))))
    for cell in (base, rest):
        draft.protect(cell, rules.least(subject.counts))
    return (base,)


def add_equation(
    draft: Draft, equation: Equation, by_year: Figures, rules: Mapping[int, Rules]
) -> None:
    """Add what a relation tells: an equation where it holds as one, else what is sure."""
    total = Cell(equation.total.year, equation.total.figure)
    parts = [Cell(term.year, term.figure) for term in equation.parts]
    if not {total, *parts} <= draft.values.keys() or measure_gap(equation, by_year):
        return
    kind = equation.relation.kind
    if kind == "within":
        for part in parts:
            add_remainder(draft, total, part, rules[total.year])
        return
    terms = (*((part, 1) for part in parts), (total, -1))
    draft.rows.append(Row(terms, sum(draft.values[cell] * n for cell, n in terms) == 0))
    draft.rows += [Row(((total, 1), (part, -1)), False) for part in parts if kind == "covers"]


def add_derived(draft: Draft, equation: Equation) -> None:
    """Let a figure that is worked out of others reveal all that they reveal."""
    total = Cell(equation.total.year, equation.total.figure)
    if find_subject(total.name).counts == "derived":
        draft.withheld.discard(total)
        parts = (Cell(term.year, term.figure) for term in equation.parts)
        cells = (cell for part in parts for cell in draft.reveals[part])
        draft.reveals[total] = tuple(dict.fromkeys((*draft.reveals[total], *cells)))


def add_remainder(draft: Draft, total: Cell, part: Cell, rules: Rules) -> None:
    """Add what is left of a total without a part of it: it can be few as well."""
    rest = Cell(total.year, f"{total.name}{WITHOUT} {part.name}")
    draft.values[rest] = draft.values[total] - draft.values[part]
    draft.rows.append(Row(((part, 1), (rest, 1), (total, -1))))
    draft.protect(rest, rules.least(find_subject(total.name).counts))


def add_growth(draft: Draft, by_year: Figures, rules: Mapping[int, Rules]) -> None:
    """Add what two reports of a growing count tell of the time between them."""
    for earlier, later in combinations(sorted(by_year), 2):
        for name in list_growing(by_year[earlier], by_year[later]):
            first, last = Cell(earlier, name), Cell(later, name)
            grown = draft.values.get(last, 0) - draft.values.get(first, 0)
            if {first, last} <= draft.values.keys() and grown >= 0:
                draft.rows.append(Row(((last, 1), (first, -1)), False))
                add_grown(draft, first, last, rules[later])


def add_grown(draft: Draft, first: Cell, last: Cell, rules: Rules) -> None:
    """Add the growth between two reports as a cell where it is few or sensitive."""
    cell = Cell(last.year, f"{last.name}{SINCE} {first.year}")
    draft.values[cell] = draft.values[last] - draft.values[first]
    draft.protect(cell, rules.least(find_subject(last.name).counts), last.name in rules.never_alone)
    if cell in draft.needs:
        draft.rows.append(Row(((first, 1), (cell, 1), (last, -1))))
    else:
        del draft.values[cell]


def list_growing(earlier: Mapping[str, Figure], later: Mapping[str, Figure]) -> Iterator[str]:
    """Yield the names of counts that grow from report to report: counted from the same day."""
    for name in sorted(earlier.keys() & later.keys()):
        first, last = earlier[name], later[name]
        is_same = first.period_start is not None and first.period_start == last.period_start
        if find_subject(name).grows or (is_same and first.period_end != last.period_end):
            yield name
