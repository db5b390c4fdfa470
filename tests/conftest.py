"""What many tests share: a project folder of their own, and the command line run in it."""

import os
import shutil
from pathlib import Path

import pytest

from socok_analysis.cli import main

ROOT = Path(__file__).parents[1]
if given := os.environ.get("PYTHONPATH"):  # processes of tests begin in other folders
    os.environ["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, given.split(os.pathsep)))


def copy_project(target):
    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("figures", ".*"))
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / name, target / name)
    return target


@pytest.fixture
def project(tmp_path):
    return copy_project(tmp_path / "Årets projekt")


@pytest.fixture
def socok(project):
    return lambda command, *rest: main([command, *map(str, rest), "--project", str(project)])
