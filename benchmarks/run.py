"""Measure everything, side by side, and write `RESULTS.md`.

    python benchmarks/run.py [--quick] [--only start notebooks report intake]

Whole processes are timed, turn about where they are short. Seconds differ between machines;
ratios hold. Run it when the machine has nothing else to do.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count as count_from
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import batches
import psutil
import reports
from timing import Measured, measure

HERE = Path(__file__).resolve().parent
PACKAGES = ("papermill", "nbclient", "ipykernel", "pandas", "matplotlib", "openpyxl", "pyarrow")
INTAKE_ROWS = ("1000", "10000", "100000", "1000000")
SECTIONS = ("start", "notebooks", "report", "intake")


@dataclass(frozen=True)
class Row:
    """One line of a table."""

    what: str
    measured: Measured
    ratio: str = ""
    wanted: str = ""


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and smaller, to try it")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS)
    options = parser.parse_args()
    begun = time.monotonic()
    parts = [describe_machine()]
    with TemporaryDirectory() as name:
        for section in options.only:
            parts.append(MEASURES[section](Path(name), options.quick))
            print(parts[-1], flush=True)
    parts.append(f"All of it took {(time.monotonic() - begun) / 60:.0f} minutes.")
    (HERE / "RESULTS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def describe_machine() -> str:
    """Return the heading: machine, versions, load."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total >> 30
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"
    return (
        f"# Results\n\n{time.strftime('%B %Y')}. {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {memory} GB, load at the start {load}. "
        f"Python {platform.python_version()}, {versions}.\n\n"
        "Whole processes, wall clock; ratios are between runs beside each other. Memory is the "
        "peak of a process and all it started (shared pages counted once)."
    )


def take_turns(runs: dict[str, Callable[[], Measured]], times: int) -> dict[str, Measured]:
    """Run each several times, turn about; return the medians, and the greatest memory."""
    taken: dict[str, list[Measured]] = {name: [] for name in runs}
    for _ in range(times):
        for name, run in runs.items():
            taken[name].append(run())
    return {
        name: Measured(median(m.seconds for m in all_), max(m.peak_mb for m in all_))
        for name, all_ in taken.items()
    }


def times_as(one: Measured, other: Measured, count: float = 1) -> str:
    """Return how many times as long `other` (each of `count`) takes as `one`."""
    return f"{other.seconds * count / one.seconds:.2f}"


def show_table(title: str, rows: Iterator[Row] | list[Row]) -> str:
    """Return a section with a table."""
    head = f"## {title}\n\n| what | seconds | peak MB | ratio | wanted |\n|---|--:|--:|---|---|\n"
    lines = [
        f"| {row.what} | {row.measured.seconds:.2f} | {row.measured.peak_mb:.0f} "
        f"| {row.ratio} | {row.wanted} |"
        for row in rows
    ]
    return head + "\n".join(lines)


def measure_start(folder: Path, quick: bool) -> str:
    """Measure the start of the command line."""
    runs = {
        "python": lambda: measure([sys.executable, "-c", "pass"], folder),
        "help": lambda: measure([*reports.SOCOK, "--help"], folder),
        "papermill": lambda: measure([sys.executable, "-m", "papermill", "--help"], folder),
    }
    took = take_turns(runs, 5 if quick else 15)
    return show_table("Start-up", [
        Row("`python -c pass`", took["python"]),
        Row("`socok --help`", took["help"],
            f"{times_as(took['python'], took['help'])} times python", "at most 6"),
        Row("`papermill --help`", took["papermill"],
            f"{times_as(took['python'], took['papermill'])} times python"),
    ])  # fmt: skip


def measure_notebooks(folder: Path, quick: bool) -> str:
    """Measure one notebook, then many."""
    notebook = batches.make_notebook(folder)
    one = take_turns({
        "papermill": lambda: batches.run_papermill(notebook, 1),
        "engine": lambda: batches.run_engine_once(notebook),
    }, 2 if quick else 5)  # fmt: skip
    rows = [
        Row("one notebook, `papermill`", one["papermill"]),
        Row("one notebook, `papermill --engine socok-fork`", one["engine"],
            f"papermill {times_as(one['engine'], one['papermill'])} times as long", "at least 1"),
        *measure_many(notebook, quick, one["papermill"]),
    ]  # fmt: skip
    return show_table("Notebooks with a table and three charts, two at a time", rows)


