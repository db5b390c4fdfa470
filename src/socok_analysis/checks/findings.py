"""What the checks find: figures held against each other as `checks.csv` says, or in functions.

Stated facts add up as `data/raw/maps/fact_sums.csv` (optional) says: a row names the subject, the
fact that is the total, and its parts between `|`. A part may be `=` and the name of a figure, or
`=timer*intensitet` for the effective hours of a single person's first measurement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from socok_analysis.checks.declaration import Check, read_checks, report
from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.core.lists import Filled, ListFile, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.figures.counting import (
    count_months,
    is_true,
    list_month_ends,
    on_or_before,
    valid_at,
    within,
)
from socok_analysis.figures.evidence import Evidence, select_rows
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.ledger import find_recoded, match_courses
from socok_analysis.figures.published import FILE, compare_year
from socok_analysis.figures.rows import COUNTS, compile_name, fill, find_row

if TYPE_CHECKING:
    import pandas as pd

Found = Iterator[Problem]
REGISTERED, SUCCESS = "rsv", "success_wide"
FACT_SUMS, FIGURE, FIRST_HOURS = "fact_sums.csv", "=", "=timer*intensitet"
CALLED = {
    "contradicted": "et andet tal",
    "rounded": "en anden afrunding",
    "unknown": "intet tal at sammenligne med",
}
OVER_TIME = ("fell", "opposite", "moved")


def compare_figures(check: Check, evidence: Evidence) -> Found:
    """Yield the figures that a check of `checks.csv` finds to differ in the way it says.

    `over`: the first is over the limit; `under`: no more of the second than it; `apart`: as far
    apart, or further; `beyond`: no interval of it holds 0. `fell`: smaller than in the report
    before; `opposite`: the one up, the other down; `moved`: another part of the second.
    """
    for first, *rest in check.figures:
        for name in [name for name in evidence.figures if compile_name(first).fullmatch(name)]:
            match = compile_name(first).fullmatch(name)
            holes = match.groupdict() if match else {}
            names = [name, *(fill(other, holes) for other in rest)]
            figures = [evidence.figures[n] for n in names if n in evidence.figures]
            before = [evidence.earlier.figures.get(n) if evidence.earlier else None for n in names]
            values = [f.value for f in figures if f.value is not None]
            then = [f.value for f in before if f is not None and f.value is not None]
            is_whole = check.how not in OVER_TIME or len(then) == len(names)
            if len(values) == len(names) and is_whole and _is_off(check, figures, values, then):
                yield _tell(check, evidence, figures, then, holes.get("p", ""))


def _is_off(check: Check, figures: list[Figure], now: list[float], then: list[float]) -> bool:
    """Tell whether figures differ in the way a check says."""
    a, b = now[0], now[min(1, len(now) - 1)]
    if check.how == "over":
        is_many = check.limit == 0 or a >= check.limit
        return bool(a > 0 and is_many)
    if check.how == "under":
        return bool(b and a / b <= check.limit)
    if check.how == "apart":
        return abs(a - b) >= check.limit
    if check.how == "beyond":
        return (figures[0].low or 0) > 0 or (figures[0].high or 0) < 0
    if check.how == "fell":
        return a < then[0]
    if check.how == "opposite":
        return (a - then[0]) * (b - then[-1]) < 0
    return bool(b and then[-1]) and abs(a / b - then[0] / then[-1]) >= check.limit


def _tell(
    check: Check, evidence: Evidence, figures: list[Figure], then: list[float], partner: str
) -> Problem:
    """Return the finding about some figures, with the rows the first one counts."""
    first, last = figures[0], figures[min(1, len(figures) - 1)]
    words = {"label": first.label, "a": _show(first), "b": _show(last)}
    if then:
        words["before_a"] = _show(replace(first, value=then[0]))
        words["before_b"] = _show(replace(last, value=then[-1]))
    if check.how == "moved":
        words["now"] = format_share((first.value or 0) / (last.value or 1))
        words["before"] = format_share(then[0] / then[-1])
    if first.low is not None and first.high is not None:
        words |= {"low": format_points(first.low), "high": format_points(first.high)}
    message = check.message.format(**words)
    is_partners = check.how in ("over", "under", "apart") and partner
    row = find_row(first.figure, evidence.rows)
    is_counted = check.how == "over" and row is not None and row.verb in COUNTS
    rows = select_rows(row, evidence).counted if row and is_counted else None
    return report(
        check.name,
        f"{evidence.name(partner)}: {message}" if partner else message,
        partner if is_partners else first.figure,
        found=words.get("now", words["a"]),
        expected=words.get("before") or words.get("before_a") or _say_limit(check, words),
        rows=rows,
    )


def _show(figure: Figure) -> str:
    """Return a figure's value as a message tells it: a share, points, or a number."""
    value = float(figure.value or 0)
    if figure.unit == "andel":
        return format_share(value)
    if figure.unit == "procentpoint":
        return format_points(value)
    return format_number(value, 0 if value.is_integer() else 1)


