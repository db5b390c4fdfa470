"""Disclosure control: what is few stays hidden, and cannot be worked out of what is shown."""

import random
import re
from dataclasses import replace

import pytest

from conftest import copy_project
from socok_analysis.core.errors import DataError
from socok_analysis.core.year import read_year
from socok_analysis.disclosure.bounds import bound, learn
from socok_analysis.disclosure.cells import Cell, Rules, make_system
from socok_analysis.disclosure.plan import plan_year
from socok_analysis.disclosure.protection import (
    audit_shown,
    audit_years,
    list_exit_reasons,
    make_status_system,
    place_status,
    plan_status,
    read_protection,
)
from socok_analysis.disclosure.relations import Relation
from socok_analysis.disclosure.rules import list_members, list_never_alone, make_groups
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.intake.maps import read_maps
from socok_analysis.run.build import prepare_year
from socok_analysis.run.open import make_status_page

P = "outcomes.x"
GROUPS = ("success_wide", "awaiting", "stopped", "other")


def count(name, value):
    return Figure(name, value, unit="antal")


def rate(name, part, whole):
    value = part / whole if whole else None
    return Figure(name, value, numerator=part, denominator=whole, unit="andel")


def tell(text):
    """Figures told as name=number, a rate as name=part/whole."""
    told = [
        (name, *map(int, re.split("/", value))) for name, value in re.findall(r"(\S+)=(\S+)", text)
    ]
    return [(rate if len(each) == 3 else count)(*each) for each in told]


def table(**groups):
    """A partner's completed courses by group, a reason each."""
    completed = sum(groups.values())
    rates = [rate(f"{P}.{name}", groups.get(name, 0), completed) for name in GROUPS]
    return [count(f"{P}.completed", completed), *rates]


def by_year(**years):
    return {
        int(key[1:]): {f.figure: replace(f, year=int(key[1:])) for f in figures}
        for key, figures in years.items()
    }


def protect(figures, declared=(), groups=(), never=()):
    """Plan every year in turn; return what is hidden and the audit of the last year."""
    declared, hidden = set(declared), set()
    rules = {year: Rules(never_alone=frozenset(never), groups=groups) for year in figures}
    for year in figures:
        known = {y: f for y, f in figures.items() if y <= year}
        system = make_system(known, rules)
        hidden |= plan_year(system, year, hidden, declared).hidden.keys()
    shown = system.reveals.keys() - hidden
    earlier = {cell for cell in shown if cell.year < max(figures)}
    return hidden, audit_shown(system, shown, earlier | declared)


def names(hidden):
    return {cell.name.removeprefix(f"{P}.") for cell in hidden}


FEW = table(success_wide=20, awaiting=9, stopped=8, other=2)
MANY = table(success_wide=11, awaiting=9, stopped=8, other=13)
PLANNED = tell("outcomes.x.started=75 agreements.x.plans=73/75")
SCALED = [*tell("jobs.total=2"), Figure("jobs.total_per_12_months", 1.5, unit="antal pr. år")]
STRANGE = [*tell("nye.tal.om_noget=3 nye.x=30"), Figure("nye.tal.gennemsnit", 2.5)]
PLANS = {
    "a small group hides another so that subtraction gives nothing": (FEW, "other awaiting"),
    "large groups are all shown": (MANY, ""),
    "a rate that leaves few out is hidden": (PLANNED, "agreements.x.plans"),
    "what is worked out of hidden ones is too": (SCALED, "jobs.total jobs.total_per_12_months"),
    "what nobody has declared is protected": (STRANGE, "nye.tal.om_noget nye.tal.gennemsnit"),
}


@pytest.mark.parametrize("sentence", PLANS)
def test_what_is_hidden_is_no_more_than_must_be(sentence):
    figures, told = PLANS[sentence]
    hidden, audit = protect(by_year(y2019=figures))
    assert names(hidden) == set(told.split()) and not audit.disclosed


def test_the_audit_finds_every_protected_number_that_is_shown_or_follows():
    figures = by_year(y2019=FEW)
    system = make_system(figures, {2019: Rules()})
    shown = system.reveals.keys() - {Cell(2019, f"{P}.other")}
    assert [f.cell.name for f in audit_shown(system, shown).disclosed] == [f"{P}.other"]
    audit = audit_shown(system, system.reveals.keys())
    assert {f.cell for f in audit.disclosed} == system.needs.keys() != set()
    assert system.reveals.keys() == {Cell(2019, name) for name in figures[2019]}
    assert {cell for cells in system.reveals.values() for cell in cells} <= system.values.keys()


