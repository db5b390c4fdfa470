"""Both publishers make the same report of the example years; skipped where there is no Quarto."""

import re

import pytest

from pages import read_main


@pytest.fixture(scope="module")
def sites(built, quarto_site):
    return built / "_site", quarto_site


def list_files(site, pattern):
    return sorted(path.relative_to(site).as_posix() for path in site.rglob(pattern))


def test_both_have_the_same_pages_and_downloads(sites):
    for kind in ("*.html", "*.pdf", "*.docx", "*.xlsx", "*.csv", "*.json", "figures/*.svg"):
        ours, quartos = (list_files(site / "report", kind) for site in sites)
        assert ours and ours == quartos, kind


def test_both_say_the_same_page_by_page_and_our_anchors_are_in_quartos_pages(sites):
    for name in list_files(sites[0], "*.html"):
        ours, quartos = (read_main(site / name) for site in sites)
        assert ours.words == quartos.words, name
        told, said = ([" ".join(alt.split()) for alt in page.alts] for page in (ours, quartos))
        assert told == said, name
        wanted = {anchor for anchor in ours.ids if not anchor.endswith("-tekst")}
        assert wanted <= set(quartos.ids), name


def test_both_list_the_same_contents_beside_the_text(sites):
    for name in list_files(sites[0], "*.html"):
        ours, quartos = ((site / name).read_text(encoding="utf-8") for site in sites)
        listed = re.findall(r'class="level-[23]" href="[^"]*">([^<]*)<', ours)
        toc = quartos.partition('id="TOC"')[2].partition("</nav>")[0]
        told = re.findall(r'data-scroll-target="[^"]*">([^<]*)<', toc.replace("\u00ad", ""))
        assert not listed or listed == told, name
