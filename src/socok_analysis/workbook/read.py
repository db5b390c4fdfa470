"""Read the cells of a workbook or a CSV as written, and say in Danish why one cannot be read.

openpyxl's parser of sheets reads the cells, of parts found safe. What it would leave out is kept:
number formats, what is hidden, formulas never calculated. A CSV is a sheet of texts; what can be
read in two ways is asked about.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl.cell.text import Text
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.worksheet.cell_range import CellRange

from socok_analysis.core.danish import mask_cpr, show_unseen
from socok_analysis.workbook import archive
from socok_analysis.workbook.archive import COPY_TABLE, DAMAGED, WorkbookError, refuse
from socok_analysis.workbook.cells import (
    CellError,
    CellValue,
    Foreign,
    Percent,
    Sheet,
    Traits,
    Uncalculated,
    is_blank,
)

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS, MOST_PLACES = 10_000_000, 60_000_000
LONGEST_TEXT = 1_000_000
# Excel's own escapes, such as _x000D_ for a line's end.
CODE_POINT = re.compile("_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
ZEROS = re.compile(r"0{2,}")
MASK = re.compile(r'(?:"[^"]*"|\\.|[-0/ ])+')
MASK_PART = re.compile(r'"[^"]*"|\\.|0+|[-/ ]')
CURRENCY = re.compile(r"\[\$([^][-]*)(?:-[^][]*)?\]")
LITERAL = re.compile(r'"([^"]*)"|\\(.)|([^\W\d_]|[€$£])')
HOLDS_NUMBER = re.compile(r"[0#]|general", re.I)
SCALE = re.compile(r"[0#?],+(?![0#?,])")
LONGEST_CODE = 1000
UNIT = re.compile(
    r"\bt\.? ?kr|\btkr|tusind|1\.?000|\b(?:mio|mill|mia|(?:eur|usd|gbp|sek|nok)\b)|[€$£]", re.I
)
COMMENTS = ("comments", "threadedComment")
TRUE = ("1", "true")
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
NumberReader = Callable[[float], CellValue]
Rows = list[list[str]]


def read_file(path: Path, shown_name: str) -> list[Sheet]:
    """Return the sheets of a workbook, or a CSV as one; raise WorkbookError.

    `shown_name` is the file name fit to be shown and stored. A sheet that is no worksheet, such
    as a chart, has no rows.
    """
    if path.suffix.lower() in TEXT_SUFFIXES:
        return [read_text(path, shown_name)]
    with archive.open_package(path) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = dict(package.read_relations("").values()).get("officeDocument", "")
        has_sheets = any(name.startswith("xl/") for name in package.parts)
        is_ours = not part.endswith(".bin") and (part or has_sheets)
        tree = package.read_tree(part) if is_ours else Element("other")
        entries = tree.findall("{*}sheets/{*}sheet")
        if not tree.tag.endswith("}workbook") or not entries:
            raise WorkbookError(*archive.NO_BOOK)
        book = Book(package, tree, package.read_relations(part))
        found = list[tuple[str, bool, SheetParser, Traits]]()
        for entry in entries:
            parser, traits = SheetParser(book), Traits()
            ids = [value for key, value in entry.items() if key.endswith("}id")]
            kind, part = book.relations.get("".join(ids), ("", ""))
            if kind == "worksheet":
                traits = _read_traits(parser, part, parser.read(package.read_xml(part)))
            name = show_unseen(mask_cpr(entry.get("name", "")))
            found.append((name, entry.get("state", "visible") != "visible", parser, traits))
    for cells, column in book.zeros if not book.has_results else ():
        cells[column] = Uncalculated()
    return [Sheet(shown_name, n, hidden, book.is_1904, p.rows, t) for n, hidden, p, t in found]


class Book:
    """What the sheets of a workbook share: its texts, and what the styles of its cells say.

    `readers` tell how the numbers of each style are read, None for dates. `is_stale`: it asks to be
    calculated anew, so that the `zeros` of formulas are no results where none `has_results`.
    """

    def __init__(
        self, package: archive.Package, tree: Element, relations: archive.Relations
    ) -> None:
        self.package, self.relations = package, relations
        self.is_1904 = any(each.get("date1904") in TRUE for each in tree.iterfind("{*}workbookPr"))
        self.is_stale = any(e.get("fullCalcOnLoad") in TRUE for e in tree.iterfind("{*}calcPr"))
        self.has_results, self.zeros = False, list[tuple[dict[int, CellValue], int]]()
        parts = dict(relations.values())
        self.texts: dict[int, str] = {}
        if "sharedStrings" in parts:
            for _, element in iterparse(io.BytesIO(package.read_xml(parts["sharedStrings"]))):
                if element.tag.endswith("}si"):  # openpyxl's own reader undoes some of the escapes
                    self.texts[len(self.texts)] = Text.from_tree(element).content  # type: ignore
                    element.clear()
        styles = package.read_tree(parts["styles"]) if "styles" in parts else Element("none")
        own = {
            int(each.get("numFmtId", "0")): each.get("formatCode", "")
            for each in styles.iterfind("{*}numFmts/{*}numFmt")
        }
        looks = styles.findall("{*}cellXfs/{*}xf")
        numbers = [int(look.get("numFmtId", "0")) for look in looks]
        built_in = {n: code.replace("$", "") for n, code in BUILTIN_FORMATS.items()}  # means "kr."
        codes = [own.get(number, built_in.get(number, "General")) for number in numbers]
        readers = {code: _choose_reader(code) for code in codes}
        self.readers = [readers[code] for code in codes]
        self.durations = {n for n, code in enumerate(codes) if is_timedelta_format(code)}
        fonts = styles.findall("{*}fonts/{*}font")
        struck = {
            str(number)
            for number, font in enumerate(fonts)
            if any(each.get("val", "1") in TRUE for each in font.iterfind("{*}strike"))
        }
        self.struck = {n for n, look in enumerate(looks) if look.get("fontId") in struck}


class SheetParser(WorkSheetParser):
    """openpyxl's parser of a sheet; `rows` are its cells with their values as the library has them,
    a formula's stored result among them.
    """

    def __init__(self, book: Book) -> None:
        epoch = CALENDAR_MAC_1904 if book.is_1904 else CALENDAR_WINDOWS_1900
        dates = {number for number, reader in enumerate(book.readers) if reader is None}
        super().__init__(io.BytesIO(), book.texts, True, epoch, dates, book.durations)
        self.book = book
        self.rows, self.struck = dict[int, dict[int, CellValue]](), set[int]()

    def read(self, text: bytes) -> Element:
        """Read a sheet's XML row by row; return what stands around the rows."""
        amount = 0
        for _, element in iterparse(io.BytesIO(text)):
            if element.tag == ROW_TAG:
                _, cells = self.parse_row(element)  # type: ignore[arg-type]
                amount += len(cells)
                if amount > MOST_CELLS:
                    raise refuse("et ark har flere celler, end noget udtræk har", COPY_TABLE)
                for cell in (each for each in cells if not is_blank(each["value"])):
                    row, column = cell["row"], cell["column"]
                    placed = self.rows.setdefault(row, {})
                    is_inside = 0 < row <= MOST_ROWS and 0 < column <= MOST_COLUMNS
                    if column in placed or not is_inside:
                        raise WorkbookError(*DAMAGED)
                    placed[column] = cell["value"]
                    if cell["style_id"] in self.book.struck:
                        self.struck.add(row)
                element.clear()
        height = len(self.rows)
        width = len({column for cells in self.rows.values() for column in cells})
        if height * width > MOST_PLACES:
            raise refuse(f"et ark rækker over {height} rækker og {width} kolonner", COPY_TABLE)
        if element.find(DATA_TAG) is None:
            raise WorkbookError(*DAMAGED)
        return element

    def parse_cell(self, element: Any) -> dict[str, Any]:
        """Return a cell's row, column, value, data type and style; empty attributes say nothing."""
        for name in [name for name, text in element.items() if not text]:
            del element.attrib[name]
        cell = super().parse_cell(element)
        value, kind, style = cell["value"], cell["data_type"], cell["style_id"] or 0
        if value in (None, "") and element.get("t") == "inlineStr":
            value = element.findtext(VALUE_TAG)
        if element.find(FORMULA_TAG) is not None:
            is_zero = kind in "nd" and not (element.findtext(VALUE_TAG) or "").strip("0.")
            self.book.has_results |= not is_zero and value is not None
            if is_zero and value is not None and self.book.is_stale:
                placed = self.rows.setdefault(cell["row"], {})
                self.book.zeros.append((placed, cell["column"]))
            elif value is None and kind != "str":
                value, kind = Uncalculated(), "f"
        if kind == "n" and value is not None:
            if not math.isfinite(value):
                raise WorkbookError(*DAMAGED)
            reader = self.book.readers[style] if style < len(self.book.readers) else None
            value = (reader or _read_plain)(value)
        elif isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise refuse("en enkelt række eller tekst i den er meget stor", COPY_TABLE)
        elif isinstance(value, str):
            text = CODE_POINT.sub(lambda found: chr(int(found[1], 16)), value)
            value = CellError(value) if kind == "e" else text
        cell["value"] = value
        return cell


