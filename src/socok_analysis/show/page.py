"""The page a notebook shows: what it is handed, and what its edition may show of it.

It looks nothing up. Figures, tables, maps and texts come from whoever opens it; what is large
comes as a mapping that reads each part when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import did_you_mean, format_day
from socok_analysis.core.lists import Filled, YearNumber
from socok_analysis.core.problems import Problem, UsageError
from socok_analysis.core.year import Year
from socok_analysis.disclosure import EDITIONS, Edition
from socok_analysis.disclosure.public import Public
from socok_analysis.figures.figure import Figure, list_partners, pick
from socok_analysis.figures.measure import Reservation
from socok_analysis.intake.maps import Code, list_codes
from socok_analysis.intake.texts import GATHERING, Words, pick_section

if TYPE_CHECKING:
    from socok_analysis.checks.deviations import Deviation
    from socok_analysis.figures.evidence import Evidence
    from socok_analysis.figures.published import Comparison


@dataclass(frozen=True)
class BrokenSeries:
    """From the report of a year, figures that fit a pattern count something else than before."""

    pattern: Filled
    year: YearNumber
    reason: Filled


@dataclass(frozen=True)
class Page:
    """One page of a year's report, and all that may stand on it.

    `by_year` has the figures this edition tells, `public` why the public one tells no others;
    `words` has this year's texts and the report's before; `comparisons` the numbers printed before
    beside the computed; `titles` those of the year's other pages, by name; `published` the years
    that can be read on the site; `corrected` what was corrected since it was handed out, and when;
    `reservations` what readers must know of figures.
    """

    year: Year
    edition: Edition
    partner: str
    by_year: Mapping[int, Mapping[str, Figure]]
    public: Mapping[int, Public] = field(default_factory=dict)
    section: str = ""
    evidence: Evidence | None = None
    words: Mapping[int, Words] = field(default_factory=dict)
    breaks: Sequence[BrokenSeries] = ()
    problems: Sequence[Problem] = ()
    comparisons: Sequence[Comparison] = ()
    deviations: Sequence[Deviation] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    published: Sequence[int] = ()
    corrected: Sequence[tuple[date, str]] = ()
    reservations: Sequence[Reservation] = ()

    @property
    def figures(self) -> Mapping[str, Figure]:
        """The figures of the page's year, by name."""
        return self.by_year[self.year.year]

    @property
    def earlier_year(self) -> int | None:
        """The report year before this one, if there is one."""
        return max((year for year in self.by_year if year < self.year.year), default=None)

    @property
    def own_words(self) -> Words:
        """The words of the page's year."""
        return self.words.get(self.year.year, Words(self.year.root, self.year.year))

    def find(self, name: str, year: int | None = None) -> Figure | None:
        """Return a figure by name, of this or another year; None where this edition tells none."""
        return self.by_year.get(year or self.year.year, {}).get(name)

    def figure(self, name: str, year: int | None = None) -> Figure:
        """Return a figure by name; raise UsageError for a wrong name, or one that is not told."""
        if why := self.why(name, year):
            told = f"Nøgletallet {name} er ikke med i den offentlige udgave. {why}"
            raise UsageError(f'{told} Skriv uden om det: {{% if findes("{name}") %}}.')
        return pick(self.by_year[year or self.year.year], name)

    def tell(self, names: Iterable[str], year: int | None = None) -> list[Figure]:
        """Return what this edition tells of some figures, merged ones once."""
        if public := self.public.get(year or self.year.year):
            return public.tell(names)
        return [figure for figure in (self.find(name, year) for name in names) if figure]

    def match(self, pattern: str) -> list[str]:
        """Return the names of the year's figures that fit a pattern, also of those not told."""
        public = self.public.get(self.year.year)
        known = {**self.figures, **(public.withheld if public else {})}
        return [name for name in known if fnmatchcase(name, pattern)]

    def why(self, name: str, year: int | None = None) -> str:
        """Return why this edition does not tell a figure, "" where it does."""
        public = self.public.get(year or self.year.year)
        return public.why(name) if public else ""

    def both(self, name: str) -> list[Figure | None]:
        """Return a figure of this report and of the one before, if there is one."""
        return [self.find(name, year) for year in self.years]

    @property
    def years(self) -> list[int]:
        """The page's year and that of the report before, if there is one."""
        return [year for year in (self.year.year, self.earlier_year) if year]

    def note(self, *figures: Figure) -> str:
        """Return what readers must know of figures: what is made up, and what is of another day."""
        pairs = ((each, figure) for figure in figures for each in self.reservations)
        told = [each.label for each, figure in pairs if fnmatchcase(figure.figure, each.pattern)]
        own = (f for f in figures if f.figure.startswith("outcomes.") and f.year == self.year.year)
        days = {figure.period_end for figure in own} - {None, self.year.evaluation_date}
        told += [f"opgjort den {day}" for day in sorted(format_day(day) for day in days if day)]
        return ", ".join(dict.fromkeys(told))

    def find_break(self, name: str, first: int, last: int) -> str:
        """Return why a figure may not be compared from one report to another, "" where it may."""
        fits = (b for b in self.breaks if first < b.year <= last and fnmatchcase(name, b.pattern))
        return next((b.reason for b in fits), "")

    @property
    def proof(self) -> Evidence:
        """The tables, maps and figures of the page's year and the report before."""
        assert self.evidence, "a page that shows more than figures is handed its evidence"
        return self.evidence

    def codes(self, name: str) -> dict[str, Code]:
        """Return a code list of the page's year by code."""
        return list_codes(self.proof.maps.codes[name])

    @cached_property
    def names(self) -> dict[str, str]:
        """The enterprises' names by id."""
        register = self.proof.tables["enterprises"]
        return dict(zip(register["enterprise_id"], register["name"], strict=True))

    def name(self, enterprise: str) -> str:
        """Return an enterprise's name; raise UsageError with the nearest id for a wrong one."""
        return str(choose(self.names, enterprise, "virksomhed"))

    def title_of(self, figure: Figure) -> str:
        """Return a figure's label after the names of the enterprises it is about."""
        names = [self.names[part] for part in figure.figure.split(".") if part in self.names]
        return ": ".join([*names, figure.label])

    def partners(self) -> list[str]:
        """Return the ids of the partners with courses, by name."""
        return list_partners(self.figures)


