"""Declared corrections, and the very line to write for a refused cell.

A correction is a line of `data/raw/<year>/rettelser.csv`. Its key is the job's or agreement's
number, the enterprise's name, or in every table `række 17`, the row Excel shows. It changes a raw
cell before it is parsed; one whose `fra` is no longer there is an error, and personal data are not
corrected this way. The line offered for a refused cell goes into a code list, the register's
aliases or the corrections; only what a problem may quote is in it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from socok_analysis.core.danish import (
    clean_text,
    did_you_mean,
    find_within,
    fold,
    make_slug,
    mask_cpr,
    nearest,
)
from socok_analysis.core.lists import Filled, ListError, ListFile, read_rows
from socok_analysis.core.problems import Problem, Proposal
from socok_analysis.intake import parse as parsers
from socok_analysis.intake.columns import Parsed, list_spellings
from socok_analysis.intake.exports import Exports
from socok_analysis.intake.maps import LAYOUT, QUESTIONS, TO_TELL, CodeList, Maps
from socok_analysis.intake.recognise import FoundTable, locate
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Uncalculated,
    change_cells,
    is_blank,
    name_cell,
)

FILE = "rettelser.csv"
KEYS = {"jobs": "job_id", "agreements": "agreement_id", "enterprises": "name"}
ROW_KEY = re.compile(r"række (\d+)")
COMPARED = ("date", "number", "whole", "percent", "flag", "week")
TO_FILL = ("(rigtig værdi)", "(grund)", "(dato)", "(hvem)")


def _check_day(text: str) -> str:
    try:
        parsers.parse_date(text or "?")
    except parsers.ParseError as error:
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

    @property
    def cells(self) -> Mapping[str, str]:
        """The line's cells by column."""
        return {name: text for name, text in vars(self).items() if isinstance(text, str)}


def read_corrections(folder: Path) -> tuple[list[Correction], list[Problem]]:
    """Return a year's corrections and the faults of the lines; none where there is no file."""
    problems: list[Problem] = []
    file = ListFile(folder / FILE, "correction.{}", may_quote=False)
    return read_rows(file, Correction, problems), problems


def correct_exports(
    exports: Exports, corrections: Iterable[Correction]
) -> tuple[Exports, list[Problem]]:
    """Return the exports with corrected cells, and a problem for each correction."""
    file, problems = ListFile(Path(FILE), "correction.{}", may_quote=False), list[Problem]()
    changes: dict[int, dict[tuple[int, int], CellValue]] = {id(s): {} for s in exports.sheets}
    for correction in corrections:
        try:
            table, name, place = _find_target(exports, correction)
            if place in changes[id(table.sheet)]:
                raise ListError("En tidligere linje retter samme celle.", "Slet den ene.", "twice")
        except ListError as error:
            told = (error.kind, str(error), error.advice)
            problems.append(file.fault(*told, cell=f"A{correction.row}"))
            continue
        changes[id(table.sheet)][place] = correction.til or None
        texts = (correction.fra, correction.til)
        old, new = (text if exports.guard.may_quote(text) else "" for text in texts)
        message = f"Rettet efter linje {correction.row} i {FILE}: {correction.grund}"
        facts = {"column": name, "found": old, "expected": new}
        check, cell = "correction.applied", name_cell(*place)
        problems.append(table.sheet.tell(check, cell, message, severity="info", **facts))
    sheets = {
        id(s): change_cells(s, cells) if (cells := changes[id(s)]) else s for s in exports.sheets
    }
    tables = {kind: table.change_sheets(sheets) for kind, table in exports.tables.items()}
    doubles = tuple(replace(table, sheet=sheets[id(table.sheet)]) for table in exports.doubles)
    corrected = replace(exports, sheets=(*sheets.values(),), tables=tables, doubles=doubles)
    return corrected, problems


