"""Each figure on a handful of rows, its edges included: tables in, figures out."""

import re
from datetime import date, timedelta

import pytest
from scipy.stats import binomtest

import workbooks as wb
from socok_analysis.figures.figure import difference, read_figures, share
from socok_analysis.run.build import prepare_year

DAY, FIRST = date(2019, 12, 31), date(2019, 1, 1)  # the evaluation and the period's end, its start
AFTER = DAY + timedelta(1)
PREVIOUS = date(2019, 6, 28)
HAVEN = "outcomes.veteranhaven."


def ended(reason="Fleksjob", on=PREVIOUS, **changes):
    return wb.course(**{"Slutdato": on, "Afslutningsårsag": reason, **changes})


def people(*rows):
    return [{**row, "CPR-nr.": wb.cpr(number)} for number, row in enumerate(rows, 1)]


def tell(figure):
    """Return a figure's fraction where it has one, else its value; "absent" for none."""
    if figure is None:
        return "absent"
    if figure.denominator is not None and figure.numerator is not None:
        return f"{figure.numerator}/{figure.denominator}"
    return "none" if figure.value is None else f"{figure.value:g}"


# A sentence; below it the rows of its exports (those not named are the standard ones) and, after
# an arrow, how the figures' names begin and what they tell. The report is of the year 2019, to
# whose last day everything is counted. A row is the kind of row and the cells that are others.
CASES = """
an end on the evaluation date is an end and one after it does not count yet
  courses: ended Slutdato=2019-12-31 | ended Slutdato=2020-01-01, Virksomhed=Sumak
  -> outcomes.veteranhaven. completed=1 active=0 exit.fleksjob=1
  -> outcomes.sumak. started=1 completed=0 active=1 exit.fleksjob=0 success_wide=0/0
a start on the evaluation date is a start and one after it does not count
  courses: running Startdato=2020-01-01 | ended | ended Startdato=2020-01-01, Slutdato=2020-01-01
  courses: running Virksomhed=Sumak, Startdato=2019-12-31
  -> outcomes. veteranhaven.started=1 veteranhaven.completed=1 veteranhaven.active=0
  -> outcomes. sumak.started=1 sumak.active=1
a course with two reasons of a rate counts once, and with reasons of two rates in both
  courses: ended Afslutningsårsag=Fleksjob; Uddannelse | ended Afslutningsårsag=Barsel
  courses: ended Afslutningsårsag=Fleksjob; Stoppet pga. massive udfordringer, Virksomhed=Sumak
  -> outcomes.veteranhaven. success_wide=1/2 exit.fleksjob=1 exit.uddannelse=1 exit.barsel=1
  -> outcomes.sumak. success_wide=1/1 stopped=1/1
extended is no reason, and in a first year period figures are no values
  courses: ended
  -> outcomes.veteranhaven. exit.doed=0 exit.forlaenget=absent period.completed=none
  -> outcomes.veteranhaven.period. success_wide=none stopped=none
places are in use or vacant
  agreements: agreement Ekstra pladser=2
  courses: running | running | ended | running Startdato=2020-01-01 | ended Slutdato=2020-01-01
  -> agreements.veteranhaven. places=8 extra_places=2 in_use=3 vacant=5
vacant places are never fewer than none, and two agreements of a partner are added
  agreements: agreement Pladser=1
  agreements: agreement Virksomhed=Sumak | agreement Virksomhed=Sumak, Pladser=3
  courses: running | running
  -> agreements. veteranhaven.in_use=2 veteranhaven.vacant=0 sumak.places=11
an agreement holds on its last day and has ended the day after
  agreements: agreement Gælder til=2019-12-31 | agreement Virksomhed=Sumak, Gælder til=2019-12-30
  -> agreements. veteranhaven.places=8 sumak.places=0
an agreement holds from its first day; one that begins later gives its partner no figures
  agreements: agreement Virksomhed=Sumak, Gælder fra=2019-12-31 | agreement Gælder fra=2020-01-01
  -> agreements. sumak.places=8
  -> agreements.veteranhaven. places=absent in_use=absent plans=absent
a partner without courses, or whose courses all start later, has agreements and no outcomes
  agreements: agreement Virksomhed=Sumak
  courses: running | running Virksomhed=Sumak, Startdato=2020-01-01
  -> agreements.sumak. places=8 plans=0/0 veteran_share=0/0
  -> outcomes.sumak. started=absent
who waits is listed and has not left, for any agreement of the partner
  agreements: agreement | agreement Gælder fra=2020-01-01 | agreement Virksomhed=Sumak
  waiting_list: listed Skrevet op=2019-01-01 | listed Skrevet op=2019-12-31
  waiting_list: listed Skrevet op=2020-01-01 | listed Startet/afmeldt=2019-12-31
  waiting_list: listed Startet/afmeldt=2020-01-01 | listed Startet/afmeldt=2019-01-01
  waiting_list: listed Aftale-id=A-2 | listed Aftale-id=A-3
  -> agreements. veteranhaven.waiting=4 sumak.waiting=1
plans are of the courses started, and made by the evaluation
  courses: running Plan udarbejdet=ja | running Plan udarbejdet=2019-12-31
  courses: running Plan udarbejdet=2020-01-01 | running Plan udarbejdet=nej | running
  courses: ended Plan udarbejdet=2019-02-01 | running Plan udarbejdet=ja, Startdato=2020-01-01
  -> agreements.veteranhaven. plans=3/6
  -> plans.veteranhaven. made=3 missing=2 unknown=1
veterans are of the completed whose answer is known
  courses: ended Veteran=ja | ended Veteran=nej | ended Veteran=nej | ended
  courses: running Veteran=ja | ended Slutdato=2020-01-01, Veteran=ja
  -> agreements.veteranhaven. veteran_share=1/3
new agreements begin in the period
  agreements: agreement | agreement Virksomhed=Sumak, Pladser=3, Måltal=50, Ekstra pladser=1, \
    Gælder fra=2019-02-01, Plan efter (uger)=4
  -> agreements. new=1 held=2
  -> agreements. sumak.plan_after_weeks=4 sumak.target=0.5 veteranhaven.max_weeks=absent
  -> agreements. sumak.veteran_goal=absent
a goal for veterans is the one that is stated
  facts: fact Emne=Veteran Haven, Oplysning=Mål for veteraner blandt deltagerne, Værdi=50, \
    Enhed=pct.
  -> agreements. veteranhaven.veteran_goal=0.5 veteranhaven.target=absent
follow-up is of the started, the final evaluation of the known completed
  courses: running Seneste opfølgning=2019-05-02 | running Seneste opfølgning=2020-01-01
  courses: course Slutevaluering modtaget=ja | course Slutevaluering modtaget=nej | course
  -> followup.veteranhaven. held=1/5 final_evaluation=1/2
attendance is hours attended of hours agreed, where they are told
  courses: running
  attendance: week Uge=2019-W10, Fremmødte timer=10 | week Uge=2019-W11, Fremmødte timer=5
  attendance: week Uge=2019-W12
  -> attendance.veteranhaven. people=1 agreed_hours=20 attended_hours=15 rate=0.75
a week belongs to the partner the person was at
  courses: course Slutdato=2019-03-01
  courses: running Virksomhed=Sumak, Startdato=2019-03-04, CPR-nr.=610180-0001
  attendance: week Uge=2019-W09, Fremmødte timer=10 | week Uge=2019-W10, Fremmødte timer=4
  attendance: week Uge=2019-W02, Fremmødte timer=3, CPR-nr.=610180-0005
  -> attendance. veteranhaven.attended_hours=10 sumak.attended_hours=4 without_course=1
effective hours are hours times intensity, of those measured twice
  progression: step Dato=2019-01-07, Timer pr. uge=4.5, Arbejdsintensitet (%)=80
  progression: step Dato=2019-05-06, Timer pr. uge=10, Arbejdsintensitet (%)=50
  progression: step Dato=2019-02-04, Timer pr. uge=6, CPR-nr.=610180-0002
  -> progression. people=1 first.effective_hours=3.6 last.effective_hours=5
one person's steps are figures only with consent
  progression: step Dato=2019-01-07, Timer pr. uge=4, Arbejdsintensitet (%)=80
  progression: step Dato=2019-02-04, Timer pr. uge=6, CPR-nr.=610180-0002, Samtykke (J/N)=J
  -> progression.case. 1.2019-02-04.hours=6 1.2019-02-04.intensity=1 2.2019-01-07.hours=absent
consent withdrawn at a later measurement holds for all
  progression: step Dato=2019-01-07, Timer pr. uge=4, Samtykke (J/N)=J
  progression: step Dato=2019-05-06, Timer pr. uge=8
  -> progression.case. 1.2019-01-07.hours=absent 1.2019-05-06.hours=absent
jobs that last are of those that began so long ago, an end on the day itself is lasting
  jobs: job Ansættelsesdato=2019-06-30, Slutdato=2019-12-30 | job Ansættelsesdato=2019-07-01
  jobs: job Ansættelsesdato=2019-02-01, Slutdato=2019-07-31 | job Ansættelsesdato=2019-07-02
  jobs: job Ansættelsesdato=2018-12-31, Slutdato=2019-12-31
  -> jobs.lasting. 6_months=2/3 12_months=1/1
outcomes have equal follow-up, of those who began twelve months ago
  courses: ended Startdato=2018-01-02, Slutdato=2019-01-02 | ended Startdato=2018-01-02
  courses: ended Startdato=2018-12-31, Afslutningsårsag=Barsel | running | ended
  -> outcomes.veteranhaven. within_12_months=1/3
a course is past the maximum of the agreement it began under, and weeks are a median
  agreements: agreement Gælder fra=2018-01-01, Max uger=10
  agreements: agreement Gælder fra=2019-01-01, Max uger=20
  courses: ended Startdato=2019-01-07, Slutdato=2019-05-27 | ended Slutdato=2019-05-28
  courses: ended Startdato=2018-02-05, Slutdato=2018-05-07 | running
  -> outcomes.veteranhaven. past_maximum=2/3 weeks=20
a plan is in time by the agreement's weeks, where its day or its absence is known
  agreements: agreement Plan efter (uger)=4
  courses: running Plan udarbejdet=2019-02-04 | running Plan udarbejdet=2019-02-05
  courses: running Plan udarbejdet=ja | running Plan udarbejdet=nej | running
  courses: running Startdato=2019-12-30, Plan udarbejdet=nej
  -> plans.veteranhaven. in_time=1/3
days to a job are to the person's next one
  courses: ended | ended | ended
  jobs: job Ansættelsesdato=2019-07-08, CPR-nr.=610180-0001
  jobs: job Ansættelsesdato=2019-06-28, CPR-nr.=610180-0002
  jobs: job Ansættelsesdato=2019-06-01, CPR-nr.=610180-0003
  -> outcomes.veteranhaven. days_to_job=5
shares of the jobcentre's jobs
  jobs: job | job Ansættelsesform=Løntilskud | job Ansættelsesform=Deltid
  jobs: job Kanal=Opslag, Ansættelsesform=Løntilskud
  -> jobs.share. loentilskud=1/3 fleksjob=1/3
a job counts where it starts in the period, both days included
  jobs: job Ansættelsesdato=2017-12-31 | job Ansættelsesdato=2018-01-01
  jobs: job Ansættelsesdato=2018-12-31 | job Ansættelsesdato=2019-01-01
  jobs: job Ansættelsesdato=2019-12-31 | job Ansættelsesdato=2020-01-01
  -> jobs. total=2 cumulative=4 cumulative.2017-12=absent cumulative.2018-01=1
cumulative jobs grow month by month
  jobs: job Ansættelsesdato=2019-03-31 | job Ansættelsesdato=2019-04-01
  -> jobs.cumulative. 2018-01=0 2019-03=1 2019-04=2 2019-12=2
the total is what is active at the period's end and counted in the goal
  enterprises: place Navn=VeteranHaven | place Navn=Sumak | place | place Tæller i mål (J/N)=N
  enterprises: place Aktiv fra=2019-12-31 | place Aktiv fra=2020-01-01
  enterprises: place Aktiv til=2019-12-31 | place Aktiv til=2019-12-30
  -> enterprises. total=5
registered is by date, by the period's end, and not deregistered
  enterprises: place Navn=VeteranHaven | place Navn=Sumak
  enterprises: place RSV-dato=2018-12-31 | place RSV-dato=2019-01-01 | place RSV-dato=2019-12-31
  enterprises: place RSV-dato=2020-01-01 | place RSV-dato=2018-12-31, RSV afregistreret=2019-12-31
  enterprises: place RSV-dato=2019-01-01, RSV afregistreret=2019-12-31
  enterprises: place RSV-dato=2018-12-31, RSV afregistreret=2020-01-01
  -> enterprises. registered=4 registered_in_period=3 registered_earlier=2
volunteer places are counted by type, new ones apart
  enterprises: place Navn=VeteranHaven | place Navn=Sumak
  enterprises: place Type=Frivilligt sted, Tæller i mål (J/N)=N
  enterprises: place Type=Frivilligt sted, Tæller i mål (J/N)=N, Aktiv fra=2019-12-31
  enterprises: place Type=Frivilligt sted, Tæller i mål (J/N)=N, Aktiv til=2019-01-01
  -> enterprises. total=2 volunteer=2 volunteer_new=1 type.initiativ=2
participants are those of the meetings held in the period
  meetings: held Dato=2019-01-01, Antal deltagere=10 | held Dato=2019-12-31, Antal deltagere=15
  meetings: cancelled Antal deltagere=5 | held | held Dato=2020-01-01, Antal deltagere=7
  meetings: cancelled Dato=2018-12-31
  -> network. held=3 cancelled=1 participants=25 participants_per_meeting=12.5
grants are summed, by recipient, and counted by kind
  grants: grant Art (fond/stat/kommune/privat)=Fond, Bevilget dato=2019-01-01
  grants: grant Art (fond/stat/kommune/privat)=Stat, Bevilget dato=2019-12-31, Beløb=x
  grants: grant Beløb=2500 | grant Beløb=0,50 | grant Modtager=VeteranHaven, Beløb=
  grants: grant Bevilget dato=2018-12-31 | grant Bevilget dato=2020-01-01
  -> grants. total=7500.5 without_amount=2 count=5 recipients=2
  -> grants.recipient. sumak=7500.5 sumak.count=4 veteranhaven=none
  -> grants.kind. fond=1 kommune=0 unknown=3
where no grant states an amount the total is unknown and not zero
  grants: grant Beløb=
  -> grants. total=none without_amount=1
where nothing was granted the total is zero
  grants: grant Bevilget dato=2020-01-01
  -> grants. total=0 without_amount=0
figures of an absent export are absent
  -> agreements.veteranhaven. waiting=absent
  -> occupancy.veteranhaven.2019-12. waiting=absent
  -> network. held=absent
  -> grants. total=absent
  -> progression. people=absent
one person's facts, disputed ones and those told twice are not told
  facts: fact Oplysning=Timer, Værdi=3.5, Enhed=timer pr. uge
  facts: fact Oplysning=Paragraf (som oplyst), Værdi=50, Enhed=paragraf
  facts: fact Oplysning=Heste, Værdi=20, Enhed=heste | fact Oplysning=Heste, Værdi=21, Enhed=heste
  facts: fact Oplysning=Åbner, Værdi=april 2017, Enhed=måned
  -> facts.sumak. timer=absent paragraf-som-oplyst=absent heste=absent aabner=absent
a stated value is a number where it reads as one
  facts: fact Emne=Veteran Haven, Oplysning=Areal, Værdi=24.000, Enhed=m²
  facts: fact Emne=VeteranHaven, Oplysning=Elever, Værdi=8, Enhed=elever
  facts: fact Oplysning=Jord, Værdi=3,5, Enhed=hektar | fact Oplysning=Haver, Værdi=2.5, Enhed=stk.
  facts: fact Oplysning=Dag, Værdi=16-05-2020, Enhed=dato
  -> facts. veteranhaven.areal=24000 persons.veteranhaven.elever=8
  -> facts.sumak. jord=3.5 haver=2.5 dag=absent
"""
MEETING = {"Dato": date(2019, 5, 1), "Status (afholdt/aflyst)": "Afholdt"}
STEP = {"CPR-nr.": wb.cpr(1), "Virksomhed": "Sumak", "Arbejdsintensitet (%)": 100}
BASES = {
    **{
        made.__name__: made()
        for made in (wb.course, ended, wb.running, wb.job, wb.agreement, wb.grant)
    },
    "place": wb.enterprise(),
    "listed": {"Aftale-id": "A-1", "Skrevet op": FIRST},
    "week": {"CPR-nr.": wb.cpr(1), "Aftalte timer": 10},
    "step": {**STEP, "Samtykke (J/N)": "N"},
    "held": MEETING,
    "cancelled": {**MEETING, "Status (afholdt/aflyst)": "Aflyst"},
    "fact": {"Emne": "Sumak"},
}
NUMBERED = {  # what tells the rows of an export apart, where a case does not say it
    "courses": ("CPR-nr.", wb.cpr),
    "waiting_list": ("CPR-nr.", wb.cpr),
    "jobs": ("Løbenr.", "{:05d}".format),
    "agreements": ("Aftale-id", "A-{}".format),
    "enterprises": ("Navn", "S{}".format),
}


