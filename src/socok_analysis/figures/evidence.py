"""A year's tables and figures with the report before it, and the rows behind each figure."""

from __future__ import annotations

import operator
import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
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
    LOOKED_UP,
    MOVED,
    REASON,
    YES,
    Condition,
    FigureRow,
    read_rows,
)
from socok_analysis.intake.maps import EXTENDED, Code, Maps, list_codes, list_reasons, read_maps
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
PERCENT, DAYS = ("pct.", "%"), ("_on", "_from", "_to")


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
            look_up = TABLES.get(name)
            self._kept[name] = look_up(self) if look_up else self.tables[name]
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
        end = first.replace(day=monthrange(first.year, first.month)[1])
        return last if first <= last <= end else end

    def column(self, table: str, name: str) -> np.ndarray:
        """Return a column as an array: dates as days, all else as it is; missing is NaT or None."""
        key = (table, name)
        if key not in self._kept:
            cells = [None if pd.isna(cell) else cell for cell in self.table(table)[name]]
            is_days = name.endswith(DAYS)
            found = np.array(cells, dtype="datetime64[D]" if is_days else object)
            self._kept[key] = found
        column: np.ndarray = self._kept[key]
        return column

    def match(self, table: str, condition: Condition, partner: str = "") -> np.ndarray:
        """Return which rows of a table meet a condition; where a value is missing, none does."""
        key = (table, condition, partner if condition.column == REASON else "")
        if key not in self._kept:
            met = self._match(table, condition, partner)
            self._kept[key] = ~met if condition.is_not else met
        found: np.ndarray = self._kept[key]
        return found

    def _match(self, table: str, condition: Condition, partner: str) -> np.ndarray:
        name, comparison, text = condition.column, condition.comparison, condition.value
        if name == REASON:
            codes = [text] if comparison == "is" else self.counted_by(text, partner)
            has = np.isin(self.column("exits", "exit_reason").astype(str), codes)
            courses = self.column("exits", "course_id")[has]
            return np.isin(self.column(table, "course_id").astype(str), courses.astype(str))
        column = self.column(table, name)
        if comparison == KNOWN:
            return ~pd.isna(column)
        if not name.endswith(DAYS):
            return np.array([cell == (text == YES or text) for cell in column], dtype=bool)
        return np.asarray(COMPARE[comparison](column, self._days(table, text)), dtype=bool)

    def _days(self, table: str, text: str) -> np.ndarray:
        """Return the days a text stands for, one for each row, moved where it says so."""
        moved = MOVED.fullmatch(text)
        base = moved["base"] if moved else text
        if base.endswith("_on"):
            days = self.column(table, base)
        else:
            size = len(self.table(table))
            days = np.full(size, self.read_day(base) or "NaT", dtype="datetime64[D]")
        if not moved:
            return days
        by: np.ndarray | int = int(f"0{moved['size']}") if moved["size"].isdigit() else 0
        if not moved["size"].isdigit():
            cells = self.column(table, moved["size"])
            days = np.where(pd.isna(cells), np.datetime64("NaT"), days)
            by = np.array([cell or 0 for cell in cells], dtype=int)
        return move(days, by if moved["sign"] == "+" else -by, moved["unit"])


def select_rows(row: FigureRow, evidence: Evidence) -> Selection:
    """Return the rows of the tidy table a figure is of, and those it counts.

    `row` has its holes filled (`find_row`). One that is worked out of other figures has no table.
    """
    table = evidence.table(row.table)
    of, counted = match_rows(row, evidence)
    return Selection(table[of], table[of & counted])


