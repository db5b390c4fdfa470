"""What notebooks call: a page's methods show things by the names that stand here.

    page = open_page(globals(), "year", "edition")
    page.title("Job")
    page.say("jobs")
    page.chart("forms")

`say` shows sentences with numbers or what the year's texts hold, `table` a table, `chart` a chart.
An analyst's own notebook shows counts as the report does with `show_counts`, `show_bars`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from socok_analysis.core.danish import did_you_mean, format_day, format_number
from socok_analysis.core.errors import DataError, UsageError
from socok_analysis.figures.figure import pick
from socok_analysis.show import changes, jobs, overview, partner, registers, sources, text
from socok_analysis.show.drawing import BLUE, WIDTH_INCHES, Chart, hide_scale, save_chart, styled
from socok_analysis.show.markdown import Table, escape, render_key_figures, render_table
from socok_analysis.show.page import Page, choose
from socok_analysis.show.text import find_section, render_file, render_text, require_part
from socok_analysis.show.values import format_counted

if TYPE_CHECKING:
    import pandas as pd

INTERNAL_MARK = """::: {.callout-important .site-only}
## Intern udgave

Siden viser alle tal, også om få personer. Den må ikke offentliggøres.
:::"""
SENSITIVE = ("exit_reason", "benefit", "target_group", "is_veteran", "person_key")
LEAST = 5  # rows in a group that is shown for itself
TABLES: Mapping[str, Callable[[Page], Table | None]] = {
    "goals": overview.make_goals,
    "rates": overview.make_rates,
    "years": overview.make_years,
    "partners": overview.make_partners,
    "forms": jobs.make_forms,
    "channels": jobs.make_channels,
    "enterprises": registers.make_register,
    "recipients": registers.make_recipients,
    "recommendations": text.make_recommendations,
    "revisions": changes.make_revisions,
    "definition_changes": changes.make_definitions,
    "deviations": sources.make_deviations,
    "printed": sources.make_printed,
    "status_jobs": jobs.make_status,
}
CHARTS: Mapping[str, Callable[[Page], Chart | None]] = {
    "outcomes": partner.chart_outcomes,
    "occupancy": partner.chart_occupancy,
    "forms": jobs.chart_forms,
    "jobs_over_time": jobs.chart_jobs_over_time,
}
SENTENCES: Mapping[str, Callable[[Page], str | list[str]]] = {
    "conclusions": overview.tell_conclusions,
    "partners_briefly": partner.tell_briefly,
    "agreements": overview.tell_agreements,
    "jobs_message": jobs.tell_message,
    "jobs": jobs.tell_jobs,
    "forms": jobs.tell_forms,
    "warnings": sources.warn_of_exports,
    "status": jobs.tell_status,
    "status_outcomes": overview.tell_status,
    "lasting": jobs.tell_lasting,
    "partner_message": partner.tell_message,
    "result": partner.tell_result,
    "rest": partner.tell_rest,
    "since": partner.tell_since,
    "standard": partner.tell_standard,
    "register": registers.tell_register,
    "registered": registers.tell_registered,
    "meetings": registers.tell_meetings,
    "first_report": changes.tell_first,
    "absent": sources.list_absent,
    "checks": sources.tell_checks,
    "printed": sources.tell_printed,
    "sources": sources.list_sources,
    "headings": text.list_headings,
    "advice": text.list_by_section,
    "whole": text.list_of_whole,
    "written": text.list_written,
    "stories": text.list_stories,
    "profiles": partial(registers.show_profiles, volunteers=False),
    "volunteers": partial(registers.show_profiles, volunteers=True),
    "year_links": text.link_year,
    "years_links": text.link_years,
}


class NotebookPage(Page):
    """A page in its notebook. Its methods show things; nothing else in a notebook does."""

    def mark_edition(self) -> None:
        """Show whose report the page is of, when it was issued and whom to ask; on an internal
        page that it is one.
        """
        day, contact = self.year.issued_on, self.year.contact
        told = [
            escape(self.year.municipality),
            f"udgivet {format_day(day)}" if day else "",
            f"kontakt: {escape(contact)}" if contact else "",
        ]
        line = " · ".join(filter(None, told))
        show(f"::: {{.colophon .site-only}}\n{line}\n:::" if line else "")
        show(INTERNAL_MARK if self.edition == "internal" else "")

    def title(self, template: str) -> None:
        """Show the page's title, and below it what was corrected since it was handed out."""
        self.text(f"# {template}")
        for day, what in self.corrected:
            show(f"**Rettet den {format_day(day)}:** {escape(what)}")

    def text(self, template: str) -> None:
        """Show text with figures in it (see `show.text`)."""
        show(render_text(self, template))

    def narrative(self, name: str, part: str = "") -> None:
        """Show the year's text `tekst/<name>.md`, whole where there is one, or a part of it."""
        show(require_part(self, name, part) if part else render_file(self, name))

    def say(self, name: str) -> None:
        """Show sentences with numbers in them, or what several of the year's texts hold."""
        shown = choose(SENTENCES, name, "sætning")(self)
        for block in [shown] if isinstance(shown, str) else shown:
            show(block)

    def question(self, question: str) -> None:
        """Show the answer to one of a partner's eight questions."""
        show(partner.tell_question(self, question))

    def point(self, name: str) -> None:
        """Show a point of section 6: then, since, what `sections.csv` has it show, and advice."""
        show(text.tell_point(self, name))
        section = find_section(self, name)
        for chart in section.charts:
            self.chart(chart)
        for table in section.tables:
            self.table(table)
        show(text.tell_advice(self, name))

    def points(self, name: str = "") -> None:
        """Show the points of section 6 that `sections.csv` puts on this page, named `name`."""
        for section in text.list_points(self, name or self.section):
            self.point(section.id)

    def hold(self, name: str, count: int, whole: int | None = None) -> None:
        """Hold a number counted in the notebook, of a rate its two parts, against the figure.

        Raise DataError where they differ: then one of the two is wrong. What this edition does not
        tell, or tells as it was in an earlier report, is not held.
        """
        figure = self.find(name) or (None if self.why(name) else pick(self.figures, name))
        days = (None, self.year.evaluation_date, self.year.period_end)
        if figure is None or figure.period_end not in days:
            return
        known = (figure.value, None) if whole is None else (figure.numerator, figure.denominator)
        if (int(count), whole) != known:
            told = f"Notebooken tæller {count}{f' af {whole}' if whole else ''}"
            raise DataError(
                f"{told}, men {name} er {format_counted(figure)}. Et af dem er forkert."
            )

    def table(self, name: str) -> None:
        """Show a table."""
        table = choose(TABLES, name, "tabel")(self)
        show(render_table(table) if table else "")

    def chart(self, name: str) -> None:
        """Show a chart; its image files go to `figures/`."""
        chart = choose(CHARTS, name, "figur")(self)
        show(save_chart(self, chart) if chart else "")

    def key_figures(self) -> None:
        """Show the key figures of the front page."""
        shown = overview.list_front(self)
        show(render_key_figures(shown) if shown else "")


