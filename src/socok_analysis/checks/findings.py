"""Checks: tables and figures in, problems out, each as `checks.csv` says or in a function.

`how` in `checks.csv` is the name of a function here, or a way to hold figures against each other;
`figures` are those it is about, by pattern: what a check finds is told in public only where the
figures it concerns are. `limit` is how much is needed before it says anything; `needs` an export,
or `earlier` for last year's report, without which it is not run. An error stops the public edition.

`afvigelser.csv` in a year's folder has a row for each accepted deviation: the check, what it
concerns and, if it should hold for that alone, what was found. What it fits becomes information;
a row that fits nothing any longer is an error: it has expired.

Stated facts add up as `data/raw/maps/fact_sums.csv` (optional) says: a row names the subject, the
fact that is the total, and its parts between `|`. A part may be `=` and the name of a figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast

import pandas as pd
from pydantic import BeforeValidator, Field

from socok_analysis.core import danish, lists
from socok_analysis.core.problems import Problem, Proposal, Severity
from socok_analysis.core.year import FILE as SETTINGS
from socok_analysis.core.year import Year, maps_dir
from socok_analysis.figures.evidence import Evidence, read_number
from socok_analysis.figures.figure import Figure, is_true, list_partners
from socok_analysis.figures.ledger import PRINTED, compare_year, find_recoded, match_courses
from socok_analysis.figures.rows import COUNTS, fill, find_row, match_names
from socok_analysis.intake.maps import list_codes
from socok_analysis.intake.tables import read_columns

EARLIER = "earlier"
MOST_SPANS = 20
FILE = "afvigelser.csv"
TO_FILL = ("(begrundelse)", "(dato som 2021-01-31)")


class Check(NamedTuple):
    """One declared check. `title` is what holds where it finds nothing."""

    name: str
    severity: Severity
    how: str
    figures: tuple[tuple[str, ...], ...]
    limit: float
    needs: str
    title: str
    message: str
    advice: str


@cache
def read_checks() -> Mapping[str, Check]:
    """Return the declared checks by name; `figures` are alternatives, each a row of patterns."""
    return {
        row["check"]: Check(
            row["check"],
            cast(Severity, row["severity"]),
            row["how"],
            tuple(tuple(each.split()) for each in row["figures"].split("|")),
            float(row["limit"] or 0),
            *(row[name] for name in ("needs", "title", "message", "advice")),
        )
        for row in lists.read_declaration("checks/checks.csv")
    }


def list_concerned(problem: Problem, names: Iterable[str]) -> list[str]:
    """Return which of some figures a finding tells something of: those its check is about; only
    the one or its partner's where it names one.
    """
    check, about, known = read_checks().get(problem.check), problem.column, list(names)
    patterns = [pattern for each in check.figures for pattern in each] if check else []
    fits = {name for pattern in patterns for name in match_names(pattern, known)}
    found = [name for name in known if name in fits]
    return [name for name in found if about in (name, *name.split("."))] or found


def report(
    name: str,
    concerns: str,
    rows: pd.DataFrame | None = None,
    *,
    found: object = "",
    expected: object = "",
    **words: object,
) -> Problem:
    """Return what a check found, in the words of its message.

    `concerns` names the figure, partner or table it is about; `rows` are those that show it, of
    which the first sheet's are named.
    """
    check = read_checks()[name]
    facts: dict[str, Any] = {"expected": str(expected), "advice": check.advice}
    if rows is not None and len(rows):
        file, sheet = rows.iloc[0][["source_file", "source_sheet"]]
        own = rows[(rows["source_file"] == file) & (rows["source_sheet"] == sheet)]
        facts |= {"file": file, "sheet": sheet, "cell": list_rows(own["source_row"])}
    message = check.message.format(found=found, expected=expected, **words)
    return Problem(check.severity, name, message, column=concerns, found=str(found), **facts)


def list_rows(numbers: Iterable[int]) -> str:
    """Return "række 6" or "rækkerne 6, 9–11 og 14"."""
    rows = sorted({int(number) for number in numbers})
    *most, last = danish.join_numbers(rows).split(", ")
    if not most:
        return f"{'række' if len(rows) == 1 else 'rækkerne'} {last}"
    if len(most) >= MOST_SPANS:
        most, last = most[:MOST_SPANS], "flere"
    return f"rækkerne {', '.join(most)} og {last}"


def _check_name(text: str) -> str:
    if text not in (known := read_checks()):
        raise lists.ListError(f"Der er ingen kontrol “{text}”.{danish.did_you_mean(text, known)}")
    return text


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """One accepted deviation, and the row of the file it stands in."""

    check: Annotated[str, Field(alias="kontrol"), BeforeValidator(_check_name)]
    concerns: Annotated[str, Field(alias="vedrører")] = ""
    found: Annotated[str, Field(alias="fundet")] = ""
    reason: Annotated[str, Field(alias="begrundelse"), lists.must_be(".+", "Begrundelsen mangler.")]
    accepted_on: Annotated[
        date, Field(alias="dato"), lists.must_be(lists.DAY, "Datoen skal skrives som 2020-05-04.")
    ]
    row: int

    def fits(self, problem: Problem) -> bool:
        """Tell whether a finding is the one that is accepted."""
        return (
            problem.check == self.check
            and problem.column == self.concerns
            and self.found in ("", problem.found)
        )


def read_deviations(folder: Path) -> tuple[list[Deviation], list[Problem]]:
    """Return the accepted deviations of a year's folder, and what is wrong with the file."""
    problems: list[Problem] = []
    return lists.read_rows(lists.ListFile(folder / FILE), Deviation, problems), problems


