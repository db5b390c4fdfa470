"""How fast an export becomes a checked tidy table, against pandas and against merely reading it.

Run by hand: `python benchmarks/intake.py [--rows 1000 10000 100000 1000000] [--repeat 3]`.
Every figure is from a process of its own, the ways interleaved; imports are done before the clock
starts. Above 200,000 rows each way runs once. Seconds drift between machines and with what else
runs: compare the ratios. CPU seconds are steadier than elapsed ones where others use the machine.
Peak memory counts the whole process.
Many workbooks on two cores stand beside two processes that share nothing, which is the most the
machine gives: cores share caches, memory and heat.
`make_tidy` is a whole year: it also reads the maps and three small workbooks, about 0.03 s.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
JOBS = Path("data/raw/2019/jobs.xlsx")
SHEET = "xl/worksheets/sheet1.xml"
SLOW_FROM = 200_000
BOOKS = 30
FIRST_DAY = datetime(2018, 1, 1)
Run = Callable[[], object]
Times = dict[str, float]


def write_project(root: Path, rows: int) -> None:
    """Write a project whose jobs export has that many rows, the other exports a few."""
    from workbooks import make_project

    make_project(root)
    write_jobs(root / JOBS, rows)


def write_jobs(path: Path, rows: int) -> None:
    """Write a jobs export as a spreadsheet program does: shared strings, dates as numbers."""
    import xlsxwriter

    from workbooks import HEADINGS

    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Ark1")
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    sheet.write_row(0, 0, HEADINGS["jobs"])
    for row, cells in enumerate(draw_jobs(rows), 1):
        for column, value in enumerate(cells):
            if isinstance(value, datetime):
                sheet.write_datetime(row, column, value, day)
            elif isinstance(value, str):
                sheet.write_string(row, column, value)
            elif value is not None:
                sheet.write_number(row, column, value)
    book.close()


def draw_jobs(rows: int) -> Iterator[list[Any]]:
    """Yield the rows of an invented jobs export: a person has about three jobs."""
    dice = random.Random(2019)
    for number in range(1, rows + 1):
        person = dice.randrange(rows // 3 + 1)
        start = FIRST_DAY + timedelta(days=dice.randrange(730))
        end = start + timedelta(days=dice.randrange(400)) if dice.random() < 0.6 else None
        cpr = f"{61 + person % 28}{1 + person // 28 % 12:02d}80-{person % 10000:04d}"
        yield [
            f"{number:07d}",
            cpr,
            dice.choice(("Sumak", "VeteranHaven")),
            1_000_000_000 + person % 900,
            "Fleksjob",
            start,
            end,
            dice.randrange(2, 38),
            dice.choice((0, 25, 50, "80 %", 100)),
            "Jobcenter",
            dice.choice(("Sygedagpenge", "Kontanthjælp", "Ledighedsydelse")),
            dice.choice("JN"),
        ]


def write_books(root: Path, rows: int) -> None:
    """Write many workbooks."""
    root.mkdir()
    write_jobs(root / "00.xlsx", rows)
    for number in range(1, BOOKS):
        shutil.copy(root / "00.xlsx", root / f"{number:02d}.xlsx")


def count_cells(root: Path) -> Run:
    """Return the floor: the sheet inflated, and its cells counted."""
    import zipfile

    def run() -> int:
        with zipfile.ZipFile(root / JOBS) as book, book.open(SHEET) as sheet:
            return sum(piece.count(b"<c ") for piece in iter(lambda: sheet.read(1 << 21), b""))

    return run


def read_pandas(root: Path) -> Run:
    """Return what pandas does with openpyxl: every cell read, nothing checked."""
    import openpyxl  # noqa: F401
    import pandas as pd

    return lambda: pd.read_excel(root / JOBS, engine="openpyxl")


def read_cells(root: Path) -> Run:
    """Return our raw read: every cell as written."""
    from socok_analysis.workbook.read import read_workbook

    return lambda: read_workbook(root / JOBS, "jobs.xlsx")


def make_tidy(root: Path) -> Run:
    """Return the whole intake of the year: cells, types, checks, tidy tables."""
    import defusedxml.ElementTree  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow.pandas_compat  # noqa: F401
    import rapidfuzz.process  # noqa: F401

    from socok_analysis.intake.tidy import tidy_year

    def run() -> None:
        found = tidy_year(root, 2019)
        assert not [problem for problem in found.problems if problem.severity == "error"]

    return run


def read_alone(root: Path) -> Run:
    """Return the reading of many workbooks by one process."""
    from socok_analysis.intake.readers import read_file

    return lambda: [read_file(path) for path in sorted(root.glob("*.xlsx"))]


def read_beside(root: Path) -> Run:
    """Return the reading of many workbooks on two cores."""
    from socok_analysis.intake.readers import read_shared

    sizes = {path: path.stat().st_size for path in sorted(root.glob("*.xlsx"))}
    return lambda: read_shared(sizes, 2)


def read_half(root: Path, first: int) -> Run:
    """Return the reading of every other workbook by one process."""
    from socok_analysis.intake.readers import read_file

    return lambda: [read_file(path) for path in sorted(root.glob("*.xlsx"))[first::2]]


WRITERS = {"write_project": write_project, "write_books": write_books}
WAYS = {
    way.__name__: way
    for way in (count_cells, read_pandas, read_cells, make_tidy, read_alone, read_beside)
}
HALVES: dict[str, Callable[[Path], Run]] = {
    "read_even": partial(read_half, first=0),
    "read_odd": partial(read_half, first=1),
}


def measure_here(way: str, root: Path) -> Times:
    """Return elapsed and CPU seconds of one way in this process, and its peak memory in MB."""
    run = (WAYS | HALVES)[way](root)
    start, used = time.perf_counter(), time.process_time()
    result = run()
    seconds, cpu = time.perf_counter() - start, time.process_time() - used
    del result
    return {"seconds": seconds, "cpu": cpu, "mb": read_peak()}


def read_peak() -> float:
    """Return the most memory this process has held, in MB."""
    if sys.platform == "win32":
        import psutil

        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def measure(ways: Sequence[str], root: Path, repeat: int) -> dict[str, Times]:
    """Return the medians of each way, every run a process of its own, the ways in turn."""
    runs: dict[str, list[Times]] = {way: [] for way in ways}
    for _ in range(repeat):
        for way in ways:
            runs[way].append(json.loads(run_apart(way, root)))
    return {
        way: {key: median(run[key] for run in found) for key in found[0]}
        for way, found in runs.items()
    }


def run_apart(way: str, root: Path, rows: int = 0) -> str:
    """Return what a process of its own prints; this one stays small, since peaks are inherited."""
    with start_apart(way, root, rows) as process:
        printed = process.communicate()[0]
    if process.returncode:
        raise RuntimeError(f"{way} failed")
    return printed


def start_apart(way: str, root: Path, rows: int = 0) -> subprocess.Popen[str]:
    """Start a process of its own for one way."""
    command = [sys.executable, __file__, "--way", way, "--root", str(root), "--rows", str(rows)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def measure_halves(root: Path) -> float:
    """Return what two processes that share nothing need for half the workbooks each.

    It is the least any sharing of the work can need here.
    """
    started = [start_apart(way, root) for way in HALVES]
    return max(float(json.loads(one.communicate()[0])["seconds"]) for one in started)


def show_rows(rows: int, found: dict[str, Times]) -> None:
    """Print one size: seconds and memory, and each against pandas with openpyxl."""
    base = found.get("read_pandas")
    for way, one in found.items():
        line = f"{rows:>9,} {way:<12}{one['seconds']:>9.3f}{one['cpu']:>9.3f}{one['mb']:>7.0f}"
        if base:
            line += f"{base['seconds'] / one['seconds']:>10.1f}{base['cpu'] / one['cpu']:>10.1f}"
            line += f"{one['mb'] / base['mb']:>10.2f}"
        print(line, flush=True)


def run_sizes(sizes: Sequence[int], repeat: int, folder: Path) -> None:
    """Measure and print every size."""
    print(
        f"{'rows':>9} {'way':<12}{'seconds':>9}{'cpu':>9}{'MB':>7}"
        f"{'x faster':>10}{'x in cpu':>10}{'x memory':>10}"
    )
    for rows in sizes:
        root = folder / str(rows)
        run_apart("write_project", root, rows)
        ways = ["count_cells", "read_pandas", "read_cells", "make_tidy"]
        show_rows(rows, measure(ways, root, repeat if rows < SLOW_FROM else 1))


def run_books(rows: int, repeat: int, folder: Path) -> None:
    """Measure and print many workbooks, read by one process and on two cores."""
    root = folder / "books"
    run_apart("write_books", root, rows)
    runs: dict[str, list[float]] = {"read_alone": [], "read_beside": [], "halves": []}
    for _ in range(repeat):
        for way in ("read_alone", "read_beside"):
            runs[way].append(json.loads(run_apart(way, root))["seconds"])
        runs["halves"].append(measure_halves(root))
    alone, beside, halves = (median(found) for found in runs.values())
    print(
        f"{BOOKS} workbooks of {rows:,} rows: one process {alone:.2f} s, two cores "
        f"{beside:.2f} s, {alone / beside:.2f} times faster; "
        f"two processes that share nothing {halves:.2f} s, {alone / halves:.2f}"
    )


def main() -> None:
    """Run the benchmark, or one way of it in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--book-rows", type=int, default=45_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--way", choices=[*WAYS, *HALVES, *WRITERS], help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way in WRITERS:
        WRITERS[options.way](options.root, options.rows[0])
    elif options.way:
        print(json.dumps(measure_here(options.way, options.root)))
    else:
        run_all(options)


def run_all(options: argparse.Namespace) -> None:
    """Run every size, and then the many workbooks."""
    with tempfile.TemporaryDirectory() as folder:
        run_sizes(options.rows, options.repeat, Path(folder))
        if options.book_rows:
            run_books(options.book_rows, options.repeat, Path(folder))


if __name__ == "__main__":
    main()
