"""`socok report` and `socok pages`."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import check_jobs, find_root, speaking

if TYPE_CHECKING:
    from socok_analysis.figures.figure import Figure


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the commands to the parser."""
    texts = {
        "report": ("hele rapporten: tabeller, tal, sider, PDF, Word og site", run_report),
        "pages": ("som report, men uden sitet (det bruger quarto render)", run_pages),
    }
    for name, (text, run) in texts.items():
        command = commands.add_parser(name, parents=[common], help=text)
        command.add_argument(
            "years", type=int, nargs="*", metavar="ÅR", help="alle, hvis ingen nævnes"
        )
        command.add_argument(
            "--out", type=Path, metavar="MAPPE", help="sitets mappe (ellers _site i projektet)"
        )
        command.set_defaults(run=run)


def run_report(options: argparse.Namespace) -> int:
    """Make the report; tell what was read, what moved, and where it lies."""
    from socok_analysis.run.build import choose_years
    from socok_analysis.run.report import Options, make_report
    from socok_analysis.run.summary import read_made

    check_jobs(options)
    out = options.out.resolve() if options.out else None
    chosen = Options(options.edition, options.publisher, options.jobs, options.force, out)
    root = find_root(options)
    before = {number: read_made(root, number) for number in choose_years(root, options.years)}
    with speaking(options) as say:
        report = make_report(root, options.years, chosen, say)
    if not options.quiet:
        print(describe_years(root, before))
        print(describe_report(report.site, report.publisher))
    return 0


def run_pages(options: argparse.Namespace) -> int:
    """Make the pages and documents, and leave the site to another publisher."""
    from socok_analysis.run.report import Options, prepare_pages

    check_jobs(options)
    chosen = Options(options.edition, jobs=options.jobs, force=options.force)
    with speaking(options) as say:
        prepare_pages(find_root(options), options.years, chosen, say)
    return 0


def describe_years(root: Path, before: Mapping[int, Mapping[str, Figure]]) -> str:
    """Return what was read of each year and which figures moved, against those before the run."""
    from socok_analysis.run.summary import describe_summary, read_summary

    return "\n".join(
        describe_summary(read_summary(root, number, figures)) for number, figures in before.items()
    )


def describe_report(site: Path, publisher: str) -> str:
    """Return the closing lines: what made the site, and where to open it."""
    made = {
        "": "Intet er ændret siden sidst.",
        "quarto": "Sitet er lavet med Quarto.",
        "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
    }
    return f"{made[publisher]}\nÅbn {site / 'index.html'}"
