"""Find the table on a sheet by its headings, and its end by its content.

The headings are the row, or the two rows, with the most known headings of one kind. Every row
of the sheet is then data, a total, or skipped (title, heading, blank, note below the table). A
sheet is to have one table: what else stands there is set aside.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from socok_analysis.core.danish import clean_text, fold, mask_cpr
from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.headers import HeaderMap
from socok_analysis.intake.headings import (
    LEAST_SHARE,
    PARTED,
    Headings,
    check_headings,
    choose_headings,
    find_texts,
    list_heading_rows,
    read_headings,
    tell,
)
from socok_analysis.intake.parse import simplify
from socok_analysis.intake.tables import read_columns
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Sheet,
    Uncalculated,
    is_blank,
    name_cell,
)

TOTAL_START = re.compile(r"(i alt|total|subtotal)\b", re.IGNORECASE)
TOTAL_ALONE = re.compile(
    r"(?:ialt|(?:hoved|grand )total|total(?:er|t)|(?:del|mellem)?sum(?:mer)?|tilsammen|"
    r"samlet(?: sum| antal)?|(?:sum|antal|samlet) i ?alt|Σ)\s*[:.]?(?:\s*\(.*\))?",
    re.IGNORECASE,
)
OF_PART = re.compile(r".*\S (?:i ?alt|total)\s*:?", re.IGNORECASE)
PART_START, ALL_START = ("subtotal", "delsum", "mellemsum"), ("hovedtotal", "grand total")
NOTE = re.compile(
    r"[*†‡(¹²³]|\d\)|(?:note|noter|bemærk|bemærkning|kilde|anm|obs|nb)\b", re.IGNORECASE
)
WORDS, DIGIT = re.compile(r"\D*[^\W\d_]{2}"), re.compile(r"\d")
NUMBERS = (int, float, CellError, Uncalculated)
NAMED, SUMMED = ("text", "id", "enterprise"), ("number", "whole", "percent")
MEASURED = ("date", "number", "percent", "whole", "week", "person")
LONGEST_NAME, LONGEST_HEADING = 40, 60
OTHER_KIND = (
    "Arket har en tabel af en anden slags.",
    "Lad arket have én tabel: flyt den anden til sit eget ark, eller slet den.",
)
AGAIN = (
    "Overskrifterne står en gang til på arket.",
    "Hører rækkerne under dem med i tabellen, så slet de gentagne overskrifter. Er det et "
    "andet år, så flyt tabellen til sin egen årsmappe.",
)
OUTSIDE = (
    "Her står noget uden for tabellen, som ikke er læst.",
    "Slet det, eller giv kolonnen sin overskrift.",
)
NAMELESS = (
    "Kolonnen har værdier, men ingen overskrift: den er ikke læst.",
    "Giv den sin overskrift, eller slet den, hvis den ikke skal bruges.",
    "warning",
)
DISPLACED = (
    "Rækken har flere felter end overskrifterne: et skilletegn står i en værdi.",
    "Sæt anførselstegn om værdien, eller hent udtrækket som .xlsx.",
)
UNKNOWN_BELOW = (
    "Under tabellen begynder noget, der ligner en tabel med egne overskrifter. Det, der står "
    "derfra, er ikke læst.",
    "Flyt den til sit eget ark, eller slet den. Hører rækkerne med i tabellen, så slet den tomme "
    "række over dem, og udfyld det, der mangler.",
)
PAGE = re.compile(
    r"(?:side|page)[ :]*\d+(?:\s*(?:af|of|/)\s*\d+)?|"
    r"(?:udskrevet|udskriftsdato|dannet|kørt)\b.{0,60}|"
    r"(?:filt(?:er|re)|anvendte filtre|applied filters|udvalgskriterier)\b.*",
    re.IGNORECASE | re.DOTALL,
)
Cells = Mapping[int, CellValue]


@dataclass(frozen=True)
class FoundTable:
    """One table on a sheet: where its headings stand and which rows hold what.

    `header_row` is the lowest row of headings; `upper_rows` are those of groups above it, and
    `other_rows` those of a further table below or outside the headings, which are set aside.
    `columns` has one place for each tidy column that has one, `parts` those of one that has
    several; `groups` are the names that stand alone above their rows; `given` are the values of
    columns that stand on no row.
    """

    kind: str
    sheet: Sheet
    header: HeaderMap
    header_row: int
    upper_rows: tuple[int, ...]
    columns: Mapping[str, int]
    parts: Mapping[str, tuple[int, ...]]
    headings: Mapping[int, str]
    personal: tuple[int, ...]
    data_rows: tuple[int, ...]
    total_rows: tuple[int, ...]
    other_rows: tuple[int, ...]
    groups: Mapping[int, str]
    given: Mapping[str, CellValue]
    problems: tuple[Problem, ...] = ()

    @cached_property
    def data(self) -> pd.DataFrame:
        """The raw cells of the data rows, by row and column number as on the sheet."""
        return self.sheet.cells.loc[[*self.data_rows]]

    def has(self, name: str) -> bool:
        """Tell whether the table has a tidy column, on its rows or otherwise."""
        grouped = ("group_row", name) in self.header.layout
        return name in self.columns or name in self.given or grouped

    def cells(self, name: str) -> pd.Series[Any]:
        """Return a tidy column's raw cells by row number; blank where not exported."""
        values = [self.given.get(name)] * len(self.data_rows)
        if name in self.parts:
            rows = self.data[[*self.parts[name]]].itertuples(index=False)
            week = next(c.type for c in read_columns()[self.kind] if c.name == name) == "week"
            sign = "; " if ("codes", name) in self.header.layout else " uge " if week else "-"
            values = [
                sign.join(clean_text(simplify(v)) for v in row if is_filled(v)) or None
                for row in rows
            ]
        elif name in self.columns and self.columns[name] in self.data:
            values = self.data[self.columns[name]].tolist()
        elif ("group_row", name) in self.header.layout:
            starts = [*self.groups]
            before = [bisect_left(starts, row) for row in self.data_rows]
            values = [self.groups[starts[n - 1]] if n else None for n in before]
        if ("fill_down", name) in self.header.layout:
            last = None
            for number, value in enumerate(values):
                values[number] = last = last if is_blank(value) else value
        nothing = {value for value in {*values} if self.header.is_nothing(name, value)}
        values = [None if value in nothing else value for value in values]
        return pd.Series(values, [*self.data_rows], dtype=object)

    def spread(self) -> Iterator[FoundTable]:
        """Yield a part for each heading that tells a column, without its blank rows; else all."""
        if self.header.spread is None:
            yield self
            return
        name, told, _ = self.header.spread
        for column, text in self.headings.items():
            value = self.header.read_spread(fold(text))
            if value is not None and fold(text) not in self.header.headings:
                own = replace(self, columns={**self.columns, name: column}, problems=())
                own = replace(own, given={**self.given, told: value})
                filled = own.cells(name).map(is_filled)
                yield replace(own, data_rows=tuple(filled.index[filled.astype(bool)].tolist()))

    def name_cell(self, row: Any, name: str) -> str:
        """Return the name of a tidy column's cell in a row."""
        return name_cell(row, self.columns[name]) if name in self.columns else f"A{row}"

    def tell(self, row: Any, name: str, check: str, *told: Any, **more: Any) -> Problem:
        """Return a problem at a tidy column's cell: message, advice and severity, as `tell`."""
        return tell(self.sheet, check, self.name_cell(row, name), *told, column=name, **more)


