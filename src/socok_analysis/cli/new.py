"""`socok new`: the folder of a new year, or a project of one's own for another municipality.

The template of a project is what this one itself consists of: the checkout's own files, or in an
installed wheel the copy of them under `template/`. What only holds here (ids, breaks, sums of
facts, a partner's own definitions) is left out; its headings stay, to be filled in.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from socok_analysis.cli.parser import Commands, add_command, add_year, find_root
from socok_analysis.core.errors import UsageError

PACKAGE = Path(__file__).parents[1]
MAPS = "data/raw/maps"
EMPTIED = ("enterprise_ids.csv", "breaks.csv", "fact_sums.csv", "reservations.csv")
FOOTER = "Eksempel lavet med socok_analysis. Udtrækkene er rekonstrueret."
TITLE = "Socialøkonomisk årsrapport"


def add_commands(commands: Commands) -> None:
    """Add the command to the parser."""
    text = "mappen til et nyt år, eller et projekt til en anden kommune"
    examples = """
        socok new 2020                         mappen data/raw/2020 med tjekliste
        socok new 2024 --municipality "Ærø" --out aeroe"""
    command = add_command(commands, "new", run_new, text, examples)
    add_year(command, nargs="?")
    command.add_argument("--municipality", metavar="NAVN", help="et nyt projekt til kommunen")
    command.add_argument("--out", type=Path, metavar="MAPPE", help="det nye projekts mappe")


def run_new(options: argparse.Namespace) -> int:
    """Make a new year's folder, a new project, or both, and tell what to do next."""
    from socok_analysis.checks.deviations import FILE, Deviation
    from socok_analysis.core.lists import list_columns
    from socok_analysis.intake.skeleton import CHECKLIST, make_year_folder

    if bool(options.municipality) != bool(options.out):
        raise UsageError("--municipality og --out hører sammen: kommunens navn og en ny mappe.")
    if options.year is None and not options.municipality:
        raise UsageError("Skriv årstallet, fx socok new 2020.")
    say = (lambda _: None) if options.quiet else print
    if options.municipality:
        root = make_project(options.out.resolve(), options.municipality)
        say(f"Projektet {root} er lavet. Ret kort og kodelister i {root / MAPS}.")
    else:
        root = find_root(options)
    if options.year is None:
        say("Gå til mappen, og lav det første år: socok new ÅR")
        return 0
    heading = f"{','.join(list_columns(Deviation))}\n"
    folder = make_year_folder(root, options.year, {FILE: heading})
    say(f"Mappen {folder} er lavet. Begynd med {folder / CHECKLIST}.")
    say(f"Kør “socok check {options.year}”: den siger, hvad der stadig mangler.")
    return 0


def make_project(target: Path, municipality: str) -> Path:
    """Make a project for a municipality and return it; raise UsageError where something stands."""
    import shutil

    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} er ikke tom. Vælg en ny mappe med --out.")
    shipped = PACKAGE / "template"
    source = shipped if shipped.is_dir() else PACKAGE.parents[1]
    for name in ("notebooks", MAPS):
        hidden = shutil.ignore_patterns(".*", "figures", "eksempel-*")
        shutil.copytree(source / name, target / name, ignore=hidden)
    for name in ("index.qmd", ".gitignore"):
        shutil.copyfile(source / name, target / name)
    name = municipality.replace("\\", "").replace('"', "")
    site = (source / "_quarto.yml").read_text(encoding="utf-8")
    site = site.replace(f'"{TITLE}"', f'"{TITLE}, {name}"')
    write(target / "_quarto.yml", site.replace(FOOTER, f"{name}. Lavet med socok_analysis."))
    for name in EMPTIED:
        path = target / MAPS / name
        write(path, path.read_text(encoding="utf-8").splitlines()[0] + "\n")
    path = target / MAPS / "definitions.csv"
    heading, *lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    partner = heading.split(",").index("partner")
    write(path, heading + "".join(line for line in lines if not line.split(",")[partner]))
    return target


def write(path: Path, text: str) -> None:
    """Write a file as UTF-8 with plain line ends."""
    path.write_text(text, encoding="utf-8", newline="\n")
