"""Reads `_quarto.yml`, the one description of the site: pages, menu, footer; and the chapters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from socok_analysis.publish.pages import SOURCES, SitePage, read_page
from socok_analysis.publish.pandoc import PublishError

Pages = Mapping[str, SitePage]
FEWEST_IN_GROUP = 3
LAST = float("inf")
NUMBER = re.compile(r"\d+(?:\.\d+)*(?= )")
CHAPTER, SECTION = 1, 2


@dataclass(frozen=True)
class NavItem:
    """A line of the navigation: `href` is a source path from the project's root, or a URL."""

    text: str
    href: str | None = None
    children: tuple[NavItem, ...] = ()


@dataclass(frozen=True)
class Group:
    """Pages of a year that the menu shows together: those whose order is within the limits."""

    text: str
    first: float
    last: float


@dataclass(frozen=True)
class Part:
    """A heading of the documents at level 1 or 2, with its page; a group's name has none."""

    title: str
    level: int
    page: SitePage | None = None


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
    sidebar = tuple(_read_items(contents, pages, read_groups(config)))
    in_menu = [item.href for item in walk_items(sidebar) if item.href in pages]
    return Project(
        folder=folder,
        title=str(website.get("title") or ""),
        language=str(config.get("lang") or "da"),
        pages={name: pages[name] for name in dict.fromkeys([*in_menu, *pages]) if name},
        navbar=tuple(_read_items((website.get("navbar") or {}).get("left"), pages, ())),
        sidebar=sidebar,
        footer=tuple(_read_footer(config)),
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


def read_groups(config: Mapping[str, Any]) -> tuple[Group, ...]:
    """Return the groups `socok: menu:` names."""
    entries = (config.get("socok") or {}).get("menu") or []
    return tuple(
        Group(str(e.get("text", "")), float(e.get("from", 0)), float(e.get("to", LAST)))
        for e in entries
    )


def read_statement(config: Mapping[str, Any]) -> str:
    """Return the address of the accessibility statement, "" where none is given."""
    return str((config.get("socok") or {}).get("accessibility-statement") or "").strip()


def walk_items(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Yield every item, each section before its contents."""
    for item in items:
        yield item
        yield from walk_items(item.children)


def find_section(project: Project, name: str) -> NavItem | None:
    """Return the section a page stands in, unless the page is itself the section's head."""
    holders = (item for item in walk_items(project.sidebar) if item.href != name)
    return next((item for item in holders if name in [i.href for i in walk_items([item])]), None)


def list_parts(pages: Sequence[SitePage], groups: Sequence[Group] = ()) -> Iterator[Part]:
    """Yield the pages in order as the documents' chapters and sections, as the menu has them.

    A page numbered 2.2 is a section of the chapter numbered 2. The pages of a group of the menu
    are sections of its first page where that has the number the next one's begins with; else of
    a chapter with the group's name.
    """
    known = {str(page.path): page for page in pages}
    head = ""
    for item in _gather_items(list(known), known, groups):
        held = [known[str(child.href)] for child in item.children or (item,)]
        if item.children and not _is_under(held[1].title, held[0].title):
            yield Part(item.text, CHAPTER)
            level = SECTION
        else:
            level = SECTION if _is_under(held[0].title, head) else CHAPTER
        yield Part(held[0].title, level, held[0])
        yield from (Part(page.title, SECTION, page) for page in held[1:])
        head = held[0].title if level == CHAPTER else head


def _is_under(title: str, head: str) -> bool:
    """Tell whether a title's number begins with another's: 6.10 with 6."""
    number, first = NUMBER.match(title), NUMBER.match(head)
    return bool(number and first and number.group().startswith(f"{first.group()}."))


def _read_items(contents: Any, pages: Pages, groups: Sequence[Group]) -> Iterator[NavItem]:
    """Yield the items of a navigation as `_quarto.yml` writes them.

    Quarto's `auto` is a section for each folder, headed by the folder's index page.
    """
    for entry in contents if isinstance(contents, list) else [contents] if contents else []:
        if isinstance(entry, str):
            entry = {"href": entry} if entry in pages else {"auto": entry}
        if "auto" in entry:
            names = [name for name in pages if Path(name).match(str(entry["auto"]))]
            by_folder: dict[str, list[str]] = {}
            for name in sorted(names, key=lambda name: _sort_key(name, pages)):
                by_folder.setdefault(Path(name).parent.name, []).append(name)
            years = [_read_folder(year, held, pages, groups) for year, held in by_folder.items()]
            yield from (item for *_, item in sorted(years, key=lambda year: year[:2]))
        else:
            head = str(entry.get("section") or "")
            href = head if head in pages else str(entry.get("href") or "")
            title = pages[href].title if href in pages else head
            children = tuple(_read_items(entry.get("contents"), pages, groups))
            yield NavItem(str(entry.get("text") or title or href), href or None, children)


def _read_folder(
    folder: str, names: Sequence[str], pages: Pages, groups: Sequence[Group]
) -> tuple[float, str, NavItem]:
    """Return a folder's section, with where it stands among others."""
    index = next((name for name in names if Path(name).stem == "index"), None)
    children = _gather_items([name for name in names if name != index], pages, groups)
    title = pages[index].title if index else folder
    return _sort_key(index, pages)[0] if index else LAST, folder, NavItem(title, index, children)


def _gather_items(
    names: Sequence[str], pages: Pages, groups: Sequence[Group]
) -> tuple[NavItem, ...]:
    """Return pages in order as items, those of a group in one where there are enough of them."""

    def find_group(name: str) -> Group | None:
        order = pages[name].order
        return next((g for g in groups if order is not None and g.first <= order <= g.last), None)

    gathered: list[NavItem] = []
    for group, held in groupby(names, find_group):
        items = tuple(NavItem(pages[name].title, name) for name in held)
        gathers = group is not None and len(items) >= FEWEST_IN_GROUP
        gathered += [NavItem(group.text, None, items)] if group and gathers else items
    return tuple(gathered)


def _sort_key(name: str, pages: Pages) -> tuple[float, str]:
    order = pages[name].order
    return (LAST if order is None else order, name.upper())


def _match(folder: Path, patterns: object) -> list[str]:
    """Return the files that one or more patterns name, hidden ones and those with _ not."""
    listed = patterns if isinstance(patterns, list) else [patterns] if patterns else []
    paths = {path for pattern in listed for path in folder.glob(str(pattern).lstrip("/"))}
    names = (path.relative_to(folder) for path in paths if path.is_file())
    return sorted(n.as_posix() for n in names if not any(p.startswith((".", "_")) for p in n.parts))


def _read_footer(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the footer's parts, last the link to the statement the law asks for."""
    footer = (config.get("website") or {}).get("page-footer") or {}
    if isinstance(footer, str):
        yield footer
    else:
        yield from (str(footer[side]) for side in ("left", "center", "right") if footer.get(side))
    if target := read_statement(config):
        yield f"[Tilgængelighedserklæring](<{target}>)"
