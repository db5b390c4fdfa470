"""What each figure is: the rows of `data/raw/maps/figures.csv`, the one statement of all of them.

A row is `name,label,unit,definition,table,of,counted,how,about,public`. A name may have holes:
`{p}` a partner, `{code}` a code of the list its column uses, `{month}` a month (its last day).
`of` tells which rows of a tidy table the figure is about, `counted` which of them it counts;
conditions stand between `;`, such as `started_on <= day; not ended_on <= day`. A value is a code,
`ja`, one of `DATES`, a date, a month, or a column; dates may be moved: `started_on + 6 months`,
`day - plan_after_weeks weeks`. `reason has success_wide` asks for an exit reason that a rate of
`definitions.csv` counts, `reason is doed` for a single one. `how` is one of `VERBS` with what it
takes: a column, or other figures by name. Faults are told with their line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, PlainValidator

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.lists import Filled, ListFile, YesNo, must_be
from socok_analysis.core.lists import read_rows as read_list
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import SETTINGS, maps_dir
from socok_analysis.intake.maps import list_codes, list_names, read_code_list, read_definitions
from socok_analysis.intake.tables import read_columns

FILE = "figures.csv"
HOLE = re.compile(r"\{(\w+)\}")
MOVED = re.compile(r"(?P<base>\S+) (?P<sign>[+-]) (?P<size>\w+) (?P<unit>months|weeks|days)")
NUMBER, MOST_DIGITS = re.compile(r"\d+(\.\d+)?"), 3
NOT, YES, KNOWN, REASON = "not ", "ja", "known", "reason"
COMPARISONS = ("=", "<=", ">=", "<", ">", KNOWN)
# The year's days by the names conditions use: what a year calls them, and what readers do.
DAYS: Mapping[str, tuple[str, str]] = {
    "day": ("evaluation_date", "opgørelsesdagen"),
    "previous": ("previous_evaluation_date", "forrige opgørelsesdag"),
    "start": ("period_start", "periodens start"),
    "end": ("period_end", "periodens slut"),
    "strategy": ("strategy_start", "strategiens start"),
}
DATES = {name: label for name, (_, label) in DAYS.items()}
# What `how` may begin with: what follows, and what it is in Danish. Those of figures take names.
COUNTS = ("rows", "counted", "part", "share")
OF_COLUMNS = {
    "sum": "sum",
    "stated": "sum",
    "mean": "gennemsnit",
    "latest": "seneste",
    "distinct": "antal forskellige",
    "weeks": "median af uger",
    "days": "median af dage",
    "change": "ændring",
}
OF_FIGURES = {
    "left": "det første minus de andre, aldrig under nul",
    "ratio": "det første delt med det andet",
    "yearly": "omregnet til tolv måneder",
    "number": "hvor mange der er",
    "most": "det højeste",
    "exceeding": "hvor mange gange det første er størst",
    "reached": "om det første er mindst det andet",
    "goal": "målet for",
    "so_far": "målets del til dagen for",
}
NAMED = ("cases", "facts", "recommendations")
VERBS = (*COUNTS, *OF_COLUMNS, *OF_FIGURES, *NAMED)
# How many columns or names a verb takes, where not one; `left` may have more than two.
TAKES = {
    **dict.fromkeys((*COUNTS, *NAMED), 0),
    **dict.fromkeys(("weeks", "days", "left", "ratio", "exceeding", "reached"), 2),
}
NUMBERS, OF_NUMBERS = ("number", "whole", "percent"), ("_weeks", "_hours", "_pct")
EVER = "jobs_ever"
# Columns that rows may name beside a table's own: looked up in another table, or worked out.
LOOKED_UP: Mapping[str, Mapping[str, str]] = {
    "jobs": {"channel_group": "Vejen til jobbet"},
    "waiting_list": {"enterprise_id": "Virksomhed"},
    "courses": {
        "course_id": "Forløb",
        "max_weeks": "Aftalens længste forløb",
        "plan_after_weeks": "Aftalens frist for planen",
        "has_plan_in_time": "Plan lavet inden fristen",
        "next_job_on": "Næste ansættelse",
    },
    "exits": {"exit_reason": "Afgangsårsag", "course_id": "Forløb"},
    "attendance": {"enterprise_id": "Virksomhed", "monday_on": "Ugens mandag"},
    "progression": {"first_hours": "Første timer", "last_hours": "Seneste timer"},
    "enterprises": {"enterprise_id": "Virksomhed"},
    "facts": {"enterprise_id": "Virksomhed", "share_pct": "Andel"},
}


@dataclass(frozen=True)
class Condition:
    """One condition on a row: column, comparison and value; `is_not` turns it round."""

    column: str
    comparison: str
    value: str
    is_not: bool


def parse_conditions(text: object) -> tuple[Condition, ...]:
    """Return the conditions between the semicolons of a cell."""
    conditions = []
    for part in filter(None, map(str.strip, str(text).split(";"))):
        words = part.removeprefix(NOT).split(maxsplit=2)
        if len(words) < 2:
            raise ValueError("kolonne, sammenligning og værdi, fx “ended_on <= day”")
        column, comparison, *value = words
        conditions.append(Condition(column, comparison, "".join(value), part.startswith(NOT)))
    return tuple(conditions)


Conditions = Annotated[tuple[Condition, ...], PlainValidator(parse_conditions)]
NAME = r"[a-z0-9_]+|\{\w+\}"


@dataclass(frozen=True)
class FigureRow:
    """What one figure, or all whose names fit a pattern, is and how it is counted."""

    name: Annotated[
        str, must_be(rf"({NAME})(\.({NAME}|\w*\{{\w+\}}|[\w-]+))+", "et navn som jobs.total")
    ]
    label: Filled
    unit: Filled
    definition: Filled
    how: Annotated[str, must_be(".+", "udfyldt")]
    about: Literal["thing", "person", "sensitive"]
    is_public: Annotated[YesNo, Field(alias="public")]
    table: str = ""
    of: Conditions = ()
    counted: Conditions = ()
    row: int = 0

    @property
    def verb(self) -> str:
        """How the value is made of the rows or figures: the first word of `how`."""
        return self.how.split()[0]

    @property
    def takes(self) -> tuple[str, ...]:
        """What the verb takes: columns, or names of figures."""
        return tuple(self.how.split()[1:])

    @property
    def holes(self) -> tuple[str, ...]:
        """The holes of the name."""
        return tuple(HOLE.findall(self.name))

    def fill(self, **values: str) -> FigureRow:
        """Return the row of one figure: its holes filled, in the conditions too."""
        of, counted = (
            tuple(replace(c, value=fill(c.value, values)) for c in conditions)
            for conditions in (self.of, self.counted)
        )
        name, how = fill(self.name, values), fill(self.how, values)
        return replace(self, name=name, how=how, of=of, counted=counted)


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """Return a pattern with the holes filled that have a value."""
    return HOLE.sub(lambda hole: values.get(hole[1], hole[0]), pattern)


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^.]+)", re.escape(pattern)))


def match_names(pattern: str, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the names that fit a pattern, with what stands in its holes: one part of a name."""
    found = ((name, _compile(pattern).fullmatch(name)) for name in names)
    return {name: match.groupdict() for name, match in found if match}


