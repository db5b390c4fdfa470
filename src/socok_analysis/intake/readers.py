"""Read the workbooks of a folder, large sets of them on several cores.

This process reads some and helpers read the rest. A helper is a Python of its own that is told its
files on standard input, one by one, and hands back what it read on standard output. Started so,
it works alike on every system and in notebooks, and needs nothing of the program that called.
What a helper cannot do, this process does itself.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from socok_analysis.intake.cells import mask_cpr
from socok_analysis.intake.findings import Finding, inspect_package, report_refusal
from socok_analysis.intake.sheet import Sheet
from socok_analysis.intake.workbook import WorkbookError, read_workbook
from socok_analysis.problems import Problem

SHARED_FROM = 8_000_000
MOST_READERS = 4
PIPE_BYTES = 1 << 20
SERVE = "from socok_analysis.intake.readers import serve; serve()"
Helper = subprocess.Popen[bytes]


@dataclass(frozen=True)
class FileRead:
    """One workbook read, or the reason why it was refused."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...] = ()


def read_files(paths: Sequence[Path]) -> list[FileRead]:
    """Return what each workbook holds, in the order given."""
    sizes = {path: path.stat().st_size for path in paths}
    readers = min(MOST_READERS, os.cpu_count() or 1, len(paths))
    beside_largest = sum(sizes.values()) - max(sizes.values(), default=0)
    if readers < 2 or beside_largest < SHARED_FROM:
        return [read_file(path) for path in paths]
    return read_shared(sizes, readers)


def read_file(path: Path) -> FileRead:
    """Return what one workbook holds, or why it was refused."""
    shown = mask_cpr(path.name)
    try:
        sheets = read_workbook(path, shown)
    except WorkbookError as error:
        return FileRead((), (report_refusal(shown, error),), (report_refused(shown, error),))
    return FileRead(tuple(sheets), tuple(inspect_package(path, shown)))


def report_refused(shown: str, error: WorkbookError) -> Problem:
    """Return the error for a workbook that could not be read."""
    return Problem("error", "file.unreadable", str(error), file=shown, advice=error.advice)


def read_shared(sizes: Mapping[Path, int], readers: int) -> list[FileRead]:
    """Return what each workbook holds, read by this process and helpers, the largest first.

    Whoever is free takes the next one, so that none waits for another at the end.
    """
    queue = deque(sorted(sizes, key=lambda path: -sizes[path]))
    first, read = queue.popleft(), dict[Path, FileRead]()
    helpers = [helper for _ in range(readers - 1) if (helper := start_helper())]
    threads = [Thread(target=feed, args=(h, queue, read, readers), daemon=True) for h in helpers]
    try:
        for thread in threads:
            thread.start()
        read[first] = read_file(first)
        read_queue(queue, read)
        for thread in threads:
            thread.join()
        read_queue(queue, read)
    finally:
        for helper in helpers:
            stop(helper)
    return [read[path] for path in sizes]


def read_queue(queue: deque[Path], read: dict[Path, FileRead]) -> None:
    """Read here what nobody has taken yet, and add it to `read`."""
    while path := take(queue):
        read[path] = read_file(path)


def take(queue: deque[Path]) -> Path | None:
    """Return the next workbook; None where others have taken the last."""
    try:
        return queue.popleft()
    except IndexError:
        return None


def start_helper() -> Helper | None:
    """Return a process that reads files beside this one; None where none can be started."""
    pipe = subprocess.PIPE
    try:
        return subprocess.Popen(
            [sys.executable, "-c", SERVE], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL,
            pipesize=PIPE_BYTES,
        )  # fmt: skip
    except OSError:
        return None


def stop(helper: Helper) -> None:
    """End a helper and let go of it."""
    helper.kill()
    helper.communicate()


def feed(helper: Helper, queue: deque[Path], read: dict[Path, FileRead], readers: int) -> None:
    """Hand workbooks to a helper and add to `read` what it makes of them.

    It has one ahead, until few are left. Those it does not manage go back into the queue.
    """
    handed: deque[Path] = deque()
    try:
        while True:
            while len(handed) < (2 if len(queue) > readers else 1) and (path := take(queue)):
                handed.append(path)
                hand_over(helper, path)
            if not handed:
                return
            read[handed[0]] = pickle.load(helper.stdout)  # type: ignore[arg-type]
            handed.popleft()
    except Exception:  # a process that ends amid its answer may leave anything of it
        queue.extend(handed)


def hand_over(helper: Helper, path: Path) -> None:
    """Tell a helper the next workbook."""
    helper.stdin.write(json.dumps(str(path.resolve())).encode() + b"\n")  # type: ignore[union-attr]
    helper.stdin.flush()  # type: ignore[union-attr]


def serve() -> None:
    """Read the files named on standard input and write what each holds to standard output."""
    for line in sys.stdin.buffer:
        pickle.dump(read_file(Path(json.loads(line))), sys.stdout.buffer, protocol=5)
        sys.stdout.buffer.flush()
