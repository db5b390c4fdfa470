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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from openpyxl.utils.cell import coordinate_to_tuple
from rapidfuzz import fuzz

from socok_analysis.core.danish import clean_text, find_inside, find_within, fold, mask_cpr, nearest
from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.headers import HeaderMap
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.parse import PARSERS, ParseError, describe_lookalikes, simplify
from socok_analysis.intake.tables import KIND_DA, ORDERED, Column, read_columns
from socok_analysis.workbook.cells import CellValue, Sheet, is_blank, name_cell

LEAST_SHARE = 0.5
LEAST_HELD, MOST_HELD = 4, 0.8
LEAST_BESIDE, MOST_PLACES = 2, 5
PARTED = ("join", "codes")
CELL = re.compile(r"[A-Z]{1,3}\d+")
GUESSED_ROWS, MOST_HEADINGS = 20, 500
MOST_VALUES, LEAST_HEADINGS, LONGEST_HEADING = 50, 3, 60
NAME_WEIGHT, LEAST_FIT, LEAST_LIKE, LEAST_NEEDED = 0.6, 0.5, 0.4, 0.6
OPEN, OPEN_FIT, LEAST_OPEN_NAME = ("text", "enterprise", "agreement"), 0.7, 0.6


@dataclass(frozen=True)
class Headings:
    """Heading texts by column, and the first and last row they stand in."""

    texts: Mapping[int, str]
    first_row: int
    last_row: int

    @cached_property
    def folded(self) -> dict[int, str]:
        """The texts as they are compared, by column."""
        return {column: fold(text) for column, text in self.texts.items()}

    def find_columns(self, header: HeaderMap) -> dict[str, int]:
        """Return the column of each tidy column whose heading is there."""
        columns: dict[str, int] = {}
        for column, text in self.folded.items():
            if name := header.find(text):
                columns.setdefault(name, column)
        return columns

    def score(self, header: HeaderMap) -> float:
        """Return how well they fit a kind: wanted ones found of all wanted and all unknown."""
        found = len(self.find_columns(header))
        texts = {*self.folded.values()}
        foreign = sum(not header.is_known(text) for text in texts)
        is_enough = found > 1 or (header.spread and len(texts) - foreign > 1)
        return found / (len(header.wanted) + foreign) if is_enough else 0.0

    def is_kind(self, header: HeaderMap) -> bool:
        """Tell whether they are those of a kind, though there may be many others beside them."""
        least = max(LEAST_HELD, MOST_HELD * len(header.wanted))
        return self.score(header) >= LEAST_SHARE or len(self.find_columns(header)) >= least

    def join(self, lower: Headings, header: HeaderMap) -> Headings:
        """Return these and the row below as one: joined where that is known, else the lower."""
        texts: dict[int, str] = {}
        group = ""
        for column in sorted({*self.texts, *lower.texts}):
            group = self.texts.get(column, group)
            own = lower.texts.get(column, group)
            is_joined = column in lower.texts and header.is_known(fold(f"{group} {own}"))
            texts[column] = f"{group} {own}" if is_joined else own
        return Headings(texts, self.first_row, lower.last_row)


def read_headings(sheet: Sheet, row: int) -> Headings:
    """Return a row's cells as headings."""
    cells = sorted(sheet.row(row).items())
    texts = {column: clean_text(simplify(value)) for column, value in cells}
    return Headings(texts, row, row)


def find_texts(sheet: Sheet, test: Callable[[str], bool]) -> dict[int, list[int]]:
    """Return by row, in order, the columns whose text passes a test; it runs once a text."""
    found: dict[int, list[int]] = {}
    for column, cells in sheet.cells.items():
        passing = {text for text in {*cells.array} if type(text) is str and test(text)}
        for row in cells.index[cells.isin(passing)] if passing else ():
            found.setdefault(int(row), []).append(int(column))  # type: ignore[call-overload]
    return dict(sorted(found.items()))