def _find_target(
    exports: Exports, correction: Correction
) -> tuple[FoundTable, str, tuple[int, int]]:
    """Return the table, the tidy column and the cell a correction means, or raise ListError."""
    if any(map(exports.guard.holds_name, correction.cells.values())):
        text = "Linjen har et navn eller en bemærkning fra udtrækket."
        raise ListError(text, "Skriv funktionen, fx “teamleder”, og ingen navne.", "personal")
    same = [t for t in exports.found if fold(t.sheet.file) == fold(correction.fil)]
    tables = [t for t in same if fold(correction.ark) in ("", fold(t.sheet.name))]
    if len(tables) > 1:
        names = ", ".join(table.sheet.name for table in tables)
        raise ListError("Filen har flere tabeller.", f"Angiv arket: {names}.", "file")
    if not tables:
        what, near = "filen", did_you_mean(correction.fil, [t.sheet.file for t in exports.found])
        if same:
            what, near = "arket", did_you_mean(correction.ark, [t.sheet.name for t in same])
        raise ListError(f"Der er ingen tabel i {what}, rettelsen nævner.{near}", "", "file")
    table, text = tables[0], correction.fra
    (name, place), row = _find_column(table, correction.kolonne), _find_row(table, correction.nøgle)
    kind = next(column.type for column in read_columns()[table.kind] if column.name == name)
    if _is_same(table.sheet.row(row).get(place), text, kind):
        return table, name, (row, place)
    cells = table.data[place].items() if place in table.data else ()
    rows = [each for each, value in cells if _is_same(value, text, kind)]
    where = f" Den står nu kun i række {rows[0]}." if len(rows) == 1 and text else ""
    shown = f"{table.sheet.place} › {name_cell(row, place)}"
    advice = "Er udtrækket rettet, så slet linjen. Er rækken flyttet, så ret nøglen."
    raise ListError(f"Værdien i fra er ikke længere i {shown}.{where}", advice, "stale")


def _find_column(table: FoundTable, text: str) -> tuple[str, int]:
    """Return the tidy column a correction names by its heading or own name, and its place."""
    places = {fold(heading): place for place, heading in table.headings.items()}
    name = table.header.find(fold(text)) if fold(text) in places else None
    name = name or (text if text in table.columns else None)
    is_one = name in table.columns and name not in table.parts and not table.header.spread
    place = table.columns[name] if name and is_one else places.get(fold(text), 0)
    persons = [c.name for c in read_columns()[table.kind] if c.type == "person"]
    if place in table.personal or name in persons:
        message = "Kolonnen har personoplysninger og kan ikke rettes her."
        raise ListError(message, "Ret dem i fagsystemet, og hent udtrækket igen.", "personal")
    if name is None:
        known = [table.headings[each] for each in table.columns.values() if each in table.headings]
        message = f"Kolonnen, rettelsen nævner, er ikke i tabellen.{did_you_mean(text, known)}"
        raise ListError(message, f"Vælg mellem: {', '.join(known)}.", "column")
    return name, place


def _find_row(table: FoundTable, key: str) -> int:
    """Return the row a correction names by its number or by the table's key, zeros apart."""
    by_number, name = "Skriv nøglen som “række 17”.", KEYS.get(table.kind, "")
    if found := ROW_KEY.fullmatch(fold(key)):
        if (row := int(found[1])) in (*table.data_rows, *table.total_rows):
            return row
        raise ListError(f"Række {row} er ikke en række i tabellen.", "", "row")
    if name not in table.columns:
        raise ListError("I den tabel nævnes rækken ved sit nummer.", by_number, "row")
    texts = table.cells(name).map(lambda value: parsers.write_text(value) or "")
    folded, wanted = texts.map(fold), fold(key)
    rows = texts.index[folded == wanted].tolist()
    rows = rows or texts.index[folded.str.lstrip("0") == wanted.lstrip("0")].tolist()
    if len(rows) > 1:
        message = f"Nøglen står i flere rækker: {', '.join(map(str, rows))}."
        raise ListError(message, by_number, "row")
    if not rows:
        near = did_you_mean(key, texts)
        raise ListError(f"Ingen række har den nøgle, rettelsen nævner.{near}", "", "row")
    return int(rows[0])


def _is_same(value: CellValue, text: str, kind: str) -> bool:
    """Tell whether a cell holds what a correction says, in whatever spelling of its type."""
    shown = parsers.write_text(value) or ""
    if shown == text or not (shown and text) or kind not in COMPARED:
        return shown == text
    with suppress(parsers.ParseError):
        return parsers.PARSERS[kind](value) == parsers.PARSERS[kind](text)
    return False


