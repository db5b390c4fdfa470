"""Runs pandoc (the program inside pypandoc's wheel) on scripts of ours."""

from __future__ import annotations

import errno
import json
import math
import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pypandoc

from socok_analysis.core.errors import MissingError

ASSETS = Path(__file__).with_name("assets")
FEWEST_PAGES = 8
LEAST_FREE = 1_000_000


class PublishError(MissingError):
    """Publishing stopped; the message is Danish and says which page and what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  - {fault}" for fault in faults)]))


def run_script(script: str, job: object, folder: Path | None = None) -> Any:
    """Give `job` as JSON to one of our Lua scripts, working in `folder`; return its answer."""
    command = [find_pandoc(), "lua", str(ASSETS / script)]
    return json.loads(_run(command, json.dumps(job).encode(), folder))


def run_pages(script: str, pages: Sequence[object]) -> list[Any]:
    """Give pages to a script that answers with one thing a page, in shares run side by side."""
    shares = max(1, min(os.cpu_count() or 1, len(pages) // FEWEST_PAGES))
    size = math.ceil(len(pages) / shares) or 1
    jobs = [{"pages": pages[first : first + size]} for first in range(0, len(pages), size)]
    with ThreadPoolExecutor(shares) as pool:
        answers = list(pool.map(lambda job: run_script(script, job), jobs))
    return [answer for share in answers for answer in share]


def blame_disk(folder: Path | None) -> None:
    """Raise the system's own error where a program failed in a folder whose disk is full."""
    if folder and shutil.disk_usage(folder).free < LEAST_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


def find_pandoc() -> str:
    """Return the path of the pandoc program."""
    try:
        return str(Path(pypandoc.get_pandoc_path()).resolve())
    except OSError as error:
        raise PublishError("Programmet pandoc mangler: geninstallér pypandoc_binary.") from error


def read_pandoc_version() -> str:
    """Return the version, as '3.9'."""
    return str(pypandoc.get_pandoc_version())


def read_default(name: str) -> bytes:
    """Return a data file that pandoc carries with it, such as `reference.docx`."""
    return _run([find_pandoc(), "--print-default-data-file", name], b"", None)


def _run(command: list[str], given: bytes, folder: Path | None) -> bytes:
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=given, capture_output=True, cwd=folder, env=fixed)
    if done.returncode:
        blame_disk(folder)
        said = done.stderr.decode(errors="replace").strip()
        raise PublishError(f"pandoc fejlede:\n{said}")
    return done.stdout
