"""Paths of pages and of what they link to, as POSIX paths from the project's root."""

from __future__ import annotations

import posixpath
from pathlib import PurePosixPath
from urllib.parse import unquote

_SOURCES = (".ipynb", ".qmd")


def page_name(source: str) -> str:
    """The published name of a source page: `report/2019/job.html`."""
    path = PurePosixPath(source)
    return str(path.with_suffix(".html")) if path.suffix in _SOURCES else source


def join_path(page: str, target: str) -> str:
    """The path from the root of what `page` calls `target`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target)))


def relative_to(page: str, target: str) -> str:
    """The path `page` must use to reach `target`, both given from the root."""
    return posixpath.relpath(target, posixpath.dirname(page) or ".")


def split_link(target: str) -> tuple[str, str]:
    """A link's path (empty within the page) and fragment."""
    path, _, fragment = target.partition("#")
    return path.partition("?")[0], unquote(fragment)
