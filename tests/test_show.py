"""What pages show: figures in, Markdown out. Text is text, numbers Danish, few people unseen."""

import re
from dataclasses import replace
from datetime import date
from importlib.resources import files

import pytest

from pages import BEFORE, FEW, make_page
from socok_analysis.core.danish import format_day, format_number, format_share, round_half_up
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.disclosure.public import Public, Withheld
from socok_analysis.figures.figure import Figure, difference, share
from socok_analysis.figures.measure import Fact, Reservation
from socok_analysis.show.drawing import BLUE, NIGHT, WIDTHS, chart_bars, save_chart, save_drawing
from socok_analysis.show.markdown import format_figure, format_interval, lead_in
from socok_analysis.show.notebook import CHARTS, SENTENCES, TABLES
from socok_analysis.show.page import BrokenSeries, read_parameters
from socok_analysis.show.partner import QUESTIONS, answer_question
from socok_analysis.show.text import flatten, render_text, show_fact

NARROWEST = 308  # pixels of a chart on a page of 320


def rate(name, part, whole, **kept):
    return replace(share(f"outcomes.hus.{name}", part, whole), unit="andel", **kept)


def plain(text):
    text = re.sub(r"\[([^\]]*)\]\{[^}]*\}", r"\1", text)
    return re.sub(r"[\\*]", "", text).replace("\u00a0", " ")


def say(page, name):
    told = SENTENCES[name]
    told = told(page) if callable(told) else page.fill(*told)
    return plain(told if isinstance(told, str) else "".join(told))


def test_numbers_shares_and_days_are_written_the_danish_way_and_a_missing_value_is_no_zero():
    numbers = {
        **{(2.5, 0): "3", (0.5, 0): "1", (1.005, 2): "1,01", (1071573, 0): "1.071.573"},
        **{(96.75, 1): "96,8", (-4, 0): "-4", (1234.5, 1): "1.234,5"},
    }
    assert {each: format_number(*each) for each in numbers} == numbers
    shares = {11 / 40: "27,5 %", 37 / 68: "54,4 %", 0.0005: "0,1 %", 1: "100,0 %"}
    assert {n: format_share(n).replace("\u00a0", " ") for n in shares} == shares
    assert format_day(date(2020, 4, 30)) == "30.\u00a0april 2020"
    halves = (round_half_up(0.285 * 100, 1), round_half_up(-2.5))
    assert list(map(str, halves)) == ["28.5", "-3"], "where floats are short, and below zero"
    assert format_figure(Figure("x", None)) == format_interval(Figure("x", None)) == "ikke opgjort"
    counted = Figure("x", 0.5, numerator=4, denominator=8, unit="andel")
    assert format_figure(counted) == "50,0\u00a0%"
    assert format_figure(Figure("x", 0.5, unit="andel")) == "50\u00a0%"
    counts = [Figure("n.x", n, unit="antal") for n in (0, 1, 3)]
    told = [plain(make_page(count).fill("{n.x|sted/steder}")) for count in counts]
    assert told == ["ingen steder", "1 sted", "3 steder"]


def test_what_an_edition_does_not_tell_is_not_there_and_the_page_says_why():
    hidden, shown = rate("success_wide", 1, 15), Figure("jobs.total", 129)
    names = [hidden.figure, shown.figure]
    page = make_page(hidden, shown, hidden=names[:1])
    assert page.find(names[0]) is None and [f.figure for f in page.tell(names)] == names[1:]
    assert page.why(names[0]) == FEW and page.why(names[1]) == page.why("jobs.nothing") == ""
    with pytest.raises(UsageError, match=f"{names[0]} er ikke med i den offentlige udgave"):
        page.figure(names[0])
    with pytest.raises(UsageError, match="Mente du “jobs.total”"):
        page.figure("jobs.totla")
    inside = make_page(hidden, shown, edition="internal")
    assert inside.figure(names[0]).value == hidden.value
    text = "{% if findes('X') %}{{ andel('X') }}{% else %}intet{% endif %}".replace("X", names[0])
    assert render_text(page, text) == "intet" and "6,7" in render_text(inside, text)
    fact = Fact("facts.persons.hus.elever", "hus", "Hus", "Elever", "2", 2, "elever", "")
    told = Figure(fact.figure, 2)
    assert show_fact(make_page(told, hidden=[told.figure]), fact) == "", "no profile tells it"
    assert plain(show_fact(make_page(told), fact)) == "2"


