"""`socok tidy`, `figures`, `trace`, `diff`: what was read, the numbers, and whence they come."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.cli.parser import (
    Commands,
    add_command,
    add_format,
    add_year,
    find_root,
    speaking,
    warn,
    write_json,
    write_plain,
)
from socok_analysis.core.errors import UsageError

if TYPE_CHECKING:
    from socok_analysis.figures.figure import Figure

MOST_MOVES, COUNTED = 5, ("kept", "quarantined")
TOLD_INFOS = ("export.absent", "file.passed_over")


def add_commands(commands: Commands) -> None:
    """Add the commands to the parser."""
    text = "udtræk til tabeller, og vis hvad der er galt"
    examples = "socok tidy 2019                        læs udtrækkene, og vis fejl"
    add_year(add_command(commands, "tidy", run_tidy, text, examples))
    examples = """
        socok figures 2019                     tallene til øjet
        socok figures 2019 --format csv > tal.csv"""
    command = add_command(commands, "figures", run_figures, "årets nøgletal", examples)
    add_year(command)
    add_format(command, "json", "csv")
    examples = """
        socok trace outcomes.sumak.success_wide --year 2019
        socok trace jobs.total --year 2019 --edition internal   med rækkenumre"""
    command = add_command(commands, "trace", run_trace, "hvor et tal kommer fra", examples)
    text = "fx outcomes.sumak.success_wide"
    command.add_argument("figure", metavar="NØGLETAL", help=text)
    command.add_argument("--year", type=int, required=True, metavar="ÅR")
    add_format(command, "json")
    text = "hvad der er ændret mellem to år"
    examples = "socok diff 2018 2019                   fra rapport 2018 til rapport 2019"
    command = add_command(commands, "diff", run_diff, text, examples)
    command.add_argument("years", type=int, nargs=2, metavar="ÅR")
    add_format(command, "json")


def run_tidy(options: argparse.Namespace) -> int:
    """Make a year's tables and tell what was found; 1 where figures contradict each other."""
    from socok_analysis.core.manifest import read_manifest
    from socok_analysis.core.problems import SEVERITY_DA, has_errors, read_problems
    from socok_analysis.intake.tables import KIND_DA
    from socok_analysis.run.build import prepare_year

    root = find_root(options)
    before = read_made(root, options.year)
    with speaking(options) as say:
        prepared = prepare_year(root, options.year, force=options.force, say=say)
    is_faulty = has_errors(prepared.problems)
    if options.quiet:
        return 1 if is_faulty else 0
    folder = prepared.year.processed_dir
    rows: Any = read_manifest(folder)["rows"]
    for name, count in rows.items():
        print(f"{KIND_DA.get(name, 'afgangsårsager'):<22}{count:>7}")
    for problem in read_problems(folder):
        if problem.severity != "info" or problem.check in TOLD_INFOS:
            told = (SEVERITY_DA[problem.severity].capitalize(), problem.place, problem.message)
            print(": ".join(filter(None, told)))
    print(f"{'Tabellerne er lavet' if prepared.is_new else 'Tabellerne er uændrede'}: {folder}")
    print(describe_run(root, options.year, before))
    if is_faulty:
        number = sum(problem.severity == "error" for problem in prepared.problems)
        warn(
            f"{number} fejl i tallene standser den offentlige rapport. "
            f"Kør “socok check {options.year}”: den siger, hvad der skal gøres."
        )
    return 1 if is_faulty else 0


def read_made(root: Path, number: int) -> dict[str, Figure]:
    """Return the figures a year has at this moment; none where it has not been made."""
    from socok_analysis.core.year import processed_dir
    from socok_analysis.figures.figure import read_figures

    folder = processed_dir(root, number)
    return read_figures(folder, number) if (folder / "figures.json").is_file() else {}


