"""Read a CSV as a sheet of texts: which characters and which separator it is written with is found.

Nothing is guessed: what can be read in two ways is asked about. Every value stays the text that is
written, zeros in front and all.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import Path

from socok_analysis.workbook.archive import (
    COPY_TABLE,
    MOST_TREE_BYTES,
    OLE_START,
    WorkbookError,
    refuse,
    refuse_page,
)
from socok_analysis.workbook.cells import Sheet, Traits, is_blank, make_cells

TEXT_SUFFIXES = (".csv", ".tsv")
SIGNS = {";": "semikolon", ",": "komma", "\t": "tabulator", "|": "lodret streg"}
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
NAMES = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252", "latin-1": "Latin-1"}
OTHERS = {"cp850": "DOS", "mac_roman": "Mac"}
USUAL = re.compile(
    r"(?:[\x00-\x7f\xa0§°²³´·½éèêëáàâäãíïìóòôöõúüùûçñßýšžæøåÉÈÁÄÖÜŠŽÆØÅ–—’“”„•…€«»]"
    r"|(?<!\w)‘|‘(?!\w))*"
)
GARBLED = re.compile("Ã[\x80-\xbf¦¸¥˜†…]|â€[™œ“”\x9d]|\ufffd")
AS_TEXT = re.compile('^="(.*)"$')  # so that Excel keeps the zeros in front
LEAST_SHARE = 0.5
AS_UTF8 = "Gem den som “CSV UTF-8” (i Excel: Gem som), eller hent udtrækket igen."
BROKEN_LETTERS = (
    "Bogstaverne er gået i stykker: æ, ø og å står som “Ã¦”, “Ã¸” og “Ã¥” eller som “\ufffd”. "
    "Udtrækket er åbnet med et forkert tegnsæt og gemt igen.",
    "Hent udtrækket igen, og læg filen i årsmappen uden at åbne og gemme den i Excel.",
)
Rows = list[list[str]]


def read_text(path: Path, shown_name: str) -> Sheet:
    """Return a CSV as a sheet without a name; raise WorkbookError."""
    if path.stat().st_size > 10 * MOST_TREE_BYTES:
        raise refuse("den er større, end noget udtræk er", COPY_TABLE)
    text, encoding = _decode(path.read_bytes())
    if GARBLED.search(text):
        raise WorkbookError(*BROKEN_LETTERS)
    sign, rows = _split(text)
    told = f"Læst som {NAMES[encoding]} med {SIGNS[sign]} mellem felterne."
    filled = {
        number: {
            n: AS_TEXT.sub(r"\1", cell) for n, cell in enumerate(cells, 1) if not is_blank(cell)
        }
        for number, cells in enumerate(rows, 1)
    }
    return Sheet(shown_name, "", False, False, make_cells(filled), Traits(read_as=told))


def _decode(content: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding: by its mark, as UTF-8, else as Windows does."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "")
    if content.startswith((b"PK\x03\x04", OLE_START)):
        advice = "Giv den sit rigtige navn tilbage, eller gem den som .xlsx fra Excel."
        raise WorkbookError("Filen er et regneark, der hedder .csv.", advice)
    refuse_page(content[: 1 << 12])
    if b"\0" in content and encoding != "utf-16":
        raise WorkbookError("Filen er ikke en tekstfil.", AS_UTF8)
    for name in (encoding,) if encoding else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if name in ("cp1252", "latin-1") and not USUAL.fullmatch(text):
            fits = [told for each, told in OTHERS.items() if USUAL.fullmatch(content.decode(each))]
            what = f" Den ligner en fil fra {' eller '.join(fits)}." if fits else ""
            message = "Filens tegn kan ikke læses: den er hverken UTF-8 eller Windows-1252."
            raise WorkbookError(f"{message}{what}", AS_UTF8)
        return text, name
    raise WorkbookError("Filens tegn kan ikke læses: den er ikke gyldig Unicode.", AS_UTF8)


def _split(text: str) -> tuple[str, Rows]:
    """Return the separator that gives most rows the same number of cells, and the rows."""
    ranked: list[tuple[float, int, str, Rows]] = []
    fault = ""
    for sign in SIGNS:
        try:
            rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)]
        except csv.Error as error:
            fault = str(error)
            continue
        widths = Counter(len(cells) for cells in rows if any(cells))
        width, count = next(((w, n) for w, n in widths.most_common() if w > 1), (0, 0))
        if count and count >= LEAST_SHARE * (widths.total() - widths[1]):
            ranked.append((count / widths.total(), width, sign, rows))
    if not ranked and (fault or not text.strip()):
        raise WorkbookError(
            "Et anførselstegn i filen står alene." if fault else "Filen er tom.",
            "Hent udtrækket igen, eller åbn filen i Excel, og gem den som .xlsx.",
        )
    ranked.sort(reverse=True)
    if not ranked:
        return ";", [[line] for line in text.splitlines()]
    if len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]:
        told = " eller ".join(SIGNS[each[2]] for each in ranked[:2])
        raise WorkbookError(
            f"Det kan ikke ses, om felterne er adskilt af {told}.",
            "Hent udtrækket med semikolon mellem felterne, eller som .xlsx.",
        )
    _, width, sign, rows = ranked[0]
    for number, cells in enumerate(rows, 1):
        if any("\n" in cell and cell.count(sign) >= width - 1 for cell in cells):
            message = (
                f"Et anførselstegn står alene omkring række {number}: flere rækker er ét felt."
            )
            raise WorkbookError(message, "Ret feltet, eller hent udtrækket som .xlsx.")
    return sign, rows
