"""Words that must be true: each kind of claim holds where the figures say so, and else stops."""

import re
from datetime import date

import pytest

from conftest import ROOT
from pages import make_page as make_shown
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.maps import read_definitions, read_maps
from socok_analysis.run.open import read_breaks
from socok_analysis.show.text import lint_few, render_text

PERIODS = {2018: (date(2018, 1, 1), date(2018, 12, 31))}
PERIODS |= {2019: (date(2019, 1, 1), date(2020, 4, 30))}


def make_page(now, then=(), **more):
    """Return a page of 2019 with these values, and of 2018; a Figure stands for itself."""
    told, earlier = (
        [v if isinstance(v, Figure) else Figure(n, v) for n, v in dict(values).items()]
        for values in (now, then)
    )
    return make_shown(*told, earlier=earlier, **more)


def claim(page, call):
    """Return what `paastand(...)` shows, without the span that names its figures."""
    return render_text(page, "{{ paastand(" + call + ") }}").partition("]{")[0].lstrip("[")


def make_rate(name, part, whole):
    return Figure(name, part / whole, numerator=part, denominator=whole, unit="andel")


def refuse(page, call):
    with pytest.raises(DataError) as error:
        claim(page, call)
    return str(error.value)


# A word; this report's figure and the last one's where it holds; and where it does not.
CHANGES = """
steget                    | 97 64 | 64 97
steget                    | 65 64 | 64 64
faldet                    | 17 21 | 21 17
uændret                   | 8 8   | 8 9
dobbelt så mange          | 20 10 | 13 10
mere end dobbelt så mange | 25 10 | 20 10
halveret                  | 5 10  | 9 10
færre                     | 1 2   | 2 2
"""
# A word; the parts and wholes of a share where it holds, and where it does not.
SHARES = """
over halvdelen  | 37 68 | 34 68
under halvdelen | 11 40 | 20 40
næsten alle     | 73 75 | 75 75
hver fjerde     | 10 40 | 12 40
Over halvdelen  | 37 68 | 34 68
"""


def test_a_change_is_told_where_the_figures_bear_it_out_and_else_names_figure_and_values():
    for line in CHANGES.strip().splitlines():
        word, *cases = (part.strip() for part in line.split("|"))
        told, refused = (make_page(*({"x.y": int(n)} for n in case.split())) for case in cases)
        assert claim(told, f"'{word}', 'x.y'") == word
        said, (now, then) = refuse(refused, f"'{word}', 'x.y'"), cases[1].split()
        for part in (word, "x.y", f"{now} i rapport 2019", f"{then} i rapport 2018"):
            assert part in said


def test_what_cannot_be_compared_supports_no_claim_and_what_is_scaled_to_a_year_does():
    page = make_page(
        {"jobs.total": Figure("jobs.total", 129, (), *PERIODS[2019])},
        {"jobs.total": Figure("jobs.total", 64, (), *PERIODS[2018])},
    )
    with pytest.raises(DataError, match="16 måneder, det andet tal over 12.*12_months"):
        claim(page, "'steget', 'jobs.total'")
    assert claim(page, "'kan ikke sammenlignes', 'jobs.total'") == "kan ikke sammenlignes"
    page = make_page({"x": 2}, {"x": 1})
    assert "kan godt sammenlignes" in refuse(page, "'kan ikke sammenlignes', 'x'")
    yearly, since = {}, {}  # scaled to a year, or since the same start, they are
    for year, scaled, so_far in ((2019, 96.75, 193), (2018, 64, 64)):
        yearly[year] = Figure("jobs.yearly", scaled, (), *PERIODS[year], unit="antal pr. år")
        since[year] = Figure("c", so_far, (), date(2018, 1, 1), PERIODS[year][1])
    page = make_page(*({"jobs.yearly": yearly[y], "c": since[y]} for y in (2019, 2018)))
    assert claim(page, "'steget', 'jobs.yearly'") == claim(page, "'steget', 'c'") == "steget"
    now, then = Figure("x", 2, definition="ny"), Figure("x", 1, definition="før")
    assert "ikke defineret ens" in refuse(make_page({"x": now}, {"x": then}), "'steget', 'x'")
    assert "ikke opgjort" in refuse(make_page({"x": None}, {"x": 1}), "'faldet', 'x'")
    page = make_page({"r": make_rate("r", 2750, 10000)}, {"r": make_rate("r", 2751, 10000)})
    assert claim(page, "'uændret', 'r'") == "uændret"
    assert "27,5" in refuse(page, "'faldet', 'r'")


def test_a_break_declared_or_by_a_definition_is_not_compared_over_and_says_why(tmp_path):
    maps = tmp_path / "data/raw/maps"
    maps.mkdir(parents=True)
    (maps / "breaks.csv").write_text("pattern,year,reason\nx.*,2019,sygdom tæller nu med.\n")
    breaks = read_breaks(tmp_path, [])
    page = make_page({"x.a": 2, "y": 2}, {"x.a": 1, "y": 1}, breaks=breaks)
    with pytest.raises(DataError, match=r"x\.a kan ikke sammenlignes over tid: sygdom tæller"):
        claim(page, "'steget', 'x.a'")
    assert claim(page, "'steget', 'y'") == "steget"
    names = ("outcomes.sumak.stopped", "outcomes.sumak.period.stopped", "outcomes.x.stopped")
    now = {name: make_rate(name, 30, 60) for name in names}
    then = {name: make_rate(name, 10, 60) for name in names}
    breaks = read_breaks(ROOT, read_definitions(ROOT, []))
    page = make_page(now, then, edition="internal", breaks=breaks)
    for name in names[:2]:
        with pytest.raises(DataError, match="over tid: Fra rapport 2019 tæller sygdom"):
            claim(page, f"'steget', '{name}'")
    assert claim(page, f"'steget', '{names[2]}'") == "steget"


