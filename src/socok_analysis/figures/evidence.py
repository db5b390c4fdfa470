"""A year's tables and figures with the report before it, and the rows behind each figure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from socok_analysis.core.danish import fold, split_cell
from socok_analysis.core.year import Year
from socok_analysis.figures import rows as stated
from socok_analysis.figures.figure import Figure, is_true, read_figures
from socok_analysis.figures.rows import EVER, REASON, YES, Condition, FigureRow
from socok_analysis.intake.maps import EXTENDED, Code, Maps, list_codes, list_reasons, read_maps
from socok_analysis.intake.tables import read_tables

MONTH = re.compile(r"\d{4}-\d{2}")
NUMBER = re.compile(r"\d+([.,]\d{1,2})?")
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
PERCENT, PARTNER = ("pct.", "%"), "enterprise_id"
Kept = TypeVar("Kept")


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

    def keep(self, key: object, make: Callable[[], Kept]) -> Kept:
        """Return what has been made of the tables under a key; made once."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: Kept = self._kept[key]
        return kept

    def tell(self, figures: Iterable[Figure]) -> Evidence:
        """Return the same with these figures; what was made of the tables is kept."""
        told = replace(self, figures={figure.figure: figure for figure in figures})
        told._kept.update(self._kept)
        return told

    @property
    def rows(self) -> tuple[FigureRow, ...]:
        """What every figure is, as the project states it."""
        return self.keep("rows", lambda: stated.read_rows(self.year.root))

    @cached_property
    def names(self) -> dict[str, str]:
        """The enterprises' names by id."""
        register = self.tables["enterprises"]
        return dict(zip(register[PARTNER], register["name"], strict=True))

    def name(self, enterprise: object) -> str:
        """Return an enterprise's name, its id where the register has none."""
        return self.names.get(str(enterprise), str(enterprise))

    @cached_property
    def reasons(self) -> dict[str, Code]:
        """The exit reasons by code; an extension is none."""
        codes = list_codes(self.maps.codes["exit_reasons"])
        return {code: entry for code, entry in codes.items() if code != EXTENDED}

    @cached_property
    def dates(self) -> dict[str, date | None]:
        """The year's dates by the names conditions use."""
        return {name: getattr(self.year, field) for name, (field, _) in stated.DAYS.items()}

    def counted_by(self, rate: str, partner: str) -> list[str]:
        """Return the exit reasons a rate counts at a partner in the year."""
        return list_reasons(self.maps.definitions, rate, self.year.year, partner, self.reasons)

    def table(self, name: str) -> pd.DataFrame:
        """Return a table as rows of `figures.csv` know it, with what is looked up for it."""
        look_up = TABLES.get(name)
        return self.keep(name, lambda: to_days(look_up(self) if look_up else self.tables[name]))

    def read_day(self, text: str) -> date | None:
        """Return the date a text stands for: one of the year's, a date, a month's last day.

        The month of the evaluation ends on the evaluation date.
        """
        last = self.year.evaluation_date
        if text in self.dates:
            return self.dates[text]
        if not MONTH.fullmatch(text):
            return date.fromisoformat(text)
        return last if text == f"{last:%Y-%m}" else pd.Period(text).end_time.date()

    def match(self, table: str, condition: Condition, partner: str = "") -> np.ndarray:
        """Return which rows of a table meet a condition; where a value is missing, none does."""
        name, text = condition.column, condition.value

        def meet() -> np.ndarray:
            rows = self.table(table)
            value: Any = text == YES or text
            if name == REASON:
                codes = [text] if condition.comparison == "is" else self.counted_by(text, partner)
                exits = self.tables["exits"]
                own = exits.loc[exits["exit_reason"].isin(codes), "course_id"]
                met = rows["course_id"].isin(own)
            elif condition.comparison == stated.KNOWN:
                met = rows[name].notna()
            else:
                if name.endswith(stated.OF_DAYS):
                    value = self.shift(text, rows)
                elif stated.list_columns(table)[name].type in stated.NUMBERS:
                    value = float(text)
                met = getattr(rows[name], stated.COMPARE[condition.comparison])(value)
            return met.to_numpy(dtype=bool, na_value=False) ^ condition.is_not

        return self.keep((table, condition, partner if name == REASON else ""), meet)

    def shift(self, text: str, rows: pd.DataFrame) -> Any:
        """Return the day a text stands for, or one for each row, moved where it says so."""
        moved: Any = stated.MOVED.fullmatch(text)
        base = moved["base"] if moved else text
        day = rows[base] if base.endswith("_on") else pd.Timestamp(self.read_day(base) or "NaT")
        if not moved:
            return day
        sign, size, unit = moved.group("sign", "size", "unit")
        if unit == "months":
            return day + pd.DateOffset(months=int(sign + size))
        by = int(size) if size.isdigit() else rows[size]
        return day + pd.to_timedelta(by * int(f"{sign}1"), unit=unit[0].upper())

    def match_rows(self, row: FigureRow) -> tuple[np.ndarray, np.ndarray]:
        """Return which rows of its table a figure is of, and which of those it counts."""
        partner, size = find_partner(row), 1 + len(row.of)
        masks = [np.ones(len(self.table(row.table)), dtype=bool)]
        masks += [self.match(row.table, c, partner) for c in (*row.of, *row.counted)]
        return np.logical_and.reduce(masks[:size]), np.logical_and.reduce(masks)

    def select_rows(self, row: FigureRow) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows a figure with a table is of (a rate's denominator), and those counted."""
        of, counted = self.match_rows(row)
        return self.table(row.table)[of], self.table(row.table)[counted]


def find_partner(row: FigureRow) -> str:
    """Return the partner whose rows a figure is of; "" for all."""
    own = (c.value for c in row.of if (c.column, c.comparison) == (PARTNER, "="))
    return next(own, "")


def _look_up_jobs(evidence: Evidence, jobs: pd.DataFrame | None = None) -> pd.DataFrame:
    codes = list_codes(evidence.maps.codes["channels"])
    groups = {code: entry.extra["channel_group"] for code, entry in codes.items()}
    jobs = evidence.tables["jobs"] if jobs is None else jobs
    return jobs.assign(channel_group=jobs["channel"].map(groups))


def _gather_jobs(evidence: Evidence) -> pd.DataFrame:
    """Return each job of this and earlier exports once; what the newest says of it holds."""
    exports = [evidence.tables["jobs"], *reversed(evidence.earlier_jobs)]
    told = pd.concat([jobs for jobs in exports if len(jobs)] or exports[:1])
    return _look_up_jobs(evidence, told.drop_duplicates("job_id", ignore_index=True))


def _look_up_waiting(evidence: Evidence) -> pd.DataFrame:
    listed, agreements = evidence.tables["waiting_list"], evidence.tables["agreements"]
    own = dict(zip(agreements["agreement_id"], agreements[PARTNER], strict=True))
    return listed.assign(enterprise_id=listed["agreement_id"].map(own))


def _look_up_courses(evidence: Evidence) -> pd.DataFrame:
    """Return the courses with the terms they began under, plans in time, and the next job.

    The terms are those of the partner's agreement that had begun last when the course began.
    Whether a plan was in time is known where it has a date or there is none; nowhere at a partner
    whose plans have no dates.
    """
    courses, agreements, jobs = (
        to_days(evidence.tables[name]) for name in ("courses", "agreements", "jobs")
    )
    courses, terms = courses.reset_index(drop=True), ["max_weeks", "plan_after_weeks"]
    stays = courses[[PARTNER, "person_key", "started_on", "ended_on"]].reset_index()
    under = stays.merge(agreements[[PARTNER, "starts_on", *terms]], on=PARTNER)
    under = under[under["starts_on"] <= under["started_on"]]
    under = under.sort_values("starts_on", ascending=False, kind="stable").drop_duplicates("index")
    agreed = under.set_index("index")[terms].reindex(courses.index)
    begun = jobs[["person_key", "started_on"]].dropna()
    hired = stays.merge(begun.rename(columns={"started_on": "next_job_on"}), on="person_key")
    hired = hired[hired["next_job_on"] >= hired["ended_on"]]
    made, weeks = courses["plan_made_on"], agreed["plan_after_weeks"]
    dated = courses[PARTNER].isin(courses.loc[made.notna(), PARTNER])
    is_known = made.notna() | (dated & is_true(~courses["has_plan"]))
    in_time = made <= courses["started_on"] + pd.to_timedelta(weeks * 7, unit="D")
    return courses.assign(
        **agreed,
        has_plan_in_time=in_time.astype("boolean").where(is_known & weeks.notna()),
        next_job_on=hired.groupby("index")["next_job_on"].min(),
    )


def _look_up_attendance(evidence: Evidence) -> pd.DataFrame:
    """Return the weeks with their Monday, and the partner of the person's course in that week."""
    weeks = evidence.tables["attendance"].reset_index(drop=True)
    weeks["monday_on"] = pd.to_datetime(weeks["week"].astype(object) + "-1", format="%G-W%V-%u")
    courses = to_days(evidence.tables["courses"]).dropna(subset="person_key")
    stays = courses[["person_key", "started_on", "ended_on", PARTNER]]
    at = weeks[["person_key", "monday_on"]].reset_index().merge(stays, on="person_key")
    has_begun = at["started_on"] <= at["monday_on"] + pd.Timedelta(days=6)
    at = at[has_begun & ~(at["ended_on"] < at["monday_on"])]
    at = at.sort_values(["started_on", PARTNER]).drop_duplicates("index", keep="last")
    return weeks.assign(enterprise_id=at.set_index("index")[PARTNER])


def _join_steps(evidence: Evidence) -> pd.DataFrame:
    """Return the last row of everyone measured twice by the evaluation, with effective hours."""
    steps = list_steps(evidence)
    steps = steps.assign(last_hours=steps["hours_per_week"] * steps["intensity_pct"] / 100)
    first = steps.drop_duplicates("person_key").set_index("person_key")["last_hours"]
    again = steps[steps["person_key"].duplicated()].drop_duplicates("person_key", keep="last")
    return again.assign(first_hours=again["person_key"].map(first))


def list_steps(evidence: Evidence) -> pd.DataFrame:
    """Return the measurements by the evaluation in their order, the last of each day."""
    steps = evidence.tables["progression"]
    steps = steps[is_true(steps["measured_on"] <= evidence.year.evaluation_date)]
    steps = steps.sort_values(["measured_on", "person_key"])
    return steps.drop_duplicates(["person_key", "measured_on"], keep="last")


def _look_up_facts(evidence: Evidence) -> pd.DataFrame:
    """Return the stated facts with the enterprise they are about, and percentages as numbers."""
    facts, owners = evidence.tables["facts"], list_owners(evidence.tables["enterprises"])
    numbers = facts["value"].astype(str).map(read_number)
    return facts.assign(
        enterprise_id=facts["subject"].map(lambda subject: owners.get(fold(subject))),
        share_pct=numbers.where(facts["unit"].isin(PERCENT)),
    )


def list_owners(register: pd.DataFrame) -> Mapping[str, str]:
    """Return the enterprises' ids by the folded spellings of their names."""
    rows = register[["name", "aliases", PARTNER]].fillna("").itertuples(index=False)
    names = ((made, (name, *split_cell(aliases, ";"))) for name, aliases, made in rows)
    return {fold(spelling): made for made, spellings in names for spelling in spellings}


def read_number(text: str) -> float | int | None:
    """Return a value as a number where it is one: 40, 3.5, 3,5 and 24.000."""
    if THOUSANDS.fullmatch(text):
        return int(text.replace(".", ""))
    number = float(text.replace(",", ".")) if NUMBER.fullmatch(text) else None
    return int(number) if number is not None and number.is_integer() else number


TABLES: Mapping[str, Callable[[Evidence], pd.DataFrame]] = {
    "jobs": _look_up_jobs,
    EVER: _gather_jobs,
    "waiting_list": _look_up_waiting,
    "courses": _look_up_courses,
    "attendance": _look_up_attendance,
    "progression": _join_steps,
    "facts": _look_up_facts,
}


def to_days(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose dates are pandas' own, which can be moved by weeks and months."""
    days = [name for name in table if str(name).endswith(stated.OF_DAYS)]
    return table.astype(dict.fromkeys(days, "datetime64[s]"))


def read_evidence(
    year: Year, told: Mapping[str, Figure] | None = None, earlier: Evidence | None = None
) -> Evidence:
    """Return the evidence of a prepared year, with the figures told where they are not all."""
    figures = read_figures(year.processed_dir, year.year) if told is None else told
    tables, maps = read_tables(year.processed_dir), read_maps(year.root, year.year)
    return Evidence(year, tables, figures, maps, earlier)
