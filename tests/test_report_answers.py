"""What a reader of the source report could learn from its figures, the site answers too.

`answers.csv` has a row for each of the source's 288 figures: the figure of ours that gives it and
the page that shows it, the words of a page, or why it is left out.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import copy_project
from socok_analysis.cli import main
from socok_analysis.core.danish import round_half_up
from socok_analysis.disclosure import HIDDEN
from socok_analysis.disclosure.protection import read_protection
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.show.values import format_figure, format_fraction, format_interval

REASONS = ("single person", "outside exports", "factual error", "not told")
NAMED = re.compile(r'<(span|div)[^>]*? data-figure="([^"]*)"[^>]*>(?:(.*?)</span>)?', re.DOTALL)
Figures = Mapping[int, Mapping[str, Figure]]


class Answer(NamedTuple):
    """A row of the list."""

    id: str
    kind: str
    year: str
    name: str
    value: str
    page: str
    why: str


@cache
def read_answers() -> list[Answer]:
    """Return the list."""
    path = Path(__file__).parent / "answers.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [Answer(**row) for row in csv.DictReader(file)]


def pick(*kinds: str) -> list[object]:
    """Return the answers of some kinds as test parameters."""
    return [pytest.param(a, id=a.id) for a in read_answers() if a.kind in kinds]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose site is built."""
    project = copy_project(tmp_path_factory.mktemp("svar") / "projekt")
    options = ("--publisher", "embedded", "--quiet", "--project", str(project))
    assert main(["report", *options]) == 0
    return project


@pytest.fixture(scope="module")
def figures(root: Path) -> Figures:
    """The figures of both years."""
    return {y: read_figures(root / "data/processed" / str(y), y) for y in (2018, 2019)}


def read_page(root: Path, answer: Answer) -> str:
    """Return the HTML of the page that is said to answer."""
    path = root / "_site/report" / answer.year / f"{answer.page}.html"
    return path.read_text(encoding="utf-8")


def strip(html: str) -> str:
    """Return a page's text with plain blanks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def find_shown(html: str, name: str) -> list[str | None]:
    """Return what a page shows of a figure; None for a chart of it or a sum with it."""
    return [
        strip(text) if tag == "span" and names == name else None
        for tag, names, text in NAMED.findall(html)
        if name in names.split()
    ]


def as_published(figure: Figure, part: str) -> str:
    """Return a figure's value in the source's form: percentages with one decimal, no zeros."""
    value = figure.numerator if part == "numerator" else figure.value
    assert value is not None, figure.figure
    number = round_half_up(value * 100, 1) if figure.unit == "andel" and not part else value
    return f"{float(number):.1f}".removesuffix(".0")


def test_every_figure_of_the_source_has_an_answer_of_a_known_kind() -> None:
    answers = read_answers()
    assert len(answers) == len({a.id for a in answers}) == 288
    assert {a.kind for a in answers} == {"figure", "text", "sum", "ratio", "left_out"}


@pytest.mark.parametrize("answer", pick("left_out"))
def test_what_is_left_out_is_left_out_for_a_stated_reason(answer: Answer) -> None:
    reason, _, note = answer.why.partition(": ")
    assert reason in REASONS and note and not answer.name


@pytest.mark.parametrize("answer", pick("figure"))
def test_a_figure_has_the_published_value(answer: Answer, figures: Figures) -> None:
    name, _, part = answer.name.partition("#")
    found = as_published(figures[int(answer.year)][name], part)
    is_equal = found == answer.value.removesuffix(".0")
    assert is_equal is not answer.why.startswith("contradicted"), found


@pytest.mark.parametrize("answer", [p for p in pick("figure") if p.values[0].page])
def test_a_figure_stands_on_the_page_that_is_said_to_show_it(
    answer: Answer, root: Path, figures: Figures
) -> None:
    figure = figures[int(answer.year)][answer.name]
    shown = find_shown(read_page(root, answer), f"{answer.year}/{answer.name}")
    told = [text for text in shown if text is not None and not text.isalpha()]  # "fem" is a word
    forms = (format_figure, format_fraction, format_interval)
    values = {strip(form(figure)) for form in forms} | {str(figure.numerator)}
    plan = read_protection({year: root / f"data/processed/{year}" for year in figures})
    assert shown or not plan.is_shown(figure.year, figure.figure)
    assert all(text == HIDDEN or any(v in text for v in values) for text in told)


@pytest.mark.parametrize("answer", [p for p in pick("figure") if "few persons" in p.values[0].why])
def test_a_figure_of_few_people_stands_nowhere_on_the_site(answer: Answer, root: Path) -> None:
    for path in (root / "_site").rglob("*.html"):
        name = f"{answer.year}/{answer.name}"
        shown = find_shown(path.read_text(encoding="utf-8"), name)
        assert all(text in (HIDDEN, None) for text in shown), path.name


@pytest.mark.parametrize("answer", pick("sum", "ratio"))
def test_what_the_auditor_worked_out_follows_from_figures(answer: Answer, figures: Figures) -> None:
    sign = " + " if answer.kind == "sum" else " / "
    values = [figures[int(answer.year)][name].value for name in answer.name.split(sign)]
    numbers = [float(value) for value in values if value is not None]
    found = sum(numbers) if answer.kind == "sum" else 100 * numbers[0] / numbers[1]
    assert float(round_half_up(found, 1)) == float(answer.value)


@pytest.mark.parametrize("answer", pick("text"))
def test_words_stand_on_the_page_that_is_said_to_hold_them(answer: Answer, root: Path) -> None:
    html = read_page(root, answer).partition("<main")[2]
    times = strip(html).count(answer.name)
    assert times == int(answer.value) if answer.value else times


def test_nothing_of_the_single_case_is_told(root: Path, figures: Figures) -> None:
    assert not [n for year in figures.values() for n in year if n.startswith("progression.case")]
    pages = [path.read_text(encoding="utf-8") for path in (root / "_site").rglob("*.html")]
    names = [n for n in figures[2019] if n.startswith("progression.")]
    told = {text for page in pages for name in names for text in find_shown(page, f"2019/{name}")}
    assert names and told <= {HIDDEN}
