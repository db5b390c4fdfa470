"""The example exports, read and measured, give the figures published in May 2020.

The expected values are those of the audit of the source report (`seed_figures.yaml`): everything
in it that rows of the exports can be counted to. Where the report contradicts itself, the value
is the one its rows give, and a comment says what was printed.
"""

import csv
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from socok_analysis.figures.figure import read_figures
from socok_analysis.intake.tables import read_table
from socok_analysis.run.build import prepare_year

RAW = Path(__file__).parents[1] / "data" / "raw"

EXITS = {
    (2018, "veteranhaven"): "fleksjob 5 ordinaert 2 uddannelse 3 stoppet 4 praktik2 5 "
    "afventer_rehab 3 foertidspension 1 faengsel 1 jobsoegende 1",
    (2018, "sumak"): "fleksjob 5 ordinaert 7 loentilskud 2 uddannelse 4 sprogskole 4 praktik2 1 "
    "barsel 1 stoppet 1 afklaring_rehab 4 afventer_rehab 7",
    (2019, "veteranhaven"): "fleksjob 5 ordinaert 3 uddannelse 3 stoppet 8 praktik2 6 "
    "afventer_rehab 6 foertidspension 2 faengsel 1 jobsoegende 1 doed 1 fraflyttet 1 "
    "beskrivelse_afventer 3 bosted 1",
    (2019, "sumak"): "fleksjob 9 ordinaert 7 loentilskud 8 hybridpraktik 3 uddannelse 6 praktik2 2 "
    "barsel 1 sprogskole 4 stoppet 10 afventer_rehab 12 beskrivelse_afventer 2 aegtefaelle 1 "
    "covid_pause 1 jc_stop 2",
}
RATES = {
    2018: """veteranhaven.success_wide=10/25 veteranhaven.success_narrow=10/25
        veteranhaven.stopped=4/25 sumak.success_wide=22/34 sumak.stopped=1/34""",  # printed: 64 %
    2019: """veteranhaven.success_wide=11/40 veteranhaven.success_narrow=11/40
        veteranhaven.stopped=8/40 sumak.success_wide=37/68 sumak.success_narrow=22/68
        sumak.stopped=10/68 veteranhaven.period.success_wide=1/15 veteranhaven.period.stopped=4/15
        sumak.period.success_wide=15/34 sumak.period.stopped=9/34""",
}
# A family of figures a line: its name, then each figure and its value.
COUNTS = {
    2018: """
        outcomes.veteranhaven completed 25 active 4
        outcomes.sumak completed 34 active 9
        jobs jobcentre 35 other 29 total 64 cumulative 64
        jobs.type fleksjob 21 deltid 7 fuldtid 3 loentilskud 4 hybrid 0
        agreements.veteranhaven places 8
        agreements.sumak places 8 extra_places 2
        enterprises registered 3
        goals jobs_per_year 30 jobs_in_strategy 90 enterprises 25
    """,
    2019: """
        outcomes.veteranhaven started 44 completed 40 active 4
        outcomes.sumak started 75 completed 68 active 7
        outcomes.veteranhaven.period completed 15
        outcomes.sumak.period completed 34
        jobs jobcentre 56 other 73 total 129 cumulative 193 total_per_12_months 96.75
        jobs.type fleksjob 17 deltid 9 fuldtid 1 hybrid 2 loentilskud 27 seniorjob 0
        jobs.type timeloennet 0
        enterprises total 26 registered 12 registered_in_period 9 volunteer 3
        agreements.veteranhaven places 8 in_use 4 vacant 4 waiting 3 plans 33
        agreements.sumak places 8 extra_places 2 in_use 7 vacant 1 waiting 1 plans 73
        agreements.affald-plus places 10
        agreements.cafe-chufa places 10
        agreements.stald-kanehoej places 3
        agreements.frirum-lab places 4
        network held 5 cancelled 1
        grants total 1071573
        goals jobs_per_year 30 jobs_per_year.met True jobs_in_strategy 90
        goals jobs_in_strategy.met True enterprises 25 enterprises.met True
    """,
}
# Museum agreements give "2-3" courses a year: two places and one extra.
MUSEUMS = ("by-overfartsmuseet", "danmarks-busmuseum", "det-gamle-trykkeri", "kongegaarden")
KEY_FACTS = {
    "Botræningen Magleby": "16 25 23 3 2014 2014 1943 1967",
    "CSRNext": "20 20 2",
    "Den Interne Skole": "1999 40 10",
    "FriRUM Lab": "200 12 2",
    "Golfstrømmen": "9 12 23",
    "Magleby Skolecenter": "1999 2007 16 25 35",
    "Manden og Konen": "2",
    "Mina Støtte/Kontakt": "24 50",
    "Den Digitale Ressourcebank": "70 66 3",
    "Musholm Ferie, Sport og Konference": "1998 2016",
    "Søholt": "14 12 23",
    "VeteranHaven": "50 24000 8 7 2 2",
    "Affald Plus": "16-05-2020 3 4 50",
    "Danmarks Busmuseum": "120 1938 75 5 07-05-2020",
    "Kirkens Korshær": "1912 3 1 65 15 40 2",
    "Konfus Collective": "2019",
    "Liselund": "1918 1998 01-01-2021 75 25",
    "MinaHuset": "15 23",
    "Mini Houses/Legehytten": "5 2",
    "Stald Kanehøj ApS": "3.5 20",
    "Sund og Bælt": "17",
    "Registrerede socialøkonomiske virksomheder": "563 110 2014",
    "CSR-samarbejder": "2 2 5 10 42 9",
    "Nytårskalenderen på LinkedIn": "7 8 636 2354",
    "Puljer og midler": "5 2 2 5000",
    "Biodiversitet": "75",
    "Boligområder": "4",
    "In-House-løsninger": "6 2 2 3 13 15 2017-2020 18",
    "Borger i job med afsæt i fælles værdikæde": "7 3 7 3 6",
    "Enkeltsag om progression": "3.5",
    "Strategien for socialøkonomi": "15-06-2018 5",
    "Udvidelse af målgruppen": "3",
    "Kongegaarden": "6 8",
    "Museerne om frivillighed og socialøkonomi": "2 3",
}


