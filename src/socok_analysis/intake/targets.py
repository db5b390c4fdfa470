"""Apply declared corrections: find the cell each one means, and change it before it is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import Problem
from socok_analysis.intake.corrections import FILE, Correction, CorrectionError, fault
from socok_analysis.intake.exports import Exports
from socok_analysis.intake.faults import ParseError
from socok_analysis.intake.parse import PARSERS, parse_text
from socok_analysis.intake.people import Guard
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import read_columns
from socok_analysis.workbook.cells import CellValue, clean_text, fold, is_blank, name_cell
from socok_analysis.workbook.sheet import change_cells

KEYS = {"jobs": "job_id", "agreements": "agreement_id", "enterprises": "name"}
ROW_KEY = re.compile(r"række (\d+)")
COMPARED = ("date", "number", "whole", "percent", "flag", "week")


@dataclass(frozen=True)
class Target:
    """The cell a correction means: table, row, column as in Excel, and the tidy column."""

    table: FoundTable
    row: int
    column: int
    name: str

    @property
    def value(self) -> CellValue:
        """What the cell holds."""
        return self.table.sheet.cells(self.row).get(self.column)


def correct_exports(
    exports: Exports, corrections: Iterable[Correction], guard: Guard
) -> tuple[Exports, list[Problem]]:
    """Return the exports with corrected cells, and a problem for each correction."""
    problems: list[Problem] = []
    changes: dict[int, dict[tuple[int, int], CellValue]] = {}
    tables = (*exports.tables.values(), *exports.doubles)
    for correction in corrections:
        try:
            target = find_target(tables, correction, guard)
            cells = changes.setdefault(id(target.table.sheet), {})
            check_once(cells, target)
            cells[target.row, target.column] = correction["til"] or None
            problems.append(report_applied(target, correction, guard))
        except CorrectionError as error:
            problems.append(fault(correction.line, error))
    return replace_sheets(exports, changes), problems


def check_once(cells: Mapping[tuple[int, int], CellValue], target: Target) -> None:
    """Raise CorrectionError where an earlier line corrects the same cell."""
    if (target.row, target.column) in cells:
        raise CorrectionError("twice", "En tidligere linje retter samme celle.", "Slet den ene.")


def find_target(tables: Sequence[FoundTable], correction: Correction, guard: Guard) -> Target:
    """Return the cell a correction means; raise CorrectionError where it does not fit."""
    if any(guard.holds_name(text) for text in correction.cells.values()):
        text = "Linjen har et navn eller en bemærkning fra udtrækket."
        raise CorrectionError("personal", text, "Skriv funktionen, fx “teamleder”, og ingen navne.")
    table = find_file(tables, correction)
    name = find_column(table, correction["kolonne"])
    row = find_row(table, correction["nøgle"])
    target = Target(table, row, table.columns[name], name)
    if not is_same(target, target.value, correction["fra"]):
        raise report_stale(target, correction)
    return target


def find_file(tables: Sequence[FoundTable], correction: Correction) -> FoundTable:
    """Return the table a correction names by file and sheet."""
    file, name = fold(correction["fil"]), fold(correction["ark"])
    same = [table for table in tables if fold(table.sheet.file) == file]
    found = [table for table in same if name in ("", fold(table.sheet.name))]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(table.sheet.name for table in found)
        raise CorrectionError("file", "Filen har flere tabeller.", f"Angiv arket: {names}.")
    known = [table.sheet.name for table in same] or [table.sheet.file for table in tables]
    wrong, what = ("ark", "arket") if same else ("fil", "filen")
    near = did_you_mean(correction[wrong], known)
    raise CorrectionError("file", f"Der er ingen tabel i {what}, rettelsen nævner.{near}")


def find_column(table: FoundTable, text: str) -> str:
    """Return the tidy column a correction names by its heading or by its own name."""
    headings = {fold(table.headings[place]): name for name, place in table.columns.items()}
    name = headings.get(fold(text), text if text in table.columns else None)
    types = {column.name: column.type for column in read_columns()[table.kind]}
    personal = {fold(table.headings[place]) for place in table.personal}
    if fold(text) in personal or (name and types[name] == "person"):
        message = "Kolonnen har personoplysninger og kan ikke rettes her."
        raise CorrectionError("personal", message, "Ret dem i fagsystemet, og hent udtrækket igen.")
    if name is None:
        known = [table.headings[place] for place in table.columns.values()]
        message = f"Kolonnen, rettelsen nævner, er ikke i tabellen.{did_you_mean(text, known)}"
        raise CorrectionError("column", message, f"Vælg mellem: {', '.join(known)}.")
    return name


def find_row(table: FoundTable, key: str) -> int:
    """Return the row a correction names by its number or by the table's key."""
    if found := ROW_KEY.fullmatch(fold(key)):
        row = int(found[1])
        if row in table.data_rows or row in table.total_rows:
            return row
        raise CorrectionError("row", f"Række {row} er ikke en række i tabellen.")
    name = KEYS.get(table.kind, "")
    if name not in table.columns:
        message = "I den tabel nævnes rækken ved sit nummer."
        raise CorrectionError("row", message, "Skriv nøglen som “række 17”.")
    return find_key(table, name, key)


