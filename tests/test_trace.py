"""The way back from a number: the rows behind each figure give it, and faults in a row are told."""

import json

import pytest

import workbooks as wb
from socok_analysis.cli import main
from socok_analysis.core.problems import DataError
from socok_analysis.figures.evidence import select_rows
from socok_analysis.figures.ledger import trace_figure, word_row
from socok_analysis.figures.rows import find_row, read_rows
from socok_analysis.run.open import gather_evidence


@pytest.fixture(scope="module")
def evidence(prepared):
    return {year: gather_evidence(prepared, year) for year in (2018, 2019)}


@pytest.mark.parametrize("year", [2018, 2019])
def test_the_rows_a_figure_selects_are_those_it_counts(evidence, year):
    told = evidence[year]
    for name, figure in told.figures.items():
        row = find_row(name, told.rows)
        if row.verb not in ("rows", "counted", "part", "share") or figure.value is None:
            continue
        rows = select_rows(row, told)
        sizes = (len(rows.counted), len(rows.of))
        assert (figure.numerator, figure.denominator) in (sizes, (None, None)), name
        assert row.verb == "share" or figure.value == sizes[0], name


def test_every_row_is_told_in_plain_danish_words(evidence):
    told = evidence[2019]
    for row in told.rows:
        words = word_row(row, told)
        assert words.endswith(".") and not {"{p}", "success", "<="} & {*words.split()}, row.name
    trace = trace_figure("agreements.sumak.vacant", told)
    assert trace.parents == ("agreements.sumak.places", "agreements.sumak.in_use")
    trace = trace_figure("jobs.lasting.6_months", told)
    assert "startet" in trace.figure.definition and "opdigtede" in trace.figure.label
    assert "Slutdato ikke før 6 måneder efter Ansættelsesdato" in trace.formula


def run(root, *arguments):
    return main(["trace", *arguments, "--year", "2019", "--project", str(root), "--quiet"])


def test_trace_tells_definition_formula_period_files_rows_and_hashes(prepared, evidence, capsys):
    assert run(prepared, "outcomes.sumak.success_wide") == 0
    told = capsys.readouterr().out
    for text in (
        *("54,4\u00a0% (37 af 68), 95 %-interval 42,7–65,7\u00a0%", "30.\u00a0april 2020"),
        *("forloebsudtraek.xlsx › Forløb (121 rækker)", "Virksomhed er Sumak"),
        *("Fleksjob, Ordinært job", "maps/figures.csv", "socok_analysis 0.1.0"),
    ):
        assert text in told
    origin = trace_figure("outcomes.sumak.success_wide", evidence[2019]).origins[0]
    assert len(origin.sha256) == 64 and origin.sha256 in told
    assert "Rækker  " not in told
    name = ("jobs.type.fuldtid", "--format", "json")
    assert run(prepared, *name, "--edition", "internal") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["value"] == 1 and len(record["origins"][0]["counted_rows"]) == 1
    assert run(prepared, *name) == 0
    assert "counted_rows" not in json.loads(capsys.readouterr().out)["origins"][0]
    assert run(prepared, "jobs.totl") == 2
    assert "Mente du “jobs.total”?" in capsys.readouterr().err


OWN = "jobs.own,Egne,antal,Prøve.,jobs,started_on >= start,,rows,thing,ja"


def test_a_figure_is_added_with_one_row(tmp_path):
    root = wb.make_project(tmp_path, jobs=[wb.job(1), wb.job(2, Ansættelsesform="Deltid")])
    with (root / "data/raw/maps/figures.csv").open("a", encoding="utf-8") as file:
        file.write(OWN.replace("start,,", "start; job_type = deltid,,") + "\n")
    assert wb.measure(root)["jobs.own"].value == 1


# What is written instead of something in a sound row, and what is told.
FAULTS = """
jobs, => jbs, | Mente du “jobs”
started_on >= => startd_on >= | Mente du “started_on”
>= start, => >= strat, | Mente du “start”
>= start, => >= start; job_type = fleksjb, | Mente du “fleksjob”
>= start, => => start, | ingen sammenligning
rows, => row, | Mente du “rows”
rows, => sum hours_per_wek, | Mente du “hours_per_week”
jobs,started_on >= start,,rows => ,,,left jobs.totl | Mente du “jobs.total”
thing => things | Mente du “thing”
jobs,started_on => courses,reason has sucess_wide; started_on | Mente du “success_wide”
"""


@pytest.mark.parametrize("fault", FAULTS.strip().splitlines())
def test_a_fault_in_a_row_is_told_with_its_line_column_and_nearest_word(tmp_path, fault):
    words, _, said = fault.partition(" | ")
    before, _, after = words.partition(" => ")
    root = wb.make_project(tmp_path)
    path = root / "data/raw/maps/figures.csv"
    number = len(path.read_text(encoding="utf-8").splitlines()) + 1
    with path.open("a", encoding="utf-8") as file:
        file.write(OWN.replace(before, after, 1) + "\n")
    with pytest.raises(DataError) as caught:
        read_rows(root)
    (problem, *_) = caught.value.problems
    assert problem.cell == f"A{number}" and problem.column and said in problem.message
