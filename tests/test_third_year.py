"""A year that nobody has lived, 2020: from `socok new` to the published site, by data alone."""

from __future__ import annotations

import csv
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from conftest import copy_project
from socok_analysis.cli import main
from socok_analysis.figures.figure import Figure, read_figures
from workbooks import cpr

FIRST_CPR = 5001
ACCEPTED = (("exits.several_reasons", "veteranhaven"), ("plans.unanswered", "veteranhaven"))
DATES = {"period_start": "2020-05-01", "period_end": "2020-12-31", "evaluation_date": "2020-12-31"}


def append_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Add rows above the total of a workbook, and count them into it."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if any(c.value == "CPR-nr." for c in row))
    places = {cell.value: cell.column for cell in head}
    last = sheet.max_row
    total = {cell.column: cell.value for cell in sheet[last] if cell.value is not None}
    for number, row in enumerate(rows):
        for place in places.values():
            sheet.cell(last + number, place).value = None
        for heading, value in row.items():
            sheet.cell(last + number, places[heading], value)
    added = {places[h]: sum(row[h] for row in rows) for h in ("Timer pr. uge",) if h in rows[0]}
    for column, value in total.items():
        is_count = isinstance(value, (int, float)) and column == 2
        more = len(rows) if is_count else added.get(column, 0) if column > 2 else 0
        sheet.cell(last + len(rows), column, value + more if more else value)
    book.save(path)


def make_jobs() -> list[dict[str, Any]]:
    """Return 16 jobs through the jobcentre and 8 by other ways, all of the autumn of 2020."""
    return [
        {
            "Løbenr.": f"{300 + number:05d}",
            "CPR-nr.": cpr(FIRST_CPR + number),
            "Virksomhed": "Liselund",
            "Ansættelsesform": "Fleksjob",
            "Timer pr. uge": 10,
            "Ansættelsesdato": datetime(2020, 9, 1),
            "Kanal": "Jobcenter" if number < 16 else "Opslag",
        }
        for number in range(24)
    ]


def make_courses() -> list[dict[str, Any]]:
    """Return 12 courses at Sumak that ended in 2020: 7 in a fleksjob, 5 stopped."""
    return [
        {
            "CPR-nr.": cpr(FIRST_CPR + 100 + number),
            "Navn": f"Opdigta {'ABCDEFGHIJKL'[number]}prøve",
            "Virksomhed": "Sumak",
            "Startdato": datetime(2020, 5, 15),
            "Slutdato": datetime(2020, 11, 30),
            "Plan udarbejdet": "ja",
            "Afslutningsårsag": "Fleksjob" if number < 7 else "Stoppet pga. massive udfordringer",
        }
        for number in range(12)
    ]


def fill_year(folder: Path) -> None:
    """Fill in dates, texts and accepted deviations, as the checklist asks."""
    text = (folder / "year.toml").read_text(encoding="utf-8")
    for key, day in DATES.items():
        text = re.sub(rf"^# {key} = \S+", f"{key} = {day}", text, flags=re.MULTILINE)
    (folder / "year.toml").write_text(text, encoding="utf-8")
    for path in (folder / "tekst").rglob("*.md"):
        written = re.sub(
            r"<!--.*?-->",
            "Status: fulgt\nSkrevet i det opdigtede år."
            if "Opfølgning" in path.read_text(encoding="utf-8")
            else "Skrevet i det opdigtede år.",
            path.read_text(encoding="utf-8"),
            flags=re.DOTALL,
        )
        path.write_text(written, encoding="utf-8")
    with (folder / "afvigelser.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["kontrol", "vedrører", "fundet", "begrundelse", "dato"])
        writer.writerows(
            [check, about, "", "Som sidste år.", "2021-01-04"] for check, about in ACCEPTED
        )


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example project with its third year published."""
    root = copy_project(tmp_path_factory.mktemp("tredje") / "projekt")
    assert main(["new", "2020", "--project", str(root)]) == 0
    folder = root / "data/raw/2020"
    for path in (root / "data/raw/2019").glob("*.xlsx"):
        shutil.copy(path, folder)
    append_rows(folder / "ansaettelser.xlsx", make_jobs())
    append_rows(folder / "forloebsudtraek.xlsx", make_courses())
    fill_year(folder)
    assert main(["report", "--project", str(root), "--publisher", "embedded"]) == 0
    return root


def test_the_invented_rows_are_the_years_figures(published: Path) -> None:
    figures = read_figures(published / "data/processed/2020", 2020)
    assert {
        name: figures[name].value
        for name in (
            "jobs.total",
            "jobs.jobcentre",
            "jobs.other",
            "jobs.cumulative",
            "outcomes.sumak.completed",
            "outcomes.sumak.period.completed",
        )
    } == {
        "jobs.total": 24,
        "jobs.jobcentre": 16,
        "jobs.other": 8,
        "jobs.cumulative": 193 + 24,
        "outcomes.sumak.completed": 68 + 12,
        "outcomes.sumak.period.completed": 12,
    }
    assert count(figures["outcomes.sumak.success_wide"]) == (37 + 7, 80)
    assert count(figures["outcomes.sumak.period.stopped"]) == (5, 12)


def count(rate: Figure) -> tuple[int | None, int | None]:
    """Return a rate's numerator and denominator."""
    return rate.numerator, rate.denominator


def test_the_site_opens_with_the_third_year_and_keeps_the_others(published: Path) -> None:
    front = (published / "_site/index.html").read_text(encoding="utf-8")
    assert "report/2020/index.html" in front and "217" in front
    for year in (2018, 2019, 2020):
        assert (published / f"_site/report/{year}/anbefalinger.html").is_file()


def test_last_years_recommendation_comes_from_last_years_folder(published: Path) -> None:
    page = (published / "_site/report/2020/6-8-ansaettelser.html").read_text(encoding="utf-8")
    assert "Sørg fortsat for mindst" in page and "Skrevet i det opdigtede år" in page
    assert "Status: fulgt" in re.sub(r"<[^>]+>", "", page)


def test_the_third_year_has_every_section_the_second_has(published: Path) -> None:
    names = {
        year: {path.name for path in (published / f"_site/report/{year}").glob("*.html")}
        for year in (2019, 2020)
    }
    assert names[2019] - names[2020] == set()
