"""What the public edition tells of a year: its figures, small ones merged, and why others are not.

A figure is told if its row says it is public and it is about things, or about at least
`threshold` persons. Jobs by type are merged below `job_threshold`; what is worked out of other
figures is told if all of them are. What became of people is merged before it is hidden, details
first: for the whole time and for the time since the last evaluation, the first of the levels that
holds, where each group with a sensitive reason has at least five people and is not all, and the
attack finds nothing. Time since gives way before the whole time, and the headline never does. A
report is planned once, with the earlier ones as they were shown, and nothing else is handed to
the public edition's pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Literal

from socok_analysis.core.danish import format_day
from socok_analysis.core.year import Year
from socok_analysis.disclosure import attack
from socok_analysis.disclosure.attack import HEADLINE, Attack, Chain, Report, Secret, Shown, Sum
from socok_analysis.figures.evidence import Evidence, read_evidence
from socok_analysis.figures.figure import Figure, read_figures, share, to_json, write_figures
from socok_analysis.figures.ledger import compare_year
from socok_analysis.figures.rows import OF_FIGURES, REASON, FigureRow, find_row, read_rows

Groups = tuple[tuple[str, ...], ...]
LEVELS: tuple[Groups, ...] = (
    (("awaiting",), ("stopped",), ("other",)),
    (("awaiting",), ("stopped", "other")),
    (("awaiting", "stopped", "other"),),
    (),
)
REST, NOTHING = 2, len(LEVELS)
SPANS: tuple[attack.Span, attack.Span] = ("", "period.")
WHOLE, SINCE = SPANS
Why = Literal["", "few", "small", "found", "waits"]
Printed = Sequence[Shown]


@dataclass(frozen=True)
class Result:
    """What is told of a partner: the groups of all time, and since the last evaluation.

    `why` says for each span what kept it from telling more. `since` is the number of the report
    whose table still stands, where this one does not renew it.
    """

    groups: Mapping[attack.Span, Groups]
    why: Mapping[attack.Span, Why]
    since: int


def plan_partner(chain: Chain, shown: Sequence[Shown], printed: Printed, threshold: int) -> Result:
    """Return what the newest report of a chain tells of its partner.

    `shown` is what has been shown before it, `printed` what each year was printed with earlier.
    """
    number, report = len(chain.reports) - 1, chain.reports[-1]
    before = (attack.read_sums(chain, n, figures) for n in range(number) for figures in shown)
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
            more += attack.sum_exits(chain, number, [name for (name,) in details])
        found = (secret for each in attackers for secret in each.find_narrow(more))
        if not any(secret.is_disclosed for secret in found):
            break
    headline = tuple((name,) for name in HEADLINE if report.rates.get(name))
    why: dict[attack.Span, Why] = {}
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


def list_levels(report: Report, span: attack.Span, threshold: int) -> list[int]:
    """Return the levels whose groups are large enough, the most told first."""
    whole = report.count([], span)
    if span and (report.previous is None or whole < threshold):
        return [NOTHING]
    levels = list[int]()
    for number, groups in enumerate(LEVELS[:REST]):
        told = (group for group in groups if report.counted(group) & report.sensitive)
        if all(attack.ROOM <= report.count(group, span) < whole for group in told):
            levels.append(number)
    return [*levels, *range(REST, NOTHING + 1 if span else NOTHING)]


def make_sums(report: Report, number: int, span: attack.Span, groups: Groups) -> list[Sum]:
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
    every = [s for n in numbers for each in shown for s in attack.read_sums(chain, n, each)]
    attackers = [Attack(attack.System(chain), [*every, *headline])]
    if prints := [s for n, each in enumerate(printed) for s in attack.read_sums(chain, n, each)]:
        alone = [name for each in prints for name in each.rates if "." in name]
        report = chain.reports[-1]
        apart = replace(chain, apart=report.counted(alone) & report.sensitive)
        prints = [s for n, each in enumerate(printed) for s in attack.read_sums(apart, n, each)]
        attackers.append(Attack(attack.System(apart), [*every, *prints, *headline]))
    return attackers


def audit_partner(chain: Chain, shown: Sequence[Shown], printed: Printed) -> list[Secret]:
    """Return every narrow protected number of a partner; what the newest report shows is last."""
    report, number = chain.reports[-1], len(chain.reports) - 1
    told = attack.read_sums(chain, number, shown[-1])
    headline = [s for s in told if not s.span and {*s.rates} <= {*HEADLINE}]
    headline += [Sum(number, s, (), report.count([], s)) for s in SPANS if s in report.spans]
    attackers = list_attackers(chain, shown[:-1], printed, headline)
    return [secret for each in attackers for secret in each.find_narrow(told)]


FOLDER, FILE = "public", "withheld.json"
TAIL = " siden sidste opgørelse"
LATER = "Det kan vises, når flere forløb er afsluttet; den interne udgave har tallet nu."
WAYS_OUT = {
    "crosses": "Skriv “nej” i kolonnen public i data/raw/maps/figures.csv.",
    "types": "Den interne udgave viser hver form.",
    **dict.fromkeys(("internal", "detail"), "Den interne udgave har tallet."),
}
REASONS = {
    "internal": "Tallet hører til den interne udgave.",
    "detail": "Årsagen vises som en del af sin gruppe.",
    "crosses": "Tallet deler forløb efter, hvordan de sluttede, på en ukendt måde.",
    "persons": "Tallet er af færre end {} personer.",
    "types": "Ansættelsesformer med færre end {} ansættelser vises sammen med andre.",
    "close": "Tallet afviger med færre end {} ansættelser fra et, der er offentligt.",
    "await": "Hvad forløbene førte til, gøres op i årsrapporten.",
    "few": "Der er færre end {} afsluttede forløb.",
    "small": "En gruppe med følsomme årsager, fx sygdom eller fængsel, vises kun, når den er på "
    "mindst fem personer og ikke er alle.",
    "found": "Vist enkeltvis kunne det røbe, hvor få der har en følsom årsag.",
    "waits": "Færre end {} forløb er afsluttet siden {}; resultatet fra den dag gælder stadig.",
}


@dataclass(frozen=True)
class Withheld:
    """Why a figure is not told by itself, the merged one that holds it, and what to do."""

    why: str
    into: str = ""
    way_out: str = ""


@dataclass(frozen=True)
class Public:
    """What the public edition tells of a year: figures by name, and those it does not tell."""

    figures: Mapping[str, Figure]
    withheld: Mapping[str, Withheld]

    def why(self, name: str) -> str:
        """Return why a figure is not told, in Danish; empty where it is."""
        return self.withheld[name].why if name in self.withheld else ""

    def tell(self, names: Iterable[str]) -> list[Figure]:
        """Return the figures told of these, a merged one in the place of its first part."""
        found = (self.withheld[n].into if n in self.withheld else n for n in names)
        return [self.figures[n] for n in dict.fromkeys(found) if n in self.figures]


class Draft:
    """A year's public edition being made."""

    def __init__(self, year: Year, figures: Mapping[str, Figure], rows: Sequence[FigureRow]):
        self.year, self.all = year, figures
        self.rows = {name: find_row(name, rows) for name in figures}
        self.figures: dict[str, Figure] = {}
        self.withheld: dict[str, Withheld] = {}

    def withhold(self, names: Iterable[str], why: str, *facts: object, into: str = "") -> None:
        """Leave figures out for one of `REASONS`, or tell them within a merged one."""
        for name in names:
            way_out = WAYS_OUT.get(why, LATER)
            self.withheld[name] = Withheld(REASONS[why].format(*facts), into, way_out)
            self.figures.pop(name, None)

    def merge(self, names: Sequence[str], sum_: Figure, why: str, *facts: object) -> None:
        """Tell some figures as one, which has the numbers of `sum_`."""
        parts = [name.rpartition(".")[2] for name in names]
        name = f"{names[0].rpartition('.')[0]}.{'+'.join(parts)}"
        labels = [self.all[name].label for name in names]
        tail = TAIL if all(label.endswith(TAIL) for label in labels) else ""
        first, *rest = (label.removesuffix(tail) for label in labels)
        words = [first, *(text[:1].lower() + text[1:] for text in rest)]
        label = f"{', '.join(words[:-1])} eller {words[-1]}{tail}"
        kinds = ("value", "numerator", "denominator", "low", "high")
        numbers = {kind: getattr(sum_, kind) for kind in kinds}
        self.withhold(names, why, *facts, into=name)
        numbers["definition"] = f"{label}, lagt sammen. {self.withheld[names[0]].why}"
        self.figures[name] = replace(self.all[names[0]], figure=name, label=label, **numbers)

    def tell_results(self, chain: Chain, result: Result, shown: Sequence[Shown]) -> None:
        """Tell what became of a partner's people as it was planned."""
        report, own = chain.reports[-1], f"outcomes.{chain.partner}."
        facts = self.year.threshold, format_day(chain.reports[result.since].day)
        for span in SPANS:
            known = [n for n in (*report.rates, *report.details) if own + span + n in self.all]
            for group in result.groups.get(span, ()):
                names = [own + span + name for name in group if name in known]
                if len(group) > 1 and names:
                    number, whole = report.count(group, span), report.count([], span)
                    self.merge(names, share("", number, whole), result.why[span], *facts)
                elif names:
                    self.figures[names[0]] = self.all[names[0]]
            told = {name for group in result.groups.get(span, ()) for name in group}
            rest = [n for n in known if n not in told]
            self.withhold((own + span + n for n in rest if n in report.details), "detail")
            rates = [own + span + n for n in rest if n in report.rates]
            if span and report.previous is None:
                self.figures |= {name: self.all[name] for name in rates}
            elif rates:
                self.withhold(rates, result.why[span], *facts)
        for name, figure in shown[result.since].items() if result.why[WHOLE] == "waits" else ():
            parts = name.removeprefix(own).split("+")
            if name.startswith(own) and {*parts} <= {*report.rates}:
                why = self.withheld[own + parts[0]].why
                self.withheld |= {own + part: Withheld(why, name, LATER) for part in parts}
                self.withheld.pop(name, None)
                self.figures[name] = figure

    def merge_types(self) -> None:
        """Tell jobs by type, those of few with the next, so that each row is of enough jobs."""
        families: dict[str, dict[str, int]] = {}
        for name, row in self.rows.items():
            if row and row.is_public and row.verb == "rows" and names_column(row, "job_type"):
                number = int(self.all[name].value or 0)
                families.setdefault(name.rpartition(".")[0], {})[name] = number
        least = self.year.job_threshold
        for counts in families.values():
            merged = merge_small(counts, least)
            self.figures |= {name: self.all[name] for name in counts if name not in merged}
            if len(merged) == len(counts):
                self.withhold(merged, "types", least)
            elif merged:
                self.merge(merged, Figure("", sum(counts[n] for n in merged)), "types", least)

    def tell_rest(self) -> Public:
        """Tell what remains, things and what is about enough persons; return the edition."""
        for name in self.all:
            if name not in self.figures and name not in self.withheld:
                self.tell_figure(name)
        order = {name: number for number, name in enumerate(self.all)}
        names = sorted(self.figures, key=lambda n: order.get(n.partition("+")[0], 0))
        return Public({name: self.figures[name] for name in names}, self.withheld)

    def tell_figure(self, name: str) -> None:
        """Tell a figure, or leave it out; first those it is worked out of."""
        figure, row, least = self.all[name], self.rows[name], self.year.threshold
        parts = [part for part in list_parts(name, row) if part in self.all] if row else []
        for part in parts:
            if part not in self.figures and part not in self.withheld:
                self.tell_figure(part)
        missing = next((part for part in parts if self.figures.get(part) != self.all[part]), "")
        people = figure.denominator if figure.denominator is not None else figure.value
        is_of_few = row and row.about == "person" and people is not None and 0 < people < least
        if row is None or not row.is_public:
            self.withhold([name], "internal")
        elif missing in self.withheld:
            self.withheld[name] = replace(self.withheld[missing], into="")
        elif missing or is_of_few:
            self.withhold([name], "persons", least)
        elif not parts and (row.about == "sensitive" or names_column(row, REASON)):
            self.withhold([name], "detail" if ".exit." in name else "crosses")
        else:
            self.figures[name] = figure


