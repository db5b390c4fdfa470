"""The notebook's side of the engine: a kernel's shell in a forked process, its messages on a pipe.

The main process imports this only to name `serve`; what is heavy, the process forked from has.
"""

from __future__ import annotations

import atexit
import ctypes
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import connection, parent_process
from typing import Any

import psutil

INLINE = "module://matplotlib_inline.backend_inline"
SUBREAPER = 36  # of prctl: what outlives its parent becomes this process's child


def serve(pipe: Any, written: Sequence[Any], folder: str, environ: Mapping[str, str]) -> None:
    """Run the cells that come on the pipe, until an empty one; then do what is left to the end.

    What is written, by whomever, goes to two files; every message tells how long they were.
    """
    settle(folder, environ)
    for number, (name, file) in enumerate(zip(("stdout", "stderr"), written, strict=True), 1):
        os.dup2(file.fileno(), number)
        raw: Any = io.FileIO(number, "w", closefd=False)
        setattr(sys, name, io.TextIOWrapper(raw, "utf-8", "replace", write_through=True))
    turn = threading.RLock()

    def send(kind: str, content: Mapping[str, Any]) -> None:
        with turn:
            pipe.send((kind, content, [os.fstat(file.fileno()).st_size for file in written]))

    shell, language = (
        make_shell(send),
        sys.modules["ipykernel.ipkernel"].IPythonKernel.language_info,
    )
    while source := pipe.recv():
        send("status", {"execution_state": "busy"})
        send("execute_input", {"code": source, "execution_count": shell.execution_count})
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        failed = error or getattr(shell, "_last_traceback_during_displayhook", False)
        told = {"ename": type(error).__name__, "evalue": str(error)}
        reply = {**told, "traceback": shell._last_traceback or []} if failed else {}
        try:  # to see that there is no child costs nothing, to list them does
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            children = [child.pid for child in psutil.Process().children(recursive=True)]
        except ChildProcessError:
            children = []
        left = {"error": reply, "children": children, "language": language}
        send("status", {"execution_state": "idle", **left})
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    shell.user_ns.clear()


def settle(folder: str, environ: Mapping[str, str]) -> None:
    """Take over the caller's folder and environment; end with the caller, and all one started."""
    os.setsid()
    ctypes.CDLL(None).prctl(SUBREAPER, 1)
    caller: Any = parent_process()

    def follow() -> None:
        connection.wait([caller.sentinel])
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=follow, daemon=True).start()
    os.environ.clear()
    os.environ.update({"MPLBACKEND": INLINE, **environ})
    os.chdir(folder)
    sys.path[:], sys.argv = sys.path[1:], ["ipykernel_launcher.py"]
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if matplotlib := sys.modules.get("matplotlib"):
        matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]


def make_shell(send: Callable[[str, Mapping[str, Any]], None]) -> Any:
    """Return the shell of an IPython kernel; its session sends on the pipe, not by ZeroMQ."""
    from ipykernel.compiler import XCachingCompiler
    from ipykernel.zmqshell import ZMQInteractiveShell
    from IPython.core.shellapp import InteractiveShellApp
    from jupyter_client.session import Session
    from traitlets.config import Config

    session: Any = Session()
    session.send = lambda _, message, content=None, *__, **___: (
        send(message, content) if content else send(message["msg_type"], message["content"])
    )
    config = Config({"HistoryManager": {"enabled": False}})
    shell: Any = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
    shell.displayhook.session = shell.display_pub.session = session
    shell.enable_gui = lambda gui=None: None
    InteractiveShellApp().init_path()  # type: ignore[no-untyped-call]
    return shell
