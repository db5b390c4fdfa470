"""A page is rendered anew when, and only when, something it is made from has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from socok_analysis.publish import kept
from socok_analysis.publish.kept import run_changed


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the pages that are rendered, as they are."""
    names: list[str] = []

    def render(script: str, pages: list[dict[str, str]]) -> list[Any]:
        names.extend(page["name"] for page in pages)
        return [{"name": page["name"], "body": f"<p>{page['markdown']}"} for page in pages]

    monkeypatch.setattr(kept, "run_pages", render)
    return names


def make_pages(folder: Path, **texts: str) -> list[dict[str, str]]:
    return [
        {"name": n, "title": n, "markdown": text, "folder": str(folder)}
        for n, text in texts.items()
    ]


def test_only_the_page_that_has_changed_is_rendered(tmp_path: Path, rendered: list[str]) -> None:
    place = tmp_path / "html"
    run_changed("site.lua", make_pages(tmp_path, a="æble", b="pære"), place)
    again = run_changed("site.lua", make_pages(tmp_path, a="æble", b="blomme"), place)
    assert rendered == ["a", "b", "b"]
    assert [answer["body"] for answer in again] == ["<p>æble", "<p>blomme"]


def test_a_page_is_rendered_anew_with_a_picture_it_shows(
    tmp_path: Path, rendered: list[str]
) -> None:
    place, pages = tmp_path / "html", make_pages(tmp_path / "side", a="![x](job.svg)", b="uden")
    picture = tmp_path / "side" / "job.svg"
    picture.parent.mkdir()
    for drawing in ("<svg/>", "<svg></svg>"):
        picture.write_text(drawing, encoding="utf-8")
        run_changed("site.lua", pages, place)
    assert rendered == ["a", "b", "a"]


def test_pages_are_rendered_anew_when_there_is_another_page_of_sources_to_lead_to(
    tmp_path: Path, rendered: list[str]
) -> None:
    place = tmp_path / "html"
    pages = make_pages(tmp_path, **{"2019/job.ipynb": "x", "2019/kilder.ipynb": "y"})
    run_changed("site.lua", pages, place)
    run_changed("site.lua", pages, place)
    more = make_pages(tmp_path, **{"2019/kilder-jobs.ipynb": "z"})
    run_changed("site.lua", pages + more, place)
    assert rendered.count("2019/job.ipynb") == 2


def test_what_no_page_uses_any_more_is_removed(tmp_path: Path, rendered: list[str]) -> None:
    place = tmp_path / "html"
    run_changed("site.lua", make_pages(tmp_path, a="x", b="y"), place)
    run_changed("site.lua", make_pages(tmp_path, a="x"), place)
    assert len(list(place.iterdir())) == 1


def test_a_kept_page_that_was_cut_short_is_rendered_anew(
    tmp_path: Path, rendered: list[str]
) -> None:
    place = tmp_path / "html"
    run_changed("site.lua", make_pages(tmp_path, a="x"), place)
    next(iter(place.iterdir())).write_text('{"body": "<p', encoding="utf-8")
    assert run_changed("site.lua", make_pages(tmp_path, a="x"), place)[0]["body"] == "<p>x"
    assert rendered == ["a", "a"]