def accept(
    problems: Iterable[Problem],
    deviations: Iterable[Deviation],
    was_run: Collection[str],
    earlier: Iterable[Deviation] = (),
) -> list[Problem]:
    """Return the findings, those accepted as information, and an error for each expired row.

    One that is not accepted comes with the line to accept it, with the reason of the report
    before where there was one. A row whose check could not be run this time has not expired.
    """
    found, declared, known, told = [*problems], [*deviations], [*earlier], list[Problem]()
    for problem in found:
        own = next((each for each in declared if each.fits(problem)), None)
        if own:
            day = danish.format_day(own.accepted_on)
            text = f"{problem.message} Accepteret {day}: {own.reason}"
            problem = replace(problem, severity="info", message=text, advice="")
        elif problem.severity != "info" and problem.check in read_checks():
            before = next((e for e in known if replace(e, found="").fits(problem)), None)
            note = " (grunden er sidste rapports)" if before else ""
            reason = before.reason if before else TO_FILL[0]
            line = (problem.check, problem.column, "", reason, TO_FILL[1])
            proposal = Proposal(FILE, line, lead="Eller accepter det med en", note=note)
            problem = replace(problem, proposal=proposal)
        told.append(problem)
    for each in declared:
        if each.check in was_run and not any(map(each.fits, found)):
            words: dict[str, Any] = {"accepted": each.check, "subject": each.concerns}
            expired = report("deviations.expired", each.concerns, **words)
            told.append(replace(expired, file=FILE, cell=f"A{each.row}", found=each.found))
    return told


Found = Iterator[Problem]
Values = list[float]
REGISTERED, SUCCESS = "rsv", "success_wide"
FACT_SUMS, FIGURE = "fact_sums.csv", "="
# Days that may lie ahead: what is planned or agreed, not what has been.
AHEAD = ("expected_end_on", "ends_on", "active_to", "period_from", "period_to")
MOST_YEARS, MOST_DAYS = 1, 270
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
        for holes in match_names(first, evidence.figures).values():
            names = [fill(each, holes) for each in (first, *rest)]
            now, then = (
                [f for name in names if (f := told.get(name)) and f.value is not None]
                for told in (evidence.figures, evidence.earlier.figures if evidence.earlier else {})
            )
            needed = (now, then) if check.how in OVER_TIME else (now,)
            if any(len(own) < len(names) for own in needed):
                continue
            values = [[float(each.value or 0) for each in own] for own in (now, then)]
            if check.how == "beyond":
                values[0] += [now[0].low or 0, now[0].high or 0]
            if DIFFER[check.how](values[0], values[1], check.limit):
                yield _tell(check, evidence, now, then)


