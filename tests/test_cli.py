"""The command line: exit codes, messages, and what goes to which stream."""

import argparse
import io
import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest

from conftest import change_cells
from socok_analysis.cli import main, speaking


def test_figures_as_json_csv_and_table_have_the_published_values(socok, capsys):
    assert socok("figures", 2019, "--format", "json") == 0
    figures = {figure["figure"]: figure for figure in json.loads(capsys.readouterr().out)}
    rate = figures["outcomes.veteranhaven.success_wide"]
    assert (rate["value"], rate["numerator"], rate["denominator"]) == (0.275, 11, 40)
    assert figures["jobs.cumulative"]["value"] == 193
    assert figures["goals.enterprises.met"]["value"] is True
    counted = "figure,label,value,unit,numerator,denominator,low,high"
    assert ",".join(rate) == f"{counted},period_start,period_end,definition,sources"
    socok("figures", 2019, "--format", "csv")
    assert "outcomes.sumak.success_wide" in capsys.readouterr().out
    socok("figures", 2019)
    lines = capsys.readouterr().out.splitlines()
    line = next(line for line in lines if line.startswith("outcomes.sumak.success_wide"))
    assert "54,4\u00a0%" in line and "37 af 68" in line


def test_a_year_or_a_project_that_is_not_there_is_told(socok, tmp_path, capsys):
    assert socok("report", 2031) == socok("check", 2031) == 2
    assert "2018, 2019" in capsys.readouterr().err
    folder = tmp_path / "tom"
    folder.mkdir()
    assert main(["tidy", "2019", "--project", str(folder)]) == 2
    assert "data/raw" in capsys.readouterr().err
    (folder / "data" / "raw").mkdir(parents=True)
    assert main(["report", "--project", str(folder)]) == 1
    assert "årsmapper" in capsys.readouterr().err
    assert main(["fix", "--project", str(folder)]) == 2
    assert "socok new ÅR" in capsys.readouterr().err


def test_a_renamed_heading_names_its_place_and_like_faults_are_told_once(socok, project, capsys):
    change_cells(project / "data/raw/2019/forloebsudtraek.xlsx", "Startdato", "Start dato")
    change_cells(project / "data/raw/2019/ansaettelser.xlsx", "Fleksjob", "Flexjob", 20)
    assert socok("tidy", 2019) == 1
    said = capsys.readouterr().err
    assert "forloebsudtraek.xlsx" in said and "“Startdato” mangler" in said
    assert "“|Start dato”" in said and "data/raw/maps/courses.csv" in said
    assert said.count("Mente du “Fleksjob”") == 1
    assert "celler til." in said and "I alt 21 fejl" in said


def test_figures_refuse_to_answer_from_old_tables_after_a_failed_tidy(socok, project, capsys):
    assert socok("tidy", 2019) == 0
    (project / "data/raw/2019/ansaettelser.xlsx").write_text("ikke en projektmappe")
    assert socok("tidy", 2019) == 1
    capsys.readouterr()
    assert socok("figures", 2019, "--format", "json") == 1
    captured = capsys.readouterr()
    assert captured.out == "" and "ansaettelser.xlsx" in captured.err
    assert "tekstfil" in captured.err and "Traceback" not in captured.err
    left = {path.name for path in (project / "data/processed/2019").iterdir()}
    assert left == {"problems.csv", "intake.csv", "udtraek.html"}


WRONG = """
reprot | Mente du “report”
tidy | Der mangler: ÅR
tidy nittenhundrede | er ikke et helt tal
report --publisher quatro | Mente du “quarto”
report --jobs 0 | --jobs
release 2019 --approved-by ' ' | Den, der har godkendt udgaven, skal nævnes
figures 2019 --ukendt | --ukendt er ikke et kendt valg
"""


def test_wrong_usage_is_told_in_danish_with_the_nearest_name(capsys):
    for wrong in WRONG.strip().splitlines():
        command, said = wrong.split(" | ")
        assert main(shlex.split(command)) == 2, command
        assert said in capsys.readouterr().err, command


def test_common_options_stand_before_or_after_the_command(project, capsys):
    assert main(["--project", str(project), "tidy", "2018", "--edition", "internal"]) == 0
    assert main(["--quiet", "figures", "2018", "--project", str(project), "--jobs", "1"]) == 0
    assert "jobs.total" in capsys.readouterr().out


def test_errors_of_several_years_say_which_year_they_belong_to(socok, project, capsys):
    for year in (2018, 2019):
        (project / f"data/raw/{year}/ansaettelser.xlsx").write_bytes(b"")
    assert socok("report") == 1
    said = capsys.readouterr().err
    assert "2018/ansaettelser.xlsx" in said and "2019/ansaettelser.xlsx" in said
    assert "problems.csv" in said
    assert socok("figures", 2019) == 1
    assert "socok tidy 2018" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp850", "cp1252"])
def test_a_terminal_without_a_sign_gets_one_like_it_and_no_traceback(project, encoding):
    done = subprocess.run(
        [sys.executable, "-m", "socok_analysis", "figures", "2018", "--project", str(project)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    said = done.stdout.decode(encoding)
    assert done.returncode == 0 and "?" not in said
    assert ("Startede forloeb" if encoding == "ascii" else "Startede forløb") in said


class Screen(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_there_is_a_sign_of_life_and_a_file_name_is_no_markup(monkeypatch):
    screen = Screen()
    monkeypatch.setattr("sys.stderr", screen)
    with speaking(argparse.Namespace(quiet=True, verbose=False)) as say:
        say("2019: læser udtrækkene")
    assert screen.getvalue() == ""
    with speaking(argparse.Namespace(quiet=False, verbose=False)) as say:
        say("2019: læser [bold]udtræk[/bold].xlsx")
    assert "læser [bold]udtræk[/bold].xlsx" in screen.getvalue()


def test_an_interrupted_run_is_told_in_one_line(monkeypatch, capsys, project):
    def fail(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("socok_analysis.cli.commands.prepare_year", fail)
    assert main(["tidy", "2018", "--project", str(project)]) == 3
    said = capsys.readouterr().err
    assert "Det, der var færdigt før, står uændret" in said and said.count("\n") == 1


def test_a_run_tells_what_it_read_and_a_second_one_the_figures_that_moved(socok, project, capsys):
    shutil.rmtree(project / "data/processed")
    (project / "data/raw/2018/~$laast.xlsx").write_bytes(b"")
    assert socok("tidy", 2018) == 0
    first = capsys.readouterr().out
    for part in ("er lavet", "fremmøde", "venteliste", "~$laast.xlsx", "filer læst", "0 sat til"):
        assert part in first
    assert "siden sidste" not in first
    assert socok("tidy", 2018) == 0
    said = capsys.readouterr().out
    assert "uændrede" in said and "de samme som sidst" in said
    assert socok("tidy", 2018, "--quiet") == 0 and capsys.readouterr().out == ""
    change_cells(project / "data/raw/2018/ansaettelser.xlsx", "Jobcenter", "Opslag", 1)
    socok("tidy", 2018)
    said = capsys.readouterr().out
    assert "jobs.other: 29 → 30" in said and "per_12_months" not in said


def test_help_names_every_command_and_each_has_a_description_and_an_example(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    named = capsys.readouterr().out
    for name in ("report", "tidy", "figures", "status", "brief", "trace", "diff", "new", "check"):
        with pytest.raises(SystemExit, match="0"):
            main([name, "--help"])
        said = capsys.readouterr().out
        assert f"    {name} " in named
        assert f"  socok {name}" in said and said.index(".\n") < said.index("Eksempler:")
