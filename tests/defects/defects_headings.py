"""Defects of headings: drifted, split over two rows, doubled, unknown, misspelt."""

from catalogue import change, defect
from openpyxl.worksheet.worksheet import Worksheet

UNKNOWN = ["file.unrelated", "export.missing"]
JOBS_IN_TWO_ROWS = {"H": ("Timer", "pr. uge"), "K": ("Målgruppe", "før ansættelse")}


@defect("jobs")
def columns_in_another_order(sheet: Worksheet) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(reversed(row), 1):
            sheet.cell(number, place).value = value


@defect("jobs")
def headings_with_line_breaks_capitals_and_hard_blanks(sheet: Worksheet) -> None:
    sheet["A1"], sheet["H1"], sheet["F1"] = "LØBENR. ", "Timer\npr.\xa0uge", " ansættelsesDATO"
    sheet["J1"], sheet["E1"] = "\ufeffKanal\u200b", "Ansættelses\xadform"


@defect("jobs", account=(12, 10, 0, 2))
def headings_in_two_rows_below_groups(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    for letter, (group, own) in JOBS_IN_TWO_ROWS.items():
        sheet[f"{letter}1"], sheet[f"{letter}2"] = group, own


@defect("jobs", account=(12, 10, 0, 2))
def headings_merged_over_two_rows_beside_groups(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    for cell in [*sheet[2]]:
        group, own = JOBS_IN_TWO_ROWS.get(cell.column_letter, (cell.value, None))
        sheet.cell(1, cell.column, group)
        sheet.cell(2, cell.column, own)
        if own is None:
            sheet.merge_cells(
                start_row=1, end_row=2, start_column=cell.column, end_column=cell.column
            )


@defect("grants", account=(12, 10, 0, 2))
def a_group_over_the_two_ends_of_a_period(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    sheet["E1"], sheet["E2"], sheet["F2"] = "Periode", "fra", "til"
    sheet.merge_cells("E1:F1")


@defect("jobs", ["heading.group G1"], (12, 10, 0, 2))
def a_group_that_may_change_what_a_heading_means(sheet: Worksheet) -> None:
    sheet.insert_rows(1)
    sheet["G1"] = "Forventet"


@defect("jobs", ["heading.missing F1", "heading.unknown F1"], (11, 0, 10, 1))
def a_heading_renamed_every_row_needs(sheet: Worksheet) -> None:
    sheet["F1"] = "Ansættelsens dato"


@defect("jobs", ["heading.missing G1", "heading.unknown G1"])
def a_heading_renamed_no_row_needs(sheet: Worksheet) -> None:
    sheet["G1"] = "Slut dato"


@defect("jobs", ["heading.missing A1"])
def a_column_deleted(sheet: Worksheet) -> None:
    sheet.delete_cols(7)


change("a_column_added", "jobs", ["heading.unknown M1"], M1="Ny kolonne", M2="noget")
change("a_heading_repeated", "jobs", ["heading.repeated M1"], M1="Kanal", M2="Opslag")


@defect("jobs", ["heading.missing A1", "warning column.nameless G2"])
def a_heading_left_blank(sheet: Worksheet) -> None:
    sheet["G1"], sheet["G2"] = None, "2019-12-31"


@defect("jobs", ["heading.missing J1", "heading.unknown J1"], (11, 0, 10, 1))
def a_heading_with_a_cyrillic_letter(sheet: Worksheet) -> None:
    sheet["J1"] = "K\u0430nal"


@defect("jobs", ["heading.missing A1", "heading.unknown A1"], (11, 0, 10, 1))
def a_year_where_a_heading_was(sheet: Worksheet) -> None:
    sheet["A1"] = 2019


@defect("jobs", UNKNOWN, (11, 0, 0, 11), is_same=False)
def no_headings_at_all(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.value = None


@defect("jobs", UNKNOWN, (11, 0, 0, 11), is_same=False)
def headings_nobody_knows(sheet: Worksheet) -> None:
    for cell in sheet[1]:
        cell.value = f"Felt {cell.column}"


@defect("jobs", account=(1, 0, 0, 1), is_same=False)
def headings_without_rows(sheet: Worksheet) -> None:
    sheet.delete_rows(2, 10)


@defect(
    "jobs",
    [
        "file.unrelated",
        "table.unsure A1",
        "export.missing",
        *(f"heading.missing {cell}1" for cell in "AAAAAA"),
        *(f"heading.unknown {cell}1" for cell in "ABCDEFG"),
    ],
    (11, 0, 0, 11),
    is_same=False,
)
def a_sheet_with_more_new_headings_than_known_ones(sheet: Worksheet) -> None:
    for column in range(1, 8):
        sheet.cell(1, column).value = f"Felt {column}"


@defect(
    "jobs",
    ["heading.missing G1", "heading.missing A1", "heading.unknown F1", "heading.unknown G1"],
    (11, 0, 10, 1),
)
def two_new_headings_of_which_one_is_more_like_the_known(sheet: Worksheet) -> None:
    sheet["F1"], sheet["G1"] = "Start dato", "Slut dato"
