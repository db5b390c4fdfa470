"""Formulas in Danish words: what is counted, under which conditions, of what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from socok_analysis.core.danish import format_day
from socok_analysis.figures.formulas import YES, Condition, Formula
from socok_analysis.intake.tables import read_columns

THINGS = {
    "courses": "forløb",
    "exits": "afgangsårsager",
    "jobs": "ansættelser",
    "enterprises": "virksomheder og initiativer",
    "agreements": "samarbejdsaftaler",
    "waiting_list": "rækker på ventelisten",
    "meetings": "netværksmøder",
    "grants": "bevillinger",
    "attendance": "ugers fremmøde",
    "progression": "målinger",
    "facts": "nøgleoplysninger",
}
WORDS = {"=": "er", "<=": "senest", ">=": "tidligst", ">": "efter", "<": "før"}
LABELS = {"channel_group": "Vej til jobbet", "enterprise_id": "Virksomhed"}
WORDS_FOR = {"jobcentre": "jobcentret", "awaiting": "afventende"}
REASONS = {
    "has": "mindst én afgangsårsag, der tæller som {}",
    "is": "afgangsårsagen {}",
    "only": "kun afgangsårsager, der tæller som {}",
}
DATES = {
    "day": "opgørelsesdagen",
    "previous": "forrige opgørelsesdag",
    "start": "periodens start",
    "end": "periodens slut",
    "strategy": "strategiens start",
}
HOLES = {
    "{p}": "den nævnte",
    "{code}": "den nævnte",
    "{month}": "månedens sidste dag",
}
Say = Callable[[str, str], str]


def describe_formula(formula: Formula, say: Say) -> str:
    """Return a formula in words. `say` gives the words for a column's value."""
    thing = THINGS[formula.table]
    where = [describe(condition, formula.table, say) for condition in formula.base]
    which = [describe(condition, formula.table, say) for condition in formula.counted]
    how, _, column = formula.result.partition(" ")
    if how == "share":
        return f"Andel med {join(which)}, af {thing}, hvor {join(where)}."
    if how in ("sum", "stated"):
        return f"Sum af {find_label(formula.table, column)} for {thing}, hvor {join(where)}."
    return f"Antal {thing}, hvor {join([*where, *which])}."


def describe(condition: Condition, table: str, say: Say) -> str:
    """Return one condition in words."""
    if condition.column == "reason":
        words = REASONS[condition.comparison].format(say("reason", condition.value))
        return f"ikke {words}" if condition.is_not else words
    label = find_label(table, condition.column)
    subject = f"{label} ikke" if condition.is_not else label
    if condition.comparison == "known":
        return f"{subject} er oplyst"
    return f"{subject} {WORDS[condition.comparison]} {say(condition.column, condition.value)}"


def find_label(table: str, name: str) -> str:
    """Return a column's Danish label."""
    kinds = (table, "courses") if table == "exits" else (table,)
    columns = [column for kind in kinds for column in read_columns().get(kind, ())]
    labels = {column.name: column.label for column in columns}
    dates = {column.detail: f"{column.label} (dato)" for column in columns if column.detail}
    return labels.get(name) or LABELS.get(name) or dates[name]


def join(texts: list[str]) -> str:
    """Return texts as "a, b og c"."""
    *most, last = texts or [""]
    return f"{', '.join(most)} og {last}" if most else last


def say_date(value: str, dates: dict[str, date | None]) -> str | None:
    """Return a date in words; None for what is no date."""
    if value in dates:
        day = dates[value]
        return format_day(day) if day else DATES[value]
    try:
        return format_day(date.fromisoformat(value))
    except ValueError:
        return None


def say_generally(value: str) -> str:
    """Return the words for a date or a hole that is not filled; "" for any other value."""
    if value.startswith("{year}"):
        return "årets første dag" if value.endswith("01-01") else "årets sidste dag"
    return DATES.get(value) or HOLES.get(value, "")


def plain_value(value: str) -> str:
    """Return a value as it is, yes in Danish already."""
    return value if value == YES else WORDS_FOR.get(value, f"”{value}”")
