"""Reads what is published: `_quarto.yml`, the one description of the site, and its pages, each a
notebook or a .qmd file; and runs the programs that write from them.

Only what Quarto itself reads there counts, so its pages and ours are alike.
"""

from __future__ import annotations

import errno
import json
import os
import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import pypandoc
import yaml

from socok_analysis.core.problems import MissingError

ASSETS = Path(__file__).with_name("assets")
LEAST_FREE = 1_000_000
SOURCES = (".ipynb", ".qmd")
SIDES = ("left", "center", "right")
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
    what it says beside. Raise PublishError with that where it fails.
    """
    fixed = {**os.environ, "SOURCE_DATE_EPOCH": "0", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, input=given, capture_output=True, cwd=folder, env=fixed)
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stderr.decode(errors="replace")).strip()
    if done.returncode:
        blame_disk(folder)
        raise PublishError(f"{Path(command[0]).stem} fejlede:\n{said}")
    return done.stdout, said


def blame_disk(folder: Path | None) -> None:
    """Raise the system's own error where a program failed in a folder whose disk is full."""
    if folder and shutil.disk_usage(folder).free < LEAST_FREE:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder))


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


def page_name(source: str) -> str:
    """Return the published name of a source page: `report/2019/job.html`."""
    path = PurePosixPath(source)
    return str(path.with_suffix(".html")) if path.suffix in SOURCES else source


def join_path(page: str, target: str) -> str:
    """Return the path from the project's root of what `page` calls `target`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target)))


# The site


@dataclass(frozen=True)
class NavItem:
    """A line of the navigation: `href` is a source path from the project's root, or a URL."""

    text: str
    href: str | None = None
    children: tuple[NavItem, ...] = ()


@dataclass(frozen=True)
class Project:
    """A site to publish: its pages by source path, in the order of the navigation."""

    folder: Path
    title: str
    language: str
    pages: Mapping[str, SitePage]
    navbar: tuple[NavItem, ...]
    sidebar: tuple[NavItem, ...]
    footer: tuple[str, ...]
    resources: tuple[str, ...]
    output: str = "_site"


def read_project(folder: Path) -> Project:
    """Read `_quarto.yml` and every page it renders."""
    config = read_config(folder)
    website, project = config.get("website") or {}, config.get("project") or {}
    names = [n for n in list_files(folder, project.get("render")) if n.endswith(SOURCES)]
    if not names:
        raise PublishError("Der er ingen sider at udgive (`render:` i _quarto.yml).")
    pages = {name: read_page(folder / name) for name in names}
    sidebar = tuple(_read_items((website.get("sidebar") or {}).get("contents"), pages))
    in_menu = [item.href for item in walk_items(sidebar) if item.href in pages]
    return Project(
        folder=folder,
        title=str(website.get("title") or ""),
        language=str(config.get("lang") or "da"),
        pages={name: pages[name] for name in dict.fromkeys([*in_menu, *pages]) if name},
        navbar=tuple(_read_items((website.get("navbar") or {}).get("left"), pages)),
        sidebar=sidebar,
        footer=tuple(list_footer(config)),
        resources=tuple(list_files(folder, project.get("resources"))),
        output=str(project.get("output-dir") or "_site"),
    )


def read_config(folder: Path) -> dict[str, Any]:
    """Return the settings of `_quarto.yml`."""
    path = folder / "_quarto.yml"
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PublishError(f"Filen {path.name} mangler i {folder}.") from error
    except yaml.YAMLError as error:
        raise PublishError(f"Filen {path.name} kan ikke læses: {error}") from error
    return config if isinstance(config, dict) else {}


def list_footer(config: Mapping[str, Any]) -> list[str]:
    """Return the footer's parts, the first from the left."""
    footer = (config.get("website") or {}).get("page-footer") or {}
    sides = {"left": footer} if isinstance(footer, str) else footer
    return [str(sides[side]) for side in SIDES if sides.get(side)]


def list_files(folder: Path, patterns: object) -> list[str]:
    """Return the files that one or more patterns name, hidden ones and those with _ not."""
    listed = patterns if isinstance(patterns, list) else [patterns] if patterns else []
    paths = {path for pattern in listed for path in folder.glob(str(pattern).lstrip("/"))}
    names = (path.relative_to(folder) for path in paths if path.is_file())
    return sorted(n.as_posix() for n in names if not any(p.startswith((".", "_")) for p in n.parts))


def walk_items(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Yield every item, each section before its contents."""
    for item in items:
        yield item
        yield from walk_items(item.children)


def _read_items(contents: Any, pages: Mapping[str, SitePage]) -> Iterator[NavItem]:
    """Yield the items of a navigation as `_quarto.yml` writes them.

    Quarto's `auto` is a section for each folder, headed by the folder's index page, and the
    folder whose first page comes first is the first.
    """
    for entry in contents if isinstance(contents, list) else [contents] if contents else []:
        if isinstance(entry, str):
            entry = {"href": entry} if entry in pages else {"auto": entry}
        if "auto" in entry:
            names = [name for name in pages if Path(name).match(str(entry["auto"]))]
            by_folder: dict[Path, list[str]] = {}
            for name in sorted(names, key=lambda name: (pages[name].order, name.upper())):
                by_folder.setdefault(Path(name).parent, []).append(name)
            for folder, held in by_folder.items():
                index = next((name for name in held if Path(name).stem == "index"), None)
                text = pages[index].title if index else folder.name
                items = (NavItem(pages[name].title, name) for name in held if name != index)
                yield NavItem(text, index, tuple(items))
        else:
            head = str(entry.get("section") or "")
            href = head if head in pages else str(entry.get("href") or "")
            title = pages[href].title if href in pages else head
            children = tuple(_read_items(entry.get("contents"), pages))
            yield NavItem(str(entry.get("text") or title or href), href or None, children)