def list_parts(name: str, row: FigureRow) -> Sequence[str]:
    """Return the figures that must be told for one to be: those it is worked out of."""
    own, _, last = name.rpartition(".")
    if row.verb == "change":
        partner = own.removesuffix(".change")
        return f"{partner}.{last}", f"{partner}.period.{last}"
    if last == "within_12_months":  # of people whose success is told; it is never the larger
        return (f"{own}.success_wide",)
    if types := [c.value for c in row.counted if c.column == "job_type"]:
        return [f"jobs.type.{code}" for code in types]
    return row.takes if row.verb in OF_FIGURES else ()


def names_column(row: FigureRow, column: str) -> bool:
    """Tell whether a figure's conditions look at a column."""
    return any(c.column == column for c in (*row.of, *row.counted))


def merge_small(counts: Mapping[str, int], least: int) -> list[str]:
    """Return the parts of a whole to tell as one: those under `least`, with the next if needed.

    Zeros go with the small ones. Nothing is merged where no part is small.
    """
    ordered = sorted(counts, key=lambda name: (counts[name], name))
    small = [name for name in ordered if counts[name] < least]
    if not any(counts[name] for name in small):
        return []
    while len(small) < len(ordered) and (
        sum(counts[n] for n in small) < least or sum(counts[n] > 0 for n in small) < 2
    ):
        small.append(ordered[len(small)])
    return [name for name in counts if name in small]


