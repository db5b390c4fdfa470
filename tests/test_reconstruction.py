"""The example exports count to what was published in May 2020, read row by row with openpyxl."""

import csv
import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from example import YEARS, make_exports
from example.material import invent_person

RAW = Path(__file__).parents[1] / "data" / "raw"
EVALUATED = {2018: date(2018, 6, 30), 2019: date(2020, 4, 30)}
PERIOD = {2018: (date(2018, 1, 1), date(2018, 12, 31)), 2019: (date(2019, 1, 1), date(2020, 4, 30))}
PARTNERS = ("VeteranHaven", "Sumak")
NEEDED = "forloebsudtraek ansaettelser samarbejdsaftaler virksomheder puljer"
FILES = {2018: NEEDED, 2019: f"{NEEDED} netvaerksmoeder fremmoede venteliste progression"}
NARROW = {"fleksjob", "ordinaert", "uddannelse"}
WIDE = NARROW | {"loentilskud", "hybridpraktik", "sprogskole"}
AWAITING = {"afventer_rehab", "afklaring_rehab", "beskrivelse_afventer", "covid_pause"}
REPLACEMENT = re.compile(r"(6[1-9]|[78]\d|9[01])(0[1-9]|1[0-2])\d\d-\d{4}")
with (RAW / "maps" / "codes" / "exit_reasons.csv").open(encoding="utf-8") as labels:
    CODES = {row["label"]: row["code"] for row in csv.DictReader(labels)}


def read_cells(file, year=2019, sheet=0, folder=RAW):
    book = load_workbook(folder / str(year) / f"{file}.xlsx")
    return list(book.worksheets[sheet].iter_rows(values_only=True))


def read_table(file, year=2019, sheet=0, folder=RAW):
    rows = read_cells(file, year, sheet, folder)
    top = next(n for n, row in enumerate(rows) if sum(isinstance(cell, str) for cell in row) > 2)
    return [dict(zip(rows[top], r, strict=True)) for r in rows[top + 1 :] if r[0] != "I alt"]


def day(value):
    if isinstance(value, str):
        return date(*map(int, reversed(re.split(r"\D", value))))
    return value.date() if isinstance(value, datetime) else None


def read_courses(partner, year=2019, folder=RAW):
    """Return the last row of each course with `start`, `end` and `codes`; extended ones joined."""
    rows = [r for r in read_table("forloebsudtraek", year, 0, folder) if r["Virksomhed"] == partner]
    first = {}
    for row in rows:
        first.setdefault(row["CPR-nr."], day(row["Startdato"]))
        labels = (row["Afslutningsårsag"] or "").split(";")
        row["codes"] = [CODES[label.strip()] for label in labels if label]
        row["start"], row["end"] = first[row["CPR-nr."]], day(row["Slutdato"])
    return [row for row in rows if row["codes"] != ["forlaenget"]]


def is_active(course, on):
    return course["start"] <= on and (course["end"] is None or course["end"] > on)


def completed(partner, year=2019, after=date.min):
    ended = [c for c in read_courses(partner, year) if c["end"]]
    return [c for c in ended if after < c["end"] <= EVALUATED[year]]


EXITS = """
2018 VeteranHaven 25 4 fleksjob 5 ordinaert 2 uddannelse 3 stoppet 4 praktik2 5 afventer_rehab 3
  foertidspension 1 faengsel 1 jobsoegende 1
2018 Sumak 34 9 fleksjob 5 ordinaert 7 loentilskud 2 uddannelse 4 sprogskole 4 praktik2 1 barsel 1
  stoppet 1 afklaring_rehab 4 afventer_rehab 7
2019 VeteranHaven 40 4 fleksjob 5 ordinaert 3 uddannelse 3 stoppet 8 praktik2 6 afventer_rehab 6
  foertidspension 2 faengsel 1 jobsoegende 1 doed 1 fraflyttet 1 beskrivelse_afventer 3 bosted 1
2019 Sumak 68 7 fleksjob 9 ordinaert 7 loentilskud 8 hybridpraktik 3 uddannelse 6 praktik2 2
  barsel 1 sprogskole 4 stoppet 10 afventer_rehab 12 beskrivelse_afventer 2 aegtefaelle 1
  covid_pause 1 jc_stop 2"""