def test_small_periods_and_few_running_courses_do_not_follow_by_subtraction():
    first = table(success_wide=10, awaiting=7, stopped=7, other=6)
    second = table(success_wide=12, awaiting=13, stopped=15, other=12)
    hidden, audit = protect(by_year(y2018=first, y2019=second))
    assert Cell(2019, f"{P}.success_wide") in hidden and not audit.disclosed
    assert {cell.year for cell in hidden} == {2019}  # what was published is never hidden after
    courses = tell(f"{P}.started=44 {P}.completed=40 {P}.active=4")
    figures = [*courses, *tell("agreements.x.places=8 agreements.x.in_use=4 agreements.x.vacant=4")]
    hidden, audit = protect(by_year(y2019=figures))
    assert not audit.disclosed
    found = {cell.name for cell in hidden}
    assert {"agreements.x.in_use", "agreements.x.vacant", f"{P}.active"} <= found
    assert not {"agreements.x.places", f"{P}.completed"} & found


def test_a_declared_figure_is_shown_and_what_follows_is_known_and_still_not_said_aloud():
    first = table(success_wide=10, awaiting=5, stopped=5, other=5)
    second = table(success_wide=11, awaiting=12, stopped=12, other=12)
    period = tell(f"{P}.period.completed=22 {P}.period.success_wide=1/22")
    declared = {Cell(year, f"{P}.success_wide") for year in (2018, 2019)}
    hidden, audit = protect(by_year(y2018=first, y2019=second), declared)
    assert not declared & hidden and not audit.disclosed
    assert [f.cell.name for f in audit.known] == [f"{P}.success_wide#siden 2018"]
    hidden, _ = protect(by_year(y2018=first, y2019=[*second, *period]), declared)
    assert Cell(2019, f"{P}.period.success_wide") in hidden


def test_job_types_have_a_threshold_of_their_own_and_a_sensitive_reason_is_never_shown_alone():
    types = "fleksjob=17 jobs.type.deltid=4 jobs.type.fuldtid=1 jobs.type.hybrid=3"
    hidden, audit = protect(by_year(y2019=tell(f"jobs.jobcentre=25 jobs.type.{types}")))
    assert "jobs.type.fuldtid" in names(hidden) and "jobs.jobcentre" not in names(hidden)
    assert len(hidden) == 2 and not audit.disclosed
    reasons = tell(f"{P}.exit.faengsel=9 {P}.exit.praktik2=20")
    parts = ("outcomes.{p}.exit.faengsel", "outcomes.{p}.exit.praktik2")
    group = Relation("g", "outcomes.{p}.other", parts, "covers", "")
    figures = by_year(y2019=[*table(success_wide=20, other=29), *reasons])
    hidden, audit = protect(figures, groups=(group,), never=[f"{P}.exit.faengsel"])
    assert names(hidden) == {"exit.faengsel", "exit.praktik2"}
    assert not audit.disclosed


def make_random(seed, *years):
    """A partner's reports with random reasons, sometimes two reasons for a course."""
    chance = random.Random(seed)
    totals = dict.fromkeys(GROUPS, 0)
    figures = {}
    completed = running = 0
    for year in years:
        for name in GROUPS:
            totals[name] += chance.choice((0, 1, 2, 3, 4, 6, 9, 15))
        many = chance.choice((0, 0, 0, 1, 2))
        completed = max(sum(totals.values()) - many, *totals.values(), completed)
        running = chance.randint(0, 9)
        figures[year] = [
            count(f"{P}.started", completed + running),
            count(f"{P}.completed", completed),
            count(f"{P}.active", running),
            *(rate(f"{P}.{name}", totals[name], completed) for name in GROUPS),
            *(
                count(f"{P}.exit.{name}{n}", part)
                for name in GROUPS
                for first in [chance.randint(0, totals[name])]
                for n, part in enumerate((first, totals[name] - first))
            ),
        ]
    return by_year(**figures)


RANDOM_GROUPS = tuple(
    Relation(f"g{g}", f"outcomes.{{p}}.{g}", (f"{part}0", f"{part}1"), "covers", "")
    for g, part in ((name, f"outcomes.{{p}}.exit.{name}") for name in GROUPS)
)


@pytest.mark.parametrize(
    ("seeds", "years", "hidden"),
    [(range(50), ("y2019",), 200), (range(200, 210), ("y2018", "y2019"), 80)],
    ids=["one report", "two in a row"],
)
def test_no_protected_number_of_random_tables_can_be_worked_out(seeds, years, hidden):
    found = 0
    for seed in seeds:
        figures = make_random(seed, *years)
        _, audit = protect(figures, groups=RANDOM_GROUPS)
        assert audit.disclosed == [], f"seed {seed}"
        system = make_system(figures, dict.fromkeys(figures, Rules(groups=RANDOM_GROUPS)))
        found += len(audit_shown(system, system.reveals.keys()).disclosed)
    assert found > hidden, "so many can be worked out where nothing is protected"


