"""The gate: nothing generated is moved into place before it has been searched for personal data.

Looked for are numbers like CPR numbers, and the personal texts of a run's exports, in the
spellings Danes use, in what a reader, a search engine or a program finds in every kind of file.
What is found is told by file and place, and where it comes from by the export's row. Nothing is
quoted, and the secrets are never stored.
"""

from __future__ import annotations

import json
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from html import unescape
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

import pyarrow.parquet as pq
from PIL import Image, PngImagePlugin

from socok_analysis.core.danish import find_cpr
from socok_analysis.core.folders import hash_file
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import list_exports, list_years, maps_dir, raw_dir
from socok_analysis.intake.exports import Exports, read_exports
from socok_analysis.intake.maps import read_maps
from socok_analysis.intake.tables import KIND_DA

SHINGLE, LONGEST_NAME, MOST_BETWEEN = 4, 4, 2
WORD = re.compile(r"[^\W\d_]+")
GENITIVE = re.compile(r"(?<=\w)['’´`](?=s\b)", re.IGNORECASE)
NAMED = re.compile(r"navn|sagsbehandler|konsulent|mentor|kontakt", re.IGNORECASE)
DASHES = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
BACKSLASH = re.compile(r"\\(?=[^\w\s])")
HASH = re.compile(r"(?<![0-9a-z])(?=[0-9]*[a-f])[0-9a-f]{16,}(?![0-9a-z])")
NORDIC = str.maketrans({"æ": "a", "ä": "a", "å": "a", "ø": "o", "ö": "o"})
WRITTEN_OUT = (("ae", "a"), ("aa", "a"), ("oe", "o"))
TOLD = {"cpr": "et tal, der ligner et CPR-nummer", "words": "et navn eller en bemærkning fra "}
ADVICE = "Find det i det udtræk, den tekst eller det filnavn, filen er lavet af, og fjern det."
Words = tuple[str, ...]
Texts = Iterator[tuple[str, str]]
Search = Callable[[str], Iterable[tuple[str, str]]]


@dataclass(frozen=True)
class Secrets:
    """What must not be found: the first and last word of names, rows of words, and CPR numbers.

    Names and rows have the place in the exports they come from. Words are as `fold` gives them.
    `clean` are the kinds and hashes of files that have been searched, and hold none of it.
    """

    names: Mapping[Words, str] = field(default_factory=dict)
    rows: Mapping[Words, str] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    clean: set[tuple[str, str]] = field(default_factory=set)

    @cached_property
    def firsts(self) -> frozenset[str]:
        """The words that names and rows begin with."""
        return frozenset(words[0] for words in (*self.names, *self.rows))

    def __or__(self, other: Secrets) -> Secrets:
        """Return both together."""
        names, rows = {**other.names, **self.names}, {**other.rows, **self.rows}
        return Secrets(names, rows, self.numbers | other.numbers)


# The search


def check_folder(folder: Path, secrets: Secrets) -> None:
    """Search every file of a folder, and its name; raise DataError saying where something personal
    was found. A text that stands in several files is searched once, as is a file.
    """

    @cache
    def search(text: str) -> frozenset[tuple[str, str]]:
        return frozenset(scan_text(text, secrets))

    problems = list[Problem]()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        found = search(re.sub(r"[/_.+-]+", " ", name).title()) | search(name)
        shown = name if not found else f"{'/'.join(name.split('/')[:-1])}/(navn skjult)"
        problems += [_tell(each, shown, "filnavn") for each in sorted(found)]
        if (known := (path.suffix, hash_file(path))) not in secrets.clean:
            told = [*scan_file(path, shown, search)]
            problems += told
            if not told:
                secrets.clean.add(known)
    if problems:
        raise DataError("Der er personoplysninger i det, der skulle gemmes.", problems)


def scan_file(path: Path, name: str, search: Search) -> Iterable[Problem]:
    """Return what a search finds in one file, each kind once a place."""
    pairs = ((place, each) for place, text in read_texts(path) for each in sorted(search(text)))
    return dict.fromkeys(_tell(each, name, place) for place, each in pairs)


def _tell(found: tuple[str, str], file: str, place: str) -> Problem:
    kind, origin = found
    message = f"Filen indeholder {TOLD[kind]}{origin}{f' ({place})' if place else ''}."
    return Problem("error", f"gate.{kind}", message, file=file, advice=ADVICE)


def scan_text(text: str, secrets: Secrets) -> Iterator[tuple[str, str]]:
    """Yield what is found in a text: its kind, and the place in the exports it comes from."""
    clear = plain_text(text)
    if any(find_cpr(HASH.sub(" ", clear), secrets.numbers)):
        yield "cpr", ""
    words = WORD.findall(clear)
    known = {word: fold(word) for word in {*words}}
    begins = {word for word in known if known[word] in secrets.firsts}
    folded = [known[word] for word in words] if begins else []
    for start in [place for place, word in enumerate(words) if word in begins]:
        row = tuple(folded[start : start + SHINGLE])
        if row in secrets.rows:
            yield "words", secrets.rows[row]
        for end in range(start + 1, min(start + MOST_BETWEEN + 2, len(words))):
            ends = folded[start], folded[end]
            between = words[start + 1 : end]  # initials and middle names
            if ends in secrets.names and all(len(w) == 1 or w[0].isupper() for w in between):
                yield "words", secrets.names[ends]


