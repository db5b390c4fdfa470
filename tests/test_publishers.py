"""Both publishers make the same report of the example years; skipped where there is no Quarto."""

import re

import pytest

from conftest import copy_project
from pages import read_main
from socok_analysis.cli import main
from socok_analysis.publish import find_quarto

pytestmark = pytest.mark.skipif(find_quarto() is None, reason="no quarto program on this machine")


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    root = copy_project(tmp_path_factory.mktemp("begge") / "projekt")
    made = root.parent / "embedded", root.parent / "quarto"
    for site in made:
        command = ["report", "--quiet", "--publisher", site.name, "--out", str(site)]
        assert main([*command, "--project", str(root)]) == 0
    return made


def list_files(site, pattern):
    return sorted(path.relative_to(site).as_posix() for path in site.rglob(pattern))


def test_both_have_the_same_pages_and_downloads(sites):
    for kind in ("*.html", "*.pdf", "*.docx", "*.xlsx", "*.csv", "*.json", "figures/*.svg"):
        ours, quartos = (list_files(site / "report", kind) for site in sites)
        assert ours and ours == quartos, kind


def test_both_say_the_same_page_by_page(sites):
    for name in list_files(sites[0], "*.html"):
        ours, quartos = (read_main(site / name) for site in sites)
        assert ours.words == quartos.words, name
        assert [" ".join(alt.split()) for alt in ours.alts] == [
            " ".join(alt.split()) for alt in quartos.alts
        ], name


def test_links_to_our_anchors_lead_to_the_same_place_in_quartos_pages(sites):
    for name in list_files(sites[0], "*.html"):
        ours, quartos = (read_main(site / name) for site in sites)
        wanted = {anchor for anchor in ours.ids if not anchor.endswith("-tekst")}
        assert wanted <= set(quartos.ids), name


def test_both_list_the_same_contents_beside_the_text(sites):
    for name in list_files(sites[0], "*.html"):
        ours, quartos = ((site / name).read_text(encoding="utf-8") for site in sites)
        listed = re.findall(r'class="level-[23]" href="[^"]*">([^<]*)<', ours)
        toc = quartos.partition('id="TOC"')[2].partition("</nav>")[0]
        told = re.findall(r'data-scroll-target="[^"]*">([^<]*)<', toc.replace("\u00ad", ""))
        assert not listed or listed == told, name
