"""Open the package a workbook is, bounded in size and depth, or say in Danish why not.

An .xlsx is a zip of XML parts, and from anyone. Nothing is inflated before its sizes, names and
counts are found to be those of a workbook, and no part is read further than it said it reaches.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")
ENCRYPTED_FLAG = 0x1
KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_PARTS = 5_000
MOST_BYTES = 2_000_000_000
MOST_RATIO = 250
RATIO_FROM = 20_000_000
MOST_TREE_BYTES = 30_000_000
MOST_DEPTH = 64
CHUNK = 1 << 19
ODD_NAME = re.compile(r"^[/\\]|\\|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f]")
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


class WorkbookError(Exception):
    """The file cannot be read; the text says why, `advice` what to do. Both are Danish."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def report_damage() -> WorkbookError:
    """Return the error for a workbook whose parts cannot be made sense of."""
    return WorkbookError(
        "Filen er beskadiget og kan ikke læses.",
        "Åbn den i Excel, gem den på ny som .xlsx, eller hent udtrækket igen.",
    )


def report_danger(what: str) -> WorkbookError:
    """Return the error for a package no spreadsheet program writes."""
    return WorkbookError(
        f"Filen er ikke læst: {what}.",
        "Sådan gemmer Excel ikke en projektmappe. Hent udtrækket igen, eller åbn filen i Excel, "
        "og gem en ny .xlsx; spørg afsenderen, hvis filen kom udefra.",
    )


def report_size(what: str) -> WorkbookError:
    """Return the error for a workbook that reaches beyond any export."""
    return WorkbookError(
        f"Filen er ikke læst: {what}.",
        "Kopiér tabellen til en ny projektmappe uden tomme, formaterede rækker og kolonner, "
        "og slet den gamle.",
    )


@contextmanager
def open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a workbook's package once it is found safe; raise WorkbookError."""
    check_start(path)
    try:
        with zipfile.ZipFile(path) as archive:
            check_entries(archive.infolist())
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise report_damage() from error


def report_foreign() -> WorkbookError:
    """Return the error for a package that is something else than a workbook of this format."""
    return WorkbookError(
        "Filen er ikke en Excel-projektmappe i formatet .xlsx.",
        "Fjern den fra årsmappen, eller åbn den, og gem den som .xlsx fra Excel.",
    )


def check_start(path: Path) -> None:
    """Raise WorkbookError for what is no .xlsx: protected, of the old kind, or no workbook."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
        file.seek(max(0, path.stat().st_size - (1 << 16)))
        end = file.read(1 << 16)
    if start.startswith(OLE_START):
        raise report_old(ENCRYPTED_NAME in start or ENCRYPTED_NAME in end)
    if not zipfile.is_zipfile(path):
        raise WorkbookError(
            "Filen er ikke en Excel-projektmappe.",
            "Fjern den fra årsmappen, eller gem den som .xlsx fra Excel.",
        )


def report_old(is_protected: bool) -> WorkbookError:
    """Return the error for a file in the container of both old and protected workbooks."""
    if is_protected:
        return WorkbookError(
            "Filen er beskyttet med adgangskode.",
            "Åbn den i Excel med adgangskoden, og gem den som .xlsx uden adgangskode.",
        )
    return WorkbookError(
        "Filen er gemt i det gamle .xls-format eller beskyttet med adgangskode.",
        "Åbn den i Excel, og gem den som .xlsx uden adgangskode.",
    )


def check_entries(entries: list[zipfile.ZipInfo]) -> None:
    """Raise WorkbookError where the package's own list is not that of a workbook."""
    names = [entry.filename for entry in entries]
    if len(names) > MOST_PARTS:
        raise report_danger(f"pakken har {len(names)} dele")
    if len({name.casefold() for name in names}) < len(names):
        raise report_danger("to af pakkens dele har samme navn")
    if any(ODD_NAME.search(entry.orig_filename) for entry in entries):
        raise report_danger("en af pakkens dele har et navn, der peger ud af pakken")
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise report_old(is_protected=True)
    if any(entry.compress_type not in KNOWN_METHODS for entry in entries):
        raise report_danger("pakken er komprimeret på en ukendt måde")
    check_sizes(entries)


