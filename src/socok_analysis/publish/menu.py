"""The side menu: `_quarto.yml`'s `contents`, its years gathered into groups of pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from socok_analysis.publish.pages import Page

_FEWEST = 3
_LAST = float("inf")


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

    def holds(self, order: float | None) -> bool:
        """Tell whether a page of this order belongs to the group."""
        return order is not None and self.first <= order <= self.last


def read_groups(config: Mapping[str, Any]) -> tuple[Group, ...]:
    """The groups `socok: menu:` names."""
    entries = (config.get("socok") or {}).get("menu") or []
    return tuple(
        Group(str(e.get("text", "")), float(e.get("from", 0)), float(e.get("to", _LAST)))
        for e in entries
    )


def walk_items(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Every item, each section before its contents."""
    for item in items:
        yield item
        yield from walk_items(item.children)


def read_items(
    contents: Any, pages: Mapping[str, Page], groups: Sequence[Group] = ()
) -> Iterator[NavItem]:
    """The items of a navigation as `_quarto.yml` writes them."""
    entries = contents if isinstance(contents, list) else [contents] if contents else []
    for entry in entries:
        if isinstance(entry, str):
            entry = {"href": entry} if entry in pages else {"auto": entry}
        if "auto" in entry:
            yield from _group_by_folder(str(entry["auto"]), pages, groups)
        else:
            yield _read_item(entry, pages, groups)


def _read_item(
    entry: dict[str, Any], pages: Mapping[str, Page], groups: Sequence[Group]
) -> NavItem:
    head = str(entry.get("section") or "")
    href = head if head in pages else str(entry.get("href") or "")
    title = pages[href].title if href in pages else head
    children = tuple(read_items(entry.get("contents"), pages, groups))
    return NavItem(str(entry.get("text") or title or href), href or None, children)


def _group_by_folder(
    pattern: str, pages: Mapping[str, Page], groups: Sequence[Group]
) -> list[NavItem]:
    """Quarto's `auto`: a section for each folder, headed by the folder's index page."""
    names = [name for name in pages if Path(name).match(pattern)]
    folders = sorted({str(Path(name).parent) for name in names})
    years = [
        _read_folder([n for n in names if str(Path(n).parent) == f], pages, groups) for f in folders
    ]
    return [item for _, item in sorted(years, key=lambda year: year[0])]


def _read_folder(
    names: Sequence[str], pages: Mapping[str, Page], groups: Sequence[Group]
) -> tuple[tuple[float, str], NavItem]:
    ordered = sorted(names, key=lambda name: sort_key(name, pages))
    index = next((name for name in ordered if Path(name).stem == "index"), None)
    children = gather_items([name for name in ordered if name != index], pages, groups)
    folder = Path(ordered[0]).parent.name
    title = pages[index].title if index else folder
    key = sort_key(index, pages)[0] if index else float("inf")
    return (key, folder), NavItem(title, index, children)


def gather_items(
    names: Sequence[str], pages: Mapping[str, Page], groups: Sequence[Group]
) -> tuple[NavItem, ...]:
    """Pages in order as items, those of a group in one item where there are enough of them."""
    gathered: list[NavItem] = []
    for group, held in groupby(names, lambda name: _find_group(pages[name].order, groups)):
        items = tuple(NavItem(pages[name].title, name) for name in held)
        is_group = group is not None and len(items) >= _FEWEST
        gathered += [NavItem(group.text, None, items)] if group and is_group else items
    return tuple(gathered)


def _find_group(order: float | None, groups: Sequence[Group]) -> Group | None:
    return next((group for group in groups if group.holds(order)), None)


def describe_menu(items: Iterable[NavItem], pages: Mapping[str, Page]) -> list[dict[str, Any]]:
    """The items as `_quarto.yml` writes them, for Quarto, which has no groups.

    Quarto takes a page's title from the page, where it is escaped: only other words are given.
    """
    return [_describe_item(item, pages) for item in items]


def _describe_item(item: NavItem, pages: Mapping[str, Page]) -> dict[str, Any]:
    href = {"href": item.href} if item.href else {}
    if item.children:
        return {"section": item.text, **href, "contents": describe_menu(item.children, pages)}
    is_title = item.href in pages and pages[str(item.href)].title == item.text
    return href if is_title else {**href, "text": item.text}


def sort_key(name: str, pages: Mapping[str, Page]) -> tuple[float, str]:
    """Where a page stands among others."""
    order = pages[name].order
    return (float("inf") if order is None else order, name.upper())
