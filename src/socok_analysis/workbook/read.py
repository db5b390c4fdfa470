"""Read the cells of a workbook or a CSV as written, and say in Danish why one cannot be read.

An .xlsx is a zip of XML parts, and from anyone: nothing is inflated before its sizes, names and
counts are found to be those of a workbook. openpyxl's parser reads the cells; what it would leave
out is kept. A CSV is a sheet of texts; what can be read in two ways is asked about.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import posixpath
import re
import warnings
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from errno import EINVAL
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring, iterparse
from xml.parsers.expat import ParserCreate

from openpyxl.cell.text import Text
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.worksheet._reader import DATA_TAG, FORMULA_TAG, ROW_TAG, VALUE_TAG, WorkSheetParser

from socok_analysis.core.danish import mask_cpr, show_unseen
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

OLE_START = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_NAME = "EncryptedPackage".encode("utf-16-le")
KNOWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
MOST_PARTS, MOST_DEPTH, EDGE = 5_000, 64, 1 << 16
MOST_BYTES, MOST_TREE_BYTES = 1_000_000_000, 30_000_000
MOST_RATIO, RATIO_FROM = 250, 20_000_000
ODD_NAME = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|[\x00-\x1f]")
PAGE = rb"<!--|<!doctype html|<html|<head|<meta|<table|<style"
HTML = re.compile(rb"\s*(?:(%s)|<\?xml[^>]*>\s*<\?mso-application)" % PAGE, re.I)
STRICT, COMMON = b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"
DIALECTS = (
    (STRICT + b"spreadsheetml/main", COMMON + b"spreadsheetml/2006/main"),
    (STRICT + b"officeDocument/", COMMON + b"officeDocument/2006/"),
)
PROTECTED = ("Filen er beskyttet med adgangskode.", "Gem den som .xlsx uden adgangskode.")
OLD = ("Filen er i .xls-format eller beskyttet.", "Gem den som .xlsx uden adgangskode.")
FETCH_AGAIN = "Hent udtrækket igen, eller spørg afsenderen, hvis det kom udefra."
COPY_TABLE = "Kopiér tabellen alene til en ny projektmappe, og slet den gamle."
NO_BOOK = ("Filen er ikke en Excel-projektmappe.", "Fjern den, eller gem den som .xlsx fra Excel.")
DAMAGED = ("Filen er beskadiget.", "Åbn den i Excel, og gem den på ny, eller hent udtrækket igen.")
Relations = dict[str, tuple[str, str]]
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_CELLS, MOST_PLACES = 10_000_000, 60_000_000
LONGEST_TEXT, LONGEST_CODE = 1_000_000, 1000
# Excel's own escapes, such as _x000D_ for a line's end.
CODE_POINT = re.compile("_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
AT_ZERO = re.compile(r"^\[=0\][^;]*;")  # how nothing but a zero is shown
MASK = re.compile(r'(?:"[^"]*"|\\.|[-0/ ])+')
MASK_PART = re.compile(r'"[^"]*"|\\.|0+|[-/ ]')
CURRENCY = re.compile(r"\[\$([^][-]*)(?:-[^][]*)?\]")
LITERAL = re.compile(r'_.|"([^"]*)"|\\(.)|([^\W\d_]|[€$£])')
HOLDS_NUMBER = re.compile(r"[0#]|general", re.I)
SCALE = re.compile(r"[0#?],+(?![0#?,])")
UNIT = re.compile(
    r"\bt\.? ?kr|\btkr|tusind|1\.?000|\b(?:mio|mill|mia|(?:eur|usd|gbp|sek|nok)\b)|[€$£]", re.I
)
COMMENTS, TRUE, TEXT_SUFFIXES = ("comments", "threadedComment"), ("1", "true"), (".csv", ".tsv")
SIGNS = {";": "semikolon", ",": "komma", "\t": "tabulator", "|": "lodret streg"}
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
NAMES = {"utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
OTHERS = {"cp850": "DOS", "mac_roman": "Mac"}
USUAL = re.compile(
    r"(?:[\x00-\x7f\xa0§©°²³´·½éèêëáàâäãíïìóòôöõúüùûçñßýšžæøåÉÈÁÄÖÜŠŽÆØÅ–—’“”„•…€«»]"
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
Split = tuple[float, int, str, list[list[str]]]  # the share of even rows, their width


class WorkbookError(Exception):
    """The file cannot be read; the text says why, `advice` what to do. Both are Danish."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def refuse(what: str, advice: str = FETCH_AGAIN) -> WorkbookError:
    """Return the error for what no spreadsheet program writes, or beyond any export."""
    return WorkbookError(f"Filen er ikke læst: {what}.", advice)


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """Open a package once it is found safe; raise WorkbookError, whatever a broken one leads to."""
    _check_start(path)
    try:
        with Package(path) as package:
            _check_entries(package.infolist())
            yield package
    except Exception as error:
        is_outside = getattr(error, "errno", 0) == EINVAL  # a part that begins before the file does
        if isinstance(error, WorkbookError | OSError) and not is_outside:
            raise
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
    if any(entry.flag_bits & 1 for entry in entries):
        raise WorkbookError(*PROTECTED)
    if any(entry.compress_type not in KNOWN_METHODS for entry in entries):
        raise refuse("pakken er komprimeret på en ukendt måde")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        raise refuse(f"udpakket fylder den {total // 1_000_000:,} MB".replace(",", "."), COPY_TABLE)
    if any(e.file_size > max(RATIO_FROM, MOST_RATIO * e.compress_size) for e in entries):
        raise refuse("en af dens dele svulmer op, når den pakkes ud")


