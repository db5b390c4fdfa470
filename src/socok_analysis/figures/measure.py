"""Measures: a year's tables in, figures out, each counted as its row of `figures.csv` says.

What no row can say has a function by name: differences with intervals, goals, single cases,
stated facts, recommendations and what was read. `measure_status` is of a year as on a date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from socok_analysis.core.lists import Filled, ListFile, read_rows
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import Year, maps_dir
from socok_analysis.figures import rows as stated
from socok_analysis.figures.counting import count_months, difference, share
from socok_analysis.figures.evidence import MONTH, Evidence, find_partner, match_rows, select_rows
from socok_analysis.figures.facts import measure_cases, measure_facts, measure_recommendations
from socok_analysis.figures.figure import Figure, Value
from socok_analysis.figures.rows import COUNTS, OF_FIGURES, REASON, Condition, FigureRow
from socok_analysis.intake.maps import Code, Maps, list_codes

Tables = Mapping[str, pd.DataFrame]
Accounts = Iterable[Mapping[str, object]]
TEXT_SOURCE = "tekst: Anbefaling og Opfølgning"
RECEIVED = {"rows_kept": "rows", "rows_quarantined": "set_aside", "rows_skipped": "passed_over"}
# Figures of a mid-year status alone.
OF_STATUS = ("last_year.", "goals.jobs_per_year.to_date")
OF_SETTINGS = ("goal", "so_far")
PARTNER = "enterprise_id"
NAMED = {"cases": measure_cases, "facts": measure_facts, "recommendations": measure_recommendations}


def measure_year(
    tables: Tables,
    earlier_jobs: Sequence[pd.DataFrame],
    year: Year,
    maps: Maps,
    accounts: Accounts = (),
) -> list[Figure]:
    """Return every figure of a year.

    `earlier_jobs`: the jobs tables of earlier years' exports; `accounts`: what was read of each
    sheet, as `intake.csv` has it.
    """
    evidence = Evidence(year, tables, {}, maps, earlier_jobs=tuple(earlier_jobs))
    rows = [row for row in evidence.rows if not row.name.startswith(OF_STATUS)]
    return measure_rows(rows, evidence, accounts)


def measure_status(
    tables: Tables, earlier_jobs: Sequence[pd.DataFrame], year: Year, as_of: date, maps: Maps
) -> list[Figure]:
    """Return a mid-year status: the year's figures as of a date, the part of the year's goal for
    jobs that belongs to the months so far, and last year's jobs to the same date.
    """
    evidence = Evidence(cut_year(year, as_of), tables, {}, maps, earlier_jobs=tuple(earlier_jobs))
    return measure_rows(evidence.rows, evidence)


def cut_year(year: Year, as_of: date) -> Year:
    """Return the year as it stands on a date: its period and its evaluation end there."""
    before = year.previous_evaluation_date
    previous = before if before and before < as_of else None
    return replace(year, period_end=as_of, evaluation_date=as_of, previous_evaluation_date=previous)


def measure_rows(
    rows: Sequence[FigureRow], evidence: Evidence, accounts: Accounts = ()
) -> list[Figure]:
    """Return the figures of some rows, told in full, by family and partner.

    A reservation stands in the label and the definition, so that it is told wherever they are.
    """
    verbs = {row.verb for row in rows}
    told = [figure for verb, make in NAMED.items() if verb in verbs for figure in make(evidence)]
    found = {f.figure: f for f in (*told, *measure_received(accounts, evidence.year))}
    for row in sorted(rows, key=lambda row: row.verb in OF_FIGURES):
        is_worked_out = row.verb in OF_FIGURES
        made = work_out(row, found, evidence.year) if is_worked_out else measure_row(row, evidence)
        for figure in made:
            found.setdefault(figure.figure, figure)
    partners = {*evidence.tables["enterprises"]["enterprise_id"]}
    held = read_reservations(evidence.year.root)
    sources = {kind: name_sources(table) for kind, table in evidence.tables.items()}
    sources |= {"exits": sources["courses"], "texts": TEXT_SOURCE}

    def explain(figure: Figure) -> Figure:
        row = stated.find_pattern(figure.figure, evidence.rows)
        assert row, f"{figure.figure} has no row in figures.csv"
        own = [each for each in held if fnmatchcase(figure.figure, each.pattern)]
        marks = "".join(f" ({each.label})" for each in own)
        origins = dict.fromkeys(sources[table] for table in figure.tables if table in sources)
        return replace(
            figure,
            label=(figure.label or row.label) + marks,
            unit=figure.unit or row.unit,
            definition=" ".join([row.definition, *(each.reason for each in own)]),
            sources=figure.sources or tuple(origins),
        )

    families = [row.name.partition(".")[0] for row in rows]

    def place(figure: Figure) -> tuple[int, str]:
        family, part, *_ = figure.figure.split(".")
        return families.index(family), part if part in partners else ""

    return [explain(figure) for figure in sorted(found.values(), key=place)]


def measure_row(row: FigureRow, evidence: Evidence) -> Iterator[Figure]:
    """Yield the figures of a row: one, or one for each partner, code or month it speaks of."""
    if row.table == stated.EVER or row.table in evidence.tables:
        for holes, label in list_holes(row, evidence):
            figure = count_row(row.fill(**holes), evidence)
            if figure.value is not None or row.verb not in ("latest", "change"):
                yield replace(figure, label=label)


def list_holes(row: FigureRow, evidence: Evidence) -> Iterator[tuple[dict[str, str], str]]:
    """Yield what stands in a row's holes for each of its figures, and a code's own label."""
    codes: Mapping[str, Code | None] = {"": None}
    if "code" in row.holes:
        column = next(c.column for c in (*row.of, *row.counted) if c.value == "{code}")
        own = evidence.maps.codes.get(stated.list_choices(row.table, column), {})
        codes = evidence.reasons if column == REASON else list_codes(own)
    months = [""]
    if "month" in row.holes:
        year, is_long = evidence.year, any(c.value == "strategy" for c in row.of)
        first = year.strategy_start if is_long else year.period_start
        last = year.period_end if is_long else year.evaluation_date
        months = [str(month) for month in pd.period_range(first, last, freq="M")]
    for partner in _list_partners(row, evidence) if "p" in row.holes else [""]:
        for code, entry in codes.items():
            for month in months:
                yield {"p": partner, "code": code, "month": month}, entry.label if entry else ""


def _list_partners(row: FigureRow, evidence: Evidence) -> list[str]:
    """Return the partners a row has figures of: those with courses, or with agreements that have
    begun; with both for the use of places; those that have rows for all other tables.
    """
    family = row.name.partition(".")[0]
    if row.table not in ("courses", "agreements", "waiting_list", "exits"):
        rest = replace(row, of=tuple(c for c in row.of if c.value != "{p}"), counted=())
        return sorted({*select_rows(rest, evidence).of[PARTNER].dropna()})
    begun, started = (
        {*evidence.tables[t].loc[evidence.match(t, Condition(c, "<=", "day", False)), PARTNER]}
        for t, c in (("agreements", "starts_on"), ("courses", "started_on"))
    )
    if family == "occupancy":
        started &= {*evidence.tables["agreements"][PARTNER]}
    return sorted(begun if family == "agreements" else started)


def count_row(row: FigureRow, evidence: Evidence) -> Figure:
    """Return the one figure of a row whose holes are filled, counted from its table."""
    first, last = find_period(row, evidence)
    told: dict[str, Any] = {"tables": list_tables(row), "period_start": first, "period_end": last}
    if "previous" in {c.value for c in row.of} and not evidence.dates["previous"]:
        return Figure(row.name, None, **told)
    of, met = match_rows(row, evidence)
    numerator, denominator = int((of & met).sum()), int(of.sum())
    if row.verb == "share":
        return share(row.name, numerator, denominator, **told)
    if row.verb == "part":
        told |= {"numerator": numerator, "denominator": denominator}
    if row.verb in COUNTS:
        return Figure(row.name, numerator, **told)
    if row.verb == "change":
        previous = pd.Timestamp(evidence.dates["previous"] or "NaT")
        since = (evidence.table(row.table)[row.takes[0]] > previous).to_numpy()
        parts = [share("", int((of & p & met).sum()), int((of & p).sum())) for p in (since, ~since)]
        told["period_start"] = evidence.dates["previous"]
        return difference(row.name, *parts, **told)
    rows = evidence.table(row.table)[of & met]
    size = int(rows[row.takes[-1]].count()) if row.verb in ("weeks", "days", "mean") else None
    return Figure(row.name, aggregate(row, rows), denominator=size, **told)


def aggregate(row: FigureRow, rows: pd.DataFrame) -> Value:
    """Return the value a verb makes of the columns it takes; None where nothing is known."""
    name = row.takes[-1]
    known = rows[name].dropna()
    if row.verb == "distinct":
        return int(known.nunique())
    if row.verb in ("weeks", "days"):
        days = (known - rows[row.takes[0]]).dt.days
        return float(days.median()) / (7 if row.verb == "weeks" else 1) if len(known) else None
    if row.verb == "mean":
        return float(sum(known)) / len(known) if len(known) else None
    if row.verb == "latest":
        cell = rows[name].iloc[rows["starts_on"].argmax()] if len(rows) else pd.NA
        return None if pd.isna(cell) else _as_told(name, float(cell))
    if row.verb == "stated" and len(rows) and not len(known):
        return None
    total = float(sum(known))
    return total if row.verb == "sum" and name.endswith("_hours") else _as_told(name, total)


def _as_told(column: str, number: float) -> float | int:
    """Return a number of a column: a percentage as a share, a whole number without decimals."""
    if column.endswith("_pct"):
        return number / 100
    return int(number) if number.is_integer() else number


def find_period(row: FigureRow, evidence: Evidence) -> tuple[date | None, date | None]:
    """Return the first and the last day a row counts, as its conditions name them."""
    values, year, dates = [c.value for c in row.of], evidence.year, evidence.dates
    start = dates["strategy"] if "strategy" in values else None
    months = [value for value in values if MONTH.fullmatch(value)]
    if months:
        return start, evidence.read_day(months[0])
    if "start - 12 months" in values:
        days = (pd.Timestamp(day) for day in (year.period_start, year.period_end))
        first, last = ((day - pd.DateOffset(months=12)).date() for day in days)
        return first, last
    if row.table == "attendance":
        mondays = select_rows(row, evidence).of["monday_on"]
        if row.verb == "rows" or not len(mondays):
            return None, None
        return mondays.min().date(), mondays.max().date() + timedelta(6)
    if "end" in values:
        return start or year.period_start, year.period_end
    if any(value.startswith("end ") for value in values):
        return None, year.period_end
    if "previous" in values:
        return year.previous_evaluation_date, year.evaluation_date
    is_since_start = row.name.startswith("outcomes.")
    return _find_first(row, evidence) if is_since_start else None, year.evaluation_date


def _find_first(row: FigureRow, evidence: Evidence) -> date | None:
    """Return the day of a partner's first agreement; of its first course where none is known."""
    partner = find_partner(row)
    for table, column in (("agreements", "starts_on"), ("courses", "started_on")):
        own = evidence.match(table, Condition(PARTNER, "=", partner, False))
        days = evidence.tables[table].loc[own, column].dropna()
        if len(days):
            first: date = days.min()
            return first
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
    found = read_rows(ListFile(maps_dir(root) / "reservations.csv"), Reservation, problems)
    if problems:
        raise DataError("Listen over forbehold har fejl.", problems)
    return found


