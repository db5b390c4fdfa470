"""The papermill engine `socok-fork`: `papermill --engine socok-fork in.ipynb out.ipynb`.

papermill finds this module by the entry point `papermill.engine` and calls its three functions.
A notebook runs in a process forked from one that has imported what notebooks need, once for all
notebooks of the calling process. Where there is no forking, or the notebook needs a kernel of
another kind, papermill's own engine runs it.

papermill imports this module while it is itself being imported: nothing here may import
papermill before a function is called.
"""

from __future__ import annotations

import ast
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

NAME = "socok-fork"
SWITCH = "SOCOK_ENGINE"
PRELOADED = (
    "babel",
    "jinja2",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "scipy",
    "seaborn",
    "sklearn",
    "socok_analysis",
    "statsmodels",
)
NEEDS_KERNEL = re.compile(r"\b(?:ipywidgets|bqplot|ipyleaflet|ipympl)\b|^%gui\b", re.MULTILINE)
SAVE_SECONDS = 1.0
INTERRUPT_SECONDS = 2.0
IDLE = "iopub.status.idle"
OF_NBCLIENT = "NotebookClient."


def nb_kernel_name(nb: Any, name: str | None = None) -> str:
    """Return the name of a notebook's kernel, as papermill finds it."""
    from papermill.utils import nb_kernel_name as find

    return str(find(nb, name))


def nb_language(nb: Any, language: str | None = None) -> str:
    """Return a notebook's language, as papermill finds it."""
    from papermill.utils import nb_language as find

    return str(find(nb, language))


def execute_notebook(
    nb: Any,
    kernel_name: str,
    output_path: str | None = None,
    progress_bar: object = True,
    log_output: bool = False,
    autosave_cell_every: int = 30,
    **options: Any,
) -> Any:
    """Run a notebook and return it with its outputs, as papermill's own engine does.

    Two options are this engine's own: `modules` to have imported beside those the notebook
    imports, and `env`, what is added to the notebook's environment.
    """
    modules = options.pop("modules", ())
    fork = fork_for(nb, kernel_name, modules)
    manager = make_manager(
        nb,
        output_path=output_path,
        progress_bar=progress_bar,
        log_output=log_output,
        autosave_cell_every=autosave_cell_every,
    )
    manager.notebook_start()
    try:
        run_cells(manager, fork, kernel_name, log_output=log_output, **options)
    finally:
        manager.cleanup_pbar()
        manager.notebook_complete()
    return manager.nb


def fork_for(nb: Any, kernel_name: str, modules: Iterable[str]) -> Any:
    """Return the manager of a fork for a notebook, None where it gets a kernel of papermill's.

    In a fork there may be a whole kernel, for notebooks that talk to one.
    """
    if not can_fork() or not is_own_python(kernel_name):
        return None
    from socok_analysis.run.forks.client import ForkManager, find_server
    from socok_analysis.run.forks.kernels import KernelManager

    kind = KernelManager if needs_kernel(nb) else ForkManager
    sources = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    return kind(find_server(), sorted({*find_modules(sources), *modules}))


def warm_up(modules: Iterable[str]) -> None:
    """Let the process that notebooks are forked from import modules while other work is done."""
    if can_fork():
        from socok_analysis.run.forks.client import find_server

        find_server().preload(list(modules))


def can_fork() -> bool:
    """Tell whether notebooks run in forks here: on Linux, unless SOCOK_ENGINE says `papermill`."""
    return sys.platform == "linux" and os.environ.get(SWITCH) != "papermill"


def needs_kernel(nb: Any) -> bool:
    """Tell whether a notebook needs what only a kernel has, or SOCOK_ENGINE says `kernel`."""
    sources = [cell.source for cell in nb.cells if cell.cell_type == "code"]
    return os.environ.get(SWITCH) == "kernel" or any(map(NEEDS_KERNEL.search, sources))


