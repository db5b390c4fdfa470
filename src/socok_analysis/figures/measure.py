"""Measures: a year's tables in, figures out, each counted as its row of `figures.csv` says.

What no row can say has a function by name: single cases, stated facts and recommendations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from socok_analysis.core.danish import fold, make_slug
from socok_analysis.core.lists import Filled, ListFile, read_rows
from socok_analysis.core.problems import DataError, Problem
from socok_analysis.core.year import Year, maps_dir
from socok_analysis.figures import evidence as looked_up
from socok_analysis.figures import rows as stated
from socok_analysis.figures.evidence import PARTNER, Evidence, find_partner
from socok_analysis.figures.figure import Figure, Value, count_months, difference, is_true, share
from socok_analysis.figures.rows import COUNTS, OF_FIGURES, REASON, FigureRow
from socok_analysis.intake.maps import Code, list_codes
from socok_analysis.intake.texts import STATUSES, Words

Tables = Mapping[str, pd.DataFrame]
# Figures of a mid-year status alone.
OF_STATUS = ("last_year.", "goals.jobs_per_year.to_date")
OF_PERSONS = ("borgere", "deltagere", "elever", "personer", "unge")  # units that count people
OF_ONE = ("timer pr. uge",)  # units that belong to one person
COUNTRY = "registrerede-socialoekonomiske-virksomheder"


def measure_status(evidence: Evidence, as_of: date) -> Evidence:
    """Return a mid-year status: the year's figures as of a date, the part of the year's goal for
    jobs that belongs to the months so far, and last year's jobs to the same date.
    """
    return measure_year(replace(evidence, year=cut_year(evidence.year, as_of)), is_status=True)


def cut_year(year: Year, as_of: date) -> Year:
    """Return the year as it stands on a date: its period and its evaluation end there."""
    before = year.previous_evaluation_date
    previous = before if before and before < as_of else None
    return replace(year, period_end=as_of, evaluation_date=as_of, previous_evaluation_date=previous)


def measure_year(evidence: Evidence, is_status: bool = False) -> Evidence:
    """Return a year's evidence with every figure of the year told in full, by family and partner.

    A reservation stands in the label and the definition, so that it is told wherever they are.
    """
    rows = [row for row in evidence.rows if is_status or not row.name.startswith(OF_STATUS)]
    named = (NAMED[verb] for verb in sorted({row.verb for row in rows} & {*NAMED}))
    found = {figure.figure: figure for make in named for figure in make(evidence)}
    for row in sorted(rows, key=lambda row: row.verb in OF_FIGURES):
        is_worked_out = row.verb in OF_FIGURES
        made = work_out(row, found, evidence.year) if is_worked_out else measure_row(row, evidence)
        for figure in made:
            found.setdefault(figure.figure, figure)
    held = read_reservations(evidence.year.root)
    sources = {kind: name_sources(table) for kind, table in evidence.tables.items()}
    sources |= {"texts": "tekst: Anbefaling og Opfølgning"}

    def explain(figure: Figure) -> Figure:
        row = stated.find_pattern(figure.figure, rows)
        assert row, f"{figure.figure} has no row in figures.csv"
        own = [each for each in held if fnmatchcase(figure.figure, each.pattern)]
        origins = dict.fromkeys(sources[table] for table in figure.tables if table in sources)
        return replace(
            figure,
            label=(figure.label or row.label) + "".join(f" ({each.label})" for each in own),
            unit=figure.unit or row.unit,
            definition=" ".join([row.definition, *(each.reason for each in own)]),
            sources=tuple(origins),
        )

    partners = {*evidence.tables["enterprises"][PARTNER]}
    families = [row.name.partition(".")[0] for row in rows]

    def place(figure: Figure) -> tuple[int, str]:
        family, part, *_ = figure.figure.split(".")
        return families.index(family), part if part in partners else ""

    return evidence.tell(explain(figure) for figure in sorted(found.values(), key=place))


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
    joined = sum(rows.count(";") for rows in table.get("source_rows", pd.Series()).astype(str))
    return f"{names} ({len(table) + joined} rækker)"


def measure_row(row: FigureRow, evidence: Evidence) -> Iterator[Figure]:
    """Yield the figures of a row: one, or one for each partner, code or month it speaks of."""
    if row.table != stated.EVER and row.table not in evidence.tables:
        return
    codes: Mapping[str, Code | None] = {"": None}
    if "code" in row.holes:
        column = next(c.column for c in (*row.of, *row.counted) if c.value == "{code}")
        own = evidence.maps.codes.get(stated.list_columns(row.table)[column].detail, {})
        codes = evidence.reasons if column == REASON else list_codes(own)
    months = [""]
    if "month" in row.holes:
        year, is_long = evidence.year, any(c.value == "strategy" for c in row.of)
        first = year.strategy_start if is_long else year.period_start
        last = year.period_end if is_long else year.evaluation_date
        months = [str(month) for month in pd.period_range(first, last, freq="M")]
    partners = _list_partners(row, evidence) if "p" in row.holes else [""]
    for partner, (code, entry), month in product(partners, codes.items(), months):
        figure = count_row(row.fill(p=partner, code=code, month=month), evidence)
        if figure.value is not None or row.verb not in ("latest", "change"):
            yield replace(figure, label=entry.label if entry else "")


def _list_partners(row: FigureRow, evidence: Evidence) -> list[str]:
    """Return the partners a row has figures of: those with courses, or with agreements that have
    begun; with both for the use of places; those that have rows for all other tables.
    """
    if row.table not in ("courses", "agreements", "waiting_list"):
        rest = replace(row, of=tuple(c for c in row.of if c.value != "{p}"), counted=())
        of, _ = evidence.match_rows(rest)
        return sorted({*evidence.table(row.table).loc[of, PARTNER].dropna()})
    day = evidence.year.evaluation_date
    started, agreed = (
        {partner for partner, first in firsts.items() if first <= day}
        for firsts in find_firsts(evidence)
    )
    placed = started & {*evidence.tables["agreements"][PARTNER]}
    own = {"agreements": agreed, "occupancy": placed}
    return sorted(own.get(row.name.partition(".")[0], started))


def find_firsts(evidence: Evidence) -> list[dict[str, date]]:
    """Return the day on which each partner's first course began, and its first agreement."""
    starts = (("courses", "started_on"), ("agreements", "starts_on"))
    days = (evidence.table(name).groupby(PARTNER)[day].min().dropna() for name, day in starts)
    return evidence.keep("firsts", lambda: [own.dt.date.to_dict() for own in days])


