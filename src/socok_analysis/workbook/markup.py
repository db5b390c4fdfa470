"""Find the tags in a piece of a workbook's XML all at once, and cut texts out of it.

Excel and the libraries that write workbooks use a narrow dialect of XML. In it every `<` opens a
tag and every `>` closes one, so that whole arrays tell where each cell begins and ends. What is
written in any other way raises `OddMarkupError`; the reader then has it rewritten first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Places = NDArray[np.int64]
CELL, CELL_END, VALUE, VALUE_END, FORMULA, FORMULA_END = 1, 2, 3, 4, 5, 6
INLINE, INLINE_END, TEXT, TEXT_END, STRING, STRING_END, ODD = 7, 8, 9, 10, 11, 12, 13
TAG_STARTS = {
    "c ": CELL,
    "/c": CELL_END,
    "v>": VALUE,
    "v ": VALUE,
    "v/": VALUE,
    "/v": VALUE_END,
    "f>": FORMULA,
    "f ": FORMULA,
    "f/": FORMULA,
    "/f": FORMULA_END,
    "is": INLINE,
    "/i": INLINE_END,
    "t>": TEXT,
    "t ": TEXT,
    "t/": TEXT,
    "/t": TEXT_END,
    "si": STRING,
    "/s": STRING_END,
    "c>": ODD,
    "c/": ODD,
    **{f"!{second}": ODD for second in "-[D"},
}
TAGS = np.zeros(1 << 16, np.uint8)
for _start, _code in TAG_STARTS.items():
    TAGS[ord(_start[0]) | ord(_start[1]) << 8] = _code
ANY_BRACKET = np.uint8(0xFF ^ ord("<") ^ ord(">"))
ESCAPED = r"[&\r]|_x[0-9A-Fa-f]{4}_"
CODE_POINT = re.compile("_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
REFERENCE = re.compile("&([^;&]*);?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
LINE_END = re.compile("\r\n?")


class OddMarkupError(Exception):
    """The XML is not written as spreadsheet programs write it, though it may be sound."""


@dataclass(frozen=True)
class Markup:
    """A piece of XML: its bytes and, for each tag, where it opens and closes and which it is."""

    text: bytes
    letters: NDArray[np.uint8]
    opens: Places
    closes: Places
    tags: NDArray[np.uint8]

    def find(self, tag: int) -> Places:
        """Return the positions of a tag among all tags."""
        return np.flatnonzero(self.tags == tag)

    def holds(self, tag: int) -> bool:
        """Tell whether a tag stands anywhere."""
        return bool((self.tags == tag).any())

    def is_tag(self, places: Places, tag: int) -> NDArray[np.bool_]:
        """Tell for tags' positions, which may reach past the end, whether they are such a tag."""
        if not self.holds(tag):
            return np.zeros(len(places), np.bool_)
        found: NDArray[np.bool_] = self.tags.take(places, mode="clip") == tag
        return found & (places < len(self.tags))

    def is_void(self, places: Places) -> NDArray[np.bool_]:
        """Tell for tags' positions whether no text stands between the tag and the next."""
        starts = self.closes.take(places, mode="clip") + 1
        found: NDArray[np.bool_] = self.opens.take(places + 1, mode="clip") == starts
        return found

    def is_empty(self, places: Places) -> NDArray[np.bool_]:
        """Tell for tags' positions whether the tag ends where it begins, as in <v/>."""
        ends: NDArray[np.int64] = self.closes.take(places, mode="clip")
        found: NDArray[np.bool_] = self.letters[ends - 1] == ord("/")
        return found

    def texts_after(self, places: Places) -> pa.Array:
        """Return the text between each of the tags and the next tag, as bytes."""
        return cut_texts(self.text, self.closes[places] + 1, self.opens[places + 1])


def find_tags(text: bytes) -> Markup:
    """Return a piece of XML with its tags; raise OddMarkupError where < and > do not alternate."""
    letters = np.frombuffer(text, np.uint8)
    signs = np.flatnonzero(letters & ANY_BRACKET == ord("<"))
    opens, closes = signs[0::2], signs[1::2]
    is_paired = len(opens) == len(closes) and (letters.take(signs[1::2]) == ord(">")).all()
    if not is_paired or (letters.take(opens) != ord("<")).any() or (opens + 1 >= closes).any():
        raise OddMarkupError
    first, second = (letters.take(opens + n).astype(np.uint16) for n in (1, 2))
    tags = TAGS.take(first | second << 8)
    if (tags == ODD).any():
        raise OddMarkupError
    return Markup(text, letters, opens, closes, tags)


def cut_texts(text: bytes, starts: Places, ends: Places) -> pa.Array:
    """Return the pieces of a text between ascending places, as an array of bytes."""
    bounds = np.empty(2 * len(starts) + 1, np.int32)
    bounds[0:-1:2], bounds[1::2] = starts, ends
    bounds[-1] = ends[-1] if len(ends) else 0
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(text)]
    pieces = pa.Array.from_buffers(pa.binary(), 2 * len(starts), buffers)
    return pieces.take(wrap(np.arange(0, 2 * len(starts), 2)))


def wrap(numbers: NDArray[np.int64]) -> pa.Array:
    """Return whole numbers as an Arrow array; `pa.array` would first import pandas."""
    buffers = [None, pa.py_buffer(np.ascontiguousarray(numbers, np.int64))]
    return pa.Array.from_buffers(pa.int64(), len(numbers), buffers)


def unwrap(numbers: pa.Array) -> NDArray[Any]:
    """Return an Arrow array without blanks as a NumPy array; `to_numpy` would import pandas."""
    if pa.types.is_boolean(numbers.type):
        numbers = numbers.cast(pa.uint8())
    kind = np.dtype(str(numbers.type).replace("double", "float64"))
    if not len(numbers):
        return np.empty(0, kind)
    return np.frombuffer(numbers.buffers()[1], kind, len(numbers), numbers.offset * kind.itemsize)


def decode_texts(texts: pa.Array | pa.ChunkedArray) -> list[str]:
    """Return texts as Excel shows them; raise UnicodeDecodeError or ArrowInvalid for no UTF-8."""
    decoded = texts.cast(pa.string())
    plain: list[str] = decoded.to_pylist()
    if not len(plain) or not pc.any(pc.match_substring_regex(decoded, ESCAPED)).as_py():
        return plain
    return [decode_text(text) for text in plain]


def decode_text(text: str) -> str:
    """Return a text without XML's escapes and Excel's own."""
    if "\r" in text:
        text = LINE_END.sub("\n", text)
    if "&" in text:
        text = REFERENCE.sub(lambda found: decode_reference(found[1]), text)
    return decode_codes(text)


def decode_codes(text: str) -> str:
    """Return a text without Excel's own escapes, such as _x000D_ for a line's end."""
    return CODE_POINT.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def decode_reference(name: str) -> str:
    """Return the letter an XML reference stands for; raise OddMarkupError for any unknown one."""
    if name in NAMED:
        return NAMED[name]
    digits, base = (name[2:], 16) if name.startswith("#x") else (name[1:], 10)
    try:
        return chr(int(digits, base))
    except (ValueError, OverflowError):
        raise OddMarkupError from None


def name_distinct(texts: pa.Array) -> tuple[NDArray[np.int32], pa.Array]:
    """Return which distinct text each text is, and the distinct texts."""
    found = texts.dictionary_encode()
    return unwrap(found.indices), found.dictionary
