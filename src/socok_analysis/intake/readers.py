"""Read the workbooks of a folder, large sets of them on several cores.

This process reads some and helpers read the rest: each is told its files one by one and hands
back what it read. What a helper cannot do, this process does itself.
"""

from __future__ import annotations

import json
import os
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import cast

from socok_analysis.core.problems import Problem
from socok_analysis.intake.findings import Finding, inspect_package, report_refusal
from socok_analysis.intake.helpers import Helper, serve, start_helper
from socok_analysis.workbook.cells import mask_cpr
from socok_analysis.workbook.read import WorkbookError, read_workbook
from socok_analysis.workbook.sheet import Sheet

SHARED_FROM = 8_000_000
MOST_READERS = 4
SERVE = "from socok_analysis.intake.readers import serve_files; serve_files()"


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
    helpers = [helper for _ in range(readers - 1) if (helper := start_helper(read_named, SERVE))]
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
            helper.end()
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


def feed(helper: Helper, queue: deque[Path], read: dict[Path, FileRead], readers: int) -> None:
    """Hand workbooks to a helper and add to `read` what it makes of them.

    It has one ahead, until few are left. Those it does not manage go back into the queue.
    """
    handed: deque[Path] = deque()
    try:
        while True:
            while len(handed) < (2 if len(queue) > readers else 1) and (path := take(queue)):
                handed.append(path)
                helper.order(json.dumps(str(path.resolve())))
            if not handed:
                return
            read[handed[0]] = cast(FileRead, helper.wait())
            handed.popleft()
    except Exception:  # a process that ends amid its answer may leave anything of it
        queue.extend(handed)


def read_named(text: str) -> FileRead:
    """Return what the workbook holds whose path is written as JSON."""
    return read_file(Path(json.loads(text)))


def serve_files() -> None:
    """Read the files named on standard input and write what each holds to standard output."""
    serve(read_named, sys.stdin.buffer, sys.stdout.buffer)
