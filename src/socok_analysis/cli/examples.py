"""Examples for the help of each command, in one place; a command's own epilog goes before them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from socok_analysis.cli.parser import Commands

EXAMPLES: Mapping[str, str] = {
    "report": """
  socok report                           alle år i data/raw, og sitet
  socok report 2019                      lav 2019 på ny; andre år på sitet står
  socok report 2019 --edition internal   med alle tal, kun til eget brug""",
    "pages": """
  socok pages 2019                       siderne i report/2019, uden site""",
    "tidy": """
  socok tidy 2019                        læs udtrækkene, og vis fejl
  socok tidy 2019 --format json          det samme til et program""",
    "figures": """
  socok figures 2019                     tallene til øjet
  socok figures 2019 --format csv > tal.csv""",
    "check": """
  socok check 2020                       hvad der mangler, det vigtigste først
  socok check 2020 --edition internal    også de tekster, der må mangle""",
    "dictionary": """
  socok dictionary                       som tabel på dansk
  socok dictionary --language en --format csv
  socok dictionary --out docs            siderne på begge sprog i mappen docs""",
    "guide": """
  socok guide                            i mappen _guide: dobbeltklik på index.html""",
    "status": """
  socok status 2019 --as-of 2020-06-30   ansættelser til og med 30. juni""",
    "brief": """
  socok brief 2019                       rapporten på én side""",
    "new": """
  socok new 2020                         mappen data/raw/2020 med tjekliste""",
    "doctor": """
  socok doctor                           kør den først, når noget ikke virker""",
    "trace": """
  socok trace outcomes.sumak.success_wide --year 2019
  socok trace jobs.total --year 2019 --edition internal   med rækkenumre""",
    "diff": """
  socok diff 2018 2019                   fra rapport 2018 til rapport 2019""",
}


def add_examples(commands: Mapping[str, argparse.ArgumentParser]) -> None:
    """Give each command a description, its examples, and a word on the year it takes."""
    for name, command in commands.items():
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        if name in EXAMPLES and not command.epilog:
            command.epilog = f"Eksempler:{EXAMPLES[name]}"
        for action in command._actions:
            if action.dest in ("year", "years") and not action.help:
                action.help = "rapportens årstal, fx 2019"
            if action.dest == "format" and not action.help:
                action.help = "table til øjet; json og csv til programmer"


def add_descriptions(parser: Commands) -> None:
    """Give each command the text of the overview as its description, where it has none."""
    for listed in parser._choices_actions:
        command = parser.choices[listed.dest]
        if not command.description and listed.help:
            command.description = f"{listed.help[:1].upper()}{listed.help[1:]}."
