"""Steps are skipped when unchanged, and what stood before survives what fails."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from socok_analysis.core.errors import DataError
from socok_analysis.core.folders import replace_folder
from socok_analysis.core.manifest import is_fresh, read_manifest, write_manifest
from socok_analysis.run.build import prepare_year


def hash_folder(folder: Path) -> dict[str, str]:
    """Return the hash of every file below a folder by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_year_is_made_once_and_then_skipped(project: Path) -> None:
    assert prepare_year(project, 2018).is_new
    assert not prepare_year(project, 2018).is_new
    assert prepare_year(project, 2018, force=True).is_new


@pytest.mark.parametrize(
    "changed", ["raw/2019/year.toml", "raw/maps/jobs.csv", "raw/2018/ansaettelser.xlsx"]
)
def test_a_change_in_settings_maps_or_an_earlier_export_makes_the_year_anew(
    project: Path, changed: str
) -> None:
    prepare_year(project, 2019)
    path = project / "data" / changed
    if path.suffix == ".xlsx":
        path.unlink()
        with pytest.raises(DataError):
            prepare_year(project, 2019)
    else:
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert prepare_year(project, 2019).is_new


def test_a_change_in_a_later_year_leaves_an_earlier_one_alone(project: Path) -> None:
    prepare_year(project, 2018)
    (project / "data/raw/2019/ansaettelser.xlsx").unlink()
    assert not prepare_year(project, 2018).is_new


def test_a_deleted_table_is_made_again(project: Path) -> None:
    folder = prepare_year(project, 2018).year.processed_dir
    (folder / "jobs.parquet").unlink()
    assert prepare_year(project, 2018).is_new
    assert (folder / "jobs.parquet").exists()


def test_the_same_exports_and_key_give_the_same_bytes(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hash_folder(prepare_year(project, 2019).year.processed_dir)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "C")
    second = hash_folder(prepare_year(project, 2019, force=True).year.processed_dir)
    assert first == second and "figures.csv" in first


def test_the_manifest_names_sources_with_hashes_maps_library_and_rows(project: Path) -> None:
    manifest = read_manifest(prepare_year(project, 2019).year.processed_dir)
    files = manifest["inputs"]["files"]  # type: ignore[index]
    workbook = project / "data/raw/2019/ansaettelser.xlsx"
    expected = hashlib.sha256(workbook.read_bytes()).hexdigest()
    assert files["data/raw/2019/ansaettelser.xlsx"] == expected
    assert "data/raw/maps/codes/exit_reasons.csv" in files
    assert manifest["rows"]["jobs"] == 193  # type: ignore[index]
    assert manifest["inputs"]["library"]["version"]  # type: ignore[index]


def test_the_person_key_is_made_once_and_only_for_its_owner(project: Path) -> None:
    prepare_year(project, 2018)
    key = project / ".socok" / "person.key"
    before = key.read_bytes()
    prepare_year(project, 2018, force=True)
    assert key.read_bytes() == before
    assert key.stat().st_mode & 0o077 == 0


def test_the_same_person_has_the_same_key_in_both_years(project: Path) -> None:
    import pandas as pd

    folders = [prepare_year(project, year).year.processed_dir for year in (2018, 2019)]
    first, second = (pd.read_parquet(folder / "courses.parquet") for folder in folders)
    assert set(first["course_id"]) <= set(second["course_id"])


def test_another_key_gives_other_person_keys(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas as pd

    path = prepare_year(project, 2018).year.processed_dir / "courses.parquet"
    before = set(pd.read_parquet(path)["person_key"])
    monkeypatch.setenv("SOCOK_KEY_FILE", str(tmp_path / "andet sted" / "nøgle"))
    assert prepare_year(project, 2018).is_new
    assert not before & set(pd.read_parquet(path)["person_key"])


def test_a_block_that_fails_leaves_the_old_folder_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "site"
    with replace_folder(target) as fresh:
        (fresh / "index.html").write_text("gammel")
    with pytest.raises(KeyboardInterrupt), replace_folder(target) as fresh:
        (fresh / "index.html").write_text("ny")
        raise KeyboardInterrupt
    assert (target / "index.html").read_text() == "gammel"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_run_killed_between_the_two_moves_is_mended_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "site"
    with replace_folder(target) as fresh:
        (fresh / "index.html").write_text("gammel")
    target.rename(tmp_path / ".site.gammel")
    with pytest.raises(ValueError, match="fejl"), replace_folder(target):
        raise ValueError("fejl")
    assert (target / "index.html").read_text() == "gammel"


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    import os

    target = tmp_path / "2019"
    (tmp_path / ".2019.ny-999999999-abc").mkdir()
    (tmp_path / f".2019.ny-{os.getpid()}-abc").mkdir()
    with replace_folder(target):
        pass
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"2019", f".2019.ny-{os.getpid()}-abc"}


def test_a_folder_is_not_fresh_when_a_file_was_cut_short(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("helt")
    write_manifest(tmp_path, {"x": 1})
    assert is_fresh(tmp_path, {"x": 1}) and not is_fresh(tmp_path, {"x": 2})
    (tmp_path / "a.txt").write_text("hel")
    assert not is_fresh(tmp_path, {"x": 1})


def test_a_broken_manifest_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{")
    assert not is_fresh(tmp_path, {})
