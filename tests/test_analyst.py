"""The analyst's year: a new folder, what is missing, lines written after a yes, the door."""

import io
import json
import os
import re
import subprocess
import tomllib

import pytest

from conftest import ROOT, add_lines, change_cells, edit, hash_folder
from socok_analysis.cli import analyst, main
from socok_analysis.core.danish import MINUS
from socok_analysis.core.lists import list_columns
from socok_analysis.core.problems import Problem, Proposal
from socok_analysis.intake.corrections import Correction
from socok_analysis.intake.texts import Words

YEAR = "data/raw/2019"


@pytest.fixture
def made(project, socok):
    """The folder `socok new 2020` makes."""
    assert socok("new", 2020) == 0
    return project / "data/raw/2020"


@pytest.fixture
def steps(socok, capsys):
    """Return a year's checklist by subject, as programs read it; the machine's without a year."""

    def read(*arguments):
        capsys.readouterr()
        socok("check", *arguments, "--format", "json")
        record = json.loads(capsys.readouterr().out)
        return {step["subject"]: step for step in record["steps"]}

    return read


@pytest.fixture
def opened(monkeypatch):
    """What was opened in the browser."""
    links = []
    monkeypatch.setattr("webbrowser.open", links.append)
    return links


@pytest.fixture
def answers(monkeypatch):
    """Let a person at a terminal give some answers, one a question; then only Enter."""

    def give(*texts):
        left = list(texts)
        monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
        monkeypatch.setattr("builtins.input", lambda _: left.pop(0) if left else "")

    return give


# A new year


def test_a_new_year_has_what_is_known_and_a_list_of_what_is_to_be_filled_in(made):
    names = {path.name for path in made.iterdir()}
    assert names == {"year.toml", "afvigelser.csv", "rettelser.csv", "tekst"}
    text = (made / "year.toml").read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    assert settings["report"]["year"] == 2020
    assert str(settings["report"]["previous_evaluation_date"]) == "2020-04-30"
    assert settings["goals"]["jobs_per_year"] == 30 and settings["publish"]["job_threshold"]
    assert "period_start" not in settings["report"] and "# period_start" in text
    assert (made / "rettelser.csv").read_text("utf-8").startswith("fil,ark,nøgle,kolonne,fra,til")


