"""Every cell of every workbook is what openpyxl finds in it, but for what `raw_cells` lists."""

import re
from ast import literal_eval
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from time import process_time

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.styles.numbers import BUILTIN_FORMATS

from raw_cells import read_ours, read_raw
from socok_analysis.workbook.cells import CellError, Foreign, Uncalculated
from socok_analysis.workbook.read import read_file
from workbooks import ROOT, change_part, read_parts, write_book, write_parts

SHEET = "xl/worksheets/sheet1.xml"
EXAMPLES = sorted((ROOT / "data" / "raw").glob("*/*.xlsx"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_cell_of_the_examples_is_the_one_openpyxl_finds(path):
    ours = read_ours(path)
    assert ours == read_raw(path) and any(ours.values())


TEXTS = (
    "tekst| to  blanke |æøå ÆØÅ é|x < y & z > \"q\" 'p'|to\nlinjer|\ttab|=ikke|00142|1.234,5|NA|"
    '#N/A|#DIV/0!|TRUE||   |\xa0|😀|e\u0301|_x0041_|a_x000D_b|_xD83D_|=1+1|=""'
)
DAYS = "2019-04-03T14:30:05|1900-01-01T00:00|1900-02-28T00:00|1900-03-01T00:00"
FIGURES = "0|1|-1|7.5|1e-9|1e300|12345678901234567890|0.30000000000000004|123456789012345.0"
VALUES = [
    *TEXTS.split("|"),
    *map(literal_eval, FIGURES.split("|")),
    *map(datetime.fromisoformat, DAYS.split("|")),
    *(date(2019, 4, 3), time(13, 45, 1), timedelta(hours=60), timedelta(hours=1, seconds=1)),
    *(True, False, "x" * 5000),
]
FORMATS = (
    "General|0|00000|0000000000|0%|0.00 %|000000\\-0000|dd-mm-yyyy|d. mmmm yyyy|[h]:mm|[hh]:mm:ss|"
    "mm:ss|h:mm|[Red]0|[$-406]d. mmmm yyyy|[Blue]0.0;[Red]-0.0|0.00E+00|# ?/?|@|_-* #,##0_-|0\\d|"
    'yyyy|"dage" 0|0" %"|#,##0 "t.kr."|[$€-2] #,##0|#,##0,"t.kr."|0.0 "mio. kr."|#,##0 "EUR"|'
    '0 "kr."|[=0]?;0%'
)
NUMBER_FORMATS = [*FORMATS.split("|"), *BUILTIN_FORMATS.values()]
FRACTIONS = "0.5|0.999999999|43558.604|-0.5|0.00001|43558.999999|1e12"
WHOLE = "0|1|42|59|60|61|43558|2958465|2958466|-1"
NUMBERS = [*map(int, WHOLE.split("|")), *map(float, FRACTIONS.split("|"))]


def write_zoo(path, epoch=None):
    book = openpyxl.Workbook()
    book.epoch = epoch or book.epoch
    for number, value in enumerate(VALUES, 1):
        book.active.cell(number, 1 + number % 3).value = value
    for column, shown in enumerate(NUMBER_FORMATS, 5):
        for row, number in enumerate(NUMBERS, 2):
            cell = book.active.cell(row, column)
            cell.value, cell.number_format = number, shown
    font = InlineFont(b=True)
    book.active["Z99"] = CellRichText("to ", TextBlock(font, "dele & "), TextBlock(font, "<flere>"))
    book.create_sheet("Tom")
    book.create_sheet("Åben & <skjult>").append(["x", None, 3])
    book.worksheets[2].sheet_state = "hidden"
    book.create_chartsheet("Diagram").add_chart(BarChart())
    book.save(path)
    return path


@pytest.mark.parametrize("epoch", [None, openpyxl.utils.datetime.MAC_EPOCH], ids=["1900", "1904"])
def test_every_kind_of_cell_is_the_one_openpyxl_finds_without_a_warning(tmp_path, epoch, recwarn):
    path = write_zoo(tmp_path / "zoo.xlsx", epoch)
    change_part(path, SHEET, "</worksheet>", '<extLst><ext uri="x"/></extLst></worksheet>')
    ours = read_ours(path)
    assert not recwarn.list and ours == read_raw(path)


def write_other_zoo(path, **options):
    """Write much the same as XlsxWriter does: shared strings, stored results, rich text."""
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet("Ark 1")
    bold = book.add_format({"bold": True})
    for row, value in enumerate(VALUES):
        if isinstance(value, str) and value[:1] != "=" and "_x" not in value:
            sheet.write_string(row, row % 4, value)
        elif isinstance(value, (int, float)) and value < 1e16:
            sheet.write(row, row % 4, value)
    sheet.write_rich_string(60, 0, "to ", bold, "dele & ", "<flere>")
    results = [37, 0.5, "tekst & <mere>", "", "#N/A", "#DIV/0!", True, False, "TRUE"]
    for row, result in enumerate(results, 61):
        sheet.write_formula(row, 1, '=IF(A1<"x",1,2)', None, result)
    sheet.write_array_formula("D62:D63", "{=A1:A2}", None, 5)
    sheet.write_blank(70, 0, None, bold)
    sheet.write_number(71, 0, 0.25, book.add_format({"num_format": 9}))
    sheet.write_number(72, 0, 43558, book.add_format({"num_format": 14}))
    sheet.write_number(73, 0, 2.5, book.add_format({"num_format": 46}))
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": "='Ark 1'!$A$1:$A$2"})
    book.add_chartsheet("Diagram").set_chart(chart)
    book.close()
    return path


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}, {"date_1904": True}], ids=str)
def test_what_another_program_writes_is_read_alike(tmp_path, options):
    path = write_other_zoo(tmp_path / "zoo.xlsx", **options)
    assert read_ours(path) == read_raw(path)


