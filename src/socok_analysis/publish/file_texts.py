"""Every kind of generated file as text: what a reader, a search engine or a program finds in it.

Yields (place, text): a page, a part of an Office file, a column. Unknown kinds are read as text.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Texts = Iterator[tuple[str, str]]
INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|q|small|span|strong|sub|sup|u|wbr)\b[^>]*>")
COMMENT = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>")
EMBEDDED = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/]+=*)")
CODE = re.compile(r"(<(style|script)\b[^>]*>)(.*?)(?=</\2)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
ATTRIBUTE = re.compile(r"""=\s*("[^"<]*"|'[^'<]*')""")
DRAWN_PART = re.compile(r"""(?<=[#"])[mp][0-9a-f]{10}(?=[")])""")
OFFICE_BLOCK = re.compile(r"</(?:w:p|w:tc|si|c|row|a:p|text|comment|dc:\w+|cp:\w+)>")
PNG_TEXT = (b"tEXt", b"iTXt", b"zTXt")
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PDF_STRING = re.compile(rb"\((?:\\.|[^()\\])*\)|<[0-9A-Fa-f]+>", re.DOTALL)
HYPHENATED = re.compile(r"[\x02\ufffe](?:\r?\n)?")
XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)


def read_texts(path: Path) -> Texts:
    """Yield the texts of a file."""
    yield from READERS.get(path.suffix.lower(), read_plain)(path)


def read_plain(path: Path) -> Texts:
    """Yield a text file, or what in a file of unknown kind reads as text."""
    yield "", path.read_bytes().decode("utf-8", errors="replace")


def read_markup(path: Path) -> Texts:
    """Yield a page's text and its attributes."""
    yield from split_markup("", path.read_text(encoding="utf-8", errors="replace"))


def read_drawing(path: Path) -> Texts:
    """Yield an SVG's text and attributes without the names matplotlib gives its parts."""
    markup = path.read_text(encoding="utf-8", errors="replace")
    yield from split_markup("", DRAWN_PART.sub("", markup))


def split_markup(place: str, markup: str) -> Texts:
    """Yield markup without its tags, inline ones leaving no gap, and the attributes' values.

    Pictures that stand in the page itself are read as well; its scripts and style are texts of
    their own, since they are the same on many pages.
    """
    yield from ((place, body) for _, _, body in CODE.findall(markup))
    markup = CODE.sub(r"\1", markup)
    for packed in EMBEDDED.findall(markup):
        yield f"{place} billede".strip(), b64decode(packed).decode("utf-8", errors="replace")
    markup = EMBEDDED.sub("", markup)
    yield place, TAG.sub("\n", INLINE.sub("", COMMENT.sub(" ", markup)))
    yield place, "\n".join(value[1:-1] for value in ATTRIBUTE.findall(markup))


def read_json(path: Path) -> Texts:
    """Yield every text of a JSON document, a notebook for example."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        yield from read_plain(path)
        return
    yield "", "\n".join(walk_json(document))


def walk_json(value: Any) -> Iterator[str]:
    """Yield keys, texts and numbers; a notebook's lines stand together."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from walk_json(inner)
    elif isinstance(value, list) and all(isinstance(line, str) for line in value):
        yield "".join(line if line.endswith("\n") else f"{line}\n" for line in value)
    elif isinstance(value, list):
        for inner in value:
            yield from walk_json(inner)
    else:
        yield str(value)


def read_office(path: Path) -> Texts:
    """Yield the parts of a Word file or an Excel book; the runs of a paragraph stand together."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, name
            if name.endswith((".xml", ".rels")):
                markup = archive.read(name).decode("utf-8", errors="replace")
                yield name, TAG.sub("", OFFICE_BLOCK.sub("\n", COMMENT.sub(" ", markup)))
                yield name, "\n".join(value[1:-1] for value in ATTRIBUTE.findall(markup))
            elif name.endswith(".png"):
                yield from ((name, text) for text in list_png_texts(archive.read(name)))


def read_png(path: Path) -> Texts:
    """Yield the texts in a picture's metadata."""
    yield from (("metadata", text) for text in list_png_texts(path.read_bytes()))