def list_heading_rows(sheet: Sheet, headers: Mapping[str, HeaderMap]) -> list[int]:
    """Return the first rows that hold at least two texts known as headings of some kind.

    Where headings may be days, those cells of the first rows that are none but known count too.
    """
    known = {text for header in headers.values() for text in header.headings}
    spread = [header for header in headers.values() if header.spread]
    found = find_texts(sheet, lambda text: fold(text) in known)
    rows = {row for row, columns in found.items() if len(columns) > 1}
    for row in sheet.cells.index[:GUESSED_ROWS].tolist() if spread else ():
        texts = read_headings(sheet, row).folded.values()
        rows |= {row} if any(sum(map(bool, map(h.find, texts))) > 1 for h in spread) else set()
    return sorted(rows)[:MOST_HEADINGS]


def choose_headings(
    sheet: Sheet, rows: Sequence[int], headers: Mapping[str, HeaderMap]
) -> tuple[Headings, HeaderMap] | None:
    """Return the headings that fit a kind best, and the kind's map; None where none fits.

    Each row is tried alone and with the row above or below it; one row wins over two.
    """
    best, choice = (0.0, 0, 0), None
    read = {near: read_headings(sheet, near) for row in rows for near in (row - 1, row, row + 1)}
    tops = sorted({top for row in rows for top in (row - 1, row)})
    tops = [top for top in tops if read[top].texts and read[top + 1].texts]
    for header in headers.values():
        pairs = (read[top].join(read[top + 1], header) for top in tops)
        for each in (*(read[row] for row in rows), *pairs):
            rank = (each.score(header), each.first_row - each.last_row, -each.first_row)
            if choice is None or rank > best:
                best, choice = rank, (each, header)
    return choice if choice and choice[0].is_kind(choice[1]) else None


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


def guess_headings(sheet: Sheet, headers: Iterable[HeaderMap]) -> list[Problem]:
    """Return what keeps a sheet from being read as the kind its headings are most like."""
    best, choice = 0.0, None
    for row in sheet.cells.index[:GUESSED_ROWS]:
        headings = read_headings(sheet, row)
        for header in headers:
            near = (nearest(text, header.headings) for text in headings.folded.values())
            found = {header.headings[text] for text in near if text}
            likeness = len(found) / len(header.wanted)
            if len(found) > 1 and likeness > best:
                best, choice = likeness, (headings, header)
    if choice is None or best < LEAST_LIKE:
        return []
    headings, header = choice
    known = f"{len(headings.find_columns(header))} af {len(header.wanted)}"
    message = f"Arket ligner {KIND_DA[header.kind]}, men kun {known} overskrifter er kendt."
    advice = f"Tilføj de nye overskrifter i data/raw/maps/{header.kind}.csv, eller ret dem."
    cell = name_cell(headings.last_row, min(headings.texts))
    unsure = tell(sheet, "table.unsure", cell, message, advice)
    return [unsure, *check_headings(sheet, headings, header)]


def check_headings(sheet: Sheet, headings: Headings, header: HeaderMap) -> list[Problem]:
    """Return the headings that are missing, unknown, repeated or below a group.

    An unknown one is not quoted, as it may be a stray value. The known one most like it is named,
    one that is missing before one that is there.
    """
    folded, row = headings.folded, headings.last_row
    unknown = {c: t for c, t in headings.texts.items() if not header.is_known(folded[c])}
    lacking = header.wanted - headings.find_columns(header).keys()
    missing = sorted(name for name in lacking if not header.is_given(name))
    problems = [_report_missing(sheet, row, header, name, unknown) for name in missing]
    for (how, name), texts in header.layout.items():
        lost = [text for text in texts if fold(text) not in folded.values()]
        for text in lost if how in PARTED and len(lost) < len(texts) else ():
            message = f"Overskriften “{text}” mangler ({KIND_DA[header.kind]})."
            advice = "Ret overskriften i udtrækket, eller ret rækken i data/raw/maps/layout.csv."
            told = ("heading.missing", name_cell(row, 1), message, advice)
            problems.append(tell(sheet, *told, column=name))
    wanted = [spelling for spelling, name in header.headings.items() if name in missing]
    for column, text in unknown.items():
        near = nearest(text, wanted) or nearest(text, header.headings)
        hint = f" Den ligner {header.shown[header.headings[near]]}." if near else ""
        message = f"Overskriften i cellen er ikke kendt.{hint}{describe_lookalikes(text)}"
        advice = f"Tilføj den i data/raw/maps/{header.kind}.csv: ved sin kolonne, i ignored "
        advice += "(kendt og ikke ønsket) eller i personal (personoplysning)."
        told = ("heading.unknown", name_cell(row, column), message, advice)
        problems.append(tell(sheet, *told, expected="en overskrift fra kortet"))
    repeated = _check_repeated(sheet, headings, header)
    return [*problems, *repeated, *_check_groups(sheet, headings, header)]


