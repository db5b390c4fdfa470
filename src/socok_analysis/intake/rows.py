"""The rows of the CSV files that analysts edit, saved from Excel or any editor."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from socok_analysis.core.problems import Problem
from socok_analysis.workbook.cells import clean_text


def fault(path: Path, message: str, advice: str = "", row: int | None = None) -> Problem:
    """Return an error found in a map or code list."""
    folders = {"codes": "maps/codes/", "maps": "maps/"}
    place = folders.get(path.parent.name, "") + path.name
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
    delimiter = choose_delimiter(text)
    lines = [align_line(line, delimiter) for line in text.splitlines()]
    rows = csv.DictReader(lines, delimiter=delimiter, restval="", strict=True)
    try:
        names = rows.fieldnames or ()
        problems += [
            fault(path, f"Kolonnen “{name}” står to gange.", row=1)
            for name in dict.fromkeys(names)
            if name and list(names).count(name) > 1
        ]
        return [clean_row(path, number, row, problems) for number, row in enumerate(rows, 2)]
    except csv.Error:
        advice = "Sæt anførselstegn om hele teksten, og skriv dem dobbelt inde i den."
        problems.append(fault(path, "Et anførselstegn står alene.", advice))
        return []


def choose_delimiter(text: str) -> str:
    """Return the sign between the cells of a CSV's first line."""
    return ";" if ";" in text.partition("\n")[0] else ","


def read_names(path: Path) -> list[str]:
    """Return the names in a CSV's first line."""
    text = path.read_text(encoding="utf-8-sig")
    reader = csv.reader(text.splitlines()[:1], delimiter=choose_delimiter(text))
    return [clean_text(name) for name in next(reader, [])]


def align_line(line: str, delimiter: str) -> str:
    """Return a line with the file's delimiter: one pasted with commas fits a file Excel saved."""
    if delimiter in line or "," not in line:
        return line
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator="").writerow(next(csv.reader([line])))
    return file.getvalue()


def clean_row(
    path: Path, number: int, row: dict[str, str], problems: list[Problem]
) -> dict[str, str]:
    """Return a CSV row with clean cells; add a problem where it has more cells than columns."""
    if row.get(None):  # type: ignore[call-overload]
        advice = "Sæt anførselstegn om en tekst med skilletegn i."
        problems.append(fault(path, "Rækken har flere celler end overskrifter.", advice, number))
    return {key: clean_text(row[key]) for key in row if key}
