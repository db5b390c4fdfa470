"""What the library takes beside what one would use instead, in one run; prints Markdown.

    python benchmarks/run.py [--only NAME ...] [--quick]

Names: start, unchanged, report, notebooks, intake, protect, walk. Whole processes unless said so;
the ways of a section take turns, and medians are shown. Seconds drift from machine to machine and
with what else runs, ratios within a section hold; CPU seconds count the processes a command has
started too. `--quick` runs each way once, and a few notebooks.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from by_hand import make_by_hand
from examples import FOLDERS, make_grid, make_notebook, write_year

from socok_analysis.publish.source import find_quarto

ROOT = Path(__file__).parents[1]
SOCOK = (sys.executable, "-m", "socok_analysis")
PAPERMILL = (sys.executable, "-m", "papermill", "--no-progress-bar")
PROJECT = ("data/raw", "notebooks", "_quarto.yml", "index.qmd")
OURS = os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT / "src"), *FOLDERS))}
USED = ("papermill", "ipykernel", "pandas", "matplotlib", "openpyxl", "pyarrow")
NOTEBOOKS, JOBS = 50, 2
SIDE_BY_SIDE = """
import sys, joblib, papermill
notebook, count, jobs = sys.argv[1], *map(int, sys.argv[2:])
run = joblib.delayed(papermill.execute_notebook)
given = ((notebook, f"side-{n}.ipynb", {"number": n}) for n in range(count))
joblib.Parallel(jobs)(run(*each, progress_bar=False) for each in given)
"""
PROTECTED = ((5, 2), (10, 2), (20, 2), (30, 2), (2, 2), (2, 10))  # partners, reports


@dataclass(frozen=True)
class Took:
    """What something took, elapsed and in processors' seconds."""

    seconds: float
    cpu: float


def take(work: Callable[[], object]) -> Took:
    """Do something in processes of its own and measure it."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    work()
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    return Took(seconds, user + system)


def take_turns(ways: dict[str, Callable[[], object]], times: int) -> dict[str, Took]:
    """Measure each way so many times, turn about; return the medians."""
    took: dict[str, list[Took]] = {name: [] for name in ways}
    for _ in range(times):
        for name, work in ways.items():
            took[name].append(take(work))
    return {
        name: Took(median(each.seconds for each in all_), median(each.cpu for each in all_))
        for name, all_ in took.items()
    }


def call(command: Iterable[object], folder: Path | None = None) -> str:
    """Run a command with this checkout's library; return what it says, stop where it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=OURS, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout


def copy_project(folder: Path, name: str) -> Path:
    """Copy the example with nothing made."""
    for each in PROJECT:
        target = folder / name / each
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / each).is_dir() else shutil.copy2
        copy(ROOT / each, target)
    return folder / name


def make_report(root: Path) -> None:
    """Make both years' report and the site."""
    call([*SOCOK, "report", "--project", root, "--publisher", "embedded", "--quiet"])


def show(title: str, rows: Sequence[tuple[str, Took, str, str]]) -> None:
    """Print a section's table."""
    print(f"\n## {title}\n\n| what | seconds | CPU s | ratio | wanted |\n|---|--:|--:|---|---|")
    for what, took, ratio, wanted in rows:
        print(f"| {what} | {took.seconds:.2f} | {took.cpu:.2f} | {ratio} | {wanted} |")
    sys.stdout.flush()


def ratio(one: Took, other: Took) -> str:
    """Return how many times as long the other took, elapsed and in CPU seconds."""
    return f"{other.seconds / one.seconds:.2f} times ({other.cpu / one.cpu:.2f} in CPU)"


def measure_start(folder: Path, is_quick: bool) -> None:
    """The help against a Python that does nothing."""
    took = take_turns(
        {
            "pass": lambda: call([sys.executable, "-c", "pass"]),
            "help": lambda: call([*SOCOK, "--help"]),
        },
        1 if is_quick else 21,
    )
    show(
        "Start-up",
        [
            ("`python -c pass`", took["pass"], "", ""),
            ("`socok --help`", took["help"], ratio(took["pass"], took["help"]), "at most 6"),
        ],
    )


def measure_unchanged(folder: Path, is_quick: bool) -> None:
    """A report of which nothing has changed, against importing pandas."""
    root = copy_project(folder, "uændret")
    make_report(root)
    took = take_turns(
        {
            "pandas": lambda: call([sys.executable, "-c", "import pandas"]),
            "report": lambda: make_report(root),
        },
        1 if is_quick else 9,
    )
    times = ratio(took["pandas"], took["report"])
    show(
        "Nothing changed",
        [
            ('`python -c "import pandas"`', took["pandas"], "", ""),
            ("`socok report`, nothing changed", took["report"], times, "at most 1.5"),
        ],
    )


