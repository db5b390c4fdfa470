"""The notebooks' own work: their cells, and nothing else, in processes forked after the imports.

python bare.py NOTEBOOK COUNT JOBS
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def main(notebook: str, count: str, jobs: str) -> None:
    """Execute a notebook's code `count` times, `jobs` processes at a time."""
    cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
    codes = [
        compile("".join(cell["source"]), f"celle {number}", "exec")
        for number, cell in enumerate(cells)
        if cell["cell_type"] == "code"
    ]
    for name in ("numpy", "pandas", "matplotlib.pyplot"):
        __import__(name)
    for number in range(int(count)):
        if number >= int(jobs):
            check(os.wait()[1])
        start(codes, number)
    for _ in range(min(int(jobs), int(count))):
        check(os.wait()[1])


def start(codes: list[object], number: int) -> None:
    """Execute the cells in a fork."""
    if os.fork():
        return
    names: dict[str, object] = {"__name__": "__main__"}
    for place, code in enumerate(codes):
        exec(code, names)  # type: ignore[call-overload]
        if place == 0:
            names["number"] = number
    os._exit(0)


def check(status: int) -> None:
    """Stop where a fork failed."""
    if status:
        sys.exit("a notebook failed")


if __name__ == "__main__":
    main(*sys.argv[1:])
