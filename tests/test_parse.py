"""Each spelling of a value that is accepted, and each that is refused with a reason."""

from datetime import date, datetime, time, timedelta

import pytest
import xlsxwriter

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
from workbooks import (
    as_cells,
    checks,
    course,
    cpr,
    errors,
    job,
    make_project,
    place,
    running,
    texts,
    tidy,
)

APRIL, NOON = date(2019, 4, 3), datetime(2019, 4, 3, 14, 30)


def refusal(parse, value):
    with pytest.raises(ParseError) as caught:
        parse(value)
    return caught.value


def each(texts, *others):
    """Give a test each of some texts, written with bars between them, and of other values."""
    return pytest.mark.parametrize("value", [*texts.split("|"), *others])


def pairs(names, texts, *others):
    """Give a test each "value=expected" and each of other pairs."""
    split = [tuple(part.split("=")) for part in texts.split("|")]
    return pytest.mark.parametrize(names, [*split, *others])


DAYS = (
    "03-04-2019|3-4-2019|3.4.2019|3. 4. 2019|3/4-2019|3/4/2019|03.04.2019|2019-04-03|"
    "2019-04-03T00:00:00| 03-04-2019\xa0|3. april 2019|den 3. apr. 2019|3.APR 2019|3/4 2019|"
    "d. 3/4-2019|3.4, 2019"
)


@each(DAYS, 43558, 43558.0, datetime(2019, 4, 3), APRIL)
def test_a_date_is_read_with_the_day_before_the_month(value):
    assert parse_date(value) == APRIL


NO_DAYS = (
    "32-01-2019|29-02-2019|31. april 2019|3. brumaire 2019|04-13-2019|2019-13-01|april 2019|"
    "3. april|3/4|20190403|43558|x|-|ja|2019-04-03 14:30"
)


@each(NO_DAYS, True, 0, -5, 43558.5, 99999, 20190403, time(12, 30), timedelta(hours=3))
def test_what_is_no_date_is_refused(value):
    assert refusal(parse_date, value).expected.startswith("en dato")


@each("03-04-19|3/4-19|3.4.19|3/4/19|3/4 19")
def test_a_two_digit_year_is_refused_with_advice(value):
    fault = refusal(parse_date, value)
    assert "to cifre" in fault.message and fault.advice == "Skriv året helt ud."


@each("medio 2019|Primo 2020|ultimo maj 2019|ca. 3-4-2019")
def test_a_vague_date_is_refused_with_advice(value):
    assert refusal(parse_date, value).advice == "Skriv den bestemte dag."


@pytest.mark.parametrize("value", [1900, 2019, 2019.0, 2100])
def test_a_number_that_may_be_a_year_is_not_taken_for_a_serial_number(value):
    fault = refusal(parse_date, value)
    assert "årstal" in fault.message and fault.advice


@each("31-12-1899|01-01-2101|3-4-0019", datetime(2101, 1, 1), date(1899, 12, 31))
def test_a_date_outside_1900_to_2100_is_refused(value):
    assert "1900-2100" in refusal(parse_date, value).message


@each("01-01-1900|31-12-2100")
def test_the_first_and_last_possible_day_are_accepted(value):
    assert parse_date(value) is not None


def test_a_moment_is_refused_rather_than_cut_to_its_day_and_kept_in_text():
    assert "klokkeslæt" in refusal(parse_date, NOON).message
    assert parse_text(NOON) == "2019-04-03 14:30:00"


PARSERS = [parse_date, parse_number, parse_percent, parse_flag, parse_text, parse_week, parse_cpr]


@pytest.mark.parametrize("value", [None, "", "   ", "\xa0"])
@pytest.mark.parametrize("parse", PARSERS)
def test_blank_is_missing_in_every_kind_of_column(parse, value):
    assert parse(value) is None