def _say_limit(check: Check, words: Mapping[str, str]) -> str:
    if check.how == "apart":
        return words["b"]
    if check.how == "beyond" or not check.limit:
        return "0"
    return f"{'over' if check.how == 'under' else 'under'} {format_share(check.limit, 0)}"


def in_period(evidence: Evidence, table: str, column: str) -> pd.DataFrame:
    """Return the rows of a table whose day lies in the report's period."""
    rows, year = evidence.tables[table], evidence.year
    return rows[within(rows[column], year.period_start, year.period_end)]


def _list_completed(evidence: Evidence, partner: str) -> pd.DataFrame:
    """Return a partner's courses that have ended by the evaluation date."""
    courses = evidence.tables["courses"]
    ended = on_or_before(courses["ended_on"], evidence.year.evaluation_date)
    return courses[ended & (courses["enterprise_id"] == partner)]


def find_several_reasons(evidence: Evidence) -> Found:
    """Yield the partners some of whose completed courses have more than one reason."""
    exits = evidence.tables["exits"]
    for partner in evidence.partners:
        completed = _list_completed(evidence, partner)
        own = exits[exits["course_id"].isin(completed["course_id"])]
        several = own[own["course_id"].duplicated(keep=False)]
        if len(several):
            courses = several["course_id"].nunique()
            text = (
                f"{evidence.name(partner)}: {len(own)} afgangsårsager på {len(completed)} "
                f"afsluttede forløb. Forløb med flere årsager: {courses}."
            )
            facts = {"found": courses, "expected": 0}
            yield report("exits.several_reasons", text, partner, rows=several, **facts)


def find_overused(evidence: Evidence) -> Found:
    """Yield the partners with more people in course than places, extra ones too, at a month's end.

    The months are those that end within the period and by the evaluation date.
    """
    ends = list_month_ends(evidence.year.period_start, evidence.year.evaluation_date)
    months = [day for day in ends if (day + timedelta(days=1)).day == 1]
    agreements, courses = evidence.tables["agreements"], evidence.tables["courses"]
    for partner in evidence.partners:
        own = courses[courses["enterprise_id"] == partner]
        agreed, over = agreements[agreements["enterprise_id"] == partner], []
        for day in months:
            held = agreed[valid_at(agreed["starts_on"], agreed["ends_on"], day)]
            places = int(held["places"].sum()) + int(held["extra_places"].sum())
            is_running = on_or_before(own["started_on"], day) & ~on_or_before(own["ended_on"], day)
            if 0 < places < int(is_running.sum()):
                over.append((own[is_running], places))
        if over:
            running, places = max(over, key=lambda month: len(month[0]))
            text = (
                f"{evidence.name(partner)}: flere i forløb end aftalte pladser ved slutningen af "
                f"{len(over)} måneder, højst {len(running)} på {places} pladser."
            )
            facts = {"found": len(running), "expected": f"højst {places}"}
            yield report("places.overused", text, partner, rows=running, **facts)


def find_unregistered(evidence: Evidence) -> Found:
    """Yield that enterprises are called registered without a date, or have one without being so."""
    register = evidence.tables["enterprises"]
    is_called = is_true(register["enterprise_type"] == REGISTERED)
    is_dated, is_out = register["registered_on"].notna(), register["deregistered_on"].notna()
    for wrong, text in (
        (register[is_called & ~is_dated], "har typen registreret, men ingen RSV-dato"),
        (register[is_dated & ~is_out & ~is_called], "har en RSV-dato, men en anden type"),
    ):
        if len(wrong):
            text = f"{', '.join(sorted(wrong['name']))}: {text}."
            facts = {"found": int(is_called.sum()), "expected": int((is_dated & ~is_out).sum())}
            concerns = "enterprises.registered"
            yield report("register.type_and_date", text, concerns, rows=wrong, **facts)


def find_hired_later(evidence: Evidence) -> Found:
    """Yield the partners that hired people whose course with them did not end in success."""
    new, exits = in_period(evidence, "jobs", "started_on"), evidence.tables["exits"]
    for partner in evidence.partners:
        hired = new[new["enterprise_id"] == partner].dropna(subset=["person_key"])
        is_success = exits["exit_reason"].isin(evidence.counted_by(SUCCESS, partner))
        left = _list_completed(evidence, partner)
        left = left[~left["course_id"].isin(exits.loc[is_success, "course_id"])]
        own = left[left["person_key"].isin(hired["person_key"])]
        if len(own):
            people = own["person_key"].nunique()
            text = (
                f"{evidence.name(partner)} har ansat {people}, hvis forløb der ikke er talt som "
                "videre i job."
            )
            facts = {"found": people, "expected": 0}
            yield report("outcomes.hired_later", text, partner, rows=own, **facts)