def _report_missing(
    sheet: Sheet, row: int, header: HeaderMap, name: str, unknown: Mapping[int, str]
) -> Problem:
    """Return the error for a heading that is not there, with the unknown one most like it.

    Where there is one, the cell of the map is given as it should be.
    """
    expected, file, edit = header.shown[name], f"data/raw/maps/{header.kind}.csv", ""
    columns = {text: column for column, text in unknown.items()}
    spellings = [text for text, column in header.headings.items() if column == name]
    finds = (
        find(text, columns) for find in (nearest, find_within, find_inside) for text in spellings
    )
    found = next(filter(None, finds), "")
    where = f"efter {expected} i kolonnen {name} i {file}, eller ret den i udtrækket."
    if describe_lookalikes(found):
        advice = "Slet overskriften, og skriv den igen på et dansk tastatur."
    elif found:
        advice = f"Er den omdøbt til “{found}”? Så skriv “|{found}” {where}"
        edit = f"Cellen i rækken {header.valid_from} bliver: {header.cells[name]}|{found}"
    elif unknown:
        places = ", ".join(name_cell(row, column) for column in [*unknown][:MOST_PLACES])
        bar = "Så skriv en lodret streg (|) og den nye overskrift"
        advice = f"Er den omdøbt? Det ukendte står i {places}. {bar} {where}"
    else:
        advice = f"Ret overskriften til {expected} i udtrækket."
    told: dict[str, Any] = {"column": name, "found": found, "expected": expected, "edit": edit}
    message = f"Overskriften {expected} mangler ({KIND_DA[header.kind]})."
    cell = name_cell(row, columns.get(found, 1))
    return tell(sheet, "heading.missing", cell, message, advice, **told)


def _check_repeated(sheet: Sheet, headings: Headings, header: HeaderMap) -> Iterator[Problem]:
    """Yield the wanted columns whose heading stands more than once.

    Where most of them do, two tables stand beside each other, which is one error.
    """
    seen, row = headings.find_columns(header), headings.last_row
    several = {name for how, name in header.layout if how in (*PARTED, "unpivot")}
    names = {column: header.find(text) or "" for column, text in headings.folded.items()}
    repeated = {c: n for c, n in names.items() if n and n not in several and seen[n] != c}
    if len(repeated) >= max(LEAST_BESIDE, len(seen) / 2):
        message = "To tabeller af samme slags står ved siden af hinanden."
        advice = "Er det flere år? Lad arket have én tabel: flyt den anden til sin egen årsmappe."
        yield tell(sheet, "table.beside", name_cell(row, min(repeated)), message, advice)
        return
    for column, name in repeated.items():
        message = f"Overskriften {header.shown[name]} står også i {name_cell(row, seen[name])}."
        advice = "Slet den ene kolonne, eller giv den en anden overskrift."
        told = ("heading.repeated", name_cell(row, column), message, advice)
        yield tell(sheet, *told, column=name)


def _check_groups(sheet: Sheet, headings: Headings, header: HeaderMap) -> Iterator[Problem]:
    """Yield an error for each wanted heading right below a group that may change its meaning.

    Texts in the two first columns are titles, and what joins to a known heading is settled. The
    group is not quoted: it may be a value.
    """
    own, above = read_headings(sheet, headings.last_row).texts, headings.last_row - 1
    groups = {column for column, value in sheet.row(above).items() if isinstance(value, str)}
    for column, text in [*own.items()][2:]:
        name = header.headings.get(fold(text))
        if name and column in groups and headings.texts[column] == text:
            message = f"Der står en tekst lige over overskriften “{text}”, som kan ændre dens "
            advice = (
                "Skriv hele overskriften i én celle, eller tilføj den samlede overskrift (teksten "
                f"over, et mellemrum og “{text}”) i data/raw/maps/{header.kind}.csv. Er det en "
                "titel, så sæt en tom række ind under den."
            )
            told = ("heading.group", name_cell(above, column), f"{message}betydning.", advice)
            yield tell(sheet, *told, column=name)