AMOUNTS = (
    "4,5=4.5|1.234=1234|1.234,5=1234.5|1.234.567,25=1234567.25|1 234,5=1234.5|1\xa0234=1234|0=0|"
    "007=7|-3,5=-3.5|\u22123=-3|37 timer=37|15.000 kr.=15000|15.000 kr=15000|15.000,-=15000|"
    "kr. 15.000,-=15000|DKK 5000=5000"
)


@pairs(("value", "number"), AMOUNTS, (4.5, 4.5), (7, 7), (0, 0))
def test_a_number_is_read_the_danish_way(value, number):
    assert parse_number(value) == float(number)


@each("x|X|-|.|..|–| .. ")
@pytest.mark.parametrize("parse", [parse_number, parse_whole, parse_percent])
def test_the_signs_for_a_missing_number_are_missing_and_not_zero(parse, value):
    assert parse(value) is None


NO_NUMBERS = (
    "1.5|1,234.5|1.23,4|12.3456|1 2|1.234 567|<5|ca. 5|5-6|4:30|80 %|ti|1,|,5|1e3|1,5,-|kr.|xx|"
    "...|--"
)


@each(NO_NUMBERS, True, Percent(0.8), datetime(2019, 4, 3))
def test_what_can_be_read_two_ways_is_no_number(value):
    assert refusal(parse_number, value).expected == "et tal som 4,5"


@each("<5|< 3|<5 kr.")
def test_a_number_hidden_for_being_small_is_refused_with_advice(value):
    assert "skjult" in refusal(parse_number, value).message
    assert refusal(parse_number, value).advice


@each("Sum\u0430k|\u0421HUFA|Caf\u03b5 \u039fst")
def test_letters_of_another_alphabet_that_look_danish_are_named(value):
    assert "et andet alfabet" in refusal(parse_text, value).message


@each("Sum\x00ak|Bl\ufffdg\ufffdrd|a\x7fb|k\x85l\x9f")
def test_a_sign_that_no_text_has_is_refused(value):
    assert "i stykker" in refusal(parse_text, value).message


@each("Smørrebrød på Ærø|Café Łódź|5 µm – “π”|Ωmega")
def test_letters_that_nobody_takes_for_others_are_left(value):
    assert parse_text(value) == value


def test_a_whole_number_has_no_decimals():
    assert parse_whole("1.200") == 1200
    assert "decimaler" in refusal(parse_whole, "4,5").message


SHARES = [(80, 80), (0, 0), (Percent(0.8), 80), (Percent(0.375), 37.5), (Percent(1), 100)]


@pairs(("value", "percent"), "80 %=80|80%=80|37,5 %=37.5|0,5 %=0.5|80=80", *SHARES)
def test_a_percentage_is_read_on_the_scale_of_a_hundred(value, percent):
    assert parse_percent(value) == float(percent)


@each("0,8|1", 0.8, 1)
def test_a_share_without_a_percent_sign_is_asked_about(value):
    assert "andel" in refusal(parse_percent, value).message


@each("%|80 % eller mere|80 promille")
def test_what_is_no_percentage_is_refused(value):
    assert refusal(parse_percent, value)


@each("ja|Ja|JA |j|J|x|X|1|true|SAND|✓", 1, True)
def test_every_way_to_say_yes(value):
    assert parse_flag(value) is True


@each("nej|Nej|n|N|0|false|FALSK", 0, False)
def test_every_way_to_say_no(value):
    assert parse_flag(value) is False


@each("måske|ja/nej|yes|-", 2, APRIL)
def test_what_is_neither_yes_nor_no_is_refused(value):
    assert refusal(parse_flag, value).expected == "ja eller nej"


@pytest.mark.parametrize("value", [datetime(2019, 4, 3), "3/4-2019", 43558])
def test_a_date_where_yes_or_no_is_asked_means_yes_on_that_day(value):
    assert parse_flag_or_date(value) == (True, APRIL)


@pytest.mark.parametrize(
    ("value", "flag"), [("ja", True), ("nej", False), (1, True), (0, False), (None, None)]
)
def test_yes_and_no_have_no_day(value, flag):
    assert parse_flag_or_date(value) == (flag, None)


