"""Kernels in forks: ipykernel's whole application, spoken to over ZeroMQ as ever.

For notebooks that need a kernel to talk to. The process is forked as any other; what is left
out beside it are jupyter_client's fixed waits at the start and the end.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from queue import Empty
from tempfile import TemporaryDirectory
from typing import Any

from socok_analysis.run.forks.client import END_SECONDS, ForkManager

SUBSCRIBE_SECONDS = 0.05
POLL_SECONDS = 0.005


@dataclass
class KernelManager(ForkManager):
    """What nbclient starts, interrupts and ends: a kernel in a forked process."""

    place: Any = field(default_factory=lambda: TemporaryDirectory(prefix="socok-"))
    speaker: Any = None

    def start_kernel(self, *arguments: Any, **options: Any) -> None:
        """Ask for a process that runs a kernel on sockets in a folder of its own."""
        from jupyter_client.connect import write_connection_file

        folder = Path(self.place.name)
        self.connection = str(folder / "kernel.json")
        write_connection_file(self.connection, ip=str(folder / "s"), transport="ipc")
        super().start_kernel(*arguments, **options)

    def client(self) -> Any:
        """Return a client of the kernel that does not wait longer than it must."""
        from jupyter_client.asynchronous.client import AsyncKernelClient

        self.speaker = AsyncKernelClient(connection_file=self.connection)
        self.speaker.load_connection_file()
        self.speaker.start_channels = partial(self.speaker.start_channels, hb=False)
        self.speaker.wait_for_ready = self.wait_for_ready
        self.speaker.is_alive = self.is_alive
        return self.speaker

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers on both channels; raise RuntimeError where it does not."""
        assert self.ends is not None
        try:
            hello = await self.ends[0].get_msg(timeout)
            self.pid = int(hello["pid"])
            while not await self.is_heard(timeout):
                pass
        except (Empty, RuntimeError):
            raise RuntimeError("Kernel died before replying to kernel_info") from None

    async def is_heard(self, timeout: float | None) -> bool:
        """Ask the kernel what it is; tell whether its outputs come through already."""
        asked = self.speaker.kernel_info()
        answered = ""
        while answered != asked:
            reply = await self.speaker.shell_channel.get_msg(timeout)
            answered = reply["parent_header"]["msg_id"]
        try:
            while not is_end_of(await self.speaker.iopub_channel.get_msg(SUBSCRIBE_SECONDS), asked):
                pass
        except Empty:
            return False
        return True

    def shutdown_kernel(self, now: bool = False) -> None:
        """End the kernel: kill it, or ask it to and wait until it has."""
        if self.speaker and not now:
            self.speaker.shutdown()
            end = time.monotonic() + END_SECONDS
            while self.is_alive() and time.monotonic() < end:
                time.sleep(POLL_SECONDS)
        super().shutdown_kernel(now=True)
        if self.speaker:
            self.speaker.stop_channels()
        self.place.cleanup()


def is_end_of(told: dict[str, Any], asked: str) -> bool:
    """Tell whether an output message says that a request has been dealt with."""
    state = told["content"].get("execution_state")
    return bool(state == "idle" and told["parent_header"].get("msg_id") == asked)