def count_row(row: FigureRow, evidence: Evidence) -> Figure:
    """Return the one figure of a row whose holes are filled, counted from its table."""
    first, last = find_period(row, evidence)
    told: dict[str, Any] = {"tables": list_tables(row), "period_start": first, "period_end": last}
    if "previous" in {c.value for c in row.of} and not evidence.dates["previous"]:
        return Figure(row.name, None, **told)
    table, (of, counted) = evidence.table(row.table), evidence.match_rows(row)
    numerator, denominator = int(counted.sum()), int(of.sum())
    if row.verb == "share":
        return share(row.name, numerator, denominator, **told)
    if row.verb == "part":
        told |= {"numerator": numerator, "denominator": denominator}
    if row.verb in COUNTS:
        return Figure(row.name, numerator, **told)
    if row.verb == "change":
        previous = pd.Timestamp(evidence.dates["previous"] or "NaT")
        since = (table[row.takes[0]] > previous).to_numpy()
        parts = [share("", int((counted & p).sum()), int((of & p).sum())) for p in (since, ~since)]
        told["period_start"] = evidence.dates["previous"]
        return difference(row.name, *parts, **told)
    columns = [table.loc[counted, name] for name in row.takes]
    known = columns[-1].dropna()
    if row.verb == "latest":
        known = columns[0].loc[table.loc[counted, "starts_on"].nlargest(1).index].dropna()
    size = len(known) if row.verb in ("weeks", "days", "mean") else None
    return Figure(row.name, aggregate(row, columns, known), denominator=size, **told)


def aggregate(row: FigureRow, columns: Sequence[pd.Series], known: pd.Series) -> Value:
    """Return the value a verb makes of what rows tell of a column; None where that is nothing.

    A sum of nothing is 0, but of rows of which none is `stated` it is not known.
    """
    if row.verb == "distinct":
        return int(known.nunique())
    is_sum = row.verb == "sum" or (row.verb == "stated" and not len(columns[0]))
    if not len(known) and not is_sum:
        return None
    if row.verb in ("weeks", "days"):
        days = (known - columns[0]).dt.days.median()
        return float(days) / (7 if row.verb == "weeks" else 1)
    total, name = float(sum(known)), row.takes[-1]
    if row.verb == "mean":
        return total / len(known)
    if name.endswith("_pct"):
        return total / 100
    is_whole = total.is_integer() and not (row.verb == "sum" and name.endswith("_hours"))
    return int(total) if is_whole else total


