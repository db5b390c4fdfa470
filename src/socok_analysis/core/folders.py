"""Generated folders are built beside their place and moved into it whole.

A build that fails or is interrupted leaves what stood before.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def replace_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder that takes the target's place when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    restore_old(target)
    remove_stale(target)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.ny-{os.getpid()}-", dir=target.parent))
    fresh.chmod(0o755)
    try:
        yield fresh
        swap_folders(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def swap_folders(fresh: Path, target: Path) -> None:
    """Put the fresh folder in the target's place and remove the old one."""
    old = old_place(target)
    if target.exists():
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        restore_old(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def old_place(target: Path) -> Path:
    """Return where the old folder stands while the new one moves in."""
    return target.with_name(f".{target.name}.gammel")


def restore_old(target: Path) -> None:
    """Put the old folder back where a run was interrupted between the two moves."""
    old = old_place(target)
    if old.exists() and not target.exists():
        old.rename(target)


def remove_stale(target: Path) -> None:
    """Remove what runs left behind that were killed: their process is gone."""
    import psutil

    for left in target.parent.glob(f".{target.name}.ny-*-*"):
        maker = left.name.split(".ny-")[1].split("-")[0]
        if not (maker.isdigit() and psutil.pid_exists(int(maker))):
            shutil.rmtree(left, ignore_errors=True)
