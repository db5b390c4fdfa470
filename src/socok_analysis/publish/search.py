"""The search's index: every section of every page, in a script, so that it loads from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from socok_analysis.publish.checks import Rendered
from socok_analysis.publish.links import page_name
from socok_analysis.publish.project import Project, find_section

INDEX = "report/search-index.js"


def write_index(project: Project, rendered: Rendered, folder: Path) -> None:
    """Write the index where both publishers' pages look for it."""
    entries = [entry for name in project.pages for entry in _index_page(project, name, rendered)]
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    path = folder / INDEX
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"window.socokSearchIndex = [\n{lines}\n];\n", encoding="utf-8", newline="\n")


def _index_page(
    project: Project, name: str, rendered: Rendered
) -> Iterator[tuple[str, str, str, str]]:
    holder = find_section(project, name)
    title = project.pages[name].title + (f" ({holder.text})" if holder else "")
    for section in rendered[name]["sections"]:
        fragment = f"#{section['id']}" if section["id"] else ""
        yield page_name(name) + fragment, title, section["title"], section["text"].strip()
