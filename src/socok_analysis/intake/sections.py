"""The report's sections, from `data/raw/maps/sections.csv`: number, title, parts, what they show.

`kind` says what a section is: `side` a page with a notebook of its own, `indsats` a page of
section 6 (one notebook makes them all), `helhed` a recommendation of section 7.2. A section
whose id has a `*` stands for every file of that folder: one for each enterprise or partner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.problems import Problem
from socok_analysis.core.suggest import did_you_mean
from socok_analysis.core.year import maps_dir
from socok_analysis.intake.rows import fault, read_rows

FILE = "sections.csv"
KINDS = ("side", "indsats", "helhed", "virksomhed", "partner")
ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/\*)?")
RECOMMENDATION = "Anbefaling"
SUMMARY = "Opsummering"
REPLY = "Opfølgning"


@dataclass(frozen=True)
class Section:
    """One section of the report; `tables`, `charts` and `tiles` are names notebooks use."""

    id: str
    number: str
    title: str
    kind: str
    order: int
    parts: tuple[str, ...]
    tables: tuple[str, ...]
    charts: tuple[str, ...]
    tiles: tuple[str, ...]
    valid_from: int
    valid_to: int

    @property
    def heading(self) -> str:
        """The section's number and title."""
        return f"{self.number} {self.title}".strip()

    @property
    def recommends(self) -> bool:
        """Tell whether the section ends in a recommendation, which next year answers."""
        return RECOMMENDATION in self.parts

    def is_held(self, year: int | None) -> bool:
        """Tell whether the section is part of a year's report; of some year's, without one."""
        return year is None or self.valid_from <= year <= self.valid_to

    @property
    def is_folder(self) -> bool:
        """Tell whether the section stands for every file of a folder."""
        return self.id.endswith("/*")


def list_sections(root: Path, year: int | None, kind: str = "") -> list[Section]:
    """Return a year's sections in order, all or those of a kind; raise DataError with the faults.

    Without a year those of every year. A project without the file has no sections.
    """
    path = maps_dir(root) / FILE
    if not path.exists():
        return []
    problems: list[Problem] = []
    rows = read_rows(path, problems)
    problems += check_rows(path, rows)
    if problems:
        raise DataError("Listen over rapportens afsnit har fejl.", problems)
    sections = [make_section(row) for row in rows]
    held = [s for s in sections if s.is_held(year) and kind in ("", s.kind)]
    return sorted(held, key=lambda section: section.order)


def make_section(row: dict[str, str]) -> Section:
    """Return the section a checked row tells of."""
    lists = {name: split_cell(row[name]) for name in ("parts", "tables", "charts", "tiles")}
    return Section(
        row["id"],
        row["number"],
        row["title"],
        row["kind"],
        int(row["order"]),
        **lists,
        valid_from=int(row["valid_from"] or 0),
        valid_to=int(row["valid_to"] or 9999),
    )


def split_cell(cell: str) -> tuple[str, ...]:
    """Return the names in a cell, `;` between them."""
    return tuple(name.strip() for name in cell.split(";") if name.strip())


def check_rows(path: Path, rows: Sequence[dict[str, str]]) -> list[Problem]:
    """Return what is wrong with the file: unknown or missing columns, cells that do not fit."""
    known = [field.name for field in fields(Section)]
    found = list(rows[0]) if rows else []
    wrong = [
        f"Kolonnen “{n}” er ikke kendt.{did_you_mean(n, known)}" for n in found if n not in known
    ]
    wrong += [f"Kolonnen “{name}” mangler." for name in known if name not in found]
    if wrong:
        return [fault(path, text, row=1) for text in wrong]
    return [p for number, row in enumerate(rows, 2) for p in check_row(path, number, row)]


def check_row(path: Path, number: int, row: dict[str, str]) -> Iterable[Problem]:
    """Yield what is wrong with one row."""
    if not ID.fullmatch(row["id"]):
        advice = "Brug små bogstaver a-z, tal og bindestreg."
        yield fault(path, f"“{row['id']}” kan ikke være et id.", advice, number)
    if row["kind"] not in KINDS:
        advice = f"Slags er en af {', '.join(KINDS)}."
        yield fault(path, f"“{row['kind']}” er ikke en kendt slags.", advice, number)
    for name in ("order", "valid_from", "valid_to"):
        if not (row[name].isdigit() or not row[name] and name != "order"):
            yield fault(path, f"{name} skal være et helt tal.", "", number)


def pick_section(sections: Iterable[Section], wanted: str) -> Section:
    """Return a section by its id; raise UsageError with the nearest id where there is none."""
    by_id = {section.id: section for section in sections}
    if wanted not in by_id:
        raise UsageError(f"Der er intet afsnit {wanted}.{did_you_mean(wanted, by_id)}")
    return by_id[wanted]
