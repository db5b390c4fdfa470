"""Read every export of a year folder: which workbook, which sheet, which kind of table.

Parts with the headings of one kind are one table. Nothing is raised: every fault is a problem.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import chain, combinations
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from socok_analysis.core.danish import MASK, clean_text, did_you_mean, fold, mask_cpr, show_unseen
from socok_analysis.core.problems import Problem, Proposal, Severity
from socok_analysis.core.year import EXPORT_SUFFIXES, OWN_LISTS, UNREAD
from socok_analysis.intake import recognise
from socok_analysis.intake.maps import EXTRA, HeaderMap, Maps
from socok_analysis.intake.parse import PARSERS, ParseError, simplify
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import KIND_DA, NEEDED_KINDS, ORDERED, Column, read_columns
from socok_analysis.workbook.cells import CellValue, Sheet, is_blank, name_cell
from socok_analysis.workbook.health import Area, inspect_package, inspect_sheet
from socok_analysis.workbook.read import BROKEN_LETTERS, GARBLED, WorkbookError, read_file

LONGEST_PERSON, MOST_DIGITS, MOST_SIGNS, MOST_VALUES, LEAST_HEADINGS = 4, 8, 60, 50, 3
WORD = re.compile(r"[^\W\d_]{3,}")
OTHER_SUFFIX = re.compile(r"\.(?:xls|xlsb|xlt|xltx|xltm|ods|ots|fods|numbers|zip)")
OTHER = ("Filen er i et andet format.", "Åbn den i Excel, og gem den som .xlsx.")
NO_FILE = ("Det er en mappe eller død genvej.", "Læg selve filen i årsmappen.")
PASSED_OVER = "Filen er en låsefil, skjult eller .txt og ikke læst. Et udtræk som tekst er .csv."
ODD_NAME = ("Filnavnet har tegn, der ikke kan vises.", "Giv filen et nyt navn.")
HIDDEN, SPACED = "(navn skjult)", str.maketrans("-_.+", "    ")
UNCLEAR, MOST_OF = ("table.second", "heading.repeated"), 0.8
NAME_WEIGHT, LEAST_FIT, LEAST_LIKE, LEAST_NEEDED = 0.6, 0.5, 0.4, 0.6
OPEN, OPEN_FIT = ("text", "enterprise", "agreement"), 0.7
Found = Sequence[tuple[Sheet, FoundTable | None]]


class Guard:
    """Personal texts of this run: `words` not to be quoted, `names` not in free text. The words of
    longer remarks are not among them: mostly ordinary ones, they would keep all messages empty.
    """

    def __init__(self, tables: Iterable[FoundTable]) -> None:
        self.words, self.names = set[str](), set[str]()
        for table, column in ((each, column) for each in tables for column in each.personal):
            for value in table.data[column].dropna().unique():
                words = WORD.findall(fold(value)) if isinstance(value, str) else []
                if len(words) <= LONGEST_PERSON:
                    self.words.update(words)
                    is_name = table.has("person_key") and len(words) > 1
                    self.names |= {fold(value)} if is_name else set()

    def holds_name(self, value: CellValue) -> bool:
        """Tell whether a text holds a person's full name."""
        text = fold(value)
        return any(name in text for name in self.names)

    def may_quote(self, value: CellValue) -> bool:
        """Tell whether a value can be shown: no personal number and no personal word in it."""
        text = fold(value)
        is_long = len(text) > MOST_SIGNS or sum(map(str.isdecimal, text)) > MOST_DIGITS
        return not (is_long or mask_cpr(text) != text or {*WORD.findall(text)} & self.words)


@dataclass(frozen=True)
class Exports:
    """Every table found, first those that are read; `guard` knows the persons in them."""

    found: tuple[FoundTable, ...]
    sheets: tuple[Sheet, ...]
    refused: tuple[str, ...]
    problems: tuple[Problem, ...]
    guard: Guard

    def list_parts(self, kind: str) -> list[FoundTable]:
        """Return the parts of a kind that are read."""
        return [each for each in self.found if each.kind == kind and not each.is_double]