def propose_map(
    sheet: Sheet, year: str, headers: Mapping[str, HeaderMap], codes: Mapping[str, CodeList]
) -> list[Problem]:
    """Return the line of the map that fits a sheet best, as a question; none where none does."""
    from scipy.optimize import linear_sum_assignment

    headings = _find_headings(sheet)
    if headings is None:
        return []
    below = sheet.cells.index > headings.last_row
    held = {
        column: [v for v in sheet.cells.loc[below, column] if not is_blank(v)][:MOST_VALUES]
        for column in headings.texts
    }
    places = list(headings.texts)
    best: tuple[float, str, dict[str, int]] = (0.0, "", {})
    for kind, columns in read_columns().items():
        known = headers[kind].headings if kind in headers else {}
        likeness = np.array(
            [
                [_measure_likeness(c, headings.texts[p], held[p], known, codes) for p in places]
                for c in columns
            ]
        )
        pairs = [*zip(*linear_sum_assignment(likeness, maximize=True), strict=True)]
        pairs = [(n, m) for n, m in pairs if likeness[n][m] >= LEAST_LIKE]
        chosen = {columns[n].name: places[m] for n, m in pairs}
        needed = [column.name in chosen for column in columns if column.is_required]
        told = sum(likeness[n][m] for n, m in pairs) / len(places)
        score = told * sum(needed) / len(needed)
        if sum(needed) >= LEAST_NEEDED * len(needed) and score > best[0]:
            best = (score, kind, chosen)
    _, kind, chosen = best
    if not kind:
        return []
    for first, last in ORDERED.get(kind, ()):
        if first in chosen and last in chosen:
            days = sheet.cells.loc[below, [chosen[first], chosen[last]]].dropna().to_numpy()
            if sum(_write_day(a) > _write_day(b) for a, b in days) > len(days) / 2:
                chosen |= {first: chosen[last], last: chosen[first]}
    texts = {name: mask_cpr(headings.texts[place]) for name, place in chosen.items()}
    rest = [mask_cpr(t) for place, t in headings.texts.items() if place not in chosen.values()]
    cells = [texts.get(column.name, "") for column in read_columns()[kind]]
    lacking = [c.label for c in read_columns()[kind] if c.is_required and c.name not in texts]
    message = f"Arket ligner {KIND_DA[kind]} fra et andet system. Her er et forslag til dets kort."
    advice = "Hold hver overskrift op mod kolonnen over den, og ret linjen, hvor den er forkert."
    if lacking:
        advice += (
            f" Ingen overskrift passer til {', '.join(lacking)}: find den, eller skriv =VÆRDI."
        )
    if rest:
        advice += " Det, der står sidst, læses ikke og vises aldrig."
    line = write_line([year, *cells, "", "|".join(rest)])
    edit = f"Ny linje i data/raw/maps/{kind}.csv: {line}"
    cell = name_cell(headings.last_row, min(headings.texts))
    return [tell(sheet, "map.proposed", cell, message, advice, edit=edit)]


def _write_day(value: CellValue) -> str:
    """Return a day as a text that sorts; blank for what is none."""
    try:
        return str(PARSERS["date"](value))
    except ParseError:
        return ""


def _find_headings(sheet: Sheet) -> Headings | None:
    """Return the first row that may be headings: different words, as wide as the rows below."""
    rows = sheet.cells.index[:GUESSED_ROWS].tolist()
    width = max((len(sheet.row(row)) for row in rows), default=0)
    for row in rows[:-1]:
        values = [*sheet.row(row).values()]
        words = {fold(v) for v in values if isinstance(v, str) and len(v) <= LONGEST_HEADING}
        is_wide = len(values) >= max(LEAST_HEADINGS, width * LEAST_NEEDED)
        if is_wide and len(words) == len(values) and not any(w[:1].isdigit() for w in words):
            return read_headings(sheet, row)
    return None


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
    try:
        return PARSERS[column.type](value) is not None
    except ParseError:
        return False