@pytest.fixture(scope="module")
def processed(tmp_path_factory):
    root = tmp_path_factory.mktemp("published")
    shutil.copytree(RAW, root / "data" / "raw")
    return {year: prepare_year(root, year).year.processed_dir for year in (2018, 2019)}


@pytest.fixture(scope="module")
def figures(processed):
    return {year: read_figures(folder) for year, folder in processed.items()}


def read(processed, table, year=2019):
    return read_table(processed[year] / f"{table}.parquet")


@pytest.mark.parametrize(("year", "partner"), EXITS)
def test_the_exit_reasons_of_a_partner(figures, year, partner):
    words = EXITS[year, partner].split()
    expected = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    prefix = f"outcomes.{partner}.exit."
    found = {
        name.removeprefix(prefix): f.value
        for name, f in figures[year].items()
        if name.startswith(prefix)
    }
    assert found == {**dict.fromkeys(found, 0), **expected}


@pytest.mark.parametrize(("year", "rate"), [(y, r) for y in RATES for r in RATES[y].split()])
def test_a_rate(figures, year, rate):
    name, numerator, denominator = re.split("[=/]", rate)
    figure = figures[year][f"outcomes.{name}"]
    assert (figure.numerator, figure.denominator) == (int(numerator), int(denominator))
    assert figure.value == int(numerator) / int(denominator)
    assert figure.low < figure.value < figure.high


@pytest.mark.parametrize(
    ("year", "name", "value"),
    [
        (year, f"{family}.{name}", {"True": True}.get(value) or float(value))
        for year, lines in COUNTS.items()
        for family, *words in map(str.split, lines.strip().splitlines())
        for name, value in zip(words[::2], words[1::2], strict=True)
    ],
)
def test_a_count(figures, year, name, value):
    assert figures[year][name].value == value


def test_the_first_year_has_no_period_figures(figures):
    period = [f.value for name, f in figures[2018].items() if ".period." in name]
    assert period and set(period) == {None}


def test_plans_are_of_the_courses_started(figures):
    # VeteranHaven: 33 with and 7 without are printed, but 44 have started.
    plans = [figures[2019][f"agreements.{name}.plans"] for name in ("veteranhaven", "sumak")]
    assert [(plan.numerator, plan.denominator) for plan in plans] == [(33, 44), (73, 75)]


def test_courses_without_a_plan(processed):
    courses = read(processed, "courses")
    without = courses[courses.has_plan.eq(False).fillna(False)].enterprise_id.value_counts()
    assert without.to_dict() == {"veteranhaven": 7, "sumak": 2}


def test_the_share_of_veterans(figures):
    figure = figures[2019]["agreements.veteranhaven.veteran_share"]
    assert (figure.value, figure.numerator, figure.denominator) == (0.25, 10, 40)