def find_period(row: FigureRow, evidence: Evidence) -> tuple[date | None, date | None]:
    """Return the first and the last day a row counts, as its conditions name them."""
    values, dates = [c.value for c in row.of], evidence.dates
    if "start - 12 months" in values:
        before = (f"{day} - 12 months" for day in ("start", "end"))
        first, last = (evidence.shift(day, evidence.table(row.table)).date() for day in before)
        return first, last
    if row.table == "attendance":
        of, _ = evidence.match_rows(row)
        mondays = evidence.table(row.table).loc[of, "monday_on"]
        if row.verb == "rows" or not len(mondays):
            return None, None
        return mondays.min().date(), mondays.max().date() + timedelta(6)
    month = next(filter(looked_up.MONTH.fullmatch, values), "")
    is_to_end = any(value.startswith("end") for value in values)
    end = evidence.read_day(month or ("end" if is_to_end else "day"))
    for word, start in (("strategy", "strategy"), ("end", "start"), ("previous", "previous")):
        if word in values:
            return dates[start], end
    course, agreement = (firsts.get(find_partner(row)) for firsts in find_firsts(evidence))
    return (agreement or course) if row.name.startswith("outcomes.") else None, end


def list_tables(row: FigureRow) -> tuple[str, ...]:
    """Return the tidy tables a row looks at."""
    texts = (*row.takes, *(f"{c.column} {c.value}" for c in (*row.of, *row.counted)))
    words = {word for text in texts for word in text.split()}
    own = "jobs" if row.table == stated.EVER else row.table
    more = stated.LOOKED_UP.get(own, {}).items()
    return tuple(dict.fromkeys([own, *(table for n, (_, table) in more if table and n in words)]))


def work_out(row: FigureRow, found: Mapping[str, Figure], year: Year) -> Iterator[Figure]:
    """Yield the figures of a row that are worked out of other figures."""
    wanted, matches = row.holes, stated.match_names(row.takes[0], found).values()
    for own in dict.fromkeys(tuple(match[hole] for hole in wanted) for match in matches):
        filled = row.fill(**dict(zip(wanted, own, strict=True)))
        terms = [[found[name] for name in stated.match_names(t, found)] for t in filled.takes]
        value = combine(filled, terms, year) if all(terms) else None
        is_setting = row.verb in stated.OF_GOALS
        if not all(terms) or (value is None and is_setting):
            continue
        figures, (begun, *others) = [f for term in terms for f in term], terms[0]
        tables = dict.fromkeys(table for f in figures for table in f.tables)
        starts, last = {f.period_start for f in figures}, terms[0][-1]
        start = last.period_start if len(starts) == 1 else None
        if others and begun.period_end:
            start = begun.period_end.replace(day=1)
        parts = [sum(f.value or 0 for f in term) for term in terms if row.verb == "ratio"]
        is_counted = all(isinstance(part, int) for part in parts) or not parts[-1]
        above, below = [int(n) if is_counted else None for n in parts] or (None, None)
        origins = () if is_setting else tuple(tables)
        label = begun.label if "code" in wanted else ""
        yield Figure(filled.name, value, origins, start, last.period_end, above, below, label=label)


def combine(row: FigureRow, terms: Sequence[Sequence[Figure]], year: Year) -> Value:
    """Return what a verb makes of the values of other figures; None where that is not known."""
    values = [[f.value or 0 for f in term] for term in terms]
    first, *rest = [sum(each) for each in values]
    match row.verb:
        case "goal" | "so_far":
            target: int | None = getattr(year, row.name.split(".")[1])
            part = count_months(year.period_start, year.evaluation_date) / 12
            return target if target is None or row.verb == "goal" else target * part
        case "yearly":
            return first * 12 / count_months(year.period_start, year.period_end)
        case "ratio":
            return first / rest[0] if rest[0] else None
        case "reached":
            return terms[0][0].value is not None and first >= rest[0]
        case "exceeding":
            return sum(a > b for a, b in zip(values[0], values[1], strict=True))
        case "left":
            return max(first - sum(rest), 0)
    return len(values[0]) if row.verb == "number" else max(values[0])


