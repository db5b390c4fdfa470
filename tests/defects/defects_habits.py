"""Defects of habit: what people and other programs do to an export, and mean something by it."""

from datetime import time, timedelta

from catalogue import ONE, ROWS, change, day, defect
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet


@defect("jobs")
def dates_with_a_blank_before_the_year(sheet: Worksheet) -> None:
    first, second, third = day(1), day(2), day(3)
    sheet["F2"], sheet["F3"] = f"{first.day}/{first.month} 2019", f"d. {second:%d.%m} 2019"
    sheet["F4"] = f"{third.day}/{third.month}, 2019"


change(
    "a_date_with_a_blank_before_a_year_of_two_digits", "jobs", ["cell.date F2"], ONE, F2="7/1 19"
)


@defect("grants")
def amounts_as_kroner_are_written(sheet: Worksheet) -> None:
    sheet["C2"], sheet["C3"], sheet["C4"] = "kr. 1.000", "2.000,-", "3.000,- kr."
    sheet["C5"], sheet["C6"] = "DKK 4.000", "5.000 DKK"


@defect("grants", ["cell.number C2", "cell.number C3", "cell.number C4"], (11, 7, 3, 1))
def amounts_that_excel_shows_in_thousands_or_euros(sheet: Worksheet) -> None:
    for cell, shown in (("C2", '#,##0 "t.kr."'), ("C3", "[$€-2] #,##0"), ("C4", '0.0" mio."')):
        sheet[cell].number_format = shown


@defect("grants")
def amounts_that_excel_shows_shorter_than_they_are(sheet: Worksheet) -> None:
    for cell, shown in (("C2", '#,##0,"t.kr."'), ("C3", '#,##0 "kr."'), ("C4", "[$kr.-406] #,##0")):
        sheet[cell].number_format = shown


@defect("jobs", ["cell.number H2", "cell.number H3", "cell.number H4"], (11, 7, 3, 1))
def hours_written_as_a_clock(sheet: Worksheet) -> None:
    sheet["H2"], sheet["H3"], sheet["H4"] = timedelta(hours=37), time(7, 30), "37:30"


@defect("jobs", ["cell.text K2", "cell.text K3", "cell.text K4", "cell.text K5"], (11, 6, 4, 1))
def errors_of_newer_excels_pasted_as_text(sheet: Worksheet) -> None:
    for row, text in enumerate(("#BLOCKED!", "#FELT!", "#GETTING_DATA", "########"), 2):
        sheet[f"K{row}"], sheet[f"K{row}"].data_type = text, "s"


@defect("jobs", ["cell.id A2", "cell.id A3"], (11, 8, 2, 1))
def numbers_longer_than_excel_keeps(sheet: Worksheet) -> None:
    sheet["A2"], sheet["A3"] = 1234567890123456000, "1,23457E+18"


change("weeks_in_words", "attendance", B2="uge 14, 2019", B3="2019 uge 14", B4="Uge 14/2019")


@defect("courses", is_same=False)
def several_reasons_with_other_signs_between(sheet: Worksheet) -> None:
    sheet["P2"], sheet["P4"] = "Fleksjob, Sprogskole", "Fleksjob\nSprogskole"
    sheet["P6"] = "Fleksjob / Arbejdsprøvning/praktik 2"


@defect("courses", ["cell.codes P2"], ONE)
def several_reasons_of_which_one_is_unknown(sheet: Worksheet) -> None:
    sheet["P2"] = "Fleksjob, Sprogskol"


@defect("jobs", ["warning health.struck_rows 3"])
def rows_crossed_out(sheet: Worksheet) -> None:
    for cell in (*sheet[3], *sheet[6]):
        cell.font = Font(strike=True)


@defect("jobs", [f"row.incomplete C{row}" for row in (12, 13, 14)], (14, 10, 3, 1))
def running_numbers_prepared_for_more_rows(sheet: Worksheet) -> None:
    for row in (12, 13, 14):
        sheet[f"A{row}"] = f"{row - 1:05d}"


change("a_sum_without_a_word_for_it", "jobs", ["row.incomplete A12"], (12, 10, 1, 1), H12=55)


@defect("jobs", ["table.second A7"], (12, 5, 6, 1))
def headings_repeated_on_each_page(sheet: Worksheet) -> None:
    sheet.insert_rows(7)
    for cell in sheet[1]:
        sheet.cell(7, cell.column).value = cell.value


@defect("jobs", ["table.double"], (6, 5, 0, 1))
def a_sheet_for_each_half_of_the_year(sheet: Worksheet) -> None:
    half = sheet.parent.copy_worksheet(sheet)
    half.title = "2. halvår"
    half.delete_rows(2, 5)
    sheet.delete_rows(7, ROWS)


@defect(
    "jobs",
    [
        f"heading.unknown {letters}1"
        for letters in ("N", "O", "P", "Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "AA", "AB")
    ],
)
def many_more_columns_than_the_report_needs(sheet: Worksheet) -> None:
    for column in range(14, 29):
        sheet.cell(1, column).value = f"Felt {column}"


@defect("jobs", account=(13, 10, 0, 3))
def a_right_total_above_the_headings(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 2)
    sheet["A1"], sheet["H1"] = "I alt", 55


@defect("jobs", ["total.differs H1"], (13, 10, 0, 3))
def a_wrong_total_above_the_headings(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 2)
    sheet["A1"], sheet["H1"] = "I alt", 56


@defect("jobs", account=(12, 10, 0, 2))
def a_right_total_between_headings_and_rows(sheet: Worksheet) -> None:
    sheet.insert_rows(2)
    sheet["A2"], sheet["B2"], sheet["H2"] = "I alt", 10, 55


@defect("jobs", account=(13, 10, 0, 3))
def a_title_that_begins_as_a_total_does(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 2)
    sheet["A1"], sheet["B1"] = "I alt ansatte", 2019


change("a_number_with_an_apostrophe_that_stayed", "jobs", ["cell.id A2"], ONE, A2="'00001")
