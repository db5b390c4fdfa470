"""A year's tables and figures with the report before it, and the rows behind each figure."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from socok_analysis.core.danish import fold, split_aliases
from socok_analysis.core.year import Year
from socok_analysis.figures.counting import move, on_or_before
from socok_analysis.figures.figure import Figure, read_figures
from socok_analysis.figures.rows import (
    EVER,
    KNOWN,
    MOVED,
    REASON,
    YES,
    Condition,
    FigureRow,
    is_date,
    read_rows,
)
from socok_analysis.intake.courses import EXTENDED
from socok_analysis.intake.maps import Code, Maps, list_codes, list_reasons, read_maps
from socok_analysis.intake.tables import read_tables

COMPARE: Mapping[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}
MONTH = re.compile(r"\d{4}-\d{2}")
NUMBER = re.compile(r"\d+([.,]\d{1,2})?")
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
PERCENT = ("pct.", "%")


@dataclass(frozen=True)
class Selection:
    """The rows a figure is about (a rate's denominator), and those of them that count."""

    of: pd.DataFrame
    counted: pd.DataFrame


@dataclass(frozen=True)
class Evidence:
    """A year's tidy tables and figures, with the nearest earlier report's where there is one.

    `earlier_jobs`: the jobs tables of earlier years' exports, oldest first; `jobs_ever` has each
    job of all of them once, as the newest export tells it.
    """

    year: Year
    tables: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Figure]
    maps: Maps
    earlier: Evidence | None = None
    earlier_jobs: tuple[pd.DataFrame, ...] = ()
    _kept: dict[object, Any] = field(default_factory=dict, compare=False, repr=False, init=False)

    @cached_property
    def rows(self) -> tuple[FigureRow, ...]:
        """What every figure is, as the project states it."""
        return read_rows(self.year.root)

    @property
    def partners(self) -> list[str]:
        """The ids of the partners with courses."""
        return [
            name.split(".")[1]
            for name in self.figures
            if name.startswith("outcomes.") and name.count(".") == 2 and name.endswith(".started")
        ]

    def name(self, enterprise: str) -> str:
        """Return an enterprise's name."""
        register = self.tables["enterprises"]
        names = dict(zip(register["enterprise_id"], register["name"], strict=True))
        return str(names.get(enterprise, enterprise))

    def value(self, name: str) -> float | None:
        """Return a figure's value; None where it is missing or not known."""
        figure = self.figures.get(name)
        return None if figure is None or figure.value is None else float(figure.value)

    def completed(self, partner: str) -> pd.DataFrame:
        """Return a partner's courses that have ended by the evaluation date."""
        courses = self.tables["courses"]
        ended = on_or_before(courses["ended_on"], self.year.evaluation_date)
        return courses[ended & (courses["enterprise_id"] == partner)]

    def rates(self, name: str) -> Iterator[tuple[str, Figure]]:
        """Yield (partner, figure) for each partner's figure of a name, where it has a value."""
        for partner in self.partners:
            figure = self.figures.get(f"outcomes.{partner}.{name}")
            if figure is not None and figure.value is not None:
                yield partner, figure

    @cached_property
    def reasons(self) -> dict[str, Code]:
        """The exit reasons by code; an extension is none."""
        codes = list_codes(self.maps.codes["exit_reasons"])
        return {code: entry for code, entry in codes.items() if code != EXTENDED}

    @cached_property
    def dates(self) -> dict[str, date | None]:
        """The year's dates by the names conditions use."""
        year = self.year
        return {
            "day": year.evaluation_date,
            "previous": year.previous_evaluation_date,
            "start": year.period_start,
            "end": year.period_end,
            "strategy": year.strategy_start,
        }

    def counted_by(self, definition: str, partner: str) -> list[str]:
        """Return the exit reasons a rate counts at a partner in the year."""
        definitions, year = self.maps.definitions, self.year.year
        return list_reasons(definitions, definition, year, partner, self.reasons)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as rows of `figures.csv` know it, with what is looked up for it."""
        if name not in self._kept:
            self._kept[name] = TABLES.get(name, lambda own: own.tables[name])(self)
        found: pd.DataFrame = self._kept[name]
        return found

    def read_day(self, text: str) -> date | None:
        """Return the date a text stands for: one of the year's, a date, a month's last day.

        The month of the evaluation ends on the evaluation date.
        """
        if text in self.dates:
            return self.dates[text]
        if not MONTH.fullmatch(text):
            return date.fromisoformat(text)
        first, last = date.fromisoformat(f"{text}-01"), self.year.evaluation_date
        end = move(first, 1, "months") - timedelta(1)
        return last if first <= last <= end else end

    def match(self, table: str, condition: Condition, partner: str = "") -> np.ndarray:
        """Return which rows of a table meet a condition; where a value is missing, none does."""
        key = (table, condition, partner if condition.column == REASON else "")
        if key not in self._kept:
            met = self._match(table, condition, partner)
            self._kept[key] = ~met if condition.is_not else met
        found: np.ndarray = self._kept[key]
        return found

    def _match(self, table: str, condition: Condition, partner: str) -> np.ndarray:
        column, comparison, text = condition.column, condition.comparison, condition.value
        rows = self.table(table)
        if column == REASON:
            codes = {text} if comparison == "is" else {*self.counted_by(text, partner)}
            exits = self.tables["exits"]
            own = exits.loc[exits["exit_reason"].isin(codes), "course_id"]
            return rows["course_id"].isin(own).to_numpy(dtype=bool)
        if comparison == KNOWN:
            return rows[column].notna().to_numpy(dtype=bool)
        if self._is_day(text):
            wanted: Any = self._days(rows, text)
            return np.asarray(COMPARE[comparison](self._days(rows, column), wanted), dtype=bool)
        value = True if text == YES else text
        return (rows[column] == value).fillna(False).to_numpy(dtype=bool)

    def _is_day(self, text: str) -> bool:
        moved = MOVED.fullmatch(text)
        base = moved["base"] if moved else text
        is_month = MONTH.fullmatch(base)
        return bool(base in self.dates or base.endswith("_on") or is_month or is_date(base))

    def _days(self, rows: pd.DataFrame, text: str) -> np.ndarray:
        """Return the dates a text stands for, one for each row; a missing one compares false."""
        moved = MOVED.fullmatch(text)
        base = moved["base"] if moved else text
        days = [*rows[base]] if base in rows else [self.read_day(base)] * len(rows)
        if moved:
            size, sign = moved["size"], -1 if moved["sign"] == "-" else 1
            sizes = [int(size)] * len(rows) if size.isdigit() else [*rows[size]]
            days = [
                move(day, sign * int(by), moved["unit"]) if is_known(day) and is_known(by) else None
                for day, by in zip(days, sizes, strict=True)
            ]
        known = [day if is_known(day) else "NaT" for day in days]
        return np.array(known, dtype="datetime64[D]")


def is_known(value: Any) -> bool:
    """Tell whether a cell holds something."""
    return not pd.isna(value)


def select_rows(row: FigureRow, evidence: Evidence) -> Selection:
    """Return the rows of the tidy table a figure is of, and those it counts.

    `row` has its holes filled (`find_row`). One that is worked out of other figures has none.
    """
    table = evidence.table(row.table)
    of, counted = match_rows(row, evidence)
    return Selection(table[of], table[of & counted])


def match_rows(row: FigureRow, evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows of its table a figure is of, and which meet what it counts."""
    everything, partner = np.ones(len(evidence.table(row.table)), dtype=bool), find_partner(row)

    def keep(conditions: Iterable[Condition]) -> np.ndarray:
        masks = (evidence.match(row.table, condition, partner) for condition in conditions)
        return np.logical_and.reduce([everything, *masks])

    return keep(row.of), keep(row.counted)


