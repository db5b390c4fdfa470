"""Rendered pages kept from one publishing to the next.

A page is rendered anew when its Markdown, a picture it shows, a script of ours or pandoc has
changed, or which pages there are: pages lead to each other. What is not used any more is removed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from socok_analysis.publish.pandoc import ASSETS, read_pandoc_version, run_pages

Source = Mapping[str, str]


def run_changed(script: str, pages: Sequence[Source], kept: Path | None) -> list[Any]:
    """Return a script's answers for pages, from the folder `kept` where nothing has changed."""
    if kept is None:
        return run_pages(script, pages)
    names = sorted(page["name"] for page in pages)
    places = [kept / f"{hash_page(script, page, names)}.json" for page in pages]
    known = {place: answer for place in places if (answer := read_answer(place)) is not None}
    missing = {place: page for place, page in zip(places, pages, strict=True) if place not in known}
    made = dict(zip(missing, run_pages(script, list(missing.values())), strict=True))
    keep_answers(kept, made, set(places))
    return [{**known, **made}[place] for place in places]


def hash_page(script: str, page: Source, names: Sequence[str] = ()) -> str:
    """Return a hash over all that a page is rendered from; it may link to any page there is."""
    digest = hashlib.sha256(f"{script} {hash_scripts()} {' '.join(names)}".encode())
    digest.update(json.dumps([page.get(part) for part in ("name", "title", "markdown")]).encode())
    for path in list_pictures(page):
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@cache
def hash_scripts() -> str:
    """Return a hash over pandoc's version and our scripts for it."""
    digest = hashlib.sha256(read_pandoc_version().encode())
    for path in sorted(ASSETS.glob("*.lua")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def list_pictures(page: Source) -> list[Path]:
    """Return the files around a page that its Markdown names."""
    around = Path(page["folder"]).rglob("*")
    return sorted(path for path in around if path.name in page["markdown"] and path.is_file())


def read_answer(place: Path) -> Any:
    """Return a kept answer, None where there is none that can be read."""
    try:
        return json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def keep_answers(kept: Path, made: Mapping[Path, object], used: set[Path]) -> None:
    """Write new answers, each moved into place whole, and remove those no page uses."""
    kept.mkdir(parents=True, exist_ok=True)
    for place, answer in made.items():
        whole = place.with_suffix(".ny")
        whole.write_text(json.dumps(answer), encoding="utf-8", newline="\n")
        os.replace(whole, place)  # noqa: PTH105
    for path in kept.iterdir():
        if path not in used:
            path.unlink(missing_ok=True)
