"""The command line. Each module here adds a group of commands; messages are Danish."""

from __future__ import annotations

import io
import os
import signal
import sys
import warnings
from collections.abc import Sequence

from socok_analysis.cli import batch, check, new, report, tables
from socok_analysis.cli.parser import make_parser, refuse_unknown, warn
from socok_analysis.core.errors import SocokError, explain_os_error, find_refusal

DONE, FAILED = 0, 3
INTERRUPTED = "Afbrudt. Det, der var færdigt før, står uændret. Samme kommando går videre derfra."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code. A user's mistake never shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    home = None
    try:
        parser = make_parser()
        commands = parser.add_subparsers(dest="command", required=True, metavar="KOMMANDO")
        report.add_commands(commands)
        tables.add_commands(commands)
        check.add_commands(commands)
        batch.add_commands(commands)
        new.add_commands(commands)
        given = sys.argv[1:] if arguments is None else arguments
        refuse_unknown(parser, given)
        options = parser.parse_args(given)
        home = options.project
        code: int = options.run(options)
        return code
    except KeyboardInterrupt:
        warn(INTERRUPTED)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        from socok_analysis.core.problems import count_problems, describe_problems

        refused = find_refusal(error) or (error if isinstance(error, OSError) else None)
        if refused:
            warn(explain_os_error(refused, home))
            return FAILED
        if not isinstance(error, SocokError):
            raise
        problems = getattr(error, "problems", ())
        if problems:
            warn(describe_problems(problems) + "\n")
        counted = f" I alt {count_problems(problems)}." if problems else ""
        warn(f"{error}{counted}")
        return error.exit_code


def run() -> int:
    """Run the command of this process; being told to end cleans up as an interrupt does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not sys.warnoptions:  # what libraries say to programmers is nothing to an analyst
        warnings.simplefilter("ignore")
    return main()
