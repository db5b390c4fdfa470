"""The papermill engine `socok-fork`: `papermill --engine socok-fork in.ipynb out.ipynb`.

Cells run in a process forked from one that has imported what notebooks need. Where there is no
forking, or a notebook needs a kernel, papermill's own engine runs them.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import psutil
from nbclient import exceptions
from nbclient.client import timestamp
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine
from papermill.log import logger

from socok_analysis.run import forked

NEEDS_KERNEL = re.compile(r"\b(ipywidgets|bqplot|ipyleaflet|ipympl)\b|%gui\b|\b(input|getpass)\(")
MOST_BYTES, POLL_SECONDS, GRACE_SECONDS = 50_000_000, 0.1, 2.0
STARTING = threading.Lock()


class ForkClient(PapermillNotebookClient):  # type: ignore[misc]
    """papermill's client, with a forked process in a kernel's place."""

    def run(self, folder: str) -> None:
        """Run the cells in a process that works in `folder`; leave no process behind."""
        context, left = multiprocessing.get_context("forkserver"), list[psutil.Process]()
        context.set_forkserver_preload(forked.PRELOADED)
        with TemporaryDirectory() as home, ExitStack() as closing:
            paths = [Path(home, name) for name in forked.STREAMS]
            self.files = [closing.enter_context(path.open("w+b")) for path in paths]
            pipe, theirs = context.Pipe()
            self.pipe: Any = closing.enter_context(pipe)
            given = (theirs, home, folder, dict(os.environ))
            process: Any = context.Process(target=forked.serve, args=given)
            with STARTING:  # the fork must not run the caller's own script again
                main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
                try:
                    process.start()
                finally:
                    sys.modules["__main__"] = main
            theirs.close()
            self.process, self.seen = psutil.Process(process.pid), dict[int, int]()
            self.reset_execution_trackers()
            try:
                self.papermill_execute_cells()
                left = self.process.children(recursive=True)
                self.pipe.send("")
                process.join(GRACE_SECONDS)
                left = psutil.wait_procs(left, GRACE_SECONDS / 5)[1]
            finally:
                with suppress(psutil.NoSuchProcess):
                    left += self.process.children(recursive=True)
                for each in (*left, process):
                    with suppress(psutil.NoSuchProcess):
                        each.kill()
                with suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.join()
        if left and not self.nb.metadata.papermill["exception"]:
            place = self.seen.get(left[0].pid, len(self.nb.cells) - 1)
            text = f"Celle {place} efterlod en proces, der kørte videre."
            raise exceptions.DeadKernelError(text)

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> None:
        """Run a cell; raise what nbclient raises, DeadKernelError for one that wrote too much."""
        tags, seconds = cell.metadata.get("tags", []), self._get_timeout(cell)
        if cell.cell_type != "code" or not cell.source.strip() or self.skip_cells_with_tag in tags:
            return
        cell.metadata["execution"], cell.outputs, self.clear_before_next_output = {}, [], False
        self.place = cell, cell_index
        try:
            self.pipe.send(cell.source)
            reply = self.listen(seconds or 1e9)
        except (EOFError, ConnectionError) as error:
            self.show("status", {}, self.measure())
            raise exceptions.DeadKernelError("Kernel died") from error
        except TimeoutError as error:
            self.show("status", {}, self.measure())
            told = ("Cell execution timed out", seconds, cell)
            raise exceptions.CellTimeoutError.error_from_timeout_and_cell(*told) from error
        cell.metadata["execution"]["shell.execute_reply"] = timestamp()
        self.nb.metadata["language_info"] = reply["language"]
        children = self.process.children(recursive=True)
        self.seen = {child.pid: cell_index for child in children} | self.seen
        if reply["error"] and not self.allow_errors and "raises-exception" not in tags:
            raise exceptions.CellExecutionError.from_cell_and_msg(cell, reply["error"])

    def listen(self, seconds: float) -> Any:
        """Show what comes until a cell is done; interrupt it once when its time is up."""
        until, is_late, taken, content = time.monotonic() + seconds, False, 0, dict[str, Any]()
        while content.get("execution_state") != "idle":
            if self.pipe.poll(POLL_SECONDS):
                kind, content, sizes = self.pipe.recv()
                taken += len(str(content))
                self.show(kind, content, sizes)
            elif not self.process.is_running() or self.process.status() == psutil.STATUS_ZOMBIE:
                raise EOFError
            if taken + sum(self.measure()) > MOST_BYTES:
                self.place[0].outputs = []
                text = f"Celle {self.place[1]} skrev mere end {MOST_BYTES:,} byte."
                raise exceptions.DeadKernelError(text)
            if time.monotonic() > until:
                if is_late:
                    raise TimeoutError
                os.killpg(self.process.pid, signal.SIGINT)
                is_late, until = True, time.monotonic() + GRACE_SECONDS
        if is_late:
            raise TimeoutError
        return content

    def measure(self) -> list[int]:
        """Return how much has been written to stdout and to stderr."""
        return [os.fstat(file.fileno()).st_size for file in self.files]

    def show(self, kind: str, content: Any, sizes: list[int]) -> None:
        """Add to the cell's outputs what was written before a message, and the message."""
        told = [(kind, content)]
        for name, file, size in zip(forked.STREAMS, self.files, sizes, strict=True):
            text = file.read(size - file.tell()).decode(errors="replace")
            if text:
                told.insert(-1, ("stream", {"name": name, "text": text}))
        for each, what in told:
            message = {"msg_type": each, "content": what, "parent_header": {}}
            with suppress(exceptions.CellExecutionComplete):
                self.process_message({**message, "header": message}, *self.place)


class ForkEngine(NBClientEngine):  # type: ignore[misc]
    """papermill's engine, with a forked process where that will do."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
        """Run a notebook's cells. Options are those of papermill's own engine."""
        sources = [cell.source for cell in nb_man.nb.cells if cell.cell_type == "code"]
        is_plain = kernel_name == "python3" and not any(map(NEEDS_KERNEL.search, sources))
        if not (can_fork() and is_plain):
            super().execute_managed_notebook(nb_man, kernel_name, **options)
            return
        options["timeout"] = options.pop("execution_timeout", None) or options.get("timeout")
        for name in {"input_path", "start_timeout"} & {*options}:
            del options[name]
        client = ForkClient(nb_man, log=logger, **options)
        client.run(str(Path(client.resources.get("metadata", {}).get("path") or ".").resolve()))


def can_fork() -> bool:
    """Tell whether notebooks run in forks here: on Linux, unless SOCOK_ENGINE says `papermill`."""
    return sys.platform == "linux" and os.environ.get("SOCOK_ENGINE") != "papermill"


execute_notebook = ForkEngine.execute_notebook  # papermill takes this module for the engine
nb_kernel_name, nb_language = ForkEngine.nb_kernel_name, ForkEngine.nb_language
