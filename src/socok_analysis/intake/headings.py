"""The headings of a table: in one row, or in two where a group stands above its columns.

A heading below a group is known by its own text or by both together ("Periode" over "fra" is
"Periode fra"). What is missing, unknown, repeated or can mean two things is a problem. For a
foreign layout a map is proposed: for each heading the column most like it, by its name and by what
the cells below hold. A heading nothing is like is proposed as personal: known, and not read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, partial
from typing import Any

import numpy as np
from openpyxl.utils.cell import coordinate_to_tuple
from rapidfuzz import fuzz

from socok_analysis.core.danish import clean_text, find_within, fold, mask_cpr, nearest
from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.headers import LAYOUT, PARTED, HeaderMap
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.parse import PARSERS, ParseError, describe_lookalikes, simplify
from socok_analysis.intake.tables import KIND_DA, ORDERED, Column, read_columns
from socok_analysis.workbook.cells import CellValue, Sheet, is_blank, name_cell

LEAST_SHARE = 0.5
LEAST_HELD, MOST_HELD = 4, 0.8
LEAST_BESIDE, MOST_PLACES = 2, 5
TO_TELL = "teksten i cellen"  # what only a person can fill in
CELL = re.compile(r"[A-Z]{1,3}\d+")
FIRST_ROWS, MOST_HEADINGS = 20, 500
MOST_VALUES, LEAST_HEADINGS, LONGEST_HEADING = 50, 3, 60
NAME_WEIGHT, LEAST_FIT, LEAST_LIKE, LEAST_NEEDED = 0.6, 0.5, 0.4, 0.6
OPEN, OPEN_FIT, LEAST_OPEN_NAME = ("text", "enterprise", "agreement"), 0.7, 0.6


@dataclass(frozen=True)
class Headings:
    """Heading texts by column on a sheet, the rows they stand in, and the map they are held to."""

    sheet: Sheet
    header: HeaderMap
    texts: Mapping[int, str]
    first_row: int
    last_row: int

    @cached_property
    def folded(self) -> dict[int, str]:
        """The texts as they are compared, by column."""
        return {column: fold(text) for column, text in self.texts.items()}

    @cached_property
    def columns(self) -> dict[str, int]:
        """The column of each tidy column whose heading is there."""
        columns: dict[str, int] = {}
        for column, text in self.folded.items():
            if name := self.header.find(text):
                columns.setdefault(name, column)
        return columns

    @cached_property
    def unknown(self) -> dict[int, str]:
        """The texts that are not known, by column."""
        known = self.header.is_known
        return {c: text for c, text in self.texts.items() if not known(self.folded[c])}

    @cached_property
    def score(self) -> float:
        """How well they fit the kind: wanted ones found of all wanted and all unknown."""
        found, texts = len(self.columns), {*self.folded.values()}
        foreign = len({self.folded[column] for column in self.unknown})
        is_enough = found > 1 or (self.header.spread and len(texts) - foreign > 1)
        return found / (len({*self.header.headings.values()}) + foreign) if is_enough else 0.0

    def join(self, lower: Headings) -> Headings:
        """Return these and the row below as one: joined where that is known, else the lower."""
        texts: dict[int, str] = {}
        group = ""
        for column in sorted({*self.texts, *lower.texts}):
            group = self.texts.get(column, group)
            own = lower.texts.get(column, group)
            is_joined = column in lower.texts and self.header.is_known(fold(f"{group} {own}"))
            texts[column] = f"{group} {own}" if is_joined else own
        return replace(self, texts=texts, last_row=lower.last_row)

    def tell(self, check: str, place: int, *told: Any, **more: Any) -> Problem:
        """Return a problem at the lowest heading of a column of the sheet, as `tell`."""
        return tell(self.sheet, check, name_cell(self.last_row, place), *told, **more)


def read_headings(sheet: Sheet, row: int, header: HeaderMap) -> Headings:
    """Return a row's cells as headings."""
    texts = {column: clean_text(simplify(value)) for column, value in sheet.row(row).items()}
    return Headings(sheet, header, texts, row, row)


