"""The mid-year status and the committee's page: counts by hand, dates refused, two files."""

import shutil
from datetime import date
from pathlib import Path

import pypdf

import workbooks as wb
from conftest import edit
from socok_analysis.core.year import read_year
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.measure import find_last_event, measure_status

JUNE, JANUARY = date(2020, 6, 30), date(2020, 1, 6)
REPORT = {
    "year": 2020,
    "title": "Årsrapport 2020",
    "period_start": date(2020, 1, 1),
    "period_end": date(2020, 12, 31),
    "evaluation_date": date(2020, 12, 31),
    "previous_evaluation_date": date(2020, 4, 30),
}
GOALS = {"strategy_start": date(2018, 1, 1), "jobs_per_year": 30, "jobs_in_strategy": 90}
JOBS = [
    wb.job(1, Ansættelsesdato=date(2019, 2, 1)),
    wb.job(2, Ansættelsesdato=date(2019, 6, 30), Kanal="Opslag"),
    wb.job(3, Ansættelsesdato=date(2019, 7, 1)),
    wb.job(4, Ansættelsesdato=date(2020, 1, 1), Ansættelsesform="Deltid"),
    wb.job(5, Ansættelsesdato=JUNE),
    wb.job(6, Ansættelsesdato=JUNE, Kanal="Netværk"),
    wb.job(7, Ansættelsesdato=date(2020, 7, 1)),
    wb.job(8, Ansættelsesdato=date(2019, 12, 31)),
]
COURSES = [
    wb.course(Startdato=JANUARY, Slutdato=date(2020, 4, 30)),
    wb.course(**{"CPR-nr.": wb.cpr(2)}, Startdato=JANUARY, Slutdato=date(2020, 5, 1)),
    wb.course(**{"CPR-nr.": wb.cpr(3)}, Startdato=JANUARY, Slutdato=date(2020, 7, 1)),
    wb.running(**{"CPR-nr.": wb.cpr(4)}, Startdato=JUNE),
]
COUNTED = """jobs.total 3, jobs.jobcentre 2, jobs.other 1, jobs.type.deltid 1, jobs.type.fleksjob 1,
last_year.jobs.total 2, last_year.jobs.other 1, last_year.jobs.type.fleksjob 1,
jobs.channel.netvaerk 1, jobs.channel.opslag 0, last_year.jobs.channel.opslag 1,
last_year.jobs.channel.jobcenter 1, jobs.cumulative 7, goals.jobs_per_year.to_date 15,
outcomes.veteranhaven.completed 2, outcomes.veteranhaven.period.completed 1,
agreements.veteranhaven.in_use 2, agreements.veteranhaven.vacant 6"""


def test_a_status_counts_what_the_rows_say_to_its_date(tmp_path):
    root = wb.make_project(tmp_path)
    shutil.rmtree(root / "data" / "raw" / "2019")
    wb.write_settings(root, 2020, report=REPORT, goals=GOALS)
    tables = {"courses": COURSES, "jobs": JOBS, "agreements": [wb.agreement()]}
    for kind, rows in {**tables, "enterprises": [wb.enterprise(), wb.enterprise("Sumak")]}.items():
        wb.write_export(root, kind, rows, 2020)
    made = wb.tidy(root, 2020)
    evidence = Evidence(read_year(root, 2020), made.tables, {}, made.maps)
    figures = measure_status(evidence, JUNE).figures
    assert all(figure.label and figure.definition for figure in figures.values())
    wanted = {name: float(n) for name, n in (pair.split() for pair in COUNTED.split(","))}
    assert {name: figures[name].value for name in wanted} == wanted
    leap = measure_status(evidence, date(2020, 2, 29)).figures
    assert leap["last_year.jobs.total"].value == 1, "to 28 February"
    assert find_last_event(made.tables, date(2020, 6, 29)) == date(2020, 5, 1)
    assert find_last_event(made.tables, date(2017, 1, 1)) is None


def test_a_date_that_is_none_or_outside_the_year_s_period_is_refused(socok, capsys):
    for day in ("2018-12-31", "2020-05-01", "30/6"):
        assert socok("status", 2019, "--as-of", day) == 2
        said, told = "er ikke en dato som 2020-06-30", capsys.readouterr().err
        assert (said if "/" in day else "uden for årets periode") in told
        assert "skriver" not in told, "it is refused before anything is begun"


def test_a_status_is_one_page_in_both_formats_the_same_every_time(project, socok, capsys):
    assert socok("status", 2019, "--as-of", "2019-12-31") == 0
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [file.suffix for file in files] == [".pdf", ".docx"]
    first = [file.read_bytes() for file in files]
    (sheet,) = pypdf.PdfReader(files[0]).pages
    assert "status 31. december 2019" in sheet.extract_text().replace("\u00a0", " ")
    assert socok("status", 2019, "--as-of", "2019-12-31") == 0
    assert [file.read_bytes() for file in files] == first


def test_the_years_brief_is_one_page_without_links_and_stays_when_a_later_one_fails(project, socok):
    path = project / "data/raw/2019/tekst/6-1-csr.md"
    text = path.read_text(encoding="utf-8")
    link, number = '{{ se("6-2-fondsmidler") }}', '{{ tal("jobs.total") }}'
    more = f"{text.rstrip()} Se også {link}, som har {number}.\n"
    path.write_text(more, encoding="utf-8")
    assert socok("brief", 2019) == 0
    folder = project / "notater" / "resume-2019"
    made = (folder / "resume-2019.pdf").read_bytes()
    (sheet,) = pypdf.PdfReader(folder / "resume-2019.pdf").pages
    told = " ".join(sheet.extract_text().split())
    assert "Anbefalinger" in told and "fondsmidler, som har 129" in told
    assert ".ipynb" not in told and not sheet.annotations
    edit(project / "notebooks/resume.ipynb", "page.table", "page.tabel")
    assert socok("brief", 2019) == 3
    assert (folder / "resume-2019.pdf").read_bytes() == made
