"""The process that notebooks' processes are forked from.

It imports what it is asked to, forks, and waits. When its client is gone, however it went, it
kills the forks that are left and ends. It never runs a notebook and never starts a thread, so
that a fork begins in a state that is whole. (Threads of OpenBLAS and of Arrow's jemalloc are
there; both libraries prepare for a fork themselves.)
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys

REQUEST_BYTES = 1 << 16
KERNEL = (
    "ipykernel.debugger",
    "socok_analysis.run.forks.kernel",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "tornado.platform.asyncio",
)


def main() -> None:
    """Serve the client at the other end of the socket whose descriptor is the first argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    wake, woken = socket.socketpair()
    for end in (wake, woken):
        end.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno(), warn_on_full_buffer=False)
    load_kernel()
    forks: set[int] = set()
    while serve_next(control, wake, woken, forks):
        reap(forks)
    signal.set_wakeup_fd(-1)  # the forks killed now end while the sockets close
    end_all(forks)


def load_kernel() -> None:
    """Import and make the kernel, and import what each would else for itself as it starts.

    Without debugpy, which a run needs no more than a pen needs a rubber.
    """
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    for name in KERNEL:
        importlib.import_module(name)
    del sys.modules["debugpy"]
    sys.modules["socok_analysis.run.forks.kernel"].prepare_kernel()
    gc.freeze()


def serve_next(
    control: socket.socket, wake: socket.socket, woken: socket.socket, forks: set[int]
) -> bool:
    """Wait for a request or the end of a fork; tell whether the client is still there.

    A request says which modules to have imported, or to kill the forks there are; with two
    sockets it asks for a fork that serves them.
    """
    ready = select.select([control, wake], [], [])[0]
    if wake in ready:
        with contextlib.suppress(BlockingIOError):
            wake.recv(REQUEST_BYTES)
    if control not in ready:
        return True
    try:
        asked, given, _, _ = socket.recv_fds(control, REQUEST_BYTES, 2)
    except OSError:
        return False
    if not asked:
        return False
    request = json.loads(asked)
    if request.get("end"):
        end_all(forks)
    preload(request.get("modules", []))
    if given:
        fork(given, [control, wake, woken], forks)
    return True


def preload(modules: list[str]) -> None:
    """Import modules that are not there yet; what cannot be imported fails in the notebook."""
    missing = [name for name in modules if name not in sys.modules]
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        for name in missing:
            with contextlib.suppress(Exception):
                module = importlib.import_module(name)
                preload(list(getattr(module, "__preload__", ())))
    if missing:
        gc.collect()
        gc.freeze()


def fork(given: list[int], own: list[socket.socket], forks: set[int]) -> None:
    """Fork a process that serves the two sockets given; note it."""
    pid = os.fork()
    if pid == 0:
        become_notebook(given, own)
    forks.add(pid)
    for descriptor in given:
        os.close(descriptor)


def become_notebook(given: list[int], own: list[socket.socket]) -> None:
    """Leave the server behind and run the kernel; never return."""
    from socok_analysis.run.forks.kernel import run_fork

    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for end in own:
        end.close()
    sys.argv = ["ipykernel_launcher.py"]
    run_fork(*(socket.socket(fileno=descriptor) for descriptor in given))


def reap(forks: set[int]) -> None:
    """Collect the forks that have ended, and end what they had started."""
    for pid in list(forks):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            forks.discard(pid)
            kill_group(pid)


def end_all(forks: set[int]) -> None:
    """Kill the forks that are left, with what they started."""
    for pid in forks:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        kill_group(pid)


def kill_group(pid: int) -> None:
    """Kill a fork's process group; it has none where it ended before it made one."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
