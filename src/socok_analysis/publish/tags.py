"""Marks the first cell of each table row as the row's heading in the PDF's tags.

Typst can do so only behind a switch its Python binding lacks. It writes its tags as plain text, so
a cell's tag is changed in place, to one of the same length: nothing else in the file moves. The
header cells' scopes (column, row) then say which headings a cell has (PDF 32000-1, 14.8.5.7).
"""

from __future__ import annotations

import re

_CELL = re.compile(rb"(/StructElem/S/T)D(/P \d+ 0 R/A\[<</O/Table)(/Headers\[\(U\d+x(\d+)y\d+\)\])")
_FIRST = b"0"


def mark_row_headings(pdf: bytes) -> bytes:
    """The same PDF, as long as before, with headings for its tables' rows."""
    return _CELL.sub(_mark_cell, pdf)


def _mark_cell(found: re.Match[bytes]) -> bytes:
    start, middle, headers, column = found.groups()
    kind, scope = (b"H", b"/Scope/Row") if column == _FIRST else (b"D", b"")
    return start + kind + middle + scope.ljust(len(headers))