@pytest.mark.parametrize("line", re.split(r"\n(?! )", EXITS.strip()))
def test_courses_count_to_the_published_exits(line):
    year, partner, ended, active, *words = line.split()
    courses, over = read_courses(partner, int(year)), completed(partner, int(year))
    exits = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    assert Counter(code for course in over for code in course["codes"]) == exits
    running = [c for c in courses if is_active(c, EVALUATED[int(year)])]
    assert (len(over), len(running)) == (int(ended), int(active))
    assert len(courses) == len(over) + len(running)


@pytest.mark.parametrize(
    ("year", "partner", "after", "narrow", "wide", "stopped", "awaiting", "ended"),
    [
        (2018, "VeteranHaven", date.min, 10, 10, 4, 3, 25),
        (2018, "Sumak", date.min, 16, 22, 1, 9, 34),
        (2019, "VeteranHaven", date.min, 11, 11, 8, 9, 40),
        (2019, "Sumak", date.min, 22, 37, 10, 15, 68),
        (2019, "VeteranHaven", EVALUATED[2018], 1, 1, 4, 6, 15),
        (2019, "Sumak", EVALUATED[2018], 6, 15, 9, 6, 34),
    ],
)
def test_rates_have_the_published_numerators(
    year, partner, after, narrow, wide, stopped, awaiting, ended
):
    courses = completed(partner, year, after)
    groups = (NARROW, WIDE, {"stoppet"}, AWAITING)
    counted = [sum(bool(codes & set(c["codes"])) for c in courses) for codes in groups]
    assert [*counted, len(courses)] == [narrow, wide, stopped, awaiting, ended]


def test_the_surplus_reasons_are_second_reasons_of_the_courses_that_explain_them():
    def doubles(partner, year):
        return [c["codes"] for c in completed(partner, year) if len(c["codes"]) > 1]

    assert doubles("VeteranHaven", 2018) == doubles("Sumak", 2019) == []
    assert doubles("VeteranHaven", 2019) == [["praktik2", "afventer_rehab"]]
    assert doubles("Sumak", 2018) == [["afventer_rehab", "afklaring_rehab"]] * 2


def test_nine_are_at_veteranhaven_in_four_months_of_2019_never_more_than_eight_in_others():
    courses = read_courses("VeteranHaven")
    days = [date(2015, 9, 1) + timedelta(n) for n in range(1704)]
    assert days[-1] == EVALUATED[2019]
    anyone = {}
    at_end = {}
    for on in days:
        present = {c["CPR-nr."] for c in courses if is_active(c, on)}
        anyone.setdefault((on.year, on.month), set()).update(present)
        at_end[on.year, on.month] = len(present)
    nine = [(2019, 4), (2019, 5), (2019, 6), (2019, 7)]
    assert [month for month, people in anyone.items() if len(people) > 8] == nine
    assert [month for month, count in at_end.items() if count > 8] == nine
    assert max(map(len, anyone.values())) == 9
    sumak = read_courses("Sumak")
    assert max(sum(is_active(c, on) for c in sumak) for on in days) == 10


@pytest.mark.parametrize(
    ("partner", "made", "not_made", "blank"), [("VeteranHaven", 33, 7, 4), ("Sumak", 73, 2, 0)]
)
def test_plans_count_and_each_missing_one_has_its_own_reason(partner, made, not_made, blank):
    rows = read_courses(partner)
    plans = Counter(r["Plan udarbejdet"] for r in rows)
    reasons = {r["Bemærkning"] for r in rows if r["Plan udarbejdet"] == "nej"}
    assert (plans["nej"], plans[None], len(rows)) == (not_made, blank, made + not_made + blank)
    assert len(reasons) == not_made
    assert all(reason.startswith("Ingen plan") for reason in reasons)


def jobs_in(period, year=2019):
    first, last = PERIOD[period]
    rows = read_table("ansaettelser", year)
    return [row for row in rows if first <= day(row["Ansættelsesdato"]) <= last]


