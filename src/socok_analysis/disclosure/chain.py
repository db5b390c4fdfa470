"""What became of a partner's people, as a chain of reports knows it: the attacker's unknowns.

An attacker sees sums over people, never the people. Exit reasons that every shown number counts
alike are one *class* to him, the days between cut-offs one *window*, and the classes of a course
its *state*. His unknowns are, for each report, the numbers of ended courses in each window and
state that the code lists and dates allow, whether they occur or not; between two reports, how
many were recoded, registered late or taken out. He is taken to know how many these are, and how
many courses have several reasons, but not which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import combinations_with_replacement, pairwise
from typing import Literal

from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import on_or_before
from socok_analysis.figures.ledger import match_courses
from socok_analysis.intake.maps import EXTENDED, list_names, list_reasons

Span = Literal["", "period.", "before"]
State = tuple[int, ...]
Window = tuple[date, date]


@dataclass(frozen=True)
class Ended:
    """A course that has ended, as one report's export has it."""

    on: date
    reasons: frozenset[str]


@dataclass(frozen=True)
class Report:
    """A partner's ended courses by id as one report knows them, and the reasons each rate counts.

    `before` gives the id of the same course in the report before, where it stood there.
    """

    year: int
    day: date
    previous: date | None
    courses: Mapping[str, Ended]
    rates: Mapping[str, frozenset[str]]
    sensitive: frozenset[str]
    before: Mapping[str, str] = field(default_factory=dict)

    @property
    def spans(self) -> dict[Span, Window]:
        """The windows (after, to) of all time, since the last evaluation, and before it."""
        if self.previous is None:
            return {"": (date.min, self.day)}
        since, before = (self.previous, self.day), (date.min, self.previous)
        return {"": (date.min, self.day), "period.": since, "before": before}

    @property
    def details(self) -> list[str]:
        """The reasons that may be told by themselves where their group is: none is sensitive."""
        codes = self.counted(["success_wide", "awaiting"]) - self.sensitive
        return [f"exit.{code}" for code in sorted(codes)]

    def counted(self, names: Sequence[str]) -> frozenset[str]:
        """Return the reasons that rates count; `exit.x` is the reason x."""
        exits = frozenset(n.removeprefix("exit.") for n in names if n.startswith("exit."))
        return exits.union(*(self.rates.get(name, frozenset()) for name in names))

    def count(self, names: Sequence[str], span: Span = "") -> int:
        """Return the ended courses with a reason that one of the rates counts; all without one."""
        codes, (after, to) = self.counted(names), self.spans.get(span, (date.max, date.max))
        ended = (course for course in self.courses.values() if after < course.on <= to)
        return sum(not names or bool(course.reasons & codes) for course in ended)