def _read_traits(parser: SheetParser, part: str, around: Element) -> Traits:
    """Return what stands around the cells: what is hidden, filtered, merged or commented on."""
    package = parser.book.package
    found = package.read_relations(part).values()
    parts = [each for each in found if each[1].casefold() in package.parts]
    filters = [around, *(package.read_tree(name) for kind, name in parts if kind == "table")]
    comments = [
        [
            (each.get("ref", ""), "".join(each.itertext()))
            for each in package.read_tree(name).iterfind(f".//{{*}}{kind.removesuffix('s')}")
        ]
        for kind, name in parts
        if kind in COMMENTS
    ]
    told = max(comments, key=len, default=[])  # a thread has a double in the old style
    rows = [int(row) for row, look in parser.row_dimensions.items() if look.get("hidden") in TRUE]
    columns: set[int] = set()
    for column in around.iterfind("{*}cols/{*}col"):
        first, last = int(column.get("min", "0")), int(column.get("max", "0"))
        if column.get("hidden") in TRUE and last < MOST_COLUMNS:
            columns.update(range(max(first, 1), last + 1))
    ranges = around.iterfind("{*}mergeCells/{*}mergeCell")
    merged = [CellRange(each.get("ref", "")) for each in ranges]
    return Traits(
        hidden_rows=tuple(sorted(rows)),
        struck_rows=tuple(sorted(parser.struck)),
        hidden_columns=tuple(sorted(columns)),
        is_filtered=any(each.find("{*}autoFilter/{*}filterColumn") is not None for each in filters),
        merged=tuple((each.min_row, each.min_col, each.max_row, each.max_col) for each in merged),
        comments=tuple(told),
        margins=tuple(each.text or "" for each in around.iterfind("{*}headerFooter/*")),
    )


