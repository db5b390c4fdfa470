"""Measures: a year's tables in, figures out, each counted as its row of `figures.csv` says.

What no row can say has a function by name: differences with intervals, goals, single cases,
stated facts, recommendations and what was read. `measure_status` is of a year as on a date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from socok_analysis.core.errors import DataError
from socok_analysis.core.lists import Filled, ListFile
from socok_analysis.core.lists import read_rows as read_list
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import Year, maps_dir
from socok_analysis.figures.counting import (
    count_months,
    difference,
    list_month_ends,
    move,
    on_or_before,
    share,
)
from socok_analysis.figures.evidence import Evidence, find_partner, is_known, match_rows
from socok_analysis.figures.facts import measure_cases, measure_facts, measure_recommendations
from socok_analysis.figures.figure import Figure, Value
from socok_analysis.figures.rows import (
    COUNTS,
    EVER,
    HOLE,
    OF_FIGURES,
    REASON,
    FigureRow,
    compile_name,
    fill,
    find_row,
    list_choices,
    read_rows,
)
from socok_analysis.intake.maps import Code, Maps, list_codes

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
ByName = Mapping[str, Figure]
TEXT_SOURCE = "tekst: Anbefaling og Opfølgning"
RECEIVED = {"rows_kept": "rows", "rows_quarantined": "set_aside", "rows_skipped": "passed_over"}
# Figures of a mid-year status alone.
OF_STATUS = ("last_year.", "goals.jobs_per_year.to_date")
NAMED: Mapping[str, Callable[[Evidence], Iterable[Figure]]] = {
    "cases": measure_cases,
    "facts": measure_facts,
    "recommendations": measure_recommendations,
}


def measure_year(
    tables: Tables, earlier_jobs: Sequence[pd.DataFrame], year: Year, maps: Maps
) -> list[Figure]:
    """Return every figure of a year. `earlier_jobs`: the jobs tables of earlier years' exports."""
    evidence = Evidence(year, tables, {}, maps, earlier_jobs=tuple(earlier_jobs))
    return measure_rows([r for r in evidence.rows if not r.name.startswith(OF_STATUS)], evidence)


def measure_rows(rows: Sequence[FigureRow], evidence: Evidence) -> list[Figure]:
    """Return the figures of some rows, told in full, by family and partner."""
    found: dict[str, Figure] = {}
    named = [make for verb, make in NAMED.items() if verb in {row.verb for row in rows}]
    for figure in (figure for make in named for figure in make(evidence)):
        found[figure.figure] = figure
    for row in (row for row in rows if row.verb not in OF_FIGURES):
        for figure in measure_row(row, evidence):
            found.setdefault(figure.figure, figure)
    for row in (row for row in rows if row.verb in OF_FIGURES):
        for figure in work_out(row, found, evidence.year):
            found.setdefault(figure.figure, figure)
    families = [row.name.partition(".")[0] for row in rows]
    ordered = sorted(found.values(), key=lambda f: _place(f, families, evidence))
    explain = _make_explain(evidence)
    return [explain(figure) for figure in ordered]


def _place(figure: Figure, families: Sequence[str], evidence: Evidence) -> tuple[int, str]:
    """Return where a figure stands: with its family, and in it with its partner."""
    family, part, *_ = figure.figure.split(".")
    is_partner = part in {*evidence.tables["enterprises"]["enterprise_id"]}
    return families.index(family), part if is_partner else ""


def measure_row(row: FigureRow, evidence: Evidence) -> Iterator[Figure]:
    """Yield the figures of a row: one, or one for each partner, code or month it speaks of."""
    if row.table == EVER or row.table in evidence.tables:
        for holes, label in list_holes(row, evidence):
            figure = count_row(row.fill(**holes), evidence)
            if figure.value is not None or row.verb not in ("latest", "change"):
                yield replace(figure, label=label)


def list_holes(row: FigureRow, evidence: Evidence) -> Iterator[tuple[dict[str, str], str]]:
    """Yield what stands in a row's holes for each of its figures, and a code's own label."""
    codes: Mapping[str, Code | None] = {"": None}
    if "code" in row.holes:
        conditions = (*row.of, *row.counted)
        column = next(c.column for c in conditions if c.value == "{code}")
        lists = evidence.maps.codes
        codes = (
            evidence.reasons
            if column == REASON
            else list_codes(lists[list_choices(row.table, column)])
        )
    months = (
        [f"{day:%Y-%m}" for day in _list_months(row, evidence)] if "month" in row.holes else [""]
    )
    for partner in _list_partners(row, evidence) if "p" in row.holes else [""]:
        for code, entry in codes.items():
            for month in months:
                label = entry.label if entry else ""
                yield {"p": partner, "code": code, "month": month}, label


