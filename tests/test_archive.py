"""Packages no spreadsheet program writes: each is refused in Danish, in bounded time and memory."""

import re
import struct
import tracemalloc
import zipfile
from time import process_time

import pytest
import xlsxwriter

import workbooks as wb
from raw_cells import list_cells
from socok_analysis.intake.tidy import tidy_year
from socok_analysis.workbook import read
from socok_analysis.workbook.read import WorkbookError, read_file

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"
STYLE, SHARED = ' s="1"', ' t="s"'


def make_book(tmp_path, **parts):
    """Write a small workbook with some parts replaced (`sheet`, `strings`) or added by name."""
    path = tmp_path / "bog.xlsx"
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet("Ark1").write_row(0, 0, ["a", 1])
    book.close()
    names = {"sheet": SHEET, "strings": STRINGS}
    changed = {names.get(name, name): text for name, text in parts.items()}
    found = wb.read_parts(path) | {
        name: text.encode() if isinstance(text, str) else text for name, text in changed.items()
    }
    return wb.write_parts(path, found)


def refuse(path):
    with pytest.raises(WorkbookError) as caught:
        read_file(path, "bog.xlsx")
    assert caught.value.advice.endswith((".", "?"))
    return caught.value


def read_cells(path):
    (sheet,) = read_file(path, "bog.xlsx")
    return {place: value for place, (_, value) in list_cells(sheet).items()}