def list_heading_rows(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> list[int]:
    """Return the first rows that hold at least two texts known as headings of some kind.

    Where headings may be days, those cells of the first rows that are none but known count too.
    """
    texts = {value for cells in sheet.rows.values() for value in cells.values()}
    named = {text for header in headers.values() for text in header.headings}
    known = {text for text in texts if type(text) is str and fold(text) in named}
    rows = {row for row, cells in sheet.rows.items() if sum(v in known for v in cells.values()) > 1}
    for header in (header for header in headers.values() if header.spread):
        for row in [*sheet.rows][:FIRST_ROWS]:
            found = map(header.find, read_headings(sheet, row, header).folded.values())
            rows |= {row} if sum(map(bool, found)) > 1 else set()
    return sorted(rows)[:MOST_HEADINGS]


def choose_headings(
    sheet: Sheet, rows: Collection[int], headers: Mapping[str, HeaderMap]
) -> Headings | None:
    """Return the headings that fit a kind best: a row, or two where that is better; or None."""
    near = {near for row in rows for near in (row - 1, row, row + 1)} & sheet.rows.keys()
    tops = [top for top in sorted(near) if top + 1 in near and {top, top + 1} & {*rows}]
    tried = list[Headings]()
    for header in headers.values():
        read = {row: read_headings(sheet, row, header) for row in near}
        tried += [*(read[row] for row in rows), *(read[t].join(read[t + 1]) for t in tops)]
    best = max(tried, key=lambda h: (h.score, h.first_row - h.last_row, -h.first_row), default=None)
    if best is None:
        return None
    least = max(LEAST_HELD, MOST_HELD * len({*best.header.headings.values()}))
    return best if best.score >= LEAST_SHARE or len(best.columns) >= least else None


def tell(
    sheet: Sheet,
    check: str,
    cell: str,
    message: str,
    advice: str = "",
    severity: Severity = "error",
    **more: Any,
) -> Problem:
    """Return a problem at a cell of a sheet."""
    place = {"file": sheet.file, "sheet": sheet.name, "cell": cell}
    return Problem(severity, check, message, **place, advice=advice, **more)


def write_line(cells: Sequence[str]) -> str:
    """Return a line of CSV."""
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(cells)
    return file.getvalue()


def locate(problem: Problem) -> tuple[int, int]:
    """Return the numbers of the row and the column a problem is about; 0 for none."""
    return coordinate_to_tuple(problem.cell) if CELL.fullmatch(problem.cell) else (0, 0)


def check_headings(headings: Headings) -> Iterator[Problem]:
    """Yield the headings that are missing, unknown, repeated or below a group.

    An unknown one is not quoted, as it may be a stray value; the known one most like it is. One
    that seems to be a missing one renamed is told there alone; so is the last of either.
    """
    header, folded, seen = headings.header, headings.folded, headings.columns
    missing = [
        n for n in sorted({*header.headings.values()} - seen.keys()) if not header.is_given(n)
    ]
    told = {name: _report_missing(headings, name) for name in missing}
    renamed = {locate(problem)[1] for problem in told.values() if problem.found}
    left = [column for column in headings.unknown if column not in renamed]
    lost = [name for name, problem in told.items() if not problem.found]
    if len(left) == len(lost) == 1:
        told |= {lost[0]: _report_missing(headings, lost[0], left[0])}
        left = []
    yield from told.values()
    for (how, name), texts in header.layout.items():
        lost = [text for text in texts if fold(text) not in folded.values()]
        for text in lost if how in PARTED and len(lost) < len(texts) else ():
            message = f"Overskriften “{text}” mangler ({KIND_DA[header.kind]})."
            advice = f"Ret den i udtrækket eller i data/raw/maps/{LAYOUT}."
            yield headings.tell("heading.missing", 1, message, advice, column=name)
    wanted = [spelling for spelling, name in header.headings.items() if name in missing]
    for column in left:
        text = headings.unknown[column]
        near = nearest(text, wanted) or nearest(text, header.headings)
        hint = f" Den ligner {header.show(header.headings[near])}." if near else ""
        message = f"Overskriften i cellen er ikke kendt.{hint}{describe_lookalikes(text)}"
        advice = f"Tilføj den i data/raw/maps/{header.kind}.csv: ved sin kolonne, i ignored "
        advice += "(kendt og ikke ønsket) eller i personal (personoplysning)."
        expected = "en overskrift fra kortet"
        yield headings.tell("heading.unknown", column, message, advice, expected=expected)
    several = {name for how, name in header.layout if how in (*PARTED, "unpivot")}
    names = {column: header.find(text) or "" for column, text in folded.items()}
    repeated = {c: n for c, n in names.items() if n and n not in several and seen[n] != c}
    if len(repeated) >= max(LEAST_BESIDE, len(seen) / 2):
        message = "To tabeller af samme slags står ved siden af hinanden."
        advice = "Er det flere år? Lad arket have én tabel: flyt den anden til sin egen årsmappe."
        yield headings.tell("table.beside", min(repeated), message, advice)
        repeated = {}
    for column, name in repeated.items():
        place = name_cell(headings.last_row, seen[name])
        message = f"Overskriften {header.show(name)} står også i {place}."
        advice = "Slet den ene kolonne, eller giv den en anden overskrift."
        yield headings.tell("heading.repeated", column, message, advice, column=name)
    yield from _check_groups(headings)


def _report_missing(headings: Headings, name: str, renamed: int = 0) -> Problem:
    """Return the error for a heading that is not there, with the unknown one most like it.

    `renamed` is the column of one that is not like it; only a person can tell what it says.
    """
    header, columns = headings.header, {text: c for c, text in headings.unknown.items()}
    spellings = [text for text, column in header.headings.items() if column == name]
    near = (find(t, columns) for find in (nearest, find_within) for t in spellings)
    found, expected, edit = next(filter(None, near), ""), header.show(name), ""
    where = f"i kolonnen {name} i data/raw/maps/{header.kind}.csv, eller ret den i udtrækket."
    if describe_lookalikes(found):
        advice = "Slet overskriften, og skriv den igen på et dansk tastatur."
    elif found:
        advice = f"Er den omdøbt til “{found}”? Så skriv “|{found}” {where}"
        edit = f"Cellen i rækken {header.valid_from} bliver: {header.cells[name]}|{found}"
    elif renamed:
        place = name_cell(headings.last_row, renamed)
        advice = f"Er den omdøbt til teksten i {place}? Så skriv “|” og teksten {where}"
        edit = f"Cellen i rækken {header.valid_from} bliver: {header.cells[name]}|({TO_TELL})"
    elif columns:
        places = [name_cell(headings.last_row, column) for column in headings.unknown]
        told = ", ".join(places[:MOST_PLACES])
        advice = f"Er den omdøbt? Det ukendte står i {told}. Så skriv “|” og den nye {where}"
    else:
        advice = f"Ret overskriften til {expected} i udtrækket."
    message = f"Overskriften {expected} mangler ({KIND_DA[header.kind]})."
    facts = {"column": name, "found": found, "expected": expected, "edit": edit}
    return headings.tell(
        "heading.missing", columns.get(found, renamed or 1), message, advice, **facts
    )


def _check_groups(headings: Headings) -> Iterator[Problem]:
    """Yield an error for each wanted heading right below a group that may change its meaning.

    Texts in the two first columns are titles, and what joins to a known heading is settled. The
    group is not quoted: it may be a value.
    """
    sheet, header, above = headings.sheet, headings.header, headings.last_row - 1
    groups = {column for column, value in sheet.row(above).items() if isinstance(value, str)}
    own = read_headings(sheet, headings.last_row, header)
    for column, text in [*own.texts.items()][2:]:
        name = header.headings.get(own.folded[column])
        if name and column in groups and headings.texts[column] == text:
            message = f"Teksten lige over overskriften “{text}” kan ændre dens betydning."
            advice = f"Skriv begge i én celle, eller tilføj dem i data/raw/maps/{header.kind}.csv "
            advice += "med et mellemrum imellem. Er det en titel, så sæt en tom række under den."
            cell = name_cell(above, column)
            yield tell(sheet, "heading.group", cell, message, advice, column=name)


def propose_map(
    sheet: Sheet, year: str, headers: Mapping[str, HeaderMap], codes: Mapping[str, CodeList]
) -> Iterator[Problem]:
    """Yield the line of the map that fits a sheet best, as a question; nothing where none does."""
    from scipy.optimize import linear_sum_assignment

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
        pairs = [*zip(*linear_sum_assignment(likeness, maximize=True), strict=True)]
        pairs = [(n, m) for n, m in pairs if likeness[n][m] >= LEAST_LIKE]
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
    edit = f"Ny linje i data/raw/maps/{kind}.csv: {write_line([year, *cells, '', '|'.join(rest)])}"
    cell = name_cell(row, min(places))
    yield tell(sheet, "map.proposed", cell, f"{message}dets kort.", advice, edit=edit)


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
