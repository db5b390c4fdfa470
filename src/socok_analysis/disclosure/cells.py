"""Everything the reports publish as cells of whole numbers, and how the cells hang together.

A figure reveals cells: its count; a rate its numerator, its denominator and the rest of it. An
attacker knows the declared relations and presumes that they hold with equality where they can;
where that is true it is taken as known. Zeros are taken as known too: many can be guessed.

What a figure counts stands in `subjects.csv` beside this file, by pattern, first fit first.
`counts`: persons (`threshold` of year.toml applies), jobs (`job_threshold`), things (nothing to
protect) or derived (worked out of figures that a `derived` relation names). `of`: the figure a
rate's denominator is. `keep`: what it costs to leave the figure out; blank is never. `grows`: ja
where the figure counts from a fixed day, so that two reports give a period's number by
subtraction. A figure no pattern fits counts persons: what nobody has thought of is protected.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from typing import Literal, NamedTuple, cast

from socok_analysis.core.lists import read_declaration
from socok_analysis.disclosure.relations import (
    Equation,
    Relation,
    compile_pattern,
    count,
    fill,
    fill_relation,
    measure_gap,
    read_relations,
)
from socok_analysis.figures.figure import Figure

Figures = Mapping[int, Mapping[str, Figure]]
Counts = Literal["persons", "jobs", "things", "derived"]
LEAST_COST = 10
BASE, REST, SINCE, WITHOUT = "#af", "#rest", "#siden", "#uden"


@dataclass(frozen=True)
class Subject:
    """What the figures whose names fit a pattern count."""

    pattern: str
    counts: Counts = "persons"
    of: str = ""
    cost: int | None = LEAST_COST
    grows: bool = False
    is_declared: bool = True


@cache
def read_subjects() -> tuple[Subject, ...]:
    """Return what figures count, in the order of the file."""
    return tuple(
        Subject(
            row["pattern"],
            cast(Counts, row["counts"]),
            row["of"],
            int(row["keep"]) if row["keep"] else None,
            row["grows"] == "ja",
        )
        for row in read_declaration("disclosure/subjects.csv")
    )


@cache
def find_subject(name: str) -> Subject:
    """Return what a figure counts, the pattern's hole in `of` filled in."""
    for subject in read_subjects():
        match = compile_pattern(subject.pattern).fullmatch(name)
        if match:
            return replace(subject, pattern=name, of=fill(subject.of, match.groupdict()))
    return Subject(name, is_declared=False)


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