class Package(zipfile.ZipFile):
    """A workbook's parts, each checked before it is parsed, and found whatever its capitals, though
    some programs write the names as Windows does.
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


def read_file(path: Path, shown_name: str) -> list[Sheet]:
    """Return the sheets of a workbook, or a CSV as one; raise WorkbookError.

    `shown_name` is the file name fit to be shown. A sheet such as a chart has no rows.
    """
    if path.suffix.lower() in TEXT_SUFFIXES:
        return [read_text(path, shown_name)]
    with open_package(path) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        part = dict(package.read_relations("").values()).get("officeDocument", "")
        has_sheets = any(name.startswith("xl/") for name in package.parts)
        is_ours = not part.endswith(".bin") and (part or has_sheets)
        tree = package.read_tree(part) if is_ours else Element("other")
        entries = tree.findall("{*}sheets/{*}sheet")
        if not tree.tag.endswith("}workbook") or not entries:
            raise WorkbookError(*NO_BOOK)
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

    def __init__(self, package: Package, tree: Element, relations: Relations) -> None:
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
            int(each.get("numFmtId", "0")): AT_ZERO.sub("", each.get("formatCode", ""))
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
    """openpyxl's parser of a sheet; `rows` are its cells, a formula's with its stored result."""

    def __init__(self, book: Book) -> None:
        epoch = CALENDAR_MAC_1904 if book.is_1904 else CALENDAR_WINDOWS_1900
        dates = {number for number, reader in enumerate(book.readers) if reader is None}
        super().__init__(io.BytesIO(), book.texts, True, epoch, dates, book.durations)
        self.book = book
        self.rows, self.struck = defaultdict[int, dict[int, CellValue]](dict), set[int]()

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
                    is_inside = 0 < row <= MOST_ROWS and 0 < column <= MOST_COLUMNS
                    if column in self.rows[row] or not is_inside:
                        raise WorkbookError(*DAMAGED)
                    self.rows[row][column] = cell["value"]
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
                self.book.zeros.append((self.rows[cell["row"]], cell["column"]))
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
    hidden = [each for each in around.iterfind("{*}cols/{*}col") if each.get("hidden") in TRUE]
    spans = [range(int(c.get("min", "0")), int(c.get("max", "0")) + 1) for c in hidden]
    merged = [each.get("ref", "") for each in around.iterfind("{*}mergeCells/{*}mergeCell")]
    return Traits(
        hidden_rows=tuple(sorted(rows)),
        struck_rows=tuple(sorted(parser.struck)),
        hidden_columns=tuple(sorted({c for s in spans if s.stop <= MOST_COLUMNS for c in s})),
        is_filtered=any(each.find("{*}autoFilter/{*}filterColumn") is not None for each in filters),
        merged=tuple(  # whole columns or rows too, such as A:A
            (top or 1, left or 1, bottom or MOST_ROWS, right or MOST_COLUMNS)
            for left, top, right, bottom in map(range_boundaries, merged)
        ),
        comments=tuple(told),
        margins=tuple(each.text or "" for each in around.iterfind("{*}headerFooter/*")),
    )


def _choose_reader(code: str) -> NumberReader | None:
    """Return how a number is read that is shown in a format; None for a date or a duration."""
    if len(code) > LONGEST_CODE:
        raise refuse("et talformat i den er længere, end Excel tillader")
    if MASK.fullmatch(code) and QUOTED.sub("", code).count("0") > 1:
        return partial(_read_masked, MASK_PART.findall(code))
    first = code.partition(";")[0]
    shown = QUOTED.sub("", first)
    words = "".join(map("".join, LITERAL.findall(CURRENCY.sub(r'"\1"', first))))
    if UNIT.search(words) and HOLDS_NUMBER.search(first) and not SCALE.search(shown):
        return Foreign
    if "%" in QUOTED.sub("", code):
        return Percent
    return None if is_date_format(shown.lower()) else _read_plain


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
    if path.stat().st_size > 10 * MOST_TREE_BYTES:
        raise refuse("den er større, end noget udtræk er", COPY_TABLE)
    text, encoding = _decode(path.read_bytes())
    if GARBLED.search(text):
        raise WorkbookError(*BROKEN_LETTERS)
    sign, rows = _split(text)
    told = f"Læst som {NAMES[encoding]} med {SIGNS.get(sign, 'intet tegn')} mellem felterne."
    filled = {
        number: {n: AS_TEXT.sub(r"\1", c) for n, c in enumerate(cells, 1) if not is_blank(c)}
        for number, cells in enumerate(rows, 1)
        if not all(map(is_blank, cells))
    }
    return Sheet(shown_name, "", False, False, filled, Traits(read_as=told))


def _decode(content: bytes) -> tuple[str, str]:
    """Return a file's text and its encoding: by its mark, as UTF-8, else as Windows does."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8-sig")
    if content.startswith((b"PK\x03\x04", OLE_START)):
        advice = "Giv den sit rigtige navn tilbage, eller gem den som .xlsx fra Excel."
        raise WorkbookError("Filen er et regneark, der hedder .csv.", advice)
    refuse_page(content[: 1 << 12])
    if b"\0" in content and encoding != "utf-16":
        raise WorkbookError("Filen er ikke en tekstfil.", AS_UTF8)
    with suppress(UnicodeDecodeError):
        return content.decode(encoding), encoding
    text = content.decode("cp1252", "replace")
    if USUAL.fullmatch(text):
        return text, "cp1252"
    fits = [told for each, told in OTHERS.items() if USUAL.fullmatch(content.decode(each))]
    what = f" Den ligner en fil fra {' eller '.join(fits)}." if fits else ""
    message = "Filens tegn kan ikke læses: den er hverken UTF-8 eller Windows-1252."
    raise WorkbookError(f"{message}{what}", AS_UTF8)