def check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """Raise WorkbookError where the package would swell beyond any export once inflated."""
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise report_size(f"udpakket fylder den {total // 1_000_000:,} MB".replace(",", "."))
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * entry.compress_size:
            raise report_danger("en af dens dele svulmer op, når den pakkes ud")


def stream_part(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Yield a part piece by piece, never further than the size the package gave for it."""
    with open_part(archive, name) as part:
        try:
            while piece := part.read(CHUNK):
                yield piece
        except Exception as error:  # zlib and zipfile raise errors of their own kinds
            raise report_damage() from error


def open_part(archive: zipfile.ZipFile, name: str) -> zipfile.ZipExtFile:
    """Return a part opened for reading; raise WorkbookError where it is missing or broken."""
    try:
        return archive.open(name)  # type: ignore[return-value]
    except (KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise report_damage() from error


def read_tree(archive: zipfile.ZipFile, name: str) -> Element:
    """Return a small part as an element tree; raise WorkbookError."""
    if name in archive.NameToInfo and archive.getinfo(name).file_size > MOST_TREE_BYTES:
        raise report_size("en af dens mindre dele er meget stor")
    return parse_tree(b"".join(stream_part(archive, name)))


def parse_tree(text: bytes) -> Element:
    """Return XML as a tree; raise WorkbookError for document types, entities and deep nesting."""
    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    if len(text) > MOST_TREE_BYTES:
        raise report_size("en af dens mindre dele er meget stor")
    depth, root = 0, None
    try:
        for event, element in iterparse(io.BytesIO(text), ("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            if depth > MOST_DEPTH:
                raise report_danger("dens XML er indlejret for dybt")
    except DefusedXmlException as error:
        raise report_danger("dens XML erklærer entiteter eller en dokumenttype") from error
    except (ParseError, ValueError, LookupError) as error:
        raise report_damage() from error
    if root is None:
        raise report_damage()
    return root  # type: ignore[no-any-return]


def local(element: Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: Element | None, name: str) -> list[Element]:
    """Return the children of that name, whatever their namespace."""
    return [child for child in (() if element is None else element) if local(child) == name]


def join_text(element: Element) -> str:
    """Return the text of a string with its parts of other looks, without phonetic readings."""
    own = (element.text or "") if local(element) == "t" else ""
    parts = (child for child in element if local(child) not in ("rPh", "f", "v"))
    return own + "".join(join_text(child) for child in parts)


def relation_id(element: Element) -> str:
    """Return the id by which an element refers to another part."""
    return element.get(RELATION) or element.get(STRICT_RELATION) or ""


def read_relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Return the parts a part refers to: id to (kind, name). Links out of the file keep theirs."""
    folder, _, name = part.rpartition("/")
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if rels not in archive.NameToInfo:
        return {}
    return {
        each.get("Id", ""): (
            each.get("Type", "").rpartition("/")[2],
            find_name(archive, resolve_target(folder, each)),
        )
        for each in children(read_tree(archive, rels), "Relationship")
    }


def resolve_target(folder: str, relation: Element) -> str:
    """Return the name of the part a relation points to, or the address outside the package."""
    target = relation.get("Target", "")
    if relation.get("TargetMode") == "External":
        return target
    return posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")


def has_folder(archive: zipfile.ZipFile, folder: str) -> bool:
    """Tell whether the package has parts in a folder."""
    return any(name.startswith(folder) for name in archive.NameToInfo)


def find_name(archive: zipfile.ZipFile, name: str) -> str:
    """Return a part's name as the package spells it; capitals make no difference."""
    if name in archive.NameToInfo:
        return name
    folded = name.casefold()
    return next((each for each in archive.NameToInfo if each.casefold() == folded), name)
