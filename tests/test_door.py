"""A double-click and `socok fix`: what stands in the way is shown, and written after a yes."""

import json
import os
import subprocess
from collections.abc import Callable

import openpyxl
import pytest

from conftest import ROOT
from socok_analysis.cli import door, fix, main
from socok_analysis.core.danish import MINUS
from socok_analysis.core.lists import list_columns
from socok_analysis.core.problems import Problem, Proposal
from socok_analysis.intake.corrections import Correction

Socok = Callable[..., int]
YEAR = "data/raw/2019"


def change_cells(path, changes, most=99):
    """Write other texts in the cells of a workbook that hold some."""
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    for old, new in changes.items():
        for cell in [cell for cell in cells if cell.value == old][:most]:
            cell.value = new
    book.save(path)


@pytest.fixture
def opened(monkeypatch):
    """What was opened in the browser."""
    links = []
    monkeypatch.setattr("webbrowser.open", links.append)
    return links


@pytest.fixture
def answers(monkeypatch):
    """Let a person at a terminal give some answers, one a question."""

    def give(*texts):
        left = list(texts)
        monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
        monkeypatch.setattr("builtins.input", lambda _: left.pop(0) if left else "")

    return give


def test_a_double_click_shows_one_page_of_what_is_to_be_done_in_order(project, opened, capsys):
    change_cells(project / YEAR / "forloebsudtraek.xlsx", {"Startdato": "Start dato"})
    (project / YEAR / "tekst/maal.md").unlink()
    assert main(["--project", str(project)]) == 1
    assert opened == [(project / "data/processed/2019/udtraek.html").resolve().as_uri()]
    assert opened[0] in capsys.readouterr().out.splitlines()[-1]
    page = (project / "data/processed/2019/udtraek.html").read_text("utf-8")
    found = [page.index(text) for text in ("<h2>Udtræk", "Startdato|Start dato", "<h2>Tekster")]
    assert found == sorted(found) and "ansaettelser.xlsx › Ansættelser" in page
    assert (
        "socok fix 2019" in page and "<script" not in page and "http" not in page.split("<body>")[1]
    )


def test_a_page_of_missing_texts_does_not_make_the_tables_stale(project, socok, opened, capsys):
    (project / YEAR / "tekst/maal.md").unlink()
    assert main(["--project", str(project)]) == 1
    capsys.readouterr()
    socok("tidy", 2019)
    assert "uændrede" in capsys.readouterr().out


def test_without_faults_the_report_is_made_and_opened_and_the_next_year_offered(
    project, opened, answers, monkeypatch, capsys
):
    site = project / "_site"
    made = type("Report", (), {"site": site, "publisher": ""})
    monkeypatch.setattr(door, "make_report", lambda *_: made)
    answers("nej")
    assert main(["--project", str(project)]) == 0 and opened.pop().endswith("index.html")
    assert "Åbn selv i en browser: file:" in capsys.readouterr().out  # no browser took it
    answers("ja")
    assert main(["--project", str(project)]) == 1
    assert opened[0] == (site / "index.html").as_uri() and "2020/udtraek.html" in opened[1]
    year = project / "data/raw/2020"
    assert (year / "rettelser.csv").read_text("utf-8").startswith("fil,ark,nøgle,kolonne,fra,til")
    assert {"rapport.cmd", "rapport.command", "rapport.desktop"} <= {
        path.name for path in project.iterdir()
    }
    said = capsys.readouterr().out
    assert "1. year.toml: 3 fejl" in said and "Tekster" in said


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


def test_fix_writes_a_heading_a_code_and_a_spelling_after_showing_them(
    project, socok, answers, capsys
):
    change_cells(project / YEAR / "forloebsudtraek.xlsx", {"Startdato": "Start dato"})
    change_cells(project / YEAR / "forloebsudtraek.xlsx", {"Fleksjob": "Egen virksomhed"}, 1)
    change_cells(project / YEAR / "ansaettelser.xlsx", {"Stald Kanehøj": "Stald Kanehøi"})
    maps, courses = project / "data/raw/maps", project / "data/raw/maps/courses.csv"
    old = b"\xef\xbb\xbf" + courses.read_bytes().replace(b"\n", b"\r\n")
    courses.write_bytes(old)
    code = ("Egen virksomhed", "egen", "job", "ja", "ja", "", "nej")
    answers("ja", *code, "nej")  # the heading; not the code; no reason for the spelling
    assert socok("fix", 2019) == 1
    said = capsys.readouterr().out
    assert "→ data/raw/maps/courses.csv: Startdato|Start dato" in said
    new = courses.read_bytes()
    assert new == old.replace(b",Startdato,", b",Startdato|Start dato,")
    assert "Egen virksomhed" not in (maps / "codes/exit_reasons.csv").read_text("utf-8")
    answers(*code, "ja")
    socok("fix", 2019)
    answers("Ny stavemåde", "", "teamleder", "ja")
    assert socok("fix", 2019, "cell.enterprise") == 0
    assert (
        "Egen virksomhed,egen,,,job,ja,ja,,nej\n" in (maps / "codes/exit_reasons.csv").read_text()
    )
    assert socok("tidy", 2019) == 0