# What is told and not counted


def measure_cases(evidence: Evidence) -> Iterator[Figure]:
    """Yield one consenting person's hours, intensity and effective hours at each measurement.

    Numbers follow the first measurement; consent that is ever missing holds for all.
    """
    if "progression" not in evidence.tables:
        return
    people = [own for _, own in looked_up.list_steps(evidence).groupby("person_key", sort=False)]
    consented = [own for own in people if is_true(own["has_consent"]).all()]
    told = ["measured_on", "hours_per_week", "intensity_pct"]
    for number, own in enumerate(consented, 1):
        for day, hours, pct in own[told].astype(object).to_numpy().tolist():
            values = {"hours": hours, "intensity": pct / 100, "effective_hours": hours * pct / 100}
            for name, value in values.items():
                name = f"progression.case.{number}.{day}.{name}"
                yield Figure(name, float(value), ("progression",), day, day)


def measure_recommendations(evidence: Evidence) -> Iterator[Figure]:
    """Yield the recommendations of the year, and last year's by status; none without sections."""
    words = Words(evidence.year.root, evidence.year.year)
    total, by_status = len(words.list_recommending()), Counter(words.list_statuses().values())
    names = {"total": total}
    if by_status:
        names |= {"previous": by_status.total()}
        names |= {f"previous.{code}": by_status[code] for code in STATUSES.values()}
        names |= {"previous.not_stated": by_status[""]}
    for name, value in names.items() if total else ():
        yield Figure(f"recommendations.{name}", value, ("texts",))


class Fact(NamedTuple):
    """A row of the key facts with its figure's name, and its value where that is a number.

    `owner` is the enterprise it is about, or the slug of another subject. Dates and other values
    that are no number are told, but are no figures.
    """

    figure: str
    owner: str
    subject: str
    fact: str
    value: str
    number: float | int | None
    unit: str
    as_of: str


def measure_facts(evidence: Evidence) -> Iterator[Figure]:
    """Yield the numeric facts about an enterprise of the register, or that a text names."""
    tables, year = evidence.tables, evidence.year
    told = Words(year.root, year.year).list_named()
    owners = {COUNTRY, *tables["enterprises"][PARTNER]}
    for each in list_facts(tables):
        is_told = each.owner in owners or (each.owner, make_slug(each.fact)) in told
        if each.number is not None and is_told:
            label = f"{each.subject}: {each.fact}"
            yield Figure(each.figure, each.number, ("facts",), label=label, unit=each.unit)


def list_facts(tables: Tables) -> list[Fact]:
    """Return the facts that may be told, in the order of the sheet; a name told twice gets none.

    Those whose unit belongs to one person, or that the export marks as disputed, are not told.
    """
    if "facts" not in tables:
        return []
    owners = looked_up.list_owners(tables["enterprises"])
    texts = tables["facts"][["subject", "fact", "value", "unit", "as_of"]].fillna("")
    facts = []
    for subject, fact, value, unit, as_of in texts.itertuples(index=False):
        if unit in OF_ONE or "(som oplyst)" in fact:
            continue
        owner = owners.get(fold(subject)) or make_slug(subject)
        family = "facts.persons" if unit in OF_PERSONS else "facts"
        name = f"{family}.{owner}.{make_slug(fact)}"
        number = looked_up.read_number(value)
        facts.append(Fact(name, owner, subject, fact, value, number, unit, as_of))
    times = Counter(each.figure for each in facts)
    return [f if times[f.figure] == 1 else f._replace(number=None) for f in facts]


NAMED: Mapping[str, Callable[[Evidence], Iterator[Figure]]] = {
    "cases": measure_cases,
    "facts": measure_facts,
    "recommendations": measure_recommendations,
}


def find_last_event(tables: Tables, as_of: date) -> date | None:
    """Return the last day by `as_of` on which the exports have a start or an end.

    Where it lies long before `as_of`, the exports were drawn too early for the status.
    """
    jobs, courses = tables["jobs"], tables["courses"]
    columns = (jobs["started_on"], courses["started_on"], courses["ended_on"])
    return max((day for column in columns for day in column.dropna() if day <= as_of), default=None)