def list_png_texts(picture: bytes) -> Iterator[str]:
    """Yield the text chunks of a PNG."""
    place = 8
    while place + 8 <= len(picture):
        length, kind = struct.unpack(">I4s", picture[place : place + 8])
        body = picture[place + 8 : place + 8 + length]
        if kind in PNG_TEXT:
            name, _, rest = body.partition(b"\0")
            rest = inflate(rest[1:]) if kind == b"zTXt" else rest
            yield f"{name.decode('latin-1')} {rest.decode('utf-8', errors='replace')}"
        place += 12 + length


def inflate(data: bytes) -> bytes:
    """Return data unpacked, or nothing where it is not packed that way."""
    try:
        return zlib.decompressobj().decompress(data)
    except zlib.error:
        return b""


def read_pdf(path: Path) -> Texts:
    """Yield a PDF's pages, its metadata, and its other strings: bookmarks and alternative texts."""
    import pypdfium2

    data = path.read_bytes()
    document = pypdfium2.PdfDocument(data)
    for number, page in enumerate(document, 1):
        yield f"side {number}", HYPHENATED.sub("", page.get_textpage().get_text_range())
    yield "metadata", "\n".join(document.get_metadata_dict().values())
    for packet in XMP.findall(data):
        yield from split_markup("metadata", packet.decode("utf-8", errors="replace"))
    document.close()
    yield "strenge", "\n".join(list_pdf_strings(data))


def list_pdf_strings(data: bytes) -> Iterator[str]:
    """Yield the strings of the objects, also of those packed together; page contents not."""
    packed = (inflate(body) for body in STREAM.findall(data))
    for objects in (STREAM.sub(b"", data), *(body for body in packed if is_objects(body))):
        yield from map(decode_pdf_string, PDF_STRING.findall(objects))


def is_objects(body: bytes) -> bool:
    """Tell whether an unpacked stream holds objects: it begins with their numbers."""
    return re.match(rb"\s*\d+ \d+[ \r\n]", body) is not None and b"<<" in body


def decode_pdf_string(string: bytes) -> str:
    """Return a string of a PDF, which is hexadecimal or has escapes, as text."""
    if string.startswith(b"<"):
        digits = string[1:-1].decode("ascii")
        body = bytes.fromhex(digits + "0" * (len(digits) % 2))
    else:
        body = re.sub(rb"\\(\d{3}|.)", unescape_pdf, string[1:-1], flags=re.DOTALL)
    encoding = "utf-16" if body.startswith((b"\xfe\xff", b"\xff\xfe")) else "latin-1"
    return body.decode(encoding, errors="replace")


def unescape_pdf(found: re.Match[bytes]) -> bytes:
    """Return the byte an escape of a PDF string stands for."""
    code = found[1]
    if code.isdigit() and len(code) == 3:
        return bytes([int(code, 8) & 255])
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t"}.get(code, code)


def read_parquet(path: Path) -> Texts:
    """Yield the distinct values of a table's columns, and its column names."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    yield "kolonner", "\n".join(table.column_names)
    yield "metadata", str(table.schema.metadata or "")
    for name, column in zip(table.column_names, table.columns, strict=True):
        yield name, "\n".join(map(str, column.unique().to_pylist()))


READERS: dict[str, Callable[[Path], Texts]] = {
    ".html": read_markup,
    ".svg": read_drawing,
    ".xml": read_markup,
    ".ipynb": read_json,
    ".json": read_json,
    ".docx": read_office,
    ".xlsx": read_office,
    ".png": read_png,
    ".pdf": read_pdf,
    ".parquet": read_parquet,
}
