"""The chapters of the documents: which pages begin one, and which are sections of the one before.

They follow the site's menu and the pages' own numbers, so a reader finds the same order in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from socok_analysis.publish.menu import Group, gather_items
from socok_analysis.publish.pages import Page

_NUMBER = re.compile(r"\d+(?:\.\d+)*(?= )")
_CHAPTER, _SECTION = 1, 2


@dataclass(frozen=True)
class Part:
    """A heading of the documents at level 1 or 2, with its page; a group's name has none."""

    title: str
    level: int
    page: Page | None = None


def list_parts(pages: Sequence[Page], groups: Sequence[Group] = ()) -> Iterator[Part]:
    """The pages in order as chapters and sections.

    A page numbered 2.2 is a section of the chapter numbered 2. The pages of a group of the menu
    are sections of its first page where that has the number the next one's begins with; else of
    a chapter with the group's name.
    """
    known = {str(page.path): page for page in pages}
    head = ""
    for item in gather_items(list(known), known, groups):
        held = [known[str(child.href)] for child in item.children or (item,)]
        if item.children and not _is_under(held[1].title, held[0].title):
            yield Part(item.text, _CHAPTER)
            level = _SECTION
        else:
            level = _SECTION if _is_under(held[0].title, head) else _CHAPTER
        yield Part(held[0].title, level, held[0])
        yield from (Part(page.title, _SECTION, page) for page in held[1:])
        head = held[0].title if level == _CHAPTER else head


def _is_under(title: str, head: str) -> bool:
    """Tell whether a title's number begins with another's: 6.10 with 6."""
    number, first = _NUMBER.match(title), _NUMBER.match(head)
    return bool(number and first and number.group().startswith(f"{first.group()}."))
