"""The data dictionary says what every stored column means, and names no other."""

import re

from conftest import ROOT
from socok_analysis.intake.tables import read_tables

PAGE = ROOT / "docs/dataordbog.md"


def test_every_stored_column_is_described_and_nothing_else(prepared):
    tables = read_tables(prepared / "data/processed/2019")
    *sections, everywhere = PAGE.read_text(encoding="utf-8").split("\n## ")[1:]
    common = set(re.findall(r"^\| `(\w+)` \| \S", everywhere, re.MULTILINE))
    told = {
        re.search(r"\(`(\w+)`\)", section)[1]: set(
            re.findall(r"^\| `(\w+)` \| \S", section, re.MULTILINE)
        )
        for section in sections
    }
    assert {name: own | common for name, own in told.items()} == {
        name: set(table.columns) for name, table in tables.items()
    }