def test_a_share_is_as_large_as_the_word_says_or_stops():
    for line in SHARES.strip().splitlines():
        word, *cases = (part.strip() for part in line.split("|"))
        told, refused = (make_page({"r": make_rate("r", *map(int, c.split()))}) for c in cases)
        assert claim(told, f"'{word}', 'r'") == word
        assert "holder ikke: r er" in refuse(refused, f"'{word}', 'r'")
    plans = Figure("plans", 73, numerator=73, denominator=75)
    assert claim(make_page({"plans": plans}), "'næsten alle', 'plans'") == "næsten alle"
    assert "ingen andel" in refuse(make_page({"x": 3}), "'over halvdelen', 'x'")


OTHERS = {"t.a": 27, "t.b": 17, "t.c": 1, "u.a": 9, "u.b": 9, "x": 28, "y": 30}
OTHERS |= {"goals.x": 30, "goals.x.met": True, "goals.y": 30, "goals.y.met": False}
OTHERS |= {"jobs.other": 73, "jobs.jobcentre": 56}
# What is claimed of these figures, and, where it does not hold, what is said.
SAID = r"""
'flest', 't.a', blandt='t.*'
'færrest', 't.c', blandt='t.*'
'flest', 't.b', blandt='t.*' -> t\.b er 17 i rapport 2019, og t\.a er 27
'flest', 'u.a', blandt='u.*' -> holder ikke
'nået', 'goals.x'
'endnu ikke nået', 'goals.y'
'nået', 'goals.y' -> goals\.y\.met er nej
'flere', 'jobs.other', mod='jobs.jobcentre'
'flere', 'jobs.jobcentre', mod='jobs.other' -> jobs\.jobcentre er 56 .* og jobs\.other er 73
'næsten', 'x', mod='y'
'næsten', 'y', mod='x' -> holder ikke
"""


def test_most_goals_and_one_figure_against_another_are_told_where_they_hold():
    for line in SAID.strip().splitlines():
        call, _, said = line.partition(" -> ")
        if said:
            assert re.search(said, refuse(make_page(OTHERS), call)), line
        else:
            assert claim(make_page(OTHERS), call) == call.split("'")[1]


def test_what_tells_of_hidden_figures_is_refused_unless_what_is_shown_says_it_already():
    rate = make_rate("outcomes.x.period.success_wide", 1, 15)
    values = {rate.figure: rate}
    call = f"'under halvdelen', '{rate.figure}'"
    page = make_page(values, hidden=[rate.figure])
    with pytest.raises(UsageError, match="outcomes.x.period.success_wide er ikke med"):
        claim(page, call)
    assert claim(make_page(values, edition="internal"), call) == "under halvdelen"
    names = [f"outcomes.x.exit.{letter}" for letter in "abc"]
    counts = dict(zip(names, (20, 3, 2), strict=True))
    call = f"'flest', '{names[0]}', blandt='outcomes.x.exit.*'"
    page = make_page({**counts, "whole": 25}, hidden=names[1:])
    assert claim(page, f"{call}, af='whole'") == "flest"
    assert "kan ikke ses af de tal" in refuse(page, call)


def test_a_claims_word_carries_its_figures_and_one_that_cannot_be_made_says_why_and_where():
    page = make_page({"x": Figure("x", 2, year=2019)}, {"x": Figure("x", 1, year=2018)})
    shown = render_text(page, "{{ paastand('steget', 'x') }}")
    assert shown == '[steget]{data-figure="2019/x 2018/x"}'
    with pytest.raises(UsageError, match="“stegt” er ikke en kendt påstand.*“ste"):
        claim(page, "'stegt', 'x'")
    with pytest.raises(DataError, match=r"^tekst/a\.md linje 12: Påstanden “faldet”"):
        render_text(page, "En linje\n\n{{ paastand('faldet', 'x') }}", "tekst/a.md", 10)
    assert "ingen tidligere rapport" in refuse(make_page({"x": 1}), "'steget', 'x'")


def test_a_number_in_words_beside_a_sensitive_reason_is_an_error_and_kinds_alone_are_not():
    codes = read_maps(ROOT, 2019).codes["exit_reasons"].values()
    text = "Nogle kom i fængsel. To\nsagsbehandlere spurgte.\n\nDet gik,\nog tre fik barsel.\n"
    (problem,) = lint_few(text, "tekst/a.md", codes, {})
    assert problem.file == "tekst/a.md linje 5" and "“barsel”" in problem.message
    assert problem.severity == "error" and "Fjern tallet" in problem.advice
    hidden = {3: ["Stoppet pga. udfordringer"]}
    held = list(lint_few("Tre stoppede. To stoppede. Tre kom.", "tekst/a.md", codes, hidden))
    assert ["“Tre”" in each.message and "beskyttet" in each.message for each in held] == [True]