def name_document(year: int) -> str:
    """Return the name of a year's PDF and Word file, without suffix."""
    return f"socialoekonomisk-aarsrapport-{year}"


def choose(known: Mapping[str, Any], name: str, what: str) -> Any:
    """Return what is known by a name; raise UsageError with the nearest name."""
    if name not in known:
        raise UsageError(f"Der er ingen {what} {name}.{did_you_mean(name, known)}")
    return known[name]


def read_parameters(namespace: Mapping[str, Any], parameters: Collection[str]) -> dict[str, Any]:
    """Return a notebook's parameters; raise UsageError for unknown, missing and ill-typed ones.

    `namespace` is its `globals()`. What the analyst has set beside them in Jupyter is left alone,
    unless it is a near miss; what papermill put in (below `# Parameters`) never is.
    """
    kinds = (str, int, float, bool, list, dict, type(None))
    given = {
        name: value
        for name, value in namespace.items()
        if name[0] != "_" and name not in ("In", "Out") and isinstance(value, kinds)
    }
    sources = [cell for cell in namespace.get("In", ()) if cell.startswith("# Parameters")]
    injected = re.findall(r"^(\w+) = ", "\n".join(sources), re.MULTILINE)
    for name in (name for name in given if name not in parameters):
        near = did_you_mean(name, parameters)
        if name in injected or near:
            raise UsageError(f"Notebooken har ingen parameter {name}.{near}")
    for name in parameters:
        kind, what = (int, "et helt tal") if name == "year" else (str, "en tekst")
        if not isinstance(given.get(name), kind) or isinstance(given[name], bool):
            raise UsageError(f"Parameteren {name} skal være {what}.")
    if "edition" in parameters and given["edition"] not in EDITIONS:
        near = did_you_mean(str(given["edition"]), EDITIONS)
        raise UsageError(f"edition skal være en af {', '.join(EDITIONS)}.{near}")
    return given


def check_choice(page: Page, parameters: Collection[str]) -> None:
    """Raise UsageError where a notebook takes a partner or section that the page's year has not."""
    known = page.partners()
    if "partner" in parameters and page.partner not in known:
        near = did_you_mean(page.partner, known)
        raise UsageError(
            f"Der er ingen forløb hos {page.partner} i {page.year.year}.{near} "
            f"Partnere med forløb: {', '.join(known)}."
        )
    if "section" in parameters:
        pick_section([s for s in page.own_words.sections if s.kind == GATHERING], page.section)