def find_pattern(name: str, rows: Iterable[FigureRow]) -> FigureRow | None:
    """Return the row a figure's name fits, its holes as stated; None where there is none."""
    return next((row for row in rows if _compile(row.name).fullmatch(name)), None)


def find_row(name: str, rows: Iterable[FigureRow]) -> FigureRow | None:
    """Return the row of a figure with its holes filled; None where there is none."""
    row = find_pattern(name, rows)
    return row.fill(**match_names(row.name, [name])[name]) if row else None


def read_rows(root: Path) -> tuple[FigureRow, ...]:
    """Return every figure a project states; raise DataError listing all that is wrong."""
    problems: list[Problem] = []
    file = ListFile(maps_dir(root) / FILE, is_needed=True)
    rows = read_list(file, FigureRow, problems, key="name")
    if not rows and not problems:
        problems.append(file.fault("type", "Listen har ingen nøgletal.", "Hent den igen."))
    lists = {
        c.detail for kind in read_columns().values() for c in kind if c.type.startswith("code")
    }
    known = {name: list(list_codes(read_code_list(root, name, []))) for name in lists}
    known["has"] = list_names(read_definitions(root, []))
    for row in rows:
        for column, found, message in _check_row(row, rows, known):
            place = {"cell": f"A{row.row}", "column": column, "found": found}
            problems.append(file.fault("type", f"{row.name}, {column}: {message}", **place))
    if problems:
        raise DataError("Listen over nøgletal (data/raw/maps/figures.csv) har fejl.", problems)
    return tuple(rows)


def list_columns(table: str) -> dict[str, str]:
    """Return the columns conditions may name in a table, with their Danish labels."""
    table = "jobs" if table == EVER else table
    kinds = ("courses", "exits") if table == "exits" else (table,)
    columns = [column for kind in kinds for column in read_columns().get(kind, ())]
    labels = {column.name: column.label for column in columns}
    labels |= {c.detail: f"{c.label} (dato)" for c in columns if c.type == "flag_or_date"}
    return labels | dict(LOOKED_UP.get(table, {}))


def list_choices(table: str, column: str) -> str:
    """Return the name of the code list a column uses; "" for none."""
    table = "jobs" if table == EVER else table
    if column in (REASON, "exit_reason"):
        return "exit_reasons"
    named = {c.name: c.detail for c in read_columns().get(table, ()) if c.type == "code"}
    return named.get(column, "")


def _check_row(
    row: FigureRow, rows: Sequence[FigureRow], known: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, str]]:
    """Yield (column of the file, what was found, message) for each fault of a row."""
    tables = (*read_columns(), "exits", EVER)
    if row.verb not in VERBS:
        told = did_you_mean(row.verb, VERBS)
        yield "how", row.how, f"“{row.verb}” er ingen måde at tælle på.{told}"
    if bool(row.table) == (row.verb in (*OF_FIGURES, *NAMED)) or row.table not in ("", *tables):
        told = did_you_mean(row.table, tables)
        yield "table", row.table, f"“{row.table}” er ingen tabel.{told}"
        return
    yield from _check_holes(row)
    columns = list_columns(row.table)
    yield from _check_takes(row, rows, columns)
    for part in ("of", "counted"):
        for condition in getattr(row, part):
            if message := _check_condition(condition, row.table, columns, known):
                told = f"{condition.column} {condition.comparison} {condition.value}".strip()
                yield part, told, message


