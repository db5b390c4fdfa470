"""Runs pandoc (the program inside pypandoc's wheel) on scripts of ours, one process a job."""

from __future__ import annotations

import json
import math
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pypandoc

from socok_analysis.publish.errors import PublishError

_FEWEST_PAGES = 8
ASSETS = Path(__file__).with_name("assets")


def run_script(script: str, job: object, folder: Path | None = None) -> Any:
    """Give `job` as JSON to one of our Lua scripts, working in `folder`; return its answer."""
    command = [find_pandoc(), "lua", str(ASSETS / script)]
    done = _run(command, json.dumps(job).encode(), folder)
    return json.loads(done)


def run_pages(script: str, pages: Sequence[object]) -> list[Any]:
    """Give pages to a script that answers with one thing a page, in shares run side by side."""
    shares = max(1, min(os.cpu_count() or 1, len(pages) // _FEWEST_PAGES))
    size = math.ceil(len(pages) / shares) or 1
    jobs = [{"pages": pages[first : first + size]} for first in range(0, len(pages), size)]
    with ThreadPoolExecutor(max_workers=shares) as pool:
        return [
            answer for answers in pool.map(partial(run_script, script), jobs) for answer in answers
        ]


def find_pandoc() -> str:
    """The path of the pandoc program."""
    try:
        return str(Path(pypandoc.get_pandoc_path()).resolve())
    except OSError as error:
        raise PublishError("Programmet pandoc mangler: geninstallér pypandoc_binary.") from error


def read_pandoc_version() -> str:
    """The version, as '3.9'."""
    return str(pypandoc.get_pandoc_version())


def read_default(name: str) -> bytes:
    """A data file that pandoc carries with it, such as `reference.docx`."""
    return _run([find_pandoc(), "--print-default-data-file", name], b"", None)


def _run(command: list[str], given: bytes, folder: Path | None) -> bytes:
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=given, capture_output=True, cwd=folder, env=fixed)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise PublishError(f"pandoc fejlede:\n{said}")
    return done.stdout
