"""What the benchmarks run on: a notebook with charts, a grid of parameters, a large year."""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = (str(ROOT / "tests"), str(ROOT / "tests/defects"))  # the tests' helpers
sys.path[:0] = [*FOLDERS, str(ROOT / "src")]
ROWS = {"courses": 2000, "jobs": 2000, "attendance": 2000, "grants": 200, "meetings": 50}
FEWER = {"agreements": 10, "enterprises": 40, "waiting_list": 500, "progression": 500}
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
    """Write a notebook with a table and three charts."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    cells[0].metadata["tags"] = ["parameters"]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    path = folder / "charts.ipynb"
    path.write_text(json.dumps(book), encoding="utf-8")
    return path


def make_grid(folder: Path, count: int) -> Path:
    """Write a grid of so many parameter sets."""
    path = folder / "grid.csv"
    path.write_text("number\n" + "\n".join(map(str, range(count))) + "\n", encoding="utf-8")
    return path


def write_year(root: Path) -> Path:
    """Write a project with ten exports of up to 2,000 rows, and return its folder."""
    from catalogue import make_rows

    from workbooks import cpr, make_project

    tables = {
        kind: [vary(make_rows(n % 20 + 1)[kind], n, cpr(n)) for n in range(1, count + 1)]
        for kind, count in (ROWS | FEWER).items()
    }
    facts = [{"Emne": "Sumak", "Oplysning": f"Tal {n}", "Værdi": n} for n in range(100)]
    return make_project(root, **tables, facts=facts)


def vary(row: dict[str, object], number: int, person: str) -> dict[str, object]:
    """Return a row with a number, a name and a person of its own."""
    own = {"Løbenr.": f"{number:05d}", "CPR-nr.": person, "Aftale-id": f"A-{number}"}
    if "Navn" in row and "Tæller i mål (J/N)" in row:
        own["Navn"] = {1: "VeteranHaven", 2: "Sumak"}.get(number, f"Sted {number}")
    if "Skrevet op" in row:
        own["Aftale-id"] = "A-1"
    return row | {heading: value for heading, value in own.items() if heading in row}
