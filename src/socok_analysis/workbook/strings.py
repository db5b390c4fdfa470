"""Read the table of shared strings: each text once, and cells that refer to it by number."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np
import pyarrow as pa

from socok_analysis.workbook.archive import join_text, parse_tree
from socok_analysis.workbook.markup import (
    STRING,
    STRING_END,
    TEXT,
    TEXT_END,
    Markup,
    Places,
    find_tags,
)
from socok_analysis.workbook.stream import Body, split_body

TABLE = Body(b"<sst", b"<si", b"</sst>")


def read_strings(stream: Iterator[bytes]) -> pa.ChunkedArray:
    """Return the shared strings as written, XML's escapes among them; raise OddMarkupError."""
    frame: list[bytes] = []
    pieces = split_body(stream, TABLE, frame)
    found = [scan_strings(find_tags(piece)) for piece in pieces]
    parse_tree(b"".join(frame))
    return pa.chunked_array(found, pa.string()).combine_chunks()


def scan_strings(markup: Markup) -> pa.Array:
    """Return the strings of a piece of the table."""
    starts = markup.find(STRING)
    is_plain = (
        ~markup.is_empty(starts)
        & markup.is_tag(starts + 1, TEXT)
        & ~markup.is_empty(starts + 1)
        & markup.is_tag(starts + 2, TEXT_END)
        & markup.is_tag(starts + 3, STRING_END)
    )
    if is_plain.all():
        return markup.texts_after(starts + 1).cast(pa.string())
    plain = iter(markup.texts_after(starts[is_plain] + 1).to_pylist())
    ends = markup.closes[markup.find(STRING_END)]
    texts = [
        next(plain) if simple else read_string(markup, start, ends)
        for start, simple in zip(starts, is_plain, strict=True)
    ]
    return pa.array(texts, pa.binary()).cast(pa.string())


def read_string(markup: Markup, start: int, ends: Places) -> bytes:
    """Return a string of several parts or none, written as one text."""
    first = markup.opens[start]
    if markup.text[markup.closes[start] - 1] == ord("/"):
        return b""
    end = ends[np.searchsorted(ends, first)]
    return escape(join_text(parse_tree(markup.text[first : end + 1])), quote=False).encode()