@dataclass
class System:
    """Cells with their true values, what is known of them, and what each figure reveals.

    `needs`: how many whole numbers, less one, must stay possible for each protected cell.
    `withheld`: figures that are not shown whatever else is.
    """

    values: dict[Cell, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    reveals: dict[Cell, tuple[Cell, ...]] = field(default_factory=dict)
    needs: dict[Cell, int] = field(default_factory=dict)
    withheld: set[Cell] = field(default_factory=set)

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
    system = System()
    for year, figures in by_year.items():
        for figure in figures.values():
            _add_figure(system, year, figure, figures, rules[year])
    for equation in _follow_chains(by_year, rules, chains):
        if equation.relation.kind == "derived":
            _add_derived(system, equation)
        else:
            _add_equation(system, equation, by_year, rules)
    _add_growth(system, by_year, rules)
    system.rows = list(dict.fromkeys(system.rows))
    return system


def _follow_chains(
    by_year: Figures, rules: Mapping[int, Rules], chains: Sequence[Sequence[int]]
) -> Iterator[Equation]:
    """Yield the relations within each chain of years: the declared ones, and each year's groups."""
    for chain in chains or [list(by_year)]:
        held = {year: by_year[year] for year in chain}
        for year in sorted(held):
            for relation in (*read_relations(), *rules[year].groups):
                yield from fill_relation(relation, year, held)


def _add_figure(
    system: System, year: int, figure: Figure, figures: Mapping[str, Figure], rules: Rules
) -> None:
    """Add the cells a figure reveals, and protect those that are few or sensitive.

    What is not understood is withheld: a number that is no count and no relation explains.
    """
    name, subject = figure.figure, find_subject(figure.figure)
    key = Cell(year, name)
    number = count_whole(figure)
    system.reveals[key] = ()
    if subject.counts == "derived":
        system.withheld.add(key)
    elif number is not None:
        system.values[key] = number
        system.reveals[key] = (key, *_add_base(system, key, figure, subject, figures, rules))
        system.protect(key, rules.least(subject.counts), name in rules.never_alone)
    elif not subject.is_declared and not isinstance(figure.value, bool | None):
        system.withheld.add(key)
    if name in rules.never_alone:
        system.withheld.add(key)


def count_whole(figure: Figure) -> int | None:
    """Return the count a figure shows; None where it shows something else or nothing."""
    if figure.numerator is not None:
        return figure.numerator
    is_count = figure.value is not None and not isinstance(figure.value, bool)
    return int(figure.value) if is_count and float(figure.value).is_integer() else None  # type: ignore[arg-type]


def _add_base(
    system: System,
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
    system.values[base] = figure.denominator
    system.values[rest] = figure.denominator - (figure.numerator or 0)
    system.rows.append(Row(((key, 1), (rest, 1), (base, -1))))
    for cell in (base, rest):
        system.protect(cell, rules.least(subject.counts))
    return (base,)


def _add_equation(
    system: System, equation: Equation, by_year: Figures, rules: Mapping[int, Rules]
) -> None:
    """Add what a relation tells: an equation where it holds as one, else what is sure."""
    total = Cell(equation.total.year, equation.total.figure)
    parts = [Cell(term.year, term.figure) for term in equation.parts]
    if not {total, *parts} <= system.values.keys() or measure_gap(equation, by_year):
        return
    kind = equation.relation.kind
    if kind == "within":
        for part in parts:
            _add_remainder(system, total, part, rules[total.year])
        return
    terms = (*((part, 1) for part in parts), (total, -1))
    system.rows.append(Row(terms, sum(system.values[cell] * n for cell, n in terms) == 0))
    system.rows += [Row(((total, 1), (part, -1)), False) for part in parts if kind == "covers"]


def _add_derived(system: System, equation: Equation) -> None:
    """Let a figure that is worked out of others reveal all that they reveal."""
    total = Cell(equation.total.year, equation.total.figure)
    if find_subject(total.name).counts == "derived":
        system.withheld.discard(total)
        parts = (Cell(term.year, term.figure) for term in equation.parts)
        cells = (cell for part in parts for cell in system.reveals[part])
        system.reveals[total] = tuple(dict.fromkeys((*system.reveals[total], *cells)))


def _add_remainder(system: System, total: Cell, part: Cell, rules: Rules) -> None:
    """Add what is left of a total without a part of it: it can be few as well."""
    rest = Cell(total.year, f"{total.name}{WITHOUT} {part.name}")
    system.values[rest] = system.values[total] - system.values[part]
    system.rows.append(Row(((part, 1), (rest, 1), (total, -1))))
    system.protect(rest, rules.least(find_subject(total.name).counts))


def _add_growth(system: System, by_year: Figures, rules: Mapping[int, Rules]) -> None:
    """Add what two reports of a growing count tell of the time between them.

    A count grows from report to report that is counted from the same day. The growth is a cell
    of its own where it is few or sensitive.
    """
    for earlier, later in combinations(sorted(by_year), 2):
        for name in sorted(by_year[earlier].keys() & by_year[later].keys()):
            old, new, subject = by_year[earlier][name], by_year[later][name], find_subject(name)
            is_same = old.period_start is not None and old.period_start == new.period_start
            if not (subject.grows or (is_same and old.period_end != new.period_end)):
                continue
            first, last = Cell(earlier, name), Cell(later, name)
            grown = system.values.get(last, 0) - system.values.get(first, 0)
            if not {first, last} <= system.values.keys() or grown < 0:
                continue
            system.rows.append(Row(((last, 1), (first, -1)), False))
            cell, least = (
                Cell(later, f"{name}{SINCE} {earlier}"),
                rules[later].least(subject.counts),
            )
            system.values[cell] = grown
            system.protect(cell, least, name in rules[later].never_alone)
            if cell in system.needs:
                system.rows.append(Row(((first, 1), (cell, 1), (last, -1))))
            else:
                del system.values[cell]
