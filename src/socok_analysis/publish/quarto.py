"""Runs Quarto on a staged project and refuses a site that Quarto only warned about."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.menu import describe_menu
from socok_analysis.publish.pages import Page
from socok_analysis.publish.pandoc import ASSETS
from socok_analysis.publish.policy import seal_pages
from socok_analysis.publish.project import Project, read_config, read_statement

_WARNING = re.compile(r"\bWARN(?:ING)?\b")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BAD_HTML = ("?@", "papermill-error-cell", "cell-output-error")
_THEME = (
    "theme.scss",
    "palette.css",
    "content.css",
    "search.css",
    "insert.lua",
    "quarto.lua",
    "reading.lua",
    "paper.lua",
    "sources.lua",
    "stack.lua",
    "search.js",
    "tables.js",
    "sources.js",
    "quarto.js",
    "icon.svg",
    "quarto-head.html",
)
_THEME_FOLDER = Path("src/socok_analysis/publish/assets")


def find_quarto() -> Path | None:
    """The quarto program: QUARTO_PATH (the program or its folder), then PATH."""
    given = os.environ.get("QUARTO_PATH")
    if given and Path(given).is_file():
        return Path(given)
    found = shutil.which("quarto", path=given) if given else None
    found = found or shutil.which("quarto")
    return Path(found) if found else None


def read_quarto_version(quarto: Path) -> str:
    """The version Quarto reports, as '1.9.38'."""
    return _run([str(quarto), "--version"], quarto.parent).strip().splitlines()[-1]


def copy_assets(staged: Path) -> None:
    """Put the files `_quarto.yml` refers to where it looks for them."""
    folder = staged / _THEME_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name in _THEME:
        shutil.copyfile(ASSETS / name, folder / name)


def publish_quarto(quarto: Path, project: Project, site: Path) -> None:
    """Render the staged project and move the result to `site`."""
    _refuse_markup(project.pages.values())
    copy_assets(project.folder)
    _write_config(project)
    said = _run([str(quarto), "render", str(project.folder)], project.folder)
    output = project.folder / project.output
    faults = [*_scan_log(said), *_scan_html(output)]
    if faults:
        raise PublishError("Quarto gjorde sitet færdigt, men med fejl:", faults)
    seal_pages(output)
    _lead_out(output, read_statement(read_config(project.folder)))
    site.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(output, site)


def _lead_out(output: Path, target: str) -> None:
    """Make a way to a page of the host's own absolute again: Quarto reads it as one of the site."""
    if not target.startswith("/"):
        return
    for path in sorted(output.rglob("*.html")):
        up = "../" * (len(path.relative_to(output).parts) - 1) or "./"
        text = path.read_bytes().decode("utf-8")
        text = text.replace(f'href="{up}{target[1:]}"', f'href="{target}"')
        path.write_bytes(text.encode("utf-8"))


def _write_config(project: Project) -> None:
    """Give Quarto what it does not read itself: the menu's groups, the whole footer."""
    config = read_config(project.folder)
    website = config.setdefault("website", {})
    if website.get("sidebar"):
        website["sidebar"]["contents"] = describe_menu(project.sidebar, project.pages)
    if project.footer:
        sides = ("left", "center", "right") if len(project.footer) > 2 else ("left", "right")
        website["page-footer"] = dict(zip(sides, project.footer, strict=False))
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (project.folder / "_quarto.yml").write_text(text, encoding="utf-8")


def _refuse_markup(pages: Iterable[Page]) -> None:
    faults = [fault for page in pages for fault in _find_markup(page)]
    if faults:
        raise PublishError("Quarto ville udføre tekst fra siderne:", faults)


def _find_markup(page: Page) -> Iterator[str]:
    if set("<>") & set(page.title + page.description):
        yield f"{page.path.name}: title og description må ikke indeholde < eller >"
    if "{{<" in page.markdown:
        yield f"{page.path.name}: teksten indeholder {{{{<"


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace"
    )
    said = _COLOUR.sub("", done.stdout + done.stderr)
    if done.returncode:
        raise PublishError(f"Quarto fejlede:\n{said.strip()}")
    return said


def _scan_log(said: str) -> Iterator[str]:
    return (line.strip() for line in said.splitlines() if _WARNING.search(line))


def _scan_html(output: Path) -> Iterator[str]:
    for path in sorted(output.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        for mark in _BAD_HTML:
            if mark in text:
                yield f"{path.relative_to(output).as_posix()}: indeholder {mark}"
