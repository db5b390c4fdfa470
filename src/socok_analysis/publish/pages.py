"""Reads a page's source: an executed notebook or a .qmd file, as one Markdown text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from socok_analysis.publish.errors import PublishError

_FRONT_MATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)\n---[ \t]*(?:\n|\Z)", re.DOTALL)
_INSERT = re.compile(r'^:{3,} \{\.insert file="([^"\n]+)"\}\n:{3,}[ \t]*$', re.MULTILINE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ANCHOR = re.compile(r"\{#([\w.:-]+)")
_SILENT_STREAMS = ("stderr",)


@dataclass(frozen=True)
class Page:
    """One page: its title as plain text and its Markdown, figure paths relative to the page.

    In the front matter, backslashes keep Quarto from reading a title as markup.
    """

    path: Path
    title: str
    markdown: str
    order: float | None = None
    description: str = ""
    anchors: tuple[str, ...] = ()


def read_page(path: Path) -> Page:
    """Read a notebook's or a .qmd file's front matter and Markdown."""
    text = path.read_text(encoding="utf-8")
    blocks = list(_notebook_blocks(text, path)) if path.suffix == ".ipynb" else [text]
    meta, first = split_front_matter(blocks[0] if blocks else "", path)
    markdown = "\n\n".join([first, *blocks[1:]]).strip() + "\n"
    if path.suffix == ".qmd":
        markdown = _insert_files(markdown, path.parent)
    return Page(
        path=path,
        title=_ESCAPE.sub(r"\1", str(meta.get("title") or path.stem)),
        markdown=markdown,
        order=_read_order(meta, path),
        description=str(meta.get("description") or ""),
        anchors=tuple(_ANCHOR.findall(markdown)),
    )


def split_front_matter(text: str, path: Path) -> tuple[dict[str, Any], str]:
    """Split the YAML between `---` lines from the text below it."""
    found = _FRONT_MATTER.match(text)
    if not found:
        return {}, text
    try:
        meta = yaml.safe_load(found.group(1)) or {}
    except yaml.YAMLError as error:
        raise PublishError(f"Siden {path.name}: sidehovedet (YAML) kan ikke læses.") from error
    return (meta if isinstance(meta, dict) else {}), text[found.end() :]


def _read_order(meta: dict[str, Any], path: Path) -> float | None:
    order = meta.get("order")
    if order is None or isinstance(order, int | float):
        return order
    raise PublishError(f"Siden {path.name}: `order` skal være et tal, ikke {order!r}.")


def _notebook_blocks(text: str, path: Path) -> Iterator[str]:
    try:
        cells = json.loads(text)["cells"]
    except (ValueError, KeyError, TypeError) as error:
        raise PublishError(f"Siden {path.name} er ikke en notebook.") from error
    for cell in cells:
        if cell["cell_type"] == "code":
            yield from _read_outputs(cell.get("outputs", ()), path)
        else:
            yield _join(cell["source"])


def _read_outputs(outputs: Iterable[dict[str, Any]], path: Path) -> Iterator[str]:
    for output in outputs:
        if output.get("name") in _SILENT_STREAMS:
            continue
        markdown = output.get("data", {}).get("text/markdown")
        if markdown is None:
            raise PublishError(f"Siden {path.name}: {_describe_output(output)}")
        yield _join(markdown)


def _describe_output(output: dict[str, Any]) -> str:
    if output["output_type"] == "error":
        return f"en celle fejlede ({output.get('ename')}: {output.get('evalue')})."
    kinds = ", ".join(output.get("data", {})) or output["output_type"]
    return f"en celle viser andet end Markdown ({kinds})."


def _insert_files(markdown: str, folder: Path) -> str:
    return _INSERT.sub(lambda found: _read_inserted(folder, found.group(1)), markdown)


def _read_inserted(folder: Path, name: str) -> str:
    path = (folder / name).resolve()
    if not path.is_file() or not path.is_relative_to(folder.resolve()):
        raise PublishError(f"Den indsatte fil {name} findes ikke.")
    return path.read_text(encoding="utf-8")


def _join(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
