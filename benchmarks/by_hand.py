"""The report by hand, as it is made without `socok report`.

Every export is read with pandas and openpyxl, every page is run with papermill's command, one by
one, and all of them are rendered with one call of pandoc. Which pages there are, and with which
parameters, is read from a report already made.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pypandoc

READ = "import pandas, sys\nfor path in sys.argv[1:]: pandas.read_excel(path, sheet_name=None)"
READING = ("--standalone", "--from", "ipynb", "--file-scope")
Call = Callable[..., object]


def make_by_hand(root: Path, made: Path, call: Call, commands: Sequence[Sequence[str]]) -> None:
    """Make in `root` the pages that `made` has."""
    socok, papermill = commands
    call([sys.executable, "-c", READ, *sorted(root.glob("data/raw/*/*.xlsx"))])
    for folder in sorted(root.glob("data/raw/[0-9]*")):
        call([*socok, "tidy", folder.name, "--project", root, "--quiet"])
    sources = {tuple(list_code(path)): path for path in root.glob("notebooks/*.ipynb")}
    pages = []
    for page in sorted(made.glob("report/[0-9]*/*.ipynb")):
        target = root / "i hånden" / page.parent.name / page.name
        target.parent.mkdir(parents=True, exist_ok=True)
        given = [part for key, value in read_parameters(page) for part in ("-p", key, value)]
        source = sources[tuple(list_code(page))]
        call([*papermill, "--cwd", target.parent, source, target, *given])
        pages.append(target)
    call([pypandoc.get_pandoc_path(), *READING, "--output", root / "rapport.html", *pages])


def list_code(notebook: Path) -> list[str]:
    """Return a notebook's own code, without the parameters papermill has put in."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    own = [cell for cell in cells if "injected-parameters" not in cell["metadata"].get("tags", ())]
    return ["".join(cell["source"]) for cell in own if cell["cell_type"] == "code"]


def read_parameters(notebook: Path) -> list[tuple[str, str]]:
    """Return the parameters a page was run with."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    given = [c for c in cells if "injected-parameters" in c["metadata"].get("tags", ())]
    body = ast.parse("".join(given[0]["source"])).body if given else []
    return [
        (each.targets[0].id, str(ast.literal_eval(each.value)))
        for each in body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    ]