def read_value(text):
    """Return a cell: a day, a number, nothing, or else the words as they stand."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    if re.fullmatch(r"(0|[1-9]\d*)(\.\d)?", text):
        return float(text) if "." in text else int(text)
    return text or None


def read_rows(kind, text):
    rows = []
    for number, row in enumerate(text.split(" | "), 1):
        name, _, told = row.strip().partition(" ")
        cells = dict(cell.split("=", 1) for cell in re.split(r",\s+", told) if cell)
        own = {name: make(number) for name, make in [NUMBERED[kind]]} if kind in NUMBERED else {}
        rows.append(BASES[name] | own | {key: read_value(cell) for key, cell in cells.items()})
    return rows


def read_case(block):
    exports, told = {}, {}
    for line in block.splitlines()[1:]:
        kind, rest = line.strip().split(" ", 1)
        if kind == "->":
            start, *words = rest.split()
            told |= {start + name: value for name, value in (w.split("=") for w in words)}
        else:
            exports[kind[:-1]] = f"{exports[kind[:-1]]} | {rest}" if kind[:-1] in exports else rest
    return {kind: read_rows(kind, text) for kind, text in exports.items()}, told


@pytest.mark.parametrize(
    "block", [pytest.param(b, id=b.splitlines()[0]) for b in re.split(r"\n(?=\S)", CASES.strip())]
)
def test_rows_give_figures(tmp_path, block):
    exports, told = read_case(block)
    figures = wb.measure(wb.make_project(tmp_path, **exports))
    assert {name: tell(figures.get(name)) for name in told} == told


def test_the_interval_of_a_rate_is_the_one_scipy_gives_and_of_nothing_there_is_none():
    for denominator in (1, 2, 15, 40, 68, 1000):
        for numerator in range(0, denominator + 1, max(1, denominator // 7)):
            told = binomtest(numerator, denominator).proportion_ci(0.95, method="wilson")
            rate = share("a", numerator, denominator)
            assert (rate.low, rate.high) == pytest.approx((told.low, told.high), abs=1e-12)
    rate, none, every = share("a", 0, 0), share("b", 0, 5), share("c", 5, 5)
    assert (rate.value, rate.numerator, rate.low, rate.high) == (None, 0, None, None)
    assert none.low == 0 < none.high < every.low < every.high == 1


def test_period_figures_count_what_ended_after_the_previous_evaluation(tmp_path):
    later = [ended("Barsel", PREVIOUS + timedelta(1)), ended(on=DAY), ended(on=AFTER)]
    root = wb.make_project(tmp_path, courses=people(ended(), *later))
    for previous, told in ((PREVIOUS, ["2", "1/2", "0/2"]), (DAY, ["0", "0/0", "0/0"])):
        found = wb.measure(root, previous_evaluation_date=previous)
        names = [f"{HAVEN}period.{name}" for name in ("completed", "success_wide", "stopped")]
        assert [tell(found[name]) for name in names] == told
        assert tell(found[f"{HAVEN}success_wide"]) == "2/3"


def test_places_are_told_at_each_months_end_and_on_the_evaluation_day(tmp_path):
    rows = people(wb.course(Slutdato=date(2019, 3, 31)), wb.running(Startdato=date(2019, 2, 1)))
    waiting = read_rows("waiting_list", "listed Skrevet op=2019-02-04, Startet/afmeldt=2019-04-30")
    tables = {"courses": rows, "waiting_list": waiting, "agreements": [wb.agreement(Pladser=1)]}
    half = {"period_end": date(2019, 6, 15), "evaluation_date": date(2019, 6, 15)}
    found = wb.measure(wb.make_project(tmp_path, **tables), **half)
    name = "occupancy.veteranhaven."
    in_use, listed_then = (
        [found[f"{name}2019-0{month}.{part}"].value for month in range(1, 7)]
        for part in ("in_use", "waiting")
    )
    assert in_use == [1, 2, 1, 1, 1, 1] and listed_then == [0, 1, 1, 0, 0, 0]
    last = found[f"{name}2019-06.in_use"]
    assert (last.period_end, tell(found[f"{name}share"])) == (date(2019, 6, 15), "7/6")
    assert [found[name + n].value for n in ("months", "months_over", "peak")] == [6, 1, 2]
    assert not [n for n in found if n.startswith("occupancy.sumak")]


MONTHS = """2019-01-01 2020-04-30 16 | 2019-01-01 2019-02-28 2 | 2019-02-01 2020-02-29 13
2018-11-01 2019-03-31 5 | 2019-01-01 2019-04-15 3.5 | 2019-01-16 2019-04-30 3.516"""


def test_jobs_are_scaled_to_twelve_calendar_months(tmp_path):
    root = wb.make_project(tmp_path, jobs=[wb.job(1, Ansættelsesdato=date(2019, 2, 4))])
    for told in re.split(r" \| |\n", MONTHS):
        first, last, months = told.split()
        days = {"period_start": date.fromisoformat(first), "period_end": date.fromisoformat(last)}
        scaled = wb.measure(root, **days)["jobs.total_per_12_months"]
        assert scaled.value == pytest.approx(12 / float(months), rel=1e-3), told


def test_each_job_counts_once_since_the_strategy_began(tmp_path):
    early, both = (wb.job(1, Ansættelsesdato=date(year, 3, 1)) for year in (2018, 2019))
    root = wb.make_project(tmp_path)
    days = {"period_end": date(2019, 6, 30), "evaluation_date": date(2018, 12, 31)}
    wb.write_settings(root, 2018, report={"period_start": date(2018, 1, 1), **days})
    for kind in ("courses", "agreements", "enterprises"):
        wb.write_export(root, kind, wb.default_rows(kind), 2018)
    moved, new = wb.job(1, Ansættelsesdato=date(2017, 3, 1)), wb.job(2)
    told = (  # jobs then, jobs now; in all each year, and since the strategy began
        ([both], [both, wb.job(2, Ansættelsesdato=date(2019, 9, 1))], [1, 2, 1, 2]),
        ([early], [new], [1, 1, 1, 2]),  # in the earlier export alone
        ([early], [moved, new], [1, 1, 1, 1]),  # as the later has it
    )
    for then, now, counts in told:
        wb.write_export(root, "jobs", then, 2018)
        wb.write_export(root, "jobs", now)
        figures = [read_figures(prepare_year(root, y).year.processed_dir) for y in (2018, 2019)]
        names = ("jobs.total", "jobs.cumulative")
        assert [f[name].value for name in names for f in figures] == counts


def test_a_goal_is_met_where_the_figure_reaches_it(tmp_path):
    rows = [wb.job(1), wb.job(2), wb.job(3, Ansættelsesdato=date(2018, 5, 1))]
    root = wb.make_project(tmp_path, jobs=rows)
    reached = {"jobs_per_year": 2, "jobs_in_strategy": 3, "enterprises": 2}
    for more, is_met in ((0, True), (1, False)):
        targets = {goal: number + more for goal, number in reached.items()}
        found = wb.measure(root, **targets)
        for goal, target in targets.items():
            assert [found[f"goals.{goal}{end}"].value for end in ("", ".met")] == [target, is_met]
    assert not [name for name in wb.measure(root) if name.startswith("goals.")]


def test_a_fact_is_a_figure_of_an_enterprise_or_where_a_text_names_it(tmp_path):
    library = "fact Emne=Biblioteket, Værdi=1999, Enhed=årstal, Oplysning="
    text = f"{library}Åbnet | {library}Udvidet | fact Oplysning=Heste, Værdi=20, Enhed=heste"
    root = wb.make_project(tmp_path, facts=read_rows("facts", text))
    folder = root / "data/raw/2019/tekst/virksomheder"
    folder.mkdir(parents=True)
    text = "## Om\nÅbnet i {{ fakta('biblioteket', \"Åbnet\") }}.\n"
    (folder / "sumak.md").write_text(text, encoding="utf-8")
    facts = {n: f for n, f in wb.measure(root).items() if n.startswith("facts.")}
    assert list(facts) == ["facts.biblioteket.aabnet", "facts.sumak.heste"]
    assert facts["facts.sumak.heste"].unit == "heste"


def test_every_figure_has_label_unit_definition_sheet_period_and_a_lower_case_name(tmp_path):
    tables = {"grants": "grant", "meetings": "held", "waiting_list": "listed"}
    rows = {kind: read_rows(kind, text) for kind, text in tables.items()}
    first = {"Aftale-id": "A-0", "Gælder fra": date(2014, 1, 1), "Gælder til": date(2015, 8, 31)}
    root = wb.make_project(tmp_path, agreements=[wb.agreement(), wb.agreement(**first)], **rows)
    found = wb.measure(root, jobs_per_year=1, enterprises=1)
    assert sum(name.startswith(f"{HAVEN}exit.") for name in found) == 21
    for name, figure in found.items():
        assert figure.label and figure.unit and figure.definition
        assert name == name.lower() and name.isascii() and " " not in name
    total, rate = found["jobs.total"], found[f"{HAVEN}success_wide"]
    assert total.sources == ("jobs.xlsx › Ark1 (1 rækker)",) and len(rate.sources) == 1
    assert (total.period_start, total.period_end) == (FIRST, DAY)
    assert (rate.period_start, rate.period_end) == (date(2014, 1, 1), DAY)
    assert found["jobs.cumulative"].period_start == date(2018, 1, 1)


# Made with statsmodels 0.15: confint_proportions_2indep(..., method="newcomb", compare="diff").
NEWCOMBE = [
    ((1, 15), (10, 25), -0.5335828407069143, -0.0484883687521550),
    ((15, 34), (22, 34), -0.4114768213931505, 0.0290352160085013),
    ((22, 68), (11, 40), -0.1340835064560686, 0.2125653021771745),
    ((9, 34), (1, 34), 0.0666913959475337, 0.4035096174844833),
]


@pytest.mark.parametrize(("first", "second", "low", "high"), NEWCOMBE)
def test_the_interval_of_a_difference_is_newcombes(first, second, low, high):
    figure = difference("d", share("r", *first), share("r", *second))
    assert figure.value == pytest.approx(first[0] / first[1] - second[0] / second[1], abs=1e-12)
    assert (figure.low, figure.high) == pytest.approx((low, high), abs=1e-9)
    figure = difference("d", share("r", 0, 0), share("r", *second))
    assert (figure.figure, figure.value, figure.low) == ("d", None, None)
