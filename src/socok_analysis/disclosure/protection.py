"""The plan as a table beside a year's figures, what pages ask it, and the attack that proves it.

`beskyttelse.csv` in `data/processed/<year>/` lists the figures the public edition does not show,
with the reason, and those declared as public already. A mid-year status is published for itself:
what it shows must not, with the reports, give a hidden number by subtraction. It is planned as a
report between the earlier years' and the year's own. The attack knows nothing of how the plan was
made, only which figures are shown: it bounds every protected cell with exact integer programs and
compares the room it finds with what the rules ask.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from socok_analysis.core.problems import Problem, write_rows
from socok_analysis.core.year import Year
from socok_analysis.disclosure.bounds import bound, learn
from socok_analysis.disclosure.cells import Cell, Figures, System, make_system
from socok_analysis.disclosure.plan import list_revealed, plan_year
from socok_analysis.disclosure.rules import make_rules, read_declared, read_exempted
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.courses import EXTENDED
from socok_analysis.intake.maps import Code, Maps, list_codes, read_maps

FILE = "beskyttelse.csv"
COLUMNS = ("figure", "state", "why", "date", "who")
STATES: Mapping[str, str] = {
    "few": "få personer",
    "withheld": "følsomt eller uden kendt sammenhæng",
    "others": "ville røbe et skjult tal",
}
PUBLIC = "allerede offentlig"
REPORT = 9999
ByName = Mapping[str, Figure]


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


def list_exit_reasons(maps: Maps) -> dict[str, Code]:
    """Return the codes of the exit reasons; an extension is none."""
    codes = list_codes(maps.codes["exit_reasons"])
    return {code: entry for code, entry in codes.items() if code != EXTENDED}


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


def write_protection(folder: Path, years: list[Year], by_year: Figures) -> None:
    """Plan the newest of the years and write what it hides, and what is public, into its folder.

    The earlier years' plans stand in their folders. Raise DataError where the year's exceptions
    have faults.
    """
    newest, hidden = years[-1], dict[Cell, str]()
    declared = read_declared(newest.root, newest.year, by_year[newest.year])
    for year in years[:-1]:
        hidden |= read_hidden(year.processed_dir, year.year)
    system = open_system(years, by_year)
    plan = plan_year(system, newest.year, hidden, list_declared(years)).hidden
    rows: list[dict[str, object]] = [
        {"figure": c.name, "state": "skjult", "why": STATES[plan[c]], "date": "", "who": ""}
        for c in sorted(plan)
    ]
    for each in declared:
        row = {"figure": each.figure, "state": PUBLIC, "why": each.reason, "who": each.who}
        rows.append({**row, "date": each.date.isoformat()})
    write_rows(folder / FILE, COLUMNS, rows)


def place_report(year: int) -> int:
    """Return a report's place among reports and statuses."""
    return year * 10_000 + REPORT


def place_status(year: Year, as_of: date) -> int:
    """Return a status's place: before its year's report."""
    return year.year * 10_000 + min((as_of - year.period_start).days, REPORT - 1)


def plan_status(
    years: Sequence[Year], reports: Mapping[int, ByName], status: ByName, as_of: date
) -> Protection:
    """Return what a status of the newest year hides, with what the reports hide.

    `years` are the year and all before it, oldest first, with the figures of their reports.
    """
    system, place = make_status_system(years, reports, status, as_of)
    hidden = {c: why for y in years for c, why in read_hidden(y.processed_dir, y.year).items()}
    taken = {Cell(place_report(cell.year), cell.name) for cell in hidden}
    declared = {Cell(place_report(cell.year), cell.name) for cell in list_declared(years)}
    plan = plan_year(system, place, taken, declared)
    newest = years[-1].year
    earlier = {cell: why for cell, why in hidden.items() if cell.year != newest}
    own = {Cell(newest, cell.name): "få personer" for cell in plan.hidden}
    return Protection({**earlier, **own}, frozenset(year.year for year in years))


