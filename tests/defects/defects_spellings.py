"""Defects of spelling: what a person types, pastes or formats, and no reader may bend."""

from datetime import date, datetime

from catalogue import ONE, change, defect
from openpyxl.worksheet.worksheet import Worksheet

DATES = ("%d-%m-%Y 00:00:00", "%d.%m.%Y 00.00", "%d–%m–%Y", "%Y/%m/%d")


@defect("jobs")
def dates_with_midnight_dashes_and_weekdays(sheet: Worksheet) -> None:
    days = [cell.value for cell in sheet["F"][1:]]
    for row, (day, spelling) in enumerate(zip(days, DATES, strict=False), 2):
        sheet[f"F{row}"] = f"{day:{spelling}}"
    sheet["F9"], sheet["F10"], sheet["F11"] = (
        "25 februar 2019",
        "mandag den 4. marts 2019",
        "d. 11. mar. 2019",
    )


change("a_date_whose_serial_number_became_text", "jobs", ["cell.date F2"], ONE, F2="43500")
change("a_month_without_a_day", "jobs", ["cell.date F2"], ONE, F2="april 2019")
change("percentages_in_words", "jobs", I2="80 pct.", I3="80 procent", I4="80 PCT")
change("a_number_that_is_but_a_sign_without_width", "jobs", ["cell.id A2"], ONE, A2="\u200b")


@defect("jobs")
def signs_without_width_in_cells_that_may_be_blank(sheet: Worksheet) -> None:
    sheet["G2"], sheet["K2"], sheet["D2"] = "\u200b", "\ufeff", "\u200b\xa0"


@defect("jobs", ["cell.id A2", "cell.enterprise C3"], (11, 8, 2, 1))
def danish_error_values_pasted_as_text(sheet: Worksheet) -> None:
    sheet["A2"], sheet["C3"] = "#I/T", "#REFERENCE!"


@defect("jobs", ["cell.id A2", "cell.id A3"], (11, 8, 2, 1))
def numbers_that_got_decimals(sheet: Worksheet) -> None:
    sheet["A2"], sheet["A3"] = "1.0", 2.5


change("a_personal_number_with_a_fraction", "jobs", ["cell.person B2"], ONE, B2=7101801234.5)


@defect("agreements", ["row.repeated A3"], ONE)
def the_same_number_with_other_capitals_and_a_blank(sheet: Worksheet) -> None:
    sheet["A3"] = "a -1"


@defect("jobs", ["id.lost_zeros A11"], ONE, is_same=False)
def a_number_with_a_zero_too_many(sheet: Worksheet) -> None:
    for row in range(2, 11):
        sheet[f"A{row}"] = f"0{row:04d}"
    sheet["A11"] = "000142"


@defect("jobs", is_same=False)
def personal_numbers_formatted_with_a_hyphen(sheet: Worksheet) -> None:
    for row in range(2, 12):
        sheet[f"B{row}"] = int(str(sheet[f"B{row}"].value).replace("-", ""))
        sheet[f"B{row}"].number_format = r"000000\-0000"


@defect("jobs", is_same=False)
def numbers_whose_letters_are_in_their_format(sheet: Worksheet) -> None:
    for row in range(2, 12):
        sheet[f"A{row}"], sheet[f"A{row}"].number_format = row, '"J-"0000'


change("a_yes_with_a_letter_of_another_alphabet", "jobs", ["cell.flag L2"], ONE, L2="j\u0430")


@defect("jobs", ["cell.date F2"], ONE)
def a_moment_where_a_day_is_wanted(sheet: Worksheet) -> None:
    sheet["F2"] = datetime.combine(date(2019, 1, 7), datetime.min.time().replace(hour=13))


@defect("courses", ["warning course.overlap K3"], is_same=False)
def a_course_that_begins_before_the_last_one_ended(sheet: Worksheet) -> None:
    headings = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(3, headings["CPR-nr."]).value = sheet.cell(2, headings["CPR-nr."]).value


@defect("jobs", ["warning job.same A3"], is_same=False)
def one_job_under_two_numbers(sheet: Worksheet) -> None:
    for letter in "BCF":
        sheet[f"{letter}3"] = sheet[f"{letter}2"].value


@defect("jobs", ["warning health.cpr_in_comments C2", "warning health.comments"])
def a_personal_number_in_a_comment(sheet: Worksheet) -> None:
    from openpyxl.comments import Comment

    sheet["C2"].comment = Comment("Se 010180-1234", "x")
