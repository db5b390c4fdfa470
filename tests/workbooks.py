"""A tiny project built in code: two partners, a few rows of each export, maps as committed.

`make_project` writes it, with any export replaced; `course`, `job` and the like give a row by
its Danish headings with some cells changed; `tidy` and `measure` run the library on it.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from example.material import read_settings
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import read_year
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.measure import measure_year
from socok_analysis.intake.tidy import TidyYear, tidy_year

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "data" / "raw" / "maps"
Row = dict[str, Any]
Cells = Sequence[Sequence[Any]]

HEADINGS: dict[str, tuple[str, ...]] = {
    kind: tuple(sheet["headings"]) for kind, sheet in read_settings("layouts")["sheets"].items()
}
NEEDED = ("courses", "jobs", "agreements", "enterprises")
SETTINGS: dict[str, dict[str, Any]] = {
    "report": {
        "title": "Årsrapport",
        "period_start": date(2019, 1, 1),
        "period_end": date(2019, 12, 31),
        "evaluation_date": date(2019, 12, 31),
    },
    "goals": {"strategy_start": date(2018, 1, 1)},
}


def cpr(number: int) -> str:
    """Return an invented person's number: replacement form, day of birth plus 60."""
    return f"610180-{number:04d}"


def course(**changes: Any) -> Row:
    """Return a course at VeteranHaven that ended in a fleksjob, with some cells changed."""
    base = {
        "CPR-nr.": cpr(1),
        "Navn": "Fiktiva Opdigtsen",
        "Sagsbehandler": "Prøve Skrivelund",
        "Virksomhed": "VeteranHaven",
        "Startdato": date(2019, 1, 7),
        "Slutdato": date(2019, 6, 28),
        "Timer pr. uge": 10,
        "Afslutningsårsag": "Fleksjob",
    }
    return base | changes


def running(**changes: Any) -> Row:
    """Return a course at VeteranHaven that has not ended."""
    return course(Slutdato=None, Afslutningsårsag=None, **changes)


def job(number: int = 1, **changes: Any) -> Row:
    """Return a fleksjob at Sumak through the jobcentre."""
    base = {
        "Løbenr.": f"{number:05d}",
        "Virksomhed": "Sumak",
        "Ansættelsesform": "Fleksjob",
        "Ansættelsesdato": date(2019, 3, 1),
        "Kanal": "Jobcenter",
    }
    return base | changes


def agreement(**changes: Any) -> Row:
    """Return an agreement with VeteranHaven for 8 places."""
    base = {
        "Aftale-id": "A-1",
        "Virksomhed": "VeteranHaven",
        "Pladser": 8,
        "Gælder fra": date(2015, 9, 1),
    }
    return base | changes


def enterprise(name: str = "VeteranHaven", **changes: Any) -> Row:
    """Return an initiative that counts in the goal."""
    return {"Navn": name, "Type": "Initiativ", "Tæller i mål (J/N)": "J"} | changes


def grant(**changes: Any) -> Row:
    """Return a grant of 5.000 kr. to Sumak."""
    base = {
        "Modtager": "Sumak",
        "Giver": "En fond",
        "Beløb": 5000,
        "Bevilget dato": date(2019, 5, 1),
    }
    return base | changes


def default_rows(kind: str) -> list[Row]:
    """Return the rows an export has where a test says nothing of it."""
    register = [enterprise(Alias="Veteran Haven; Veteranhaven Slagelse"), enterprise("Sumak")]
    rows = {
        "courses": [course()],
        "jobs": [job()],
        "agreements": [agreement()],
        "enterprises": register,
    }
    return rows[kind]


def as_cells(kind: str, rows: Iterable[Row], headings: Sequence[str] | None = None) -> list[Any]:
    """Return headings and rows as lists of cells in the reference layout."""
    names = list(headings or HEADINGS[kind])
    return [names, *([row.get(name) for name in names] for row in rows)]


def write_book(path: Path, sheets: Mapping[str, Cells]) -> Path:
    """Write a workbook of named sheets and return its path."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_export(root: Path, kind: str, rows: Iterable[Row], year: int = 2019) -> Path:
    """Write one export in the reference layout into a year's folder."""
    path = root / "data" / "raw" / str(year) / f"{kind}.xlsx"
    return write_book(path, {"Ark1": as_cells(kind, rows)})


def change_part(path: Path, part: str, old: str, new: str) -> None:
    """Change the text of one part inside a workbook, for what no library writes."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old.encode() in parts[part]
    parts[part] = parts[part].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def write_settings(root: Path, year: int = 2019, **sections: Mapping[str, Any]) -> None:
    """Write `year.toml`; the keys of a section replace the standard ones, None leaves one out."""
    lines: list[str] = []
    standard = {**SETTINGS, "report": {**SETTINGS["report"], "year": year}}
    for section in dict.fromkeys((*standard, *sections)):
        values = {**standard.get(section, {}), **sections.get(section, {})}
        lines.append(f"[{section}]")
        lines += [f"{key} = {as_toml(value)}" for key, value in values.items() if value is not None]
    path = root / "data" / "raw" / str(year) / "year.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def as_toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def make_project(root: Path, **tables: Iterable[Row] | None) -> Path:
    """Write a project of the year 2019 and return its folder.

    A keyword names a kind of export and gives its rows; None leaves a needed one out.
    """
    if not (root / "data" / "raw" / "maps").exists():
        shutil.copytree(MAPS, root / "data" / "raw" / "maps")
    write_settings(root)
    for kind in dict.fromkeys((*NEEDED, *tables)):
        rows = tables[kind] if kind in tables else default_rows(kind)
        if rows is not None:
            write_export(root, kind, rows)
    return root


def tidy(root: Path, year: int = 2019) -> TidyYear:
    """Read a project's exports."""
    return tidy_year(root, year)


def gather(root: Path, year: int = 2019, **settings: Any) -> Evidence:
    """Return a project's tables and figures; `settings` change the year's. Its data are sound."""
    found = tidy_year(root, year)
    assert checks(found) == []
    chosen = replace(read_year(root, year), **settings)
    figures = measure_year(found.tables, [], chosen, found.maps)
    return Evidence(chosen, found.tables, {f.figure: f for f in figures}, found.maps)


def measure(root: Path, year: int = 2019, **settings: Any) -> dict[str, Figure]:
    """Return a project's figures by name; `settings` change the year's. Its data are sound."""
    return dict(gather(root, year, **settings).figures)


def checks(found: TidyYear) -> list[tuple[str, str]]:
    """Return (check, cell) of every error."""
    return [(problem.check, problem.cell) for problem in errors(found)]


def errors(found: TidyYear) -> list[Problem]:
    """Return every error."""
    return [problem for problem in found.problems if problem.severity == "error"]


def texts(found: TidyYear) -> str:
    """Return every word of all problems, to look for what must or must not be said."""
    return "\n".join(str(problem) for problem in found.problems)


def accounts(found: TidyYear) -> dict[tuple[Any, Any], tuple[Any, ...]]:
    """Return seen, kept, quarantined and skipped rows by file and sheet."""
    names = ("rows_seen", "rows_kept", "rows_quarantined", "rows_skipped")
    return {(a["file"], a["sheet"]): tuple(a[name] for name in names) for a in found.accounts}


def place(kind: str, heading: str, row: int) -> str:
    """Return the name of a heading's cell in a row of the reference layout."""
    return f"{get_column_letter(HEADINGS[kind].index(heading) + 1)}{row}"
