"""A project of one's own: the folder another municipality begins with.

The template is what this project itself consists of: the checkout's own files, or in an installed
wheel the copy of them under `template/`. What only holds here (ids, breaks, sums of facts, a
partner's own definitions) is left out; its headings stay, to be filled in.
"""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

from socok_analysis.core.errors import UsageError

PACKAGE = Path(__file__).parents[1]
CHECKOUT = PACKAGE.parents[1]
MAPS = "data/raw/maps"
EMPTIED = ("enterprise_ids.csv", "breaks.csv", "fact_sums.csv")
FOOTER = "Eksempel lavet med socok_analysis. Udtrækkene er rekonstrueret."
TITLE = "Socialøkonomisk årsrapport"


def find_template() -> Path:
    """Return the folder the files are copied from: the checkout, or the wheel's own copy."""
    shipped = PACKAGE / "template"
    return shipped if shipped.is_dir() else CHECKOUT


def make_project(target: Path, municipality: str) -> Path:
    """Make a project for a municipality and return it; raise UsageError where something stands."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} er ikke tom. Vælg en ny mappe med --out.")
    source = find_template()
    for name in ("notebooks", MAPS):
        hidden = shutil.ignore_patterns(".*", "figures", "eksempel-*")
        shutil.copytree(source / name, target / name, ignore=hidden)
    for name in ("index.qmd", ".gitignore"):
        shutil.copyfile(source / name, target / name)
    write(target / "_quarto.yml", name_site(read(source / "_quarto.yml"), municipality))
    empty_maps(target / MAPS)
    return target


def read(path: Path) -> str:
    """Return a file's text."""
    return path.read_text(encoding="utf-8")


def write(path: Path, text: str) -> None:
    """Write a file as UTF-8 with plain line ends."""
    path.write_text(text, encoding="utf-8", newline="\n")


def name_site(description: str, municipality: str) -> str:
    """Return the site's description with the municipality's name in title and footer."""
    name = municipality.replace("\\", "").replace('"', "")
    named = description.replace(f'"{TITLE}"', f'"{TITLE}, {name}"')
    return named.replace(FOOTER, f"{name}. Lavet med socok_analysis.")


def empty_maps(maps: Path) -> None:
    """Leave only the headings of what holds for one municipality, and no partner's definitions."""
    for name in EMPTIED:
        write(maps / name, read(maps / name).splitlines()[0] + "\n")
    path = maps / "definitions.csv"
    rows = list(csv.DictReader(io.StringIO(read(path))))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for row in rows if not row["partner"])
