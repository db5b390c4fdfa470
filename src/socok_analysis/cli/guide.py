"""`socok guide`: the guide as a small site of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root

TEXT = "vejledningen som små websider med søgning, og dataordbogen for dette projekt"
FOLDER = "_guide"


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("guide", parents=[common], help=TEXT)
    command.add_argument("--out", type=Path, metavar="MAPPE",
                         help=f"sidernes mappe (ellers {FOLDER} i projektet)")
    command.set_defaults(run=run_guide)  # fmt: skip


def run_guide(options: argparse.Namespace) -> int:
    """Make the guide and tell where it lies."""
    from socok_analysis.guide import make_guide

    root = find_root(options)
    target = options.out.resolve() if options.out else root / FOLDER
    make_guide(root, target)
    if not options.quiet:
        print(f"Åbn {target / 'index.html'}")
    return 0
