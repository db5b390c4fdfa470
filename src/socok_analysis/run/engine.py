"""The papermill engine `socok-fork`: `papermill --engine socok-fork in.ipynb out.ipynb`.

Cells run in a process forked from one that has imported what notebooks need. Where there is no
forking, or a notebook needs a kernel, papermill's own engine runs them.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing import connection, forkserver
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbclient.client import timestamp
from nbclient.exceptions import (
    CellExecutionComplete,
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.log import logger

from socok_analysis.run.forked import serve

NEEDS_KERNEL = re.compile(r"\b(ipywidgets|bqplot|ipyleaflet|ipympl)\b|%gui\b|\b(input|getpass)\(")
IMPORTED = re.compile(r"^\s*(?:import|from)\s+([\w.]+)", re.MULTILINE)
KNOWN = "babel jinja2 matplotlib numpy openpyxl pandas pyarrow scipy seaborn sklearn statsmodels"
SHELL = ["socok_analysis.run.forked", "ipykernel.ipkernel"]
OWN = ["socok_analysis.run.open", "matplotlib.pyplot", "pyarrow.parquet"]
MOST_BYTES, LAST_BYTES = 50_000_000, 10_000
POLL_SECONDS, INTERRUPT_SECONDS, END_SECONDS = 0.1, 2.0, 5.0
STARTING = threading.Lock()


class CellFault(PapermillException):  # type: ignore[misc]
    """A cell wrote more than a notebook should hold, or left a process running."""

    def __init__(self, cell_index: int, told: str) -> None:
        """Say what a cell did, and keep which."""
        super().__init__(f"Celle {cell_index} {told}.")
        self.cell_index = cell_index


class ForkClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with a forked process in a kernel's place."""

    def run(self, folder: str) -> None:
        """Run the cells in a process that works in `folder`; leave no process behind."""
        context, end_seconds = multiprocessing.get_context("forkserver"), 0.0
        self.pipe, theirs = context.Pipe()
        self.written = [connection.Connection(os.memfd_create(name)) for name in "oe"]
        self.taken, self.shown, self.started = [0, 0], 0, dict[int, int]()
        given = (theirs, self.written, folder, dict(os.environ))
        self.process: Any = context.Process(target=serve, args=given)
        with STARTING:  # the fork must not run the caller's own script again
            main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
            try:
                self.process.start()
            finally:
                sys.modules["__main__"] = main
        theirs.close()
        self.reset_execution_trackers()
        try:
            self.papermill_execute_cells()
            end_seconds = END_SECONDS
        finally:
            left = self.end(end_seconds)
        if left and not self.nb.metadata.papermill["exception"]:
            place = self.started.get(left[0].pid, len(self.nb.cells) - 1)
            raise CellFault(place, "efterlod en proces, der kørte videre")

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> None:
        """Run a cell; raise what nbclient raises, CellFault for one that wrote too much."""

        def show(kind: str, content: Any) -> None:
            message = {"msg_type": kind, "content": content, "parent_header": {}}
            self.process_message({**message, "header": message}, cell, cell_index)

        tags = cell.metadata.get("tags", [])
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return
        cell.metadata["execution"], seconds = {}, self._get_timeout(cell)
        cell.outputs, self.clear_before_next_output = [], False
        try:
            self.pipe.send(cell.source)
            reply = self.listen(show, seconds or 1e9)
        except (EOFError, ConnectionError) as error:
            raise DeadKernelError("Kernel died") from error
        except TimeoutError as error:
            text = "Cell execution timed out"
            raise CellTimeoutError.error_from_timeout_and_cell(text, seconds, cell) from error
        except OSError as error:
            raise CellFault(cell_index, f"skrev mere end {MOST_BYTES:,} byte") from error
        finally:
            self.take(show, self.measure())
        cell.metadata["execution"]["shell.execute_reply"] = timestamp()
        self.nb.metadata["language_info"] = reply["language"]
        self.started = dict.fromkeys(reply["children"], cell_index) | self.started
        if reply["error"] and not self.allow_errors and "raises-exception" not in tags:
            raise CellExecutionError.from_cell_and_msg(cell, reply["error"])

    def listen(self, show: Callable[[str, Any], None], seconds: float) -> Any:
        """Show what comes until a cell is done; interrupt it once when its time is up.

        Raise EOFError where the process died, TimeoutError, and OSError for too much.
        """
        end, is_late = time.monotonic() + seconds, False
        with suppress(CellExecutionComplete):
            while time.monotonic() < end or not is_late:
                if self.pipe.poll(POLL_SECONDS):
                    piece = self.pipe.recv_bytes(MOST_BYTES)
                    kind, content, sizes = pickle.loads(piece)
                    self.shown += len(piece)
                    self.take(show, sizes)
                    show(kind, content)
                elif not self.process.is_alive():
                    raise EOFError
                if self.shown + sum(sizes := self.measure()) > MOST_BYTES:
                    self.taken = list(map(max, self.taken, [size - LAST_BYTES for size in sizes]))
                    raise OSError
                if time.monotonic() > end and not is_late:
                    os.killpg(self.process.pid, signal.SIGINT)
                    is_late, end = True, end + INTERRUPT_SECONDS
        if is_late:
            raise TimeoutError
        return content

    def measure(self) -> list[int]:
        """Return how much has been written to stdout and to stderr."""
        return [os.fstat(file.fileno()).st_size for file in self.written]

    def take(self, show: Callable[[str, Any], None], sizes: Iterable[int]) -> None:
        """Show what has been written to stdout and stderr, up to these sizes."""
        for number, (name, size) in enumerate(zip(("stdout", "stderr"), sizes, strict=True)):
            place = self.taken[number]
            self.taken[number] = size
            if text := os.pread(self.written[number].fileno(), size - place, place):
                show("stream", {"name": name, "text": text.decode(errors="replace")})

    def end(self, seconds: float) -> list[psutil.Process]:
        """Let the process end, or kill it; return what it started and was left, killed too."""
        family = []
        with suppress(psutil.NoSuchProcess, ConnectionError):
            family = psutil.Process(self.process.pid).children(recursive=True)
            self.pipe.send("")
        self.process.join(seconds)
        left: list[psutil.Process] = psutil.wait_procs(family, seconds / 5)[1]
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        for process in (self.process, *left):
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.join()
        for file in (self.pipe, *self.written):
            file.close()
        return left


class ForkEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine, with a forked process where that will do."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run a notebook's cells. Options are those of papermill's own engine."""
        sources = [cell.source for cell in nb_man.nb.cells if cell.cell_type == "code"]
        if not can_fork() or any(map(NEEDS_KERNEL.search, sources)) or not is_own(kernel_name):
            super().execute_managed_notebook(nb_man, kernel_name, **options)
            return
        warm_up(sources)
        options["timeout"] = options.pop("execution_timeout", None) or options.get("timeout")
        for name in {"input_path", "start_timeout"} & {*options}:
            del options[name]
        client = ForkClient(nb_man, log=logger, **options)
        client.run(str(Path(client.resources.get("metadata", {}).get("path") or ".").resolve()))


def can_fork() -> bool:
    """Tell whether notebooks run in forks here: on Linux, unless SOCOK_ENGINE says `papermill`."""
    return sys.platform == "linux" and os.environ.get("SOCOK_ENGINE") != "papermill"


def is_own(kernel_name: str) -> bool:
    """Tell whether a kernel's name stands for ipykernel in this very Python."""
    try:
        argv = KernelSpecManager().get_kernel_spec(kernel_name).argv
    except NoSuchKernel:
        return False
    return "ipykernel_launcher" in argv and argv[0] in (sys.executable, "python", "python3")


def warm_up(sources: Iterable[str]) -> None:
    """Start the process that is forked, unless it runs, with what these cells import."""
    if can_fork() and forkserver._forkserver._forkserver_pid is None:  # type: ignore[attr-defined]
        named = {name for source in sources for name in IMPORTED.findall(source)}
        known = [name for name in sorted(named) if name.split(".")[0] in KNOWN]
        own = OWN if any(name.startswith("socok_analysis") for name in named) else []
        forkserver.set_forkserver_preload([*SHELL, *known, *own])
        forkserver.ensure_running()


def end_all() -> None:
    """Kill every notebook's process: whoever waits for one learns that it died."""
    for process in multiprocessing.active_children():
        with suppress(OSError, TypeError):
            os.killpg(process.pid, signal.SIGKILL)  # type: ignore[arg-type]


execute_notebook = ForkEngine.execute_notebook  # papermill takes this module for the engine
nb_kernel_name, nb_language = ForkEngine.nb_kernel_name, ForkEngine.nb_language
