"""The shell's completion: commands, options, years and figures."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from socok_analysis.cli import main
from socok_analysis.cli.completion import SHELLS, complete_figures, complete_years


def ask(line: str, folder: Path) -> list[str]:
    """Return what may stand next, as a shell asks it."""
    out = folder / "answer"
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": line, "COMP_POINT": str(len(line)),
             "_ARGCOMPLETE_STDOUT_FILENAME": str(out), "_ARGCOMPLETE_IFS": "\n"}  # fmt: skip
    code = "import sys; from socok_analysis.cli import main; sys.exit(main())"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, **asked}, cwd=folder)
    return [word.strip() for word in out.read_text(encoding="utf-8").split("\n")]


def test_commands_options_and_years_are_completed(project: Path) -> None:
    assert set(ask("socok fig", project)) == {"figures"}
    assert "--edition" in ask("socok report --ed", project)
    assert {"2018", "2019"} <= set(ask("socok tidy ", project))


def test_figures_are_those_of_the_newest_year(
    project: Path, socok: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert complete_years() == ["2018", "2019"] and complete_figures() == []
    assert socok("tidy", 2018) == 0
    assert "jobs.total" in complete_figures()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_is_told_what_to_run(
    capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    assert main(["completion", shell]) == 0
    assert "socok" in capsys.readouterr().out
