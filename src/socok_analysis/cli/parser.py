"""The parser of the command line: Danish words, near misses named, options every command takes."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from socok_analysis import __version__
from socok_analysis.core.errors import UsageError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]
else:
    Commands = object
HELP_WORDS = {
    "usage:": "brug:",
    "positional arguments:": "kommandoer og årstal:",
    "options:": "valg:",
    "show this help message and exit": "vis denne hjælp",
    "show program's version number and exit": "vis udgaven",
}


class Parser(argparse.ArgumentParser):
    """A parser that speaks Danish and names the nearest command."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the message in Danish."""
        raise UsageError(f"{translate(message)}\nSe “{self.prog} --help”.")

    def format_help(self) -> str:
        """Return the help with argparse's own words in Danish."""
        text = super().format_help()
        for english, danish in HELP_WORDS.items():
            text = text.replace(english, danish)
        return text


def refuse_unknown(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Raise UsageError for the first option no command knows, with the nearest that one does.

    argparse itself would take the option's value for a year, and complain of that.
    """
    from socok_analysis.core.danish import did_you_mean

    known = list_options(parser)
    given = [text.split("=")[0] for text in arguments if text.startswith("--") and text != "--"]
    for name in given:
        if not any(option.startswith(name) for option in known):
            raise UsageError(f"{name} er ikke et kendt valg.{did_you_mean(name, known)}")


def list_options(parser: argparse.ArgumentParser) -> list[str]:
    """Return the options of the parser and of its commands."""
    options = dict.fromkeys(parser._option_string_actions)
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                options |= dict.fromkeys(list_options(command))
    return list(options)


def translate(message: str) -> str:
    """Return argparse's message in Danish."""
    from socok_analysis.core.danish import did_you_mean

    if "invalid choice" in message:
        wrong = message.split("invalid choice: ")[1].split(" (")[0].strip("'")
        choices = message.split("choose from ")[1].rstrip(")").replace("'", "").split(", ")
        near = did_you_mean(wrong, choices)
        return f"“{wrong}” er ikke blandt mulighederne: {', '.join(choices)}.{near}"
    words = {
        "the following arguments are required:": "Der mangler:",
        "unrecognized arguments:": "Ukendt:",
        "invalid int value:": "er ikke et helt tal:",
        "expected one argument": "skal have en værdi",
        "argument ": "",
    }
    for english, danish in words.items():
        message = message.replace(english, danish)
    return message


def make_parser() -> Parser:
    """Return the parser of the command line, without its commands."""
    parser = Parser(
        prog="socok",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Fra jobcentrets Excel-udtræk til den socialøkonomiske årsrapport.",
        epilog="Eksempler:\n  socok report              alle år i data/raw\n"
        "  socok report 2019         kun 2019\n  socok tidy 2019           læs udtrækkene, "
        "og vis fejl\n  socok figures 2019 --format json",
    )
    parser.add_argument("--version", action="version", version=f"socok {__version__}")
    add_common(parser, argparse.SUPPRESS)
    parser.set_defaults(
        project=None,
        edition="public",
        publisher="auto",
        jobs=os.cpu_count() or 1,
        force=False,
        quiet=False,
    )
    return parser


def make_common() -> Parser:
    """Return the options every command takes, before the command's name or after it."""
    common = Parser(add_help=False)
    add_common(common, argparse.SUPPRESS)
    return common


def add_common(parser: Parser, default: str) -> None:
    """Add the common options; what is not given leaves what was given before."""
    parser.add_argument(
        "--project",
        type=Path,
        default=default,
        metavar="MAPPE",
        help="projektets mappe (ellers den aktuelle)",
    )
    parser.add_argument(
        "--edition",
        choices=("public", "internal"),
        default=default,
        help="offentlig udgave eller intern med alle tal",
    )
    parser.add_argument(
        "--publisher",
        choices=("auto", "quarto", "embedded"),
        default=default,
        help="hvad sitet laves med (auto: Quarto, hvis det er installeret)",
    )
    parser.add_argument(
        "--jobs", type=int, default=default, metavar="N", help="antal notebooks ad gangen"
    )
    parser.add_argument(
        "--force", action="store_true", default=default, help="lav alt om, også det uændrede"
    )
    parser.add_argument("--quiet", action="store_true", default=default, help="vis kun fejl")
