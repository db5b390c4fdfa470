"""Read every export of a year folder: which workbook, which sheet, which kind of table.

Parts with the headings of one kind, on several sheets or in several files, are one table. A part
that is a copy of another, or an older snapshot of it, is set aside and said; rows that stand in two
parts are an error. Nothing is raised: every fault is a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from highspy import Highs
from rapidfuzz import fuzz

from socok_analysis.core.danish import MASK, clean_text, did_you_mean, fold, mask_cpr, show_unseen
from socok_analysis.core.problems import Problem, Proposal
from socok_analysis.core.year import EXPORT_SUFFIXES, OWN_LISTS, is_passed_over, list_exports
from socok_analysis.intake.maps import CodeList, HeaderMap
from socok_analysis.intake.parse import PARSERS, ParseError, simplify
from socok_analysis.intake.people import Guard, make_guard
from socok_analysis.intake.recognise import (
    FIRST_ROWS,
    LONGEST_HEADING,
    FoundTable,
    find_table,
    list_heading_rows,
)
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS, ORDERED, Column, read_columns
from socok_analysis.workbook.archive import WorkbookError
from socok_analysis.workbook.cells import CellValue, Sheet, is_blank, name_cell
from socok_analysis.workbook.health import Area, inspect_package, inspect_sheet
from socok_analysis.workbook.read import BROKEN_LETTERS, GARBLED, read_file

OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".xlt", ".xltx", ".xltm", ".ods", ".ots", ".fods"})
OTHER_SUFFIXES |= {".numbers", ".zip"}
HIDDEN, NAMELESS = "(navn skjult)", "Giv {} et navn uden personoplysninger."
FILES = {
    "file.passed_over": ("Filen er en låsefil eller skjult og er ikke læst.", ""),
    "file.old_format": ("Filen er i et andet format.", "Åbn den i Excel, og gem den som .xlsx."),
    "file.unreadable": ("Det er en mappe eller død genvej.", "Læg selve filen i årsmappen."),
    "file.name": ("Filnavnet har tegn, der ikke kan vises.", "Giv filen et nyt navn."),
    "file.personal_name": ("Filnavnet ligner et CPR-nummer.", NAMELESS.format("filen")),
}
UNCLEAR = ("table.second", "table.beside")
STRIDE = 1 << 21  # above the most rows of a sheet: a row's number in all parts tells both
MOST_OF = 0.8
MOST_VALUES, LEAST_HEADINGS = 50, 3
NAME_WEIGHT, LEAST_FIT, LEAST_LIKE, LEAST_NEEDED = 0.6, 0.5, 0.4, 0.6
OPEN, OPEN_FIT, LEAST_OPEN_NAME = ("text", "enterprise", "agreement"), 0.7, 0.6
Found = Sequence[tuple[Sheet, FoundTable | None]]


@dataclass(frozen=True)
class Table:
    """All rows of one kind. A row has a number of its own, in the first part that of its sheet."""

    kind: str
    parts: tuple[FoundTable, ...]

    @cached_property
    def rows(self) -> list[int]:
        """The numbers of the data rows of all parts."""
        return [row for n, part in enumerate(self.parts) for row in self.number(n, part.data_rows)]

    def number(self, part: int, rows: Iterable[int]) -> list[int]:
        """Return the numbers of some rows of a part."""
        return [part * STRIDE + row for row in rows]

    def find(self, number: int) -> tuple[FoundTable, int]:
        """Return the part a row is in, and its number on the sheet."""
        return self.parts[number // STRIDE], number % STRIDE

    def place(self, number: int) -> tuple[str, str, int]:
        """Return the file, the sheet and the row a row stands in."""
        part, row = self.find(number)
        return part.sheet.file, part.sheet.name, row

    def has(self, name: str) -> bool:
        """Tell whether any part has a tidy column."""
        return any(part.has(name) for part in self.parts)

    def tell(self, number: Any, name: str, *told: Any, **more: Any) -> Problem:
        """Return a problem at a tidy column's cell: check, message, advice and severity."""
        part, row = self.find(number)
        return part.tell(row, name, *told, **more)

    def name_place(self, number: int, name: str, near: int) -> str:
        """Return the name of a cell, with its file and sheet where those of row `near` differ."""
        (part, row), (other, _) = self.find(number), self.find(near)
        cell = part.name_cell(row, name)
        return cell if part.sheet is other.sheet else f"{part.sheet.place} › {cell}"

    def list_twins(self, numbers: Iterable[int]) -> set[int]:
        """Return all rows that stand in the same rows of the sheets: one row may give several."""
        places = {(id(part.sheet), row) for part, row in map(self.find, numbers)}
        return {n for n in self.rows if (id(self.find(n)[0].sheet), n % STRIDE) in places}

    def change_sheets(self, sheets: Mapping[int, Sheet]) -> Table:
        """Return the table on other sheets, by the id of those it stands on."""
        return replace(self, parts=tuple(replace(p, sheet=sheets[id(p.sheet)]) for p in self.parts))

    def spread(self) -> Table:
        """Return the table with a part for each of many headings whose values are one column's."""
        return replace(self, parts=tuple(piece for part in self.parts for piece in part.spread()))


