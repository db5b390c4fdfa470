"""Each spelling of a value that is accepted, and each that is refused with a reason."""

from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter
from openpyxl import Workbook

from socok_analysis.intake.parse import (
    ParseError,
    parse_cpr,
    parse_date,
    parse_flag,
    parse_flag_or_date,
    parse_number,
    parse_percent,
    parse_text,
    parse_week,
    parse_whole,
)
from socok_analysis.workbook.cells import Percent
from socok_analysis.workbook.read import read_workbook
from workbooks import (
    HEADINGS,
    agreement,
    as_cells,
    change_part,
    checks,
    course,
    cpr,
    enterprise,
    errors,
    grant,
    job,
    make_project,
    place,
    running,
    texts,
    tidy,
    write_book,
    write_export,
)

APRIL = date(2019, 4, 3)


def refusal(parse, value):
    with pytest.raises(ParseError) as caught:
        parse(value)
    return caught.value


@pytest.mark.parametrize(
    "value",
    [
        "03-04-2019",
        "3-4-2019",
        "3.4.2019",
        "3. 4. 2019",
        "3/4-2019",
        "3/4/2019",
        "03.04.2019",
        "2019-04-03",
        "2019-04-03T00:00:00",
        " 03-04-2019\xa0",
        43558,
        43558.0,
        datetime(2019, 4, 3),
        APRIL,
        "3. april 2019",
        "den 3. apr. 2019",
        "3.APR 2019",
        "3/4 2019",
        "d. 3/4-2019",
        "3.4, 2019",
    ],
)
def test_a_date_is_read_with_the_day_before_the_month(value):
    assert parse_date(value) == APRIL


@pytest.mark.parametrize(
    "value",
    [
        "32-01-2019",
        "29-02-2019",
        "31. april 2019",
        "3. brumaire 2019",
        "04-13-2019",
        "2019-13-01",
        "april 2019",
        "3. april",
        "3/4",
        "20190403",
        "43558",
        "x",
        "-",
        "ja",
        True,
        0,
        -5,
        43558.5,
        99999,
        20190403,
        time(12, 30),
        timedelta(hours=3),
        "2019-04-03 14:30",
    ],
)
def test_what_is_no_date_is_refused(value):
    assert refusal(parse_date, value).expected.startswith("en dato")


@pytest.mark.parametrize("value", ["03-04-19", "3/4-19", "3.4.19", "3/4/19", "3/4 19"])
def test_a_two_digit_year_is_refused_with_advice(value):
    fault = refusal(parse_date, value)
    assert "to cifre" in fault.message and fault.advice == "Skriv året helt ud."


@pytest.mark.parametrize("value", ["medio 2019", "Primo 2020", "ultimo maj 2019", "ca. 3-4-2019"])
def test_a_vague_date_is_refused_with_advice(value):
    assert refusal(parse_date, value).advice == "Skriv den bestemte dag."


@pytest.mark.parametrize("value", [1900, 2019, 2019.0, 2100])
def test_a_number_that_may_be_a_year_is_not_taken_for_a_serial_number(value):
    fault = refusal(parse_date, value)
    assert "årstal" in fault.message and fault.advice


@pytest.mark.parametrize(
    "value", ["31-12-1899", "01-01-2101", datetime(2101, 1, 1), date(1899, 12, 31), "3-4-0019"]
)
def test_a_date_outside_1900_to_2100_is_refused(value):
    assert "1900-2100" in refusal(parse_date, value).message


@pytest.mark.parametrize("value", ["01-01-1900", "31-12-2100"])
def test_the_first_and_last_possible_day_are_accepted(value):
    assert parse_date(value) is not None


def test_a_moment_is_refused_rather_than_cut_to_its_day():
    assert "klokkeslæt" in refusal(parse_date, datetime(2019, 4, 3, 14, 30)).message


