"""Reads `_quarto.yml`, the one description of the site: its pages, menu and footer.

Only what Quarto itself reads there counts, so its pages and ours are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from socok_analysis.publish.pages import SOURCES, SitePage, read_page
from socok_analysis.publish.pandoc import PublishError

Pages = Mapping[str, SitePage]
SIDES = ("left", "center", "right")


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
    pages: Pages
    navbar: tuple[NavItem, ...]
    sidebar: tuple[NavItem, ...]
    footer: tuple[str, ...]
    resources: tuple[str, ...]
    output: str = "_site"


def read_project(folder: Path) -> Project:
    """Read `_quarto.yml` and every page it renders."""
    config = read_config(folder)
    website, project = config.get("website") or {}, config.get("project") or {}
    names = [n for n in _match(folder, project.get("render")) if n.endswith(SOURCES)]
    if not names:
        raise PublishError("Der er ingen sider at udgive (`render:` i _quarto.yml).")
    pages = {name: read_page(folder / name) for name in names}
    contents = (website.get("sidebar") or {}).get("contents")
    sidebar = tuple(_read_items(contents, pages))
    in_menu = [item.href for item in walk_items(sidebar) if item.href in pages]
    return Project(
        folder=folder,
        title=str(website.get("title") or ""),
        language=str(config.get("lang") or "da"),
        pages={name: pages[name] for name in dict.fromkeys([*in_menu, *pages]) if name},
        navbar=tuple(_read_items((website.get("navbar") or {}).get("left"), pages)),
        sidebar=sidebar,
        footer=tuple(list_footer(config)),
        resources=tuple(_match(folder, project.get("resources"))),
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


def walk_items(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Yield every item, each section before its contents."""
    for item in items:
        yield item
        yield from walk_items(item.children)


def _read_items(contents: Any, pages: Pages) -> Iterator[NavItem]:
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


def _match(folder: Path, patterns: object) -> list[str]:
    """Return the files that one or more patterns name, hidden ones and those with _ not."""
    listed = patterns if isinstance(patterns, list) else [patterns] if patterns else []
    paths = {path for pattern in listed for path in folder.glob(str(pattern).lstrip("/"))}
    names = (path.relative_to(folder) for path in paths if path.is_file())
    return sorted(n.as_posix() for n in names if not any(p.startswith((".", "_")) for p in n.parts))
