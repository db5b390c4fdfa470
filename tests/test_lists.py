"""Lists an analyst edits: every fault is told at once, in Danish, with line, column and nearest."""

import csv
import re
import shutil
from datetime import date

import pytest

from conftest import ROOT
from socok_analysis.checks.findings import read_deviations
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.core.year import find_project, list_years, read_year
from socok_analysis.figures.ledger import compare_year
from socok_analysis.intake.corrections import read_corrections
from socok_analysis.intake.maps import list_codes, read_maps
from socok_analysis.intake.texts import Words
from workbooks import write_csv, write_settings

YEAR = "data/raw/2019"
MAPS = "data/raw/maps"
CORRECTIONS = (
    "fil,ark,nøgle,kolonne,fra,til,grund,dato,besluttet_af\n"
    "jobs.xlsx,Ark1,00001,Kanal,Jobcenter,Opslag,Tastefejl,03-05-2020,teamleder\n"
)
DOORS = {
    "rettelser.csv": lambda root: read_corrections(root / YEAR),
    "afvigelser.csv": lambda root: read_deviations(root / YEAR),
    "offentliggjort.csv": lambda root: compare_year(root / YEAR, {}),
    "sections.csv": lambda root: (Words(root, 2019).sections, []),
    "year.toml": lambda root: (read_year(root, 2019), []),
}


@pytest.fixture
def root(tmp_path):
    """A project with the example's lists and nothing else."""
    shutil.copytree(ROOT / MAPS, tmp_path / MAPS)
    (tmp_path / YEAR).mkdir()
    for name in ("year.toml", "afvigelser.csv", "offentliggjort.csv"):
        shutil.copyfile(ROOT / YEAR / name, tmp_path / YEAR / name)
    (tmp_path / YEAR / "rettelser.csv").write_text(CORRECTIONS, encoding="utf-8")
    return tmp_path


def find(root, name):
    (path,) = (root / "data/raw").rglob(name)
    return path


def read(root, name):
    """Return what a list holds, and its faults, through the door of its room."""
    try:
        return DOORS.get(name, lambda root: (read_maps(root, 2019), []))(root)
    except DataError as error:
        return None, list(error.problems)


