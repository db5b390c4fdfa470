"""Enterprise names: every spelling the register knows leads to one id."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from socok_analysis.core.problems import Problem
from socok_analysis.intake.parsed import Parsed
from socok_analysis.workbook.cells import clean_text, fold

LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


def make_slug(name: str) -> str:
    """Return a name as an id: lower case, æ ae, ø oe, å aa, hyphens between words."""
    text = unicodedata.normalize("NFC", name).lower().translate(LETTERS)
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def make_id(name: str, ids: Mapping[str, str]) -> str:
    """Return an enterprise's id: the one given in `enterprise_ids.csv`, else the name's slug."""
    return ids.get(fold(name)) or make_slug(name)


def split_aliases(text: object) -> list[str]:
    """Return the further spellings in a register's alias cell."""
    return [part for part in map(clean_text, str(text or "").split(";")) if part]


def list_spellings(register: Parsed, ids: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """Yield (row position, spelling, id) for every name that could be read and its aliases."""
    for place, name in enumerate(register.values["name"]):
        for spelling in (name, *split_aliases(register.values["aliases"][place])) if name else ():
            yield place, str(spelling), make_id(str(name), ids)


def read_spellings(
    register: Parsed, ids: Mapping[str, str]
) -> tuple[dict[str, str], list[str], list[Problem]]:
    """Return id by folded spelling, the spellings as written, and spellings of two enterprises."""
    known: dict[str, str] = {}
    shown: list[str] = []
    problems: list[Problem] = []
    for place, spelling, enterprise_id in list_spellings(register, ids):
        shown.append(spelling)
        if known.setdefault(fold(spelling), enterprise_id) != enterprise_id:
            problems.append(report_shared(register, place, spelling))
    return known, shown, problems + check_repeated_names(register, ids)


def report_shared(register: Parsed, place: int, spelling: str) -> Problem:
    """Return the error for a spelling that stands for two enterprises."""
    table = register.table
    return Problem(
        "error",
        "enterprise.shared_name",
        f"“{spelling}” står for to virksomheder.",
        file=table.sheet.file,
        sheet=table.sheet.name,
        cell=table.name_cell(table.data_rows[place], "aliases"),
        column="aliases",
        advice="Lad stavemåden stå ved én virksomhed.",
    )


def check_repeated_names(register: Parsed, ids: Mapping[str, str]) -> list[Problem]:
    """Return an error for each enterprise that stands twice in the register, by its id."""
    table = register.table
    names = [(n, make_id(str(name), ids)) for n, name in enumerate(register.values["name"]) if name]
    return [
        Problem(
            "error",
            "enterprise.repeated",
            "Virksomheden, eller en med samme id, står to gange i registret.",
            file=table.sheet.file,
            sheet=table.sheet.name,
            cell=table.name_cell(table.data_rows[place], "name"),
            column="name",
            advice="Slet den ene række.",
        )
        for place in list_repeated(names)
    ]


def list_repeated(keyed: Iterable[tuple[int, object]]) -> list[int]:
    """Return the positions whose key was seen before; keys that are None never count."""
    seen: set[object] = set()
    repeated = []
    for place, key in keyed:
        if key in seen:
            repeated.append(place)
        elif key is not None:
            seen.add(key)
    return repeated