def make_public(
    evidence: Sequence[Evidence], shown: Sequence[Shown], rows: Sequence[FigureRow]
) -> Public:
    """Return what the public edition of the newest report tells.

    `evidence` has all reports, oldest first; `shown` what the earlier ones show, and then what
    else has been handed out.
    """
    newest = evidence[-1]
    draft = Draft(newest.year, newest.figures, rows)
    printed = [list_printed(each) for each in evidence]
    for chain in attack.follow_partners(evidence):
        if f"outcomes.{chain.partner}.completed" in newest.figures:
            result = plan_partner(chain, shown, printed, newest.year.threshold)
            draft.tell_results(chain, result, shown)
    draft.merge_types()
    return draft.tell_rest()


def list_printed(evidence: Evidence) -> dict[str, Figure]:
    """Return the figures a year's `offentliggjort.csv` has printed, where it printed them right."""
    comparisons, _ = compare_year(evidence.year.raw_dir, evidence.figures)
    right = [c.published.name for c in comparisons if c.status in ("equal", "rounded")]
    return {name: evidence.figures[name] for name in right if name in evidence.figures}


def write_public(folder: Path, public: Public) -> None:
    """Write what the public edition tells, and why no more, into a year's folder."""
    told = folder / FOLDER
    told.mkdir()
    write_figures(told, public.figures.values())
    withheld = {name: asdict(each) for name, each in public.withheld.items()}
    (told / FILE).write_text(to_json(withheld), encoding="utf-8", newline="\n")


