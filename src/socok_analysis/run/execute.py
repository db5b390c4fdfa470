"""Notebooks are run by papermill, many side by side."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing import active_children
from pathlib import Path
from typing import Any, TypeVar

import papermill
from jupyter_client.kernelspec import KernelSpecManager
from papermill.iorw import papermill_io

from socok_analysis.core.problems import DataError, MissingError, UsageError, find_refusal
from socok_analysis.run.notebooks import Run, read_notebook

OWN_ERRORS = {kind.__name__: kind for kind in (DataError, UsageError, MissingError)}
WAIT = "30s"
T = TypeVar("T")
Made = TypeVar("Made")


@dataclass(eq=False)
class NotebookError(Exception):
    """A run's failure: the error's name, what it says, the cell, where that is known, and where
    what it had come to is saved.
    """

    run: Run
    name: str
    told: str
    cell: int | None
    saved: Path

    @property
    def exit_code(self) -> int:
        """That of an error of our own, else 3."""
        return OWN_ERRORS.get(self.name, MissingError).exit_code

    def __str__(self) -> str:
        """Return the failure in a line."""
        return f"{self.name}: {self.told}".strip().splitlines()[0].strip(": ")

    def as_row(self) -> dict[str, object]:
        """Return the failure's row in a table of failures."""
        named = dict(self.run.parameters)
        return {
            "year": named.pop("year", ""),
            "notebook": self.run.notebook.name,
            "parameters": " ".join(f"{name}={value}" for name, value in named.items()),
            "cell": "" if self.cell is None else self.cell,
            "error": str(self),
            "saved": str(self.saved),
        }


def execute(run: Run, target: Path, folder: Path) -> None:
    """Run a notebook by papermill, in a folder; raise NotebookError, or that the disk is full."""
    # its files know no folder of their own: it would be the whole process's, and so all threads'
    papermill_io.get_handler("local").cwd = lambda folder: None
    try:
        spec = KernelSpecManager().get_kernel_spec(run.kernel) if run.kernel else None
        papermill.execute_notebook(
            str(run.notebook),
            str(target),
            dict(run.parameters),
            engine_name="socok-fork",
            kernel_name=run.kernel,
            language=spec and spec.language,
            progress_bar=False,
            execution_timeout=run.timeout,
            extra_arguments=["--log-level=50"],
            resources={"metadata": {"path": str(folder)}},
        )
    except Exception as error:
        if find_refusal(error):
            raise
        name = getattr(error, "ename", "") or type(error).__name__
        told = str(getattr(error, "evalue", "") or error)
        cell = getattr(error, "cell_index", None)
        with suppress(MissingError, KeyError):  # what is saved tells the cell it had come to
            for number, each in enumerate(read_notebook(target)["cells"] if cell is None else ()):
                cell = number if each["metadata"]["papermill"]["start_time"] else cell
        raise NotebookError(run, name, told, cell, target) from error


def side_by_side(
    work: Callable[[T], Made], items: Sequence[T], jobs: int, scheduler: str = ""
) -> Iterator[Made]:
    """Yield what `work` makes of each item as it comes, `jobs` at once, here or on a Dask cluster.

    Notebooks run in processes of their own, so threads do. However it is left, none goes on: their
    processes are ended, and they are waited for.
    """
    from joblib import Parallel, delayed, parallel_config

    stop, turns = threading.Event(), threading.BoundedSemaphore(jobs)

    def start(item: T) -> Made:
        with turns:
            if stop.is_set():
                raise KeyboardInterrupt
            return work(item)

    with ExitStack() as cluster:
        options: dict[str, Any] = {"n_jobs": jobs, "backend": "threading"}
        if scheduler:
            client = cluster.enter_context(open_cluster(scheduler))
            cluster.enter_context(parallel_config(backend="dask", client=client))
            options = {"n_jobs": -1}
        pool = Parallel(**options, batch_size=1, return_as="generator_unordered")
        try:
            yield from pool(delayed(work if scheduler else start)(item) for item in items)
        except BaseException:  # whoever reads may have stopped, too
            stop.set()
            for process in active_children():  # whoever waits for one learns that it died
                process.kill()
            for _ in range(jobs):
                turns.acquire()
            raise


def open_cluster(address: str) -> Any:
    """Return a client of a Dask scheduler that has workers; raise MissingError without."""
    try:
        from distributed import Client

        client: Any = Client(address, timeout=WAIT)  # type: ignore[no-untyped-call]
        client.wait_for_workers(1, timeout=WAIT)
    except (ImportError, OSError, ValueError) as error:
        told = f"Der er ingen Dask-scheduler med workere på {address}."
        way = "Installér socok_analysis[cluster] her og hos workerne, og start dem."
        raise MissingError(f"{told} {way}") from error
    return client
