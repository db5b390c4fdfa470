"""`socok report`: everything; what a run read, and which figures moved."""

from __future__ import annotations

import csv
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.core.problems import read_problems
from socok_analysis.core.year import processed_dir
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.run.build import Options, choose_years
from socok_analysis.run.report import make_report, prepare_pages

MOST_MOVES = 5
MADE_BY = {
    "": "Intet er ændret siden sidst.",
    "quarto": "Sitet er lavet med Quarto.",
    "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
}


def run_report(options: Namespace, say: Say) -> Answer:
    """Make the report; tell what was read, what moved, and where it lies."""
    root = find_root(options)
    out = options.out.resolve() if options.out else None
    how = (options.edition, options.publisher, options.jobs, options.force, out, options.page)
    if options.no_site:
        prepare_pages(root, options.years, Options(*how), say)
        return 0, ""
    before = {number: read_made(root, number) for number in choose_years(root, options.years)}
    report = make_report(root, options.years, Options(*how), say)
    told = [describe_run(root, number, figures) for number, figures in before.items()]
    link = (report.site / "index.html").resolve().as_uri()
    told += [MADE_BY[report.publisher], f"Åbn {link}"]
    return 0, "" if options.quiet else "\n".join(told)


def read_made(root: Path, number: int) -> dict[str, Figure]:
    """Return the figures a year has at this moment; none where it has not been made."""
    folder = processed_dir(root, number)
    return read_figures(folder, number) if (folder / "figures.json").is_file() else {}


def describe_run(root: Path, number: int, before: Mapping[str, Figure]) -> str:
    """Return as lines what a run read, set aside and warned of, and which figures moved most.

    Whole figures come before their parts, then the largest movement in proportion. Counts of rows
    read are told apart, and what is scaled to a year only repeats its count.
    """
    folder = processed_dir(root, number)
    with (folder / "intake.csv").open(encoding="utf-8", newline="") as file:
        accounts = list(csv.DictReader(file))
    files = len({row["file"] for row in accounts if row["kind"]})
    kept, aside = (
        sum(int(a[f"rows_{name}"]) for a in accounts) for name in ("kept", "quarantined")
    )
    lines = [f"{number}: {files} filer læst, {kept} rækker brugt, {aside} sat til side."]
    told = Counter(p.file or "årsmappen" for p in read_problems(folder) if p.severity == "warning")
    if total := told.total():
        listed = ", ".join(f"{file} {count}" for file, count in told.items())
        lines.append(f"  {total} {'advarsel' if total == 1 else 'advarsler'}: {listed}.")
    moved = list[tuple[int, float, str, Figure]]()
    for name, figure in read_made(root, number).items():
        old, new = before.get(name, figure).value, figure.value
        if old != new and not name.startswith("intake.") and figure.unit != "antal pr. år":
            size = 1.0
            if old is not None and new is not None:
                size = abs(new - old) / max(abs(new), abs(old))
            moved.append((name.count("."), -size, name, figure))
    if moved:
        from socok_analysis.show.markdown import (
            format_figure,  # an unchanged report needs no arrays
        )

        more = f", her de {MOST_MOVES} vigtigste" if len(moved) > MOST_MOVES else ""
        lines.append(f"  Ændret siden sidste kørsel: {len(moved)} nøgletal{more}:")
        for *_, name, figure in sorted(moved, key=lambda move: move[:3])[:MOST_MOVES]:
            lines.append(f"    {name}: {format_figure(before[name])} → {format_figure(figure)}")
    elif before:
        lines.append("  Nøgletallene er de samme som sidst.")
    return "\n".join(lines)
