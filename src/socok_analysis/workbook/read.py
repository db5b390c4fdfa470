"""Read a workbook's cells as written, and say in Danish why one cannot be read.

openpyxl's own parser reads the cells of a sheet; here it is handed parts found safe, and what it
would leave out is kept: formulas without a stored result, number formats, what is hidden. Numbers
shown as percent become `Percent`, numbers shown with leading zeros become text with them, error
cells are values of their own: nothing turns silently into a blank.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.cell.text import Text
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_timedelta_format
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from socok_analysis.workbook.archive import (
    Package,
    Relations,
    WorkbookError,
    open_package,
    report_damage,
    report_size,
)
from socok_analysis.workbook.cells import CellError, CellValue, Uncalculated, is_blank, mask_cpr
from socok_analysis.workbook.formats import NumberReader, choose_reader, read_plain
from socok_analysis.workbook.sheet import Range, Sheet, Traits, make_cells

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS, MOST_PLACES = 10_000_000, 60_000_000
LONGEST_TEXT = 1_000_000
CODE_POINT = re.compile("_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
COMMENTS = {"comments": "comment", "threadedComment": "threadedComment"}
TRUE = ("1", "true")

__all__ = ["Sheet", "WorkbookError", "read_workbook"]


@dataclass(frozen=True)
class Book:
    """What the sheets of a workbook share: its texts, and what the styles of its cells say.

    `readers` tell how the numbers of each style are read, None for dates; `durations` and `struck`
    are numbers of styles. `is_stale`: the workbook asks to be calculated anew, so that a formula's
    0 is no result.
    """

    package: Package
    shown_name: str
    relations: Relations
    texts: Mapping[int, str]
    readers: Sequence[NumberReader | None]
    durations: frozenset[int]
    struck: frozenset[int]
    is_1904: bool
    is_stale: bool


def read_workbook(path: Path, shown_name: str) -> list[Sheet]:
    """Return the sheets of a workbook; raise WorkbookError.

    `shown_name` is the file name fit to be shown and stored. A sheet that is no worksheet, such
    as a chart, has no rows.
    """
    with open_package(path) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = dict(package.read_relations("").values()).get("officeDocument", "")
        has_sheets = any(name.startswith("xl/") for name in package.namelist())
        is_ours = not part.endswith(".bin") and (part or has_sheets)
        tree = package.read_tree(part) if is_ours else Element("other")
        entries = tree.findall("{*}sheets/{*}sheet")
        if not tree.tag.endswith("}workbook") or not entries:
            raise WorkbookError(
                "Filen er ikke en Excel-projektmappe i formatet .xlsx.",
                "Fjern den fra årsmappen, eller åbn den, og gem den som .xlsx fra Excel.",
            )
        book = _open_book(package, shown_name, tree, package.read_relations(part))
        return [_read_sheet(book, entry) for entry in entries]


def _open_book(package: Package, shown_name: str, tree: Element, relations: Relations) -> Book:
    parts = dict(relations.values())
    texts: dict[int, str] = {}
    if "sharedStrings" in parts:
        for _, element in iterparse(io.BytesIO(package.read_xml(parts["sharedStrings"]))):
            if element.tag.endswith("}si"):
                text: Any = Text.from_tree(element)  # type: ignore[arg-type]
                texts[len(texts)] = text.content
                element.clear()
    styles = package.read_tree(parts["styles"]) if "styles" in parts else Element("none")
    own = {
        int(each.get("numFmtId", "0")): each.get("formatCode", "")
        for each in styles.iterfind("{*}numFmts/{*}numFmt")
    }
    struck = {
        str(number)
        for number, font in enumerate(styles.iterfind("{*}fonts/{*}font"))
        if any(each.get("val", "1") in TRUE for each in font.iterfind("{*}strike"))
    }
    looks = styles.findall("{*}cellXfs/{*}xf")
    numbers = [int(look.get("numFmtId", "0")) for look in looks]
    codes = [own.get(number, BUILTIN_FORMATS.get(number, "General")) for number in numbers]
    readers = {code: choose_reader(code) for code in codes}
    return Book(
        package,
        shown_name,
        relations,
        texts,
        [readers[code] for code in codes],
        frozenset(n for n, code in enumerate(codes) if is_timedelta_format(code)),
        frozenset(n for n, look in enumerate(looks) if look.get("fontId") in struck),
        any(each.get("date1904") in TRUE for each in tree.iterfind("{*}workbookPr")),
        any(each.get("fullCalcOnLoad") in TRUE for each in tree.iterfind("{*}calcPr")),
    )


def _read_text(text: str) -> str:
    """Return a text without Excel's own escapes, such as _x000D_ for a line's end."""
    if len(text) > LONGEST_TEXT:
        raise report_size("en enkelt række eller tekst i den er meget stor")
    return CODE_POINT.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class SheetParser(WorkSheetParser):
    """openpyxl's parser of a sheet's rows, which also tells the formulas without a result."""

    def __init__(self, book: Book) -> None:
        epoch = CALENDAR_MAC_1904 if book.is_1904 else CALENDAR_WINDOWS_1900
        dates = {number for number, reader in enumerate(book.readers) if reader is None}
        super().__init__(None, book.texts, True, epoch, dates, book.durations)  # type: ignore[arg-type]
        self.is_stale = book.is_stale

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return a cell with its stored result; a formula without one was never calculated."""
        cell = super().parse_cell(element)
        if cell["value"] is None and cell["data_type"] == "inlineStr":
            cell["value"] = element.findtext(VALUE_TAG)
        if (cell["value"] is None or self.is_stale) and element.find(FORMULA_TAG) is not None:
            is_number = cell["data_type"] in "nd"
            is_zero = is_number and float(element.findtext(VALUE_TAG) or 0) == 0
            if (cell["value"] is None and cell["data_type"] != "str") or is_zero:
                cell["value"], cell["data_type"] = Uncalculated(), "f"
        return cell


