"""Defects of shape: what stands around, between, beside and below the rows of a table."""

from datetime import date

from catalogue import ROWS, defect, start
from openpyxl.worksheet.worksheet import Worksheet

from workbooks import cpr

END = ROWS + 1


@defect("jobs", account=(14, 10, 0, 4))
def three_title_rows_above(sheet: Worksheet) -> None:
    sheet.insert_rows(1, 3)
    sheet["A1"], sheet["A2"], sheet["B2"] = "Ansættelser 2019", "Udtrukket", date(2019, 12, 31)
    sheet["A3"] = "Slagelse Kommune"


@defect("jobs", account=(12, 10, 0, 2))
def a_merged_title(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "Ansættelser i 2019"
    sheet.merge_cells("A1:L1")


@defect("jobs", account=(13, 10, 0, 3))
def blank_rows_above_and_between(sheet: Worksheet) -> None:
    sheet.insert_rows(5)
    sheet.insert_rows(1)


@defect("jobs")
def blank_columns_before_and_between(sheet: Worksheet) -> None:
    sheet.insert_cols(4)
    sheet.insert_cols(1, 2)


@defect("jobs", account=(12, 10, 0, 2))
def a_right_total(sheet: Worksheet) -> None:
    sheet.append(["I alt", 10, None, None, None, None, None, 55])


@defect("jobs", ["total.differs H12"], (12, 10, 0, 2))
def a_total_that_is_wrong(sheet: Worksheet) -> None:
    sheet.append(["I alt", 10, None, None, None, None, None, 56])


@defect("jobs", ["total.differs B12"], (12, 10, 0, 2))
def a_row_deleted_above_its_total(sheet: Worksheet) -> None:
    sheet.append(["I alt", 11])


@defect("jobs", ["total.unreadable H12"], (12, 10, 0, 2))
def a_total_that_was_never_calculated(sheet: Worksheet) -> None:
    sheet.append(["I alt", 10, None, None, None, None, None, "=SUM(H2:H11)"])


@defect("jobs", account=(14, 10, 0, 4))
def right_subtotals_and_total(sheet: Worksheet) -> None:
    sheet.insert_rows(7)
    sheet["A7"], sheet["B7"], sheet["H7"] = "Subtotal", 5, 15
    sheet.append(["Subtotal", 5, None, None, None, None, None, 40])
    sheet.append(["Total", 10, None, None, None, None, None, 55])


@defect("jobs", ["total.differs H7"], (12, 10, 0, 2))
def a_wrong_subtotal(sheet: Worksheet) -> None:
    sheet.insert_rows(7)
    sheet["A7"], sheet["B7"], sheet["H7"] = "Subtotal", 5, 16


@defect("jobs", ["info row.note A13", "info row.note A14"], (14, 10, 0, 4))
def footnotes_below(sheet: Worksheet) -> None:
    sheet["A13"], sheet["A14"] = "*) Foreløbige tal", "Kilde: fagsystemet"


@defect("jobs", ["row.incomplete C12"], (12, 10, 1, 1))
def a_lone_text_right_below_the_rows(sheet: Worksheet) -> None:
    sheet["A12"] = "Foreløbige tal"


@defect("jobs", ["row.incomplete C7"], (12, 10, 1, 1))
def a_text_between_the_rows(sheet: Worksheet) -> None:
    sheet.insert_rows(7)
    sheet["A7"] = "Herefter gennem andre kanaler"


@defect("jobs", ["warning column.nameless N4"])
def a_remark_beside_the_table(sheet: Worksheet) -> None:
    sheet["N4"] = "Spørg lige om den her"


@defect("jobs", ["table.second A14"], (24, 10, 11, 3), is_same=False)
def the_same_table_once_more_below(sheet: Worksheet) -> None:
    for number, row in enumerate([*sheet.iter_rows(values_only=True)], 14):
        for place, value in enumerate(row, 1):
            sheet.cell(number, place, value)


@defect("jobs", ["table.second A14"], (15, 10, 2, 3), is_same=False)
def a_table_of_another_kind_below(sheet: Worksheet) -> None:
    for number, row in enumerate([*start("meetings").iter_rows(max_row=2, values_only=True)], 14):
        for place, value in enumerate(row, 1):
            sheet.cell(number, place, value)


@defect("jobs", ["table.below B14"], (16, 10, 3, 3), is_same=False)
def a_count_with_headings_of_its_own_below(sheet: Worksheet) -> None:
    for number, row in enumerate([("Virksomhed", "Ansatte i år"), ("Sumak", 4), ("Øvrige", 6)], 14):
        sheet.cell(number, 2, row[0])
        sheet.cell(number, 3, row[1])


@defect("jobs", ["table.beside N1"])
def two_years_beside_each_other(sheet: Worksheet) -> None:
    for row in [*sheet.iter_rows(max_row=4)]:
        for cell in row:
            sheet.cell(cell.row, cell.column + 13, cell.value)


@defect("jobs", ["table.double"], is_same=True)
def two_years_on_two_sheets(sheet: Worksheet) -> None:
    sheet.parent.copy_worksheet(sheet).title = "2018"


@defect("jobs", ["sheet.hidden", "info sheet.not_a_table"])
def a_hidden_main_sheet(sheet: Worksheet) -> None:
    sheet.parent.create_sheet("Forside")
    sheet.sheet_state = "hidden"


@defect("jobs", ["info sheet.not_a_table"])
def a_guide_on_a_sheet_of_its_own(sheet: Worksheet) -> None:
    sheet.parent.create_sheet("Vejledning", 0)["A1"] = "Læs dette først"


@defect("jobs")
def merged_cells_among_the_values(sheet: Worksheet) -> None:
    sheet.merge_cells("K2:K4")


@defect(
    "jobs", ["health.merged_cells C2", "cell.enterprise C3", "cell.enterprise C4"], (11, 8, 2, 1)
)
def an_enterprise_merged_over_three_rows(sheet: Worksheet) -> None:
    sheet.merge_cells("C2:C4")


@defect("courses", ["course.repeated A12"], (12, 10, 1, 1))
def the_same_course_twice(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[2]])