def show(markdown: str) -> None:
    """Show Markdown in the notebook; nothing for an empty text."""
    from IPython.display import Markdown, display

    if markdown:
        display(Markdown(markdown))  # type: ignore[no-untyped-call]


def count_groups(rows: pd.DataFrame, by: str, least: int = LEAST) -> pd.Series:
    """Return how many rows there are in each group of a column, the most first.

    Groups of fewer than `least` are taken together, with the next smallest until they are as many
    and at least two. Raise UsageError for a column that tells of persons what is nobody else's.
    """
    if by in SENSITIVE or by not in rows:
        why = "er følsom" if by in SENSITIVE else f"findes ikke.{did_you_mean(by, rows.columns)}"
        raise UsageError(f"Kolonnen {by} {why}. Tæl efter en anden kolonne.")
    counts = rows[by].astype(object).fillna("Ikke oplyst").value_counts()
    few = int((counts < least).sum())
    while few and few < len(counts) and (few < 2 or counts.iloc[-few:].sum() < least):
        few += 1
    if few:
        counts = counts.iloc[: len(counts) - few].copy()
        counts["Øvrige, lagt sammen"] = len(rows) - int(counts.sum())
    return counts


def show_counts(rows: pd.DataFrame, by: str, caption: str, least: int = LEAST) -> None:
    """Show how many rows there are in each group as a table, small groups taken together."""
    counts = count_groups(rows, by, least)
    shown = [(escape(name), format_number(int(n))) for name, n in counts.items()]
    show(render_table(Table("egen", escape(caption), ("", "Antal"), shown, "lr")))


def show_bars(rows: pd.DataFrame, by: str, alt: str, least: int = LEAST) -> None:
    """Show the same as bars in the report's style; `alt` says it in words."""
    from IPython.display import Image, display

    counts, picture = count_groups(rows, by, least), BytesIO()
    with styled(WIDTH_INCHES, 0.6 + 0.42 * len(counts)) as (figure, axes):
        bars = axes.barh([str(name) for name in counts.index], list(counts), color=BLUE)
        axes.bar_label(bars, [format_number(int(n)) for n in counts], padding=3)
        axes.invert_yaxis()
        hide_scale(axes)
        figure.savefig(picture, format="png", dpi=200, metadata={"Software": None})
    display(Image(picture.getvalue(), alt=alt))  # type: ignore[no-untyped-call]