@pytest.mark.parametrize("value", [None, "", "   ", "\xa0"])
@pytest.mark.parametrize(
    "parse",
    [parse_date, parse_number, parse_percent, parse_flag, parse_text, parse_week, parse_cpr],
)
def test_blank_is_missing_in_every_kind_of_column(parse, value):
    assert parse(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("4,5", 4.5),
        ("1.234", 1234),
        ("1.234,5", 1234.5),
        ("1.234.567,25", 1234567.25),
        ("1 234,5", 1234.5),
        ("1\xa0234", 1234),
        ("0", 0),
        ("007", 7),
        ("-3,5", -3.5),
        ("\u22123", -3),
        ("37 timer", 37),
        ("15.000 kr.", 15000),
        ("15.000 kr", 15000),
        ("15.000,-", 15000),
        ("kr. 15.000,-", 15000),
        ("DKK 5000", 5000),
        (4.5, 4.5),
        (7, 7),
        (0, 0),
    ],
)
def test_a_number_is_read_the_danish_way(value, number):
    assert parse_number(value) == number


@pytest.mark.parametrize("sign", ["x", "X", "-", ".", "..", "–", " .. "])
@pytest.mark.parametrize("parse", [parse_number, parse_whole, parse_percent])
def test_the_signs_for_a_missing_number_are_missing_and_not_zero(parse, sign):
    assert parse(sign) is None


@pytest.mark.parametrize(
    "value",
    [
        "1.5",
        "1,234.5",
        "1.23,4",
        "12.3456",
        "1 2",
        "1.234 567",
        "<5",
        "ca. 5",
        "5-6",
        "4:30",
        "80 %",
        "ti",
        "1,",
        ",5",
        "1e3",
        "1,5,-",
        "kr.",
        True,
        Percent(0.8),
        datetime(2019, 4, 3),
        "xx",
        "...",
        "--",
    ],
)
def test_what_can_be_read_two_ways_is_no_number(value):
    assert refusal(parse_number, value).expected == "et tal som 4,5"


@pytest.mark.parametrize("value", ["<5", "< 3", "<5 kr."])
def test_a_number_hidden_for_being_small_is_refused_with_advice(value):
    assert "skjult" in refusal(parse_number, value).message
    assert refusal(parse_number, value).advice


@pytest.mark.parametrize("value", ["Sum\u0430k", "\u0421HUFA", "Caf\u03b5 \u039fst"])
def test_letters_of_another_alphabet_that_look_danish_are_named(value):
    assert "et andet alfabet" in refusal(parse_text, value).message


@pytest.mark.parametrize("value", ["Sum\x00ak", "Bl\ufffdg\ufffdrd", "a\x7fb", "k\x85l\x9f"])
def test_a_sign_that_no_text_has_is_refused(value):
    assert "i stykker" in refusal(parse_text, value).message


@pytest.mark.parametrize("value", ["Smørrebrød på Ærø", "Café Łódź", "5 µm – “π”", "Ωmega"])
def test_letters_that_nobody_takes_for_others_are_left(value):
    assert parse_text(value) == value


def test_a_whole_number_has_no_decimals():
    assert parse_whole("1.200") == 1200
    assert "decimaler" in refusal(parse_whole, "4,5").message


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        ("80 %", 80),
        ("80%", 80),
        ("37,5 %", 37.5),
        ("0,5 %", 0.5),
        (80, 80),
        ("80", 80),
        (Percent(0.8), 80),
        (Percent(0.375), 37.5),
        (Percent(1), 100),
        (0, 0),
        (Percent(0), 0),
    ],
)
def test_a_percentage_is_read_on_the_scale_of_a_hundred(value, percent):
    assert parse_percent(value) == percent


@pytest.mark.parametrize("value", [0.8, 1, "0,8", "1"])
def test_a_share_without_a_percent_sign_is_asked_about(value):
    assert "andel" in refusal(parse_percent, value).message


