"""Parse the columns of a found table: typed values, and a problem for every cell that fails.

Each distinct value is parsed once. A row with a fault is set aside (quarantined) whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, partial
from math import inf
from typing import Any

import pandas as pd

from socok_analysis.core import danish, lists
from socok_analysis.core.danish import clean_text, fold, make_slug, nearest
from socok_analysis.core.problems import Problem, Proposal
from socok_analysis.intake import parse as read
from socok_analysis.intake.corrections import propose_correction
from socok_analysis.intake.exports import Guard
from socok_analysis.intake.maps import QUESTIONS, TO_TELL, Code, CodeList, Maps
from socok_analysis.intake.parse import PARSERS, ParseError, Parser, Told, parse_choice
from socok_analysis.intake.recognise import SUMMED, FoundTable
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import CellValue, is_blank

STRIDE = 1 << 21  # above the most rows of a sheet: a row's number in all parts tells both
DAYS_1904, CPR_DIGITS, LEAST_LACKING = 1462, 10, 2
LETTERS = re.compile(r"[^\W\d_]{2}")
Refused = tuple[int, Column, CellValue, ParseError]


@dataclass(frozen=True)
class Parsed:
    """All rows of one kind: their values by tidy column, None for blank or unread, and the faulty.
    A row has a number of its own, in the first part that of its sheet.
    """

    kind: str
    parts: Sequence[FoundTable]
    values: pd.DataFrame = field(default_factory=pd.DataFrame)
    faulty: frozenset[int] = frozenset()
    problems: tuple[Problem, ...] = ()

    def find(self, number: int) -> tuple[FoundTable, int]:
        """Return the part a row is in, and its number on the sheet."""
        return self.parts[number // STRIDE], number % STRIDE

    def has(self, name: str) -> bool:
        """Tell whether any part has a tidy column."""
        return any(part.has(name) for part in self.parts)

    def tell(self, number: Any, name: str, *told: Any, **more: Any) -> Problem:
        """Return a problem at a tidy column's cell: check, message, advice and severity."""
        part, row = self.find(number)
        return part.tell(row, name, *told, **more)

    def set_aside(self, numbers: Iterable[int]) -> Parsed:
        """Return the table with more faulty rows: all that stand in the same rows of the sheets."""

        def place(number: int) -> tuple[int, int]:
            part, row = self.find(number)
            return id(part.sheet), row

        wrong = {*map(place, numbers)}
        twins = {number for number in self.values.index if place(number) in wrong}
        return replace(self, faulty=self.faulty | twins)

    @cached_property
    def kept(self) -> pd.DataFrame:
        """The rows without a fault."""
        return self.values.drop(index=[*self.faulty])

    def days(self, name: str) -> pd.Series[pd.Timestamp]:
        """Return a column's days over the rows without a fault, NaT for none."""
        return pd.to_datetime(self.kept[name])


def parse_table(table: Parsed, maps: Maps, known: Mapping[str, Parser], guard: Guard) -> Parsed:
    """Parse all columns of a table; `known` has the parsers of what other tables declare."""
    columns = read_columns()[table.kind]
    table = replace(table, parts=[own for part in table.parts for own in part.spread()])
    values: dict[str, list[Any]] = {column.name: [] for column in columns}
    refused, faulty, index = list[Refused](), set[int](), list[int]()
    parsers = {column.name: _choose_parser(column, maps, known) for column in columns}
    for number, part in enumerate(table.parts):
        rows = [number * STRIDE + row for row in part.data_rows]
        index += rows
        for column in columns:
            parse = parsers[column.name]
            if part.has(column.name):
                cells = _parse_column(part, column, parse, guard)
            else:  # where every row needs it, the error of its heading says so
                cells = [(None, parse(None))] * len(rows)
                faulty.update(rows if column.is_required else ())
            for row, (cell, value) in zip(rows, cells, strict=True):
                is_refused = isinstance(value, ParseError)
                values[column.name].append(None if is_refused else value)
                refused += [(row, column, cell, value)] if is_refused else []
    faulty.update(row for row, *_ in refused)
    problems = [*dict.fromkeys(_report_faults(table, refused, guard))]
    coded = [column for column in columns if column.type in ("code", "codes")]
    frame = pd.DataFrame(values, pd.Index(index, dtype="int64"), dtype=object)
    table = replace(table, values=frame)
    chosen = (_choose_codes(table, c, maps.codes[c.detail], faulty) for c in coded)
    wrong = [told for each in chosen for told in each]
    problems += (table.tell(*told) for told in wrong)
    faulty.update(row for row, *_ in wrong)
    return replace(table, problems=tuple(problems)).set_aside(faulty)


