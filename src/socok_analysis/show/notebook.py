"""What notebooks call: a page's methods show things by the names that stand here.

    page = open_page(globals(), "year", "edition")
    page.title("Job")
    page.table("channels")

An analyst's own notebook shows counts the way the report does with `show_counts`, `show_bars`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from socok_analysis.core.danish import format_number
from socok_analysis.show import changes, jobs, outcomes, places, registers, sources, text
from socok_analysis.show.drawing import BLUE, WIDTH_INCHES, Chart, hide_scale, save_chart, styled
from socok_analysis.show.markdown import KeyFigure, Table, escape, render_key_figures, render_table
from socok_analysis.show.page import Page, choose
from socok_analysis.show.text import find_section, render_file, render_text, require_part

if TYPE_CHECKING:
    import pandas as pd

INTERNAL_MARK = """::: {.callout-important}
## Intern udgave

Siden viser alle tal, også om få personer. Den må ikke offentliggøres.
:::"""
TABLES: Mapping[str, Callable[[Page], Table | None]] = {
    "goals": jobs.make_goals,
    "years": jobs.make_years,
    "reasons": outcomes.make_reasons,
    "rates": outcomes.make_rates,
    "job_types": jobs.make_job_types,
    "channels": jobs.make_channels,
    "other_types": jobs.make_other_types,
    "exits": outcomes.make_exits,
    "places": places.make_places,
    "occupancy": places.make_occupancy,
    "plans": places.make_plans,
    "followup": places.make_followup,
    "veterans": places.make_veterans,
    "terms": places.make_terms,
    "enterprises": registers.make_register,
    "volunteers": partial(registers.make_register, volunteers=True),
    "registered": registers.make_registered,
    "agreements": registers.make_agreements,
    "registrations": registers.make_registrations,
    "new_agreements": partial(registers.make_agreements, new=True),
    "meetings": registers.make_meetings,
    "recipients": registers.make_recipients,
    "givers": registers.make_givers,
    "jobs_over_time": jobs.make_jobs_over_time,
    "progression": registers.make_progression,
    "recommendations": text.make_recommendations,
    "status_jobs": jobs.make_status,
    "status_outcomes": outcomes.make_status,
    "status_places": places.make_use,
    "revisions": changes.make_revisions,
    "definition_changes": changes.make_definitions,
    "ledger": changes.make_entries,
    "changes": changes.make_changes,
    "files": sources.make_files,
    "received": sources.make_received,
    "checks": sources.make_checks,
    "deviations": sources.make_deviations,
    "definitions": outcomes.make_definition_list,
    "comparison": outcomes.make_comparison,
    "differences": outcomes.make_differences,
    "jobs_per_year": jobs.make_jobs_per_year,
    "decided": outcomes.make_decided,
}
CHARTS: Mapping[str, Callable[[Page], Chart | None]] = {
    "outcomes": outcomes.chart_outcomes,
    "rates": outcomes.chart_rates,
    "occupancy": places.chart_occupancy,
    "job_types": jobs.chart_job_types,
    "jobs_over_time": jobs.chart_jobs_over_time,
    "progression": registers.chart_progression,
    "comparison": outcomes.chart_comparison,
}
TILES: Mapping[str, Callable[[Page], list[KeyFigure]]] = {
    "front": lambda page: [*jobs.list_goals(page), *jobs.list_success(page)],
    "goals": jobs.list_goals,
    "success": jobs.list_success,
    "partner": jobs.list_partner,
    "jobs": jobs.list_jobs,
    "status": jobs.list_status,
}
BLOCKS: Mapping[str, Callable[[Page], str]] = {
    "introduction": lambda page: require_part(page, page.section, "Indledning"),
    "last_summary": text.show_last_summary,
    "last_recommendation": text.show_last_recommendation,
    "since": text.show_since,
    "recommendation": text.show_recommendation,
    "recommendations": text.list_by_section,
    "whole": text.list_of_whole,
    "recommended": text.list_short,
    "written": text.list_written,
    "overview": text.link_sections,
    "stories": text.list_stories,
    "sources": sources.list_sources,
    "fingerprints": sources.show_fingerprints,
    "breaks": outcomes.tell_breaks,
    "absent": sources.list_absent,
    "findings": sources.list_findings,
    "first_report": changes.tell_first,
    "enterprises": partial(registers.show_profiles, volunteers=False),
    "volunteers": partial(registers.show_profiles, volunteers=True),
    "year": text.link_year,
    "years": text.link_years,
}


class NotebookPage(Page):
    """A page in its notebook. Its methods show things; nothing else in a notebook does."""

    def mark_edition(self) -> None:
        """Show on an internal page that it is one."""
        show(INTERNAL_MARK if self.edition == "internal" else "")

    def title(self, template: str) -> None:
        """Show the page's title."""
        self.text(f"# {template}")

    def text(self, template: str) -> None:
        """Show text with figures in it (see `show.text`)."""
        show(render_text(self, template))

    def narrative(self, name: str, part: str = "") -> None:
        """Show the year's text `tekst/<name>.md`, whole where there is one, or a part of it."""
        show(require_part(self, name, part) if part else render_file(self, name))

    def block(self, name: str) -> None:
        """Show a piece of text: of the year's texts, profiles, links, or made from the data."""
        show(choose(BLOCKS, name, "blok")(self))

    blocks = profiles = links = block

    def exhibits(self, kind: str) -> None:
        """Show what `sections.csv` says the page's section shows of a kind."""
        ways = {"tiles": self.key_figures, "charts": self.chart, "tables": self.table}
        names: tuple[str, ...] = getattr(find_section(self, self.section), kind)
        for name in names:
            ways[kind](name)

    def warnings(self) -> None:
        """Show what a reader of a status must be warned of, if anything."""
        show(sources.warn_of_exports(self))

    def table(self, name: str) -> None:
        """Show a table."""
        table = choose(TABLES, name, "tabel")(self)
        show(render_table(table) if table else "")

    def chart(self, name: str) -> None:
        """Show a chart; its image files go to `figures/`."""
        chart = choose(CHARTS, name, "figur")(self)
        show(save_chart(self, chart) if chart else "")

    def key_figures(self, name: str) -> None:
        """Show a group of key figures."""
        shown = choose(TILES, name, "gruppe nøgletal")(self)
        show(render_key_figures(shown) if shown else "")


