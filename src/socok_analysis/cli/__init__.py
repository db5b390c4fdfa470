"""The command line. Each module here runs a group of commands; messages are Danish."""

from __future__ import annotations

import codecs
import io
import os
import signal
import sys
import unicodedata
import warnings
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from socok_analysis.cli.parser import Answer, parse, speaking, warn
from socok_analysis.core.danish import NORDIC
from socok_analysis.core.problems import SocokError, explain_os_error, find_refusal

DONE, FAILED = 0, 3
INTERRUPTED = "Afbrudt. Det, der var færdigt før, står uændret. Samme kommando går videre derfra."
# What a terminal without the sign shows in its place: code pages 850 and 1252, and ASCII.
SIGNS = {"→": "->", "›": ">", "…": "...", "–": "-", "−": "-", "“": '"', "”": '"', "’": "'"}
CAPITALS = {ord(chr(sign).upper()): text.capitalize() for sign, text in NORDIC.items()}
PLAIN = str.maketrans({**SIGNS, "\xa0": " ", "▒": "#", "§": "afsnit"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code. A user's mistake never shows a traceback."""
    codecs.register_error("socok", write_plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="socok")
    home = None
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        home, is_plain = options.project, getattr(options, "format", "table") != "table"
        module, _, name = options.run.partition(".")
        with speaking(options) as say:
            run = getattr(import_module(f"socok_analysis.cli.{module}"), name)
            answer: Answer = run(options, say)
        if is_plain:  # for programs: the same bytes on every system
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        if answer[1]:
            sys.stdout.write(answer[1] if is_plain else f"{answer[1]}\n")
        return answer[0]
    except KeyboardInterrupt:
        warn(INTERRUPTED)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return tell_failure(error, home)


def tell_failure(error: Exception, home: Path | None) -> int:
    """Tell a user's mistake or a machine's refusal, and return its exit code; raise any other."""
    from socok_analysis.core.problems import count_problems, describe_problems

    refused = find_refusal(error) or (error if isinstance(error, OSError) else None)
    if refused:
        warn(explain_os_error(refused, home))
        return FAILED
    if not isinstance(error, SocokError):
        raise error
    problems = getattr(error, "problems", ())
    if problems:
        warn(describe_problems(problems) + "\n")
    counted = f" I alt {count_problems(problems)}." if problems else ""
    warn(f"{error}{counted}")
    return error.exit_code


def write_plainly(error: UnicodeError) -> tuple[str, int]:
    """Return what stands for signs a stream cannot write, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(PLAIN)
    try:
        text.encode(error.encoding)
    except UnicodeEncodeError:
        letters = unicodedata.normalize("NFKD", text.translate(NORDIC | CAPITALS))
        plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
        text = plain.encode("ascii", "replace").decode()
    return text, error.end


def run() -> int:
    """Run the command of this process; being told to end cleans up as an interrupt does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not sys.warnoptions:  # what libraries say to programmers is nothing to an analyst
        warnings.simplefilter("ignore")
    return main()
