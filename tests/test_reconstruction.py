"""The example exports are those the reconstruction makes, of people who do not exist.

What they count to is asked of the library in `test_report_answers`.
"""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from example import YEARS, make_exports

RAW = Path(__file__).parents[1] / "data" / "raw"
NEEDED = "forloebsudtraek ansaettelser samarbejdsaftaler virksomheder puljer"
FILES = {2018: NEEDED, 2019: f"{NEEDED} netvaerksmoeder fremmoede venteliste progression"}
REPLACEMENT = re.compile(r"(6[1-9]|[78]\d|9[01])(0[1-9]|1[0-2])\d\d-\d{4}")


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