def measure_refusal(path):
    """Return the most bytes held while the file is refused; all imports are done before."""
    tracemalloc.start()
    try:
        refuse(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def sheet_of(*rows):
    return HEAD + "".join(rows) + TAIL


def cell(place, value="1", attributes=""):
    return f'<c r="{place}"{attributes}><v>{value}</v></c>'


# What swells


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = make_book(tmp_path, sheet=HEAD.encode() + b" " * 60_000_000)
    assert "svulmer op" in str(refuse(path)) and measure_refusal(path) < 3_000_000


def test_a_package_that_would_fill_the_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_BYTES", 1_000)
    assert "fylder den" in str(refuse(make_book(tmp_path)))


def test_a_part_that_lies_about_its_size_is_read_no_further_than_it_says(tmp_path):
    path = make_book(tmp_path, sheet=HEAD.encode() + b" " * 19_000_000 + TAIL.encode())
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        entry = package.getinfo(SHEET)
    true, false = (struct.pack("<I", size) for size in (entry.file_size, 500))
    path.write_bytes(bytes(content).replace(true, false))
    assert "beskadiget" in str(refuse(path)) and measure_refusal(path) < 6_000_000


def test_a_package_of_thousands_of_parts_is_refused(tmp_path):
    path = make_book(tmp_path)
    wb.write_parts(path, wb.read_parts(path) | {f"xl/media/{n}": b"" for n in range(5_001)})
    assert "dele" in str(refuse(path))


def test_thousands_of_empty_formatted_cells_hold_nothing_and_do_no_harm(tmp_path):
    cells = "".join(f'<c r="{letter}%d" s="0"/>' for letter in "ABCDEFGHIJ")
    row = f'<row r="%d">{cells}</row>'
    empty = "".join(row % ((n,) * 11) for n in range(2, 10_000))
    path = make_book(tmp_path, sheet=sheet_of(f'<row r="1">{cell("A1")}</row>', empty))
    assert read_cells(path) == {(1, 1): 1}


def test_a_filled_far_corner_is_read_as_the_one_cell_it_is(tmp_path):
    far = f'<row r="1048576">{cell("XFD1048576", "7")}</row>'
    path = make_book(tmp_path, sheet=sheet_of(f'<row r="1">{cell("A1")}</row>', far))
    assert read_cells(path) == {(1, 1): 1, (1048576, 16384): 7}


def test_a_sheet_spread_over_far_more_places_than_any_export_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_PLACES", 1)
    assert "rækker og" in str(refuse(make_book(tmp_path)))


IMPOSSIBLE = [
    *(cell(place) for place in ("XFE1", "A1048577", "ZZZZZ1", "A0", "A99999999", "A", "1")),
    *(cell("A1", value) for value in ("abc", "nan", "inf", "1e999", "1,5", "0x10")),
    *(cell("A1", index, SHARED) for index in ("99", "-1", "x", "1e3")),
    cell("A1") + cell("A1", "2"),
]


@pytest.mark.parametrize("cells", IMPOSSIBLE)
def test_cells_beyond_the_grid_twice_no_number_or_of_no_shared_string_are_damage(tmp_path, cells):
    path = make_book(tmp_path, sheet=sheet_of(f'<row r="1">{cells}</row>'))
    assert "beskadiget" in str(refuse(path))


# What lies


@pytest.mark.parametrize("count", ["4294967295", "0", "-1", "x"])
def test_a_lying_count_of_shared_strings_is_not_believed(tmp_path, count):
    strings = f'<sst xmlns="{MAIN}" count="{count}" uniqueCount="{count}"><si><t>æ</t></si></sst>'
    sheet = sheet_of(f'<row r="1">{cell("A1", "0", SHARED)}</row>')
    assert read_cells(make_book(tmp_path, strings=strings, sheet=sheet)) == {(1, 1): "æ"}


# What the XML does


def spoil_part(path, part, change):
    parts = wb.read_parts(path)
    changed = change(parts[part])
    assert changed != parts[part]
    return wb.write_parts(path, parts | {part: changed})


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml"])
def test_entities_are_refused_unread(tmp_path, part):
    bomb = rb'\1<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = make_book(tmp_path)
    spoil_part(path, part, lambda text: re.sub(rb"^(<\?xml[^>]*>)?", bomb, text, count=1))
    assert "entiteter" in str(refuse(path))


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_xml_nested_thousands_deep_is_refused(tmp_path, part):
    deep = b"<x>" * 100_000 + b"</x>" * 100_000 + b"</"
    path = make_book(tmp_path)
    spoil_part(path, part, lambda text: deep.join(text.rsplit(b"</", 1)))
    assert "indlejret" in str(refuse(path))


def write_format(tmp_path, code):
    """Write a workbook with a number format that its one number is shown in."""
    path = make_book(tmp_path, sheet=sheet_of(f'<row r="1">{cell("A1", "7", STYLE)}</row>'))
    parts = wb.read_parts(path)
    formats = f'<numFmts><numFmt numFmtId="200" formatCode="{code}"/></numFmts>'.encode()
    styles = parts["xl/styles.xml"].replace(b"<fonts", formats + b"<fonts", 1)
    styles = styles.replace(b"</cellXfs>", b'<xf numFmtId="200"/></cellXfs>')
    return wb.write_parts(path, parts | {"xl/styles.xml": styles})


@pytest.mark.parametrize("code", ["[" * 200_000, "0-" * 100_000 + "x", "&quot;" * 200_001])
def test_an_endless_number_format_is_refused(tmp_path, code):
    assert "talformat" in str(refuse(write_format(tmp_path, code)))


LONG_CODES = ["0" * 900 + "x", "[" * 1000, "&quot;" * 999, "0," * 400, "[$a-" * 250, "[$" * 500]


@pytest.mark.parametrize("code", LONG_CODES)
def test_a_long_number_format_is_read_at_once(tmp_path, code):
    path = write_format(tmp_path, code)
    start = process_time()
    read_file(path, "bog.xlsx")
    assert process_time() - start < 1


def test_one_endless_text_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MOST_RATIO", 10**6)
    row = '<row r="1"><c r="A1" t="inlineStr"><is><t>' + "ab c" * 2_000_000 + "</t></is></c></row>"
    assert "meget stor" in str(refuse(make_book(tmp_path, sheet=sheet_of(row))))


BROKEN = '</sheetData> <row>|</c> |<v> <v|</worksheet> |<sheetData> <data>|</v> </w>|r="A r="\xff'


@pytest.mark.parametrize("change", BROKEN.split("|"))
def test_broken_xml_is_damage(tmp_path, change):
    path = wb.write_book(tmp_path / "bog.xlsx", {"Ark1": [["a", 1]]})
    old, new = (each.encode("latin-1") for each in change.split(" "))
    spoil_part(path, SHEET, lambda text: text.replace(old, new))
    assert "beskadiget" in str(refuse(path))


# What the package says of itself


@pytest.mark.parametrize(
    "name", ["../ud.xml", "xl/../../ud.xml", "/etc/x", "C:\\x", "xl\\..\\x", "xl/\x01"]
)
def test_a_name_that_leads_out_of_the_package_is_refused(tmp_path, name):
    path = make_book(tmp_path)
    wb.write_parts(path, wb.read_parts(path) | {name: b"x"})
    assert "peger ud" in str(refuse(path))


def test_a_relation_that_leads_out_of_the_package_is_damage(tmp_path):
    path, out = make_book(tmp_path), b"../../../../etc/hostname"
    rels = "xl/_rels/workbook.xml.rels"
    spoil_part(path, rels, lambda text: text.replace(b"worksheets/sheet1.xml", out))
    assert "beskadiget" in str(refuse(path))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", [SHEET, SHEET.upper()])
def test_two_parts_of_one_name_are_refused(tmp_path, name):
    path = make_book(tmp_path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(name, sheet_of())
    assert "samme navn" in str(refuse(path))


def test_a_part_with_a_password_is_refused_with_what_to_do(tmp_path):
    path = make_book(tmp_path)
    content = bytearray(path.read_bytes())
    at = content.index(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    assert "adgangskode" in str(refuse(path)) and "uden adgangskode" in refuse(path).advice


def test_an_unknown_compression_is_refused(tmp_path):
    path = make_book(tmp_path)
    wb.write_parts(path, wb.read_parts(path), zipfile.ZIP_LZMA)
    assert "ukendt måde" in str(refuse(path))


def test_an_encrypted_workbook_is_told_from_an_old_one(tmp_path):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    path = tmp_path / "bog.xlsx"
    path.write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + bytes(500))
    assert str(refuse(path)) == "Filen er beskyttet med adgangskode."
    path.write_bytes(ole)
    assert ".xls-format" in str(refuse(path))


@pytest.mark.parametrize("missing", [SHEET, "xl/workbook.xml", "_rels/.rels"])
def test_a_missing_part_is_damage(tmp_path, missing):
    path = make_book(tmp_path)
    parts = wb.read_parts(path)
    del parts[missing]
    assert "beskadiget" in str(refuse(wb.write_parts(path, parts)))


@pytest.mark.parametrize("step", [1, 7])
def test_a_workbook_with_any_byte_changed_is_read_or_refused_never_worse(tmp_path, step):
    path = wb.write_book(tmp_path / "bog.xlsx", {"Ark1": wb.as_cells("jobs", [wb.job(1)])})
    whole = path.read_bytes()
    for place in range(step, len(whole), 97):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << step)]) + whole[place + 1 :])
        try:
            read_file(path, "bog.xlsx")
        except WorkbookError as error:
            assert str(error) and error.advice


def test_a_sheet_of_nothing_but_headings_is_read_in_a_moment_and_each_is_told(tmp_path):
    root = wb.make_project(tmp_path, jobs=None)
    names = wb.HEADINGS["jobs"]
    cells = [[*names[n % len(names) :], *names[: n % len(names)]] for n in range(1500)]
    wb.write_book(root / "data/raw/2019/jobs.xlsx", {"Ark1": cells})
    start = process_time()
    told = [check for check, _ in wb.checks(tidy_year(root, 2019))]
    assert process_time() - start < 10 and 100 < told.count("table.second") < 1000


def test_a_hostile_workbook_stops_the_year_with_its_name_and_nothing_of_its_content(tmp_path):
    root = wb.make_project(tmp_path)
    wb.write_parts(root / "data/raw/2019/farlig.xlsx", {"../ud.xml": b"x"})
    assert wb.checks(wb.tidy(root)) == [("file.unreadable", "")]
