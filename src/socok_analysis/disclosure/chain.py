"""What became of a partner's people, as a chain of reports knows it: the attacker's unknowns.

An attacker sees sums over people, never the people. What he cannot tell apart is one: exit
reasons that every shown number counts alike are a *class*, the days between the reports'
cut-offs a *window*, and the classes of one course together its *state*. His unknowns are, for
each report, the numbers of ended courses in each window and state that the code lists and dates
allow, whether they occur or not; between two reports, how many courses were recoded, registered
late or taken out. He is taken to know the numbers of these, and of courses with several reasons,
but not which they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import combinations_with_replacement, pairwise
from typing import Literal

from socok_analysis.figures.changes import match_courses
from socok_analysis.figures.evidence import Evidence
from socok_analysis.intake.maps import Code, Maps, list_codes, list_names, list_reasons

Span = Literal["", "period.", "before"]
SPANS: tuple[Span, ...] = ("", "period.", "before")
EXTENDED = "forlaenget"
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

    `sensitive` are the reasons that are; `before` gives the id of the same course in the report before, where it stood there.
    """

    year: int
    day: date
    previous: date | None
    courses: Mapping[str, Ended]
    rates: Mapping[str, frozenset[str]]
    sensitive: frozenset[str]
    before: Mapping[str, str]

    def within(self, on: date, span: Span) -> bool:
        """Tell whether a day lies in all time, since the last evaluation, or before it."""
        if self.previous is None:
            return span == ""
        return span == "" or (on > self.previous) == (span == "period.")

    def counted(self, names: Sequence[str]) -> frozenset[str]:
        """Return the reasons that rates count; `exit.x` is the reason x."""
        exits = frozenset(n.removeprefix("exit.") for n in names if n.startswith("exit."))
        return exits.union(*(self.rates.get(name, frozenset()) for name in names))

    def count(self, names: Sequence[str], span: Span = "") -> int:
        """Return the ended courses with at least one reason that one of the rates counts."""
        codes = self.counted(names)
        return sum(bool(c.reasons & codes) and self.within(c.on, span) for c in self.ended)

    def completed(self, span: Span = "") -> int:
        """Return the ended courses."""
        return sum(self.within(course.on, span) for course in self.ended)

    @property
    def ended(self) -> Sequence[Ended]:
        """The ended courses."""
        return list(self.courses.values())


@dataclass(frozen=True)
class Chain:
    """A partner's reports, oldest first, and the exit reasons of the code list.

    `valid` has the days a reason may be given; `apart` the reasons printed by themselves before.
    """

    partner: str
    reports: tuple[Report, ...]
    codes: Mapping[str, Code]
    valid: Mapping[str, Sequence[Window]]
    apart: frozenset[str] = frozenset()

    @cached_property
    def classes(self) -> list[frozenset[str]]:
        """The reasons in sets that no rate of any report, and no date, tells apart."""
        alike: dict[str, set[str]] = {}
        for code in self.codes:
            rates = [[name for name in r.rates if code in r.rates[name]] for r in self.reports]
            dates = [self.allows(code, window) for window in self.cuts]
            own = code if code in self.apart else ""
            alike.setdefault(str((rates, dates, own)), set()).add(code)
        return [frozenset(codes) for codes in alike.values()]

    @cached_property
    def cuts(self) -> list[Window]:
        """The windows between all cut-offs of the chain."""
        days = {date.min} | {r.day for r in self.reports}
        days |= {r.previous for r in self.reports if r.previous}
        return list(pairwise(sorted(days)))

    def allows(self, code: str, window: Window) -> bool:
        """Tell whether a reason may be given in a window, or was."""
        after, to = window
        return any(first <= to and last > after for first, last in self.valid[code]) or any(
            code in course.reasons and after < course.on <= to
            for report in self.reports
            for course in report.ended
        )

    @cached_property
    def states(self) -> list[State]:
        """The sets of classes a course can have; as many reasons as any course has."""
        sizes = {len(course.reasons) for report in self.reports for course in report.ended} | {1}
        return [
            state
            for size in sorted(sizes)
            for state in combinations_with_replacement(range(len(self.classes)), size)
            if all(state.count(c) <= len(self.classes[c]) for c in state)
        ]

    def find_state(self, reasons: frozenset[str]) -> State:
        """Return the state of a course."""
        place = {code: number for number, codes in enumerate(self.classes) for code in codes}
        return tuple(sorted(place[code] for code in reasons))

    def list_windows(self, number: int) -> list[Window]:
        """Return the windows a report's numbers, or the next one's, tell apart."""
        own = self.reports[number]
        days = {r.previous for r in self.reports[number : number + 2]}
        if number:
            days.add(self.reports[number - 1].day)
        inner = sorted(day for day in days if day and day < own.day)
        return list(pairwise([date.min, *inner, own.day]))

    def list_steps(self) -> Iterator[tuple[int, list[Window]]]:
        """Yield each report but the first, with the windows it has in common with the last."""
        for number in range(1, len(self.reports)):
            end = self.reports[number - 1].day
            edges = [
                {day for window in self.list_windows(n) for day in window if day <= end}
                for n in (number - 1, number)
            ]
            yield number, list(pairwise(sorted(edges[0] & edges[1] | {date.min, end})))


