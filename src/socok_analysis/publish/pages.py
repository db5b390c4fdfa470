"""Reads a page's source, an executed notebook or a .qmd file, and the paths by which pages link."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import yaml

from socok_analysis.publish.pandoc import PublishError

SOURCES = (".ipynb", ".qmd")
_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_INSERT = re.compile(r'^:{3,} \{\.insert file="([^"\n]+)"\}\n:{3,}[ \t]*$', re.MULTILINE)
ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


@dataclass(frozen=True)
class SitePage:
    """One page: its title as plain text and its Markdown, figure paths relative to the page.

    In the front matter, backslashes keep Quarto from reading a title as markup.
    """

    path: Path
    title: str
    markdown: str
    order: float = inf


def read_page(path: Path) -> SitePage:
    """Read a notebook's or a .qmd file's front matter and Markdown."""
    text = path.read_text(encoding="utf-8")
    blocks = list(_read_notebook(text, path)) if path.suffix == ".ipynb" else [text]
    meta, first = _split_front_matter(blocks[0] if blocks else "", path)
    markdown = "\n\n".join([first, *blocks[1:]]).strip() + "\n"
    if path.suffix == ".qmd":
        markdown = _INSERT.sub(lambda found: _read_inserted(path.parent, found[1]), markdown)
    order = meta.get("order", inf)
    if not isinstance(order, int | float):
        raise PublishError(f"Siden {path.name}: `order` skal være et tal, ikke {order!r}.")
    title = ESCAPE.sub(r"\1", str(meta.get("title") or path.stem))
    return SitePage(path, title, markdown, order)


def _split_front_matter(text: str, path: Path) -> tuple[dict[str, Any], str]:
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    try:
        meta = yaml.safe_load(found[1]) or {}
    except yaml.YAMLError as error:
        raise PublishError(f"Siden {path.name}: sidehovedet (YAML) kan ikke læses.") from error
    return (meta if isinstance(meta, dict) else {}), text[found.end() :]


def _read_notebook(text: str, path: Path) -> Iterator[str]:
    """Yield the texts of a notebook's cells, and of code the Markdown it gave."""
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise PublishError(f"Siden {path.name} er ikke en notebook.") from error
    for number, cell in enumerate(cells):  # the first is the page's front matter
        if cell["cell_type"] != "code":
            yield "".join(cell["source"])
            continue
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                continue
            data = output.get("data", {})
            if "text/markdown" in data:
                yield "".join(data["text/markdown"])
            elif output["output_type"] == "error":
                said = f"en celle fejlede ({output.get('ename')}: {output.get('evalue')})."
                raise PublishError(f"Siden {path.name}: {said}")
            else:
                kinds = ", ".join(data) or output["output_type"]
                told = f"celle {number} viser andet end tekst, tabel eller søjler ({kinds})."
                raise PublishError(f"Siden {path.name}: {told}")


def _read_inserted(folder: Path, name: str) -> str:
    path = (folder / name).resolve()
    if not path.is_file() or not path.is_relative_to(folder.resolve()):
        raise PublishError(f"Den indsatte fil {name} findes ikke.")
    return path.read_text(encoding="utf-8")


def describe_page(page: SitePage, name: str) -> dict[str, str]:
    """Return what our scripts are told of a page."""
    folder = str(page.path.parent.resolve())
    return {"name": name, "title": page.title, "markdown": page.markdown, "folder": folder}


def page_name(source: str) -> str:
    """Return the published name of a source page: `report/2019/job.html`."""
    path = PurePosixPath(source)
    return str(path.with_suffix(".html")) if path.suffix in SOURCES else source


def join_path(page: str, target: str) -> str:
    """Return the path from the project's root of what `page` calls `target`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target)))
