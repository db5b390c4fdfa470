"""The whole report: from nothing, by hand, unchanged, and after one change."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from timing import Measured, measure

ROOT = Path(__file__).resolve().parents[1]
YEARS = ("2018", "2019")
COMMAND = Path(sys.executable).with_name("socok")
SOCOK = (str(COMMAND),) if COMMAND.exists() else (sys.executable, "-m", "socok_analysis")


def copy_project(folder: Path, name: str) -> Path:
    """Copy what the example project consists of, nothing generated."""
    target = folder / name
    for part in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / part, target / part)
    for file in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / file, target / file)
    return target


def run_report(root: Path, *options: str) -> Measured:
    """Run `socok report` on a project."""
    command = [*SOCOK, "report", "--project", root, "--publisher", "embedded", "--quiet"]
    return measure([*command, *options], root)


def run_by_hand(root: Path) -> Measured:
    """Make the report without the project's commands."""
    return measure([sys.executable, Path(__file__).with_name("by_hand.py"), root, *YEARS], root)


def run_depending(root: Path) -> Measured:
    """Make what depends on a change in the newest year, and nothing else."""
    script = Path(__file__).with_name("depends.py")
    return measure([sys.executable, script, root, YEARS[-1]], root)


def change_text(root: Path, number: int) -> None:
    """Change a text of the newest year (in words: a number in a text must be a figure's)."""
    path = root / "data/raw/2019/tekst/bemaerkning.md"
    path.write_text(path.read_text(encoding="utf-8") + "\nOg mere.\n" * number, encoding="utf-8")


def change_workbook(root: Path, number: int) -> None:
    """Save a workbook of the newest year anew, its title a little longer."""
    import openpyxl

    path = next(iter(sorted((root / "data/raw/2019").glob("ansaettelser*.xlsx"))))
    book = openpyxl.load_workbook(path)
    book.active.cell(1, 1).value = f"{book.active.cell(1, 1).value}{'.' * number}"
    book.save(path)
