"""What each figure's change is made of, and the way back from a number to its rows."""

import json
from dataclasses import replace
from datetime import date

import pytest

import workbooks as wb
from conftest import copy_project
from socok_analysis.cli import main
from socok_analysis.core.problems import DataError
from socok_analysis.figures.ledger import (
    list_definition_changes,
    list_entries,
    list_revisions,
    trace_figure,
    word_row,
)
from socok_analysis.figures.rows import find_row, read_rows
from socok_analysis.run.open import gather_evidence


def ended(person, reason="Fleksjob", **changes):
    days = {"Startdato": date(2018, 1, 8), "Slutdato": date(2018, 6, 29)}
    return wb.course(**{"CPR-nr.": wb.cpr(person), "Afslutningsårsag": reason, **days, **changes})


OPEN = wb.running(**{"CPR-nr.": wb.cpr(4), "Startdato": date(2018, 10, 1)})
COURSES = [ended(1), ended(2, "Jobsøgende"), ended(3, "Barsel"), OPEN]
JOBS = [wb.job(1, Ansættelsesdato=date(2018, 3, 1)), wb.job(2, Ansættelsesdato=date(2018, 4, 1))]
ADDED = ended(5, Startdato=date(2019, 2, 1), Slutdato=date(2019, 8, 1))


def write_year(root, year, courses, jobs):
    """Return the evidence of a year with these exports, the others being standard ones."""
    ends = dict.fromkeys(("period_end", "evaluation_date"), date(year, 12, 31))
    wb.write_settings(root, year, report={"period_start": date(year, 1, 1), **ends})
    rows = {kind: wb.default_rows(kind) for kind in ("agreements", "enterprises")}
    for kind, own in {**rows, "courses": courses, "jobs": jobs}.items():
        wb.write_export(root, kind, own, year)
    return wb.gather(root, year)


def compare(root, courses, jobs=JOBS):
    """Return the evidence of both years, the later with other courses and jobs."""
    wb.make_project(root)
    old, new = write_year(root, 2018, COURSES, JOBS), write_year(root, 2019, courses, jobs)
    return [old, replace(new, earlier=old)]


def lines(old, new):
    return [(e.what, e.kind, e.detail, e.count) for e in list_entries(old, new)]


def find(revisions, name):
    return next(r for r in revisions if r.after.figure == f"outcomes.veteranhaven.{name}")


def parts(revision):
    return revision.change, revision.new, revision.recoded, revision.gone


def test_the_same_exports_give_an_empty_ledger_and_a_corrected_start_is_the_same_course(tmp_path):
    old, new = compare(tmp_path, COURSES)
    assert lines(old, new) == []
    assert {parts(r) for r in list_revisions(old, new) if r.new is not None} == {(0, 0, 0, 0)}
    moved = [ended(1, Startdato=date(2018, 1, 15)), *COURSES[1:]]
    old, new = compare(tmp_path, moved)
    assert lines(old, new) == [("Forløb", "changed", "Rettede datoer", 1)]
    assert parts(find(list_revisions(old, new), "success_wide")) == (0, 0, 0, 0)


def test_new_ended_and_vanished_courses_are_told_apart(tmp_path):
    over = ended(4, Startdato=date(2018, 10, 1), Slutdato=date(2019, 5, 1))
    old, new = compare(tmp_path, [COURSES[0], COURSES[2], over, ADDED])
    assert [line for line in lines(old, new) if line[0] == "Forløb"] == [
        ("Forløb", "new", "Nye forløb", 1),
        ("Forløb", "changed", "Afsluttet siden sidst", 1),
        ("Forløb", "gone", "Ikke længere i udtrækket", 1),
    ]
    assert parts(find(list_revisions(old, new), "completed")) == (1, 2, 0, 1)


def test_a_recoded_exit_is_recoding_and_no_new_case(tmp_path):
    recoded = [COURSES[0], ended(2, "Fleksjob"), *COURSES[2:], ADDED]
    old, new = compare(tmp_path, recoded)
    assert ("Afgang", "changed", "Jobsøgende → Fleksjob", 1) in lines(old, new)
    revisions = list_revisions(old, new)
    assert parts(find(revisions, "success_wide")) == (2, 1, 1, 0)
    assert parts(find(revisions, "exit.jobsoegende")) == (-1, 0, -1, 0)