def find_key(table: FoundTable, name: str, key: str) -> int:
    """Return the one row with a key; zeros that Excel took from the front do not matter."""
    cells = zip(table.data_rows, table.cells(name), strict=True)
    pairs = [(row, show(cell)) for row, cell in cells]
    exact = [row for row, text in pairs if fold(text) == fold(key)]
    rows = exact or [row for row, text in pairs if fold(text).lstrip("0") == fold(key).lstrip("0")]
    if len(rows) == 1:
        return rows[0]
    if rows:
        message = f"Nøglen står i flere rækker: {', '.join(map(str, rows))}."
        raise CorrectionError("row", message, "Skriv nøglen som “række 17”.")
    near = did_you_mean(key, [text for _, text in pairs])
    raise CorrectionError("row", f"Ingen række har den nøgle, rettelsen nævner.{near}")


def show(value: CellValue) -> str:
    """Return a cell as the text it is compared as."""
    try:
        return parse_text(value) or ""
    except ParseError:
        return clean_text(value)


def is_same(target: Target, value: CellValue, text: str) -> bool:
    """Tell whether a cell holds what a correction says, in whatever spelling of its type."""
    if is_blank(value) or not text:
        return is_blank(value) and not text
    kind = {c.name: c.type for c in read_columns()[target.table.kind]}[target.name]
    if show(value) == text or kind not in COMPARED:
        return show(value) == text
    try:
        return PARSERS[kind](value) == PARSERS[kind](text)
    except ParseError:
        return False


def report_stale(target: Target, correction: Correction) -> CorrectionError:
    """Return the error for a correction whose `fra` is gone; it says where it stands instead."""
    table = target.table
    cells = zip(table.data_rows, table.cells(target.name), strict=True)
    rows = [row for row, value in cells if is_same(target, value, correction["fra"])]
    place = f"{table.sheet.file} › {table.sheet.name} › {name_cell(target.row, target.column)}"
    where = f" Den står nu kun i række {rows[0]}." if len(rows) == 1 and correction["fra"] else ""
    return CorrectionError(
        "stale",
        f"Værdien i fra er ikke længere i {place}.{where}",
        "Er udtrækket rettet, så slet linjen. Er rækken flyttet, så ret nøglen.",
    )


def report_applied(target: Target, correction: Correction, guard: Guard) -> Problem:
    """Return the information that a cell was corrected, and why."""
    old, new = (t if guard.may_quote(t) else "" for t in (correction["fra"], correction["til"]))
    return Problem(
        "info",
        "correction.applied",
        f"Rettet efter linje {correction.line} i {FILE}: {correction['grund']}",
        file=target.table.sheet.file,
        sheet=target.table.sheet.name,
        cell=name_cell(target.row, target.column),
        column=target.name,
        found=old,
        expected=new,
    )


def replace_sheets(
    exports: Exports, changes: Mapping[int, Mapping[tuple[int, int], CellValue]]
) -> Exports:
    """Return the exports with the changed cells, in every place that holds the sheet."""
    new = {id(sheet): sheet for sheet in exports.sheets}
    new |= {key: change_cells(new[key], cells) for key, cells in changes.items() if cells}
    return replace(
        exports,
        sheets=tuple(new.values()),
        tables={kind: replace(t, sheet=new[id(t.sheet)]) for kind, t in exports.tables.items()},
        doubles=tuple(replace(table, sheet=new[id(table.sheet)]) for table in exports.doubles),
    )