@pytest.mark.parametrize("value", ["%", "80 % eller mere", "80 promille"])
def test_what_is_no_percentage_is_refused(value):
    assert refusal(parse_percent, value)


@pytest.mark.parametrize(
    "value", ["ja", "Ja", "JA ", "j", "J", "x", "X", "1", 1, "true", True, "SAND", "✓"]
)
def test_every_way_to_say_yes(value):
    assert parse_flag(value) is True


@pytest.mark.parametrize("value", ["nej", "Nej", "n", "N", "0", 0, "false", False, "FALSK"])
def test_every_way_to_say_no(value):
    assert parse_flag(value) is False


@pytest.mark.parametrize("value", ["måske", "ja/nej", "yes", 2, "-", APRIL])
def test_what_is_neither_yes_nor_no_is_refused(value):
    assert refusal(parse_flag, value).expected == "ja eller nej"


@pytest.mark.parametrize(
    ("value", "flag", "day"),
    [
        (datetime(2019, 4, 3), True, APRIL),
        ("3/4-2019", True, APRIL),
        ("ja", True, None),
        ("nej", False, None),
        (1, True, None),
        (0, False, None),
        (43558, True, APRIL),
        (None, None, None),
    ],
)
def test_a_date_where_yes_or_no_is_asked_means_yes_on_that_day(value, flag, day):
    assert parse_flag_or_date(value) == (flag, day)


def test_what_is_neither_a_date_nor_yes_or_no_is_refused():
    assert refusal(parse_flag_or_date, "måske").expected == "ja, nej eller en dato"


@pytest.mark.parametrize(
    "value",
    [
        "2019-W14",
        "2019W14",
        "2019-w14",
        " 2019-W14 ",
        "uge 14, 2019",
        "Uge 14 2019",
        "2019 uge 14",
        "uge 14/2019",
        "2019-uge 14",
    ],
)
def test_a_week_is_read_in_its_iso_spelling_and_in_words(value):
    assert parse_week(value) == "2019-W14"


@pytest.mark.parametrize(
    "value",
    [
        "2019-14",
        "uge 14",
        "W14",
        "14",
        14,
        "2019-W00",
        "2019-W54",
        "2019-W53",
        "2019-W5",
        "uge 60, 2019",
        "uge 14 i år",
    ],
)
def test_what_is_no_week_of_that_year_is_refused(value):
    assert refusal(parse_week, value).expected == "en uge som 2019-W14"


def test_a_year_of_53_weeks_has_a_week_53():
    assert parse_week("2020-W53") == "2020-W53"


@pytest.mark.parametrize(
    "value",
    ["610180-0001", "6101800001", "610180 0001", " 610180-0001 ", 6101800001, 6101800001.0],
)
def test_a_personal_number_is_read_in_each_spelling(value):
    assert parse_cpr(value) == "6101800001"


@pytest.mark.parametrize("value", [101800001, "101800001", 101800001.0])
def test_a_lost_leading_zero_of_a_personal_number_is_put_back(value):
    assert parse_cpr(value) == "0101800001"


@pytest.mark.parametrize("value", ["0000000000", "000000-0000"])
def test_the_number_of_an_unknown_person_is_accepted(value):
    assert parse_cpr(value) == "0000000000"


@pytest.mark.parametrize(
    "value",
    [
        "320180-0001",
        "011380-0001",
        "600180-0001",
        "920180-0001",
        "61018-0001",
        "610180-001",
        "610180--0001",
        "Opdigtsen",
        12345678,
        "610180-00012",
        0,
        "\u0666\u0661\u0660180-0001",
    ],
)
def test_what_is_no_personal_number_is_refused(value):
    assert refusal(parse_cpr, value).expected == "et CPR-nummer med ti cifre"