def describe_run(root: Path, number: int, before: Mapping[str, Figure]) -> str:
    """Return as lines what a run read, set aside and warned of, and which figures moved most.

    Whole figures come before their parts, then the largest movement in proportion. Counts of rows
    read are told apart, and what is scaled to a year only repeats its count.
    """
    import csv

    from socok_analysis.core.problems import read_problems
    from socok_analysis.core.year import processed_dir

    folder = processed_dir(root, number)
    with (folder / "intake.csv").open(encoding="utf-8", newline="") as file:
        accounts = list(csv.DictReader(file))
    files = len({row["file"] for row in accounts if row["kind"]})
    kept, aside = (sum(int(row[f"rows_{name}"]) for row in accounts) for name in COUNTED)
    lines = [f"{number}: {files} filer læst, {kept} rækker brugt, {aside} sat til side."]
    told = Counter(p.file or "årsmappen" for p in read_problems(folder) if p.severity == "warning")
    if told:
        listed = ", ".join(f"{file} {count}" for file, count in told.items())
        total = told.total()
        lines.append(f"  {total} {'advarsel' if total == 1 else 'advarsler'}: {listed}.")
    moved = []
    for name, figure in read_made(root, number).items():
        old, new = before.get(name, figure).value, figure.value
        if old != new and not name.startswith("intake.") and figure.unit != "antal pr. år":
            size = 1.0
            if old is not None and new is not None:
                size = abs(new - old) / max(abs(new), abs(old))
            moved.append((name.count("."), -size, name, figure))
    if moved:
        from socok_analysis.show.values import format_figure

        more = f", her de {MOST_MOVES} vigtigste" if len(moved) > MOST_MOVES else ""
        lines.append(f"  Ændret siden sidste kørsel: {len(moved)} nøgletal{more}:")
        for *_, name, figure in sorted(moved, key=lambda move: move[:3])[:MOST_MOVES]:
            values = f"{format_figure(before[name])} → {format_figure(figure)}"
            lines.append(f"    {name}: {values}")
    elif before:
        lines.append("  Nøgletallene er de samme som sidst.")
    return "\n".join(lines)


def run_figures(options: argparse.Namespace) -> int:
    """Print the figures an edition tells, and on standard error what contradicts what."""
    from socok_analysis.core.problems import describe_problems
    from socok_analysis.disclosure.public import FOLDER
    from socok_analysis.figures.figure import read_figures
    from socok_analysis.run.build import prepare_year
    from socok_analysis.show.values import format_figure, format_fraction

    prepared = prepare_year(find_root(options), options.year, force=options.force)
    errors = [problem for problem in prepared.problems if problem.severity == "error"]
    if errors:
        warn(describe_problems(errors))
    folder = prepared.year.processed_dir
    if options.edition == "internal":
        warn("Intern udgave: må ikke offentliggøres.")
    else:
        folder /= FOLDER
    if options.format != "table":
        write_plain((folder / f"figures.{options.format}").read_text(encoding="utf-8"))
        return 0
    for name, figure in read_figures(folder).items():
        fraction = f"({format_fraction(figure)})" if figure.numerator is not None else ""
        print(f"{name:<46}{format_figure(figure):>12} {fraction:<14} {figure.label}".rstrip())
    return 0


def run_trace(options: argparse.Namespace) -> int:
    """Print the way back from one figure; with row numbers in the internal edition."""
    from socok_analysis.figures.ledger import trace_figure
    from socok_analysis.run.open import gather_evidence, make_page
    from socok_analysis.show.changes import describe_trace, record_trace

    root = find_root(options)
    trace = trace_figure(options.figure, gather_evidence(root, options.year))
    page = make_page(root, options.year, options.edition)
    if options.format == "json":
        write_json(record_trace(trace, page))
    else:
        print(describe_trace(trace, page))
    return 0


def run_diff(options: argparse.Namespace) -> int:
    """Print what changed from one year's report to another's, the earlier first."""
    from socok_analysis.run.open import gather_pair
    from socok_analysis.show.changes import describe_changes, record_changes

    first, last = sorted(options.years)
    if first == last:
        raise UsageError("Skriv to forskellige år.")
    old, new = gather_pair(find_root(options), first, last, options.edition)
    is_internal = options.edition == "internal"
    if options.format == "json":
        write_json(record_changes(old, new, is_internal))
    else:
        print(describe_changes(old, new, is_internal))
    return 0