@pytest.mark.parametrize("museum", MUSEUMS)
def test_the_agreements_of_the_museums(figures, museum):
    names = (f"agreements.{museum}.places", f"agreements.{museum}.extra_places")
    assert [figures[2019][name].value for name in names] == [2, 1]


def test_the_terms_of_the_agreements(processed):
    terms = read(processed, "agreements").set_index("enterprise_id")
    haven = terms.loc["veteranhaven"]
    assert (haven.max_weeks, haven.plan_after_weeks) == (52, 4)
    assert terms.loc["sumak"].plan_after_weeks == 1
    assert len(terms) == 10 and len(read(processed, "agreements", 2018)) == 2


def test_what_was_granted_to_each(processed):
    grants = read(processed, "grants")
    assert grants.loc[grants.giver == "Tuborgfondet", "amount_dkk"].sum() == 68_000
    granted = grants.groupby("enterprise_id").amount_dkk.agg(["sum", "size"])
    assert granted.loc["veteranhaven"].tolist() == [486_573, 17]
    assert granted.loc["danmarks-busmuseum", "sum"] == 502_000
    assert granted.loc["konfus-collective", "sum"] == 15_000


def test_the_topics_of_the_meetings(processed):
    topics = read(processed, "meetings").topic
    assert topics.str.startswith("Virksomhedspræsentation").sum() == 3
    assert topics.str.startswith("Eksternt oplæg").sum() == 2


def test_the_one_case_of_progression(processed):
    steps = read(processed, "progression")
    assert steps.hours_per_week.tolist() == [4.5, 15, 18]
    assert steps.intensity_pct.tolist() == [80, 100, 100]
    assert str(steps.measured_on[0]) == "2016-09-08"


def test_the_registered_before_the_period(figures):
    names = ("enterprises.registered", "enterprises.registered_in_period")
    total, new = (figures[2019][name].value for name in names)
    assert total - new == 3


def test_who_left_a_partner_before_and_during_covid(processed):
    ended = read(processed, "courses").dropna(subset="ended_on")
    days = ended.ended_on.astype(str)
    partner, is_2020 = ended.enterprise_id, days.between("2020-01-01", "2020-04-30")
    before, during = is_2020 & (days < "2020-03-11"), is_2020 & (days >= "2020-03-11")
    left = [
        int((mask & (partner == name)).sum())
        for name in ("veteranhaven", "sumak")
        for mask in (before, during)
    ]
    assert left == [1, 2, 1, 1]  # printed for Sumak: one before, and one "during" among the exits


def test_nine_were_at_veteranhaven_in_four_months_of_2019(processed):
    courses = read(processed, "courses").query("enterprise_id == 'veteranhaven'")
    starts, ends = courses.started_on.astype(str), courses.ended_on.astype(str)
    last_days = pd.date_range("2019-01-31", periods=12, freq="ME").strftime("%Y-%m-%d")
    in_course = [int(((starts <= day) & ~(ends <= day).fillna(False)).sum()) for day in last_days]
    assert in_course.count(9) == 4 and max(in_course) == 9


def test_the_exits_the_report_calls_neutral_or_other(figures):
    def count(partner, *codes):
        return sum(figures[2019][f"outcomes.{partner}.exit.{code}"].value for code in codes)

    assert count("veteranhaven", "faengsel", "doed", "fraflyttet") == 3
    assert count("sumak", "barsel", "sprogskole") == 5


def test_three_returned_to_veteranhaven_and_were_hired(processed):
    courses, jobs = read(processed, "courses"), read(processed, "jobs")
    haven = courses[(courses.enterprise_id == "veteranhaven") & courses.ended_on.notna()]
    hired = jobs[(jobs.enterprise_id == "veteranhaven") & jobs.person_key.isin(haven.person_key)]
    assert hired.person_key.nunique() == 3


@pytest.mark.parametrize(("subject", "expected"), KEY_FACTS.items())
def test_the_key_facts_are_those_published(processed, subject, expected):
    facts = read(processed, "facts")
    values = facts.loc[facts.subject == subject, "value"].tolist()
    assert [value for value in values if value[0].isdigit()] == expected.split()


def test_the_example_exports_have_no_faults_and_an_account_that_adds_up(processed):
    for folder in processed.values():
        with (folder / "problems.csv").open(encoding="utf-8", newline="") as file:
            assert {row["severity"] for row in csv.DictReader(file)} <= {"info"}
        with (folder / "intake.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                seen, *parts = (
                    int(row[f"rows_{name}"]) for name in ("seen", "kept", "quarantined", "skipped")
                )
                assert seen == sum(parts) and row["rows_quarantined"] == "0"
