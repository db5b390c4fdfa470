"""The notebook's side of the engine: a kernel's shell in a forked process, its messages on a pipe.

The main process imports this only to name `serve`; what is heavy, the process forked from has.
"""

from __future__ import annotations

import atexit
import ctypes
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Iterable
from multiprocessing import connection
from typing import Any

NEEDS_KERNEL = re.compile(r"\b(ipywidgets|bqplot|ipyleaflet|ipympl)\b|%gui\b|\b(input|getpass)\(")
PRELOADED = [
    "socok_analysis.run.forked",
    "socok_analysis.run.open",
    "ipykernel.zmqshell",
    "ipykernel.ipkernel",
    "matplotlib.pyplot",
    "pyarrow.parquet",
]
STREAMS = ("stdout", "stderr")
INLINE = "module://matplotlib_inline.backend_inline"
SUBREAPER = 36  # of prctl: what outlives its parent becomes this process's child


def can_fork(kernel_name: str = "python3", sources: Iterable[str] = ()) -> bool:
    """Tell whether a notebook runs in a fork here: on Linux, unless it needs a real kernel.

    SOCOK_ENGINE=papermill lets papermill's own engine run all.
    """
    is_plain = kernel_name == "python3" and not any(map(NEEDS_KERNEL.search, sources))
    return is_plain and sys.platform == "linux" and os.environ.get("SOCOK_ENGINE") != "papermill"


def serve(pipe: Any, home: str, folder: str, environ: dict[str, str]) -> None:
    """Run the cells that come on the pipe, until an empty one; all that is written goes to files.

    Every message tells how long the files were, so that outputs keep their order.
    """
    from ipykernel.compiler import XCachingCompiler
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.shellapp import InteractiveShellApp
    from jupyter_client.session import Session
    from traitlets.config import Config

    os.setsid()
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    caller: Any = multiprocessing.parent_process()

    def follow() -> None:
        connection.wait([caller.sentinel])
        os.killpg(0, 9)

    threading.Thread(target=follow, daemon=True).start()
    os.environ.clear()
    os.environ.update({"MPLBACKEND": INLINE, **environ})
    os.chdir(folder)
    sys.path[:], sys.argv = sys.path[1:], ["ipykernel_launcher.py"]
    sys.modules["numpy"].random.seed()
    sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
    for number, name in enumerate(STREAMS, 1):
        os.dup2(os.open(f"{home}/{name}", os.O_WRONLY | os.O_APPEND), number)
        setattr(sys, name, os.fdopen(number, "w", 1, "utf-8", "replace", closefd=False))
        getattr(sys, name).reconfigure(write_through=True)
    turn, session = threading.RLock(), Session()

    def send(kind: str, content: Any) -> None:
        with turn:
            pipe.send((kind, content, [os.fstat(number).st_size for number in (1, 2)]))

    session.send = lambda _, message, content=None, *__, **___: (  # type: ignore[method-assign]
        send(message, content) if content else send(message["msg_type"], message["content"])
    )
    config = Config({"HistoryManager": {"enabled": False}})
    shell: Any = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
    shell.displayhook.session = shell.display_pub.session = session
    shell.enable_gui = lambda gui=None: None
    InteractiveShellApp().init_path()  # type: ignore[no-untyped-call]
    while source := pipe.recv():
        send("status", {"execution_state": "busy"})
        send("execute_input", {"code": source, "execution_count": shell.execution_count})
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        failed = error or getattr(shell, "_last_traceback_during_displayhook", False)
        told = {"ename": type(error).__name__, "evalue": str(error)}
        reply = {**told, "traceback": shell._last_traceback or []} if failed else {}
        idle = {"execution_state": "idle", "language": IPythonKernel.language_info}
        send("status", {**idle, "error": reply})
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    shell.user_ns.clear()
