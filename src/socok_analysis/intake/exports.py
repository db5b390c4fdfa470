"""Read every export of a year folder: which workbook, which sheet, which kind of table.

Parts with the headings of one kind, on several sheets or in several files, are one table. A part
that is a copy of another, or an older snapshot of it, is set aside and said; rows that stand in two
parts are an error. Nothing is raised: every fault is a problem.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from socok_analysis.core.danish import MASK, did_you_mean, fold, mask_cpr, show_unseen
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import EXPORT_SUFFIXES, OWN_LISTS, is_passed_over, list_exports
from socok_analysis.intake.headers import HeaderMap
from socok_analysis.intake.headings import guess_headings, propose_map, tell
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.people import Guard, make_guard
from socok_analysis.intake.recognise import FoundTable, find_table, is_filled
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS, read_columns
from socok_analysis.workbook.archive import WorkbookError
from socok_analysis.workbook.cells import Sheet, name_cell
from socok_analysis.workbook.health import Area, inspect_package, inspect_sheet
from socok_analysis.workbook.read import read_file
from socok_analysis.workbook.text import BROKEN_LETTERS, GARBLED

OTHER_SUFFIXES = frozenset({".xls", ".xlsb", ".xlt", ".xltx", ".xltm", ".ods", ".ots", ".fods"})
OTHER_SUFFIXES |= {".numbers", ".zip"}
HIDDEN, NAMELESS = "(navn skjult)", "Giv {} et navn uden personoplysninger."
FIRST_ROWS = 20
UNCLEAR = ("table.second", "table.beside")
STRIDE = 1 << 21  # above the most rows of a sheet: a row's number in all parts tells both
MOST_OF = 0.8
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
            problems.append(_report_file("unreadable", shown, str(error), error.advice))
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
        told = _report_file("personal_name", HIDDEN, message, NAMELESS.format("filen eller arket"))
        problems += [told] * len(hidden)
    tables, doubles, more = _gather_tables(table for _, table in found if table)
    problems += more
    for sheet, table in found:
        problems += _inspect(sheet, table, any(s.file == sheet.file and t for s, t in found))
    problems += _report_unrelated(found, headers, folder.name, codes or {})
    problems += _report_missing_kinds(tables, headers)
    return Exports(tables, tuple(doubles), tuple(sheets), tuple(refused), tuple(problems), guard)


def _report_file(check: str, shown: str, message: str, advice: str) -> Problem:
    return Problem("error", f"file.{check}", message, shown, advice=advice)


def _check_files(folder: Path) -> Iterator[Problem]:
    """Yield what the files give reason to say before any is read."""
    for path in sorted(folder.iterdir()):
        suffix, is_file = path.suffix.lower(), path.is_file()
        shown = show_unseen(mask_cpr(path.name))
        if suffix not in {*EXPORT_SUFFIXES, *OTHER_SUFFIXES} or path.name.lower() in OWN_LISTS:
            continue
        if is_file and is_passed_over(path):
            message = "Filen er en låsefil eller skjult og er ikke læst."
            yield Problem("info", "file.passed_over", message, shown)
        elif suffix in EXPORT_SUFFIXES and not is_file:
            message = "Det er en mappe eller en genvej, der ikke fører til en fil."
            yield _report_file("unreadable", shown, message, "Læg selve filen i årsmappen.")
        elif suffix in OTHER_SUFFIXES and is_file:
            message = "Filen er gemt i et gammelt eller andet format."
            advice = "Åbn den i Excel, og gem den som .xlsx."
            yield _report_file("old_format", shown, message, advice)
        elif not path.name.isprintable():
            message = "Filnavnet har tegn, der ikke kan vises. Det kommer ofte af et gammelt arkiv."
            yield _report_file("name", shown, message, "Giv filen et nyt navn.")
        elif shown != path.name and is_file:
            message = "Filnavnet ligner et CPR-nummer."
            yield _report_file("personal_name", shown, message, NAMELESS.format("filen"))


def _find_tables(sheets: Iterable[Sheet], headers: Mapping[str, HeaderMap]) -> Found:
    return [(s, None if _report_opened(s) else find_table(s, headers)) for s in sheets]


def _report_opened(sheet: Sheet) -> list[Problem]:
    """Return what tells that a sheet is a CSV that Excel opened with other signs than its own."""
    rows = sheet.cells.iloc[:FIRST_ROWS]
    texts = [str(value) for value in rows.to_numpy().ravel() if isinstance(value, str)]
    if any(map(GARBLED.search, texts)):
        return [tell(sheet, "sheet.garbled", "", *BROKEN_LETTERS)]
    if [*sheet.cells.columns] == [1] and sum(max(map(t.count, ";,\t")) > 1 for t in texts) > 1:
        message = (
            "Alt står i kolonne A: en CSV er åbnet i Excel med et andet skilletegn end sit eget."
        )
        advice = "Læg selve CSV-filen i årsmappen i stedet for den, der er gemt fra Excel."
        return [tell(sheet, "sheet.one_column", name_cell(1, 1), message, advice)]
    return []


def _inspect(sheet: Sheet, table: FoundTable | None, is_related: bool) -> list[Problem]:
    """Return what a sheet gives reason to say beside its table: its name, how it was read, health.

    `is_related`: some sheet of the workbook has a table.
    """
    problems = _report_opened(sheet)
    if sheet.traits.read_as:
        problems.append(tell(sheet, "file.text", "", sheet.traits.read_as, "", "info"))
    if MASK in sheet.name:
        message, advice = "Arkets navn ligner et CPR-nummer.", NAMELESS.format("arket")
        problems.append(tell(sheet, "sheet.personal_name", "", message, advice))
    if table is None and is_related:
        message = "Arket har ingen kendte overskrifter: ikke brugt."
        problems.append(tell(sheet, "sheet.not_a_table", "", message, "", "info"))
    area = Area(is_clear=is_related)
    if table:
        is_clear = not any(problem.check in UNCLEAR for problem in table.problems)
        filled = [table.columns[n] for how, n in table.header.layout if how == "fill_down"]
        columns = table.columns.values()
        area = Area(table.data_rows, columns, table.personal, is_clear, filled)
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
                problems.append(tell(part.sheet, *told))
        more, kept = _find_doubles(held)
        problems += more
        aside += (part for part in held if part not in kept)
        tables[kind] = Table(kind, tuple(kept))
        if len(kept) > 1:
            places = ", ".join(part.sheet.place for part in kept)
            message = f"{KIND_DA[kind].capitalize()} er læst som én tabel af {len(kept)} dele: "
            problems.append(Problem("info", "table.parts", f"{message}{places}."))
    return tables, aside, problems


def _find_doubles(parts: Sequence[FoundTable]) -> tuple[list[Problem], list[FoundTable]]:
    """Return an error for each part that is a copy of another or its older snapshot, and the rest.

    Rows are the same thing where all that each row needs is the same. Those that stand in two of
    the parts that are left are told by the rules.
    """
    columns = read_columns()[parts[0].kind]
    keys, cells = dict[int, set[tuple[str, ...]]](), dict[int, list[list[Any]]]()
    for part in parts if len(parts) > 1 else ():
        pieces = [*part.spread()]
        read = {c.name: [v for piece in pieces for v in piece.cells(c.name)] for c in columns}
        needed = [map(fold, read[column.name]) for column in columns if column.is_required]
        keys[id(part)] = set(zip(*needed, strict=True))
        cells[id(part)] = [*read.values()]
    problems, kept = list[Problem](), [*parts]
    for number, part in enumerate(parts):
        for other in parts[number + 1 :]:
            mine, theirs = keys[id(part)], keys[id(other)]
            if part not in kept or other not in kept or not mine or not theirs:
                continue
            is_copy, least = cells[id(part)] == cells[id(other)], min(len(mine), len(theirs))
            if not is_copy and (least < 2 or len(mine & theirs) < max(1, MOST_OF * least)):
                continue
            sizes = [
                (len(keys[id(each)]), sum(map(is_filled, sum(cells[id(each)], []))))
                for each in (part, other)
            ]
            older, newer = (part, other) if sizes[0] < sizes[1] else (other, part)
            what = "den samme som" if is_copy else "et ældre udtræk af den samme som"
            message = f"Tabellen er {what} i {newer.sheet.place}."
            what = "arket" if older.sheet.file == newer.sheet.file else "filen"
            advice = f"Slet {what}, eller flyt {what} ud af årsmappen."
            problems.append(tell(older.sheet, "table.double", "", message, advice))
            kept.remove(older)
    return problems, kept


def _report_unrelated(
    found: Found, headers: Mapping[str, HeaderMap], year: str, codes: Mapping[str, CodeList]
) -> Iterator[Problem]:
    """Yield an error for each workbook without a known table, and what each sheet may be.

    That is of a kind that lacks, a needed one before others.
    """
    related = {sheet.file for sheet, table in found if table}
    strangers = [s for s, _ in found if s.file not in related and not _report_opened(s)]
    for name in dict.fromkeys(sheet.file for sheet in strangers):
        near = did_you_mean(name, OWN_LISTS) if name.lower().endswith(".csv") else ""
        message = f"Ingen af arkene har nok kendte overskrifter.{near}"
        advice = "Fjern filen fra årsmappen, eller ret kortet i data/raw/maps."
        own = " Er den en af årsmappens egne lister, så ret navnet." if near else ""
        yield _report_file("unrelated", name, message, advice + own)
    lacking = KIND_DA.keys() - {table.kind for _, table in found if table}
    likely = lacking.intersection(NEEDED_KINDS) or lacking
    maps = [headers[kind] for kind in KIND_DA if kind in likely and kind in headers]
    edits = set[str]()
    for sheet in strangers:
        told = guess_headings(sheet, maps) or propose_map(sheet, year, headers, codes)
        yield from (each for each in told if not each.edit or each.edit not in edits)
        edits |= {each.edit for each in told}


def _report_missing_kinds(
    held: Iterable[str], headers: Mapping[str, HeaderMap]
) -> Iterator[Problem]:
    """Yield an error for each needed export that is not there, information for the others."""
    for kind in (kind for kind in KIND_DA if kind not in held):
        if kind in NEEDED_KINDS:
            shown = headers[kind].shown if kind in headers else {}
            needed = [shown.get(c.name, "") for c in read_columns()[kind] if c.is_required]
            advice = "Læg filen i årsmappen som .xlsx."
            if any(needed):
                advice += f" Den skal mindst have {', '.join(filter(None, needed))}; hedder de "
                advice += f"noget andet hos jer, så ret data/raw/maps/{kind}.csv."
            message = f"Et nødvendigt udtræk mangler: {KIND_DA[kind]}."
            expected = ", ".join(filter(None, shown.values()))
            yield Problem("error", "export.missing", message, expected=expected, advice=advice)
        elif kind != "facts":
            text = f"Der er intet udtræk med {KIND_DA[kind]}; de nøgletal udgår."
            yield Problem("info", "export.absent", text)
