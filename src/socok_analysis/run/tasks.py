"""One notebook of a batch: what it is, how it is run, and what came of it.

A task writes its notebook beside the others only when it is done, and notes what it was made
from; where a batch was interrupted, the next one goes on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from socok_analysis.run.engine import NAME
from socok_analysis.run.grids import Parameters

NOTES = ".batch"
FAILED = "fejl"
TRIES = 2
EXIT_CODES: Mapping[str, int] = {"DataError": 1, "UsageError": 2}


@dataclass(frozen=True)
class Task:
    """A notebook, its parameters, and the file its result goes to."""

    notebook: Path
    parameters: Parameters
    target: Path
    home: Path
    inputs: Mapping[str, str] = field(hash=False)
    workplace: Path = Path()
    timeout: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def working(self) -> Path:
        """Where the notebook is while it runs."""
        return self.home / NOTES / self.target.name

    @property
    def failed(self) -> Path:
        """Where the notebook is kept as it stopped when it fails."""
        return self.home / FAILED / self.target.name

    @property
    def note(self) -> Path:
        """Where it is noted what the result was made from."""
        return self.working.with_suffix(".json")

    def describe(self) -> dict[str, Any]:
        """Return what the result is made from."""
        return {"parameters": [list(pair) for pair in self.parameters], "inputs": dict(self.inputs)}


@dataclass(frozen=True)
class Outcome:
    """What came of a task; `error` is empty where it went well."""

    notebook: str
    parameters: Parameters
    saved: Path
    error: str = ""
    cell: int | None = None
    tries: int = 1
    exit_code: int = 0
    is_new: bool = True


def is_done(task: Task) -> bool:
    """Tell whether a task's result stands and was made from just these inputs."""
    try:
        note = json.loads(task.note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    size = task.target.stat().st_size if task.target.is_file() else None
    return bool(note == {**task.describe(), "size": size})


def never() -> bool:
    """Say no."""
    return False


def run_task(task: Task, is_stopped: Callable[[], bool] = never) -> Outcome:
    """Run a task; a kernel that does not start or dies is tried once more. Never raise."""
    for folder in (task.working.parent, task.target.parent):
        folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, TRIES + 1):
        try:
            execute_task(task)
            return finish_task(task, number)
        except RuntimeError as error:
            failure = error
            if is_stopped():
                break
        except Exception as error:
            return fail_task(task, error, number)
    return fail_task(task, failure, TRIES)


def execute_task(task: Task) -> None:
    """Run a task's notebook with papermill, in the folder it works in."""
    import papermill

    papermill.execute_notebook(
        str(task.notebook),
        str(task.working),
        dict(task.parameters),
        engine_name=NAME,
        progress_bar=False,
        execution_timeout=task.timeout,
        env=task.extra,
        resources={"metadata": {"path": str(task.workplace)}},
    )


def finish_task(task: Task, tries: int) -> Outcome:
    """Put the result in its place and note what it was made from."""
    os.replace(task.working, task.target)  # noqa: PTH105
    note = {**task.describe(), "size": task.target.stat().st_size}
    text = json.dumps(note, ensure_ascii=False, indent=1)
    task.note.write_text(text + "\n", encoding="utf-8", newline="\n")
    task.failed.unlink(missing_ok=True)
    return Outcome(task.notebook.name, task.parameters, task.target, tries=tries)


def fail_task(task: Task, error: Exception, tries: int) -> Outcome:
    """Keep the notebook as it stopped; return what is known of the failure."""
    task.note.unlink(missing_ok=True)
    if task.working.exists():
        task.failed.parent.mkdir(exist_ok=True)
        os.replace(task.working, task.failed)  # noqa: PTH105
    kind, said = name_error(error)
    cell = getattr(error, "cell_index", None)
    return Outcome(
        task.notebook.name,
        task.parameters,
        task.failed,
        first_line(f"{kind}: {said}"),
        find_cell(task.failed) if cell is None else cell,
        tries,
        EXIT_CODES.get(kind, 3),
    )


def name_error(error: Exception) -> tuple[str, str]:
    """Return the name and the words of an error: those of the notebook where it was there."""
    kind = getattr(error, "ename", "") or type(error).__name__
    return kind, str(getattr(error, "evalue", "") or error)


def first_line(text: str) -> str:
    """Return a text's first line."""
    return text.strip().partition("\n")[0].strip(": ")


def find_cell(saved: Path) -> int | None:
    """Return the number of the cell a saved notebook had come to."""
    try:
        cells = json.loads(saved.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return None
    begun = [n for n, cell in enumerate(cells) if cell["metadata"]["papermill"]["start_time"]]
    return max(begun, default=None)


def as_row(outcome: Outcome) -> dict[str, Any]:
    """Return a failure's row in the table of failures."""
    values = asdict(outcome)
    year = dict(outcome.parameters).get("year", "")
    rest = " ".join(f"{name}={value}" for name, value in outcome.parameters if name != "year")
    cell = "" if outcome.cell is None else outcome.cell
    return {
        "year": year,
        "notebook": values["notebook"],
        "parameters": rest,
        "cell": cell,
        "error": values["error"],
        "saved": str(outcome.saved),
    }
