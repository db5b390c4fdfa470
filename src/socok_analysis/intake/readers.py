"""Read the workbooks of a folder, large sets of them on several cores.

This process reads a share and helpers read the rest. A helper is a Python of its own that is told
its files on standard input and hands back what it read on standard output. Started so, it works
alike on every system and in notebooks, and needs nothing of the program that called. What a
helper cannot do, this process does itself.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from socok_analysis.intake.cells import mask_cpr
from socok_analysis.intake.findings import Finding, inspect_package, report_refusal
from socok_analysis.intake.sheet import Sheet
from socok_analysis.intake.workbook import WorkbookError, read_workbook
from socok_analysis.problems import Problem

SHARED_FROM = 15_000_000
MOST_READERS = 4
START_UP_BYTES = 1_500_000
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
    if readers < 2 or sum(sizes.values()) < SHARED_FROM:
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
    """Return what each workbook holds, read by this process and helpers."""
    own, *shares = share_files(sizes, readers)
    helpers = [(share, start_helper(share)) for share in shares if share]
    try:
        read = {path: read_file(path) for path in own}
        for share, helper in helpers:
            read |= collect(share, helper)
    finally:
        for _, helper in helpers:
            if helper:
                helper.kill()
    return [read[path] for path in sizes]


def share_files(sizes: Mapping[Path, int], readers: int) -> list[list[Path]]:
    """Return the files in shares of about one size; this process, the first, need not start."""
    loads = [0] + [START_UP_BYTES] * (readers - 1)
    shares: list[list[Path]] = [[] for _ in loads]
    for path in sorted(sizes, key=lambda path: -sizes[path]):
        least = loads.index(min(loads))
        shares[least].append(path)
        loads[least] += sizes[path]
    return shares


def start_helper(share: Sequence[Path]) -> Helper | None:
    """Return a process that reads files beside this one; None where none can be started."""
    pipe = subprocess.PIPE
    try:
        helper = subprocess.Popen(
            [sys.executable, "-c", SERVE], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        )
        helper.stdin.write(json.dumps([str(path.resolve()) for path in share]).encode())  # type: ignore[union-attr]
        helper.stdin.close()  # type: ignore[union-attr]
    except OSError:
        return None
    return helper


def collect(share: Sequence[Path], helper: Helper | None) -> dict[Path, FileRead]:
    """Return what a helper has read; files it did not manage are read here."""
    text = helper.stdout.read() if helper and helper.stdout else b""
    if helper is None or helper.wait() or not text:
        return {path: read_file(path) for path in share}
    return dict(zip(share, pickle.loads(text), strict=True))


def serve() -> None:
    """Read the files named on standard input and write what they hold to standard output."""
    paths = [Path(name) for name in json.loads(sys.stdin.buffer.read())]
    sys.stdout.buffer.write(pickle.dumps([read_file(path) for path in paths], protocol=5))
