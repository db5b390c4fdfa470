"""Invented municipalities on their whole way, attacked by the library and by another hand.

Three are made in every run; with SOCOK_NIGHT set to a number, so many more.
"""

import os
from collections import Counter

import pytest

from municipalities import make_id, make_municipality
from outside_attack import attack
from socok_analysis.cli import main
from socok_analysis.core.year import read_year
from socok_analysis.disclosure.public import audit_years

NIGHT = int(os.environ.get("SOCOK_NIGHT", "0"))
CASES = [(31, 1, 3), (32, 2, 2), (33, 3, 2)]  # seed, years, partners
CASES += [(seed, 1 + seed % 3, 2 + seed % 7) for seed in range(100, 100 + NIGHT)]


def count_known(made):
    """Return, by partner and year, how many courses have two reasons, were recoded, came late."""
    known, before = {}, {}
    for year, rows in made.rows.items():
        report = made.settings[year]["report"]
        ended = {
            (row["Virksomhed"], row["CPR-nr."], row["Startdato"]): row["Afslutningsårsag"]
            for row in rows["courses"]
            if row.get("Slutdato") and row["Slutdato"] <= report["evaluation_date"]
        }
        ends = {
            (row["Virksomhed"], row["CPR-nr."], row["Startdato"]): row.get("Slutdato")
            for row in rows["courses"]
        }
        last = report["previous_evaluation_date"]
        found = Counter()
        for key, reasons in ended.items():
            found[key[0], "two_reasons"] += ";" in reasons
            found[key[0], "recoded"] += key in before and before[key] != reasons
            found[key[0], "late"] += bool(last) and ends[key] <= last and key not in before
        for partner in made.partners:
            own = {name: n for (place, name), n in found.items() if place == partner}
            known.setdefault(make_id(partner), {})[year] = own
        before = ended
    return known


@pytest.mark.parametrize(("seed", "years", "partners"), CASES)
def test_an_ordinary_municipality_is_published_and_no_attack_finds_anyone(
    tmp_path, seed, years, partners
):
    made = make_municipality(tmp_path / "kommune", seed, years, partners, has_texts=True)
    assert main(["report", "--project", str(made.root), "--publisher", "embedded"]) == 0
    accepted = [
        path
        for path in made.root.glob("data/raw/*/afvigelser.csv")
        if path.read_text().count("\n") > 1
    ]
    assert not accepted, "ordinary data need no accepted deviation"
    narrow = audit_years([read_year(made.root, year) for year in made.rows])
    assert not [each.title for each in narrow if each.is_disclosed]
    flagged = [
        each
        for each in attack(made.root / "_site", count_known(made))
        if each.flagged and each.kind != "person"
    ]
    assert not flagged


FIRST = {"started": 30, "completed": 24, "active": 6, "success_wide": (10, 24)}
NEXT = {"started": 50, "completed": 40, "active": 10, "success_wide": (16, 40)}
MERGED = {"awaiting+stopped+other": (14, 24)}
LATER = {**NEXT, "stopped": (9, 40), "awaiting+other": (15, 40), "period.completed": 16}
TOLD = {
    "told": ({2018: {**FIRST, "stopped": (3, 24), "awaiting+other": (11, 24)}}, True),
    "all less those since": (
        {2018: {**FIRST, **MERGED}, 2019: {**LATER, "period.stopped": (7, 16)}},
        True,
    ),
    "its twin, merged": (
        {2018: {**FIRST, **MERGED}, 2019: {**LATER, "period.awaiting+stopped+other": (10, 16)}},
        False,
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_the_other_hand_finds_what_is_told_or_follows(tmp_path, case):
    """What it does not find on the sites above is not for want of an attack."""
    reports, is_found = TOLD[case]
    for year, numbers in reports.items():
        folder = tmp_path / "report" / str(year)
        folder.mkdir(parents=True)
        rows = ["figure,label,value,unit,numerator,denominator,low,high,period_start,period_end"]
        for name, number in numbers.items():
            part, whole = number if isinstance(number, tuple) else ("", "")
            value = part / whole if whole else number
            end = f"{year}-06-30"
            start = "2018-06-30" if name.startswith("period.") else "2015-01-01"
            rows.append(f"outcomes.alfa.{name},x,{value},andel,{part},{whole},,,{start},{end}")
        table = folder / f"socialoekonomisk-aarsrapport-{year}-noegletal.csv"
        table.write_text("\n".join(rows) + "\n", encoding="utf-8")
    flagged = [each for each in attack(tmp_path) if each.flagged and "stopped" in each.quantity]
    assert bool(flagged) == is_found