def find_against_exits(evidence: Evidence) -> Found:
    """Yield the job types in which more courses ended, in the jobs' period, than jobs began.

    An exit reason belongs to the job type whose code it begins with: hybridpraktik to hybrid.
    """
    recent = in_period(evidence, "exits", "ended_on")
    new = in_period(evidence, "jobs", "started_on")
    types = evidence.maps.codes["job_types"].values()
    for code in sorted({each.code for first in types for each in (first, *first.others)}):
        ended = recent[is_true(recent["exit_reason"].str.startswith(code))]
        begun = int((new["job_type"] == code).sum())
        if len(ended) > begun:
            text = (
                f"{len(ended)} forløb i perioden endte i {code}, men der er kun {begun} "
                "ansættelser af den form."
            )
            facts = {"found": begun, "expected": f"mindst {len(ended)}"}
            yield report("jobs.against_exits", text, f"jobs.type.{code}", rows=ended, **facts)


def find_cutoffs(evidence: Evidence) -> Found:
    """Yield that figures are as of different days: the period, the evaluation, stated facts."""
    days = {evidence.year.period_end.isoformat(), evidence.year.evaluation_date.isoformat()}
    for text in evidence.tables["facts"]["as_of"] if "facts" in evidence.tables else ():
        parts = str(text).split("-")
        if len(parts) == 3 and [*map(len, parts)] == [2, 2, 4]:
            days.add("-".join(reversed(parts)))
    if len(days) > 1:
        listed = ", ".join("-".join(reversed(day.split("-"))) for day in sorted(days))
        text = f"Tallene er gjort op forskellige dage: {listed}."
        yield report("dates.cutoffs", text, "year.toml", found=len(days), expected=1)


def find_length(evidence: Evidence) -> Found:
    """Yield that the jobs are not those of twelve months."""
    months = count_months(evidence.year.period_start, evidence.year.period_end)
    wanted = int(read_checks()["jobs.period_length"].limit)
    if months != wanted:
        shown = format_number(months, 0 if months.is_integer() else 1)
        text = f"Ansættelser er talt i {shown} måneder."
        yield report("jobs.period_length", text, "jobs.total", found=shown, expected=wanted)


def find_beyond(evidence: Evidence) -> Found:
    """Yield that some of the period's jobs lie outside the report's calendar year."""
    new, year = in_period(evidence, "jobs", "started_on"), evidence.year.year
    beyond = new[~within(new["started_on"], date(year, 1, 1), date(year, 12, 31))]
    if len(beyond):
        text = f"{len(beyond)} af periodens {len(new)} ansættelser begyndte ikke i {year}."
        facts = {"found": len(beyond), "expected": 0}
        yield report("jobs.beyond_year", text, "jobs.total", rows=beyond, **facts)


def find_overlap(evidence: Evidence) -> Found:
    """Yield that jobs are counted in this report's period and in the one's before."""
    earlier, jobs = evidence.earlier, evidence.tables["jobs"]
    if earlier and earlier.year.period_end >= evidence.year.period_start:
        days = (evidence.year.period_start, earlier.year.period_end)
        both = jobs[within(jobs["started_on"], *days)]
        if len(both):
            text = f"{len(both)} ansættelser tælles både i rapport {earlier.year.year} og i denne."
            facts = {"found": len(both), "expected": 0}
            yield report("jobs.overlap", text, "jobs.total", rows=both, **facts)


def find_vanished_courses(evidence: Evidence) -> Found:
    """Yield the partners some of whose courses are no longer in the export.

    Where many are gone, the export is not of all courses since the first agreement.
    """
    assert evidence.earlier
    old, new = evidence.earlier.tables["courses"], evidence.tables["courses"]
    gone = old[~old["course_id"].isin(match_courses(old, new))]
    limit = read_checks()["series.not_cumulative"].limit
    is_partial = len(gone) > limit * len(old)
    name = "series.not_cumulative" if is_partial else "series.vanished_courses"
    for partner, own in gone.groupby("enterprise_id", sort=True):
        told = f"{evidence.name(str(partner))}: {len(own)} forløb i sidste rapports udtræk"
        problem = report(name, f"{told} mangler nu.", str(partner), found=len(own), rows=own)
        yield replace(problem, file=f"{evidence.earlier.year.year}/{problem.file}", expected="0")


