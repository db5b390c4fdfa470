"""How a defect is declared: a workbook of ten sound rows, what is done to it, what must be said.

Most are told in a line (`listed`); what takes more is a function under `@defect`. What is said
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
from workbooks import agreement, as_cells, course, cpr, enterprise, grant, job

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


def columns_in_another_order(sheet):
    put(sheet, 1, [[*reversed(row)] for row in [*sheet.iter_rows(values_only=True)]])


def two_years_beside_each_other(sheet):
    put(sheet, 1, [*sheet.iter_rows(max_row=4, values_only=True)], left=14)


def headings_merged_over_two_rows_beside_groups(sheet):
    sheet.insert_rows(1)
    groups = {"H": ("Timer", "pr. uge"), "K": ("Målgruppe", "før ansættelse")}
    for cell in [*sheet[2]]:
        upper, lower = groups.get(cell.column_letter, (cell.value, None))
        put(sheet, 1, [[upper], [lower]], cell.column)
        if lower is None:
            sheet.merge_cells(f"{cell.column_letter}1:{cell.column_letter}2")


DEFECTS = [
    *list_told(LISTED),
    Defect("columns in another order", "jobs", columns_in_another_order),
    Defect(
        "headings merged over two rows beside groups",
        "jobs",
        headings_merged_over_two_rows_beside_groups,
        account=(12, 10, 0, 2),
    ),
    Defect(
        "two years beside each other", "jobs", two_years_beside_each_other, ("heading.repeated N1",)
    ),
]


def day(number):
    """Return the n-th Monday of 2019."""
    return date(2018, 12, 31) + timedelta(weeks=number)


def make_row(kind, n):
    """Return the n-th sound row of a kind: person n, n hours or places, on the n-th Monday.

    Courses of even number still run; the first agreement and the first two enterprises are those
    that the other exports name.
    """
    person, hours = {"CPR-nr.": cpr(n)}, {"Timer pr. uge": n}
    share = {"Arbejdsintensitet (%)": 80}
    if kind == "courses":
        row = course(**person, **hours, Startdato=day(n))
        return row | ({} if n % 2 else {"Slutdato": None, "Afslutningsårsag": None})
    if kind == "jobs":
        via = {"Via forløb (J/N)": "J" if n % 2 else "N"}
        return job(n, Ansættelsesdato=day(n), **hours, **share, **person, **via)
    if kind == "agreements":
        return agreement(**{"Aftale-id": f"A-{n}", "Pladser": n, "Ekstra pladser": 0})
    if kind == "enterprises":
        return enterprise({1: "VeteranHaven", 2: "Sumak"}.get(n, f"Sted {n}"))
    if kind == "grants":
        return grant(**{"Beløb": n * 1000, "Bevilget dato": day(n)})
    if kind == "meetings":
        held = {"Status (afholdt/aflyst)": "Afholdt", "Emne": f"Møde {n}", "Antal deltagere": n}
        return {"Dato": day(n), **held}
    if kind == "attendance":
        return {**person, "Uge": "2019-W14", "Aftalte timer": 10, "Fremmødte timer": n}
    if kind == "waiting_list":
        return {**person, "Aftale-id": "A-1", "Skrevet op": day(n)}
    return {**person, "Virksomhed": "Sumak", "Dato": day(n), **hours, **share}


KINDS = (
    *("courses", "jobs", "agreements", "enterprises", "grants", "meetings"),
    *("attendance", "waiting_list", "progression"),
)


def start(kind):
    """Return a sheet with the headings in row 1 and ten sound rows below."""
    sheet: Any = Workbook().active
    sheet.title = "Ark1"
    for row in as_cells(kind, [make_row(kind, n) for n in range(1, ROWS + 1)]):
        sheet.append(row)
    return sheet
