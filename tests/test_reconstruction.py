"""The example exports are those the reconstruction makes, of people who do not exist.

What they count to is asked of the library in `test_report_answers`.
"""

import re
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from example import YEARS, make_exports
from example.material import invent_person

RAW = Path(__file__).parents[1] / "data" / "raw"
NEEDED = "forloebsudtraek ansaettelser samarbejdsaftaler virksomheder puljer"
FILES = {2018: NEEDED, 2019: f"{NEEDED} netvaerksmoeder fremmoede venteliste progression"}
REPLACEMENT = re.compile(r"(6[1-9]|[78]\d|9[01])(0[1-9]|1[0-2])\d\d-\d{4}")


def read_table(file, year=2019, folder=RAW):
    book = load_workbook(folder / str(year) / f"{file}.xlsx")
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    top = next(n for n, row in enumerate(rows) if sum(isinstance(cell, str) for cell in row) > 2)
    return [dict(zip(rows[top], r, strict=True)) for r in rows[top + 1 :] if r[0] != "I alt"]


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
