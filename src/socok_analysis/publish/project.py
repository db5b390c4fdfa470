"""Reads `_quarto.yml`: the one description of the site that both publishers follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.menu import NavItem, read_groups, read_items, walk_items
from socok_analysis.publish.pages import Page, read_page

_SOURCES = (".ipynb", ".qmd")


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
    contents = (website.get("sidebar") or {}).get("contents")
    sidebar = tuple(read_items(contents, pages, read_groups(config)))
    return Project(
        folder=folder,
        title=str(website.get("title") or ""),
        language=str(config.get("lang") or "da"),
        pages=_sort_pages(pages, sidebar),
        navbar=tuple(read_items((website.get("navbar") or {}).get("left"), pages)),
        sidebar=sidebar,
        footer=(*_read_footer(website.get("page-footer")), *_link_statement(config)),
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


def read_statement(config: dict[str, Any]) -> str:
    """The address of the accessibility statement, "" where none is given."""
    return str((config.get("socok") or {}).get("accessibility-statement") or "").strip()


def _link_statement(config: dict[str, Any]) -> tuple[str, ...]:
    """The link to the accessibility statement the law asks for, where there is one."""
    target = read_statement(config)
    return (f"[Tilgængelighedserklæring](<{target}>)",) if target else ()
