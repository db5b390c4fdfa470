"""`socok new`."""

from __future__ import annotations

import argparse
from pathlib import Path

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root
from socok_analysis.core.errors import UsageError


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    text = "mappen til et nyt år, eller et projekt til en anden kommune"
    command = commands.add_parser("new", parents=[common], help=text)
    command.add_argument("year", type=int, nargs="?", metavar="ÅR")
    command.add_argument("--municipality", metavar="NAVN", help="et nyt projekt til kommunen")
    command.add_argument("--out", type=Path, metavar="MAPPE", help="det nye projekts mappe")
    command.set_defaults(run=run_new)


def run_new(options: argparse.Namespace) -> int:
    """Make a new year's folder, a new project, or both, and tell what to do next."""
    check_usage(options)
    say = (lambda _: None) if options.quiet else print
    root = make_root(options)
    if options.municipality:
        say(f"Projektet {root} er lavet. Ret kort og kodelister i {root / 'data/raw/maps'}.")
    if options.year is None:
        say("Gå til mappen, og lav det første år: socok new ÅR")
        return 0
    return make_year(options, root)


def check_usage(options: argparse.Namespace) -> None:
    """Raise UsageError where neither a year nor a whole project is asked for."""
    if bool(options.municipality) != bool(options.out):
        raise UsageError("--municipality og --out hører sammen: kommunens navn og en ny mappe.")
    if options.year is None and not options.municipality:
        raise UsageError("Skriv årstallet, fx socok new 2020.")


def make_root(options: argparse.Namespace) -> Path:
    """Return the project's folder, made first where it is a new municipality's."""
    if not options.municipality:
        return find_root(options)
    from socok_analysis.run.template import make_project

    return make_project(options.out.resolve(), options.municipality)


def make_year(options: argparse.Namespace, root: Path) -> int:
    """Make the folder of a year in a project."""
    from socok_analysis.checks.deviations import COLUMNS, FILE
    from socok_analysis.intake.skeleton import CHECKLIST, make_year_folder

    folder = make_year_folder(root, options.year, {FILE: f"{','.join(COLUMNS)}\n"})
    if not options.quiet:
        print(f"Mappen {folder} er lavet. Begynd med {folder / CHECKLIST}.")
        print(f"Kør “socok check {options.year}”: den siger, hvad der stadig mangler.")
    return 0
