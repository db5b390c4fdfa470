"""A tiny project built in code: two partners, a few rows of each export, maps as committed.

`make_project` writes it, with any export replaced; `course` (that ended in a fleksjob), `running`,
`job` (a fleksjob through the jobcentre) and the like give a row by its Danish headings with some
cells changed; `read`, `tidy` and `measure` run the library on it.
"""

import csv
import io
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from example.material import read_settings
from socok_analysis.core.problems import DataError as DataError
from socok_analysis.core.year import read_year
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.measure import measure_year
from socok_analysis.intake.tidy import tidy_year
from steps import take_steps

ROOT = Path(__file__).parents[1]
MAPS = ROOT / "data" / "raw" / "maps"
LAYOUT = "kind,valid_from,column,how,argument"
Row = dict[str, Any]

HEADINGS = {
    kind: tuple(sheet["headings"]) for kind, sheet in read_settings("layouts")["sheets"].items()
}
NEEDED = ("courses", "jobs", "agreements", "enterprises")
ORIGIN = ["source_file", "source_sheet", "source_row"]
REPORT = {"title": "Årsrapport", "period_start": date(2019, 1, 1)}
REPORT |= dict.fromkeys(("period_end", "evaluation_date"), date(2019, 12, 31))
SETTINGS = {"report": REPORT, "goals": {"strategy_start": date(2018, 1, 1)}}


def cpr(number):  # of nobody: the day of birth plus 60
    return f"610180-{number:04d}"


COURSE: Row = {
    "CPR-nr.": cpr(1),
    "Navn": "Fiktiva Opdigtsen",
    "Sagsbehandler": "Prøve Skrivelund",
    "Virksomhed": "VeteranHaven",
    "Startdato": date(2019, 1, 7),
    "Slutdato": date(2019, 6, 28),
    "Timer pr. uge": 10,
    "Afslutningsårsag": "Fleksjob",
}
JOB: Row = {"Virksomhed": "Sumak", "Ansættelsesform": "Fleksjob", "Kanal": "Jobcenter"}
JOB |= {"Ansættelsesdato": date(2019, 3, 1)}
AGREEMENT: Row = {"Aftale-id": "A-1", "Virksomhed": "VeteranHaven", "Pladser": 8}
AGREEMENT |= {"Gælder fra": date(2015, 9, 1)}
GRANT: Row = {"Modtager": "Sumak", "Giver": "En fond", "Beløb": 5000}
GRANT |= {"Bevilget dato": date(2019, 5, 1)}


def course(**changes):
    return COURSE | changes


def running(**changes):
    return course(Slutdato=None, Afslutningsårsag=None, **changes)


def job(number=1, **changes):
    return {"Løbenr.": f"{number:05d}"} | JOB | changes


def agreement(**changes):
    return AGREEMENT | changes


def enterprise(name="VeteranHaven", **changes):
    return {"Navn": name, "Type": "Initiativ", "Tæller i mål (J/N)": "J"} | changes


def grant(**changes):
    return GRANT | changes


def default_rows(kind):
    """Return the rows an export has where a test says nothing of it."""
    if kind == "enterprises":
        return [enterprise(Alias="Veteran Haven; Veteranhaven Slagelse"), enterprise("Sumak")]
    return [{"courses": course, "jobs": job, "agreements": agreement}[kind]()]


def as_cells(kind, rows):
    """Return headings and rows as lists of cells in the reference layout."""
    names = list(HEADINGS[kind])
    return [names, *([row.get(name) for name in names] for row in rows)]


