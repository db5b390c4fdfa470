"""`python intake.py openpyxl|calamine|tidy PROJECT`: what it takes to read a year's workbooks.

Seconds, and CPU seconds. Imports are made before the clock starts: a small project is read first.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Literal

import pandas as pd

from socok_analysis.intake.tidy import tidy_year
from workbooks import make_project


def read_pandas(engine: Literal["openpyxl", "calamine"], root: Path) -> None:
    """Read every sheet of the year's workbooks with pandas and a library of its choice."""
    for path in sorted((root / "data/raw/2019").glob("*.xlsx")):
        pd.read_excel(path, sheet_name=None, engine=engine)


def make_tidy(root: Path) -> None:
    """Make the year's tidy tables, with problems, account and health."""
    found = tidy_year(root, 2019)
    wrong = [each for each in found.problems if each.severity == "error"]
    assert not wrong, wrong[:3]


def main(way: str, project: str) -> None:
    """Print what one way takes."""
    read = make_tidy if way == "tidy" else partial(read_pandas, way)
    with tempfile.TemporaryDirectory() as folder:
        read(make_project(Path(folder)))
    begun, used = time.perf_counter(), time.process_time()
    read(Path(project))
    print(time.perf_counter() - begun, time.process_time() - used)


if __name__ == "__main__":
    main(*sys.argv[1:])
