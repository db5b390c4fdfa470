"""The page a notebook shows: what it is handed, and what its edition may show of it.

It looks nothing up. Figures, tables, maps and texts come from whoever opens it; what is large
comes as a mapping that reads each part when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any, Self

from socok_analysis.checks.findings import Deviation
from socok_analysis.core.danish import did_you_mean, format_day, format_period, make_slug
from socok_analysis.core.lists import Filled, YearNumber
from socok_analysis.core.problems import Problem, UsageError
from socok_analysis.core.year import Year
from socok_analysis.disclosure import EDITIONS, Edition
from socok_analysis.disclosure.public import Public
from socok_analysis.figures.evidence import Evidence
from socok_analysis.figures.figure import Figure, list_partners, pick
from socok_analysis.figures.ledger import Comparison
from socok_analysis.figures.measure import Fact, Reservation, list_facts
from socok_analysis.intake.maps import Code, list_codes
from socok_analysis.intake.texts import GATHERING, Words, pick_section
from socok_analysis.show import markdown as md

SLOT = re.compile(
    r"\{(?P<name>[\w.+-]+\.[\w.+-]+)(?P<before>@)?(?:\|(?P<form>[^}!?]+))?(?P<only>[!?])?\}"
)
OPTIONAL = re.compile(r"(?<!\\)<(.*?)(?<!\\)>", re.DOTALL)
# What a page says by name: sentences as `Page.fill` takes them, or what makes them.
Sentences = dict[str, "tuple[str, ...] | Callable[[Page], str | list[str]]"]


@dataclass(frozen=True)
class BrokenSeries:
    """From the report of a year, figures that fit a pattern count something else than before."""

    pattern: Filled
    year: YearNumber
    reason: Filled


@dataclass(frozen=True)
class Page:
    """One page of a year's report, and all that may stand on it.

    `told` has the figures this edition tells of each year and why it tells no others, `words` this
    year's texts and the report's before, `pages` the names of the year's pages,
    `published` the years on the site, `corrected` what was corrected since it was handed out.
    """

    year: Year
    edition: Edition
    partner: str
    told: Mapping[int, Public]
    section: str = ""
    evidence: Evidence | None = None
    words: Mapping[int, Words] = field(default_factory=dict)
    breaks: Sequence[BrokenSeries] = ()
    problems: Sequence[Problem] = ()
    comparisons: Sequence[Comparison] = ()
    deviations: Sequence[Deviation] = ()
    pages: Collection[str] = ()
    published: Sequence[int] = ()
    corrected: Sequence[tuple[date, str]] = ()
    reservations: Sequence[Reservation] = ()

    @property
    def figures(self) -> Mapping[str, Figure]:
        """The figures of the page's year, by name."""
        return self.told[self.year.year].figures

    @property
    def earlier_year(self) -> int | None:
        """The report year before this one, if there is one."""
        return max((year for year in self.told if year < self.year.year), default=None)

    @property
    def years(self) -> list[int]:
        """The page's year and that of the report before, if there is one."""
        return [year for year in (self.year.year, self.earlier_year) if year]

    @property
    def own_words(self) -> Words:
        """The words of the page's year."""
        return self.words.get(self.year.year, Words(self.year.root, self.year.year))

    @property
    def proof(self) -> Evidence:
        """The tables, maps and figures of the page's year and the report before."""
        assert self.evidence, "a page that shows more than figures is handed its evidence"
        return self.evidence

    @cached_property
    def days(self) -> Mapping[str, str]:
        """The year's days in words, by what texts and sentences call them."""
        year, before = self.year, self.year.previous_evaluation_date
        return {
            "periode": format_period(year.period_start, year.period_end),
            "opgjort": format_day(year.evaluation_date),
            "sidst": format_day(before) if before else "",
        }

    @property
    def facts(self) -> dict[str, Fact]:
        """The key facts by the id of what they are about and the slug of what they are called."""
        found = self.proof.keep("facts", lambda: list_facts(self.proof.tables))
        return {f"{fact.owner}: {make_slug(fact.fact)}": fact for fact in found}

    def find(self, name: str, year: int | None = None) -> Figure | None:
        """Return a figure by name (`P`: the page's partner), None where the edition tells none."""
        told = self.told.get(year or self.year.year)
        return told.figures.get(name.replace("P", self.partner)) if told else None

    def both(self, name: str) -> list[Figure | None]:
        """Return a figure of this report and of the one before, if there is one."""
        return [self.find(name, year) for year in self.years]

    def figure(self, name: str, year: int | None = None) -> Figure:
        """Return a figure by name; raise UsageError for a wrong name, or one that is not told."""
        if why := self.why(name, year):
            told = f"Nøgletallet {name} er ikke med i den offentlige udgave. {why}"
            raise UsageError(f'{told} Skriv uden om det: {{% if findes("{name}") %}}.')
        return pick(self.told[year or self.year.year].figures, name)

    def tell(self, names: Iterable[str], year: int | None = None) -> list[Figure]:
        """Return what this edition tells of some figures, merged ones once."""
        return self.told[year or self.year.year].tell(names)

    def match(self, pattern: str) -> list[str]:
        """Return the names of the year's figures that fit a pattern, also of those not told."""
        known = [*self.figures, *self.told[self.year.year].withheld]
        return [name for name in known if fnmatchcase(name, pattern)]

    def why(self, name: str, year: int | None = None) -> str:
        """Return why this edition does not tell a figure, "" where it does."""
        told = self.told.get(year or self.year.year)
        return told.why(name.replace("P", self.partner)) if told else ""

    def note(self, *figures: Figure) -> str:
        """Return what readers must know of figures: what is made up, and what is of another day."""
        pairs = ((each, figure) for figure in figures for each in self.reservations)
        told = [each.label for each, figure in pairs if fnmatchcase(figure.figure, each.pattern)]
        own = (f for f in figures if f.figure.startswith("outcomes.") and f.year == self.year.year)
        days = {figure.period_end for figure in own} - {None, self.year.evaluation_date}
        told += [f"opgjort den {day}" for day in sorted(format_day(day) for day in days if day)]
        return ", ".join(dict.fromkeys(told))

    def fill(self, *templates: str) -> str:
        """Return sentences with figures in their braces as one paragraph of Markdown.

        `{jobs.total}` is a figure, `@` after it the report before; `|` names another form, or a
        noun (`|plads/pladser`). A sentence of which a figure is not told, or is of nothing, is left
        out, and so is one of none of what is marked `!`, or of what is marked `?` and to be read
        with care; of a part in `<...>` only that part. What a reader must know of a figure ends
        its sentence. `{opgjort}` is one of the page's days, `{navn}` its partner's name.
        """
        return " ".join(filter(None, map(self._fill, templates)))

    def _fill(self, template: str) -> str:
        told, shown = "", list[Figure]()
        if "{navn}" in template:
            template = template.replace("{navn}", md.escape(self.name(self.partner)))
        for word, day in self.days.items():
            template = template.replace(f"{{{word}}}", day)
        for number, part in enumerate(OPTIONAL.split(template)):
            slots = [*SLOT.finditer(part)]
            figures = [figure for match in slots if (figure := self._find_slot(match))]
            if len(figures) == len(slots):
                for match, figure in zip(slots, figures, strict=True):
                    part = part.replace(match[0], md.show_value(figure, match["form"] or ""), 1)
                told += part
                shown += figures
            elif number % 2 == 0:
                return ""
        note = self.note(*shown)
        return f"{told.removesuffix('.')} ({note})." if note else told

    def _find_slot(self, match: re.Match[str]) -> Figure | None:
        """Return the figure of a slot, None where it is not told or of nothing."""
        year = self.earlier_year if match["before"] else self.year.year
        figure = self.find(match["name"], year) if year else None
        if figure is None or figure.value is None or figure.denominator == 0:
            return None
        is_left_out = {"!": not figure.value, "?": bool(self.note(figure))}
        return None if is_left_out.get(match["only"]) else figure

    def find_break(self, name: str, first: int = 0, last: int = 0) -> str:
        """Return why a figure may not be compared, with the report before if no other is given."""
        first, last = first or self.earlier_year or 0, last or self.year.year
        name = name.replace("P", self.partner)
        held = (b for b in self.breaks if first < b.year <= last and fnmatchcase(name, b.pattern))
        return next((b.reason for b in held), "")

    def codes(self, name: str) -> dict[str, Code]:
        """Return a code list of the page's year by code; raise UsageError for a wrong name."""
        return list_codes(choose(self.proof.maps.codes, name, "kodeliste"))

    def name(self, enterprise: str) -> str:
        """Return an enterprise's name; raise UsageError with the nearest id for a wrong one."""
        return str(choose(self.proof.names, enterprise, "virksomhed"))

    def title_of(self, figure: Figure) -> str:
        """Return a figure's label after the names of the enterprises it is about."""
        parts, names = figure.figure.split("."), self.proof.names
        return ": ".join([*(names[part] for part in parts if part in names), figure.label])

    def partners(self) -> list[Self]:
        """Return the page as each partner with courses has it, by their ids."""
        return [replace(self, partner=partner) for partner in list_partners(self.figures)]


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

    What an analyst has set beside them in Jupyter is left alone, unless it is a near miss; what
    papermill put in (below `# Parameters`) never is.
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
    known = list_partners(page.figures)
    if "partner" in parameters and page.partner not in known:
        near = did_you_mean(page.partner, known)
        told = f"Der er ingen forløb hos {page.partner} i {page.year.year}.{near}"
        raise UsageError(f"{told} Partnere med forløb: {', '.join(known)}.")
    if "section" in parameters:
        pick_section([s for s in page.own_words.sections if s.kind == GATHERING], page.section)