def measure_report(folder: Path, is_quick: bool) -> None:
    """Two years from nothing, before and after making them by hand."""
    roots = [copy_project(folder, f"rapport-{number}") for number in range(2 if is_quick else 6)]
    took = [take(lambda root=root: make_report(root)) for root in roots[::2]]
    root = copy_project(folder, "i hånden")
    hand = take(lambda: make_by_hand(root, roots[0], call, (SOCOK, PAPERMILL)))
    took += [take(lambda root=root: make_report(root)) for root in roots[1::2]]
    report = Took(median(t.seconds for t in took), median(t.cpu for t in took))
    rows = [
        ("by hand: pandas, papermill's command page by page, pandoc", hand, "", ""),
        ("`socok report` from nothing", report, f"by hand {ratio(report, hand)}", "at least 7"),
    ]
    if quarto := find_quarto():
        (roots[0] / "src").symlink_to(ROOT / "src")  # what `_quarto.yml` names of the library
        alone = take(lambda: call([quarto, "render", roots[0]]))
        rows.append(("plain `quarto render` of the pages already run", alone, "", ""))
    show("The two-year report", rows)


def measure_notebooks(folder: Path, is_quick: bool) -> None:
    """Notebooks with a table and three charts, against papermill's command one by one."""
    count = 4 if is_quick else NOTEBOOKS
    notebook = make_notebook(folder)
    grid = make_grid(folder, count)
    options = ("--params", grid, "--out", "ud", "--jobs", JOBS, "--force", "--quiet")
    batch: list[Took] = []
    one_by_one: list[Took] = []
    for number in range(count):
        command = [*PAPERMILL, notebook, f"{number}.ipynb", "-p", "number", number]
        one_by_one.append(take(lambda command=command: call(command, folder)))
        if number % (count // 2) == count // 4:
            batch.append(take(lambda: call([*SOCOK, "batch", notebook, *options], folder)))
    given = (notebook, count, JOBS)
    side = take(lambda: call([sys.executable, "-c", SIDE_BY_SIDE, *given], folder))
    hand = Took(sum(t.seconds for t in one_by_one), sum(t.cpu for t in one_by_one))
    ours = Took(median(t.seconds for t in batch), median(t.cpu for t in batch))
    show(
        f"{count} notebooks with a table and three charts",
        [
            ("`papermill`, one by one", hand, "", ""),
            (f"papermill by joblib, {JOBS} at a time", side, ratio(side, hand), ""),
            (f"`socok batch`, {JOBS} at a time", ours, ratio(ours, hand), "at least 8"),
        ],
    )


def measure_intake(folder: Path, is_quick: bool) -> None:
    """An ordinary year's ten workbooks, checked and with their health; imports apart."""
    root = write_year(folder / "indlæsning")
    script = Path(__file__).with_name("intake.py")
    engines = ["openpyxl", *(["calamine"] if find_spec("python_calamine") else [])]
    took: dict[str, list[Took]] = {way: [] for way in (*engines, "tidy")}
    for _ in range(1 if is_quick else 5):
        for way, found in took.items():
            said = call([sys.executable, script, way, root])
            found.append(Took(*map(float, said.split())))
    middle = {
        way: Took(median(t.seconds for t in all_), median(t.cpu for t in all_))
        for way, all_ in took.items()
    }
    times = ratio(middle["openpyxl"], middle["tidy"])
    read = [
        (f'`pandas.read_excel(engine="{way}")` of each', middle[way], "", "") for way in engines
    ]
    show(
        "Intake of a year: ten workbooks of up to 2,000 rows (within a process, imports apart)",
        [*read, ("tables, checked, with health", middle["tidy"], times, "at most 3")],
    )


def measure_protection(folder: Path, is_quick: bool) -> None:
    """Planning what may be shown and attacking it, by partners and by reports."""
    script, rows = Path(__file__).with_name("protect.py"), []
    for partners, years in ((5, 2),) if is_quick else PROTECTED:
        said = [*map(float, call([sys.executable, script, partners, years]).split())]
        rest, plan, attack = (Took(*said[n : n + 2]) for n in (0, 2, 4))
        what = f"{partners} partners, {years} reports: "
        rows += [(what + "the rest of `tidy`", rest, "", "")]
        rows += [(what + "plan", plan, f"{plan.cpu / rest.cpu:.2f} of the rest", "at most 1")]
        each = f"{1000 * attack.cpu / partners / years:.0f} ms a partner and report"
        rows += [(what + "attack", attack, each, "")]
    show("Protection (within a process; the newest report's)", rows)


def measure_walk(folder: Path, is_quick: bool) -> None:
    """How many modules one meets from a cell to a page: `walk.py` names them."""
    script = Path(__file__).with_name("walk.py")
    first = call([sys.executable, script]).splitlines()[0]
    print(f"\n## From a workbook's cell to a table on a page\n\n{first}")


MEASURES = {
    "start": measure_start,
    "unchanged": measure_unchanged,
    "report": measure_report,
    "notebooks": measure_notebooks,
    "intake": measure_intake,
    "protect": measure_protection,
    "walk": measure_walk,
}


def main() -> None:
    """Run the sections asked for, each in a folder of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=[*MEASURES])
    parser.add_argument("--quick", action="store_true", help="each way once")
    options = parser.parse_args()
    versions = ", ".join(f"{name} {version(name)}" for name in USED)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{time.strftime('%d %B %Y')}, {platform.system()} {platform.machine()}, ", end="")
    print(f"{os.cpu_count()} cores{load}. Python {platform.python_version()}, {versions}.")
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            MEASURES[name](Path(folder), options.quick)


if __name__ == "__main__":
    main()
