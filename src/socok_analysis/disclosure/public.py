"""What the public edition tells of a year: its figures, small ones merged, and why others are not.

A figure is told if its row says it is public and it is about things, or about at least
`threshold` persons. What became of people is told as `plan` has it; jobs by type are merged below
`job_threshold`; what is worked out of other figures is told if all of them are. Everything the
public edition shows is one of these figures, and nothing else is handed to its pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from socok_analysis.core.danish import format_day
from socok_analysis.core.year import Year
from socok_analysis.disclosure.attack import Finding, Shown
from socok_analysis.disclosure.chain import Chain, Report, Span, follow_partners
from socok_analysis.disclosure.plan import Result, audit_partner, plan_partner
from socok_analysis.disclosure.released import Release, find_close, list_releases
from socok_analysis.figures.counting import share
from socok_analysis.figures.evidence import Evidence, read_evidence
from socok_analysis.figures.figure import Figure, as_record, from_record, to_json
from socok_analysis.figures.published import compare, read_published
from socok_analysis.figures.rows import OF_FIGURES, REASON, FigureRow, find_row, read_rows

FILE = "public.json"
WITHIN = "within_12_months"
INTERNAL = "Tallet hører til den interne udgave."
CROSSES = (
    "Tallet deler forløbenes resultat på en måde, som beskyttelsen ikke kan efterprøve.",
    "Skriv “nej” i kolonnen public i data/raw/maps/figures.csv.",
)
LATER = "Det kan vises, når flere forløb er afsluttet; den interne udgave har tallet nu."
AWAIT = "Hvad forløbene førte til, gøres op i årsrapporten."
CLOSE = "Tallet afviger med færre end {} ansættelser fra et, der er offentligt."
TYPES = "Ansættelsesformer med færre end {} ansættelser vises sammen med andre."
RESULTS = {
    "few": "Der er færre end {} afsluttede forløb.",
    "small": "En gruppe med følsomme årsager, fx sygdom eller fængsel, vises kun, når den er på "
    "mindst fem personer og ikke er alle.",
    "found": "Sammen med de andre tal ville det røbe, hvor få der har en følsom årsag.",
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

    def is_settled(self, name: str) -> bool:
        """Tell whether it is known if a figure is told."""
        return name in self.figures or name in self.withheld

    def withhold(self, names: Iterable[str], why: str, way_out: str = "", into: str = "") -> None:
        """Leave figures out, for a reason."""
        self.withheld |= {name: Withheld(why, into, way_out) for name in names}

    def merge(self, names: Sequence[str], figure: Figure, why: str, way_out: str) -> None:
        """Tell some figures as one, which `figure` has the numbers of."""
        prefix = names[0].rpartition(".")[0]
        name = f"{prefix}.{'+'.join(name.rpartition('.')[2] for name in names)}"
        label = join_labels([self.all[name].label for name in names])
        self.figures[name] = replace(
            self.all[names[0]],
            **(
                {
                    key: getattr(figure, key)
                    for key in ("value", "numerator", "denominator", "low", "high")
                }
            ),
            figure=name,
            label=label,
            definition=f"{label}, lagt sammen. {why}",
        )
        self.withhold(names, why, way_out, name)

    def tell_results(self, chain: Chain, result: Result, shown: Sequence[Shown]) -> None:
        """Tell what became of a partner's people as it was planned."""
        report, own = chain.reports[-1], f"outcomes.{chain.partner}."
        for span in ("", "period."):
            prefix = own + span
            rates = [name for name in report.rates if prefix + name in self.all]
            told = {name: group for group in result.groups.get(span, ()) for name in group}
            why = RESULTS.get(result.why[span], "").format(
                self.year.threshold, format_day(chain.reports[result.since].day)
            )
            for names in dict.fromkeys(told.get(name, ()) for name in rates):
                if len(names) == 1:
                    self.figures[prefix + names[0]] = self.all[prefix + names[0]]
                elif names:
                    merged = share("", report.count(names, span), report.completed(span))
                    self.merge([prefix + name for name in names], merged, why, LATER)
            rest = [prefix + name for name in rates if name not in told]
            if self.year.previous_evaluation_date or not span:
                self.withhold(rest, why, LATER)
            else:
                self.figures |= {name: self.all[name] for name in rest}
        if result.why[""] == "waits":
            self.repeat(own, shown[result.since], report)

    def repeat(self, prefix: str, earlier: Shown, report: Report) -> None:
        """Tell the result that still stands, with the day it is of."""
        for name, figure in earlier.items():
            rest = name.removeprefix(prefix)
            if name != rest and {*rest.split("+")} <= {*report.rates}:
                self.figures[name] = figure
                self.withheld.pop(name, None)
                for part in rest.split("+") if "+" in rest else ():
                    self.withheld[prefix + part] = replace(self.withheld[prefix + part], into=name)

    def merge_types(self) -> None:
        """Tell jobs by type, those of few with the next, so that each row is of enough jobs."""
        families: dict[str, list[str]] = {}
        for name, row in self.rows.items():
            if row and row.is_public and row.table == "jobs" and row.about == "person":
                if (
                    any(c.column == "job_type" for c in (*row.of, *row.counted))
                    and row.verb == "rows"
                ):
                    families.setdefault(name.rpartition(".")[0], []).append(name)
        least = self.year.job_threshold
        for names in families.values():
            counts = {name: int(self.all[name].value or 0) for name in names}
            merged = merge_small(counts, least)
            self.figures |= {name: self.all[name] for name in names if name not in merged}
            total = Figure("", sum(counts[name] for name in merged))
            why = TYPES.format(least)
            if len(merged) == len(names):
                self.withhold(merged, why, "Se ansættelserne i alt.")
            elif merged:
                self.merge(merged, total, why, "Den interne udgave viser hver form.")

    def tell_rest(self) -> None:
        """Tell what remains: things, and what is about enough persons."""
        for name, row in self.rows.items():
            if not self.is_settled(name):
                self.tell_figure(name, row)

    def tell_figure(self, name: str, row: FigureRow | None) -> None:
        """Tell a figure, or leave it out; first those it is worked out of."""
        figure, least = self.all[name], self.year.threshold
        if row is None or not row.is_public:
            self.withhold([name], INTERNAL)
            return
        parts = list_parts(name, row)
        for part in parts:
            if part in self.all and not self.is_settled(part):
                self.tell_figure(part, self.rows[part])
        missing = [part for part in parts if part in self.withheld]
        is_old = any(
            self.figures.get(p, self.all[p]) != self.all[p] for p in parts if p in self.all
        )
        people = figure.denominator if figure.denominator is not None else figure.value
        if missing:
            self.withheld[name] = replace(self.withheld[missing[0]], into="")
        elif is_old:
            self.withhold([name], RESULTS["few"].format(least), LATER)
        elif not parts and (row.about == "sensitive" or uses_reason(row)):
            self.withhold([name], *CROSSES)
        elif row.about == "person" and people is not None and 0 < people < least:
            self.withhold([name], f"Tallet er af færre end {least} personer.", LATER)
        else:
            self.figures[name] = figure


