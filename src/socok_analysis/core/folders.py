"""Generated folders are built beside their place and moved into it whole, by one run at a time.

A build that fails or is interrupted leaves what stood before.
"""

from __future__ import annotations

import errno
import glob
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from socok_analysis.core.problems import MissingError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

OWN = ".socok"
LEFT = re.compile(r"\.(.+)\.(?:gammel|ny-\d+-.+)")
BUSY = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
WAIT_S = 120.0
_held: set[Path] = set()
_building: set[Path] = set()


@contextmanager
def replace_folder(target: Path, *, private: bool = False) -> Iterator[Path]:
    """Yield an empty folder that takes the target's place when the block ends well.

    A private folder and all in it is its owner's alone, where the system knows such rights.
    """
    target = target.resolve() if target.is_symlink() else target
    target.parent.mkdir(parents=True, exist_ok=True)
    settle(target)
    prefix = f".{target.name}.ny-{os.getpid()}-"
    fresh = Path(tempfile.mkdtemp(prefix=prefix, dir=target.parent.resolve()))
    fresh.chmod(0o700 if private else 0o755)
    _building.add(fresh)
    old = target.with_name(f".{target.name}.gammel")
    try:
        yield fresh
        for path in fresh.rglob("*") if private else ():
            path.chmod(0o700 if path.is_dir() else 0o600)
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            settle(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        _building.discard(fresh)


@contextmanager
def workplace(root: Path) -> Iterator[Path]:
    """Yield an empty folder in a project; it goes with the block, or else at the next start."""
    (root / OWN).mkdir(mode=0o700, exist_ok=True)
    prefix = f".arbejde.ny-{os.getpid()}-"
    with tempfile.TemporaryDirectory(
        prefix=prefix, dir=root / OWN, ignore_cleanup_errors=True
    ) as name:
        _building.add(Path(name).resolve())
        yield Path(name)


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


def tidy_up(root: Path) -> None:
    """Put right what killed runs left, unless another run holds the project at this moment."""
    with suppress(MissingError, OSError), lock_project(root, "oprydning", wait_s=0):
        pass


@contextmanager
def lock_project(
    root: Path, command: str, say: Callable[[str], None] = print, wait_s: float = WAIT_S
) -> Iterator[None]:
    """Hold a project while a run changes it; raise MissingError where another holds it too long.

    The lock is the system's own, so a process that dies lets go; what it left is put right first.
    A run may hold it twice.
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
            holder = _name_holder(card)
            if time.monotonic() >= end:
                raise MissingError(f"{holder} Prøv igen, når den er færdig.")
            if not is_told:
                say(f"{holder} Venter på den i højst {wait_s:g} sekunder.")
                is_told = True
            time.sleep(min(0.2, wait_s))
        since = f"{datetime.now():%d-%m-%Y kl. %H.%M}"
        told = f"“{command}” (startet {since}, proces {os.getpid()})"
        card.write_text(told, encoding="utf-8")
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
        return error.errno not in BUSY
    return True


def _name_holder(card: Path) -> str:
    """Return which run holds the project, as far as its card can be read."""
    try:
        told = card.read_text(encoding="utf-8")
    except (OSError, ValueError):
        told = ""
    return f"{told or 'En anden kørsel'} er i gang med projektet."
