"""Partners beside each other, only by definitions that count the same at all of them.

Never a ranking: each pair has its difference, in the order of the ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import difference
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import Definition, Maps, choose, list_names

FORMS = ("{name}", "resolved.{name}")


def compare_partners(figures: Iterable[Figure], year: Year, maps: Maps) -> list[Figure]:
    """Return the difference of each comparable rate between each pair of partners."""
    known = {figure.figure: figure for figure in figures}
    partners = sorted({name.split(".")[1] for name in known if name.startswith("outcomes.")})
    return [
        figure
        for name in list_compared(maps.definitions, year.year, partners)
        for form in FORMS
        for figure in compare_pairs(form.format(name=name), partners, known)
    ]


def list_compared(
    definitions: tuple[Definition, ...], year: int, partners: list[str]
) -> Iterator[str]:
    """Yield the rates by which all the partners may be compared."""
    for name in list_names(definitions):
        held = [choose(definitions, name, year, partner) for partner in partners]
        if all(version and version.is_compared for version in held):
            yield name


def compare_pairs(rate: str, partners: list[str], known: dict[str, Figure]) -> Iterator[Figure]:
    """Yield one rate's difference and its p-value for each pair of partners that have it."""
    for first, second in combinations(partners, 2):
        pair = [known.get(f"outcomes.{partner}.{rate}") for partner in (first, second)]
        if pair[0] and pair[1] and pair[0].denominator and pair[1].denominator:
            yield from difference(
                f"compare.{first}.{second}.{rate}",
                pair[0],
                pair[1],
                tables=pair[0].tables,
                period_end=pair[0].period_end,
            )