CELLS = [["Navn", "Tal", "Dato"], ["a < b & c > d", 1.5, date(2019, 4, 3)]]
CELLS += [[None, 2, "ø"], [None, True]]


def drop_places(text):
    """Leave out every place; the gaps must then be there as empty cells."""
    text = text.replace('<c r="B3"', '<c/><c r="B3"').replace('<c r="B4"', '<c/><c r="B4"')
    return re.sub(r'(<(?:c|row))( [^>]*?)?\s?\br="\w+"', r"\1\2", text)


def add_prefix(text):
    text = re.sub(r"<(/?)(?=[A-Za-z])", r"<\1x:", text)
    return text.replace("xmlns=", "xmlns:x=", 1)


def encode(text):
    text = re.sub(r"^<\?xml[^>]*\?>\s*", '\ufeff<?xml version="1.0" encoding="UTF-16"?>', text)
    return text.encode("utf-16-le")


SHEETS_OWN: dict[str, Callable[[str], str | bytes]] = {
    "comments": lambda text: text.replace("<row", "<!-- <c r='A9'><v>1</v></c> --><row"),
    "extensions": lambda text: text.replace("</c>", "<extLst><ext><v>9</v></ext></extLst></c>"),
    "places left out": drop_places,
}
WAYS = SHEETS_OWN | {"prefix": add_prefix, "utf-16": encode, "mark": lambda text: "\ufeff" + text}


def rewrite(path, parts, way):
    found = read_parts(path)
    for name in parts:
        text = way(found[name].decode())
        assert text != found[name].decode()
        found[name] = text.encode() if isinstance(text, str) else text
    write_parts(path, found)


def make_strict(text):
    strict, usual = "http://purl.oclc.org/ooxml", "http://schemas.openxmlformats.org"
    text = text.replace(f"{usual}/spreadsheetml/2006/main", f"{strict}/spreadsheetml/main")
    return text.replace(f"{usual}/officeDocument/2006/", f"{strict}/officeDocument/")


def test_a_package_in_the_strict_dialect_is_read_like_any_other(tmp_path):
    path = write_other_zoo(tmp_path / "a.xlsx")
    before = read_ours(path)
    parts = ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"]
    rewrite(path, [*parts, "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml"], make_strict)
    assert read_ours(path) == before


def test_parts_are_found_whatever_their_capitals_and_folders(tmp_path):
    path = write_other_zoo(tmp_path / "a.xlsx")
    before, found = read_ours(path), read_parts(path)
    upper = {name.upper() if "sheet" in name else name: text for name, text in found.items()}
    assert read_ours(write_parts(path, upper)) == before
    windows = {name.replace("/", "\\"): text for name, text in found.items()}
    assert read_ours(write_parts(path, windows)) == before
    write_parts(path, upper | {"xl/looks.xml": found["xl/styles.xml"]})
    change_part(path, "xl/_rels/workbook.xml.rels", "styles.xml", "/xl/looks.xml")
    assert read_ours(path) == before


def test_a_workbook_without_styles_is_read(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"Ark1": [["a", 7]]})
    change_part(path, "xl/_rels/workbook.xml.rels", "/styles", "/none")
    assert read_ours(path) == {"Ark1": {(1, 1): ("str", "a"), (1, 2): ("number", 7)}}


STORED = [
    ('t="inlineStr"><v>tekst</v>', "tekst"),
    ('t="inlineStr"><f>B1</f><v>tekst</v>', "tekst"),
    ('t="inlineStr"><v>0</v><is><t>tekst</t></is>', "tekst"),
    ('t="inlineStr"><is/><v>tekst</v>', "tekst"),
    ('s="" t=""><v>5</v>', 5),
    ("><v>1.0</v>", 1),
    ('t="d"><v>2019-04-03T12:30:00</v>', datetime(2019, 4, 3, 12, 30)),
    ('t="str"><f>B1</f><v></v>', None),
    ('t="str"><f>B1</f>', None),
    ("><f>B1</f>", Uncalculated()),
    ('><f t="shared" si="0"/><v/>', Uncalculated()),
    ('><f t="shared" si="0"/><v>3</v>', 3),
    ('t="e"><f>B1</f><v>#REF!</v>', CellError("#REF!")),
    ('t="e"><v>#N/A</v>', CellError("#N/A")),
]


