"""Each spelling of a value that is accepted, and each that is refused with a reason."""

from datetime import date, datetime, time, timedelta

import pytest

import workbooks as wb
from socok_analysis.intake.parse import EXPECTED, PARSERS, ParseError
from socok_analysis.workbook.cells import Percent

APRIL, NOON = date(2019, 4, 3), datetime(2019, 4, 3, 14, 30)
OTHER_LETTERS = "Smørrebrød på Ærø|Café Łódź|5 µm – “π”|Ωmega"


def pair(texts):
    """Return each "value=number" between bars."""
    return [(text, float(number)) for text, number in (p.split("=") for p in texts.split("|"))]


DAYS = (
    "03-04-2019|3-4-2019|3.4.2019|3. 4. 2019|3/4-2019|3/4/2019|03.04.2019|2019-04-03|"
    "2019-04-03T00:00:00| 03-04-2019\xa0|3. april 2019|den 3. apr. 2019|3.APR 2019|3/4 2019|"
    "d. 3/4-2019|3.4, 2019|20190403|2019-04-03T00:00:00Z|2019-04-03T00:00:00.0+02:00|"
    "03-APR-2019|3. april, 2019|ons 03-04-2019|ons. d. 3. april 2019|03-04-2019 kl. 00.00|"
    "03\u201104\u20112019"
)
AMOUNTS = (
    "4,5=4.5|1.234=1234|1.234,5=1234.5|1.234.567,25=1234567.25|1 234,5=1234.5|1\xa0234=1234|0=0|"
    "007=7|-3,5=-3.5|\u22123=-3|37 timer=37|15.000 kr.=15000|15.000 kr=15000|15.000,-=15000|"
    "kr. 15.000,-=15000|DKK 5000=5000|486.573,00-=-486573|32,5 t/uge=32.5|37 timer pr. uge=37"
)
SHARES = "80 %=80|80%=80|37,5 %=37.5|0,5 %=0.5|80=80"
WEEKS = "2019-W14|2019W14|2019-w14| 2019-W14 |uge 14, 2019|Uge 14 2019|2019 uge 14|uge 14/2019"
PERSONS = "610180-0001|6101800001|610180 0001| 610180-0001 "
# What is read, whose text stands between bars, and other values, by what they mean.
READ = [
    ("date", DAYS, (43558, 43558.0, 20190403, datetime(2019, 4, 3), APRIL), APRIL),
    ("date", "01-01-1900", (), date(1900, 1, 1)),
    ("date", "31-12-2100", (), date(2100, 12, 31)),
    ("number", "x|X|-|.|..|–| .. ", (), None),
    ("whole", "x|X|-|.|..|–| .. ", (), None),
    ("percent", "x|X|-|.|..|–| .. ", (), None),
    ("number", "4,5", (4.5,), 4.5),
    ("number", "7", (7,), 7),
    ("number", "0", (0,), 0),
    ("whole", "1.200", (), 1200),
    ("percent", "80 %", (80, Percent(0.8)), 80),
    ("percent", "37,5 %", (Percent(0.375),), 37.5),
    ("percent", "0 %", (0,), 0),
    ("percent", "100 %", (Percent(1),), 100),
    ("flag", "ja|Ja|JA |j|J|x|X|1|true|SAND|✓", (1, True), True),
    ("flag", "nej|Nej|n|N|0|false|FALSK", (0, False), False),
    ("flag_or_date", "3/4-2019", (datetime(2019, 4, 3), 43558), (True, APRIL)),
    ("flag_or_date", "ja", (1,), (True, None)),
    ("flag_or_date", "nej", (0,), (False, None)),
    ("flag_or_date", "", ("", None), (None, None)),
    ("week", f"{WEEKS}|2019-uge 14", (), "2019-W14"),
    ("week", "2020-W53", (), "2020-W53"),
    ("person", PERSONS, (6101800001, 6101800001.0), "6101800001"),
    ("person", "101800001", (101800001, 101800001.0), "0101800001"),
    ("person", "0000000000|000000-0000", (), "0000000000"),
    ("person", "910180-0001", (), "9101800001"),
    ("text", "142", (142.0, 142), "142"),
    ("text", "4.5", (4.5,), "4.5"),
    ("text", "2019-04-03", (datetime(2019, 4, 3),), "2019-04-03"),
    ("text", "2019-04-03 14:30:00", (NOON,), "2019-04-03 14:30:00"),
    *(("text", same, (), same) for same in OTHER_LETTERS.split("|")),
    *(("number", text, (), number) for text, number in pair(AMOUNTS)),
    *(("percent", text, (), number) for text, number in pair(SHARES)),
    ("text", "  to\xa0 ord ", (), "to ord"),
    ("text", "A\u030a", (), "Å"),
    ("text", "lin\xadje", (), "linje"),
    ("text", "00142", (), "00142"),
    *((kind, "|   |\xa0", (None,), None) for kind in PARSERS if kind != "flag_or_date"),
]


