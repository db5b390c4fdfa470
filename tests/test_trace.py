"""The way back from a number: two ways to each figure agree, and a row moves what depends on it."""

import json
import re

import pytest

from conftest import copy_project
from socok_analysis.cli import main
from socok_analysis.figures.formulas import find_formula, select_rows
from socok_analysis.figures.trace import list_origins, trace_figure
from socok_analysis.run.open import gather_evidence


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("spor") / "projekt")


@pytest.fixture(scope="module")
def evidence(example):
    return {year: gather_evidence(example, year) for year in (2018, 2019)}


def compute(formula, rows):
    """Return the figure's value from its rows; None for a share of nothing."""
    how, _, column = formula.result.partition(" ")
    if how in ("sum", "stated"):
        amounts = rows.counted[column].dropna()
        is_told = len(amounts) or not len(rows.counted) or how == "sum"
        return float(amounts.sum()) if is_told else None
    if how == "share":
        return len(rows.counted) / len(rows.base) if len(rows.base) else None
    return float(len(rows.counted))


@pytest.mark.parametrize("year", [2018, 2019])
def test_counting_the_rows_of_a_formula_gives_the_figure(evidence, year):
    told = evidence[year]
    counted = 0
    for name, figure in told.figures.items():
        formula = find_formula(name, told)
        if formula is None or (figure.value is None and ".period." in name):
            continue
        rows = select_rows(formula, told)
        assert compute(formula, rows) == figure.value, name
        if figure.denominator is not None:
            sizes = (len(rows.counted), len(rows.base))
            assert sizes == (figure.numerator, figure.denominator), name
        counted += 1
    assert counted > 100


def test_figures_are_counted_from_rows_or_worked_out_from_figures_they_name(evidence):
    told = evidence[2019]
    for name in told.figures:
        is_counted = find_formula(name, told) or list_origins(name, told)
        assert is_counted or LEFT_TO_THEIR_DEFINITION.fullmatch(name), name
    trace = trace_figure("compare.sumak.veteranhaven.success_narrow", evidence[2019])
    rates = [f"outcomes.{partner}.success_narrow" for partner in ("sumak", "veteranhaven")]
    assert list(trace.parents) == rates and "Forskellen" in trace.formula


# Stated, not counted; or of several tables at once.
LEFT_TO_THEIR_DEFINITION = re.compile(
    r"(goals|intake|facts|recommendations|attendance|progression)\..*|jobs\.returned\..*"
    r"|agreements\..*\.(max_weeks|plan_after_weeks|veteran_goal)|occupancy\..*\.months"
    r"|grants\.recipients|network\.participants_per_meeting"
)


def run(root, *arguments):
    return main(["trace", *arguments, "--year", "2019", "--project", str(root), "--quiet"])


def test_trace_tells_definition_formula_period_files_rows_and_hashes(example, evidence, capsys):
    assert run(example, "outcomes.sumak.success_wide") == 0
    told = capsys.readouterr().out
    for text in (
        *("54,4\u00a0% (37 af 68), 95 %-interval 42,7–65,7\u00a0%", "30.\u00a0april 2020"),
        *("forloebsudtraek.xlsx › Forløb (121 rækker)", "Virksomhed er Sumak"),
        *("Fleksjob, Ordinært job", "codes/exit_reasons.csv", "socok_analysis 0.1.0"),
    ):
        assert text in told
    origin = trace_figure("outcomes.sumak.success_wide", evidence[2019]).origins[0]
    assert len(origin.sha256) == 64 and origin.sha256 in told
    assert "Rækker  " not in told
    name = ("jobs.type.fuldtid", "--format", "json")
    assert run(example, *name, "--edition", "internal") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["value"] == 1 and len(record["origins"][0]["counted_rows"]) == 1
    assert run(example, *name) == 0
    assert "counted_rows" not in json.loads(capsys.readouterr().out)["origins"][0]
    assert run(example, "jobs.totl") == 2
    assert "Mente du “jobs.total”?" in capsys.readouterr().err
