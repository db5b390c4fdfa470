"""The XML of a part as a stream of pieces: its body cut between items, the rest kept whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from socok_analysis.workbook.archive import MOST_TREE_BYTES, report_size
from socok_analysis.workbook.markup import OddMarkupError

PREFIX = re.compile(rb"<(\w+):(?:worksheet|sst)\b")
ENCODING = re.compile(rb"""^[^>]*encoding=["'](?!utf-8["']|us-ascii["'])""", re.IGNORECASE)


@dataclass(frozen=True)
class Body:
    """How the body of a part is marked: what opens it, what opens each item, what closes it."""

    opening: bytes
    item: bytes
    closing: bytes


def split_body(stream: Iterator[bytes], body: Body, frame: list[bytes]) -> Iterator[bytes]:
    """Yield the body in pieces that end between items; what stands around it goes to `frame`.

    Raise OddMarkupError where the body is not marked so.
    """
    stream = drop_prefix(stream)
    head, held = take_head(stream, body)
    frame.append(head)
    if head.endswith(b"/>"):
        frame.append(held + b"".join(stream))
        return
    while (stop := held.find(body.closing)) < 0:
        cut = held.rfind(body.item)
        if cut > 0:
            yield held[:cut]
            held = held[cut:]
        held = grow(held, stream)
    if stop:
        yield held[:stop]
    frame.append(held[stop:] + b"".join(stream))


def take_head(stream: Iterator[bytes], body: Body) -> tuple[bytes, bytes]:
    """Return what stands before the body with the tag that opens it, and what was read beyond."""
    held = b""
    while (start := held.find(body.opening)) < 0 or (end := held.find(b">", start) + 1) == 0:
        held = grow(held, stream)
    if ENCODING.match(held):
        raise OddMarkupError
    return held[:end], held[end:]


def grow(held: bytes, stream: Iterator[bytes]) -> bytes:
    """Return what is held with the next piece; raise where there is none or it is far too much."""
    if len(held) > MOST_TREE_BYTES:
        raise report_size("en enkelt række eller tekst i den er meget stor")
    piece = next(stream, b"")
    if not piece:
        raise OddMarkupError
    return held + piece


def drop_prefix(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a stream without the prefix some programs write before every tag, as in <x:row>."""
    first = next(stream, b"")
    if not (found := PREFIX.search(first[:2000])):
        yield first
        yield from stream
        return
    held, prefix = first, found[1] + b":"
    for piece in stream:
        cut = held.rfind(b"<")
        yield strip_prefix(held[:cut], prefix)
        held = held[cut:] + piece
    yield strip_prefix(held, prefix)


def strip_prefix(text: bytes, prefix: bytes) -> bytes:
    """Return a piece of XML whose tags have lost a prefix."""
    return text.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</")
