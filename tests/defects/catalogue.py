"""How a defect is declared: a workbook of ten sound rows, what is done to it, what must be said.

`@defect(kind, says, account)` stands on a function that is given the openpyxl sheet of the ten
sound rows and spoils it; its name is the defect's. `says` lists every problem of the workbook as
"check cell", with "warning" or "info" before those that are no errors; `account` is rows seen,
kept, quarantined and skipped of the sheet. `kept` may name the positions of the sound rows that
must come out unchanged; by default all ten where no error is said.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from workbooks import agreement, as_cells, course, cpr, enterprise, grant, job

ROWS = 10
Spoil = Callable[[Worksheet], object]
Account = tuple[int, int, int, int]
SOUND: Account = (ROWS + 1, ROWS, 0, 1)
ONE: Account = (ROWS + 1, ROWS - 1, 1, 1)


@dataclass(frozen=True)
class Defect:
    """One defective workbook, and what reading it must give."""

    name: str
    kind: str
    spoil: Spoil
    says: tuple[str, ...]
    account: Account
    is_same: bool

    @property
    def exit_code(self) -> int:
        """1 where any problem is an error."""
        return int(any(not text.startswith(("warning ", "info ")) for text in self.says))


DEFECTS: list[Defect] = []


def defect(
    kind: str, says: Sequence[str] = (), account: Account = SOUND, is_same: bool = True
) -> Callable[[Spoil], Spoil]:
    """Declare the decorated function as a defect."""

    def declare(spoil: Spoil) -> Spoil:
        DEFECTS.append(Defect(spoil.__name__, kind, spoil, tuple(says), account, is_same))
        return spoil

    return declare


def change(
    name: str,
    kind: str,
    says: Sequence[str] = (),
    account: Account = SOUND,
    is_same: bool = True,
    **cells: Any,
) -> None:
    """Declare the defect that some cells hold other values."""

    def spoil(sheet: Worksheet) -> None:
        for cell, value in cells.items():
            sheet[cell] = value

    spoil.__name__ = name
    defect(kind, says, account, is_same)(spoil)


def refuse(name: str, kind: str, says: str, value: Any) -> None:
    """Declare the defect that one cell of row 2 holds a value that is refused as `says` tells."""
    change(name, kind, [says], ONE, **{says.split()[-1]: value})


def start(kind: str) -> Worksheet:
    """Return a sheet with the headings in row 1 and ten sound rows below."""
    sheet: Any = Workbook().active
    sheet.title = "Ark1"
    for row in as_cells(kind, [ROW[kind](n) for n in range(1, ROWS + 1)]):
        sheet.append(row)
    return sheet


def day(number: int) -> date:
    """Return the n-th Monday of 2019."""
    return date(2018, 12, 31) + timedelta(weeks=number)


def make_course(n: int) -> dict[str, Any]:
    """Return a course of person n; those of even number still run."""
    row = course(**{"CPR-nr.": cpr(n), "Startdato": day(n), "Timer pr. uge": n})
    return row | ({} if n % 2 else {"Slutdato": None, "Afslutningsårsag": None})


def make_job(n: int) -> dict[str, Any]:
    """Return job n, for n hours a week at 80 %."""
    return job(
        n,
        **{
            "Ansættelsesdato": day(n),
            "Timer pr. uge": n,
            "Arbejdsintensitet (%)": 80,
            "CPR-nr.": cpr(n),
            "Via forløb (J/N)": "J" if n % 2 else "N",
        },
    )


def make_agreement(n: int) -> dict[str, Any]:
    """Return agreement n with n places; the first is the one the other exports know."""
    return agreement(**{"Aftale-id": f"A-{n}", "Pladser": n, "Ekstra pladser": 0})


def make_enterprise(n: int) -> dict[str, Any]:
    """Return enterprise n; the first two are the partners."""
    return enterprise({1: "VeteranHaven", 2: "Sumak"}.get(n, f"Sted {n}"))


def make_grant(n: int) -> dict[str, Any]:
    """Return a grant of n thousand kroner."""
    return grant(**{"Beløb": n * 1000, "Bevilget dato": day(n)})


def make_meeting(n: int) -> dict[str, Any]:
    """Return a meeting with n participants."""
    return {
        "Dato": day(n),
        "Status (afholdt/aflyst)": "Afholdt",
        "Emne": f"Møde {n}",
        "Antal deltagere": n,
    }


def make_attendance(n: int) -> dict[str, Any]:
    """Return a week's attendance of person n."""
    return {"CPR-nr.": cpr(n), "Uge": "2019-W14", "Aftalte timer": 10, "Fremmødte timer": n}


def make_waiting(n: int) -> dict[str, Any]:
    """Return person n waiting."""
    return {"CPR-nr.": cpr(n), "Aftale-id": "A-1", "Skrevet op": day(n)}


def make_progression(n: int) -> dict[str, Any]:
    """Return a measurement of person n."""
    return {
        "CPR-nr.": cpr(n),
        "Virksomhed": "Sumak",
        "Dato": day(n),
        "Timer pr. uge": n,
        "Arbejdsintensitet (%)": 80,
    }


ROW: dict[str, Callable[[int], dict[str, Any]]] = {
    "courses": make_course,
    "jobs": make_job,
    "agreements": make_agreement,
    "enterprises": make_enterprise,
    "grants": make_grant,
    "meetings": make_meeting,
    "attendance": make_attendance,
    "waiting_list": make_waiting,
    "progression": make_progression,
}