def list_parts(name: str, row: FigureRow) -> tuple[str, ...]:
    """Return the figures that must be told for one to be: those it is worked out of."""
    own, _, last = name.rpartition(".")
    if row.verb == "change":
        partner = own.removesuffix(".change")
        return f"{partner}.{last}", f"{partner}.period.{last}"
    if last == WITHIN:
        return (f"{own}.success_wide",)
    if types := [c.value for c in row.counted if c.column == "job_type"]:
        return tuple(f"jobs.type.{code}" for code in types)
    return row.takes if row.verb in OF_FIGURES else ()


def uses_reason(row: FigureRow) -> bool:
    """Tell whether a figure looks at why courses ended."""
    conditions = (*row.of, *row.counted)
    return row.table == "exits" or any(c.column == REASON for c in conditions)


def merge_small(counts: Mapping[str, int], least: int) -> list[str]:
    """Return the parts of a whole to tell as one: those under `least`, with the next if needed.

    Zeros go with the small ones. Nothing is merged where no part is small.
    """
    ordered = sorted(counts, key=lambda name: (counts[name], name))
    small = [name for name in ordered if counts[name] < least]
    if not any(counts[name] for name in small):
        return []
    while sum(counts[n] for n in small) < least or sum(counts[n] > 0 for n in small) < 2:
        if len(small) == len(ordered):
            break
        small.append(ordered[len(small)])
    return [name for name in counts if name in small]


