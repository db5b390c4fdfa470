"""What the checks find: figures held against each other as `checks.csv` says, or in functions.

Stated facts add up as `data/raw/maps/fact_sums.csv` (optional) says: a row names the subject, the
fact that is the total, and its parts between `|`. A part may be `=` and the name of a figure, or
`=timer*intensitet` for the effective hours of a single person's first measurement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from socok_analysis.checks.declaration import Check, read_checks, report
from socok_analysis.core.danish import format_number, format_points, format_share
from socok_analysis.core.lists import Filled, ListFile, read_rows
from socok_analysis.core.problems import Problem
from socok_analysis.core.year import maps_dir
from socok_analysis.figures.counting import is_true, on_or_before, within
from socok_analysis.figures.evidence import Evidence, read_number, select_rows
from socok_analysis.figures.figure import Figure
from socok_analysis.figures.ledger import find_recoded, match_courses
from socok_analysis.figures.published import FILE, Comparison, compare_year
from socok_analysis.figures.rows import COUNTS, compile_name, fill, find_row, match_names
from socok_analysis.intake.maps import list_codes

if TYPE_CHECKING:
    import pandas as pd

Found = Iterator[Problem]
Values = list[float]
REGISTERED, SUCCESS = "rsv", "success_wide"
FACT_SUMS, FIGURE, FIRST_HOURS = "fact_sums.csv", "=", "=timer*intensitet"
CALLED = {
    "contradicted": "et andet tal",
    "rounded": "en anden afrunding",
    "unknown": "intet tal at sammenligne med",
}
# How figures may differ, by `how`: the values now, those of the report before, and the limit.
DIFFER: Mapping[str, Callable[[Values, Values, float], bool]] = {
    "over": lambda now, then, limit: now[0] > 0 and now[0] >= limit,
    "under": lambda now, then, limit: now[1] > 0 and now[0] / now[1] <= limit,
    "apart": lambda now, then, limit: now[0] != now[1] and abs(now[0] - now[1]) >= limit,
    "beyond": lambda now, then, limit: min(now[1:]) > 0 or max(now[1:]) < 0,
    "fell": lambda now, then, limit: now[0] < then[0],
    "opposite": lambda now, then, limit: (now[0] - then[0]) * (now[1] - then[1]) < 0,
    "moved": lambda now, then, limit: (
        min(now[1], then[1]) > 0 and abs(now[0] / now[1] - then[0] / then[1]) >= limit
    ),
}
OVER_TIME = ("fell", "opposite", "moved")


def compare_figures(check: Check, evidence: Evidence) -> Found:
    """Yield the figures that a check of `checks.csv` finds to differ in the way it says.

    `over`: the first is over the limit; `under`: no more of the second than it; `apart`: as far
    apart, or further; `beyond`: its interval does not hold 0. `fell`: smaller than in the report
    before; `opposite`: the one up, the other down; `moved`: another part of the second.
    """
    for first, *rest in check.figures:
        for name in match_names(first, evidence.figures):
            match = compile_name(first).fullmatch(name)
            names = [name, *(fill(other, match.groupdict()) for other in rest)] if match else []
            own, told = _gather(names, evidence)
            before, then = _gather(names, evidence.earlier) if evidence.earlier else ([], [])
            is_whole = check.how not in OVER_TIME or len(then) == len(names)
            if check.how == "beyond" and own:
                told += [own[0].low or 0, own[0].high or 0]
            if len(told) < len(names) or not is_whole:
                continue
            if DIFFER[check.how](told, then, check.limit):
                yield _tell(check, evidence, own, before if then else [])


def _gather(names: list[str], evidence: Evidence) -> tuple[list[Figure], Values]:
    """Return the figures of some names that have a value, and their values."""
    found = [evidence.figures[name] for name in names if name in evidence.figures]
    own = [figure for figure in found if figure.value is not None]
    return own, [float(figure.value or 0) for figure in own]


def _tell(check: Check, evidence: Evidence, now: list[Figure], then: list[Figure]) -> Problem:
    """Return the finding about some figures, with the rows the first one counts."""
    first, row = now[0], find_row(now[0].figure, evidence.rows)
    words = {"label": first.label, **dict(zip("ab", map(_show, now), strict=False))}
    words |= {f"before_{key}": _show(each) for key, each in zip("ab", then, strict=False)}
    if check.how == "moved":
        parts = [(a.value or 0) / (b.value or 1) for a, b, *_ in (now, then)]
        words |= dict(zip(("now", "before"), map(format_share, parts), strict=True))
    if first.low is not None and first.high is not None:
        words |= {"low": format_points(first.low), "high": format_points(first.high)}
    part = first.figure.split(".")[1]
    partner = part if part in evidence.partners else ""
    is_partners = partner and check.how in ("over", "under", "apart")
    is_counted = row is not None and check.how == "over" and row.verb in COUNTS
    message = check.message.format(**words)
    return report(
        check.name,
        f"{evidence.name(partner)}: {message}" if partner else message,
        partner if is_partners else first.figure,
        found=words.get("now", words["a"]),
        expected=words.get("before", words.get("before_a", words.get("b", "0"))),
        rows=select_rows(row, evidence).counted if row and is_counted else None,
    )


def _show(figure: Figure) -> str:
    """Return a figure's value as a message tells it: a share, points, or a number."""
    value = float(figure.value or 0)
    if figure.unit in ("andel", "procentpoint"):
        return format_share(value) if figure.unit == "andel" else format_points(value)
    return format_number(value, 0 if value.is_integer() else 1)


