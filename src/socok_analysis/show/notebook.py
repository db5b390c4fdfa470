"""What notebooks call: a page's methods show things by name.

    page = open_page(globals(), "year", "edition")
    page.say("jobs")

The names of what `say`, `table` and `chart` show stand at the foot of the modules of this room.
"""

from __future__ import annotations

import pandas as pd

from socok_analysis.core.danish import did_you_mean, format_day, format_number, make_slug
from socok_analysis.core.folders import hash_text
from socok_analysis.core.problems import DataError, UsageError
from socok_analysis.figures.figure import pick
from socok_analysis.intake.texts import check_text
from socok_analysis.show import markdown as md
from socok_analysis.show import overview, partner, sources, text
from socok_analysis.show.drawing import BLUE, chart_bars, save_chart, save_drawing
from socok_analysis.show.page import Page, choose

INTERNAL = "Siden viser alle tal, også om få personer. Den må ikke offentliggøres."
SENSITIVE = ("exit_reason", "benefit", "target_group", "is_veteran", "person_key")
LEAST = 5  # rows in a group that is shown for itself
SENTENCES = overview.SENTENCES | partner.SENTENCES | sources.SENTENCES | text.SENTENCES
TABLES = overview.TABLES | sources.TABLES | text.TABLES
CHARTS = overview.CHARTS | partner.CHARTS


class NotebookPage(Page):
    """A page in its notebook. Its methods show things; nothing else in a notebook does."""

    def mark_edition(self) -> None:
        """Show whose report it is, when it was issued and whom to ask, and that it is internal."""
        told, contact = [md.escape(self.year.municipality)], self.year.contact
        told += [f"udgivet {format_day(self.year.issued_on)}"] if self.year.issued_on else []
        told += [f"kontakt: {md.escape(contact)}"] if contact else []
        line = " · ".join(filter(None, told))
        show(f"::: {{.colophon .site-only}}\n{line}\n:::" if line else "")
        if self.edition == "internal":
            show(f"::: {{.callout-important .site-only}}\n## Intern udgave\n\n{INTERNAL}\n:::")

    def title(self, template: str) -> None:
        """Show the page's title, and below it what was corrected since it was handed out."""
        self.text(f"# {template}")
        for day, what in self.corrected:
            show(f"**Rettet den {format_day(day)}:** {md.escape(what)}")

    def text(self, template: str) -> None:
        """Show text with figures in it (see `show.text`).

        Raise DataError for a number on a public page that is none: protection has not seen it.
        """
        typed = check_text(template, "page.text", ())
        if self.edition == "public" and any(problem.severity == "error" for problem in typed):
            told = "Siden har et tal i en tekst, som beskyttelsen ikke har set. Hent det ved navn"
            raise DataError(f'{told}, {{{{ tal("jobs.total") }}}}, eller brug show_counts.')
        show(text.render_text(self, template))

    def narrative(self, name: str, part: str = "") -> None:
        """Show the year's text `tekst/<name>.md`, whole where there is one, or a part of it."""
        show(text.require_part(self, name, part))

    def say(self, name: str) -> None:
        """Show sentences with numbers in them, or what several of the year's texts hold."""
        found = choose(SENTENCES, name, "sætning")
        told = found(self) if callable(found) else self.fill(*found)
        for block in [told] if isinstance(told, str) else told:
            show(block)

    def question(self, question: str) -> None:
        """Show the answer to one of a partner's eight questions."""
        show(partner.answer_question(self, question))

    def points(self, name: str = "") -> None:
        """Show the points of section 6 that `sections.csv` puts on this page, named `name`: then,
        since, its charts and tables, and advice.
        """
        for section in text.list_points(self, name or self.section):
            point, advice = text.show_point(self, section)
            show(point)
            for chart in section.charts:
                self.chart(chart)
            for table in section.tables:
                self.table(table)
            show(advice)

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
            told = f"Notebooken tæller {count}{f' af {whole}' if whole else ''}, men {name} er"
            raise DataError(f"{told} {md.format_counted(figure)}. Et af dem er forkert.")

    def table(self, name: str) -> None:
        """Show a table."""
        show(md.render_table(choose(TABLES, name, "tabel")(self)))

    def chart(self, name: str) -> None:
        """Show a chart; its image files go to `figures/`."""
        chart = choose(CHARTS, name, "figur")(self)
        show(save_chart(self, chart) if chart else "")


def show(markdown: str) -> None:
    """Show Markdown in the notebook, marked as the library's own; nothing for an empty text."""
    from IPython.display import Markdown, display

    if markdown:
        display(Markdown(markdown), metadata={md.OURS: True})  # type: ignore[no-untyped-call]


def count_groups(rows: pd.DataFrame, by: str, least: int = LEAST) -> pd.Series:
    """Return how many rows each group of a column has, the most first; UsageError if sensitive.

    Groups of fewer than `least`, never under five, are taken together until they are as many.
    """
    if by in SENSITIVE or by not in rows:
        why = "er følsom." if by in SENSITIVE else f"findes ikke.{did_you_mean(by, rows.columns)}"
        raise UsageError(f"Kolonnen {by} {why} Tæl efter en anden kolonne.")
    counts = rows[by].astype(object).fillna("Ikke oplyst").value_counts()
    least = max(least, LEAST)
    few = int((counts < least).sum())
    while few and few < len(counts) and (few < 2 or counts.iloc[-few:].sum() < least):
        few += 1
    if few:
        counts = counts.iloc[: len(counts) - few].copy()
        counts["Øvrige, lagt sammen"] = len(rows) - int(counts.sum())
    return counts


def _name_own(said: str, told: object) -> str:
    """Return the name of an own table or chart: no other on the page, or in the year, has it."""
    return f"egen-{make_slug(said)[:40]}-{hash_text(repr((said, told)))[:8]}"


def show_counts(rows: pd.DataFrame, by: str, caption: str, least: int = LEAST) -> None:
    """Show how many rows there are in each group as a table, small groups taken together."""
    counts = count_groups(rows, by, least)
    shown = [(md.escape(name), format_number(int(n))) for name, n in counts.items()]
    anchor = _name_own(caption, shown)
    show(md.render_table(md.Table(anchor, md.escape(caption), "Gruppe|Antal>", shown)))


def show_bars(rows: pd.DataFrame, by: str, alt: str, least: int = LEAST) -> None:
    """Show the same as bars in the report's style, kept in `figures/`; `alt` says it in words."""
    counts = count_groups(rows, by, least)
    bars = [(str(name), [(int(n), format_number(int(n)), BLUE)]) for name, n in counts.items()]
    if bars:
        name = _name_own(alt, bars)
        path = save_drawing(chart_bars(name, "", "", bars, ()), name)
        show(md.render_figure(path, md.escape(alt), alt, name))