def join_labels(labels: Sequence[str]) -> str:
    """Return labels as one: “Fuldtid, hybrid eller seniorjob”."""
    first, *rest = labels
    words = [first, *(text[:1].lower() + text[1:] for text in rest)]
    return f"{', '.join(words[:-1])} eller {words[-1]}"


def make_public(
    evidence: Sequence[Evidence], shown: Sequence[Shown], rows: Sequence[FigureRow]
) -> Public:
    """Return what the public edition of the newest report tells.

    `evidence` has all reports, oldest first; `shown` what the earlier ones show.
    """
    newest = evidence[-1]
    draft = Draft(newest.year, newest.figures, rows)
    printed = [list_printed(each) for each in evidence]
    for chain in follow_partners(evidence):
        if f"outcomes.{chain.partner}.completed" in newest.figures:
            result = plan_partner(chain, shown, printed, newest.year.threshold)
            draft.tell_results(chain, result, shown)
    draft.merge_types()
    draft.tell_rest()
    order = {name: number for number, name in enumerate(newest.figures)}
    told = sorted(draft.figures, key=lambda n: order.get(n, order.get(first_part(n), 0)))
    return Public({name: draft.figures[name] for name in told}, draft.withheld)


def first_part(name: str) -> str:
    """Return the name of a merged figure's first part."""
    return name.partition("+")[0]


def list_printed(evidence: Evidence) -> dict[str, Figure]:
    """Return the figures a year's `offentliggjort.csv` has printed, where it printed them right."""
    published, _ = read_published(evidence.year.raw_dir)
    return {
        each.name: evidence.figures[each.name]
        for each in published
        if each.name in evidence.figures
        and compare(each, evidence.figures).status in ("equal", "rounded")
    }


def write_public(folder: Path, public: Public) -> None:
    """Write what the public edition tells into a year's folder."""
    figures = [{**as_record(f), "year": f.year} for f in public.figures.values()]
    withheld = {name: asdict(each) for name, each in public.withheld.items()}
    text = to_json({"figures": figures, "withheld": withheld})
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")


def read_public(folder: Path, year: int) -> Public:
    """Return what the public edition of a year tells, from its folder."""
    known = json.loads((folder / FILE).read_text(encoding="utf-8"))
    figures = (
        from_record({**record, "year": record["year"] or year}) for record in known["figures"]
    )
    withheld = {name: Withheld(**each) for name, each in known["withheld"].items()}
    return Public({figure.figure: figure for figure in figures}, withheld)


def plan_public(root: Path, evidence: Evidence, earlier: Sequence[Year]) -> Public:
    """Return what the public edition of a year tells; the earlier years' stand in their folders."""
    chain = [*(read_evidence(year) for year in earlier), evidence]
    shown = [read_public(year.processed_dir, year.year).figures for year in earlier]
    released = list_releases(root, [each.year.year for each in chain])
    return make_public(chain, [*shown, *(r.figures for r in released)], read_rows(root))


def plan_status(year: Year, figures: Mapping[str, Figure], report: Public) -> Public:
    """Return what a status within a year tells: jobs and places, no results of courses.

    Jobs by type are left out where they differ by few from the report or from what was handed out.
    """
    draft = Draft(year, figures, read_rows(year.root))
    draft.withhold((n for n, row in draft.rows.items() if row and uses_reason(row)), AWAIT)
    draft.merge_types()
    types = {name: f for name, f in draft.figures.items() if f.value is not None}
    known = Release(year.year, year.period_end, "", "", None, report.figures)
    released = [known, *list_releases(year.root, [year.year])]
    close = {name.rpartition(".")[0] for name in find_close(released, types, year.job_threshold)}
    for name in [name for name in draft.figures if name.rpartition(".")[0] in close]:
        del draft.figures[name]
        draft.withhold([name], CLOSE.format(year.job_threshold), LATER)
    draft.tell_rest()
    return Public(draft.figures, draft.withheld)


def audit_years(years: Sequence[Year]) -> list[Finding]:
    """Attack what the newest of the years shows together with all earlier reports."""
    evidence = [read_evidence(year) for year in years]
    shown = [read_public(year.processed_dir, year.year).figures for year in years]
    printed = [list_printed(each) for each in evidence]
    chains = follow_partners(evidence)
    return [finding for chain in chains for finding in audit_partner(chain, shown, printed)]
