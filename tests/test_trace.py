"""The way back from a number: two ways to each figure agree, and a row moves what depends on it."""

import json
import re
from datetime import date

import pytest

from conftest import copy_project
from socok_analysis.cli import main
from socok_analysis.figures.formulas import find_formula, read_formulas, select_rows
from socok_analysis.figures.trace import list_origins, trace_figure
from socok_analysis.run.build import gather_evidence
from test_measures import read_rows
from workbooks import gather, make_project, write_export, write_settings


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

# A row moves the figures that depend on it, and no other.

EXPORTS = {
    "courses": """
        course Plan udarbejdet=ja, Veteran=ja
        course Startdato=2018-09-03, Veteran=nej, \
            Afslutningsårsag=Stoppet pga. massive udfordringer
        course Startdato=2018-04-02, Slutdato=2018-12-20, \
            Afslutningsårsag=Afventer Rehabiliteringsteam
        running Plan udarbejdet=nej | course Virksomhed=Sumak, Afslutningsårsag=Løntilskud
        course Virksomhed=Sumak, Startdato=2019-01-02
        course Virksomhed=Sumak, Startdato=2018-01-02
        course Startdato=2018-05-02, Slutdato=2018-12-01
    """,
    "jobs": "job | job Kanal=Netværk | job Ansættelsesform=Deltid | job Ansættelsesdato=2018-05-01",
    "agreements": "agreement | agreement Virksomhed=Sumak, Ekstra pladser=2 | agreement Pladser=3",
    "enterprises": """
        place Navn=VeteranHaven | place Navn=Sumak | place Type=Frivilligt sted
        place Type=Registreret socialøkonomisk virksomhed, RSV-dato=2019-05-01
    """,
    "grants": "grant | grant Giver=En anden, Beløb=7000 | grant Giver=En tredje, Beløb=",
    "meetings": "held | cancelled | held",
    "waiting_list": "listed CPR-nr.=610180-0020 | listed CPR-nr.=610180-0021",
}
MEASURED = {
    "attendance": """
        week CPR-nr.=610180-0004, Uge=2019-W14, Fremmødte timer=8
        week CPR-nr.=610180-0004, Uge=2019-W15, Fremmødte timer=8
    """,
    "progression": """
        step Virksomhed=VeteranHaven, Dato=2019-01-01, Timer pr. uge=5
        step Virksomhed=VeteranHaven, Dato=2019-02-01, Timer pr. uge=6
        step Virksomhed=VeteranHaven, CPR-nr.=610180-0004, Dato=2019-03-01, Timer pr. uge=8
        step Virksomhed=VeteranHaven, CPR-nr.=610180-0004, Dato=2019-04-01, Timer pr. uge=12
    """,
}
ROWS = {
    kind: read_rows(kind, re.sub(r"\n\s+", " | ", text.strip()))
    for kind, text in (EXPORTS | MEASURED).items()
}
FAMILIES = ("compare", *{row["pattern"].partition(".")[0] for row in read_formulas()})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    root = make_project(tmp_path_factory.mktemp("rækker"), **{kind: ROWS[kind] for kind in EXPORTS})
    write_settings(root, report={"previous_evaluation_date": date(2018, 12, 31)})
    return root, gather(root)


def numbers(figure):
    return figure.value, figure.numerator, figure.denominator, figure.low, figure.high


def changed(before, after):
    """Return the figures that are others than before, or no longer there."""
    return {n for n, f in before.items() if n not in after or numbers(after[n]) != numbers(f)}


def depend(evidence, kind, row):
    """Return the figures that a row of an export counts in, and those worked out from them."""
    names = {name for name in evidence.figures if counts_in(evidence, name, kind, row)}
    while more := {n for n in evidence.figures if names & set(list_origins(n, evidence))} - names:
        names |= more
    return names


def counts_in(evidence, name, kind, row):
    """Tell whether a row is one that moves a figure: a share has its base, a sum its amounts."""
    formula = find_formula(name, evidence)
    if formula is None or formula.table.replace("exits", "courses") != kind:
        return False
    rows = select_rows(formula, evidence)
    used = rows.counted if evidence.figures[name].denominator is None else rows.base
    how, _, column = formula.result.partition(" ")
    used = used[used[column].fillna(0) != 0] if how in ("sum", "stated") else used
    return row in set(used["source_row"])


PLACES = "courses 0 1 2 3 5 7, jobs 0 1 2, agreements 2, enterprises 2 3, grants 1 2, meetings 0 1"
REMOVED = [
    (kind, int(place))
    for kind, *places in map(str.split, f"{PLACES}, waiting_list 1".split(", "))
    for place in places
]


@pytest.mark.parametrize(("kind", "place"), REMOVED)
def test_removing_a_row_changes_exactly_the_figures_that_depend_on_it(whole, kind, place):
    root, before = whole
    rows = ROWS[kind]
    try:
        write_export(root, kind, rows[:place] + rows[place + 1 :])
        after = gather(root)
    finally:
        write_export(root, kind, rows)
    found = changed(before.figures, after.figures)
    # What is worked out from a figure that moved need not move itself, by its rule: a difference
    # with the same parts, places that are all vacant. `derived` says what may move it.
    expected = {
        n for n in depend(before, kind, place + 2) if n in found or not list_origins(n, before)
    }
    assert {n for n in found if n.startswith(FAMILIES)} == {
        name for name in expected if name.startswith(FAMILIES)
    }
    assert found


def test_every_family_that_is_counted_from_rows_is_moved_by_some_row(whole):
    moved = {n.split(".")[0] for kind, at in REMOVED for n in depend(whole[1], kind, at + 2)}
    assert set(FAMILIES) <= moved


@pytest.mark.parametrize("kind", MEASURED)
def test_removing_a_measurement_moves_figures_of_its_own_kind_and_no_other(tmp_path, kind):
    root = make_project(tmp_path, **ROWS)
    before = gather(root)
    write_export(root, kind, ROWS[kind][:-1])
    found = {n for n in changed(before.figures, gather(root).figures) if "intake." not in n}
    assert found and {name.split(".")[0] for name in found} == {kind}


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