def test_fix_refuses_a_line_its_reader_refuses_and_leaves_the_file(project, socok, capsys):
    path = project / YEAR / "forloebsudtraek.xlsx"
    change_cells(path, {"Fleksjob": "Egen virksomhed"}, 1)
    codes = project / "data/raw/maps/codes/exit_reasons.csv"
    before = codes.read_bytes()
    told = {"teksten": "Egen virksomhed", "kode": "egen", "group": "jobb"}
    told |= dict.fromkeys(("success_narrow", "success_wide", "never_publish_alone"), "ja")
    given = [part for name, text in told.items() for part in ("--set", f"{name}={text}")]
    assert socok("fix", 2019, "cell.codes", "--yes", *given) == 1
    assert "Ikke skrevet" in capsys.readouterr().err and codes.read_bytes() == before
    assert socok("fix", 2019, "P8", "--yes") == 1 and socok("fix", 2019, "--yes") == 2
    assert "teksten i cellen mangler (eller --set teksten=...)" in capsys.readouterr().err
    change_cells(project / YEAR / "ansaettelser.xlsx", {"Deltid": "=1+1"}, 1)  # never computed
    assert socok("fix", 2019, "job_types.csv", "--yes") == 2
    assert socok("fix", 2019, "P99") == 2 and "Ingen besked om P99" in capsys.readouterr().err
    assert {socok("fix", 2019, "--set", text) for text in ("grunden=x", "=x", "x", "g=x")} == {2}


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
def test_a_list_has_the_line_or_is_as_it_was(tmp_path, there, day, wanted):
    path, heading = tmp_path / YEAR / "rettelser.csv", ",".join(list_columns(Correction))
    coding = "latin-1" if str(there).endswith("ø") else "utf-8"
    path.parent.mkdir(parents=True)
    if there is not None:
        path.write_bytes(there.format(heading=heading).encode(coding))
    cells = ("a.xlsx", "Ark", "række 2", "Alias", "x", "y", "(grund)", "(dato)", "(hvem)")
    problem = Problem("error", "cell.enterprise", "Ny.", proposal=Proposal(path.name, cells))
    given = {"dato": day, "grund": "=a", "hvem": 'c, "d"'}
    assert fix.offer(problem, given, True, tmp_path, 2019) == ("{line}" in str(wanted))
    line = 'a.xlsx,Ark,række 2,Alias,x,y,=a,2020-05-04,"c, ""d"""'
    if wanted is None:
        assert not path.exists()
    else:
        assert path.read_bytes().decode(coding) == wanted.format(heading=heading, line=line)


def test_last_years_accepted_deviations_are_offered_again_with_their_reasons(
    project, socok, capsys
):
    path = project / YEAR / "afvigelser.csv"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(f"{lines[0]}\n", "utf-8")
    socok("fix", 2019, "afvigelser.csv", "--yes")
    written = path.read_text("utf-8")
    assert 'outcomes.undecided,sumak,,"Det fortælles ved andelen, hvor mange' in written
    assert "begrundelse mangler (eller --set begrundelse=...)" in capsys.readouterr().err
    socok("check", 2019)
    assert "accepter det" in capsys.readouterr().out


def test_a_page_of_ones_own_is_in_the_report_and_check_says_what_stops_it(project, socok, capsys):
    assert socok("new", "--page", "Vores egen side") == 0
    wrong = ("Vores egen side", " ", "", "a" * 300)
    assert {socok("new", "--page", name) for name in wrong} == {2}
    assert socok("new", "2020", "--page", "b") == 2 and socok("new", "--page", 'C:\\x\n"y"') == 0
    assert "page.title(\\\"C:x 'y'\\\")" in (project / "notebooks/c-x-y.ipynb").read_text("utf-8")
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


def test_a_lost_key_beside_tables_is_told_before_a_new_one_is_made(project, socok, capsys):
    assert socok("tidy", 2018) == 0
    key = project / ".socok/person.key"
    kept = key.read_bytes()
    key.unlink()
    assert socok("tidy", 2018) == 3 and not key.exists()
    assert "sikkerhedskopi" in capsys.readouterr().err
    assert socok("check", 2018) == 3
    assert "Personnøgle: Nøglen" in capsys.readouterr().out
    key.write_text("volapyk")
    assert socok("tidy", 2018) == 3
    assert "kan ikke læses. Hent den rigtige" in capsys.readouterr().err
    key.write_bytes(kept)
    key.chmod(0o600)
    assert socok("tidy", 2018) == 0


def test_numbers_in_messages_are_danish_and_as_they_were_found(project, socok, capsys):
    path = project / YEAR / "offentliggjort.csv"
    line = 'outcomes.sumak.success_wide,,,"42,1",%,side 3,,\n'
    path.write_text(path.read_text("utf-8") + line, "utf-8")
    socok("check", 2019, "--all")
    said = capsys.readouterr().out
    assert "Fundet: 42,1. Forventet: 54,41" in said and f"'{MINUS}" not in said and "'-" not in said