def _tell(check: Check, evidence: Evidence, now: list[Figure], then: list[Figure]) -> Problem:
    """Return the finding about some figures, with the rows the first one counts."""
    first, row = now[0], find_row(now[0].figure, evidence.rows)
    words = {"label": first.label, **dict(zip("ab", map(_show, now), strict=False))}
    words |= {f"before_{key}": _show(each) for key, each in zip("ab", then, strict=False)}
    if check.how == "moved":
        parts = [(a.value or 0) / (b.value or 1) for a, b, *_ in (now, then)]
        words |= dict(zip(("now", "before"), map(danish.format_share, parts), strict=True))
    if first.low is not None and first.high is not None:
        words |= {"low": danish.format_points(first.low), "high": danish.format_points(first.high)}
    part = first.figure.split(".")[1]
    partner = part if part in list_partners(evidence.figures) else ""
    is_partners = partner and check.how in ("over", "under", "apart")
    is_counted = row is not None and check.how == "over" and row.verb in COUNTS
    problem = report(
        check.name,
        partner if is_partners else first.figure,
        evidence.select_rows(row)[1] if row and is_counted else None,
        found=words.get("now", words["a"]),
        expected=words.get("before", words.get("before_a", words.get("b", "0"))),
        **words,
    )
    told = f"{evidence.name(partner)}: {problem.message}" if partner else problem.message
    return replace(problem, message=told)


def _show(figure: Figure) -> str:
    """Return a figure's value as a message tells it: a share, points, or a number."""
    value = float(figure.value or 0)
    if figure.unit in ("andel", "procentpoint"):
        return danish.format_share(value) if figure.unit == "andel" else danish.format_points(value)
    return danish.format_number(value, 0 if value.is_integer() else 1)


def find_in_period(evidence: Evidence, table: str, column: str) -> pd.DataFrame:
    """Return the rows of a table whose day lies in the report's period."""
    rows, year = evidence.tables[table], evidence.year
    return rows[is_true(rows[column].between(year.period_start, year.period_end))]


