"""What a run read of a year, and which of its figures moved."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from socok_analysis.core.problems import count_files, count_problems, read_problems
from socok_analysis.core.year import processed_dir
from socok_analysis.figures.figure import Figure, read_figures

MOST = 5


def read_made(root: Path, number: int) -> dict[str, Figure]:
    """Return the figures a year has at this moment; none where it has not been made."""
    folder = processed_dir(root, number)
    return read_figures(folder, number) if (folder / "figures.json").is_file() else {}


def describe_run(root: Path, number: int, before: Mapping[str, Figure]) -> str:
    """Return what a run read, set aside and warned of, and what moved most, wholes first."""
    folder, now = processed_dir(root, number), read_made(root, number)
    text = (folder / "intake.csv").read_text(encoding="utf-8")
    accounts = [row for row in csv.DictReader(text.splitlines()) if row["kind"]]
    kept, aside = (sum(int(a[f"rows_{n}"]) for a in accounts) for n in ("kept", "quarantined"))
    files = len({account["file"] for account in accounts})
    lines = [f"{number}: {files} filer læst, {kept} rækker brugt, {aside} sat til side."]
    if warned := [problem for problem in read_problems(folder) if problem.severity == "warning"]:
        lines.append(f"  {count_problems(warned)}: {count_files(warned)}.")

    def weigh(name: str) -> tuple[int, float, str]:
        old, new = float(before[name].value or 0), float(now[name].value or 0)
        return name.count("."), -abs(new - old) / (max(abs(new), abs(old)) or 1), name

    # one a year only repeats a count
    known = [name for name in now if name in before and now[name].unit != "antal pr. år"]
    moved = [name for name in known if now[name].value != before[name].value]
    if moved:
        from socok_analysis.show.markdown import format_figure

        more = f", her de {MOST} vigtigste" if len(moved) > MOST else ""
        lines.append(f"  Ændret siden sidste kørsel: {len(moved)} nøgletal{more}:")
        for name in sorted(moved, key=weigh)[:MOST]:
            lines.append(f"    {name}: {format_figure(before[name])} → {format_figure(now[name])}")
    elif before:
        lines.append("  Nøgletallene er de samme som sidst.")
    return "\n".join(lines)
