"""What commands share: the project's folder, and how a run tells of itself."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from socok_analysis.core.errors import UsageError


def warn(text: str) -> None:
    """Write to standard error."""
    print(text, file=sys.stderr)


def find_root(options: argparse.Namespace) -> Path:
    """Return the project's folder."""
    from socok_analysis.core.year import find_project

    if options.project is None:
        return find_project(Path.cwd())
    root: Path = options.project.resolve()
    if not (root / "data" / "raw").is_dir():
        raise UsageError(f"{root} er ikke et projekt: mappen data/raw mangler.")
    return root


def check_jobs(options: argparse.Namespace) -> None:
    """Raise UsageError where fewer than one notebook should run at a time."""
    if options.jobs < 1:
        raise UsageError("--jobs skal være mindst 1.")


def choose_voice(options: argparse.Namespace) -> Callable[[str], None]:
    """Return how progress is told: on standard error, or not at all."""
    return (lambda _: None) if options.quiet else warn


@contextmanager
def speaking(options: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """Yield how progress is told: with a sign of life on a terminal, as plain lines elsewhere."""
    if options.quiet or not sys.stderr.isatty():
        yield choose_voice(options)
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True)
    with console.status("arbejder") as status:

        def say(text: str) -> None:
            console.print(text, markup=False, highlight=False, soft_wrap=True)
            status.update(escape(text.splitlines()[0] if text else ""))

        yield say