def show(markdown: str) -> None:
    """Show Markdown in the notebook; nothing for an empty text."""
    from IPython.display import Markdown, display

    if markdown:
        display(Markdown(markdown))  # type: ignore[no-untyped-call]


def show_counts(counts: pd.Series, caption: str, hidden: str = "skjult") -> None:
    """Show counts as a table, largest first as given, with Danish numbers."""
    numbers = zip(counts, counts.isna(), strict=True)
    shown = [hidden if unknown else format_number(float(count)) for count, unknown in numbers]
    rows = list(zip(map(escape, counts.index), shown, strict=True))
    show(render_table(Table("egen", escape(caption), ("", "Antal"), rows, "lr")))


def show_bars(counts: pd.Series, alt: str) -> None:
    """Show counts as bars in the report's style, the missing without; `alt` says the same."""
    from IPython.display import Image, display

    values, picture = counts.dropna().astype(float), BytesIO()
    with styled(WIDTH_INCHES, 0.6 + 0.42 * len(values)) as (figure, axes):
        bars = axes.barh([str(name) for name in values.index], list(values), color=BLUE)
        axes.bar_label(bars, [format_number(value) for value in values], padding=3)
        axes.invert_yaxis()
        hide_scale(axes)
        figure.savefig(picture, format="png", dpi=200, metadata={"Software": None})
    display(Image(picture.getvalue(), alt=alt))  # type: ignore[no-untyped-call]