def write_book(path, sheets):
    """Write a workbook of named sheets, each of lists of cells, and return its path."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def write_csv(path, cells, encoding="utf-8", sign=";"):
    """Write cells as a Danish system does: days as dd-mm-yyyy, decimals with a comma."""
    shown = {date: "{:%d-%m-%Y}".format, float: lambda number: str(number).replace(".", ",")}
    rows = [[shown.get(type(value), lambda v: v)(value) for value in row] for row in cells]
    file = io.StringIO()
    csv.writer(file, delimiter=sign, lineterminator="\r\n").writerows(rows)
    path.write_bytes(file.getvalue().encode(encoding))


def edit_sheet(path, steps):
    """Do some steps (`steps`) to the first sheet of a workbook."""
    book = load_workbook(path)
    take_steps(steps)(book.active)
    book.save(path)


def lay_out(root, *lines):
    """Add lines to the layout of a project's exports, each once."""
    path = root / "data/raw/maps/layout.csv"
    held = path.read_text(encoding="utf-8").splitlines() if path.exists() else [LAYOUT]
    path.write_text("\n".join(dict.fromkeys([*held, *lines])) + "\n", encoding="utf-8")


def read_csv(path):
    """Return the rows of a CSV by heading."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_map(root, name, rows):
    """Write the rows of a map or a list of codes."""
    path = root / "data/raw/maps" / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_map(root, name):
    return read_csv(root / "data/raw/maps" / f"{name}.csv")


def change_map(root, kind, **cells):
    """Write other cells into the one row of a header map."""
    write_map(root, kind, [read_map(root, kind)[0] | cells])


def drop_columns(cells, *headings):
    """Return cells without the columns of some headings."""
    kept = [n for n, name in enumerate(cells[0]) if name not in headings]
    return [[row[n] for n in kept] for row in cells]


def write_export(root, kind, rows, year=2019):
    """Write one export into a year's folder: rows by heading, or lists of cells as they are."""
    cells = rows if rows and isinstance(rows[0], list) else as_cells(kind, rows)
    return write_book(root / "data" / "raw" / str(year) / f"{kind}.xlsx", {"Ark1": cells})


def read_parts(path):
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def write_parts(path, parts, way=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", way) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def change_part(path, part, old, new):
    """Change the text of one part inside a workbook, for what no library writes."""
    parts = read_parts(path)
    assert old.encode() in parts[part]
    write_parts(path, parts | {part: parts[part].replace(old.encode(), new.encode())})


def write_settings(root, year=2019, **sections):
    """Write `year.toml`; the keys of a section replace the standard ones, None leaves one out."""
    lines = []
    standard = {**SETTINGS, "report": {**REPORT, "year": year}}
    for section in dict.fromkeys((*standard, *sections)):
        values = {**standard.get(section, {}), **sections.get(section, {})}
        lines.append(f"[{section}]")
        told = {k: f'"{v}"' if isinstance(v, str) else v for k, v in values.items()}
        lines += [f"{key} = {said}" for key, said in told.items() if said is not None]
    path = root / "data" / "raw" / str(year) / "year.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def make_project(root, **tables):
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


def tidy(root, year=2019):
    """Read a project's exports; every row is kept, set aside or skipped, and none twice."""
    found = tidy_year(root, year)
    assert all(seen == sum(parts) and min(parts) >= 0 for seen, *parts in accounts(found).values())
    return found


def read(root, **tables):
    """Write a project and read its exports."""
    return tidy(make_project(root, **tables))


def gather(root, year=2019, **settings):
    """Return a project's tables and figures; `settings` change the year's. Its data are sound."""
    found = tidy_year(root, year)
    assert checks(found) == []
    chosen = replace(read_year(root, year), **settings)
    return measure_year(Evidence(chosen, found.tables, {}, found.maps))


def measure(root, year=2019, **settings):
    return dict(gather(root, year, **settings).figures)


def errors(found):
    return [problem for problem in found.problems if problem.severity == "error"]


def checks(found):
    """Return (check, cell) of every error."""
    return [(problem.check, problem.cell) for problem in errors(found)]


def texts(found):
    """Return every word of all problems, to look for what must or must not be said."""
    return "\n".join(str(problem) for problem in found.problems)


def accounts(found):
    """Return seen, kept, quarantined and skipped rows by file and sheet."""
    names = ("rows_seen", "rows_kept", "rows_quarantined", "rows_skipped")
    return {(a["file"], a["sheet"]): tuple(a[name] for name in names) for a in found.accounts}


def place(kind, heading, row):
    """Return the name of a heading's cell in a row of the reference layout."""
    return f"{get_column_letter(HEADINGS[kind].index(heading) + 1)}{row}"
