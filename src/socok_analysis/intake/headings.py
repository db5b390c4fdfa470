"""The headings of a table: in one row, or in two where a group stands above its columns.

A heading below a group is known by its own text or by both together ("Periode" over "fra" is
"Periode fra"). What is missing, unknown, repeated or can mean two things is a problem.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from openpyxl.utils.cell import coordinate_to_tuple

from socok_analysis.core.danish import find_inside, find_within, nearest
from socok_analysis.core.problems import Problem, Severity
from socok_analysis.intake.headers import HeaderMap
from socok_analysis.intake.parse import describe_lookalikes, simplify
from socok_analysis.intake.tables import KIND_DA
from socok_analysis.workbook.cells import clean_text, fold, name_cell
from socok_analysis.workbook.sheet import Sheet

LEAST_SHARE, LEAST_LIKENESS = 0.5, 0.4
LEAST_HELD, MOST_HELD = 4, 0.8
LEAST_BESIDE, MOST_PLACES = 2, 5
CELL = re.compile(r"[A-Z]{1,3}\d+")
GUESSED_ROWS, MOST_HEADINGS = 20, 500


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


def row_of(problem: Problem) -> int:
    """Return the number of the row a problem is about; 0 for none."""
    return locate(problem)[0]


def place_of(problem: Problem) -> tuple[str, str, int]:
    """Return the file, the sheet and the number of the row a problem is about."""
    return problem.file, problem.sheet, row_of(problem)


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
    if choice is None or best < LEAST_LIKENESS:
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
    problems = [report_missing(sheet, row, header, name, unknown) for name in missing]
    for (how, name), texts in header.layout.items():
        parts = [text for text in texts if fold(text) in folded.values()]
        for text in texts if how in ("join", "codes") and parts else ():
            if text not in parts:
                message = f"Overskriften “{text}” mangler ({KIND_DA[header.kind]})."
                advice = (
                    "Ret overskriften i udtrækket, eller ret rækken i data/raw/maps/layout.csv."
                )
                lost = ("heading.missing", name_cell(row, 1), message, advice)
                problems.append(tell(sheet, *lost, column=name))
    wanted = [spelling for spelling, name in header.headings.items() if name in missing]
    for column, text in unknown.items():
        near = nearest(text, wanted) or nearest(text, header.headings)
        hint = f" Den ligner {header.shown[header.headings[near]]}." if near else ""
        message = f"Overskriften i cellen er ikke kendt.{hint}{describe_lookalikes(text)}"
        advice = f"Tilføj den i data/raw/maps/{header.kind}.csv: ved sin kolonne, i ignored "
        advice += "(kendt og ikke ønsket) eller i personal (personoplysning)."
        told = ("heading.unknown", name_cell(row, column), message, advice)
        problems.append(tell(sheet, *told, expected="en overskrift fra kortet"))
    repeated = check_repeated(sheet, headings, header)
    return [*problems, *repeated, *check_groups(sheet, headings, header)]


def report_missing(
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


def check_repeated(sheet: Sheet, headings: Headings, header: HeaderMap) -> Iterator[Problem]:
    """Yield the wanted columns whose heading stands more than once.

    Where most of them do, two tables stand beside each other, which is one error.
    """
    seen, row = headings.find_columns(header), headings.last_row
    several = {name for how, name in header.layout if how in ("join", "codes", "unpivot")}
    names = {column: header.find(text) or "" for column, text in headings.folded.items()}
    names = {column: name for column, name in names.items() if name not in several}
    repeated = {column: name for column, name in names.items() if name and seen[name] != column}
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


def check_groups(sheet: Sheet, headings: Headings, header: HeaderMap) -> Iterator[Problem]:
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
