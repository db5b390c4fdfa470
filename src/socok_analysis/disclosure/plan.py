"""What the public edition tells of a partner's results: merged before hidden, details first.

For the whole time and for the time since the last evaluation, the first of the levels that holds:
each group with a sensitive reason has at least five people and is not all, and the attack finds
nothing. Time since gives way before the whole time, and the headline never does. A report is
planned once, with the earlier ones as they were shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from socok_analysis.disclosure.attack import (
    HEADLINE,
    ROOM,
    Attack,
    Secret,
    Shown,
    Sum,
    System,
    read_sums,
    sum_exits,
)
from socok_analysis.disclosure.chain import Chain, Report, Span

Groups = tuple[tuple[str, ...], ...]
LEVELS: tuple[Groups, ...] = (
    (("awaiting",), ("stopped",), ("other",)),
    (("awaiting",), ("stopped", "other")),
    (("awaiting", "stopped", "other"),),
    (),
)
REST, NOTHING = 2, len(LEVELS)
WHOLE: Span = ""
SINCE: Span = "period."
SPANS = (WHOLE, SINCE)
Why = Literal["", "few", "small", "found", "waits"]
Printed = Sequence[Shown]


@dataclass(frozen=True)
class Result:
    """What is told of a partner: the groups of all time, and since the last evaluation.

    `why` says for each span what kept it from telling more. `since` is the number of the report
    whose table still stands, where this one does not renew it.
    """

    groups: Mapping[Span, Groups]
    why: Mapping[Span, Why]
    since: int


def plan_partner(chain: Chain, shown: Sequence[Shown], printed: Printed, threshold: int) -> Result:
    """Return what the newest report of a chain tells of its partner.

    `shown` is what has been shown before it, `printed` what each year was printed with earlier.
    """
    number, report = len(chain.reports) - 1, chain.reports[-1]
    before = (read_sums(chain, n, figures) for n in range(number) for figures in shown)
    told = [s.number for sums in before for s in sums if s.rates == HEADLINE[:1] and not s.span]
    completed = report.count([])
    if completed < threshold:
        return Result({}, dict.fromkeys(SPANS, "few"), number)
    if told and completed - chain.reports[max(told)].count([]) < threshold:
        return Result({}, dict.fromkeys(SPANS, "waits"), max(told))
    attackers = list_attackers(chain, shown, printed, make_sums(report, number, WHOLE, ()))
    levels = [list_levels(report, span, threshold) for span in SPANS]
    for *chosen, has_details in product(*levels, (True, False)):
        pairs = zip(SPANS, chosen, strict=True)
        groups = {span: LEVELS[level] for span, level in pairs if level < NOTHING}
        more = [sum_ for span in groups for sum_ in make_sums(report, number, span, groups[span])]
        if has_details:
            details = list_details(chain, groups[WHOLE])
            groups[WHOLE] += details
            more += sum_exits(chain, number, [name for (name,) in details])
        found = (secret for each in attackers for secret in each.find_narrow(more))
        if not any(secret.is_disclosed for secret in found):
            break
    headline = tuple((name,) for name in HEADLINE if report.rates.get(name))
    why: dict[Span, Why] = {}
    for span, level, possible in zip(SPANS, chosen, levels, strict=True):
        kept: Why = "few" if possible == [NOTHING] else "small" if level == possible[0] else "found"
        why[span] = kept if level else ""
    return Result({span: (*headline, *own) for span, own in groups.items()}, why, number)


def list_details(chain: Chain, groups: Groups) -> Groups:
    """Return the reasons to tell by themselves: none is sensitive, and their group is told.

    None of a group where one has become fewer than it was: that would tell of a recoding.
    """
    *earlier, report = chain.reports
    told = list[tuple[str, ...]]()
    for group in ("success_wide", *(g[0] for g in groups if g == ("awaiting",))):
        codes = report.counted([group])
        names = [name for name in report.details if report.counted([name]) <= codes]
        fell = [old for old in earlier for n in names if old.count([n]) > report.count([n])]
        told += [] if fell else [(name,) for name in names]
    return tuple(told)


def list_levels(report: Report, span: Span, threshold: int) -> list[int]:
    """Return the levels whose groups are large enough, the most told first."""
    whole = report.count([], span)
    if span and (report.previous is None or whole < threshold):
        return [NOTHING]
    levels = []
    for number, groups in enumerate(LEVELS[:REST]):
        told = [group for group in groups if report.counted(group) & report.sensitive]
        if all(ROOM <= report.count(group, span) < whole for group in told):
            levels.append(number)
    return [*levels, *range(REST, NOTHING + 1 if span else NOTHING)]


def make_sums(report: Report, number: int, span: Span, groups: Groups) -> list[Sum]:
    """Return the counts that the headline and groups show, and all completed courses."""
    every = ((), *((name,) for name in HEADLINE if report.rates.get(name)), *groups)
    told = [(span, names) for names in every]
    told += [(SINCE, ())] if span == WHOLE and report.previous else []
    return [Sum(number, each, names, report.count(names, each)) for each, names in told]


def list_attackers(
    chain: Chain, shown: Sequence[Shown], printed: Printed, headline: Sequence[Sum]
) -> list[Attack]:
    """Return what two attackers know before the newest report tells more than its headline.

    The second has read what was printed earlier; what was printed alone is told apart.
    """
    numbers = range(len(chain.reports))
    every = [s for n in numbers for each in shown for s in read_sums(chain, n, each)]
    attackers = [Attack(System(chain), [*every, *headline])]
    if prints := [s for n, each in enumerate(printed) for s in read_sums(chain, n, each)]:
        codes = chain.reports[-1].counted(
            [name for each in prints for name in each.rates if "." in name]
        )
        apart = replace(chain, apart=codes & chain.reports[-1].sensitive)
        prints = [s for n, each in enumerate(printed) for s in read_sums(apart, n, each)]
        attackers.append(Attack(System(apart), [*every, *prints, *headline]))
    return attackers


def audit_partner(chain: Chain, shown: Sequence[Shown], printed: Printed) -> list[Secret]:
    """Return every narrow protected number of a partner; what the newest report shows is last."""
    report, number = chain.reports[-1], len(chain.reports) - 1
    told = read_sums(chain, number, shown[-1])
    headline = [s for s in told if not s.span and {*s.rates} <= {*HEADLINE}]
    headline += [
        Sum(number, span, (), report.count([], span)) for span in SPANS if span in report.spans
    ]
    attackers = list_attackers(chain, shown[:-1], printed, headline)
    return [secret for each in attackers for secret in each.find_narrow(told)]
