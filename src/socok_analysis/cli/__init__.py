"""The command line: what each command takes, how it is run, and how it speaks. Danish words."""

from __future__ import annotations

import argparse
import codecs
import io
import os
import re
import signal
import sys
import time
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from socok_analysis import __version__
from socok_analysis.core import problems as told
from socok_analysis.core.danish import NORDIC, did_you_mean
from socok_analysis.core.problems import SocokError, UsageError

Say = Callable[[str], None]
Answer = tuple[int, str]  # a command's exit code, and what it writes to standard output
DONE, FAILED, YES = 0, 3, ("j", "ja", "y", "yes")
INTERRUPTED = "Afbrudt. Det, der var færdigt før, står uændret. Samme kommando går videre derfra."
REINSTALL = "Kør “make report” igen, eller “pip install .” i projektets mappe."
NOBODY = "Der er ingen at spørge: kør kommandoen i en terminal, eller giv svarene linje for linje."
# Every command takes these, before its name or after it; one not given leaves what was given.
# A line: name, what it holds, * for any number, + for one or more, ! where it must be given, help.
COMMON = """\
  --project MAPPE                   projektets mappe (ellers den aktuelle)
  --edition public|internal         public: uden tal om få personer; internal: alle tal
  --publisher auto|quarto|embedded  hvad sitet laves med; auto: Quarto, hvis det er her
  --jobs N                          antal notebooks ad gangen
  --force                           lav alt om, også det uændrede
  --quiet                           vis kun fejl
  --verbose                         vis alt, der bliver gjort
"""
COMMANDS = """\
report [ÅR ...]: hele rapporten: tabeller, tal, sider, PDF, Word og site
  --page SIDE                       kun denne side, fx job eller partner-sumak
  --no-site                         lav siderne, og lad sitet til quarto render
  --out MAPPE                       sitets mappe (ellers _site i projektet)
  $ socok report                           alle år i data/raw, og sitet
  $ socok report 2019 --page job           lav én side på ny, mens du skriver på den
  $ socok report 2019 --edition internal   med alle tal, kun til eget brug
status ÅR: status på årets ansættelser til en dato: én side til udvalget
  --as-of DATO !                    statusdagen, fx 2020-06-30
  --out MAPPE                       hvor siden lægges (ellers i notater)
  $ socok status 2019 --as-of 2020-06-30   ansættelser til og med 30. juni
brief ÅR: årsrapporten på én side til udvalget
  --out MAPPE                       hvor siden lægges (ellers i notater)
  $ socok brief 2019
release ÅR: gem den offentlige udgave som delt ud
  --approved-by NAVN !              hvem der har godkendt udgaven
  --because TEKST                   hvorfor en udgave rettes, der er delt ud; står på siderne
  --as-of DATO                      en status på denne dag, ikke årsrapporten
  $ socok release 2019 --approved-by "Navn"            rapporten er givet fra jer
  $ socok release 2019 --as-of 2019-06-30 --approved-by "Navn"   en status er
tidy ÅR: udtræk til tabeller, og vis hvad der er galt
  $ socok tidy 2019
figures ÅR: årets nøgletal
  --format table|json|csv           table: til øjet; de andre til programmer
  $ socok figures 2019 --format csv > tal.csv
trace: hvor et tal kommer fra
  figure NØGLETAL                   fx outcomes.sumak.success_wide
  --year ÅR !                       rapportens årstal
  --format table|json               table: til øjet; json: til programmer
  $ socok trace outcomes.sumak.success_wide --year 2019
  $ socok trace jobs.total --year 2019 --edition internal   med rækkenumre
diff ÅR ÅR: hvad der er ændret mellem to år
  --format table|json               table: til øjet; json: til programmer
  $ socok diff 2018 2019                   fra rapport 2018 til rapport 2019
check [ÅR]: er årets mappe klar til en rapport? en tjekliste, det vigtigste først
  --format table|json               table: til øjet; json: til programmer
  --all                             vis alle fund, ikke kun de første
  $ socok check 2020                       hvad der mangler, det vigtigste først
  $ socok check                            kun hvad der er installeret
fix [ÅR]: skriv den linje, en besked foreslår, efter at have vist den
  what HVAD *                       celle, fundet ord, kolonne, kontrol eller fil; ellers alt
  $ socok fix 2020                         vis og skriv det, beskederne foreslår
  $ socok fix 2020 E3                      kun det, der er foreslået om celle E3
batch: kør notebooks med mange sæt parametre, flere ad gangen
  notebooks NOTEBOOK +              filer, der ender på .ipynb
  --params FIL                      en kørsel for hver række af en CSV eller punkt i en YAML-liste
  --set NAVN=VÆRDI,... *            en kørsel for hver værdi; kan gentages
  --out MAPPE !                     mappen til resultaterne
  --input STI *                     alt, hvad den læser: så køres der kun, når det er ændret
  --timeout SEKUNDER                det længste, en celle må tage
  --kernel NAVN                     kernen, der køres med, i stedet for notebookens egen
  --scheduler ADRESSE               en Dask-scheduler, fx tcp://vært:8786
  $ socok batch notebooks/partner.ipynb --set year=2018,2019 --set partner=sumak --out ud
new [ÅR]: mappen til et nyt år, en side mere, eller et projekt til en anden kommune
  --municipality NAVN               et nyt projekt til kommunen
  --page NAVN                       en notebook til en side af jeres egne i rapporten
  --out MAPPE                       det nye projekts mappe
  $ socok new 2020                         mappen data/raw/2020, klar til at fylde ud
  $ socok new --page "Vores egen side"     en side med tekst, tabel og søjler
  $ socok new 2024 --municipality "Ærø" --out aeroe
"""
COMMAND = re.compile(r"^(\w+)(?: (.*?))?: (.*)\n((?:  .*\n)*)", re.MULTILINE)
OPTION = re.compile(r"^  ([a-z-]+)(?: ([^\s*!+]+))?(?: ([*!+]))?  +(.*)", re.MULTILINE)
YEARS = {"ÅR": None, "[ÅR]": "?", "[ÅR ...]": "*", "ÅR ÅR": 2}
TYPES: dict[str, Any] = {"DATO": date.fromisoformat}
TYPES |= dict.fromkeys(("ÅR", "N", "SEKUNDER"), int)
TYPES |= dict.fromkeys(("MAPPE", "FIL", "STI", "NOTEBOOK"), Path)
DANISH = {
    "usage:": "brug:",
    "positional arguments:": "kommandoer og årstal:",
    "options:": "valg:",
    "the following arguments are required:": "Der mangler:",
    "unrecognized arguments:": "Ukendt:",
    "invalid int value:": "er ikke et helt tal:",
    "invalid fromisoformat value:": "er ikke en dato som 2020-06-30:",
    "expected one argument": "skal have en værdi",
    "argument ": "",
}
COUNTED = re.compile(r"(\w+ (\d+) af (\d+))(: .*)?")  # a step of which the rest is known
SILENT_S, WORDS_S = 2.0, 90
# What a terminal without the sign shows in its place: code pages 850 and 1252, and ASCII.
PLAIN = NORDIC | str.maketrans({"→": "->", "›": ">", "–": "-", "−": "-", "▒": "#", "§": "afsnit"})
PLAIN |= str.maketrans({"“": '"', "”": '"', "’": "'"})  # the rest as Unicode takes it apart


