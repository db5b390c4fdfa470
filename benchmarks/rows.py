"""The rows and tables of the results, and runs that take turns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median

from timing import Measured

Run = Callable[[], Measured]


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    what: str
    measured: Measured
    ratio: str = ""
    wanted: str = ""


def take_turns(runs: dict[str, Run], times: int) -> dict[str, Measured]:
    """Run each several times, turn about; return the medians, and the greatest memory."""
    taken: dict[str, list[Measured]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            taken[name].append(run())
    return {name: take_median(all_) for name, all_ in taken.items()}


def take_median(taken: Iterable[Measured]) -> Measured:
    """Return the median of the seconds and the greatest memory."""
    known = list(taken)
    return Measured(median(m.seconds for m in known), max(m.peak_mb for m in known))


def add_up(taken: Iterable[Measured]) -> Measured:
    """Return the seconds of runs one after another and the greatest memory."""
    known = list(taken)
    return Measured(sum(m.seconds for m in known), max(m.peak_mb for m in known))


def times_as(one: Measured, other: Measured) -> str:
    """Return how many times as long `other` takes as `one`."""
    return f"{other.seconds / one.seconds:.2f}"


def show_table(title: str, rows: Iterable[Row], note: str = "") -> str:
    """Return a section with a table."""
    head = f"## {title}\n\n| what | seconds | peak MB | ratio | wanted |\n|---|--:|--:|---|---|\n"
    lines = [
        f"| {row.what} | {row.measured.seconds:.2f} | {row.measured.peak_mb:.0f} "
        f"| {row.ratio} | {row.wanted} |"
        for row in rows
    ]
    return head + "\n".join(lines) + (f"\n\n{note}" if note else "")