def in_period(evidence: Evidence, table: str, column: str) -> pd.DataFrame:
    """Return the rows of a table whose day lies in the report's period."""
    rows, year = evidence.tables[table], evidence.year
    return rows[within(rows[column], year.period_start, year.period_end)]


def list_completed(evidence: Evidence) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield (partner, courses) of those that have ended by the evaluation date."""
    courses = evidence.tables["courses"]
    ended = courses[on_or_before(courses["ended_on"], evidence.year.evaluation_date)]
    for partner in evidence.partners:
        yield partner, ended[ended["enterprise_id"] == partner]


def find_several_reasons(evidence: Evidence) -> Found:
    """Yield the partners some of whose completed courses have more than one reason."""
    exits = evidence.tables["exits"]
    for partner, completed in list_completed(evidence):
        own = exits[exits["course_id"].isin(completed["course_id"])]
        several = own[own["course_id"].duplicated(keep=False)]
        if len(several):
            courses = several["course_id"].nunique()
            text = (
                f"{evidence.name(partner)}: {len(own)} afgangsårsager på {len(completed)} "
                f"afsluttede forløb. Forløb med flere årsager: {courses}."
            )
            yield report("exits.several_reasons", text, partner, found=courses, rows=several)


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
            told = f"{', '.join(sorted(wrong['name']))}: {text}."
            yield report("register.type_and_date", told, "enterprises.registered", rows=wrong)


def find_hired_later(evidence: Evidence) -> Found:
    """Yield the partners that hired people whose course with them did not end in success."""
    new, exits = in_period(evidence, "jobs", "started_on"), evidence.tables["exits"]
    for partner, completed in list_completed(evidence):
        hired = new[new["enterprise_id"] == partner].dropna(subset=["person_key"])
        is_success = exits["exit_reason"].isin(evidence.counted_by(SUCCESS, partner))
        left = completed[~completed["course_id"].isin(exits.loc[is_success, "course_id"])]
        own = left[left["person_key"].isin(hired["person_key"])]
        if people := own["person_key"].nunique():
            text = f"{evidence.name(partner)} har ansat {people}, hvis forløb der ikke er talt som"
            told = f"{text} videre i job."
            yield report("outcomes.hired_later", told, partner, found=people, rows=own)


def find_against_exits(evidence: Evidence) -> Found:
    """Yield the job types in which more courses ended, in the jobs' period, than jobs began.

    An exit reason belongs to the job type whose code it begins with: hybridpraktik to hybrid.
    """
    recent = in_period(evidence, "exits", "ended_on")
    begun = Counter(in_period(evidence, "jobs", "started_on")["job_type"])
    for code in list_codes(evidence.maps.codes["job_types"]):
        ended = recent[is_true(recent["exit_reason"].str.startswith(code))]
        if len(ended) > begun[code]:
            text = (
                f"{len(ended)} forløb i perioden endte i {code}, men der er kun {begun[code]} "
                "ansættelser af den form."
            )
            facts: dict[str, Any] = {"found": begun[code], "expected": f"mindst {len(ended)}"}
            yield report("jobs.against_exits", text, f"jobs.type.{code}", rows=ended, **facts)


def find_cutoffs(evidence: Evidence) -> Found:
    """Yield that figures are as of different days: the period, the evaluation, stated facts."""
    year, days = evidence.year, dict[date, str]()
    days[year.evaluation_date] = "forløb"
    is_same = year.period_end == year.evaluation_date
    days[year.period_end] = "ansættelser og forløb" if is_same else "ansættelser"
    for text in evidence.tables["facts"]["as_of"] if "facts" in evidence.tables else ():
        parts = str(text).split("-")
        if [*map(len, parts)] == [2, 2, 4] and "".join(parts).isdigit():
            days.setdefault(date(*map(int, reversed(parts))), "oplyste tal")
    if len(days) > 1:
        listed = ", ".join(f"{day:%d-%m-%Y} ({days[day]})" for day in sorted(days))
        text = f"Tallene er gjort op forskellige dage: {listed}."
        yield report("dates.cutoffs", text, "year.toml", found=len(days), expected=1)


def find_elsewhere(evidence: Evidence) -> Found:
    """Yield that jobs of the period lie outside the report's calendar year, or in the period of
    the report before.
    """
    new, year, earlier = in_period(evidence, "jobs", "started_on"), evidence.year, evidence.earlier
    number, days = year.year, new["started_on"]
    beyond = new[~within(days, date(number, 1, 1), date(number, 12, 31))]
    if len(beyond):
        text = f"{len(beyond)} af periodens {len(new)} ansættelser begyndte ikke i {number}."
        yield report("jobs.beyond_year", text, "jobs.total", found=len(beyond), rows=beyond)
    both = new[on_or_before(days, earlier.year.period_end)] if earlier else new[:0]
    if earlier and len(both):
        text = f"{len(both)} ansættelser tælles både i rapport {earlier.year.year} og i denne."
        yield report("jobs.overlap", text, "jobs.total", found=len(both), rows=both)


def find_vanished(evidence: Evidence) -> Found:
    """Yield the courses, by partner, and the jobs of the last report that are no longer there.

    Where many courses are gone, the export is not of all since the first agreement.
    """
    assert evidence.earlier
    old, new = evidence.earlier.tables, evidence.tables
    matched = match_courses(old["courses"], new["courses"])
    gone = old["courses"][~old["courses"]["course_id"].isin(matched)]
    is_partial = len(gone) > read_checks()["series.not_cumulative"].limit * len(old["courses"])
    name = "series.not_cumulative" if is_partial else "series.vanished_courses"
    own = old["jobs"][~old["jobs"]["job_id"].isin(new["jobs"]["job_id"])]
    found = [(name, str(p), "forløb", rows) for p, rows in gone.groupby("enterprise_id")]
    found += [("series.vanished_jobs", "jobs.cumulative", "ansættelser", own)] if len(own) else []
    for check, concerns, what, rows in found:
        start = f"{evidence.name(concerns)}: " if what == "forløb" else ""
        text = f"{start}{len(rows)} {what} i sidste rapports udtræk mangler nu."
        problem = report(check, text, concerns, found=len(rows), rows=rows)
        yield replace(problem, file=f"{evidence.earlier.year.year}/{problem.file}")


def find_recoded_exits(evidence: Evidence) -> Found:
    """Yield, for each partner, how many courses have other reasons than before, and which."""
    assert evidence.earlier
    changed = find_recoded(evidence.earlier.tables, evidence.tables)
    courses, labels = evidence.tables["courses"], {c: e.label for c, e in evidence.reasons.items()}
    for partner in sorted({each.partner for each in changed}):
        own = [each for each in changed if each.partner == partner]
        moves = Counter(
            " → ".join(
                " og ".join(labels.get(c, c) for c in codes) for codes in (e.before, e.after)
            )
            for e in own
        )
        listed = "; ".join(f"{move} ({count})" for move, count in sorted(moves.items()))
        text = f"{evidence.name(partner)}: årsagen er ændret bagud for {len(own)} forløb: {listed}."
        rows = courses[courses["course_id"].isin([each.course_id for each in own])]
        yield report("series.recoded", text, partner, found=len(own), rows=rows)


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
    return read_number(str(stated.iloc[0])) if len(stated) else None


def _write(each: Comparison) -> str:
    """Return what the exports give as it would be printed, with a decimal more."""
    decimals = each.published.decimals + 1
    return "" if each.computed is None else format_number(float(each.computed), decimals)


def find_printed(evidence: Evidence) -> Found:
    """Yield the printed numbers that differ from the computed ones without a note."""
    comparisons, problems = compare_year(evidence.year.raw_dir, evidence.figures)
    yield from problems
    for each in (each for each in comparisons if not each.is_explained):
        printed = each.published
        what, called = printed.name or printed.expression, CALLED[each.status]
        text = f"{what}: trykt {printed.printed} ({printed.place}); udtrækkene giver {called}."
        facts: dict[str, Any] = {"found": printed.printed, "expected": _write(each)}
        problem = report("published.differs", text, what, **facts)
        yield replace(problem, file=FILE, cell=f"D{printed.row}")


FUNCTIONS: Mapping[str, Callable[[Evidence], Found]] = {
    "several_reasons": find_several_reasons,
    "unregistered": find_unregistered,
    "hired_later": find_hired_later,
    "against_exits": find_against_exits,
    "cutoffs": find_cutoffs,
    "elsewhere": find_elsewhere,
    "vanished": find_vanished,
    "recoded": find_recoded_exits,
    "wrong_sums": find_wrong_sums,
    "printed": find_printed,
}
