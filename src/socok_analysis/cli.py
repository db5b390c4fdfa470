"""The command line: `socok report`, `socok tidy`, `socok figures`. Messages are Danish."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from socok_analysis import __version__
from socok_analysis.errors import SocokError, UsageError

DONE, FAILED = 0, 3
HELP_WORDS = {
    "usage:": "brug:",
    "positional arguments:": "kommandoer og årstal:",
    "options:": "valg:",
    "show this help message and exit": "vis denne hjælp",
    "show program's version number and exit": "vis udgaven",
}
YEARS_HELP = {
    "report": "hele rapporten: tabeller, tal, sider, PDF, Word og site",
    "pages": "som report, men uden sitet (det bruger quarto render)",
}
YEAR_HELP = {
    "tidy": "udtræk til tabeller, og vis hvad der er galt",
    "figures": "årets nøgletal",
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


def translate(message: str) -> str:
    """Return argparse's message in Danish."""
    from socok_analysis.suggest import did_you_mean

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
    """Return the parser of the command line."""
    parser = Parser(
        prog="socok", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Fra jobcentrets Excel-udtræk til den socialøkonomiske årsrapport.",
        epilog="Eksempler:\n  socok report              alle år i data/raw\n"
        "  socok report 2019         kun 2019\n  socok tidy 2019           læs udtrækkene, "
        "og vis fejl\n  socok figures 2019 --format json",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"socok {__version__}")
    common = make_common()
    add_common(parser, argparse.SUPPRESS)
    parser.set_defaults(
        project=None, edition="public", publisher="auto", jobs=os.cpu_count() or 1,
        force=False, quiet=False,
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True, metavar="KOMMANDO")
    for name, text in YEARS_HELP.items():
        command = commands.add_parser(name, parents=[common], help=text)
        command.add_argument("years", type=int, nargs="*", metavar="ÅR",
                             help="alle, hvis ingen nævnes")
        command.add_argument("--out", type=Path, metavar="MAPPE",
                             help="sitets mappe (ellers _site i projektet)")
    for name, text in YEAR_HELP.items():
        command = commands.add_parser(name, parents=[common], help=text)
        command.add_argument("year", type=int, metavar="ÅR")
        command.add_argument("--format", choices=("table", "json", "csv"), default="table")
    return parser  # fmt: skip


def make_common() -> Parser:
    """Return the options every command takes, before the command's name or after it."""
    common = Parser(add_help=False)
    add_common(common, argparse.SUPPRESS)
    return common


def add_common(parser: Parser, default: str) -> None:
    """Add the common options; what is not given leaves what was given before."""
    parser.add_argument("--project", type=Path, default=default, metavar="MAPPE",
                        help="projektets mappe (ellers den aktuelle)")
    parser.add_argument("--edition", choices=("public", "internal"), default=default,
                        help="offentlig udgave eller intern med alle tal")
    parser.add_argument("--publisher", choices=("auto", "quarto", "embedded"), default=default,
                        help="hvad sitet laves med (auto: Quarto, hvis det er installeret)")
    parser.add_argument("--jobs", type=int, default=default, metavar="N",
                        help="antal notebooks ad gangen")
    parser.add_argument("--force", action="store_true", default=default,
                        help="lav alt om, også det uændrede")
    parser.add_argument("--quiet", action="store_true", default=default, help="vis kun fejl")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code. A user's mistake never shows a traceback."""
    prepare_streams()
    try:
        options = make_parser().parse_args(arguments)
        return COMMANDS[options.command](options)
    except SocokError as error:
        report_error(error)
        return error.exit_code
    except KeyboardInterrupt:
        warn("Afbrudt. Det, der var udgivet før, står uændret.")
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
    from socok_analysis.problems import count_problems, describe_problems

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


def warn(text: str) -> None:
    """Write to standard error."""
    print(text, file=sys.stderr)


def find_root(options: argparse.Namespace) -> Path:
    """Return the project's folder."""
    from socok_analysis.year import find_project

    if options.project is None:
        return find_project(Path.cwd())
    root: Path = options.project.resolve()
    if not (root / "data" / "raw").is_dir():
        raise UsageError(f"{root} er ikke et projekt: mappen data/raw mangler.")
    return root


