"""The wire between a client and its forked kernel: Jupyter's messages over a socket pair.

A frame is its length in four bytes and its bytes. A message is a frame of JSON, as Jupyter's
own packer writes it, whose `buffers` says how many frames of raw bytes follow.
"""

from __future__ import annotations

import asyncio
import json
import select
import socket
import struct
from collections.abc import Iterable, Mapping
from queue import Empty
from typing import Any

LENGTH = struct.Struct("!I")
CHUNK = 1 << 16
Message = dict[str, Any]


def pack(packed: bytes, buffers: Iterable[bytes] = ()) -> bytes:
    """Return a message's JSON and its buffers as the bytes that are sent."""
    return b"".join(LENGTH.pack(len(frame)) + frame for frame in (packed, *buffers))


def send(to: socket.socket, data: bytes) -> None:
    """Send all bytes on a socket that may be a non-blocking one."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[to.send(rest) :]
        except BlockingIOError:
            select.select([], [to], [])


class Channel:
    """One end of a socket pair from which messages are read, as jupyter_client's channels are."""

    def __init__(self, end: socket.socket) -> None:
        """Take over the end of a socket pair."""
        end.setblocking(False)
        self.end = end
        self.held = bytearray()
        self.is_closed = False

    async def get_msg(self, timeout: float | None = None) -> Message:
        """Return the next message; raise queue.Empty after `timeout` seconds or at the end."""
        try:
            return await asyncio.wait_for(self.read_message(), timeout)
        except (TimeoutError, EOFError):
            raise Empty from None

    async def read_message(self) -> Message:
        """Return the next message; raise EOFError where the other side is gone.

        A read that is cancelled loses nothing: what has come is held until it is whole.
        """
        while (found := take_message(self.held)) is None:
            data = await asyncio.get_running_loop().sock_recv(self.end, CHUNK)
            if not data:
                self.is_closed = True
                raise EOFError
            self.held += data
        return found

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message of plain values."""
        send(self.end, pack(json.dumps(message, default=str).encode()))

    def close(self) -> None:
        """Close this end."""
        self.end.close()


def take_message(held: bytearray) -> Message | None:
    """Remove a whole message from the front of what has been read; None where it is not whole."""
    first = measure_frame(held, 0)
    if first is None:
        return None
    message: Message = json.loads(bytes(held[LENGTH.size : first]))
    buffers, place = [], first
    for _ in range(message.get("buffers") or 0):
        end = measure_frame(held, place)
        if end is None:
            return None
        buffers.append(bytes(held[place + LENGTH.size : end]))
        place = end
    del held[:place]
    return {**message, "buffers": buffers}


def measure_frame(held: bytearray, start: int) -> int | None:
    """Return where the frame that begins at `start` ends; None where it is not whole."""
    if len(held) < start + LENGTH.size:
        return None
    end: int = start + LENGTH.size + LENGTH.unpack_from(held, start)[0]
    return end if len(held) >= end else None
