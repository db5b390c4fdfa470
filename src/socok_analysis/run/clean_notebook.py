"""A git filter: notebooks are stored without outputs, whatever was run in them.

    git config filter.clean-notebook.clean "python -m socok_analysis.run.clean_notebook"

`.gitattributes` says which notebooks it is for. Outputs can hold tables of persons; a notebook
that is clean already comes out byte for byte as it went in.
"""

from __future__ import annotations

import json
import sys
from typing import Any

LEFT_BY_JUPYTER = ("collapsed", "execution", "ExecuteTime", "papermill")


def clean_notebook(text: str) -> str:
    """Return a notebook's text without outputs, counts and the traces of runs."""
    notebook: dict[str, Any] = json.loads(text)
    for cell in notebook.get("cells", ()):
        clean_cell(cell)
    metadata = notebook.get("metadata", {})
    metadata.pop("papermill", None)
    metadata.pop("widgets", None)
    if "language_info" in metadata:
        metadata["language_info"] = {"name": metadata["language_info"].get("name", "python")}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def clean_cell(cell: dict[str, Any]) -> None:
    """Remove from a cell what running it left there."""
    if cell.get("cell_type") == "code":
        cell["outputs"], cell["execution_count"] = [], None
    for name in LEFT_BY_JUPYTER:
        cell.get("metadata", {}).pop(name, None)


def main() -> int:
    """Clean standard input to standard output; what is no notebook passes as it is."""
    given = sys.stdin.buffer.read()
    try:
        text = clean_notebook(given.decode("utf-8")).encode("utf-8")
    except (ValueError, AttributeError):
        text = given
    sys.stdout.buffer.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
