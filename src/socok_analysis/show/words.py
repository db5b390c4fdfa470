"""The year's texts on a page: a part of a text file with its figures filled in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from socok_analysis.show.text import render_text

if TYPE_CHECKING:
    from socok_analysis.show.page import Page

HEADING = re.compile(r"^## +(.+?) *$", re.MULTILINE)


def render_part(page: Page, name: str, heading: str) -> str:
    """Return a part of a year's text with its figures filled in, "" where there is none."""
    path = page.year.raw_dir / "tekst" / f"{name}.md"
    if not path.is_file():
        return ""
    parts = HEADING.split(path.read_text(encoding="utf-8-sig"))[1:]
    bodies = dict(zip(parts[::2], parts[1::2], strict=True))
    return render_text(page, bodies.get(heading, ""))