def run_report(options: argparse.Namespace) -> int:
    """Make the report and tell where it lies."""
    from socok_analysis.run.report import Options, make_report

    check_jobs(options)
    out = options.out.resolve() if options.out else None
    chosen = Options(options.edition, options.publisher, options.jobs, options.force, out)
    report = make_report(find_root(options), options.years, chosen, choose_voice(options))
    if not options.quiet:
        print(describe_report(report.site, report.publisher))
    return DONE


def run_pages(options: argparse.Namespace) -> int:
    """Make the pages and documents, and leave the site to another publisher."""
    from socok_analysis.run.report import Options, prepare_pages

    check_jobs(options)
    chosen = Options(options.edition, jobs=options.jobs, force=options.force)
    prepare_pages(find_root(options), options.years, chosen, choose_voice(options))
    return DONE


def check_jobs(options: argparse.Namespace) -> None:
    """Raise UsageError where fewer than one notebook should run at a time."""
    if options.jobs < 1:
        raise UsageError("--jobs skal være mindst 1.")


def choose_voice(options: argparse.Namespace) -> Callable[[str], None]:
    """Return how progress is told: on standard error, or not at all."""
    return (lambda _: None) if options.quiet else warn


def describe_report(site: Path, publisher: str) -> str:
    """Return the closing lines: what made the site, and where to open it."""
    made = {
        "": "Intet er ændret siden sidst.",
        "quarto": "Sitet er lavet med Quarto.",
        "embedded": "Sitet er lavet med den indbyggede udgiver (uden Quarto).",
    }
    return f"{made[publisher]}\nÅbn {site / 'index.html'}"


def run_tidy(options: argparse.Namespace) -> int:
    """Make a year's tables and print what was found."""
    from socok_analysis.build import prepare_year

    root = find_root(options)
    prepared = prepare_year(root, options.year, force=options.force)
    if not options.quiet:
        print(describe_tables(prepared.year.processed_dir, prepared.is_new))
    return DONE


def describe_tables(folder: Path, is_new: bool) -> str:
    """Return the tables with their rows, the problems found, and where both lie."""
    import csv

    from socok_analysis.manifest import read_manifest
    from socok_analysis.tables import KIND_DA

    rows = read_manifest(folder).get("rows")
    assert isinstance(rows, dict), "a manifest tells the rows"
    lines = [f"{KIND_DA.get(name, 'afgangsårsager'):<22}{count:>7}" for name, count in rows.items()]
    with (folder / "problems.csv").open(encoding="utf-8", newline="") as file:
        found = [row for row in csv.DictReader(file) if is_told(row)]
    for row in found:
        place = " › ".join(part for part in (row["file"], row["sheet"], row["cell"]) if part)
        lines.append(f"{place}: {row['message']}" if place else row["message"])
    state = "Tabellerne er lavet" if is_new else "Tabellerne er uændrede"
    return "\n".join([*lines, f"{state}: {folder}"])


def is_told(row: dict[str, str]) -> bool:
    """Tell whether a problem is worth a line after a year that went well."""
    return row["severity"] != "info" or row["check"] in ("export.absent", "file.passed_over")


def run_figures(options: argparse.Namespace) -> int:
    """Print a year's figures."""
    from socok_analysis.build import prepare_year

    prepared = prepare_year(find_root(options), options.year, force=options.force)
    folder = prepared.year.processed_dir
    if options.format == "table":
        print_figures(folder)
    else:
        name = f"figures.{options.format}"
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        sys.stdout.write((folder / name).read_text(encoding="utf-8"))
    return DONE


def print_figures(folder: Path) -> None:
    """Print the figures as a table for the eye."""
    from socok_analysis.figures import read_figures
    from socok_analysis.show.text import format_figure, format_fraction

    for name, figure in read_figures(folder).items():
        fraction = f"({format_fraction(figure)})" if figure.numerator is not None else ""
        print(f"{name:<46}{format_figure(figure):>12} {fraction:<14} {figure.label}".rstrip())


COMMANDS = {"report": run_report, "pages": run_pages, "tidy": run_tidy, "figures": run_figures}