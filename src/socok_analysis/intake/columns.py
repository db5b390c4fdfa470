"""Parse the columns of a found table: typed values, and a problem for every cell that fails.

Each distinct value is parsed once. A row with a fault is set aside (quarantined) whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property, partial
from math import inf
from typing import Any

import pandas as pd

from socok_analysis.core.danish import clean_text, fold, make_slug, mask_cpr, split_aliases
from socok_analysis.core.problems import Problem
from socok_analysis.intake.exports import Table
from socok_analysis.intake.headings import tell
from socok_analysis.intake.maps import Maps
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
from socok_analysis.workbook.cells import CellValue, Foreign, is_blank

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

    `values` is of type object; None stands for a blank, and for what could not be read. `labels`
    has, for each column of codes, the folded labels that were written.
    """

    table: Table
    values: pd.DataFrame
    labels: pd.DataFrame
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
    refused: list[Refused] = []
    faulty: set[int] = set()
    problems: list[Problem] = []
    for number, part in enumerate(table.parts):
        rows = table.number(number, part.data_rows)
        for column in columns:
            parse = _choose_parser(column, maps, known)
            if part.has(column.name):
                cells = _parse_column(part, column, parse, guard)
                values[column.name] += [
                    None if isinstance(cell, ParseError) else cell for _, cell in cells
                ]
                faults = [(row, *c) for row, c in zip(rows, cells, strict=True)]
                faults = [each for each in faults if isinstance(each[2], ParseError)]
                if faults and _is_given(part, column.name):
                    problems.append(_report_given(part, column, faults[0][2]))
                    faulty.update(row for row, *_ in faults)
                else:
                    refused += ((row, column, value, fault) for row, value, fault in faults)
            else:
                values[column.name] += [parse(None)] * len(rows)
                faulty.update(rows if column.is_required else ())
    faulty.update(row for row, *_ in refused)
    labels = {c.name: values[c.name] for c in columns if c.type in ("code", "codes")}
    for column in (column for column in columns if column.name in labels):
        days, codes = list_own_days(table.kind, values, column), maps.codes[column.detail]
        values[column.name] = [
            tuple(dict.fromkeys(codes[label].on(day).code for label in written))
            if isinstance(written, tuple)
            else written and codes[written].on(day).code
            for written, day in zip(labels[column.name], days, strict=True)
        ]
    index = pd.Index(table.rows, dtype="int64")
    frames = [pd.DataFrame(each, index, dtype=object) for each in (values, labels)]
    problems += _report_faults(table, refused, columns, guard)
    twins = frozenset(table.list_twins(faulty) if faulty else ())
    return Parsed(table, frames[0], frames[1], twins, tuple(problems))


def _is_given(part: FoundTable, name: str) -> bool:
    return name in part.given and name not in part.columns and name not in part.parts


def _report_given(part: FoundTable, column: Column, fault: ParseError) -> Problem:
    """Return the one error for a value that all rows have and that cannot be read."""
    kind, text = part.kind, str(part.given[column.name])
    message = f"{column.label}: {fault.message} Alle rækker har den fra kortet."
    advice = f"Ret {column.name} i data/raw/maps/{kind}.csv, eller ret arkets eller filens navn."
    told: dict[str, Any] = {"found": text, "expected": fault.expected, "column": column.name}
    return tell(part.sheet, f"cell.{column.type}", "", message, advice, **told)


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
    cells: list[CellValue] = part.cells(column.name).tolist()
    if column.type in ("flag", "flag_or_date") and {fold(v) for v in {*cells} - {None}} == {"x"}:
        cells = ["nej" if value is None else value for value in cells]
    if column.type in ("date", "flag_or_date") and part.sheet.is_1904:
        cells = [
            value + DAYS_1904
            if isinstance(value, (int, float)) and value > 1 and not is_year(value)
            else value
            for value in cells
        ]
    read = {
        (kind, value): _try_parse(value, column, parse, guard)
        for kind, value in {(type(value), value) for value in cells}
    }
    return [(value, read[type(value), value]) for value in cells]


def _try_parse(value: CellValue, column: Column, parse: Parser, guard: Guard) -> object:
    """Return the parsed value, or the ParseError that refuses it.

    A refusal names the letters of other alphabets, which nobody can see.
    """
    try:
        reject_unreadable(value)
        if column.type != "person" and value is not None and not isinstance(value, date):
            _reject_personal(value, column.type == "text", guard)
        result: Any = parse(value)
        if (
            result is not None
            and column.type in ("text", "id", "date")
            and is_word_for_nothing(value)
        ):
            raise ParseError(*NOTHING, True)
        if result is None and column.is_required:
            raise ParseError(BLANK, "en udfyldt celle", "Udfyld cellen i udtrækket.")
        low, high = column.minimum, column.maximum
        if low is not None and result is not None and not low <= result <= (high or inf):
            text = f"mindst {low:g}" if high is None else f"mellem {low:g} og {high:g}"
            raise ParseError("Tallet er uden for det mulige.", f"et tal {text}")
        return result
    except ParseError as error:
        if is_word_for_nothing(value):
            return ParseError(*NOTHING, True)
        told = describe_lookalikes(value) if isinstance(value, str) else ""
        message = error.message if told in error.message else error.message + told
        return ParseError(message, error.expected, error.advice, error.is_harmless)
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
        shown = simplify(value) if isinstance(value, (time, timedelta, Foreign)) else value
        found = str(shown) if is_open and guard.may_quote(value) else ""
        told = (f"cell.{column.type}", f"{column.label}: {fault.message}", fault.advice)
        yield table.tell(row, column.name, *told, found=found, expected=fault.expected)
    for row, lacks in lacking.items():
        *labels, last = (column.label for column in lacks)
        message = f"Rækken mangler {', '.join(labels)} og {last}."
        advice = "Er det en række i tabellen, så udfyld den. Er det en sum, så skriv “I alt” i "
        advice += "dens første celle. Ellers slet den."
        told = ("row.incomplete", message, advice)
        yield table.tell(row, lacks[0].name, *told, expected="en udfyldt række")


def list_own_days(
    kind: str, values: Mapping[str, Sequence[Any]] | pd.DataFrame, column: Column
) -> list[date | None]:
    """Return the day each row's code must be valid on: its end for exit reasons, else start."""
    name = "ended_on" if column.detail == "exit_reasons" else OWN_DATE[kind]
    return [week_start(day) if isinstance(day, str) else day for day in values[name]]


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
