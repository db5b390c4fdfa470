"""The project's own files hold together: dependencies, lock, environment, ignored folders."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_lock_holds_every_dependency_with_a_version_and_a_hash_and_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = {name.replace("_", "-") for name in re.findall(r"^([a-z0-9_.-]+)==", text, re.M)}
    names = {re.split(r"[<>=!~\[ ]", text)[0] for text in PROJECT["dependencies"]}
    assert {name.lower().replace("_", "-") for name in names} <= locked
    pinned = re.split(r"\n(?=[a-z0-9])", text)
    assert all("==" in entry and "--hash=sha256:" in entry for entry in pinned)
    assert "://" not in text and "--index" not in text and "--find-links" not in text


@pytest.mark.parametrize("file", ["Makefile", "docs/windows.md", "docs/vejledning/README.md"])
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


def test_the_readme_opens_with_a_picture_that_exists_and_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    picture = re.search(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert picture and (ROOT / picture[1]).is_file()
    assert picture.start() < text.index("make report") < text.index("make test")


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