def find_partner(row: FigureRow) -> str:
    """Return the partner whose rows a figure is of; "" for all."""
    own = (c.value for c in row.of if (c.column, c.comparison) == ("enterprise_id", "="))
    return next(own, "")


def _look_up_jobs(evidence: Evidence) -> pd.DataFrame:
    return _add_channel_group(evidence, evidence.tables["jobs"])


def _add_channel_group(evidence: Evidence, jobs: pd.DataFrame) -> pd.DataFrame:
    codes = list_codes(evidence.maps.codes["channels"])
    groups = {code: entry.extra["channel_group"] for code, entry in codes.items()}
    return add(jobs, channel_group=[groups.get(channel) for channel in jobs["channel"]])


def _gather_jobs(evidence: Evidence) -> pd.DataFrame:
    """Return each job of this and earlier exports once; what the newest says of it holds."""
    exports = [evidence.tables["jobs"], *reversed(evidence.earlier_jobs)]
    told = pd.concat([jobs for jobs in exports if len(jobs)] or exports[:1])
    return _add_channel_group(evidence, told.drop_duplicates("job_id", ignore_index=True))


def _look_up_waiting(evidence: Evidence) -> pd.DataFrame:
    listed, agreements = evidence.tables["waiting_list"], evidence.tables["agreements"]
    own = dict(zip(agreements["agreement_id"], agreements["enterprise_id"], strict=True))
    return add(listed, enterprise_id=[own.get(each) for each in listed["agreement_id"]])


