"""The attack: what can be worked out of each protected cell from all that is shown.

The audit knows the plan's result only: the figures that are shown. It bounds every protected
cell with exact integer programs and compares the room it finds with what the rules ask.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from socok_analysis.disclosure.bounds import bound, learn
from socok_analysis.disclosure.cells import Cell, System


@dataclass(frozen=True)
class Finding:
    """What an attacker can say of a protected cell, the room it has and the room it must have."""

    cell: Cell
    low: int
    high: int
    needs: int

    @property
    def is_disclosed(self) -> bool:
        """Tell whether the cell can be bounded more narrowly than allowed."""
        return self.high - self.low < self.needs


def audit_shown(
    system: System, shown: Collection[Cell], public: Collection[Cell] = ()
) -> tuple[list[Finding], list[Finding]]:
    """Return what is found of every protected cell, and of those that were public before.

    `shown` are the figures of the publication with all earlier ones, `public` those among them
    that were published before or are declared: what follows from them alone can no longer be
    protected.
    """
    now, before = (learn(system, list_cells(system, figures)) for figures in (shown, public))
    findings, known = [], []
    for cell, needs in sorted(system.needs.items()):
        low, high = bound(now, cell)
        first, last = bound(before, cell)
        findings.append(Finding(cell, low, high, min(needs, last - first)))
        if last - first < needs:
            known.append(Finding(cell, first, last, needs))
    return findings, known


def list_cells(system: System, figures: Collection[Cell]) -> list[Cell]:
    """Return the cells that figures reveal, each once."""
    cells = (cell for figure in figures for cell in system.reveals[figure])
    return list(dict.fromkeys(cells))


def count_disclosed(findings: Collection[Finding]) -> int:
    """Return how many protected cells can be bounded too narrowly."""
    return sum(finding.is_disclosed for finding in findings)


def describe_audit(findings: Collection[Finding], known: Collection[Finding]) -> str:
    """Return the audit in a line for the build's summary; it names no number that is hidden."""
    text = f"angrebsprøve: {len(findings)} beskyttede tal, {count_disclosed(findings)} kan findes"
    names = ", ".join(name_cell(finding.cell) for finding in known)
    return text + (f"; allerede offentlige: {names}" if known else "")


def name_cell(cell: Cell) -> str:
    """Return a cell's name as the figures are called, with its year."""
    return f"{cell.year}/{cell.name}"


