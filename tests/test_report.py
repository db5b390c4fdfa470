"""The report: that it answers what the source report did, and how its readers meet it.

`answers.csv` has a row for each of the source's 288 figures: the figure of ours that gives it and
the page that shows it, the words of a page, or why it is left out. `ALSO` are figures the source
has the rows of and does not print. A word is what a reader sees between blanks in `main`.
"""

import re
from collections import namedtuple

import pytest
from openpyxl import load_workbook

from conftest import ROOT
from example import YEARS, make_exports
from pages import PAGES, strip
from socok_analysis.core.danish import round_half_up
from socok_analysis.disclosure.public import read_public
from socok_analysis.figures.figure import read_figures
from socok_analysis.show.markdown import format_figure, format_fraction, format_interval
from workbooks import read_csv

REASONS = ("single person", "outside exports", "factual error", "not told")
NAMED = re.compile(r'<(span|div)[^>]*? data-figure="([^"]*)"[^>]*>(?:(.*?)</span>)?', re.DOTALL)
ALSO = """
2018 outcomes: veteranhaven.success_narrow=10/25 veteranhaven.active=4 sumak.active=9
2018 jobs: cumulative=64 type.hybrid=0
2018 agreements: veteranhaven.places=8 sumak.places=8 sumak.extra_places=2
2018 goals: jobs_per_year=30 jobs_in_strategy=90 enterprises=25
2018 enterprises: registered=3
2019 outcomes: veteranhaven.success_narrow=11/40 veteranhaven.started=44 veteranhaven.active=4
2019 outcomes: sumak.success_narrow=22/68 sumak.started=75 sumak.active=7
2019 outcomes: veteranhaven.period.success_wide=1/15 sumak.period.success_wide=15/34
2019 jobs: total_per_12_months=96.75 type.seniorjob=0 type.timeloennet=0
2019 enterprises: volunteer=3
2019 agreements: sumak.vacant=1 veteranhaven.plans=33/44 veteranhaven.veteran_share=10/40
2019 goals: jobs_per_year.met=1 jobs_in_strategy.met=1 enterprises.met=1
"""

SOURCES = "kilder"
DOCUMENTS = [f"socialoekonomisk-aarsrapport-{{}}.{kind}" for kind in ("pdf", "docx", "xlsx")]
FOLDED = re.compile(r"<details\b.*?</details>", re.DOTALL)
HEADING = re.compile(r"<h[12]\b[^>]*>(.*?)</h[12]>", re.DOTALL)
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
RAW = ROOT / "data/raw"
NEEDED = "forloebsudtraek ansaettelser samarbejdsaftaler virksomheder puljer"
FILES = {2018: NEEDED, 2019: f"{NEEDED} netvaerksmoeder fremmoede venteliste progression"}
REPLACEMENT = re.compile(r"(6[1-9]|[78]\d|9[01])(0[1-9]|1[0-2])\d\d-\d{4}")

Answer = namedtuple("Answer", "id kind year name value page why")
ANSWERS = [Answer(**row) for row in read_csv(ROOT / "tests/answers.csv")]
FIGURES = [a for a in ANSWERS if a.kind == "figure"]
FEW = [a for a in FIGURES if a.why.startswith("few persons")]


@pytest.fixture(scope="module")
def figures(built):
    return {y: read_figures(built / "data/processed" / str(y), y) for y in (2018, 2019)}


def read_page(site, answer):
    return site[f"report/{answer.year}/{answer.page}.html"]


def find_shown(html, name):
    """Return what a page shows of a figure; None for a chart of it or a sum with it."""
    return [
        strip(text) if tag == "span" and names == name else None
        for tag, names, text in NAMED.findall(html)
        if name in names.split()
    ]


def as_published(figure, part):
    """Return a figure's value in the source's form: percentages with one decimal, no zeros."""
    value = figure.numerator if part == "numerator" else figure.value
    assert value is not None, figure.figure
    number = round_half_up(value * 100, 1) if figure.unit == "andel" and not part else value
    return f"{float(number):.1f}".removesuffix(".0")


def test_every_figure_of_the_source_has_an_answer_or_a_stated_reason_why_not():
    assert len(ANSWERS) == len({a.id for a in ANSWERS}) == 288
    assert {a.kind for a in ANSWERS} == {"figure", "text", "sum", "ratio", "left_out"}
    for answer in ANSWERS:
        if answer.kind == "left_out":
            reason, _, note = answer.why.partition(": ")
            assert reason in REASONS and note and not answer.name, answer


def test_what_the_public_report_does_not_tell_is_protected_or_has_another_reason(site):
    """Of the source's figures 239 are told; the rest are of few persons, or of one."""
    absent = {a.id: a.why for a in ANSWERS if a.kind == "left_out"}
    spans = (names for page in site.values() for _, names, _ in NAMED.findall(page))
    named = {name for names in spans for name in names.split()}
    for answer in FIGURES:
        name = answer.name.partition("#")[0].replace(".completed", ".success_wide")  # 22 af 34
        if f"{answer.year}/{name}" not in named:
            absent[answer.id] = answer.why
    few = [name for name, why in absent.items() if why.startswith("few persons")]
    told_elsewhere = [name for name, why in absent.items() if not why]
    assert len(absent) <= 49 and len(absent) - len(few) <= 16, absent
    assert len(told_elsewhere) <= 3, told_elsewhere


