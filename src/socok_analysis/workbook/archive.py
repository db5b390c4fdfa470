"""Open the package a workbook is, bounded in size and depth, or say in Danish why not.

An .xlsx is a zip of XML parts, and from anyone. Nothing is inflated before its sizes, names and
counts are found to be those of a workbook, and no part is read further than it said it reaches.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring
from xml.parsers.expat import ParserCreate

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_FLAG = 0x1
KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_PARTS = 5_000
MOST_BYTES = 1_000_000_000
MOST_RATIO, RATIO_FROM = 250, 20_000_000
MOST_TREE_BYTES = 30_000_000
MOST_DEPTH = 64
EDGE = 1 << 16
ODD_NAME = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f]")
PAGE = rb"<!--|<!doctype html|<html|<head|<meta|<table|<style"
HTML = re.compile(rb"\s*(?:(%s)|<\?xml[^>]*>\s*<\?mso-application)" % PAGE, re.I)
STRICT, USUAL = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
DIALECTS = (
    (STRICT + b"spreadsheetml/main", USUAL + b"spreadsheetml/2006/main"),
    (STRICT + b"officeDocument/", USUAL + b"officeDocument/2006/"),
)
PROTECTED = ("Filen er beskyttet med adgangskode.", "Gem den som .xlsx uden adgangskode.")
OLD = ("Filen er i .xls-format eller beskyttet.", "Gem den som .xlsx uden adgangskode.")
FETCH_AGAIN = "Hent udtrækket igen, eller spørg afsenderen, hvis det kom udefra."
COPY_TABLE = "Kopiér tabellen alene til en ny projektmappe, og slet den gamle."
NO_BOOK = ("Filen er ikke en Excel-projektmappe.", "Fjern den, eller gem den som .xlsx fra Excel.")
DAMAGED = ("Filen er beskadiget.", "Åbn den i Excel, og gem den på ny, eller hent udtrækket igen.")
Relations = dict[str, tuple[str, str]]


class WorkbookError(Exception):
    """The file cannot be read; the text says why, `advice` what to do. Both are Danish."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def refuse(what: str, advice: str = FETCH_AGAIN) -> WorkbookError:
    """Return the error for a package no spreadsheet program writes, or beyond any export."""
    return WorkbookError(f"Filen er ikke læst: {what}.", advice)


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a workbook's package once it is found safe; raise WorkbookError for all that is wrong.

    Whatever else a broken part leads its reader to is damage.
    """
    _check_start(path)
    try:
        with Package(path) as package:
            _check_entries(package.infolist())
            yield package
    except (WorkbookError, OSError):
        raise
    except Exception as error:
        raise WorkbookError(*DAMAGED) from error


def _check_start(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(EDGE)
        file.seek(max(0, path.stat().st_size - EDGE))
        end = file.read(EDGE)
    if start.startswith(OLE_START):
        raise WorkbookError(*(PROTECTED if ENCRYPTED_NAME in start + end else OLD))
    if not zipfile.is_zipfile(path):
        refuse_page(start)
        if start and b"\0" not in start:
            raise WorkbookError("Filen er en tekstfil.", "Er den en CSV, så giv den navnet .csv.")
        raise WorkbookError(*NO_BOOK)


def refuse_page(start: bytes) -> None:
    """Raise WorkbookError for a page of the web or of Excel 2003, whatever its name."""
    if found := HTML.match(start):
        what = "en hjemmeside (HTML)" if found[1] else "et XML-regneark fra Excel 2003"
        message = f"Filen er {what}, som har fået et regnearks navn."
        raise WorkbookError(message, "Åbn den i Excel, og gem den som .xlsx.")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Raise WorkbookError where the package's own list is not that of a workbook."""
    if len(entries) > MOST_PARTS:
        raise refuse(f"pakken har {len(entries)} dele")
    names = [entry.orig_filename.replace("\\", "/") for entry in entries]
    if len({*map(str.casefold, names)}) < len(names):
        raise refuse("to af pakkens dele har samme navn")
    if any(map(ODD_NAME.search, names)):
        raise refuse("en af pakkens dele har et navn, der peger ud af pakken")
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise WorkbookError(*PROTECTED)
    if any(entry.compress_type not in KNOWN_METHODS for entry in entries):
        raise refuse("pakken er komprimeret på en ukendt måde")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise refuse(f"udpakket fylder den {total // 1_000_000:,} MB".replace(",", "."), COPY_TABLE)
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * entry.compress_size:
            raise refuse("en af dens dele svulmer op, når den pakkes ud")


class Package(zipfile.ZipFile):
    """A workbook's parts, each checked before it is parsed.

    They are found whatever their capitals, and though some programs write the names as Windows
    does.
    """

    @cached_property
    def parts(self) -> dict[str, zipfile.ZipInfo]:
        """The parts by name as they are compared."""
        return {each.filename.replace("\\", "/").casefold(): each for each in self.infolist()}

    def getinfo(self, name: str) -> zipfile.ZipInfo:
        """Return the entry of a part; raise KeyError."""
        return self.parts[name.casefold()]

    def read_part(self, name: str) -> bytes:
        """Return a part, inflated no further than the size the package gave for it."""
        with self.open(name) as part:
            return part.read(self.getinfo(name).file_size)

    def read_xml(self, name: str) -> bytes:
        """Return a part in the one of the format's two dialects of XML that openpyxl knows."""
        text = self.read_part(name)
        _check_xml(text)
        for strict, usual in DIALECTS:
            text = text.replace(strict, usual)
        return text

    def read_tree(self, name: str) -> Element:
        """Return a small part as an element tree."""
        if self.getinfo(name).file_size > MOST_TREE_BYTES:
            raise refuse("en af dens mindre dele er meget stor", COPY_TABLE)
        return fromstring(self.read_xml(name))

    def read_relations(self, part: str) -> Relations:
        """Return the parts a part refers to: id to (kind, name)."""
        folder, name = posixpath.split(part)
        try:
            tree = self.read_tree(posixpath.join(folder, "_rels", f"{name}.rels"))
        except KeyError:
            return {}
        found = {}
        for each in tree:
            target = posixpath.join("/", folder, each.get("Target", ""))
            kind = posixpath.basename(each.get("Type", ""))
            found[each.get("Id", "")] = (kind, posixpath.normpath(target).lstrip("/"))
        return found


def _check_xml(text: bytes) -> None:
    """Raise for a document type, entities, deep nesting and what is no XML in any encoding."""
    open_tags: list[str] = []

    def open_tag(name: str, _: object) -> None:
        open_tags.append(name)
        if len(open_tags) > MOST_DEPTH:
            raise refuse("dens XML er indlejret for dybt")

    def refuse_type(*_: object) -> None:
        raise refuse("dens XML erklærer entiteter eller en dokumenttype")

    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = open_tag, lambda _: open_tags.pop()
    parser.StartDoctypeDeclHandler = refuse_type
    parser.Parse(text, True)