def _look_up_courses(evidence: Evidence) -> pd.DataFrame:
    """Return the courses with the terms they began under, plans in time, and the next job.

    The terms are those of the partner's agreement that had begun last when the course began.
    """
    courses, agreements = evidence.tables["courses"], evidence.tables["agreements"]
    terms: dict[str, list[tuple[date, Any, Any]]] = {}
    names = ("enterprise_id", "starts_on", "max_weeks", "plan_after_weeks")
    for partner, *own in zip(*(agreements[name] for name in names), strict=True):
        terms.setdefault(partner, []).append(tuple(own))
    begun: dict[str, list[date]] = {}
    jobs = evidence.tables["jobs"]
    for person, day in zip(jobs["person_key"], jobs["started_on"], strict=True):
        begun.setdefault(person, []).append(day)
    names = ("enterprise_id", "person_key", "started_on", "ended_on", "has_plan", "plan_made_on")
    rows = [*zip(*(courses[name] for name in names), strict=True)]
    dated = {row[0] for row in rows if is_known(row[5])}
    found = []
    for partner, person, start, end, has_plan, made in rows:
        held = [own for own in terms.get(partner, ()) if own[0] <= start]
        _, most, weeks = max(held, key=lambda own: own[0], default=(None, None, None))
        later = [day for day in begun.get(person, ()) if is_known(end) and day >= end]
        in_time = None
        if is_known(weeks) and is_known(made):
            in_time = made <= move(start, int(weeks), "weeks")
        elif is_known(weeks) and is_known(has_plan) and not has_plan and partner in dated:
            in_time = False
        found.append((most, weeks, in_time, min(later, default=None)))
    columns = [[*column] for column in zip(*found, strict=True)] or [[], [], [], []]
    added = ("max_weeks", "plan_after_weeks", "has_plan_in_time", "next_job_on")
    return add(courses, **dict(zip(added, columns, strict=True)))


