"""The policy of Quarto's pages names Quarto's own inline scripts, and no other one."""

from __future__ import annotations

from pathlib import Path

import pytest

from socok_analysis.publish.policy import LOOSE, hash_script, seal_pages

COMMON, OWN, FOREIGN = "start();", "search();", "steal();"


def write_page(site: Path, name: str, *scripts: str) -> None:
    """Write a page with the loose policy and some scripts, all bytes as given."""
    text = f"<meta content=\"default-src 'none'; {LOOSE}\">\n{''.join(scripts)}"
    (site / name).write_bytes(text.encode("utf-8"))


def inline(body: str, attributes: str = "") -> str:
    """Return an inline script."""
    return f"<script{attributes}>{body}</script>"


@pytest.fixture
def sealed(tmp_path: Path) -> dict[str, str]:
    """Two pages after sealing, by name: one holds a script the other does not."""
    own = inline(OWN, ' id="quarto-search"')
    write_page(tmp_path, "a.html", inline(COMMON), own, '<script src="site.js"></script>')
    data = inline('{"x": 1}', ' type="application/json"')
    write_page(tmp_path, "b.html", inline(COMMON), own, inline(FOREIGN), data)
    seal_pages(tmp_path)
    return {path.name: path.read_text(encoding="utf-8") for path in tmp_path.glob("*.html")}


def test_what_every_page_has_and_what_is_marked_as_quartos_may_run(sealed: dict[str, str]) -> None:
    for text in sealed.values():
        assert LOOSE not in text and "'unsafe-inline'" not in text
        assert hash_script(COMMON) in text and hash_script(OWN) in text


def test_a_script_on_one_page_alone_may_not_run_there(sealed: dict[str, str]) -> None:
    assert not any(hash_script(FOREIGN) in text for text in sealed.values())


def test_data_is_no_script_and_needs_no_name(sealed: dict[str, str]) -> None:
    assert hash_script('{"x": 1}') not in sealed["b.html"]


def test_a_script_has_one_name_whatever_its_line_ends() -> None:
    assert hash_script("a();\r\nb();") == hash_script("a();\nb();") != hash_script("a();b();")


def test_a_site_without_pages_is_left_as_it_is(tmp_path: Path) -> None:
    seal_pages(tmp_path)
    assert list(tmp_path.iterdir()) == []
