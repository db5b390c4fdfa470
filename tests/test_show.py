"""What pages show: text is text, numbers are Danish, small numbers stay hidden."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from socok_analysis.core.danish import format_day, format_number, format_share, round_half_up
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.core.year import Year
from socok_analysis.disclosure.cells import Cell
from socok_analysis.disclosure.protection import Protection
from socok_analysis.figures.facts import Fact
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.texts import STATUSES
from socok_analysis.show.jobs import explain_tile
from socok_analysis.show.page import Page, read_parameters
from socok_analysis.show.registers import show_facts
from socok_analysis.show.text import render_text
from socok_analysis.show.values import format_figure, format_interval


def make_page(*figures, edition="public", hidden=()):
    """Return a page of a year without files, with these figures, some of them hidden."""
    last = date(2019, 12, 31)
    year = Year(Path(), 2019, "Rapport", date(2019, 1, 1), last, last, date(2018, 1, 1))
    by_name = {figure.figure: replace(figure, year=2019) for figure in figures}
    plan = Protection({Cell(2019, name): "få personer" for name in hidden}, frozenset({2019}))
    return Page(year, edition, "", {2019: by_name}, plan)


def test_numbers_shares_and_days_are_written_the_danish_way_and_a_missing_value_is_no_zero():
    numbers = {
        **{(2.5, 0): "3", (0.5, 0): "1", (1.005, 2): "1,01", (1071573, 0): "1.071.573"},
        **{(96.75, 1): "96,8", (-4, 0): "-4", (1234.5, 1): "1.234,5"},
    }
    assert {each: format_number(*each) for each in numbers} == numbers
    shares = {11 / 40: "27,5 %", 37 / 68: "54,4 %", 0.0005: "0,1 %", 1: "100,0 %"}
    assert {n: format_share(n).replace("\u00a0", " ") for n in shares} == shares
    assert format_share(1).count("\u00a0") == 1
    assert format_day(date(2020, 4, 30)) == "30.\u00a0april 2020"
    halves = (round_half_up(0.285 * 100, 1), round_half_up(-2.5))
    assert list(map(str, halves)) == ["28.5", "-3"], "where floats are short, and below zero"
    assert format_figure(Figure("x", None)) == "ikke opgjort"
    assert format_interval(Figure("x", None)) == "ikke opgjort"
    counted = Figure("x", 0.5, numerator=4, denominator=8, unit="andel")
    assert format_figure(counted) == "50,0\u00a0%"
    assert format_figure(Figure("x", 0.5, unit="andel")) == "50\u00a0%"
    assert format_figure(Figure("x", 0.793, unit="andel")) == "79,3\u00a0%"


FACTS = """
Brugere (fra): 15:  | Brugere (til): 40: -> Brugere: 15–40 (2019)
Yngste alder: 16: år | Højeste alder: 25: år -> Alder: 16–25 år (2019)
Brugere (fra): 15:  | Heste (til): 40: -> Brugere \\(fra\\): 15 (2019) | Heste \\(til\\): 40 (2019)
Areal (ca.): 24000: m² | Åbnet: 10-04-2020: dato \
-> Areal: ca\\. 24000 m² (2019) | Åbnet: 10.\u00a0april 2020 (2019)
"""


@pytest.mark.parametrize("line", FACTS.strip().splitlines())
def test_the_ends_of_a_span_are_told_as_one_fact(line):
    stated, _, told = line.partition("-> ")
    facts = []
    for each in stated.split(" | "):
        name, value, unit = (part.strip() for part in each.split(":"))
        facts.append(Fact(f"facts.sted.{name}", "sted", "Sted", name, value, None, unit, "2019"))
    assert " | ".join(": ".join(pair) for pair in show_facts(make_page(), facts)) == told


def test_recommendations_are_told_without_what_there_is_none_of_and_periods_of_unlike_length_so():
    for counts, told in (
        ((7, 3, 0), "7 fulgt og 3 delvist fulgt"),
        ((4, 3, 2), "4 fulgt, 3 delvist fulgt og 2 ikke fulgt"),
        ((0, 1, 0), "1 delvist fulgt"),
    ):
        by_code = dict.fromkeys(STATUSES.values(), 0)
        by_code |= zip(("followed", "partly", "not_followed"), counts, strict=True)
        names = {f"recommendations.previous.{code}": n for code, n in by_code.items()}
        page = make_page(*(Figure(name, n, unit="antal") for name, n in names.items()))
        shown = render_text(page, "{{ fulgt_op() }}")
        assert re.sub(r"\[(\d+)\]\{[^}]*\}", r"\1", shown) == told
    year = {"period_start": date(2019, 1, 1), "period_end": date(2019, 12, 31)}
    jobs = Figure("jobs.total", 60, unit="antal", **year)
    page = make_page(jobs)
    for first, said in ((date(2018, 1, 1), ""), (date(2017, 9, 1), "ulige")):
        earlier = replace(jobs, year=2018, period_start=first, period_end=date(2018, 12, 31))
        both = replace(page, by_year={**page.by_year, 2018: {"jobs.total": earlier}})
        text = "{% if tidligere and not perioder_er_ens %}ulige{% endif %}"
        assert render_text(both, text) == said


def test_a_tile_that_may_not_show_its_number_says_why_and_keeps_its_note():
    shown, hidden = Figure("outcomes.x.completed", 40), Figure("outcomes.x.active", 2)
    page = make_page(shown, hidden, hidden=("outcomes.x.active",))
    open_tile, shut_tile = (
        explain_tile(page, page.figure(f.figure), "forløb", "aftalte pladser: 8")
        for f in (shown, hidden)
    )
    assert "40" in open_tile.value
    assert (open_tile.note, open_tile.trend) == ("aftalte pladser: 8", "")
    assert "\\[c\\]" in shut_tile.value and shut_tile.note == "vises ikke: for få personer"
    assert shut_tile.trend == "aftalte pladser: 8"


def test_a_text_that_names_or_does_what_nobody_knows_says_so():
    page = make_page(Figure("jobs.total", 129))
    shown = render_text(page, "{{ tal('jobs.total') }} job")
    assert shown == '[129]{data-figure="2019/jobs.total"} job'
    with pytest.raises(UsageError, match="Mente du “jobs.total”"):
        render_text(page, "{{ tal('jobs.totla') }}")
    for text in ("{{ ukendt }}", "{{ tal( }}", "{% if %}", "{{ ''.__class__.__mro__ }}"):
        with pytest.raises(DataError, match="Teksten kan ikke udfyldes"):
            render_text(make_page(), text)


def test_a_hidden_figure_is_shown_only_in_the_internal_edition():
    rate = Figure("outcomes.x.success_wide", 1 / 15, numerator=1, denominator=15, unit="andel")
    text = "{{ andel('outcomes.x.success_wide') }}"
    public, internal = (
        make_page(rate, edition=edition, hidden=("outcomes.x.success_wide",))
        for edition in ("public", "internal")
    )
    shown = '[en skjult andel]{data-figure="2019/outcomes.x.success_wide"}'
    assert render_text(public, text) == shown
    assert "6,7" in render_text(internal, text)
    page = replace(make_page(Figure("jobs.total", 129)), protection=Protection({}, frozenset()))
    assert not page.may_show(page.figure("jobs.total")), "a page that knows no plan shows nothing"


def test_an_unknown_or_ill_typed_parameter_is_refused_and_what_else_is_defined_left_alone():
    own = {"In": ["", "# Parameters\nyear = 2019\nxyz = 3\n"]}
    for given, said in (
        ({"yaer": 2019, "year": 2018}, "yaer.*Mente du “year”"),
        ({"year": 2019, "xyz": 3, **own}, "xyz"),
        *(({"year": each}, "year skal være et helt tal") for each in ("2019", 2019.0, None, True)),
        ({"year": 2019, "edition": "publik"}, "Mente du “public”"),
    ):
        with pytest.raises(UsageError, match=said):
            read_parameters(given, ("year", "edition"))
    shell = {"In": ["", "antal = 3"], "Out": {}, "_": "", "_i1": "", "exit": object()}
    given = {"year": 2019, "antal": 3}
    assert read_parameters(shell | given, ("year",)) == given
