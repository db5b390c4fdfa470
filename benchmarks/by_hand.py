"""The report by hand, as it is made without this project's commands.

    python by_hand.py PROJECT YEAR [YEAR ...]

Every export is read with pandas and openpyxl, every page is run with papermill's command, one by
one, and all of them are rendered with one call of pandoc.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pypandoc

from socok_analysis.core.year import processed_dir
from socok_analysis.figures.figure import read_figures
from socok_analysis.run.build import prepare_year
from socok_analysis.run.notebooks import Run, find_front, list_runs
from socok_analysis.show.page import list_partners

READING = ("--standalone", "--from", "ipynb", "--file-scope")


def main(project: str, *years: str) -> None:
    """Make the pages of the years, oldest first, and one HTML file of them all."""
    root = Path(project)
    for path in sorted(root.glob("data/raw/*/*.xls[xm]")):
        pd.read_excel(path, sheet_name=None, engine="openpyxl")
    made = [run_page(root, run, int(year)) for year in years for run in list_pages(root, int(year))]
    pandoc = [pypandoc.get_pandoc_path(), *READING, "--output", str(root / "rapport.html")]
    subprocess.run([*pandoc, *map(str, made)], check=True, capture_output=True)


def list_pages(root: Path, year: int) -> list[Run]:
    """Return a year's pages; the tables are made on the way."""
    prepare_year(root, year)
    partners = list_partners(read_figures(processed_dir(root, year)))
    front = find_front(root, year, "public")
    return [*list_runs(root, year, partners, "public"), *([front] if front else [])]


def run_page(root: Path, run: Run, year: int) -> Path:
    """Run a page with papermill's command."""
    folder = root / "i hånden" / str(year)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{run.page}.ipynb"
    values = [part for name, value in run.parameters for part in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "--cwd", str(folder)]
    run_command([*command, str(run.notebook), str(target), *values])
    return target


def run_command(command: list[str]) -> None:
    """Run a command; once more where its kernel did not start, as one does by hand."""
    if subprocess.run(command, capture_output=True).returncode:
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