def test_the_day_of_a_replacement_number_reaches_from_61_to_91():
    assert parse_cpr("910180-0001") == "9101800001"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  to\xa0 ord ", "to ord"),
        ("A\u030a", "Å"),
        ("lin\xadje", "linje"),
        (142.0, "142"),
        (142, "142"),
        ("00142", "00142"),
        (4.5, "4.5"),
        (datetime(2019, 4, 3), "2019-04-03"),
    ],
)
def test_text_is_cleaned_and_digits_are_kept(value, text):
    assert parse_text(value) == text


def test_a_time_of_day_is_not_cut_from_text():
    assert parse_text(datetime(2019, 4, 3, 14, 30)) == "2019-04-03 14:30:00"


def test_several_exit_reasons_stand_in_one_cell(tmp_path):
    reasons = "Arbejdsprøvning/praktik 2;  afventer rehabiliteringsteam ;"
    found = tidy(make_project(tmp_path, courses=[course(Afslutningsårsag=reasons)]))
    assert checks(found) == []
    assert list(found.tables["exits"].exit_reason) == ["praktik2", "afventer_rehab"]


def test_two_labels_of_one_reason_are_one_exit(tmp_path):
    rows = [course(Afslutningsårsag="Ordinært job; I ordinært job")]
    assert len(tidy(make_project(tmp_path, courses=rows)).tables["exits"]) == 1


def test_one_unknown_reason_among_several_is_named_with_the_nearest(tmp_path):
    rows = [course(Afslutningsårsag="Fleksjob; Barsell")]
    found = tidy(make_project(tmp_path, courses=rows))
    assert checks(found) == [("cell.codes", place("courses", "Afslutningsårsag", 2))]
    assert "Mente du “Barsel”?" in texts(found)


@pytest.mark.parametrize("label", ["fleksjob", " FLEKSJOB ", "Fleksjob\xa0"])
def test_a_code_is_found_whatever_its_capitals_and_blanks(tmp_path, label):
    found = tidy(make_project(tmp_path, jobs=[job(Ansættelsesform=label)]))
    assert list(found.tables["jobs"].job_type) == ["fleksjob"]


def test_an_unknown_code_is_an_error_with_place_nearest_and_list(tmp_path):
    found = tidy(make_project(tmp_path, jobs=[job(Kanal="Jobcentr")]))
    (problem,) = errors(found)
    assert (problem.file, problem.sheet, problem.cell) == ("jobs.xlsx", "Ark1", "J2")
    assert problem.found == "Jobcentr" and "Mente du “Jobcenter”?" in problem.message
    assert "codes/channels.csv" in problem.advice


def test_a_required_cell_left_blank_is_an_error(tmp_path):
    found = tidy(make_project(tmp_path, jobs=[job(Kanal=None)]))
    assert checks(found) == [("cell.code", place("jobs", "Kanal", 2))]


@pytest.mark.parametrize(
    ("heading", "value"),
    [("Timer pr. uge", 101), ("Timer pr. uge", -1), ("Arbejdsintensitet (%)", "101 %")],
)
def test_a_number_beyond_the_possible_is_an_error(tmp_path, heading, value):
    found = tidy(make_project(tmp_path, jobs=[job(**{heading: value})]))
    assert [cell for _, cell in checks(found)] == [place("jobs", heading, 2)]


def test_minutes_are_added_to_the_hours(tmp_path):
    rows = [course(**{"Timer pr. uge": 10, "Minutter pr. uge": 45})]
    assert tidy(make_project(tmp_path, courses=rows)).tables["courses"].hours_per_week[0] == 10.75


@pytest.mark.parametrize("minutes", [60, -1, 4.5])
def test_minutes_beyond_an_hour_are_an_error(tmp_path, minutes):
    found = tidy(make_project(tmp_path, courses=[course(**{"Minutter pr. uge": minutes})]))
    assert [cell for _, cell in checks(found)] == [place("courses", "Minutter pr. uge", 2)]