def test_jobs_are_new_and_gone_and_the_parts_of_every_change_add_up(tmp_path):
    mixed = [ended(1, "Sprogskole"), ended(3), ended(6, Slutdato=date(2019, 3, 1))]
    old, new = compare(tmp_path, mixed)
    for revision in list_revisions(old, new):
        if revision.new is not None:
            assert revision.change == revision.new + revision.recoded - revision.gone
    jobs = [JOBS[0] | {"Ansættelsesform": "Deltid"}, wb.job(3)]
    told = lines(*compare(tmp_path, COURSES, jobs))
    counts = [(kind, count) for what, kind, _, count in told if what == "Ansættelse"]
    assert counts == [("new", 1), ("changed", 1), ("gone", 1)]


@pytest.fixture(scope="module")
def evidence(prepared):
    return gather_evidence(prepared, 2019)


def test_the_examples_changed_definitions_are_found(evidence):
    found = list_definition_changes(evidence.earlier, evidence)
    changes = {(c.definition, c.partner): c for c in found}
    assert not changes["stopped", "sumak"].is_comparable
    assert "COVID" in changes["awaiting", ""].text
    broken = {r.after.figure for r in list_revisions(evidence.earlier, evidence) if r.is_broken}
    assert "outcomes.sumak.stopped" in broken and "outcomes.veteranhaven.stopped" not in broken


def test_a_rate_counts_what_its_definition_says_and_nothing_in_code(tmp_path):
    root = copy_project(tmp_path / "andet")
    file = root / "data/raw/maps/definitions.csv"
    text = file.read_text(encoding="utf-8")
    rows = ("stopped,2018,,group,stoppet", "stopped,2018,,group,afventer")
    file.write_text(text.replace(*rows), encoding="utf-8")
    told = gather_evidence(root, 2018)
    assert told.figures["outcomes.veteranhaven.stopped"].numerator == 3


def test_changes_of_rates_are_those_of_the_audit(evidence):
    for name, told in (
        ("veteranhaven.change.success_wide", [-33.3, -53.4, -4.8]),
        ("sumak.change.success_wide", [-20.6, -41.1, 2.9]),
        ("sumak.change.stopped", [23.5, 6.7, 40.4]),
    ):
        figure = evidence.figures[f"outcomes.{name}"]
        numbers = (figure.value, figure.low, figure.high)
        assert [round(100 * number, 1) for number in numbers] == told


def test_diff_tells_rows_definitions_and_figures(prepared, capsys):
    command = ["diff", "2018", "2019", "--project", str(prepared), "--quiet"]
    assert main(command) == 0
    public = capsys.readouterr().out
    assert "rækker" not in public and "Afklaring via Rehabiliteringsteam →" not in public
    assert main([*command, "--edition", "internal"]) == 0
    told = capsys.readouterr().out
    assert "Sumak: Nye forløb: 32" in told and "Fra rapport 2019 tæller sygdom" in told
    assert "Afklaring via Rehabiliteringsteam → Afventer" in told
    assert "(nye 3, omkodet +2, væk 0)" in told and "[ny definition]" in told


def test_diff_as_json_has_rows_in_the_internal_edition_only_and_refuses_one_year(prepared, capsys):
    command = ["diff", "2019", "2018", "--format", "json", "--project", str(prepared)]
    assert main(command) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["from"], record["to"]) == (2018, 2019)
    assert all("rows" not in entry for entry in record["entries"])
    assert main([*command, "--edition", "internal"]) == 0
    assert any(entry["rows"] for entry in json.loads(capsys.readouterr().out)["entries"])
    assert main(["diff", "2019", "2019", "--project", str(prepared)]) == 2
    assert "to forskellige år" in capsys.readouterr().err


# The way back from a number


@pytest.mark.parametrize("year", [2018, 2019])
def test_the_rows_a_figure_selects_are_those_it_counts(evidence, year):
    told = evidence if year == 2019 else evidence.earlier
    for name, figure in told.figures.items():
        row = find_row(name, told.rows)
        if row.verb not in ("rows", "counted", "part", "share") or figure.value is None:
            continue
        of, counted = told.select_rows(row)
        sizes = (len(counted), len(of))
        assert (figure.numerator, figure.denominator) in (sizes, (None, None)), name
        assert row.verb == "share" or figure.value == sizes[0], name


def test_every_row_is_told_in_plain_danish_words(evidence):
    told = evidence
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
    origin = trace_figure("outcomes.sumak.success_wide", evidence).origins[0]
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