def spread(rows):
    """Yield each value of some rows apart, before what stands last in its row."""
    for kind, texts, others, last in rows:
        for value in (*(texts.split("|") if texts else ()), *others):
            yield kind, value, last


@pytest.mark.parametrize(("kind", "value", "meaning"), spread(READ))
def test_every_spelling_of_a_value_is_read_as_what_it_means(kind, value, meaning):
    read = PARSERS[kind](value)
    assert read == meaning and isinstance(read, bool) == isinstance(meaning, bool)


NO_DAYS = (
    "32-01-2019|29-02-2019|31. april 2019|3. brumaire 2019|04-13-2019|2019-13-01|april 2019|"
    "3. april|3/4|20191303|2019-04-03T22:00:00Z|43558|x|-|ja|2019-04-03 14:30"
)
NO_NUMBERS = (
    "1.5|1,234.5|1.23,4|12.3456|1 2|1.234 567|<5|ca. 5|5-6|4:30|80 %|ti|1,|,5|1e3|1,5,-|kr.|xx|"
    "...|--"
)
NO_WEEKS = "2019-14|uge 14|W14|14|2019-W00|2019-W54|2019-W53|2019-W5|uge 60, 2019|uge 14 i år"
NO_PERSONS = (
    "320180-0001|011380-0001|600180-0001|920180-0001|61018-0001|610180-001|610180--0001|Opdigtsen|"
    "610180-00012|\u0666\u0661\u0660180-0001"
)
NO_SERIALS = (True, 0, -5, 43558.5, 99999, 20191303, 60, time(12, 30), timedelta(hours=3))
NO_YEARS = "03-04-19|3/4-19|3.4.19|3/4/19|3/4 19"
VAGUE = "medio 2019|Primo 2020|ultimo maj 2019|ca. 3-4-2019"
NO_AMOUNTS = (True, Percent(0.8), datetime(2019, 4, 3))
FAR = (datetime(2101, 1, 1), date(1899, 12, 31))
# What is refused, and what is said in message or advice.
REFUSED = [
    ("date", NO_DAYS, NO_SERIALS, ""),
    ("date", NO_YEARS, (), "kun to cifre. Skriv året helt ud."),
    ("date", VAGUE, (), "Skriv den bestemte dag."),
    ("date", "31-12-1899|01-01-2101|3-4-0019", FAR, "1900-2100"),
    ("date", "", (1900, 2019, 2019.0, 2100), "ligner et årstal"),
    ("date", "", (NOON,), "klokkeslæt"),
    ("number", NO_NUMBERS, NO_AMOUNTS, ""),
    ("number", "<5|< 3|<5 kr.", (), "skjult"),
    ("whole", "4,5", (), "decimaler"),
    ("percent", "0,8|1", (0.8, 1), "andel"),
    ("percent", "%|80 % eller mere|80 promille", (), ""),
    ("text", "Sum\u0430k|\u0421HUFA|Caf\u03b5 \u039fst", (), "et andet alfabet"),
    ("text", "Sum\x00ak|Bl\ufffdg\ufffdrd|a\x7fb|k\x85l\x9f", (), "i stykker"),
    ("flag", "måske|ja/nej|yes|-", (2, APRIL), ""),
    ("flag_or_date", "måske", (), ""),
    ("week", NO_WEEKS, (14,), ""),
    ("person", NO_PERSONS, (12345678, 0), ""),
]


@pytest.mark.parametrize(("kind", "value", "says"), spread(REFUSED))
def test_what_can_be_read_two_ways_or_none_is_refused_with_what_is_wrong(kind, value, says):
    with pytest.raises(ParseError) as caught:
        PARSERS[kind](value)
    assert says in f"{caught.value.message} {caught.value.advice}" and kind in EXPECTED


def test_minutes_are_hours_and_a_blank_is_no_in_a_column_of_crosses_alone(tmp_path):
    first = {"Timer pr. uge": 10, "Minutter pr. uge": 45, "Tolk": "x", "Plan udarbejdet": "x"}
    rows = [wb.course(**first), wb.course(**{"CPR-nr.": wb.cpr(2)})]
    courses = wb.read(tmp_path, courses=rows).tables["courses"]
    assert courses.hours_per_week[0] == 10.75 and courses.is_veteran.isna().all()
    assert list(courses.needs_interpreter) == list(courses.has_plan) == [True, False]
