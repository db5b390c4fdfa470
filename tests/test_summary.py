"""The summary after a run: what was read, what was set aside, what moved since last time."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from socok_analysis.figures.figure import Figure
from socok_analysis.run.summary import list_moves

Socok = Callable[..., int]


def make_figures(**values: float | None) -> dict[str, Figure]:
    """Return figures by name."""
    return {name: Figure(name, value) for name, value in values.items()}


def move_a_job(project: Path) -> None:
    """Let one job of the 2018 export have come another way than through the jobcentre."""
    path = project / "data/raw/2018/ansaettelser.xlsx"
    book = openpyxl.load_workbook(path)
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    heading = next(cell for cell in cells if cell.value == "Kanal")
    below = [c for c in cells if c.column == heading.column and c.row > heading.row]
    other = next(c.value for c in below if c.value and not c.value.startswith("Jobcent"))
    next(c for c in below if c.value and c.value.startswith("Jobcent")).value = other
    book.save(path)


def test_the_largest_movement_in_proportion_comes_first() -> None:
    before = make_figures(a=100, b=4, c=7, d=None, e=1)
    after = make_figures(a=101, b=2, c=7, d=3, new=9)
    assert [move.after.figure for move in list_moves(before, after)] == ["d", "b", "a"]


def test_a_second_run_tells_the_figures_that_moved_since_the_first(
    socok: Socok, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert socok("tidy", 2018) == 0
    first = capsys.readouterr().out
    assert "filer læst" in first and "0 sat til side" in first and "siden sidste" not in first
    assert socok("tidy", 2018) == 0
    assert "de samme som sidst" in capsys.readouterr().out
    move_a_job(project)
    socok("tidy", 2018)
    said = capsys.readouterr().out
    assert "jobs.other: 29 → 30" in said and "per_12_months" not in said


def test_tidy_as_json_is_one_document_also_where_the_exports_have_faults(
    socok: Socok, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert socok("tidy", 2018, "--format", "json") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["tables"]["jobs"] == 64 and record["rows_set_aside"] == 0
    (project / "data/raw/2018/puljer.xlsx").write_text("ikke en projektmappe")
    assert socok("tidy", 2018, "--format", "json") == 1
    captured = capsys.readouterr()
    faults = [p for p in json.loads(captured.out)["problems"] if p["severity"] == "error"]
    assert faults[0]["file"] == "puljer.xlsx" and "puljer.xlsx" in captured.err


def test_tidy_as_csv_is_the_list_of_problems(
    socok: Socok, capsys: pytest.CaptureFixture[str]
) -> None:
    assert socok("tidy", 2018, "--format", "csv") == 0
    assert capsys.readouterr().out.startswith("severity,check,file")
