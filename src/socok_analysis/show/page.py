"""The page a notebook shows: its year, its figures and tables, and what the edition may show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import did_you_mean
from socok_analysis.core.errors import UsageError
from socok_analysis.core.year import Year
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.protection import CLOSED, Protection
from socok_analysis.figures.figure import Figure, pick
from socok_analysis.figures.relations import list_parents

if TYPE_CHECKING:
    import pandas as pd

INTERNAL_MARK = """::: {.callout-important}
## Intern udgave

Siden viser alle tal, også om få personer. Den må ikke offentliggøres.
:::"""


@dataclass(frozen=True)
class Page:
    """One page of a year's report. Its methods show things; nothing else in a notebook does."""

    year: Year
    edition: Edition
    partner: str
    by_year: Mapping[int, Mapping[str, Figure]]
    protection: Protection = CLOSED
    section: str = ""
    family: str = ""

    @property
    def figures(self) -> Mapping[str, Figure]:
        """The figures of the page's year, by name."""
        return self.by_year[self.year.year]

    @property
    def earlier_year(self) -> int | None:
        """The report year before this one, if there is one."""
        earlier = [year for year in self.by_year if year < self.year.year]
        return max(earlier, default=None)

    def figure(self, name: str, year: int | None = None) -> Figure:
        """Return a figure by name, of this or another year; raise UsageError for a wrong name."""
        return pick(self.by_year[year or self.year.year], name)

    def may_show(self, figure: Figure) -> bool:
        """Tell whether this edition may show a figure of any year, and all it is worked out of."""
        if self.edition == "internal":
            return True
        return self.protection.is_shown(figure.year, figure.figure) and all(
            self.may_show(parent) for parent in self.parents(figure)
        )

    def parents(self, figure: Figure) -> list[Figure]:
        """Return the figures one is worked out from; none where it is counted from rows."""
        year = figure.year or self.year.year
        if self.edition == "internal" or year not in self.by_year:
            return []
        return [
            self.by_year[term.year][term.figure]
            for term in list_parents(figure.figure, year, self.by_year)
        ]

    def read(self, table: str) -> pd.DataFrame | None:
        """Return a tidy table of the page's year, None where there is no such export."""
        from socok_analysis.intake.tables import read_table

        path = self.year.processed_dir / f"{table}.parquet"
        return read_table(path) if path.exists() else None

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The enterprises' names by id."""
        register = self.read("enterprises")
        assert register is not None, "enterprises are needed in every year"
        return dict(zip(register["enterprise_id"], register["name"], strict=True))

    def name(self, enterprise: str) -> str:
        """Return an enterprise's name; raise UsageError with the nearest id for a wrong one."""
        if enterprise not in self.names:
            near = did_you_mean(enterprise, self.names)
            raise UsageError(f"Der er ingen virksomhed {enterprise}.{near}")
        return self.names[enterprise]

    def partners(self, year: int | None = None) -> list[str]:
        """Return the ids of the partners with courses, by name."""
        return list_partners(self.by_year[year or self.year.year])

    def title(self, template: str) -> None:
        """Show the page's title."""
        self.text(f"# {template}")

    def text(self, template: str) -> None:
        """Show text with figures in it (see `show.text`)."""
        from socok_analysis.show.text import render_text

        show(render_text(self, template))

    def narrative(self, name: str, part: str = "") -> None:
        """Show the year's text `tekst/<name>.md`, whole where there is one, or a part of it."""
        from socok_analysis.show.words import render_file, require_part

        show(require_part(self, name, part) if part else render_file(self, name))

    def blocks(self, name: str) -> None:
        """Show a block of a section's page by its name in `show.sections`."""
        from socok_analysis.show.sections import SECTION_BLOCKS

        show(choose(SECTION_BLOCKS, name, "blok")(self))

    def exhibits(self, kind: str) -> None:
        """Show what `sections.csv` says the page's section shows of a kind."""
        from socok_analysis.show.words import find_section

        ways = {"tiles": self.key_figures, "charts": self.chart, "tables": self.table}
        names: tuple[str, ...] = getattr(find_section(self, self.section), kind)
        for name in names:
            ways[kind](name)

    def warnings(self) -> None:
        """Show what a reader of a status must be warned of, if anything."""
        from socok_analysis.show.status import describe_exports

        show(describe_exports(self))

    def links(self, name: str) -> None:
        """Show links to other pages and to downloads by their name in `show.links`."""
        from socok_analysis.show.links import LINKS

        show(choose(LINKS, name, "gruppe links")(self))

    def table(self, name: str) -> None:
        """Show a table by its name in `show.tables`."""
        from socok_analysis.show.markdown import render_table
        from socok_analysis.show.tables import TABLES

        table = choose(TABLES, name, "tabel")(self)
        show(render_table(table) if table else "")

    def block(self, name: str) -> None:
        """Show a piece of text made from the data by its name in `show.trust`."""
        from socok_analysis.show.trust import BLOCKS

        show(choose(BLOCKS, name, "blok")(self))

    def chart(self, name: str) -> None:
        """Show a chart by its name in `show.charts`; its image files go to `figures/`."""
        from socok_analysis.show.charts import CHARTS, save_chart
        from socok_analysis.show.comparison_charts import CHARTS as COMPARISON_CHARTS

        chart = choose({**CHARTS, **COMPARISON_CHARTS}, name, "figur")(self)
        show(save_chart(self, chart) if chart else "")

    def profiles(self, name: str) -> None:
        """Show the profiles of a group of enterprises by its name in `show.profiles`."""
        from socok_analysis.show.profiles import PROFILES

        show(choose(PROFILES, name, "gruppe profiler")(self))

    def key_figures(self, name: str) -> None:
        """Show a group of key figures by its name in `show.tiles`."""
        from socok_analysis.show.markdown import render_key_figures
        from socok_analysis.show.tiles import TILES

        tiles = choose(TILES, name, "gruppe nøgletal")(self)
        show(render_key_figures(tiles) if tiles else "")


def list_partners(figures: Mapping[str, Figure]) -> list[str]:
    """Return the ids of the partners that have outcomes."""
    names = (name.split(".") for name in figures if name.startswith("outcomes."))
    return sorted({parts[1] for parts in names})


def show(markdown: str) -> None:
    """Show Markdown in the notebook; nothing for an empty text."""
    from IPython.display import Markdown, display

    if markdown:
        display(Markdown(markdown))  # type: ignore[no-untyped-call]


def choose(known: Mapping[str, Any], name: str, what: str) -> Any:
    """Return what is known by a name; raise UsageError with the nearest name."""
    if name not in known:
        raise UsageError(f"Der er ingen {what} {name}.{did_you_mean(name, known)}")
    return known[name]


def mark_edition(page: Page) -> None:
    """Show on an internal page that it is one."""
    if page.edition == "internal":
        show(INTERNAL_MARK)
