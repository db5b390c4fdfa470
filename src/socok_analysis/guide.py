"""The guide as a small site: the Danish documents and the project's own data dictionary.

`guide.csv` names the documents and the pages they become. Links between them lead to the pages;
what a document links to outside them is left as text. The site is made by the embedded publisher
and can be read from a folder, without a server.
"""

from __future__ import annotations

import json
import posixpath
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from socok_analysis.declarations import read_declaration
from socok_analysis.errors import MissingError, UsageError
from socok_analysis.folders import replace_folder
from socok_analysis.template import find_template, write

TITLE = "Vejledning til årets rapport"
FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"\A# (.+)\n+")
FIGURES = "billeder"


def make_guide(root: Path, target: Path) -> int:
    """Publish the guide of a project into a folder; return how many pages it has.

    Raise UsageError where anything but such a guide lies there.
    """
    from socok_analysis.publish import PublishError, publish_site

    check_place(target)
    with TemporaryDirectory() as temporary:
        staged, made = Path(temporary) / "kilde", Path(temporary) / "site"
        stage_pages(find_template(), root, staged)
        try:
            pages = publish_site(staged, made, "embedded").pages
        except PublishError as error:
            raise MissingError(f"Vejledningen kunne ikke laves. {error}") from error
        with replace_folder(target) as fresh:
            shutil.copytree(made, fresh, dirs_exist_ok=True)
    return pages


def check_place(target: Path) -> None:
    """Raise UsageError for a folder that is neither free nor an earlier guide."""
    page = target / "index.html"
    is_guide = page.is_file() and TITLE in page.read_text(encoding="utf-8")
    if target.exists() and not is_guide and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} er ikke tom. Vælg en ny mappe med --out.")


def list_pages() -> dict[str, str]:
    """Return the page each document becomes, by its path, in the order of the menu."""
    return {row["document"]: row["page"] for row in read_declaration("guide.csv")}


def stage_pages(source: Path, root: Path, staged: Path) -> None:
    """Write the pages, their images and the site's description into a folder of their own."""
    import yaml

    pages = list_pages()
    staged.mkdir(parents=True)
    for document, page in pages.items():
        text = read_document(source, root, document)
        write(staged / f"{page}.qmd", make_page(text, document, pages))
        copy_images(source, document, text, staged)
    described = {
        "project": {"type": "website", "render": ["*.qmd"]},
        "website": {"title": TITLE, "page-footer": {"left": "Lavet af `socok guide`."},
                    "sidebar": {"contents": [f"{page}.qmd" for page in pages.values()]}},
        "lang": "da",
    }  # fmt: skip
    text = yaml.safe_dump(described, allow_unicode=True, sort_keys=False)
    write(staged / "_quarto.yml", text)


def read_document(source: Path, root: Path, document: str) -> str:
    """Return a document's text; the dictionary as the project's own maps and lists make it."""
    from socok_analysis import dictionary_page

    for language, name in dictionary_page.PAGES.items():
        if document == f"docs/{name}":
            return dictionary_page.make_page(root, language)
    path = source / document
    if not path.is_file():
        raise MissingError(f"{document} mangler, så vejledningen kan ikke laves.")
    return path.read_text(encoding="utf-8")


def make_page(text: str, document: str, pages: Mapping[str, str]) -> str:
    """Return a document as a page: its first heading as title, its links to other pages."""
    found = HEADING.match(text)
    title = found[1] if found else document
    body = HEADING.sub("", COMMENT.sub("", text))
    parts = FENCE.split(body)
    parts[::2] = [LINK.sub(lambda m: point(m, document, pages), part) for part in parts[::2]]
    matter = f"---\ntitle: {json.dumps(title, ensure_ascii=False)}\n---"
    return f"{matter}\n\n{''.join(parts)}"


def point(link: re.Match[str], document: str, pages: Mapping[str, str]) -> str:
    """Return a link or an image as the page has it."""
    mark, words, target = link.groups()
    path, _, fragment = target.partition("#")
    if mark:
        return f'![]({FIGURES}/{posixpath.basename(path)}){{fig-alt="{words}"}}'
    if "://" in target or not path:
        return link[0]
    page = pages.get(find_document(document, path))
    anchor = f"#{fragment}" if fragment else ""
    return f"[{words}]({page}.qmd{anchor})" if page else words


def find_document(document: str, path: str) -> str:
    """Return the path from the project's root of what a document calls `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(document), path))


def copy_images(source: Path, document: str, text: str, staged: Path) -> None:
    """Copy the images a document shows."""
    for mark, _, target in LINK.findall(text):
        if mark:
            (staged / FIGURES).mkdir(exist_ok=True)
            path = source / find_document(document, target)
            shutil.copyfile(path, staged / FIGURES / path.name)
