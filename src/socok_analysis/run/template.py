"""What a project starts from: a year's folder, a page of one's own, another municipality's project.

The template is what this project itself consists of; in an installed wheel a copy.
"""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

from socok_analysis.checks import findings
from socok_analysis.core.danish import clean_text, make_slug
from socok_analysis.core.lists import list_columns
from socok_analysis.core.problems import UsageError
from socok_analysis.core.year import list_years
from socok_analysis.intake import corrections
from socok_analysis.intake.texts import make_year_folder
from socok_analysis.run.notebooks import read_purpose

PACKAGE = Path(__file__).parents[1]
SOURCE = PACKAGE / "template" if (PACKAGE / "template").is_dir() else PACKAGE.parents[1]
PAGE = PACKAGE / "run/page.ipynb"  # its title and year are put in
MAPS, START = "data/raw/maps", ("rapport.cmd", "rapport.command", "rapport.desktop")
EMPTIED = ("enterprise_ids.csv", "breaks.csv", "fact_sums.csv", "reservations.csv")
FOOTER = "Eksempel lavet med socok_analysis. Udtrækkene er rekonstrueret."
TITLE, LONGEST_NAME = "Socialøkonomisk årsrapport", 60  # a page's name is a file's in many folders
OWN = {findings.FILE: findings.Deviation, corrections.FILE: corrections.Correction}  # a year's


def add_year(root: Path, number: int) -> Path:
    """Make the folder of a year with its lists' headings, and the files to double-click."""
    headings = {name: f"{','.join(list_columns(model))}\n" for name, model in OWN.items()}
    folder = make_year_folder(root, number, headings)
    for name in START:
        if not (root / name).exists():
            shutil.copy(SOURCE / name, root / name)
    return folder


def add_page(root: Path, title: str) -> Path:
    """Make the notebook of a page with a text, a table and a chart, last in the report."""
    title = clean_text(title.replace("\\", "").replace('"', "'"))
    name, home = make_slug(title), root / "notebooks"
    path = home / f"{name}.ipynb"
    if not name or len(name) > LONGEST_NAME:
        raise UsageError(f"--page skal have bogstaver eller tal, højst {LONGEST_NAME} tegn.")
    if path.exists():
        raise UsageError(f"notebooks/{name}.ipynb findes allerede: vælg et andet navn til --page.")
    orders = [int(read_purpose(p).get("order", 0)) for p in home.glob("*.ipynb")]
    book = json.loads(PAGE.read_text(encoding="utf-8"))
    book["metadata"]["socok"] = {"page": name, "order": max(orders, default=0) + 1}
    year = max(list_years(root), default=date.today().year)
    book["cells"][0]["source"][0] = f"year: int = {year}  # rapportens år\n"
    book["cells"][2]["source"] = [f'page.title("{title}")']
    path.write_bytes(f"{json.dumps(book, ensure_ascii=False, indent=1)}\n".encode())
    return path


def make_project(target: Path, municipality: str) -> Path:
    """Make a municipality's project without what only holds here, where nothing stands."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} er ikke tom. Vælg en ny mappe med --out.")
    for name in ("notebooks", MAPS, "docs"):
        hidden = shutil.ignore_patterns(".*", "figures", "eksempel-*", "decisions.md")
        shutil.copytree(SOURCE / name, target / name, ignore=hidden)
    for name in ("index.qmd", ".gitignore", *START):
        shutil.copy(SOURCE / name, target / name)
    name = municipality.replace("\\", "").replace('"', "")
    site = (SOURCE / "_quarto.yml").read_text("utf-8").replace(f'"{TITLE}"', f'"{TITLE}, {name}"')
    site = site.replace(FOOTER, f"{name}. Lavet med socok_analysis.")
    (target / "_quarto.yml").write_bytes(site.encode())
    for name in (*EMPTIED, "definitions.csv"):
        path = target / MAPS / name
        heading, *lines = path.read_text("utf-8").splitlines(keepends=True)
        place = heading.split(",").index("partner") if name not in EMPTIED else 0
        kept = (line for line in lines if not line.split(",")[place])
        path.write_bytes("".join([heading, *kept]).encode())
    home = target / "src/socok_analysis/publish"  # where `_quarto.yml` has what Quarto reads
    shutil.copytree(PACKAGE / "publish/assets", home / "assets")
    shutil.copyfile(PACKAGE / "publish/hooks.py", home / "hooks.py")
    return target
