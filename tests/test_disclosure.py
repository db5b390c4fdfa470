"""Disclosure control: what the public edition tells, and an attack that finds what it must not.

A partner's courses are told as `{2018: "success 22 awaiting 9 stopped 1"}`: how many ended in the
time each report added, and why. Reports are made public one after the other, as they come.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from conftest import ROOT
from socok_analysis.core.year import Year
from socok_analysis.disclosure.attack import Attack, System, follow_partners, read_sums
from socok_analysis.disclosure.public import audit_partner, list_printed, make_public, merge_small
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, share
from socok_analysis.figures.rows import read_rows
from socok_analysis.intake.maps import read_maps

MAPS, ROWS = read_maps(ROOT, 2019), read_rows(ROOT)
CODES = {
    "success": ["fleksjob", "loentilskud"],
    "awaiting": ["afventer_rehab"],
    "stopped": ["stoppet"],
    "other": ["praktik2", "fraflyttet", "foertidspension", "faengsel"],
}
RATES = ("success_wide", "success_narrow", "awaiting", "stopped", "other")
P = "outcomes.x."


def list_courses(ended, recoded=(), several=0):
    """Return (id, end, reasons) of courses; `recoded` ids have another reason, some have two."""
    found = []
    for year, text in ended.items():
        words = iter(text.split())
        for group, number in zip(words, words, strict=True):
            for n in range(int(number)):
                reasons = [CODES[group][n % len(CODES[group])]]
                found.append((f"{year}-{group}-{n}", date(year, 6, 1), reasons))
    for course in found:
        if course[0] in recoded:
            course[2][:] = ["jobsoegende"]
    for course in found[:several]:
        course[2].append("jc_stop")
    return found


def make_report(year, courses, previous=None, threshold=3):
    """Return a report's evidence: its tables, and the figures of what became of people."""
    day = date(year, 12, 31)
    before = previous and date(previous, 12, 31)
    settings = Year(ROOT, year, "Rapport", date(year, 1, 1), day, day, date(2018, 1, 1), before)
    settings = replace(settings, threshold=threshold, root=Path("/ingen"))
    columns = ["course_id", "person_key", "enterprise_id", "started_on", "ended_on"]
    rows = [(i, i, "x", date(2016, 1, 1), on) for i, on, _ in courses]
    table = pd.DataFrame(rows, columns=columns)
    rows = [(i, reason) for i, _, reasons in courses for reason in reasons]
    exits = pd.DataFrame(rows, columns=["course_id", "exit_reason"])
    evidence = Evidence(settings, {"courses": table, "exits": exits}, {}, MAPS)
    (chain,) = follow_partners([evidence])
    (report,) = chain.reports
    figures = []
    for span in ("", "period."):
        known = not span or before
        number = report.count([], span) if known else None
        figures.append(Figure(f"{P}{span}completed", number, period_end=day, year=year))
        for name in RATES:
            counts = (report.count([name], span), report.count([], span)) if known else (0, 0)
            rate = share(f"{P}{span}{name}", *counts, label=name, period_end=day, year=year)
            figures.append(rate if known else replace(rate, denominator=None, numerator=None))
    codes = [c for codes in CODES.values() for c in codes]
    for name in [f"exit.{code}" for code in codes]:
        figures.append(Figure(P + name, report.count([name]), period_end=day, year=year))
    return replace(evidence, figures={figure.figure: figure for figure in figures})


def make_reports(ended, **changes):
    """Return the evidence of each report: the courses ended by then, later coding from the last."""
    years = sorted(ended)
    reports = []
    for n, year in enumerate(years):
        so_far = {y: ended[y] for y in years[: n + 1]}
        kept = changes if n == len(years) - 1 else {**changes, "recoded": ()}
        courses = list_courses(so_far, **kept)
        reports.append(make_report(year, courses, years[n - 1] if n else None))
    return reports


def publish(reports):
    """Make each report public as it comes; return what each tells."""
    shown = []
    for n in range(len(reports)):
        shown.append(make_public(reports[: n + 1], [s.figures for s in shown], ROWS))
    return shown