def _read_sheet(book: Book, entry: Element) -> Sheet:
    """Return one sheet as the workbook lists it."""
    ids = [value for key, value in entry.items() if key.endswith("}id")]
    kind, part = book.relations.get("".join(ids), ("unknown", ""))
    name, is_hidden = mask_cpr(entry.get("name", "")), entry.get("state", "visible") != "visible"
    if kind != "worksheet":
        traits = Traits(kind or "unknown")
        return Sheet(book.shown_name, name, is_hidden, book.is_1904, make_cells({}), traits)
    parser: Any = SheetParser(book)
    rows: dict[int, dict[int, CellValue]] = {}
    struck: set[int] = set()
    amount = 0
    for _, element in iterparse(io.BytesIO(book.package.read_xml(part))):
        if element.tag == ROW_TAG:
            _, cells = parser.parse_row(element)
            amount += len(cells)
            if amount > MOST_CELLS:
                raise report_size("et ark har flere celler eller tekster, end noget udtræk har")
            struck.update(_place_cells(book, cells, rows))
            element.clear()
    if element.find(DATA_TAG) is None:
        raise report_damage()
    columns = {column for cells in rows.values() for column in cells}
    if len(rows) * len(columns) > MOST_PLACES:
        raise report_size(f"et ark rækker over {len(rows)} rækker og {len(columns)} kolonner")
    hidden = [int(n) for n, look in parser.row_dimensions.items() if look.get("hidden") in TRUE]
    traits = _read_traits(book.package, part, element, hidden, struck)
    return Sheet(book.shown_name, name, is_hidden, book.is_1904, make_cells(rows), traits)


def _place_cells(
    book: Book, cells: list[dict[str, Any]], rows: dict[int, dict[int, CellValue]]
) -> set[int]:
    """Put the cells that hold anything in their rows; return the rows crossed out."""
    struck = set()
    for cell in cells:
        row, column, style = cell["row"], cell["column"], cell["style_id"] or 0
        value = _read_value(book, cell["value"], cell["data_type"], style)
        if is_blank(value):
            continue
        placed = rows.setdefault(row, {})
        if column in placed or not (0 < row <= MOST_ROWS and 0 < column <= MOST_COLUMNS):
            raise report_damage()
        placed[column] = value
        if style in book.struck:
            struck.add(row)
    return struck


def _read_value(book: Book, value: Any, kind: str, style: int) -> CellValue:
    """Return what openpyxl found in a cell as the library has it."""
    if kind == "n" and value is not None:
        if not math.isfinite(value):
            raise report_damage()
        reader = book.readers[style] if style < len(book.readers) else read_plain
        return reader(value) if reader else value
    if isinstance(value, str):
        return CellError(value) if kind == "e" else _read_text(value)
    return value


def _read_traits(
    package: Package, part: str, around: Element, hidden_rows: list[int], struck: set[int]
) -> Traits:
    """Return what stands around the cells: what is hidden, filtered, merged or commented on."""
    parts = package.read_relations(part).values()
    filters = [around, *(package.read_tree(name) for kind, name in parts if kind == "table")]
    hidden: set[int] = set()
    for column in around.iterfind("{*}cols/{*}col"):
        first, last = int(column.get("min", "0")), int(column.get("max", "0"))
        if column.get("hidden") in TRUE and last < MOST_COLUMNS:
            hidden.update(range(first, last + 1))
    merged = [each.get("ref", "") for each in around.iterfind("{*}mergeCells/{*}mergeCell")]
    return Traits(
        hidden_rows=tuple(sorted(hidden_rows)),
        struck_rows=tuple(sorted(struck)),
        hidden_columns=tuple(sorted(hidden)),
        is_filtered=any(each.find("{*}autoFilter/{*}filterColumn") is not None for each in filters),
        merged=tuple(map(_read_range, merged)),
        comments=tuple(_read_comments(package, parts)),
        margins=tuple(each.text or "" for each in around.iterfind("{*}headerFooter/*")),
    )


def _read_range(text: str) -> Range:
    left, top, right, bottom = range_boundaries(text)
    return (top or 0, left or 0, bottom or 0, right or 0)


def _read_comments(package: Package, parts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return a sheet's comments, by cell; a thread and its old-style double count once."""
    found = [
        [
            (each.get("ref", ""), "".join(each.itertext()))
            for each in package.read_tree(name).iterfind(f".//{{*}}{COMMENTS[kind]}")
        ]
        for kind, name in parts
        if kind in COMMENTS
    ]
    return max(found, key=len, default=[])
