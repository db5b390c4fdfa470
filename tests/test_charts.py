"""Charts: what they say, what they leave out, and that they can be read on a phone."""

import re
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from socok_analysis.disclosure import HIDDEN
from socok_analysis.figures.figure import Figure
from socok_analysis.show.drawing import NIGHT, WIDTH_INCHES, save_chart
from socok_analysis.show.jobs import choose_side, save_trend
from socok_analysis.show.notebook import CHARTS
from socok_analysis.show.outcomes import place_labels
from socok_analysis.show.page import Page
from socok_analysis.show.places import make_occupancy, make_plans
from socok_analysis.show.values import count_nouns
from test_show import make_page

NARROWEST = 308  # pixels of a chart on a page of 320


@pytest.fixture(autouse=True)
def hidden(monkeypatch):
    """Figures hidden by name, as a protection plan would; the others are shown."""
    names = set()
    monkeypatch.setattr(Page, "may_show", lambda _, figure: figure.figure not in names)
    monkeypatch.setattr(Page, "name", lambda *_: "Stedet")
    return names


@pytest.fixture
def place(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_partner(*figures):
    return replace(make_page(*figures), partner="x")


def list_months(*in_use):
    """Return the figures of a place with three agreed, for the months from January."""
    months = [
        Figure(f"occupancy.x.2019-{n:02d}.{name}", value)
        for n, used in enumerate(in_use, 1)
        for name, value in (("in_use", used), ("places", 3))
    ]
    over = sum(used > 3 for used in in_use)
    totals = [Figure("occupancy.x.months_over", over), Figure("occupancy.x.months", len(in_use))]
    return [*months, *totals]


def test_a_caption_says_what_is_seen_in_the_right_number():
    for over, said in (
        ((2, 4), "I 1 af 2 måneder var der flere"),
        ((2, 3), "på intet tidspunkt flere"),
        ((4,), "I 1 af 1 måned var der flere"),
    ):
        chart = CHARTS["occupancy"](make_partner(*list_months(*over)))
        assert said in chart.caption.replace("\u00a0", " ")
    counts = [count_nouns(Figure("n", n, unit="antal"), "sted", "steder") for n in (0, 1, 3)]
    told = [text.replace("\u00a0", " ") for text in counts]
    assert told == ["ingen steder", "1 sted", "3 steder"]


def test_a_hidden_month_is_marked_not_named_and_told_with_the_legend_of_what_is_hidden(hidden):
    hidden |= {"occupancy.x.2019-02.in_use", "occupancy.x.months_over"}
    page = make_partner(*list_months(2, 1, 3))
    chart = CHARTS["occupancy"](page)
    assert f"feb. 2019: {HIDDEN} af 3" in chart.alt and ": 1 af 3" not in chart.alt
    assert "occupancy.x.2019-02.in_use" not in {figure.figure for figure in chart.figures}
    assert "intet tidspunkt" not in chart.caption and "flere" not in chart.caption
    table = make_occupancy(page)
    assert "\\[c\\]" in table.rows[1][1] and table.note.startswith("\\[c\\]")
    hidden.add("occupancy.x.2019-01.in_use")
    assert CHARTS["occupancy"](make_partner(*list_months(2))) is None
    hidden.add("plans.x.missing")
    figures = [Figure("plans.x.made", 33), Figure("plans.x.missing", 2)]
    table = make_plans(make_partner(*figures))
    assert [row[0] for row in table.rows] == ["Forløb med plan", "Forløb uden plan"]
    assert "\\[c\\]" in table.rows[1][1] and table.note


def make_case(number, *hours):
    days = [date(2019, month, 1) for month in range(1, len(hours) + 1)]
    name = f"progression.case.{number}.{{}}.effective_hours"
    told = zip(days, hours, strict=True)
    return [Figure(name.format(day), value, period_end=day) for day, value in told]


def test_progression_is_steps_in_effective_hours_of_those_who_consent(place):
    figures = [Figure("progression.people", 1), Figure("progression.last.effective_hours", 18.0)]
    assert CHARTS["progression"](make_page(*figures)) is None
    page = make_page(*make_case(1, 3.6, 15, 18), *make_case(2, 5, 7.5), *make_case(3, 4))
    chart = CHARTS["progression"](page)
    assert chart.caption.startswith("Fra 3,6 til 18 effektive timer om ugen")
    assert "Sag 2: 5 den" in chart.alt and "Sag 3" not in chart.alt
    shown = save_chart(page, chart)
    assert (place / "figures/progression.svg").is_file()
    assert "2019/progression.case.1.2019-01-01.effective_hours" in shown


def test_letters_are_large_and_labels_free_of_each_other():
    for shares in ((0.9, 0.05, 0.05), (0.25, 0.25, 0.25, 0.25), (0.01, 0.01, 0.98), (1.0,)):
        middles = place_labels(list(shares), [0.2] * len(shares))
        gaps = [upper - lower for upper, lower in zip(middles, middles[1:], strict=False)]
        assert all(gap > 0.199 for gap in gaps)
        assert middles[0] <= 0.901 and middles[-1] >= 0.099
    style = files("socok_analysis.show").joinpath("socok.mplstyle").read_text(encoding="utf-8")
    sizes = [float(line.split(":")[1]) for line in style.splitlines() if "size: " in line]
    letters = [size for size in sizes if size]
    assert min(letters) * NARROWEST / (WIDTH_INCHES * 72) >= 11


def test_an_svg_brings_its_colours_on_a_dark_page_and_none_is_forgotten(place):
    page = make_partner(*list_months(2, 4))
    save_chart(page, CHARTS["occupancy"](page) or pytest.fail())
    drawn = next(place.rglob("*.svg")).read_text(encoding="utf-8")
    used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", drawn.partition("<style>@media")[0]))
    assert used and used <= set(NIGHT) and "prefers-color-scheme:dark" in drawn


def make_years(*values, low=None):
    """Return the page of the last of some reports that have the rate r, the first of 2017."""
    by_year = {
        year: {"r": Figure("r", value, unit="andel", year=year, low=low, high=low and low + 0.2)}
        for year, value in enumerate(values, 2017)
    }
    page = make_page()
    return Page(replace(page.year, year=max(by_year)), page.edition, "", by_year)


def test_a_trend_tells_each_report_with_interval_and_goal_and_never_a_hidden_one(
    place, monkeypatch
):
    shown = save_trend(make_years(0.5, 0.25, 0.75, low=0.1), "r").replace("\\", "")
    said = shown.replace("\u00a0", " ")
    assert "50,0 % (interval 10,0–30,0 %) i rapport 2017" in said and "75,0 %" in said
    assert 'data-figure="2017/r 2018/r 2019/r"' in shown
    assert {path.suffix for path in (place / "figures").iterdir()} == {".svg", ".png"}
    drawn = []
    for goal in (None, Figure("goals.g", 0.6)):
        save_trend(make_years(0.5, 0.7), "r", goal)
        drawn.append((place / "figures/udvikling-r.svg").read_text().count("dasharray"))
    assert drawn == [0, 1]
    for goal, others, side in (
        (90, [0, 50, 100, 150, 200], -1),  # a gridline right above
        (90, [0, 50, 80, 100, 150, 200], 1),  # and one right below: as good above
        (110, [0, 50, 100, 150, 200], 1),
        (10, [0, 20, 40], 1),  # no room below
    ):
        assert choose_side(goal, 216, others) == side
    assert save_trend(make_years(0.5), "r") == "" == save_trend(make_years(0.5, 0.6), "q")
    monkeypatch.setattr(Page, "may_show", lambda _, figure: figure.year != 2018)
    assert save_trend(make_years(0.5, 0.25), "r") == ""
    assert "25,0" not in save_trend(make_years(0.5, 0.25, 0.75), "r")
    assert "2018" not in save_trend(make_years(0.5, 0.25, 0.75), "r")
