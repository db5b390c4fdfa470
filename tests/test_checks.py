"""Checks of figures against each other: silent on sound exports, and naming each contradiction."""

from collections import namedtuple
from copy import deepcopy
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import workbooks as wb
from conftest import copy_project
from socok_analysis.checks.findings import (
    CHECKS,
    accept,
    check_settings,
    check_year,
    list_concerned,
    list_rows,
    read_checks,
    read_deviations,
)
from socok_analysis.cli import main
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import Year
from socok_analysis.run.build import Options, check_publishable, prepare_year
from socok_analysis.run.report import prepare_years
from test_measures import read_value

LAST = {2018: date(2018, 12, 31), 2019: date(2019, 12, 31)}
RSV = "Registreret socialøkonomisk virksomhed"


def month(year, number, reason, person):
    days = {"Startdato": date(year, number, 2), "Slutdato": date(year, number, 27)}
    told = {"CPR-nr.": wb.cpr(person), "Afslutningsårsag": reason, "Plan udarbejdet": "ja"}
    return wb.course(**days, **told)


# Two years' exports in which nothing contradicts anything, to be spoilt by a test.
Sound = namedtuple("Sound", "exports report")


def make_sound():
    reasons = ("Fleksjob", "Jobsøgende", "Fleksjob", "Jobsøgende")
    old = [month(2018, 2 * n, r, n) for n, r in enumerate(reasons, 1)]
    new = [month(2019, 2 * n, r, n + 10) for n, r in enumerate(reasons, 1)]
    first = {"CPR-nr.": wb.cpr(9), "Startdato": date(2018, 12, 3), "Plan udarbejdet": "ja"}
    open_18 = wb.running(**first)
    ended = {**open_18, "Slutdato": date(2019, 1, 20), "Afslutningsårsag": "Fleksjob"}
    open_19 = {**open_18, "CPR-nr.": wb.cpr(19), "Startdato": date(2019, 12, 2)}
    jobs_18 = [wb.job(n, Ansættelsesdato=date(2018, n, 1)) for n in (1, 2, 3)]
    jobs_19 = [wb.job(n + 3, Ansættelsesdato=date(2019, n, 1)) for n in (1, 2, 3)]
    rsv = wb.enterprise("Sumak", Type=RSV, **{"RSV-dato": date(2018, 3, 1)})
    shared = {"agreements": [wb.agreement(Pladser=1)], "enterprises": [wb.enterprise(), rsv]}
    courses, jobs = [*old, ended, *new, open_19], [*jobs_18, *jobs_19]
    fact = {"Emne": "Sumak", "Oplysning": "Ansatte", "Værdi": 5, "Gælder": "31-06-2019"}  # no day
    later = {**shared, "courses": courses, "jobs": jobs, "grants": [wb.grant()], "facts": [fact]}
    earlier = {**shared, "courses": [*old, open_18], "jobs": jobs_18}
    report = {
        year: {"period_start": date(year, 1, 1), "period_end": day, "evaluation_date": day}
        for year, day in LAST.items()
    }
    report[2019]["previous_evaluation_date"] = LAST[2018]
    return Sound({2018: deepcopy(earlier), 2019: deepcopy(later)}, report)


def find(root, sound):
    wb.make_project(root)
    for year, kinds in sound.exports.items():
        wb.write_settings(root, year, report=sound.report[year])
        for kind, rows in kinds.items():
            wb.write_export(root, kind, rows, year)
    return check_year(replace(wb.gather(root, 2019), earlier=wb.gather(root, 2018)))


def test_nothing_is_found_on_sound_exports(tmp_path):
    assert find(tmp_path, make_sound()) == []


