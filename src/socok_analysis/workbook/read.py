"""Read a workbook's cells as written, and say in Danish why one cannot be read.

The one room that knows the format. Numbers shown as percent become `Percent`, numbers shown with
leading zeros become text with them, error cells and formulas without a stored result become
values of their own: nothing turns silently into a blank.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TypeVar
from xml.etree.ElementTree import Element

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from socok_analysis.workbook.archive import (
    WorkbookError,
    children,
    has_folder,
    local,
    open_archive,
    parse_tree,
    read_relations,
    read_tree,
    relation_id,
    report_damage,
    report_foreign,
    report_size,
    stream_part,
)
from socok_analysis.workbook.cells import CellValue, is_blank, mask_cpr
from socok_analysis.workbook.formats import NumberReader, read_formats, read_plain
from socok_analysis.workbook.markup import OddMarkupError, decode_texts, find_tags, unwrap, wrap
from socok_analysis.workbook.rewrite import rewrite_markup
from socok_analysis.workbook.scan import (
    KNOWN,
    MOST_ROWS,
    SHARED,
    Known,
    Scanned,
    join_scanned,
    scan_cells,
)
from socok_analysis.workbook.sheet import CellColumn, Sheet
from socok_analysis.workbook.sparse import SparseColumn, split_columns, spread_columns
from socok_analysis.workbook.stream import Body, split_body
from socok_analysis.workbook.strings import read_strings
from socok_analysis.workbook.traits import (
    Traits,
    list_hidden_rows,
    list_struck,
    list_struck_styles,
    read_traits,
)

KEPT_BYTES = 1 << 24
MOST_CELLS = 25_000_000
MOST_TEXTS = 5_000_000
MOST_STRING_BYTES = 500_000_000
CELLS = Body(b"<sheetData", b"<row", b"</sheetData>")
TRUE = ("1", "true")
T = TypeVar("T")

__all__ = ["Sheet", "WorkbookError", "read_workbook"]


@dataclass(frozen=True)
class Book:
    """What the sheets of a workbook share."""

    archive: zipfile.ZipFile
    shown_name: str
    is_1904: bool
    strings: pa.ChunkedArray
    readers: Sequence[NumberReader]
    is_stale: bool
    struck: Collection[bytes]


@dataclass(frozen=True)
class SheetScan:
    """A sheet's XML as scanned: its cells, the values some of them refer to, and the rest."""

    cells: Scanned
    known: Sequence[CellValue]
    frame: bytes
    hidden_rows: tuple[int, ...]
    struck: tuple[int, ...]


def read_workbook(path: Path, shown_name: str) -> list[Sheet]:
    """Return the sheets of a workbook; raise WorkbookError.

    `shown_name` is the file name fit to be shown and stored. A sheet that is no worksheet, such
    as a chart, has no rows.
    """
    keep_freed_memory()
    try:
        return read_sheets(path, shown_name)
    except (WorkbookError, OSError):
        raise
    except Exception as error:  # a broken part may lead its reader to any of them
        raise report_damage() from error


@cache
def keep_freed_memory() -> None:
    """Have the C library hold on to what arrays free, as glibc does once a large block was freed.

    Else each array is given back, and the next one is paid for page by page.
    """
    np.empty(KEPT_BYTES, np.uint8)


def read_sheets(path: Path, shown_name: str) -> list[Sheet]:
    """Return the sheets of a workbook; raise WorkbookError for what is known to be wrong."""
    with open_archive(path) as archive:
        name = find_part(read_relations(archive, ""), "officeDocument")
        if name.endswith(".bin") or not (name or has_folder(archive, "xl/")):
            raise report_foreign()
        relations = read_relations(archive, name)
        tree = read_tree(archive, name)
        sheets = [each for group in children(tree, "sheets") for each in children(group, "sheet")]
        if local(tree) != "workbook" or not sheets:
            raise report_foreign()
        book = open_book(archive, shown_name, tree, relations)
        return [read_sheet(book, each, relations) for each in sheets]


def find_part(relations: Mapping[str, tuple[str, str]], kind: str) -> str:
    """Return the name of the part of a kind; "" where there is none."""
    return next((name for found, name in relations.values() if found == kind), "")


def open_book(
    archive: zipfile.ZipFile,
    shown_name: str,
    tree: Element,
    relations: Mapping[str, tuple[str, str]],
) -> Book:
    """Return what the sheets of a workbook share."""
    is_1904 = any(each.get("date1904") in TRUE for each in children(tree, "workbookPr"))
    styles, strings = (find_part(relations, kind) for kind in ("styles", "sharedStrings"))
    if strings in archive.NameToInfo and archive.getinfo(strings).file_size > MOST_STRING_BYTES:
        raise report_size("dens tekster fylder mere, end noget udtræk har")
    looks = read_tree(archive, styles) if styles else None
    readers = read_formats(looks, is_1904)
    table = read_part(archive, strings, read_strings) if strings else pa.chunked_array([], "string")
    is_stale = any(each.get("fullCalcOnLoad") in TRUE for each in children(tree, "calcPr"))
    struck = list_struck_styles(looks)
    return Book(archive, shown_name, is_1904, table, readers, is_stale, struck)


