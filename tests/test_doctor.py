"""The doctor: what is missing is named, with what follows; what is optional is only noted."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from socok_analysis.cli import main
from socok_analysis.publish.errors import PublishError
from socok_analysis.run import doctor
from socok_analysis.run.doctor import (
    describe_fault,
    examine,
    examine_ignored,
    examine_key,
    examine_packages,
    examine_pandoc,
    examine_quarto,
)


def test_this_machine_has_what_is_needed(project: Path) -> None:
    assert [f.subject for f in examine(project) if f.state == "missing"] == []


def test_a_package_that_is_absent_or_too_old_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert describe_fault("no-such-package", ">=1") == "no-such-package mangler"
    assert describe_fault("packaging", ">=999").endswith("skal være >=999")
    monkeypatch.setattr(doctor, "requires", lambda _: ["no-such-package>=1", "pytest; extra=='x'"])
    (finding,) = examine_packages()
    assert finding.state == "missing" and "no-such-package" in finding.detail
    assert "pytest" not in finding.detail


def test_pandoc_is_needed_and_quarto_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise PublishError("mangler")

    monkeypatch.setattr("socok_analysis.publish.pandoc.find_pandoc", fail)
    monkeypatch.setattr("socok_analysis.publish.quarto.find_quarto", lambda: None)
    assert examine_pandoc().state == "missing" and examine_pandoc().advice
    assert examine_quarto().state == "note" and "indbyggede" in examine_quarto().advice


def test_a_quarto_that_does_not_run_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "quarto"
    program.write_text("not a program", encoding="utf-8")
    monkeypatch.setenv("QUARTO_PATH", str(program))
    assert examine_quarto().state == "missing"


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_a_key_others_can_read_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = project / "key"
    monkeypatch.setenv("SOCOK_KEY_FILE", str(key))
    assert examine_key(project).state == "note"
    key.write_text("x", encoding="utf-8")
    key.chmod(0o644)
    assert examine_key(project).state == "missing"
    key.chmod(0o600)
    assert examine_key(project).state == "ok"


def test_a_key_that_git_would_take_is_told(project: Path) -> None:
    assert examine_ignored(project).state == "ok"
    (project / ".git").mkdir()
    assert ".socok" in examine_ignored(project).advice
    (project / ".gitignore").write_text("/.socok/\n/data/processed/\n/_site/\n", encoding="utf-8")
    assert examine_ignored(project).state == "ok"


def test_the_command_tells_it_all_and_gives_json(
    socok: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert socok("doctor") == 0
    assert "Alt nødvendigt er på plads." in capsys.readouterr().out
    assert socok("doctor", "--format", "json") == 0
    records = json.loads(capsys.readouterr().out)
    assert {"subject", "state", "detail", "advice"} == set(records[0])


def test_the_command_runs_outside_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 0
    assert "Projektets mappe" not in capsys.readouterr().out


def test_something_missing_gives_exit_code_3(
    socok: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_BYTES", 10**18)
    assert socok("doctor") == 3
    assert "Mangler: Plads på disken." in capsys.readouterr().out
