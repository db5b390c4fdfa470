"""The first map of a foreign layout: for each heading the column most like it, for a person to say.

A column is like a heading by its name and by what the cells below hold. A heading nothing is like
is proposed as personal: known, not read, and guarded against in every output.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from rapidfuzz import fuzz

from socok_analysis.core.danish import fold, mask_cpr
from socok_analysis.core.problems import Problem
from socok_analysis.intake.headers import HeaderMap
from socok_analysis.intake.headings import Headings, read_headings, tell, write_line
from socok_analysis.intake.maps import CodeList
from socok_analysis.intake.parse import PARSERS, ParseError
from socok_analysis.intake.rules import ORDERED
from socok_analysis.intake.tables import KIND_DA, Column, read_columns
from socok_analysis.workbook.cells import CellValue, is_blank, name_cell
from socok_analysis.workbook.sheet import Sheet

FIRST_ROWS, MOST_VALUES, LEAST_HEADINGS, LONGEST_HEADING = 20, 50, 3, 60
NAME_WEIGHT, LEAST_FIT, LEAST_LIKE, LEAST_NEEDED = 0.6, 0.5, 0.4, 0.6
OPEN, OPEN_FIT, LEAST_OPEN_NAME = ("text", "enterprise", "agreement"), 0.7, 0.6


def propose_map(
    sheet: Sheet, year: str, headers: Mapping[str, HeaderMap], codes: Mapping[str, CodeList]
) -> list[Problem]:
    """Return the line of the map that fits a sheet best, as a question; none where none does."""
    from scipy.optimize import linear_sum_assignment

    headings = find_headings(sheet)
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
                [measure_likeness(c, headings.texts[p], held[p], known, codes) for p in places]
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
            if sum(write_day(a) > write_day(b) for a, b in days) > len(days) / 2:
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


def write_day(value: CellValue) -> str:
    """Return a day as a text that sorts; blank for what is none."""
    try:
        return str(PARSERS["date"](value))
    except ParseError:
        return ""


def find_headings(sheet: Sheet) -> Headings | None:
    """Return the first row that may be headings: different words, as wide as the rows below."""
    rows = sheet.cells.index[:FIRST_ROWS].tolist()
    width = max((len(sheet.row(row)) for row in rows), default=0)
    for row in rows[:-1]:
        values = [*sheet.row(row).values()]
        words = {fold(v) for v in values if isinstance(v, str) and len(v) <= LONGEST_HEADING}
        is_wide = len(values) >= max(LEAST_HEADINGS, width * LEAST_NEEDED)
        if is_wide and len(words) == len(values) and not any(w[:1].isdigit() for w in words):
            return read_headings(sheet, row)
    return None


def measure_likeness(
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
    fit = sum(is_fit(column, value, codes) for value in values) / max(len(values), 1)
    if values and fit < LEAST_FIT:
        return 0.0
    if column.type == "id" and len({*map(str, values)}) < len(values):
        fit = 0.0
    return NAME_WEIGHT * name + (1 - NAME_WEIGHT) * fit * (OPEN_FIT if column.type in OPEN else 1)


def is_fit(column: Column, value: CellValue, codes: Mapping[str, CodeList]) -> bool:
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