@defect("courses", ["course.open_twice A12"], (12, 10, 1, 1))
def the_same_person_running_twice(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[3]])
    sheet["K12"] = date(2019, 12, 2)


@defect("courses", account=(12, 11, 0, 1), is_same=False)
def a_course_across_the_years_end_in_two_rows(sheet: Worksheet) -> None:
    sheet["M2"], sheet["P2"] = date(2019, 12, 31), "Forlænget"
    sheet.append([cell.value for cell in sheet[2]])
    sheet["K12"], sheet["M12"], sheet["P12"] = date(2020, 1, 1), None, None


@defect("courses", ["exit.not_continued P2"], (11, 9, 1, 1))
def an_extension_that_nothing_continues(sheet: Worksheet) -> None:
    sheet["P2"] = "Forlænget"


@defect("attendance", ["row.same A12"], (12, 10, 1, 1))
def a_week_pasted_twice(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])


@defect("waiting_list", ["row.same A12"], (12, 10, 1, 1))
def a_person_listed_twice_the_same_day(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])


@defect("waiting_list", ["waiting.twice A12"], (12, 10, 1, 1))
def a_person_who_waits_twice(sheet: Worksheet) -> None:
    sheet.append([cpr(3), "A-1", date(2019, 11, 1)])


@defect("progression", ["progression.twice C12"], (12, 10, 1, 1))
def two_measurements_on_one_day(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])
    sheet["D12"] = 30


@defect("grants", ["warning row.same A12"], (12, 11, 0, 1), is_same=False)
def a_grant_pasted_twice(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])


@defect("meetings", ["warning row.same A12"], (12, 11, 0, 1), is_same=False)
def a_meeting_pasted_twice(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])


@defect("agreements", ["row.repeated A12"], (12, 10, 1, 1))
def an_agreements_number_twice(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])


@defect("agreements", ["info agreement.no_extra_places D4"], is_same=False)
def extra_places_left_blank(sheet: Worksheet) -> None:
    sheet["D4"] = None


@defect("enterprises", ["enterprise.repeated A12"], (12, 11, 0, 1), is_same=False)
def an_enterprise_twice(sheet: Worksheet) -> None:
    sheet.append(["VeteranHaven", None, None, None, "Initiativ", *[None] * 5, "J"])


@defect("jobs", ["row.repeated A12"], (12, 10, 1, 1))
def a_job_number_used_for_another_job(sheet: Worksheet) -> None:
    sheet.append([cell.value for cell in sheet[5]])
    sheet["C12"], sheet["F12"] = "VeteranHaven", date(2019, 12, 2)
