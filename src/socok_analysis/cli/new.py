"""`socok new`: the folder of a new year, or a project of one's own for another municipality.

The template of a project is what this one itself consists of: the checkout's own files, or in an
installed wheel the copy of them under `template/`. What only holds here (ids, breaks, sums of
facts, a partner's own definitions) is left out; its headings stay, to be filled in.
"""

from __future__ import annotations

import shutil
from argparse import Namespace
from pathlib import Path

from socok_analysis.checks.deviations import FILE, Deviation
from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.core.errors import UsageError
from socok_analysis.core.lists import list_columns
from socok_analysis.intake.skeleton import CHECKLIST, make_year_folder

PACKAGE = Path(__file__).parents[1]
MAPS = "data/raw/maps"
EMPTIED = ("enterprise_ids.csv", "breaks.csv", "fact_sums.csv", "reservations.csv")
FOOTER = "Eksempel lavet med socok_analysis. Udtrækkene er rekonstrueret."
TITLE = "Socialøkonomisk årsrapport"


def run_new(options: Namespace, say: Say) -> Answer:
    """Make a new year's folder, a new project, or both, and tell what to do next."""
    number, told = options.year, list[str]()
    if bool(options.municipality) != bool(options.out):
        raise UsageError("--municipality og --out hører sammen: kommunens navn og en ny mappe.")
    if number is None and not options.municipality:
        raise UsageError("Skriv årstallet, fx socok new 2020.")
    if options.municipality:
        root = make_project(options.out.resolve(), options.municipality)
        told.append(f"Projektet {root} er lavet. Ret kort og kodelister i {root / MAPS}.")
    else:
        root = find_root(options)
    if number is None:
        told.append("Gå til mappen, og lav det første år: socok new ÅR")
    else:
        heading = f"{','.join(list_columns(Deviation))}\n"
        folder = make_year_folder(root, number, {FILE: heading})
        told.append(f"Mappen {folder} er lavet. Begynd med {folder / CHECKLIST}.")
        told.append(f"Kør “socok check {number}”: den siger, hvad der stadig mangler.")
    return 0, "" if options.quiet else "\n".join(told)


def make_project(target: Path, municipality: str) -> Path:
    """Make a project for a municipality and return it; raise UsageError where something stands."""
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
    place = target / "src/socok_analysis/publish"  # where `_quarto.yml` has what Quarto reads
    shutil.copytree(PACKAGE / "publish/assets", place / "assets")
    shutil.copyfile(PACKAGE / "publish/hooks.py", place / "hooks.py")
    return target


def write(path: Path, text: str) -> None:
    """Write a file as UTF-8 with plain line ends."""
    path.write_text(text, encoding="utf-8", newline="\n")
