"""`socok trace`: where a number comes from. `socok diff`: what changed between two reports."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import choose_voice, find_root
from socok_analysis.core.errors import UsageError

if TYPE_CHECKING:
    from socok_analysis.figures.evidence import Evidence


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the commands to the parser."""
    trace = commands.add_parser("trace", parents=[common], help="hvor et tal kommer fra")
    trace.add_argument("figure", metavar="NØGLETAL", help="fx outcomes.sumak.success_wide")
    trace.add_argument("--year", type=int, required=True, metavar="ÅR")
    trace.add_argument("--format", choices=("table", "json"), default="table")
    trace.set_defaults(run=run_trace)
    diff = commands.add_parser("diff", parents=[common], help="hvad der er ændret mellem to år")
    diff.add_argument("years", type=int, nargs=2, metavar="ÅR")
    diff.add_argument("--format", choices=("table", "json"), default="table")
    diff.set_defaults(run=run_diff)


def run_trace(options: argparse.Namespace) -> int:
    """Print the way back from one figure; with row numbers in the internal edition."""
    from socok_analysis.figures.trace import trace_figure
    from socok_analysis.run.open import make_page
    from socok_analysis.show.changes import describe_trace, record_trace

    evidence = gather(options, options.year)
    trace = trace_figure(options.figure, evidence)
    page = make_page(evidence.year.root, options.year, options.edition)
    if options.format == "json":
        write(record_trace(trace, page))
    else:
        print(describe_trace(trace, page))
    return 0


def gather(options: argparse.Namespace, number: int) -> Evidence:
    """Return a year's evidence with the report before it, made first where it is not up to date."""
    from socok_analysis.run.build import gather_evidence

    return gather_evidence(
        find_root(options), number, force=options.force, say=choose_voice(options)
    )


def write(record: object) -> None:
    """Write one JSON document to standard output."""
    from socok_analysis.figures.figure import to_json

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(to_json(record))


def run_diff(options: argparse.Namespace) -> int:
    """Print what changed from one year's report to another's, the earlier first."""
    from dataclasses import replace

    from socok_analysis.show.changes import describe_changes, record_changes

    first, last = sorted(options.years)
    if first == last:
        raise UsageError("Skriv to forskellige år.")
    old = replace(gather(options, first), earlier=None)
    new = replace(gather(options, last), earlier=old)
    is_internal = options.edition == "internal"
    if options.format == "json":
        write(record_changes(old, new, is_internal))
    else:
        print(describe_changes(old, new, is_internal))
    return 0
