"""The guide's pages in a real Chromium: accessible, no wider than a phone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import test_site_in_browser as report

from conftest import ROOT
from socok_analysis.guide import make_guide

pytestmark = report.pytestmark
browser, page = report.browser, report.page


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("guide") / "vejledning"
    make_guide(ROOT, made)
    return made


@pytest.mark.parametrize(("scheme", "width"), report.MODES)
def test_no_page_of_the_guide_has_an_accessibility_fault(
    browser: Any, guide: Path, scheme: str, width: int
) -> None:
    base = guide.as_uri() + "/"
    assert report.check_pages(browser, guide, base, scheme, width, report.TAGS) == []


def test_a_message_is_found_by_the_search_of_the_guide(page: Any, guide: Path) -> None:
    page.goto((guide / "index.html").as_uri())
    page.get_by_label("Søg").fill("agreement.no_extra_places")
    page.locator(".search-results a").first.click()
    page.wait_for_url("**/beskeder.html*")
