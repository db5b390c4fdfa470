"""The data dictionary: every stored column is described, and the page is up to date."""

from collections.abc import Callable

from conftest import ROOT
from socok_analysis.figures.dictionary import PAGE, describe_columns, make_page
from socok_analysis.figures.formulas import read_formulas
from socok_analysis.intake.tables import read_tables

Socok = Callable[..., int]


def find(root, table, column):
    """Return what the dictionary of a project says of a column."""
    described = describe_columns(root)
    return next(each for each in described if (each.table, each.column) == (table, column))


def test_every_stored_column_is_described_and_nothing_else(project, socok):
    assert socok("tidy", 2019, "--quiet") == 0
    tables = read_tables(project / "data/processed/2019")
    stored = {(name, column) for name, table in tables.items() for column in table.columns}
    described = describe_columns(ROOT)
    assert stored == {(each.table, each.column) for each in described}
    assert all(each.meaning for each in described)


def test_the_page_in_docs_is_up_to_date():
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert text == make_page(ROOT), "run: python -m socok_analysis.figures.dictionary"
    assert "| channels | `jobcenter` | Jobcenter, Jobcentret | channel_group: jobcentre |" in text


def test_a_column_knows_the_figures_that_look_at_it():
    veteran = find(ROOT, "courses", "is_veteran").figures
    assert veteran == ("agreements.{p}.veteran_share",)
    assert "outcomes.{p}.exit.{code}" in find(ROOT, "exits", "exit_reason").figures
    assert "grants.total" in find(ROOT, "grants", "amount_dkk").figures
    assert "jobs.jobcentre" in find(ROOT, "jobs", "channel").figures
    named = {name for each in describe_columns(ROOT) for name in each.figures}
    assert {row["pattern"] for row in read_formulas()} - named <= {"outcomes.{p}.reasons"}


def test_headings_of_each_year_are_told_with_the_year_they_hold_from(project):
    path = project / "data/raw/maps/meetings.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "2020,Mødedato,Status,,,,\n", encoding="utf-8")
    headings = find(project, "meetings", "held_on").headings
    assert headings == ("fra 2018: “Dato”", "fra 2020: “Mødedato”")