def attack(reports, shown, printed=None):
    """Return the protected numbers of a chain that are narrower than they may be."""
    (chain,) = follow_partners(reports)
    printed = printed or [{}] * len(reports)
    return [f for f in audit_partner(chain, shown, printed) if f.is_disclosed]


def told(public):
    """Return what is told of the partner's results: its names and counts."""
    return {
        name.removeprefix(P): figure.numerator
        for name, figure in public.figures.items()
        if name.startswith(P) and figure.numerator is not None and "narrow" not in name
    }


LARGE = "success 11 awaiting 9 stopped 8 other 13"
LEVELS = f"""
large groups are all told: {LARGE} -> success_wide awaiting stopped other
a small sensitive group goes with the other: success 10 awaiting 3 stopped 4 other 8
  -> success_wide awaiting stopped+other
what is small together goes with those who wait: success 22 awaiting 9 stopped 1 other 2
  -> success_wide awaiting+stopped+other
nobody is a small number too: success 20 awaiting 9 other 8 -> success_wide awaiting stopped+other
a group that is everybody is not told apart: stopped 9 -> success_wide awaiting+stopped+other
of two people nothing is told: success 1 other 1 ->
of three the headline is: success 2 other 1 -> success_wide awaiting+stopped+other
"""


@pytest.mark.parametrize("case", re.split(r"\n(?=\S)", LEVELS.strip()))
def test_small_groups_are_merged_details_first_and_the_headline_stays(case):
    ended, names = case.partition(": ")[2].split("->")
    reports = make_reports({2018: ended})
    (public,) = publish(reports)
    assert set(told(public)) == set(names.split())
    assert not attack(reports, [public.figures])
    hidden = [n for n in reports[0].figures if n not in public.figures]
    assert all(public.why(name) for name in hidden), "a reason stands for each"
    sensitive = ("stoppet", "foertidspension", "faengsel", "doed")
    assert not any(name.endswith(f".exit.{code}") for code in sensitive for name in public.figures)


# What ended; what is shown of it; and what follows.
FOLLOWS = {
    "what is left of all": (
        {2018: "success 22 awaiting 9 stopped 1 other 2"},
        "success_wide awaiting other",
        {"2018/stopped": 1},
    ),
    "all less those since": (
        {2018: "success 20 awaiting 5 stopped 1 other 8", 2019: "success 5 stopped 9 other 9"},
        "success_wide awaiting stopped other period.stopped period.other",
        {"2019/before.stopped": 1},
    ),
    "one course more": (
        {2018: "success 10 awaiting 3 stopped 4 other 8", 2019: "success 1"},
        "success_wide awaiting stopped+other",
        {"2019/period.stopped": 0, "2019/period.exit.faengsel": 0},
    ),
}


@pytest.mark.parametrize("sentence", FOLLOWS)
def test_the_attack_finds_what_follows_from_shown_numbers_though_nobody_printed_it(sentence, capfd):
    ended, shown, found = FOLLOWS[sentence]
    reports = make_reports(ended)
    (chain,) = follow_partners(reports)
    known = []
    for n, (report, own) in enumerate(zip(reports, chain.reports, strict=True)):
        figures = {P + "completed": report.figures[P + "completed"]}
        for name in shown.split():
            if "+" in name:
                other, number = report.figures[P + "other"], own.count(name.split("+"))
                figures[P + name] = replace(other, figure=P + name, numerator=number)
            elif report.year.previous_evaluation_date or "." not in name:
                figures[P + name] = report.figures[P + name]
        known += read_sums(chain, n, figures)
    narrow = Attack(System(chain), []).find_narrow(known)
    exact = {f.title.replace("outcomes.x.", ""): f.low for f in narrow if f.room == 1}
    assert found.items() <= exact.items()
    assert capfd.readouterr().out == ""  # the solver's own output too