@dataclass(frozen=True)
class Moves:
    """How many of a partner's courses changed between two reports, which anyone may know."""

    recoded: int
    late: int
    gone: int


def count_moves(chain: Chain, number: int, windows: Sequence[Window]) -> Moves:
    """Return how many ended courses were recoded, came late or went since the report before."""
    old, new = chain.reports[number - 1 : number + 1]
    moves = Counter[str]()
    stayed = set()
    for name, now in new.courses.items():
        if now.on > old.day:
            continue
        then = old.courses.get(new.before.get(name, ""))
        if then and place_day(then.on, windows) == place_day(now.on, windows):
            stayed.add(new.before[name])
            moves["recoded"] += then.reasons != now.reasons
        else:
            moves["late"] += 1
    gone = sum(name not in stayed for name, c in old.courses.items() if c.on <= old.day)
    return Moves(moves["recoded"], moves["late"], gone)


def place_day(day: date, windows: Sequence[Window]) -> int:
    """Return the number of the window a day lies in; -1 where it lies in none."""
    return next((n for n, (after, to) in enumerate(windows) if after < day <= to), -1)


def follow_partners(evidence: Sequence[Evidence]) -> list[Chain]:
    """Return the chain of every partner with ended courses; `evidence` oldest report first."""
    newest = evidence[-1].maps
    codes = {c: e for c, e in list_codes(newest.codes["exit_reasons"]).items() if c != EXTENDED}
    valid = list_validity(newest)
    links: list[Mapping[str, str]] = [{}]
    for old, new in pairwise(evidence):
        same = match_courses(old.tables["courses"], new.tables["courses"])
        links.append({now: then for then, now in same.items()})
    ended = [list_ended(each) for each in evidence]
    partners = sorted({partner for reports in ended for partner in reports})
    return [
        Chain(
            partner,
            tuple(
                Report(
                    each.year.year,
                    each.year.evaluation_date,
                    each.year.previous_evaluation_date,
                    own.get(partner, {}),
                    list_rates(newest, codes, each.year.year, partner),
                    frozenset(code for code, entry in codes.items() if is_sensitive(entry)),
                    before,
                )
                for each, own, before in zip(evidence, ended, links, strict=True)
            ),
            codes,
            valid,
        )
        for partner in partners
    ]


def list_validity(maps: Maps) -> dict[str, list[Window]]:
    """Return the days each exit reason's labels are valid, first and last."""
    valid: dict[str, list[Window]] = {}
    for entry in maps.codes["exit_reasons"].values():
        for each in (entry, *entry.others):
            valid.setdefault(each.code, []).append((each.valid_from, each.valid_to))
    return valid


def list_ended(evidence: Evidence) -> dict[str, dict[str, Ended]]:
    """Return the courses that have ended by the evaluation date, by partner and id."""
    courses, exits = evidence.tables["courses"], evidence.tables["exits"]
    reasons: dict[str, set[str]] = {}
    for course, reason in exits[["course_id", "exit_reason"]].itertuples(index=False):
        reasons.setdefault(course, set()).add(reason)
    found: dict[str, dict[str, Ended]] = {}
    rows = courses[["enterprise_id", "course_id", "ended_on"]].dropna(subset=["ended_on"])
    for partner, course, on in rows.itertuples(index=False):
        if on <= evidence.year.evaluation_date:
            known = Ended(on, frozenset(reasons.get(course, ())) - {EXTENDED})
            found.setdefault(partner, {})[course] = known
    return found


def list_rates(
    maps: Maps, codes: Mapping[str, Code], year: int, partner: str
) -> dict[str, frozenset[str]]:
    """Return the reasons each rate counts in a report."""
    names = list_names(maps.definitions)
    counted = ((n, list_reasons(maps.definitions, n, year, partner, codes)) for n in names)
    return {name: frozenset(reasons) for name, reasons in counted}


def is_sensitive(code: Code) -> bool:
    """Tell whether the code list marks a reason as sensitive (prison, death, illness, ...)."""
    is_marked = code.extra.get("never_publish_alone") == "ja"
    return is_marked or bool(code.extra.get("sensitive", ""))