def name_sources(table: pd.DataFrame) -> str:
    """Return the file, sheet and number of rows a table came from (a course may have several)."""
    if not len(table):
        return "ingen rækker"
    parts = table[["source_file", "source_sheet"]].drop_duplicates().fillna("")
    names = ", ".join(" › ".join(filter(None, part)) for part in parts.itertuples(index=False))
    joined = (
        sum(str(rows).count(";") for rows in table["source_rows"]) if "source_rows" in table else 0
    )
    return f"{names} ({len(table) + joined} rækker)"


def measure_received(accounts: Accounts, year: Year) -> Iterator[Figure]:
    """Yield the rows of each kind of export used, set aside and passed over.

    Sheets of no known kind stand together.
    """
    counts, files = Counter[str](), dict[str, str]()
    for account in accounts:
        for column, name in RECEIVED.items():
            key = f"intake.{account['kind'] or 'unused'}.{name}"
            counts[key] += int(str(account[column]))
            files[key] = f"{account['file']} › {account['sheet']}"
    for key, number in counts.items():
        yield Figure(key, number, period_end=year.period_end, sources=(files[key],))


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
    found = ["jobs" if row.table == stated.EVER else row.table]
    found += ["exits"] if REASON in columns else []
    found += ["courses"] if row.table == "attendance" else []
    terms = {"max_weeks", "plan_after_weeks", "has_plan_in_time"}
    is_of_terms = row.table == "courses" and (terms & columns or any(t in text for t in terms))
    found += ["agreements"] if is_of_terms else []
    return tuple(found + (["jobs"] if "next_job_on" in columns else []))


