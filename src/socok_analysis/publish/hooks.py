"""What Quarto runs before and after it renders: makes the pages, and finishes the site.

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

GUARD = "SOCOK_PRERENDER"
AFTER, OUTPUT = "QUARTO_PROJECT_OUTPUT_FILES", "QUARTO_PROJECT_OUTPUT_DIR"
PYTHONS = ("bin/python", "Scripts/python.exe")
MISSING = (
    "Pakken socok_analysis mangler. Kør `make report` én gang (den laver mappen .venv), "
    "eller installér projektet i den Python, Quarto bruger (QUARTO_PYTHON)."
)


def main() -> int:
    """Do what there is to do, here or in the project's environment; return the exit code."""
    here = Path(__file__).resolve()
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != here.parent]
    project = Path(os.environ.get("QUARTO_PROJECT_DIR") or Path.cwd())
    if find_spec("socok_analysis"):
        site = importlib.import_module("socok_analysis.publish.site")
        try:
            if AFTER in os.environ:
                site.finish_site(project, Path(os.environ.get(OUTPUT) or project / "_site"))
                return 0
            cli = importlib.import_module("socok_analysis.cli")
            code: int = cli.main(["report", "--no-site", "--project", str(project)])
            if code == 0:
                site.refuse_strays(project)
        except site.PublishError as error:
            print(error, file=sys.stderr)
            return 3
        return code
    pythons = [path for name in PYTHONS if (path := project / ".venv" / name).is_file()]
    if not pythons or os.environ.get(GUARD):
        print(MISSING, file=sys.stderr)
        return 1
    command = [str(pythons[0]), str(here)]
    return subprocess.run(command, cwd=project, env={**os.environ, GUARD: "1"}).returncode


if __name__ == "__main__":
    sys.exit(main())
