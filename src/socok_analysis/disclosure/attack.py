"""The attack: how narrowly each protected number is known from all that has been shown.

An attacker sees sums over people, never the people. Exit reasons that every shown number counts
alike are one *class* to him, the days between cut-offs one *window*, and the classes of a course
its *state*. His unknowns are, for each report of a partner's chain, the numbers of ended courses in
each window and state that the code lists and dates allow, whether they occur or not; between two
reports, how many were recoded, registered late or taken out. He is taken to know how many these
are, and how many courses have several reasons, but not which. Every shown count is an equation.

It knows nothing of how the shown was chosen. The least and the greatest value of a protected number
are integer programs (the attacker's problem of Fischetti and Salazar 2001), solved by HiGHS. Each
solution is a table that agrees with all that is shown, so it tells of every number at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import combinations_with_replacement, pairwise, product
from typing import Any, Literal, NamedTuple

import numpy as np
from highspy import Highs, HighsModelStatus, HighsVarType

from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, is_true
from socok_analysis.figures.ledger import match_courses
from socok_analysis.intake.maps import EXTENDED, list_names

Span = Literal["", "period.", "before"]
State = tuple[int, ...]
Window = tuple[date, date]
# Silent before its callbacks are set: setting them writes its name to standard output.
Solver = type("Solver", (Highs,), {"enableCallbacks": Highs.silent})


class Ended(NamedTuple):
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
        spans: dict[Span, Window] = {"": (date.min, self.day)}
        if self.previous:
            spans |= {"period.": (self.previous, self.day), "before": (date.min, self.previous)}
        return spans

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
    valid: Mapping[str, Collection[Window]]
    apart: frozenset[str] = frozenset()

    @cached_property
    def classes(self) -> list[frozenset[str]]:
        """The reasons in sets that no rate of any report, and no date, tells apart."""
        alike: dict[str, set[str]] = {}
        for code in self.valid:
            rates = [[name for name in r.rates if code in r.rates[name]] for r in self.reports]
            dates = [self.allows(code, window) for window in self.cuts]
            alike.setdefault(str((rates, dates, {code} & self.apart)), set()).add(code)
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
    links, ended = [dict[str, str]()], [list_ended(each) for each in evidence]
    for old, new in pairwise(evidence):
        same = match_courses(old.tables["courses"], new.tables["courses"])
        links.append({now: then for then, now in same.items()})

    def follow(partner: str) -> Chain:
        reports, given = list[Report](), {code: {*windows} for code, windows in valid.items()}
        for each, courses, before in zip(evidence, ended, links, strict=True):
            names, own = list_names(maps.definitions), courses.get(partner, {})
            rates = {name: frozenset(each.counted_by(name, partner)) for name in names}
            days = each.year.evaluation_date, each.year.previous_evaluation_date
            reports.append(Report(each.year.year, *days, own, rates, sensitive, before))
            for on, reasons in own.values():
                for code in reasons:
                    given[code].add((on, on))
        return Chain(partner, tuple(reports), given)

    return [follow(partner) for partner in sorted({p for reports in ended for p in reports})]


def list_ended(evidence: Evidence) -> dict[str, dict[str, Ended]]:
    """Return the courses that have ended by the evaluation date, by partner and id."""
    courses, exits = evidence.tables["courses"], evidence.tables["exits"]
    reasons = {course: {*own} for course, own in exits.groupby("course_id")["exit_reason"]}
    rows = courses[is_true(courses["ended_on"] <= evidence.year.evaluation_date)]
    return {
        str(partner): {
            course: Ended(on, frozenset(reasons.get(course, ())) - {EXTENDED})
            for course, on in zip(own["course_id"], own["ended_on"], strict=True)
        }
        for partner, own in rows.groupby("enterprise_id")
    }


MOST = 100_000
ROOM = 5
HEADLINE = ("success_wide", "success_narrow")
# What may become of a course between two reports: what is counted of it, and its sign.
MOVES = {"in": ("recoded", -1), "out": ("recoded", 1), "late": ("late", -1), "gone": ("gone", 1)}
Shown = Mapping[str, Figure]
Known = tuple[dict[int, int], float, float]


class Sum(NamedTuple):
    """A shown count: the ended courses of a report and span that one of the rates counts."""

    number: int
    span: Span
    rates: tuple[str, ...]
    value: int


@dataclass
class Secret:
    """A protected number: the ended courses of a span with a sensitive reason, or such a group.

    It lies between the unknowns weighed by `surely` and by `maybe`; `low` and `high` are the
    values seen in tables that agree with all that is shown. `needs` is how many it must keep.
    """

    title: str
    surely: Any
    maybe: Any
    low: int
    high: int
    needs: int = ROOM

    @property
    def room(self) -> int:
        """How many values have been seen to be possible."""
        return self.high - self.low + 1

    @property
    def is_disclosed(self) -> bool:
        """Tell whether it is narrower than it may be."""
        return self.room < self.needs


class System:
    """A partner's unknowns as columns, and what anyone knows of them as rows of sums."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.columns: dict[tuple[Any, ...], int] = {}
        self.rows: list[Known] = []
        for number, report in enumerate(chain.reports):
            for window, state in product(chain.list_windows(number), chain.states):
                codes = (chain.classes[place] for place in state)
                if all(any(chain.allows(code, window) for code in own) for own in codes):
                    self.columns["ended", number, window, state] = len(self.columns)
            # how many courses have one reason, two, and so on
            for size in {len(state) for state in chain.states}:
                value = sum(len(course.reasons) == size for course in report.courses.values())
                own = (c for c, state in self.find(number, report.spans[""]) if len(state) == size)
                self.rows.append((dict.fromkeys(own, 1), value, value))
        for number, windows in chain.list_steps():
            self.know_moves(number, windows)
        self.secrets = self.list_secrets()

    def find(self, number: int, within: Window) -> Iterator[tuple[int, State]]:
        """Yield the unknowns of a report's courses ended in a window."""
        windows = self.chain.list_windows(number)
        inside = [w for w in windows if within[0] <= w[0] and w[1] <= within[1]]
        for window, state in product(inside, self.chain.states):
            if ("ended", number, window, state) in self.columns:
                yield self.columns["ended", number, window, state], state

    def know_moves(self, number: int, windows: Sequence[Window]) -> None:
        """Add that a window's courses are those of the report before, but for so many moved.

        Of those recoded as many leave a state as come to others. A recoding within a class is not
        seen, so fewer may have moved than were recoded.
        """
        moves = self.chain.count_moves(number, windows)
        totals = {kind: moves[what] for kind, (what, _) in MOVES.items()}
        is_seen = all(len(codes) == 1 for codes in self.chain.classes)
        moved: dict[str, dict[int, int]] = {kind: {} for kind in MOVES}
        for window in windows:
            terms: dict[State, dict[int, int]] = {}
            for report, sign in ((number, 1), (number - 1, -1)):
                for column, state in self.find(report, window):
                    terms.setdefault(state, {})[column] = sign
            here: dict[str, dict[int, int]] = {kind: {} for kind in MOVES}
            for state, own in terms.items():
                for kind in (kind for kind in MOVES if totals[kind]):
                    key = (kind, number, window, state)
                    column = self.columns.setdefault(key, len(self.columns))
                    own[column], here[kind][column] = MOVES[kind][1], 1
                self.rows.append((own, 0, 0))
            everyone = here["out"]
            self.rows.append(({**everyone, **dict.fromkeys(here["in"], -1)}, 0, 0))
            for came, left in zip(here["in"], everyone, strict=True) if is_seen else ():
                self.rows.append(({**everyone, came: -1, left: 0}, 0, MOST))
            moved = {kind: own | here[kind] for kind, own in moved.items()}
        for kind, total in totals.items():
            is_exact = is_seen or kind in ("late", "gone")
            self.rows.append((moved[kind], total if is_exact else 0, total))

    def tell(self, told: Iterable[Sum]) -> list[Known]:
        """Return the rows that shown counts add; reasons by themselves count each reason."""
        rows = []
        for each in told:
            report = self.chain.reports[each.number]
            codes = report.counted(each.rates)
            is_each = any(name.startswith("exit.") for name in each.rates)
            hit = {n for n, members in enumerate(self.chain.classes) if members & codes}
            terms = {}
            for column, state in self.find(each.number, report.spans[each.span]):
                times = sum(place in hit for place in state)
                terms[column] = times if is_each else int(times > 0 or not each.rates)
            is_part = is_each and any(self.chain.classes[n] - codes for n in hit)
            rows.append((terms, float(each.value), float(MOST if is_part else each.value)))
        return rows

    def list_secrets(self) -> list[Secret]:
        """Return the sensitive numbers under five, zero included, of every report and span."""
        secrets = []
        for number, report in enumerate(self.chain.reports):
            groups = [n for n in report.rates if n not in HEADLINE]
            wanted = [f"exit.{code}" for code in sorted(report.sensitive)]
            wanted += [name for name in groups if report.rates[name] & report.sensitive]
            for (span, window), name in product(report.spans.items(), wanted):
                value = report.count([name], span)
                if value < ROOM:
                    place = ".".join(filter(None, (self.chain.partner, span.strip("."), name)))
                    weights = self.weigh(number, window, report.counted([name]))
                    title = f"{report.year}/outcomes.{place}"
                    secrets.append(Secret(title, *weights, value, value))
        return secrets

    def weigh(self, number: int, window: Window, codes: frozenset[str]) -> tuple[Any, Any]:
        """Return which unknowns surely, and which maybe, have one of the reasons."""
        surely, maybe = np.zeros(len(self.columns)), np.zeros(len(self.columns))
        members = self.chain.classes
        for column, state in self.find(number, window):
            maybe[column] = any(members[place] & codes for place in state)
            surely[column] = any(state.count(n) > len(members[n] - codes) for n in {*state})
        return surely, maybe