def measure_many(notebook: Path, quick: bool, papermill: Measured) -> Iterator[Row]:
    """Measure batches of several sizes."""
    sizes = (4, 8, 16) if quick else (10, 100, 1000)
    compared = 8 if quick else 50
    yield from compare_sizes(notebook, compared, papermill, quick)
    each: dict[int, float] = {}
    for size in sizes:
        took = batches.run_batch(notebook, size)
        each[size] = took.seconds / size
        yield Row(f"{size} notebooks, `socok batch`", took, f"{each[size] * 1000:.0f} ms each")
    last, before = sizes[-1], sizes[-2]
    first_seconds = sizes[0] * each[sizes[0]]
    growth = (last * each[last] - first_seconds) / (last - sizes[0])
    earlier = (before * each[before] - first_seconds) / (before - sizes[0])
    yield Row(
        f"each further notebook, {before} to {last} against {sizes[0]} to {before}",
        Measured(growth, 0), f"{growth / earlier:.2f} times", "at most 1.1",
    )  # fmt: skip


def compare_sizes(
    notebook: Path, count: int, papermill: Measured, quick: bool
) -> Iterator[Row]:
    """Measure one size in every way there is."""
    took = take_turns({
        "own": lambda: batches.run_bare(notebook, count),
        "batch": lambda: batches.run_batch(notebook, count),
    }, 1 if quick else 3)  # fmt: skip
    one_by_one = papermill if quick else batches.run_papermill(notebook, count)
    each = count if quick else 1
    kernels = batches.run_batch(notebook, count, "kernel")
    batch, own = took["batch"], took["own"]
    yield Row(f"{count} notebooks, own work only (`exec`)", own)
    yield Row(f"{count} notebooks, `socok batch`", batch,
              f"{times_as(own, batch)} times own work", "at most 1.4")  # fmt: skip
    yield Row(f"{count} notebooks, `papermill` one by one",
              Measured(one_by_one.seconds * each, one_by_one.peak_mb),
              f"{times_as(batch, one_by_one, each)} times the batch", "at least 12")  # fmt: skip
    yield Row(f"{count} notebooks, `socok batch` with kernels", kernels,
              f"papermill {times_as(kernels, one_by_one, each)} times as long",
              "at least 6")  # fmt: skip


def measure_report(folder: Path, quick: bool) -> str:
    """Measure the whole report: from nothing, by hand, unchanged and changed."""
    made = [reports.copy_project(folder, f"projekt-{n}") for n in range(1 if quick else 3)]
    left = iter(made)
    whole = take_turns({"whole": lambda: reports.run_report(next(left))}, len(made))["whole"]
    hand = reports.run_by_hand(reports.copy_project(folder, "i haanden"))
    root = made[-1]
    unchanged = take_turns({"unchanged": lambda: reports.run_report(root)}, 5)["unchanged"]
    rows = [
        Row("two years by hand", hand),
        Row("two years, `socok report` from nothing", whole,
            f"by hand {times_as(whole, hand)} times as long", "at least 6"),
        Row("`socok report`, nothing changed", unchanged, "", "under 0.5 s"),
    ]  # fmt: skip
    twin = reports.copy_project(folder, "tvilling")
    reports.run_report(twin)
    for name in ("text", "workbook"):
        change: Callable[[Path, int], None] = getattr(reports, f"change_{name}")
        rows += compare_change(name, change, root, twin, 1 if quick else 3)
    return show_table("The whole report", rows)


def compare_change(
    name: str, change: Callable[[Path, int], None], root: Path, twin: Path, times: int
) -> list[Row]:
    """Measure a report after a change against making what depends on it, in a project like it."""
    numbers = count_from(1)

    def remake() -> Measured:
        change(root, next(numbers))
        return reports.run_report(root)

    def depend() -> Measured:
        change(twin, next(numbers))
        return reports.run_depending(twin)

    took = take_turns({"report": remake, "depends": depend}, times)
    return [
        Row(f"one {name} changed: what depends on it", took["depends"]),
        Row(f"one {name} changed: `socok report`", took["report"],
            f"{times_as(took['depends'], took['report'])} times that", "at most 1.5"),
    ]  # fmt: skip


def measure_intake(folder: Path, quick: bool) -> str:
    """Run the measurements of the intake, which are a script of their own."""
    script = HERE / "intake.py"
    if not script.exists():
        return "## Intake\n\n`benchmarks/intake.py` is not there."
    rows = INTAKE_ROWS[:2] if quick else INTAKE_ROWS
    done = subprocess.run(
        [sys.executable, str(script), "--rows", *rows],
        cwd=folder, capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return f"## Intake\n\n```\n{done.stdout.strip()}\n```"


MEASURES = {
    "start": measure_start, "notebooks": measure_notebooks,
    "report": measure_report, "intake": measure_intake,
}  # fmt: skip

if __name__ == "__main__":
    main()
