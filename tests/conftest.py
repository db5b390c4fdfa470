"""What many tests share: a project folder of their own, and the command line run in it."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from socok_analysis.cli import main
from socok_analysis.publish.quarto import find_quarto

ROOT = Path(__file__).parents[1]
if given := os.environ.get("PYTHONPATH"):  # processes of tests begin in other folders
    os.environ["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, given.split(os.pathsep)))


def copy_project(target):
    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("figures", ".*"))
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / name, target / name)
    return target


def report(root, *options):
    """Run `socok report` on a project with the embedded publisher; return the exit code."""
    return main(["report", "--publisher", "embedded", "--project", str(root), *options])


def hash_folder(folder):
    """Return the hash of every file below a folder by its path."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return dict(zip([path.relative_to(folder).as_posix() for path in files], hashes, strict=True))


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The example project with both years' report, made once for all; change only a copy of it."""
    root = copy_project(tmp_path_factory.mktemp("bygget") / "Årets projekt")
    assert report(root) == 0
    return root


@pytest.fixture(scope="session")
def quarto_site(built, tmp_path_factory):
    """The site of the same report as Quarto makes it."""
    if find_quarto() is None:
        pytest.skip("no quarto program on this machine")
    root = shutil.copytree(built, tmp_path_factory.mktemp("quarto") / "projekt")
    assert report(root, "--publisher", "quarto", "--out", str(root.parent / "quarto-site")) == 0
    return root.parent / "quarto-site"


@pytest.fixture
def project(tmp_path):
    """A fresh copy of the project; its path has a space and letters."""
    return copy_project(tmp_path / "Årets projekt")


@pytest.fixture
def socok(project):
    return lambda command, *rest: main([command, *map(str, rest), "--project", str(project)])