def _choose_parser(column: Column, maps: Maps, known: Mapping[str, Parser]) -> Parser:
    """Return the parser for a declared column; codes stay the labels they are known by."""
    if column.type not in ("code", "codes"):
        return known.get(column.type) or PARSERS.get(column.type) or PARSERS["text"]
    codes, file = maps.codes[column.detail], f"maps/codes/{column.detail}.csv"
    labels = {code.label: label for label, code in codes.items()}
    known_as = next((code.extra for code in codes.values()), {})
    questions = {name: QUESTIONS[name] for name in known_as if name in QUESTIONS}
    names = (*lists.list_columns(Code), *known_as)

    def propose(text: str, is_open: bool) -> Told:
        near = nearest(text, labels) if is_open else None
        made = make_slug(text).replace("-", "_") if is_open else ""
        label = clean_text(text) if is_open else TO_TELL
        asked = (f"({name})" if name in questions else "" for name in known_as)
        new = (label, made or "(kode)", "", "", *asked)
        as_new = Proposal(file, new, names, lead="Er den ny, så")
        if near is None:
            return " ".join(questions.values()), as_new
        code = codes[labels[near]]
        cells, note = (label, code.code, "", "", *code.extra.values()), f", hvis den betyder {near}"
        return "", Proposal(file, cells, names, note=note, otherwise=as_new)

    advice = f"Ret værdien, eller tilføj den i data/raw/{file}."
    parse = parse_choice(labels, "en værdi fra kodelisten", advice, propose)
    if column.type == "code":
        return parse
    parts = partial(read.split_values, is_known=lambda part: fold(part) in codes)
    return lambda value: tuple(dict.fromkeys(map(parse, parts(value))))


def _parse_column(
    part: FoundTable, column: Column, parse: Parser, guard: Guard
) -> list[tuple[CellValue, Any]]:
    """Return a column's cells with their values, a ParseError for one that is refused.

    Where a column holds nothing but x and blanks, blank is no; in a 1904 workbook, the serial
    numbers of dates (not yes/no, nor years) count from 1904.
    """
    cells: list[Any] = part.cells(column.name).tolist()
    if column.type in ("flag", "flag_or_date") and {*map(fold, {*cells} - {None})} == {"x"}:
        cells = ["nej" if value is None else value for value in cells]
    if column.type in ("date", "flag_or_date") and part.sheet.is_1904:
        numbers = {v for v in cells if isinstance(v, (int, float)) and v > 1}
        numbers -= {*filter(read.is_year, numbers)}
        cells = [value + DAYS_1904 if value in numbers else value for value in cells]
    distinct = {(type(value), value): value for value in cells}
    found = {key: _try_parse(value, column, parse, guard) for key, value in distinct.items()}
    return [(value, found[type(value), value]) for value in cells]


def _try_parse(value: CellValue, column: Column, parse: Parser, guard: Guard) -> object:
    """Return the parsed value, or the ParseError that refuses it."""
    is_word, low, high = read.is_word_for_nothing(value), column.minimum, column.maximum
    try:
        read.reject_unreadable(value)
        if column.type != "person" and value is not None and not isinstance(value, date):
            _reject_personal(value, column.type == "text", guard)
        result: Any = parse(value)
        if is_word and result is not None and column.type in ("text", "id", "date"):
            raise ParseError(*read.NOTHING)
        if high is None and column.type in SUMMED and read.TWO_WAYS.search(str(value)):
            told = "Kommaet kan stå foran decimaler eller mellem tusinder."
            raise ParseError(told, "Skriv tallet uden tegn mellem tusinder.")
        if result is None and column.is_required:
            raise ParseError(read.BLANK, "Udfyld cellen i udtrækket.", "en udfyldt celle")
        if low is not None and result is not None and not low <= result <= (high or inf):
            text = f"mindst {low:g}" if high is None else f"mellem {low:g} og {high:g}"
            raise ParseError("Tallet er uden for det mulige.", expected=f"et tal {text}")
        return result
    except ParseError as error:
        if is_word:
            return ParseError(*read.NOTHING, True)
        told = read.describe_lookalikes(value) if isinstance(value, str) else ""
        error.message += told if told not in error.message else ""
        error.expected = error.expected or read.EXPECTED.get(column.type, "en anden værdi")
        return error
    except (ValueError, TypeError, OverflowError):
        return ParseError("Værdien kan ikke læses.", expected=column.label)


