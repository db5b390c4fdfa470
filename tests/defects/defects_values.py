"""Defects of values: every spelling that is read, and every one that is refused by name."""

from datetime import date, datetime

from catalogue import defect
from openpyxl.worksheet.worksheet import Worksheet

from workbooks import cpr

ONE = (11, 9, 1, 1)


def refused(letter: str, check: str) -> tuple[list[str], tuple[int, int, int, int]]:
    """Return what is said of one refused cell in row 2, and the account."""
    return [f"{check} {letter}2"], ONE


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


@defect("jobs", *refused("F", "cell.date"))
def a_vague_date(sheet: Worksheet) -> None:
    sheet["F2"] = "medio 2019"


@defect("jobs", *refused("F", "cell.date"))
def a_year_of_two_digits(sheet: Worksheet) -> None:
    sheet["F2"] = "03-04-19"


@defect("jobs", *refused("F", "cell.date"))
def a_day_that_does_not_exist(sheet: Worksheet) -> None:
    sheet["F2"] = "31-04-2019"


@defect("jobs", *refused("F", "cell.date"))
def a_date_in_the_american_order(sheet: Worksheet) -> None:
    sheet["F2"] = "04/13/2019"


@defect("jobs", *refused("F", "cell.date"))
def a_year_for_a_date(sheet: Worksheet) -> None:
    sheet["F2"], sheet["F2"].number_format = 2019, "General"


@defect("jobs", *refused("F", "cell.date"))
def a_year_in_a_cell_for_dates(sheet: Worksheet) -> None:
    sheet["F2"], sheet["F2"].number_format = 2019, "dd-mm-yyyy"


@defect("jobs", *refused("F", "cell.date"))
def a_date_far_in_the_future(sheet: Worksheet) -> None:
    sheet["F2"] = date(2919, 4, 3)


@defect("jobs", *refused("F", "cell.date"))
def a_moment_for_a_date(sheet: Worksheet) -> None:
    sheet["F2"] = datetime(2019, 4, 3, 14, 30)


@defect("jobs", ["row.order G2"], ONE)
def an_end_before_its_start(sheet: Worksheet) -> None:
    sheet["G2"] = date(2018, 1, 1)


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


@defect("jobs", *refused("I", "cell.percent"))
def a_share_without_its_percent_sign(sheet: Worksheet) -> None:
    sheet["I2"] = 0.8


@defect("jobs", *refused("H", "cell.number"))
def a_number_hidden_for_being_small(sheet: Worksheet) -> None:
    sheet["H2"] = "<5"


@defect("jobs", *refused("H", "cell.number"))
def a_decimal_point(sheet: Worksheet) -> None:
    sheet["H2"] = "7.5"


@defect("jobs", *refused("H", "cell.number"))
def more_hours_than_a_week_has(sheet: Worksheet) -> None:
    sheet["H2"] = 370


@defect("agreements", *refused("C", "cell.whole"))
def half_a_place(sheet: Worksheet) -> None:
    sheet["C2"] = 8.5


@defect("jobs")
def yes_and_no_in_every_spelling(sheet: Worksheet) -> None:
    texts = ["ja", "Nej", "J ", "n", "1", 0, True, False, "SAND", "falsk"]
    for row, text in enumerate(texts, 2):
        sheet[f"L{row}"] = text


@defect("jobs", is_same=False)
def crosses_for_yes_and_blanks_for_no(sheet: Worksheet) -> None:
    for row in range(2, 12):
        sheet[f"L{row}"] = "x" if row % 2 else None


@defect("jobs", *refused("L", "cell.flag"))
def neither_yes_nor_no(sheet: Worksheet) -> None:
    sheet["L2"] = "måske"


@defect("jobs", ["cell.number H2"], ONE)
def an_error_cell(sheet: Worksheet) -> None:
    sheet["H2"], sheet["H2"].data_type = "#N/A", "e"


@defect("jobs", ["cell.number H2"], ONE)
def a_formula_never_calculated(sheet: Worksheet) -> None:
    sheet["H2"] = "=1+1"


@defect("jobs", *refused("C", "cell.enterprise"))
def a_new_spelling_of_an_enterprise(sheet: Worksheet) -> None:
    sheet["C2"] = "Veteran-Haven"


@defect("jobs", *refused("C", "cell.enterprise"))
def an_enterprise_with_a_cyrillic_letter(sheet: Worksheet) -> None:
    sheet["C2"] = "Sum\u0430k"


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


@defect("jobs", *refused("E", "cell.code"))
def a_misspelt_code(sheet: Worksheet) -> None:
    sheet["E2"] = "Flexjob"


@defect("courses", *refused("P", "cell.codes"))
def one_unknown_reason_among_two(sheet: Worksheet) -> None:
    sheet["P2"] = "Fleksjob; Noget andet"


@defect("courses", ["exit.no_reason P2"], ONE)
def an_end_without_a_reason(sheet: Worksheet) -> None:
    sheet["P2"] = None


@defect("courses", ["exit.no_date M3"], ONE)
def a_reason_without_an_end(sheet: Worksheet) -> None:
    sheet["P3"] = "Fleksjob"


@defect("courses", *refused("O", "cell.whole"))
def sixty_minutes(sheet: Worksheet) -> None:
    sheet["O2"] = 60


@defect("jobs", ["cell.id A2"], ONE)
def a_number_left_blank(sheet: Worksheet) -> None:
    sheet["A2"] = None


@defect("jobs", ["id.lost_zeros A2"], ONE)
def a_number_that_lost_its_zeros(sheet: Worksheet) -> None:
    sheet["A2"] = 1


@defect("jobs")
def a_number_whose_format_shows_its_zeros(sheet: Worksheet) -> None:
    sheet["A2"], sheet["A2"].number_format = 1, "00000"


@defect("jobs")
def a_personal_number_that_lost_its_zero(sheet: Worksheet) -> None:
    for row in range(2, 12):
        sheet[f"B{row}"] = cpr(row - 1).replace("-", "")


@defect("courses", *refused("A", "cell.person"))
def a_personal_number_too_short(sheet: Worksheet) -> None:
    sheet["A2"] = "610180-77"


@defect("jobs", *refused("K", "cell.text"))
def a_personal_number_in_the_wrong_column(sheet: Worksheet) -> None:
    sheet["K2"] = cpr(7)


@defect("courses", *refused("C", "cell.text"))
def a_persons_name_in_the_wrong_column(sheet: Worksheet) -> None:
    sheet["C2"] = "Fiktiva Opdigtsen"


@defect("attendance", *refused("B", "cell.week"))
def a_week_without_its_year(sheet: Worksheet) -> None:
    sheet["B2"] = "uge 14"


@defect("waiting_list", *refused("B", "cell.agreement"))
def an_agreement_nobody_knows(sheet: Worksheet) -> None:
    sheet["B2"] = "A-99"


@defect("courses", ["warning course.outside_agreement H2"], is_same=False)
def a_course_before_the_first_agreement(sheet: Worksheet) -> None:
    sheet["K2"] = date(2014, 1, 6)