def read_exports(folder: Path, maps: Maps) -> Exports:
    """Read all exports of a folder; what is named after a person in it loses its name here."""
    sheets, refused, problems = _read_files(folder)
    found = _find_tables(sheets, maps.headers)
    guard = Guard(table for _, table in found if table)
    names = {name for sheet in sheets for name in (sheet.file, sheet.name)} | {*refused}
    show = {name: HIDDEN if guard.holds_name(name.translate(SPACED)) else name for name in names}
    if HIDDEN in show.values():
        sheets = [replace(s, file=show[s.file], name=show[s.name]) for s in sheets]
        found, refused = _find_tables(sheets, maps.headers), [show[name] for name in refused]
        problems = [replace(each, file=show.get(each.file, each.file)) for each in problems]
    problems += _report_names(sheets, refused)
    parts = defaultdict[str, list[FoundTable]](list)
    for sheet, table in found:
        problems += _inspect(sheet, table, any(s.file == sheet.file and t for s, t in found))
        if table:
            parts[table.kind].append(table)
    problems += [problem for held in parts.values() for problem in _set_doubles_aside(held)]
    tables = sorted(chain(*parts.values()), key=lambda each: each.is_double)
    exports = Exports(tuple(tables), tuple(sheets), tuple(refused), (), guard)
    problems += [*_report_kinds(exports, maps), *_report_unrelated(found, maps, folder.name)]
    return replace(exports, problems=tuple(problems))


def _read_files(folder: Path) -> tuple[list[Sheet], list[str], list[Problem]]:
    """Return the sheets of all files, the files that are refused, and what is wrong with any."""
    sheets, refused, problems = list[Sheet](), list[str](), list[Problem]()
    for path in sorted(folder.iterdir()):
        suffix, name = path.suffix.lower(), show_unseen(mask_cpr(path.name))
        is_other = OTHER_SUFFIX.fullmatch(suffix) is not None
        is_known = is_other or suffix in (*EXPORT_SUFFIXES, ".txt")
        if path.name.lower() in OWN_LISTS or not is_known:
            continue
        if path.name.startswith(UNREAD) or suffix == ".txt":
            problems.append(Problem("info", "file.passed_over", PASSED_OVER, name))
            continue
        if not path.name.isprintable():
            problems.append(Problem("error", "file.name", ODD_NAME[0], name, advice=ODD_NAME[1]))
        try:
            if is_other or not path.is_file():
                raise WorkbookError(*(OTHER if is_other else NO_FILE))
            sheets += read_file(path, name)
            problems += inspect_package(path, name)
        except WorkbookError as error:
            refused.append(name)
            check = "file.old_format" if is_other else "file.unreadable"
            problems.append(Problem("error", check, str(error), name, advice=error.advice))
    return sheets, refused, problems


def _find_tables(sheets: Iterable[Sheet], headers: Mapping[str, HeaderMap]) -> Found:
    return [(s, None if _report_opened(s) else recognise.find_table(s, headers)) for s in sheets]


def _report_names(sheets: Iterable[Sheet], refused: Iterable[str]) -> Iterator[Problem]:
    """Yield an error for each file and sheet whose name told of a person."""
    files = [(each.file, "") for each in sheets] + [(name, "") for name in refused]
    for file, name in dict.fromkeys([*files, *((each.file, each.name) for each in sheets)]):
        if any(hidden in (name or file) for hidden in (MASK, HIDDEN)):
            what, check = ("arket", "sheet") if name else ("filen", "file")
            message = f"Navnet på {what} er en persons navn eller ligner et CPR-nummer."
            advice = f"Giv {what} et navn uden personoplysninger."
            yield Problem("error", f"{check}.personal_name", message, file, name, advice=advice)


