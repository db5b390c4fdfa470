"""Declared corrections: `data/raw/<year>/rettelser.csv`, one corrected cell a line.

`fil,ark,nøgle,kolonne,fra,til,grund,dato,besluttet_af`: the workbook and its sheet (blank where
the file has one table), the row, its heading, the value as it stands and as it should be, why,
when and who decided. The key is the job's number, the agreement's number or the enterprise's name;
in every table, also those of persons, it may be `række 17`, the row number Excel shows.

Corrections are applied to the raw cells before they are parsed. One whose `fra` is no longer
there is an error, and a column with personal data is not corrected this way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from socok_analysis.core.problems import Problem
from socok_analysis.intake.parse import ParseError, parse_date
from socok_analysis.intake.rows import read_names, read_rows
from socok_analysis.workbook.cells import mask_cpr

FILE = "rettelser.csv"
NAMES = ("fil", "ark", "nøgle", "kolonne", "fra", "til", "grund", "dato", "besluttet_af")
NEEDED = ("fil", "nøgle", "kolonne", "grund", "dato", "besluttet_af")


@dataclass(frozen=True)
class Correction:
    """One line of the file. `cells` is by Danish column name, `line` the line's number."""

    line: int
    cells: Mapping[str, str]
    decided_on: date | None

    def __getitem__(self, name: str) -> str:
        """Return one of the line's cells."""
        return self.cells[name]


class CorrectionError(Exception):
    """A correction that cannot be used: check, message, advice."""

    def __init__(self, check: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.check = check
        self.advice = advice


def read_corrections(folder: Path) -> tuple[list[Correction], list[Problem]]:
    """Return a year's corrections and the faults of the lines; none where there is no file."""
    path, problems = folder / FILE, list[Problem]()
    rows = read_rows(path, problems) if path.is_file() else []
    if rows or (path.is_file() and not problems):
        problems += check_names([*rows[0]] if rows else read_names(path))
    if problems:
        return [], problems
    lines = [
        read_line(number, row, problems) for number, row in enumerate(rows, 2) if any(row.values())
    ]
    return [line for line in lines if line], problems


def check_names(found: Sequence[str]) -> list[Problem]:
    """Return the columns that are missing or that nobody knows; an empty file has no fault."""
    if not found:
        return []
    texts = [f"Kolonnen {name} mangler." for name in NAMES if name not in found]
    texts += [f"Kolonnen “{mask_cpr(name)}” er ikke kendt." for name in found if name not in NAMES]
    advice = f"Første linje skal være: {','.join(NAMES)}"
    return [fault(1, CorrectionError("column", text, advice)) for text in texts]


def fault(line: int, error: CorrectionError) -> Problem:
    """Return the error for a line of the file."""
    return Problem(
        "error",
        f"correction.{error.check}",
        str(error),
        file=FILE,
        cell=f"A{line}",
        advice=error.advice,
    )


def read_line(number: int, row: dict[str, str], problems: list[Problem]) -> Correction | None:
    """Return a line as a correction; add its faults to `problems`."""
    try:
        check_line(row)
        return Correction(number, row, parse_date(row["dato"]))
    except CorrectionError as error:
        problems.append(fault(number, error))
    except ParseError:
        text = "Datoen for beslutningen kan ikke læses."
        problems.append(fault(number, CorrectionError("date", text, "Skriv den som 03-04-2019.")))
    return None


def check_line(row: Mapping[str, str]) -> None:
    """Raise CorrectionError for a line that is not complete, changes nothing or is personal."""
    blank = [name for name in NEEDED if not row[name]]
    if blank:
        text = f"Linjen mangler {' og '.join(blank)}."
        raise CorrectionError("incomplete", text, "En rettelse har grund, dato og beslutter.")
    if any(mask_cpr(text) != text for text in row.values()):
        text = "Linjen har noget, der ligner et CPR-nummer."
        raise CorrectionError("personal", text, "Nævn rækken ved sit nummer: “række 17”.")
    if row["fra"] == row["til"]:
        raise CorrectionError("nothing", "fra og til er ens.", "Ret linjen, eller slet den.")