@dataclass(frozen=True)
class Exports:
    """What the year folder holds: a table of each kind, doubles, all sheets, refused files.

    `guard` knows the persons in them.
    """

    tables: Mapping[str, Table]
    doubles: tuple[FoundTable, ...]
    sheets: tuple[Sheet, ...]
    refused: tuple[str, ...]
    problems: tuple[Problem, ...]
    guard: Guard

    @property
    def found(self) -> tuple[FoundTable, ...]:
        """Every table found: the parts that are read, then those set aside."""
        return (*(part for table in self.tables.values() for part in table.parts), *self.doubles)


def read_exports(
    folder: Path, headers: Mapping[str, HeaderMap], codes: Mapping[str, CodeList] | None = None
) -> Exports:
    """Read all exports of a folder.

    With `codes`, a map is proposed for an export of unknown headings by what its cells hold. Files
    and sheets that are named after a person in them lose their names here, once for all.
    """
    problems, refused, sheets = [*_check_files(folder)], list[str](), list[Sheet]()
    refused += (p.file for p in problems if p.check in ("file.unreadable", "file.old_format"))
    for path in list_exports(folder):
        shown = show_unseen(mask_cpr(path.name))
        try:
            sheets += read_file(path, shown)
            problems += inspect_package(path, shown)
        except WorkbookError as error:
            refused.append(shown)
            told = Problem("error", "file.unreadable", str(error), shown, advice=error.advice)
            problems.append(told)
    found = _find_tables(sheets, headers)
    guard = make_guard(
        (value, table.has("person_key"))
        for table in (table for _, table in found if table)
        for column in table.personal
        for value in table.data[column].dropna().unique()
    )
    names = {name for sheet in sheets for name in (sheet.file, sheet.name)} | {*refused}
    hidden = {name: HIDDEN for name in names if guard.is_in_name(name)}
    if hidden:
        show = {name: hidden.get(name, name) for name in names}
        sheets = [replace(s, file=show[s.file], name=show[s.name]) for s in sheets]
        found, refused = _find_tables(sheets, headers), [show[name] for name in refused]
        problems = [replace(each, file=show.get(each.file, each.file)) for each in problems]
        message = "En fil eller et ark er opkaldt efter en person."
        advice = NAMELESS.format("filen eller arket")
        told = Problem("error", "file.personal_name", message, HIDDEN, advice=advice)
        problems += [told] * len(hidden)
    tables, doubles, more = _gather_tables(table for _, table in found if table)
    problems += more
    for sheet, table in found:
        problems += _inspect(sheet, table, any(s.file == sheet.file and t for s, t in found))
    problems += _report_unrelated(found, headers, folder.name, codes or {})
    problems += _report_missing(tables, headers)
    return Exports(tables, tuple(doubles), tuple(sheets), tuple(refused), tuple(problems), guard)


def _check_files(folder: Path) -> Iterator[Problem]:
    """Yield what the files give reason to say before any is read."""
    for path in sorted(folder.iterdir()):
        suffix, shown = path.suffix.lower(), show_unseen(mask_cpr(path.name))
        is_export = suffix in EXPORT_SUFFIXES and path.name.lower() not in OWN_LISTS
        if not path.is_file():
            check = "file.unreadable" if is_export else ""
        elif is_passed_over(path) and (is_export or suffix in OTHER_SUFFIXES):
            check = "file.passed_over"
        elif suffix in OTHER_SUFFIXES:
            check = "file.old_format"
        elif is_export and not path.name.isprintable():
            check = "file.name"
        else:
            check = "file.personal_name" if is_export and MASK in shown else ""
        if check:
            message, advice = FILES[check]
            yield Problem("error" if advice else "info", check, message, shown, advice=advice)


