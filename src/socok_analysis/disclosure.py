"""What the public edition may show of small numbers of people.

Grouping comes before hiding: small counts of a whole are shown together. A rate that rests on
few people, on either side, is not shown. The internal edition shows everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal

from socok_analysis.figures import Figure

Edition = Literal["public", "internal"]
EDITIONS: tuple[Edition, ...] = ("public", "internal")
HIDDEN = "[c]"
GUARDED = ("outcomes.*", "agreements.*.veteran_share")
Group = tuple[tuple[str, ...], int]


def is_small(count: int | None, threshold: int) -> bool:
    """Tell whether a count is of some people, and fewer than the threshold."""
    return count is not None and 0 < count < threshold


def may_show(figure: Figure, edition: Edition, threshold: int) -> bool:
    """Tell whether an edition may show a figure."""
    if edition == "internal" or not any(fnmatchcase(figure.figure, name) for name in GUARDED):
        return True
    if figure.denominator is None:
        is_part = ".exit." in figure.figure or ".period." in figure.figure
        return not (is_part and is_small(as_count(figure), threshold))
    rest = figure.denominator - (figure.numerator or 0)
    return not (is_small(figure.numerator, threshold) or is_small(rest, threshold))


def as_count(figure: Figure) -> int | None:
    """Return a figure's value as a count of people."""
    return None if figure.value is None else int(figure.value)


def group_small(counts: Mapping[str, int], edition: Edition, threshold: int) -> list[Group]:
    """Return the parts of a whole as (names, count), those under the threshold taken together.

    Where the small parts together are still under it, the next smallest part joins them.
    """
    parts: list[Group] = [((name,), count) for name, count in counts.items()]
    if edition == "internal":
        return parts
    small = [part for part in parts if is_small(part[1], threshold)]
    others = sorted((p for p in parts if p[1] >= threshold), key=lambda part: part[1])
    while small and others and (len(small) < 2 or total(small) < threshold):
        small.append(others.pop(0))
    joined = {name for names, _ in small for name in names}
    kept = [part for part in parts if part[0][0] not in joined]
    names = tuple(name for name in counts if name in joined)
    return [*kept, (names, total(small))] if small else kept


def total(parts: list[Group]) -> int:
    """Return the sum of some parts' counts."""
    return sum(count for _, count in parts)
