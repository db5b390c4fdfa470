"""Measure whole processes: how long they take, and the most memory they and theirs hold."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY_SECONDS = 0.2
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    seconds: float
    peak_mb: float


def measure(
    command: Sequence[str | Path], folder: Path, environ: Mapping[str, str] | None = None
) -> Measured:
    """Run a command in a folder; raise CalledProcessError where it fails."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    peaks: list[float] = []
    watcher = threading.Thread(target=watch, args=(process.pid, peaks), daemon=True)
    watcher.start()
    said = process.communicate()[1]
    seconds = time.perf_counter() - begun
    watcher.join(1)
    if process.returncode:
        sys.stderr.write(said.decode(errors="replace"))
        raise subprocess.CalledProcessError(process.returncode, [str(part) for part in command])
    return Measured(seconds, max(peaks, default=0.0))


def watch(pid: int, peaks: list[float]) -> None:
    """Note the memory of a process and its descendants until it ends."""
    while True:
        try:
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return
            peaks.append(sum(map(read_memory, [process, *process.children(recursive=True)])))
        except psutil.NoSuchProcess:
            return
        time.sleep(EVERY_SECONDS)


def read_memory(process: psutil.Process) -> float:
    """Return a process's memory in MB; what forks share counts once, in parts."""
    try:
        return float(getattr(process.memory_full_info(), "pss", 0)) / MEGABYTE
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0
