"""The manifest beside every generated set: what it was made from, and with what result.

It is the provenance readers see and the fingerprint by which an unchanged step is skipped.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

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
    """Return the library's version and a hash over its files."""
    folder = Path(__file__).parents[1]
    files = [p for p in sorted(folder.rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return {"version": __version__, "sha256": digest.hexdigest()}


def read_manifest(folder: Path) -> dict[str, object]:
    """Return a folder's manifest; empty where there is none that can be read."""
    try:
        manifest = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest if isinstance(manifest, dict) else {}


def is_fresh(folder: Path, inputs: Inputs) -> bool:
    """Tell whether a folder was made from just these inputs and still holds what was made."""
    manifest = read_manifest(folder)
    outputs = manifest.get("outputs")
    if manifest.get("inputs") != as_json(inputs) or not isinstance(outputs, dict):
        return False
    return all(is_size(folder / name, size) for name, size in outputs.items())


def as_json(inputs: Inputs) -> object:
    """Return inputs as they look after being written and read."""
    return json.loads(json.dumps(inputs))


def is_size(path: Path, size: object) -> bool:
    """Tell whether a file is there with the size it was made with."""
    return path.is_file() and path.stat().st_size == size


def write_manifest(folder: Path, inputs: Inputs, **facts: object) -> None:
    """Write the manifest of a folder: its inputs, further facts, and every file in it by size."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != FILE]
    outputs = {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
    manifest = {"inputs": inputs, **facts, "outputs": outputs}
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
