"""Publishes a staged project folder as a website, with Quarto or with our own publisher.

Ours is pandoc and a template. A page carries its own style, so it can be read when it has come,
with no second request; its policy names that style by its hash and lets no script run. What Quarto
only warns about is refused, and the policy that keeps other hosts out (`quarto-head.html`) comes
to name each inline script by its hash. Quarto alone calls `finish_site` itself (`hooks.py`).
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote

import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from socok_analysis.core.folders import read_manifest
from socok_analysis.publish import source
from socok_analysis.publish.source import ASSETS, ESCAPE, PublishError, SitePage

Publisher = Literal["auto", "quarto", "embedded"]
Rendered = Mapping[str, Mapping[str, Any]]
SOURCES = (".ipynb", ".qmd")
STYLES = ("palette.css", "content.css", "site.css")
BAD_HTML = ("?@", "papermill-error-cell", "cell-output-error")
WARNED = "Quarto gjorde sitet færdigt, men med fejl:"
LOOSE = "script-src 'self' 'unsafe-inline'"
HANDLER = "if (window.quartoToggleHeadroom) { window.quartoToggleHeadroom(); }"
SCRIPT = re.compile(
    r"<script(?![^>]*\b(?:src=|type=.application/(?:ld\+)?json))([^>]*)>(.*?)</script>", re.DOTALL
)
TURN = re.compile(r"""(class="pagination-link" aria-label=")([^"]*)""")
OUTWARD = re.compile(r"\]\(<?/([^)>]*)>?\)")


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
    pages: Mapping[str, SitePage]
    navbar: tuple[NavItem, ...]
    sidebar: tuple[NavItem, ...]
    footer: tuple[str, ...]
    resources: tuple[str, ...]


def read_project(folder: Path) -> Project:
    """Read `_quarto.yml` and every page it renders."""
    config = read_config(folder)
    website, project = config.get("website") or {}, config.get("project") or {}
    names = [n for n in list_files(folder, project.get("render")) if n.endswith(SOURCES)]
    if not names:
        raise PublishError("Der er ingen sider at udgive (`render:` i _quarto.yml).")
    pages = {name: source.read_page(folder / name) for name in names}
    sidebar = tuple(_read_items((website.get("sidebar") or {}).get("contents"), pages))
    in_menu = [item.href for item in walk_items(sidebar) if item.href in pages]
    return Project(
        folder=folder,
        title=str(website.get("title") or ""),
        language=str(config.get("lang") or "da"),
        pages={name: pages[name] for name in dict.fromkeys([*in_menu, *pages]) if name},
        navbar=tuple(_read_items((website.get("navbar") or {}).get("left"), pages)),
        sidebar=sidebar,
        footer=tuple(list_footer(config)),
        resources=tuple(list_files(folder, project.get("resources"))),
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
    return [str(sides[side]) for side in ("left", "center", "right") if sides.get(side)]


def list_files(folder: Path, patterns: object) -> list[str]:
    """Return the files that one or more patterns name, hidden ones and those with _ not."""
    listed = patterns if isinstance(patterns, list) else [patterns] if patterns else []
    paths = {path for pattern in listed for path in folder.glob(str(pattern).lstrip("/"))}
    names = (path.relative_to(folder) for path in paths if path.is_file())
    return sorted(n.as_posix() for n in names if not any(p.startswith((".", "_")) for p in n.parts))


def walk_items(items: Iterable[NavItem]) -> Iterator[NavItem]:
    """Yield every item, each section before its contents."""
    for item in items:
        yield item
        yield from walk_items(item.children)


def _read_items(contents: Any, pages: Mapping[str, SitePage]) -> Iterator[NavItem]:
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


def page_name(name: str) -> str:
    """Return the published name of a source page: `report/2019/job.html`."""
    path = PurePosixPath(name)
    return str(path.with_suffix(".html")) if path.suffix in SOURCES else name


def join_path(page: str, target: str) -> str:
    """Return the path from the project's root of what `page` calls `target`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(target)))


# Publishing


def publish_site(staged: Path, site: Path, publisher: Publisher = "auto") -> Publisher:
    """Render `staged` into `site`, which must not exist yet; return the publisher used.

    Nothing is left there on failure. The pages are checked in the same way whichever it is.
    """
    if site.exists():
        raise PublishError(f"Mappen {site} findes allerede.")
    quarto, project = source.find_quarto(publisher), read_project(staged)
    job = [page.describe(name) for name, page in project.pages.items()]
    for number, part in enumerate(project.footer, 1):  # a part of the footer is rendered as a page
        name, folder = f"_quarto.yml, page-footer {number}", str(project.folder)
        job.append({"name": name, "markdown": part, "folder": folder})
    rendered = {answer["name"]: answer for answer in source.run_on_pages("site.lua", job)}
    if faults := list(_list_faults(project, rendered)):
        raise PublishError("Sitet kan ikke udgives:", faults)
    if quarto:
        _run_quarto(quarto, project, site)
    else:
        _write_site(project, rendered, site)
    return "quarto" if quarto else "embedded"


