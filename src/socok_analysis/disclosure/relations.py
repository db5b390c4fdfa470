"""Relations between figures: which total is made of which parts, declared in `relations.csv`.

They are used twice: a check asks whether they hold, and disclosure control asks what follows
from them by subtraction. `{p}` stands for one part of a name, the same throughout a relation;
`*` sums every figure that fits; `@previous` is the figure of the year before. A rate stands for
its numerator. Kinds: `sum` (total = parts), `covers` (total <= parts, as where a course has
several reasons), `at_most` (total <= parts, and equal unless a part is zero), `within` (each
part <= total), `derived` (the total is worked out of the parts in another way than by adding,
and gives them away).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from socok_analysis.core.lists import read_declaration
from socok_analysis.figures.figure import Figure

Kind = Literal["sum", "covers", "at_most", "within", "derived"]
PREVIOUS = "@previous"
HOLE = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True)
class Relation:
    """One declared relation between patterns of names."""

    name: str
    total: str
    parts: tuple[str, ...]
    kind: Kind
    meaning: str


@dataclass(frozen=True)
class Term:
    """One figure of a year, as a relation knows it."""

    year: int
    figure: str


@dataclass(frozen=True)
class Equation:
    """A relation with its holes filled in: `total` against the sum of `parts`."""

    relation: Relation
    total: Term
    parts: tuple[Term, ...]


@cache
def read_relations() -> tuple[Relation, ...]:
    """Return the declared relations."""
    return tuple(
        Relation(
            row["relation"],
            row["total"],
            tuple(map(str.strip, row["parts"].split("+"))),
            cast(Kind, row["kind"]),
            row["meaning"],
        )
        for row in read_declaration("disclosure/relations.csv")
    )


def read_derived() -> tuple[Relation, ...]:
    """Return what is declared to be worked out from other figures."""
    return tuple(relation for relation in read_relations() if relation.kind == "derived")


def list_equations(
    by_year: Mapping[int, Mapping[str, Figure]], relations: tuple[Relation, ...] | None = None
) -> list[Equation]:
    """Return every relation that holds between figures of the years; none where a part is absent.

    `by_year` has the figures of each year by name. The year before is the nearest earlier one.
    """
    known = read_relations() if relations is None else relations
    return [e for y in sorted(by_year) for r in known for e in fill_relation(r, y, by_year)]


def list_parents(name: str, year: int, by_year: Mapping[int, Mapping[str, Figure]]) -> list[Term]:
    """Return the figures one is worked out from; none where it is counted from rows."""
    return [
        term
        for relation in read_derived()
        for equation in fill_name(relation, name, year, by_year)
        for term in equation.parts
    ]


def fill_relation(
    relation: Relation, year: int, by_year: Mapping[int, Mapping[str, Figure]]
) -> Iterator[Equation]:
    """Yield the relation's equations in one year."""
    for name in by_year[year]:
        yield from fill_name(relation, name, year, by_year)


def fill_name(
    relation: Relation, name: str, year: int, by_year: Mapping[int, Mapping[str, Figure]]
) -> Iterator[Equation]:
    """Yield the relation's equation for one figure as the total, where it is one."""
    match = compile_pattern(relation.total).fullmatch(name)
    if match:
        parts = [find_terms(fill(p, match.groupdict()), year, by_year) for p in relation.parts]
        if all(parts):
            terms = tuple(term for found in parts for term in found)
            yield Equation(relation, Term(year, name), terms)


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return the expression a pattern's names fit; holes and `*` are one part of a name."""
    text = HOLE.sub(r"(?P<\1>[^.]+)", re.escape(pattern))
    return re.compile(text.replace(r"\*", r"[^.]+"))


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """Return a pattern with its holes filled in."""
    for name, value in values.items():
        pattern = pattern.replace("{" + name + "}", value)
    return pattern


def find_terms(pattern: str, year: int, by_year: Mapping[int, Mapping[str, Figure]]) -> list[Term]:
    """Return the figures that fit a part, in the year it speaks of."""
    if pattern.endswith(PREVIOUS):
        earlier = [other for other in by_year if other < year]
        if not earlier:
            return []
        pattern, year = pattern.removesuffix(PREVIOUS), max(earlier)
    expression = compile_pattern(pattern)
    return [Term(year, name) for name in by_year[year] if expression.fullmatch(name)]


def count(figure: Figure) -> int | None:
    """Return the whole number a figure stands for in a relation: a rate's numerator, a count."""
    if figure.numerator is not None:
        return figure.numerator
    return None if figure.value is None else int(figure.value)


def measure_gap(equation: Equation, by_year: Mapping[int, Mapping[str, Figure]]) -> int | None:
    """Return total minus parts where that breaks the relation, 0 where it holds, None unknown."""
    terms = (equation.total, *equation.parts)
    total, *parts = (count(by_year[term.year][term.figure]) for term in terms)
    kind, known = equation.relation.kind, [part for part in parts if part is not None]
    if total is None or len(known) < len(parts) or kind == "derived":
        return None
    if kind == "within":
        return max(max(part - total, 0) for part in known)
    gap = total - sum(known)
    return max(gap, 0) if kind == "covers" or (kind == "at_most" and 0 in known) else gap
