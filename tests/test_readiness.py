"""`socok check`: what is left before a report, in the order to do it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from socok_analysis.run.readiness import check_readiness, find_step

Socok = Callable[..., int]


def read_states(root: Path, year: int) -> dict[str, str]:
    """Return how each step of a year's checklist stands."""
    return {step.subject: step.state for step in check_readiness(root, year)}


def test_a_year_that_is_ready_says_so_and_what_to_run(
    socok: Socok, capsys: pytest.CaptureFixture[str]
) -> None:
    assert socok("check", 2018) == 0
    assert "socok report 2018" in capsys.readouterr().out
    assert socok("check", 2018, "--quiet") == 0
    assert capsys.readouterr().out == ""


def test_a_new_year_begins_with_its_dates_and_lists_exports_and_texts(
    socok: Socok, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    socok("new", 2020, "--quiet")
    assert socok("check", 2020, "--format", "json") == 1
    record = json.loads(capsys.readouterr().out)
    states = {step["subject"]: step["state"] for step in record["steps"]}
    assert record["ready"] is False
    assert [states[name] for name in ("year.toml", "Udtræk", "Kontroller", "Tekster")] == [
        "todo",
        "todo",
        "waiting",
        "todo",
    ]
    socok("check", 2020)
    said = capsys.readouterr().out
    assert "Begynd med: year.toml" in said and "steder mangler der tekst" in said
    assert said.count("Et nødvendigt udtræk mangler") == 4 and "en dato som 2019-12-31" in said
    assert said.index("period_start") < said.index("forløbsudtræk") < said.index("Tekster mangler")


def test_faults_of_exports_name_their_files_and_the_first_of_them(
    socok: Socok, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "data/raw/2018/puljer.xlsx").write_text("ikke en projektmappe")
    assert socok("check", 2018) == 1
    said = capsys.readouterr().out
    assert "1 fejl (puljer.xlsx 1)" in said and "Begynd med: Udtræk" in said


def test_an_expired_deviation_is_found_among_the_checks(project: Path) -> None:
    path = project / "data/raw/2018/afvigelser.csv"
    row = "jobs.period_length,ingenting,,Findes ikke,2020-01-01"
    path.write_text(f"{path.read_text(encoding='utf-8').rstrip()}\n{row}\n", "utf-8")
    assert read_states(project, 2018)["Kontroller"] == "todo"


def test_an_exception_for_a_figure_nobody_knows_is_told(project: Path) -> None:
    path = project / "data/raw/2018/undtagelser.csv"
    text = path.read_text(encoding="utf-8").rstrip()
    path.write_text(f"{text}\njobs.totla,Står i referatet,2020-01-01,Byrådet\n", "utf-8")
    assert read_states(project, 2018)["Undtagelser"] == "todo"


def test_a_text_that_is_gone_leaves_the_year_unready(project: Path) -> None:
    (project / "data/raw/2018/tekst/maal.md").unlink()
    assert read_states(project, 2018)["Tekster"] == "todo"


def test_faults_of_the_maps_are_a_step_of_their_own(project: Path) -> None:
    (project / "data/raw/maps/codes/channels.csv").write_text("label,code\n", "utf-8")
    (project / "data/raw/maps/jobs.csv").unlink()
    steps = check_readiness(project, 2018)
    maps = next(step for step in steps if step.subject == "Kort og kodelister")
    assert maps.state == "todo" and all(find_step(p) == maps.subject for p in maps.problems)


def test_a_year_without_a_folder_is_wrong_usage(socok: Socok) -> None:
    assert socok("check", 2031) == 2


def test_every_command_has_a_description_and_an_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    from socok_analysis.cli import make_commands

    commands = next(a for a in make_commands()._actions if a.dest == "command").choices
    assert commands is not None
    for name, command in commands.items():  # type: ignore[attr-defined]
        assert command.description and f"socok {name}" in (command.epilog or ""), name