def _choose_reader(code: str) -> NumberReader | None:
    """Return how a number is read that is shown in a format; None for a date or a duration."""
    if len(code) > LONGEST_CODE:
        raise refuse("et talformat i den er længere, end Excel tillader")
    if ZEROS.fullmatch(code):
        return lambda number: f"{number:0{len(code)}.0f}" if number == number // 1 else number
    if MASK.fullmatch(code) and QUOTED.sub("", code).count("0") > 1:
        return partial(_read_masked, MASK_PART.findall(code))
    first = code.partition(";")[0]
    shown = QUOTED.sub("", first)
    words = "".join(map("".join, LITERAL.findall(CURRENCY.sub(r'"\1"', first))))
    if UNIT.search(words) and HOLDS_NUMBER.search(first) and not SCALE.search(shown):
        return Foreign
    if "%" in shown:
        return Percent
    return None if is_date_format(shown) else _read_plain


def _read_plain(number: float) -> CellValue:
    return int(number) if number == number // 1 else number


def _read_masked(mask: Sequence[str], number: float) -> CellValue:
    """Return a whole number as Excel shows it among other signs, as in 610180-1234."""
    places = sum(len(part) for part in mask if part[0] == "0")
    if number < 0 or number != number // 1:
        return _read_plain(number)
    digits = f"{int(number):0{places}d}"
    shown, extra = [], len(digits) - places
    for part in mask:
        take = len(part) + extra if part[0] == "0" else 0
        shown.append(digits[:take] if take else part.strip('"').removeprefix("\\"))
        digits, extra = digits[take:], 0 if take else extra
    return "".join(shown)


def read_text(path: Path, shown_name: str) -> Sheet:
    """Return a CSV as a sheet without a name; raise WorkbookError."""
    if path.stat().st_size > 10 * archive.MOST_TREE_BYTES:
        raise refuse("den er større, end noget udtræk er", COPY_TABLE)
    text, encoding = _decode(path.read_bytes())
    if GARBLED.search(text):
        raise WorkbookError(*BROKEN_LETTERS)
    sign, rows = _split(text)
    told = f"Læst som {NAMES[encoding]} med {SIGNS[sign]} mellem felterne."
    filled = {
        number: {n: AS_TEXT.sub(r"\1", c) for n, c in enumerate(cells, 1) if not is_blank(c)}
        for number, cells in enumerate(rows, 1)
        if not all(map(is_blank, cells))
    }
    return Sheet(shown_name, "", False, False, filled, Traits(read_as=told))


def _decode(content: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding: by its mark, as UTF-8, else as Windows does."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "")
    if content.startswith((b"PK\x03\x04", archive.OLE_START)):
        advice = "Giv den sit rigtige navn tilbage, eller gem den som .xlsx fra Excel."
        raise WorkbookError("Filen er et regneark, der hedder .csv.", advice)
    archive.refuse_page(content[: 1 << 12])
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
        message = "Et anførselstegn i filen står alene." if fault else "Filen er tom."
        raise WorkbookError(message, "Hent udtrækket igen, eller gem den som .xlsx fra Excel.")
    ranked.sort(reverse=True)
    if not ranked:
        return ";", [[line] for line in text.splitlines()]
    if len(ranked) > 1 and ranked[0][:2] == ranked[1][:2]:
        told = " eller ".join(SIGNS[each[2]] for each in ranked[:2])
        message = f"Det kan ikke ses, om felterne er adskilt af {told}."
        raise WorkbookError(
            message, "Hent udtrækket med semikolon mellem felterne, eller som .xlsx."
        )
    _, width, sign, rows = ranked[0]
    for number, cells in enumerate(rows, 1):
        if any("\n" in cell and cell.count(sign) >= width - 1 for cell in cells):
            message = f"Et anførselstegn står alene omkring række {number}."
            raise WorkbookError(message, "Ret feltet, eller hent udtrækket som .xlsx.")
    return sign, rows
