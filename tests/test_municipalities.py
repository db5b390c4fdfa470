"""The figures of invented municipalities are those that plain Python counts from the truth."""

import csv
import json
import random
from datetime import date

import pytest

from municipalities import OPTIONAL, make_id, make_municipality
from socok_analysis.cli import main
from workbooks import MAPS, make_project

FIRST, LATER = date.min, date.max
SEEDS = ((11, 1, 2), (12, 2, 3), (13, 1, 12))


def read_codes(name):
    with (MAPS / f"codes/{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row["label"]: row for row in csv.DictReader(file)}


REASONS, TYPES, CHANNELS = map(read_codes, ("exit_reasons", "job_types", "channels"))
COUNTED = {
    "success_narrow": lambda reason: reason["success_narrow"] == "ja",
    "success_wide": lambda reason: reason["success_wide"] == "ja",
    "stopped": lambda reason: reason["group"] == "stoppet",
    "awaiting": lambda reason: reason["group"] == "afventer",
}


def ask_figures(root, year, capsys):
    arguments = ["--project", str(root), "--edition", "internal", "--format", "json"]
    main(["figures", str(year), *arguments])
    return {figure["figure"]: figure for figure in json.loads(capsys.readouterr().out)}


def count_outcomes(made, year, partner):
    report = made.settings[year]["report"]
    day, before = report["evaluation_date"], report["previous_evaluation_date"]
    rows = [row for row in made.rows[year]["courses"] if row["Virksomhed"] == partner]
    started = [row for row in rows if row["Startdato"] <= day]
    over = [row for row in started if row.get("Slutdato", LATER) <= day]
    new = [row for row in over if before and row["Slutdato"] > before]
    found = {"started": len(started), "completed": len(over), "active": len(started) - len(over)}
    if before:
        found["period.completed"] = len(new)
    for name, counts in COUNTED.items():
        found[name] = (count_courses(over, counts), len(over))
        if before:
            found[f"period.{name}"] = (count_courses(new, counts), len(new))
    for code in {row["code"] for row in REASONS.values()} - {"forlaenget"}:
        found[f"exit.{code}"] = count_courses(over, lambda r, code=code: r["code"] == code)
    return found


def count_courses(rows, counts):
    return sum(any(counts(REASONS[t]) for t in r["Afslutningsårsag"].split("; ")) for r in rows)


def count_jobs(made, year):
    report, rows = made.settings[year]["report"], made.rows[year]["jobs"]
    first, last = report["period_start"], report["period_end"]
    jobs = [row for row in rows if first <= row["Ansættelsesdato"] <= last]
    central = [row for row in jobs if CHANNELS[row["Kanal"]]["channel_group"] == "jobcentre"]
    found = {"jobcentre": len(central), "other": len(jobs) - len(central), "total": len(jobs)}
    found["cumulative"] = sum(row["Ansættelsesdato"] <= last for row in rows)
    for row in CHANNELS.values():
        label = [job for job in jobs if CHANNELS[job["Kanal"]]["code"] == row["code"]]
        found[f"channel.{row['code']}"] = len(label)
    for code in {TYPES[job["Ansættelsesform"]]["code"] for job in jobs}:
        found[f"type.{code}"] = sum(TYPES[j["Ansættelsesform"]]["code"] == code for j in central)
    return found


def count_places(made, year, partner):
    day = made.settings[year]["report"]["evaluation_date"]
    held = [
        row
        for row in made.rows[year]["agreements"]
        if row["Virksomhed"] == partner
        and row["Gælder fra"] <= day <= (row.get("Gælder til") or LATER)
    ]
    places = sum(row["Pladser"] for row in held)
    used = count_outcomes(made, year, partner)["active"]
    extra = sum(row["Ekstra pladser"] or 0 for row in held)
    return {
        "places": places,
        "extra_places": extra,
        "in_use": used,
        "vacant": max(0, places - used),
    }


def told(figure, expected):
    if isinstance(expected, tuple):
        return figure["numerator"], figure["denominator"]
    return figure["value"]


@pytest.mark.parametrize(("seed", "years", "partners"), SEEDS)
def test_the_figures_are_those_counted_from_the_truth(
    tmp_path, capsys, monkeypatch, seed, years, partners
):
    what_to_hide = "socok_analysis.run.build.write_plan"  # takes minutes, and is not asked for here
    monkeypatch.setattr(what_to_hide, lambda *_: None, raising=False)
    made = make_municipality(tmp_path / "kommune", seed, years, partners)
    for year in made.rows:
        figures = ask_figures(made.root, year, capsys)
        wanted = {f"jobs.{name}": n for name, n in count_jobs(made, year).items()}
        for partner in made.partners:
            own = make_id(partner)
            outcomes = count_outcomes(made, year, partner)
            wanted |= {f"outcomes.{own}.{name}": n for name, n in outcomes.items()}
            places = count_places(made, year, partner)
            wanted |= {f"agreements.{own}.{name}": n for name, n in places.items()}
        assert {name: told(figures[name], n) for name, n in wanted.items()} == wanted


@pytest.mark.parametrize("seed", random.Random(2020).sample(range(1000), 3))
def test_a_municipality_is_as_varied_as_promised_and_the_same_again(tmp_path, seed):
    made, again = (make_municipality(tmp_path / part, seed, 2, 4) for part in ("a", "b"))
    assert made.rows == again.rows and made.settings == again.settings
    before, after = (rows["courses"] for rows in made.rows.values())
    labels = [row["Afslutningsårsag"].split("; ") for row in after if "Slutdato" in row]
    codes = {REASONS[label]["code"] for each in labels for label in each}
    assert codes == {row["code"] for row in REASONS.values()} - {"forlaenget"}
    assert 0.03 < sum(len(each) == 2 for each in labels) / len(labels) < 0.2
    now = {(row["CPR-nr."], row["Startdato"]): row for row in after}
    recoded = [
        row
        for row in before
        if "Slutdato" in row
        and row["Afslutningsårsag"] != now[row["CPR-nr."], row["Startdato"]]["Afslutningsårsag"]
    ]
    assert 0 < len(recoded) < len(before) / 5
    places = [row["Pladser"] for row in made.rows[2021]["agreements"]]
    assert {1, 12} <= {*places} <= {*range(1, 13)}


@pytest.mark.parametrize("kind", OPTIONAL)
def test_an_optional_table_without_rows_stops_nothing(tmp_path, kind):
    root = make_project(tmp_path, **{kind: []})
    assert main(["tidy", "2019", "--project", str(root), "--quiet"]) == 0
