"""The papermill engine `socok-fork`: cells run in a fork of a process that has made the imports."""

import os
import re
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing import connection, get_context
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic
from types import ModuleType
from typing import Any

import psutil
from nbclient import client, exceptions
from papermill.engines import NBClientEngine, PapermillNotebookClient
from papermill.log import logger

from socok_analysis.run.notebooks import FORKED, PRELOADED

MOST_BYTES, POLL_SECONDS, GRACE_SECONDS = 50_000_000, 0.1, 2.0
NEEDS_KERNEL = re.compile(r"\b(ipywidgets|bqplot|ipyleaflet|ipympl)\b|%gui\b|\b(input|getpass)\(")
STARTING = threading.Lock()


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
