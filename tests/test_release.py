"""Editions and releases: every command keeps to its edition, and what was handed out is known."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from conftest import copy_made
from socok_analysis.cli import main
from socok_analysis.core.year import read_year
from socok_analysis.disclosure.public import audit_years, read_public
from socok_analysis.figures.figure import read_figures
from socok_analysis.intake.tables import read_table
from socok_analysis.run.open import make_status_page
from socok_analysis.run.prepare import Release, write_release


@pytest.fixture(scope="module")
def root(prepared, tmp_path_factory):
    return copy_made(prepared, tmp_path_factory.mktemp("udgaver") / "projekt")


def ask(capsys, root, *arguments):
    code = main([*arguments, "--project", str(root)])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_example_tells_what_was_planned_and_marks_nothing(root):
    told = {year: read_public(root / f"data/processed/{year}", year) for year in (2018, 2019)}
    merged = {
        f"{year} {name}": figure.numerator if figure.numerator is not None else figure.value
        for year, public in told.items()
        for name, figure in public.figures.items()
        if "+" in name
    }
    assert merged == {
        "2018 outcomes.sumak.awaiting+stopped+other": 12,
        "2018 outcomes.veteranhaven.stopped+other": 12,
        "2018 jobs.other_type.fleksjob+fuldtid+hybrid+loentilskud+seniorjob": 10,
        "2019 outcomes.sumak.period.awaiting+stopped+other": 19,
        "2019 outcomes.veteranhaven.period.stopped+other": 9,
        "2019 jobs.type.fuldtid+hybrid+seniorjob+timeloennet": 3,
    }
    for name in ("sumak.success_wide", "sumak.stopped", "veteranhaven.success_wide"):
        assert f"outcomes.{name}" in told[2019].figures
    years = [read_year(root, year) for year in (2018, 2019)]
    assert not [each.title for each in audit_years(years) if each.is_disclosed]


def test_every_command_keeps_to_its_edition(root, capsys):
    public = read_public(root / "data/processed/2019", 2019).figures
    every = read_figures(root / "data/processed/2019", 2019)
    for edition, figures in (("public", public), ("internal", every)):
        _, text, warned = ask(
            capsys, root, "figures", "2019", "--format", "csv", "--edition", edition
        )
        assert [row["figure"] for row in csv.DictReader(io.StringIO(text))] == [*figures]
        assert ("Intern udgave" in warned) == (edition == "internal")
    _, text, _ = ask(capsys, root, "figures", "2019", "--format", "json")
    assert {each["figure"] for each in json.loads(text)} == {*public}
    hidden = "outcomes.veteranhaven.exit.faengsel"
    _, text, _ = ask(capsys, root, "trace", hidden, "--year", "2019", "--format", "json")
    assert json.loads(text)["value"] is None and json.loads(text)["why_not"]
    _, text, _ = ask(capsys, root, "diff", "2018", "2019", "--format", "json")
    assert not json.loads(text)["entries"]
    told = {each["figure"] for each in json.loads(text)["figures"]}
    assert told and told <= {*public}


def test_protection_is_weighed_and_gives_its_reason(root, capsys):
    _, text, _ = ask(capsys, root, "check", "2019")
    line = next(line for line in text.splitlines() if "Beskyttelse" in line)
    assert re.search(r"\d{3} tal vises, 3 af dem lagt sammen", line)
    _, text, _ = ask(capsys, root, "trace", "outcomes.sumak.period.stopped", "--year", "2019")
    assert "følsom årsag" in text and "Udvej" in text
    merged = next(line for line in text.splitlines() if line.startswith("Vises i")).split()[-1]
    _, text, _ = ask(capsys, root, "trace", merged, "--year", "2019")
    assert "19 af 34" in text and "Regnet af    outcomes.sumak.period.awaiting, " in text


def test_a_status_the_day_after_another_does_not_tell_of_the_one_job_between(root, capsys):
    jobs = read_table(root / "data/processed/2019/jobs.parquet")
    began = jobs[(jobs["channel"] == "jobcenter") & (jobs["started_on"] > date(2019, 3, 1))]
    day = began["started_on"].value_counts(sort=False).loc[lambda n: n == 1].index.min()
    given = ["release", "2019", "--approved-by", "Prøve Prøvesen"]
    code, text, _ = ask(capsys, root, *given, "--as-of", str(day - timedelta(1)))
    assert code == 0 and "Gemt som delt ud" in text
    assert "6-8-ansaettelser.md: 3 påstande" in text and "ændret" in text
    (folder,) = (root / "data/released/2019").iterdir()
    card = json.loads((folder / "release.json").read_text(encoding="utf-8"))
    assert card["as_of"] == str(day - timedelta(1)) and card["approved_by"] == "Prøve Prøvesen"
    first = read_figures(folder)
    assert any(name.startswith("jobs.type.") for name in first)
    assert not any("outcomes" in name and "success" in name for name in first)
    page = make_status_page(root, {"year": 2019, "as_of": str(day), "edition": "public"})
    assert page.figures["jobs.total"].value == first["jobs.total"].value + 1
    assert not any(name.startswith("jobs.type.") for name in page.figures)
    assert "offentligt" in page.why("jobs.type.loentilskud")
    code, _, warned = ask(capsys, root, *given, "--edition", "internal")
    assert code == 2 and "offentlige" in warned


def test_a_report_that_differs_by_one_person_is_not_handed_out_without_a_reason(root, capsys):
    known = read_public(root / "data/processed/2019", 2019).figures
    name = "outcomes.sumak.success_wide"
    changed = {**known, name: replace(known[name], numerator=known[name].numerator - 1)}
    handed = Release(2019, date(2020, 6, 1), "Prøve Prøvesen", "", None, changed)
    write_release(root, handed)
    code, _, warned = ask(capsys, root, "release", "2019", "--approved-by", "Prøve Prøvesen")
    assert code == 1 and name in warned and "--because" in warned
    (root / "data/released/2019/2020-06-01/release.json").write_text("{", encoding="utf-8")
    for command in ("tidy", "report"):
        code, _, warned = ask(capsys, root, command, "2019")
        assert code == 1 and "release.json kan ikke læses" in warned
