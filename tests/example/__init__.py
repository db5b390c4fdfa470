"""The example exports, made again from what Slagelse Kommune published in May 2020.

The report's figures are public, the records behind them are not. These modules invent records
that count to the published figures, the source's contradictions included: courses are planned,
people invented, rows laid out and workbooks written, byte for byte the same each time. The tables
beside the code hold what was published; `data/raw/README.md` says what is filler.
"""

from __future__ import annotations

from pathlib import Path

from example.books import make_sheet, write_books
from example.courses import Row, list_attendance, list_courses, list_waiting, plan_courses
from example.jobs import list_jobs
from example.lists import (
    list_agreements,
    list_enterprises,
    list_facts,
    list_grants,
    list_meetings,
    list_progression,
)
from example.material import find_drawn, read_settings

__all__ = ["YEARS", "make_exports"]

YEARS = tuple(int(year) for year in read_settings("layouts")["years"])


def make_exports(raw_dir: Path, year: int, scale: int = 1) -> list[Path]:
    """Write a year's exports into `raw_dir/<year>`; return their paths.

    `scale` multiplies courses, jobs and attendance with new invented people; the published
    figures then scale too, which is of use for benchmarks only.
    """
    layouts, rows = read_settings("layouts"), list_rows(year, scale)
    sheets = [
        make_sheet(layouts["sheets"][kind], rows[kind], find_drawn(kind, year))
        for kind in layouts["years"][str(year)]
    ]
    return write_books(sheets, raw_dir / str(year), find_drawn("jobs", year))


def list_rows(year: int, scale: int) -> dict[str, list[Row]]:
    """Return the rows of every kind of export for a year."""
    courses = plan_courses(scale)
    return {
        "courses": list_courses(courses, year),
        "jobs": list_jobs(courses, year, scale),
        "agreements": list_agreements(year),
        "enterprises": list_enterprises(year),
        "facts": list_facts(year),
        "grants": list_grants(year),
        "meetings": list_meetings(year),
        "attendance": list_attendance(courses, year),
        "waiting_list": list_waiting(courses, year),
        "progression": list_progression(year),
    }
