"""The attack: how narrowly each protected number is known from all that has been shown.

It reads what the reports show and knows nothing of how that was chosen. The attacker's unknowns
are those of `chain`; every shown count is an equation between them. The least and the greatest
value of a protected number are integer programs (the attacker's problem of Fischetti and Salazar
2001), solved by HiGHS. Each solution is a table that agrees with all that is shown, so it tells
of every number at once; few programs are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from socok_analysis.disclosure.chain import (
    SPANS,
    Chain,
    Report,
    Span,
    State,
    Window,
    count_moves,
    place_day,
)
from socok_analysis.figures.figure import Figure

MOST = 100_000
ROOM = 5
HEADLINE = ("success_wide", "success_narrow")
Shown = Mapping[str, Figure]


class Sum(NamedTuple):
    """A shown count: the courses of a report and span that one of the rates counts."""

    number: int
    span: Span
    rates: tuple[str, ...]
    value: int


@dataclass(frozen=True)
class Secret:
    """A protected number: the ended courses of a span with a sensitive reason, or such a group.

    `surely` and `maybe` weigh the unknowns: the number lies between the two sums.
    """

    year: int
    name: str
    span: Span
    value: int
    surely: np.ndarray
    maybe: np.ndarray


@dataclass
class Bounds:
    """What has been seen of a protected number: values that agree with all that is shown."""

    low: int
    high: int
    is_exact: bool = False

    @property
    def room(self) -> int:
        """How many values are possible."""
        return self.high - self.low + 1


@dataclass(frozen=True)
class Finding:
    """A protected number with fewer than five possible values; `needs` is how many it must keep."""

    partner: str
    year: int
    name: str
    span: Span
    low: int
    high: int
    needs: int

    @property
    def is_disclosed(self) -> bool:
        """Tell whether it is narrower than what was known before makes it."""
        return self.high - self.low + 1 < self.needs

    @property
    def title(self) -> str:
        """The number's name as figures are called."""
        return f"{self.year}/outcomes.{self.partner}.{self.span}{self.name}"