def add_edits(
    problems: Sequence[Problem], parsed: Mapping[str, Parsed], maps: Maps
) -> Iterator[Problem]:
    """Yield the problems, with the line to write where a value may be quoted or is blank."""
    tables = {(t.sheet.file, t.sheet.name): t for p in parsed.values() for t in p.table.parts}
    blanks = Counter((p.file, p.sheet, p.column) for p in problems if parsers.BLANK in p.message)
    for problem in problems:
        table, (row, place) = tables.get((problem.file, problem.sheet)), locate(problem)
        proposal, told, name = problem.proposal, "", problem.column
        raw = table.sheet.row(row).get(place) if table else None
        if table and problem.check == "health.merged_cells":
            name = next((n for n, each in table.columns.items() if each == place), "")
            proposal = _write_layout(table, name, "fill_down") if name else None
        elif table and row and problem.check.startswith("cell."):
            column = {column.name: column for column in read_columns()[table.kind]}[name]
            is_group = blanks[problem.file, problem.sheet, name] > len(table.data_rows) / 2
            if parsers.NOTHING[0] in problem.message:
                word = f"{raw:%d-%m-%Y}" if isinstance(raw, date) else clean_text(raw)
                proposal = _write_layout(table, name, "nothing", word)
            elif parsers.BLANK in problem.message and is_group and len(table.data_rows) > 1:
                proposal = _write_layout(table, name, "fill_down")
                told = "Står den kun i den første række af sin gruppe, så sig det i layout.csv."
            elif isinstance(raw, (CellError, Uncalculated)):
                pass  # only Excel has its value
            elif column.type in ("code", "codes") and not is_blank(raw):
                told, proposal = _write_code(problem.found, column, maps.codes[column.detail])
            elif isinstance(raw, str) and column.type == "enterprise" and "enterprises" in parsed:
                told, proposal = _write_alias(raw, problem.found, parsed["enterprises"])
            is_open = (problem.found or is_blank(raw)) and column.type != "person"
            if not proposal and is_open and place in table.headings:
                where = (problem.file, problem.sheet, f"række {row}", table.headings[place])
                line = (*where, clean_text(problem.found), *TO_FILL)
                proposal = Proposal(FILE, line, lead="Eller")
        advice = " ".join(filter(None, [problem.advice, told]))
        yield replace(problem, advice=advice, proposal=proposal)


def _write_layout(table: FoundTable, name: str, how: str, argument: str = "") -> Proposal:
    cells = (table.kind, table.header.valid_from, name, how, argument)
    return Proposal(f"maps/{LAYOUT}", cells)


def _write_code(found: str, column: Column, codes: CodeList) -> tuple[str, Proposal]:
    """Return the line that makes a label one more spelling of the code most like it, otherwise a
    new code, with what each column of that asks. `found` is the label as it may be quoted, empty
    where it may not.
    """
    labels = [found]
    if column.type == "codes":
        labels = parsers.split_values(found, lambda part: fold(part) in codes)
    new = next((label for label in labels if fold(label) not in codes), "")
    near = nearest(new, [code.label for code in codes.values()]) if new else None
    file, label = f"maps/codes/{column.detail}.csv", clean_text(new) or TO_TELL
    made = make_slug(new).replace("-", "_") or "(kode)"
    extra = next(iter(codes.values())).extra
    cells = (label, made, "", "", *(f"({n})" if n in QUESTIONS else "" for n in extra))
    as_new = Proposal(file, cells, lead="Er den ny, så")
    code = next((code for code in codes.values() if code.label == near), None)
    if not code:
        return " ".join(QUESTIONS[name] for name in extra if name in QUESTIONS), as_new
    cells, note = (label, code.code, "", "", *code.extra.values()), f", hvis den betyder {near}"
    return "", Proposal(file, cells, note=note, otherwise=as_new)


def _write_alias(raw: str, found: str, register: Parsed) -> tuple[str, Proposal | None]:
    """Return where in the register a spelling is to be written, beside the name most like it: a
    place, or a correction. `found` is the spelling as it may be quoted, empty where it may not.
    """
    text = clean_text(raw)
    places = {spelling: (row, name) for row, name, spelling in list_spellings(register)}
    near = nearest(text, places) or find_within(text, places)
    if near is None or not register.table.has("aliases"):
        return "", None
    number, name = places[near]
    part, row = register.table.find(number)
    what = f"“{clean_text(found)}”" if found else "cellens tekst"
    cell, place = part.name_cell(row, "aliases"), part.columns["aliases"]
    where = f"Er det {name}, så tilføj {what} i {part.sheet.place} › {cell}"
    old = clean_text(part.sheet.row(row).get(place) or "")
    if not found or place not in part.headings:
        return f"{where}.", None
    cells = (part.sheet.file, part.sheet.name, f"række {row}", part.headings[place], old)
    line = (*cells, "; ".join(filter(None, [old, clean_text(found)])), *TO_FILL[1:])
    return "", Proposal(FILE, line, lead=f"{where}, eller")
