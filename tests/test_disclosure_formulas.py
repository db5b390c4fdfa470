"""A second look at the plan, by the rows: no shown number counts the same rows as a hidden one.

The plan knows figures by their declared relations. The formulas know which rows each figure
counts; two figures of the same rows are the same number, whatever they are called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from socok_analysis.figures.evidence import Evidence, read_evidence
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.formulas import Condition, find_formula
from socok_analysis.run.build import prepare_year
from socok_analysis.run.open import make_page
from socok_analysis.show.page import Page

Rows = tuple[str, frozenset[Condition]]
YEARS = (2018, 2019)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Page, Evidence]]:
    """The public edition of the example years, with the rows behind it."""
    from conftest import copy_project

    root = copy_project(tmp_path_factory.mktemp("rows") / "projekt")
    return [(make_page(root, year, "public"), read(root, year)) for year in YEARS]


def read(root: Path, year: int) -> Evidence:
    """Return the rows and figures of a year."""
    return read_evidence(prepare_year(root, year).year)


def list_counted(figure: Figure, evidence: Evidence) -> Iterator[tuple[Rows, int]]:
    """Yield which rows a figure tells the number of, and the number."""
    formula = find_formula(figure.figure, evidence)
    if formula is None or formula.result.startswith(("sum", "stated")) or figure.value is None:
        return
    whole, part = formula.base, formula.base + formula.counted
    number = figure.value if figure.numerator is None else figure.numerator
    yield (formula.table, frozenset(part)), int(number)
    if figure.denominator is not None:
        yield (formula.table, frozenset(whole)), figure.denominator


def find_shown(page: Page, evidence: Evidence) -> dict[Rows, str]:
    """Return the rows whose number the public edition tells, with a figure that tells it."""
    return {
        rows: figure.figure
        for figure in page.figures.values()
        if page.may_show(figure)
        for rows, _ in list_counted(figure, evidence)
    }


def list_protected(page: Page, evidence: Evidence) -> Iterator[tuple[Rows, str]]:
    """Yield the rows of each hidden figure whose number is a secret.

    A hidden rate may be of many among many, hidden for what is left: only its few are a secret.
    """
    for figure in page.figures.values():
        for rows, number in () if page.may_show(figure) else list_counted(figure, evidence):
            is_count = figure.denominator is None and number > 0
            if is_count or 0 < number < page.year.threshold:
                yield rows, figure.figure


def test_no_shown_number_counts_the_rows_of_a_hidden_one(
    pages: list[tuple[Page, Evidence]],
) -> None:
    public_already = {"outcomes.veteranhaven.stopped"}
    seen = 0
    for page, evidence in pages:
        shown = find_shown(page, evidence)
        for rows, name in list_protected(page, evidence):
            seen += 1
            assert shown.get(rows, "") in ("", *public_already), (name, shown.get(rows))
    assert seen > 50


def test_no_shown_whole_and_part_leave_the_rows_of_a_hidden_figure(
    pages: list[tuple[Page, Evidence]],
) -> None:
    """Started less completed is active: a condition turned round is the rest of the whole."""
    for page, evidence in pages:
        shown = find_shown(page, evidence)
        for (table, conditions), name in list_protected(page, evidence):
            for condition in conditions:
                if condition.is_not:
                    whole = conditions - {condition}
                    part = whole | {replace(condition, is_not=False)}
                    both = (shown.get((table, whole)), shown.get((table, part)))
                    assert None in both, (name, both)
