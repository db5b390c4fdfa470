"""Publishes a staged project folder as a website, with Quarto or with our own publisher.

Ours is pandoc and a template. A page carries its own style, so it can be read when it has come,
with no second request; its policy names that style by its hash and lets no script run.
"""

from __future__ import annotations

import posixpath
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from socok_analysis.publish.pages import (
    Project,
    describe_page,
    join_path,
    page_name,
    read_project,
    walk_items,
)
from socok_analysis.publish.pandoc import ASSETS, PublishError, run_script
from socok_analysis.publish.quarto import find_quarto, hash_inline, publish_quarto

Publisher = Literal["auto", "quarto", "embedded"]
Rendered = Mapping[str, Mapping[str, Any]]
STYLES = ("palette.css", "content.css", "site.css")
FEWEST_CONTENTS = 2


def publish_site(staged: Path, site: Path, publisher: Publisher = "auto") -> Publisher:
    """Render `staged` into `site`, which must not exist yet; return the publisher used.

    Nothing is left there on failure. The pages are checked in the same way whichever it is.
    """
    if site.exists():
        raise PublishError(f"Mappen {site} findes allerede.")
    quarto = None if publisher == "embedded" else find_quarto()
    if publisher == "quarto" and quarto is None:
        raise PublishError(
            "Quarto blev ikke fundet. Installér Quarto, sæt QUARTO_PATH, "
            "eller brug --publisher embedded."
        )
    project = read_project(staged)
    job = [describe_page(page, name) for name, page in project.pages.items()]
    for number, part in enumerate(project.footer, 1):  # a part of the footer is rendered as a page
        name, folder = f"_quarto.yml, page-footer {number}", str(project.folder)
        job.append({"name": name, "markdown": part, "folder": folder})
    rendered = {answer["name"]: answer for answer in run_script("site.lua", {"pages": job})}
    if faults := list(_list_faults(project, rendered)):
        raise PublishError("Sitet kan ikke udgives:", faults)
    if quarto:
        publish_quarto(quarto, project, site)
        return "quarto"
    _write_site(project, rendered, site)
    return "embedded"


def _list_faults(project: Project, rendered: Rendered) -> Iterator[str]:
    """Yield everything that must be put right first, each with its page.

    Nothing is published with a broken link, reference or missing image.
    """
    sources = {page_name(source): source for source in project.pages}
    for name, answer in rendered.items():
        yield from (f"{name}: {fault}" for fault in answer["faults"])
        for source in answer["images"]:
            path = join_path(name, source)
            if path.startswith("..") or not (project.folder / path).is_file():
                yield f"{name}: billedet {source} findes ikke"
        for target in answer["links"]:
            path, _, fragment = target.partition("#")
            path = path.partition("?")[0]
            goal = page_name(join_path(name, path) if path else name)
            ids = rendered[sources[goal]]["ids"] if goal in sources else ()
            if goal not in sources and goal not in project.resources:
                yield f"{name}: linket {target} fører ingen steder hen"
            elif fragment and goal in sources and unquote(fragment) not in ids:
                yield f"{name}: linket {target} peger på et afsnit, der ikke findes"


def _write_site(project: Project, rendered: Rendered, site: Path) -> None:
    """Write the rendered pages, what they show and the site's own files into `site`."""
    style = Markup("\n".join((ASSETS / name).read_text(encoding="utf-8") for name in STYLES))
    said = [Markup(part["body"]) for name, part in rendered.items() if name not in project.pages]
    common = {"project": project, "style": style, "style_hash": hash_inline(style), "footer": said}
    loader = FileSystemLoader(ASSETS)
    escaping = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    template = escaping.get_template("page.html.j2", globals=common)
    files = {ASSETS / "icon.svg": "assets/icon.svg"}
    files |= {project.folder / name: name for name in project.resources}
    for name in project.pages:
        path = site / page_name(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = template.render(_describe_page(project, name, rendered[name]))
        path.write_text(text + "\n", encoding="utf-8", newline="\n")
        images = (join_path(name, source) for source in rendered[name]["images"])
        files |= {project.folder / image: image for image in images}
    for source, target in files.items():
        (site / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, site / target)


def _describe_page(project: Project, name: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template says of one page, and how it says a line of the navigation.

    One section is unfolded, the page's own or else the first; of the others the menu has the
    head, so that a page does not grow with the number of years.
    """

    def lead(href: str | None) -> str | None:
        if not href or href not in project.pages:
            return href
        return posixpath.relpath(page_name(href), posixpath.dirname(name) or ".")

    holders = [item for item in project.sidebar if item.children]
    mine = (item for item in holders if name in {inner.href for inner in walk_items([item])})
    own = next(mine, None)
    in_turn = [item for item in walk_items(project.sidebar) if item.href in project.pages]
    place = next((n for n, item in enumerate(in_turn) if item.href == name), len(in_turn))
    headings = [heading for heading in answer["headings"] if heading["level"] in (2, 3)]
    return {
        "name": name,
        "lead": lead,
        "unfolded": own or next(iter(holders), None),
        "title": answer["page_title"],
        "heading": answer["title"],
        "section": own if own and own.href != name else None,
        "body": Markup(answer["body"]),
        "root": "../" * (len(PurePosixPath(name).parts) - 1),
        "contents": headings if len(headings) >= FEWEST_CONTENTS else [],
        "previous": in_turn[place - 1] if 0 < place < len(in_turn) else None,
        "next": in_turn[place + 1] if place + 1 < len(in_turn) else None,
    }