def _find_tables(sheets: Iterable[Sheet], headers: Mapping[str, HeaderMap]) -> Found:
    return [(s, None if _report_opened(s) else find_table(s, headers)) for s in sheets]


def _report_opened(sheet: Sheet) -> list[Problem]:
    """Return an error where a sheet is a CSV that Excel opened with other signs than its own."""
    rows = [*sheet.rows.values()][:FIRST_ROWS]
    texts = [value for cells in rows for value in cells.values() if isinstance(value, str)]
    if any(map(GARBLED.search, texts)):
        return [sheet.tell("sheet.garbled", "", *BROKEN_LETTERS)]
    if {*map(tuple, rows)} == {(1,)} and sum(max(map(t.count, ";,\t")) > 1 for t in texts) > 1:
        message = "Alt står i kolonne A: en CSV er åbnet i Excel med et forkert skilletegn."
        advice = "Læg selve CSV-filen i årsmappen i stedet for den, der er gemt fra Excel."
        return [sheet.tell("sheet.one_column", name_cell(1, 1), message, advice)]
    return []


def _inspect(sheet: Sheet, table: FoundTable | None, is_related: bool) -> list[Problem]:
    """Return what is to be said of a sheet beside its table; `is_related`: its workbook has one."""
    problems = _report_opened(sheet)
    if sheet.traits.read_as:
        problems.append(sheet.tell("file.text", "", sheet.traits.read_as, "", "info"))
    if MASK in sheet.name:
        message, advice = "Arkets navn ligner et CPR-nummer.", NAMELESS.format("arket")
        problems.append(sheet.tell("sheet.personal_name", "", message, advice))
    if table is None and is_related:
        message = "Arket har ingen kendte overskrifter: ikke brugt."
        problems.append(sheet.tell("sheet.not_a_table", "", message, "", "info"))
    area = Area(is_clear=is_related)
    if table:
        is_clear = not any(problem.check in UNCLEAR for problem in table.problems)
        names = [name for how, name in table.header.layout if how == "fill_down"]
        filled = [table.columns[name] for name in names if name in table.columns]
        area = Area(table.data_rows, table.columns.values(), table.personal, is_clear, filled)
    return problems + inspect_sheet(sheet, area)


def _gather_tables(
    found: Iterable[FoundTable],
) -> tuple[dict[str, Table], list[FoundTable], list[Problem]]:
    """Return a table of each kind, the parts that are set aside, and what is wrong with any."""
    parts: dict[str, list[FoundTable]] = {}
    for table in found:
        parts.setdefault(table.kind, []).append(table)
    tables, aside, problems = dict[str, Table](), list[FoundTable](), list[Problem]()
    for kind, held in parts.items():
        for part in held:
            problems += part.problems
            if part.sheet.is_hidden:
                advice = "Vis arket i Excel, og se efter, at det er det rigtige."
                told = ("sheet.hidden", "", "Arket med tabellen er skjult.", advice)
                problems.append(part.sheet.tell(*told))
        doubles = _find_doubles(held)
        problems += doubles.values()
        aside += (part for part in held if id(part) in doubles)
        kept = tuple(part for part in held if id(part) not in doubles)
        tables[kind] = Table(kind, kept)
        if len(kept) > 1:
            places = ", ".join(part.sheet.place for part in kept)
            message = f"{KIND_DA[kind].capitalize()} er læst som én tabel af {len(kept)} dele: "
            problems.append(Problem("info", "table.parts", f"{message}{places}."))
    return tables, aside, problems


def _find_doubles(parts: Sequence[FoundTable]) -> dict[int, Problem]:
    """Return an error, by its id, for each part that is a copy of another or an older snapshot.

    Rows are the same thing where all that each row needs is the same.
    """
    columns, read = read_columns()[parts[0].kind], dict[int, tuple[set[Any], int, list[Any]]]()
    for part in parts if len(parts) > 1 else ():
        pieces = [*part.spread()]
        own = {c.name: [v for piece in pieces for v in piece.cells(c.name)] for c in columns}
        needed = [map(fold, own[column.name]) for column in columns if column.is_required]
        filled = sum(value is not None for values in own.values() for value in values)
        read[id(part)] = (set(zip(*needed, strict=True)), filled, [*own.values()])
    doubles = dict[int, Problem]()
    for pair in combinations(parts, 2):
        (mine, size, cells), (theirs, other, others) = (read[id(each)] for each in pair)
        is_copy, least = cells == others, min(len(mine), len(theirs))
        is_older = least > 1 and len(mine & theirs) >= MOST_OF * least
        is_told = any(id(each) in doubles for each in pair)
        if is_told or not least or not (is_copy or is_older):
            continue
        older, newer = pair if (len(mine), size) < (len(theirs), other) else reversed(pair)
        what = "den samme som" if is_copy else "et ældre udtræk af den samme som"
        message = f"Tabellen er {what} i {newer.sheet.place}."
        what = "arket" if older.sheet.file == newer.sheet.file else "filen"
        advice = f"Slet {what}, eller flyt {what} ud af årsmappen."
        doubles[id(older)] = older.sheet.tell("table.double", "", message, advice)
    return doubles


