"""`socok check`: what is left before a report, in the order to do it, and what is installed."""

import json
import os
from collections.abc import Callable

import pytest

from socok_analysis.cli import check, main

Socok = Callable[..., int]


@pytest.fixture
def steps(socok, capsys):
    """Return a year's checklist by subject, as programs read it; the machine's without a year."""

    def read(*arguments):
        capsys.readouterr()
        socok("check", *arguments, "--format", "json")
        record = json.loads(capsys.readouterr().out)
        return {step["subject"]: step for step in record["steps"]}

    return read


def test_a_year_that_is_ready_says_so_and_what_to_run(socok, capsys):
    assert socok("check", 2018) == 0
    assert "socok report 2018" in capsys.readouterr().out
    assert socok("check", 2018, "--quiet") == 0
    assert capsys.readouterr().out == ""


def test_a_new_year_begins_with_its_dates_and_lists_exports_and_texts(socok, steps, capsys):
    socok("new", 2020, "--quiet")
    found = steps(2020)
    names = ("year.toml", "Udtræk", "Kontroller", "Tekster")
    assert [found[name]["state"] for name in names] == ["todo", "todo", "waiting", "todo"]
    assert socok("check", 2020) == 1
    said = capsys.readouterr().out
    assert "Begynd med: year.toml" in said and "steder mangler der tekst" in said
    assert said.count("Et nødvendigt udtræk mangler") == 4 and "en dato som 2019-12-31" in said
    assert said.index("period_start") < said.index("forløbsudtræk") < said.index("Tekster mangler")


def test_faults_of_exports_name_their_files_and_the_first_of_them(socok, project, capsys):
    (project / "data/raw/2018/puljer.xlsx").write_text("ikke en projektmappe")
    assert socok("check", 2018) == 1
    said = capsys.readouterr().out
    assert "1 fejl (puljer.xlsx 1)" in said and "Begynd med: Udtræk" in said


def add_line(path, line):
    """Add a line to a list."""
    path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n{line}\n", "utf-8")


def test_each_kind_of_fault_is_a_step_of_its_own(project, steps):
    folder = project / "data/raw/2018"
    add_line(folder / "afvigelser.csv", "jobs.period_length,ingenting,,Findes ikke,2020-01-01")
    (folder / "tekst/maal.md").unlink()
    text = folder / "tekst/partnere/veteranhaven.md"
    text.parent.mkdir()
    text.write_text("# VeteranHaven\n\n## Bliver der fulgt op?\n\nFire stoppede.\n", "utf-8")
    assert "handler om" in str(steps(2018)["Tekster"]["problems"]), "stopped 4 is not told"
    todo = {name for name, step in steps(2018).items() if step["state"] == "todo"}
    assert todo == {"Kontroller", "Tekster"}
    (folder / "undtagelser.csv").touch()
    assert "offentliggjort.csv" in str(steps(2018)["Udtræk"]["problems"])


def test_faults_of_the_maps_are_told_before_the_exports(project, steps):
    (project / "data/raw/maps/codes/channels.csv").write_text("label,code\n", "utf-8")
    (project / "data/raw/maps/jobs.csv").unlink()
    found = steps(2018)
    assert found["Kort og kodelister"]["state"] == "todo"
    assert not found["Udtræk"]["problems"]


def test_without_a_year_it_tells_what_is_installed_also_outside_a_project(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 0
    said = capsys.readouterr().out
    assert "Python 3." in said and "pandoc" in said and "Alt nødvendigt er på plads." in said


@pytest.mark.parametrize(
    ("wanted", "told"),
    [("no-such-package>=1", "no-such-package mangler"), ("packaging>=999", "skal være >=999")],
)
def test_a_package_that_is_absent_or_too_old_is_named_and_gives_exit_code_3(
    steps, socok, monkeypatch, wanted, told
):
    monkeypatch.setattr("importlib.metadata.requires", lambda _: [wanted, "never>=1; extra=='dev'"])
    (problem,) = steps()["Computeren"]["problems"]
    assert told in problem["message"] and problem["advice"]
    assert socok("check") == 3


def test_a_quarto_that_does_not_run_is_told(steps, tmp_path, monkeypatch):
    program = tmp_path / "quarto"
    program.write_text("not a program", encoding="utf-8")
    monkeypatch.setenv("QUARTO_PATH", str(program))
    (problem,) = steps()["Computeren"]["problems"]
    assert problem["message"].startswith("Quarto: ")


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
def test_a_key_others_can_read_or_git_would_take_is_told(steps, project, monkeypatch):
    key = project / "key"
    monkeypatch.setenv("SOCOK_KEY_FILE", str(key))
    key.write_text("0" * 64, encoding="utf-8")
    key.chmod(0o644)
    (project / ".git").mkdir()
    (project / ".gitignore").unlink(missing_ok=True)
    messages = [problem["message"] for problem in steps()["Computeren"]["problems"]]
    assert [text.split(":")[0] for text in messages] == ["Personnøgle", "git"]
    key.chmod(0o600)
    (project / ".gitignore").write_text("/.socok/\n/data/processed/\n/_site/\n", encoding="utf-8")
    assert not steps()["Computeren"]["problems"]


def test_a_full_disk_is_told_before_anything_is_made(steps, monkeypatch):
    monkeypatch.setattr(check, "LEAST_FREE_BYTES", 10**18)
    (problem,) = steps(2018)["Computeren"]["problems"]
    assert problem["message"].startswith("Plads på disken: ")
