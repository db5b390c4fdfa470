"""Many notebooks: the batch against papermill's command one by one, and against their own work."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from rows import add_up
from timing import Measured, measure

JOBS = 2
CELLS = (
    "number = 0",
    "import numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt",
    "rng = np.random.default_rng(number)\n"
    "table = pd.DataFrame({'month': rng.integers(1, 13, 500), 'hours': rng.normal(20, 5, 500)})\n"
    "table.groupby('month')['hours'].describe()",
    "def save(kind):\n"
    "    fig, axes = plt.subplots(figsize=(6, 4))\n"
    "    table.groupby('month')['hours'].mean().plot(kind=kind, ax=axes)\n"
    "    fig.savefig(f'{number}-{kind}.png', dpi=110)\n"
    "    plt.close(fig)",
    "save('bar')",
    "save('line')",
    "save('barh')",
    "print(number)",
)


def make_notebook(folder: Path) -> Path:
    """Write the notebook that is run: a table and three charts."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[0].metadata["tags"] = ["parameters"]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "charts.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec}), path)
    return path


def run_papermill(notebook: Path, numbers: range) -> Measured:
    """Run papermill's command once for each number, one by one."""
    one = [sys.executable, "-m", "papermill", "--no-progress-bar", notebook]
    taken = [
        measure([*one, f"ud-{number}.ipynb", "-p", "number", str(number)], notebook.parent)
        for number in numbers
    ]
    return add_up(taken)


def run_engine_once(notebook: Path) -> Measured:
    """Run papermill's command once with our engine."""
    command = [sys.executable, "-m", "papermill", "--engine", "socok-fork", "--no-progress-bar"]
    return measure([*command, notebook, "ud-x.ipynb"], notebook.parent)


def run_batch(notebook: Path, count: int, engine: str = "fork") -> Measured:
    """Run `socok batch` on a grid of parameter sets, everything anew."""
    grid = notebook.with_name(f"grid-{count}.csv")
    grid.write_text("number\n" + "\n".join(map(str, range(count))) + "\n")
    command = [sys.executable, "-m", "socok_analysis", "batch", notebook, "--params", grid]
    options = ["--out", f"ud-{count}", "--jobs", str(JOBS), "--force", "--quiet"]
    return measure([*command, *options], notebook.parent, {**os.environ, "SOCOK_ENGINE": engine})


def run_bare(notebook: Path, count: int) -> Measured:
    """Do the notebooks' own work and nothing else."""
    script = Path(__file__).with_name("bare.py")
    command = [sys.executable, script, notebook, str(count), str(JOBS)]
    return measure(command, notebook.parent, {**os.environ, "MPLBACKEND": "agg"})
