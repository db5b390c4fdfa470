"""What many tests share: a project folder of their own, and the command line run in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from socok_analysis.cli import main

ROOT = Path(__file__).parents[1]
if given := os.environ.get("PYTHONPATH"):  # processes of tests begin in other folders
    os.environ["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, given.split(os.pathsep)))


def copy_project(target: Path) -> Path:
    """Copy what a project consists of, generated folders not."""
    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("figures", ".*"))
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh copy of the project with the example exports; its path has a space and letters."""
    return copy_project(tmp_path / "Årets projekt")


@pytest.fixture
def socok(project: Path) -> Callable[..., int]:
    """The command line, run on the fresh project; returns the exit code."""
    return lambda command, *rest: main([command, *map(str, rest), "--project", str(project)])