def test_a_figure_has_the_published_value(figures):
    for answer in FIGURES:
        name, _, part = answer.name.partition("#")
        found = as_published(figures[int(answer.year)][name], part)
        is_equal = found == answer.value.removesuffix(".0")
        assert is_equal is not answer.why.startswith("contradicted"), (answer.id, found)


def test_what_the_rows_give_beside_what_was_printed(figures):
    for line in ALSO.strip().splitlines():
        year, family, *words = line.replace(":", "").split()
        for name, wanted in (word.split("=") for word in words):
            told = figures[int(year)][f"{family}.{name}"]
            found = told.value if "/" not in wanted else f"{told.numerator}/{told.denominator}"
            assert found == (float(wanted) if "/" not in wanted else wanted), name


def test_the_example_exports_have_no_faults(built):
    for year in YEARS:
        folder = built / f"data/processed/{year}"
        assert {row["severity"] for row in read_csv(folder / "problems.csv")} <= {"info"}
        assert {row["rows_quarantined"] for row in read_csv(folder / "intake.csv")} == {"0"}


def test_a_figure_stands_on_the_page_that_is_said_to_show_it(site, built, figures):
    public = {y: read_public(built / f"data/processed/{y}", y).figures for y in figures}
    for answer in (a for a in FIGURES if a.page):
        figure = figures[int(answer.year)][answer.name]
        shown = find_shown(read_page(site, answer), f"{answer.year}/{answer.name}")
        told = [text for text in shown if text and not text.isalpha()]  # "fem" is a word
        forms = (format_figure, format_fraction, format_interval)
        values = {strip(form(figure)) for form in forms} | {str(figure.numerator)}
        assert shown or answer.name not in public[int(answer.year)], answer.id
        assert all(any(v in text for v in values) for text in told), answer.id


def test_a_figure_of_few_people_is_withheld_and_stands_nowhere_on_the_site(site, built):
    public = {str(y): read_public(built / f"data/processed/{y}", y) for y in (2018, 2019)}
    for answer in FEW:
        assert public[answer.year].why(answer.name.partition("#")[0]), answer.id
        for path in (built / "_site/report" / answer.year).glob("*-noegletal.csv"):
            assert f"\n{answer.name}," not in path.read_text(encoding="utf-8"), answer.id
    few = {f"{answer.year}/{answer.name}" for answer in FEW}
    for page, html in site.items():
        told = {n for tag, n, _ in NAMED.findall(html) if tag == "span"}
        assert not told & few, page


def test_what_the_auditor_worked_out_follows_from_figures(figures):
    for answer in (a for a in ANSWERS if a.kind in ("sum", "ratio")):
        sign = " + " if answer.kind == "sum" else " / "
        values = [figures[int(answer.year)][name].value for name in answer.name.split(sign)]
        numbers = [float(value) for value in values if value is not None]
        found = sum(numbers) if answer.kind == "sum" else 100 * numbers[0] / numbers[1]
        assert float(round_half_up(found, 1)) == float(answer.value)


def test_words_stand_on_the_page_that_is_said_to_hold_them(site):
    for answer in (a for a in ANSWERS if a.kind == "text"):
        times = strip(read_page(site, answer).partition("<main")[2]).count(answer.name)
        assert times == int(answer.value) if answer.value else times, answer.id


def test_nothing_of_the_single_case_is_told_and_sources_stand_under_their_export(site, figures):
    assert not [n for year in figures.values() for n in year if n.startswith("progression.case")]
    names = [n for n in figures[2019] if n.startswith("progression.")]
    pages = site.values()
    told = {text for page in pages for name in names for text in find_shown(page, f"2019/{name}")}
    assert names and not told
    heads = re.findall("<h2.*?</h2>", site["report/2019/kilder.html"], re.DOTALL)
    assert {"Forløbsudtræk", "Samarbejdsaftaler", "Ansættelser"} <= {*map(strip, heads)}


# As its readers meet it: pages, words, tables, headlines


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
def test_a_year_has_twelve_to_fourteen_pages_and_its_documents(built, mains, year):
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
        assert "Sidste års anbefalinger" not in html or 'id="tbl-anbefalinger"' in html
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
        headlines = [*map(strip, [*HEADING.findall(html), *titles])]
        assert all(0 < len(headline.split()) <= 10 for headline in headlines), name
        assert not any(re.match(r"\d+\. ", headline) for headline in headlines), "some are left out"


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


# The example's exports, of people who do not exist


@pytest.mark.parametrize("year", YEARS)
def test_the_exports_in_the_project_are_those_the_reconstruction_makes(year, tmp_path):
    made = make_exports(tmp_path, year)
    assert {path.stem for path in made} == set(FILES[year].split())
    for path in made:
        assert path.read_bytes() == (RAW / str(year) / path.name).read_bytes(), path.name


@pytest.mark.parametrize("year", YEARS)
def test_every_cpr_number_is_a_replacement_and_no_cell_a_formula_an_error_or_a_real_number(year):
    numbers = set()
    for file in FILES[year].split():
        for sheet in load_workbook(RAW / str(year) / f"{file}.xlsx").worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                assert cell.data_type not in ("f", "e")
                numbers.update(re.findall(r"\d{6}-?\d{4}|\d{8,}", str(cell.value)))
    assert len(numbers) > 100
    assert all(REPLACEMENT.fullmatch(found) for found in numbers)
