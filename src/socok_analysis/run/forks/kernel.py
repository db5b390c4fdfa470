"""What runs in a fork: ipykernel's kernel, its messages sent over a socket pair.

Everything an output depends on (shell, display hook, streams, tracebacks, comms) is ipykernel's
own code; only ZeroMQ and the process's start are replaced.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import logging
import os
import random
import select
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace
from typing import Any

from ipykernel.eventloops import enable_gui
from ipykernel.iostream import PIPE_BUFFER_SIZE, BackgroundSocket, IOPubThread, OutStream
from ipykernel.ipkernel import IPythonKernel
from IPython.core.error import UsageError
from IPython.core.shellapp import InteractiveShellApp
from jupyter_client.session import Session, json_packer
from tornado.ioloop import IOLoop
from traitlets.config import Config

from socok_analysis.run.forks.wire import Channel, pack, send

INLINE = "module://matplotlib_inline.backend_inline"
GRACE_SECONDS = 1.0
QUIET = ("--log-level=50",)


class PipeSession(Session):
    """A session that sends its messages on a socket pair instead of a ZeroMQ socket.

    Processes a notebook forks itself share the pair: a file lock keeps their messages whole.
    """

    def open(self, iopub: socket.socket, shell: socket.socket) -> None:
        """Say where messages go: replies on `shell`, all others on `iopub`."""
        self.pipes = {"shell": shell, "iopub": iopub}
        self.turn = threading.Lock()
        self.lock = tempfile.TemporaryFile()  # noqa: SIM115

    def send(
        self,
        stream: object,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: Any = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
    ) -> dict[str, Any]:
        """Send a message; `stream` is "shell" or anything else for iopub."""
        message: dict[str, Any] = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, header, metadata)
        raw = [bytes(buffer) for buffer in buffers or message.get("buffers") or ()]
        data = pack(json_packer({**message, "buffers": len(raw)}), raw)
        with self.turn:
            fcntl.lockf(self.lock, fcntl.LOCK_EX)
            try:
                send(self.pipes["shell" if stream == "shell" else "iopub"], data)
            finally:
                fcntl.lockf(self.lock, fcntl.LOCK_UN)
        return message


class PipeThread(IOPubThread):
    """ipykernel's thread that sends streams at intervals, without its ZeroMQ sockets."""

    def __init__(self, session: Session) -> None:
        """Make the thread with a loop of its own; it is not started yet."""
        self.socket, self.session, self._stopped = None, session, False
        self.background_socket = BackgroundSocket(self)  # type: ignore[no-untyped-call]
        self.io_loop = IOLoop(make_current=False)
        self.thread = threading.Thread(target=self._thread_main, name="IOPub", daemon=True)

    def _thread_main(self) -> None:
        asyncio.set_event_loop(self.io_loop.asyncio_loop)  # type: ignore[attr-defined]
        self.io_loop.start()

    def schedule(self, f: Callable[[], None]) -> None:
        """Call a function in the thread; at once where the thread is not in this process."""
        if self.thread.is_alive():
            self.io_loop.add_callback(f)
        else:
            f()


class ForkKernel(IPythonKernel):
    """ipykernel's kernel, one request at a time."""

    _execute_sleep = 0

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """Abort nothing: the next request comes only after the answer to this one."""

    async def do_execute(self, *args: Any, **options: Any) -> Any:
        """Run code, and wait for what it wrote to the descriptors of stdout and stderr."""
        reply = await super().do_execute(*args, **options)  # type: ignore[no-untyped-call]
        drain((sys.stdout, sys.stderr))
        return reply


class PipeStream(OutStream):
    """ipykernel's stream, of which one can know that all that came in its pipe is written.

    A child process or C code writes to the descriptor; a thread reads that from a pipe. It holds
    `turn` from the reading to the writing, so whoever has the turn and finds the pipe empty
    knows that nothing is under way.
    """

    def __init__(self, session: Session, thread: IOPubThread, name: str) -> None:
        """Make the stream "stdout" or "stderr"; its thread starts at once."""
        self.turn = threading.Lock()
        super().__init__(session, thread, name)  # type: ignore[no-untyped-call]

    def _watch_pipe_fd(self) -> None:
        fid = self._fid
        try:
            while fid is not None and self._should_watch:
                select.select([fid], [], [])
                with self.turn:
                    piece = os.read(fid, PIPE_BUFFER_SIZE)
                    self.write(piece.decode(errors="replace"))
                    os.write(self._original_stdstream_copy, piece)
                if not piece:
                    return
        except Exception:
            self._exc = sys.exc_info()

    def is_drained(self) -> bool:
        """Tell whether nothing that came in the pipe is still to be written."""
        if self._fid is None:
            return True
        with self.turn:
            return not select.select([self._fid], [], [], 0)[0]


PipeStream.__name__ = OutStream.__name__  # it stands in messages: "'OutStream' object has no ..."


