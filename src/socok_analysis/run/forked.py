"""The notebook's side of the engine: a kernel's shell in a fork, its messages on a pipe.

The process that is forked from imports this once, with what a first cell or chart would import.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import os
import sys
import threading
from multiprocessing import connection, parent_process
from typing import Any

import matplotlib
import numpy
import psutil
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.shellapp import InteractiveShellApp
from jupyter_client.session import Session
from traitlets.config import Config

STREAMS, INLINE = ("stdout", "stderr"), "module://matplotlib_inline.backend_inline"
SUBREAPER, A_MOMENT = 36, 0.1  # of prctl: what outlives its parent becomes this process's child
matplotlib.rcParams["backend"] = INLINE
gc.freeze()  # what is imported is garbage in no notebook, and its memory stays shared


def serve(pipe: Any, files: list[str], folder: str, environ: dict[str, str]) -> None:
    """Run the cells that come on the pipe, until an empty one; all that is written goes to files.

    Every message tells how long the files were, so that outputs keep their order.
    """
    os.setsid()
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    caller: Any = parent_process()

    def follow() -> None:
        connection.wait([caller.sentinel])
        os.killpg(0, 9)

    threading.Thread(target=follow, daemon=True).start()
    os.environ.clear()
    os.environ.update({"MPLBACKEND": INLINE, **environ})
    os.chdir(folder)
    sys.path[:], sys.argv = sys.path[1:], ["ipykernel_launcher.py"]
    numpy.random.seed()
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    for number, name in enumerate(STREAMS, 1):
        os.dup2(os.open(files[number - 1], os.O_WRONLY | os.O_APPEND), number)
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
        children = [child.pid for child in list_children()]
        send("status", {**idle, "error": reply, "children": children})
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    shell.user_ns.clear()
    pipe.send([child.pid for child in psutil.wait_procs(list_children(), A_MOMENT)[1]])


def list_children() -> list[psutil.Process]:
    """Return the processes this one has started, near and far, that have not ended."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:  # as a rule there is none, and nothing to list
        return []
    children: list[psutil.Process] = psutil.Process().children(recursive=True)
    return children