def test_a_text_has_its_headings_and_last_years_recommendation_in_a_comment(made, project):
    text = (made / "tekst/6-8-ansaettelser.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    parts = ["Indledning", "Opfølgning", "Siden sidst", "Opsummering", "Anbefaling"]
    assert headings == ["# 6.8 Tilføjelse B: ansættelser", *(f"## {part}" for part in parts)]
    comment = text.partition("Anbefalingen i rapport 2019 lød:")[2].partition("-->")[0]
    assert "arbejdes for mindst" in comment
    words = Words(project, 2020)
    jobs, goals = words.text("6-8-ansaettelser"), words.text("maal")
    assert jobs and [p.heading for p in jobs.parts if p.body and p.heading] == ["Indledning"]
    assert goals and goals.find("Indledning") is None, "only what a section is about is taken over"


def test_a_year_needs_none_before_it_and_one_that_exists_is_refused(project, socok, capsys):
    before = hash_folder(project / YEAR)
    assert socok("new", 2019) == 2
    assert "findes allerede" in capsys.readouterr().err
    assert hash_folder(project / YEAR) == before
    for wrong in (20, 12020):
        assert socok("new", wrong) == 2 and not (project / f"data/raw/{wrong}").exists()
    assert socok("new", 2010) == 0
    text = (project / "data/raw/2010/tekst/6-1-csr.md").read_text(encoding="utf-8")
    assert "Opfølgning" not in text and "rapport" not in text


def test_a_page_of_ones_own_is_in_the_report_and_check_says_what_stops_it(project, socok, capsys):
    assert socok("new", "--page", "Vores egen side") == 0
    wrong = ("Vores egen side", " ", "", "a" * 300)
    assert {socok("new", "--page", name) for name in wrong} == {2}
    assert socok("new", "2020", "--page", "b") == 2 and socok("new", "--page", 'C:\\x\n"y"') == 0
    assert "page.title(\\\"C:x 'y'\\\")" in (project / "notebooks/c-x-y.ipynb").read_text("utf-8")
    assert socok("new", "--page", "{% c %}") == 0, "no template"
    assert 'page.title(\\"(% c %)\\")' in (project / "notebooks/c.ipynb").read_text("utf-8")
    path = project / "notebooks/vores-egen-side.ipynb"
    book = json.loads(path.read_text("utf-8"))
    capsys.readouterr()
    socok("check", 2019)
    assert "vores-egen-side" not in capsys.readouterr().out
    book["cells"][2]["source"] = ["jobs.head()"]
    book["cells"][4]["source"] = ['page.text(f"{len(jobs)} job")']
    book["metadata"]["socok"] = {"page": "job"}
    path.write_text(json.dumps(book), "utf-8")
    assert socok("check", 2019) == 1
    said = capsys.readouterr().out
    assert "vores-egen-side.ipynb › celle 3" in said and "jobs.head()" in said
    assert "vores-egen-side.ipynb › celle 5" in said
    assert "Siden job laves også af notebooks/job.ipynb" in said


# What is left to do


def test_a_year_that_is_ready_says_so_and_what_to_run(socok, capsys):
    assert socok("check", 2018) == 0 and "socok report 2018" in capsys.readouterr().out
    assert socok("check", 2018, "--quiet") == 0 and capsys.readouterr().out == ""


MISSING = """period_start|period_end|evaluation_date|en dato som 2019-12-31|mangler: forløbsudtræk
mangler: ansættelser|mangler: samarbejdsaftaler|mangler: virksomheder|Tekster mangler
maal.md: Indledning, Mål, Ansættelser, Forløb, Det videre arbejde
6-1-csr.md: Siden sidst, Opsummering, Anbefaling, Opfølgning"""


def test_check_and_report_list_all_a_new_year_lacks_its_dates_first(made, socok, steps, capsys):
    found = steps(2020)
    assert {found[name]["state"] for name in ("year.toml", "Udtræk", "Tekster")} == {"todo"}
    assert "Kontroller" not in found, "cannot be seen yet"
    for command in ("check", "report"):
        assert socok(command, 2020) == 1
        said = "".join(capsys.readouterr())
        assert [part for part in re.split(r"[|\n]", MISSING) if part not in said] == []
        order = [said.index(part) for part in ("period_start", "forløbsudtræk", "Tekster mangler")]
        assert order == sorted(order) and "slags mere" not in said, "nothing is left out"
        assert ("Begynd med: year.toml" in said) == (command == "check")


def test_each_kind_of_fault_is_a_step_of_its_own(project, socok, steps, capsys):
    folder = project / "data/raw/2018"
    add_lines(folder / "afvigelser.csv", "jobs.period_length,ingenting,,Findes ikke,2020-01-01")
    (folder / "tekst/maal.md").unlink()
    text = folder / "tekst/partnere/veteranhaven.md"
    text.parent.mkdir()
    text.write_text("# VeteranHaven\n\n## Bliver der fulgt op?\n\nFire stoppede.\n", "utf-8")
    assert "handler om" in str(steps(2018)["Tekster"]["problems"]), "stopped 4 is not told"
    todo = {name for name, step in steps(2018).items() if step["state"] == "todo"}
    assert todo == {"Kontroller", "Tekster"}
    (folder / "puljer.xlsx").write_text("ikke en projektmappe")
    assert socok("check", 2018) == 1
    said = capsys.readouterr().out
    assert "puljer.xlsx 1" in said and "Begynd med: Udtræk" in said
    (project / "data/raw/maps/codes/channels.csv").write_text("label,code\n", "utf-8")
    (project / "data/raw/maps/jobs.csv").unlink()
    assert steps(2018)["Kort og kodelister"]["state"] == "todo"


def test_a_project_of_an_older_version_is_met_with_what_to_change(project, steps):
    for name, old, new in (
        ("partner", '"for_each": "partner"', '"for_each": "family"'),
        ("job", "from socok_analysis import", "from socok_analysis.show import"),
        ("resume", "page.table", "page.block"),
    ):
        edit(project / f"notebooks/{name}.ipynb", old, new)
    (project / YEAR / "undtagelser.csv").touch()
    found = steps(2019)
    told = {
        (p["file"].rpartition("/")[2], p["cell"]): p["message"] for p in found["Sider"]["problems"]
    }
    assert told["job.ipynb", "celle 2"].startswith("Programmet har ikke “from socok_analysis.show")
    assert [cell for file, cell in told if file == "resume.ipynb"] and len(told) == 3
    assert told["notebooks", ""] == "partner.ipynb kan ikke køres for hver “family”."
    assert "offentliggjort.csv" in str(found["Udtræk"]["problems"])


def test_check_alone_tells_what_is_installed(steps, socok, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)  # no project
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "Python 3." in said and "pandoc" in said and "Alt nødvendigt er på plads." in said
    program = tmp_path / "quarto"
    program.write_text("not a program", encoding="utf-8")
    monkeypatch.setenv("QUARTO_PATH", str(program))
    (problem,) = steps()["Computeren"]["problems"]
    assert problem["message"].startswith("Quarto: ") and socok("check") == 3
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Disk", (), {"free": 9_000_000}))
    assert "der er 9 MB ledigt" in str(steps()["Computeren"]["problems"])
    monkeypatch.setitem(__import__("sys").modules, "socok_analysis.cli.analyst", None)
    capsys.readouterr()
    assert socok("check") == 3 and "mangler. Kør “make report”" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_a_key_others_can_read_is_told(steps, project, monkeypatch):
    key = project / "key"
    monkeypatch.setenv("SOCOK_KEY_FILE", str(key))
    key.write_text("0" * 64, encoding="utf-8")
    key.chmod(0o644)
    (problem,) = steps()["Computeren"]["problems"]
    assert "kan læses af andre" in problem["message"]
    key.chmod(0o600)
    assert not steps()["Computeren"]["problems"]


def test_a_lost_key_beside_tables_is_told_before_a_new_one_is_made(project, socok, capsys):
    assert socok("tidy", 2018) == 0
    key = project / ".socok/person.key"
    kept = key.read_bytes()
    key.unlink()
    assert socok("tidy", 2018) == 3 and not key.exists()
    assert "sikkerhedskopi" in capsys.readouterr().err
    assert socok("check", 2018) == 3 and "Nøglen" in capsys.readouterr().out
    key.write_bytes(kept)
    key.chmod(0o600)
    assert socok("tidy", 2018) == 0


def test_numbers_in_messages_are_danish_and_as_they_were_found(project, socok, capsys):
    line = 'outcomes.sumak.success_wide,,,"42,1",%,side 3,,'
    add_lines(project / YEAR / "offentliggjort.csv", line)
    socok("check", 2019, "--all")
    said = capsys.readouterr().out
    assert "Fundet: 42,1. Forventet: 54,41" in said and f"'{MINUS}" not in said and "'-" not in said


# A line that was proposed


def test_fix_writes_a_heading_a_code_and_a_spelling(project, socok, answers, capsys):
    change_cells(project / YEAR / "forloebsudtraek.xlsx", "Startdato", "Start dato")
    change_cells(project / YEAR / "forloebsudtraek.xlsx", "Fleksjob", "Egen virksomhed", 1)
    change_cells(project / YEAR / "ansaettelser.xlsx", "Stald Kanehøj", "Stald Kanehøi")
    maps, courses = project / "data/raw/maps", project / "data/raw/maps/courses.csv"
    old = b"\xef\xbb\xbf" + courses.read_bytes().replace(b"\n", b"\r\n")
    courses.write_bytes(old)
    code = ("Egen virksomhed", "egen", "job", "ja", "ja", "", "nej")
    answers("ja", *code, "nej")  # the heading; not the code; no reason for the spelling
    assert socok("fix", 2019) == 1
    said = capsys.readouterr()
    assert "→ data/raw/maps/courses.csv: Startdato|Start dato" in said.out
    assert "grund mangler." in said.err
    assert courses.read_bytes() == old.replace(b",Startdato,", b",Startdato|Start dato,")
    codes = maps / "codes/exit_reasons.csv"
    before = codes.read_bytes()
    answers(code[0], "egen", "jobb", "ja", "ja", "", "nej", "ja")
    assert socok("fix", 2019, "cell.codes") == 1
    assert "Ikke skrevet: group skal være" in capsys.readouterr().err
    assert codes.read_bytes() == before, "what its reader refuses is not left there"
    answers(*code, "ja")
    assert socok("fix", 2019, "cell.codes") == 0
    answers("Ny stavemåde", "", "teamleder", "ja")
    assert socok("fix", 2019, "cell.enterprise") == 0
    assert "Egen virksomhed,egen,,,job,ja,ja,,nej\n" in codes.read_text("utf-8")
    assert socok("tidy", 2019) == 0


def test_fix_asks_about_each_of_several_new_codes_that_are_not_quoted(project, socok, answers):
    for old, new in (("Fleksjob", "Egen virksomhed"), ("Løntilskud", "Kørekort")):
        change_cells(project / YEAR / "forloebsudtraek.xlsx", old, new, 1)
    kept = ("andet", "nej", "nej", "", "nej", "ja")
    answers("Kørekort", "koerekort", *kept, "Egen virksomhed", "egen", *kept)
    assert socok("fix", 2019, "cell.codes") == 0
    assert socok("fix", 2019, "cell.codes") == 2, "there is no more to ask"


def test_fix_without_a_proposal_or_a_person_says_so(project, socok, monkeypatch, capsys):
    assert socok("fix", 2019, "P99") == 2 and "Ingen besked om P99" in capsys.readouterr().out
    change_cells(project / YEAR / "forloebsudtraek.xlsx", "Startdato", "Start dato")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert socok("fix", 2019, "heading.missing") == 3
    assert "ingen at spørge" in capsys.readouterr().err
    change_cells(project / YEAR / "ansaettelser.xlsx", "Deltid", "=1+1", 1)  # never computed
    assert socok("fix", 2019, "job_types.csv") == 2


@pytest.mark.parametrize(
    ("there", "day", "wanted"),
    [
        (None, "i dag", None),
        (None, "2020-05-04", "{heading}\n{line}\n"),
        ("\n", "2020-05-04", "{heading}\n{line}\n"),
        ("\n{heading}\r\n", "i dag", "\n{heading}\r\n"),
        ("\r\n{heading}", "2020-05-04", "\r\n{heading}\r\n{line}\r\n"),
        ("{heading}\nø", "2020-05-04", "{heading}\nø"),
    ],
)
def test_a_list_has_the_line_or_is_as_it_was(project, answers, there, day, wanted):
    path, heading = project / YEAR / "rettelser.csv", ",".join(list_columns(Correction))
    coding = "latin-1" if str(there).endswith("ø") else "utf-8"
    path.unlink(missing_ok=True)
    if there is not None:
        path.write_bytes(there.format(heading=heading).encode(coding))
    cells = ("a.xlsx", "Ark", "række 2", "Alias", "x", "y", "(grund)", "(dato)", "(hvem)")
    problem = Problem("error", "cell.enterprise", "Ny.", proposal=Proposal(path.name, cells))
    answers("=a", day, 'c, "d"', "ja")
    assert analyst.offer(problem, project, 2019) == ("{line}" in str(wanted))
    line = 'a.xlsx,Ark,række 2,Alias,x,y,=a,2020-05-04,"c, ""d"""'
    if wanted is None:
        assert not path.exists()
    else:
        assert path.read_bytes().decode(coding) == wanted.format(heading=heading, line=line)


def test_last_years_deviations_are_offered_with_their_reasons(project, socok, answers, capsys):
    path = project / YEAR / "afvigelser.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(f"{lines[0]}\n", "utf-8")
    answers(*["", "ja"] * 20)
    socok("fix", 2019, "grunden er sidste rapports")
    written = path.read_text("utf-8")
    assert 'outcomes.undecided,sumak,,"Det fortælles ved andelen, hvor mange' in written
    capsys.readouterr()
    socok("check", 2019)
    assert "accepter det" in capsys.readouterr().out


# The door


def test_a_double_click_shows_one_page_of_what_is_to_be_done(project, socok, opened, capsys):
    change_cells(project / YEAR / "forloebsudtraek.xlsx", "Startdato", "Start dato")
    (project / YEAR / "tekst/maal.md").unlink()
    assert main(["--project", str(project)]) == 1
    assert opened == [(project / "data/processed/2019/udtraek.html").resolve().as_uri()]
    assert opened[0] in capsys.readouterr().out.splitlines()[-1]
    page = (project / "data/processed/2019/udtraek.html").read_text("utf-8")
    found = [page.index(text) for text in ("<h2>Udtræk", "Startdato|Start dato", "<h2>Tekster")]
    assert found == sorted(found) and "ansaettelser.xlsx › Ansættelser" in page
    assert "socok fix 2019" in page
    assert "<script" not in page and "http" not in page.split("<body>")[1]


def test_a_sound_report_is_opened(project, socok, opened, answers, monkeypatch, capsys):
    site = project / "_site"
    made = type("Report", (), {"site": site, "publisher": ""})
    monkeypatch.setattr(analyst, "make_report", lambda *_: made)
    told = "{0.year} er godkendt af {0.approved_by}"
    monkeypatch.setattr(analyst, "run_release", lambda options, _: (0, told.format(options)))
    answers("nej", "nej")
    assert main(["--project", str(project)]) == 0 and opened.pop().endswith("index.html")
    said = capsys.readouterr().out
    assert "Åbn selv i en browser: file:" in said and "godkendt af" not in said
    answers("ja", "Navn", "ja")
    assert main(["--project", str(project)]) == 1
    assert opened[0] == (site / "index.html").as_uri() and "2020/udtraek.html" in opened[1]
    names = {path.name for path in project.iterdir()}
    assert {"rapport.cmd", "rapport.command", "rapport.desktop"} <= names
    said = capsys.readouterr().out
    assert "2019 er godkendt af Navn" in said
    assert "1. year.toml: 3 fejl" in said and "Tekster" in said
    assert socok("tidy", 2019) == 0
    assert "uændrede" in capsys.readouterr().out, "the page of what is missing is no source"


@pytest.mark.skipif(os.name != "posix", reason="a script of the shell")
def test_the_file_to_double_click_says_what_is_missing(tmp_path):
    (tmp_path / "rapport.command").write_bytes((ROOT / "rapport.command").read_bytes())
    run = ["/bin/sh", str(tmp_path / "rapport.command")]
    done = subprocess.run(run, capture_output=True, input=b"\n", env={"PATH": "/usr/bin:/bin"})
    assert done.returncode == 3 and b"mangler" in done.stdout
    socok = tmp_path / ".venv/bin/socok"
    socok.parent.mkdir(parents=True)
    socok.write_text("#!/bin/sh\necho her\nexit 1\n")
    socok.chmod(0o755)
    done = subprocess.run(run, capture_output=True, input=b"\n")
    assert done.returncode == 1 and done.stdout.startswith(b"her")
    windows = (ROOT / "rapport.cmd").read_bytes()
    assert windows.count(b"\r\n") == windows.count(b"\n")
