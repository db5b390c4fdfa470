"""The site answers what the source report did.

`answers.csv` has a row for each of the source's 288 figures: the figure of ours that gives it and
the page that shows it, the words of a page, or why it is left out. `ALSO` are figures the source
has the rows of and does not print.
"""

import csv
import re
from collections import namedtuple
from html import unescape
from pathlib import Path

import pytest

from socok_analysis.core.danish import round_half_up
from socok_analysis.disclosure.public import read_public
from socok_analysis.figures.figure import read_figures
from socok_analysis.show.markdown import format_figure, format_fraction, format_interval

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

Answer = namedtuple("Answer", "id kind year name value page why")
with (Path(__file__).parent / "answers.csv").open(encoding="utf-8", newline="") as rows:
    ANSWERS = [Answer(**row) for row in csv.DictReader(rows)]


def pick(*kinds):
    return [pytest.param(a, id=a.id) for a in ANSWERS if a.kind in kinds]


@pytest.fixture(scope="module")
def figures(built):
    return {y: read_figures(built / "data/processed" / str(y), y) for y in (2018, 2019)}


def read_page(built, answer):
    path = built / "_site/report" / answer.year / f"{answer.page}.html"
    return path.read_text(encoding="utf-8")


def strip(html):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


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


def test_what_the_public_report_does_not_tell_is_protected_or_has_another_reason(built):
    """Of the source's figures 236 are told; the rest are of few persons, or wrong."""
    absent = {a.id: a.why for a in ANSWERS if a.kind == "left_out"}
    pages = [
        path.read_text("utf-8")
        for year in ("2018", "2019")
        for path in (built / f"_site/report/{year}").glob("*.html")
    ]
    named = {
        name for page in pages for _, names, _ in NAMED.findall(page) for name in names.split()
    }
    for answer in (a for a in ANSWERS if a.kind == "figure"):
        name = answer.name.partition("#")[0].replace(".completed", ".success_wide")  # 22 af 34
        if f"{answer.year}/{name}" not in named:
            absent[answer.id] = answer.why
    few = [name for name, why in absent.items() if why.startswith("few persons")]
    told_elsewhere = [name for name, why in absent.items() if not why]
    assert len(absent) <= 52 and len(absent) - len(few) <= 30, absent
    assert len(told_elsewhere) <= 3, told_elsewhere


@pytest.mark.parametrize("answer", pick("figure"))
def test_a_figure_has_the_published_value(answer, figures):
    name, _, part = answer.name.partition("#")
    found = as_published(figures[int(answer.year)][name], part)
    is_equal = found == answer.value.removesuffix(".0")
    assert is_equal is not answer.why.startswith("contradicted"), found


@pytest.mark.parametrize("line", ALSO.strip().splitlines())
def test_what_the_rows_give_beside_what_was_printed(line, figures):
    year, family, *words = line.replace(":", "").split()
    for name, wanted in (word.split("=") for word in words):
        told = figures[int(year)][f"{family}.{name}"]
        found = told.value if "/" not in wanted else f"{told.numerator}/{told.denominator}"
        assert found == (float(wanted) if "/" not in wanted else wanted), name


def test_the_example_exports_have_no_faults_and_an_account_that_adds_up(built):
    for year in (2018, 2019):
        folder = built / f"data/processed/{year}"
        with (folder / "problems.csv").open(encoding="utf-8", newline="") as file:
            assert {row["severity"] for row in csv.DictReader(file)} <= {"info"}
        with (folder / "intake.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                parts = [int(row[f"rows_{name}"]) for name in ("kept", "skipped", "quarantined")]
                assert int(row["rows_seen"]) == sum(parts) and parts[2] == 0


@pytest.mark.parametrize("answer", [p for p in pick("figure") if p.values[0].page])
def test_a_figure_stands_on_the_page_that_is_said_to_show_it(answer, built, figures):
    figure = figures[int(answer.year)][answer.name]
    shown = find_shown(read_page(built, answer), f"{answer.year}/{answer.name}")
    told = [text for text in shown if text is not None and not text.isalpha()]  # "fem" is a word
    forms = (format_figure, format_fraction, format_interval)
    values = {strip(form(figure)) for form in forms} | {str(figure.numerator)}
    public = read_public(built / f"data/processed/{answer.year}", int(answer.year))
    assert shown or answer.name not in public.figures
    assert all(any(v in text for v in values) for text in told)


@pytest.mark.parametrize("answer", [p for p in pick("figure") if "few persons" in p.values[0].why])
def test_a_figure_of_few_people_stands_nowhere_on_the_site(answer, built):
    for path in (built / "_site/report" / answer.year).glob("*-noegletal.csv"):
        assert f"\n{answer.name}," not in path.read_text(encoding="utf-8"), path.name
    for path in (built / "_site").rglob("*.html"):
        name = f"{answer.year}/{answer.name}"
        shown = find_shown(path.read_text(encoding="utf-8"), name)
        assert all(text is None for text in shown), path.name


@pytest.mark.parametrize("answer", pick("sum", "ratio"))
def test_what_the_auditor_worked_out_follows_from_figures(answer, figures):
    sign = " + " if answer.kind == "sum" else " / "
    values = [figures[int(answer.year)][name].value for name in answer.name.split(sign)]
    numbers = [float(value) for value in values if value is not None]
    found = sum(numbers) if answer.kind == "sum" else 100 * numbers[0] / numbers[1]
    assert float(round_half_up(found, 1)) == float(answer.value)


@pytest.mark.parametrize("answer", pick("text"))
def test_words_stand_on_the_page_that_is_said_to_hold_them(answer, built):
    html = read_page(built, answer).partition("<main")[2]
    times = strip(html).count(answer.name)
    assert times == int(answer.value) if answer.value else times


def test_nothing_of_the_single_case_is_told(built, figures):
    assert not [n for year in figures.values() for n in year if n.startswith("progression.case")]
    pages = [path.read_text(encoding="utf-8") for path in (built / "_site").rglob("*.html")]
    names = [n for n in figures[2019] if n.startswith("progression.")]
    told = {text for page in pages for name in names for text in find_shown(page, f"2019/{name}")}
    assert names and not told
