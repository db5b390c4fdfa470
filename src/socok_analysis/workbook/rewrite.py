"""Rewrite a part's XML into the dialect the scanner reads, whatever way it was written.

Slower than scanning, but it takes all that is sound XML: any encoding, prefixes, comments, cells
that leave out their place. Document types are refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.parsers.expat import ExpatError, ParserCreate

from socok_analysis.workbook.archive import MOST_DEPTH, report_damage, report_danger
from socok_analysis.workbook.cells import name_cell, read_letters

KEPT_IN_CELL = ("v", "f", "is")
RAW_END = "&#13;"


@dataclass
class Writer:
    """What has been written and not yet handed on, the open elements, and the cell reached."""

    out: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    row: int = 0
    column: int = 0
    type: str = "n"

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Write the start of an element; a cell without a place gets the next one."""
        name = tag.rpartition(":")[2]
        self.open.append(name)
        if len(self.open) > MOST_DEPTH:
            raise report_danger("dens XML er indlejret for dybt")
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        if name == "c":
            attributes = self.place_cell(attributes)
        if not self.is_skipped():
            listed = "".join(f" {key}={quote(text)}" for key, text in attributes.items())
            self.out.append(f"<{name}{listed}>")

    def place_cell(self, attributes: Mapping[str, str]) -> dict[str, str]:
        """Return a cell's attributes with its place first."""
        place = attributes.get("r", "").upper() or name_cell(self.row, self.column + 1)
        self.type = attributes.get("t", "n")
        self.column = read_letters(place.rstrip("0123456789"))
        return {"r": place, **{key: text for key, text in attributes.items() if key != "r"}}

    def end(self, tag: str) -> None:
        """Write the end of an element."""
        if not self.is_skipped():
            self.out.append(f"</{self.open[-1]}>")
        self.open.pop()

    def text(self, text: str) -> None:
        """Write text; blanks between elements are left out."""
        if self.open[-1:] in (["v"], ["t"], ["f"]) and not self.is_skipped():
            is_text = self.open[-1] != "v" or self.type == "str"
            own = escape(text if is_text else text.strip(), quote=False)
            self.out.append(own.replace("\r", RAW_END))

    def is_skipped(self) -> bool:
        """Tell whether the innermost open element stands in a cell and is no part of its value."""
        inside = self.open[self.open.index("c") + 1 :] if "c" in self.open else []
        return bool(inside) and inside[0] not in KEPT_IN_CELL


def quote(text: str) -> str:
    """Return an attribute's value in double quotes."""
    return f'"{escape(text)}"'


def rewrite_markup(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a part in the dialect; raise WorkbookError for XML that is unsound or unsafe."""
    writer = Writer()
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = writer.start, writer.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = writer.text, refuse_doctype
    try:
        for piece in stream:
            parser.Parse(piece)
            yield "".join(writer.out).encode()
            writer.out.clear()
        parser.Parse(b"", True)
    except (ExpatError, ValueError, LookupError, OverflowError) as error:
        raise report_damage() from error
    yield "".join(writer.out).encode()


def refuse_doctype(*_: object) -> None:
    """Raise WorkbookError: no spreadsheet program declares a document type."""
    raise report_danger("dens XML erklærer entiteter eller en dokumenttype")
