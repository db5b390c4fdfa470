"""Editions never share a folder, and nothing but what socok has made is written over."""

import pytest

from socok_analysis.core.manifest import write_manifest
from socok_analysis.core.problems import UsageError
from socok_analysis.run.pages import choose_folder

EDITIONS = [("public", "internal"), ("internal", "public")]


@pytest.mark.parametrize("name", ["site", "status-2019-06-30"])
@pytest.mark.parametrize(("there", "wanted"), EDITIONS)
def test_a_site_or_brief_takes_the_place_of_its_own_edition_or_of_nothing(
    tmp_path, there, wanted, name
):
    root, full, empty = tmp_path / "projekt", tmp_path / "fuld", tmp_path / "tom"
    full.mkdir()
    empty.mkdir()
    (full / "index.html").write_text("<p>x</p>")
    with pytest.raises(UsageError, match="ikke tom"):
        choose_folder(root, full, there, name)
    write_manifest(full, {}, edition=there, holds=name)
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_folder(root, full, wanted, name)
    with pytest.raises(UsageError, match="ikke tom"):
        choose_folder(root, full, there, "resume-2019")
    assert choose_folder(root, full, there, name) == full
    assert choose_folder(root, empty, wanted, name) == empty


@pytest.mark.parametrize("out", ["_site", "notater/status", "report/2019", "data/raw/2031"])
def test_nothing_goes_into_the_projects_own_folders_or_the_other_editions(tmp_path, out):
    for name in ("site", "status"):
        with pytest.raises(UsageError, match="må ikke blandes"):
            choose_folder(tmp_path, tmp_path / out, "internal", name)
