"""Runs pandoc (the program inside pypandoc's wheel) on scripts of ours."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypandoc

from socok_analysis.core.problems import MissingError

ASSETS = Path(__file__).with_name("assets")
LEAST_FREE = 1_000_000


class PublishError(MissingError):
    """Publishing stopped; the message is Danish and says which page and what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  - {fault}" for fault in faults)]))


def run_script(script: str, job: object, folder: Path | None = None) -> Any:
    """Give `job` as JSON to one of our Lua scripts, working in `folder`; return its answer."""
    command = [find_pandoc(), "lua", str(ASSETS / script)]
    return json.loads(run_program(command, folder, json.dumps(job).encode())[0])


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


def run_program(command: list[str], folder: Path | None, given: bytes = b"") -> tuple[bytes, str]:
    """Run a program with a clock and a locale that are always the same; return what it answers and
    what it says beside. Raise PublishError with that where it fails.
    """
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=given, capture_output=True, cwd=folder, env=fixed)
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr.decode(errors="replace")).strip()
    if done.returncode:
        blame_disk(folder)
        raise PublishError(f"{Path(command[0]).stem} fejlede:\n{said}")
    return done.stdout, said
