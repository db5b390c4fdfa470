"""What was published, beside what the exports give: equal, rounded otherwise or contradicted."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from conftest import ROOT, copy_project
from socok_analysis.build import prepare_year
from socok_analysis.figures import Figure, read_figures
from socok_analysis.published import (
    Comparison,
    Published,
    compare,
    compare_year,
    evaluate,
    read_published,
)

RATE = Figure("r", 22 / 34, numerator=22, denominator=34, unit="andel")
FIGURES: Mapping[str, Figure] = {"r": RATE, "n": Figure("n", 129), "none": Figure("none", None)}


def printed(text: str, unit: str = "%", name: str = "r", field: str = "value") -> Published:
    return Published(name, field, "", text, unit, "afsnit 1", "", False, 2)


@pytest.mark.parametrize(
    ("published", "status"),
    [(printed("64,7"), "equal"), (printed("65"), "equal"), (printed("64"), "rounded"),
     (printed("64,8"), "rounded"), (printed("63"), "contradicted"),
     (printed("129", "antal", "n"), "equal"), (printed("130", "antal", "n"), "contradicted"),
     (printed("34", "antal", field="denominator"), "equal"),
     (printed("1", "antal", "none"), "unknown"), (printed("1", "antal", "gone"), "unknown")],
)  # fmt: skip
def test_a_printed_number_is_equal_rounded_otherwise_or_contradicted(
    published: Published, status: str
) -> None:
    assert compare(published, FIGURES).status == status


@pytest.mark.parametrize(
    ("text", "value"), [("70 - 66 - 3", "1"), ("4,5 * 0,8", "3.60"), ("(5 + 3) - (5 + 2)", "1")]
)
def test_a_sum_of_printed_numbers_is_worked_out(text: str, value: str) -> None:
    assert str(evaluate(text)) == value


@pytest.mark.parametrize("text", ["__import__('os')", "a + 1", "2 ** 9", "'x' * 3", "True + 1"])
def test_nothing_but_a_sum_of_numbers_is_understood(text: str) -> None:
    with pytest.raises(ValueError, match="sum of numbers"):
        evaluate(text)


def write(folder: Path, row: str) -> Path:
    head = "navn,felt,udtryk,offentliggjort,enhed,sted,note,intern"
    (folder / "offentliggjort.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "row",
    [",,,5,antal,afsnit 1,,", "jobs.total,,,mange,antal,afsnit 1,,", "jobs.total,hæler,,5,antal,,,",
     ",,5 plus 3,8,antal,,,"],
)  # fmt: skip
def test_a_row_that_is_not_whole_is_an_error_with_its_place(tmp_path: Path, row: str) -> None:
    _, (problem,) = read_published(write(tmp_path, row))
    assert (problem.severity, problem.file, problem.cell) == ("error", "offentliggjort.csv", "A2")


def test_a_project_without_published_numbers_has_none(tmp_path: Path) -> None:
    assert compare_year(tmp_path, {}) == ([], [])


# The example: everything printed that rows of the exports can be counted to


@pytest.fixture(scope="module")
def comparisons(tmp_path_factory: pytest.TempPathFactory) -> dict[int, list[Comparison]]:
    root = copy_project(tmp_path_factory.mktemp("genberegning") / "projekt")
    found = {}
    for year in (2018, 2019):
        folder = prepare_year(root, year).year.processed_dir
        found[year], problems = compare_year(root / "data/raw" / str(year), read_figures(folder))
        assert problems == []
    return found


CONTRADICTED = {  # the numbering of the audit of the source report
    "A1": (2019, "outcomes.veteranhaven.reasons", "40", "41"),
    "A2": (2018, "outcomes.sumak.reasons", "34", "36"),
    "A4": (2019, "agreements.veteranhaven.vacant", "4", "3"),
    "A5, A6": (2019, "agreements.veteranhaven.plans", "40", "44"),
    "A7": (2019, "", "3,5", "3.6"),
    "A8": (2019, "", "3", "1"),
    "A9": (2019, "outcomes.sumak.period.completed", "34", "32"),
    "A10": (2019, "outcomes.veteranhaven.period.completed", "15", "16"),
    "A11": (2019, "", "70", "69"),
    "A12": (2019, "outcomes.sumak.exit.hybridpraktik", "2", "3"),
    "A13": (2018, "", "2", "3"),
}


@pytest.mark.parametrize("item", CONTRADICTED)
def test_each_contradiction_of_the_source_is_told_with_its_reason(
    comparisons: dict[int, list[Comparison]], item: str
) -> None:
    year, name, text, computed = CONTRADICTED[item]
    (found,) = [
        c for c in comparisons[year] if c.status == "contradicted"
        and (c.published.name, c.published.printed) == (name, text)
        and c.computed == Decimal(computed)
    ]  # fmt: skip
    assert len(found.published.note) > 20 and found.published.place.startswith("afsnit")


def test_the_truncated_rate_is_told_as_rounded_otherwise(
    comparisons: dict[int, list[Comparison]],
) -> None:
    (found,) = [c for c in comparisons[2018] if c.status == "rounded"]
    assert found.published.name == "outcomes.sumak.success_wide" and found.published.note


def test_everything_else_that_was_printed_is_what_the_exports_give(
    comparisons: dict[int, list[Comparison]],
) -> None:
    for year, found in comparisons.items():
        told = sum(item[0] == year for item in CONTRADICTED.values())
        other = [c for c in found if c.status in ("contradicted", "unknown")]
        assert len(other) == told
        assert all(c.is_explained for c in found) and len(found) > 30


def test_counts_of_few_persons_in_sums_are_for_the_internal_edition_only() -> None:
    for year in (2018, 2019):
        path = ROOT / "data/raw" / str(year) / "offentliggjort.csv"
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                small = any(part.isdigit() and 0 < int(part) < 5
                            for part in row["udtryk"].replace("(", " ").split())  # fmt: skip
                is_of_persons = small and "CSR" not in row["sted"]
                assert not is_of_persons or row["intern"] == "ja", row["udtryk"]
