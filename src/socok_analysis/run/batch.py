"""A batch: one or more notebooks, each with many parameter sets, several at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Event

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.manifest import describe_library, hash_file, hash_files
from socok_analysis.core.problems import write_rows
from socok_analysis.core.year import PROJECT, list_years
from socok_analysis.run.build import prepare_year
from socok_analysis.run.engine import find_modules, warm_up
from socok_analysis.run.grids import Parameters, name_sets
from socok_analysis.run.notebooks import read_notebook, read_purpose
from socok_analysis.run.tasks import FAILED, Outcome, Task, as_row, is_done, run_task

TABLE = "fejl.csv"
COLUMNS = ("year", "notebook", "parameters", "cell", "error", "saved")
AHEAD = 4
END_SECONDS = 0.2
Done = Callable[[Outcome], None]
Submit = Callable[[Task], "Future[Outcome]"]


def plan_tasks(
    notebooks: Sequence[Path],
    sets: Sequence[Parameters],
    out: Path,
    root: Path | None = None,
    inputs: Iterable[Path] = (),
    timeout: int | None = None,
) -> list[Task]:
    """Return the tasks of a batch. Raise UsageError for notebooks that are none.

    In a project, its exports, settings, texts and maps count as sources of every notebook;
    `inputs` are further files that do.
    """
    check_notebooks(notebooks)
    known = {str(path): hash_file(path) for path in sorted(inputs)}
    known |= {"library": describe_library()["sha256"]} | (hash_sources(root) if root else {})
    extra = {PROJECT: str(root)} if root else {}
    tasks = []
    for path in notebooks:
        facts = {"notebook": hash_file(path), **known}
        for name, chosen in zip(name_sets(path.stem, sets), sets, strict=True):
            target, workplace = place_result(path, out, name)
            inputs_of = pick_sources(facts, chosen)
            tasks.append(Task(path, chosen, target, out, inputs_of, workplace, timeout, extra))
    return tasks


def place_result(notebook: Path, out: Path, name: str) -> tuple[Path, Path]:
    """Return where a notebook's result goes and where it works.

    A notebook that makes a page writes charts beside it: it gets a folder of its own. Any other
    works where the batch was started, as with papermill.
    """
    if read_purpose(notebook):
        return out / name / f"{name}.ipynb", out / name
    return out / f"{name}.ipynb", Path.cwd()


def check_notebooks(notebooks: Sequence[Path]) -> None:
    """Raise UsageError where a notebook is missing or two have one name."""
    for path in notebooks:
        if path.suffix != ".ipynb" or not path.is_file():
            raise UsageError(f"{path} er ikke en notebook.")
    stems = [path.stem for path in notebooks]
    if len(set(stems)) < len(stems):
        raise UsageError("To notebooks har samme navn; resultaterne ville ikke kunne skelnes.")


def warm_up_for(notebooks: Iterable[Path]) -> None:
    """Have what the notebooks import imported meanwhile, where they are forked from."""
    cells = [cell for path in sorted(notebooks) for cell in read_notebook(path).get("cells", [])]
    sources = ["".join(cell["source"]) for cell in cells if cell.get("cell_type") == "code"]
    warm_up(find_modules(sources))


def load_papermill() -> None:
    """Import papermill without what it tries for files on a Hadoop cluster: all of pyarrow.

    To be called before there are threads that may import pyarrow themselves.
    """
    is_ours = sys.modules.setdefault("pyarrow.fs", None) is None  # type: ignore[arg-type]
    import papermill  # noqa: F401

    if is_ours:
        del sys.modules["pyarrow.fs"]


def check_parameters(tasks: Iterable[Task]) -> None:
    """Raise UsageError for a parameter a notebook does not declare, with the nearest it does."""
    import papermill

    pairs = {(task.notebook, name) for task in tasks for name, _ in task.parameters}
    for notebook in sorted({path for path, _ in pairs}):
        known = papermill.inspect_notebook(str(notebook))
        wrong = sorted(name for path, name in pairs if path == notebook and name not in known)
        if known and wrong:
            near = did_you_mean(wrong[0], known)
            raise UsageError(
                f"{notebook.name} har ingen parameter {wrong[0]}.{near} "
                f"Parametrene er: {', '.join(known)}."
            )


def prepare_tables(root: Path) -> None:
    """Make the project's tables before many notebooks do it at once.

    What is wrong with a year is told by the notebooks that need it.
    """
    for year in list_years(root):
        with suppress(DataError):
            prepare_year(root, year)


def hash_sources(root: Path) -> dict[str, str]:
    """Return the SHA-256 of everything in a project's `data/raw`, hidden and lock files apart."""
    paths = [path for path in (root / "data" / "raw").rglob("*") if path.is_file()]
    return hash_files(root, [path for path in paths if not path.name.startswith((".", "~$"))])