def test_a_reason_nobody_has_had_is_not_known_to_be_nobodys():
    reports = make_reports({2018: LARGE})
    (public,) = publish(reports)
    (chain,) = follow_partners(reports)
    findings = audit_partner(chain, [public.figures], [{}])
    assert not [f for f in findings if f.title.endswith(("exit.doed", "exit.barsel"))]


TWO = {
    2018: "success 22 awaiting 9 stopped 1 other 2",
    2019: "success 15 awaiting 6 stopped 9 other 4",
}


def test_time_since_gives_way_before_all_time_and_one_by_one_is_as_both_at_once():
    reports = make_reports(TWO)
    first, second = publish(reports)
    assert told(first) == {"success_wide": 22, "awaiting+stopped+other": 12}
    assert told(second) == {
        **{"success_wide": 37, "awaiting": 15, "stopped": 10, "other": 6},
        **{"period.success_wide": 15, "period.awaiting+stopped+other": 19},
    }
    assert "følsom" in second.why(P + "period.stopped")
    assert publish(reports[:1])[0] == first
    assert not attack(reports, [first.figures, second.figures])


def test_one_course_more_leaves_the_last_result_standing_with_its_date():
    ended = {2018: "success 10 awaiting 3 stopped 4 other 8", 2019: "success 1"}
    reports = make_reports(ended)
    first, second = publish(reports)
    assert second.figures[P + "success_wide"] == first.figures[P + "success_wide"]
    assert second.figures[P + "success_wide"].period_end == date(2018, 12, 31)
    assert second.figures[P + "completed"].value == 26
    assert not any("period.s" in name for name in second.figures)
    assert "31.\xa0december 2018" in second.why(P + "period.success_wide")
    (third,) = publish(make_reports({**ended, 2020: "success 2"}))[2:]
    assert third.figures[P + "success_wide"].denominator == 28


@pytest.mark.parametrize(
    "changes", [{"recoded": ["2018-other-0", "2018-success-3"]}, {"several": 3}]
)
def test_recoded_courses_and_several_reasons_do_not_give_anyone_away(changes):
    reports = make_reports(TWO, **changes)
    shown = [public.figures for public in publish(reports)]
    assert not attack(reports, shown)
    every = [{n: f for n, f in r.figures.items() if ".exit." not in n} for r in reports]
    assert attack(reports, every), "the attack finds what is told without care"


def test_what_was_printed_before_is_told_as_known_and_stops_nothing(tmp_path):
    """A first report told everything: what follows from it is past cure, and nothing adds to it."""
    first, second = (
        replace(report, year=replace(report.year, root=tmp_path)) for report in make_reports(TWO)
    )
    lines = ["navn,felt,udtryk,offentliggjort,enhed,sted,note,intern"]
    for name, figure in first.figures.items():
        if figure.value is not None:
            field, number = ("tæller", figure.numerator), ("", figure.value)
            field, number = field if figure.numerator is not None else number
            lines.append(f"{name},{field},,{number},antal,side 1,,")
    folder = tmp_path / "data/raw/2018"
    folder.mkdir(parents=True)
    (folder / "offentliggjort.csv").write_text("\n".join(lines), encoding="utf-8")
    reports = [first, second]
    shown = [public.figures for public in publish(reports)]
    printed = [list_printed(report) for report in reports]
    assert len(printed[0]) > 10
    (chain,) = follow_partners(reports)
    findings = audit_partner(chain, shown, printed)
    assert findings and not [f for f in findings if f.is_disclosed]
    assert P + "success_wide" in shown[1]


def test_jobs_of_few_are_told_with_the_next_and_zeros_with_them():
    few = {"fuldtid": 1, "hybrid": 2, "senior": 0}
    assert merge_small({"fleks": 17, **few}, 3) == [*few]
    assert merge_small({"fleks": 17, "fuldtid": 1, "deltid": 9}, 3) == ["fuldtid", "deltid"]
    assert merge_small({"fleks": 17, "senior": 0}, 3) == []
    assert merge_small({"fleks": 1, "senior": 0}, 3) == ["fleks", "senior"]
