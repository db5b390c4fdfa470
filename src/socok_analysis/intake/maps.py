"""Header maps and code lists: how this jobcentre's exports look. Data, edited by analysts.

A header map is a CSV for each kind of export: a row for each year from which it holds, a column
for each tidy column, in the cell the heading of that year, `|` between accepted spellings, blank
where it is not exported. `ignored` and `personal` hold headings that are known and not wanted.
A code list is a CSV of `label,code,valid_from,valid_to` and what else the list needs; both dates
are inclusive. The first label of a code is the one shown.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socok_analysis.errors import DataError
from socok_analysis.intake.cells import clean_text, fold
from socok_analysis.problems import Problem
from socok_analysis.suggest import did_you_mean
from socok_analysis.tables import read_columns
from socok_analysis.year import maps_dir

EXTRA = ("ignored", "personal")
LIST_COLUMNS = ("label", "code", "valid_from", "valid_to")


@dataclass(frozen=True)
class HeaderMap:
    """One kind's headings for one year: folded heading to tidy column, and those not wanted."""

    kind: str
    headings: Mapping[str, str]
    shown: Mapping[str, str]
    ignored: frozenset[str]
    personal: frozenset[str]

    @property
    def known(self) -> frozenset[str]:
        """Every heading that is known, folded."""
        return frozenset(self.headings) | self.ignored | self.personal


@dataclass(frozen=True)
class Code:
    """One label of a code list, with the days it is valid and the list's further columns."""

    label: str
    code: str
    valid_from: date
    valid_to: date
    extra: Mapping[str, str]

    def is_valid(self, day: date | None) -> bool:
        """Tell whether the label may be used on a day (both ends inclusive)."""
        return day is None or self.valid_from <= day <= self.valid_to


CodeList = Mapping[str, Code]


@dataclass(frozen=True)
class Maps:
    """Everything the intake knows of a year's exports."""

    headers: Mapping[str, HeaderMap]
    codes: Mapping[str, CodeList]
    enterprise_ids: Mapping[str, str]


def read_maps(root: Path, year: int) -> Maps:
    """Read the maps that hold for a year; raise DataError listing every fault in them."""
    problems: list[Problem] = []
    folder = maps_dir(root)
    kinds = read_columns()
    headers = [read_header_map(folder / f"{kind}.csv", kind, year, problems) for kind in kinds]
    names = sorted({c.detail for cs in kinds.values() for c in cs if c.type in ("code", "codes")})
    codes = {name: read_code_list(folder / "codes" / f"{name}.csv", problems) for name in names}
    ids = read_enterprise_ids(folder / "enterprise_ids.csv")
    if problems:
        raise DataError("Kortene i data/raw/maps har fejl.", problems)
    return Maps({header.kind: header for header in headers if header}, codes, ids)


def fault(path: Path, message: str, advice: str = "", row: int | None = None) -> Problem:
    """Return an error found in a map or code list."""
    place = f"maps/{path.name}"
    cell = f"A{row}" if row else ""
    return Problem("error", "maps", message, file=place, cell=cell, advice=advice)


def read_rows(path: Path, problems: list[Problem]) -> list[dict[str, str]]:
    """Return the rows of a CSV, cells clean; add a problem where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        problems.append(fault(path, "Filen mangler.", "Hent den fra projektets udgave."))
        return []
    except UnicodeDecodeError:
        problems.append(fault(path, "Filen er ikke gemt som UTF-8.", "Gem den som CSV UTF-8."))
        return []
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    rows = csv.DictReader(text.splitlines(), delimiter=delimiter, restval="")
    return [{key: clean_text(row[key]) for key in row if key} for row in rows]


def read_header_map(
    path: Path, kind: str, year: int, problems: list[Problem]
) -> HeaderMap | None:
    """Return a kind's headings for a year; None where no row of the map holds for it."""
    rows = read_rows(path, problems)
    names = [column.name for column in read_columns()[kind]]
    problems += check_header(path, rows, ("valid_from", *names, *EXTRA))
    dated = [(int(row["valid_from"]), row) for row in rows if row.get("valid_from", "").isdigit()]
    held = [pair for pair in dated if pair[0] <= year]
    if not held:
        return None
    row = max(held, key=lambda pair: pair[0])[1]
    return make_header_map(kind, row, names, path, problems)


def check_header(
    path: Path, rows: list[dict[str, str]], known: Iterable[str]
) -> list[Problem]:
    """Return the columns of a map that nobody knows, and rows without a year."""
    unknown = [name for name in (rows[0] if rows else ()) if name not in set(known)]
    bad_rows = [n for n, row in enumerate(rows, 2) if not row.get("valid_from", "").isdigit()]
    return [
        fault(path, f"Kolonnen “{name}” er ikke kendt.{did_you_mean(name, known)}", row=1)
        for name in unknown
    ] + [fault(path, "valid_from skal være et årstal.", row=row) for row in bad_rows]


def make_header_map(
    kind: str, row: dict[str, str], names: list[str], path: Path, problems: list[Problem]
) -> HeaderMap:
    """Return the map a row declares; add a problem for a heading that means two things."""
    spellings = {name: split_cell(row.get(name, "")) for name in (*names, *EXTRA)}
    headings: dict[str, str] = {}
    for name, texts in spellings.items():
        for text in texts:
            if headings.setdefault(fold(text), name) != name:
                message = f"“{text}” er overskrift for både {headings[fold(text)]} og {name}."
                problems.append(fault(path, message, "Lad den stå i én kolonne."))
    wanted = {key: name for key, name in headings.items() if name not in EXTRA}
    shown = {name: " eller ".join(f"“{t}”" for t in spellings[name]) for name in names}
    ignored, personal = (frozenset(map(fold, spellings[name])) for name in EXTRA)
    return HeaderMap(kind, wanted, shown, ignored, personal)


def split_cell(text: str) -> list[str]:
    """Return the accepted spellings of a map's cell."""
    return [part for part in map(clean_text, text.split("|")) if part]


def read_code_list(path: Path, problems: list[Problem]) -> CodeList:
    """Return a code list by folded label."""
    codes: dict[str, Code] = {}
    for number, row in enumerate(read_rows(path, problems), 2):
        try:
            code = make_code(row)
        except (KeyError, ValueError):
            text = "Rækken skal have label, code og datoer som 2019-12-31 eller blank."
            problems.append(fault(path, text, row=number))
            continue
        if codes.setdefault(fold(code.label), code) is not code:
            problems.append(fault(path, f"“{code.label}” står to gange.", row=number))
    return codes


def make_code(row: dict[str, str]) -> Code:
    """Return the code a row declares; raise KeyError or ValueError where it is not complete."""
    if not (row["label"] and row["code"]):
        raise ValueError("blank")
    first = date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else date.max
    extra = {key: value for key, value in row.items() if key not in LIST_COLUMNS}
    return Code(row["label"], row["code"], first, last, extra)


def read_enterprise_ids(path: Path) -> dict[str, str]:
    """Return the ids that are not the slug of a name, by folded name; none without the file."""
    rows = read_rows(path, []) if path.exists() else []
    return {fold(row["name"]): row["id"] for row in rows if row.get("name") and row.get("id")}


def list_codes(codes: CodeList) -> dict[str, Code]:
    """Return each code once, with its first label."""
    first: dict[str, Code] = {}
    for code in codes.values():
        first.setdefault(code.code, code)
    return first