def test_what_is_neither_a_date_nor_yes_or_no_is_refused():
    assert refusal(parse_flag_or_date, "måske").expected == "ja, nej eller en dato"


WEEKS = "2019-W14|2019W14|2019-w14| 2019-W14 |uge 14, 2019|Uge 14 2019|2019 uge 14|uge 14/2019"


@each(f"{WEEKS}|2019-uge 14")
def test_a_week_is_read_in_its_iso_spelling_and_in_words(value):
    assert parse_week(value) == "2019-W14" and parse_week("2020-W53") == "2020-W53"


NO_WEEKS = "2019-14|uge 14|W14|14|2019-W00|2019-W54|2019-W53|2019-W5|uge 60, 2019|uge 14 i år"


@each(NO_WEEKS, 14)
def test_what_is_no_week_of_that_year_is_refused(value):
    assert refusal(parse_week, value).expected == "en uge som 2019-W14"


@each("610180-0001|6101800001|610180 0001| 610180-0001 ", 6101800001, 6101800001.0)
def test_a_personal_number_is_read_in_each_spelling(value):
    assert parse_cpr(value) == "6101800001"


@each("101800001", 101800001, 101800001.0)
def test_a_lost_leading_zero_of_a_personal_number_is_put_back(value):
    assert parse_cpr(value) == "0101800001"


@each("0000000000|000000-0000")
def test_the_number_of_an_unknown_person_is_accepted(value):
    assert parse_cpr(value) == "0000000000"


NO_PERSONS = (
    "320180-0001|011380-0001|600180-0001|920180-0001|61018-0001|610180-001|610180--0001|Opdigtsen|"
    "610180-00012|\u0666\u0661\u0660180-0001"
)


@each(NO_PERSONS, 12345678, 0)
def test_what_is_no_personal_number_is_refused(value):
    assert refusal(parse_cpr, value).expected == "et CPR-nummer med ti cifre"


def test_the_day_of_a_replacement_number_reaches_from_61_to_91():
    assert parse_cpr("910180-0001") == "9101800001"


WRITTEN = [(142.0, "142"), (142, "142"), (4.5, "4.5"), (datetime(2019, 4, 3), "2019-04-03")]


@pairs(("value", "text"), "  to\xa0 ord =to ord|A\u030a=Å|lin\xadje=linje|00142=00142", *WRITTEN)
def test_text_is_cleaned_and_digits_are_kept(value, text):
    assert parse_text(value) == text


# Through the door


def read(root, kind, *rows):
    """Return a project's problems and one of its tables, as these rows give them."""
    found = tidy(make_project(root, **{kind: rows}))
    return found, found.tables.get(kind)


def test_several_exit_reasons_stand_in_one_cell_and_two_labels_of_one_are_one(tmp_path):
    reasons = "Arbejdsprøvning/praktik 2;  afventer rehabiliteringsteam ;"
    rows = [reasons, "Ordinært job; I ordinært job"]
    rows = [course(**{"CPR-nr.": cpr(n), "Afslutningsårsag": row}) for n, row in enumerate(rows, 1)]
    found, _ = read(tmp_path, "courses", *rows)
    exits = ["praktik2", "afventer_rehab", "ordinaert"]
    assert checks(found) == [] and list(found.tables["exits"].exit_reason) == exits


def test_one_unknown_reason_among_several_is_named_with_the_nearest(tmp_path):
    found, _ = read(tmp_path, "courses", course(Afslutningsårsag="Fleksjob; Barsell"))
    assert checks(found) == [("cell.codes", place("courses", "Afslutningsårsag", 2))]
    assert "Mente du “Barsel”?" in texts(found)


def test_a_code_is_found_whatever_its_capitals_and_blanks(tmp_path):
    labels = ["fleksjob", " FLEKSJOB ", "Fleksjob\xa0"]
    rows = [job(n, Ansættelsesform=label) for n, label in enumerate(labels)]
    assert list(read(tmp_path, "jobs", *rows)[1].job_type) == ["fleksjob"] * 3


