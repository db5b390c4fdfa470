"""`socok tidy` and `socok figures`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root, speaking, warn
from socok_analysis.core.errors import DataError

if TYPE_CHECKING:
    from socok_analysis.core.problems import Problem
    from socok_analysis.figures.figure import Figure


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the commands to the parser."""
    texts = {
        "tidy": ("udtræk til tabeller, og vis hvad der er galt", run_tidy),
        "figures": ("årets nøgletal", run_figures),
    }
    for name, (text, run) in texts.items():
        command = commands.add_parser(name, parents=[common], help=text)
        command.add_argument("year", type=int, metavar="ÅR")
        command.add_argument("--format", choices=("table", "json", "csv"), default="table")
        command.set_defaults(run=run)


def run_tidy(options: argparse.Namespace) -> int:
    """Make a year's tables and tell what was found; 1 where figures contradict each other."""
    from socok_analysis.core.problems import has_errors
    from socok_analysis.run.build import prepare_year
    from socok_analysis.run.summary import read_made

    root = find_root(options)
    before = read_made(root, options.year)
    try:
        with speaking(options) as say:
            prepared = prepare_year(root, options.year, force=options.force, say=say)
    except DataError:
        if options.format != "table":
            write_tidy(root, options, before)
        raise
    if options.format != "table":
        write_tidy(root, options, before)
    elif not options.quiet:
        print(describe_tables(prepared.year.processed_dir, prepared.is_new))
        print(describe_run(root, options.year, before))
        if has_errors(prepared.problems):
            warn(describe_errors(prepared.problems, options.year))
    return 1 if has_errors(prepared.problems) else 0


def describe_errors(problems: Sequence[Problem], year: int) -> str:
    """Return that the figures contradict each other, and what to do next."""
    number = sum(problem.severity == "error" for problem in problems)
    return (
        f"{number} fejl i tallene standser den offentlige rapport. "
        f"Kør “socok check {year}”: den siger, hvad der skal gøres."
    )


def describe_run(root: Path, number: int, before: Mapping[str, Figure]) -> str:
    """Return what was read and which figures moved."""
    from socok_analysis.run.summary import describe_summary, read_summary

    return describe_summary(read_summary(root, number, before))


def write_tidy(root: Path, options: argparse.Namespace, before: Mapping[str, Figure]) -> None:
    """Write for a program what was found: the problems as CSV, or all of it as one document."""
    from dataclasses import asdict

    from socok_analysis.core.manifest import read_manifest
    from socok_analysis.core.problems import FILE, read_problems
    from socok_analysis.core.year import processed_dir
    from socok_analysis.figures.figure import to_json
    from socok_analysis.run.summary import read_summary, record_summary

    folder = processed_dir(root, options.year)
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    if options.format == "csv":
        sys.stdout.write((folder / FILE).read_text(encoding="utf-8"))
        return
    record = record_summary(read_summary(root, options.year, before))
    tables = read_manifest(folder).get("rows", {})
    found = [asdict(problem) for problem in read_problems(folder)]
    sys.stdout.write(to_json({**record, "tables": tables, "problems": found}))


def describe_tables(folder: Path, is_new: bool) -> str:
    """Return the tables with their rows, the problems found, and where both lie."""
    import csv

    from socok_analysis.core.manifest import read_manifest
    from socok_analysis.core.problems import SEVERITY_DA
    from socok_analysis.intake.tables import KIND_DA

    rows = read_manifest(folder).get("rows")
    assert isinstance(rows, dict), "a manifest tells the rows"
    lines = [f"{KIND_DA.get(name, 'afgangsårsager'):<22}{count:>7}" for name, count in rows.items()]
    with (folder / "problems.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if is_told(row)]
    for row in found:
        place = " › ".join(part for part in (row["file"], row["sheet"], row["cell"]) if part)
        kind = SEVERITY_DA[row["severity"]].capitalize()
        lines.append(": ".join(part for part in (kind, place, row["message"]) if part))
    state = "Tabellerne er lavet" if is_new else "Tabellerne er uændrede"
    return "\n".join([*lines, f"{state}: {folder}"])


def is_told(row: dict[str, str]) -> bool:
    """Tell whether a problem is worth a line after a year that went well."""
    return row["severity"] != "info" or row["check"] in ("export.absent", "file.passed_over")


def run_figures(options: argparse.Namespace) -> int:
    """Print a year's figures, and on standard error what contradicts what."""
    from socok_analysis.core.problems import describe_problems
    from socok_analysis.run.build import prepare_year

    prepared = prepare_year(find_root(options), options.year, force=options.force)
    errors = [problem for problem in prepared.problems if problem.severity == "error"]
    if errors:
        warn(describe_problems(errors))
    folder = prepared.year.processed_dir
    if options.format == "table":
        print_figures(folder)
    else:
        name = f"figures.{options.format}"
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        sys.stdout.write((folder / name).read_text(encoding="utf-8"))
    return 0


def print_figures(folder: Path) -> None:
    """Print the figures as a table for the eye."""
    from socok_analysis.figures.figure import read_figures
    from socok_analysis.show.values import format_figure, format_fraction

    for name, figure in read_figures(folder).items():
        fraction = f"({format_fraction(figure)})" if figure.numerator is not None else ""
        print(f"{name:<46}{format_figure(figure):>12} {fraction:<14} {figure.label}".rstrip())
