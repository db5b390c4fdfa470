"""Killed at any rename, or without disk at any write: the last site stands, the next is right."""

import errno
import os
import re
import shutil
import sys

import nbformat
import pytest

from conftest import NIGHT, add_lines, copy_project, hash_folder, report
from socok_analysis.cli import main
from socok_analysis.core.folders import tidy_up, write_manifest
from socok_analysis.run import make, prepare

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
CHANGED = "data/raw/2019/year.toml"
MADE = ("_site", "report", "data/processed")
TABLES = {
    "figures.json": "[]",
    "problems.csv": "severity\n",
    "intake.csv": "kind,rows_kept,rows_quarantined\n",
}
LEFT = re.compile(r"\..+\.(gammel|ny-.*)")


def fake_page(task):
    """Write a page that tells the settings it was made from, as a notebook's run would."""
    run, folder = task
    path, root = folder / f"{run.page}.ipynb", run.notebook.parent.parent
    cell = nbformat.v4.new_markdown_cell(repr((root / CHANGED).read_text("utf-8")), id="x")
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return task


def fake_site(staged, made, _):
    shutil.copytree(staged / "report", made)
    return "embedded"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a project with a site and a change not yet in it; what is slow is only pretended."""
    folder = tmp_path_factory.mktemp("fejl")
    root = copy_project(folder / "projekt")
    for path in (root / "notebooks").glob("*.ipynb"):
        if path.stem not in ("overblik", "job", "forside", "resume"):
            path.unlink()

    def fake_tables(_, number, target, inputs, prepare):
        for name, text in TABLES.items():
            (target / name).write_text(text)
        write_manifest(target, inputs, year=number, rows={})
        return [], True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "make_year", fake_tables)
        patch.setattr(make, "check_texts", lambda *_: None)
        patch.setattr(make, "attack_year", lambda *_: {})
        patch.setattr(make, "write_year_documents", lambda *given: (given[3] / "x.csv").touch())
        patch.setattr(make, "run_notebook", fake_page)
        patch.setattr("multiprocessing.forkserver.ensure_running", lambda: None)
        patch.setattr(make, "publish_site", fake_site)
        assert report(root, "--jobs", "1") == 0
        add_lines(root / CHANGED, "# rettet")
        shutil.copytree(root, folder / "færdig")
        assert report(folder / "færdig", "--jobs", "1") == 0
        yield folder


def look(root):
    return {name: hash_folder(root / name) for name in MADE if (root / name).exists()}


def start(root, said, command, hook=None):
    """Run a command in a process of its own, with a hook of Python's; return its exit code."""
    if not (child := os.fork()):
        with said.open("w", encoding="utf-8") as file:
            sys.stdout = sys.stderr = file
            if hook:
                sys.addaudithook(hook)
            code = main([*command, "--project", str(root), "--jobs", "1"])
            file.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def break_at(root, number, act, wanted):
    """Return a hook that acts at an event of that number and those after it."""
    count = 0

    def hook(event, arguments):
        nonlocal count
        if wanted(event, arguments) and str(root) in str(arguments[0]):
            count += 1
            if count >= number:
                act()

    return hook


def is_rename(event, _):
    return event == "os.rename"


def is_write(event, arguments):
    if event == "open":
        return any(letter in (arguments[1] or "") for letter in "wax+")
    return event == "os.mkdir"


def die():
    os._exit(9)


def refuse():
    raise OSError(errno.ENOSPC, "No space left on device")


REPORT = ("report", "--publisher", "embedded")
FAULTS = [
    ("kill", is_rename, die, 9, "", 8),
    ("full disk", is_write, refuse, 3, "Disken er fuld", 30),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault[0])
def test_whatever_fails_the_last_site_is_whole_and_the_next_run_right(place, tmp_path, fault):
    _, wanted, act, code, words, least = fault
    before, after = look(place / "projekt"), look(place / "færdig")
    assert before["_site"] != after["_site"]
    for number in range(1, 999, 1 if is_rename is wanted or NIGHT else 9):  # at night at each
        root, said = tmp_path / str(number), tmp_path / "sagt"
        shutil.copytree(place / "projekt", root)
        ended = start(root, said, REPORT, break_at(root, number, act, wanted))
        if ended == 0:
            break
        told = said.read_text("utf-8")
        assert ended == code and words in told and "Traceback" not in told, (number, told)
        tidy_up(root)  # as every command does first
        assert look(root)["_site"] in (before["_site"], after["_site"]), number
        assert [path for path in root.rglob(".*") if LEFT.fullmatch(path.name)] == [], number
        assert start(root, said, REPORT) == 0, said.read_text("utf-8")
        assert look(root) == after, number
        shutil.rmtree(root)
    assert number > least
