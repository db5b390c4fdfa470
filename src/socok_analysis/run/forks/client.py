"""The client's side: asks the server for a fork, and lets nbclient take it for a kernel.

nbclient runs the cells, gathers the outputs and watches time-outs as ever; only the two objects
it starts and speaks to a kernel with are ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from queue import Empty
from threading import Lock
from typing import Any

from socok_analysis.run.forks.wire import Channel, Message

START = "import sys; sys.path.pop(0); from socok_analysis.run.forks.server import main; main()"
END_SECONDS = 5.0


@dataclass(frozen=True)
class Server:
    """A running fork server and the socket on which forks are asked for."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    turn: Lock = field(default_factory=Lock)

    def end_forks(self) -> None:
        """Kill every fork there is; the server itself goes on."""
        self.tell({"end": True})

    def preload(self, modules: Sequence[str]) -> None:
        """Have modules imported, and do not wait for it."""
        self.tell({"modules": list(modules)})

    def tell(self, request: Mapping[str, object]) -> None:
        """Send a request that asks for no fork."""
        with contextlib.suppress(OSError), self.turn:
            self.control.send(json.dumps(request).encode())

    def close(self) -> None:
        """End the server, and with it every fork that is left."""
        self.control.close()
        self.process.wait()


def start_server() -> Server:
    """Start a fork server in a session of its own, so that Ctrl-C reaches its client only."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    return Server(process, ours)


@cache
def share_server(pid: int) -> Server:
    """Return the server of the process `pid`, started at its first notebook."""
    return start_server()


def find_server() -> Server:
    """Return this process's server; a new one where the first has died."""
    server = share_server(os.getpid())
    if server.process.poll() is not None:
        share_server.cache_clear()
        server = share_server(os.getpid())
    return server


class Replies(Channel):
    """Where answers to requests come from."""

    async def get_msg(self, timeout: float | None = None) -> Message:
        """Return the next answer; raise queue.Empty after `timeout` seconds.

        Raise DeadKernelError where the process is gone.
        """
        from nbclient.exceptions import DeadKernelError

        try:
            return await asyncio.wait_for(self.read_message(), timeout)
        except TimeoutError:
            raise Empty from None
        except (EOFError, ConnectionError):
            raise DeadKernelError("Kernel died") from None


class Outputs(Channel):
    """Where outputs come from; after the end of the process none come, however long one waits."""

    async def get_msg(self, timeout: float | None = None) -> Message:
        """Return the next output message."""
        try:
            return await self.read_message()
        except (EOFError, ConnectionError):
            await asyncio.Event().wait()
            raise


@dataclass
class ForkManager:
    """What nbclient starts, interrupts and ends: one forked process."""

    server: Server
    modules: Sequence[str] = ()
    ends: tuple[Replies, Outputs] | None = None
    pid: int = 0
    ipykernel: bool = False
    connection: str = ""

    @property
    def has_kernel(self) -> bool:
        """Tell whether a process has been asked for."""
        return self.ends is not None

    def start_kernel(
        self,
        extra_arguments: Iterable[str] = (),
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        **_: object,
    ) -> None:
        """Ask for a process that works in `cwd`; raise RuntimeError where the server is gone."""
        (shell, its_shell), (iopub, its_iopub) = socket.socketpair(), socket.socketpair()
        with its_shell, its_iopub, self.server.turn:
            asked = json.dumps({"modules": list(self.modules)}).encode()
            try:
                given = [its_shell.fileno(), its_iopub.fileno()]
                socket.send_fds(self.server.control, [asked], given)
            except OSError as error:
                raise RuntimeError("The fork server has died") from error
        self.ends = (Replies(shell), Outputs(iopub))
        setup = {
            "cwd": os.path.abspath(cwd or "."),  # noqa: PTH100
            "environ": dict(env or os.environ),
            "connection": self.connection,
        }
        with contextlib.suppress(OSError):
            self.ends[0].send(setup)

    def client(self) -> ForkClient:
        """Return the client of the process."""
        assert self.ends is not None
        return ForkClient(self, *self.ends)

    def is_alive(self) -> bool:
        """Tell whether the process is there."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return bool(self.pid)

    def interrupt_kernel(self) -> None:
        """Interrupt the running cell and what it started, as Ctrl-C would."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGINT)

    def send_signal(self, number: int) -> None:
        """Send the process a signal, if it is still there."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def shutdown_kernel(self, now: bool = False) -> None:
        """End the process: kill it, or close its requests and wait until it has ended."""
        if self.ends is None:
            return
        shell, iopub = self.ends
        if now:
            self.send_signal(signal.SIGKILL)
        shell.close()
        if not wait_for_end(iopub.end):
            self.send_signal(signal.SIGKILL)
        iopub.close()
        self.ends = None

    def cleanup_resources(self) -> None:
        """Leave nothing behind; there is nothing but the process."""


def wait_for_end(iopub: socket.socket, seconds: float = END_SECONDS) -> bool:
    """Read until the process has closed its end; tell whether it did so in time."""
    end = time.monotonic() + seconds
    while select.select([iopub], [], [], max(0.0, end - time.monotonic()))[0]:
        try:
            if not iopub.recv(1 << 16):
                return True
        except OSError:
            return True
    return False


class ForkClient:
    """What nbclient sends cells with and reads outputs from."""

    def __init__(self, manager: ForkManager, shell: Replies, iopub: Outputs) -> None:
        """Speak to a manager's process over its two channels."""
        self.manager = manager
        self.shell_channel = shell
        self.iopub_channel = iopub
        self.allow_stdin = False
        self.session = self
        self.numbers = count(1)

    def start_channels(self) -> None:
        """Do nothing: a socket pair is open from the start."""

    def stop_channels(self) -> None:
        """Do nothing: the manager closes the pair."""

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait for the process to say that it is there; raise RuntimeError where it does not."""
        try:
            hello = await self.shell_channel.get_msg(timeout)
        except (Empty, OSError, RuntimeError):
            raise RuntimeError("Kernel died before replying to kernel_info") from None
        self.manager.pid = int(hello["pid"])
        self.language_info = hello["language_info"]

    async def is_alive(self) -> bool:
        """Tell whether the process is there."""
        return self.manager.is_alive()

    def msg(
        self,
        msg_type: str,
        content: object = None,
        parent: Mapping[str, Any] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Message:
        """Return a message."""
        header = {"msg_id": f"{os.getpid()}_{next(self.numbers)}", "msg_type": msg_type}
        header |= {"session": "fork", "username": "fork", "version": "5.3", "date": None}  # type: ignore[dict-item]
        return {
            "header": header,
            "msg_id": header["msg_id"],
            "msg_type": msg_type,
            "parent_header": dict(parent or {}),
            "content": content or {},
            "metadata": dict(metadata or {}),
        }

    def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Send a cell; return the id of the request."""
        content = {
            "code": code,
            "silent": False,
            "store_history": store_history,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": stop_on_error,
        }
        return self.request("execute_request", content)

    def kernel_info(self) -> str:
        """Ask what the process speaks; return the id of the request."""
        return self.request("kernel_info_request", {})

    def request(self, msg_type: str, content: object) -> str:
        """Send a request; return its id. A process that has died answers to none."""
        message = self.msg(msg_type, content)
        with contextlib.suppress(OSError):
            self.shell_channel.send(message)
        return str(message["msg_id"])