def test_an_unknown_code_is_an_error_with_place_nearest_and_list(tmp_path):
    (problem,) = errors(read(tmp_path, "jobs", job(Kanal="Jobcentr"))[0])
    assert (problem.file, problem.sheet, problem.cell) == ("jobs.xlsx", "Ark1", "J2")
    assert problem.found == "Jobcentr" and "Mente du “Jobcenter”?" in problem.message
    assert "codes/channels.csv" in problem.advice


def test_a_number_beyond_the_possible_is_an_error(tmp_path):
    hours, share = "Timer pr. uge", "Arbejdsintensitet (%)"
    rows = [job(1, **{hours: 101}), job(2, **{hours: -1}), job(3, **{share: "101 %"})]
    cells = [place("jobs", hours, 2), place("jobs", hours, 3), place("jobs", share, 4)]
    assert sorted(cell for _, cell in checks(read(tmp_path, "jobs", *rows)[0])) == cells


def test_minutes_are_added_to_the_hours(tmp_path):
    rows = [course(**{"Timer pr. uge": 10, "Minutter pr. uge": 45})]
    assert read(tmp_path, "courses", *rows)[1].hours_per_week[0] == 10.75


def test_in_a_column_of_nothing_but_x_blank_is_no_and_a_column_of_blanks_is_unknown(tmp_path):
    crosses = {"Tolk": "x", "Plan udarbejdet": "x"}
    courses = read(tmp_path, "courses", course(**crosses), course(**{"CPR-nr.": cpr(2)}))[1]
    assert list(courses.needs_interpreter) == list(courses.has_plan) == [True, False]
    assert courses.is_veteran.isna().all()


def test_beside_other_answers_a_blank_stays_unknown(tmp_path):
    rows = [course(**{"CPR-nr.": cpr(n), "Veteran": v}) for n, v in enumerate(["x", None, "nej"])]
    assert list(read(tmp_path, "courses", *rows)[1].is_veteran.isna()) == [False, True, False]


def tidy_1904(root, kind, *rows):
    path = make_project(root, **{kind: None}) / f"data/raw/2019/{kind}.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet, date_format = book.add_worksheet(), book.add_format({"num_format": "dd-mm-yyyy"})
    for number, cells in enumerate(as_cells(kind, rows)):
        for column, value in enumerate(cells):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, date_format)
            else:
                sheet.write(number, column, value)
    book.close()
    return tidy(root)


def test_dates_of_a_1904_workbook_fall_on_their_days_and_a_year_alone_is_none(tmp_path):
    starts = [APRIL, (APRIL - date(1904, 1, 1)).days, "03-04-2019", 2019]
    rows = [job(n, Ansættelsesdato=start) for n, start in enumerate(starts)]
    found = tidy_1904(tmp_path, "jobs", *rows)
    assert checks(found) == [("cell.date", place("jobs", "Ansættelsesdato", 5))]
    assert list(found.tables["jobs"].started_on) == [APRIL] * 3


def test_yes_and_no_as_numbers_are_no_dates_in_a_1904_workbook(tmp_path):
    rows = [course(**{"Plan udarbejdet": 1}), running(**{"CPR-nr.": cpr(2), "Plan udarbejdet": 0})]
    assert list(tidy_1904(tmp_path, "courses", *rows).tables["courses"].has_plan) == [True, False]


def test_an_error_cell_is_named_with_its_code_and_place(tmp_path):
    codes = ["#N/A", "#DIV/0!", "#REF!", "#VALUE!"]
    rows = [job(n, **{"Timer pr. uge": code}) for n, code in enumerate(codes)]
    problems = errors(read(tmp_path, "jobs", *rows)[0])
    cells = [(place("jobs", "Timer pr. uge", n), code) for n, code in enumerate(codes, 2)]
    assert sorted((p.cell, p.found) for p in problems) == cells
    assert all(p.found in p.message and p.advice for p in problems)
