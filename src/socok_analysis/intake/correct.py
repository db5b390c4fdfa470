"""Declared corrections applied to the raw cells, and the very line to write for a refused cell.

A correction changes the one cell it means before that is parsed. The line offered goes into a
code list, the register's aliases or the corrections; only what a problem may quote is in it, so
that no personal value is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from socok_analysis.core.danish import did_you_mean, find_within, make_slug, nearest
from socok_analysis.core.problems import Problem
from socok_analysis.intake.columns import Parsed, list_spellings
from socok_analysis.intake.corrections import FILE, Correction, CorrectionError, fault
from socok_analysis.intake.exports import Exports
from socok_analysis.intake.headers import LAYOUT
from socok_analysis.intake.headings import locate, tell, write_line
from socok_analysis.intake.maps import QUESTIONS, CodeList, Maps
from socok_analysis.intake.parse import (
    BLANK,
    NOTHING,
    PARSERS,
    ParseError,
    parse_text,
    split_values,
)
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import CellValue, clean_text, fold, is_blank, name_cell
from socok_analysis.workbook.sheet import change_cells

KEYS = {"jobs": "job_id", "agreements": "agreement_id", "enterprises": "name"}
ROW_KEY = re.compile(r"række (\d+)")
COMPARED = ("date", "number", "whole", "percent", "flag", "week")
TO_FILL = ("(rigtig værdi)", "(grund)", "(dato)", "(hvem)")


def correct_exports(
    exports: Exports, corrections: Iterable[Correction]
) -> tuple[Exports, list[Problem]]:
    """Return the exports with corrected cells, and a problem for each correction."""
    problems: list[Problem] = []
    changes: dict[int, dict[tuple[int, int], CellValue]] = {id(s): {} for s in exports.sheets}
    for correction in corrections:
        try:
            table, row, name, column = find_target(exports, correction)
            cells, place = changes[id(table.sheet)], (row, column)
            if place in cells:
                message = "En tidligere linje retter samme celle."
                raise CorrectionError("twice", message, "Slet den ene.")
        except CorrectionError as error:
            problems.append(fault(correction.line, error))
            continue
        cells[place] = correction["til"] or None
        may_quote, texts = exports.guard.may_quote, (correction["fra"], correction["til"])
        old, new = (text if may_quote(text) else "" for text in texts)
        message = f"Rettet efter linje {correction.line} i {FILE}: {correction['grund']}"
        told: dict[str, Any] = {"severity": "info", "found": old, "expected": new}
        applied = tell(table.sheet, "correction.applied", name_cell(*place), message, **told)
        problems.append(replace(applied, column=name))
    sheets = {
        id(sheet): change_cells(sheet, cells) if (cells := changes[id(sheet)]) else sheet
        for sheet in exports.sheets
    }
    tables = {kind: table.change_sheets(sheets) for kind, table in exports.tables.items()}
    doubles = tuple(replace(table, sheet=sheets[id(table.sheet)]) for table in exports.doubles)
    corrected = replace(exports, sheets=(*sheets.values(),), tables=tables, doubles=doubles)
    return corrected, problems


def find_target(exports: Exports, correction: Correction) -> tuple[FoundTable, int, str, int]:
    """Return the table, row, tidy column and its place a correction means, or raise."""
    if any(exports.guard.holds_name(text) for text in correction.cells.values()):
        text = "Linjen har et navn eller en bemærkning fra udtrækket."
        raise CorrectionError("personal", text, "Skriv funktionen, fx “teamleder”, og ingen navne.")
    file, sheet = fold(correction["fil"]), fold(correction["ark"])
    same = [table for table in exports.found if fold(table.sheet.file) == file]
    tables = [table for table in same if sheet in ("", fold(table.sheet.name))]
    if len(tables) > 1:
        names = ", ".join(table.sheet.name for table in tables)
        raise CorrectionError("file", "Filen har flere tabeller.", f"Angiv arket: {names}.")
    if not tables:
        known = [table.sheet.name for table in same] or [t.sheet.file for t in exports.found]
        wrong, what = ("ark", "arket") if same else ("fil", "filen")
        near = did_you_mean(correction[wrong], known)
        raise CorrectionError("file", f"Der er ingen tabel i {what}, rettelsen nævner.{near}")
    table = tables[0]
    name, place = find_column(table, correction["kolonne"])
    row, text = find_row(table, correction["nøgle"]), correction["fra"]
    kind = {column.name: column.type for column in read_columns()[table.kind]}[name]
    if is_same(table.sheet.row(row).get(place), text, kind):
        return table, row, name, place
    cells = table.data[place].items() if place in table.data else ()
    rows = [each for each, value in cells if is_same(value, text, kind)]
    shown = " › ".join(filter(None, (table.sheet.file, table.sheet.name, name_cell(row, place))))
    where = f" Den står nu kun i række {rows[0]}." if len(rows) == 1 and text else ""
    message = f"Værdien i fra er ikke længere i {shown}.{where}"
    advice = "Er udtrækket rettet, så slet linjen. Er rækken flyttet, så ret nøglen."
    raise CorrectionError("stale", message, advice)


def find_column(table: FoundTable, text: str) -> tuple[str, int]:
    """Return the tidy column a correction names by its heading or own name, and its place."""
    places = {fold(heading): place for place, heading in table.headings.items()}
    name = table.header.find(fold(text)) if fold(text) in places else None
    name = name or (text if text in table.columns else None)
    is_one = name in table.columns and name not in table.parts and not table.header.spread
    place = table.columns[name] if name and is_one else places.get(fold(text), 0)
    types = {column.name: column.type for column in read_columns()[table.kind]}
    if place in table.personal or (name and types[name] == "person"):
        message = "Kolonnen har personoplysninger og kan ikke rettes her."
        raise CorrectionError("personal", message, "Ret dem i fagsystemet, og hent udtrækket igen.")
    if name is None:
        known = [
            table.headings[place] for place in table.columns.values() if place in table.headings
        ]
        message = f"Kolonnen, rettelsen nævner, er ikke i tabellen.{did_you_mean(text, known)}"
        raise CorrectionError("column", message, f"Vælg mellem: {', '.join(known)}.")
    return name, place


def find_row(table: FoundTable, key: str) -> int:
    """Return the row a correction names by its number or by the table's key.

    Zeros that Excel took from the front of a key do not matter.
    """
    by_number, name = "Skriv nøglen som “række 17”.", KEYS.get(table.kind, "")
    if found := ROW_KEY.fullmatch(fold(key)):
        if (row := int(found[1])) in (*table.data_rows, *table.total_rows):
            return row
        raise CorrectionError("row", f"Række {row} er ikke en række i tabellen.")
    if name not in table.columns:
        message = "I den tabel nævnes rækken ved sit nummer."
        raise CorrectionError("row", message, by_number)
    texts = {row: write_cell(value) for row, value in table.cells(name).items()}
    exact = [row for row, text in texts.items() if fold(text) == fold(key)]
    bare = fold(key).lstrip("0")
    rows = exact or [row for row, text in texts.items() if fold(text).lstrip("0") == bare]
    if len(rows) == 1:
        return int(rows[0])  # type: ignore[call-overload, no-any-return]
    if rows:
        message = f"Nøglen står i flere rækker: {', '.join(map(str, rows))}."
        raise CorrectionError("row", message, by_number)
    near = did_you_mean(key, texts.values())
    raise CorrectionError("row", f"Ingen række har den nøgle, rettelsen nævner.{near}")


def write_cell(value: CellValue) -> str:
    """Return a cell as the text it is compared as."""
    try:
        return parse_text(value) or ""
    except ParseError:
        return clean_text(value)


def is_same(value: CellValue, text: str, kind: str) -> bool:
    """Tell whether a cell holds what a correction says, in whatever spelling of its type."""
    if is_blank(value) or not text:
        return is_blank(value) and not text
    if write_cell(value) == text or kind not in COMPARED:
        return write_cell(value) == text
    try:
        return PARSERS[kind](value) == PARSERS[kind](text)
    except ParseError:
        return False


def add_edits(
    problems: Sequence[Problem], parsed: Mapping[str, Parsed], maps: Maps
) -> Iterator[Problem]:
    """Yield the problems, with the line to write where a cell's value was refused or is merged.

    That is where the value may be quoted or is blank. A new code is asked of column by column.
    """
    tables = {(t.sheet.file, t.sheet.name): t for p in parsed.values() for t in p.table.parts}
    blanks = Counter((p.file, p.sheet, p.column) for p in problems if BLANK in p.message)
    for problem in problems:
        table, (row, place) = tables.get((problem.file, problem.sheet)), locate(problem)
        edit, advice, name = "", problem.advice, problem.column
        raw = table.sheet.row(row).get(place) if table else None
        if table and problem.check == "health.merged_cells":
            name = next((n for n, each in table.columns.items() if each == place), "")
            edit = write_layout(table, name, "fill_down") if name else ""
        elif table and row and problem.check.startswith("cell."):
            column = {column.name: column for column in read_columns()[table.kind]}[name]
            is_group = blanks[problem.file, problem.sheet, name] > len(table.data_rows) / 2
            if NOTHING[0] in problem.message:
                word = f"{raw:%d-%m-%Y}" if isinstance(raw, date) else clean_text(raw)
                edit = write_layout(table, name, "nothing", word)
            elif BLANK in problem.message and is_group and len(table.data_rows) > 1:
                edit = write_layout(table, name, "fill_down")
                advice += " Står den kun i den første række af sin gruppe, så sig det i layout.csv."
            elif column.type in ("code", "codes") and not is_blank(raw):
                codes = maps.codes[column.detail]
                edit, is_new = write_code(problem.found, column, codes)
                asked = [QUESTIONS.get(each, "") for each in next(iter(codes.values())).extra]
                advice = " ".join(filter(None, [advice, *asked])) if is_new else advice
            elif isinstance(raw, str) and column.type == "enterprise" and "enterprises" in parsed:
                edit = write_alias(clean_text(raw), problem.found, parsed["enterprises"])
            is_open = (problem.found or is_blank(raw)) and column.type != "person"
            if not edit and is_open and place in table.headings:
                where = (problem.file, problem.sheet, f"række {row}", table.headings[place])
                line = write_line([*where, clean_text(problem.found), *TO_FILL])
                edit = f"Eller ny linje i {FILE}: {line}"
        yield replace(problem, advice=advice, edit=edit or problem.edit)


def write_layout(table: FoundTable, name: str, how: str, argument: str = "") -> str:
    """Return the line that declares how a column of a table is laid out."""
    line = write_line([table.kind, table.header.valid_from, name, how, argument])
    return f"Ny linje i maps/{LAYOUT}: {line}"


def write_code(found: str, column: Column, codes: CodeList) -> tuple[str, bool]:
    """Return the line that makes a label one more spelling of the code most like it, or a new one.

    `found` is the label as it may be quoted, empty where it may not.
    """
    labels = [found]
    if column.type == "codes":
        labels = split_values(found, lambda part: fold(part) in codes)
    new = next((label for label in labels if fold(label) not in codes), "")
    near = nearest(new, [code.label for code in codes.values()]) if new else None
    code = next((code for code in codes.values() if code.label == near), None)
    if code:
        line = write_line([clean_text(new), code.code, "", "", *code.extra.values()])
        return f"Ny linje i {column.detail}.csv, hvis den betyder {code.label}: {line}", False
    first = next(iter(codes.values()))
    label = clean_text(new) or "(teksten i cellen)"
    made = make_slug(new).replace("-", "_") or "(kode)"
    line = write_line([label, made, "", "", *(f"({name})" for name in first.extra)])
    return f"Er den ny, så ny linje i maps/codes/{column.detail}.csv: {line}", True


def write_alias(text: str, found: str, register: Parsed) -> str:
    """Return where in the register a spelling is to be written, beside the name most like it.

    `found` is the spelling as it may be quoted, empty where it may not.
    """
    table = register.table
    places = {spelling: (row, name) for row, name, spelling in list_spellings(register)}
    near = nearest(text, places) or find_within(text, places)
    if near is None or not table.has("aliases"):
        return ""
    number, name = places[near]
    part, row = table.find(number)
    where = part.name_place(row, "aliases")
    what = f"“{clean_text(found)}”" if found else "cellens tekst"
    return f"Er det {name}, så tilføj {what} i {where}."
