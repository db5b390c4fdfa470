"""What notebooks call: a page's methods show things by name.

    page = open_page(globals(), "year", "edition")
    page.title("Job")
    page.say("jobs")
    page.chart("forms")

`say` shows sentences with numbers or what the year's texts hold: `jobs` is what `tell_jobs` returns
in one of the modules of this room. `table` shows what `make_...` returns, `chart` `chart_...`.
An analyst's own notebook shows counts as the report does with `show_counts`, `show_bars`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import did_you_mean, format_day, format_number, make_slug
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.figures.figure import pick
from socok_analysis.intake.texts import check_text
from socok_analysis.show import overview, partner, registers, sources, text
from socok_analysis.show.drawing import BLUE, chart_bars, save_chart, save_drawing
from socok_analysis.show.markdown import (
    OURS,
    Table,
    escape,
    format_counted,
    render_figure,
    render_key_figures,
    render_table,
)
from socok_analysis.show.page import Page, choose
from socok_analysis.show.text import find_section, render_file, render_text, require_part

if TYPE_CHECKING:
    import pandas as pd

INTERNAL_MARK = """::: {.callout-important .site-only}
## Intern udgave

Siden viser alle tal, også om få personer. Den må ikke offentliggøres.
:::"""
SENSITIVE = ("exit_reason", "benefit", "target_group", "is_veteran", "person_key")
LEAST = 5  # rows in a group that is shown for itself
MODULES = (overview, partner, registers, sources, text)


def gather(prefix: str) -> dict[str, Callable[[Page], Any]]:
    """Return what pages show by name: of `make_goals` it is `goals`."""
    return {
        name.removeprefix(prefix): function
        for module in MODULES
        for name, function in vars(module).items()
        if name.startswith(prefix) and function.__module__ == module.__name__
    }


SENTENCES, TABLES, CHARTS = map(gather, ("tell_", "make_", "chart_"))


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
        """Show text with figures in it (see `show.text`).

        Raise DataError for a number on a public page that is none: protection has not seen it.
        """
        typed = check_text(template, "page.text", ())
        if self.edition == "public" and any(problem.severity == "error" for problem in typed):
            raise DataError(
                "Siden har et tal i en tekst, som beskyttelsen ikke har set. "
                'Hent det ved navn, {{ tal("jobs.total") }}, eller brug show_counts.'
            )
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
        show(partner.answer_question(self, question))

    def point(self, name: str) -> None:
        """Show a point of section 6: then, since, what `sections.csv` has it show, and advice."""
        show(text.show_point(self, name))
        section = find_section(self, name)
        for chart in section.charts:
            self.chart(chart)
        for table in section.tables:
            self.table(table)
        show(text.show_advice(self, name))

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
        show(render_table(choose(TABLES, name, "tabel")(self)))

    def chart(self, name: str) -> None:
        """Show a chart; its image files go to `figures/`."""
        chart = choose(CHARTS, name, "figur")(self)
        show(save_chart(self, chart) if chart else "")

    def key_figures(self) -> None:
        """Show the key figures of the front page."""
        show(render_key_figures(overview.list_front(self)))


def show(markdown: str) -> None:
    """Show Markdown in the notebook, marked as the library's own; nothing for an empty text."""
    from IPython.display import Markdown, display

    if markdown:
        display(Markdown(markdown), metadata={OURS: True})  # type: ignore[no-untyped-call]


def count_groups(rows: pd.DataFrame, by: str, least: int = LEAST) -> pd.Series:
    """Return how many rows there are in each group of a column, the most first.

    Groups of fewer than `least`, and of five at the least, are taken together, with the next
    smallest until they are as many and at least two. Raise UsageError for a column that tells
    of persons what is nobody else's.
    """
    if by in SENSITIVE or by not in rows:
        why = "er følsom" if by in SENSITIVE else f"findes ikke.{did_you_mean(by, rows.columns)}"
        raise UsageError(f"Kolonnen {by} {why}. Tæl efter en anden kolonne.")
    counts = rows[by].astype(object).fillna("Ikke oplyst").value_counts()
    least = max(least, LEAST)
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
    show(render_table(Table("egen", escape(caption), ("Gruppe", "Antal"), shown, "lr")))


def show_bars(rows: pd.DataFrame, by: str, alt: str, least: int = LEAST) -> None:
    """Show the same as bars in the report's style, kept in `figures/`; `alt` says it in words."""
    counts, name = count_groups(rows, by, least), f"egen-{make_slug(alt)[:40]}"
    bars = [(str(name), [(int(n), format_number(int(n)), BLUE)]) for name, n in counts.items()]
    path = save_drawing(chart_bars(name, "", "", bars, ()), name)
    show(render_figure(path, escape(alt), alt, name))
