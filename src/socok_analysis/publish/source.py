"""Reads the pages that are published, each a notebook or a .qmd file; finds and runs the programs
that write from them.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

import pypandoc
import yaml

from socok_analysis.core.problems import MissingError

ASSETS = Path(__file__).with_name("assets")
LEAST_FREE = 1_000_000
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
INSERT = re.compile(r'^:{3,} \{\.insert file="([^"\n]+)"\}\n:{3,}[ \t]*$', re.MULTILINE)


class PublishError(MissingError):
    """Publishing stopped; the message is Danish and says which page and what to do."""

    def __init__(self, message: str, faults: Sequence[str] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join([message, *(f"  - {fault}" for fault in faults)]))


# Programs


def find_pandoc() -> str:
    """Return the path of the pandoc inside pypandoc's wheel."""
    try:
        return str(Path(pypandoc.get_pandoc_path()).resolve())
    except OSError as error:
        raise PublishError("Programmet pandoc mangler: geninstallér pypandoc_binary.") from error


def find_quarto(publisher: str = "auto") -> str | None:
    """Return the quarto program: QUARTO_PATH (the program or its folder), then PATH.

    None where the site is made without it. Raise PublishError where it is asked for and missing.
    """
    given = os.environ.get("QUARTO_PATH") or ""
    found = given if Path(given).is_file() else shutil.which("quarto", path=given or None)
    found = found or shutil.which("quarto")
    if publisher == "quarto" and not found:
        raise PublishError(
            "Quarto blev ikke fundet. Installér Quarto, sæt QUARTO_PATH, "
            "eller brug --publisher embedded."
        )
    return None if publisher == "embedded" else found


def read_version(program: str) -> str:
    """Return the version a program reports, as '3.9'."""
    return run_program([program, "--version"], None)[0].decode().splitlines()[0].split()[-1]


def run_script(script: str, job: object, folder: Path | None = None) -> Any:
    """Give `job` as JSON to one of our Lua scripts, working in `folder`; return its answer."""
    command = [find_pandoc(), "lua", str(ASSETS / script)]
    return json.loads(run_program(command, folder, json.dumps(job).encode())[0])


def run_on_pages(script: str, pages: Sequence[object]) -> list[Any]:
    """Give pages to a script that answers page by page, a part of them to each processor."""
    step = -(-len(pages) // (os.cpu_count() or 1)) or 1
    parts = [{"pages": pages[first : first + step]} for first in range(0, len(pages), step)]
    with ThreadPoolExecutor() as beside:
        return [each for found in beside.map(partial(run_script, script), parts) for each in found]


def run_program(command: list[str], folder: Path | None, given: bytes = b"") -> tuple[bytes, str]:
    """Run a program with a clock and a locale that are always the same; return what it answers and
    what it says beside. Raise PublishError with that where it fails, of a full disk OSError.
    """
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=given, capture_output=True, cwd=folder, env=fixed)
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr.decode(errors="replace")).strip()
    if done.returncode:
        if folder and shutil.disk_usage(folder).free < LEAST_FREE:  # of which it tells nothing
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))
        raise PublishError(f"{Path(command[0]).stem} fejlede:\n{said}")
    return done.stdout, said


# Pages


@dataclass(frozen=True)
class SitePage:
    """One page: its title as plain text and its Markdown, figure paths relative to the page.

    In the front matter, backslashes keep Quarto from reading a title as markup.
    """

    path: Path
    title: str
    markdown: str
    order: float = inf

    def describe(self, name: str) -> dict[str, str]:
        """Return what our scripts are told of the page."""
        folder = str(self.path.parent.resolve())
        return {"name": name, "title": self.title, "markdown": self.markdown, "folder": folder}


def read_page(path: Path) -> SitePage:
    """Read a notebook's or a .qmd file's front matter and Markdown."""
    text = path.read_text(encoding="utf-8")
    blocks = list(_read_notebook(text, path)) if path.suffix == ".ipynb" else [text]
    first = blocks[0] if blocks else ""
    found = FRONT_MATTER.match(first)
    try:
        read = yaml.safe_load(found[1]) if found else {}
    except yaml.YAMLError as error:
        raise PublishError(f"Siden {path.name}: sidehovedet (YAML) kan ikke læses.") from error
    meta, first = read if isinstance(read, dict) else {}, first[found.end() if found else 0 :]
    markdown = "\n\n".join([first, *blocks[1:]]).strip() + "\n"
    if path.suffix == ".qmd":
        markdown = INSERT.sub(lambda found: _read_inserted(path.parent, found[1]), markdown)
    title, order = ESCAPE.sub(r"\1", str(meta.get("title") or path.stem)), meta.get("order")
    return SitePage(path, title, markdown, order if isinstance(order, int | float) else inf)


def _read_notebook(text: str, path: Path) -> Iterator[str]:
    """Yield the texts of a notebook's cells, and of code the Markdown it gave."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise PublishError(f"Siden {path.name} er ikke en notebook.") from error
    for number, cell in enumerate(cells):  # the first is the page's front matter
        if cell["cell_type"] != "code":
            yield "".join(cell["source"])
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "text/markdown" in data:
                yield "".join(data["text/markdown"])
            elif output.get("name") != "stderr":
                kinds = ", ".join(data) or f"{output['output_type']} {output.get('ename', '')}"
                told = f"celle {number} fejlede, eller viser andet end tekst, tabel eller søjler"
                raise PublishError(f"Siden {path.name}: {told} ({kinds.strip()}).")


def _read_inserted(folder: Path, name: str) -> str:
    path = (folder / name).resolve()
    if not path.is_file() or not path.is_relative_to(folder.resolve()):
        raise PublishError(f"Den indsatte fil {name} findes ikke.")
    return path.read_text(encoding="utf-8")
