"""`socok dictionary`: what every column means, in Danish or English."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from socok_analysis.cli.parser import Commands, Parser
from socok_analysis.cli.project import find_root

TEXT = "dataordbog: hvad hver kolonne betyder, og hvilke nøgletal der bruger den"


def add_commands(commands: Commands, common: Parser) -> None:
    """Add the command to the parser."""
    command = commands.add_parser("dictionary", parents=[common], help=TEXT)
    command.add_argument("--language", choices=("da", "en"), default="da", help="sprog")
    command.add_argument(
        "--format",
        choices=("table", "csv", "json"),
        default="table",
        help="til øjet, til regneark eller til programmer",
    )
    command.add_argument(
        "--out", type=Path, metavar="MAPPE", help="skriv siderne på begge sprog i mappen"
    )
    command.set_defaults(run=run_dictionary)


def run_dictionary(options: argparse.Namespace) -> int:
    """Print the dictionary, or write its pages."""
    import csv

    from socok_analysis.figures import dictionary_page as page
    from socok_analysis.figures.dictionary import describe_columns
    from socok_analysis.figures.figure import to_json

    root, language = find_root(options), options.language
    if options.out:
        made = page.write_pages(root, options.out)
        if not options.quiet:
            print("\n".join(map(str, made)))
        return 0
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    if options.format == "json":
        sys.stdout.write(to_json(page.make_records(root, language)))
    elif options.format == "csv":
        rows = page.make_rows(describe_columns(root, language), language)
        writer = csv.DictWriter(
            sys.stdout, page.COLUMNS, extrasaction="ignore", lineterminator="\n"
        )
        writer.writeheader()
        writer.writerows(rows)
    else:
        sys.stdout.write(page.make_page(root, language))
    return 0