def find_vanished_jobs(evidence: Evidence) -> Found:
    """Yield that jobs are no longer in the export."""
    assert evidence.earlier
    old, new = evidence.earlier.tables["jobs"], evidence.tables["jobs"]
    gone = old[~old["job_id"].isin(new["job_id"])]
    if len(gone):
        text = f"{len(gone)} ansættelser i sidste rapports udtræk er ikke i dette."
        problem = report(
            "series.vanished_jobs", text, "jobs.cumulative", found=len(gone), rows=gone
        )
        yield replace(problem, file=f"{evidence.earlier.year.year}/{problem.file}", expected="0")


def find_recoded_exits(evidence: Evidence) -> Found:
    """Yield, for each partner, how many courses have other reasons than before, and which."""
    assert evidence.earlier
    changed = find_recoded(evidence.earlier.tables, evidence.tables)
    courses = evidence.tables["courses"]
    labels = {code: entry.label for code, entry in evidence.reasons.items()}
    for partner in sorted({each.partner for each in changed}):
        own = [each for each in changed if each.partner == partner]
        moves: dict[str, int] = {}
        for each in own:
            told = (" og ".join(labels.get(c, c) for c in x) for x in (each.before, each.after))
            move = " → ".join(told)
            moves[move] = moves.get(move, 0) + 1
        listed = "; ".join(f"{move} ({count})" for move, count in sorted(moves.items()))
        text = f"{evidence.name(partner)}: årsagen er ændret bagud for {len(own)} forløb: {listed}."
        rows = courses[courses["course_id"].isin([each.course_id for each in own])]
        yield report("series.recoded", text, partner, found=len(own), expected=0, rows=rows)


@dataclass(frozen=True)
class FactSum:
    """A row of `fact_sums.csv`."""

    subject: Filled
    total: Filled
    parts: Filled


def find_wrong_sums(evidence: Evidence) -> Found:
    """Yield the stated totals that are not the sum of their parts, and faults of their list."""
    facts, problems = evidence.tables["facts"], list[Problem]()
    for row in read_rows(ListFile(maps_dir(evidence.year.root) / FACT_SUMS), FactSum, problems):
        names = [row.total, *row.parts.split("|")]
        numbers = [_find_number(evidence, row.subject, name) for name in names]
        known = [number for number in numbers if number is not None]
        if len(known) == len(names) and round(known[0] - sum(known[1:]), 6):
            total, parts = (f"{n:g}".replace(".", ",") for n in (known[0], sum(known[1:])))
            text = f"{row.subject}: “{row.total}” er {total}, men delene giver {parts}."
            own = facts[(facts["subject"] == row.subject) & facts["fact"].isin(names)]
            yield report("facts.sum", text, row.subject, found=total, expected=parts, rows=own)
    yield from problems


def _find_number(evidence: Evidence, subject: str, name: str) -> float | None:
    """Return a stated fact or a figure as a number; None where it is none."""
    if name == FIRST_HOURS:
        steps = evidence.tables.get("progression")
        if steps is None or steps["person_key"].nunique() != 1:
            return None
        first = steps.sort_values("measured_on").iloc[0]
        return float(first["hours_per_week"] * first["intensity_pct"] / 100)
    if name.startswith(FIGURE):
        return evidence.value(name.removeprefix(FIGURE))
    facts = evidence.tables["facts"]
    stated = facts.loc[(facts["subject"] == subject) & (facts["fact"] == name), "value"]
    try:
        return float(str(stated.iloc[0]).replace(",", ".")) if len(stated) else None
    except ValueError:
        return None


def find_printed(evidence: Evidence) -> Found:
    """Yield the printed numbers that differ from the computed ones without a note."""
    comparisons, problems = compare_year(evidence.year.raw_dir, evidence.figures)
    yield from problems
    for comparison in comparisons:
        if not comparison.is_explained:
            printed = comparison.published
            what = printed.name or printed.expression
            text = (
                f"{what}: trykt {printed.printed} ({printed.place}); udtrækkene giver "
                f"{CALLED[comparison.status]}."
            )
            facts = {"found": printed.printed, "expected": comparison.computed or ""}
            problem = report("published.differs", text, what, **facts)
            yield replace(problem, file=FILE, cell=f"D{printed.row}")


FUNCTIONS: Mapping[str, Callable[[Evidence], Found]] = {
    made.__name__: made
    for made in (
        find_several_reasons,
        find_overused,
        find_unregistered,
        find_hired_later,
        find_against_exits,
        find_cutoffs,
        find_length,
        find_beyond,
        find_overlap,
        find_vanished_courses,
        find_vanished_jobs,
        find_recoded_exits,
        find_wrong_sums,
        find_printed,
    )
}
