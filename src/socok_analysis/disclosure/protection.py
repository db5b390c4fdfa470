"""The plan as a table beside a year's figures, and what pages ask it.

`beskyttelse.csv` in `data/processed/<year>/` lists the figures the public edition does not show,
with the reason, and those declared as public already.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.core.problems import write_rows
from socok_analysis.disclosure.cells import Cell, Figures, System, make_system
from socok_analysis.disclosure.rules import (
    Exempted,
    make_rules,
    read_declared,
    read_exempted,
)

if TYPE_CHECKING:
    from socok_analysis.core.year import Year
    from socok_analysis.disclosure.audit import Audit
    from socok_analysis.disclosure.plan import Reason

FILE = "beskyttelse.csv"
COLUMNS = ("figure", "state", "why", "date", "who")
STATES: Mapping[str, str] = {
    "few": "få personer",
    "withheld": "følsomt eller uden kendt sammenhæng",
    "others": "ville røbe et skjult tal",
}
PUBLIC = "allerede offentlig"


@dataclass(frozen=True)
class Protection:
    """What the public edition of some years does not show, and why. Of other years: nothing."""

    hidden: Mapping[Cell, str]
    years: frozenset[int]

    def is_shown(self, year: int, name: str) -> bool:
        """Tell whether the public edition shows a figure of a year."""
        return year in self.years and Cell(year, name) not in self.hidden

    def reason(self, year: int, name: str) -> str:
        """Return why a figure is not shown, in Danish; empty where it is."""
        return self.hidden.get(Cell(year, name), "")


CLOSED = Protection({}, frozenset())
Group = tuple[tuple[str, ...], int]


def join_hidden(counts: Mapping[str, int], hidden: Collection[str], total: int) -> list[Group]:
    """Return the parts of a whole as (names, count), the hidden ones as one.

    Only where the parts give the whole does their sum follow from what is shown; elsewhere, and
    where it would be one part alone, the hidden ones are left out.
    """
    shown: list[Group] = [((name,), n) for name, n in counts.items() if name not in hidden]
    names = tuple(name for name in counts if name in hidden)
    if len(names) < 2 or sum(counts.values()) != total:
        return shown
    return [*shown, (names, sum(counts[name] for name in names))]


def read_hidden(folder: Path, year: int) -> dict[Cell, str]:
    """Return the figures a year's folder says are hidden, with the reason in Danish."""
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {Cell(year, row["figure"]): row["why"] for row in rows if row["state"] != PUBLIC}


def read_protection(folders: Mapping[int, Path]) -> Protection:
    """Return the protection of years from their processed folders."""
    hidden: dict[Cell, str] = {}
    for year, folder in folders.items():
        hidden |= read_hidden(folder, year)
    return Protection(hidden, frozenset(folders))


def open_system(years: Iterable[Year], by_year: Figures) -> System:
    """Return the cells of some years of a project, under the code lists of the newest."""
    from socok_analysis.figures.outcomes import list_exit_reasons
    from socok_analysis.intake.maps import read_maps

    chosen = {year.year: year for year in years}
    newest = chosen[max(chosen)]
    maps = read_maps(newest.root, newest.year)
    reasons = list_exit_reasons(maps)
    rules = {
        number: make_rules(year, by_year[number], reasons, maps.definitions)
        for number, year in chosen.items()
    }
    return make_system(by_year, rules)


def list_declared(years: Iterable[Year]) -> set[Cell]:
    """Return the figures that years declare as public already."""
    return {
        Cell(year.year, each.figure)
        for year in years
        for each in read_exempted(year.root, year.year)[0]
    }


def plan_figures(years: list[Year], by_year: Figures) -> Mapping[Cell, Reason]:
    """Return what the newest of the years hides; the earlier ones' plans stand in their folders."""
    from socok_analysis.disclosure.plan import plan_year

    newest = years[-1]
    hidden: dict[Cell, str] = {}
    for year in years[:-1]:
        hidden |= read_hidden(year.processed_dir, year.year)
    system = open_system(years, by_year)
    return plan_year(system, newest.year, hidden, list_declared(years)).hidden


def write_protection(folder: Path, years: list[Year], by_year: Figures) -> None:
    """Plan the newest of the years and write the plan into its folder.

    Raise DataError where the year's exceptions have faults.
    """
    newest = years[-1]
    declared = read_declared(newest.root, newest.year, by_year[newest.year])
    hidden = plan_figures(years, by_year)
    write_rows(folder / FILE, COLUMNS, [*describe_hidden(hidden), *map(describe_public, declared)])


def describe_hidden(hidden: Mapping[Cell, Reason]) -> list[dict[str, object]]:
    """Return the lines of the hidden figures, by name."""
    return [
        {"figure": cell.name, "state": "skjult", "why": STATES[hidden[cell]], "date": "", "who": ""}
        for cell in sorted(hidden)
    ]


def describe_public(each: Exempted) -> dict[str, object]:
    """Return the line of a figure that is public already."""
    return {
        "figure": each.figure,
        "state": PUBLIC,
        "why": each.reason,
        "date": each.date.isoformat(),
        "who": each.who,
    }


def audit_years(years: list[Year], by_year: Figures) -> Audit:
    """Attack what the newest of the years publishes together with all earlier reports."""
    from socok_analysis.disclosure.audit import audit_shown

    newest = years[-1].year
    system = open_system(years, by_year)
    plan = read_protection({year.year: year.processed_dir for year in years})
    shown = {cell for cell in system.reveals if plan.is_shown(*cell)}
    before = {cell for cell in shown if cell.year < newest}
    return audit_shown(system, shown, before | (list_declared(years) & system.reveals.keys()))