@pytest.mark.parametrize(("cell", "value"), STORED)
def test_a_cell_is_read_as_it_was_stored(tmp_path, cell, value):
    path = write_book(tmp_path / "a.xlsx", {"Ark1": [["x"]]})
    rewrite(path, [SHEET], lambda text: re.sub("<c .*</c>", f'<c r="A1" {cell}</c>', text))
    (sheet,) = read_file(path, "a.xlsx")
    assert sheet.row(1).get(1) == value


SHOWN = [
    (1.5, "[HH]", timedelta(hours=36)),
    (1.5, "[=0]?;[hh]:mm", timedelta(hours=36)),
    (0.25, '[=0]"";hh:mm', time(6)),
    (7, "_-* #,##0.00\\ _€_-;\\-* #,##0.00\\ _€_-", 7),  # a blank as wide as the sign
    (7, "_-* #,##0.00\\ €_-", Foreign(7)),
    (-7, "0000", -7),
]


@pytest.mark.parametrize(("number", "code", "value"), SHOWN)
def test_a_number_is_read_as_its_format_shows_it(tmp_path, number, code, value):
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("A").write(0, 0, number, book.add_format({"num_format": code}))
    (sheet,) = read_file(tmp_path / "a.xlsx", "a.xlsx")
    assert (type(sheet.row(1)[1]), sheet.row(1)[1]) == (type(value), value)


def test_whole_columns_and_rows_can_be_merged(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"Ark1": [["x", None, 1]]})
    merged = '<mergeCells><mergeCell ref="A:B"/><mergeCell ref="3:4"/></mergeCells>'
    change_part(path, SHEET, "</sheetData>", f"</sheetData>{merged}")
    (sheet,) = read_file(path, "a.xlsx")
    assert sheet.row(1) == {1: "x", 3: 1}
    assert sheet.traits.merged == ((1, 1, 1_048_576, 2), (3, 1, 4, 16_384))


@pytest.mark.parametrize("stored", ["0", "0.0", ""])
@pytest.mark.parametrize("style", ["", ' s="1"'])
def test_a_zero_is_no_result_where_the_workbook_asks_to_be_calculated(tmp_path, stored, style):
    path = write_book(tmp_path / "a.xlsx", {"Ark1": [[0], [date(2019, 1, 1)]]})
    cell = f'<c r="A1"{style}><f>B1</f><v>{stored}</v></c>'
    rewrite(path, [SHEET], lambda text: re.sub("<c .*?</c>", cell, text, count=1))
    change_part(path, "xl/workbook.xml", 'fullCalcOnLoad="1"', "")
    (calm,) = read_file(path, "a.xlsx")
    assert (calm.row(1)[1] == Uncalculated()) == (stored == "")
    change_part(path, "xl/workbook.xml", "<calcPr", '<calcPr fullCalcOnLoad="1"')
    (stale,) = read_file(path, "a.xlsx")
    assert stale.row(1) == {1: Uncalculated()}
    other = '<c r="B1"><f>1+1</f><v>2</v></c></row>'
    rewrite(path, [SHEET], lambda text: text.replace("</row>", other, 1))
    (told,) = read_file(path, "a.xlsx")
    assert told.row(1) == calm.row(1) | {2: 2}


def test_excels_own_escapes_are_undone_once(tmp_path):
    texts = ["_x0041_", "a\rb", "_x000D_", "\x01", "_xD83D_", "_x00_"]
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("A").write_column(0, 0, texts)
    (sheet,) = read_file(tmp_path / "a.xlsx", "a.xlsx")
    assert [cells[1] for cells in sheet.rows.values()] == texts


def test_a_stated_last_row_far_below_is_not_walked_to(tmp_path):
    path = write_book(tmp_path / "a.xlsx", {"Ark1": CELLS})
    before = read_ours(path)
    change_part(path, SHEET, '<dimension ref="A1:C4"', '<dimension ref="A1:XFD1048576"')
    start = process_time()
    assert read_ours(path) == before and process_time() - start < 1


@pytest.mark.parametrize("way", WAYS)
def test_the_same_cells_are_read_however_the_xml_is_written(tmp_path, way):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd-mm-yyyy"}) as book:
        sheet = book.add_worksheet("Ark1")
        for row, cells in enumerate(CELLS):
            sheet.write_row(row, 0, ["" if value is None else value for value in cells])
    before = read_ours(path)
    assert len(before["Ark1"]) == 9
    rewrite(path, [SHEET, *([] if way in SHEETS_OWN else ["xl/sharedStrings.xml"])], WAYS[way])
    assert read_ours(path) == before
