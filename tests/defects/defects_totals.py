"""Defects below and between the rows: totals of many names, totals of parts, notes."""

from catalogue import ROWS, defect
from openpyxl.worksheet.worksheet import Worksheet

END = ROWS + 1
NO_HOURS = (None,) * 5


def insert_total(sheet: Worksheet, row: int, label: str, hours: int, column: int = 1) -> None:
    """Insert a row that prints a sum of hours."""
    sheet.insert_rows(row)
    sheet.cell(row, column).value, sheet.cell(row, 8).value = label, hours


def print_parts(sheet: Worksheet, labels: tuple[str, str], column: int) -> None:
    """Insert a total after the first four jobs (10 hours) and one after the last six (45)."""
    insert_total(sheet, 6, labels[0], 10, column)
    insert_total(sheet, 13, labels[1], 45, column)


@defect("jobs", account=(14, 10, 0, 4))
def totals_as_the_subtotals_of_excel_print_them(sheet: Worksheet) -> None:
    print_parts(sheet, ("VeteranHaven I alt", "Sumak Total"), 3)
    insert_total(sheet, 14, "Hovedtotal", 55, 3)


@defect("jobs", account=(14, 10, 0, 4))
def totals_of_parts_that_are_named_no_better(sheet: Worksheet) -> None:
    print_parts(sheet, ("I alt", "I alt"), 1)
    insert_total(sheet, 14, "I alt", 55)


@defect("jobs", account=(14, 10, 0, 4))
def sums_of_parts_and_a_sum_of_sums(sheet: Worksheet) -> None:
    print_parts(sheet, ("Delsum", "Mellemsum:"), 2)
    insert_total(sheet, 14, "Sum i alt", 55)


@defect("jobs", ["total.differs H13"], (14, 10, 0, 4))
def a_total_of_a_part_that_is_wrong(sheet: Worksheet) -> None:
    print_parts(sheet, ("VeteranHaven i alt", "Sumak i alt"), 3)
    sheet["H13"] = 44
    insert_total(sheet, 14, "Hovedtotal", 55, 3)


@defect("jobs", ["total.differs H14"], (14, 10, 0, 4))
def a_grand_total_that_counts_the_last_part_alone(sheet: Worksheet) -> None:
    print_parts(sheet, ("Delsum", "Delsum"), 1)
    insert_total(sheet, 14, "Hovedtotal", 45)


@defect("jobs", account=(12, 10, 0, 2))
def a_total_in_one_word(sheet: Worksheet) -> None:
    sheet.append(["Ialt:", 10, *NO_HOURS, 55])


@defect("jobs", ["total.differs H12"], (12, 10, 0, 2))
def a_sum_that_is_wrong(sheet: Worksheet) -> None:
    sheet.append(["Sum", None, *NO_HOURS, 54])


@defect("enterprises", account=(12, 11, 0, 1), is_same=False)
def an_enterprise_named_as_a_total(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[END]])
    sheet["A12"] = "Energi Total"


@defect("jobs", ["info row.note A12", "info row.note A13"], (13, 10, 0, 3))
def footnotes_right_below_the_rows(sheet: Worksheet) -> None:
    sheet["A12"], sheet["A13"] = "* Timer er opgjort pr. uge", "Kilde: fagsystemet"


@defect("enterprises", ["warning row.note A13"], (13, 10, 0, 3))
def a_lone_name_below_a_blank_row(sheet: Worksheet) -> None:
    sheet["A13"] = "Nyt Sted"
