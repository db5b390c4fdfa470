"""Parse the columns of a found table: typed values, and a problem for every cell that fails.

Each distinct value is parsed once. A row with a fault is set aside (quarantined) whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from math import inf
from typing import Any

import pandas as pd

from socok_analysis.core.danish import clean_text, fold, make_slug, mask_cpr, split_aliases
from socok_analysis.core.problems import Problem
from socok_analysis.intake.exports import Table
from socok_analysis.intake.maps import CodeList, Maps
from socok_analysis.intake.parse import (
    BLANK,
    NOTHING,
    PARSERS,
    ParseError,
    Parser,
    describe_lookalikes,
    is_word_for_nothing,
    is_year,
    parse_choice,
    reject_unreadable,
    simplify,
    split_values,
    week_start,
)
from socok_analysis.intake.people import Guard
from socok_analysis.intake.recognise import FoundTable
from socok_analysis.intake.tables import Column, read_columns
from socok_analysis.workbook.cells import CellValue, is_blank

DAYS_1904 = 1462
CPR_DIGITS = 10
LETTERS = re.compile(r"[^\W\d_]{2}")
LEAST_LACKING = 2
OWN_DATE = {
    "courses": "started_on",
    "jobs": "started_on",
    "grants": "granted_on",
    "meetings": "held_on",
    "enterprises": "active_from",
    "attendance": "week",
}
Refused = tuple[int, Column, CellValue, ParseError]


@dataclass(frozen=True)
class Parsed:
    """A table's typed values by row number and tidy column, and the rows that have a fault.

    `values` is of type object; None stands for a blank, and for what could not be read.
    """

    table: Table
    values: pd.DataFrame
    faulty: frozenset[int]
    problems: tuple[Problem, ...]

    @cached_property
    def kept(self) -> pd.DataFrame:
        """The rows without a fault."""
        return self.values.drop(index=[*self.faulty])

    def days(self, name: str) -> pd.Series[pd.Timestamp]:
        """Return a column's days over the rows without a fault, NaT for none."""
        return pd.to_datetime(self.kept[name])


def parse_table(table: Table, maps: Maps, known: Mapping[str, Parser], guard: Guard) -> Parsed:
    """Parse all columns of a table; `known` has the parsers of what other tables declare.

    Without the heading of a column every row needs, no row of a part can be used; the heading's
    own error says so.
    """
    table, columns = table.spread(), read_columns()[table.kind]
    values: dict[str, list[Any]] = {column.name: [] for column in columns}
    refused, problems, faulty = list[Refused](), list[Problem](), set[int]()
    for number, part in enumerate(table.parts):
        rows = table.number(number, part.data_rows)
        for column in columns:
            parse, name = _choose_parser(column, maps, known), column.name
            if not part.has(name):
                values[name] += [parse(None)] * len(rows)
                faulty.update(rows if column.is_required else ())
                continue
            cells = _parse_column(part, column, parse, guard)
            values[name] += [None if isinstance(v, ParseError) else v for _, v in cells]
            read = zip(rows, cells, strict=True)
            faults = [
                (row, column, cell, v) for row, (cell, v) in read if isinstance(v, ParseError)
            ]
            faulty.update(row for row, *_ in faults)
            if faults and name in part.given and name not in {*part.columns, *part.parts}:
                problems.append(_report_given(part, column, faults[0][3]))
            else:
                refused += faults
    problems += _report_faults(table, refused, columns, guard)
    coded = [column for column in columns if column.type in ("code", "codes")]
    chosen = (_choose_codes(table, column, values, maps.codes[column.detail]) for column in coded)
    wrong = [(row, *told) for each in chosen for row, *told in each if row not in faulty]
    problems += (table.tell(*told) for told in wrong)
    faulty.update(row for row, *_ in wrong)
    frame = pd.DataFrame(values, pd.Index(table.rows, dtype="int64"), dtype=object)
    return Parsed(table, frame, frozenset(table.list_twins(faulty)), tuple(problems))


