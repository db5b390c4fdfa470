"""The attack: what can be worked out of each protected cell from all that is shown.

The audit knows nothing of how the plan was made, only which figures are shown. It bounds every
protected cell with exact integer programs and compares the room it finds with what the rules ask.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from socok_analysis.core.problems import Problem
from socok_analysis.disclosure.bounds import Knowledge, bound, learn
from socok_analysis.disclosure.cells import Cell, System


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


def audit_shown(system: System, shown: Collection[Cell], public: Collection[Cell] = ()) -> Audit:
    """Attack every protected cell from the figures shown.

    `public` are those that were published before or are declared: what follows from them alone
    can no longer be protected, and is listed as known.
    """
    now, before = (learn(system, list_cells(system, figures)) for figures in (shown, public))
    findings = []
    for cell, needs in sorted(system.needs.items()):
        low, high = bound(now, cell)
        room = high - low if high - low >= needs else measure_width(before, cell)
        findings.append(Finding(cell, low, high, needs, room))
    return Audit(tuple(findings))


def measure_width(knowledge: Knowledge, cell: Cell) -> int:
    """Return how many whole numbers a cell can be, less one."""
    low, high = bound(knowledge, cell)
    return high - low


def list_cells(system: System, figures: Collection[Cell]) -> list[Cell]:
    """Return the cells that figures reveal, each once."""
    cells = (cell for figure in figures for cell in system.reveals[figure])
    return list(dict.fromkeys(cells))


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
