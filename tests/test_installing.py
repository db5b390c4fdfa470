"""Installing: a wheel has all it needs, and nothing on the common way is POSIX only."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT

WITHOUT_POSIX = """
import os, pkgutil, signal, subprocess, sys
import psutil, zmq, numpy, asyncio, multiprocessing, IPython, jupyter_client, tornado.ioloop
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "killpg", "getuid", "WNOHANG"):
    delattr(os, name)
del signal.SIGKILL
import importlib
import socok_analysis
for module in pkgutil.walk_packages(socok_analysis.__path__, "socok_analysis."):
    if ".forks" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from socok_analysis.cli import main
raise SystemExit(main(["figures", "2018", "--project", sys.argv[1]]))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing but the package, as its wheel installs it; the path has a space."""
    built, target = tmp_path_factory.mktemp("hjul"), tmp_path_factory.mktemp("æ ø å")
    build = ["hatchling", "build", "--target", "wheel", "--directory", str(built)]
    subprocess.run([sys.executable, "-m", *build], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run_installed(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the wheel's command outside the checkout, the checkout's own package out of reach."""
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); "
        "import socok_analysis; assert socok_analysis.__file__.startswith(sys.path[0]); "
        "from socok_analysis.cli import main; raise SystemExit(main(sys.argv[1:]))"
    )
    environment = {**os.environ, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=installed,
        text=True,
        encoding="utf-8",
        capture_output=True,
        env=environment,
    )


def test_a_wheel_has_every_file_of_the_package(installed):
    source = ROOT / "src" / "socok_analysis"
    wanted = {
        p.relative_to(source).as_posix()
        for p in source.rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    folder = installed / "socok_analysis"
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert wanted == {name for name in found if not name.startswith("template/")}
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    assert "socok = socok_analysis.cli:run" in entries.read_text(encoding="utf-8")


def test_a_wheel_makes_another_municipalitys_project(installed, tmp_path):
    target = tmp_path / "Havnekøbings år"
    done = run_installed(installed, "new", "--municipality", "Havnekøbing", "--out", str(target))
    assert done.returncode == 0, done.stderr
    for name in (
        "_quarto.yml",
        "index.qmd",
        ".gitignore",
        "notebooks/maal.ipynb",
        "data/raw/maps/courses.csv",
        "data/raw/maps/codes/exit_reasons.csv",
    ):
        assert (target / name).is_file()


def test_a_wheels_command_makes_a_years_figures_outside_the_checkout(installed, project):
    done = run_installed(installed, "figures", "2018", "--project", str(project))
    assert done.returncode == 0, done.stderr
    assert "jobs.total" in done.stdout


def test_nothing_on_the_common_way_needs_what_windows_lacks(project):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, str(project)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", "SOCOK_ENGINE": "papermill"},
    )
    assert done.returncode == 0, done.stderr
    assert "jobs.total" in done.stdout


def test_text_files_are_never_opened_in_the_machines_own_encoding():
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            given = {keyword.arg for keyword in node.keywords}
            least = {"read_text": 0, "write_text": 1}.get(node.func.attr)
            if least is not None and len(node.args) <= least:  # a path's own, no function of ours
                assert "encoding" in given, f"{path}:{node.lineno}"
