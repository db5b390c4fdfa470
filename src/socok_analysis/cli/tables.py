"""`socok tidy`, `figures`, `trace`, `diff`: what was read, the numbers, and whence they come."""

from __future__ import annotations

import csv
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from socok_analysis.cli.parser import Answer, Say, find_root, warn
from socok_analysis.core.manifest import read_manifest
from socok_analysis.core.problems import (
    SEVERITY_DA,
    UsageError,
    describe_problems,
    has_errors,
    read_problems,
)
from socok_analysis.core.year import processed_dir
from socok_analysis.disclosure.public import FOLDER
from socok_analysis.figures.figure import Figure, read_figures, to_json
from socok_analysis.figures.ledger import trace_figure
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.run.build import prepare_year
from socok_analysis.run.open import gather_evidence, gather_pair, make_page
from socok_analysis.show import sources
from socok_analysis.show.markdown import format_figure, format_fraction

MOST_MOVES = 5
TOLD_INFOS = ("export.absent", "file.passed_over")


def run_tidy(options: Namespace, say: Say) -> Answer:
    """Make a year's tables and tell what was found; 1 where figures contradict each other."""
    root, number = find_root(options), options.year
    before = read_made(root, number)
    prepared = prepare_year(root, number, force=options.force, say=say)
    folder = prepared.year.processed_dir
    rows: dict[str, int] = read_manifest(folder)["rows"]
    lines = [f"{KIND_DA.get(name, 'afgangsårsager'):<22}{rows[name]:>7}" for name in rows]
    for problem in read_problems(folder):
        if problem.severity != "info" or problem.check in TOLD_INFOS:
            told = (SEVERITY_DA[problem.severity].capitalize(), problem.place, problem.message)
            lines.append(": ".join(filter(None, told)))
    lines.append(f"Tabellerne er {'lavet' if prepared.is_new else 'uændrede'}: {folder}")
    lines.append(describe_run(root, number, before))
    if is_faulty := has_errors(prepared.problems):
        count = sum(problem.severity == "error" for problem in prepared.problems)
        warn(
            f"{count} fejl i tallene standser den offentlige rapport. "
            f"Kør “socok check {number}”: den siger, hvad der skal gøres."
        )
    return int(is_faulty), "" if options.quiet else "\n".join(lines)


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
        more = f", her de {MOST_MOVES} vigtigste" if len(moved) > MOST_MOVES else ""
        lines.append(f"  Ændret siden sidste kørsel: {len(moved)} nøgletal{more}:")
        for *_, name, figure in sorted(moved, key=lambda move: move[:3])[:MOST_MOVES]:
            lines.append(f"    {name}: {format_figure(before[name])} → {format_figure(figure)}")
    elif before:
        lines.append("  Nøgletallene er de samme som sidst.")
    return "\n".join(lines)


def run_figures(options: Namespace, say: Say) -> Answer:
    """Tell the figures of an edition, and on standard error what contradicts what."""
    prepared = prepare_year(find_root(options), options.year, force=options.force, say=say)
    if errors := [problem for problem in prepared.problems if problem.severity == "error"]:
        warn(describe_problems(errors))
    folder = prepared.year.processed_dir
    if options.edition == "internal":
        warn("Intern udgave: må ikke offentliggøres.")
    else:
        folder /= FOLDER
    if options.format != "table":
        return 0, (folder / f"figures.{options.format}").read_text(encoding="utf-8")
    lines = []
    for name, figure in read_figures(folder).items():
        fraction = f"({format_fraction(figure)})" if figure.numerator is not None else ""
        lines.append(
            f"{name:<46}{format_figure(figure):>12} {fraction:<14} {figure.label}".rstrip()
        )
    return 0, "\n".join(lines)


def run_trace(options: Namespace, say: Say) -> Answer:
    """Tell the way back from one figure; with row numbers in the internal edition."""
    root = find_root(options)
    say(f"{options.year}: finder vejen tilbage")
    trace = trace_figure(options.figure, gather_evidence(root, options.year))
    page = make_page(root, options.year, options.edition)
    if options.format == "json":
        return 0, to_json(sources.record_trace(trace, page))
    return 0, sources.describe_trace(trace, page)


def run_diff(options: Namespace, say: Say) -> Answer:
    """Tell what changed from one year's report to another's, the earlier first."""
    first, last = sorted(options.years)
    if first == last:
        raise UsageError("Skriv to forskellige år.")
    root, is_internal = find_root(options), options.edition == "internal"
    say(f"sammenligner {first} med {last}")
    old, new = gather_pair(root, first, last, options.edition)
    if options.format == "json":
        return 0, to_json(sources.record_changes(old, new, is_internal))
    return 0, sources.describe_changes(old, new, is_internal)