# The checks that must find it; then what is spoilt in the later exports: cells of rows by their
# place, rows that are gone (-) or new (+), or the report's days. "both" are the exports of both.
DEFECTS = """
plans.unanswered: courses 0 Plan udarbejdet=
grants.without_amount: grants 0 Beløb=
grants.municipal: grants 0 Art (fond/stat/kommune/privat)=Kommune
outcomes.undecided: courses 6 Afslutningsårsag=Afventer Rehabiliteringsteam
outcomes.definitions_differ: courses 6 Afslutningsårsag=Sprogskole
exits.several_reasons: both courses 0 Afslutningsårsag=Fleksjob; Jobsøgende
places.overused: courses -2 Startdato=2019-11-02, Slutdato=2019-12-30 \
    | courses -1 Startdato=2019-11-04
places.unused: agreements 0 Pladser=2
register.type_and_date: enterprises 1 RSV-dato=
register.type_and_date: enterprises 1 Type=Initiativ
jobs.period_length jobs.beyond_year: report 0 period_end=2020-02-29, evaluation_date=2020-02-29 \
    | jobs + Løbenr.=00090, Ansættelsesdato=2020-01-15
jobs.period_length jobs.beyond_year jobs.trend: \
    report 0 period_end=2020-12-31, evaluation_date=2020-12-31 \
    | jobs + Løbenr.=00090, Ansættelsesdato=2020-01-15
jobs.period_length jobs.beyond_year jobs.overlap: report 0 period_start=2018-12-01 \
    | jobs + Løbenr.=00091, Ansættelsesdato=2018-12-15
jobs.composition: jobs 3,4,5 Ansættelsesform=Løntilskud \
    | courses 4,5,7 Afslutningsårsag=Ordinært job
jobs.against_exits: jobs 5 - | jobs 4 -
outcomes.hired_later: jobs 3 CPR-nr.=610180-0012, Virksomhed=VeteranHaven
outcomes.period_differs: courses 4,5,7 Afslutningsårsag=Jobsøgende
dates.cutoffs: report 0 evaluation_date=2019-12-30
series.vanished_courses: courses 0 -
series.not_cumulative series.fell: courses 0 - | courses 0 - | courses 0 - | courses 0 - \
    | courses 0 - | courses 0 -
series.vanished_jobs: jobs 0 -
series.recoded: courses 1,3,6,8 Afslutningsårsag=Barsel
"""


def spoil(sound, how):
    for words in " ".join(how.split()).split(" | "):
        kind, places, told = words.removeprefix("both ").split(" ", 2)
        cells = {k: read_value(v) for k, _, v in (c.partition("=") for c in told.split(", "))}
        for year in (2018, 2019) if words.startswith("both ") else (2019,):
            rows = [sound.report[year]] if kind == "report" else sound.exports[year][kind]
            if places == "+":
                rows.append(wb.job(**cells))
            elif told == "-":
                del rows[int(places)]
            else:
                for place in map(int, places.split(",")):
                    rows[place] |= cells


@pytest.mark.parametrize("defect", DEFECTS.strip().splitlines())
def test_each_contradiction_is_found_by_the_check_for_it(tmp_path, defect):
    sound = make_sound()
    expected, _, how = defect.partition(": ")
    spoil(sound, how)
    assert set(expected.split()) <= {p.check for p in find(tmp_path, sound)}


def test_a_rate_that_fell_beyond_chance_is_a_jump(tmp_path):
    sound = make_sound()
    spoil(sound, "courses 4,5,7 Afslutningsårsag=Jobsøgende")
    for exports in sound.exports.values():
        exports["courses"] += [month(2017, 1 + n, "Fleksjob", 30 + n) for n in range(10)]
    found = {p.check for p in find(tmp_path, sound)}
    assert {"outcomes.period_differs", "outcomes.jump"} <= found


def test_every_check_has_a_defect_it_finds_a_title_and_what_to_do():
    tried = {n for line in DEFECTS.splitlines() for n in line.partition(": ")[0].split()}
    own_tests = {"facts.sum", "published.differs", "outcomes.jump"}
    assert set(CHECKS) == tried | own_tests
    assert all(check.title and check.advice for check in read_checks().values())


def test_a_finding_names_its_place_and_comes_with_the_line_that_would_accept_it(tmp_path):
    sound = make_sound()
    for place in (0, 2):
        sound.exports[2019]["courses"][place]["Plan udarbejdet"] = None
    problem = next(p for p in find(tmp_path, sound) if p.check == "plans.unanswered")
    assert (problem.file, problem.sheet) == ("courses.xlsx", "Ark1")
    assert problem.cell == "rækkerne 2 og 4" and "2 af 10 startede" in problem.message
    check, concerns, found, *_ = problem.edit.rpartition("afvigelser.csv: ")[2].split(",")
    assert (check, concerns, found) == ("plans.unanswered", problem.column, "")
    assert list_rows([6]) == "række 6" and list_rows([9, 2, 3]) == "rækkerne 2–3 og 9"
    assert list_rows(range(2, 60, 2)).endswith(", 38, 40 og flere")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """A copy of the example in which no deviation is accepted."""
    root = copy_project(tmp_path_factory.mktemp("kontrol") / "projekt")
    for path in (root / "data/raw").glob("*/afvigelser.csv"):
        path.unlink()
    return root