def run() -> int:
    """Run the command of this process; being told to end cleans up as an interrupt does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not sys.warnoptions:  # what libraries say to programmers is nothing to an analyst
        warnings.simplefilter("ignore")
    return main()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return its exit code. A user's mistake never shows a traceback."""
    codecs.register_error("socok", _write_plainly)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="socok")
    home = None
    try:
        options = parse(sys.argv[1:] if arguments is None else arguments)
        home, command = options.project, options.command
        room = "commands" if command not in ("new", "check", "fix", None) else "analyst"
        with speaking(options) as say:
            commands = import_module(f"socok_analysis.cli.{room}")
            code, answer = getattr(commands, f"run_{command or 'door'}")(options, say)
        if is_plain := options.format != "table":  # the same bytes on every system
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        if answer and (code or not options.quiet or command in ("figures", "trace", "diff")):
            sys.stdout.write(answer if is_plain else f"{answer}\n")
        return int(code)
    except KeyboardInterrupt:
        warn(INTERRUPTED)
    except EOFError:
        warn(NOBODY)
    except ModuleNotFoundError as error:
        warn(f"Pakken {error.name} mangler. {REINSTALL}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        return _tell_failure(error, home)
    return FAILED


def _tell_failure(error: Exception, home: Path | None) -> int:
    refused = told.find_refusal(error) or (error if isinstance(error, OSError) else None)
    if refused:
        warn(told.explain_os_error(refused, home))
        return FAILED
    if not isinstance(error, SocokError):
        raise error
    if found := getattr(error, "problems", ()):
        warn(f"{told.describe_problems(found)}\n\n{error} I alt {told.count_problems(found)}.")
    else:
        warn(str(error))
    return error.exit_code


def _write_plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = unicodedata.normalize("NFKD", error.object[error.start : error.end].translate(PLAIN))
    plain = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return plain.encode("ascii", "replace").decode(), error.end


class Parser(argparse.ArgumentParser):
    """A parser that speaks Danish and names the nearest command, option or choice."""

    def __init__(self, text: str, lines: str, years: str = "", **facts: Any) -> None:
        examples = "\n  ".join(["Eksempler:", *re.findall(r"^  \$ (.*)", lines, re.MULTILINE)])
        facts |= {"description": f"{text[:1].upper()}{text[1:]}.", "epilog": examples}
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **facts)
        self._actions[0].help = "vis denne hjælp"
        self.suggest_on_error = False  # Python's own is English
        if years:
            how: dict[str, Any] = {"nargs": YEARS[years], "type": int, "metavar": "ÅR"}
            self.add_argument("year", help="rapportens årstal", **how)
        for name, holds, sign, text in OPTION.findall(lines + COMMON):
            how = {"metavar": holds, "type": TYPES.get(holds, str)}
            if not holds:
                how = {"action": "store_true"}
            elif "|" in holds:
                how = {"choices": holds.split("|"), "default": holds.partition("|")[0]}
            if sign == "!":
                how["required"] = True
            elif sign and name.startswith("-"):
                how |= {"action": "append", "default": []}
            elif sign:
                how["nargs"] = sign
            how |= {"default": argparse.SUPPRESS} if f"  {name} " in COMMON else {}
            self.add_argument(name, help=text, **how)

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the message in Danish."""
        if "invalid choice" in message:
            wrong = message.split("invalid choice: ")[1].split(" (")[0].strip("'")
            choices = message.split("choose from ")[1].rstrip(")").replace("'", "").split(", ")
            near = did_you_mean(wrong, choices)
            message = f"“{wrong}” er ikke blandt mulighederne: {', '.join(choices)}.{near}"
        raise UsageError(f"{_translate(message)}\nSe “{self.prog} --help”.")

    def format_help(self) -> str:
        """Return the help with argparse's own words in Danish."""
        return _translate(super().format_help())


