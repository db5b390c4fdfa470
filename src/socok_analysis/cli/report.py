"""`socok report` and `socok pages`."""

from __future__ import annotations

import argparse
from pathlib import Path

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import check_jobs, choose_voice, find_root


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the commands to the parser."""
    texts = {
        "report": ("hele rapporten: tabeller, tal, sider, PDF, Word og site", run_report),
        "pages": ("som report, men uden sitet (det bruger quarto render)", run_pages),
    }
    for name, (text, run) in texts.items():
        command = commands.add_parser(name, parents=[common], help=text)
        command.add_argument("years", type=int, nargs="*", metavar="ÅR",
                             help="alle, hvis ingen nævnes")
        command.add_argument("--out", type=Path, metavar="MAPPE",
                             help="sitets mappe (ellers _site i projektet)")
        command.set_defaults(run=run)  # fmt: skip


def run_report(options: argparse.Namespace) -> int:
    """Make the report and tell where it lies."""
    from socok_analysis.run.report import Options, make_report

    check_jobs(options)
    out = options.out.resolve() if options.out else None
    chosen = Options(options.edition, options.publisher, options.jobs, options.force, out)
    report = make_report(find_root(options), options.years, chosen, choose_voice(options))
    if not options.quiet:
        print(describe_report(report.site, report.publisher))
    return 0


def run_pages(options: argparse.Namespace) -> int:
    """Make the pages and documents, and leave the site to another publisher."""
    from socok_analysis.run.report import Options, prepare_pages

    check_jobs(options)
    chosen = Options(options.edition, jobs=options.jobs, force=options.force)
    prepare_pages(find_root(options), options.years, chosen, choose_voice(options))
    return 0


def describe_report(site: Path, publisher: str) -> str:
    """Return the closing lines: what made the site, and where to open it."""
    made = {
        "": "Intet er ændret siden sidst.",
        "quarto": "Sitet er lavet med Quarto.",
        "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
    }
    return f"{made[publisher]}\nÅbn {site / 'index.html'}"
