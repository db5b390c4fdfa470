"""The report as its readers meet it, counted on the built site: pages, words, tables, headlines.

A word is what a reader sees between blanks in `main`, tables and captions included.
"""

import re
from html import unescape

import pytest

YEARS = (2018, 2019)
PAGES = (
    *("index", "job", "partner-sumak", "partner-veteranhaven", "indkoeb", "virksomheder"),
    *(
        "netvaerk",
        "indsatser",
        "indsatser-maalgruppe",
        "tilfoejelser",
        "anbefalinger",
        "om-tallene",
        "kilder",
    ),
)
SOURCES = "kilder"
FOLDED = re.compile(r"<details\b.*?</details>", re.DOTALL)
HEADING = re.compile(r"<h[12]\b[^>]*>(.*?)</h[12]>", re.DOTALL)
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)


def read(path):
    """Return the inside of a page's `main`."""
    html = path.read_text(encoding="utf-8").partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<(nav|script|style)\b.*?</\1>", " ", html, flags=re.DOTALL)


def strip(html):
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return " ".join(text.replace("\u00a0", " ").replace("\u00ad", "").split())


@pytest.fixture(scope="module")
def site(built):
    return {
        path.relative_to(built / "_site").as_posix(): read(path)
        for path in sorted((built / "_site").rglob("*.html"))
    }


def list_pages(site, year):
    return {name: html for name, html in site.items() if name.startswith(f"report/{year}/")}


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_twelve_to_fourteen_pages_with_the_front_page_and_job_and_partners_in_the_menu(
    built, site, year
):
    names = {name.rpartition("/")[2].removesuffix(".html") for name in list_pages(site, year)}
    assert names <= {*PAGES} and 12 <= len(names) + 1 <= 14
    if year == max(YEARS):
        assert names == {*PAGES}


def test_the_overview_is_read_in_ten_minutes_and_the_year_in_an_hour(site):
    pages = list_pages(site, max(YEARS))
    words = {name: len(strip(FOLDED.sub(" ", html)).split()) for name, html in pages.items()}
    assert 1200 <= words[f"report/{max(YEARS)}/index.html"] <= 2250
    assert sum(n for name, n in words.items() if SOURCES not in name) <= 11_000
    assert all(n <= 2600 for name, n in words.items() if SOURCES not in name)


@pytest.mark.parametrize("year", YEARS)
def test_a_section_has_at_most_two_tables_and_a_long_one_is_folded(site, year):
    for name, html in list_pages(site, year).items():
        sections = re.split(r"<h2\b", html)
        assert all(len(TABLE.findall(section)) <= 2 for section in sections), name
        for table in TABLE.findall(FOLDED.sub(" ", html)):
            assert table.count("<tr") - table.partition("</thead>")[0].count("<tr") <= 12, name


@pytest.mark.parametrize("year", YEARS)
def test_every_page_begins_with_its_message_in_words(site, year):
    for name, html in list_pages(site, year).items():
        if name.rpartition("/")[2].startswith(("kilder", "om-tallene")):
            continue
        start = html.partition("</h1>")[2]
        first = re.search(
            r"<(p|ul|table|figure|h2)\b[^>]*>", start.partition("</aside>")[2] or start
        )
        assert first and first[1] in ("p", "ul"), name
        headings = map(strip, HEADING.findall(html))
        assert all(len(heading.split()) <= 10 for heading in headings), name
        titles = re.findall(r'class="chart-title"[^>]*>(.*?)</span>', html, re.DOTALL)
        assert all(0 < len(strip(title).split()) <= 10 for title in titles)
        assert (
            html.count("<figure") - html.count("<table") <= len(titles) + html.count("fig-")
            or titles
        )


def test_the_front_page_says_at_most_six_sentences_and_each_number_stands_once(site):
    start = site["index.html"].partition("<h2")[2]
    points = re.findall(r"<li\b.*?</li>", start.partition("<h2")[0], re.DOTALL)
    sentences = [re.findall(r"[.!?](?:\s|$)", strip(point)) for point in points]
    assert 3 <= len(points) <= 6 and all(len(found) == 1 for found in sentences)
    named = re.findall(r'data-figure="([^" ]+)"[^>]*>([^<]*)', site["index.html"])
    assert len(named) == len(set(named)), "no number twice"


def test_no_page_hides_a_number_behind_a_mark_or_names_the_machinery(site):
    for name, html in site.items():
        text = strip(html)
        assert (
            not re.search(r"\[c\]|et skjult|en skjult|Fisher|Newcombe", text) or SOURCES in name
        ), name
        if SOURCES not in name:
            assert not re.search(r"year\.toml|\.csv\b(?! ·)|SHA-256|\bp = ", text), name


def test_the_menu_has_job_and_the_partners_in_sight(built):
    html = (built / f"_site/report/{max(YEARS)}/index.html").read_text(encoding="utf-8")
    menu = html.partition('class="site-menu"')[2].partition("</nav>")[0] or html
    for title in ("Job", "Forløb hos Sumak", "Forløb hos VeteranHaven", "Lokale indkøb"):
        assert f">{title}<" in menu.replace("\u00ad", "")
