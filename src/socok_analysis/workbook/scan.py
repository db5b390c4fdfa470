"""Scan the cells of a piece of a sheet's XML into arrays: where each stands and what it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from socok_analysis.workbook.archive import join_text, parse_tree, report_damage
from socok_analysis.workbook.cells import CellError, CellValue, Uncalculated
from socok_analysis.workbook.markup import (
    CELL,
    CELL_END,
    FORMULA,
    INLINE,
    INLINE_END,
    TEXT,
    TEXT_END,
    VALUE,
    VALUE_END,
    Markup,
    OddMarkupError,
    Places,
    cut_texts,
    decode_codes,
    decode_texts,
    name_distinct,
    unwrap,
    wrap,
)

SHARED, KNOWN = -2, -1
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
ATTRIBUTE = re.compile(rb'\s*([\w:]+)="([^"]*)"')
CELL_ATTRIBUTES = re.compile(rb"<c([^>]*)>")
EXACT_DIGITS = 15
LONG_WHOLE = rf"^-?[0-9]{{{EXACT_DIGITS + 1},}}$"
Known = dict[CellValue, int]


@dataclass(frozen=True)
class Scanned:
    """Cells in the order written. `kinds` says what `payloads` hold: the number of a shared
    string (SHARED) or known value (KNOWN), else the bits of a number in the style of that number.
    """

    rows: NDArray[np.int32]
    columns: NDArray[np.int32]
    kinds: NDArray[np.int32]
    payloads: NDArray[np.int64]


@dataclass(frozen=True)
class Layout:
    """Where the cells that hold something stand among the tags, and where their texts begin."""

    filled: Places
    is_formula: NDArray[np.bool_]
    texts: Places
    rich: Places
    unfilled: Places


def scan_cells(markup: Markup, known: Known, is_stale: bool = False) -> Scanned:
    """Return the cells of a piece that hold anything; `known` grows by values met.

    `is_stale`: the workbook asks to be calculated anew, so that a formula's 0 is no result.
    Raise OddMarkupError where the piece is not in the dialect.
    """
    layout = lay_out(markup)
    filled = scan_filled(markup, layout.filled, layout.texts, known)
    parts = [forget_zeros(filled, layout.is_formula, known) if is_stale else filled]
    parts += scan_each(markup, layout.rich, read_rich, known)
    parts += scan_each(markup, layout.unfilled, read_unfilled, known)
    return join_scanned(parts)


def forget_zeros(cells: Scanned, is_formula: NDArray[np.bool_], known: Known) -> Scanned:
    """Return cells in which a formula with the result 0 was never calculated."""
    is_zero = is_formula & (cells.kinds >= 0) & (cells.payloads == 0)
    if not is_zero.any():
        return cells
    number = known.setdefault(Uncalculated(), len(known))
    kinds, payloads = np.where(is_zero, KNOWN, cells.kinds), cells.payloads.copy()
    payloads[is_zero] = number
    return replace(cells, kinds=kinds.astype(np.int32), payloads=payloads)


def join_scanned(parts: Iterable[Scanned]) -> Scanned:
    """Return the cells of several pieces as one."""
    parts = list(parts)
    names = ("rows", "columns", "kinds", "payloads")
    return Scanned(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def lay_out(markup: Markup) -> Layout:
    """Return where cells and texts are; raise OddMarkupError for a cell of another build."""
    cells = markup.find(CELL)
    cells = cells[~markup.is_empty(cells)]
    has_formula = markup.is_tag(cells + 1, FORMULA)
    after = cells + 1
    if has_formula.any():
        after = after + has_formula * (2 - markup.is_empty(after))
    is_open = ~markup.is_empty(after)
    is_written = is_open & markup.is_tag(after, VALUE)
    is_value = is_written & ~markup.is_void(after)
    is_inline = is_open & markup.is_tag(after, INLINE)
    is_plain = is_inline & has_plain_text(markup, after)
    is_bare = ~is_value & ~is_inline & is_ended(markup, after + is_written * 2)
    is_sound = is_inline | is_bare | (is_value & markup.is_tag(after + 1, VALUE_END))
    if not is_sound.all() or len(markup.find(CELL_END)) != len(cells):
        raise OddMarkupError
    has_text = is_plain | is_value
    return Layout(
        cells[has_text],
        has_formula[has_text],
        (after + is_plain)[has_text],
        cells[is_inline & ~is_plain],
        cells[is_bare & has_formula],
    )


def is_ended(markup: Markup, places: Places) -> NDArray[np.bool_]:
    """Tell for tags whether a cell without a value ends there, or in an empty tag for one."""
    return (
        markup.is_tag(places, CELL_END)
        | markup.is_tag(places, VALUE)
        | markup.is_tag(places, INLINE)
    )


def has_plain_text(markup: Markup, inline: Places) -> NDArray[np.bool_]:
    """Tell for inline texts whether they are one text without parts of other looks."""
    if not markup.holds(TEXT):
        return np.zeros(len(inline), np.bool_)
    return (
        markup.is_tag(inline + 1, TEXT)
        & ~markup.is_empty(inline + 1)
        & markup.is_tag(inline + 2, TEXT_END)
        & markup.is_tag(inline + 3, INLINE_END)
    )


def scan_filled(markup: Markup, cells: Places, texts: Places, known: Known) -> Scanned:
    """Return the cells that hold one text or number."""
    rows, columns, ends = read_places(markup, cells)
    which, distinct = name_distinct(cut_texts(markup.text, ends, markup.closes[cells]))
    attributes = [read_attributes(text) for text in distinct.to_pylist()]
    kinds = np.array([style for _, style in attributes] or [0], np.int32)[which]
    payloads = np.zeros(len(cells), np.int64)
    texts_held = markup.texts_after(texts).cast(pa.string())
    for type_ in dict.fromkeys(name for name, _ in attributes):
        chosen = np.flatnonzero(np.array([name == type_ for name, _ in attributes])[which])
        read_type(type_, texts_held, chosen, kinds, payloads, known)
    return Scanned(rows, columns, kinds, payloads)


def read_type(
    type_: str,
    texts: pa.Array,
    chosen: Places,
    kinds: NDArray[np.int32],
    payloads: NDArray[np.int64],
    known: Known,
) -> None:
    """Fill in kinds and payloads of the cells of one type."""
    part = texts if len(chosen) == len(texts) else texts.take(wrap(chosen))
    if type_ == "s":
        kinds[chosen], payloads[chosen] = SHARED, to_numpy(part, pa.int64())
        return
    if type_ == "n":
        payloads[chosen] = read_numbers(part)
        chosen = chosen[find_long_wholes(part)]
        part = texts.take(wrap(chosen))
    kinds[chosen], payloads[chosen] = KNOWN, learn_texts(part, type_, known)


def read_places(
    markup: Markup, cells: Places
) -> tuple[NDArray[np.int32], NDArray[np.int32], Places]:
    """Return the cells' rows and columns, and where the rest of their attributes begins."""
    letters, at = markup.letters, markup.opens[cells] + 3
    for offset, letter in enumerate(b'r="'):
        if (letters.take(at + offset, mode="clip") != letter).any():
            raise OddMarkupError
    columns, at = read_base(letters, at + 3, ord("A"), 26, 3)
    rows, at = read_base(letters, at, ord("0"), 10, 7)
    if (letters[at] != ord('"')).any() or (columns == 0).any() or (rows == 0).any():
        raise OddMarkupError
    if len(cells) and (rows.max() > MOST_ROWS or columns.max() > MOST_COLUMNS):
        raise report_damage()
    return rows, columns, at + 1