@pytest.mark.parametrize("heading", ["Veteran", "Tolk", "Plan udarbejdet"])
def test_in_a_column_of_nothing_but_x_blank_is_no(tmp_path, heading):
    rows = [course(**{heading: "x"}), course(**{"CPR-nr.": cpr(2)})]
    courses = tidy(make_project(tmp_path, courses=rows)).tables["courses"]
    name = {"Veteran": "is_veteran", "Tolk": "needs_interpreter"}.get(heading, "has_plan")
    assert list(courses[name]) == [True, False]


def test_beside_other_answers_a_blank_stays_unknown(tmp_path):
    rows = [course(**{"CPR-nr.": cpr(n), "Veteran": v}) for n, v in enumerate(["x", None, "nej"])]
    veterans = tidy(make_project(tmp_path, courses=rows)).tables["courses"].is_veteran
    assert list(veterans.isna()) == [False, True, False]


def test_a_column_of_blanks_stays_unknown(tmp_path):
    assert tidy(make_project(tmp_path)).tables["courses"].is_veteran.isna().all()


def write_1904(path, kind, rows):
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet, date_format = book.add_worksheet(), book.add_format({"num_format": "dd-mm-yyyy"})
    for number, cells in enumerate(as_cells(kind, rows)):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, date_format)
            else:
                sheet.write(number, column, value)
    book.close()


@pytest.mark.parametrize("start", [APRIL, (APRIL - date(1904, 1, 1)).days, "03-04-2019"])
def test_dates_of_a_1904_workbook_fall_on_their_days(tmp_path, start):
    root = make_project(tmp_path, jobs=None)
    write_1904(root / "data/raw/2019/jobs.xlsx", "jobs", [job(Ansættelsesdato=start)])
    found = tidy(root)
    assert checks(found) == [] and list(found.tables["jobs"].started_on) == [APRIL]


def test_yes_and_no_as_numbers_are_no_dates_in_a_1904_workbook(tmp_path):
    root = make_project(tmp_path, courses=None)
    rows = [course(**{"Plan udarbejdet": 1}), running(**{"CPR-nr.": cpr(2), "Plan udarbejdet": 0})]
    write_1904(root / "data/raw/2019/courses.xlsx", "courses", rows)
    assert list(tidy(root).tables["courses"].has_plan) == [True, False]


def test_a_year_alone_is_no_date_in_a_1904_workbook(tmp_path):
    root = make_project(tmp_path, jobs=None)
    write_1904(root / "data/raw/2019/jobs.xlsx", "jobs", [job(Ansættelsesdato=2019)])
    assert checks(tidy(root)) == [("cell.date", place("jobs", "Ansættelsesdato", 2))]


def write_formatted(root, kind, row, heading, value, number_format):
    book = Workbook()
    for cells in as_cells(kind, [row]):
        book.active.append(cells)
    cell = book.active[place(kind, heading, 2)]
    cell.value, cell.number_format = value, number_format
    book.save(root / "data" / "raw" / "2019" / f"{kind}.xlsx")
    return tidy(root)


@pytest.mark.parametrize(
    ("number_format", "value", "text"),
    [("00000", 142, "00142"), ("00000", 142.0, "00142"), ("0", 142, "142"), ("General", 7, "7")],
)
def test_leading_zeros_shown_by_the_number_format_are_kept(tmp_path, number_format, value, text):
    found = write_formatted(make_project(tmp_path), "jobs", job(), "Løbenr.", value, number_format)
    assert list(found.tables["jobs"].job_id) == [text]


def test_a_personal_number_in_excels_own_format_is_read(tmp_path):
    root = make_project(tmp_path)
    found = write_formatted(root, "courses", course(), "CPR-nr.", 101800001, "000000\\-0000")
    assert checks(found) == [] and found.tables["courses"].person_key.notna().all()


@pytest.mark.parametrize(
    ("number_format", "value", "percent"),
    [("0%", 0.8, 80), ("0.0 %", 0.375, 37.5), ('0" %"', 80, 80), ("0", 80, 80)],
)
def test_intensity_is_read_as_it_is_shown(tmp_path, number_format, value, percent):
    root = make_project(tmp_path)
    found = write_formatted(root, "jobs", job(), "Arbejdsintensitet (%)", value, number_format)
    assert list(found.tables["jobs"].intensity_pct) == [percent]


