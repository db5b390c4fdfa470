"""What Quarto runs before and after, started by a Python that does not know the library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "src/socok_analysis/publish/hooks.py"


def run(project):
    hidden = {"PYTHONPATH", "SOCOK_PRERENDER", "VIRTUAL_ENV"}
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    env |= {"QUARTO_PROJECT_DIR": str(project), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-S", str(SCRIPT)]
    return subprocess.run(command, cwd=project, env=env, capture_output=True, encoding="utf-8")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in environment is a shell script")
def test_without_library_it_says_what_to_do_until_the_projects_environment_takes_over(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 1 and "make report" in done.stderr and "Traceback" not in done.stderr
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/asked\nexit 7\n')
    python.chmod(0o755)
    assert run(tmp_path).returncode == 7
    assert (tmp_path / "asked").read_text().strip().endswith("hooks.py")