def _report_opened(sheet: Sheet) -> list[Problem]:
    """Return an error where a sheet is a CSV that Excel opened with other signs than its own."""
    rows = [*sheet.rows.values()][: recognise.FIRST_ROWS]
    texts = [value for cells in rows for value in cells.values() if isinstance(value, str)]
    if any(map(GARBLED.search, texts)):
        return [sheet.tell("sheet.garbled", "", *BROKEN_LETTERS)]
    cuts = [max(map(text.count, ";,\t")) for text in texts]
    is_cut = any(n > 1 and cuts.count(n) >= max(2, MOST_OF * len(rows)) for n in {*cuts})
    if {*map(tuple, rows)} == {(1,)} and is_cut:
        message = "Alt står i kolonne A: en CSV er åbnet i Excel med et forkert skilletegn."
        advice = "Læg selve CSV-filen i årsmappen i stedet for den, der er gemt fra Excel."
        return [sheet.tell("sheet.one_column", name_cell(1, 1), message, advice)]
    return []


def _inspect(sheet: Sheet, table: FoundTable | None, is_related: bool) -> list[Problem]:
    """Return what is to be said of a sheet and its table; `is_related`: its workbook has one."""
    problems, area = _report_opened(sheet), Area(is_clear=is_related)
    if sheet.traits.read_as:
        problems.append(sheet.tell("file.text", "", sheet.traits.read_as, "", "info"))
    if table:
        problems += table.problems
        is_clear = not any(problem.check in UNCLEAR for problem in table.problems)
        named = table.header.layout["fill_down"]
        filled = [column for name, column in table.columns.items() if name in named]
        area = Area(table.data_rows, table.columns.values(), table.personal, is_clear, filled)
    elif is_related:
        message = "Arket har ingen kendte overskrifter: ikke brugt."
        problems.append(sheet.tell("sheet.not_a_table", "", message, "", "info"))
    if table and sheet.is_hidden:
        advice = "Vis arket i Excel, og se efter, at det er det rigtige."
        problems.append(sheet.tell("sheet.hidden", "", "Arket med tabellen er skjult.", advice))
    columns = {place: name for name, place in table.columns.items()} if table else {}
    for each in inspect_sheet(sheet, area):
        name = columns.get(recognise.locate(each)[1])
        if table and name and each.check == "health.merged_cells":
            each = replace(each, proposal=table.header.propose(name, "fill_down"))
        problems.append(each)
    return problems


def _set_doubles_aside(parts: Sequence[FoundTable]) -> Iterator[Problem]:
    """Yield an error for each part that is a copy of another or an older snapshot: not read. Rows
    are the same thing where all that each row needs is the same.
    """
    columns, read = read_columns()[parts[0].kind], dict[int, tuple[set[Any], int, list[Any]]]()
    for part in parts if len(parts) > 1 else ():
        pieces = [*part.spread()]
        own = {c.name: [v for piece in pieces for v in piece.cells(c.name)] for c in columns}
        needed = [map(fold, own[column.name]) for column in columns if column.is_required]
        filled = sum(value is not None for values in own.values() for value in values)
        read[id(part)] = (set(zip(*needed, strict=True)), filled, [*own.values()])
    for pair in combinations(parts, 2):
        (mine, size, cells), (theirs, other, others) = (read[id(each)] for each in pair)
        is_copy, least = cells == others, min(len(mine), len(theirs))
        is_older = least > 1 and len(mine & theirs) >= MOST_OF * least
        if any(each.is_double for each in pair) or not least or not (is_copy or is_older):
            continue
        older, newer = pair if (len(mine), size) < (len(theirs), other) else reversed(pair)
        what = "den samme som" if is_copy else "et ældre udtræk af den samme som"
        message = f"Tabellen er {what} i {newer.sheet.place}."
        what = "arket" if older.sheet.file == newer.sheet.file else "filen"
        advice = f"Slet {what}, eller flyt {what} ud af årsmappen."
        older.is_double = True
        yield older.sheet.tell("table.double", "", message, advice)


