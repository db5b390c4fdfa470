"""How a defect is declared: a workbook of ten sound rows, what is done to it, what must be said.

Most are told in a line (`listed`); what takes more is a function under `@defect`. What is said
lists every problem of the workbook as "check cell", with "warning" or "info" before those that
are no errors. Where a row is kept, it comes out as the sound one, if not said otherwise.
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from listed import LISTED
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from workbooks import agreement, as_cells, course, cpr, enterprise, grant, job

ROWS = 10
Sheet = Any  # openpyxl's
Spoil = Callable[[Sheet], object]
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

    @property
    def exit_code(self) -> int:
        """1 where any problem is an error."""
        return int(any(not text.startswith(("warning ", "info ")) for text in self.says))


def list_told(text: str) -> Iterator[Defect]:
    """Yield the defects of lines; one that begins with a blank goes on with the line above."""
    for line in filter(None, re.sub("\n +", " ", text).splitlines()):
        kind, name, says, account, steps = (part.strip() for part in line.split("|"))
        rows = ACCOUNTS.get(account) or tuple(map(int, account.split()))
        told = tuple(filter(None, says.split(", ")))
        yield Defect(name.lstrip("*"), kind, take_steps(steps), told, rows, name[0] != "*")


def take_steps(steps: str) -> Spoil:
    """Return a function that does a line's steps to a sheet, one after another."""

    def spoil(sheet: Sheet) -> None:
        for step in re.split(" ;(?: |$)", steps):
            take_step(sheet, step.strip())

    return spoil


def take_step(sheet: Sheet, step: str) -> None:
    """Do one step: "F2=value ¦ value below", "A1:L1=value", "C2~format", or a word and its rest."""
    if found := re.fullmatch(r"([A-Z]+\d+)(?::([A-Z]+\d+))?([=~])(.*)", step):
        first, last, sign, text = found.groups()
        cells = [cell for row in sheet[f"{first}:{last or first}"] for cell in row]
        if sign == "~":
            for cell in cells:
                cell.number_format = text
        for number, each in enumerate(text.split("¦") if sign == "=" else ()):
            value = read_value(each.strip())
            for cell in cells:
                here = value.format(cell.column) if last and value else value
                sheet.cell(cell.row + number, cell.column).value = here
        return
    word, _, rest = step.partition(" ")
    STEPS[word](sheet, rest)


def ints(text: str) -> list[int]:
    return [*map(int, text.split())]


def copy_row(sheet: Sheet, rest: str) -> None:
    source, target = [*ints(rest), sheet.max_row + 1][:2]
    put(sheet, target, [[cell.value for cell in sheet[source]]])


def repeat_below(sheet: Sheet, rest: str) -> None:
    kind, rows = rest.split()
    put(sheet, 14, [*start(kind).iter_rows(max_row=int(rows), values_only=True)])


def repeat_sheet(sheet: Sheet, name: str) -> None:
    second = sheet.parent.copy_worksheet(sheet)
    second.title = name
    if "halvår" in name:
        second.delete_rows(2, 5)


def add_sheet(sheet: Sheet, rest: str) -> None:
    name, _, text = rest.partition(" ")
    sheet.parent.create_sheet(name, 0 if text else None)["A1"] = text or None


def strike_row(sheet: Sheet, rest: str) -> None:
    for cell in sheet[int(rest)]:
        cell.font = Font(strike=True)


def write_hyphens(sheet: Sheet, shown: str) -> None:
    for (cell,) in sheet["B2:B11"]:
        text = cell.value.replace("-", "")
        cell.value = text if shown == "General" else int(text)
        cell.number_format = shown


STEPS: dict[str, Callable[[Sheet, str], object]] = {
    "row": lambda sheet, rest: sheet.insert_rows(*ints(rest)),
    "column": lambda sheet, rest: sheet.insert_cols(*ints(rest)),
    "-row": lambda sheet, rest: sheet.delete_rows(*ints(rest)),
    "-column": lambda sheet, rest: sheet.delete_cols(*ints(rest)),
    "merge": lambda sheet, rest: sheet.merge_cells(rest),
    "copy": copy_row,
    "below": repeat_below,
    "again": repeat_sheet,
    "sheet": add_sheet,
    "hide": lambda sheet, _: setattr(sheet, "sheet_state", "hidden"),
    "strike": strike_row,
    "comment": lambda sheet, rest: setattr(sheet[rest[:2]], "comment", Comment(rest[3:], "x")),
    "hyphens": write_hyphens,
    "1904": lambda sheet, _: setattr(sheet.parent, "epoch", CALENDAR_MAC_1904),
    "": lambda *_: None,
}


def read_value(text: str) -> Any:
    """Return a cell's value: a day or moment after @, what Python writes so, else a text."""
    if text.startswith("@"):
        return datetime.fromisoformat(text[1:]) if "T" in text else date.fromisoformat(text[1:])
    try:
        return literal_eval(text)
    except (SyntaxError, ValueError):
        return text or None


def put(sheet: Sheet, top: int, rows: list[Any], left: int = 1) -> None:
    """Write rows of values below and right of a cell."""
    for number, row in enumerate(rows, top):
        for column, value in enumerate(row, left):
            sheet.cell(number, column).value = value


def columns_in_another_order(sheet: Sheet) -> None:
    put(sheet, 1, [[*reversed(row)] for row in [*sheet.iter_rows(values_only=True)]])


def two_years_beside_each_other(sheet: Sheet) -> None:
    put(sheet, 1, [*sheet.iter_rows(max_row=4, values_only=True)], left=14)


def headings_merged_over_two_rows_beside_groups(sheet: Sheet) -> None:
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
        "two years beside each other", "jobs", two_years_beside_each_other, ("table.beside N1",)
    ),
]


def day(number: int) -> date:
    """Return the n-th Monday of 2019."""
    return date(2018, 12, 31) + timedelta(weeks=number)


def make_row(kind: str, n: int) -> dict[str, Any]:
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


def start(kind: str) -> Sheet:
    """Return a sheet with the headings in row 1 and ten sound rows below."""
    sheet: Any = Workbook().active
    sheet.title = "Ark1"
    for row in as_cells(kind, [make_row(kind, n) for n in range(1, ROWS + 1)]):
        sheet.append(row)
    return sheet
