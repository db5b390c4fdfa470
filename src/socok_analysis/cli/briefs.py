"""`socok status` and `socok brief`: one page for a committee."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root

if TYPE_CHECKING:
    from datetime import date

STATUS = "status på årets ansættelser til en dato: én side til udvalget"
BRIEF = "årsrapporten på én side til udvalget"


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the commands to the parser."""
    status = commands.add_parser("status", parents=[common], help=STATUS, description=STATUS)
    status.add_argument(
        "--as-of", type=read_day, required=True, metavar="DATO", help="statusdagen, fx 2020-06-30"
    )
    brief = commands.add_parser("brief", parents=[common], help=BRIEF, description=BRIEF)
    for command, run in ((status, run_status), (brief, run_brief)):
        command.add_argument("year", type=int, metavar="ÅR")
        command.add_argument(
            "--out", type=Path, metavar="MAPPE", help="hvor siden lægges (ellers i notater)"
        )
        command.set_defaults(run=run)


def read_day(text: str) -> date:
    """Return a date of the command line; argparse tells where it is none."""
    from datetime import date

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” er ikke en dato som 2020-06-30") from error


def run_status(options: argparse.Namespace) -> int:
    """Make the status of a year to a date."""
    parameters = {"year": options.year, "as_of": options.as_of.isoformat()}
    return write_page(options, "status", f"status-{options.as_of}", parameters)


def run_brief(options: argparse.Namespace) -> int:
    """Make the year's report on one page."""
    return write_page(options, "resume", f"resume-{options.year}", {"year": options.year})


def write_page(
    options: argparse.Namespace, notebook: str, name: str, parameters: dict[str, object]
) -> int:
    """Run the notebook, write the page, and tell where it lies."""
    from socok_analysis.run.briefs import make_brief
    from socok_analysis.run.build import prepare_year

    year = prepare_year(find_root(options), options.year, force=options.force).year
    out = options.out.resolve() if options.out else None
    made = make_brief(year, notebook, name, parameters, options.edition, out)
    if not options.quiet:
        print("\n".join(str(path) for path in made))
    return 0
