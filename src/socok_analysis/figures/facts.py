"""Single stated facts, such as approved places: told in the exports, not counted from rows.

`units.csv` in the package says what a unit counts. Facts whose unit belongs to one person are
not told, nor those the export itself marks as disputed; dates and other values that are no
number are told, but are no figures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from socok_analysis.core.lists import read_declaration
from socok_analysis.figures.figure import Figure
from socok_analysis.intake.enterprises import make_slug, split_aliases
from socok_analysis.workbook.cells import fold

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("facts",)
SINGLE, PERSONS = "one person", "persons"
DISPUTED = "(som oplyst)"
NUMBER = re.compile(r"\d+([.,]\d{1,2})?")
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")


class Fact(NamedTuple):
    """A row of the key facts with its figure's name, and its value where that is a number.

    `owner` is the enterprise it is about, or the slug of another subject.
    """

    figure: str
    owner: str
    subject: str
    fact: str
    value: str
    number: float | int | None
    unit: str
    as_of: str


@cache
def read_units() -> Mapping[str, str]:
    """Return what each unit counts."""
    return {row["unit"]: row["counts"] for row in read_declaration("figures/units.csv")}


def measure_facts(tables: Mapping[str, pd.DataFrame]) -> list[Figure]:
    """Return every numeric fact as a figure; nothing without the sheet."""
    return [
        Figure(
            fact.figure, fact.number, TABLES, label=f"{fact.subject}: {fact.fact}", unit=fact.unit
        )
        for fact in list_facts(tables)
        if fact.number is not None
    ]


def list_facts(tables: Mapping[str, pd.DataFrame]) -> list[Fact]:
    """Return the facts that may be told, in the order of the sheet; a name told twice gets none."""
    if "facts" not in tables:
        return []
    columns = tables["facts"][["subject", "fact", "value", "unit", "as_of"]].astype(object)
    rows = columns.where(columns.notna(), "").to_numpy().tolist()
    owners = list_owners(tables["enterprises"])
    facts = [make_fact(owners, *map(str, row)) for row in rows if may_tell(row[1], row[3])]
    times = Counter(fact.figure for fact in facts)
    return [f if times[f.figure] == 1 else f._replace(number=None) for f in facts]


def may_tell(fact: str, unit: str) -> bool:
    """Tell whether a fact is neither one person's nor disputed."""
    return read_units().get(unit) != SINGLE and DISPUTED not in fact


def list_owners(register: pd.DataFrame) -> Mapping[str, str]:
    """Return the enterprises' ids by the folded spellings of their names."""
    owners: dict[str, str] = {}
    texts = register[["name", "aliases", "enterprise_id"]].fillna("").to_numpy().tolist()
    for name, aliases, enterprise in texts:
        owners |= {fold(spelling): enterprise for spelling in (name, *split_aliases(aliases))}
    return owners


def make_fact(
    owners: Mapping[str, str], subject: str, fact: str, value: str, unit: str, as_of: str
) -> Fact:
    """Return one fact; those that count persons have names of their own."""
    owner = owners.get(fold(subject)) or make_slug(subject)
    family = "facts.persons" if read_units().get(unit) == PERSONS else "facts"
    name = f"{family}.{owner}.{make_slug(fact)}"
    return Fact(name, owner, subject, fact, value, read_number(value), unit, as_of)


def read_number(text: str) -> float | int | None:
    """Return a value as a number where it is one: 40, 3.5, 3,5 and 24.000."""
    if THOUSANDS.fullmatch(text):
        return int(text.replace(".", ""))
    if not NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number
