"""The commands and their options: Danish words, near misses named, progress in one line."""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from socok_analysis import __version__
from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import UsageError

Say = Callable[[str], None]
Answer = tuple[int, str]  # a command's exit code, and what it writes to standard output
HELP_WORDS = {
    "usage:": "brug:",
    "positional arguments:": "kommandoer og årstal:",
    "options:": "valg:",
}
ERROR_WORDS = {
    "the following arguments are required:": "Der mangler:",
    "unrecognized arguments:": "Ukendt:",
    "invalid int value:": "er ikke et helt tal:",
    "invalid fromisoformat value:": "er ikke en dato som 2020-06-30:",
    "expected one argument": "skal have en værdi",
    "argument ": "",
}
COUNTED = re.compile(r"(\w+) (\d+) af (\d+)(: .*)?")  # a step of which the rest is known
SILENT_S, WORDS_S = 2.0, 90
YEAR: dict[str, Any] = {"type": int, "metavar": "ÅR", "help": "rapportens årstal"}
DAY: dict[str, Any] = {"type": date.fromisoformat, "metavar": "DATO"}
FOLDER: dict[str, Any] = {"type": Path, "metavar": "MAPPE"}


def read_name(text: str) -> str:
    """Return a name that is not blank."""
    if not text.strip():
        raise argparse.ArgumentTypeError("må ikke være tom")
    return text.strip()


