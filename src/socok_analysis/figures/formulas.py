"""How each figure is counted, declared in `formulas.csv`: which rows, and which of them count.

Conditions stand between `;`. `day`, `previous`, `start`, `end` and `strategy` are the year's
dates, a month its last day; `{p}` and other holes are parts of the figure's name, `{definition}`
one of the rates of `definitions.csv`. The result is the number of rows, of those that count,
their share, a sum, or the sum of what is stated (`stated`: not known where nothing is). Measures
do not read this file: it is a second way to each number, and a test holds the two together.
"""

from __future__ import annotations

import operator
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from socok_analysis.core.lists import read_declaration
from socok_analysis.figures.counting import is_true
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.outcomes import list_exit_reasons
from socok_analysis.figures.relations import compile_pattern, fill
from socok_analysis.intake.maps import list_names, list_reasons

if TYPE_CHECKING:
    import pandas as pd

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
MONTH = re.compile(r"\d{4}-\d{2}")
NOT, YES = "not ", "ja"
DEFINITION = "definition"


@dataclass(frozen=True)
class Condition:
    """One condition on a row: column, comparison and value; `is_not` turns it round."""

    column: str
    comparison: str
    value: str
    is_not: bool


@dataclass(frozen=True)
class Formula:
    """How one figure is counted."""

    table: str
    base: tuple[Condition, ...]
    counted: tuple[Condition, ...]
    result: str
    partner: str


@dataclass(frozen=True)
class Selection:
    """The rows a figure is about (a rate's denominator), and those of them that count."""

    base: pd.DataFrame
    counted: pd.DataFrame


@cache
def read_formulas() -> tuple[dict[str, str], ...]:
    """Return the declared formulas, their holes not filled."""
    return read_declaration("figures/formulas.csv")


def find_formula(name: str, evidence: Evidence) -> Formula | None:
    """Return how a figure is counted; None where that is not declared."""
    found = find_row(name, evidence)
    return fill_formula(*found) if found else None


def find_row(name: str, evidence: Evidence) -> tuple[dict[str, str], dict[str, str]] | None:
    """Return what is declared of a figure, and what its name has in the holes."""
    rates = list_names(evidence.maps.definitions)
    for row in read_formulas():
        match = compile_pattern(row["pattern"]).fullmatch(name)
        holes = match.groupdict() if match else {}
        if match and (DEFINITION not in holes or holes[DEFINITION] in rates):
            return row, holes
    return None


def fill_formula(row: Mapping[str, str], holes: Mapping[str, str]) -> Formula:
    """Return a declared formula with its holes filled."""
    base, counted = (parse_conditions(fill(row[part], holes)) for part in ("base", "counted"))
    return Formula(row["table"], base, counted, row["result"], holes.get("p", ""))


def parse_conditions(text: str) -> tuple[Condition, ...]:
    """Return the conditions between the semicolons of a cell."""
    conditions = []
    for part in filter(None, map(str.strip, text.split(";"))):
        column, comparison, *value = part.removeprefix(NOT).split(maxsplit=2)
        conditions.append(Condition(column, comparison, "".join(value), part.startswith(NOT)))
    return tuple(conditions)


def select_rows(formula: Formula, evidence: Evidence) -> Selection:
    """Return the rows of the tidy table a formula speaks of."""
    table = evidence.tables[formula.table]
    if formula.table == "waiting_list":
        agreements = evidence.tables["agreements"].set_index("agreement_id")["enterprise_id"]
        table = table.assign(enterprise_id=table["agreement_id"].map(agreements))
    if formula.table == "jobs":
        channels = evidence.maps.codes["channels"].values()
        groups = {code.code: code.extra["channel_group"] for code in channels}
        table = table.assign(channel_group=table["channel"].map(groups))
    base = _keep(formula.base, table, formula, evidence)
    return Selection(base, _keep(formula.counted, base, formula, evidence))


def _keep(
    conditions: Iterable[Condition], table: pd.DataFrame, formula: Formula, evidence: Evidence
) -> pd.DataFrame:
    """Return the rows that meet all the conditions; where the value is missing, none is met."""
    for condition in conditions:
        column, comparison = condition.column, condition.comparison
        if column == "reason":
            met = _match_reason(condition, table, formula.partner, evidence)
        elif comparison == "known":
            met = table[column].notna()
        else:
            value = _read_value(condition.value, evidence)
            met = is_true(COMPARE[comparison](table[column], value))
        table = table[~met if condition.is_not else met]
    return table


def _match_reason(
    condition: Condition, courses: pd.DataFrame, partner: str, evidence: Evidence
) -> pd.Series:
    """Return which courses have a reason (`is`), one that counts (`has`), or no other (`only`)."""
    exits, is_one = evidence.tables["exits"], condition.comparison == "is"
    codes = [condition.value] if is_one else list_counted(condition.value, partner, evidence)
    fits = exits["exit_reason"].isin(codes)
    met = courses["course_id"].isin(exits.loc[fits, "course_id"])
    if condition.comparison == "only":
        met &= ~courses["course_id"].isin(exits.loc[~fits, "course_id"])
    return met


def list_counted(definition: str, partner: str, evidence: Evidence) -> list[str]:
    """Return the exit reasons a rate counts in the year of the evidence."""
    reasons, year = list_exit_reasons(evidence.maps), evidence.year.year
    return list_reasons(evidence.maps.definitions, definition, year, partner, reasons)


def _read_value(text: str, evidence: Evidence) -> object:
    """Return what a condition's value stands for: a date of the year, yes, a date, or text.

    A month is its last day, in the month of the evaluation that day.
    """
    dates = list_dates(evidence)
    if text in dates:
        return dates[text]
    try:
        if MONTH.fullmatch(text):
            first, last = date.fromisoformat(f"{text}-01"), evidence.year.evaluation_date
            end = first.replace(day=monthrange(first.year, first.month)[1])
            return last if first <= last <= end else end
        return date.fromisoformat(text)
    except ValueError:
        return True if text == YES else text


def list_dates(evidence: Evidence) -> dict[str, date | None]:
    """Return the year's dates by the names conditions use."""
    year = evidence.year
    return {
        "day": year.evaluation_date,
        "previous": year.previous_evaluation_date,
        "start": year.period_start,
        "end": year.period_end,
        "strategy": year.strategy_start,
    }