def make_status_system(
    years: Sequence[Year], reports: Mapping[int, ByName], status: ByName, as_of: date
) -> tuple[System, int]:
    """Return the cells of the reports and the status between them, and the status's place."""
    newest = years[-1]
    place, maps = place_status(newest, as_of), read_maps(newest.root, newest.year)
    known = list_exit_reasons(maps), maps.definitions
    figures = {place_report(year.year): reports[year.year] for year in years} | {place: status}
    rules = {place_report(y.year): make_rules(y, reports[y.year], *known) for y in years}
    rules[place] = make_rules(newest, status, *known)
    before = [place_report(year.year) for year in years[:-1]]
    chains = [[*before, place_report(newest.year)], [*before, place]]
    numbered = {
        number: {name: replace(figure, year=number) for name, figure in by_name.items()}
        for number, by_name in figures.items()
    }
    return make_system(numbered, rules, chains), place


@dataclass(frozen=True)
class Finding:
    """The least and greatest value an attacker can give a protected cell, and the room it needs.

    `public` is the room that what was public before leaves it, where that matters: more cannot
    be asked.
    """

    cell: Cell
    low: int
    high: int
    needs: int
    public: int

    @property
    def is_known(self) -> bool:
        """Tell whether what was public before leaves the cell less room than the rules ask."""
        return self.public < self.needs

    @property
    def is_disclosed(self) -> bool:
        """Tell whether the publication bounds the cell more narrowly than allowed."""
        return self.high - self.low < min(self.needs, self.public)


@dataclass(frozen=True)
class Audit:
    """What was found of every protected cell."""

    findings: tuple[Finding, ...]

    @property
    def disclosed(self) -> list[Finding]:
        """The cells that can be bounded too narrowly."""
        return [finding for finding in self.findings if finding.is_disclosed]

    @property
    def known(self) -> list[Finding]:
        """The cells about which too much was public before."""
        return [finding for finding in self.findings if finding.is_known]


def audit_years(years: list[Year], by_year: Figures) -> Audit:
    """Attack what the newest of the years publishes together with all earlier reports."""
    newest, system = years[-1].year, open_system(years, by_year)
    plan = read_protection({year.year: year.processed_dir for year in years})
    shown = {cell for cell in system.reveals if plan.is_shown(*cell)}
    before = {cell for cell in shown if cell.year < newest}
    return audit_shown(system, shown, before | (list_declared(years) & system.reveals.keys()))


def audit_shown(system: System, shown: Collection[Cell], public: Collection[Cell] = ()) -> Audit:
    """Attack every protected cell from the figures shown.

    `public` are those that were published before or are declared: what follows from them alone
    can no longer be protected, and is listed as known.
    """
    now, before = (learn(system, list_revealed(system, each)) for each in (shown, public))
    findings = []
    for cell, needs in sorted(system.needs.items()):
        low, high = bound(now, cell)
        room = high - low
        if room < needs:
            least, most = bound(before, cell)
            room = most - least
        findings.append(Finding(cell, low, high, needs, room))
    return Audit(tuple(findings))


def name_cells(findings: Sequence[Finding]) -> list[str]:
    """Return the cells' names as figures are called, with their years; no number is named."""
    return [f"{finding.cell.year}/{finding.cell.name}" for finding in findings]


def describe_audit(audit: Audit) -> str:
    """Return the audit in a line for the build's summary."""
    text = (
        f"angrebsprøven fandt {len(audit.disclosed) or 'ingen'} af de {len(audit.findings)} "
        "beskyttede tal"
    )
    known = f"; {len(audit.known)} følger af, hvad der er offentligt i forvejen"
    return text + (known if audit.known else "")


def list_disclosed(audit: Audit) -> list[Problem]:
    """Return an error for each protected cell that can be worked out; its value is not named."""
    return [
        Problem(
            "error",
            "disclosure.found",
            f"{name} kan regnes ud af de tal, der vises.",
            advice="Slet data/processed, og kør igen. Sker det igen, så udgiv ikke rapporten.",
        )
        for name in name_cells(audit.disclosed)
    ]