def read_public(folder: Path, year: int) -> Public:
    """Return what the public edition of a year tells, from its folder."""
    known = json.loads((folder / FOLDER / FILE).read_text(encoding="utf-8"))
    withheld = {name: Withheld(**each) for name, each in known.items()}
    return Public(read_figures(folder / FOLDER, year), withheld)


def plan_public(chain: Sequence[Evidence], released: Sequence[Shown] = ()) -> Public:
    """Return what the public edition of a chain's last report tells; the earlier ones' stand."""
    years = (each.year for each in chain[:-1])
    shown = [read_public(year.processed_dir, year.year).figures for year in years]
    return make_public(chain, [*shown, *released], chain[-1].rows)


def plan_status(year: Year, figures: Mapping[str, Figure], known: Sequence[Shown]) -> Public:
    """Return what a status within a year tells: jobs and places, no results of courses.

    Jobs by type are left out where they differ by few from `known`: the year's report and what
    was handed out.
    """
    draft, least = Draft(year, figures, read_rows(year.root)), year.job_threshold
    results = (name for name, row in draft.rows.items() if row and names_column(row, REASON))
    draft.withhold(results, "await")
    draft.merge_types()
    close = {name.rpartition(".")[0] for name in find_close(known, draft.figures, least)}
    types = [name for name in draft.figures if name.rpartition(".")[0] in close]
    draft.withhold(types, "close", least)
    return draft.tell_rest()


def find_close(known: Iterable[Shown], figures: Shown, least: int) -> set[str]:
    """Return the figures that differ by fewer persons than `least` from one that is known."""
    close = set()
    for other in known:
        for name in figures.keys() & other.keys():
            now, then = figures[name], other[name]
            pairs = (now.counted, then.counted), (now.denominator, then.denominator)
            if any(0 < abs(a - b) < least for a, b in pairs if a is not None and b is not None):
                close.add(name)
    return close


def audit_years(years: Sequence[Year]) -> list[Secret]:
    """Attack what the newest of the years shows together with all earlier reports."""
    evidence = [*map(read_evidence, years)]
    shown = [read_public(year.processed_dir, year.year).figures for year in years]
    printed = [list_printed(each) for each in evidence]
    chains = attack.follow_partners(evidence)
    return [secret for chain in chains for secret in audit_partner(chain, shown, printed)]