def test_a_number_shown_as_percent_is_no_number_of_hours(tmp_path):
    found = write_formatted(make_project(tmp_path), "jobs", job(), "Timer pr. uge", 0.3, "0%")
    assert checks(found) == [("cell.number", place("jobs", "Timer pr. uge", 2))]


@pytest.mark.parametrize("code", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"])
def test_an_error_cell_is_named_with_its_code_and_place(tmp_path, code):
    found = tidy(make_project(tmp_path, jobs=[job(**{"Timer pr. uge": code})]))
    (problem,) = errors(found)
    assert (problem.cell, problem.found) == (place("jobs", "Timer pr. uge", 2), code)
    assert code in problem.message and problem.advice


def test_a_formula_that_was_never_calculated_is_an_error_with_advice(tmp_path):
    found = tidy(make_project(tmp_path, jobs=[job(**{"Timer pr. uge": "=30+7"})]))
    (problem,) = errors(found)
    assert "aldrig er beregnet" in problem.message and "gem den" in problem.advice
    assert problem.found == ""


def write_formula(root, heading, formula, result):
    book = xlsxwriter.Workbook(str(root / "data" / "raw" / "2019" / "jobs.xlsx"))
    sheet = book.add_worksheet()
    for number, cells in enumerate(as_cells("jobs", [job()])):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                value = value.isoformat()
            sheet.write(number, column, value)
    sheet.write_formula(1, HEADINGS["jobs"].index(heading), formula, None, result)
    book.close()
    return tidy(root)


def test_a_formulas_stored_result_is_read(tmp_path):
    found = write_formula(make_project(tmp_path, jobs=None), "Timer pr. uge", "=30+7", 37)
    assert checks(found) == [] and list(found.tables["jobs"].hours_per_week) == [37]


def test_a_formulas_stored_error_is_an_error(tmp_path):
    found = write_formula(make_project(tmp_path, jobs=None), "Timer pr. uge", "=1/0", "#DIV/0!")
    assert checks(found) == [("cell.number", place("jobs", "Timer pr. uge", 2))]


def test_a_formula_whose_result_is_an_empty_text_is_blank(tmp_path):
    root = make_project(tmp_path)
    path = write_export(root, "jobs", [job(Slutdato='=IF(B2="","",B2)')])
    change_part(path, "xl/worksheets/sheet1.xml", '<c r="G2"><f>', '<c r="G2" t="str"><f>')
    found = tidy(root)
    assert checks(found) == [] and found.tables["jobs"].ended_on.isna().all()


def test_a_cell_keeps_what_was_written_in_it(tmp_path):
    book = write_book(tmp_path / "a.xlsx", {"A": [["00142", 1.5, True, date(2019, 4, 3), " "]]})
    (sheet,) = read_workbook(book, "a.xlsx")
    assert sheet.rows == {1: {1: "00142", 2: 1.5, 3: True, 4: datetime(2019, 4, 3)}}


def test_every_fault_of_every_export_is_listed_at_once(tmp_path):
    found = tidy(
        make_project(
            tmp_path,
            courses=[course(Startdato="medio 2019", Veteran="måske")],
            jobs=[job(Kanal="Radio"), job(2, Virksomhed="Sumakk")],
            agreements=[agreement(Pladser="otte")],
            enterprises=[enterprise(), enterprise("Sumak")],
            grants=[grant(Beløb="<5")],
        )
    )
    assert sorted(checks(found)) == sorted(
        [
            ("cell.date", "K2"),
            ("cell.flag", "T2"),
            ("cell.code", "J2"),
            ("cell.enterprise", "C3"),
            ("cell.whole", "C2"),
            ("cell.number", "C2"),
        ]
    )
