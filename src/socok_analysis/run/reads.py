"""What a page reads while it runs, so that it runs again only when some of that has changed.

Python itself tells of every file it opens; the names of those in the project are noted in the
file that the environment names. What a library opens behind Python's back is not seen: tables
are therefore opened by Python (`tables.read_table`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from socok_analysis.core.manifest import hash_file

NOTES = "SOCOK_READS"
PREPARED = "SOCOK_PREPARED"
ABSENT = "-"
LIBRARY = Path(__file__).parents[1]


def note_reads(root: Path) -> None:
    """Note from now on the project's files this process opens, where it is asked to."""
    target = os.environ.pop(NOTES, "")
    if not target:
        return
    notes = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    noted: set[str] = set()

    def hear(event: str, facts: tuple[object, ...]) -> None:
        if event == "open" and isinstance(facts[0], (str, os.PathLike)):
            name = name_file(root, os.fspath(facts[0]))
            if name and name not in noted:
                noted.add(name)
                os.write(notes, f"{name}\n".encode())

    sys.addaudithook(hear)


def name_file(root: Path, path: str) -> str:
    """Return a file's name below the project; empty for one outside, hidden or the library's."""
    full = Path(os.path.abspath(path))  # noqa: PTH100
    if not full.is_relative_to(root) or full.is_relative_to(LIBRARY):
        return ""
    name = full.relative_to(root)
    return "" if any(part.startswith(".") for part in name.parts) else name.as_posix()


def read_notes(path: Path) -> list[str]:
    """Return the names noted, sorted."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return sorted(set(text.splitlines()))


def hash_reads(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of files by name; a sign for one that is not there."""
    return {name: hash_one(root / name) for name in names}


def hash_one(path: Path) -> str:
    """Return a file's SHA-256, or the sign for a file that is not there."""
    return hash_file(path) if path.is_file() else ABSENT


def say_prepared(root: Path) -> Mapping[str, str]:
    """Return what tells a page's process that the project's tables are up to date."""
    return {PREPARED: str(root)}


def is_prepared(root: Path) -> bool:
    """Tell whether this process was told that the project's tables are up to date."""
    return os.environ.get(PREPARED) == str(root)
