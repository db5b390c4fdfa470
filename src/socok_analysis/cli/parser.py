"""The parser of the command line: Danish words, near misses named, options every command takes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from socok_analysis import __version__
from socok_analysis.core.errors import UsageError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction["Parser"]
else:
    Commands = object

Say = Callable[[str], None]
EPILOG = """Eksempler:
  socok report              alle år i data/raw
  socok report 2019         kun 2019
  socok tidy 2019           læs udtrækkene, og vis fejl
  socok check 2020          hvad der mangler, det vigtigste først"""
HELP_WORDS = {
    "usage:": "brug:",
    "positional arguments:": "kommandoer og årstal:",
    "options:": "valg:",
    "show this help message and exit": "vis denne hjælp",
    "show program's version number and exit": "vis udgaven",
}
ERROR_WORDS = {
    "the following arguments are required:": "Der mangler:",
    "unrecognized arguments:": "Ukendt:",
    "invalid int value:": "er ikke et helt tal:",
    "invalid fromisoformat value:": "er ikke en dato som 2020-06-30:",
    "expected one argument": "skal have en værdi",
    "argument ": "",
}


class Parser(argparse.ArgumentParser):
    """A parser that speaks Danish and names the nearest command, option or choice."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the message in Danish."""
        from socok_analysis.core.danish import did_you_mean

        if "invalid choice" in message:
            wrong = message.split("invalid choice: ")[1].split(" (")[0].strip("'")
            choices = message.split("choose from ")[1].rstrip(")").replace("'", "").split(", ")
            near = did_you_mean(wrong, choices)
            message = f"“{wrong}” er ikke blandt mulighederne: {', '.join(choices)}.{near}"
        for english, danish in ERROR_WORDS.items():
            message = message.replace(english, danish)
        raise UsageError(f"{message}\nSe “{self.prog} --help”.")

    def format_help(self) -> str:
        """Return the help with argparse's own words in Danish."""
        text = super().format_help()
        for english, danish in HELP_WORDS.items():
            text = text.replace(english, danish)
        return text


def make_parser() -> Parser:
    """Return the parser of the command line, without its commands."""
    parser = Parser(
        prog="socok",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Fra jobcentrets Excel-udtræk til den socialøkonomiske årsrapport.",
        epilog=EPILOG,
    )
    parser.add_argument("--version", action="version", version=f"socok {__version__}")
    add_common(parser)
    parser.set_defaults(
        project=None,
        edition="public",
        publisher="auto",
        jobs=os.cpu_count() or 1,
        force=False,
        quiet=False,
    )
    return parser


def add_common(parser: Parser) -> None:
    """Add the options every command takes, before its name or after it.

    What is not given leaves what was given before: the parser's own defaults hold last.
    """

    def add(*names: str, **facts: Any) -> None:
        parser.add_argument(*names, default=argparse.SUPPRESS, **facts)

    text = "projektets mappe (ellers den aktuelle)"
    add("--project", type=Path, metavar="MAPPE", help=text)
    text = "offentlig udgave eller intern med alle tal"
    add("--edition", choices=("public", "internal"), help=text)
    text = "hvad sitet laves med (auto: Quarto, hvis det er installeret)"
    add("--publisher", choices=("auto", "quarto", "embedded"), help=text)
    add("--jobs", type=int, metavar="N", help="antal notebooks ad gangen")
    add("--force", action="store_true", help="lav alt om, også det uændrede")
    add("--quiet", action="store_true", help="vis kun fejl")


def add_command(
    commands: Commands, name: str, run: Callable[..., int], text: str, examples: str
) -> Parser:
    """Add a command with what it does in a line, its examples, and the common options."""
    lines = "\n".join(f"  {line.strip()}" for line in examples.strip().splitlines())
    command = commands.add_parser(
        name,
        help=text,
        description=f"{text[:1].upper()}{text[1:]}.",
        epilog=f"Eksempler:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_common(command)
    command.set_defaults(run=run)
    return command


def add_year(command: Parser, **facts: Any) -> None:
    """Add the report year a command takes."""
    command.add_argument("year", type=int, metavar="ÅR", help="rapportens årstal", **facts)


def add_format(command: Parser, *choices: str) -> None:
    """Add the choice between a table for the eye and forms for programs."""
    text = "table til øjet; de andre til programmer"
    command.add_argument("--format", choices=("table", *choices), default="table", help=text)


def refuse_unknown(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> None:
    """Raise UsageError for the first option no command knows, with the nearest that one does.

    argparse itself would take the option's value for a year, and complain of that.
    """
    from socok_analysis.core.danish import did_you_mean

    parsers = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            parsers += action.choices.values()
    known = [*dict.fromkeys(name for each in parsers for name in each._option_string_actions)]
    for text in arguments:
        name = text.split("=")[0]
        is_option = name.startswith("--") and name != "--"
        if is_option and not any(option.startswith(name) for option in known):
            raise UsageError(f"{name} er ikke et kendt valg.{did_you_mean(name, known)}")


def warn(text: str) -> None:
    """Write to standard error."""
    print(text, file=sys.stderr)


def write_json(record: object) -> None:
    """Write one JSON document to standard output, the same bytes on every system."""
    from socok_analysis.figures.figure import to_json

    write_plain(to_json(record))


def write_plain(text: str) -> None:
    """Write text for a program to standard output: UTF-8, plain line ends."""
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(text)


def find_root(options: argparse.Namespace) -> Path:
    """Return the project's folder; raise UsageError where there is none.

    It also is where a command first knows that it will work: `--jobs` is checked here, and what
    killed runs left is put right.
    """
    from socok_analysis.core.folders import tidy_up
    from socok_analysis.core.year import find_project

    if options.jobs < 1:
        raise UsageError("--jobs skal være mindst 1.")
    root: Path = options.project.resolve() if options.project else find_project(Path.cwd())
    if not (root / "data" / "raw").is_dir():
        raise UsageError(f"{root} er ikke et projekt: mappen data/raw mangler.")
    tidy_up(root)
    return root


@contextmanager
def speaking(options: argparse.Namespace) -> Iterator[Say]:
    """Yield how progress is told: with a sign of life on a terminal, as plain lines elsewhere."""
    if options.quiet or not sys.stderr.isatty():
        yield (lambda _: None) if options.quiet else warn
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status("arbejder") as status:

        def say(text: str) -> None:
            console.print(text, markup=False, highlight=False, soft_wrap=True)
            status.update(escape(text.splitlines()[0] if text else ""))

        yield say