def _choose_codes(
    table: Table, column: Column, values: dict[str, list[Any]], codes: CodeList
) -> Iterator[tuple[Any, ...]]:
    """Put the code of a label on its row's day (the end for exit reasons) in place of the label.

    Yield what is not valid on that day: the row, and what is told.
    """
    own = "ended_on" if column.detail == "exit_reasons" else OWN_DATE[table.kind]
    days = [week_start(day) if isinstance(day, str) else day for day in values[own]]
    advice = f"Ret rækken, eller ret datoerne i data/raw/maps/codes/{column.detail}.csv."
    written, values[column.name] = values[column.name], []
    for row, labels, day in zip(table.rows, written, days, strict=True):
        several = labels if isinstance(labels, tuple) else filter(None, [labels])
        picked = [codes[label].on(day) for label in several]
        made = tuple(dict.fromkeys(code.code for code in picked))
        values[column.name].append(made if column.type == "codes" else next(iter(made), None))
        for code in picked:
            if not code.is_valid(day):
                message = f"“{code.label}” gælder ikke på rækkens dato."
                yield row, column.name, "code.not_valid", message, advice


def _report_given(part: FoundTable, column: Column, fault: ParseError) -> Problem:
    """Return the one error for a value that all rows have and that cannot be read."""
    text, name = str(part.given[column.name]), column.name
    message = f"{column.label}: {fault.message} Alle rækker har den fra kortet."
    advice = f"Ret {name} i data/raw/maps/{part.kind}.csv, eller ret arkets eller filens navn."
    told = (f"cell.{column.type}", "", message, advice)
    return part.sheet.tell(*told, found=text, expected=fault.expected, column=name)


def _choose_parser(column: Column, maps: Maps, known: Mapping[str, Parser]) -> Parser:
    """Return the parser for a declared column; codes stay the labels they are known by."""
    if column.type not in ("code", "codes"):
        return known.get(column.type) or PARSERS.get(column.type) or PARSERS["text"]
    codes = maps.codes[column.detail]
    labels = [code.label for code in codes.values()]
    advice = f"Ret værdien, eller tilføj den i data/raw/maps/codes/{column.detail}.csv."
    parse = parse_choice({each: each for each in codes}, labels, "en værdi fra kodelisten", advice)
    if column.type == "code":
        return parse
    parts = partial(split_values, is_known=lambda part: fold(part) in codes)
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
        numbers = {v for v in cells if isinstance(v, (int, float)) and v > 1 and not is_year(v)}
        cells = [value + DAYS_1904 if value in numbers else value for value in cells]
    distinct = {(type(value), value): value for value in cells}
    read = {key: _try_parse(value, column, parse, guard) for key, value in distinct.items()}
    return [(value, read[type(value), value]) for value in cells]


def _try_parse(value: CellValue, column: Column, parse: Parser, guard: Guard) -> object:
    """Return the parsed value, or the ParseError that refuses it.

    A refusal names the letters of other alphabets, which nobody can see.
    """
    is_word, low, high = is_word_for_nothing(value), column.minimum, column.maximum
    try:
        reject_unreadable(value)
        if column.type != "person" and value is not None and not isinstance(value, date):
            _reject_personal(value, column.type == "text", guard)
        result: Any = parse(value)
        if is_word and result is not None and column.type in ("text", "id", "date"):
            raise ParseError(*NOTHING)
        if result is None and column.is_required:
            raise ParseError(BLANK, "en udfyldt celle", "Udfyld cellen i udtrækket.")
        if low is not None and result is not None and not low <= result <= (high or inf):
            text = f"mindst {low:g}" if high is None else f"mellem {low:g} og {high:g}"
            raise ParseError("Tallet er uden for det mulige.", f"et tal {text}")
        return result
    except ParseError as error:
        if is_word:
            return ParseError(*NOTHING, True)
        told = describe_lookalikes(value) if isinstance(value, str) else ""
        error.message += told if told not in error.message else ""
        return error
    except (ValueError, TypeError, OverflowError):
        return ParseError("Værdien kan ikke læses.", column.label)


