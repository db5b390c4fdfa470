"""Every kind of generated file as text: what a reader, a search engine or a program finds in it.

Yields (place, text): a page, a part of an Office file, a column. Unknown kinds are read as text.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

Texts = Iterator[tuple[str, str]]
INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|q|small|span|strong|sub|sup|u|wbr)\b[^>]*>")
COMMENT = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>")
CODE = re.compile(r"(<(style|script)\b[^>]*>)(.*?)(?=</\2)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
ATTRIBUTE = re.compile(r"""=\s*("[^"<]*"|'[^'<]*')""")
DRAWN_PART = re.compile(r"""(?<=[#"])[mp][0-9a-f]{10}(?=[")])""")
OFFICE_BLOCK = re.compile(r"</(?:w:p|w:tc|si|c|row|a:p|text|comment|dc:\w+|cp:\w+)>")
CODES = {b"n": b"\n", b"r": b"\r"}
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PDF_STRING = re.compile(rb"\((?:\\.|[^()\\])*\)|<(?:[0-9A-Fa-f]{2})+>", re.DOTALL)
ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
HYPHENATED = re.compile(r"[\x02\ufffe](?:\r?\n)?")
XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)


def read_texts(path: Path) -> Texts:
    """Yield the texts of a file."""
    yield from READERS.get(path.suffix.lower(), _read_plain)(path)


def _read_plain(path: Path) -> Texts:
    yield "", path.read_bytes().decode("utf-8", errors="replace")


def _read_markup(path: Path) -> Texts:
    """Yield a page's text and attributes; a drawing's without the names matplotlib gives parts."""
    markup = path.read_text(encoding="utf-8", errors="replace")
    is_drawing = path.suffix.lower() == ".svg"
    yield from _split_markup("", DRAWN_PART.sub("", markup) if is_drawing else markup)


def _split_markup(place: str, markup: str) -> Texts:
    """Yield markup without its tags, inline ones leaving no gap, and the attributes' values.

    Scripts and style are texts of their own, since they are the same on many pages.
    """
    yield from ((place, body) for _, _, body in CODE.findall(markup))
    markup = CODE.sub(r"\1", markup)
    yield place, TAG.sub("\n", INLINE.sub("", COMMENT.sub(" ", markup)))
    yield place, "\n".join(value[1:-1] for value in ATTRIBUTE.findall(markup))


def _read_json(path: Path) -> Texts:
    """Yield every text of a JSON document, a notebook for example."""
    try:
        yield "", "\n".join(_walk_json(json.loads(path.read_bytes())))
    except ValueError:
        yield from _read_plain(path)


def _walk_json(value: Any) -> Iterator[str]:
    """Yield keys, texts and numbers; a notebook's lines stand together."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _walk_json(inner)
    elif isinstance(value, list) and all(isinstance(line, str) for line in value):
        yield "".join(line if line.endswith("\n") else f"{line}\n" for line in value)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk_json(inner)
    else:
        yield str(value)


def _read_office(path: Path) -> Texts:
    """Yield the parts of a Word file or an Excel book; the runs of a paragraph stand together."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, name
            if name.endswith((".xml", ".rels")):
                markup = archive.read(name).decode("utf-8", errors="replace")
                yield name, TAG.sub("", OFFICE_BLOCK.sub("\n", COMMENT.sub(" ", markup)))
                yield name, "\n".join(value[1:-1] for value in ATTRIBUTE.findall(markup))
            elif name.endswith(".png"):
                yield from ((name, text) for text in _list_png_texts(archive.read(name)))


def _read_png(path: Path) -> Texts:
    yield from (("metadata", text) for text in _list_png_texts(path.read_bytes()))


def _list_png_texts(data: bytes) -> Iterator[str]:
    """Yield the named texts a PNG carries; what is no picture as it is."""
    from PIL import Image, PngImagePlugin

    try:
        with Image.open(BytesIO(data)) as picture:
            if isinstance(picture, PngImagePlugin.PngImageFile):
                yield from (f"{name} {text}" for name, text in picture.text.items())
    except OSError:
        yield data.decode(errors="replace")


def _read_pdf(path: Path) -> Texts:
    """Yield a PDF's pages, its metadata, and its other strings: bookmarks and alternative texts.

    Saved anew, its objects stand one by one, packed together in none; streams are packed.
    """
    import pypdfium2

    document, saved = pypdfium2.PdfDocument(path), BytesIO()
    for number, page in enumerate(document, 1):
        yield f"side {number}", HYPHENATED.sub("", page.get_textpage().get_text_range())
    document.save(saved)
    document.close()
    data = saved.getvalue()
    for packet in XMP.findall(data):
        yield from _split_markup("metadata", packet.decode("utf-8", errors="replace"))
    yield "strenge", "\n".join(map(_decode_pdf_string, PDF_STRING.findall(STREAM.sub(b"", data))))


def _decode_pdf_string(string: bytes) -> str:
    """Return a string of a PDF as it is saved, hexadecimal or with escapes, as text."""
    if string.startswith(b"<"):
        body = bytes.fromhex(string[1:-1].decode("ascii"))
    else:
        body = ESCAPE.sub(lambda found: CODES.get(found[1], found[1]), string[1:-1])
    encoding = "utf-16" if body.startswith((b"\xfe\xff", b"\xff\xfe")) else "latin-1"
    return body.decode(encoding, errors="replace")


def _read_parquet(path: Path) -> Texts:
    """Yield the distinct values of a table's columns, and its column names."""
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    yield "kolonner", "\n".join(table.column_names)
    yield "metadata", str(table.schema.metadata or "")
    for name, column in zip(table.column_names, table.columns, strict=True):
        yield name, "\n".join(map(str, column.unique().to_pylist()))


READERS: dict[str, Callable[[Path], Texts]] = {
    ".html": _read_markup,
    ".svg": _read_markup,
    ".xml": _read_markup,
    ".ipynb": _read_json,
    ".json": _read_json,
    ".docx": _read_office,
    ".xlsx": _read_office,
    ".png": _read_png,
    ".pdf": _read_pdf,
    ".parquet": _read_parquet,
}