def read_base(
    letters: NDArray[np.uint8], at: Places, first: int, base: int, most: int
) -> tuple[NDArray[np.int32], Places]:
    """Return the numbers written at places, digit by digit (A is 1 in base 26), and their ends."""
    number = np.zeros(len(at), np.int32)
    for _ in range(most):
        digit = letters.take(at, mode="clip") - np.uint8(first)
        is_digit = digit < base
        if not is_digit.any():
            break
        step = digit.astype(np.int32) + (base == 26)
        number = np.where(is_digit, number * base + step, number)
        at = at + is_digit
    return number, at


def read_attributes(text: bytes) -> tuple[str, int]:
    """Return a cell's type and style from what follows its place."""
    found = dict(ATTRIBUTE.findall(text))
    if ATTRIBUTE.sub(b"", text).strip(b" \t\r\n"):
        raise OddMarkupError
    try:
        return found.get(b"t", b"n").decode(), int(found.get(b"s", b"0"))
    except ValueError:
        raise OddMarkupError from None


def read_numbers(texts: pa.Array) -> NDArray[np.int64]:
    """Return numbers as their bits; raise OddMarkupError for what is none."""
    numbers = to_numpy(texts, pa.float64())
    if not np.isfinite(numbers).all():
        raise OddMarkupError
    return numbers.view(np.int64)


