"""`year.toml`: what it may hold, and which years and projects there are; faults: `test_lists`."""

from datetime import date

import pytest

from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.core.year import find_project, list_years, read_year
from workbooks import write_settings


def test_the_settings_of_a_year_are_read_with_a_byte_order_mark_from_notepad_too(tmp_path):
    write_settings(
        tmp_path,
        report={"previous_evaluation_date": date(2018, 6, 30), "title": "Årsrapport æøå"},
        goals={"jobs_per_year": 30, "strategy_end": date(2020, 12, 31)},
        publish={"threshold": 5, "contact": "Enheden"},
    )
    path = tmp_path / "data/raw/2019/year.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    year = read_year(tmp_path, 2019)
    assert (year.year, year.title, year.period_end) == (2019, "Årsrapport æøå", date(2019, 12, 31))
    assert (year.previous_evaluation_date, year.jobs_per_year) == (date(2018, 6, 30), 30)
    assert (year.threshold, year.contact, year.strategy_end.year) == (5, "Enheden", 2020)
    write_settings(tmp_path)  # a previous evaluation, goals and contact may be left out
    year = read_year(tmp_path, 2019)
    assert (year.jobs_per_year, year.threshold, year.contact) == (None, 3, "")
    assert year.previous_evaluation_date is None


def test_a_file_that_is_not_there_or_no_toml_is_an_error_with_its_line(tmp_path):
    path = tmp_path / "data/raw/2019/year.toml"
    path.parent.mkdir(parents=True)
    for text, check, said in (
        ("title = Årsrapport".encode(), "toml", "Filen kan ikke læses som TOML. Se linje 3."),
        (b"year = 2019", "toml", "TOML"),  # a second time
        ('title = "Årsrapport"'.encode("latin-1"), "tegnsæt", "UTF-8"),
        (b"", "mangler", ""),
    ):
        path.write_bytes(b"[report]\nyear = 2019\n" + text + b"\n") if text else path.unlink()
        with pytest.raises(DataError) as caught:
            read_year(tmp_path, 2019)
        (problem,) = caught.value.problems
        assert (problem.file, problem.check) == ("year.toml", f"year_toml.{check}")
        assert said in problem.message


def test_years_are_the_folders_named_by_a_year_and_a_project_is_found_from_inside(tmp_path):
    with pytest.raises(UsageError, match="data/raw"):
        find_project(tmp_path)
    for name in ("2019", "2018", "maps", "2019-kladde", "20190"):
        (tmp_path / "data/raw" / name).mkdir(parents=True)
    (tmp_path / "data/raw/2017").write_text("a file", encoding="utf-8")
    assert list_years(tmp_path) == [2018, 2019]
    with pytest.raises(UsageError, match="2018, 2019"):
        read_year(tmp_path, 2020)
    assert find_project(tmp_path / "data/raw/2019") == tmp_path.resolve()
