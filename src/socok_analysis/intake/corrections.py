"""Declared corrections of cells, lines of `data/raw/<year>/rettelser.csv`.

A raw cell is changed before it is parsed. Personal data are not corrected this way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator

from socok_analysis.core.danish import did_you_mean, fold, mask_cpr
from socok_analysis.core.lists import Filled, ListError, ListFile, read_rows
from socok_analysis.core.problems import Problem, Proposal
from socok_analysis.intake import parse as parsers
from socok_analysis.intake.exports import Exports
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.workbook.cells import CellValue, change_cells, name_cell

FILE = "rettelser.csv"
# What a row is known by, beside the number that Excel shows: `række 17`.
KEYS = {"jobs": "job_id", "agreements": "agreement_id", "enterprises": "name"}
COMPARED = ("date", "number", "whole", "percent", "flag", "week")
Place = tuple[int, int]
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


def propose_correction(
    part: FoundTable, row: int, name: str, lead: str, old: str, new: str = TO_FILL[0]
) -> Proposal | None:
    """Return the line that corrects a tidy column's cell; None where it has no heading."""
    heading = part.headings.get(part.columns.get(name, 0))
    line = (part.sheet.file, part.sheet.name, f"række {row}", heading or "", old, new)
    return Proposal(FILE, (*line, *TO_FILL[1:]), lead=lead) if heading is not None else None


def correct_exports(
    exports: Exports, corrections: Iterable[Correction]
) -> tuple[Exports, list[Problem]]:
    """Return the exports with corrected cells, and a problem for each correction."""
    file, problems = ListFile(Path(FILE), "correction.{}", may_quote=False), list[Problem]()
    changes = defaultdict[int, dict[Place, CellValue]](dict)
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
    sheets = {id(s): change_cells(s, changes[id(s)]) for s in exports.sheets}
    found = tuple(replace(each, sheet=sheets[id(each.sheet)]) for each in exports.found)
    return replace(exports, found=found, sheets=(*sheets.values(),)), problems


def _find_target(exports: Exports, correction: Correction) -> tuple[FoundTable, str, Place]:
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
        near = did_you_mean(correction.fil, [t.sheet.file for t in exports.found])
        near = did_you_mean(correction.ark, [t.sheet.name for t in same]) if same else near
        message = f"Der er ingen tabel i {'arket' if same else 'filen'}, rettelsen nævner.{near}"
        raise ListError(message, "", "file")
    table, text = tables[0], correction.fra
    (name, place), row = _find_column(table, correction.kolonne), _find_row(table, correction.nøgle)
    kind = table.header.declared[name].type
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
    named = (table.names.get(places.get(fold(text), 0)), text)
    name = next((each for each in named if each in table.columns), None)
    is_one = name in table.columns and name not in table.parts and not table.header.spread
    place = table.columns[name] if name and is_one else places.get(fold(text), 0)
    if place in table.personal or (name and table.header.declared[name].type == "person"):
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
    if found := re.fullmatch(r"række (\d+)", fold(key)):
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
    parse = parsers.PARSERS[kind] if kind in COMPARED and shown and text else parsers.write_text
    with suppress(parsers.ParseError):
        return shown == text or parse(value) == parse(text)
    return False
