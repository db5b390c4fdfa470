"""Packages no spreadsheet program writes: each is refused in Danish, in bounded time and memory."""

import re
import struct
import tracemalloc
import zipfile
from functools import partial
from time import process_time

import pytest
import xlsxwriter

import workbooks as wb
from conftest import NIGHT
from raw_cells import list_cells
from socok_analysis.workbook import read
from socok_analysis.workbook.read import WorkbookError, read_file

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
BOOK, STYLES, RELATIONS = "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"
SHARED = ' t="s"'


def make_book(tmp_path, **parts):
    """Write a small workbook with its sheet or its shared strings replaced."""
    path = tmp_path / "bog.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Ark1").write_row(0, 0, ["a", 1])
    names = {"sheet": SHEET, "strings": STRINGS}
    changed = {names[name]: text.encode() for name, text in parts.items()}
    return wb.write_parts(path, wb.read_parts(path) | changed)


def sheet_of(*rows):
    return HEAD + "".join(rows) + TAIL


def cell(place, value="1", attributes=""):
    return f'<c r="{place}"{attributes}><v>{value}</v></c>'


def refuse(path):
    with pytest.raises(WorkbookError) as caught:
        read_file(path, "bog.xlsx")
    assert caught.value.advice.endswith((".", "?"))
    return str(caught.value)


def read_cells(path):
    (sheet,) = read_file(path, "bog.xlsx")
    return {place: value for place, (_, value) in list_cells(sheet).items()}


