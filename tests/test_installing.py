"""Installing: lock, environment and wheel have all that is needed; documents lead somewhere."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from conftest import ROOT, list_files

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


def list_own(folder):
    return {name for name in list_files(folder) if "__pycache__" not in name}


def test_a_wheel_has_every_file_of_the_package(installed):
    found = list_own(installed / "socok_analysis")
    wanted = {name for name in found if not name.startswith("template/")}
    assert list_own(ROOT / "src/socok_analysis") == wanted
    (entries,) = installed.glob("*.dist-info/entry_points.txt")
    assert "socok = socok_analysis.cli:run" in entries.read_text(encoding="utf-8")


TEMPLATE = """_quarto.yml index.qmd .gitignore notebooks/overblik.ipynb data/raw/maps/courses.csv
data/raw/maps/codes/exit_reasons.csv"""


def test_a_wheel_makes_another_municipalitys_project(installed, tmp_path, project):
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
            is_paths_own &= ast.unparse(node.func.value) != "parsers"  # of intake: a value's text
            assert not is_paths_own or "encoding" in given, f"{path}:{node.lineno}"


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_lock_holds_every_dependency_with_a_version_and_a_hash_and_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.replace("_", "-") for name in re.findall(r"^([a-z0-9_.-]+)==", text, re.M)}
    names = {re.split(r"[<>=!~\[ ]", text)[0] for text in PROJECT["dependencies"]}
    assert {name.lower().replace("_", "-") for name in names} <= locked
    pinned = re.split(r"\n(?=[a-z0-9])", text)
    assert all("==" in entry and "--hash=sha256:" in entry for entry in pinned)
    assert "://" not in text and "--index" not in text and "--find-links" not in text


@pytest.mark.parametrize("file", ["Makefile", "docs/windows.md", "rapport.cmd", "rapport.command"])
def test_what_is_installed_is_what_the_lock_says_and_nothing_is_looked_up(file):
    """An older pip looks `coverage[toml]` up anew, and fails the day a newer coverage is out."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    variable = re.search(r"^INSTALL := (.*)$", text, re.MULTILINE)
    lines = text.replace("$(INSTALL)", variable[1] if variable else "").splitlines()
    installs = [line for line in lines if "pip install" in line and "requirements.lock" in line]
    assert installs
    assert all("--no-deps" in line and "--require-hashes" in line for line in installs)


def test_the_conda_environment_is_quarto_and_every_dependency_with_its_bounds():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    *packages, pip = environment["dependencies"]
    assert {"python >=3.11", "quarto"} <= set(packages)
    named = {text.replace(" ", "") for text in [*packages, *pip["pip"]]}
    bounds = {text.replace("matplotlib-base", "matplotlib") for text in named if ">" in text}
    assert bounds - {"python>=3.11"} == set(PROJECT["dependencies"])


def test_every_relative_link_of_a_document_leads_somewhere():
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "data/raw/README.md"]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert Path(os.path.normpath(path.parent / link)).exists(), f"{path}: {link}"


GENERATED = """_site/index.html report/2019/job.ipynb data/processed/2019/jobs.parquet
.socok/person.key _site-intern/index.html report-intern/2019/job.ipynb"""


@pytest.mark.parametrize("generated", GENERATED.split())
def test_what_is_generated_is_ignored_by_git(generated):
    git = shutil.which("git") or pytest.skip("no git on this machine")
    done = subprocess.run([git, "check-ignore", "--quiet", "--no-index", generated], cwd=ROOT)
    assert done.returncode == 0 or (done.returncode == 128 and pytest.skip("not a git checkout"))
