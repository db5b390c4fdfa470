"""Folders move in whole, hold one edition, are known by content, and have one run at a time."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from socok_analysis.core import folders
from socok_analysis.core.folders import is_fresh, lock_project, replace_folder, write_manifest
from socok_analysis.core.problems import MissingError, UsageError, explain_os_error
from socok_analysis.run.build import choose_folder

DEAD = 999_999_999
HOLD = """
import sys, time
from pathlib import Path
from socok_analysis.core.folders import lock_project
with lock_project(Path(sys.argv[1]), "socok report 2019"):
    print("holder", flush=True)
    time.sleep(60)
"""


def fill(folder, text):
    with replace_folder(folder) as fresh:
        (fresh / "index.html").write_text(text)


def test_a_block_that_fails_leaves_the_old_folder_and_a_private_one_is_its_owners(tmp_path):
    target = tmp_path / "site"
    fill(target, "gammel")
    with pytest.raises(KeyboardInterrupt), replace_folder(target) as fresh:
        (fresh / "index.html").write_text("ny")
        raise KeyboardInterrupt
    assert (target / "index.html").read_text() == "gammel"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    (tmp_path / "link").symlink_to(target)
    fill(tmp_path / "link", "ny")
    assert (tmp_path / "link").is_symlink(), "a folder that is a link stays one"
    assert (target / "index.html").read_text() == "ny"
    with replace_folder(target, private=True) as fresh:
        (fresh / "under").mkdir()
        (fresh / "under/jobs.parquet").write_text("x")
    modes = {path.stat().st_mode & 0o077 for path in (target, *target.rglob("*"))}
    assert modes == {0} or os.name != "posix"


def test_what_killed_runs_left_is_put_right_at_the_next_start_whatever_it_is_for(tmp_path):
    fill(tmp_path / "data/processed/2018", "gammel")
    (tmp_path / "data/processed/2018").rename(tmp_path / "data/processed/.2018.gammel")
    fill(tmp_path / "_site", "ny")
    for name in (
        f"data/processed/.2018.ny-{DEAD}-abc",
        f".socok/sider/.job.ny-{DEAD}-abc",
        f"report/.2019.ny-{os.getppid()}-abc",
        f".socok/.arbejde.ny-{os.getpid()}-abc",
        "._site.gammel",
        ".git/.x.gammel",
    ):
        (tmp_path / name).mkdir(parents=True)
    folders.restore(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob(".*")}
    assert left == {".socok", ".git", ".git/.x.gammel", f"report/.2019.ny-{os.getppid()}-abc"}
    assert (tmp_path / "data/processed/2018/index.html").read_text() == "gammel"
    assert (tmp_path / "_site/index.html").read_text() == "ny"


def test_a_result_that_was_changed_is_not_fresh_even_at_the_same_size(tmp_path):
    (tmp_path / "under").mkdir()
    path = tmp_path / "under/a.txt"
    path.write_text("27,5")
    write_manifest(tmp_path, {"x": 1})
    assert is_fresh(tmp_path, {"x": 1}) and not is_fresh(tmp_path, {"x": 2})
    times = path.stat()
    path.write_text("72,5")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert not is_fresh(tmp_path, {"x": 1})
    path.write_text("27,5")
    assert is_fresh(tmp_path, {"x": 1})
    path.unlink()
    assert not is_fresh(tmp_path, {"x": 1})
    (tmp_path / "manifest.json").write_text("{")
    assert not is_fresh(tmp_path, {}), "a broken manifest counts as none"


def test_the_same_code_has_one_fingerprint_however_it_is_installed(tmp_path, monkeypatch):
    wheel = tmp_path / "socok_analysis"
    package = Path(folders.__file__).parents[1]
    shutil.copytree(package, wheel, ignore=shutil.ignore_patterns("__pycache__"))
    (wheel / "template/data").mkdir(parents=True)
    (wheel / "template/index.qmd").write_text("kopi")
    text = (wheel / "core/problems.py").read_bytes()
    (wheel / "core/problems.py").write_bytes(text.replace(b"\n", b"\r\n"))
    own = folders.describe_library()
    monkeypatch.setattr(folders, "__file__", str(wheel / "core/folders.py"))
    assert folders.describe_library.__wrapped__() == own
    (wheel / "core/problems.py").write_bytes(text + b"# andet\n")
    assert folders.describe_library.__wrapped__() != own


def test_the_second_run_says_which_run_holds_the_project_and_then_goes_on(tmp_path):
    command, said = [sys.executable, "-c", HOLD, str(tmp_path)], []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "holder\n"
        waiting = lock_project(tmp_path, "socok tidy 2019", said.append, wait_s=0.3)
        with pytest.raises(MissingError) as error, waiting:
            raise AssertionError("the project is held")
        holder.send_signal(signal.SIGTERM)
    for text in (str(error.value), *said):
        assert "“socok report 2019”" in text and f"proces {holder.pid}" in text
        assert f"startet {time.strftime('%d-%m-%Y')}" in text
    assert len(said) == 1 and error.value.exit_code == 3
    with lock_project(tmp_path, "socok tidy 2019", wait_s=20):
        with lock_project(tmp_path, "its own", wait_s=0):
            pass
        assert (tmp_path / ".socok/i-gang.txt").exists()
    assert not (tmp_path / ".socok/i-gang.txt").exists()


REFUSED = f"""
{errno.ENOSPC} Disken er fuld: der er
{errno.EDQUOT} plads på drevet
{errno.EROFS} skrivebeskyttet. Flyt projektet
{errno.ENAMETOOLONG} Vælg et kortere
{errno.EACCES} åben i et andet program
{errno.EIO} Computeren kunne ikke udføre det
"""


@pytest.mark.parametrize("line", REFUSED.strip().splitlines())
def test_what_the_computer_refuses_is_told_with_the_folder_and_what_to_do(tmp_path, line):
    number, _, said = line.partition(" ")
    building = tmp_path / ".2019.ny-17-abc/courses.parquet"
    text = explain_os_error(OSError(int(number), os.strerror(int(number)), str(building)))
    assert said in text and str(tmp_path) in text
    assert ".ny-17" not in text or int(number) == errno.EIO


@pytest.mark.parametrize("name", ["site", "status-2019-06-30"])
@pytest.mark.parametrize("there", ["public", "internal"])
def test_a_site_or_brief_takes_the_place_of_its_own_edition_or_of_nothing(tmp_path, there, name):
    root, full, empty = tmp_path / "projekt", tmp_path / "fuld", tmp_path / "tom"
    other = {"public": "internal", "internal": "public"}[there]

    def refuse(folder, edition, what, said):
        with pytest.raises(UsageError, match=said):
            choose_folder(root, folder, edition, what)

    empty.mkdir()
    fill(full, "<p>x</p>")
    for taken in (full, full / "index.html", root.parent):  # a file of somebody's too
        refuse(taken, there, name, "ikke tom")
    write_manifest(full, {}, edition=there, holds=name)
    refuse(full, other, name, "må ikke blandes")
    refuse(full, there, "resume-2019", "ikke tom")
    assert choose_folder(root, full, there, name) == full
    assert choose_folder(root, empty, other, name) == empty
    for out in ("_site", "notater/status", "report/2019", "data/raw/2031", "data"):
        refuse(root / out, "internal", name, "må ikke blandes")
