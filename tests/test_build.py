"""Steps are skipped when unchanged, and what stood before survives what fails."""

import hashlib

import pytest

from socok_analysis.core.folders import read_manifest
from socok_analysis.core.problems import DataError
from socok_analysis.run.build import prepare_year


@pytest.mark.parametrize(
    ("changed", "made"),
    [
        ("raw/2019/year.toml", [2019]),
        ("raw/2018/year.toml", [2018, 2019]),
        ("raw/maps/jobs.csv", [2018, 2019]),
    ],
)
def test_a_year_is_made_again_when_what_it_is_made_of_has_changed_and_only_then(
    project, changed, made
):
    prepare_year(project, 2019)
    with (project / "data" / changed).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert [year for year in (2018, 2019) if prepare_year(project, year).is_new] == made
    assert not any(prepare_year(project, year).is_new for year in (2018, 2019))
    assert prepare_year(project, 2018, force=True).is_new


def test_an_export_that_is_gone_stops_its_year_and_later_ones(project):
    (project / "data/raw/2018/ansaettelser.xlsx").unlink()
    with pytest.raises(DataError):
        prepare_year(project, 2019)


def test_the_manifest_names_sources_with_hashes_maps_library_and_rows(project):
    manifest = read_manifest(prepare_year(project, 2019).year.processed_dir)
    files = manifest["inputs"]["files"]
    workbook = project / "data/raw/2019/ansaettelser.xlsx"
    expected = hashlib.sha256(workbook.read_bytes()).hexdigest()
    assert files["data/raw/2019/ansaettelser.xlsx"] == expected
    assert "data/raw/maps/codes/exit_reasons.csv" in files
    assert manifest["rows"]["jobs"] == 193
    assert manifest["inputs"]["library"]["version"]