def read_part(archive: zipfile.ZipFile, name: str, read: Callable[[Iterator[bytes]], T]) -> T:
    """Return what `read` makes of a part; one that is written oddly is rewritten first."""
    try:
        return read(stream_part(archive, name))
    except (OddMarkupError, pa.ArrowInvalid, UnicodeDecodeError):
        pass
    try:
        return read(rewrite_markup(stream_part(archive, name)))
    except (OddMarkupError, pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise report_damage() from error


def read_sheet(book: Book, entry: Element, relations: Mapping[str, tuple[str, str]]) -> Sheet:
    """Return one sheet as the workbook lists it."""
    kind, part = relations.get(relation_id(entry), ("", ""))
    is_hidden = entry.get("state", "visible") != "visible"
    name = mask_cpr(entry.get("name", ""))
    if kind != "worksheet":
        traits = Traits(kind or "unknown")
        return Sheet(
            book.shown_name, name, is_hidden, book.is_1904, np.empty(0, np.int64), {}, traits
        )
    scan_part = partial(scan_sheet, is_stale=book.is_stale, struck=book.struck)
    scan = read_part(book.archive, part, scan_part)
    rows, columns = make_columns(scan.cells, book, scan.known)
    traits = read_traits(parse_tree(scan.frame), scan.hidden_rows, scan.struck, book.archive, part)
    return Sheet(book.shown_name, name, is_hidden, book.is_1904, rows, columns, traits)


def scan_sheet(stream: Iterator[bytes], is_stale: bool, struck: Collection[bytes]) -> SheetScan:
    """Return all cells of a sheet that hold anything, and what stands around them."""
    empty = np.empty(0, np.int32)
    parts = [Scanned(empty, empty, empty, np.empty(0, np.int64))]
    known: Known = {}
    frame: list[bytes] = []
    hidden: list[int] = []
    rows: list[int] = []
    for piece in split_body(stream, CELLS, frame):
        parts.append(scan_cells(find_tags(piece), known, is_stale))
        hidden += list_hidden_rows(piece)
        rows += list_struck(piece, struck)
        check_amount(sum(len(part.rows) for part in parts), len(known), len(hidden))
    around = b"".join(frame)
    return SheetScan(join_scanned(parts), list(known), around, tuple(hidden), tuple(rows))


def check_amount(cells: int, texts: int, hidden: int) -> None:
    """Raise WorkbookError where a sheet holds far more than any export."""
    if cells > MOST_CELLS or texts > MOST_TEXTS or hidden > MOST_ROWS:
        raise report_size("et ark har flere celler eller tekster, end noget udtræk har")


def make_columns(
    scanned: Scanned, book: Book, known: Sequence[CellValue]
) -> tuple[NDArray[np.int64], dict[int, CellColumn]]:
    """Return the numbers of the rows that hold anything, and the columns over them."""
    kinds = unify_styles(scanned.kinds, book.readers)
    sparse = {
        number: read_column(scanned.rows[at], kinds[at], scanned.payloads[at], book, known)
        for number, at in split_columns(scanned.columns)
    }
    return spread_columns({number: each for number, each in sparse.items() if len(each.rows)})


def unify_styles(kinds: NDArray[np.int32], readers: Sequence[NumberReader]) -> NDArray[np.int32]:
    """Return kinds in which styles that read numbers alike are one; unknown ones read plainly."""
    known = [*readers, read_plain]
    first = np.array([known.index(reader) for reader in known], np.int32)
    styled: NDArray[np.int32] = first[np.clip(kinds, 0, len(readers))]
    return np.where(kinds < 0, kinds, styled)


def read_column(
    rows: NDArray[np.int32],
    kinds: NDArray[np.int32],
    payloads: NDArray[np.int64],
    book: Book,
    known: Sequence[CellValue],
) -> SparseColumn:
    """Return one column's cells that hold anything that can be seen."""
    values: list[CellValue] = []
    codes = np.empty(len(rows), np.int32)
    for kind in list_kinds(kinds):
        chosen = np.flatnonzero(kinds == kind)
        encoded = wrap(payloads[chosen]).dictionary_encode()
        codes[chosen] = unwrap(encoded.indices) + len(values)
        values += read_values(kind, encoded.dictionary, book, known)
    steps = np.diff(rows)
    if (steps < 0).any():
        order = np.argsort(rows, kind="stable")
        rows, codes, steps = rows[order], codes[order], np.diff(rows[order])
    if (steps == 0).any():
        raise report_damage()
    is_seen = ~np.array([*map(is_blank, values), True])
    if not is_seen[:-1].all():
        rows, codes = rows[is_seen[codes]], codes[is_seen[codes]]
    return SparseColumn(rows, codes, tuple(values))


def list_kinds(kinds: NDArray[np.int32]) -> list[int]:
    """Return the kinds that a column's cells are of; most columns are of one."""
    first, last = int(kinds.min()), int(kinds.max())
    return [first] if first == last else np.unique(kinds).tolist()


def read_values(
    kind: int, payloads: pa.Array, book: Book, known: Sequence[CellValue]
) -> list[CellValue]:
    """Return the values that distinct payloads of a kind stand for."""
    if kind == SHARED:
        try:
            return [*decode_texts(book.strings.take(payloads))]
        except pa.ArrowIndexError as error:
            raise report_damage() from error
    if kind == KNOWN:
        return [known[number] for number in payloads.to_pylist()]
    read = book.readers[kind] if kind < len(book.readers) else read_plain
    return [read(number) for number in payloads.view(pa.float64()).to_pylist()]