def test_bounds_are_those_found_by_trying_every_table():
    figures = by_year(y2019=table(success_wide=6, awaiting=3, stopped=5, other=2))
    system = make_system(figures, {2019: Rules()})
    shown = [Cell(2019, f"{P}.{name}") for name in ("completed", "success_wide", "stopped")]
    knowledge = learn(system, [cell for figure in shown for cell in system.reveals[figure]])
    tables = [(a, o) for a in range(17) for o in range(17) if 6 + 5 + a + o == 16]
    for place, name in enumerate(("awaiting", "other")):
        values = [each[place] for each in tables]
        assert bound(knowledge, Cell(2019, f"{P}.{name}")) == (min(values), max(values))


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    root = copy_project(tmp_path_factory.mktemp("example"))
    prepare_year(root, 2019)
    return root


def open_example(root):
    years = [read_year(root, number) for number in (2018, 2019)]
    return years, {y.year: read_figures(y.processed_dir, y.year) for y in years}


def test_the_example_shows_what_is_published_and_no_protected_number_can_be_worked_out(example):
    years, figures = open_example(example)
    for last in (1, 2):
        known = {year: figures[year] for year in list(figures)[:last]}
        audit = audit_years(years[:last], known)
        assert audit.disclosed == [] and len(audit.findings) > 10
    known = {finding.cell.name for finding in audit.known}
    assert "outcomes.veteranhaven.period.success_wide" in known, "one of fifteen was published"
    assert not any("sumak" in name for name in known)
    plan = read_protection({y: example / f"data/processed/{y}" for y in (2018, 2019)})
    haven = "outcomes.veteranhaven."
    shown = f"{haven}success_wide {haven}stopped outcomes.sumak.success_wide"
    for name in (*shown.split(), "jobs.total", "jobs.cumulative"):
        assert plan.is_shown(2019, name), name
    hidden = f"{haven}period.success_wide {haven}active {haven}exit.faengsel {haven}exit.doed"
    for name in (*hidden.split(), "agreements.sumak.waiting", "agreements.sumak.plans"):
        assert not plan.is_shown(2019, name) and plan.reason(2019, name), name


def test_prison_and_death_are_never_alone_and_stopped_is_a_group_of_its_own(example):
    maps = read_maps(example, 2019)
    reasons = list_exit_reasons(maps)
    members = list_members(reasons, maps.definitions, 2019, "sumak")
    never = list_never_alone(reasons, members)
    assert {"faengsel", "doed", "barsel", "aegtefaelle"} <= set(never)
    assert "stoppet" not in never
    sizes = {r.total: len(r.parts) for r in make_groups({"sumak": members})}
    assert sizes["outcomes.sumak.stopped"] == 1 and sizes["outcomes.sumak.other"] > 5
    assert "outcomes.sumak.success_narrow" in sizes
    (wide, *_) = maps.definitions  # the groups follow the definitions of their year
    later = (*maps.definitions, replace(wide, valid_from=2019, column="success_narrow"))
    before, after = (list_members(reasons, later, year, "sumak") for year in (2018, 2019))
    assert "loentilskud" in before["success_wide"] and "loentilskud" not in before["other"]
    assert "loentilskud" in after["other"] and "loentilskud" not in after["success_wide"]


def test_a_status_shows_nothing_that_the_report_gives_away_by_subtraction(example):
    years, figures = open_example(example)
    values = {"year": 2019, "as_of": "2020-01-15", "edition": "public"}
    page = make_status_page(example, values, {2018: figures[2018]})
    as_of = page.year.period_end
    plan = plan_status(years, figures, page.figures, as_of)
    system, place = make_status_system(years, figures, page.figures, as_of)
    reports = read_protection({y: example / f"data/processed/{y}" for y in (2018, 2019)})
    public = {
        c for c in system.reveals if c.year != place and reports.is_shown(c.year // 10000, c.name)
    }
    own = {c for c in system.reveals if c.year == place and plan.is_shown(2019, c.name)}
    assert audit_shown(system, public | own, public).disclosed == []
    naive = {c for c in system.reveals if c.year == place and reports.is_shown(2019, c.name)}
    assert audit_shown(system, public | naive, public).disclosed
    assert place == place_status(years[-1], as_of)


def test_an_unknown_figure_in_the_list_of_exceptions_stops_the_year(project):
    text = "figure,reason,date,who\njobs.totla,trykt,2020-05-01,NN\n"
    (project / "data/raw/2018/undtagelser.csv").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as error:
        prepare_year(project, 2018)
    (told,) = (p for p in error.value.problems if p.file.endswith("undtagelser.csv"))
    assert "jobs.total" in told.message