def _translate(text: str) -> str:
    for english, danish in DANISH.items():
        text = text.replace(english, danish)
    return text


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Return what was asked for; raise UsageError, naming the nearest of what is known."""
    known = ["--help", "--version", *dict.fromkeys(re.findall(r"--[a-z-]+", COMMON + COMMANDS))]
    for name in (text.split("=")[0] for text in arguments):  # or its value is taken for a year
        is_option = name.startswith("--") and name != "--"
        if is_option and not any(option.startswith(name) for option in known):
            raise UsageError(f"{name} er ikke et kendt valg.{did_you_mean(name, known)}")
    text = "fra jobcentrets Excel-udtræk til den socialøkonomiske årsrapport"
    lines = "  $ socok                     vis, hvad der mangler, eller lav rapporten\n"
    lines += "  $ socok check 2020          hvad der mangler, det vigtigste først\n"
    parser, version = Parser(text, lines, prog="socok"), f"socok {__version__}"
    parser.add_argument("--version", action="version", version=version, help="vis udgaven")
    own = {"project": None, "edition": "public", "publisher": "auto", "jobs": os.cpu_count() or 1}
    parser.set_defaults(**own, force=False, quiet=False, verbose=False, format="table")
    commands = parser.add_subparsers(dest="command", metavar="KOMMANDO")
    for name, years, text, lines in COMMAND.findall(COMMANDS):
        commands.add_parser(name, help=text, text=text, lines=lines, years=years)
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        raise UsageError("--jobs skal være mindst 1.")
    return options


def find_root(options: argparse.Namespace) -> Path:
    """Return the project's folder, put right after killed runs; UsageError where there is none."""
    from socok_analysis.core.folders import tidy_up
    from socok_analysis.core.year import find_project  # slow, and of no use to --help

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
    """Yield how progress is told: steps by name, what is counted with the time left, and life."""
    status: Any = None
    since, last = time.monotonic(), 0.0

    def say(text: str) -> None:
        nonlocal since, last
        now, line, is_due = time.monotonic(), text, True
        if counted := COUNTED.fullmatch(text):
            done, total = int(counted[2]), int(counted[3])
            left = (now - since) / done * (total - done)
            rest = f"{left / 60:.0f} min." if left > WORDS_S else f"{left:.0f} s"
            line = counted[1] + (f", ca. {rest} tilbage" if done < total else "")
            is_due = not status and (done == total or now - last > SILENT_S)
        else:
            since = now
        if (is_due or options.verbose) and not options.quiet:
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