def test_a_sentence_has_its_figures_or_is_not_said_and_says_what_is_made_up_or_of_another_day():
    held = Reservation("plans.*", "opdigtede datoer", "Datoerne er opdigtede.")
    figures = [Figure("jobs.total", 1), Figure("plans.hus.made", 0), rate("stopped", 2, 8)]
    old = replace(figures.pop(), period_end=BEFORE)
    page = make_page(*figures, old, partner="hus", reservations=[held])
    for text, told in (
        ("Der er {jobs.total|plads/pladser}.", "Der er 1 plads."),
        ("{jobs.total@} og {jobs.total}.", ""),
        ("Der er {plans.P.made}.", "Der er 0 (opdigtede datoer)."),
        ("Der er {plans.P.made!}.", ""),
        ("{outcomes.P.stopped|af}.", "2 af 8 (opgjort den 31. december 2018)."),
    ):
        assert plain(page.fill(text)) == told


SINCE = [
    *(Figure("outcomes.hus.completed", 68), Figure("outcomes.hus.period.completed", 34)),
    *(rate("success_wide", 37, 68), rate("success_narrow", 22, 68), rate("stopped", 10, 68)),
    *(rate("period.success_wide", 15, 34), rate("period.success_narrow", 6, 34)),
    rate("period.stopped", 9, 34),
]
COUNTED = {"success_wide": 22, "success_narrow": 16, "stopped": 1}
THEN = [rate(name, part, 34, period_end=BEFORE) for name, part in COUNTED.items()]
CHANGES = [
    replace(difference(f"outcomes.hus.change.{name}", now, then), unit="procentpoint")
    for name, now, then in zip(COUNTED, SINCE[5:7], THEN, strict=False)
]


def test_a_partners_result_is_told_since_last_time_with_whether_chance_explains_it():
    page = make_page(*SINCE, *CHANGES, earlier=THEN, partner="hus")
    told = say(page, "since")
    assert "44,1 % (15 af 34) gik videre; ved opgørelsen dengang var det 64,7 % (22 af 34)." in told
    assert "Forskellen kan være tilfældig." in told
    assert "47,1 % (16 af 34). Forskellen er større, end tilfældigheder plejer at give." in told
    assert not re.search(r"Fisher|Newcombe|\bp\b|konfidens", told)
    message = say(page, "partner_message")
    assert "En mindre del end før kommer videre" in message and not re.search(r"\d", message)
    broken = BrokenSeries(pattern="outcomes.hus.stopped", year=2019, reason="sygdom tæller nu med.")
    told = replace(page, breaks=[broken])
    assert say(told, "since").endswith("Databrud: sygdom tæller nu med."), "not of who went on"
    assert "stopper" in message and "stopper" not in say(told, "partner_message")
    hidden = [figure.figure for figure in SINCE if ".period." in figure.figure]
    few = make_page(*SINCE, earlier=THEN, partner="hus", hidden=hidden)
    assert f"vises ikke for sig. {FEW}" in say(few, "since")
    assert "37 af de 68 forløb" in say(page, "result") and "32,4 %" in say(page, "result")


def test_the_rest_is_told_in_kinds_and_each_number_only_where_it_may_be():
    other = [rate("other", 13, 40), Figure("outcomes.hus.exit.faengsel", 1)]
    page = make_page(*other, partner="hus", hidden=["outcomes.hus.exit.faengsel"])
    told = say(page, "rest")
    assert "fraflyttet kommunen" in told and "fængsel" in told, "a kind is no number"
    assert f"Hvor mange der er af hver, vises ikke. {FEW}" in told
    assert "fængsel (1)" in say(make_page(*other, edition="internal", partner="hus"), "rest")
    assert say(make_page(partner="hus"), "rest").startswith("Aftalen har intet mål")
    led = Figure("outcomes.hus.exit.fleksjob", 9)
    assert "var blandt andet fleksjob (9)" in say(make_page(*SINCE, led, partner="hus"), "result")


PLACES = {"places": 8, "extra_places": 2, "in_use": 7, "vacant": 1, "waiting": 1}


def test_questions_are_answered_by_what_is_told_and_say_nothing_of_what_is_not():
    agreed = [Figure(f"agreements.hus.{name}", n) for name, n in PLACES.items()]
    in_use, has_plan = "Er forløbene i brug?", "Har deltageren en plan?"
    told = "Aftalen er på 8 pladser, og 2 mere kan bruges efter behov."
    used = "Den 31. december 2019 var 7 i brug og 1 ledig, og 1 stod på venteliste."
    whole = make_page(*agreed, partner="hus")
    assert ask(whole, in_use) == f"Ja, men ikke alle pladser. {told} {used}"
    assert ask(make_page(*agreed[:2], partner="hus"), in_use) == told
    empty = make_page(partner="hus")
    assert not any(ask(empty, question) for question in (*QUESTIONS, "Hvordan er samarbejdet?"))
    silent = ("lasting", "forms")
    assert {name: say(empty, name) for name in silent} == dict.fromkeys(silent, "")
    assert "intet resultat" in say(empty, "result") and "første opgørelse" in say(empty, "since")
    plan = Figure("agreements.hus.plans", 73, numerator=73, denominator=75)
    in_time = replace(share("plans.hus.in_time", 0, 75), unit="andel")
    figures = plan, in_time, Figure("agreements.hus.plan_after_weeks", 1)
    told = ask(make_page(*figures, partner="hus"), has_plan)
    assert told.startswith("Ja, næsten alle. 73 af 75 startede forløb har fået en plan.")
    assert "efter 1 uge; det gjorde den i 0,0 % (0 af 75) forløb" in told
    held = [Reservation("plans.*", "opdigtede datoer", "Datoerne er opdigtede.")]
    told = ask(make_page(*figures, partner="hus", reservations=held), has_plan)
    assert told.endswith("foreligge efter 1 uge."), "no reproach is made of what is made up"