def _reject_personal(value: CellValue, is_free: bool, guard: Guard) -> None:
    """Raise ParseError for a personal number outside its column, and for a name in free text."""
    is_whole = isinstance(value, (int, float)) and value == int(value)
    text = f"{value:.0f}" if is_whole else clean_text(value)
    if len(text) >= CPR_DIGITS and danish.mask_cpr(text) != text:
        message = "Cellen ligner et CPR-nummer i en kolonne, der ikke skal have det."
        raise ParseError(message, "Flyt eller slet personnummeret.", "ingen personoplysninger")
    if is_free and guard.holds_name(text):
        message = "Cellen har en tekst, der også står i en kolonne med personoplysninger."
        advice = "Slet navnet eller bemærkningen i cellen."
        raise ParseError(message, advice, "ingen personoplysninger")


def _report_faults(table: Parsed, refused: Sequence[Refused], guard: Guard) -> Iterator[Problem]:
    """Yield the errors of the refused cells; a row that lacks much of what it needs is one."""
    columns, blank = read_columns()[table.kind], dict[int, list[Column]]()
    for number, column, _, fault in refused:
        if fault.message == read.BLANK:
            blank.setdefault(number, []).append(column)
    needed = sum(column.is_required and table.has(column.name) for column in columns)
    least = max(LEAST_LACKING, needed / 2)
    lacking = {row: lacks for row, lacks in sorted(blank.items()) if len(lacks) >= least}
    rest = (row for row in blank if row not in lacking)
    alone = Counter((row // STRIDE, column) for row in rest for column in blank[row])
    for number, column, value, fault in refused:
        if number in lacking and fault.message == read.BLANK:
            continue
        is_word = isinstance(value, str) and LETTERS.search(value) and not fault.is_harmless
        is_open = column.type != "person" and not is_blank(value) and not is_word
        found = str(read.simplify(value)) if is_open and guard.may_quote(value) else ""
        part, row = table.find(number)
        is_told = column.name in {*part.header.given, *part.header.layout["fill_down"]}
        is_group = not is_told and alone[number // STRIDE, column] > max(len(part.data_rows) / 2, 1)
        more, proposal = _propose(part, (row, column, value, fault), found, is_group)
        message, advice = f"{column.label}: {fault.message}", f"{fault.advice} {more}".rstrip()
        cell = part.name_cell(row, column.name)
        if column.name in part.given:
            cell, message = "", f"{message} Alle rækker har den fra kortet."
            advice = f"Ret {column.name} i data/raw/maps/{table.kind}.csv, eller ret arkets eller "
            advice, proposal = f"{advice}filens navn.", None
        facts: dict[str, Any] = {"found": found, "expected": fault.expected}
        told = (f"cell.{column.type}", cell, message, advice)
        yield part.sheet.tell(*told, column=column.name, proposal=proposal, **facts)
    advice = "Er det en række i tabellen, så udfyld den. Er det en sum, så skriv “I alt” i "
    advice += "dens første celle. Ellers slet den."
    for number, lacks in lacking.items():
        *labels, last = (column.label for column in lacks)
        message = f"Rækken mangler {', '.join(labels)} og {last}."
        facts = {"expected": "en udfyldt række"}
        yield table.tell(number, lacks[0].name, "row.incomplete", message, advice, **facts)


def _propose(part: FoundTable, refused: Refused, found: str, is_group: bool) -> Told:
    """Return what to say and write of a cell, quoted as `found`; `is_group`: most rows lack it."""
    row, column, value, fault = refused
    if fault.message == read.NOTHING[0]:
        word = f"{value:%d-%m-%Y}" if isinstance(value, date) else clean_text(value)
        return "", part.header.propose(column.name, "nothing", word)
    if fault.message == read.BLANK and is_group:
        told = "Står den kun i den første række af sin gruppe, så sig det i layout.csv."
        return told, part.header.propose(column.name, "fill_down")
    told, proposal = fault.propose(bool(found)) if fault.propose else ("", None)
    if not proposal and (found or is_blank(value)) and column.type != "person":
        proposal = propose_correction(part, row, column.name, "Eller", clean_text(found))
    return told, proposal


def _choose_codes(
    table: Parsed, column: Column, codes: CodeList, faulty: Collection[int]
) -> Iterator[tuple[Any, ...]]:
    """Put the codes on each row's day in place of its labels; yield what is not valid then."""
    days = {"exit_reasons": "ended_on", "enterprise_types": "active_from"}
    first = next(c.name for c in read_columns()[table.kind] if c.type in ("date", "week"))
    advice = f"Ret rækken, eller ret datoerne i data/raw/maps/codes/{column.detail}.csv."
    rows, made = table.values, list[object]()
    own = rows[days.get(column.detail, first)]
    for row, labels, day in zip(rows.index, rows[column.name], own, strict=True):
        day = read.week_start(day) if isinstance(day, str) else day
        several = labels if isinstance(labels, tuple) else filter(None, [labels])
        picked = [codes[label].on(day) for label in several]
        names = tuple(dict.fromkeys(code.code for code in picked))
        made.append(names if column.type == "codes" else next(iter(names), None))
        for code in picked:
            if not code.is_valid(day) and row not in faulty:
                message = f"“{code.label}” gælder ikke på rækkens dato."
                yield row, column.name, "code.not_valid", message, advice
    rows[column.name] = pd.Series(made, rows.index, dtype=object)


def make_id(name: str, ids: Mapping[str, str]) -> str:
    """Return an enterprise's id: the one given in `enterprise_ids.csv`, else the name's slug."""
    return ids.get(fold(name)) or make_slug(name)


def know_enterprises(register: Parsed | None, maps: Maps) -> tuple[Parser, list[Problem]]:
    """Return the parser from any known spelling of an enterprise to its id; none means two."""
    if register is None:
        return PARSERS["text"], []
    known, places, wrong = dict[str, str](), dict[str, tuple[int, str]](), list[tuple[Any, ...]]()
    for row, name, aliases in register.values[["name", "aliases"]].itertuples():
        for spelling in (name, *danish.split_cell(aliases, ";")) if name else ():
            places[spelling], made = (row, name), make_id(name, maps.enterprise_ids)
            if known.setdefault(fold(spelling), made) != made:
                message = f"“{spelling}” står for to virksomheder."
                advice = "Lad stavemåden stå ved én virksomhed."
                wrong.append((row, "aliases", "enterprise.shared_name", message, advice))
    names = register.values["name"].dropna()
    ids = names.map(lambda name: make_id(name, maps.enterprise_ids))
    message = "Virksomheden, eller en med samme id, står to gange i registret."
    told = ("name", "enterprise.repeated", message, "Slet den ene række.")
    wrong += ((row, *told) for row in ids.index[ids.duplicated()])

    def propose(text: str, is_open: bool) -> Told:
        near = nearest(text, places) or read.find_within(text, places)
        number, name = places.get(near or "", (0, ""))
        part, row = register.find(number)
        if not name or "aliases" not in part.columns:
            return "", None
        what = f"“{text}”" if is_open else "cellens tekst"
        place = f"{part.sheet.place} › {part.name_cell(row, 'aliases')}"
        where = f"Er det {name}, så tilføj {what} i {place}"
        old = clean_text(part.sheet.row(row).get(part.columns["aliases"]) or "")
        told = (f"{where}, eller", old, "; ".join(filter(None, [old, text])))
        proposal = propose_correction(part, row, "aliases", *told) if is_open else None
        return "" if proposal else f"{where}.", proposal

    advice = "Ret stavemåden, tilføj den under Alias, eller giv en ny virksomhed sin egen række i "
    advice += "virksomhedsudtrækket."
    choices = {spelling: known[fold(spelling)] for spelling in places}
    parse = parse_choice(choices, "en virksomhed i registret", advice, propose)
    return parse, [register.tell(*each) for each in wrong]