@dataclass(frozen=True)
class Chain:
    """A partner's reports, oldest first. `valid` has the days each exit reason may be given, or
    was; `apart` the reasons that were printed by themselves before.
    """

    partner: str
    reports: tuple[Report, ...]
    valid: Mapping[str, Sequence[Window]]
    apart: frozenset[str] = frozenset()

    @cached_property
    def classes(self) -> list[frozenset[str]]:
        """The reasons in sets that no rate of any report, and no date, tells apart."""
        alike: dict[str, set[str]] = {}
        for code in self.valid:
            rates = [[name for name in r.rates if code in r.rates[name]] for r in self.reports]
            dates = [self.allows(code, window) for window in self.cuts]
            own = code if code in self.apart else ""
            alike.setdefault(str((rates, dates, own)), set()).add(code)
        return [frozenset(codes) for codes in alike.values()]

    @cached_property
    def cuts(self) -> list[Window]:
        """The windows between all cut-offs of the chain."""
        days = {date.min} | {r.day for r in self.reports}
        return list(pairwise(sorted(days | {r.previous for r in self.reports if r.previous})))

    def allows(self, code: str, window: Window) -> bool:
        """Tell whether a reason may be given in a window, or was."""
        return any(first <= window[1] and last > window[0] for first, last in self.valid[code])

    @cached_property
    def states(self) -> list[State]:
        """The classes a course can have together, of as many reasons as any course has."""
        every = [course for report in self.reports for course in report.courses.values()]
        return [
            state
            for size in sorted({len(course.reasons) for course in every} | {1})
            for state in combinations_with_replacement(range(len(self.classes)), size)
            if all(state.count(c) <= len(self.classes[c]) for c in state)
        ]

    def is_possible(self, state: State, window: Window) -> bool:
        """Tell whether the dates of the code list allow a state in a window."""
        inside = [w for w in self.cuts if window[0] <= w[0] and w[1] <= window[1]]
        codes = ([*self.classes[place]] for place in state)
        return all(any(self.allows(c, w) for w in inside for c in members) for members in codes)

    def list_windows(self, number: int) -> list[Window]:
        """Return the windows a report's numbers, or the next one's, tell apart."""
        own, near = self.reports[number], self.reports[max(number - 1, 0) : number + 2]
        days = {own.day} | {r.previous for r in near[-2:]} | {r.day for r in near}
        return list(pairwise([date.min, *sorted(day for day in days if day and day <= own.day)]))

    def list_steps(self) -> Iterator[tuple[int, list[Window]]]:
        """Yield each report but the first, with the windows it has in common with the last."""
        for number in range(1, len(self.reports)):
            end = self.reports[number - 1].day
            old, new = (
                {day for window in self.list_windows(n) for day in window if day <= end}
                for n in (number - 1, number)
            )
            yield number, list(pairwise(sorted(old & new | {date.min, end})))

    def count_moves(self, number: int, windows: Sequence[Window]) -> Counter[str]:
        """Return how many ended courses were recoded, came late or went between two reports."""
        old, new = self.reports[number - 1 : number + 1]
        moves, stayed = Counter[str](), set[str]()
        for name, now in new.courses.items():
            then = old.courses.get(new.before.get(name, ""))
            if now.on > old.day:
                continue
            days = [now.on, then.on] if then else [date.min]
            if then and any(a < min(days) and max(days) <= b for a, b in windows):
                stayed.add(new.before[name])
                moves["recoded"] += then.reasons != now.reasons
            else:
                moves["late"] += 1
        moves["gone"] = sum(n not in stayed for n, c in old.courses.items() if c.on <= old.day)
        return moves


def follow_partners(evidence: Sequence[Evidence]) -> list[Chain]:
    """Return the chain of every partner with ended courses; `evidence` oldest report first."""
    maps, codes = evidence[-1].maps, evidence[-1].reasons
    sensitive = frozenset(
        code
        for code, entry in codes.items()
        if entry.extra.get("sensitive") or entry.extra.get("never_publish_alone") == "ja"
    )
    valid: dict[str, list[Window]] = {code: [] for code in codes}
    for entry in maps.codes["exit_reasons"].values():
        for each in (entry, *entry.others):
            if each.code in valid:
                valid[each.code].append((each.valid_from, each.valid_to))
    links: list[Mapping[str, str]] = [{}]
    for old, new in pairwise(evidence):
        same = match_courses(old.tables["courses"], new.tables["courses"])
        links.append({now: then for then, now in same.items()})
    ended = [list_ended(each) for each in evidence]

    def report(number: int, partner: str) -> Report:
        year = evidence[number].year
        rates = {
            name: frozenset(list_reasons(maps.definitions, name, year.year, partner, codes))
            for name in list_names(maps.definitions)
        }
        days, own = (year.evaluation_date, year.previous_evaluation_date), ended[number]
        return Report(year.year, *days, own.get(partner, {}), rates, sensitive, links[number])

    def follow(partner: str) -> Chain:
        reports = tuple(report(number, partner) for number in range(len(evidence)))
        every = {
            (c, course.on) for r in reports for course in r.courses.values() for c in course.reasons
        }
        given = {code: [(on, on) for own, on in every if own == code] for code in valid}
        return Chain(partner, reports, {code: [*valid[code], *given[code]] for code in valid})

    return [follow(partner) for partner in sorted({p for reports in ended for p in reports})]


def list_ended(evidence: Evidence) -> dict[str, dict[str, Ended]]:
    """Return the courses that have ended by the evaluation date, by partner and id."""
    courses, exits = evidence.tables["courses"], evidence.tables["exits"]
    reasons = {course: {*own} for course, own in exits.groupby("course_id")["exit_reason"]}
    rows = courses[on_or_before(courses["ended_on"], evidence.year.evaluation_date)]
    return {
        str(partner): {
            course: Ended(on, frozenset(reasons.get(course, ())) - {EXTENDED})
            for course, on in zip(own["course_id"], own["ended_on"], strict=True)
        }
        for partner, own in rows.groupby("enterprise_id")
    }
