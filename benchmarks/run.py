"""Measure everything, side by side, and write `RESULTS.md`.

    python benchmarks/run.py [--quick] [--papermill-up-to N] [--go-on] [--only SECTION ...]

Whole processes are timed, turn about. Seconds differ between machines; ratios hold. Run it when
the machine has nothing else to do: it takes an hour, most of it papermill's 1,000 notebooks.
Each section is kept (`.kept.json`) as soon as it is measured; `--go-on` takes up a run that was
interrupted, and the results say which sections come from which run.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count as count_from
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import reports
from rows import Row, show_table, take_turns, times_as
from sizes import measure_notebooks, measure_thousand
from timing import Measured, measure

HERE = Path(__file__).resolve().parent
PACKAGES = ("papermill", "nbclient", "ipykernel", "pandas", "matplotlib", "openpyxl", "pyarrow")
INTAKE_ROWS = ("1000", "10000", "100000", "1000000")
SECTIONS = ("start", "notebooks", "thousand", "report", "intake")
KEPT = HERE / ".kept.json"


def main() -> None:
    """Measure and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and smaller, to try it")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=())
    parser.add_argument(
        "--papermill-up-to",
        type=int,
        default=1000,
        metavar="N",
        help="run papermill's command for at most N notebooks of a batch",
    )
    parser.add_argument(
        "--go-on", action="store_true", help="keep what an earlier run has measured, but for --only"
    )
    options = parser.parse_args()
    kept = json.loads(KEPT.read_text("utf-8")) if options.go_on and KEPT.exists() else {}
    for section in options.only or [name for name in SECTIONS if name not in kept]:
        kept[section] = measure_section(section, options)
        KEPT.write_text(json.dumps(kept), encoding="utf-8")
        print(kept[section]["text"], flush=True)
    texts = [kept[section]["text"] for section in SECTIONS if section in kept]
    parts = [describe_machine(), *texts, describe_runs(kept)]
    (HERE / "RESULTS.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def measure_section(section: str, options: argparse.Namespace) -> dict[str, str]:
    """Return a section, when it was begun, how long it took and what else the machine did."""
    begun, load, run = time.monotonic(), read_load(), str(os.getpid())
    when = time.strftime("%d %B %Y at %H:%M")
    with TemporaryDirectory() as name:
        text = MEASURES[section](Path(name), options.quick, options.papermill_up_to)
    minutes = f"{(time.monotonic() - begun) / 60:.1f}"
    return {"text": text, "when": when, "load": load, "minutes": minutes, "run": run}


def describe_runs(kept: dict[str, dict[str, str]]) -> str:
    """Return the closing section: when each section was measured, and whether in one run."""
    runs = {part["run"] for part in kept.values()}
    said = "One run." if len(runs) == 1 else f"{len(runs)} runs: ratios hold within a section."
    lines = [
        f"| {name} | {part['when']} | {part['minutes']} | {part['load']} |"
        for name, part in kept.items()
    ]
    head = "| section | begun | minutes | load at the start |\n|---|---|--:|--:|\n"
    return f"## When\n\n{said}\n\n{head}" + "\n".join(lines)


def read_load() -> str:
    """Return how many processes ran of late, where that is known."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


def describe_machine() -> str:
    """Return the heading: machine, versions, load."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    memory = psutil.virtual_memory().total >> 30
    return (
        f"# Results\n\n{time.strftime('%B %Y')}. {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} cores, {memory} GB. "
        f"Python {platform.python_version()}, {versions}.\n\n"
        "Whole processes, wall clock; ratios are between runs beside each other. Memory is the "
        "peak of a process and all it started (shared pages counted once)."
    )


def measure_start(folder: Path, quick: bool, up_to: int = 0) -> str:
    """Measure the start of the command line."""
    runs = {
        "python": lambda: measure([sys.executable, "-c", "pass"], folder),
        "help": lambda: measure([*reports.SOCOK, "--help"], folder),
        "papermill": lambda: measure([sys.executable, "-m", "papermill", "--help"], folder),
    }
    took = take_turns(runs, 5 if quick else 15)
    return show_table(
        "Start-up",
        [
            Row("`python -c pass`", took["python"]),
            Row(
                "`socok --help`",
                took["help"],
                f"{times_as(took['python'], took['help'])} times python",
                "at most 6",
            ),
            Row(
                "`papermill --help`",
                took["papermill"],
                f"{times_as(took['python'], took['papermill'])} times python",
            ),
        ],
    )


def measure_report(folder: Path, quick: bool, up_to: int = 0) -> str:
    """Measure the whole report: from nothing, by hand, unchanged and changed."""
    made = [reports.copy_project(folder, f"projekt-{n}") for n in range(1 if quick else 3)]
    left = iter(made)
    whole = take_turns({"whole": lambda: reports.run_report(next(left))}, len(made))["whole"]
    hand = reports.run_by_hand(reports.copy_project(folder, "i haanden"))
    root = made[-1]
    unchanged = take_turns({"unchanged": lambda: reports.run_report(root)}, 5)["unchanged"]
    rows = [
        Row("two years by hand", hand),
        Row(
            "two years, `socok report` from nothing",
            whole,
            f"by hand {times_as(whole, hand)} times as long",
            "at least 6",
        ),
        Row("`socok report`, nothing changed", unchanged, "", "under 0.5 s"),
    ]
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
        Row(
            f"one {name} changed: `socok report`",
            took["report"],
            f"{times_as(took['depends'], took['report'])} times that",
            "at most 1.5",
        ),
    ]


def measure_intake(folder: Path, quick: bool, up_to: int = 0) -> str:
    """Run the measurements of the intake, which are a script of their own."""
    script = HERE / "intake.py"
    if not script.exists():
        return "## Intake\n\n`benchmarks/intake.py` is not there."
    rows = INTAKE_ROWS[:2] if quick else INTAKE_ROWS
    done = subprocess.run(
        [sys.executable, str(script), "--rows", *rows],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    return f"## Intake\n\n```\n{done.stdout.strip()}\n```"


MEASURES = {
    "start": measure_start,
    "notebooks": measure_notebooks,
    "thousand": measure_thousand,
    "report": measure_report,
    "intake": measure_intake,
}

if __name__ == "__main__":
    main()
