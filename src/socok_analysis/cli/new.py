"""`socok new`: the folder of a new year, a page of one's own, or a project for a municipality.

The template of a project is what this one itself consists of: the checkout's own files, or in an
installed wheel the copy of them under `template/`. What only holds here (ids, breaks, sums of
facts, a partner's own definitions) is left out; its headings stay, to be filled in.
"""

from __future__ import annotations

import json
import shutil
from argparse import Namespace
from datetime import date
from pathlib import Path

from socok_analysis.checks import deviations
from socok_analysis.cli.parser import Answer, Say, find_root
from socok_analysis.core.danish import make_slug
from socok_analysis.core.lists import list_columns
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import list_years
from socok_analysis.intake import corrections
from socok_analysis.intake.skeleton import CHECKLIST, make_year_folder
from socok_analysis.run.notebooks import read_purpose

PACKAGE = Path(__file__).parents[1]
SHIPPED = PACKAGE / "template"
SOURCE = SHIPPED if SHIPPED.is_dir() else PACKAGE.parents[1]
MAPS, START = "data/raw/maps", ("rapport.cmd", "rapport.command", "rapport.desktop")
EMPTIED = ("enterprise_ids.csv", "breaks.csv", "fact_sums.csv", "reservations.csv")
FOOTER = "Eksempel lavet med socok_analysis. Udtrækkene er rekonstrueret."
TITLE = "Socialøkonomisk årsrapport"
LONGEST = 60  # a page's name is a file's in many folders
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
PARAMETERS = """\
year: int = {year}  # rapportens år
edition: str = "public"  # "public" er den offentlige udgave, "internal" den interne"""
CELLS = (
    """\
from socok_analysis import open_page, open_tables, show_bars, show_counts

page = open_page(globals(), "year", "edition")
jobs = open_tables(year)["jobs"]
jobs = jobs[jobs["started_on"].between(page.year.period_start, page.year.period_end)]""",
    'page.title("{title}")',
    "Skriv her, hvad siden fortæller. Dobbeltklik på teksten, og ret den.",
    'show_counts(jobs, "job_type", "Ansættelser i perioden efter form")',
    """\
show_bars(
    jobs, "job_type", "Søjler: ansættelser i perioden efter form; tallene står i tabellen ovenfor."
)""",
)


def run_new(options: Namespace, say: Say) -> Answer:
    """Make a new year's folder, a new project or a page, and tell what to do next."""
    number, told = options.year, list[str]()
    if bool(options.municipality) != bool(options.out):
        raise UsageError("--municipality og --out hører sammen: kommunens navn og en ny mappe.")
    if number is None and not options.municipality and options.page is None:
        raise UsageError("Skriv årstallet, fx socok new 2020.")
    if number is not None and options.page is not None:
        raise UsageError(
            "Et år og --page laves hver for sig: socok new 2020, socok new --page NAVN."
        )
    if options.municipality:
        root = make_project(options.out.resolve(), options.municipality)
        told.append(f"Projektet {root} er lavet. Ret kort og kodelister i {root / MAPS}.")
        told.append(f"Vejledningen ligger i {root / 'docs' / 'vejledning'}.")
    else:
        root = find_root(options)
    if options.page is not None:
        told.append(f"Siden {make_page(root, options.page)} er lavet.")
        told.append("Ret den i Jupyter. “socok check” siger, hvad der standser den.")
    elif number is None:
        told.append("Gå til mappen, og lav det første år: socok new ÅR")
    else:
        folder = make_year(root, number)
        told.append(f"Mappen {folder} er lavet. Begynd med {folder / CHECKLIST}.")
        told.append(f"Kør “socok check {number}”: den siger, hvad der stadig mangler.")
    return 0, "" if options.quiet else "\n".join(told)


def make_year(root: Path, number: int) -> Path:
    """Make the folder of a year with its lists' headings, and the files to double-click."""
    own = {deviations.FILE: deviations.Deviation, corrections.FILE: corrections.Correction}
    headings = {name: f"{','.join(list_columns(model))}\n" for name, model in own.items()}
    folder = make_year_folder(root, number, headings)
    for name in START:
        if not (root / name).exists():
            shutil.copyfile(SOURCE / name, root / name)
            (root / name).chmod(0o755)
    return folder


def make_page(root: Path, title: str) -> Path:
    """Make the notebook of a page with a text, a table and a chart, last in the report."""
    title = " ".join(title.replace("\\", "").replace('"', "'").split())
    name, home = make_slug(title), root / "notebooks"
    if not name or len(name) > LONGEST:
        raise UsageError(f"--page skal have et navn med bogstaver eller tal, højst {LONGEST} tegn.")
    year = max(list_years(root), default=date.today().year)
    path = home / f"{name}.ipynb"
    if path.exists():
        raise UsageError(f"notebooks/{name}.ipynb findes allerede: vælg et andet navn til --page.")
    orders = [int(read_purpose(each).get("order", 0)) for each in home.glob("*.ipynb")]
    cells = []
    for number, text in enumerate((PARAMETERS, *CELLS)):
        source = text.replace("{year}", str(year)).replace("{title}", title)
        is_text, tags = text.startswith("Skriv"), {"tags": ["parameters"]} if not number else {}
        own: dict[str, object] = {} if is_text else {"execution_count": None, "outputs": []}
        told = {"cell_type": "markdown" if is_text else "code", "id": f"{name[:5]}-{number:02d}"}
        cells.append({**told, "metadata": tags, **own, "source": source.splitlines(keepends=True)})
    purpose = {"page": name, "order": max(orders, default=0) + 1}
    facts = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "socok": purpose}
    book = {"cells": cells, "metadata": facts, "nbformat": 4, "nbformat_minor": 5}
    write(path, json.dumps(book, ensure_ascii=False, indent=1) + "\n")
    return path


def make_project(target: Path, municipality: str) -> Path:
    """Make a project for a municipality and return it; raise UsageError where something stands."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} er ikke tom. Vælg en ny mappe med --out.")
    for name in ("notebooks", MAPS, "docs"):
        hidden = shutil.ignore_patterns(".*", "figures", "eksempel-*", "decisions.md")
        shutil.copytree(SOURCE / name, target / name, ignore=hidden)
    for name in ("index.qmd", ".gitignore", *START):
        shutil.copy(SOURCE / name, target / name)
    name = municipality.replace("\\", "").replace('"', "")
    site = (SOURCE / "_quarto.yml").read_text(encoding="utf-8")
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
