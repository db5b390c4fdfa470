"""What a figure counts: `subjects.csv` beside this file says it by pattern, first fit first.

`counts`: persons (`threshold` of year.toml applies), jobs (`job_threshold`), things (nothing to
protect) or derived (worked out of figures that a `derived` relation names). `of`: the figure a
rate's denominator is.
`keep`: what it costs to leave the figure out; blank is never. `grows`: ja where the figure counts
from a fixed day, so that two reports give a period's number by subtraction.
A figure no pattern fits counts persons: what nobody has thought of is protected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from socok_analysis.core.lists import read_declaration
from socok_analysis.figures.relations import compile_pattern, fill

Counts = Literal["persons", "jobs", "things", "derived"]
LEAST_COST = 10


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
    return tuple(map(read_subject, read_declaration("disclosure/subjects.csv")))


def read_subject(row: Mapping[str, str]) -> Subject:
    """Return what one row says."""
    cost = int(row["keep"]) if row["keep"] else None
    counts: Counts = row["counts"]  # type: ignore[assignment]
    return Subject(row["pattern"], counts, row["of"], cost, row["grows"] == "ja")


@cache
def find_subject(name: str) -> Subject:
    """Return what a figure counts, the pattern's hole in `of` filled in."""
    for subject in read_subjects():
        match = compile_pattern(subject.pattern).fullmatch(name)
        if match:
            of = fill(subject.of, match.groupdict())
            return Subject(name, subject.counts, of, subject.cost, subject.grows)
    return Subject(name, is_declared=False)
