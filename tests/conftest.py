"""What many tests share: a project folder of their own, and the command line run in it."""

import hashlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import openpyxl
import pytest

from socok_analysis.cli import main
from socok_analysis.core.folders import lock_project
from socok_analysis.publish.source import find_quarto
from socok_analysis.run.build import prepare_year

ROOT = Path(__file__).parents[1]
NIGHT = int(os.environ.get("SOCOK_NIGHT", "0"))  # how many more municipalities to invent
if given := os.environ.get("PYTHONPATH"):  # processes of tests begin in other folders
    os.environ["PYTHONPATH"] = os.pathsep.join(map(os.path.abspath, given.split(os.pathsep)))


def copy_project(target):
    for name in ("data/raw", "notebooks"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("figures", ".*"))
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copy2(ROOT / name, target / name)
    return target


KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # Windows has none


def start(command, folder):
    """Start a command that Ctrl-C can interrupt, though this process may not be interrupted."""
    return subprocess.Popen(
        command,
        cwd=folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_until(is_so, seconds=60):
    end = time.monotonic() + seconds
    while not (found := is_so()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


def report(root, *options):
    return main(["report", "--publisher", "embedded", "--project", str(root), *options])


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path.name} har ikke {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def add_lines(path, *lines):
    """Write lines at the end of a text file."""
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text("\n".join([text, *lines, ""]), encoding="utf-8")


def change_cells(path, old, new, most=99):
    """Write another text in the cells of a workbook that hold one."""
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    found = [cell for cell in cells if cell.value == old][:most]
    assert found, f"{path.name} har ikke {old}"
    for cell in found:
        cell.value = new
    book.save(path)


def list_files(folder, pattern="*"):
    found = (path for path in folder.rglob(pattern) if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in found)


def hash_folder(folder):
    files = {name: (folder / name).read_bytes() for name in list_files(folder)}
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def share(tmp_path_factory, name, make):
    """Return a project that is made once for all processes of tests; no test may change it."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    root = shared / name / "Årets projekt"
    with lock_project(root.parent, "prøver", wait_s=600):
        if not root.exists():
            make(fresh := copy_project(root.with_name("under opbygning")))
            fresh.rename(root)
    return root


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """The example with the tables of both its years."""
    return share(tmp_path_factory, "tabeller", prepare)


def prepare(root):
    for year in (2018, 2019):
        prepare_year(root, year)


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The example with its report."""
    return share(tmp_path_factory, "bygget", build)


def build(root):
    assert report(root) == 0


@pytest.fixture(scope="session")
def site(built):
    """The pages of the example's site, by their place in it."""
    pages = (built / "_site").rglob("*.html")
    return {p.relative_to(built / "_site").as_posix(): p.read_text("utf-8") for p in pages}


def copy_made(made, target):
    """Copy a shared project, to change it; another process may be reading it."""
    return shutil.copytree(made, target, ignore=shutil.ignore_patterns("i-gang*"))


@pytest.fixture
def again(built, tmp_path):
    """A copy of the built report."""
    return copy_made(built, tmp_path / "projekt")


@pytest.fixture(scope="session")
def quarto_site(built, tmp_path_factory):
    if find_quarto() is None:
        pytest.skip("no quarto program on this machine")
    root = copy_made(built, tmp_path_factory.mktemp("quarto") / "projekt")
    assert report(root, "--publisher", "quarto", "--out", str(root.parent / "quarto-site")) == 0
    return root.parent / "quarto-site"


@pytest.fixture(autouse=True)
def _no_project_is_named(monkeypatch):
    monkeypatch.setenv("SOCOK_PROJECT", "")  # a batch in this process may have named its own


@pytest.fixture
def project(prepared, tmp_path):
    """A copy of the example with its tables, which a change of their sources makes anew."""
    return copy_made(prepared, tmp_path / "Årets projekt")


@pytest.fixture
def socok(project):
    return lambda command, *rest: main([command, *map(str, rest), "--project", str(project)])
