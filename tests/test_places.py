"""Editions never share a folder, and nothing but what socok has made is written over."""

import pytest

from socok_analysis.core.errors import UsageError
from socok_analysis.core.manifest import write_manifest
from socok_analysis.run.site import choose_brief, choose_site


def make_site(folder, edition):
    folder.mkdir()
    (folder / "index.html").write_text("<p>x</p>")
    write_manifest(folder, {}, edition=edition)
    return folder


@pytest.mark.parametrize(("there", "wanted"), [("public", "internal"), ("internal", "public")])
def test_a_site_is_not_replaced_by_the_other_edition(tmp_path, there, wanted):
    site = make_site(tmp_path / "site", there)
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_site(tmp_path / "projekt", site, wanted)


def test_a_site_of_the_same_edition_and_an_empty_folder_may_be_used(tmp_path):
    site = make_site(tmp_path / "site", "public")
    assert choose_site(tmp_path / "projekt", site, "public") == site
    (tmp_path / "tom").mkdir()
    assert choose_site(tmp_path / "projekt", tmp_path / "tom", "internal") == tmp_path / "tom"


@pytest.mark.parametrize("name", ["_site", "notater/status", "report/2019"])
def test_the_internal_edition_does_not_go_into_the_public_ones_folders(tmp_path, name):
    with pytest.raises(UsageError):
        choose_site(tmp_path, tmp_path / name, "internal")
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_brief(tmp_path, tmp_path / name, "internal", "status")


def test_a_brief_does_not_wipe_a_folder_with_other_files(tmp_path):
    (tmp_path / "mine.docx").write_text("x")
    with pytest.raises(UsageError, match="ikke tom"):
        choose_brief(tmp_path / "projekt", tmp_path, "public", "status")


@pytest.mark.parametrize(("there", "wanted"), [("Intern udgave", "public"), ("", "internal")])
def test_a_brief_does_not_replace_the_other_editions(tmp_path, there, wanted):
    (tmp_path / "status.html").write_text(f"<p>{there}</p>")
    with pytest.raises(UsageError, match="må ikke blandes"):
        choose_brief(tmp_path / "projekt", tmp_path, wanted, "status")


def test_a_brief_may_replace_itself(tmp_path):
    (tmp_path / "status.html").write_text("<p></p>")
    (tmp_path / "status.pdf").write_text("x")
    assert choose_brief(tmp_path / "projekt", tmp_path, "public", "status") == tmp_path