def pick_sources(facts: dict[str, str], parameters: Parameters) -> dict[str, str]:
    """Return the facts a run depends on: with a `year`, nothing of the years after it."""
    year = dict(parameters).get("year")
    if not isinstance(year, int):
        return facts
    later = [name for name in facts if is_later(name, year)]
    return {name: digest for name, digest in facts.items() if name not in later}


def is_later(name: str, year: int) -> bool:
    """Tell whether a file below `data/raw` belongs to a year after this one."""
    parts = Path(name).parts
    return parts[:2] == ("data", "raw") and parts[2].isdigit() and int(parts[2]) > year


def split_done(tasks: Iterable[Task], force: bool) -> tuple[list[Task], list[Task]]:
    """Return the tasks that are to be run, and those whose results stand."""
    known = list(tasks)
    to_run = [task for task in known if force or not is_done(task)]
    kept = set(to_run)
    return to_run, [task for task in known if task not in kept]


def run_batch(tasks: Sequence[Task], jobs: int, done: Done, scheduler: str = "") -> list[Outcome]:
    """Run tasks, `jobs` at once or on a cluster; go on after failures; return the failures."""
    failures: list[Outcome] = []
    if not scheduler:
        warm_up_for({task.notebook for task in tasks})
    load_papermill()
    check_parameters(tasks)
    with open_pool(jobs, scheduler) as (submit, width):
        for outcome in work(submit, tasks, width * AHEAD):
            done(outcome)
            if outcome.error:
                failures.append(outcome)
    return sorted(failures, key=lambda outcome: str(outcome.saved))


@contextmanager
def open_pool(jobs: int, scheduler: str) -> Iterator[tuple[Submit, int]]:
    """Yield how tasks are submitted, and how many are run at once."""
    if scheduler:
        from socok_analysis.run.cluster import open_cluster

        with open_cluster(scheduler) as cluster:
            yield cluster
        return
    pool, stop = ThreadPoolExecutor(jobs), Event()
    submitted: list[Future[Outcome]] = []

    def submit(task: Task) -> Future[Outcome]:
        submitted[:] = [future for future in submitted if not future.done()]
        submitted.append(pool.submit(run_task, task, stop.is_set))
        return submitted[-1]

    try:
        yield submit, jobs
    except BaseException:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
        end_forks(submitted)
        raise
    pool.shutdown()


def end_forks(submitted: Sequence[Future[Outcome]]) -> None:
    """End the notebooks that are running: a batch that is interrupted waits for none of them.

    It is done again until none is left: one may have been about to start.
    """
    from socok_analysis.run.engine import can_fork

    if can_fork():
        from socok_analysis.run.forks.client import find_server

        running = [future for future in submitted if not future.cancelled()]
        find_server().end_forks()
        while wait(running, timeout=END_SECONDS).not_done:
            find_server().end_forks()


def work(submit: Submit, tasks: Iterable[Task], ahead: int) -> Iterator[Outcome]:
    """Yield outcomes as they come; no more than `ahead` tasks are submitted at a time."""
    left = iter(tasks)
    running: set[Future[Outcome]] = set(map(submit, islice(left, ahead)))
    while running:
        finished, running = wait(running, return_when=FIRST_COMPLETED)
        running |= set(map(submit, islice(left, len(finished))))
        for future in finished:
            yield future.result()


def write_failures(out: Path, failures: Sequence[Outcome]) -> Path | None:
    """Write the table of failures into the results' folder; remove it where there are none."""
    path = out / TABLE
    if not failures:
        path.unlink(missing_ok=True)
        remove_empty(out / FAILED)
        return None
    write_rows(path, COLUMNS, (as_row(outcome) for outcome in failures))
    return path


def remove_empty(folder: Path) -> None:
    """Remove a folder that has nothing in it."""
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