def ask(page, question):
    return plain(answer_question(page, question))


def test_jobs_by_form_are_one_row_in_both_reports_where_one_has_merged_them():
    """As the example: 3 in 2019 are told together, and 3 of 2018 as full time alone."""
    start, merged = "jobs.type.", "jobs.type.fuldtid+hybrid"
    before = [Figure(f"{start}{code}", n) for code, n in {"fleksjob": 21, "fuldtid": 3}.items()]
    page = make_page(earlier=[*before, Figure(f"{start}hybrid", 0)])
    own = (Figure(f"{start}fleksjob", 17, year=2019), Figure(merged, 3, year=2019))
    into = {f"{start}{code}": Withheld(FEW, merged) for code in ("fuldtid", "hybrid")}
    told = {**page.told, 2019: Public({figure.figure: figure for figure in own}, into)}
    rows = [[plain(cell) for cell in row] for row in TABLES["forms"](replace(page, told=told)).rows]
    assert rows == [["Fleksjob", "17", "21"], ["Fuldtid og hybrid", "3", "3"]]


def test_a_long_label_of_groups_told_together_leaves_the_bars_their_room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    label = "Afventer afklaring, stoppet pga. massive udfordringer eller andre årsager"
    save_drawing(chart_bars("x", "", "", [(label, [(12, "12 (35 %)", BLUE)])], []), "x")
    drawn = (tmp_path / "figures/x-smal.svg").read_text(encoding="utf-8")
    lines = re.findall(r">([^<>]+)</text>", drawn)
    assert " ".join(lines[:2]) == label and max(map(len, lines)) < 42


def test_a_list_is_one_sentence_in_a_tables_cell():
    advice = "Det anbefales,\n\n- at begynde\n- at holde fast\n- at slutte."
    assert flatten(advice) == "Det anbefales, at begynde, at holde fast, at slutte."


def test_words_in_front_stand_above_what_is_no_paragraph():
    for block in ("| A | B |", "1. en", "- en", "> sagt", "### Hoved", "::: {.x}", "![b](b.png)"):
        assert lead_in("Siden sidst.", block) == f"**Siden sidst.**\n\n{block}"
    for text in ("**Fed** først.", "*Kursiv*.", "[Link](x.dk)", "19 kom"):
        assert lead_in("Siden sidst.", text) == f"**Siden sidst.** {text}"


def test_main_points_are_at_most_six_sentences_however_many_partners_there_are():
    for partners in (1, 2, 30):
        figures = [Figure("recommendations.total", 12), Figure("goals.enterprises.met", True)]
        for n in range(partners):
            for name in ("success_wide", "success_narrow"):
                figures.append(replace(share(f"outcomes.p{n}.{name}", 11, 40), unit="andel"))
        points = say(make_page(*figures), "conclusions").splitlines()
        assert 2 <= len(points) <= 6
        assert all(len(re.findall(r"[.!?](?:\s|$)", point)) == 1 for point in points)


def test_a_result_that_still_stands_is_told_once_and_its_day_small():
    old = [rate(n, 11, 40, period_end=BEFORE) for n in ("success_wide", "success_narrow")]
    page = make_page(*old, earlier=old)
    said = say(page, "key_figures")
    assert "27,5 %]{.value}" in said and said.count("opgjort") == 1
    assert "af alle afsluttede forløb, opgjort den 31. december 2018" in said
    said = say(page, "conclusions")
    assert "11 af 40" in said and "før var det" not in said and "opgjort den 31. december" in said
    then = [rate(n, 4, 25, period_end=BEFORE) for n in ("success_wide", "success_narrow")]
    now = [rate(n, 11, 40, period_end=date(2019, 12, 31)) for n in ("success_wide",)]
    assert "før var det 4 af 25" in say(make_page(*now, earlier=then), "conclusions")