def _look_up_attendance(evidence: Evidence) -> pd.DataFrame:
    """Return the weeks with their Monday, and the partner of the person's course in that week."""
    weeks, courses = evidence.tables["attendance"], evidence.tables["courses"]
    stays: dict[str, list[tuple[date, Any, str]]] = {}
    names = ("person_key", "started_on", "ended_on", "enterprise_id")
    for person, *stay in zip(*(courses[name] for name in names), strict=True):
        stays.setdefault(person, []).append(tuple(stay))
    mondays = [date.fromisocalendar(int(w[:4]), int(w[6:]), 1) for w in weeks["week"]]
    partners = []
    for person, monday in zip(weeks["person_key"], mondays, strict=True):
        at = [
            (start, partner)
            for start, end, partner in stays.get(person, ())
            if start <= monday + timedelta(6) and not (is_known(end) and end < monday)
        ]
        partners.append(max(at, key=lambda stay: stay[0], default=(None, None))[1])
    return add(weeks, monday_on=mondays, enterprise_id=partners)


def _join_steps(evidence: Evidence) -> pd.DataFrame:
    """Return the last row of everyone measured twice by the evaluation, with effective hours."""
    steps = evidence.tables["progression"]
    steps = steps[on_or_before(steps["measured_on"], evidence.year.evaluation_date)]
    effective = steps["hours_per_week"] * steps["intensity_pct"] / 100
    ordered = steps.assign(hours=effective).sort_values(["measured_on", "person_key"])
    own = ordered.drop_duplicates(["person_key", "measured_on"], keep="last")
    first, last = (own.drop_duplicates("person_key", keep=keep) for keep in ("first", "last"))
    before = dict(zip(first["person_key"], first["hours"], strict=True))
    began = dict(zip(first["person_key"], first["measured_on"], strict=True))
    is_later = [began[p] != d for p, d in zip(last["person_key"], last["measured_on"], strict=True)]
    again = last[np.array(is_later, dtype=bool)]
    hours = [before[person] for person in again["person_key"]]
    return add(again, first_hours=hours, last_hours=[*again["hours"]])


def _look_up_facts(evidence: Evidence) -> pd.DataFrame:
    """Return the stated facts with the enterprise they are about, and percentages as numbers."""
    facts, owners = evidence.tables["facts"], list_owners(evidence.tables["enterprises"])
    subjects = [owners.get(fold(subject)) for subject in facts["subject"]]
    cells = zip(facts["value"], facts["unit"], strict=True)
    shares = [read_number(str(v)) if str(unit) in PERCENT else None for v, unit in cells]
    return add(facts, enterprise_id=subjects, share_pct=shares)


def list_owners(register: pd.DataFrame) -> Mapping[str, str]:
    """Return the enterprises' ids by the folded spellings of their names."""
    owners: dict[str, str] = {}
    texts = register[["name", "aliases", "enterprise_id"]].fillna("").to_numpy().tolist()
    for name, aliases, enterprise in texts:
        owners |= {fold(spelling): enterprise for spelling in (name, *split_aliases(aliases))}
    return owners


def read_number(text: str) -> float | int | None:
    """Return a value as a number where it is one: 40, 3.5, 3,5 and 24.000."""
    if THOUSANDS.fullmatch(text):
        return int(text.replace(".", ""))
    if not NUMBER.fullmatch(text):
        return None
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number


TABLES: Mapping[str, Callable[[Evidence], pd.DataFrame]] = {
    "jobs": _look_up_jobs,
    EVER: _gather_jobs,
    "waiting_list": _look_up_waiting,
    "courses": _look_up_courses,
    "attendance": _look_up_attendance,
    "progression": _join_steps,
    "facts": _look_up_facts,
}


def add(table: pd.DataFrame, **columns: list[Any]) -> pd.DataFrame:
    """Return a table with further columns of any values, rows or none; what is missing is None."""
    known = {n: [c if is_known(c) else None for c in cells] for n, cells in columns.items()}
    return table.assign(
        **{name: pd.Series(cells, table.index, dtype=object) for name, cells in known.items()}
    )


def read_evidence(year: Year) -> Evidence:
    """Return the evidence of a prepared year, without an earlier one."""
    folder = year.processed_dir
    figures = read_figures(folder, year.year)
    return Evidence(year, read_tables(folder), figures, read_maps(year.root, year.year))