class Attack:
    """What follows from a partner's unknowns and some shown counts."""

    def __init__(self, system: System, told: Iterable[Sum]) -> None:
        self.system, self.told = system, tuple(told)
        self.secrets = [replace(secret) for secret in system.secrets]
        rows = [row for row in (*system.rows, *system.tell(self.told)) if row[0]]
        cells = [cell for terms, _, _ in rows for cell in terms.items()]
        starts = np.cumsum([0, *(len(terms) for terms, _, _ in rows[:-1])])
        size, (places, weights) = len(system.columns), map(np.array, zip(*cells, strict=True))
        least, most = (np.array([row[n] for row in rows], dtype=float) for n in (1, 2))
        self.model, self.places = Solver(), np.arange(size)
        self.model.setOptionValue("threads", 1)
        self.model.addVars(size, np.zeros(size), np.full(size, float(MOST)))
        whole = np.full(size, int(HighsVarType.kInteger), dtype=np.uint8)
        self.model.changeColsIntegrality(size, self.places, whole)
        self.model.addRows(len(rows), least, most, len(cells), starts, places, weights)

    def look_around(self) -> None:
        """Look at tables far apart: most numbers have room enough in two of them."""
        for name in dict.fromkeys(s.title.rpartition(".")[2] for s in self.secrets):
            for sign in (-1, 1):
                if narrow := [s for s in self.secrets if s.title.endswith(name) and s.room < ROOM]:
                    self.solve(sum(s.maybe if sign < 0 else s.surely for s in narrow), sign)

    def solve(self, weights: Any, sign: int) -> None:
        """Find the table with the least (sign 1) or greatest (-1) sum; note what it tells.

        Fractions are let in first: such a search goes on from the last table, and as a rule ends
        in whole numbers all the same.
        """
        self.model.changeColsCost(len(self.places), self.places, sign * weights)
        for has_fractions in (True, False):
            self.model.setOptionValue("solve_relaxation", has_fractions)
            self.model.run()
            # the true table is a solution, so there always is one
            if self.model.getModelStatus() != HighsModelStatus.kOptimal:
                raise ArithmeticError(str(self.model.getModelStatus()))
            found = np.array(self.model.getSolution().col_value)
            table = found.round()
            if abs(found - table).max() < 1e-6:
                break
        for secret in self.secrets:
            secret.low = min(secret.low, int(secret.surely @ table))
            secret.high = max(secret.high, int(secret.maybe @ table))

    def bound(self, secret: Secret) -> int:
        """Return how many values a protected number may have, exactly where they are few."""
        for weights, sign in ((secret.maybe, -1), (secret.surely, 1)):
            if secret.room < ROOM:
                self.solve(weights, sign)
        return secret.room

    def find_narrow(self, more: Iterable[Sum]) -> Iterator[Secret]:
        """Yield the protected numbers with fewer than five possible values where more is shown.

        Each may be as narrow as it was before: what was shown earlier, the numbers of courses and
        the headline rate leave it so.
        """
        attack = Attack(self.system, [*self.told, *more])
        attack.look_around()
        for before, secret in zip(self.secrets, attack.secrets, strict=True):
            if secret.room < ROOM:
                secret.needs = min(ROOM, self.bound(before))
                if secret.is_disclosed:  # so far: other tables may show it to have more room
                    attack.bound(secret)
                if secret.room < ROOM:
                    yield secret