def _report_unrelated(
    found: Found, headers: Mapping[str, HeaderMap], year: str, codes: Mapping[str, CodeList]
) -> Iterator[Problem]:
    """Yield an error for each workbook without a known table, and what each sheet may be."""
    related = {sheet.file for sheet, table in found if table}
    strangers = [s for s, _ in found if s.file not in related and not _report_opened(s)]
    for name in dict.fromkeys(sheet.file for sheet in strangers):
        near = did_you_mean(name, OWN_LISTS) if name.lower().endswith(".csv") else ""
        message = f"Ingen af arkene har nok kendte overskrifter.{near}"
        advice = "Fjern filen fra årsmappen, eller ret kortet i data/raw/maps."
        own = " Er den en af årsmappens egne lister, så ret navnet." if near else ""
        yield Problem("error", "file.unrelated", message, name, advice=advice + own)
    told = (each for sheet in strangers for each in propose_map(sheet, year, headers, codes))
    yield from {each.proposal or each.place: each for each in told}.values()


def _report_missing(held: Iterable[str], headers: Mapping[str, HeaderMap]) -> Iterator[Problem]:
    """Yield an error for each needed export that is not there, information for the others."""
    for kind in (kind for kind in KIND_DA if kind not in held):
        if kind in NEEDED_KINDS:
            columns = read_columns()[kind] if kind in headers else ()
            shown = {c: text for c in columns if (text := headers[kind].show(c.name))}
            needed = ", ".join(text for column, text in shown.items() if column.is_required)
            advice = (
                f"Læg filen i årsmappen. Den skal mindst have {needed or 'sine overskrifter'}; "
            )
            advice += f"hedder de noget andet hos jer, så ret data/raw/maps/{kind}.csv."
            message, wanted = f"Et nødvendigt udtræk mangler: {KIND_DA[kind]}.", shown.values()
            yield Problem(
                "error", "export.missing", message, expected=", ".join(wanted), advice=advice
            )
        elif kind != "facts":
            text = f"Der er intet udtræk med {KIND_DA[kind]}; de nøgletal udgår."
            yield Problem("info", "export.absent", text)