class Parser(argparse.ArgumentParser):
    """A parser that speaks Danish and names the nearest command, option or choice."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the message in Danish."""
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
    """Return the parser of the command line with every command."""
    parser = Parser(
        prog="socok",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Fra jobcentrets Excel-udtræk til den socialøkonomiske årsrapport.",
        epilog="Eksempler:\n  socok                     vis, hvad der mangler, eller lav rapporten"
        "\n  socok check 2020          hvad der mangler, det vigtigste først"
        "\n  socok report 2019         lav rapporten for 2019",
    )
    version: dict[str, Any] = {"action": "version", "version": f"socok {__version__}"}
    parser.add_argument("--version", **version, help="vis udgaven")
    add_common(parser)
    own = {"project": None, "edition": "public", "publisher": "auto", "jobs": os.cpu_count() or 1}
    parser.set_defaults(**own, force=False, quiet=False, verbose=False, run="door.run_door")
    add_commands(parser.add_subparsers(dest="command", metavar="KOMMANDO"))
    return parser


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options every command takes, before its name or after it.

    What is not given leaves what was given before: the parser's own defaults hold last.
    """

    def add(name: str, text: str, **facts: Any) -> None:
        parser.add_argument(name, default=argparse.SUPPRESS, help=text, **facts)

    parser._actions[0].help = "vis denne hjælp"
    add("--project", "projektets mappe (ellers den aktuelle)", **FOLDER)
    text = "public: offentlig, uden tal om få personer; internal: intern, med alle tal"
    add("--edition", text, choices=("public", "internal"))
    text = "hvad sitet laves med: Quarto, det indbyggede, eller det, der er (auto)"
    add("--publisher", text, choices=("auto", "quarto", "embedded"))
    add("--jobs", "antal notebooks ad gangen", type=int, metavar="N")
    add("--force", "lav alt om, også det uændrede", action="store_true")
    add("--quiet", "vis kun fejl", action="store_true")
    add("--verbose", "vis alt, der bliver gjort", action="store_true")


def add_commands(commands: Any) -> None:
    """Add each command: what runs it, what it does in a line, examples, and its own options."""

    def add(name: str, run: str, text: str, examples: str) -> Callable[..., object]:
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
        take: Callable[..., object] = command.add_argument
        return take

    def choose_format(*choices: str) -> dict[str, Any]:
        text = "table: til øjet; de andre til programmer"
        return {"choices": ("table", *choices), "default": "table", "help": text}

    examples = """
        socok report                           alle år i data/raw, og sitet
        socok report 2019                      lav 2019 på ny; andre år på sitet står
        socok report 2019 --page job           lav én side på ny, mens du skriver på den
        socok report 2019 --edition internal   med alle tal, kun til eget brug"""
    text = "hele rapporten: tabeller, tal, sider, PDF, Word og site"
    take = add("report", "report.run_report", text, examples)
    text = "rapportens årstal, fx 2019; alle, hvis ingen nævnes"
    take("years", **{**YEAR, "help": text}, nargs="*")
    take("--page", metavar="SIDE", help="kun denne side, fx job eller partner-sumak")
    take("--no-site", action="store_true", help="lav siderne, og lad sitet til quarto render")
    take("--out", **FOLDER, help="sitets mappe (ellers _site i projektet)")

    examples = "socok status 2019 --as-of 2020-06-30   ansættelser til og med 30. juni"
    text = "status på årets ansættelser til en dato: én side til udvalget"
    take = add("status", "tables.run_page", text, examples)
    take("year", **YEAR)
    take("--as-of", **DAY, required=True, help="statusdagen, fx 2020-06-30")
    take("--out", **FOLDER, help="hvor siden lægges (ellers i notater)")

    examples = "socok brief 2019                       rapporten på én side"
    take = add("brief", "tables.run_page", "årsrapporten på én side til udvalget", examples)
    take("year", **YEAR)
    take("--out", **FOLDER, help="hvor siden lægges (ellers i notater)")

    examples = """
        socok release 2019 --approved-by "Navn"            rapporten er givet fra jer
        socok release 2019 --as-of 2019-06-30 --approved-by "Navn"   en status er"""
    text = "gem den offentlige udgave som delt ud"
    take = add("release", "tables.run_release", text, examples)
    take("year", **YEAR)
    text = "hvem der har godkendt udgaven"
    take("--approved-by", required=True, type=read_name, metavar="NAVN", help=text)
    text = "hvorfor en udgave rettes, der er delt ud; står på siderne"
    take("--because", default="", metavar="TEKST", help=text)
    take("--as-of", **DAY, help="en status på denne dag, ikke årsrapporten")

    examples = "socok tidy 2019                        læs udtrækkene, og vis fejl"
    take = add("tidy", "tables.run_tidy", "udtræk til tabeller, og vis hvad der er galt", examples)
    take("year", **YEAR)

    examples = """
        socok figures 2019                     tallene til øjet
        socok figures 2019 --format csv > tal.csv"""
    take = add("figures", "tables.run_figures", "årets nøgletal", examples)
    take("year", **YEAR)
    take("--format", **choose_format("json", "csv"))

    examples = """
        socok trace outcomes.sumak.success_wide --year 2019
        socok trace jobs.total --year 2019 --edition internal   med rækkenumre"""
    take = add("trace", "tables.run_trace", "hvor et tal kommer fra", examples)
    take("figure", metavar="NØGLETAL", help="fx outcomes.sumak.success_wide")
    take("--year", **YEAR, required=True)
    take("--format", **choose_format("json"))

    examples = "socok diff 2018 2019                   fra rapport 2018 til rapport 2019"
    take = add("diff", "tables.run_diff", "hvad der er ændret mellem to år", examples)
    take("years", **YEAR, nargs=2)
    take("--format", **choose_format("json"))

    examples = """
        socok check 2020                       hvad der mangler, det vigtigste først
        socok check                            kun hvad der er installeret
        socok check 2020 --edition internal    også de tekster, der må mangle"""
    text = "er årets mappe klar til en rapport? en tjekliste, det vigtigste først"
    take = add("check", "check.run_check", text, examples)
    take("year", **YEAR, nargs="?")
    take("--format", **choose_format("json"))
    take("--all", action="store_true", help="vis alle fund, ikke kun de første")

    examples = """
        socok fix 2020                         vis og skriv det, beskederne foreslår
        socok fix 2020 E3                      kun det, der er foreslået om celle E3
        socok fix 2020 C9 --yes --set grund="Ny stavemåde" --set hvem=teamleder"""
    text = "skriv den linje, en besked foreslår, efter at have vist den"
    take = add("fix", "fix.run_fix", text, examples)
    take("year", **YEAR, nargs="?")
    text = "celle, fundet ord, kolonne, kontrol eller fil; ellers alt, der er foreslået"
    take("what", nargs="*", metavar="HVAD", help=text)
    take("--yes", action="store_true", help="skriv det nævnte uden at spørge")
    text = "svar på det, der står i parentes i linjen: grund, hvem, dato, group ..."
    take("--set", action="append", default=[], metavar="NAVN=VÆRDI", help=text)

    examples = """
        socok batch notebooks/partner.ipynb --set year=2018,2019 --set partner=sumak --out ud
        socok batch min.ipynb --params gitter.csv --out ud     en kørsel for hver række"""
    text = "kør notebooks med mange sæt parametre, flere ad gangen"
    take = add("batch", "batch.run_batch", text, examples)
    take("notebooks", type=Path, nargs="+", metavar="NOTEBOOK")
    text = "en kørsel for hver række af en CSV eller hvert punkt i en YAML-liste"
    take("--params", type=Path, metavar="FIL", help=text)
    many: dict[str, Any] = {"action": "append", "default": []}
    take("--set", **many, metavar="NAVN=VÆRDI,...", help="en kørsel for hver værdi; kan gentages")
    take("--out", **FOLDER, required=True, help="mappen til resultaterne")
    text = "alt, hvad notebooken læser (fil eller mappe): så køres der kun, når det er ændret"
    take("--input", **many, type=Path, metavar="STI", help=text)
    take("--timeout", type=int, metavar="SEKUNDER", help="det længste, en celle må tage")
    text = "kernen, der køres med, i stedet for notebookens egen"
    take("--kernel", metavar="NAVN", help=text)
    text = "en Dask-scheduler, fx tcp://vært:8786"
    take("--scheduler", default="", metavar="ADRESSE", help=text)

    examples = """
        socok new 2020                         mappen data/raw/2020 med tjekliste
        socok new --page "Vores egen side"     en side med tekst, tabel og søjler
        socok new 2024 --municipality "Ærø" --out aeroe"""
    text = "mappen til et nyt år, en side mere, eller et projekt til en anden kommune"
    take = add("new", "new.run_new", text, examples)
    take("year", **YEAR, nargs="?")
    take("--municipality", metavar="NAVN", help="et nyt projekt til kommunen")
    take("--page", metavar="NAVN", help="en notebook til en side af jeres egne i rapporten")
    take("--out", **FOLDER, help="det nye projekts mappe")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for; raise UsageError, naming the nearest of what is known.

    An option no command knows is told before argparse takes its value for a year.
    """
    parser = make_parser()
    parsers: list[argparse.ArgumentParser] = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            parsers += action.choices.values()
    known = [*dict.fromkeys(name for each in parsers for name in each._option_string_actions)]
    for text in arguments:
        name = text.split("=")[0]
        is_option = name.startswith("--") and name != "--"
        if is_option and not any(option.startswith(name) for option in known):
            raise UsageError(f"{name} er ikke et kendt valg.{did_you_mean(name, known)}")
    return parser.parse_args(arguments)


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


