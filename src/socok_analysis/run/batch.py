"""A batch: notebooks, each with many sets of parameters, several at once.

A run is made again each time, unless it is told what is all it reads (`--input`) and neither that,
the notebook, what is installed nor its result has changed. A result is written when it is done.
"""

from __future__ import annotations

import ast
import csv
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from socok_analysis.core import problems as findings
from socok_analysis.core.danish import NORDIC, did_you_mean
from socok_analysis.core.folders import describe_library, hash_file, hash_files, hash_text
from socok_analysis.core.lists import ListFile, read_rows
from socok_analysis.core.problems import DataError, Problem, UsageError
from socok_analysis.core.year import PROJECT, list_years
from socok_analysis.run.build import describe_installed, hash_sources, prepare_year, walk
from socok_analysis.run.execute import NotebookError, execute, side_by_side
from socok_analysis.run.notebooks import Parameters, Run, list_code, read_purpose

Defaults = Mapping[str, Any]
WORDS = {"true": True, "false": False}
DANISH = {"sand": True, "falsk": False, "ja": True, "nej": False}
NOTES, FAILED, TABLE = ".batch", "fejl", "fejl.csv"


@dataclass(frozen=True)
class GridRow:
    """A row of a grid: the values by parameter."""

    extra: dict[str, str]


@dataclass(frozen=True)
class Task:
    """A run of a batch; `inputs` is a hash of all it reads, empty where nobody has said that."""

    run: Run
    out: Path
    target: Path
    workplace: Path
    root: Path | None
    inputs: str

    @property
    def note(self) -> Path:
        """Where it is noted what the result was made from, and what it is."""
        return self.out / NOTES / f"{self.run.page}.sha256"

    def describe(self) -> str:
        """Return a hash of what the result is made from and what it is."""
        place = self.target.parent
        own = [self.target] if place == self.out else place.rglob("*")
        return hash_text(repr([self.inputs, hash_files(place, filter(Path.is_file, own))]))

    def is_done(self) -> bool:
        """Tell whether the result stands as it was made, and was made from just these inputs."""
        is_noted = bool(self.inputs) and self.note.is_file()
        return is_noted and self.note.read_text(encoding="ascii") == self.describe()


class Outcome(NamedTuple):
    """What came of a task: where it lies, and why it failed where it did."""

    saved: Path
    error: NotebookError | None


def plan_tasks(
    notebooks: Sequence[Path],
    grid: Path | None,
    lists: Sequence[str],
    out: Path,
    root: Path | None = None,
    inputs: Sequence[Path] = (),
    kernel: str | None = None,
    timeout: int | None = None,
) -> list[Task]:
    """Return a batch's tasks: every row of the grid with every combination of the lists.

    A notebook that makes a page writes charts beside it and gets a folder of its own; any other
    works where the batch was started. Raise UsageError for parameters nobody can understand.
    """
    if len({path.stem for path in notebooks}) < len(notebooks):
        raise UsageError("To notebooks har samme navn; resultaterne ville ikke kunne skelnes.")
    for path in (*notebooks, *inputs, *filter(None, [grid])):
        if not path.exists():
            raise UsageError(f"Filen {path} findes ikke.")
    files = {file for path in inputs for file in ([path] if path.is_file() else walk(path, True))}
    known: list[object] = [(str(file), hash_file(file)) for file in sorted(files)]
    known += [describe_library(), hash_sources(root, MAXYEAR)] if root and inputs else []
    tasks = dict[str, Task]()
    for path in notebooks:
        if path.suffix != ".ipynb" or not path.is_file():
            raise UsageError(f"{path} er ikke en notebook.")
        facts = [*known, hash_file(path), describe_installed(path.parent, Path.cwd())]
        is_page = bool(read_purpose(path))
        for chosen in list_sets(path, grid, lists):
            words = "-".join([path.stem, *(str(value) for _, value in chosen)]).lower()
            name = re.sub(r"[^a-z0-9_.]+", "-", words.translate(NORDIC)).strip("-.")[:100]
            if name in tasks:
                name = f"{name}-{hash_text(repr(chosen))[:8]}"
            home = out / name if is_page else out
            place, target = home if is_page else Path.cwd(), home / f"{name}.ipynb"
            if target in notebooks:
                raise UsageError(f"Resultatet ville overskrive {target}: vælg en anden mappe.")
            run = Run(path, name, 0, chosen, kernel, timeout)
            told = hash_text(repr([*facts, chosen])) if inputs else ""
            tasks[name] = Task(run, out, target, place, root, told)
    return [*tasks.values()]