def is_filled(value: CellValue) -> bool:
    """Tell whether a cell holds anything that can be seen."""
    return not is_blank(value)


def find_table(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> FoundTable | None:
    """Return the sheet's table, or None where no row looks like the headings of any kind.

    The same headings again, as on each page of a report, are skipped; others are a second table,
    and so are the same ones below a title of their own.
    """
    rows = list_heading_rows(sheet, headers)
    chosen = choose_headings(sheet, rows, headers)
    if chosen is None:
        return None
    headings, header = chosen
    own = [sheet.row(row) for row in range(headings.first_row, headings.last_row + 1)]
    titles = [sheet.row(row) for row in _list_between(sheet, 0, headings.first_row)]
    shown = {text for cells in (*own, *titles) for text in cells.values()}
    printed = find_texts(sheet, lambda text: text in shown or bool(PAGE.fullmatch(text.strip())))
    pages = {
        row
        for row in printed
        if row > headings.last_row
        and ((cells := sheet.row(row)) in own or cells in titles or _is_page(cells))
    }
    others = {
        row: each.kind
        for row in rows
        if not headings.first_row <= row <= headings.last_row
        for each in headers.values()
        if read_headings(sheet, row).score(each) >= LEAST_SHARE
        and not (row in pages and _is_repeat(sheet, row, headings, pages))
    }
    problems: list[Problem] = []
    for row, kind in others.items():
        told = AGAIN if kind == header.kind else OTHER_KIND
        problems.append(tell(sheet, "table.second", name_cell(row, 1), *told))
    end = min((row for row in others if row > headings.last_row), default=sheet.last_row + 1)
    if below := _find_unknown_table(sheet, headings, header, end, pages):
        end, cell = below, name_cell(below, min(sheet.row(below)))
        problems.append(tell(sheet, "table.below", cell, *UNKNOWN_BELOW))
    return _describe_table(sheet, headings, header, end, pages, problems)


def _is_page(cells: Cells) -> bool:
    texts = [clean_text(value) for value in cells.values() if isinstance(value, str)]
    return bool(texts) and len(cells) < 4 and all(map(PAGE.fullmatch, texts))


def _is_repeat(sheet: Sheet, row: int, headings: Headings, pages: Collection[int]) -> bool:
    above = [each for each in _list_between(sheet, headings.last_row, row) if each not in pages]
    before = sheet.row(above[-1]) if above else {}
    return len(before) != 1 or _is_total(before)


def _find_unknown_table(
    sheet: Sheet, headings: Headings, header: HeaderMap, end: int, pages: Collection[int]
) -> int | None:
    """Return the row where a table with headings of its own begins above row `end`, if any.

    It is the first after a blank row that holds short words alone, several of them, and none of
    the days, numbers or persons that every row of the table above needs.
    """
    if not any(c.is_required and c.type in MEASURED for c in read_columns()[header.kind]):
        return None
    rows = _list_between(sheet, headings.last_row, end)
    for before, row in zip((headings.last_row, *rows), rows, strict=False):
        is_apart = row - before > 1 and row not in pages
        cells = sheet.row(row) if is_apart and sheet.row(row + 1) else {}
        are_words = all(
            isinstance(value, str) and len(value) <= LONGEST_HEADING and not DIGIT.search(value)
            for value in cells.values()
        )
        if are_words and len(cells) > 1 and not _is_total(cells):
            return row
    return None


def _describe_table(
    sheet: Sheet,
    headings: Headings,
    header: HeaderMap,
    end: int,
    pages: Collection[int],
    further: Sequence[Problem],
) -> FoundTable:
    """Return the table below its headings and above row `end`, with what is wrong around it."""
    columns, declared = headings.find_columns(header), read_columns()[header.kind]
    held = {columns[c.name]: c for c in declared if c.name in columns}
    needed = {place: c.type for place, c in held.items() if c.is_required}
    labelled = [row for row in find_texts(sheet, is_total_name) if _is_total(sheet.row(row))]
    data, totals = _split_rows(sheet, headings.last_row, end, labelled, needed)
    groups = _find_groups(sheet, header, data)
    nameless = sheet.cells.columns.difference([*headings.texts])
    unnamed = sheet.cells.loc[data, nameless].notna().any(axis=1)
    outside = [r for r in unnamed.index[unnamed].tolist() if r not in pages and r not in groups]
    outside = [row for row in outside if not headings.texts.keys() & sheet.row(row)]
    data = [row for row in data if row not in {*pages, *groups, *outside}]
    summed = {place for place, c in held.items() if c.type in SUMMED}
    tops = [row for row in labelled if row < headings.first_row and summed & {*sheet.row(row)}]
    names = [place for place, kind in needed.items() if kind in NAMED]
    below = _list_between(sheet, max((*data, *groups, headings.last_row)), end)
    notes = [row for row in below if row not in {*totals, *pages, *outside}]
    moved = dict(_find_moved(sheet, headings, columns, data))
    problems = [
        *check_headings(sheet, headings, header),
        *(_report_note(sheet, row, names) for row in notes),
        *(tell(sheet, "row.outside", name_cell(r, min(sheet.row(r))), *OUTSIDE) for r in outside),
        *_report_nameless(sheet, headings, data, {*moved.values()}),
        *further,
    ]
    several = {n: {*map(fold, words)} for (how, n), words in header.layout.items() if how in PARTED}
    parts = {
        n: tuple(c for c, t in headings.folded.items() if t in ws) for n, ws in several.items()
    }
    names_of = {"[ark]": sheet.name, "[fil]": sheet.file.rpartition(".")[0]}
    return FoundTable(
        header.kind,
        sheet,
        header,
        headings.last_row,
        tuple(range(headings.first_row, headings.last_row)),
        columns | moved,
        {name: places for name, places in parts.items() if places},
        headings.texts,
        tuple(c for c, text in headings.folded.items() if text in header.personal),
        tuple(data),
        (*tops, *sorted(totals)),
        (*outside, *_list_between(sheet, end - 1, sheet.last_row + 1)),
        groups,
        {n: names_of.get(t, t) for n, t in header.constants.items() if n not in columns},
        tuple(problems),
    )


def _find_groups(sheet: Sheet, header: HeaderMap, rows: Iterable[int]) -> dict[int, str]:
    """Return the names that stand alone above their rows, where the layout says that they do."""
    starts = [words for (how, _), words in header.layout.items() if how == "group_row"]
    start = next((words[0] for words in starts if words), "")
    groups = {}
    for row in rows if starts else ():
        cells = sheet.row(row)
        text = clean_text(*cells.values()) if len(cells) == 1 else ""
        if text and fold(text).startswith(fold(start)):
            groups[row] = text[len(start) :].strip()
    return groups


def _find_moved(
    sheet: Sheet, headings: Headings, columns: Mapping[str, int], rows: Sequence[int]
) -> Iterator[tuple[str, int]]:
    """Yield the columns whose values all stand beside their heading, below its merged cells."""
    for top, left, bottom, right in sheet.traits.merged:
        if top <= headings.last_row <= bottom and rows:
            places = [c for c in map(int, sheet.cells.columns) if left <= c <= right]
            held = [c for c in places if sheet.cells.loc[[*rows], c].notna().any()]
            for name in (name for name, column in columns.items() if column == left):
                if len(held) == 1 and held[0] not in headings.texts:
                    yield name, held[0]


def _list_between(sheet: Sheet, above: int, end: int) -> list[int]:
    return [row for row in sheet.cells.index.tolist() if above < row < end]


def _split_rows(
    sheet: Sheet, header_row: int, end: int, labelled: Collection[int], needed: Mapping[int, str]
) -> tuple[list[int], set[int]]:
    """Return the data rows and the total rows below the headings and above row `end`.

    `labelled` are the rows that a label calls totals, `needed` the columns every row needs, with
    their types. Where those are texts, a row that has them all is data, whatever it says. Rows of
    one text at the end are notes and neither, from the first that is after a blank row or a total,
    or begins as notes do; a lone personal number is a row of data.
    """
    held = _list_between(sheet, header_row, end)
    is_lacking = sheet.cells.loc[held, [*needed]].isna().any(axis=1)
    lacking = {*is_lacking.index[is_lacking].tolist()}
    totals = {*labelled} & (lacking if {*needed.values()} <= {"text"} else {*held})
    for row in lacking & {*(find_texts(sheet, _is_part_name) if lacking else ())}:
        first, *others = sheet.row(row).values()
        is_label = isinstance(first, str) and _is_part_name(first) and bool(others)
        totals |= {row} if is_label and all(isinstance(each, NUMBERS) for each in others) else set()
    data = [row for row in held if row not in totals]
    notes_start = end
    for row in reversed(data):
        cells = sheet.row(row)
        first = next(iter(cells.values()))
        if len(cells) > 1 or not isinstance(first, str) or mask_cpr(first) != first:
            break
        if row - 1 in totals or not sheet.row(row - 1) or NOTE.match(clean_text(first)):
            notes_start = row
    return [row for row in data if row < notes_start], totals


def is_total_name(text: str) -> bool:
    """Tell whether a text begins as the label of a total row does."""
    if text[:1].isdecimal():
        return False
    cleaned = clean_text(text)
    return bool(TOTAL_START.match(cleaned) or TOTAL_ALONE.fullmatch(cleaned))


def _is_part_name(text: str) -> bool:
    return text.rstrip(" :\xa0")[-1:] in "tTlL" and bool(OF_PART.fullmatch(clean_text(text)))


def _is_total(cells: Cells) -> bool:
    """Tell whether a row's first cell labels a total.

    A row with several words or dates after it is data all the same: a firm may be named Total.
    """
    first, *others = cells.values()
    words = [v for v in others if isinstance(v, date) or (isinstance(v, str) and WORDS.match(v))]
    return isinstance(first, str) and is_total_name(first) and len(words) < 2


def list_scopes(label: CellValue, before: int) -> Sequence[int]:
    """Return the rows after which a total may begin to count; `before` is the total above it.

    A part's total counts from there. A plain one may count all rows or, among totals of parts
    that are named no better, those since the one above it.
    """
    text = fold(label)
    if text.startswith(PART_START) or not is_total_name(text):
        return (before,)
    return (0,) if text.startswith(ALL_START) else (0, before)


def _report_note(sheet: Sheet, row: int, names: Collection[int]) -> Problem:
    """Return that a row was read as a note, so that none is passed over in silence.

    A short text below the names of the table (columns `names`) may be a row nobody completed.
    """
    place, value = next(iter(sorted(sheet.row(row).items())))
    text, advice = clean_text(value), ""
    is_short = len(text) <= LONGEST_NAME and text[-1:].isalnum()
    if place in names and is_short and not NOTE.match(text):
        advice = (
            "Er det en række i tabellen, så udfyld den, og slet den tomme række over den. Er det "
            "en note, så skriv “Note:” foran."
        )
    severity: Severity = "warning" if advice else "info"
    message = "Rækken under tabellen er læst som en note."
    return tell(sheet, "row.note", name_cell(row, place), message, advice, severity)


def _report_nameless(
    sheet: Sheet, headings: Headings, rows: Sequence[int], known: Collection[int]
) -> Iterator[Problem]:
    """Yield a warning for each column with values but no heading: it is not read.

    In a CSV it is an error: there is a separator too many, so that values are displaced.
    """
    for column in sheet.cells.columns.difference([*headings.texts, *known]).tolist():
        held = sheet.cells.loc[[*rows], column].dropna().index
        told = DISPLACED if sheet.traits.read_as else NAMELESS
        if not held.empty:
            yield tell(sheet, "column.nameless", name_cell(int(held[0]), int(column)), *told)
