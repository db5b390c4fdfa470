"""The example exports are those the reconstruction makes, and count to what was published in 2020.

Read row by row with openpyxl; what the rest counts to is asked of the library in
`test_published_figures`.
"""

import csv
import re
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from example import YEARS, make_exports
from example.material import invent_person

RAW = Path(__file__).parents[1] / "data" / "raw"
EVALUATED = {2018: date(2018, 6, 30), 2019: date(2020, 4, 30)}
PERIOD = {2018: (date(2018, 1, 1), date(2018, 12, 31)), 2019: (date(2019, 1, 1), date(2020, 4, 30))}
NEEDED = "forloebsudtraek ansaettelser samarbejdsaftaler virksomheder puljer"
FILES = {2018: NEEDED, 2019: f"{NEEDED} netvaerksmoeder fremmoede venteliste progression"}
REPLACEMENT = re.compile(r"(6[1-9]|[78]\d|9[01])(0[1-9]|1[0-2])\d\d-\d{4}")
with (RAW / "maps" / "codes" / "exit_reasons.csv").open(encoding="utf-8") as labels:
    CODES = {row["label"]: row["code"] for row in csv.DictReader(labels)}
PLANS = {"nej": "unplanned", None: "blank"}
COUNTS = """
2018 VeteranHaven ended 25 running 4 fleksjob 5 ordinaert 2 uddannelse 3 stoppet 4 praktik2 5
  afventer_rehab 3 foertidspension 1 faengsel 1 jobsoegende 1
2018 Sumak ended 34 running 9 doubles 2 fleksjob 5 ordinaert 7 loentilskud 2 uddannelse 4
  sprogskole 4 praktik2 1 barsel 1 stoppet 1 afklaring_rehab 4 afventer_rehab 7
2019 VeteranHaven ended 40 running 4 doubles 1 fleksjob 5 ordinaert 3 uddannelse 3 stoppet 8
  praktik2 6 afventer_rehab 6 foertidspension 2 faengsel 1 jobsoegende 1 doed 1 fraflyttet 1
  beskrivelse_afventer 3 bosted 1 planned 33 unplanned 7 blank 4
2019 Sumak ended 68 running 7 fleksjob 9 ordinaert 7 loentilskud 8 hybridpraktik 3 uddannelse 6
  praktik2 2 barsel 1 sprogskole 4 stoppet 10 afventer_rehab 12 beskrivelse_afventer 2
  aegtefaelle 1 covid_pause 1 jc_stop 2 planned 73 unplanned 2
2018 ansaettelser Fleksjob 21 Deltid 7 Fuldtid 3 Løntilskud 4 other 29
2019 ansaettelser Fleksjob 17 Deltid 9 Fuldtid 1 Hybrid 2 Løntilskud 27 other 73"""


def read_table(file, year=2019, folder=RAW):
    book = load_workbook(folder / str(year) / f"{file}.xlsx")
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if sum(isinstance(cell, str) for cell in row) > 2)
    return [dict(zip(rows[top], r, strict=True)) for r in rows[top + 1 :] if r[0] != "I alt"]


def day(value):
    if isinstance(value, str):
        return date(*map(int, reversed(re.split(r"\D", value))))
    return value.date() if isinstance(value, datetime) else date.max


def count_courses(partner, year):
    """Count a partner's courses by their last row: ended, running, their reasons and plans."""
    found, remarks = Counter(), []
    for row in read_table("forloebsudtraek", year):
        codes = [
            CODES[label.strip()] for label in (row["Afslutningsårsag"] or "").split(";") if label
        ]
        if row["Virksomhed"] != partner or codes == ["forlaenget"]:
            continue
        is_over = day(row["Slutdato"]) <= EVALUATED[year]
        found.update(codes if is_over else [])
        found.update(["ended" if is_over else "running", *["doubles"] * (len(codes) > 1)])
        plan = PLANS.get(row["Plan udarbejdet"], "planned")
        found.update([plan] if year == 2019 else [])
        remarks += [row["Bemærkning"] or "?"] if (year, plan) == (2019, "unplanned") else []
    assert len(set(remarks)) == len(remarks)
    assert all(text.startswith("Ingen plan") for text in remarks)
    return found


def count_jobs(year):
    first, last = PERIOD[year]
    rows = [
        r for r in read_table("ansaettelser", year) if first <= day(r["Ansættelsesdato"]) <= last
    ]
    return Counter(r["Ansættelsesform"] if r["Kanal"] == "Jobcenter" else "other" for r in rows)


@pytest.mark.parametrize("line", re.split(r"\n(?! )", COUNTS.strip()))
def test_the_exports_count_to_what_was_published(line):
    year, what, *words = line.split()
    wanted = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    found = count_jobs(int(year)) if what == "ansaettelser" else count_courses(what, int(year))
    assert found == wanted


@pytest.mark.parametrize("year", YEARS)
def test_the_exports_in_the_project_are_those_the_reconstruction_makes(year, tmp_path):
    made = make_exports(tmp_path, year)
    assert {path.stem for path in made} == set(FILES[year].split())
    for path in made:
        assert path.read_bytes() == (RAW / str(year) / path.name).read_bytes(), path.name


@pytest.mark.parametrize("year", YEARS)
def test_every_cpr_number_is_a_replacement_and_no_cell_a_formula_an_error_or_a_real_number(year):
    numbers = set()
    for file in FILES[year].split():
        for sheet in load_workbook(RAW / str(year) / f"{file}.xlsx").worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                assert cell.data_type not in ("f", "e")
                numbers.update(re.findall(r"\d{6}-?\d{4}|\d{8,}", str(cell.value)))
    assert len(numbers) > 100
    assert all(REPLACEMENT.fullmatch(found) for found in numbers)


def test_a_scaled_export_has_that_many_times_the_rows_and_new_people_and_the_same_bytes_again(
    tmp_path,
):
    once, again = (make_exports(tmp_path / part, 2019, scale=3) for part in ("a", "b"))
    assert [path.read_bytes() for path in once] == [path.read_bytes() for path in again]
    for file in ("forloebsudtraek", "ansaettelser", "fremmoede"):
        tables = (read_table(file, folder=folder) for folder in (RAW, tmp_path / "a"))
        before, after = (Counter(row["CPR-nr."] for row in rows) for rows in tables)
        assert before <= after
        assert [3 * before.total(), 3 * len(before)] == [after.total(), len(after)]
    assert len({invent_person(n, "women").cpr for n in range(0, 100_000, 5)}) == 20_000
