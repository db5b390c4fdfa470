"""How each figure is counted, declared in `formulas.csv`: which rows, and which of them count.

Conditions stand between `;`. `day`, `previous`, `start`, `end` and `strategy` are the year's
dates, a month its last day; `{p}` and other holes are parts of the figure's name, `{definition}`
one of the rates of `definitions.csv`. The result is the number of rows, of those that count,
their share, a sum, or the sum of what is stated (`stated`: not known where nothing is). The
measures do not read this file: it is a second way to each number, and a test holds the two
together.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from socok_analysis.core.lists import read_declaration
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
    return tuple(parse_condition(part.strip()) for part in text.split(";") if part.strip())


def parse_condition(text: str) -> Condition:
    """Return one condition."""
    column, comparison, *value = text.removeprefix(NOT).split(maxsplit=2)
    return Condition(column, comparison, "".join(value), text.startswith(NOT))


def select_rows(formula: Formula, evidence: Evidence) -> Selection:
    """Return the rows of the tidy table a formula speaks of; none where there is no such table."""
    table = prepare_table(formula.table, evidence)
    base = table[match_all(formula.base, table, formula, evidence)]
    return Selection(base, base[match_all(formula.counted, base, formula, evidence)])


def prepare_table(name: str, evidence: Evidence) -> pd.DataFrame:
    """Return a tidy table with what conditions need of other tables and of code lists."""
    table = evidence.tables[name]
    if name == "waiting_list":
        agreements = evidence.tables["agreements"].set_index("agreement_id")["enterprise_id"]
        return table.assign(enterprise_id=table["agreement_id"].map(agreements))
    if name == "jobs":
        groups = {
            code.code: code.extra["channel_group"]
            for code in evidence.maps.codes["channels"].values()
        }
        return table.assign(channel_group=table["channel"].map(groups))
    return table


def match_all(
    conditions: tuple[Condition, ...], table: pd.DataFrame, formula: Formula, evidence: Evidence
) -> pd.Series:
    """Return which rows meet all the conditions."""
    import pandas as pd

    mask = pd.Series(True, index=table.index)
    for condition in conditions:
        met = match_one(condition, table, formula, evidence)
        mask &= ~met if condition.is_not else met
    return mask


def match_one(
    condition: Condition, table: pd.DataFrame, formula: Formula, evidence: Evidence
) -> pd.Series:
    """Return which rows meet one condition; where the value is missing, none does."""
    if condition.column == "reason":
        return match_reason(condition, table, formula, evidence)
    if condition.comparison == "known":
        return table[condition.column].notna()
    value: object = read_value(condition.value, evidence)
    met = COMPARE[condition.comparison](table[condition.column], value)
    return met.fillna(False).astype(bool)  # type: ignore[no-any-return]


def match_reason(
    condition: Condition, table: pd.DataFrame, formula: Formula, evidence: Evidence
) -> pd.Series:
    """Return which courses have a reason (`is`), one that counts (`has`), or no other (`only`)."""
    exits = evidence.tables["exits"]
    codes = (
        [condition.value]
        if condition.comparison == "is"
        else list_counted(condition.value, formula.partner, evidence)
    )
    fits = exits["exit_reason"].isin(codes)
    if condition.comparison == "only":
        others = table["course_id"].isin(exits.loc[~fits, "course_id"])
        return table["course_id"].isin(exits.loc[fits, "course_id"]) & ~others
    return table["course_id"].isin(exits.loc[fits, "course_id"])


def list_counted(definition: str, partner: str, evidence: Evidence) -> list[str]:
    """Return the exit reasons a rate counts in the year of the evidence."""
    reasons = list_exit_reasons(evidence.maps)
    year = evidence.year.year
    return list_reasons(evidence.maps.definitions, definition, year, partner, reasons)


def read_value(text: str, evidence: Evidence) -> object:
    """Return what a condition's value stands for: a date of the year, yes, a date, or text."""
    dates = list_dates(evidence)
    if text in dates:
        return dates[text]
    if MONTH.fullmatch(text):
        return end_month(text, evidence.year.evaluation_date)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return True if text == YES else text


def end_month(text: str, last: date) -> date:
    """Return the last day of a month such as 2019-04, in the month of `last` that day."""
    first = date.fromisoformat(f"{text}-01")
    end = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return last if first <= last <= end else end


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


def compute(formula: Formula, selection: Selection) -> float | None:
    """Return the figure's value from its rows; None for a share of nothing."""
    how, _, column = formula.result.partition(" ")
    if how == "sum":
        return float(selection.counted[column].sum())
    if how == "stated":
        amounts = selection.counted[column].dropna()
        return float(amounts.sum()) if len(amounts) or not len(selection.counted) else None
    if how == "share":
        return len(selection.counted) / len(selection.base) if len(selection.base) else None
    return float(len(selection.counted))
