"""Editions never share a folder, and nothing but what socok has made is written over."""

import pytest

from socok_analysis.core.errors import UsageError
from socok_analysis.core.manifest import write_manifest
from socok_analysis.run.site import choose_brief, choose_site

EDITIONS = [("public", "internal"), ("internal", "public")]


@pytest.mark.parametrize(("there", "wanted"), EDITIONS)
def test_a_site_takes_the_place_of_one_of_its_edition_or_of_nothing(tmp_path, there, wanted):
    site, empty = tmp_path / "site", tmp_path / "tom"
    site.mkdir()
    empty.mkdir()
    (site / "index.html").write_text("<p>x</p>")
    write_manifest(site, {}, edition=there)
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_site(tmp_path / "projekt", site, wanted)
    assert choose_site(tmp_path / "projekt", site, there) == site
    assert choose_site(tmp_path / "projekt", empty, wanted) == empty


@pytest.mark.parametrize("name", ["_site", "notater/status", "report/2019"])
def test_the_internal_edition_does_not_go_into_the_public_ones_folders(tmp_path, name):
    with pytest.raises(UsageError):
        choose_site(tmp_path, tmp_path / name, "internal")
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_brief(tmp_path, tmp_path / name, "internal", "status")


@pytest.mark.parametrize(("there", "wanted"), EDITIONS)
def test_a_brief_replaces_itself_alone(tmp_path, there, wanted):
    root, page = tmp_path / "projekt", tmp_path / "status.html"
    page.write_text("<p>Intern udgave</p>" if there == "internal" else "<p></p>")
    assert choose_brief(root, tmp_path, there, "status") == tmp_path
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_brief(root, tmp_path, wanted, "status")
    (tmp_path / "mine.docx").write_text("x")
    with pytest.raises(UsageError, match="ikke tom"):
        choose_brief(root, tmp_path, there, "status")
