"""How a defect is declared: a workbook of ten sound rows, what is done to it, what must be said.

Most are told in a line (`listed`); what takes more is a function. What is said
lists every problem of the workbook as "check cell", with "warning" or "info" before those that
are no errors. Where a row is kept, it comes out as the sound one, if not said otherwise.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from listed import LISTED
from openpyxl import Workbook

from steps import Spoil, put, take_steps
from workbooks import agreement, as_cells, course, cpr, enterprise, grant, job, running

ROWS = 10
ACCOUNTS = {"sound": (ROWS + 1, ROWS, 0, 1), "one": (ROWS + 1, ROWS - 1, 1, 1)}


@dataclass(frozen=True)
class Defect:
    """One defective workbook, and what reading it must give."""

    name: str
    kind: str
    spoil: Spoil
    says: tuple[str, ...] = ()
    account: tuple[int, ...] = ACCOUNTS["sound"]
    is_same: bool = True


def list_told(text):
    """Yield the defects of lines; one that begins with a blank goes on with the line above."""
    for line in filter(None, re.sub("\n +", " ", text).splitlines()):
        kind, name, says, account, steps = (part.strip() for part in line.split("|"))
        rows = ACCOUNTS.get(account) or tuple(map(int, account.split()))
        told = tuple(filter(None, says.split(", ")))
        yield Defect(name.lstrip("*"), kind, take_steps(steps), told, rows, name[0] != "*")


def reverse_columns(sheet):
    put(sheet, 1, [[*reversed(row)] for row in [*sheet.iter_rows(values_only=True)]])


def repeat_beside(sheet):
    put(sheet, 1, [*sheet.iter_rows(max_row=4, values_only=True)], left=14)


def merge_headings(sheet):
    sheet.insert_rows(1)
    groups = {"H": ("Timer", "pr. uge"), "K": ("Målgruppe", "før ansættelse")}
    for cell in [*sheet[2]]:
        upper, lower = groups.get(cell.column_letter, (cell.value, None))
        put(sheet, 1, [[upper], [lower]], cell.column)
        if lower is None:
            sheet.merge_cells(f"{cell.column_letter}1:{cell.column_letter}2")


DEFECTS = [
    *list_told(LISTED),
    Defect("columns in another order", "jobs", reverse_columns),
    Defect("headings merged over two rows", "jobs", merge_headings, account=(12, 10, 0, 2)),
    Defect("two years beside each other", "jobs", repeat_beside, ("heading.repeated N1",)),
]


def make_rows(n):
    """Return the n-th sound row of each kind: person n, n hours or places, on the n-th Monday.

    Courses of even number still run; the first agreement and the first two enterprises are those
    that the other exports name.
    """
    day, person = date(2018, 12, 31) + timedelta(weeks=n), {"CPR-nr.": cpr(n)}
    worked = person | {"Timer pr. uge": n, "Arbejdsintensitet (%)": 80}
    stay = course if n % 2 else running
    held = {"Status (afholdt/aflyst)": "Afholdt", "Emne": f"Møde {n}", "Antal deltagere": n}
    via = {"Via forløb (J/N)": "J" if n % 2 else "N"}
    return {
        "courses": stay(**person, **{"Timer pr. uge": n}, Startdato=day),
        "jobs": job(n, Ansættelsesdato=day, **worked, **via),
        "agreements": agreement(**{"Aftale-id": f"A-{n}", "Pladser": n, "Ekstra pladser": 0}),
        "enterprises": enterprise({1: "VeteranHaven", 2: "Sumak"}.get(n, f"Sted {n}")),
        "grants": grant(**{"Beløb": n * 1000, "Bevilget dato": day}),
        "meetings": {"Dato": day, **held},
        "attendance": {**person, "Uge": "2019-W14", "Aftalte timer": 10, "Fremmødte timer": n},
        "waiting_list": {**person, "Aftale-id": "A-1", "Skrevet op": day},
        "progression": {"Virksomhed": "Sumak", "Dato": day, **worked},
    }


SOUND = [make_rows(n) for n in range(1, ROWS + 1)]
KINDS = tuple(SOUND[0])


def start(kind):
    """Return a sheet with the headings in row 1 and ten sound rows below."""
    sheet: Any = Workbook().active
    sheet.title = "Ark1"
    for row in as_cells(kind, [rows[kind] for rows in SOUND]):
        sheet.append(row)
    return sheet