def to_numpy(texts: pa.Array, kind: pa.DataType) -> NDArray[np.int64]:
    """Return texts as numbers of a kind; raise OddMarkupError where one is no number."""
    try:
        found: NDArray[np.int64] = unwrap(texts.cast(kind))
    except pa.ArrowInvalid:
        raise OddMarkupError from None
    return found


def find_long_wholes(texts: pa.Array) -> NDArray[np.int64]:
    """Return the positions of whole numbers with more digits than a float keeps."""
    lengths = unwrap(pc.binary_length(texts))
    long = np.flatnonzero(lengths > EXACT_DIGITS)
    is_whole = pc.match_substring_regex(texts.take(wrap(long)), LONG_WHOLE)
    found: NDArray[np.int64] = long[unwrap(is_whole) == 1]
    return found


def learn_texts(texts: pa.Array, type_: str, known: Known) -> NDArray[np.int64]:
    """Return the numbers of the values that texts of a type stand for; `known` grows by them."""
    which, distinct = name_distinct(texts)
    values = [read_typed(text, type_) for text in decode_texts(distinct)]
    numbers = [known.setdefault(value, len(known)) for value in values]
    return np.array(numbers or [0], np.int64)[which]


def read_typed(text: str, type_: str) -> CellValue:
    """Return what a text stands for in a cell of a type; raise OddMarkupError where it cannot."""
    try:
        if type_ == "b":
            return bool(int({"true": "1", "false": "0"}.get(text.strip(), text)))
        if type_ == "d":
            return read_iso(text)
        return CellError(text) if type_ == "e" else int(text) if type_ == "n" else text
    except ValueError:
        raise OddMarkupError from None


def read_iso(text: str) -> CellValue:
    """Return the day, time or moment an ISO text names."""
    if "T" not in text:
        return time.fromisoformat(text) if ":" in text else date.fromisoformat(text)
    return datetime.fromisoformat(text).replace(tzinfo=None)


def scan_each(
    markup: Markup, cells: Places, read: Callable[[bytes], CellValue], known: Known
) -> list[Scanned]:
    """Return cells that are read one by one, each from its own piece of XML."""
    if not len(cells):
        return []
    ends = markup.find(CELL_END)
    closes = markup.closes[ends[np.searchsorted(ends, cells)]]
    rows, columns, _ = read_places(markup, cells)
    pieces = [markup.text[i : j + 1] for i, j in zip(markup.opens[cells], closes, strict=True)]
    numbers = [known.setdefault(read(piece), len(known)) for piece in pieces]
    kinds = np.full(len(cells), KNOWN, np.int32)
    return [Scanned(rows, columns, kinds, np.array(numbers, np.int64))]


def read_rich(cell: bytes) -> CellValue:
    """Return the text of a cell whose parts have looks of their own."""
    return decode_codes(join_text(parse_tree(cell)))


def read_unfilled(cell: bytes) -> CellValue:
    """Return what a formula without a stored result stands for; an empty text is one."""
    is_text = read_attributes(CELL_ATTRIBUTES.match(cell)[1])[0] == "str"  # type: ignore[index]
    return "" if is_text else Uncalculated()
