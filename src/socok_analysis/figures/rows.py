"""What each figure is: the rows of `data/raw/maps/figures.csv`, the one statement of all of them.

A row is `name,label,unit,definition,table,of,counted,how,about,public`. A name may have holes:
`{p}` a partner, `{code}` a code of the list its column uses, `{month}` a month (its last day).
`of` tells which rows of a tidy table the figure is about, `counted` which of them it counts;
conditions stand between `;`, such as `started_on <= day; not ended_on <= day`. A value is a code,
`ja`, one of `DAYS`, a date, a month, or a column; dates may be moved: `started_on + 6 months`,
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
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, PlainValidator

from socok_analysis.core import lists
from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import SETTINGS, maps_dir
from socok_analysis.intake.maps import list_codes, list_names, read_code_list, read_definitions
from socok_analysis.intake.tables import Column, read_columns

HOLE = re.compile(r"\{(\w+)\}")
MOVED = re.compile(r"(?P<base>\S+) (?P<sign>[+-]) (?P<size>\w+) (?P<unit>months|weeks|days)")
DECIMAL, MOST_DIGITS = re.compile(r"\d+(\.\d+)?"), 3
NOT, YES, KNOWN, REASON = "not ", "ja", "known", "reason"
COMPARE = {"=": "eq", "<=": "le", ">=": "ge", "<": "lt", ">": "gt"}
# The year's days by the names conditions use: what a year calls them, and what readers do.
DAYS: Mapping[str, tuple[str, str]] = {
    "day": ("evaluation_date", "opgørelsesdagen"),
    "previous": ("previous_evaluation_date", "forrige opgørelsesdag"),
    "start": ("period_start", "periodens start"),
    "end": ("period_end", "periodens slut"),
    "strategy": ("strategy_start", "strategiens start"),
}
# What `how` may begin with: what that is in Danish, and what it takes; `left` may take more.
COUNTS, NAMED = ("rows", "counted", "part", "share"), ("cases", "facts", "recommendations")
DAY, NUMBER, FIGURE = "datoer", "tal", "nøgletal"
OF_COLUMNS = {
    "sum": ("sum", NUMBER),
    "stated": ("sum", NUMBER),
    "mean": ("gennemsnit", NUMBER),
    "latest": ("seneste", NUMBER),
    "distinct": ("antal forskellige", ""),
    "weeks": ("median af uger", DAY, DAY),
    "days": ("median af dage", DAY, DAY),
    "change": ("ændring", DAY),
}
OF_FIGURES = {
    "left": ("det første minus de andre, aldrig under nul", FIGURE, FIGURE),
    "ratio": ("det første delt med det andet", FIGURE, FIGURE),
    "yearly": ("omregnet til tolv måneder", FIGURE),
    "number": ("hvor mange der er", FIGURE),
    "most": ("det højeste", FIGURE),
    "exceeding": ("hvor mange gange det første er størst", FIGURE, FIGURE),
    "reached": ("om det første er mindst det andet", FIGURE, FIGURE),
    "goal": ("målet for", FIGURE),
    "so_far": ("målets del til dagen for", FIGURE),
}
VERBS: Mapping[str, Sequence[str]] = {
    **dict.fromkeys((*COUNTS, *NAMED), ("",)),
    **OF_COLUMNS,
    **OF_FIGURES,
}
NUMBERS, OF_NUMBERS = ("number", "whole", "percent"), ("_weeks", "_hours", "_pct")
OF_DAYS, OF_GOALS = ("_on", "_from", "_to"), ("goal", "so_far")
EVER = "jobs_ever"
# Columns that rows may name beside a table's own: looked up in another table, or worked out. Each
# with its label and the table whose source is told.
LOOKED_UP: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "jobs": {"channel_group": ("Vejen til jobbet", "")},
    "waiting_list": {"enterprise_id": ("Virksomhed", "")},
    "courses": {
        REASON: ("Afgangsårsag", ""),
        "course_id": ("Forløb", ""),
        "max_weeks": ("Aftalens længste forløb", "agreements"),
        "plan_after_weeks": ("Aftalens frist for planen", "agreements"),
        "has_plan_in_time": ("Plan lavet inden fristen", "agreements"),
        "next_job_on": ("Næste ansættelse", "jobs"),
    },
    "attendance": {"enterprise_id": ("Virksomhed", "courses"), "monday_on": ("Ugens mandag", "")},
    "progression": {"first_hours": ("Første timer", ""), "last_hours": ("Seneste timer", "")},
    "enterprises": {"enterprise_id": ("Virksomhed", "")},
    "facts": {"enterprise_id": ("Virksomhed", ""), "share_pct": ("Andel", "")},
}


class Condition(NamedTuple):
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
        str, lists.must_be(rf"({NAME})(\.({NAME}|\w*\{{\w+\}}|[\w-]+))+", "et navn som jobs.total")
    ]
    label: lists.Filled
    unit: lists.Filled
    definition: lists.Filled
    how: Annotated[str, lists.must_be(".+", "udfyldt")]
    about: Literal["thing", "person", "sensitive"]
    is_public: Annotated[lists.YesNo, Field(alias="public")]
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
            tuple(c._replace(value=fill(c.value, values)) for c in conditions)
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
    file = lists.ListFile(maps_dir(root) / "figures.csv", is_needed=True)
    rows = lists.read_rows(file, FigureRow, problems, key="name")
    if not rows and not problems:
        problems.append(file.fault("type", "Listen har ingen nøgletal.", "Hent den igen."))
    names = {
        c.detail for kind in read_columns().values() for c in kind if c.type.startswith("code")
    }
    known = {name: list(list_codes(read_code_list(root, name, []))) for name in names}
    known["has"] = list_names(read_definitions(root, []))
    for row in rows:
        for column, found, message in _check_row(row, rows, known):
            place = {"cell": f"A{row.row}", "column": column, "found": found}
            problems.append(file.fault("type", f"{row.name}, {column}: {message}", **place))
    if problems:
        raise DataError("Listen over nøgletal (data/raw/maps/figures.csv) har fejl.", problems)
    return tuple(rows)


@cache
def list_columns(table: str) -> Mapping[str, Column]:
    """Return the columns conditions may name in a table: its own, and what is looked up for it."""
    table = "jobs" if table == EVER else table
    own = read_columns().get(table, ())
    columns = {column.name: column for column in own if column.type != "codes"}
    more = {c.detail: f"{c.label} (dato)" for c in own if c.type == "flag_or_date"}
    more |= {name: label for name, (label, _) in LOOKED_UP.get(table, {}).items()}
    for name, label in more.items():
        kind = "number" if name.endswith(OF_NUMBERS) else ""
        codes = "exit_reasons" if name == REASON else ""
        columns[name] = Column(name, kind, codes, False, None, None, label)
    return columns


def _check_row(
    row: FigureRow, rows: Sequence[FigureRow], known: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str, str]]:
    """Yield (column of the file, what was found, message) for each fault of a row."""
    if row.verb not in VERBS:
        told = did_you_mean(row.verb, VERBS)
        yield "how", row.how, f"“{row.verb}” er ingen måde at tælle på.{told}"
        return
    tables = [""] if row.verb in (*OF_FIGURES, *NAMED) else [*read_columns(), EVER]
    if row.table not in tables:
        told = did_you_mean(row.table, tables)
        yield "table", row.table, f"“{row.table}” er ingen tabel.{told}"
        return
    columns, conditions = list_columns(row.table), (*row.of, *row.counted)
    filled = {"p", "month"} if row.table else {*HOLE.findall("".join(row.takes[:1]))}
    coded = (columns[c.column] for c in conditions if c.value == "{code}" and c.column in columns)
    filled |= {"code"} if any(column.detail for column in coded) else set()
    for hole in row.holes if row.verb not in NAMED else ():
        if hole not in filled:
            yield "name", row.name, f"intet i rækken siger, hvad {{{hole}}} står for."
    goal, goals = row.name.split(".")[1], [g for g in SETTINGS["goals"] if "strategy_" not in g]
    if row.verb in OF_GOALS and goal not in goals:
        yield "name", row.name, f"“{goal}” er intet mål i year.toml.{did_you_mean(goal, goals)}"
    for message in _check_takes(row, rows, columns):
        yield "how", row.how, message
    for condition in conditions:
        if message := _check_condition(condition, row.table, columns, known):
            told = f"{condition.column} {condition.comparison} {condition.value}".strip()
            yield "of" if condition in row.of else "counted", told, message


def _check_takes(
    row: FigureRow, rows: Sequence[FigureRow], columns: Mapping[str, Column]
) -> Iterator[str]:
    """Yield what is wrong with the columns or figures that a row takes."""
    (_, *kinds), count, is_of_figures = VERBS[row.verb], len(row.takes), row.verb in OF_FIGURES
    for name, kind in zip(row.takes, [*kinds, *kinds[-1:] * count], strict=False):
        is_day, is_number = name.endswith("_on"), name in columns and columns[name].type in NUMBERS
        if is_of_figures and not find_pattern(name, rows):
            told = did_you_mean(name, [each.name for each in rows])
            yield f"der er intet nøgletal {name}.{told}"
        elif not is_of_figures and name not in columns:
            yield _tell_no_column(row.table, name, columns)
        elif (kind == DAY and not is_day) or (kind == NUMBER and not is_number):
            yield f"“{row.verb}” tager {kind}, og {name} har ingen."
    if count < len(kinds) or (count > len(kinds) and row.verb != "left"):
        what = FIGURE if is_of_figures else "kolonne" if len(kinds) == 1 else "kolonner"
        yield f"efter “{row.verb}” skal der stå {len(kinds)} {what}."
    if row.verb == "latest" and row.table != "agreements":
        yield "“latest” er den nyeste aftales: tabellen skal være agreements."


def _tell_no_column(table: str, name: str, columns: Iterable[str]) -> str:
    return f"{table} har ingen kolonne {name}.{did_you_mean(name, columns)}"


def _check_condition(
    condition: Condition,
    table: str,
    columns: Mapping[str, Column],
    known: Mapping[str, Sequence[str]],
) -> str:
    """Return what is wrong with a condition; "" where nothing is."""
    name, comparison, value = condition.column, condition.comparison, condition.value
    if name not in columns:
        return _tell_no_column(table, name, columns)
    comparisons = ("has", "is") if name == REASON else (*COMPARE, KNOWN)
    if comparison not in comparisons:
        return f"“{comparison}” er ingen sammenligning: skriv {', '.join(comparisons)}."
    moved = MOVED.fullmatch(value)
    base, size = (moved["base"], moved["size"]) if moved else (value, "0")
    if HOLE.fullmatch(base) or comparison == KNOWN:
        return ""
    codes = known.get("has" if comparison == "has" else columns[name].detail)
    if codes is not None and value not in codes:
        advice = "Ret ordet, eller slet rækken, hvis kommunen ikke bruger det."
        return f"“{value}” står ikke i listen.{did_you_mean(value, codes)} {advice}"
    if columns[name].type in NUMBERS and not DECIMAL.fullmatch(value):
        return f"“{value}” er ikke et tal."
    return _check_day(base, size, moved and moved["unit"], table) if name.endswith(OF_DAYS) else ""


def _check_day(base: str, size: str, unit: str | None, table: str) -> str:
    """Return what is wrong with a day that a condition names, moved or not; "" where nothing is."""
    columns = list_columns(table)
    if not size.isdigit() and size not in columns:
        return _tell_no_column(table, size, columns)
    if unit == "months" and not size.isdigit():
        return f"“{size}” måneder: skriv et tal, eller weeks eller days."
    if size.isdigit() and len(size) > MOST_DIGITS:
        return f"“{size}” er for langt til en dato."
    days = [*DAYS, *(each for each in columns if each.endswith("_on"))]
    try:
        return "" if base in days or date.fromisoformat(base) else ""
    except ValueError:
        return f"“{base}” er ingen dato.{did_you_mean(base, days)}"