def change(root, name, old, new):
    """Replace words that stand in a list; "" adds to its end."""
    path = find(root, name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")


# A file, and below it what is changed in it to what; then the line, the column and what is said.
FAULTS = r"""
year.toml
  \nthreshold | \ntreshold | linje 21 | treshold | Mente du “threshold”?
  [goals] | [gaols] | linje 13 | gaols | Mente du “goals”?
  title = | root = 3 # | linje 4 | root | root er ikke kendt i [report].
  = 2019-01-01  | = "maj"  | linje 8 | period_start | skal være en dato
  = 25 | = -1 | linje 18 | enterprises | skal være et helt tal, mindst 0.
  \nthreshold = 3 | \nthreshold = 2 | linje 21 | threshold | skal være et helt tal, mindst 3.
  title | # title |  | title | [report] mangler title.
  title = " | title = Å" |  |  | Filen kan ikke læses som TOML. Se linje 4.
  [goals] | [report] |  |  | Filen kan ikke læses som TOML.
  year = 2019 | year = 2018 | linje 3 | year | year er ikke 2019, som mappen hedder.
  = 2020-12-31 | = 2017-12-31 | linje 16 | strategy_start | før strategy_end.
  = 2019-01-01  | = 2020-05-01  | linje 8 | period_start | skal ligge før period_end.
jobs.csv
  ,channel, | ,chanel, | A1 |  | “chanel” er ikke kendt. Mente du “channel”
  ,personal | ,ignored | A1 |  | “ignored” står to gange.
  2018, | snart, | A2 | valid_from | valid_from skal være et årstal.
   | 2018,Nr.\n | A3 | valid_from | “2018” står to gange.
  ,Kanal, | ,, | A2 | channel | channel skal have en overskrift
  ,Slutdato, | ,Kanal, | A2 | channel | for både ended_on og channel
grants.csv
  ,Beløb, | ,Beløb (t.kr.), | A2 | amount_dkk | siger tusinder
agreements.csv
  ,Pris pr. forløb, | ,Pris i EUR, | A2 | price_per_course_dkk | en anden valuta
courses.csv
  ,Timer pr. uge, | ,Timer pr. måned, | A2 | hours_per_week | er timer pr. uge.
job_types.csv
   | ,ny,,\n | A12 | label | label skal være udfyldt.
   | Ny,ny,2019-02-30,\n | A12 | valid_from | en dato som 2019-12-31.
   | FLEKSJOB,deltid,,\n | A12 | label | “FLEKSJOB” står to gange.
   | Ny, uvant,ny,,\n | A12 |  | flere celler end overskrifter
channels.csv
  ,channel_group | ,gruppe | A1 |  | Kolonnen channel_group mangler.
  opslag,,,other | opslag,,, | A4 | channel_group | jobcentre eller other
exit_reasons.csv
  ,job,ja,ja | ,jobb,ja,ja | A2 | group | Mente du “job”?
  I ordinært job,ordinaert,,,job | I ordinært job,ordinaert,,,andet | A4 | code | andre oplysninger
enterprise_ids.csv
   | Sumak,su.mak\n | A8 | id | id skal være små bogstaver
   | EHLERS og Schaeffer,e\n | A8 | name | står to gange.
definitions.csv
  ,success_wide,ja | ,sucess_wide,ja |  | sucess_wide | Mente du “success_
sections.csv
  maal, | Mål 1, | A3 | id | id skal være små bogstaver a-z
  ,side,index,10 | ,sid,index,10 | A3 | kind | Mente du “side”?
rettelser.csv
  03-05-2020 | i maj | A2 | dato | Datoen for beslutningen
  ,Opslag, | ,Jobcenter, | A2 |  | fra og til er ens.
  00001 | 010170-9876 | A2 |  | ligner et CPR-nummer
afvigelser.csv
  exits.several_reasons | exits.sevral_reasons | A2 | kontrol | Mente du “exits.several_reasons”?
  2020-05-04 | maj 2020 | A2 | dato | Datoen skal skrives som
   | plans.unanswered,x,,,2020-05-04\n | A26 | begrundelse | Begrundelsen mangler.
offentliggjort.csv
  ,56,antal | ,mange,antal | A2 |  | et tal i offentliggjort.
  jobs.jobcentre,,, | ,,2*(3, | A2 |  | et tal i offentliggjort.
  jobs.jobcentre,,, | ,,3 (4), | A2 |  | et tal i offentliggjort.
  jobs.jobcentre,, | jobs.jobcentre,andel, | A2 | felt | tæller eller nævner
  afsnit 1,,\n | afsnit 1,,x\n | A2 | intern | ja eller nej
"""


def list_faults():
    """Yield the rows of `FAULTS`, each with its file; what is added stands at the file's end."""
    for block in re.split(r"\n(?! )", FAULTS.strip()):
        name, *lines = block.splitlines()
        for line in lines:
            yield [name, *(part.strip(" ").replace(r"\n", "\n") for part in line.split("|"))]


@pytest.mark.parametrize(("name", "old", "new", "cell", "column", "said"), list_faults())
def test_a_fault_is_told_with_line_column_and_the_nearest(root, name, old, new, cell, column, said):
    change(root, name, old, new)
    _, problems = read(root, name)
    found = [p for p in problems if said in p.message]
    assert found, [problem.message for problem in problems]
    assert found[0].severity == "error" and found[0].file.endswith(name)
    assert (found[0].cell, found[0].column) == (cell, column)


NAMES = ["jobs", "exit_reasons", "enterprise_ids", "definitions", "sections"]
NAMES += ["rettelser", "afvigelser", "offentliggjort"]


@pytest.mark.parametrize("name", [f"{name}.csv" for name in NAMES])
def test_a_list_of_a_danish_excel_is_the_same_and_one_that_cannot_be_read_is_named(root, name):
    expected, problems = read(root, name)
    assert expected and problems == []
    path = find(root, name)
    text = path.read_text(encoding="utf-8")
    rows = [*csv.reader(text.splitlines())]
    write_csv(path, [*rows, [""] * len(rows[0])], "utf-8-sig")
    assert read(root, name) == (expected, [])
    for content, said in (
        (text.encode("cp1252", "replace") + b"\xe6", "Filen er ikke gemt som UTF-8."),
        (f'{text}"Et alene\n'.encode(), "Et anførselstegn står alene."),
        (text.partition("\n")[2].encode(), "mangler"),
        (f"{text.rstrip()},,,,,,,,,,x\n".encode(), "flere celler"),
    ):
        path.write_bytes(content)
        (told,) = [problem for problem in read(root, name)[1] if said in problem.message]
        assert told.file.endswith(name) and told.advice


def test_every_fault_of_a_list_and_of_all_lists_is_told_at_once_and_blank_lines_count(root):
    change(root, "jobs.csv", ",Kanal,", ",,")
    change(root, "job_types.csv", "", "Ny,,1/1-2019,2019\n,ny,,\n")
    change(root, "enterprise_ids.csv", "", "Sumak,æ\n")
    _, problems = read(root, "jobs.csv")
    assert [(p.file, p.cell, p.column) for p in problems] == [
        ("maps/jobs.csv", "A2", "channel"),
        ("maps/codes/job_types.csv", "A12", "code"),
        ("maps/codes/job_types.csv", "A12", "valid_from"),
        ("maps/codes/job_types.csv", "A12", "valid_to"),
        ("maps/codes/job_types.csv", "A13", "label"),
        ("maps/enterprise_ids.csv", "A8", "id"),
    ]
    assert (problems[2].found, problems[2].expected) == ("1/1-2019", "en dato som 2019-12-31")
    change(root, "sections.csv", "\nvirksomheder,2,", "\n\n, ,,,,,,,,,\nvirksomheder,x,")
    change(root, "sections.csv", ",side,,20", ",side,,tyve")
    _, problems = read(root, "sections.csv")
    assert [(problem.cell, problem.found) for problem in problems] == [("A6", "tyve")]


def test_a_wrong_first_line_says_what_was_found_and_what_must_be_there(root):
    head = "kontrol,vedrører,fundet,begrundelse,dato"
    change(root, "afvigelser.csv", head, "kontrol;vedrører;fundet;grund;dato")
    _, (problem,) = read(root, "afvigelser.csv")
    assert problem.found == "kontrol, vedrører, fundet, grund, dato (adskilt af semikolon)"
    assert problem.expected == head.replace(",", ", ") and problem.cell == "A1"
    told = "“grund” er ikke kendt. Mente du “begrundelse”? Kolonnen begrundelse mangler."
    assert told in problem.message


def test_what_may_be_personal_is_not_quoted(root):
    path = find(root, "rettelser.csv")
    line = CORRECTIONS.splitlines()[1].replace("Jobcenter", "Fiktiva Opdigtsen")
    for text in (line, CORRECTIONS.splitlines()[0] + f"\n{line},Fiktiva Opdigtsen\n"):
        path.write_text(text, encoding="utf-8")
        _, problems = read(root, "rettelser.csv")
        assert problems and "Fiktiva" not in str(problems)
    change(root, "job_types.csv", "", "Ny,010170-9876,,\n")
    _, (problem,) = read(root, "job_types.csv")
    assert "010170" not in str(problem) and "skjult" in problem.found


def test_a_label_may_stand_for_two_codes_each_in_its_own_time_and_not_on_one_day(root):
    change(root, "job_types.csv", "Fleksjob,fleksjob,,", "Fleksjob,fleksjob,,2018-12-31")
    change(root, "job_types.csv", "", "fleksjob,hybrid,2019-01-01,2019-06-30\n")
    codes = read_maps(root, 2019).codes["job_types"]
    days = (date(2018, 12, 31), date(2019, 1, 1), date(2019, 7, 1))
    found = [codes["fleksjob"].on(day) for day in days]
    assert [code.code for code in found] == ["fleksjob", "hybrid", "fleksjob"]
    assert [code.is_valid(day) for code, day in zip(found, days, strict=True)] == [1, 1, 0]
    assert {"fleksjob", "hybrid"} <= set(list_codes(codes))
    change(root, "job_types.csv", "Fleksjob,fleksjob,,2018-12-31", "Fleksjob,fleksjob,,2019-01-01")
    _, (problem,) = read(root, "job_types.csv")
    assert problem.message == "“fleksjob” står to gange." and "hver sin tid" in problem.advice


# The year


def test_the_settings_of_a_year_are_read_with_a_byte_order_mark_from_notepad_too(tmp_path):
    write_settings(
        tmp_path,
        report={"previous_evaluation_date": date(2018, 6, 30), "title": "Årsrapport æøå"},
        goals={"jobs_per_year": 30, "strategy_end": date(2020, 12, 31)},
        publish={"threshold": 5, "contact": "Enheden"},
    )
    path = tmp_path / "data/raw/2019/year.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    year = read_year(tmp_path, 2019)
    assert (year.year, year.title, year.period_end) == (2019, "Årsrapport æøå", date(2019, 12, 31))
    assert (year.previous_evaluation_date, year.jobs_per_year) == (date(2018, 6, 30), 30)
    assert (year.threshold, year.contact, year.strategy_end.year) == (5, "Enheden", 2020)
    write_settings(tmp_path)  # a previous evaluation, goals and contact may be left out
    year = read_year(tmp_path, 2019)
    assert (year.jobs_per_year, year.threshold, year.contact) == (None, 3, "")
    assert year.previous_evaluation_date is None


def test_settings_that_are_not_there_or_in_other_letters_are_an_error(root):
    path = root / YEAR / "year.toml"
    for text, check, said in (
        ('title = "Årsrapport"'.encode("latin-1"), "tegnsæt", "UTF-8"),
        (b"", "mangler", ""),
    ):
        path.write_bytes(b"[report]\n" + text) if text else path.unlink()
        (problem,) = read(root, "year.toml")[1]
        assert (problem.file, problem.check) == ("year.toml", f"year_toml.{check}")
        assert said in problem.message


def test_years_are_the_folders_named_by_a_year_and_a_project_is_found_from_inside(tmp_path):
    with pytest.raises(UsageError, match="data/raw"):
        find_project(tmp_path)
    for name in ("2019", "2018", "maps", "2019-kladde", "20190"):
        (tmp_path / "data/raw" / name).mkdir(parents=True)
    (tmp_path / "data/raw/2017").write_text("a file", encoding="utf-8")
    assert list_years(tmp_path) == [2018, 2019]
    with pytest.raises(UsageError, match="2018, 2019"):
        read_year(tmp_path, 2020)
    assert find_project(tmp_path / "data/raw/2019") == tmp_path.resolve()
