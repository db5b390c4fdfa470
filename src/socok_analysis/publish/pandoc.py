"""Runs pandoc (the program inside pypandoc's wheel) on scripts of ours, one process a job."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pypandoc

from socok_analysis.publish.errors import PublishError

ASSETS = Path(__file__).with_name("assets")


def run_script(script: str, job: object, folder: Path | None = None) -> Any:
    """Give `job` as JSON to one of our Lua scripts, working in `folder`; return its answer."""
    command = [find_pandoc(), "lua", str(ASSETS / script)]
    done = _run(command, json.dumps(job).encode(), folder)
    return json.loads(done)


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
