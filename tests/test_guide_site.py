"""The guide as a small site: its pages, their links, and that it replaces nothing else."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from conftest import ROOT, copy_project
from socok_analysis.cli import main
from socok_analysis.guide import list_pages, make_page


class Marks(HTMLParser):
    """What a page links to, shows, and can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()
        self.alts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.targets += [values[name] for name in ("href", "src") if name in values]
        self.ids |= {values["id"]} if "id" in values else set()
        self.alts += [values.get("alt", "")] if tag == "img" else []


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The guide of a plain project, in its own folder."""
    project = copy_project(tmp_path_factory.mktemp("guide") / "Årets projekt")
    assert main(["guide", "--project", str(project), "--quiet"]) == 0
    return project / "_guide"


def read_marks(guide: Path) -> dict[Path, Marks]:
    """Return what every page has."""
    return {path: Marks(path.read_text(encoding="utf-8")) for path in guide.glob("*.html")}


def test_every_document_has_a_page_with_its_title(guide: Path) -> None:
    assert {path.stem for path in guide.glob("*.html")} == {*list_pages().values()}
    assert "<h1>Vejledning: årets rapport</h1>" in (guide / "index.html").read_text("utf-8")


def test_every_link_and_image_of_the_guide_is_there_and_images_have_words(guide: Path) -> None:
    pages = read_marks(guide)
    for page, marks in pages.items():
        for target in (t for t in marks.targets if "://" not in t):
            path, _, fragment = unquote(target).partition("#")
            goal = (page.parent / path).resolve() if path else page
            assert goal.is_file(), f"{page.name}: {target}"
            assert not fragment or fragment in pages[goal].ids, f"{page.name}: {target}"
    images = [alt for marks in pages.values() for alt in marks.alts]
    assert images and all(len(alt) > 20 for alt in images)


def test_the_dictionary_is_the_projects_own(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "projekt")
    path = project / "data/raw/maps/jobs.csv"
    path.write_text(path.read_text("utf-8").replace("Kanal", "Ansat hvordan"), "utf-8")
    assert main(["guide", "--project", str(project), "--quiet"]) == 0
    assert "Ansat hvordan" in (project / "_guide/dataordbog.html").read_text("utf-8")


def test_the_guide_is_made_again_but_replaces_nothing_else(guide: Path, tmp_path: Path) -> None:
    command = ["guide", "--project", str(guide.parent), "--quiet", "--out"]
    own = tmp_path / "vejledning"
    shutil.copytree(guide, own)
    assert main([*command, str(own)]) == 0
    (tmp_path / "noget.txt").write_text("mit")
    assert main([*command, str(tmp_path)]) == 2
    assert (tmp_path / "noget.txt").read_text() == "mit"


def test_a_link_leads_to_the_page_and_one_out_of_the_guide_is_text() -> None:
    text = "# Titel\n\n[A](../tekster.md#tal) [B](../../CONTRIBUTING.md)\n\n```\n[C](x.md)\n```\n"
    page = make_page(text, "docs/vejledning/README.md", list_pages())
    assert 'title: "Titel"' in page
    assert "[A](tekster.qmd#tal) B\n" in page and "[C](x.md)" in page


def test_the_wheel_carries_what_the_guide_is_made_of() -> None:
    described = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    shipped = set(re.findall(r'^"(docs/[^"]+)" = "socok_analysis/template/', described, re.M))
    made = {f"docs/{name}" for name in ("dataordbog.md", "data-dictionary.md")}
    for document in {*list_pages()} - made:
        assert document in shipped or Path(document).parent.as_posix() in shipped