def measure_refusal(path):
    """Return the most bytes held while the file is refused; all imports are done before."""
    tracemalloc.start()
    refuse(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = make_book(tmp_path, sheet=HEAD + " " * 60_000_000)
    assert "svulmer op" in refuse(path) and measure_refusal(path) < 3_000_000


def test_a_part_that_lies_about_its_size_is_read_no_further_than_it_says(tmp_path):
    path = make_book(tmp_path, sheet=HEAD + " " * 19_000_000 + TAIL)
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        entry = package.getinfo(SHEET)
    true, false = (struct.pack("<I", size) for size in (entry.file_size, 500))
    path.write_bytes(bytes(content).replace(true, false))
    assert "beskadiget" in refuse(path) and measure_refusal(path) < 6_000_000


def test_what_is_larger_than_any_export_is_refused(tmp_path, monkeypatch):
    path = make_book(tmp_path)
    for name, said in (("MOST_PLACES", "rækker og"), ("MOST_BYTES", "fylder den")):
        monkeypatch.setattr(read, name, 1)
        assert said in refuse(path)
    monkeypatch.undo()
    monkeypatch.setattr(read, "MOST_RATIO", 10**6)
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "ab c" * 2_000_000 + "</t></is></c></row>"
    assert "meget stor" in refuse(make_book(tmp_path, sheet=sheet_of(row)))


def test_empty_formatted_cells_and_a_filled_far_corner_are_read_as_what_they_hold(tmp_path):
    cells = "".join(f'<c r="{letter}{{0}}" s="0"/>' for letter in "ABCDEFGHIJ")
    empty = (f'<row r="{{0}}">{cells}</row>'.format(n) for n in range(2, 10_000))
    far = f'<row r="1048576">{cell("XFD1048576", "7")}</row>'
    sheet = sheet_of(f'<row r="1">{cell("A1")}</row>', *empty, far)
    assert read_cells(make_book(tmp_path, sheet=sheet)) == {(1, 1): 1, (1048576, 16384): 7}


@pytest.mark.parametrize("count", ["4294967295", "0", "x"])
def test_a_lying_count_of_shared_strings_is_not_believed(tmp_path, count):
    strings = f'<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}"><si><t>æ</t></si></sst>'
    sheet = sheet_of(f'<row r="1">{cell("A1", "0", SHARED)}</row>')
    assert read_cells(make_book(tmp_path, strings=strings, sheet=sheet)) == {(1, 1): "æ"}


def write_format(path, code):
    """Show the one number of a workbook in a format."""
    parts = wb.read_parts(path)
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'.encode()
    styles = parts[STYLES].replace(b"<fonts", formats + b"<fonts", 1)
    styles = styles.replace(b"</cellXfs>", b'<xf numFmtId="200"/></cellXfs>')
    sheet = sheet_of(f'<row r="1">{cell("A1", "7", " s=" + chr(34) + "1" + chr(34))}</row>')
    return wb.write_parts(path, parts | {STYLES: styles, SHEET: sheet.encode()})


LONG_CODES = ["0" * 900 + "x", "[" * 1000, "&quot;" * 999, "0," * 400, "[$a-" * 250, "[$" * 500]


@pytest.mark.parametrize("code", LONG_CODES)
def test_a_long_number_format_is_read_at_once_and_an_endless_one_refused(tmp_path, code):
    path = write_format(make_book(tmp_path), code)
    start = process_time()
    read_file(path, "bog.xlsx")
    assert process_time() - start < 1
    assert "talformat" in refuse(write_format(make_book(tmp_path), code * 200))


ENTITIES = rb'\1<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
DEEP = b"<x>" * 100_000 + b"</x>" * 100_000 + b"</"
BROKEN = "</sheetData> <row>|</c> |<v> <v|</worksheet> |<sheetData> <data>|</v> </w>|r="
BROKEN += '"A r="\xff|worksheets/sheet1.xml ../../../../etc/hostname'
IMPOSSIBLE = [
    *(cell(place) for place in ("XFE1", "A1048577", "ZZZZZ1", "A0", "A99999999", "A", "1")),
    *(cell("A1", value) for value in ("abc", "nan", "inf", "1e999", "1,5", "0x10")),
    *(cell("A1", index, SHARED) for index in ("99", "-1", "x", "1e3")),
    cell("A1") + cell("A1", "2"),
]


def replace_all(old, new, text):
    return text.replace(old.encode("latin-1"), new.encode("latin-1"))


def declare_entities(text):
    return re.sub(rb"^(<\?xml[^>]*>)?", ENTITIES, text, count=1)


def nest_deeply(text):
    return DEEP.join(text.rsplit(b"</", 1))


def list_spoilt():
    """Yield each part that no program writes, what is said of it, and the change that makes it."""
    yield from ((part, "entiteter", declare_entities) for part in (SHEET, STRINGS, BOOK, STYLES))
    yield from ((part, "indlejret", nest_deeply) for part in (SHEET, BOOK, STYLES))
    for change in BROKEN.split("|"):
        part = RELATIONS if "etc" in change else SHEET
        yield part, "beskadiget", partial(replace_all, *change.split(" "))
    for row in IMPOSSIBLE:
        text = sheet_of(f'<row r="1">{row}</row>').encode()
        yield SHEET, "beskadiget", lambda _, text=text: text


@pytest.mark.parametrize(("part", "said", "change"), list_spoilt())
def test_a_part_no_program_writes_is_refused(tmp_path, part, said, change):
    path = make_book(tmp_path)
    parts = wb.read_parts(path)
    assert (changed := change(parts[part])) != parts[part]
    assert said in refuse(wb.write_parts(path, parts | {part: changed}))


def test_a_name_that_leads_out_of_the_package_is_refused(tmp_path):
    path = make_book(tmp_path)
    parts = wb.read_parts(path)
    for name in ("../ud.xml", "xl/../../ud.xml", "/etc/x", "C:\\x", "xl\\..\\x", "xl/\x01"):
        assert "peger ud" in refuse(wb.write_parts(path, parts | {name: b"x"})), name


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [SHEET, SHEET.upper(), SHEET.replace("/", "\\")])
def test_two_parts_of_one_name_are_refused(tmp_path, name):
    path = make_book(tmp_path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(name, sheet_of())
    assert "samme navn" in refuse(path)


def test_an_odd_package_is_refused_with_what_to_do(tmp_path):
    path = make_book(tmp_path)
    parts, content = wb.read_parts(path), bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    assert "adgangskode" in refuse(path)
    assert "ukendt måde" in refuse(wb.write_parts(path, parts, zipfile.ZIP_LZMA))
    many = {f"xl/media/{n}": b"" for n in range(5_001)}
    assert "dele" in refuse(wb.write_parts(path, parts | many))
    for missing in (SHEET, BOOK, "_rels/.rels"):
        rest = {name: text for name, text in parts.items() if name != missing}
        assert "beskadiget" in refuse(wb.write_parts(path, rest))
    whole = make_book(tmp_path).read_bytes()  # its parts are said to begin before the file does
    path.write_bytes(whole[:-6] + struct.pack("<I", len(whole)) + whole[-2:])
    assert "beskadiget" in refuse(path)
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + bytes(500))
    assert refuse(path) == "Filen er beskyttet med adgangskode."
    path.write_bytes(ole)
    assert ".xls-format" in refuse(path)


@pytest.mark.parametrize("step", range(8) if NIGHT else [1, 7])
def test_a_workbook_with_any_byte_changed_is_read_or_refused_never_worse(tmp_path, step):
    path = wb.write_book(tmp_path / "bog.xlsx", {"Ark1": wb.as_cells("jobs", [wb.job(1)])})
    whole = path.read_bytes()
    for place in range(step, len(whole), 3 if NIGHT else 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << step)]) + whole[place + 1 :])
        try:
            read_file(path, "bog.xlsx")
        except WorkbookError as error:
            assert str(error) and error.advice


def test_a_sheet_of_nothing_but_headings_is_read_in_a_moment_and_each_is_told(tmp_path):
    names = wb.HEADINGS["jobs"]
    cells = [[*names[n % len(names) :], *names[: n % len(names)]] for n in range(1500)]
    root, start = wb.make_project(tmp_path, jobs=cells), process_time()
    told = [check for check, _ in wb.checks(wb.tidy(root))]
    assert process_time() - start < 10 and 100 < told.count("table.second") < 1000
