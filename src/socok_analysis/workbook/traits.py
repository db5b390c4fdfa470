"""What stands around the cells of a sheet: what is hidden, filtered, merged or commented on."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import numpy as np

from socok_analysis.workbook.archive import children, local, read_relations, read_tree
from socok_analysis.workbook.cells import read_letters
from socok_analysis.workbook.markup import OddMarkupError

COMMENTS = {"comments": "comment", "threadedComment": "threadedComment"}
HIDDEN_ROW = re.compile(rb'<row\b(?=[^>]*\shidden="(?:1|true)")[^>]*>')
STYLED = re.compile(rb'<c r="[A-Z]+(\d+)"[^>]*?\ss="(\d+)"[^>]*(?<!/)>(?!</c>)')
TRUE = ("1", "true")
ROW_NUMBER = re.compile(rb'\sr="(\d+)"')
PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
LAST_COLUMN = 16_384
Range = tuple[int, int, int, int]
Comment = tuple[str, str]
Relation = tuple[str, str]


@dataclass(frozen=True)
class Traits:
    """A sheet beside its cells. `merged` are ranges: first row and column, last row and column.

    `struck_rows` have a cell that is crossed out. `comments` are the cells that have one, and what
    it says; `margins` are the texts that are printed above and below each page.
    """

    kind: str = "worksheet"
    hidden_rows: tuple[int, ...] = ()
    struck_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    is_filtered: bool = False
    merged: tuple[Range, ...] = ()
    comments: tuple[Comment, ...] = ()
    margins: tuple[str, ...] = ()


def list_hidden_rows(piece: bytes) -> Iterator[int]:
    """Yield the hidden rows of a piece of a sheet's XML; raise OddMarkupError for one unnamed."""
    if b"hidden=" not in piece:
        return
    for tag in HIDDEN_ROW.findall(piece):
        if not (found := ROW_NUMBER.search(tag)):
            raise OddMarkupError
        yield int(found[1])


def list_struck_styles(styles: Element | None) -> frozenset[bytes]:
    """Return the numbers of the cell styles whose font is crossed out."""
    fonts = [font for table in children(styles, "fonts") for font in children(table, "font")]
    numbers = {
        str(number)
        for number, font in enumerate(fonts)
        if any(each.get("val", "1") in TRUE for each in children(font, "strike"))
    }
    listed = [style for table in children(styles, "cellXfs") for style in children(table, "xf")]
    return frozenset(
        str(number).encode()
        for number, style in enumerate(listed)
        if style.get("fontId") in numbers
    )


def list_struck(piece: bytes, styles: Collection[bytes]) -> Iterator[int]:
    """Yield the rows of a piece of a sheet's XML that hold a filled cell in one of some styles."""
    if not styles:
        return
    last = 0
    for row, style in STYLED.findall(piece):
        if style in styles and int(row) != last:
            last = int(row)
            yield last


def read_traits(
    tree: Element,
    hidden_rows: tuple[int, ...],
    struck_rows: tuple[int, ...],
    archive: zipfile.ZipFile,
    part: str,
) -> Traits:
    """Return the traits of a worksheet, `tree` being its XML without the cells."""
    parts = read_relations(archive, part).values()
    filters = [*children(tree, "autoFilter"), *list_table_filters(archive, parts)]
    merged = [cell for group in children(tree, "mergeCells") for cell in group]
    return Traits(
        hidden_rows=hidden_rows,
        struck_rows=struck_rows,
        hidden_columns=tuple(list_hidden_columns(tree)),
        is_filtered=any(children(each, "filterColumn") for each in filters),
        merged=tuple(range_ for each in merged if (range_ := read_range(each.get("ref", "")))),
        comments=tuple(list_comments(archive, parts)),
        margins=tuple(list_margins(tree)),
    )


def list_margins(tree: Element) -> list[str]:
    """Return the texts that are printed above and below the pages of a sheet."""
    return [each.text or "" for group in children(tree, "headerFooter") for each in group]


def list_hidden_columns(tree: Element) -> list[int]:
    """Return the numbers of the hidden columns, but not those hidden to the edge of the sheet."""
    is_hidden = np.zeros(LAST_COLUMN + 1, np.bool_)
    for column in (column for group in children(tree, "cols") for column in group):
        first, last = (column.get(name, "") for name in ("min", "max"))
        if column.get("hidden") in ("1", "true") and (first + last).isdigit():
            is_hidden[int(first) : int(last) + 1] |= int(last) < LAST_COLUMN
    return np.flatnonzero(is_hidden).tolist()


def read_range(text: str) -> Range | None:
    """Return the range a text such as "A1:C3" names; None for what is no range."""
    places = [PLACE.fullmatch(part) for part in text.split(":")]
    if not all(places):
        return None
    numbers = [(int(found[2]), read_letters(found[1])) for found in places if found]
    return (*numbers[0], *numbers[-1])


def list_table_filters(archive: zipfile.ZipFile, parts: Iterable[Relation]) -> list[Element]:
    """Return the filters of what is formatted as a table, each a part of its own."""
    names = [name for kind, name in parts if kind == "table" and name in archive.NameToInfo]
    return [each for name in names for each in children(read_tree(archive, name), "autoFilter")]


def list_comments(archive: zipfile.ZipFile, parts: Iterable[Relation]) -> list[Comment]:
    """Return a sheet's comments; a thread and its old-style double count once."""
    found = [
        [
            (each.get("ref", ""), "".join(each.itertext()))
            for each in read_tree(archive, name).iter()
            if local(each) == COMMENTS[kind]
        ]
        for kind, name in parts
        if kind in COMMENTS and name in archive.NameToInfo
    ]
    return max(found, key=len, default=[])