def work_out(row: FigureRow, found: Mapping[str, Figure], year: Year) -> Iterator[Figure]:
    """Yield the figures of a row that are worked out of other figures."""
    first, wanted = stated.compile_name(row.takes[0]), row.holes
    matches = [match for name in found if (match := first.fullmatch(name))]
    for own in dict.fromkeys(tuple(match[hole] for hole in wanted) for match in matches):
        filled = row.fill(**dict(zip(wanted, own, strict=True)))
        terms = [[found[name] for name in stated.match_names(t, found)] for t in filled.takes]
        value = combine(filled, terms, year) if all(terms) else None
        is_setting = row.verb in OF_SETTINGS
        if not all(terms) or (value is None and is_setting):
            continue
        figures, (begun, *others) = [f for term in terms for f in term], terms[0]
        tables = dict.fromkeys(table for f in figures for table in f.tables)
        starts, last = {f.period_start for f in figures}, terms[0][-1]
        start = last.period_start if len(starts) == 1 else None
        if others and begun.period_end:
            start = begun.period_end.replace(day=1)
        above, below = _find_parts(terms) if row.verb == "ratio" else (None, None)
        yield Figure(
            filled.name,
            value,
            () if is_setting else tuple(tables),
            start,
            last.period_end,
            above,
            below,
            label=begun.label if "code" in wanted else "",
        )


