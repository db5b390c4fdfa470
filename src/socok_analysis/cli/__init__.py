"""The command line. Each module here adds a group of commands; messages are Danish."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from socok_analysis.cli import (
    batch,
    briefs,
    check,
    dictionary,
    doctor,
    new,
    origins,
    report,
    tables,
)
from socok_analysis.cli.examples import add_descriptions, add_examples
from socok_analysis.cli.parser import Parser, make_common, make_parser, refuse_unknown
from socok_analysis.cli.project import warn
from socok_analysis.core.errors import SocokError

DONE, FAILED = 0, 3
GROUPS = (
    report,
    tables,
    check,
    briefs,
    batch,
    new,
    doctor,
    dictionary,
    origins,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code. A user's mistake never shows a traceback."""
    prepare_streams()
    try:
        parser = make_commands()
        given = sys.argv[1:] if arguments is None else arguments
        refuse_unknown(parser, given)
        options = parser.parse_args(given)
        code: int = options.run(options)
        return code
    except SocokError as error:
        report_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        warn("Afbrudt. Det, der var færdigt før, står uændret. Samme kommando går videre derfra.")
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        return report_system_error(error)


def prepare_streams() -> None:
    """Let terminals that lack a letter show a question mark instead of stopping the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def report_error(error: SocokError) -> None:
    """Tell what is wrong and, for errors in data, all that was found."""
    from socok_analysis.core.problems import count_problems, describe_problems

    problems = getattr(error, "problems", ())
    if problems:
        warn(describe_problems(problems) + "\n")
    counted = f" I alt {count_problems(problems)}." if problems else ""
    warn(f"{error}{counted}")


def report_system_error(error: OSError) -> int:
    """Tell that the machine refused something; return the exit code."""
    place = f" ({error.filename})" if error.filename else ""
    warn(f"Computeren kunne ikke udføre det: {error.strerror or error}{place}.")
    return FAILED


def make_commands() -> Parser:
    """Return the parser with every command. What a command does is its option `run`."""
    parser = make_parser()
    commands = parser.add_subparsers(dest="command", required=True, metavar="KOMMANDO")
    for group in GROUPS:
        group.add_commands(commands, make_common())
    add_descriptions(commands)
    add_examples(commands.choices)
    return parser
