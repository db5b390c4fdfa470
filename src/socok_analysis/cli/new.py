"""`socok new`."""

from __future__ import annotations

import argparse

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    text = "mappen til et nyt år: year.toml, tekster og tjekliste"
    command = commands.add_parser("new", parents=[common], help=text)
    command.add_argument("year", type=int, metavar="ÅR")
    command.set_defaults(run=run_new)


def run_new(options: argparse.Namespace) -> int:
    """Make a new year's folder and tell what to do next."""
    from socok_analysis.texts.skeleton import CHECKLIST, make_year_folder

    folder = make_year_folder(find_root(options), options.year)
    if not options.quiet:
        print(f"Mappen {folder} er lavet. Begynd med {folder / CHECKLIST}.")
        print(f"Kør “socok report {options.year}”: den siger, hvad der stadig mangler.")
    return 0
