"""Runs Quarto on a staged project, refuses what it only warned about, and seals its pages.

`quarto-head.html` gives every page a policy that keeps other hosts out, also where an analyst
runs Quarto alone. Here it is tightened: an inline script is named by its hash.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from socok_analysis.publish.pages import SitePage
from socok_analysis.publish.pandoc import ASSETS, PublishError
from socok_analysis.publish.project import NavItem, Pages, Project, read_config, read_statement

BAD_HTML = ("?@", "papermill-error-cell", "cell-output-error")
LOOSE = "script-src 'self' 'unsafe-inline'"
HANDLER = "if (window.quartoToggleHeadroom) { window.quartoToggleHeadroom(); }"
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)([^>]*)>(.*?)</script>", re.DOTALL)
_DATA = re.compile(r"""type="application/(?:json|ld\+json)""")
_OWN = re.compile(r"""\bid="quarto-""")


def find_quarto() -> Path | None:
    """Return the quarto program: QUARTO_PATH (the program or its folder), then PATH."""
    given = os.environ.get("QUARTO_PATH")
    if given and Path(given).is_file():
        return Path(given)
    found = shutil.which("quarto", path=given) if given else None
    found = found or shutil.which("quarto")
    return Path(found) if found else None


def read_quarto_version(quarto: Path) -> str:
    """Return the version Quarto reports, as '1.9.38'."""
    return _run([str(quarto), "--version"], quarto.parent).strip().splitlines()[-1]


def publish_quarto(quarto: Path, project: Project, site: Path) -> None:
    """Render the staged project and move the result to `site`."""
    if faults := [fault for page in project.pages.values() for fault in _find_markup(page)]:
        raise PublishError("Quarto ville udføre tekst fra siderne:", faults)
    assets = project.folder / "src/socok_analysis/publish/assets"  # where `_quarto.yml` has them
    shutil.copytree(ASSETS, assets, dirs_exist_ok=True)
    config = read_config(project.folder)
    _write_config(project, config)
    said = _run([str(quarto), "render", str(project.folder)], project.folder)
    output = project.folder / project.output
    faults = [line.strip() for line in said.splitlines() if re.search(r"\bWARN(ING)?\b", line)]
    pages = {path: path.read_bytes().decode("utf-8") for path in sorted(output.rglob("*.html"))}
    for path, text in pages.items():
        name = path.relative_to(output).as_posix()
        faults += [f"{name}: indeholder {mark}" for mark in BAD_HTML if mark in text]
    if faults:
        raise PublishError("Quarto gjorde sitet færdigt, men med fejl:", faults)
    seal_pages(output)
    _lead_out(output, read_statement(config))
    site.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(output, site)


def _find_markup(page: SitePage) -> Iterator[str]:
    if set("<>") & set(page.title + page.description):
        yield f"{page.path.name}: title og description må ikke indeholde < eller >"
    if "{{<" in page.markdown:
        yield f"{page.path.name}: teksten indeholder {{{{<"


def _write_config(project: Project, config: dict[str, Any]) -> None:
    """Give Quarto what it does not read itself: the menu's groups, the whole footer."""
    website = config.setdefault("website", {})
    if website.get("sidebar"):
        website["sidebar"]["contents"] = _describe_menu(project.sidebar, project.pages)
    if project.footer:
        sides = ("left", "center", "right") if len(project.footer) > 2 else ("left", "right")
        website["page-footer"] = dict(zip(sides, project.footer, strict=False))
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (project.folder / "_quarto.yml").write_text(text, encoding="utf-8")


def _describe_menu(items: Iterable[NavItem], pages: Pages) -> list[dict[str, Any]]:
    """The items as `_quarto.yml` writes them.

    Quarto takes a page's title from the page, where it is escaped: only other words are given.
    """
    described = []
    for item in items:
        line: dict[str, Any] = {"href": item.href} if item.href else {}
        if item.children:
            inner = _describe_menu(item.children, pages)
            line = {"section": item.text, **line, "contents": inner}
        elif not item.href or item.href not in pages or pages[item.href].title != item.text:
            line["text"] = item.text
        described.append(line)
    return described


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    said = re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)
    if done.returncode:
        raise PublishError(f"Quarto fejlede:\n{said.strip()}")
    return said


def _lead_out(output: Path, target: str) -> None:
    """Make a way to a page of the host's own absolute again: Quarto reads it as one of the site."""
    for path in sorted(output.rglob("*.html")) if target.startswith("/") else ():
        up = "../" * (len(path.relative_to(output).parts) - 1) or "./"
        text = path.read_bytes().decode("utf-8")
        text = text.replace(f'href="{up}{target[1:]}"', f'href="{target}"')
        path.write_bytes(text.encode("utf-8"))


def seal_pages(site: Path) -> None:
    """Name the scripts Quarto writes into pages in each page's policy; no other inline one runs.

    Quarto's own are those marked as such, and those that every page has.
    """
    pages = {path: path.read_bytes().decode("utf-8") for path in sorted(site.rglob("*.html"))}
    found = {
        path: {
            body: _OWN.search(attributes) is not None
            for attributes, body in _SCRIPT.findall(text)
            if not _DATA.search(attributes)
        }
        for path, text in pages.items()
    }
    common = set.intersection(*map(set, found.values())) if found else set()
    for path, text in pages.items():
        own = [body for body, is_own in found[path].items() if is_own or body in common]
        hashes = sorted({hash_inline(body) for body in (*own, HANDLER)})
        policy = f"script-src 'self' 'unsafe-hashes' {' '.join(hashes)}"
        path.write_bytes(text.replace(LOOSE, policy, 1).encode("utf-8"))


def hash_inline(body: str) -> str:
    """Return a script's or a style's hash as a policy writes it; browsers read line ends as LF."""
    digest = hashlib.sha256(body.replace("\r\n", "\n").encode("utf-8")).digest()
    return f"'sha256-{b64encode(digest).decode('ascii')}'"
