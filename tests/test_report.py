"""The report as its readers meet it, counted on the built site: pages, words, tables, headlines.

A word is what a reader sees between blanks in `main`, tables and captions included.
"""

import re

import pytest

from pages import PAGES, strip

YEARS = (2018, 2019)
SOURCES = "kilder"
DOCUMENTS = [f"socialoekonomisk-aarsrapport-{{}}.{kind}" for kind in ("pdf", "docx", "xlsx")]
FOLDED = re.compile(r"<details\b.*?</details>", re.DOTALL)
HEADING = re.compile(r"<h[12]\b[^>]*>(.*?)</h[12]>", re.DOTALL)
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)


@pytest.fixture(scope="module")
def mains(site):
    """The inside of each page's `main`."""
    parts = {
        name: html.partition("<main")[2].partition("</main>")[0] for name, html in site.items()
    }
    within = re.compile(r"<(nav|script|style)\b.*?</\1>", re.DOTALL)
    return {name: within.sub(" ", html) for name, html in parts.items()}


def list_pages(mains, year):
    start = f"report/{year}/"
    return {n.removeprefix(start): html for n, html in mains.items() if n.startswith(start)}


@pytest.mark.parametrize("year", YEARS)
def test_a_year_has_twelve_to_fourteen_pages_with_the_front_page_and_its_documents(
    built, mains, year
):
    names = {name.removesuffix(".html") for name in list_pages(mains, year)}
    assert names <= {*PAGES.split()} and 12 <= len(names) + 1 <= 14
    assert year == 2018 or names == {*PAGES.split()}
    wanted = {name.format(year) for name in DOCUMENTS} | {"datapackage.json"}
    assert wanted <= {path.name for path in (built / f"_site/report/{year}").iterdir()}
    for page in ("index.html", f"report/{year}/index.html"):
        assert "rekonstruer" in mains[page], "the example says that it is"


def test_the_overview_is_read_in_ten_minutes_and_the_year_in_an_hour(mains):
    pages = list_pages(mains, 2019)
    words = {name: len(strip(FOLDED.sub(" ", html)).split()) for name, html in pages.items()}
    assert 1200 <= words["index.html"] <= 2250
    told = [n for name, n in words.items() if SOURCES not in name]
    assert sum(told) <= 11_000 and max(told) <= 2600


@pytest.mark.parametrize("year", YEARS)
def test_a_section_has_at_most_two_tables_and_a_long_one_is_folded(mains, year):
    for name, html in list_pages(mains, year).items():
        sections = re.split(r"<h2\b", html)
        assert all(len(TABLE.findall(section)) <= 2 for section in sections), name
        for table in TABLE.findall(FOLDED.sub(" ", html)):
            assert table.count("<tr") - table.partition("</thead>")[0].count("<tr") <= 12, name


@pytest.mark.parametrize("year", YEARS)
def test_every_page_begins_with_its_message_in_words(mains, year):
    for name, html in list_pages(mains, year).items():
        if name.startswith((SOURCES, "om-tallene")):
            continue
        start = html.partition("</h1>")[2]
        start = start.partition("</aside>")[2] or start
        first = re.search(r"<(p|ul|table|figure|h2)\b", start)
        assert first and first[1] in ("p", "ul"), name
        titles = re.findall(r'class="chart-title"[^>]*>(.*?)</span>', html, re.DOTALL)
        headlines = map(strip, [*HEADING.findall(html), *titles])
        assert all(0 < len(headline.split()) <= 10 for headline in headlines), name


def test_the_front_page_says_at_most_six_sentences_and_each_number_stands_once(mains):
    start = mains["index.html"].partition("<h2")[2]
    points = re.findall(r"<li\b.*?</li>", start.partition("<h2")[0], re.DOTALL)
    sentences = [re.findall(r"[.!?](?:\s|$)", strip(point)) for point in points]
    assert 3 <= len(points) <= 6 and all(len(found) == 1 for found in sentences)
    named = re.findall(r'data-figure="([^" ]+)"[^>]*>([^<]*)', mains["index.html"])
    assert len(named) == len(set(named)), "no number twice"


MACHINERY = r"\[c\]|e[tn] skjult|Fisher|Newcombe|year\.toml|\.csv\b(?! ·)|SHA-256|\bp = "


def test_no_page_hides_a_number_behind_a_mark_or_names_the_machinery(mains):
    told = {name: html for name, html in mains.items() if SOURCES not in name}
    assert {n: hit for n, html in told.items() if (hit := re.search(MACHINERY, strip(html)))} == {}


def test_the_menu_has_job_and_the_partners_in_sight(site):
    menu = site["report/2019/index.html"].partition('id="site-menu"')[2].partition("</nav>")[0]
    for title in ("Job", "Forløb hos Sumak", "Forløb hos VeteranHaven", "Lokale indkøb"):
        assert f">{title}<" in menu.replace("\u00ad", "")