def read_sums(chain: Chain, number: int, shown: Shown) -> list[Sum]:
    """Return the counts of ended courses that figures show of a partner, counted on a report's day.

    Reasons told by themselves are told as what they are together of each class. A number that the
    rows no longer give was handed out before they were corrected, and is left aside.
    """
    report, prefix = chain.reports[number], f"outcomes.{chain.partner}."
    sums, exits = [], set[str]()
    for name, figure in shown.items():
        if not name.startswith(prefix) or figure.period_end != report.day or figure.value is None:
            continue
        rest, value = name.removeprefix(prefix), int(figure.counted or 0)
        span: Span = "period." if rest.startswith("period.") else ""
        rates = tuple(rest.removeprefix(span).split("+"))
        if rest.startswith("exit."):
            exits |= {rest} if value == report.count([rest]) else set()
        elif rates == ("completed",) or report.counted(rates):
            sums.append(Sum(number, span, rates if report.counted(rates) else (), value))
        if figure.denominator is not None:
            sums.append(Sum(number, span, (), figure.denominator))
    held = [s for s in dict.fromkeys(sums) if s.value == report.count(s.rates, s.span)]
    return [*held, *sum_exits(chain, number, exits)]


def sum_exits(chain: Chain, number: int, exits: Collection[str]) -> list[Sum]:
    """Return what reasons told by themselves give of each class: how often they occur together."""
    report, sums = chain.reports[number], []
    for members in chain.classes:
        names = tuple(sorted(f"exit.{code}" for code in members if f"exit.{code}" in exits))
        if names:
            sums.append(Sum(number, "", names, sum(report.count([name]) for name in names)))
    return sums