@pytest.mark.parametrize(
    ("year", "types", "other"),
    [
        (2018, {"Fleksjob": 21, "Deltid": 7, "Fuldtid": 3, "Løntilskud": 4}, 29),
        (2019, {"Fleksjob": 17, "Deltid": 9, "Fuldtid": 1, "Hybrid": 2, "Løntilskud": 27}, 73),
    ],
)
def test_jobs_count_to_the_published_types_and_channels(year, types, other):
    jobs = jobs_in(year, year)
    assert Counter(r["Ansættelsesform"] for r in jobs if r["Kanal"] == "Jobcenter") == types
    assert sum(row["Kanal"] != "Jobcenter" for row in jobs) == other


@pytest.mark.parametrize("year", YEARS)
def test_every_export_names_enterprises_as_the_register_does(year):
    register = read_table("virksomheder", year)
    names = {row["Navn"] for row in register}
    aliases = [a.strip() for row in register for a in str(row["Alias"] or "").split(";") if a]
    assert not names & set(aliases)
    assert len(aliases) == len(set(aliases))
    used = {r["Virksomhed"] for f in NEEDED.split()[:3] for r in read_table(f, year)}
    used |= {row["Modtager"] for row in read_table("puljer", year)}
    assert used <= names | set(aliases)
    assert year == 2018 or used & set(aliases)


def test_agreements_have_the_published_places():
    before = [row["Aftale-id"] for row in read_table("samarbejdsaftaler", 2018)]
    assert before == ["agr-veteranhaven", "agr-sumak"]
    keys = ("Pladser", "Ekstra pladser", "Max uger", "Plan efter (uger)", "Måltal")
    rows = {r["Aftale-id"]: [r[k] for k in keys] for r in read_table("samarbejdsaftaler")}
    assert rows.pop("agr-veteranhaven") == [8, None, 52, 4, 50]
    assert rows.pop("agr-sumak") == [8, 2, None, 1, None]
    museums = {f"museum-{name}": 2 for name in ("bus", "by", "trykkeri", "kongegaarden")}
    places = {"frirum": 4, "affaldplus": 10, "chufa": 10, "kanehoej": 3} | museums
    assert {name.removeprefix("agr-"): row[0] for name, row in rows.items()} == places
    assert {name.removeprefix("agr-") for name, row in rows.items() if row[1] == 1} == set(museums)


@pytest.mark.parametrize("year", YEARS)
def test_the_exports_in_the_project_are_those_the_reconstruction_makes(year, tmp_path):
    made = make_exports(tmp_path, year)
    assert {path.stem for path in made} == set(FILES[year].split())
    assert {path.stem for path in (RAW / str(year)).glob("*.xlsx")} >= {p.stem for p in made}
    for path in made:
        assert path.read_bytes() == (RAW / str(year) / path.name).read_bytes(), path.name


@pytest.mark.parametrize("year", YEARS)
def test_every_cpr_number_is_a_replacement_and_no_cell_a_formula_an_error_or_a_real_number(year):
    numbers = set()
    for file in FILES[year].split():
        for sheet in load_workbook(RAW / str(year) / f"{file}.xlsx").worksheets:
            cells = [cell for row in sheet.iter_rows() for cell in row]
            assert not [cell for cell in cells if cell.data_type in ("f", "e")]
            for cell in cells:
                numbers.update(re.findall(r"\d{6}-?\d{4}|\d{8,}", str(cell.value)))
    assert len(numbers) > 100
    assert all(REPLACEMENT.fullmatch(found) for found in numbers)


def test_a_scaled_export_has_that_many_times_the_rows_with_new_people_and_the_same_bytes_again(
    tmp_path,
):
    once, again = (make_exports(tmp_path / part, 2019, scale=3) for part in ("a", "b"))
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    for file in ("forloebsudtraek", "ansaettelser", "fremmoede"):
        people = [
            Counter(row["CPR-nr."] for row in read_table(file, folder=folder))
            for folder in (RAW, tmp_path / "a")
        ]
        assert people[0] <= people[1]
        assert [3 * people[0].total(), 3 * len(people[0])] == [people[1].total(), len(people[1])]


def test_a_hundred_thousand_people_have_numbers_of_their_own():
    assert len({invent_person(n, "women").cpr for n in range(0, 100_000, 5)}) == 20_000
