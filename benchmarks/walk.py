"""How many modules one meets from a workbook's cell to a table on a page.

    python benchmarks/walk.py [--edition public] [--cell REGEX] [--functions]

In a fresh process and a copy of the example without anything made before, the cells of
`notebooks/overblik.ipynb` that set the parameters and open the page are run, and then the first
that shows a table with results: the year's exports are read, its figures made, and one table
shown. `sys.setprofile` tells which functions of the library were called on the way; a module that
is only imported, so that the bodies of it and its classes alone run, is not entered.
"""

from __future__ import annotations

import argparse
import inspect
import io
import json
import os
import re
import shutil
import sys
import tempfile
import threading
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).parents[1]
LIBRARY = str(ROOT / "src" / "socok_analysis") + os.sep
sys.path.insert(0, str(ROOT / "src"))
BODIES = ("<module>", "<genexpr>", "<lambda>", "<listcomp>", "<setcomp>", "<dictcomp>")


def choose_cells(pattern: str) -> list[str]:
    """Return the sources that open the overview, and the first that shows a table of rates."""
    cells = json.loads((ROOT / "notebooks/overblik.ipynb").read_text(encoding="utf-8"))["cells"]
    codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    opened = next(n for n, code in enumerate(codes) if "open_page(" in code)
    return [*codes[: opened + 1], next(code for code in codes if re.search(pattern, code))]


def walk(cells: list[str], edition: str) -> set[CodeType]:
    """Run the cells; return the code of every function of the library that was called."""
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code  # bodies of classes and modules are not optimised, functions are
        is_function = event == "call" and code.co_flags & inspect.CO_OPTIMIZED
        if is_function and code.co_filename.startswith(LIBRARY):
            seen.add(code)

    names: dict[str, object] = {"__name__": "__main__"}
    threading.setprofile(note)
    sys.setprofile(note)
    for number, cell in enumerate(cells):
        exec(compile(cell, f"celle {number}", "exec"), names)
        if number == 0:
            names |= {"year": 2019, "edition": edition}
    sys.setprofile(None)
    return seen


def main() -> None:
    """Print the number of modules and functions, and the modules."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--edition", default="public", choices=("public", "internal"))
    parser.add_argument("--cell", default=r"\bpage\.table\(.rates", metavar="REGEX")
    parser.add_argument("--functions", action="store_true", help="name the functions too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for part in ("data/raw", "notebooks"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        os.chdir(folder)
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            seen = walk(choose_cells(options.cell), options.edition)
        os.chdir(ROOT)
    functions = {code for code in seen if code.co_name not in BODIES}
    modules = Counter(code.co_filename.removeprefix(LIBRARY) for code in functions)
    print(f"{len(modules)} modules, {len(functions)} functions")
    for module, count in sorted(modules.items()):
        print(f"{count:5}  {module}")
        if options.functions:
            names = sorted(c.co_qualname for c in functions if c.co_filename == LIBRARY + module)
            print("       " + ", ".join(names))


if __name__ == "__main__":
    main()
