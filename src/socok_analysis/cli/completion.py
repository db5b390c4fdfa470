"""`socok completion`: let the shell complete commands, options, years and figures (argcomplete)."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

from socok_analysis.cli.parser import Commands, Parser

SHELLS = ("bash", "zsh", "fish", "powershell")
TEXT = "udfyld kommandoer og årstal med tabulatortasten"
EXAMPLES = """Eksempler:
  bash:        eval "$(socok completion bash)"      (i ~/.bashrc)
  zsh:         eval "$(socok completion zsh)"       (i ~/.zshrc)
  PowerShell:  socok completion powershell | Out-String | Invoke-Expression   (i $PROFILE)"""


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "completion", help=TEXT, description=TEXT, epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    command.add_argument("shell", choices=SHELLS, metavar="SKAL", help=", ".join(SHELLS))
    command.set_defaults(run=run_completion)


def run_completion(options: argparse.Namespace) -> int:
    """Print what the shell must run to complete `socok`."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["socok"], shell=options.shell))
    return 0


def answer_shell(parser: argparse.ArgumentParser) -> None:
    """Tell the shell what may stand next, where it is the shell that asks; then end."""
    import argcomplete

    for action in list_actions(parser):
        if action.dest in ("year", "years"):
            action.completer = complete_years  # type: ignore[attr-defined]
        elif action.dest == "figure":
            action.completer = complete_figures  # type: ignore[attr-defined]
    argcomplete.autocomplete(parser)


def list_actions(parser: argparse.ArgumentParser) -> Iterable[argparse.Action]:
    """Yield the arguments of the parser and of its commands."""
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from list_actions(command)


def complete_years(**_: object) -> list[str]:
    """Return the project's years."""
    from socok_analysis.year import find_project, list_years

    return [str(year) for year in list_years(find_project(Path.cwd()))]


def complete_figures(**_: object) -> list[str]:
    """Return the names of the figures of the newest year that has any."""
    from socok_analysis.figures import read_figures
    from socok_analysis.year import find_project, list_years, processed_dir

    root = find_project(Path.cwd())
    made = [processed_dir(root, year) for year in reversed(list_years(root))]
    return next((list(read_figures(f)) for f in made if (f / "figures.json").is_file()), [])