def break_for_nobody() -> None:
    """Answer `breakpoint()` as debugpy does, which every kernel imports, where no one debugs."""


def drain(streams: Iterable[object]) -> None:
    """Wait until what has come in the streams' pipes is written.

    A process that goes on writing is not waited for longer than a moment.
    """
    pipes = [stream for stream in streams if isinstance(stream, PipeStream)]
    end = time.monotonic() + GRACE_SECONDS
    while not all(pipe.is_drained() for pipe in pipes) and time.monotonic() < end:
        time.sleep(0.001)


def run_fork(shell: socket.socket, iopub: socket.socket) -> None:
    """Be a notebook's process until the client closes its end; never return."""
    channel = Channel(shell)
    try:
        setup = asyncio.run(channel.read_message())
        settle(setup)
        if setup.get("connection"):
            run_application(channel, str(setup["connection"]))
        else:
            asyncio.run(serve(channel, iopub))
        end_notebook()
    except EOFError:
        pass
    except Exception:
        report_fault()
    finally:
        os._exit(0)


async def serve(channel: Channel, iopub: socket.socket) -> None:
    """Answer the client's requests until it is gone."""
    kernel = start_kernel(channel.end, iopub)
    channel.send({"pid": os.getpid(), "language_info": kernel.language_info})
    while True:
        try:
            message = await channel.read_message()
        except EOFError:
            return
        await answer(kernel, message)


def run_application(channel: Channel, connection: str) -> None:
    """Run ipykernel's whole application, ZeroMQ and all, until it is told to end."""
    from ipykernel.kernelapp import IPKernelApp

    for made in (ForkKernel, ForkKernel.instance().shell_class):
        made.clear_instance()
    application = IPKernelApp.instance()
    application.initialize(["-f", connection, *QUIET])  # type: ignore[no-untyped-call]
    channel.send({"pid": os.getpid(), "language_info": ForkKernel.language_info})
    application.start()  # type: ignore[no-untyped-call]


def settle(setup: dict[str, Any]) -> None:
    """Take over the client's environment and folder; get random numbers of one's own."""
    os.environ.clear()
    os.environ.update(setup["environ"])
    os.environ.setdefault("MPLBACKEND", INLINE)
    time.tzset()
    os.chdir(setup["cwd"])
    sys.breakpointhook = break_for_nobody
    InteractiveShellApp().init_path()  # type: ignore[no-untyped-call]
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def prepare_kernel() -> None:
    """Make the kernel every fork begins with: it is connected to nothing, and has no thread."""
    log = logging.getLogger("socok_analysis.forks")
    log.setLevel(logging.CRITICAL)
    config = Config({"HistoryManager": {"enabled": False}})
    kernel: Any = ForkKernel.instance(
        session=PipeSession(), iopub_socket="iopub", config=config, log=log
    )
    kernel.shell.enable_gui = partial(choose_loop, kernel)
    kernel.shell.extension_manager.load_extension("storemagic")


def start_kernel(shell: socket.socket, iopub: socket.socket) -> Any:
    """Return the kernel of this process, connected, its streams redirected."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel: Any = ForkKernel.instance()
    kernel.session.open(iopub, shell)
    kernel.iopub_thread = PipeThread(kernel.session)
    kernel.iopub_thread.thread.start()
    for name in ("stdout", "stderr"):
        stream = PipeStream(kernel.session, kernel.iopub_thread, name)
        setattr(sys, name, stream)
        setattr(kernel, f"_{name}", stream)
    kernel.io_loop = IOLoop.current()
    kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
    kernel.shell.init_environment()
    return kernel


def choose_loop(kernel: Any, gui: Any = None) -> None:
    """Choose a GUI's event loop; the shell itself looks for its kernel in an application."""
    try:
        enable_gui(gui, kernel)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise UsageError(str(error)) from error


async def answer(kernel: Any, message: dict[str, Any]) -> None:
    """Handle one request as ipykernel's dispatcher does: busy, the work, idle."""
    kernel.set_parent([], message)
    kernel._publish_status("busy", "shell")
    kernel.pre_handler_hook()
    try:
        done = kernel.shell_handlers[message["header"]["msg_type"]]("shell", [], message)
        if asyncio.iscoroutine(done):
            await done
    except KeyboardInterrupt:
        pass
    finally:
        kernel.post_handler_hook()
    sys.stdout.flush()
    sys.stderr.flush()
    kernel._publish_status("idle", "shell")


def report_fault() -> None:
    """Write where this process itself went wrong on the stderr it was started with."""
    descriptor = getattr(sys.stderr, "_original_stdstream_copy", 2)
    with contextlib.suppress(OSError):
        os.write(descriptor, traceback.format_exc().encode())


def end_notebook() -> None:
    """Do what an interpreter does at its end, except to tear down what the server imported."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if ForkKernel.initialized():
        shell = ForkKernel.instance().shell
        assert shell is not None
        shell.user_ns.clear()
