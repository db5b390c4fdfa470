"""The embedded publisher: pandoc and a template of ours make the site `_quarto.yml` describes.

A page carries its own style and scripts: it can be read when it has come, with no second request.
Its policy names them by their hashes, and nothing else within a page runs.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from socok_analysis.publish.checks import Rendered
from socok_analysis.publish.kept import run_changed
from socok_analysis.publish.links import join_path, page_name, relative_to
from socok_analysis.publish.menu import NavItem, walk_items
from socok_analysis.publish.pandoc import ASSETS
from socok_analysis.publish.policy import hash_script
from socok_analysis.publish.project import Project, find_section
from socok_analysis.publish.search import INDEX

_FOOTER = "_quarto.yml, page-footer"
_SHOWN_HEADINGS = (2, 3)
_FEWEST_CONTENTS = 2
_STYLES = (
    "palette.css",
    "content.css",
    "frame.css",
    "navigation.css",
    "text.css",
    "search.css",
    "modes.css",
)
_SCRIPTS = ("tables.js", "sources.js", "menu.js")
_SEARCH = ("search.js",)


@dataclass(frozen=True)
class NavLine:
    """A navigation line as one page shows it: `href` is relative to that page."""

    text: str
    href: str | None
    current: bool
    open: bool
    children: tuple[NavLine, ...]


def publish_embedded(project: Project, rendered: Rendered, site: Path) -> None:
    """Write the rendered pages, what they show and the site's own files into `site`."""
    footer = [Markup(part["body"]) for name, part in rendered.items() if name not in project.pages]
    _write_pages(project, rendered, footer, site)
    _copy_files(project, rendered, site)
    _write(site / "assets/icon.svg", _read_asset("icon.svg"))


def render_pages(project: Project, kept: Path | None = None) -> dict[str, dict[str, Any]]:
    """Every page, and the footer's parts, as HTML with what was found on the way.

    In the folder `kept` they stay for the next time.
    """
    sources = {name: (page.title, page.markdown) for name, page in project.pages.items()}
    sources |= {f"{_FOOTER} {n}": ("", part) for n, part in enumerate(project.footer, 1)}
    pages = [
        {
            "name": name,
            "title": title,
            "markdown": text,
            "folder": str((project.folder / name).parent),
        }
        for name, (title, text) in sources.items()
    ]
    return {answer["name"]: answer for answer in run_changed("site.lua", pages, kept)}


def _write_pages(project: Project, rendered: Rendered, footer: list[Markup], site: Path) -> None:
    template = _load_template()
    for name in project.pages:
        text = template.render(_describe_page(project, name, rendered[name]), footer=footer)
        _write(site / page_name(name), text + "\n")


def _load_template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined
    )
    own = {"style": _STYLES, "script": _SCRIPTS, "search": _SEARCH}
    for name, assets in own.items():
        text = "\n".join(_read_asset(asset) for asset in assets)
        environment.globals |= {name: Markup(text), f"{name}_hash": Markup(hash_script(text))}
    return environment.get_template("page.html.j2")


def _describe_page(project: Project, name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    page = project.pages[name]
    before, after = _find_neighbours(project, name)
    section = find_section(project, name)
    headings = [h for h in answer["headings"] if h["level"] in _SHOWN_HEADINGS]
    return {
        "language": project.language,
        "site_title": project.title,
        "title": page.title,
        "heading": answer["title"],
        "section": section and _show_line(section, name, project),
        "description": page.description,
        "body": Markup(answer["body"]),
        "root": "../" * (len(PurePosixPath(name).parts) - 1),
        "home": relative_to(name, "index.html"),
        "navbar": _show_lines(project.navbar, name, project),
        "sidebar": _show_lines(project.sidebar, name, project),
        "contents": headings if len(headings) >= _FEWEST_CONTENTS else [],
        "previous": before and _show_line(before, name, project),
        "next": after and _show_line(after, name, project),
    }


def _find_neighbours(project: Project, name: str) -> tuple[NavItem | None, NavItem | None]:
    items = [item for item in walk_items(project.sidebar) if item.href in project.pages]
    names = [item.href for item in items]
    if name not in names:
        return None, None
    around = [None, *items, None]
    place = names.index(name)
    return around[place], around[place + 2]


def _show_lines(items: Iterable[NavItem], name: str, project: Project) -> tuple[NavLine, ...]:
    return tuple(_show_line(item, name, project) for item in items)


def _show_line(item: NavItem, name: str, project: Project) -> NavLine:
    href = item.href
    if href in project.pages:
        href = relative_to(name, page_name(str(href)))
    opened = name in {inner.href for inner in walk_items([item])}
    children = _show_lines(item.children, name, project)
    return NavLine(item.text, href, item.href == name, opened, children)


def _copy_files(project: Project, rendered: Rendered, site: Path) -> None:
    images = {
        join_path(name, source) for name in project.pages for source in rendered[name]["images"]
    }
    for name in sorted(images.union(project.resources, [INDEX])):
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project.folder / name, site / name)


def _read_asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
