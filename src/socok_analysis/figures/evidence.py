"""A year's tables and figures with the report before it: what checks, trace and ledger look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from socok_analysis.core.year import Year
from socok_analysis.figures.counting import on_or_before
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.intake.maps import Maps, read_maps
from socok_analysis.intake.tables import read_tables

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Evidence:
    """A year's tidy tables and figures, with the nearest earlier report's where there is one."""

    year: Year
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Figure]
    maps: Maps
    earlier: Evidence | None = None

    @property
    def partners(self) -> list[str]:
        """The ids of the partners with courses."""
        return [
            name.split(".")[1]
            for name in self.figures
            if name.startswith("outcomes.") and name.count(".") == 2 and name.endswith(".started")
        ]

    @property
    def by_year(self) -> dict[int, Mapping[str, Figure]]:
        """The figures of this and the earlier year."""
        earlier = {self.earlier.year.year: self.earlier.figures} if self.earlier else {}
        return {**earlier, self.year.year: self.figures}

    def name(self, enterprise: str) -> str:
        """Return an enterprise's name."""
        register = self.tables["enterprises"]
        names = dict(zip(register["enterprise_id"], register["name"], strict=True))
        return str(names.get(enterprise, enterprise))

    def value(self, name: str) -> float | None:
        """Return a figure's value; None where it is missing or not known."""
        figure = self.figures.get(name)
        return None if figure is None or figure.value is None else float(figure.value)

    def completed(self, partner: str) -> pd.DataFrame:
        """Return a partner's courses that have ended by the evaluation date."""
        courses = self.tables["courses"]
        ended = on_or_before(courses["ended_on"], self.year.evaluation_date)
        return courses[ended & (courses["enterprise_id"] == partner)]

    def rates(self, name: str) -> Iterator[tuple[str, Figure]]:
        """Yield (partner, figure) for each partner's figure of a name, where it has a value."""
        for partner in self.partners:
            figure = self.figures.get(f"outcomes.{partner}.{name}")
            if figure is not None and figure.value is not None:
                yield partner, figure


def read_evidence(year: Year) -> Evidence:
    """Return the evidence of a prepared year, without an earlier one."""
    folder = year.processed_dir
    figures = read_figures(folder, year.year)
    return Evidence(year, read_tables(folder), figures, read_maps(year.root, year.year))
