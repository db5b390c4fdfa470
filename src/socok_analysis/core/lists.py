"""What the package declares as data: the CSV files beside its modules, edited instead of code."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def read_declaration(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a CSV file by its path inside the package, such as `checks/checks.csv`."""
    text = files("socok_analysis").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