def _pair_up(likeness: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the pairs of a row and a column that are most alike in all, each in one pair."""
    model, places = Highs(), np.arange(likeness.size).reshape(likeness.shape)
    model.silent()
    model.setOptionValue("threads", 1)
    model.addVars(places.size, np.zeros(places.size), np.ones(places.size))
    model.changeColsCost(places.size, places.ravel(), -likeness.ravel())
    for line in (*places, *places.T):
        model.addRow(0, 1, len(line), line, np.ones(len(line)))
    model.run()
    taken = np.array(model.getSolution().col_value).round().reshape(places.shape)
    yield from zip(*taken.nonzero(), strict=True)


def propose_map(
    sheet: Sheet, year: str, headers: Mapping[str, HeaderMap], codes: Mapping[str, CodeList]
) -> Iterator[Problem]:
    """Yield the line of the map that fits a sheet best, as a question; nothing where none does."""
    row = _guess_row(sheet, headers)
    if not row:
        return
    texts = {column: clean_text(simplify(value)) for column, value in sheet.row(row).items()}
    places, below = [*texts], sheet.cells.loc[row + 1 :]
    held = {p: [v for v in below[p] if not is_blank(v)][:MOST_VALUES] for p in places}
    ranked: list[tuple[bool, bool, float, str, dict[str, int]]] = []
    for kind, columns in read_columns().items():
        known = headers[kind].headings if kind in headers else {}
        likeness = np.array(
            [
                [_measure_likeness(c, texts[p], held[p], known, codes) for p in places]
                for c in columns
            ]
        )
        pairs = [(n, m) for n, m in _pair_up(likeness) if likeness[n][m] >= LEAST_LIKE]
        chosen = {columns[n].name: places[m] for n, m in pairs}
        needed = [column.name in chosen for column in columns if column.is_required]
        share = sum(needed) / len(needed)
        is_enough, told = share >= LEAST_NEEDED, sum(likeness[n][m] for n, m in pairs) / len(places)
        is_known = sum(fold(text) in known for text in texts.values()) >= len(places) / 2
        ranked.append((is_known, is_enough, told * (share if is_enough else 1), kind, chosen))
    is_known, is_enough, _, kind, chosen = max(ranked, key=lambda each: each[:3])
    if not (is_known or is_enough):
        return
    for first, last in ORDERED.get(kind, ()):
        if first in chosen and last in chosen:
            days = below[[chosen[first], chosen[last]]].map(partial(_try_parse, "date")).dropna()
            if sum(a > b for a, b in days.to_numpy()) > len(days) / 2:
                chosen |= {first: chosen[last], last: chosen[first]}
    own = {name: mask_cpr(texts[place]) for name, place in chosen.items()}
    rest = [mask_cpr(text) for place, text in texts.items() if place not in chosen.values()]
    cells = [own.get(column.name, "") for column in read_columns()[kind]]
    message = f"Arket ligner {KIND_DA[kind]}, men har andre overskrifter. Her er et forslag til "
    advice = "Hold hver overskrift op mod kolonnen over den, og ret linjen, hvor den er forkert."
    lacking = [c.label for c in read_columns()[kind] if c.is_required and c.name not in chosen]
    if lacking:
        advice += f" Ingen passer til {', '.join(lacking)}: find den, eller skriv =VÆRDI."
    if rest:
        advice += " Det, der står sidst, læses ikke og vises aldrig."
    proposal = Proposal(f"maps/{kind}.csv", (year, *cells, "", "|".join(rest)))
    cell = name_cell(row, min(places))
    yield sheet.tell("map.proposed", cell, f"{message}dets kort.", advice, proposal=proposal)


def _guess_row(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> int:
    """Return the first row that may be headings: different words, as wide as the rows below; or 0.

    One with several known headings is, whatever else it holds.
    """
    rows, known = [*sheet.rows][:FIRST_ROWS], list_heading_rows(sheet, headers)
    width = max((len(sheet.row(row)) for row in rows), default=0)
    for row in rows[:-1]:
        values = sheet.row(row).values()
        words = {fold(v) for v in values if isinstance(v, str) and len(v) <= LONGEST_HEADING}
        is_wide = len(values) >= max(LEAST_HEADINGS, width * LEAST_NEEDED)
        is_open = len(words) == len(values) and not any(w[:1].isdigit() for w in words)
        if row in known or (is_wide and is_open):
            return row
    return 0


def _measure_likeness(
    column: Column,
    text: str,
    values: Sequence[CellValue],
    headings: Mapping[str, str],
    codes: Mapping[str, CodeList],
) -> float:
    """Return how like a column a heading and the values below it are, from 0 to 1."""
    known = [spelling for spelling, name in headings.items() if name == column.name]
    name = max(fuzz.WRatio(fold(text), fold(each)) for each in (*known, column.label)) / 100
    if column.type in OPEN and not column.is_required and name < LEAST_OPEN_NAME:
        return 0.0
    fit = sum(_is_fit(column, value, codes) for value in values) / max(len(values), 1)
    if values and fit < LEAST_FIT:
        return 0.0
    if column.type == "id" and len({*map(str, values)}) < len(values):
        fit = 0.0
    return NAME_WEIGHT * name + (1 - NAME_WEIGHT) * fit * (OPEN_FIT if column.type in OPEN else 1)


def _is_fit(column: Column, value: CellValue, codes: Mapping[str, CodeList]) -> bool:
    """Tell whether a cell can be read as what a column holds."""
    if column.type in ("code", "codes"):
        return fold(value).partition(";")[0] in codes.get(column.detail, {})
    if column.type in OPEN:
        return isinstance(value, str) and any(map(str.isalpha, value))
    if column.type == "id":
        return not isinstance(value, date) and any(map(str.isdigit, str(value)))
    return _try_parse(column.type, value) is not None


def _try_parse(kind: str, value: CellValue) -> Any:
    try:
        return PARSERS[kind](value)
    except ParseError:
        return None
