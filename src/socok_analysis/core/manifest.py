"""The manifest beside every generated set: what it was made from, and with what result.

It is the provenance readers see and the fingerprint by which an unchanged step is skipped. Both
what goes in and what comes out is known by its content.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from socok_analysis import __version__

FILE = "manifest.json"
Inputs = Mapping[str, object]


def hash_file(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_text(text: str) -> str:
    """Return a text's SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def hash_files(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of files by their path below `root`, written with slashes."""
    return {path.relative_to(root).as_posix(): hash_file(path) for path in sorted(paths)}


@cache
def describe_library() -> dict[str, str]:
    """Return the library's version and a hash over its files.

    The same code has the same hash however it is installed: a wheel's copies of the project in
    `template/`, caches and the ends of lines do not count.
    """
    folder, digest = Path(__file__).parents[1], hashlib.sha256()
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.*")}
    for name, path in sorted(names.items()):
        is_own = not name.startswith(("template/", ".")) and "/." not in name
        if is_own and "__pycache__/" not in name and path.is_file():
            data = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(f"{name} {len(data)}\n".encode() + data)
    return {"version": __version__, "sha256": digest.hexdigest()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a folder's manifest; empty where there is none that can be read."""
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def is_fresh(folder: Path, inputs: Inputs) -> bool:
    """Tell whether a folder was made from just these inputs and still holds what was made."""
    given = json.loads(json.dumps(inputs))
    return read_manifest(folder).get("inputs") == given and is_whole(folder)


def is_whole(folder: Path) -> bool:
    """Tell whether a folder still holds what was made, by content."""
    outputs = read_manifest(folder).get("outputs")
    return isinstance(outputs, dict) and all(
        (folder / name).is_file() and hash_file(folder / name) == known
        for name, known in outputs.items()
    )


def write_manifest(folder: Path, inputs: Inputs, **facts: object) -> None:
    """Write the manifest of a folder: its inputs, further facts, and every file in it by SHA-256.

    `inputs` are to be hashed before they are used: what changes meanwhile is then seen next time.
    """
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / FILE]
    manifest = {"inputs": inputs, **facts, "outputs": hash_files(folder, files)}
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
