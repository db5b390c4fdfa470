"""`socok new`: a year's folder that says what is missing, and never overwrites."""

import tomllib
from collections.abc import Callable

import pytest

Socok = Callable[..., int]


@pytest.fixture
def made(project, socok):
    """The folder `socok new 2020` makes."""
    assert socok("new", 2020) == 0
    return project / "data/raw/2020"


def test_a_new_year_has_settings_texts_and_a_checklist(made):
    names = {path.name for path in made.iterdir()}
    assert names == {"year.toml", "TJEKLISTE.md", "afvigelser.csv", "rettelser.csv", "tekst"}
    for name in ("6-1-csr", "virksomheder/sumak"):
        assert (made / f"tekst/{name}.md").is_file()


def test_the_settings_have_what_is_known_and_leave_the_dates_to_be_filled_in(made):
    text = (made / "year.toml").read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    assert settings["report"]["year"] == 2020
    assert str(settings["report"]["previous_evaluation_date"]) == "2020-04-30"
    assert settings["goals"]["jobs_per_year"] == 30
    assert "period_start" not in settings["report"] and "# period_start" in text


def test_a_text_has_its_headings_and_last_years_recommendation_in_a_comment(made):
    text = (made / "tekst/6-8-ansaettelser.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    parts = ["Indledning", "Opfølgning", "Siden sidst", "Opsummering", "Anbefaling"]
    assert headings == ["# 6.8 Tilføjelse B: ansættelser", *(f"## {part}" for part in parts)]
    comment = text.partition("Anbefalingen i rapport 2019 lød:")[2].partition("-->")[0]
    assert "arbejdes for mindst" in comment


def test_only_what_a_section_is_about_is_taken_over_as_text(made, project):
    from socok_analysis.intake.texts import Words

    text = Words(project, 2020).text("6-8-ansaettelser")
    assert text and [p.heading for p in text.parts if p.body and p.heading] == ["Indledning"]
    intro = Words(project, 2020).text("maal")
    assert intro and intro.find("Indledning") is None


def test_the_checklist_has_dates_exports_and_every_text(made):
    text = (made / "TJEKLISTE.md").read_text(encoding="utf-8")
    exports, texts = ("forløbsudtræk", "venteliste (kan mangle)"), ("6-1-csr", "virksomheder/sumak")
    for item in ("`period_start`", *exports, *(f"`{name}.md`" for name in texts)):
        assert f"- [ ] {item}" in text
    assert "socok check 2020" in text


def test_a_report_right_after_lists_all_that_is_missing(made, socok, capsys):
    capsys.readouterr()
    assert socok("report", 2020) == 1
    said = capsys.readouterr().err
    dates = ("period_start", "period_end", "evaluation_date")
    exports = ("forløbsudtræk", "ansættelser", "samarbejdsaftaler", "virksomheder.")
    csr = "6-1-csr.md: Siden sidst, Opsummering, Anbefaling, Opfølgning"
    goals = "maal.md: Indledning, Mål, Ansættelser, Forløb, Det videre arbejde"
    for part in (*dates, *exports, goals, csr):
        assert part in said
    assert "slags mere" not in said, "nothing is left out of the list"


def test_an_existing_year_is_refused_and_left_as_it_is(project, socok, capsys):
    before = {path: path.read_bytes() for path in (project / "data/raw/2019").rglob("*.*")}
    assert socok("new", 2019) == 2
    assert "findes allerede" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("year", [20, 12020])
def test_what_is_no_year_is_refused(project, socok, year):
    assert socok("new", year) == 2
    assert not (project / f"data/raw/{year}").exists()


def test_the_first_year_of_a_project_needs_no_year_before(project, socok):
    assert socok("new", 2010) == 0
    text = (project / "data/raw/2010/tekst/6-1-csr.md").read_text(encoding="utf-8")
    assert "Opfølgning" not in text and "rapport" not in text