def _split(text: str) -> tuple[str, list[list[str]]]:
    """Return the separator that gives most rows the same number of cells, and the rows."""
    ranked, broken, is_uneven = list[Split](), list[Split](), False
    for sign in SIGNS:
        kept = ranked
        try:
            rows = [*csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)]
        except csv.Error:
            rows, kept = [line.split(sign) for line in text.splitlines()], broken
        widths = Counter(len(cells) for cells in rows if any(cells))
        width, count = next(((w, n) for w, n in widths.most_common() if w > 1), (0, 0))
        if count and count >= LEAST_SHARE * (widths.total() - widths[1]):
            kept.append((count / widths.total(), width, sign, rows))
        is_uneven |= count > widths[1]
    column = (0.0, 1, "", [[line] for line in text.splitlines()])
    share, width, sign, rows = max(ranked, default=column)
    fault = "" if ranked or text.strip() else "Filen er tom."
    if is_uneven and not ranked:
        fault = "Rækkerne har ikke lige mange felter."
    if any(each[0] >= share and each[1] > width for each in broken):
        fault = "Et anførselstegn i filen står alene."
    if fault:
        raise WorkbookError(fault, "Hent udtrækket igen, eller gem den som .xlsx fra Excel.")
    alike = [SIGNS[each[2]] for each in ranked if each[:2] == (share, width)]
    if len(alike) > 1:
        advice = "Hent udtrækket med semikolon mellem felterne, eller som .xlsx."
        raise WorkbookError(f"Felterne kan være adskilt af {' eller '.join(alike)}.", advice)
    for number, cells in enumerate(rows, 1):
        if any("\n" in cell and cell.count(sign) >= width - 1 for cell in cells):
            message = f"Et anførselstegn står måske alene omkring række {number}."
            raise WorkbookError(message, "Ret feltet, eller hent udtrækket som .xlsx.")
    return sign, rows
