"""Processes that work beside this one: told what to do line by line, answering over a pipe.

Where this process has one thread and the system can, a helper is a fork of it, ready at once.
Elsewhere, as on Windows and in notebooks, it is a Python of its own that needs nothing of the
program that called. Whatever one cannot do is left to the process that asked.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast

PIPE_BYTES = 1 << 20
Work = Callable[[str], object]


@dataclass(frozen=True)
class Helper:
    """A process and the pipes to and from it; `end` ends it and lets go of it."""

    orders: BinaryIO
    answers: BinaryIO
    end: Callable[[], None]

    def order(self, text: str) -> None:
        """Tell the helper one thing to do; raise OSError where it is gone."""
        self.orders.write(text.encode() + b"\n")
        self.orders.flush()

    def wait(self) -> object:
        """Return the next answer; raise what a process that ends amid it leaves."""
        return pickle.load(self.answers)


def start_helper(work: Work, program: str) -> Helper | None:
    """Return a process that does `work` on each line; None where none can be started.

    `program` is the Python program that does the same in a process of its own.
    """
    try:
        return fork_helper(work) if can_fork() else spawn_helper(program)
    except OSError:
        return None


def can_fork() -> bool:
    """Tell whether a fork is safe: on Linux, with no other thread amid something."""
    import multiprocessing

    is_daemon = multiprocessing.current_process().daemon
    return sys.platform == "linux" and threading.active_count() == 1 and not is_daemon


def fork_helper(work: Work) -> Helper:
    """Return a helper that is a fork of this process."""
    import multiprocessing

    read_orders, orders = os.pipe()
    answers, write_answers = os.pipe()
    widen_pipe(write_answers)
    process = multiprocessing.get_context("fork").Process(
        target=serve_fork, args=(work, read_orders, write_answers, orders, answers), daemon=True
    )
    process.start()
    os.close(read_orders)
    os.close(write_answers)
    files = os.fdopen(orders, "wb"), os.fdopen(answers, "rb")

    def end() -> None:
        process.kill()
        process.join()
        close_pipes(*files)

    return Helper(*files, end)


def serve_fork(work: Work, orders: int, answers: int, *others: int) -> None:
    """Work as a fork, without the ends of the pipes that are for the other process."""
    for end in others:
        os.close(end)
    serve(work, os.fdopen(orders, "rb"), os.fdopen(answers, "wb"))


def widen_pipe(end: int) -> None:
    """Let a pipe hold a whole answer, where the system allows it."""
    import fcntl

    with contextlib.suppress(OSError):
        fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, PIPE_BYTES)


def spawn_helper(program: str) -> Helper:
    """Return a helper that is a Python of its own."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=pipe,
        stdout=pipe,
        stderr=subprocess.DEVNULL,
        pipesize=PIPE_BYTES,
    )
    files = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)

    def end() -> None:
        process.kill()
        process.wait()
        close_pipes(*files)

    return Helper(*files, end)


def close_pipes(*files: BinaryIO) -> None:
    """Close the ends of the pipes to a process that is gone."""
    for file in files:
        with contextlib.suppress(OSError):
            file.close()


def serve(work: Work, orders: BinaryIO, answers: BinaryIO) -> None:
    """Do what each line says, and write each answer."""
    for line in orders:
        pickle.dump(work(line.decode().rstrip("\n")), answers, protocol=5)
        answers.flush()
