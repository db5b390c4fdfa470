"""What Quarto runs before it renders: makes the report's pages from the exports.

Quarto starts this with whatever Python it finds. Where that one lacks `socok_analysis`, the
project's own environment (`.venv`) takes over.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

_GUARD = "SOCOK_PRERENDER"
_PYTHONS = ("bin/python", "Scripts/python.exe")
_MISSING = (
    "Pakken socok_analysis mangler. Kør `make report` én gang (den laver mappen .venv), "
    "eller installér projektet i den Python, Quarto bruger (QUARTO_PYTHON)."
)


def main() -> int:
    """Prepare the pages here, or in the project's environment; return the exit code."""
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != Path(__file__).parent]
    project = Path(os.environ.get("QUARTO_PROJECT_DIR") or Path.cwd())
    if find_spec("socok_analysis"):
        return _prepare(project)
    return _run_elsewhere(project)


def _prepare(project: Path) -> int:
    code: int = importlib.import_module("socok_analysis.cli").main(
        ["report", "--no-site", "--project", str(project)]
    )
    if code == 0:
        importlib.import_module("socok_analysis.publish").index_pages(project)
    return code


def _run_elsewhere(project: Path) -> int:
    python = _find_python(project)
    if python is None or os.environ.get(_GUARD):
        print(_MISSING, file=sys.stderr)
        return 1
    command = [str(python), str(Path(__file__).resolve())]
    return subprocess.run(command, cwd=project, env={**os.environ, _GUARD: "1"}).returncode


def _find_python(project: Path) -> Path | None:
    paths = (project / ".venv" / name for name in _PYTHONS)
    return next((path for path in paths if path.is_file()), None)


if __name__ == "__main__":
    sys.exit(main())