def list_sets(notebook: Path, grid: Path | None, lists: Sequence[str]) -> list[Parameters]:
    """Return a notebook's sets of parameters, each once: of a grid, of lists as `a=1,"2,5"`."""
    defaults = read_defaults(notebook, bool(grid or lists))
    rows, listed = read_grid(grid, defaults) if grid else [()], []
    for text in lists:
        name, _, values = (part.strip() for part in text.partition("="))
        if not values:
            raise UsageError(f"“{text}” skal skrives navn=værdi eller navn=værdi,værdi.")
        (cells,) = csv.reader([values], skipinitialspace=True)
        listed.append([(name, read_value(cell.strip(), defaults.get(name))) for cell in cells])
    sets = [(*row, *some) for row in rows for some in product(*listed)]
    for names in dict.fromkeys(tuple(name for name, _ in chosen) for chosen in sets):
        for name in names:
            if not name.isidentifier():
                raise UsageError(f"“{name}” kan ikke være navnet på en parameter.")
            if names.count(name) > 1:
                raise UsageError(f"Parameteren {name} er angivet to gange.")
            if defaults and name not in defaults:
                told = f"{notebook.name} har ingen parameter {name}.{did_you_mean(name, defaults)}"
                raise UsageError(f"{told} Parametrene er: {', '.join(defaults)}.")
    return list({repr(chosen): chosen for chosen in sets}.values())


def read_defaults(notebook: Path, is_needed: bool) -> Defaults:
    """Return the parameters declared in a notebook's one cell for them, with plain defaults."""
    cells = list_code(notebook, "parameters")
    if is_needed and len(cells) != 1:
        told = "ingen celle" if not cells else f"{len(cells)} celler"
        raise UsageError(
            f"{notebook.name} har {told} mærket “parameters”, så parametrene ville ikke virke. "
            "Mærk den ene celle, hvor de står (i Jupyter: egenskaber for cellen, tags)."
        )
    defaults: dict[str, Any] = {}
    with suppress(SyntaxError):  # another language: its parameters are papermill's business
        for node in ast.parse("\n".join(cells)).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                with suppress(ValueError):
                    defaults[ast.unparse(target)] = None
                    defaults[ast.unparse(target)] = ast.literal_eval(node.value)
    return defaults


def read_grid(path: Path, defaults: Defaults) -> list[Parameters]:
    """Return the rows of a grid: of a CSV without its blanks, of a YAML list as they are typed."""
    file, problems = ListFile(path), list[Problem]()
    if path.suffix in (".yml", ".yaml") and (text := file.read(problems)):
        try:
            return [tuple((str(key), one[key]) for key in one) for one in yaml.safe_load(text)]
        except (yaml.YAMLError, TypeError) as error:
            told = "skal være en liste i YAML med et sæt parametre i hvert punkt: - year: 2019"
            raise UsageError(f"{path.name} {told} ({' '.join(str(error).split())})") from error
    rows = read_rows(file, GridRow, problems)
    if not rows and not problems:
        problems.append(file.fault("tom", "Der er ingen rækker under overskrifterne."))
    if problems:
        raise UsageError(findings.describe_problems(problems))
    values = (row.extra.items() for row in rows)
    return [tuple((n, read_value(c, defaults.get(n))) for n, c in row if c) for row in values]


def read_value(text: str, default: Any = None) -> Any:
    """Return a value as the type of the default; else as it is written: `00142` stays text."""
    if isinstance(default, str):
        return text
    words = WORDS | DANISH if isinstance(default, bool) else WORDS
    if text.lower() in words:
        return words[text.lower()]
    is_number = isinstance(default, int | float) and not isinstance(default, bool)
    number = text.replace(",", ".") if is_number else text
    for kind in (int, float):
        with suppress(ValueError):
            if is_number or str(kind(number)) == text:
                return kind(number)
    return text


def run_batch(tasks: Sequence[Task], jobs: int, scheduler: str = "") -> Iterator[Outcome]:
    """Run tasks side by side, here or on a Dask cluster; yield what came of each as it comes."""
    before = os.environ.get(PROJECT, "")
    for root in {task.root for task in tasks if task.root}:  # before many notebooks do it at once
        for year in list_years(root):
            with suppress(DataError):  # told by the notebooks that need the year
                prepare_year(root, year)
    try:
        yield from side_by_side(run_task, tasks, jobs, scheduler)
    finally:
        os.environ[PROJECT] = before


def run_task(task: Task) -> Outcome:
    """Run a task, after removing what stood of it; what fails is an outcome, a full disk raised."""
    if task.root:
        os.environ[PROJECT] = str(task.root)
    working, failed = task.note.with_suffix(".ipynb"), task.out / FAILED / task.target.name
    for path in (working, task.target, failed, task.note):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
    outcome = Outcome(task.target, None)
    try:
        execute(task.run, working, task.workplace)
    except NotebookError as error:
        outcome = Outcome(failed, error)
        error.saved = failed
    if working.exists():  # it says of itself where it lies
        old, new = (json.dumps(str(p), ensure_ascii=False) for p in (working, outcome.saved))
        text = working.read_text(encoding="utf-8").replace(old, new)
        working.write_text(text, encoding="utf-8", newline="\n")
        working.replace(outcome.saved)
    if task.inputs and not outcome.error:
        task.note.write_text(task.describe(), encoding="utf-8", newline="\n")
    return outcome


def write_failures(out: Path, failures: Sequence[NotebookError]) -> Path | None:
    """Write the table of failures into the results' folder; remove it where there are none."""
    path = out / TABLE
    if failures:
        rows = sorted((each.as_row() for each in failures), key=lambda row: str(row["saved"]))
        findings.write_rows(path, [*rows[0]], rows)
        return path
    path.unlink(missing_ok=True)
    with suppress(OSError):
        (out / FAILED).rmdir()
    return None
