"""The very line to write: into a code list, the register's aliases, or the corrections.

Only what a problem may quote is in a line, so that no personal value is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from socok_analysis.core.danish import find_within, nearest
from socok_analysis.core.problems import Problem
from socok_analysis.intake.corrections import FILE
from socok_analysis.intake.enterprises import split_aliases
from socok_analysis.intake.maps import CodeList, Maps
from socok_analysis.intake.parse import split_values
from socok_analysis.intake.parsed import Parsed
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import clean_text, fold, is_blank

CELL = re.compile(r"([A-Z]+)(\d+)")
TO_FILL = ("(rigtig værdi)", "(grund)", "(dato)", "(hvem)")


def add_edits(
    problems: Iterable[Problem], parsed: Mapping[str, Parsed], maps: Maps
) -> list[Problem]:
    """Return the problems, with the line to write where a cell's value was refused."""
    tables = {(p.table.sheet.file, p.table.sheet.name): p for p in parsed.values()}
    register = parsed.get("enterprises")
    return [
        add_edit(problem, tables[problem.file, problem.sheet], register, maps)
        if problem.check.startswith("cell.") and (problem.file, problem.sheet) in tables
        else problem
        for problem in problems
    ]


def add_edit(problem: Problem, parsed: Parsed, register: Parsed | None, maps: Maps) -> Problem:
    """Return a problem with the line to write, where its value may be quoted or is blank."""
    columns = {column.name: column for column in read_columns()[parsed.table.kind]}
    column = columns.get(problem.column)
    if column is None or column.type == "person":
        return problem
    raw, line = read_cell(parsed, problem), ""
    if problem.found and column.type in ("code", "codes"):
        line = write_code(problem.found, column, maps.codes[column.detail])
    if isinstance(raw, str) and column.type == "enterprise" and register:
        line = write_alias(clean_text(raw), problem.found, register)
    if not (line or problem.found or is_blank(raw)):
        return problem
    return replace(problem, edit=line or write_correction(problem, parsed))


def read_cell(parsed: Parsed, problem: Problem) -> object:
    """Return the raw cell a problem is about."""
    row = find_row(problem)
    return parsed.table.sheet.cells(row).get(parsed.table.columns.get(problem.column, 0))


def find_row(problem: Problem) -> int:
    """Return the number of the row a problem is about."""
    found = CELL.fullmatch(problem.cell)
    return int(found[2]) if found else 0


def write_code(found: str, column: Column, codes: CodeList) -> str:
    """Return the line that makes a label one more spelling of the code most like it."""
    labels = [found]
    if column.type == "codes":
        labels = split_values(found, lambda part: fold(part) in codes)
    new = next((label for label in labels if fold(label) not in codes), "")
    near = nearest(new, [code.label for code in codes.values()])
    code = next((code for code in codes.values() if code.label == near), None)
    if code is None:
        return ""
    line = write_line([clean_text(new), code.code, "", "", *code.extra.values()])
    return f"Ny linje i {column.detail}.csv, hvis den betyder {code.label}: {line}"


def write_alias(text: str, found: str, register: Parsed) -> str:
    """Return where in the register a spelling is to be written, beside the name most like it.

    `found` is the spelling as it may be quoted, empty where it may not.
    """
    names = [str(name) if name else "" for name in register.values["name"]]
    spellings = {
        spelling: place
        for place, name in enumerate(names)
        for spelling in (name, *split_aliases(register.values["aliases"][place]))
        if spelling
    }
    near = nearest(text, spellings) or find_within(text, spellings)
    if near is None or "aliases" not in register.table.columns:
        return ""
    table, place = register.table, spellings[near]
    cell = table.name_cell(table.data_rows[place], "aliases")
    where = f"{table.sheet.file} › {table.sheet.name} › {cell}"
    what = f"“{clean_text(found)}”" if found else "cellens tekst"
    return f"Er det {names[place]}, så tilføj {what} i {where}."


def write_correction(problem: Problem, parsed: Parsed) -> str:
    """Return the line of a correction, with what only a person knows in brackets."""
    heading = parsed.table.headings[parsed.table.columns[problem.column]]
    place = (problem.file, problem.sheet, f"række {find_row(problem)}", heading)
    line = write_line([*place, clean_text(problem.found), *TO_FILL])
    return f"Eller ny linje i {FILE}: {line}"


def write_line(cells: Sequence[str]) -> str:
    """Return a line of CSV."""
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(cells)
    return file.getvalue()