def match_rows(row: FigureRow, evidence: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """Return which rows of its table a figure is of, and which meet what it counts."""
    everything, partner = np.ones(len(evidence.table(row.table)), dtype=bool), find_partner(row)

    def keep(conditions: Iterable[Condition]) -> np.ndarray:
        masks = (evidence.match(row.table, condition, partner) for condition in conditions)
        kept: np.ndarray = np.logical_and.reduce([everything, *masks])
        return kept

    return keep(row.of), keep(row.counted)


def find_partner(row: FigureRow) -> str:
    """Return the partner whose rows a figure is of; "" for all."""
    own = (c.value for c in row.of if (c.column, c.comparison) == ("enterprise_id", "="))
    return next(own, "")


def _look_up_jobs(evidence: Evidence, jobs: pd.DataFrame | None = None) -> pd.DataFrame:
    codes = list_codes(evidence.maps.codes["channels"])
    groups = {code: entry.extra["channel_group"] for code, entry in codes.items()}
    jobs = evidence.tables["jobs"] if jobs is None else jobs
    return add(jobs, channel_group=[groups.get(channel) for channel in jobs["channel"]])


def _gather_jobs(evidence: Evidence) -> pd.DataFrame:
    """Return each job of this and earlier exports once; what the newest says of it holds."""
    exports = [evidence.tables["jobs"], *reversed(evidence.earlier_jobs)]
    told = pd.concat([jobs for jobs in exports if len(jobs)] or exports[:1])
    return _look_up_jobs(evidence, told.drop_duplicates("job_id", ignore_index=True))


def _look_up_waiting(evidence: Evidence) -> pd.DataFrame:
    listed, agreements = evidence.tables["waiting_list"], evidence.tables["agreements"]
    own = dict(zip(agreements["agreement_id"], agreements["enterprise_id"], strict=True))
    return add(listed, enterprise_id=[own.get(each) for each in listed["agreement_id"]])


def group(table: pd.DataFrame, *names: str) -> dict[Any, list[tuple[Any, ...]]]:
    """Return the cells of some columns by what stands in the first; missing is None."""
    found: dict[Any, list[tuple[Any, ...]]] = {}
    cells = ([None if pd.isna(c) else c for c in table[name]] for name in names)
    for first, *rest in zip(*cells, strict=True):
        found.setdefault(first, []).append(tuple(rest))
    return found


def _look_up_courses(evidence: Evidence) -> pd.DataFrame:
    """Return the courses with the terms they began under, plans in time, and the next job.

    The terms are those of the partner's agreement that had begun last when the course began.
    Whether a plan was in time is known where it has a date or there is none; nowhere at a partner
    whose plans have no dates.
    """
    courses, tables = evidence.tables["courses"], evidence.tables
    terms = group(
        tables["agreements"], "enterprise_id", "starts_on", "max_weeks", "plan_after_weeks"
    )
    begun = group(tables["jobs"], "person_key", "started_on")
    names = ("person_key", "started_on", "ended_on", "has_plan", "plan_made_on")
    stays = group(courses.assign(n=range(len(courses))), "n", "enterprise_id", *names)
    dated = {stay[0] for ((*stay,),) in stays.values() if stay[5]}
    found: dict[str, list[Any]] = {name: [] for name in LOOKED_UP["courses"] if name != "course_id"}
    for ((partner, person, start, end, has_plan, made),) in stays.values():
        held = [own for own in terms.get(partner, ()) if own[0] <= start]
        _, most, weeks = max(held, key=lambda own: own[0], default=(None, None, None))
        is_missing = has_plan is not None and not has_plan and partner in dated
        in_time = False if is_missing else None
        if made:
            in_time = weeks is not None and made <= start + timedelta(weeks=int(weeks))
        later = [day for (day,) in begun.get(person, ()) if end and day >= end]
        row = (most, weeks, None if weeks is None else in_time, min(later, default=None))
        for cells, cell in zip(found.values(), row, strict=True):
            cells.append(cell)
    return add(courses, **found)


def _look_up_attendance(evidence: Evidence) -> pd.DataFrame:
    """Return the weeks with their Monday, and the partner of the person's course in that week."""
    weeks = evidence.tables["attendance"]
    names = ("person_key", "started_on", "ended_on", "enterprise_id")
    stays = group(evidence.tables["courses"], *names)
    mondays = [date.fromisocalendar(int(w[:4]), int(w[6:]), 1) for w in weeks["week"]]
    partners = []
    for person, monday in zip(weeks["person_key"], mondays, strict=True):
        at = [
            (start, partner)
            for start, end, partner in stays.get(person, ())
            if start <= monday + timedelta(6) and not (end and end < monday)
        ]
        partners.append(max(at, default=(None, None))[1])
    return add(weeks, monday_on=mondays, enterprise_id=partners)


def _join_steps(evidence: Evidence) -> pd.DataFrame:
    """Return the last row of everyone measured twice by the evaluation, with effective hours."""
    steps = list_steps(evidence)
    hours = steps["hours_per_week"] * steps["intensity_pct"] / 100
    people = group(steps.assign(hours=hours), "person_key", "hours")
    last = steps.drop_duplicates("person_key", keep="last")
    several = np.array([len(people[person]) > 1 for person in last["person_key"]], dtype=bool)
    again = last[several]
    told = [people[person] for person in again["person_key"]]
    return add(
        again, first_hours=[own[0][0] for own in told], last_hours=[own[-1][0] for own in told]
    )


def list_steps(evidence: Evidence) -> pd.DataFrame:
    """Return the measurements by the evaluation in their order, the last of each day."""
    steps = evidence.tables["progression"]
    steps = steps[on_or_before(steps["measured_on"], evidence.year.evaluation_date)]
    steps = steps.sort_values(["measured_on", "person_key"])
    return steps.drop_duplicates(["person_key", "measured_on"], keep="last")


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
    """Return a table with further columns of any values, rows or none."""
    made = {name: pd.Series(cells, table.index, dtype=object) for name, cells in columns.items()}
    return table.assign(**made)


def read_evidence(year: Year) -> Evidence:
    """Return the evidence of a prepared year, without an earlier one."""
    folder = year.processed_dir
    figures = read_figures(folder, year.year)
    return Evidence(year, read_tables(folder), figures, read_maps(year.root, year.year))
