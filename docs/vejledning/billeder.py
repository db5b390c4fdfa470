"""Makes the guide's pictures: `make screenshots`. Needs a Chromium and the `dev` packages.

`billeder.csv` has a row for each picture: the page of the example project it is of, what to
scroll to, how high it is, and what it shows. `udtraek.html` is made from an export that has
drifted as the guide tells.
"""

from __future__ import annotations

import csv
import shutil
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import sync_playwright

from socok_analysis.cli import main

GUIDE = Path(__file__).parent
ROOT = GUIDE.parents[1]
FOLDER = GUIDE / "billeder"
WIDTH, COLOURS = 900, 48
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
DRIFT = {"Ansættelsesform": "Form for ansættelse", "Stald Kanehøj": "Stald Kanehøi"}
CHART = ("Anbefaling,new_agreements,,", "Anbefaling,new_agreements,job_types,")


def read_rows() -> list[dict[str, str]]:
    """Return what pictures there are to be."""
    with (GUIDE / "billeder.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def make_project(folder: Path) -> Path:
    """Return a copy of the example with its report, a chart added and an export that drifted."""
    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / name, folder / name)
    add_chart(folder / "data/raw/maps/sections.csv")
    main(["report", "--project", str(folder), "--quiet", "--publisher", "embedded"])
    drift(folder / "data/raw/2019/ansaettelser.xlsx")
    main(["tidy", "2019", "--project", str(folder), "--quiet"])
    return folder


def add_chart(path: Path) -> None:
    """Let a section show one more chart, as the guide does."""
    path.write_text(path.read_text(encoding="utf-8").replace(*CHART), encoding="utf-8")


def drift(path: Path) -> None:
    """Rename a heading and misspell an enterprise in an export."""
    book = load_workbook(path)
    for cell in (cell for row in book.worksheets[0].iter_rows() for cell in row):
        if cell.value in DRIFT:
            cell.value = DRIFT[cell.value]
    book.save(path)


def open_page() -> Iterator[Any]:
    """Yield a page of a browser that is closed afterwards."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser.new_page(viewport={"width": WIDTH, "height": 700})
        browser.close()


def take_picture(page: Any, project: Path, row: dict[str, str]) -> None:
    """Save a page's picture from its top, or from what the row points to."""
    page.set_viewport_size({"width": WIDTH, "height": int(row["hoejde"])})
    page.goto((project / row["side"]).as_uri())
    if row["fra"]:
        page.evaluate(f"window.scrollTo(0, {find_top(page, row['fra'])})")
    page.wait_for_timeout(300)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    picture.quantize(COLOURS).save(FOLDER / f"{row['billede']}.png", optimize=True)


def find_top(page: Any, place: str) -> float:
    """Return how far down the page a place is, with some room above it."""
    box = page.locator(place).first.bounding_box()
    return max(box["y"] + page.evaluate("window.scrollY") - 24, 0)


def make_pictures(project: Path) -> None:
    """Take every picture, and remove those there are no rows for."""
    FOLDER.mkdir(exist_ok=True)
    for page in open_page():
        for row in read_rows():
            take_picture(page, project, row)
    wanted = {f"{row['billede']}.png" for row in read_rows()}
    for path in FOLDER.iterdir():
        if path.name not in wanted:
            path.unlink()


if __name__ == "__main__":
    if len(sys.argv) > 1:  # a project that is made already
        make_pictures(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as temporary:
            make_pictures(make_project(Path(temporary) / "Årets projekt"))