def test_what_is_said_of_forms_is_of_this_year_and_nothing_of_what_has_not_changed():
    def count(**forms):
        ways = {"type": int, "per_12_months": float}
        made = [(way, kind, *form) for way, kind in ways.items() for form in forms.items()]
        return [Figure(f"jobs.{w}.{c}", kind(n), label=c.title()) for w, kind, c, n in made]

    one = Figure("recommendations.total", 1)
    page = make_page(
        one, *count(fleksjob=4, loentilskud=9), earlier=count(fleksjob=4.2, loentilskud=3)
    )
    said = say(page, "conclusions")
    assert "gennem jobcentret fra 3 til 9 i job med løntilskud." in said and "fra 4" not in said
    assert "slutter med 1 anbefaling." in said
    same = make_page(*count(fleksjob=4), earlier=count(fleksjob=4))
    assert "tolv måneder" not in say(same, "conclusions")
    cases = [  # this year, the year before, what is the most common
        ({"fleksjob": 4, "loentilskud": 9}, {"fleksjob": 20, "loentilskud": 12}, "Loentilskud er"),
        ({"fleksjob": 4, "loentilskud": 4}, {"fleksjob": 9, "loentilskud": 9}, "flere former"),
    ]
    for now, then, headline in cases:
        page = make_page(*count(**now), earlier=count(**then))
        assert headline in CHARTS["forms"](page).headline
        assert ("løntilskud er den hyppigste" in say(page, "jobs_message")) == ("Loen" in headline)
    merged, page = Figure("jobs.type.deltid+hybrid", 5), make_page(*count(fleksjob=4))
    into = {"jobs.type.deltid": Withheld(FEW, merged.figure)}
    told = {2019: Public({**page.figures, merged.figure: merged}, into)}
    assert "flere former" in CHARTS["forms"](replace(page, told=told)).headline


def test_a_chart_has_a_short_headline_and_its_numbers_in_its_alt_text(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    months = [
        Figure(f"occupancy.hus.2019-{n:02d}.{name}", value)
        for n, used in enumerate((2, 4), 1)
        for name, value in (("in_use", used), ("places", 3))
    ]
    now, then = (Figure("jobs.per_12_months.fleksjob", n, label="fleksjob") for n in (13, 21))
    told = Figure("jobs.type.fleksjob", 17, label="Fleksjob")
    page = make_page(*SINCE, *months, now, told, earlier=[*THEN, then], partner="hus")
    headlines = {"occupancy": "flere i forløb", "outcomes": "videre", "forms": "fleksjob"}
    for name, said in headlines.items():
        chart = CHARTS[name](page)
        assert chart and said in chart.headline.lower() and len(chart.headline.split()) <= 10
        assert re.search(r"\d", chart.alt) and chart.caption
        shown = save_chart(page, chart)
        assert shown.index("chart-title") < shown.index("![") and 'data-figure="2019/' in shown
    for path in tmp_path.rglob("*.svg"):
        drawn = path.read_text(encoding="utf-8")
        body = drawn.partition("<style>@media")[0]
        used = set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", body))
        assert used and used <= set(NIGHT) and "prefers-color-scheme:dark" in drawn
    style = files("socok_analysis.show").joinpath("socok.mplstyle").read_text(encoding="utf-8")
    sizes = [float(line.split(":")[1]) for line in style.splitlines() if "size: " in line]
    assert min(filter(None, sizes)) * NARROWEST / (WIDTHS["-smal"] * 72) >= 11
    assert all(make(make_page(partner="hus")) is None for make in CHARTS.values())


def test_a_text_that_names_or_does_what_nobody_knows_says_so():
    page = make_page(Figure("jobs.total", 129))
    shown = render_text(page, "{{ tal('jobs.total') }} job")
    assert shown == '[129]{data-figure="2019/jobs.total"} job'
    for text in ("{{ ukendt }}", "{{ tal( }}", "{% if %}", "{{ ''.__class__.__mro__ }}"):
        with pytest.raises(DataError, match="Teksten kan ikke udfyldes"):
            render_text(make_page(), text)


def test_a_number_counted_in_a_notebook_that_differs_from_the_figure_stops_the_run():
    page = make_page(Figure("jobs.total", 129), rate("success_wide", 11, 40))
    page.hold("jobs.total", 129)
    page.hold("outcomes.hus.success_wide", 11, 40)
    for counted in (("jobs.total", 128), ("outcomes.hus.success_wide", 11, 41)):
        with pytest.raises(DataError, match=f"Notebooken tæller {counted[1]}.*{counted[0]} er"):
            page.hold(*counted)


def test_a_number_of_a_notebooks_own_stops_a_public_page_and_is_shown_inside():
    for text in (f"Der er {7} i alt.", f"{{{{ {7} }}}} i alt", f"{{{{ '{7}' }}}} i alt"):
        for show in (make_page().text, make_page().title):
            with pytest.raises(DataError, match="beskyttelsen ikke har set"):
                show(text)
        make_page(edition="internal").text(text)
    make_page().text("## Rapport {{ aar }}: siden 1. maj 2019, se punkt 6.1 og § 5")


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
