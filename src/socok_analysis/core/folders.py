"""Generated folders: built beside their place, moved in whole, known by content, one run at a time.

The manifest in a folder says what it was made from, with what result: the provenance readers see,
and the fingerprint by which an unchanged step is skipped.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any

from socok_analysis import __version__
from socok_analysis.core.problems import MissingError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

OWN, FILE = ".socok", "manifest.json"
LEFT = re.compile(r"\.(.+)\.(?:gammel|ny-\d+-.+)")
_held: set[Path] = set()
_building: set[Path] = set()


@contextmanager
def _build(target: Path) -> Iterator[Path]:
    home, name = target.parent.resolve(), target.name
    home.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{name}.ny-{os.getpid()}-", dir=home))
    _building.add(fresh)
    try:
        yield fresh
    finally:
        _building.discard(fresh)
        shutil.rmtree(fresh, ignore_errors=True)


def workplace(root: Path) -> AbstractContextManager[Path]:
    """Return an empty folder in a project; it goes with the block, or else at the next start."""
    return _build(root / OWN / "arbejde")


@contextmanager
def replace_folder(target: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield an empty folder, its owner's alone if private, that replaces the target at the end."""
    target = target.resolve() if target.is_symlink() else target
    settle(target)
    old = target.with_name(f".{target.name}.gammel")
    with _build(target) as fresh:
        fresh.chmod(0o700 if private else 0o755)
        yield fresh
        for path in fresh.rglob("*") if private else ():
            path.chmod(0o700 if path.is_dir() else 0o600)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        finally:
            settle(target)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file whole, its rights kept; without data there is none any longer."""
    fresh = path.with_name(f".{path.name}.ny")
    fresh.write_bytes(data)
    if path.exists():
        shutil.copymode(path, fresh)
    fresh.replace(path)
    if not data:
        path.unlink()


def settle(target: Path) -> None:
    """Put a folder's old state back, or remove it, and remove what runs left that are gone."""
    old = target.with_name(f".{target.name}.gammel")
    if old.exists() and not target.exists():
        old.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    for left in target.parent.glob(f".{glob.escape(target.name)}.ny-[0-9]*-*"):
        import psutil  # seldom needed

        maker = left.name.rpartition(".ny-")[2].partition("-")[0]
        is_gone = not maker.isdigit() or not psutil.pid_exists(int(maker))
        if is_gone or (maker == str(os.getpid()) and left.resolve() not in _building):
            shutil.rmtree(left, ignore_errors=True)


def restore(root: Path) -> None:
    """Put right what killed runs left in a project, whatever they were for."""
    for folder, names, files in os.walk(root):
        if "pyvenv.cfg" in files:
            names.clear()
        for target in {match[1] for name in names if (match := LEFT.fullmatch(name))}:
            settle(Path(folder) / target)
        names[:] = [name for name in names if name == OWN or not name.startswith(".")]
    for link in (path for path in root.iterdir() if path.is_symlink()):
        settle(link.resolve())


def tidy_up(root: Path) -> None:
    """Put right what killed runs left, unless another run holds the project at this moment."""
    with suppress(MissingError, OSError), lock_project(root, "oprydning", wait_s=0):
        pass


@contextmanager
def lock_project(
    root: Path, command: str, say: Callable[[str], None] = print, wait_s: float = 120
) -> Iterator[None]:
    """Hold a project, which a run may twice; MissingError where another holds it too long.

    The lock is the system's own, so a process that dies lets go; what it left is put right first.
    """
    folder = (root / OWN).resolve()
    if folder in _held:
        yield
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    card, end, is_told = folder / "i-gang.txt", time.monotonic() + wait_s, False
    with (folder / "i-gang").open("a+b") as file:
        while not _take_lock(file):
            holder = "En anden kørsel er i gang med projektet."
            with suppress(OSError, ValueError):
                holder = card.read_text(encoding="utf-8")
            if time.monotonic() >= end:
                raise MissingError(f"{holder} Prøv igen, når den er færdig.")
            if not is_told:
                say(f"{holder} Venter på den i højst {wait_s:g} sekunder.")
                is_told = True
            time.sleep(min(0.2, wait_s))
        since = f"startet {datetime.now():%d-%m-%Y kl. %H.%M}, proces {os.getpid()}"
        card.write_text(f"“{command}” ({since}) er i gang med projektet.", encoding="utf-8")
        _held.add(folder)
        try:
            restore(root)
            yield
        finally:
            _held.discard(folder)
            card.unlink(missing_ok=True)


def _take_lock(file: IO[bytes]) -> bool:
    """Tell whether this process now holds a file; true where the drive knows no locks."""
    try:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
    return True


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
    """Return the library's version and a hash over its files, however it is installed."""
    folder, digest = Path(__file__).parents[1], hashlib.sha256()
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.*")}
    for name, path in sorted(paths.items()):
        if path.is_file() and not re.match(r"template/|(.+/)?(__pycache__/|\.)", name):
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


def is_fresh(folder: Path, inputs: Mapping[str, object]) -> bool:
    """Tell whether a folder was made from just these inputs and still holds what was made."""
    known = read_manifest(folder).get("inputs")
    return known == json.loads(json.dumps(inputs)) and is_whole(folder)


def is_whole(folder: Path) -> bool:
    """Tell whether a folder still holds what was made, by content."""
    try:
        known = dict(read_manifest(folder)["outputs"])
        return hash_files(folder, map(folder.joinpath, known)) == known
    except (OSError, LookupError, TypeError, ValueError):
        return False


def write_manifest(folder: Path, inputs: Mapping[str, object], **facts: object) -> None:
    """Write what a folder is made from (hashed before use), further facts, and what is in it."""
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / FILE]
    manifest = {"inputs": inputs, **facts, "outputs": hash_files(folder, files)}
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
