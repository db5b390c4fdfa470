"""What the public edition tells of a partner's results: merged before hidden, details first.

For the whole time and for the time since the last evaluation, the first of the levels that holds:
every group; stopped and other as one; success, and the rest as one; nothing. Time since gives way
before the whole time, and the headline never does. A level holds where each group with a
sensitive reason has at least five people and is not all, and where the attack finds nothing. A
report is planned once, with the earlier ones as they were shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from socok_analysis.disclosure.attack import (
    HEADLINE,
    ROOM,
    Finding,
    Shown,
    Sum,
    System,
    find_narrow,
    read_sums,
)
from socok_analysis.disclosure.chain import Chain, Report, Span, is_sensitive

REST = ("awaiting", "stopped", "other")
LEVELS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("awaiting",), ("stopped",), ("other",)),
    (("awaiting",), ("stopped", "other")),
    (REST,),
)
NOTHING = len(LEVELS)
Why = Literal["", "few", "small", "found", "waits"]


@dataclass(frozen=True)
class Result:
    """What is told of a partner: the groups of all time, and since the last evaluation.

    `why` says for each span what kept it from telling more. `since` is the number of the report
    whose table still stands, where this one does not renew it.
    """

    groups: Mapping[Span, tuple[tuple[str, ...], ...]]
    why: Mapping[Span, Why]
    since: int


@dataclass(frozen=True)
class Known:
    """What has been shown of a partner: by earlier reports, and printed before them."""

    shown: Sequence[Sum]
    printed: Sequence[Sum]
    told: Sequence[int]


def gather_known(chain: Chain, shown: Sequence[Shown], printed: Sequence[Shown]) -> Known:
    """Return what has been shown, `shown`, and what was printed before, a report each.

    A figure that a later report repeats is of the day it was counted on. A number that the rows
    no longer give was handed out before they were corrected, and is left aside.
    """
    sums, told = [], []
    for number, report in enumerate(chain.reports):
        found = [
            s
            for figures in shown
            for s in read_sums(chain, number, figures)
            if s.value == (report.count(s.rates, s.span) if s.rates else report.completed(s.span))
        ]
        sums += found
        is_earlier = number < len(chain.reports) - 1
        if is_earlier and any(each.rates == HEADLINE[:1] and not each.span for each in found):
            told.append(number)
    prints = [s for n, figures in enumerate(printed) for s in read_sums(chain, n, figures)]
    return Known(sums, prints, told)


def plan_partner(
    chain: Chain, shown: Sequence[Shown], printed: Sequence[Shown], threshold: int
) -> Result:
    """Return what the newest report of a chain tells of its partner."""
    number, report = len(chain.reports) - 1, chain.reports[-1]
    known = gather_known(chain, shown, printed)
    completed = report.completed()
    spans: list[Span] = ["", "period."]
    if completed < threshold:
        return Result({}, dict.fromkeys(spans, "few"), number)
    if known.told and completed - chain.reports[known.told[-1]].completed() < threshold:
        return Result({}, dict.fromkeys(spans, "waits"), known.told[-1])
    headline = [*count_courses(report, number), *make_sums(report, number, "", ())]
    systems = list_systems(chain, known, headline)
    own, since = (list_levels(report, span, threshold) for span in spans)
    for whole, part in product(own, since):
        told = [
            s
            for level, span in zip((whole, part), spans, strict=True)
            if level < NOTHING
            for s in make_sums(report, number, span, LEVELS[level])
        ]
        if not any(has_disclosed(system, [*before, *told], before) for system, before in systems):
            break
    groups, why = {}, {}
    for span, level, levels in zip(spans, (whole, part), (own, since), strict=True):
        if level < NOTHING:
            groups[span] = tuple((name,) for name in HEADLINE if name in report.rates)
            groups[span] += LEVELS[level]
        is_least = level == levels[0]
        few: Why = "few" if report.completed(span) < threshold else "small"
        why[span] = "" if level == 0 else few if is_least else "found"
    return Result(groups, why, number)


def list_levels(report: Report, span: Span, threshold: int) -> list[int]:
    """Return the levels whose groups are large enough, the most told first."""
    whole, sensitive = report.completed(span), report.sensitive
    if span and (report.previous is None or whole < threshold):
        return [NOTHING]
    levels = []
    for number, groups in enumerate(LEVELS[:-1]):
        told = [g for g in groups if report.counted(g) & sensitive]
        if all(ROOM <= report.count(group, span) < whole for group in told):
            levels.append(number)
    return [*levels, len(LEVELS) - 1, *([NOTHING] if span else [])]


def count_courses(report: Report, number: int) -> list[Sum]:
    """Return the numbers of ended courses, which are shown whatever else is."""
    spans: list[Span] = ["", "period."] if report.previous else [""]
    return [Sum(number, span, (), report.completed(span)) for span in spans]


def make_sums(
    report: Report, number: int, span: Span, groups: Sequence[tuple[str, ...]]
) -> list[Sum]:
    """Return the counts that the headline and groups show."""
    every = [*((name,) for name in HEADLINE if name in report.rates), *groups]
    return [Sum(number, span, names, report.count(names, span)) for names in every]


def list_systems(
    chain: Chain, known: Known, headline: Sequence[Sum]
) -> list[tuple[System, list[Sum]]]:
    """Return what two attackers know before the newest report tells more than its headline.

    The second has read what was printed earlier; what is printed alone is told apart.
    """
    systems = [(System(chain), [*known.shown, *headline])]
    if known.printed:
        names = (name for each in known.printed for name in each.rates)
        codes = frozenset(n.removeprefix("exit.") for n in names if n.startswith("exit."))
        system = System(replace(chain, apart=codes))
        systems.append((system, [*known.shown, *known.printed, *headline]))
    return systems


def has_disclosed(system: System, told: Sequence[Sum], before: Sequence[Sum]) -> bool:
    """Tell whether what is told makes any protected number narrower than it may be."""
    return any(each.is_disclosed for each in find_narrow(system, told, before, first=True))


def audit_partner(chain: Chain, shown: Sequence[Shown], printed: Sequence[Shown]) -> list[Finding]:
    """Return every narrow protected number, from what the reports of a chain show of a partner."""
    report, number = chain.reports[-1], len(chain.reports) - 1
    told = gather_known(chain, shown, printed).shown
    own = [each for each in read_sums(chain, number, shown[-1]) if not each.span]
    headline = [each for each in own if {*each.rates} <= {*HEADLINE}]
    headline += count_courses(report, number)
    systems = list_systems(chain, gather_known(chain, shown[:-1], printed), headline)
    return [
        finding
        for system, before in systems
        for finding in find_narrow(system, [*before, *told], before)
    ]