def list_completed(evidence: Evidence) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield (partner, courses) of those that have ended by the evaluation date."""
    courses = evidence.tables["courses"]
    ended = courses[is_true(courses["ended_on"] <= evidence.year.evaluation_date)]
    for partner in list_partners(evidence.figures):
        yield partner, ended[ended["enterprise_id"] == partner]


def find_several_reasons(evidence: Evidence) -> Found:
    """Yield the partners some of whose completed courses have more than one reason."""
    exits = evidence.tables["exits"]
    for partner, completed in list_completed(evidence):
        own = exits[exits["course_id"].isin(completed["course_id"])]
        several = own[own["course_id"].duplicated(keep=False)]
        if courses := several["course_id"].nunique():
            told = {"reasons": len(own), "ended": len(completed), "partner": evidence.name(partner)}
            yield report("exits.several_reasons", partner, several, found=courses, **told)


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
            words = {"names": ", ".join(sorted(wrong["name"])), "wrong": text}
            yield report("register.type_and_date", "enterprises.registered", wrong, **words)


def find_hired_later(evidence: Evidence) -> Found:
    """Yield the partners that hired people whose course with them did not end in success."""
    new, exits = find_in_period(evidence, "jobs", "started_on"), evidence.tables["exits"]
    for partner, completed in list_completed(evidence):
        hired = new.loc[new["enterprise_id"] == partner, "person_key"].dropna()
        is_success = exits["exit_reason"].isin(evidence.counted_by(SUCCESS, partner))
        left = completed[~completed["course_id"].isin(exits.loc[is_success, "course_id"])]
        own = left[left["person_key"].isin(hired)]
        if people := own["person_key"].nunique():
            told = {"found": people, "partner": evidence.name(partner)}
            yield report("outcomes.hired_later", partner, own, **told)


def find_against_exits(evidence: Evidence) -> Found:
    """Yield the job types in which more courses ended, in the jobs' period, than jobs began.

    An exit reason belongs to the job type whose code it begins with: hybridpraktik to hybrid.
    """
    recent = find_in_period(evidence, "exits", "ended_on")
    begun = Counter(find_in_period(evidence, "jobs", "started_on")["job_type"])
    for code in list_codes(evidence.maps.codes["job_types"]):
        ended = recent[is_true(recent["exit_reason"].str.startswith(code))]
        if len(ended) > begun[code]:
            counts = {"found": begun[code], "expected": f"mindst {len(ended)}"}
            words = {"ended": len(ended), "code": code, **counts}
            yield report("jobs.against_exits", f"jobs.type.{code}", ended, **words)


def find_cutoffs(evidence: Evidence) -> Found:
    """Yield that figures are as of different days: the period, the evaluation, stated facts."""
    year, days = evidence.year, dict[date, str]()
    days[year.evaluation_date] = "forløb"
    is_same = year.period_end == year.evaluation_date
    days[year.period_end] = "ansættelser og forløb" if is_same else "ansættelser"
    for text in evidence.tables["facts"]["as_of"].dropna() if "facts" in evidence.tables else ():
        with suppress(ValueError):  # a year, or words
            days.setdefault(datetime.strptime(text, "%d-%m-%Y").date(), "oplyste tal")
    if len(days) > 1:
        listed = ", ".join(f"{day:%d-%m-%Y} ({days[day]})" for day in sorted(days))
        yield report("dates.cutoffs", "year.toml", found=len(days), expected=1, days=listed)


def find_elsewhere(evidence: Evidence) -> Found:
    """Yield that jobs of the period lie outside the report's calendar year, or in the period of
    the report before.
    """
    new, earlier = find_in_period(evidence, "jobs", "started_on"), evidence.earlier
    days, number = new["started_on"], evidence.year.year
    beyond = new[~is_true(days.between(date(number, 1, 1), date(number, 12, 31)))]
    both = new[is_true(days <= earlier.year.period_end)] if earlier else new[:0]
    if len(beyond):
        words = {"found": len(beyond), "jobs": len(new), "year": number}
        yield report("jobs.beyond_year", "jobs.total", beyond, **words)
    if earlier and len(both):
        words = {"found": len(both), "year": earlier.year.year}
        yield report("jobs.overlap", "jobs.total", both, **words)


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
    jobs = old["jobs"][~old["jobs"]["job_id"].isin(new["jobs"]["job_id"])]
    found = [
        (name, str(partner), f"{evidence.name(partner)}: {len(rows)} forløb", rows)
        for partner, rows in gone.groupby("enterprise_id")
    ]
    if len(jobs):
        found.append(("series.vanished_jobs", "jobs.cumulative", f"{len(jobs)} ansættelser", jobs))
    for check, concerns, what, rows in found:
        problem = report(check, concerns, rows, found=len(rows), what=what)
        yield replace(problem, file=f"{evidence.earlier.year.year}/{problem.file}")


def find_recoded_exits(evidence: Evidence) -> Found:
    """Yield, for each partner, how many courses have other reasons than before, and which."""
    assert evidence.earlier
    for partner, rows in find_recoded(evidence.earlier, evidence).groupby("enterprise_id"):
        moves = sorted(Counter(rows["move"]).items())
        listed = "; ".join(f"{move} ({count})" for move, count in moves)
        words = {"partner": evidence.name(partner), "moves": listed}
        yield report("series.recoded", str(partner), rows, found=len(rows), **words)


@dataclass(frozen=True)
class FactSum:
    """A row of `fact_sums.csv`."""

    subject: lists.Filled
    total: lists.Filled
    parts: lists.Filled


def find_wrong_sums(evidence: Evidence) -> Found:
    """Yield the stated totals that are not the sum of their parts, and faults of their list."""
    stated, problems = evidence.tables["facts"], list[Problem]()
    file = lists.ListFile(maps_dir(evidence.year.root) / FACT_SUMS)
    for row in lists.read_rows(file, FactSum, problems):
        names = [row.total, *row.parts.split("|")]
        own = stated[(stated["subject"] == row.subject) & stated["fact"].isin(names)]
        cells = zip(own["fact"], own["value"], strict=True)
        numbers = {fact: read_number(str(value)) for fact, value in cells}
        numbers |= {FIGURE + name: figure.value for name, figure in evidence.figures.items()}
        total, *parts = (numbers.get(name) for name in names)
        known = [part for part in parts if part is not None]
        if total is not None and len(known) == len(parts) and round(total - sum(known), 6):
            found, expected = (f"{n:g}".replace(".", ",") for n in (total, sum(known)))
            words = {"found": found, "expected": expected}
            words |= {"subject": row.subject, "total": row.total}
            yield report("facts.sum", row.subject, own, **words)
    yield from problems


def find_printed(evidence: Evidence) -> Found:
    """Yield the printed numbers that differ from the computed ones without a note."""
    comparisons, problems = compare_year(evidence.year.raw_dir, evidence.figures)
    yield from problems
    for each in (c for c in comparisons if c.status != "equal" and not c.published.note):
        printed = each.published
        what, computed = printed.name or printed.expression, each.computed
        words: dict[str, Any] = {"place": printed.place, "called": CALLED[each.status]}
        if computed is not None:
            words["expected"] = danish.format_number(float(computed), printed.decimals + 1)
        problem = report("published.differs", what, what=what, found=printed.printed, **words)
        yield replace(problem, file=PRINTED, cell=f"D{printed.row}")


def check_settings(year: Year, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield an error for each day of `year.toml` outside the report's years, or long after the
    newest event in the exports, with the likely slip: the same day in another year.
    """
    days = (
        day
        for kind, table in tables.items()
        for column in read_columns().get(kind, ())
        if column.type == "date" and column.name in table and column.name not in AHEAD
        for day in table[column.name].dropna()
    )
    newest = max(days, default=None)
    for name in ("period_start", "period_end", "evaluation_date"):
        day: date = getattr(year, name)
        told, is_late = f"rapporten er for {year.year}", abs(day.year - year.year) > MOST_YEARS
        if newest and not is_late and (day - newest).days > MOST_DAYS:
            told, is_late = f"det nyeste i udtrækkene er fra {newest}", True
        if is_late:
            last = 28 if (day.month, day.day) == (2, 29) else day.day
            near = [day.replace(year=year.year + n, day=last) for n in (0, 1, -1)]
            known = [d for d in near if d != day and not (newest and (d - newest).days > MOST_DAYS)]
            meant, advice = (known or [newest or day])[0], read_checks()["settings.date"].advice
            text = f"{name} er {day}, men {told}. Mente du {meant}?"
            place = (text, SETTINGS, "", "", name, str(day))
            yield Problem("error", "settings.date", *place, advice=advice)


