"""What is wrong with a project's pages, before anything is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from socok_analysis.core.problems import Problem
from socok_analysis.run.notebooks import list_notebooks, read_notebook
from socok_analysis.show.notebook import NotebookPage

LIBRARY, LONGEST = "socok_analysis", 40
SHOWING = ("page", "show_counts", "show_bars")
WRITING = ("page.text", "page.title")  # with a number computed in the call
SHOW = "Vis optællinger med show_counts og søjler med show_bars."
OTHER_VERSION = "Notebooken er til en anden udgave. Nye er i et nyt projekt; ellers slet den."


def find_page_faults(root: Path) -> Iterator[Problem]:
    """Yield what will stop the pages of the notebooks, and cells that may show what no page can."""
    made = dict[str, str]()
    for path, purpose in list_notebooks(root).items():
        place, page = f"notebooks/{path.name}", str(purpose.get("page", ""))
        if page and made.setdefault(page, place) != place:
            text = f"Siden {page} laves også af {made[page]}."
            yield Problem("error", "page.name", text, place, advice="Giv hver side sit eget navn.")
        for number, cell in enumerate(read_notebook(path).get("cells", ()), 1):
            is_code, where = cell["cell_type"] == "code", f"celle {number}"
            if is_code and (problem := _judge_cell("".join(cell["source"]))):
                yield replace(problem, file=place, cell=where)
                if problem.severity == "error":
                    break


def _judge_cell(source: str) -> Problem | None:
    """Return that a cell is for another version of the library, or may show what no page can."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        text = f"Cellen kan ikke læses som Python: linje {error.lineno}."
        return Problem("warning", "page.output", text)
    last, shown = tree.body[-1] if tree.body else None, list[ast.AST]()
    if isinstance(last, ast.Expr) and not source.rstrip().endswith(";"):
        name = re.split(r"\W", ast.unparse(last), maxsplit=1)[0]
        shown = [] if isinstance(last.value, ast.Call) and name in SHOWING else [last]
    known = {*dir(NotebookPage), *NotebookPage.__dataclass_fields__}
    for node in ast.walk(tree):
        is_known = True
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            is_fixed = all(isinstance(each, ast.Constant) for each in node.args)
            if name in ("print", "display", "plt.show") or (name in WRITING and not is_fixed):
                shown.append(node)
        elif isinstance(node, ast.Attribute):
            is_known = ast.unparse(node.value) != "page" or node.attr in known
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith(LIBRARY):
            try:
                exec(ast.unparse(node), {})  # nothing but this library
            except ImportError:
                is_known = False
        if not is_known:
            told = f"Programmet har ikke “{ast.unparse(node)}”."
            return Problem("error", "page.version", told, advice=OTHER_VERSION)
    text = f"Cellen viser måske “{ast.unparse(shown[0])[:LONGEST]}”." if shown else ""
    return Problem("warning", "page.output", text, advice=SHOW) if shown else None