def warn(text: str) -> None:
    """Write to standard error."""
    print(text, file=sys.stderr)


@contextmanager
def speaking(options: argparse.Namespace) -> Iterator[Say]:
    """Yield how progress is told: steps by name, and in one line what is counted (“sider 3 af
    65”), with the time left. A terminal shows a sign of life meanwhile.
    """
    status: Any = None
    since, last = time.monotonic(), 0.0

    def say(text: str) -> None:
        nonlocal since, last
        counted, now = COUNTED.fullmatch(text), time.monotonic()
        if counted:
            what, done, total = counted[1], int(counted[2]), int(counted[3])
            seconds = (now - since) / done * (total - done)
            left = f"{-(-seconds // 60):.0f} min." if seconds > WORDS_S else f"{seconds:.0f} s"
            line = f"{what} {done} af {total}" + f", ca. {left} tilbage" * (done < total)
            is_due = options.verbose or (not status and (done == total or now - last > SILENT_S))
        else:
            since, line, is_due = now, text, True
        if is_due and not options.quiet:
            warn(text if options.verbose else line)
            last = now
        if status:
            status.start()
            status.update(escape(line.partition("\n")[0][: console.width - 4]))

    options.stop = lambda: None
    if options.quiet or not sys.stderr.isatty():
        yield say
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    status = console.status("begynder", spinner="line")
    options.stop = status.stop
    with status:
        yield say