ALONE = (find_several_reasons, find_unregistered, find_hired_later, find_against_exits)
OF_YEARS = (find_cutoffs, find_elsewhere, find_vanished, find_recoded_exits)
OF_LISTS = (find_wrong_sums, find_printed)
FUNCTIONS = {f.__name__.removeprefix("find_"): f for f in (*ALONE, *OF_YEARS, *OF_LISTS)}
CHECKS = tuple(name for name, check in read_checks().items() if check.how)


def check_year(evidence: Evidence) -> list[Problem]:
    """Return everything the checks find in a year, what is accepted as information."""
    deviations, problems = read_deviations(evidence.year.raw_dir)
    names, found = list_run(evidence), list[Problem]()
    checks = [read_checks()[name] for name in names]
    for how in dict.fromkeys(check.how for check in checks if check.how in FUNCTIONS):
        found += FUNCTIONS[how](evidence)
    for check in (check for check in checks if check.how not in FUNCTIONS):
        found += compare_figures(check, evidence)
    known = read_deviations(evidence.earlier.year.raw_dir)[0] if evidence.earlier else []
    return [*problems, *accept(found, deviations, names, known)]


def list_run(evidence: Evidence) -> list[str]:
    """Return the names of the checks that can be run on a year: it has what they need."""
    held = {*evidence.tables, "", *([EARLIER] if evidence.earlier else [])}
    return [name for name in CHECKS if read_checks()[name].needs in held]