def _list_months(row: FigureRow, evidence: Evidence) -> list[date]:
    """Return the ends of the months a row speaks of: since the strategy began, or the period."""
    year = evidence.year
    if any(c.value == "strategy" for c in row.of):
        return list_month_ends(year.strategy_start, year.period_end)
    return list_month_ends(year.period_start, year.evaluation_date)


def _list_partners(row: FigureRow, evidence: Evidence) -> list[str]:
    """Return the partners a row has figures of: those with courses, or with agreements that have
    begun; with both for the use of places; those that have rows for grants and attendance.
    """
    family, day = row.name.partition(".")[0], evidence.year.evaluation_date
    courses, agreements = evidence.tables["courses"], evidence.tables["agreements"]
    if row.table in ("grants", "attendance", "facts"):
        rest = replace(row, of=tuple(c for c in row.of if c.value != "{p}"), counted=())
        own = evidence.table(row.table)[match_rows(rest, evidence)[0]]
        return sorted({*own["enterprise_id"].dropna()})
    if family == "agreements":
        return sorted(
            {*agreements.loc[on_or_before(agreements["starts_on"], day), "enterprise_id"]}
        )
    started = {*courses.loc[on_or_before(courses["started_on"], day), "enterprise_id"]}
    return sorted(started & {*agreements["enterprise_id"]} if family == "occupancy" else started)


def count_row(row: FigureRow, evidence: Evidence) -> Figure:
    """Return the one figure of a row whose holes are filled, counted from its table."""
    period = find_period(row, evidence)
    figure = Figure(row.name, None, list_tables(row), *period)
    if "previous" in {c.value for c in (*row.of, *row.counted)} and not evidence.dates["previous"]:
        return figure
    of, met = match_rows(row, evidence)
    numerator, denominator = int((of & met).sum()), int(of.sum())
    if row.verb == "share":
        made = share(row.name, numerator, denominator)
        return replace(made, tables=figure.tables, period_start=period[0], period_end=period[1])
    if row.verb == "part":
        return replace(figure, value=numerator, numerator=numerator, denominator=denominator)
    if row.verb in COUNTS:
        return replace(figure, value=numerator)
    if row.verb == "change":
        return _measure_change(row, of, met, evidence, figure)
    rows = evidence.table(row.table)[of & met]
    value = aggregate(row, rows)
    if row.verb in ("weeks", "days", "mean"):
        return replace(figure, value=value, denominator=int(rows[row.takes[-1]].notna().sum()))
    return replace(figure, value=value)


def aggregate(row: FigureRow, rows: pd.DataFrame) -> Value:
    """Return the value a verb makes of a column's cells; None where none of them is known."""
    column = row.takes[-1]
    cells = [cell for cell in rows[column] if is_known(cell)]
    if row.verb == "distinct":
        return len(set(cells))
    if row.verb in ("weeks", "days"):
        starts = rows.loc[rows[column].notna(), row.takes[0]]
        days = [(end - start).days for start, end in zip(starts, cells, strict=True)]
        return median(days) / (7 if row.verb == "weeks" else 1) if days else None
    if row.verb == "mean":
        return float(sum(cells)) / len(cells) if cells else None
    if row.verb == "latest":
        last = rows.sort_values("starts_on")[column].tail(1)
        known = [cell for cell in last if is_known(cell)]
        return _as_told(column, float(known[0])) if known else None
    if row.verb == "stated" and len(rows) and not cells:
        return None
    total = float(sum(cells))
    return total if row.verb == "sum" and column.endswith("_hours") else _as_told(column, total)


def _as_told(column: str, number: float) -> float | int:
    """Return a number of a column: a percentage as a share, a whole number without decimals."""
    return number / 100 if column.endswith("_pct") else as_whole(number)


def as_whole(number: float) -> float | int:
    """Return a number without decimals as a whole one."""
    return int(number) if number.is_integer() else number


def _measure_change(
    row: FigureRow, of: np.ndarray, met: np.ndarray, evidence: Evidence, figure: Figure
) -> Figure:
    """Return the share of the rows after the last evaluation minus that of the rows before it."""
    previous = evidence.dates["previous"]
    days = evidence.table(row.table)[row.takes[0]]
    is_late = ~on_or_before(days, previous or date.min).to_numpy(dtype=bool)
    since, before = (
        share("", int((of & part & met).sum()), int((of & part).sum()))
        for part in (is_late, ~is_late)
    )
    gap = difference(row.name, since, before)
    return replace(gap, tables=figure.tables, period_start=previous, period_end=figure.period_end)