def _list_faults(project: Project, rendered: Rendered) -> Iterator[str]:
    """Yield everything that must be put right first, each with its page.

    Nothing is published with a broken link, reference or missing image.
    """
    sources = {page_name(page): page for page in project.pages}
    for name, answer in rendered.items():
        yield from (f"{name}: {fault}" for fault in answer["faults"])
        for image in answer["images"]:
            path = join_path(name, image)
            if path.startswith("..") or not (project.folder / path).is_file():
                yield f"{name}: billedet {image} findes ikke"
        for target in answer["links"]:
            path, _, fragment = target.partition("#")
            path = path.partition("?")[0]
            goal = page_name(join_path(name, path) if path else name)
            ids = rendered[sources[goal]]["ids"] if goal in sources else ()
            if goal not in sources and goal not in project.resources:
                yield f"{name}: linket {target} fører ingen steder hen"
            elif fragment and goal in sources and unquote(fragment) not in ids:
                yield f"{name}: linket {target} peger på et afsnit, der ikke findes"


def hash_inline(body: str) -> str:
    """Return a script's or a style's hash as a policy writes it; browsers read line ends as LF."""
    digest = hashlib.sha256(body.replace("\r\n", "\n").encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"


# Our own publisher


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
        images = (join_path(name, image) for image in rendered[name]["images"])
        files |= {project.folder / image: image for image in images}
    for file, target in files.items():
        (site / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, site / target)


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
        "contents": headings if len(headings) > 1 else [],
        "previous": in_turn[place - 1] if 0 < place < len(in_turn) else None,
        "next": in_turn[place + 1] if place + 1 < len(in_turn) else None,
    }


# Quarto


def _run_quarto(quarto: str, project: Project, site: Path) -> None:
    """Render the staged project and move the result to `site`."""
    pages = project.pages.items()
    faults = [f"{n}: title må ikke indeholde < eller >" for n, p in pages if {*"<>"} & {*p.title}]
    faults += [f"{n}: teksten indeholder {{{{<" for n, page in pages if "{{<" in page.markdown]
    if faults:
        raise PublishError("Quarto ville udføre tekst fra siderne:", faults)
    assets = project.folder / "src/socok_analysis/publish/assets"  # where `_quarto.yml` has them
    assets.mkdir(parents=True, exist_ok=True)
    for asset in ASSETS.iterdir():  # one by one: a full disk is one error, not a list of them
        shutil.copyfile(asset, assets / asset.name)
    config = read_config(project.folder)
    for hook in ("pre-render", "post-render"):  # the pages are made, and finished below
        config["project"].pop(hook, None)
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (project.folder / "_quarto.yml").write_text(text, encoding="utf-8")
    answer, said = source.run_program([quarto, "render", str(project.folder)], project.folder)
    told = [*answer.decode(errors="replace").splitlines(), *said.splitlines()]
    if warned := [line.strip() for line in told if re.search(r"\bWARN", line)]:
        raise PublishError(WARNED, warned)
    output = project.folder / str(config["project"].get("output-dir") or "_site")
    finish_site(project.folder, output)
    site.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(output, site)


def refuse_strays(folder: Path) -> None:
    """Raise PublishError for files that `quarto render` would publish and no run has made: a copy
    somebody saved beside the pages has not been protected.
    """
    settings = read_config(folder).get("project") or {}
    made = {
        f"{path.parent.relative_to(folder).as_posix()}/{name}"
        for path in folder.glob("report/*/manifest.json")
        for name in read_manifest(path.parent)["outputs"]
    }
    found = [
        name for key in ("render", "resources") for name in list_files(folder, settings.get(key))
    ]
    if strays := [name for name in found if name.startswith("report/") and name not in made]:
        raise PublishError("Quarto ville udgive filer, rapporten ikke har lavet. Flyt dem:", strays)


def finish_site(folder: Path, output: Path) -> None:
    """Finish the pages Quarto made of the project in a folder; those finished stay as they are.

    Scripts that are Quarto's, marked as such or on every page, are named in each page's policy. The
    titles of the pages before and after are said without the backslashes that keep Quarto from
    reading markup. A way of the footer to a page of the host's own is absolute again (Quarto reads
    it as one of the site), and what only search uses goes with it. Raise PublishError where a page
    shows a fault.
    """
    config = read_config(folder)
    pages = {path: path.read_bytes().decode("utf-8") for path in sorted(output.rglob("*.html"))}
    faults = [
        f"{path.relative_to(output).as_posix()}: indeholder {mark}"
        for path, text in pages.items()
        for mark in BAD_HTML
        if mark in text
    ]
    if faults:
        raise PublishError(WARNED, faults)
    outward = [target for part in list_footer(config) for target in OUTWARD.findall(part)]
    scripts = {path: SCRIPT.findall(text) for path, text in pages.items()}
    times = Counter(body for held in scripts.values() for body in {body for _, body in held})
    for path, text in pages.items():
        own = (b for given, b in scripts[path] if 'id="quarto-' in given or times[b] == len(pages))
        allowed = " ".join(sorted({*map(hash_inline, own), hash_inline(HANDLER)}))
        text = text.replace(LOOSE, f"script-src 'self' 'unsafe-hashes' {allowed}", 1)
        text = TURN.sub(lambda found: found[1] + ESCAPE.sub(r"\1", found[2]), text)
        up = "../" * (len(path.relative_to(output).parts) - 1) or "./"
        for target in outward:
            text = text.replace(f'href="{up}{target}"', f'href="/{target}"')
        path.write_bytes(text.encode("utf-8"))
    if (config.get("website") or {}).get("search") is False:
        (output / "search.json").unlink(missing_ok=True)
