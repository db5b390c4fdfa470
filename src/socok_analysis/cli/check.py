"""`socok check`: what is left to do before a year's report can be made."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root, speaking

if TYPE_CHECKING:
    from socok_analysis.core.problems import Problem
    from socok_analysis.run.readiness import Step

TEXT = "er årets mappe klar til en rapport? en tjekliste, det vigtigste først"
MARKS = {"ready": "[x]", "note": "[x]", "todo": "[ ]", "waiting": "[-]"}
MOST = 5


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("check", parents=[common], help=TEXT)
    command.add_argument("year", type=int, metavar="ÅR")
    command.add_argument("--format", choices=("table", "json"), default="table")
    command.add_argument("--all", action="store_true", help="vis alle fund, ikke kun de første")
    command.set_defaults(run=run_check)


def run_check(options: argparse.Namespace) -> int:
    """Print the checklist; 0 where the report can be made, 1 where something is left."""
    from dataclasses import asdict

    from socok_analysis.figures.figure import to_json
    from socok_analysis.run.readiness import check_readiness, is_ready

    with speaking(options) as say:
        steps = check_readiness(find_root(options), options.year, options.edition, say)
    ready = is_ready(steps)
    if options.format == "json":
        record = {
            "year": options.year,
            "edition": options.edition,
            "ready": ready,
            "steps": [asdict(step) for step in steps],
        }
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        sys.stdout.write(to_json(record))
    elif not (options.quiet and ready):
        print("\n".join(describe_steps(steps, options.year, None if options.all else MOST)))
    return 0 if ready else 1


def describe_steps(steps: Sequence[Step], year: int, most: int | None) -> Iterator[str]:
    """Yield the checklist line by line, and what to do next."""
    for number, step in enumerate(steps, 1):
        yield f"{MARKS[step.state]} {number}. {step.subject:<28}{step.detail}"
        yield from describe_step(step, most)
    first = next((step for step in steps if step.state == "todo"), None)
    yield ""
    if first:
        yield f"Begynd med: {first.subject}. Kør så “socok check {year}” igen."
    else:
        yield f"Alt er klar. Kør “socok report {year}”."


def describe_step(step: Step, most: int | None) -> Iterator[str]:
    """Yield the first of a step's problems, like ones once, and how many more there are."""
    from socok_analysis.core.problems import group_problems

    groups = group_problems(step.problems)
    for group in groups[:most]:
        yield from describe_group(group)
    if most is not None and len(groups) > most:
        yield f"        ... og {len(groups) - most} slags mere (--all viser dem)"


def describe_group(group: Sequence[Problem]) -> Iterator[str]:
    """Yield how serious, where and what a problem is, and below it what to do."""
    from socok_analysis.core.problems import SEVERITY_DA, count_cells, describe_values

    first = group[0]
    kind = f"{SEVERITY_DA[first.severity].capitalize()} ({first.check})"
    place = " › ".join(part for part in (first.file, first.sheet, first.cell) if part)
    more = f" (og {count_cells(len(group) - 1)} til)" if len(group) > 1 else ""
    lines = f"{kind}: {place}{more}: {first.message}" if place else f"{kind}: {first.message}"
    yield from (
        f"      - {line}" if not i else f"        {line}"
        for i, line in enumerate(lines.splitlines())
    )
    told = (describe_values(first), first.advice, first.edit)
    yield from (f"        → {text}" for text in told if text)
