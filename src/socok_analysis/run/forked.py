"""The notebook's side of the engine: a kernel's shell in a fork, its messages on a pipe.

The process that is forked from imports this once, with what a first cell or chart would import.
"""

import atexit
import ctypes
import gc
import os
import signal
import sys
import threading
from datetime import date
from multiprocessing import connection, parent_process
from typing import Any

import matplotlib
import numpy
from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.shellapp import InteractiveShellApp
from jupyter_client.session import Session
from traitlets.config import Config

from socok_analysis.core.danish import write_date
from socok_analysis.core.lists import adapt
from socok_analysis.core.year import Year

INLINE, SUBREAPER = "module://matplotlib_inline.backend_inline", 36
write_date(date.min, "MMMM")  # what a first page would load of the language
adapt(Year)  # and make to read lists
gc.freeze()  # what is imported is garbage in no notebook, and its memory stays shared


def serve(pipe: Any, files: list[str], folder: str, environ: dict[str, str]) -> None:
    """Run the cells that come on the pipe, until an empty one; all that is written goes to files.

    Every message tells how long the files were, so that outputs keep their order. What outlives
    its parent becomes this process's child; when the caller dies, so do all.
    """
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in the background ignores it
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
    InteractiveShellApp().init_path()  # type: ignore[no-untyped-call]
    numpy.random.seed()
    matplotlib.rcParams["backend"] = os.environ["MPLBACKEND"]
    for number, file, stream in zip((1, 2), files, (sys.stdout, sys.stderr), strict=True):
        os.dup2(os.open(file, os.O_WRONLY | os.O_APPEND), number)
        options = {"encoding": "utf-8", "errors": "replace", "line_buffering": True}
        stream.reconfigure(**options, write_through=True)  # type: ignore[union-attr]
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
    while source := pipe.recv():
        send("status", {"execution_state": "busy"})
        send("execute_input", {"execution_count": shell.execution_count})
        result = shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        failed = error or getattr(shell, "_last_traceback_during_displayhook", False)
        told = {"ename": type(error).__name__, "evalue": str(error)}
        reply = {**told, "traceback": shell._last_traceback or []} if failed else {}
        facts = {"error": reply, "info": IPythonKernel.language_info}
        send("status", {"execution_state": "idle", **facts})
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    shell.user_ns.clear()
    pipe.send("")
    pipe.recv()