def _find_parts(terms: Sequence[Sequence[Figure]]) -> tuple[int | None, int | None]:
    """Return a ratio's numerator and denominator: where both are counts, or it is over nothing."""
    above, below = (sum(f.value or 0 for f in term) for term in terms)
    if below and not (isinstance(above, int) and isinstance(below, int)):
        return None, None
    return int(above), int(below)


def combine(row: FigureRow, terms: Sequence[Sequence[Figure]], year: Year) -> Value:
    """Return what a verb makes of the values of other figures; None where that is not known."""
    values = [[f.value or 0 for f in term] for term in terms]
    first, *rest = [sum(each) for each in values]
    if row.verb in OF_SETTINGS:
        target: int | None = getattr(year, row.name.split(".")[1])
        part = count_months(year.period_start, year.evaluation_date) / 12
        return target if target is None or row.verb == "goal" else target * part
    if row.verb == "yearly":
        return first * 12 / count_months(year.period_start, year.period_end)
    if row.verb == "ratio":
        return first / rest[0] if rest[0] else None
    if row.verb == "reached":
        return terms[0][0].value is not None and first >= rest[0]
    if row.verb == "exceeding":
        return sum(a > b for a, b in zip(values[0], values[1], strict=True))
    if row.verb == "left":
        return max(first - sum(rest), 0)
    return len(values[0]) if row.verb == "number" else max(values[0])