def _check_takes(
    row: FigureRow, rows: Sequence[FigureRow], columns: Iterable[str]
) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the columns or figures that a row takes."""
    count, least = len(row.takes), TAKES.get(row.verb, 1)
    patterns = [each.name for each in rows]
    for name in row.takes:
        if row.verb in OF_FIGURES and not find_row(name, rows):
            yield "how", row.how, f"der er intet nøgletal {name}.{did_you_mean(name, patterns)}"
        if row.verb in OF_COLUMNS and name not in columns:
            yield "how", row.how, _tell_no_column(row.table, name, columns)
        elif row.verb in OF_COLUMNS and row.verb != "distinct":
            is_day = row.verb in ("weeks", "days", "change")
            if not (name.endswith("_on") if is_day else is_number(row.table, name)):
                what = "datoer" if is_day else "tal"
                yield "how", row.how, f"“{row.verb}” tager {what}, og {name} har ingen."
    if row.verb in VERBS and count != least and not (row.verb == "left" and count > least):
        what = "nøgletal" if row.verb in OF_FIGURES else "kolonne" if least == 1 else "kolonner"
        yield "how", row.how, f"efter “{row.verb}” skal der stå {least} {what}."
    if row.verb == "latest" and row.table != "agreements":
        yield "how", row.how, "“latest” er den nyeste aftales: tabellen skal være agreements."


def _check_holes(row: FigureRow) -> Iterator[tuple[str, str, str]]:
    """Yield the holes of a row's name that nothing fills, and a goal that no year has."""
    filled = {"p", "month"} if row.table else {*HOLE.findall(row.takes[0] if row.takes else "")}
    conditions = (*row.of, *row.counted)
    if any(c.value == "{code}" and list_choices(row.table, c.column) for c in conditions):
        filled.add("code")
    for hole in row.holes if row.verb not in NAMED else ():
        if hole not in filled:
            yield "name", row.name, f"intet i rækken siger, hvad {{{hole}}} står for."
    goal, goals = row.name.split(".")[1], [g for g in SETTINGS["goals"] if "strategy_" not in g]
    if row.verb in ("goal", "so_far") and goal not in goals:
        told = did_you_mean(goal, goals)
        yield "name", row.name, f"“{goal}” er intet mål i year.toml.{told}"


def is_number(table: str, column: str) -> bool:
    """Tell whether a column that conditions may name holds numbers."""
    kinds = {c.name: c.type for c in read_columns().get("jobs" if table == EVER else table, ())}
    return kinds.get(column) in NUMBERS or column.endswith(OF_NUMBERS)


def _tell_no_column(table: str, name: str, columns: Iterable[str]) -> str:
    return f"{table} har ingen kolonne {name}.{did_you_mean(name, columns)}"


def _check_condition(
    condition: Condition, table: str, columns: Iterable[str], known: Mapping[str, Sequence[str]]
) -> str:
    """Return what is wrong with a condition; "" where nothing is."""
    column, comparison, value = condition.column, condition.comparison, condition.value
    is_reason = column == REASON and table == "courses"
    comparisons = ("has", "is") if is_reason else COMPARISONS
    moved = MOVED.fullmatch(value)
    base, size = (moved["base"], moved["size"]) if moved else (value, "0")
    codes = known["has"] if comparison == "has" else known.get(list_choices(table, column))
    dates = [*DATES, *(name for name in columns if name.endswith("_on"))]
    if not is_reason and column not in columns:
        return _tell_no_column(table, column, columns)
    if comparison not in comparisons:
        return f"“{comparison}” er ingen sammenligning: skriv {', '.join(comparisons)}."
    if HOLE.fullmatch(base) or comparison == KNOWN:
        return ""
    if codes is not None and value not in codes:
        advice = "Ret ordet, eller slet rækken, hvis kommunen ikke bruger det."
        return f"“{value}” står ikke i listen.{did_you_mean(value, codes)} {advice}"
    if not size.isdigit() and size not in columns:
        return _tell_no_column(table, size, columns)
    if moved and moved["unit"] == "months" and not size.isdigit():
        return f"“{size}” måneder: skriv et tal, eller weeks eller days."
    if size.isdigit() and len(size) > MOST_DIGITS:
        return f"“{size}” er for langt til en dato."
    if is_number(table, column) and not NUMBER.fullmatch(value):
        return f"“{value}” er ikke et tal."
    is_day = column.endswith(("_on", "_from", "_to")) and not is_reason
    if is_day and base not in dates and not is_date(base):
        return f"“{base}” er ingen dato.{did_you_mean(base, dates)}"
    return ""


def is_date(text: str) -> bool:
    """Tell whether a text is a date as 2019-12-31."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
