"""Parameter sets for a batch: the rows of a CSV file, and every combination of listed values."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from itertools import product
from pathlib import Path

from socok_analysis.core.errors import UsageError

Value = str | int | float | bool
Parameters = tuple[tuple[str, Value], ...]
WORDS: Mapping[str, bool] = {"true": True, "false": False}
NAME = re.compile(r"[A-Za-z_]\w*")


def list_parameters(grid: Path | None, lists: Iterable[str]) -> list[Parameters]:
    """Return the parameter sets: each row of the grid with each combination of the lists.

    A list is `name=value,value`. Raise UsageError for what cannot be understood.
    """
    rows = read_grid(grid) if grid else [()]
    columns = [read_list(text) for text in lists]
    sets = [(*row, *chosen) for row in rows for chosen in product(*columns)]
    for parameters in sets[:1]:
        check_names([name for name, _ in parameters])
    return list(dict.fromkeys(sets))


def read_grid(path: Path) -> list[Parameters]:
    """Return the rows of a CSV file; blank cells leave a parameter at the notebook's default."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        text = "er ikke gemt som UTF-8. Gem den i Excel som “CSV UTF-8 (semikolonsepareret)”."
        raise UsageError(f"{path.name} {text}") from error
    except OSError as error:
        raise UsageError(f"{path} kan ikke læses.") from error
    sign = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=sign)
    rows = list(reader)
    check_names([name.strip() for name in reader.fieldnames or ()])
    if not rows:
        raise UsageError(f"{path.name} har ingen rækker under overskrifterne.")
    return [read_row(path, number, row) for number, row in enumerate(rows, 2)]


def read_row(path: Path, number: int, row: Mapping[str | None, object]) -> Parameters:
    """Return one row's parameters; raise UsageError where it has more cells than headings."""
    if None in row:
        raise UsageError(f"{path.name}, linje {number}: der er flere celler end overskrifter.")
    cells = {str(name).strip(): str(cell or "").strip() for name, cell in row.items()}
    return tuple((name, read_value(cell)) for name, cell in cells.items() if cell)


def read_list(text: str) -> list[tuple[str, Value]]:
    """Return the values of `name=value,value`, each with the name."""
    name, sign, values = text.partition("=")
    if not sign or not values:
        raise UsageError(f"“{text}” skal skrives navn=værdi eller navn=værdi,værdi.")
    return [(name.strip(), read_value(value.strip())) for value in values.split(",")]


def read_value(text: str) -> Value:
    """Return a value as the type it is written as; `00142` and `1,5` stay text."""
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        try:
            value = kind(text)
        except ValueError:
            continue
        if str(value) == text:
            return value
    return text


def check_names(names: Sequence[str]) -> None:
    """Raise UsageError for a name that is none in Python, or is there twice."""
    for name in names:
        if not NAME.fullmatch(name):
            raise UsageError(f"“{name}” kan ikke være navnet på en parameter.")
        if names.count(name) > 1:
            raise UsageError(f"Parameteren {name} er angivet to gange.")


def name_sets(stem: str, sets: Iterable[Parameters]) -> Iterator[str]:
    """Return a file name for each parameter set: the notebook's name and the values."""
    from socok_analysis.core.manifest import hash_text

    taken: set[str] = set()
    for parameters in sets:
        words = [stem, *(str(value) for _, value in parameters)]
        name = "-".join(filter(None, map(slug, words)))[:100]
        if name in taken:
            name = f"{name}-{hash_text(repr(parameters))[:8]}"
        taken.add(name)
        yield name


def slug(text: str) -> str:
    """Return a text as lower-case ASCII letters, digits and hyphens."""
    for letter, instead in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        text = text.lower().replace(letter, instead)
    return re.sub(r"[^a-z0-9_.]+", "-", text).strip("-.")
