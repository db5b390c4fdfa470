"""Reads `_quarto.yml`: the one description of the site that both publishers follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.pages import Page, read_page

_SOURCES = (".ipynb", ".qmd")


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
    pages: Mapping[str, Page]
    navbar: tuple[NavItem, ...]
    sidebar: tuple[NavItem, ...]
    footer: tuple[str, ...]
    resources: tuple[str, ...]
    output: str = "_site"


def read_project(folder: Path) -> Project:
    """Read `_quarto.yml` and every page it renders."""
    config = read_config(folder)
    website, project = config.get("website") or {}, config.get("project") or {}
    pages = {name: read_page(folder / name) for name in find_pages(folder, project.get("render"))}
    sidebar = tuple(_read_items((website.get("sidebar") or {}).get("contents"), pages))
    return Project(
        folder=folder,
        title=str(website.get("title") or ""),
        language=str(config.get("lang") or "da"),
        pages=_sort_pages(pages, sidebar),
        navbar=tuple(_read_items((website.get("navbar") or {}).get("left"), pages)),
        sidebar=sidebar,
        footer=_read_footer(website.get("page-footer")),
        resources=tuple(_match(folder, _as_list(project.get("resources")))),
        output=str(project.get("output-dir") or "_site"),
    )


def read_config(folder: Path) -> dict[str, Any]:
    """The settings of `_quarto.yml`."""
    path = folder / "_quarto.yml"
    try:
        config = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PublishError(f"Filen {path.name} mangler i {folder}.") from error
    except yaml.YAMLError as error:
        raise PublishError(f"Filen {path.name} kan ikke læses: {error}") from error
    return config if isinstance(config, dict) else {}


def find_pages(folder: Path, patterns: object) -> list[str]:
    """The source paths that `project: render:` names."""
    found = [name for name in _match(folder, _as_list(patterns)) if name.endswith(_SOURCES)]
    if not found:
        raise PublishError("Der er ingen sider at udgive (`render:` i _quarto.yml).")
    return found


def walk_items(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Every item, each section before its contents."""
    for item in items:
        yield item
        yield from walk_items(item.children)


def find_section(project: Project, name: str) -> NavItem | None:
    """The section a page stands in, unless the page is itself the section's head."""
    holders = (item for item in walk_items(project.sidebar) if item.href != name)
    return next((item for item in holders if name in [i.href for i in walk_items([item])]), None)


def _match(folder: Path, patterns: Sequence[str]) -> list[str]:
    paths = {path for pattern in patterns for path in folder.glob(pattern.lstrip("/"))}
    names = (path.relative_to(folder) for path in paths if path.is_file())
    return sorted(name.as_posix() for name in names if not _is_hidden(name))


def _is_hidden(name: Path) -> bool:
    return any(part.startswith((".", "_")) for part in name.parts)


def _as_list(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _read_items(contents: Any, pages: Mapping[str, Page]) -> Iterator[NavItem]:
    entries = contents if isinstance(contents, list) else [contents] if contents else []
    for entry in entries:
        if isinstance(entry, str):
            entry = {"href": entry} if entry in pages else {"auto": entry}
        if "auto" in entry:
            yield from _group_by_folder(str(entry["auto"]), pages)
        else:
            yield _read_item(entry, pages)


def _read_item(entry: dict[str, Any], pages: Mapping[str, Page]) -> NavItem:
    head = str(entry.get("section") or "")
    href = head if head in pages else str(entry.get("href") or "")
    title = pages[href].title if href in pages else head
    children = tuple(_read_items(entry.get("contents"), pages))
    return NavItem(str(entry.get("text") or title or href), href or None, children)


def _group_by_folder(pattern: str, pages: Mapping[str, Page]) -> list[NavItem]:
    """Quarto's `auto`: a section for each folder, headed by the folder's index page."""
    names = [name for name in pages if Path(name).match(pattern)]
    folders = sorted({str(Path(name).parent) for name in names})
    groups = [_read_folder([n for n in names if str(Path(n).parent) == f], pages) for f in folders]
    return [item for _, item in sorted(groups, key=lambda group: group[0])]


def _read_folder(
    names: Sequence[str], pages: Mapping[str, Page]
) -> tuple[tuple[float, str], NavItem]:
    ordered = sorted(names, key=lambda name: _sort_key(name, pages))
    index = next((name for name in ordered if Path(name).stem == "index"), None)
    children = tuple(NavItem(pages[name].title, name) for name in ordered if name != index)
    folder = Path(ordered[0]).parent.name
    title = pages[index].title if index else folder
    key = _sort_key(index, pages)[0] if index else float("inf")
    return (key, folder), NavItem(title, index, children)


def _sort_key(name: str, pages: Mapping[str, Page]) -> tuple[float, str]:
    order = pages[name].order
    return (float("inf") if order is None else order, name.upper())


def _sort_pages(pages: Mapping[str, Page], sidebar: Iterable[NavItem]) -> dict[str, Page]:
    shown = [item.href for item in walk_items(sidebar) if item.href in pages]
    names = dict.fromkeys([name for name in shown if name], None) | dict.fromkeys(pages, None)
    return {name: pages[name] for name in names}


def _read_footer(footer: Any) -> tuple[str, ...]:
    if isinstance(footer, str):
        return (footer,)
    return tuple(
        str(footer[side]) for side in ("left", "center", "right") if (footer or {}).get(side)
    )