@dataclass
class System:
    """A partner's unknowns as columns, and what is known of them as rows of sums."""

    chain: Chain
    columns: dict[tuple[Any, ...], int] = field(default_factory=dict)
    rows: list[tuple[dict[int, int], float, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number, report in enumerate(self.chain.reports):
            for window in self.chain.list_windows(number):
                for state in self.chain.states:
                    if self.is_possible(state, window):
                        self.column("ended", number, window, state)
            self.know_sizes(number, report)
        for number, windows in self.chain.list_steps():
            self.know_moves(number, windows)

    def column(self, *key: Any) -> int:
        """Return the number of an unknown, a new one where it is not known yet."""
        return self.columns.setdefault(key, len(self.columns))

    def is_possible(self, state: State, window: Window) -> bool:
        """Tell whether the dates of the code list allow a state in a window."""
        chain = self.chain
        inside = [w for w in chain.cuts if window[0] <= w[0] and w[1] <= window[1]]
        return all(
            any(chain.allows(code, w) for w in inside for code in chain.classes[c]) for c in state
        )

    def find(self, number: int, span: Span = "") -> Iterator[tuple[int, State]]:
        """Yield the unknowns of a report in a span."""
        report = self.chain.reports[number]
        for window in self.chain.list_windows(number):
            if report.within(window[1], span):
                for state in self.chain.states:
                    if ("ended", number, window, state) in self.columns:
                        yield self.columns["ended", number, window, state], state

    def know(self, terms: Mapping[int, int], least: float, most: float) -> None:
        """Add what is known of a weighted sum."""
        self.rows.append((dict(terms), least, most))

    def know_sizes(self, number: int, report: Report) -> None:
        """Add how many courses have one reason, two, and so on."""
        sizes = {len(state) for state in self.chain.states}
        for size in sizes:
            value = sum(len(course.reasons) == size for course in report.ended)
            terms = {column: 1 for column, state in self.find(number) if len(state) == size}
            self.know(terms, value, value)

    def know_moves(self, number: int, windows: Sequence[Window]) -> None:
        """Add that a window's courses are those of the report before, but for so many moved."""
        moves = count_moves(self.chain, number, windows)
        is_seen = all(len(codes) == 1 for codes in self.chain.classes)
        kinds = {"in": moves.recoded, "out": moves.recoded, "late": moves.late, "gone": moves.gone}
        signs = {"in": -1, "out": 1, "late": -1, "gone": 1}
        moved: dict[str, dict[int, int]] = {kind: {} for kind in kinds}
        for window in windows:
            inside = {
                n: [
                    w for w in self.chain.list_windows(n) if window[0] <= w[0] and w[1] <= window[1]
                ]
                for n in (number - 1, number)
            }
            swapped: dict[str, list[int]] = {"in": [], "out": []}
            for state in self.chain.states:
                terms = {}
                for n, sign in ((number, 1), (number - 1, -1)):
                    for w in inside[n]:
                        if ("ended", n, w, state) in self.columns:
                            terms[self.columns["ended", n, w, state]] = sign
                if not terms:
                    continue
                for kind, total in kinds.items():
                    if total:
                        column = self.column(kind, number, window, state)
                        terms[column] = signs[kind]
                        moved[kind][column] = 1
                        swapped.setdefault(kind, []).append(column)
                self.know(terms, 0, 0)
            pairs = list(zip(swapped["in"], swapped["out"], strict=True))
            everyone = dict.fromkeys(swapped["out"], 1)
            if pairs:  # as many come to other reasons as leave theirs, and nobody to his own
                balance = {**everyone, **dict.fromkeys(swapped["in"], -1)}
                self.know(balance, 0, 0)
                if is_seen:
                    for came, left in pairs:
                        self.know({**everyone, came: -1, left: 0}, 0, MOST)
        for kind, total in kinds.items():
            least = total if kind in ("late", "gone") or is_seen else 0
            self.know(moved[kind], least, total)

    def tell(self, told: Iterable[Sum]) -> list[tuple[dict[int, int], float, float]]:
        """Return the rows that shown counts add."""
        rows = []
        for each in told:
            codes = self.chain.reports[each.number].counted(each.rates)
            hit = {n for n, members in enumerate(self.chain.classes) if members & codes}
            terms = {
                column: 1
                for column, state in self.find(each.number, each.span)
                if not each.rates or hit & {*state}
            }
            rows.append((terms, float(each.value), float(each.value)))
        return rows

    def list_secrets(self) -> list[Secret]:
        """Return the sensitive numbers under five, zero included, of every report and span."""
        secrets = []
        for number, report in enumerate(self.chain.reports):
            spans = SPANS if report.previous else SPANS[:1]
            wanted = [f"exit.{code}" for code in sorted(report.sensitive)]
            wanted += [
                name
                for name, codes in report.rates.items()
                if codes & report.sensitive and name not in HEADLINE
            ]
            for span in spans:
                for name in wanted:
                    value = report.count([name], span)
                    if value < ROOM:
                        surely, maybe = self.weigh(number, span, report.counted([name]))
                        secrets.append(Secret(report.year, name, span, value, surely, maybe))
        return secrets

    def weigh(self, number: int, span: Span, codes: frozenset[str]) -> tuple[Any, Any]:
        """Return which unknowns surely, and which maybe, have one of the reasons."""
        surely, maybe = np.zeros(len(self.columns)), np.zeros(len(self.columns))
        for column, state in self.find(number, span):
            for place in {*state}:
                members = self.chain.classes[place]
                rest = len(members - codes)
                maybe[column] = max(maybe[column], bool(members & codes))
                surely[column] = max(surely[column], state.count(place) > rest)
        return surely, maybe

    def truth(self) -> np.ndarray:
        """Return the true table: the first that agrees with whatever is shown."""
        values = np.zeros(len(self.columns))
        for number, report in enumerate(self.chain.reports):
            windows = self.chain.list_windows(number)
            for course in report.ended:
                window = windows[place_day(course.on, windows)]
                values[
                    self.columns["ended", number, window, self.chain.find_state(course.reasons)]
                ] += 1
        return values


class Attack:
    """What follows from a partner's unknowns and some shown counts."""

    def __init__(self, system: System, told: Iterable[Sum]) -> None:
        from scipy.sparse import csr_array

        self.system, self.secrets = system, system.list_secrets()
        rows = [row for row in (*system.rows, *system.tell(told)) if row[0]]
        place = [
            (n, column, weight) for n, row in enumerate(rows) for column, weight in row[0].items()
        ]
        numbers, columns, weights = zip(*place, strict=True) if place else ((), (), ())
        shape = (len(rows), len(system.columns))
        self.matrix = csr_array((weights, (numbers, columns)), shape=shape, dtype=float)
        self.least, self.most = ([row[n] for row in rows] for n in (1, 2))
        self.seen = [Bounds(secret.value, secret.value) for secret in self.secrets]

    def look_around(self) -> None:
        """Look at tables far apart: most numbers have room enough in two of them."""
        for name in dict.fromkeys(secret.name for secret in self.secrets):
            for sign in (-1, 1):
                narrow = [
                    secret.maybe if sign < 0 else secret.surely
                    for secret, seen in zip(self.secrets, self.seen, strict=True)
                    if secret.name == name and seen.room < ROOM
                ]
                if narrow:
                    self.solve(sum(narrow), sign, gap=0.3)

    def solve(self, weights: np.ndarray, sign: int, gap: float = 0) -> None:
        """Find the table with the least (sign 1) or greatest (-1) sum; note what it tells.

        With a `gap` a table that is nearly so will do.
        """
        from scipy.optimize import Bounds as Limits
        from scipy.optimize import LinearConstraint, milp

        result = milp(
            sign * weights,
            integrality=np.ones(len(weights)),
            bounds=Limits(0, MOST),
            constraints=LinearConstraint(self.matrix, self.least, self.most),
            options={"mip_rel_gap": gap},
        )
        if result.x is None:  # the true table is a solution, so there always is one
            raise ArithmeticError(result.message)
        table = result.x.round()
        for secret, seen in zip(self.secrets, self.seen, strict=True):
            seen.low = min(seen.low, int(secret.surely @ table))
            seen.high = max(seen.high, int(secret.maybe @ table))

    def bound(self, number: int, enough: int = MOST) -> Bounds:
        """Return a protected number's bounds, exact unless it has room enough before."""
        secret, seen = self.secrets[number], self.seen[number]
        if not seen.is_exact and seen.room < enough:
            self.solve(secret.maybe, -1)
        if not seen.is_exact and seen.room < enough:
            self.solve(secret.surely, 1)
            seen.is_exact = True
        return seen


def find_narrow(
    system: System, told: Sequence[Sum], before: Sequence[Sum], *, first: bool = False
) -> list[Finding]:
    """Return the protected numbers with fewer than five possible values.

    Each may be as narrow as `before` leaves it: what was shown earlier, the numbers of courses
    and the headline rate. With `first`, stop at the first that is narrower still.
    """
    attack, known = Attack(system, told), Attack(system, before)
    attack.look_around()
    findings = []
    for number, secret in enumerate(attack.secrets):
        seen = attack.bound(number, ROOM)
        if seen.room < ROOM:
            needs = min(ROOM, known.bound(number, ROOM).room)
            place = (system.chain.partner, secret.year, secret.name, secret.span)
            findings.append(Finding(*place, seen.low, seen.high, needs))
            if first and findings[-1].is_disclosed:
                break
    return findings


def read_sums(chain: Chain, number: int, shown: Shown) -> list[Sum]:
    """Return the counts of ended courses that a report shows of a partner.

    A figure that stands for an earlier day is one of that day's report.
    """
    report, prefix = chain.reports[number], f"outcomes.{chain.partner}."
    sums = []
    for name, figure in shown.items():
        if not name.startswith(prefix) or figure.period_end != report.day:
            continue
        rest = name.removeprefix(prefix)
        span: Span = "period." if rest.startswith("period.") else ""
        rates = tuple(rest.removeprefix(span).split("+"))
        if rates == ("completed",) and figure.value is not None:
            sums.append(Sum(number, span, (), int(figure.value)))
        elif report.counted(rates) and figure.value is not None:
            if figure.denominator is not None:
                sums.append(Sum(number, span, (), figure.denominator))
            counted = figure.value if figure.numerator is None else figure.numerator
            sums.append(Sum(number, span, rates, int(counted)))
    return list(dict.fromkeys(sums))
