"""The report by hand, as it is made without `socok report`.

Every export is read with pandas and openpyxl, every page and each year's brief is run with
papermill's command, one by one. All pages are rendered with one call of pandoc, and each year's
pages and brief as Word and, by Typst, as PDF. Which pages there are, and with which parameters, is
read from a report already made. There is no check, no attack, no Excel, no menu and no search.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pypandoc

TYPESET = "import sys, typst; typst.compile(sys.argv[1], sys.argv[2], root='/')"
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
    pages = dict[Path, list[Path]]()
    for page in sorted([*made.glob("report/*/*.ipynb")]):
        given = [part for key, value in read_parameters(page) for part in ("-p", key, value)]
        home = root / "i hånden" / page.parent.name
        home.mkdir(parents=True, exist_ok=True)
        source = sources[tuple(list_code(page))]
        call([*papermill, "--cwd", home, source, home / page.name, *given])
        pages.setdefault(home, []).append(home / page.name)
    pandoc = [pypandoc.get_pandoc_path(), *READING]
    call(
        [
            *pandoc,
            "--output",
            root / "rapport.html",
            *(page for own in pages.values() for page in own),
        ]
    )
    for home, own in pages.items():
        if not home.name.isdigit():
            continue
        brief = home / "resume.ipynb"
        source = root / "notebooks" / brief.name
        call([*papermill, "--cwd", home, source, brief, "-p", "year", home.name])
        for name, parts in (("rapport", own), ("kort", [brief])):
            call([*pandoc, "--output", home / f"{name}.docx", *parts], home)
            call([*pandoc, "--output", home / f"{name}.typ", *parts], home)
            call([sys.executable, "-c", TYPESET, home / f"{name}.typ", home / f"{name}.pdf"], home)


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