@pytest.fixture(scope="module")
def prepared(example):
    return {year: prepare_year(example, year) for year in (2018, 2019)}


def test_what_contradicts_stops_the_public_edition_and_not_the_internal(example, prepared, capsys):
    with pytest.raises(DataError, match="modsiger hinanden"):
        check_publishable(prepared.values())
    assert main(["report", "--project", str(example)]) == 1
    said = capsys.readouterr().err
    assert "men delene giver" in said and "rækkerne 32–34" in said
    assert "afvigelser.csv" in said and "Traceback" not in said
    assert not (example / "_site").exists()
    years = prepare_years(example, [2018, 2019], Options("internal"), lambda _: None)
    assert [year.year for year in years] == [2018, 2019]
    assert main(["figures", "2019", "--format", "json", "--project", str(example)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("[") and "men delene giver" in told.err
    assert main(["tidy", "2019", "--project", str(example)]) == 1


def run_accept(folder, row, *problems, was_run=tuple(CHECKS)):
    text = f"kontrol,vedrører,fundet,begrundelse,dato\n{row}\n"
    (folder / "afvigelser.csv").write_text(text, encoding="utf-8")
    deviations, faults = read_deviations(folder)
    assert faults == []
    return accept(problems, deviations, was_run)


def test_an_acceptance_is_told_with_its_reason_holds_for_what_it_names_alone_and_expires(tmp_path):
    finding = Problem("error", "plans.unanswered", "Fundet.", column="sumak", found="4")
    (shown,) = run_accept(tmp_path, "plans.unanswered,sumak,,Aftalt.,2020-05-04", finding)
    assert shown.severity == "info" and "Accepteret 4.\u00a0maj 2020: Aftalt." in shown.message
    for row in ("plans.unanswered,veteranhaven", "plans.unanswered,sumak,3", "places.unused,sumak"):
        row = f"{row}{',' * (row.count(',') == 1)},x,2020-05-04"
        told = [(p.severity, p.check) for p in run_accept(tmp_path, row, finding)]
        assert told == [("error", "plans.unanswered"), ("error", "deviations.expired")], row
    (problem,) = run_accept(tmp_path, "plans.unanswered,sumak,,x,2020-05-04")
    assert "udløbet" in problem.message
    assert (problem.file, problem.cell) == ("afvigelser.csv", "A2")
    row = "series.fell,jobs.cumulative,,x,2020-05-04"
    assert run_accept(tmp_path, row, was_run=("plans.unanswered",)) == [], "it could not be run"


# What a date of the year 2019 is changed to, and the slip it is taken for; "" where it is sound.
SLIPS = """
evaluation_date 2028-06-30 2019-06-30 | period_end 2101-12-31 2019-12-31
period_start 2009-01-01 2019-01-01 | evaluation_date 2020-12-31 2019-12-31
evaluation_date 2020-02-29 | period_end 2020-03-31
"""


@pytest.mark.parametrize("slip", SLIPS.replace("\n", "|").strip("|").split("|"))
def test_a_day_outside_the_years_or_long_after_the_exports_is_an_error_with_the_slip(slip):
    name, day, *meant = slip.split()
    days = {"period_start": date(2019, 1, 1), "period_end": LAST[2019]}
    days |= {"evaluation_date": LAST[2019], name: date.fromisoformat(day)}
    year = Year(Path(), 2019, "", strategy_start=LAST[2018], **days)
    found = list(check_settings(year, {"meetings": pd.DataFrame({"held_on": [date(2019, 12, 1)]})}))
    assert [p.message.rpartition("Mente du ")[2] for p in found] == [f"{day}?" for day in meant]
    assert all(p.severity == "error" and p.column == name for p in found)


def test_what_a_check_finds_concerns_the_figures_it_names_or_its_partners():
    names = [
        "outcomes.sumak.exit.doed",
        "outcomes.haven.exit.doed",
        "jobs.type.hybrid",
        "jobs.total",
    ]
    for check, about, told in (
        ("exits.several_reasons", "sumak", names[:1]),
        ("jobs.against_exits", "jobs.type.hybrid", names[2:3]),
        ("jobs.overlap", "", names[3:]),
    ):
        assert list_concerned(Problem("info", check, "", column=about), names) == told
