"""The data dictionary: every stored column is described, and the pages are up to date."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT
from socok_analysis.figures.dictionary import (
    describe_columns,
    list_described,
    list_values,
    read_words,
)
from socok_analysis.figures.dictionary_page import PAGES, make_page
from socok_analysis.figures.formulas import read_formulas

Socok = Callable[..., int]


def find_entry(table: str, column: str, language: str = "da") -> object:
    """Return what the dictionary of the example project says of a column."""
    entries = describe_columns(ROOT, language)  # type: ignore[arg-type]
    return next(e for e in entries if (e.table, e.column) == (table, column))


def test_every_stored_column_is_described_and_nothing_else(project: Path, socok: Socok) -> None:
    from socok_analysis.intake.tables import read_tables

    assert socok("tidy", 2019, "--quiet") == 0
    tables = read_tables(project / "data/processed/2019")
    stored = {(name, column) for name, table in tables.items() for column in table.columns}
    assert stored == {(table, row["column"]) for table, row in list_described()}


def test_every_meaning_and_unit_is_there_in_both_languages() -> None:
    for row in read_words():
        assert row["meaning_da"] and row["meaning_en"], row
        assert bool(row["unit_da"]) == bool(row["unit_en"]), row


@pytest.mark.parametrize("language", PAGES)
def test_the_pages_in_docs_are_up_to_date(language: str) -> None:
    text = (ROOT / "docs" / PAGES[language]).read_text(encoding="utf-8")  # type: ignore[index]
    assert text == make_page(ROOT, language), "run: socok dictionary --out docs"  # type: ignore[arg-type]


def test_a_column_knows_the_figures_that_look_at_it() -> None:
    figures = find_entry("courses", "is_veteran").figures  # type: ignore[attr-defined]
    assert figures == ("agreements.{p}.veteran_share",)
    reasons = find_entry("exits", "exit_reason").figures  # type: ignore[attr-defined]
    assert "outcomes.{p}.exit.{code}" in reasons
    summed = find_entry("grants", "amount_dkk").figures  # type: ignore[attr-defined]
    assert "grants.total" in summed
    looked_up = find_entry("jobs", "channel").figures  # type: ignore[attr-defined]
    assert "jobs.jobcentre" in looked_up


def test_every_column_a_formula_names_is_in_the_dictionary() -> None:
    named = {name for e in describe_columns(ROOT) for name in e.figures}
    without_conditions = {"outcomes.{p}.reasons"}
    assert {row["pattern"] for row in read_formulas()} - named <= without_conditions


def test_headings_of_each_year_are_told_with_the_year_they_hold_from(project: Path) -> None:
    path = project / "data/raw/maps/meetings.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "2020,Mødedato,Status,,,,\n", encoding="utf-8")
    entry = next(
        e for e in describe_columns(project) if (e.table, e.column) == ("meetings", "held_on")
    )
    assert entry.headings == ("fra 2018: “Dato”", "fra 2020: “Mødedato”")


def test_codes_come_with_every_label_and_how_they_are_counted() -> None:
    code = next(v for v in list_values(ROOT) if (v.list, v.code) == ("channels", "jobcenter"))
    assert "Jobcentret" in code.labels and code.counted == "channel_group: jobcentre"


def test_the_dictionary_is_printed_as_csv_and_json(
    socok: Socok, capsys: pytest.CaptureFixture[str]
) -> None:
    assert socok("dictionary", "--language", "en", "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) == len(list(list_described()))
    assert socok("dictionary", "--format", "json") == 0
    assert set(json.loads(capsys.readouterr().out)) == {"columns", "codes", "definitions"}
