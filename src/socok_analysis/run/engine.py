"""Notebooks are run by papermill, many side by side.

Its engine `socok-fork` runs cells in a fork of a process that has made the imports.
"""

import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing import active_children, connection, get_context
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from types import ModuleType
from typing import Any, TypeVar

import papermill
import psutil
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import client, exceptions
from papermill.engines import NBClientEngine, PapermillNotebookClient
from papermill.iorw import papermill_io
from papermill.log import logger

from socok_analysis.core.problems import DataError, MissingError, UsageError, find_refusal
from socok_analysis.run.notebooks import FORKED, PRELOADED, Run, read_notebook

MOST_BYTES, POLL_SECONDS, GRACE_SECONDS, WAIT = 50_000_000, 0.1, 2.0, "30s"
NEEDS_KERNEL = re.compile(r"\b(ipywidgets|bqplot|ipyleaflet|ipympl)\b|%gui\b|\b(input|getpass)\(")
STARTING = threading.Lock()
OWN_ERRORS = {kind.__name__: kind for kind in (DataError, UsageError, MissingError)}
T = TypeVar("T")
Made = TypeVar("Made")


class ForkClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with a forked process in a kernel's place."""

    def run(self, folder: str) -> None:
        """Run the cells in a process that works in `folder`; leave no process behind."""
        context = get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self.pipe, theirs = context.Pipe()
        with TemporaryFile() as out, TemporaryFile() as err, self.pipe:
            self.files = {"stdout": out, "stderr": err}
            files = [f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (out, err)]
            given = {"given": (theirs, files, folder, dict(os.environ))}
            code = f"from {FORKED} import serve\nserve(*given)"  # imported there, and not here
            self.process: Any = context.Process(target=exec, args=(code, given))
            with STARTING:  # the fork must not run the caller's own script again
                main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
                try:
                    self.process.start()
                finally:
                    sys.modules["__main__"] = main
            theirs.close()
            try:
                self.papermill_execute_cells()
                self.pipe.send("")
                self.pipe.poll(GRACE_SECONDS)
            finally:
                left = self.end()
        if left and not self.nb.metadata.papermill["exception"]:
            raise exceptions.DeadKernelError(f"Notebooken efterlod en proces: {', '.join(left)}.")

    def end(self) -> list[str]:
        """End the process and all it has started; return the names of what would have run on."""
        left = list[str]()
        with suppress(psutil.Error):
            near = psutil.Process(self.process.pid).children(recursive=True)
            for child in psutil.wait_procs(near, POLL_SECONDS)[1]:
                with suppress(psutil.Error):
                    left += [child.name()] if child.status() != psutil.STATUS_ZOMBIE else []
                    child.kill()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, 9)
        self.process.kill()
        self.process.join()
        return left

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> None:
        """Run a cell; raise what nbclient raises, DeadKernelError for one that wrote too much."""
        tags, seconds = cell.metadata.get("tags", []), self._get_timeout(cell)
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return
        cell.metadata["execution"], cell.outputs, self.clear_before_next_output = {}, [], False
        self.place, content, taken = (cell, cell_index), dict[str, Any](), 0
        until = monotonic() + (seconds or threading.TIMEOUT_MAX)
        try:
            self.pipe.send(cell.source)
            while content.get("execution_state") != "idle":
                if connection.wait([self.pipe, self.process.sentinel], POLL_SECONDS):
                    kind, content, sizes = self.pipe.recv()
                    taken += len(str(content))
                    self.show(kind, content, sizes)
                if taken + sum(self.measure()) > MOST_BYTES:
                    cell.outputs = []
                    text = f"Celle {cell_index} skrev mere end {MOST_BYTES:,} byte."
                    raise exceptions.DeadKernelError(text)
                if monotonic() > until:
                    self.show("", None, self.measure())
                    told = ("Cell execution timed out", seconds, cell)
                    raise exceptions.CellTimeoutError.error_from_timeout_and_cell(*told)
        except (EOFError, ConnectionError) as error:
            self.show("", None, self.measure())
            raise exceptions.DeadKernelError("Kernel died") from error
        cell.metadata["execution"]["shell.execute_reply"] = client.timestamp()
        self.nb.metadata["language_info"] = content["info"]
        if content["error"] and not self.allow_errors and "raises-exception" not in tags:
            raise exceptions.CellExecutionError.from_cell_and_msg(cell, content["error"])

    def measure(self) -> list[int]:
        """Return how much has been written to stdout and to stderr."""
        return [os.fstat(file.fileno()).st_size for file in self.files.values()]

    def show(self, kind: str, content: Any, sizes: list[int]) -> None:
        """Add to the cell's outputs what was written before a message, and the message."""
        told = []
        for (name, file), size in zip(self.files.items(), sizes, strict=True):
            text = file.read(size - file.tell()).decode(errors="replace")
            told += [("stream", {"name": name, "text": text})] if text else []
        for each, what in [*told, (kind, content)] if kind else told:
            message = {"msg_type": each, "content": what, "parent_header": {}}
            with suppress(exceptions.CellExecutionComplete):
                self.process_message({**message, "header": message}, *self.place)


def can_fork(kernel_name: str = "python3", sources: Iterable[str] = ()) -> bool:
    """Tell whether a notebook needs no kernel here; with SOCOK_ENGINE=papermill all have one."""
    is_plain = kernel_name == "python3" and not any(map(NEEDS_KERNEL.search, sources))
    return is_plain and sys.platform == "linux" and os.environ.get("SOCOK_ENGINE") != "papermill"


class ForkEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine, with a forked process where that will do."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run a notebook's cells, and save it at the end. Options are those of papermill's own."""
        sources = [cell.source for cell in nb_man.nb.cells if cell.cell_type == "code"]
        if not can_fork(kernel_name, sources):
            super().execute_managed_notebook(nb_man, kernel_name, **options)
            return
        options["timeout"] = options.pop("execution_timeout", None) or options.get("timeout")
        options = {name: options[name] for name in {*options} - {"input_path", "start_timeout"}}
        forked = ForkClient(nb_man, log=logger, **options)
        folder, path = forked.resources.get("metadata", {}).get("path") or ".", nb_man.output_path
        nb_man.output_path = None  # written once, not twice a cell; papermill does it at the end
        try:
            forked.run(str(Path(folder).resolve()))
        finally:
            nb_man.output_path = path


execute_notebook = ForkEngine.execute_notebook  # papermill takes this module for the engine
nb_kernel_name, nb_language = ForkEngine.nb_kernel_name, ForkEngine.nb_language


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