def is_own_python(kernel_name: str) -> bool:
    """Tell whether a kernel's name stands for ipykernel in this very Python.

    Kernels are looked for where jupyter_client looks; left to itself it imports all of IPython
    to learn the name of one folder.
    """
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    from jupyter_core.paths import jupyter_path

    of_ipython = Path(os.environ.get("IPYTHONDIR", "~/.ipython")).expanduser() / "kernels"
    folders = [*jupyter_path("kernels"), str(of_ipython)]
    try:
        spec = KernelSpecManager(kernel_dirs=folders).get_kernel_spec(kernel_name)
    except NoSuchKernel:
        return False
    own = {sys.executable, str(Path(sys.executable).resolve()), "python", "python3"}
    return bool(spec.argv) and spec.argv[0] in own and "ipykernel_launcher" in spec.argv


def make_manager(nb: Any, **options: Any) -> Any:
    """Return papermill's execution manager, saving at most once a second and at the end."""
    from papermill.engines import NotebookExecutionManager

    class SparingManager(NotebookExecutionManager):  # type: ignore[misc]
        def save(self, **known: Any) -> None:
            waited = (self.now() - self.last_save_time).total_seconds()
            if self.end_time or waited >= SAVE_SECONDS:
                super().save(**known)

    return SparingManager(nb, **options)


def make_client(manager: Any, **options: Any) -> Any:
    """Return papermill's client; it hears what a fork says of the interrupt after a time-out.

    A kernel of papermill's own is interrupted as it is shut down, and the cell keeps what that
    brought: where it was, what it still wrote.
    """
    from papermill.clientwrap import PapermillNotebookClient

    class ListeningClient(PapermillNotebookClient):  # type: ignore[misc]
        async def _async_handle_timeout(self, timeout: int, cell: Any = None) -> Any:
            if options["km"] and not self.interrupt_on_timeout:
                await hear_out(options["km"], cell.metadata.get("execution", {}))
            return await super()._async_handle_timeout(timeout, cell)

    return ListeningClient(manager, **options)


async def hear_out(fork: Any, times: Mapping[str, object]) -> None:
    """Interrupt a fork's cell; wait a moment for the end of it to stand among the cell's times."""
    import asyncio

    fork.interrupt_kernel()
    end = time.monotonic() + INTERRUPT_SECONDS
    while IDLE not in times and fork.is_alive() and time.monotonic() < end:
        await asyncio.sleep(0.01)


def run_cells(manager: Any, fork: Any, kernel_name: str, log_output: bool, **options: Any) -> None:
    """Run a notebook's cells in a fork or a kernel. Options are those of papermill's engine."""
    from papermill.log import logger

    options.pop("input_path", None)
    environ = {**os.environ, **options.pop("env", {})}
    timeout = options.pop("execution_timeout", None) or options.pop("timeout", None)
    startup = options.pop("start_timeout", 60)
    client = make_client(
        manager,
        km=fork,
        timeout=timeout,
        startup_timeout=startup,
        log=logger,
        kernel_name=kernel_name,
        log_output=log_output,
        **options,
    )
    with ended(fork):
        client.execute(env=environ)


@contextmanager
def ended(fork: Any) -> Iterator[None]:
    """End a fork after its notebook; kill it where the notebook did not come to its end."""
    try:
        yield
    except BaseException:
        forget_tasks()
        if fork:
            fork.shutdown_kernel(now=True)
        raise
    if fork:
        fork.shutdown_kernel()


def forget_tasks() -> None:
    """Cancel what nbclient was still waiting for when it stopped at an error.

    It leaves its tasks pending, and Python complains of them when they are thrown away.
    """
    import asyncio

    from jupyter_core.utils import ensure_event_loop

    loop = ensure_event_loop()
    if loop.is_running():
        return
    tasks = [task for task in asyncio.all_tasks(loop) if OF_NBCLIENT in repr(task.get_coro())]
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1))


def find_modules(sources: Iterable[str]) -> list[str]:
    """Return the well-known modules that cells import; the server may have them at hand."""
    found: list[str] = []
    for source in sources:
        if "import" in source:
            with suppress(SyntaxError):
                found += [name for node in ast.walk(ast.parse(source)) for name in named(node)]
    return [name for name in found if name.split(".")[0] in PRELOADED]


def named(node: ast.AST) -> list[str]:
    """Return the modules an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []
