"""Declared corrections: `data/raw/<year>/rettelser.csv`, one corrected cell a line.

The workbook and its sheet (blank where the file has one table), the row, its heading, the value as
it stands and as it should be, why, when and who decided. The key is the job's number, the
agreement's number or the enterprise's name; in every table, also those of persons, it may be
`række 17`, the row number Excel shows.

Corrections are applied to the raw cells before they are parsed. One whose `fra` is no longer
there is an error, and a column with personal data is not corrected this way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from socok_analysis.core.danish import mask_cpr
from socok_analysis.core.lists import Filled, ListError, ListFile, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.intake.parse import ParseError, parse_date

FILE = "rettelser.csv"


def _check_day(text: str) -> str:
    try:
        parse_date(text or "?")
    except ParseError as error:
        message = "Datoen for beslutningen kan ikke læses."
        raise ListError(message, "Skriv den som 03-04-2019.", "date") from error
    return text


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One line of the file: it has a reason, a date and who decided."""

    fil: Filled
    ark: str = ""
    nøgle: Filled
    kolonne: Filled
    fra: str = ""
    til: str = ""
    grund: Filled
    dato: Annotated[str, BeforeValidator(_check_day)]
    besluttet_af: Filled
    row: int

    def __post_init__(self) -> None:
        if any(mask_cpr(text) != text for text in self.cells.values()):
            message = "Linjen har noget, der ligner et CPR-nummer."
            raise ListError(message, "Nævn rækken ved sit nummer: “række 17”.", "personal")
        if self.fra == self.til:
            raise ListError("fra og til er ens.", "Ret linjen, eller slet den.", "nothing")

    def __getitem__(self, name: str) -> str:
        return self.cells[name]

    @property
    def line(self) -> int:
        """The line's number."""
        return self.row

    @property
    def cells(self) -> Mapping[str, str]:
        """The line's cells by column."""
        return {name: text for name, text in vars(self).items() if isinstance(text, str)}


class CorrectionError(Exception):
    """A correction that cannot be used: check, message, advice."""

    def __init__(self, check: str, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.check = check
        self.advice = advice


def read_corrections(folder: Path) -> tuple[list[Correction], list[Problem]]:
    """Return a year's corrections and the faults of the lines; none where there is no file."""
    problems: list[Problem] = []
    file = ListFile(folder / FILE, "correction.{}", may_quote=False)
    return read_rows(file, Correction, problems), problems


def fault(line: int, error: CorrectionError) -> Problem:
    """Return the error for a line of the file that does not fit the exports."""
    file = ListFile(Path(FILE), "correction.{}", may_quote=False)
    return file.fault(error.check, str(error), error.advice, cell=f"A{line}")
