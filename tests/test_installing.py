"""Installing: a wheel has all it needs, and nothing on the common way is POSIX only."""

import ast
import os
import re
import subprocess
import sys
import zipfile

import pytest

from conftest import ROOT

WITHOUT_POSIX = """
import os, pkgutil, signal, subprocess, sys
import psutil, zmq, numpy, asyncio, multiprocessing, IPython, ipykernel.ipkernel, tornado.ioloop
import socok_analysis.core.folders  # chooses its lock by the system
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None
for name in ("fork", "forkpty", "killpg", "getuid", "WNOHANG"):
    delattr(os, name)
del signal.SIGKILL
import importlib
for module in pkgutil.walk_packages(socok_analysis.__path__, "socok_analysis."):
    if not module.name.endswith(("__main__", "run.forked")):  # the latter is of the fork's side
        importlib.import_module(module.name)
from socok_analysis.cli import main
raise SystemExit(main(["figures", "2018", "--project", sys.argv[1]]))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    built, target = tmp_path_factory.mktemp("hjul"), tmp_path_factory.mktemp("æ ø å")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run([*command, str(built)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run_python(code, *arguments, **more):
    """Run some Python in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONUTF8": "1", "SOCOK_ENGINE": "papermill"},
        **more,
    )


def run_installed(installed, *arguments):
    """Run the wheel's command outside the checkout, the checkout's own package out of reach."""
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r}); "
        "import socok_analysis; assert socok_analysis.__file__.startswith(sys.path[0]); "
        "from socok_analysis.cli import main; raise SystemExit(main(sys.argv[1:]))"
    )
    done = run_python(code, *arguments, cwd=installed)
    assert done.returncode == 0, done.stderr
    return done.stdout


def list_files(folder):
    found = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts}


def test_a_wheel_has_every_file_of_the_package(installed):
    found = list_files(installed / "socok_analysis")
    wanted = {name for name in found if not name.startswith("template/")}
    assert list_files(ROOT / "src/socok_analysis") == wanted
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    assert "socok = socok_analysis.cli:run" in entries.read_text(encoding="utf-8")


TEMPLATE = """_quarto.yml index.qmd .gitignore notebooks/overblik.ipynb data/raw/maps/courses.csv
data/raw/maps/codes/exit_reasons.csv"""


def test_a_wheel_makes_another_municipalitys_project_and_figures_outside_the_checkout(
    installed, tmp_path, project
):
    target = tmp_path / "Havnekøbings år"
    run_installed(installed, "new", "--municipality", "Havnekøbing", "--out", target)
    quartos = re.findall(r"src/\S+", (target / "_quarto.yml").read_text(encoding="utf-8"))
    names = [*TEMPLATE.split(), *quartos]
    assert quartos and [name for name in names if not (target / name).is_file()] == []
    assert "jobs.total" in run_installed(installed, "figures", "2018", "--project", project)


def test_nothing_on_the_common_way_needs_what_windows_lacks(project):
    done = run_python(WITHOUT_POSIX, project)
    assert done.returncode == 0, done.stderr
    assert "jobs.total" in done.stdout


def test_text_files_are_never_opened_in_the_machines_own_encoding():
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            least = {"read_text": 0, "write_text": 1}.get(node.func.attr)
            given = {keyword.arg for keyword in node.keywords}
            is_paths_own = least is not None and len(node.args) <= least
            assert not is_paths_own or "encoding" in given, f"{path}:{node.lineno}"
