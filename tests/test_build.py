"""Steps are skipped when unchanged, and what stood before survives what fails."""

import hashlib
import shutil

import pytest

from socok_analysis.core.folders import read_manifest
from socok_analysis.core.problems import DataError
from socok_analysis.run.build import prepare_year


def test_a_year_is_made_once_and_then_skipped(project):
    shutil.rmtree(project / "data/processed")
    assert prepare_year(project, 2018).is_new
    assert not prepare_year(project, 2018).is_new
    assert prepare_year(project, 2018, force=True).is_new


@pytest.mark.parametrize(
    "changed", ["raw/2019/year.toml", "raw/maps/jobs.csv", "raw/2018/ansaettelser.xlsx"]
)
def test_a_change_in_settings_maps_or_an_earlier_export_makes_the_year_anew(project, changed):
    prepare_year(project, 2019)
    path = project / "data" / changed
    if path.suffix == ".xlsx":
        path.unlink()
        with pytest.raises(DataError):
            prepare_year(project, 2019)
    else:
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert prepare_year(project, 2019).is_new


def test_a_change_in_a_later_year_leaves_an_earlier_one_alone(project):
    prepare_year(project, 2018)
    (project / "data/raw/2019/ansaettelser.xlsx").unlink()
    assert not prepare_year(project, 2018).is_new


def test_the_manifest_names_sources_with_hashes_maps_library_and_rows(project):
    manifest = read_manifest(prepare_year(project, 2019).year.processed_dir)
    files = manifest["inputs"]["files"]
    workbook = project / "data/raw/2019/ansaettelser.xlsx"
    expected = hashlib.sha256(workbook.read_bytes()).hexdigest()
    assert files["data/raw/2019/ansaettelser.xlsx"] == expected
    assert "data/raw/maps/codes/exit_reasons.csv" in files
    assert manifest["rows"]["jobs"] == 193
    assert manifest["inputs"]["library"]["version"]
