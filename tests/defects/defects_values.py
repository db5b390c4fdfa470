"""Defects of values: every spelling that is read, and every one that is refused by name."""

from datetime import date, datetime

from catalogue import ONE, change, defect, refuse
from openpyxl.worksheet.worksheet import Worksheet

from workbooks import cpr

DATES = ("%d-%m-%Y", "%d.%m.%Y", "%d/%m-%Y", "%d. %m. %Y", "%Y-%m-%d", " %d/%m/%Y\xa0")


@defect("jobs")
def dates_in_every_danish_spelling(sheet: Worksheet) -> None:
    days = [cell.value for cell in sheet["F"][1:]]
    for row, (day, spelling) in enumerate(zip(days, DATES, strict=False), 2):
        sheet[f"F{row}"] = f"{day:{spelling}}"
    sheet["F8"] = (days[6] - date(1899, 12, 30)).days
    sheet["F9"], sheet["F10"], sheet["F11"] = "25. februar 2019", "den 4. marts 2019", "11/3-2019"
    for row in range(2, 12):
        sheet[f"F{row}"].number_format = "General"


@defect("jobs")
def dates_of_a_1904_workbook(sheet: Worksheet) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    sheet.parent.epoch = CALENDAR_MAC_1904


refuse("a_vague_date", "jobs", "cell.date F2", "medio 2019")
refuse("a_year_of_two_digits", "jobs", "cell.date F2", "03-04-19")
refuse("a_day_that_does_not_exist", "jobs", "cell.date F2", "31-04-2019")
refuse("a_date_in_the_american_order", "jobs", "cell.date F2", "04/13/2019")


@defect("jobs", ["cell.date F2"], ONE)
def a_year_for_a_date(sheet: Worksheet) -> None:
    sheet["F2"], sheet["F2"].number_format = 2019, "General"


@defect("jobs", ["cell.date F2"], ONE)
def a_year_in_a_cell_for_dates(sheet: Worksheet) -> None:
    sheet["F2"], sheet["F2"].number_format = 2019, "dd-mm-yyyy"


refuse("a_date_far_in_the_future", "jobs", "cell.date F2", date(2919, 4, 3))
refuse("a_moment_for_a_date", "jobs", "cell.date F2", datetime(2019, 4, 3, 14, 30))
change("an_end_before_its_start", "jobs", ["row.order G2"], ONE, G2=date(2018, 1, 1))


@defect("grants")
def numbers_as_text(sheet: Worksheet) -> None:
    for row, text in enumerate(["1.000", "2.000,00", "3000 kr.", "4 000", "5000,0"], 2):
        sheet[f"C{row}"] = text


@defect("jobs", is_same=False)
def signs_for_a_missing_number(sheet: Worksheet) -> None:
    for row, sign in enumerate(["-", "..", ".", "x", "–"], 2):
        sheet[f"H{row}"] = sign


@defect("jobs")
def percentages_in_every_spelling(sheet: Worksheet) -> None:
    sheet["I2"], sheet["I3"], sheet["I4"] = "80 %", "80%", 0.8
    sheet["I4"].number_format = "0%"
    sheet["I5"] = "80,0"


refuse("a_share_without_its_percent_sign", "jobs", "cell.percent I2", 0.8)
refuse("a_number_hidden_for_being_small", "jobs", "cell.number H2", "<5")
refuse("a_decimal_point", "jobs", "cell.number H2", "7.5")
refuse("more_hours_than_a_week_has", "jobs", "cell.number H2", 370)
refuse("half_a_place", "agreements", "cell.whole C2", 8.5)


@defect("jobs")
def yes_and_no_in_every_spelling(sheet: Worksheet) -> None:
    texts = ["ja", "Nej", "J ", "n", "1", 0, True, False, "SAND", "falsk"]
    for row, text in enumerate(texts, 2):
        sheet[f"L{row}"] = text


@defect("jobs", is_same=False)
def crosses_for_yes_and_blanks_for_no(sheet: Worksheet) -> None:
    for row in range(2, 12):
        sheet[f"L{row}"] = "x" if row % 2 else None


refuse("neither_yes_nor_no", "jobs", "cell.flag L2", "måske")


@defect("jobs", ["cell.number H2"], ONE)
def an_error_cell(sheet: Worksheet) -> None:
    sheet["H2"], sheet["H2"].data_type = "#N/A", "e"


change("a_formula_never_calculated", "jobs", ["cell.number H2"], ONE, H2="=1+1")
refuse("a_new_spelling_of_an_enterprise", "jobs", "cell.enterprise C2", "Veteran-Haven")
refuse("an_enterprise_with_a_cyrillic_letter", "jobs", "cell.enterprise C2", "Sum\u0430k")


@defect("enterprises", ["cell.text A4"], (11, 9, 1, 1))
def an_enterprise_in_the_register_with_a_cyrillic_letter(sheet: Worksheet) -> None:
    sheet["A4"] = "St\u0435d 3"


@defect("jobs")
def blanks_around_between_and_hard(sheet: Worksheet) -> None:
    sheet["C2"], sheet["E2"], sheet["J2"], sheet["A2"] = (
        " Sumak\xa0",
        "Fleksjob ",
        "\tJobcenter",
        "00001 ",
    )


refuse("a_misspelt_code", "jobs", "cell.code E2", "Flexjob")
refuse("one_unknown_reason_among_two", "courses", "cell.codes P2", "Fleksjob; Noget andet")
change("an_end_without_a_reason", "courses", ["exit.no_reason P2"], ONE, P2=None)
change("a_reason_without_an_end", "courses", ["exit.no_date M3"], ONE, P3="Fleksjob")
refuse("sixty_minutes", "courses", "cell.whole O2", 60)
change("a_number_left_blank", "jobs", ["cell.id A2"], ONE, A2=None)
change("a_number_that_lost_its_zeros", "jobs", ["id.lost_zeros A2"], ONE, A2=1)


@defect("jobs")
def a_number_whose_format_shows_its_zeros(sheet: Worksheet) -> None:
    sheet["A2"], sheet["A2"].number_format = 1, "00000"


@defect("jobs")
def a_personal_number_that_lost_its_zero(sheet: Worksheet) -> None:
    for row in range(2, 12):
        sheet[f"B{row}"] = cpr(row - 1).replace("-", "")


refuse("a_personal_number_too_short", "courses", "cell.person A2", "610180-77")
refuse("a_personal_number_in_the_wrong_column", "jobs", "cell.text K2", cpr(7))
refuse("a_persons_name_in_the_wrong_column", "courses", "cell.text C2", "Fiktiva Opdigtsen")
refuse("a_week_without_its_year", "attendance", "cell.week B2", "uge 14")
refuse("an_agreement_nobody_knows", "waiting_list", "cell.agreement B2", "A-99")


@defect("courses", ["warning course.outside_agreement H2"], is_same=False)
def a_course_before_the_first_agreement(sheet: Worksheet) -> None:
    sheet["K2"] = date(2014, 1, 6)
