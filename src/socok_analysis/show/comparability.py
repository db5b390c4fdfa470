"""Whether two figures may be compared: the same definition, and periods of the same length.

`data/raw/maps/breaks.csv` (`pattern,year,reason`) declares where a series is broken for a reason
the figures themselves do not tell: what is counted in the report of that year and later is not
what was counted before. A version of a rate's definition that is not comparable breaks it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from socok_analysis.core.errors import DataError
from socok_analysis.core.lists import Filled, ListFile, YearNumber, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.figures.counting import count_months
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import Definition, read_definitions

RATES = ("andel", "antal pr. år")
OF_A_DAY = ("enterprises.total", "enterprises.registered", "enterprises.volunteer")


@dataclass(frozen=True)
class Break:
    """A declared break of a series, at the report of a year."""

    pattern: Filled
    year: YearNumber
    reason: Filled


@dataclass(frozen=True)
class Dated:
    """A figure of a report year, with the breaks its project declares."""

    year: int
    figure: Figure
    breaks: tuple[Break, ...] = ()

    @property
    def number(self) -> float:
        """The value as a number; missing is 0, so ask `is_known` first."""
        return float(self.figure.value or 0)

    @property
    def share(self) -> float | None:
        """The figure as a rate: its value, or numerator by denominator; None where it is none."""
        if self.figure.unit == "andel":
            return None if self.figure.value is None else float(self.figure.value)
        if self.figure.numerator is None or not self.figure.denominator:
            return None
        return self.figure.numerator / self.figure.denominator

    @property
    def shown(self) -> str:
        """The value as readers see it."""
        from socok_analysis.show.values import format_figure

        return format_figure(self.figure)

    @property
    def told(self) -> str:
        """The figure with its value and year, for messages."""
        label = f" ({self.figure.label})" if self.figure.label else ""
        return f"{self.figure.figure}{label} er {self.shown} i rapport {self.year}"


def read_breaks(root: Path) -> tuple[Break, ...]:
    """Return the declared breaks; raise DataError with what is wrong with the files."""
    problems: list[Problem] = []
    declared = read_rows(ListFile(maps_dir(root) / "breaks.csv"), Break, problems)
    has_definitions = (maps_dir(root) / "definitions.csv").exists()
    versions = read_definitions(root, problems) if has_definitions else ()
    if problems:
        raise DataError("Listerne over brud og definitioner har fejl.", problems)
    return (*declared, *(b for version in versions for b in list_broken(version)))


def list_broken(version: Definition) -> Iterator[Break]:
    """Yield what a version of a definition breaks: the rate of its partner, and its kinds."""
    if version.is_comparable:
        return
    for kind in ("", "*."):
        pattern = f"outcomes.{version.partner or '*'}.{kind}{version.definition}"
        yield Break(pattern, version.valid_from, version.reason)


def explain_break(now: Dated, then: Dated) -> str:
    """Return why two figures may not be compared, in words that follow a figure's name."""
    if now.figure.value is None or then.figure.value is None:
        return "er ikke opgjort i begge tilfælde."
    if now.figure.unit != then.figure.unit:
        return f"er målt i {now.figure.unit}, {then.figure.figure} i {then.figure.unit}."
    if now.year != then.year and (reason := find_break(now, then)):
        return f"kan ikke sammenlignes over tid: {reason}"
    if now.figure.figure == then.figure.figure and now.figure.definition != then.figure.definition:
        return "er ikke defineret ens i de to rapporter."
    return explain_lengths(now.figure, then.figure)


def find_break(now: Dated, then: Dated) -> str:
    """Return the reason of a declared break that lies between two figures."""
    first, last = sorted((now.year, then.year))
    between = [b for b in now.breaks if first < b.year <= last]
    return next((b.reason for b in between if fnmatchcase(now.figure.figure, b.pattern)), "")


def explain_lengths(now: Figure, then: Figure) -> str:
    """Return that two counts are of periods of different length.

    Rates are not counts, a count without a start is of a day, and two with the same start are
    both counted since then.
    """
    lengths = [measure_length(figure) for figure in (now, then)]
    if None in lengths or lengths[0] == lengths[1] or now.period_start == then.period_start:
        return ""
    return (
        f"er talt over {lengths[0]:g} måneder, det andet tal over {lengths[1]:g}. "
        "Brug et tal omregnet til tolv måneder, fx jobs.total_per_12_months."
    )


def measure_length(figure: Figure) -> float | None:
    """Return the months a count was made over, None for what is no count over a period."""
    if figure.unit in RATES or figure.figure in OF_A_DAY:
        return None
    if figure.period_start is None or figure.period_end is None:
        return None
    return count_months(figure.period_start, figure.period_end)