def _report_unrelated(found: Found, maps: Maps, year: str) -> Iterator[Problem]:
    """Yield an error for each workbook without a known table, and what each sheet may be."""
    related = {sheet.file for sheet, table in found if table}
    strangers = [s for s, _ in found if s.file not in related and not _report_opened(s)]
    for name in dict.fromkeys(sheet.file for sheet in strangers):
        near = did_you_mean(name, OWN_LISTS) if name.lower().endswith(".csv") else ""
        message = f"Ingen af arkene har nok kendte overskrifter.{near}"
        advice = "Fjern filen fra årsmappen, eller ret kortet i data/raw/maps."
        own = " Er den en af årsmappens egne lister, så ret navnet." if near else ""
        yield Problem("error", "file.unrelated", message, name, advice=advice + own)
    told = (each for sheet in strangers for each in _propose_map(sheet, maps, year))
    yield from {each.proposal: each for each in told}.values()


def _report_kinds(exports: Exports, maps: Maps) -> Iterator[Problem]:
    """Yield what is to be said of each kind: it is not there, has no rows or several parts."""
    for kind, name in KIND_DA.items():
        parts, is_needed = exports.list_parts(kind), kind in NEEDED_KINDS
        if len(parts) > 1:
            places = ", ".join(part.sheet.place for part in parts)
            message = f"{name.capitalize()} er læst som én tabel af {len(parts)} dele: {places}."
            yield Problem("info", "table.parts", message)
        if parts and not any({"data", "other"} & {*part.states.values()} for part in parts):
            message = f"Der er overskrifter uden rækker ({name}): de nøgletal udgår eller er 0."
            advice = "Hent udtrækket igen uden filter, hvis der skulle være rækker."
            severity: Severity = "warning" if is_needed else "info"
            yield parts[0].sheet.tell("table.empty", "", message, advice, severity)
        elif not parts and is_needed:
            columns = read_columns()[kind] if kind in maps.headers else ()
            wanted = [c for c in columns if c.name in maps.headers[kind].wanted]
            shown = {column: maps.headers[kind].show(column.name) for column in wanted}
            needed = ", ".join(text for column, text in shown.items() if column.is_required)
            advice = "Læg filen i årsmappen. Den skal mindst have "
            advice += f"{needed or 'sine overskrifter'}; hedder de noget andet hos jer, så ret "
            advice += f"data/raw/maps/{kind}.csv."
            message, told = f"Et nødvendigt udtræk mangler: {name}.", ", ".join(shown.values())
            yield Problem("error", "export.missing", message, expected=told, advice=advice)
        elif not parts and kind != "facts":
            text = f"Der er intet udtræk med {name}; de nøgletal udgår."
            yield Problem("info", "export.absent", text)


def _propose_map(sheet: Sheet, maps: Maps, year: str) -> Iterator[Problem]:
    """Yield the line of the map that fits a sheet best, as a question; nothing where none does. A
    heading no column is like is proposed as personal: known, and not read.
    """
    if not (row := _guess_row(sheet, maps.headers)):
        return
    texts = {column: clean_text(simplify(value)) for column, value in sheet.row(row).items()}
    below = sheet.cells.loc[row + 1 :]
    held = {p: [v for v in below[p] if not is_blank(v)][:MOST_VALUES] for p in texts}
    tried = [(*_fit_kind(kind, maps, texts, held), kind) for kind in read_columns()]
    is_known, is_enough, _, chosen, kind = max(tried, key=lambda each: each[:3])
    if not (is_known or is_enough):
        return
    for first, last in ORDERED.get(kind, ()):
        if first in chosen and last in chosen:
            days = below[[chosen[first], chosen[last]]].map(partial(_try_parse, "date")).dropna()
            if sum(a > b for a, b in days.to_numpy()) > len(days) / 2:
                chosen |= {first: chosen[last], last: chosen[first]}
    columns, rest = read_columns()[kind], [t for p, t in texts.items() if p not in chosen.values()]
    cells = [texts[chosen[c.name]] if c.name in chosen else "" for c in columns]
    message = f"Arket ligner {KIND_DA[kind]}, men har andre overskrifter. Her er et forslag til "
    advice = "Hold hver overskrift op mod kolonnen over den, og ret linjen, hvor den er forkert."
    if lacking := [c.label for c in columns if c.is_required and c.name not in chosen]:
        advice += f" Ingen passer til {', '.join(lacking)}: find den, eller skriv =VÆRDI."
    if rest:
        advice += " Det, der står sidst, læses ikke og vises aldrig."
    names = ("valid_from", *(column.name for column in columns), *EXTRA)
    cells = [year, *map(mask_cpr, (*cells, "", "|".join(rest)))]
    proposal = Proposal(f"maps/{kind}.csv", (*cells,), names)
    told = ("map.proposed", name_cell(row, min(texts)), f"{message}dets kort.", advice)
    yield sheet.tell(*told, proposal=proposal)