def find_period(row: FigureRow, evidence: Evidence) -> tuple[date | None, date | None]:
    """Return the first and the last day a row counts, as its conditions name them."""
    values = [c.value for c in row.of]
    day, year = evidence.year.evaluation_date, evidence.year
    bounds = {value: evidence.read_day(value) for value in values if value in evidence.dates}
    months = [value for value in values if value[:4].isdigit() and len(value) == 7]
    if months:
        return bounds.get("strategy"), evidence.read_day(months[0])
    if "start - 12 months" in values:
        return move(year.period_start, -12, "months"), move(year.period_end, -12, "months")
    if row.table == "attendance" and row.verb != "rows":
        own = evidence.table("attendance")[match_rows(row, evidence)[0]]["monday_on"]
        return (min(own), max(own) + timedelta(6)) if len(own) else (None, None)
    if row.table == "attendance":
        return None, None
    if "end" in bounds:
        return bounds.get("strategy") or year.period_start, year.period_end
    if any(value.startswith("end ") for value in values):
        return None, year.period_end
    if "previous" in bounds:
        return bounds["previous"], day
    if row.name.startswith("outcomes."):
        return _find_first(find_partner(row), evidence), day
    return None, day


def _find_first(partner: str, evidence: Evidence) -> date | None:
    """Return the day of a partner's first agreement; of its first course where none is known."""
    agreements, courses = evidence.tables["agreements"], evidence.tables["courses"]
    for table, column in ((agreements, "starts_on"), (courses, "started_on")):
        days = [*table.loc[table["enterprise_id"] == partner, column].dropna()]
        if days:
            return min(days)
    return None


@dataclass(frozen=True)
class Reservation:
    """What figures whose names fit a pattern are made of that readers must know."""

    pattern: Filled
    label: Filled
    reason: Filled


def read_reservations(root: Path) -> list[Reservation]:
    """Return the reservations of `data/raw/maps/reservations.csv`; raise DataError for faults."""
    problems: list[Problem] = []
    found = read_list(ListFile(maps_dir(root) / "reservations.csv"), Reservation, problems)
    if problems:
        raise DataError("Listen over forbehold har fejl.", problems)
    return found


def _make_explain(evidence: Evidence) -> Callable[[Figure], Figure]:
    """Return what tells a figure's label, unit, definition and the sheets its tables came from.

    A reservation stands in the label and the definition, so that it is told wherever they are.
    """
    held = read_reservations(evidence.year.root)
    sources = {kind: name_sources(table) for kind, table in evidence.tables.items()}
    sources |= {"exits": sources["courses"], "texts": TEXT_SOURCE}

    def explain(figure: Figure) -> Figure:
        row = find_row(figure.figure, evidence.rows)
        assert row, f"{figure.figure} has no row in figures.csv"
        own = [each for each in held if fnmatchcase(figure.figure, each.pattern)]
        marks = "".join(f" ({each.label})" for each in own)
        origins = tuple(sources[table] for table in figure.tables if table in sources)
        return replace(
            figure,
            label=(figure.label or row.label) + marks,
            unit=figure.unit or row.unit,
            definition=" ".join([row.definition, *(each.reason for each in own)]),
            sources=tuple(dict.fromkeys(origins)),
        )

    return explain


def name_sources(table: pd.DataFrame) -> str:
    """Return the file, sheet and number of rows a table came from (a course may have several)."""
    if not len(table):
        return "ingen rækker"
    first = table.iloc[0]
    joined = (
        sum(str(rows).count(";") for rows in table["source_rows"]) if "source_rows" in table else 0
    )
    return f"{first.source_file} › {first.source_sheet} ({len(table) + joined} rækker)"


def measure_received(accounts: Iterable[Mapping[str, object]], year: Year) -> list[Figure]:
    """Return the rows of each kind of export used, set aside and passed over.

    Sheets of no known kind stand together.
    """
    counts: dict[str, int] = {}
    files: dict[str, str] = {}
    for account in accounts:
        for column, name in RECEIVED.items():
            key = f"intake.{account['kind'] or 'unused'}.{name}"
            counts[key] = counts.get(key, 0) + int(str(account[column]))
            files[key] = f"{account['file']} › {account['sheet']}"
    rows = read_rows(year.root)
    figures = []
    for name, number in counts.items():
        row = find_row(name, rows)
        assert row, f"{name} has no row in figures.csv"
        told = {"label": row.label, "unit": row.unit, "definition": row.definition}
        made = Figure(name, number, (name,), period_end=year.period_end, sources=(files[name],))
        figures.append(replace(made, **told))
    return figures


