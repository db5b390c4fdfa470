"""What a run read, set aside and warned of, and which figures moved most since the run before."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.core.problems import read_problems
from socok_analysis.core.year import processed_dir
from socok_analysis.figures.figure import Figure, read_figures

Figures = Mapping[str, Figure]
MOST = 5
COUNTED_ROWS, SCALED = "intake.", "antal pr. år"


@dataclass(frozen=True)
class Move:
    """A figure whose value is another than in the run before."""

    before: Figure
    after: Figure

    @property
    def size(self) -> float:
        """How far it moved in proportion to the larger value; 1 where one of them is missing."""
        values = self.before.value, self.after.value
        if None in values:
            return 1.0
        old, new = (float(value or 0) for value in values)
        return abs(new - old) / max(abs(new), abs(old))


@dataclass(frozen=True)
class Summary:
    """One year's run. `warnings` is by file; `moved` the largest first, none in a first run."""

    year: int
    files: int
    kept: int
    set_aside: int
    warnings: Mapping[str, int]
    moved: tuple[Move, ...]
    has_before: bool


def read_made(root: Path, number: int) -> dict[str, Figure]:
    """Return the figures a year has at this moment; none where it has not been made."""
    folder = processed_dir(root, number)
    return read_figures(folder, number) if (folder / "figures.json").is_file() else {}


def read_summary(root: Path, number: int, before: Figures) -> Summary:
    """Return the summary of a year that was just made, against the figures it had before."""
    folder = processed_dir(root, number)
    with (folder / "intake.csv").open(encoding="utf-8", newline="") as file:
        accounts = list(csv.DictReader(file))
    told = Counter(p.file or "årsmappen" for p in read_problems(folder) if p.severity == "warning")
    return Summary(
        number,
        len({row["file"] for row in accounts if row["kind"]}),
        sum(int(row["rows_kept"]) for row in accounts),
        sum(int(row["rows_quarantined"]) for row in accounts),
        told,
        tuple(list_moves(before, read_made(root, number))),
        bool(before),
    )


def list_moves(before: Figures, after: Figures) -> list[Move]:
    """Return the figures that moved: whole ones before their parts, then the largest movement.

    Counts of rows read are told apart, and what is scaled to a year only repeats its count. A
    figure with more parts in its name is a part of another: of its period, cohort or change.
    """
    moves = [
        Move(before[name], figure)
        for name, figure in after.items()
        if name in before
        and before[name].value != figure.value
        and not name.startswith(COUNTED_ROWS)
        and figure.unit != SCALED
    ]
    return sorted(
        moves, key=lambda move: (move.after.figure.count("."), -move.size, move.after.figure)
    )


def describe_summary(summary: Summary) -> str:
    """Return the summary as lines for the terminal."""
    lines = [
        f"{summary.year}: {summary.files} filer læst, {summary.kept} rækker brugt, "
        f"{summary.set_aside} sat til side."
    ]
    if summary.warnings:
        listed = ", ".join(f"{file} {count}" for file, count in summary.warnings.items())
        total = sum(summary.warnings.values())
        lines.append(f"  {total} {'advarsel' if total == 1 else 'advarsler'}: {listed}.")
    return "\n".join([*lines, *describe_moves(summary.moved, summary.has_before)])


def describe_moves(moves: Sequence[Move], has_before: bool) -> list[str]:
    """Return the largest movements as lines, and how many more there are."""
    from socok_analysis.show.values import format_figure

    if not moves:
        return ["  Nøgletallene er de samme som sidst."] if has_before else []
    lines = [
        f"  {move.after.figure}: {format_figure(move.before)} → {format_figure(move.after)}"
        for move in moves[:MOST]
    ]
    more = f", her de {MOST} vigtigste" if len(moves) > MOST else ""
    return [f"  Ændret siden sidste kørsel: {len(moves)} nøgletal{more}:", *map(indent, lines)]


def indent(line: str) -> str:
    """Return a line below its heading."""
    return f"  {line}"


def record_summary(summary: Summary) -> dict[str, object]:
    """Return the summary as JSON knows it."""
    return {
        "year": summary.year,
        "files": summary.files,
        "rows_kept": summary.kept,
        "rows_set_aside": summary.set_aside,
        "warnings": dict(summary.warnings),
        "moved": [
            {"figure": m.after.figure, "before": m.before.value, "after": m.after.value}
            for m in summary.moved
        ],
    }