def plain_text(text: str) -> str:
    """Return text as it reads: no escapes, one kind of dash and digit, nothing invisible."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    text = unicodedata.normalize("NFKC", BACKSLASH.sub("", unquote(unescape(text))))
    text = GENITIVE.sub("", DASHES.sub("-", text))
    for letter in set(text):
        if unicodedata.category(letter) == "Cf":
            text = text.replace(letter, "")
        elif unicodedata.category(letter) == "Nd":
            text = text.replace(letter, str(unicodedata.decimal(letter)))
    return text


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """Return a word as words are compared: æ, ø and å as they are otherwise written, no accents,
    no s of the genitive.
    """
    plain = unicodedata.normalize("NFKD", word.casefold().translate(NORDIC))
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    for pair, letter in WRITTEN_OUT:
        plain = plain.replace(pair, letter)
    return plain[:-1] if plain.endswith("s") and len(plain) > 3 else plain


# What is searched for


def read_secrets(root: Path) -> Secrets:
    """Return the secrets of every year's exports in a project."""
    folders = [raw_dir(root, year) for year in list_years(root)]
    paths = [path for folder in folders for path in list_exports(folder)]
    paths += sorted(maps_dir(root).glob("*.csv"))
    states = ((path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths)
    return read_all_secrets(root, tuple(states))


@lru_cache(maxsize=8)
def read_all_secrets(root: Path, _states: object) -> Secrets:
    """Return the secrets of all exports; read once while the files stay as they are."""
    secrets = Secrets()
    for year in list_years(root):
        secrets |= make_secrets(read_exports(raw_dir(root, year), read_maps(root, year)))
    return secrets


def make_secrets(exports: Exports) -> Secrets:
    """Return the secrets of exports that have been read. What the enterprise register holds is
    public.
    """
    names, rows, numbers = dict[Words, str](), dict[Words, str](), set[str]()
    public = {
        ends
        for table in exports.found
        for column in ("name", "aliases")
        if table.kind == "enterprises"
        for value in table.cells(column)
        for part in str(value).split(";")
        for ends in list_ends(part, True)
    }
    for table in exports.found:
        for column in table.personal:
            is_named = NAMED.search(table.headings.get(column, "")) is not None
            first = dict[str, int]()  # a text that stands in many rows is read once
            for text, row in zip(table.data[column], table.data_rows, strict=True):
                if isinstance(text, str):
                    first.setdefault(text, row)
            for text, row in first.items():
                origin = f"{KIND_DA[table.kind]}, række {row}"
                for ends in set(list_ends(text, is_named)) - public:
                    names.setdefault(ends, origin)
                for words in list_rows(text):
                    rows.setdefault(words, origin)
        if "person_key" in table.columns:
            numbers |= set(list_numbers(table.cells("person_key")))
    return Secrets(names, rows, frozenset(numbers))


def list_ends(text: str, is_named: bool = True) -> Iterator[Words]:
    """Yield the ends of a name, in either order; of words that are no name nothing.

    In a column that is not of names, a name has a capital letter in each word.
    """
    last, comma, first = plain_text(text).partition(",")
    words = WORD.findall(f"{first} {last}" if comma else last)
    is_name = is_named or all(word[0].isupper() for word in words)
    if is_name and 1 < len(words) <= LONGEST_NAME:
        ends = fold(words[0]), fold(words[-1])
        yield from (ends, ends[::-1])


def list_rows(text: str) -> Iterator[Words]:
    """Yield any four words in a row of a longer text."""
    words = [fold(word) for word in WORD.findall(plain_text(text))]
    for start in range(len(words) - SHINGLE + 1 if len(words) > LONGEST_NAME else 0):
        yield tuple(words[start : start + SHINGLE])


def list_numbers(cells: Iterable[object]) -> Iterator[str]:
    """Yield the digits of CPR numbers; Excel drops a zero in front, and some write the century."""
    for value in cells:
        text = str(int(value)) if isinstance(value, float) and value == value else str(value)
        digits = re.sub(r"\D", "", plain_text(text))
        if len(digits) == 12:
            digits = f"{digits[:4]}{digits[6:]}"
        if len(digits) in (9, 10) and int(digits):
            yield digits.zfill(10)


# Every kind of file as text: (place, text), where a place is a page, a part or a column

INLINE = re.compile(r"</?(?:a|abbr|b|code|em|i|mark|q|small|span|strong|sub|sup|u|wbr)\b[^>]*>")
COMMENT = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>")
CODE = re.compile(r"(<(style|script)\b[^>]*>)(.*?)(?=</\2)", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
ATTRIBUTE = re.compile(r"""=\s*("[^"<]*"|'[^'<]*')""")
DRAWN_PART = re.compile(rb"""(?<=[#"])[mp][0-9a-f]{10}(?=[")])""")  # matplotlib's names
BLOCK_END = re.compile(r"</(?:w:p|w:tc|si|c|row|a:p|text|comment|dc:\w+|cp:\w+)>")
CODES = {b"n": b"\n", b"r": b"\r"}
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
PDF_STRING = re.compile(rb"\((?:\\.|[^()\\])*\)|<(?:[0-9A-Fa-f]{2})+>", re.DOTALL)
PDF_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
HYPHENATED = re.compile(r"[\x02\ufffe](?:\r?\n)?")
XMP = re.compile(rb"<x:xmpmeta.*?</x:xmpmeta>", re.DOTALL)
PDFIUM = Lock()  # it reads for one thread at a time


def read_texts(path: Path) -> Texts:
    """Yield the texts of a file; unknown kinds are read as text."""
    return READERS.get(path.suffix.lower(), _read_plain)(path.read_bytes())


def _read_plain(data: bytes) -> Texts:
    yield "", data.decode("utf-8", errors="replace")


def _read_markup(data: bytes) -> Texts:
    """Yield markup without its tags, inline ones leaving no gap, and the attributes' values.

    Scripts and style are texts of their own, since they are the same on many pages.
    """
    markup = data.decode("utf-8", errors="replace")
    yield from (("", body) for _, _, body in CODE.findall(markup))
    markup = CODE.sub(r"\1", markup)
    yield "", TAG.sub("\n", INLINE.sub("", COMMENT.sub(" ", markup)))
    yield "", "\n".join(value[1:-1] for value in ATTRIBUTE.findall(markup))


def _read_json(data: bytes) -> Texts:
    """Yield every text of a JSON document, a notebook for example."""
    try:
        yield "", "\n".join(_walk_json(json.loads(data)))
    except ValueError:
        yield from _read_plain(data)


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


def _read_office(data: bytes) -> Texts:
    """Yield the parts of a Word file or an Excel book; the runs of a paragraph stand together."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            yield name, name
            if name.endswith((".xml", ".rels")):
                markup = archive.read(name).decode("utf-8", errors="replace")
                yield name, TAG.sub("", BLOCK_END.sub("\n", COMMENT.sub(" ", markup)))
                yield name, "\n".join(value[1:-1] for value in ATTRIBUTE.findall(markup))
            elif name.endswith(".png"):
                yield from ((name, text) for _, text in _read_png(archive.read(name)))


def _read_png(data: bytes) -> Texts:
    """Yield the named texts a PNG carries; what is no picture as it is."""
    try:
        with Image.open(BytesIO(data)) as picture:
            if isinstance(picture, PngImagePlugin.PngImageFile):
                yield from (("metadata", f"{name} {text}") for name, text in picture.text.items())
    except OSError:
        yield from _read_plain(data)


def _read_pdf(data: bytes) -> Texts:
    """Yield a PDF's pages, its metadata, and its other strings: bookmarks and alternative texts.

    Saved anew, its objects stand one by one, packed together in none; streams are packed.
    """
    import pypdfium2

    with PDFIUM:
        document, saved = pypdfium2.PdfDocument(data), BytesIO()
        for number, page in enumerate(document, 1):
            yield f"side {number}", HYPHENATED.sub("", page.get_textpage().get_text_range())
        document.save(saved)
        document.close()
    data = saved.getvalue()
    for packet in XMP.findall(data):
        yield from (("metadata", text) for _, text in _read_markup(packet))
    yield "strenge", "\n".join(map(_decode_pdf_string, PDF_STRING.findall(STREAM.sub(b"", data))))


def _decode_pdf_string(string: bytes) -> str:
    """Return a string of a PDF as it is saved, hexadecimal or with escapes, as text."""
    if string.startswith(b"<"):
        body = bytes.fromhex(string[1:-1].decode("ascii"))
    else:
        body = PDF_ESCAPE.sub(lambda found: CODES.get(found[1], found[1]), string[1:-1])
    encoding = "utf-16" if body.startswith((b"\xfe\xff", b"\xff\xfe")) else "latin-1"
    return body.decode(encoding, errors="replace")


def _read_parquet(data: bytes) -> Texts:
    """Yield the distinct values of a table's columns, and its column names."""
    table = pq.read_table(BytesIO(data))
    yield "kolonner", "\n".join(table.column_names)
    yield "metadata", str(table.schema.metadata or "")
    for name, column in zip(table.column_names, table.columns, strict=True):
        yield name, "\n".join(map(str, column.unique().to_pylist()))


READERS: dict[str, Callable[[bytes], Texts]] = {
    **dict.fromkeys((".html", ".xml"), _read_markup),
    ".svg": lambda data: _read_markup(DRAWN_PART.sub(b"", data)),
    **dict.fromkeys((".ipynb", ".json"), _read_json),
    **dict.fromkeys((".docx", ".xlsx"), _read_office),
    ".png": _read_png,
    ".pdf": _read_pdf,
    ".parquet": _read_parquet,
}