def _guess_row(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> int:
    """Return the first row of known headings, or of different words as wide as those below."""
    rows, known = [*sheet.rows][: recognise.FIRST_ROWS], recognise.list_heading_rows(sheet, headers)
    width = max((len(sheet.row(row)) for row in rows), default=0)
    for row in rows[:-1]:
        values = sheet.row(row).values()
        words = {fold(v) for v in values if recognise.is_short(v)}
        is_wide = len(values) >= max(LEAST_HEADINGS, width * LEAST_NEEDED)
        is_open = len(words) == len(values) and not any(w[:1].isdigit() for w in words)
        if row in known or (is_wide and is_open):
            return row
    return 0


def _fit_kind(
    kind: str, maps: Maps, texts: Mapping[int, str], held: Mapping[int, Sequence[CellValue]]
) -> tuple[bool, bool, float, dict[str, int]]:
    """Return how well headings and the cells below them fit a kind, and the place of each column:
    is it known by half of them, has it most of what it needs, how like is it.
    """
    columns, liked = read_columns()[kind], list[tuple[float, str, int]]()
    known = maps.headers[kind].headings if kind in maps.headers else dict[str, str]()
    for column in columns:
        names = [fold(column.label), *(each for each, name in known.items() if name == column.name)]
        for place, text in texts.items():
            alike = max(fuzz.WRatio(fold(text), each) for each in names) / 100
            values, is_open = held[place], column.type in OPEN
            fit = sum(_is_fit(column, value, maps) for value in values) / max(len(values), 1)
            is_odd = is_open and not column.is_required and alike < LEAST_NEEDED
            is_repeated = column.type == "id" and len({*map(str, values)}) < len(values)
            weight = 0 if is_repeated else OPEN_FIT if is_open else 1
            if not (is_odd or (values and fit < LEAST_FIT)):
                likeness = NAME_WEIGHT * alike + (1 - NAME_WEIGHT) * fit * weight
                liked.append((likeness, column.name, place))
    chosen, told = dict[str, int](), 0.0
    for likeness, name, place in sorted(liked, key=lambda each: -each[0]):
        if likeness >= LEAST_LIKE and name not in chosen and place not in chosen.values():
            chosen[name], told = place, told + likeness / len(texts)
    needed = [column.name in chosen for column in columns if column.is_required]
    share, is_known = sum(needed) / len(needed), sum(fold(text) in known for text in texts.values())
    is_enough = share >= LEAST_NEEDED
    return is_known >= len(texts) / 2, is_enough, told * (share if is_enough else 1), chosen


def _is_fit(column: Column, value: CellValue, maps: Maps) -> bool:
    """Tell whether a cell can be read as what a column holds."""
    if column.type in ("code", "codes"):
        return fold(value).partition(";")[0] in maps.codes.get(column.detail, {})
    if column.type in OPEN:
        return isinstance(value, str) and any(map(str.isalpha, value))
    if column.type == "id":
        return not isinstance(value, date) and any(map(str.isdigit, str(value)))
    return _try_parse(column.type, value) is not None


def _try_parse(kind: str, value: CellValue) -> Any:
    with suppress(ParseError):
        return PARSERS[kind](value)
    return None
