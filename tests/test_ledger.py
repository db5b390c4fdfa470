"""What each figure's change is made of, and the way back from a number to its rows."""

import json
from dataclasses import replace
from datetime import date

import pytest

import workbooks as wb
from conftest import add_lines, copy_project, edit
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
DAY = date(2019, 3, 1)
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


OVER = ended(4, Startdato=date(2018, 10, 1), Slutdato=date(2019, 5, 1))
# The courses of the later export; what the ledger tells; what figures' changes are made of.
CHANGES = {
    "nothing": (COURSES, [], {"completed": (0, 0, 0, 0), "success_wide": (0, 0, 0, 0)}),
    "a corrected start is the same course": (
        [ended(1, Startdato=date(2018, 1, 15)), *COURSES[1:]],
        [("Forløb", "changed", "Rettede datoer", 1)],
        {"success_wide": (0, 0, 0, 0)},
    ),
    "new, ended and vanished courses": (
        [COURSES[0], COURSES[2], OVER, ADDED],
        [
            ("Forløb", "new", "Nye forløb", 1),
            ("Forløb", "changed", "Afsluttet siden sidst", 1),
            ("Forløb", "gone", "Ikke længere i udtrækket", 1),
        ],
        {"completed": (1, 2, 0, 1)},
    ),
    "a recoded exit is no new case": (
        [COURSES[0], ended(2, "Fleksjob"), *COURSES[2:], ADDED],
        [("Forløb", "new", "Nye forløb", 1), ("Afgang", "changed", "Jobsøgende → Fleksjob", 1)],
        {"success_wide": (2, 1, 1, 0), "exit.jobsoegende": (-1, 0, -1, 0)},
    ),
    "all at once": ([ended(1, "Sprogskole"), ended(3), ended(6, Slutdato=DAY)], None, {}),
}


@pytest.mark.parametrize("sentence", CHANGES)
def test_what_changed_between_two_exports_is_told_apart_and_adds_up(tmp_path, sentence):
    courses, told, made_of = CHANGES[sentence]
    old, new = compare(tmp_path, courses)
    assert told in (None, lines(old, new))
    revisions = {r.after.figure: r for r in list_revisions(old, new) if r.new is not None}
    for r in revisions.values():
        assert r.change == r.new + r.recoded - r.gone
    for name, parts in made_of.items():
        r = revisions[f"outcomes.veteranhaven.{name}"]
        assert (r.change, r.new, r.recoded, r.gone) == parts


def test_jobs_are_new_corrected_and_gone(tmp_path):
    told = lines(*compare(tmp_path, COURSES, [JOBS[0] | {"Ansættelsesform": "Deltid"}, wb.job(3)]))
    assert [(kind, n) for _, kind, _, n in told] == [("new", 1), ("changed", 1), ("gone", 1)]


@pytest.fixture(scope="module")
def evidence(prepared):
    return gather_evidence(prepared, 2019)[1]


def test_the_examples_changed_definitions_and_rates_are_those_of_the_audit(evidence):
    found = list_definition_changes(evidence.earlier, evidence)
    changes = {(c.definition, c.partner): c for c in found}
    assert not changes["stopped", "sumak"].is_comparable
    assert "COVID" in changes["awaiting", ""].reason
    broken = {r.after.figure for r in list_revisions(evidence.earlier, evidence) if r.is_broken}
    assert "outcomes.sumak.stopped" in broken and "outcomes.veteranhaven.stopped" not in broken
    for name, told in (
        ("veteranhaven.change.success_wide", [-33.3, -53.4, -4.8]),
        ("sumak.change.success_wide", [-20.6, -41.1, 2.9]),
        ("sumak.change.stopped", [23.5, 6.7, 40.4]),
    ):
        figure = evidence.figures[f"outcomes.{name}"]
        assert [round(100 * n, 1) for n in (figure.value, figure.low, figure.high)] == told


def test_a_rate_counts_what_its_definition_says_and_nothing_in_code(tmp_path):
    root = copy_project(tmp_path / "andet")
    rows = ("stopped,2018,,group,stoppet", "stopped,2018,,group,afventer")
    edit(root / "data/raw/maps/definitions.csv", *rows)
    _, told = gather_evidence(root, 2018)
    assert told.figures["outcomes.veteranhaven.stopped"].numerator == 3


def test_diff_tells_definitions_and_figures_and_inside_rows_too(prepared, capsys):
    command = ["diff", "2019", "2018", "--project", str(prepared), "--quiet"]
    for edition in (["--edition", "internal"], []):
        assert main([*command, *edition]) == 0
        told = capsys.readouterr().out
        assert "Fra rapport 2019 tæller sygdom" in told
        rows = ("Sumak: Nye forløb: 32", "→ Afventer", "(nye 3, omkodet +2, væk 0)")
        assert {row in told for row in (*rows, "[ny definition]")} == {bool(edition)}
        assert main([*command, *edition, "--format", "json"]) == 0
        record = json.loads(capsys.readouterr().out)
        assert (record["from"], record["to"]) == (2018, 2019)
        assert any(entry.get("rows") for entry in record["entries"]) == bool(edition)
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


FIGURES = "data/raw/maps/figures.csv"
PART = {"Ansættelsesform": "Deltid", "Timer pr. uge": 18.5}
OWN = "jobs.own,Egne,antal,Prøve.,jobs,started_on >= start,,rows,thing,ja"


def test_a_figure_is_added_with_one_row(tmp_path):
    root = wb.make_project(tmp_path, jobs=[wb.job(1), wb.job(2, **PART)])
    own = OWN.replace("start,,", "start; job_type = deltid; hours_per_week < 20,,")
    add_lines(root / FIGURES, own)
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
jobs,started_on >= start,,rows => ,,,lef jobs.total | Mente du “left”
jobs.own => jobs.{q}.own | hvad {q} står for
jobs.own => jobs.{code}.own | hvad {code} står for
jobs,started_on >= start,,rows => ,,,ratio jobs.total | skal der stå 2 nøgletal
rows, => sum, | skal der stå 1 kolonne
rows, => sum enterprise_id, | tager tal
rows, => change job_type, | tager datoer
rows, => latest hours_per_week, | tabellen skal være agreements
Prøve.,jobs,started_on >= start,,rows => P.,,,,goal jobs.total | “own” er intet mål
>= start, => >= start + 1000 months, | for langt
started_on >= start, => hours_per_week >= ti, | ikke et tal
"""


@pytest.mark.parametrize("fault", FAULTS.strip().splitlines())
def test_a_fault_in_a_row_is_told_with_its_line_column_and_nearest_word(tmp_path, fault):
    words, _, said = fault.partition(" | ")
    before, _, after = words.partition(" => ")
    root = wb.make_project(tmp_path)
    path = root / FIGURES
    number = len(path.read_text(encoding="utf-8").splitlines()) + 1
    add_lines(path, OWN.replace(before, after, 1))
    with pytest.raises(DataError) as caught:
        read_rows(root)
    (problem, *_) = caught.value.problems
    assert problem.cell == f"A{number}" and problem.column and said in problem.message
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0], encoding="utf-8")
    with pytest.raises(DataError, match="Listen over nøgletal"):
        read_rows(root)
