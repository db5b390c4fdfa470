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
    """One end of a socket pair on which messages are sent and read."""

    def __init__(self, end: socket.socket) -> None:
        """Take over the end of a socket pair."""
        end.setblocking(False)
        self.end = end
        self.held = bytearray()
        self.loop: asyncio.AbstractEventLoop | None = None

    async def read_message(self) -> Message:
        """Return the next message; raise EOFError where the other side is gone.

        A read that is cancelled loses nothing: what has come is held until it is whole.
        """
        self.loop = asyncio.get_running_loop()
        while (found := take_message(self.held)) is None:
            data = await self.loop.sock_recv(self.end, CHUNK)
            if not data:
                raise EOFError
            self.held += data
        return found

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message of plain values."""
        send(self.end, pack(json.dumps(message, default=str).encode()))

    def close(self) -> None:
        """Close this end. A read that was given up may still be watched for by its loop."""
        if self.loop and not self.loop.is_closed():
            self.loop.remove_reader(self.end)
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