def cut_year(year: Year, as_of: date) -> Year:
    """Return the year as it stands on a date: its period and its evaluation end there."""
    previous = year.previous_evaluation_date
    if previous is not None and previous >= as_of:
        previous = None
    return replace(year, period_end=as_of, evaluation_date=as_of, previous_evaluation_date=previous)


def measure_status(
    tables: Tables, earlier_jobs: Sequence[pd.DataFrame], year: Year, as_of: date, maps: Maps
) -> list[Figure]:
    """Return a mid-year status: the year's figures as of a date, the part of the year's goal for
    jobs that belongs to the months so far, and last year's jobs to the same date.

    `earlier_jobs`: the jobs tables of earlier years' exports.
    """
    evidence = Evidence(cut_year(year, as_of), tables, {}, maps, earlier_jobs=tuple(earlier_jobs))
    return measure_rows(evidence.rows, evidence)


def find_last_event(tables: Tables, as_of: date) -> date | None:
    """Return the last day by `as_of` on which the exports have a start or an end.

    Where it lies long before `as_of`, the exports were drawn too early for the status.
    """
    jobs, courses = tables["jobs"], tables["courses"]
    columns = (jobs["started_on"], courses["started_on"], courses["ended_on"])
    days = [day for column in columns for day in column.dropna() if day <= as_of]
    return max(days, default=None)


def list_tables(row: FigureRow) -> tuple[str, ...]:
    """Return the tidy tables a row looks at."""
    columns = {c.column for c in (*row.of, *row.counted)} | {*row.takes}
    text = " ".join(c.value for c in (*row.of, *row.counted))
    found = ["jobs" if row.table == EVER else row.table]
    found += ["exits"] if REASON in columns else []
    found += ["courses"] if row.table == "attendance" else []
    terms = {"max_weeks", "plan_after_weeks", "has_plan_in_time"}
    is_of_terms = row.table == "courses" and (terms & columns or any(t in text for t in terms))
    found += ["agreements"] if is_of_terms else []
    return tuple(found + (["jobs"] if "next_job_on" in columns else []))


def work_out(row: FigureRow, found: ByName, year: Year) -> Iterator[Figure]:
    """Yield the figures of a row that are worked out of other figures."""
    first = compile_name(row.takes[0])
    matches = [match.groupdict() for name in found if (match := first.fullmatch(name))]
    wanted = HOLE.findall(row.name)
    for holes in {tuple(m[hole] for hole in wanted): m for m in matches}.values():
        own = {hole: holes[hole] for hole in wanted}
        terms = [
            [f for name, f in found.items() if compile_name(fill(term, own)).fullmatch(name)]
            for term in row.takes
        ]
        if all(terms) and (figure := _combine(row, terms, year)):
            name, code = fill(row.name, own), "code" in own
            tables = tuple(dict.fromkeys(t for term in terms for f in term for t in f.tables))
            label = terms[0][0].label if code else ""
            tables = () if row.verb in ("goal", "so_far") else tables
            yield replace(figure, figure=name, label=label, tables=tables)


def _combine(row: FigureRow, terms: Sequence[Sequence[Figure]], year: Year) -> Figure | None:
    """Return what a verb makes of other figures; None where there is nothing to tell."""
    first, last = terms[0][0], terms[0][-1]
    starts = {f.period_start for term in terms for f in term}
    start = first.period_start if len(starts) == 1 else None
    if first is not last and first.period_end:
        start = first.period_end.replace(day=1)
    made = Figure("", None, (), start, last.period_end)
    values = [[f.value or 0 for f in term] for term in terms]
    totals = [sum(each) for each in values]
    value: Value = None
    if row.verb in ("goal", "so_far"):
        target = getattr(year, row.name.split(".")[1])
        if target is None:
            return None
        part = count_months(year.period_start, year.evaluation_date) / 12
        value = target if row.verb == "goal" else target * part
    elif row.verb == "reached":
        value = first.value is not None and first.value >= totals[1]
    elif row.verb == "yearly":
        value = totals[0] * 12 / count_months(year.period_start, year.period_end)
    elif row.verb == "left":
        value = max(totals[0] - sum(totals[1:]), 0)
    elif row.verb == "ratio":
        value = totals[0] / totals[1] if totals[1] else None
        if not totals[1] or all(isinstance(total, int) for total in totals):
            made = replace(made, numerator=int(totals[0]), denominator=int(totals[1]))
    elif row.verb == "number":
        value = len(values[0])
    elif row.verb == "most":
        value = max(values[0])
    else:
        value = sum(a > b for a, b in zip(*values, strict=True))
    return replace(made, value=value)