def _reject_personal(value: CellValue, is_free: bool, guard: Guard) -> None:
    """Raise ParseError for a personal number outside its column, and for a name in free text."""
    is_whole = isinstance(value, (int, float)) and value == int(value)
    text = f"{value:.0f}" if is_whole else clean_text(value)
    if len(text) >= CPR_DIGITS and mask_cpr(text) != text:
        message = "Cellen ligner et CPR-nummer i en kolonne, der ikke skal have det."
        raise ParseError(message, "ingen personoplysninger", "Flyt eller slet personnummeret.")
    if is_free and guard.holds_name(text):
        message = "Cellen har en tekst, der også står i en kolonne med personoplysninger."
        advice = "Slet navnet eller bemærkningen i cellen."
        raise ParseError(message, "ingen personoplysninger", advice)


def _report_faults(
    table: Table, refused: Sequence[Refused], columns: Iterable[Column], guard: Guard
) -> Iterator[Problem]:
    """Yield the errors of the refused cells; a row that lacks much of what it needs is one.

    A value is quoted only where it cannot be personal.
    """
    needed = sum(column.is_required and table.has(column.name) for column in columns)
    blank: dict[int, list[Column]] = {}
    for row, column, _, fault in refused:
        if fault.message == BLANK:
            blank.setdefault(row, []).append(column)
    least = max(LEAST_LACKING, needed / 2)
    lacking = {row: lacks for row, lacks in sorted(blank.items()) if len(lacks) >= least}
    for row, column, value, fault in refused:
        if row in lacking and fault.message == BLANK:
            continue
        is_word = isinstance(value, str) and LETTERS.search(value) and not fault.is_harmless
        is_open = column.type != "person" and not is_blank(value) and not is_word
        found = str(simplify(value)) if is_open and guard.may_quote(value) else ""
        told = (f"cell.{column.type}", f"{column.label}: {fault.message}", fault.advice)
        yield table.tell(row, column.name, *told, found=found, expected=fault.expected)
    advice = "Er det en række i tabellen, så udfyld den. Er det en sum, så skriv “I alt” i "
    advice += "dens første celle. Ellers slet den."
    for row, lacks in lacking.items():
        *labels, last = (column.label for column in lacks)
        told = ("row.incomplete", f"Rækken mangler {', '.join(labels)} og {last}.", advice)
        yield table.tell(row, lacks[0].name, *told, expected="en udfyldt række")


def make_id(name: str, ids: Mapping[str, str]) -> str:
    """Return an enterprise's id: the one given in `enterprise_ids.csv`, else the name's slug."""
    return ids.get(fold(name)) or make_slug(name)


def list_spellings(register: Parsed) -> Iterator[tuple[int, str, str]]:
    """Yield (row number, name, spelling) for every name that could be read and its aliases."""
    for row, name, aliases in register.values[["name", "aliases"]].itertuples():
        for spelling in (name, *split_aliases(aliases)) if name else ():
            yield row, name, spelling


def know_enterprises(
    register: Parsed | None, ids: Mapping[str, str]
) -> tuple[Parser, list[Problem]]:
    """Return the parser from any known spelling of an enterprise to its id.

    A spelling of two enterprises is an error, and so is an id that stands twice in the register.
    """
    if register is None:
        return PARSERS["text"], []
    known: dict[str, str] = {}
    problems: list[Problem] = []
    spellings = [*list_spellings(register)]
    for row, name, spelling in spellings:
        if known.setdefault(fold(spelling), make_id(name, ids)) != make_id(name, ids):
            message = f"“{spelling}” står for to virksomheder."
            told = ("enterprise.shared_name", message, "Lad stavemåden stå ved én virksomhed.")
            problems.append(register.table.tell(row, "aliases", *told))
    made = register.values["name"].dropna().map(lambda name: make_id(name, ids))
    message = "Virksomheden, eller en med samme id, står to gange i registret."
    for row in made.index[made.duplicated()]:
        told = ("enterprise.repeated", message, "Slet den ene række.")
        problems.append(register.table.tell(row, "name", *told))
    advice = "Ret stavemåden, eller tilføj den under Alias i virksomhedsudtrækket."
    shown = [spelling for *_, spelling in spellings]
    return parse_choice(known, shown, "en virksomhed i registret", advice), problems
