"""Charts: as wide as the column and, for a phone, narrow, with letters as large as the text's.

On the site they are set in the page's own typeface, and a dark page has colours of its own
(`NIGHT`): the SVG brings both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from textwrap import wrap
from typing import Any

from socok_analysis.core.danish import shorten_month
from socok_analysis.figures.figure import Figure
from socok_analysis.show.markdown import escape, name_figures, render_figure
from socok_analysis.show.page import Page

FOLDER = "figures"
WIDTHS = {"": 7.0, "-smal": 4.1}  # inches, by what the name of the file ends with
BLUE, ORANGE, SAND, GREY = "#1b4b72", "#c8791e", "#d9b44a", "#9aa3ab"
DARK_ORANGE, INK, WHITE = "#8a4f0c", "#222222", "#ffffff"
NIGHT = {
    WHITE: "#14191e",
    INK: "#e5eaee",
    "#333333": "#e5eaee",
    "#555555": "#8b98a4",
    "#dddddd": "#34404a",
    BLUE: "#6fb1e8",
    ORANGE: "#e39a45",
    SAND: "#e3c76f",
    GREY: "#8e9aa5",
    DARK_ORANGE: "#f3bd7a",
}
RULES = "".join(
    f'[style*="{what}: {day}"]{{{what}:{night}!important}}'
    for day, night in NIGHT.items()
    for what in ("fill", "stroke")
)
TYPEFACE = "system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,Liberation Sans,Arial,sans-serif"
STYLE = (
    f"<style>@media screen{{text{{font-family:{TYPEFACE}!important}}}}"
    f"@media screen and (prefers-color-scheme:dark){{{RULES}}}</style>"
)
Axes = Any
Bar = tuple[float, str, str]  # how long it is, what stands at its end, its colour
Groups = Sequence[tuple[str, Sequence[Bar]]]
LETTERS, MOST_DIGITS = 10, 9  # an inch: of a label, and of months that each have their count
LOWEST_LABELLED = 8  # a bar of an eighth of the highest is as high as its number


@dataclass(frozen=True)
class Chart:
    """A chart to draw: a headline of ten words at most on what is seen, what is measured where and
    when, each number in words for those who do not see it, and the figures it shows.
    """

    anchor: str
    headline: str
    caption: str
    parts: Sequence[str]
    height_inches: float
    draw: Callable[[Axes], None]
    figures: Sequence[Figure] = ()

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        return f"Søjler: {self.caption}. {'; '.join(self.parts)}."


def save_chart(page: Page, chart: Chart) -> str:
    """Draw a chart into `figures/`; return a div with its headline that names its figures."""
    path = save_drawing(chart, "-".join(filter(None, [page.partner, chart.anchor])))
    note = page.note(*chart.figures)
    caption = f"{escape(chart.caption)}{f' ({note})' if note else ''}"
    image = render_figure(path, caption, chart.alt, chart.anchor)
    named = f' data-figure="{name_figures(chart.figures)}"' if chart.figures else ""
    head = f"[**{escape(chart.headline)}**]{{.chart-title}}"
    return f":::: {{.chart{named}}}\n\n{head}\n\n{image}\n\n::::"


def save_drawing(chart: Chart, name: str) -> str:
    """Draw a chart into `figures/` as SVG of both widths, and PNG; return the path of the first."""
    from matplotlib import figure, style  # no pyplot: an analyst's own charts are shown yet

    Path(FOLDER).mkdir(exist_ok=True)
    with style.context(Path(__file__).with_name("socok.mplstyle")):
        for end, width in WIDTHS.items():
            size, path = (width, chart.height_inches), f"{FOLDER}/{name}{end}"
            picture, drawn = figure.Figure(figsize=size, layout="constrained"), StringIO()
            chart.draw(picture.subplots())
            picture.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
            svg = drawn.getvalue().replace("</svg>", f"{STYLE}</svg>")
            Path(f"{path}.svg").write_text(svg, encoding="utf-8", newline="\n")
            if not end:
                picture.set_layout_engine("none")  # it stands: worked out for the SVG
                picture.savefig(f"{path}.png", dpi=200, metadata={"Software": None})
    return f"{FOLDER}/{name}.svg"


def chart_bars(
    anchor: str, headline: str, caption: str, groups: Groups, figures: Sequence[Figure]
) -> Chart:
    """Return a chart of horizontal bars, a group's below its label, each with words at its end."""
    parts = [f"{label}: {', '.join(said for _, said, _ in bars)}" for label, bars in groups]
    height = 0.25 + 0.28 * len(groups) + 0.31 * sum(len(bars) for _, bars in groups)

    def draw(axes: Axes) -> None:
        longest, place = max(length for _, bars in groups for length, _, _ in bars), 0.0
        for label, bars in groups:
            lines = wrap(label, int(LETTERS * axes.figure.get_figwidth()))
            place -= 0.3 * (len(lines) - 1)
            axes.text(0, place, "\n".join(lines), va="bottom", color=INK)
            for length, said, colour in bars:
                place -= 0.3
                axes.barh(place, length, height=0.4, color=colour)
                axes.text(length + longest * 0.015, place, said, va="center", color=INK)
                place -= 0.2
            place -= 0.5
        axes.set(xticks=[], yticks=[], ylim=(place + 0.4, 0.5))
        axes.set_xlim(0, longest / (1 - 1.27 / axes.figure.get_figwidth()))
        axes.spines["bottom"].set_visible(False)
        axes.grid(visible=False, axis="both")

    return Chart(anchor, headline, caption, parts, height, draw, figures)


def draw_months(
    days: Sequence[date], counts: Sequence[int], aims: Sequence[int], said: str, axes: Axes
) -> None:
    """Draw a bar a month with its count, of many only the last, and a line of aims with a label."""
    highest = max(*aims, *counts)
    is_long = len(counts) * len(str(highest)) > MOST_DIGITS * axes.figure.get_figwidth()
    axes.bar(range(len(counts)), counts, width=0.74, color=BLUE)
    for x, count in [*enumerate(counts)][-1 if is_long else 0 :]:
        is_above = is_long or count * LOWEST_LABELLED < highest
        side, color = ("bottom", INK) if is_above else ("top", WHITE)
        up = highest * (0.01 if is_above else -0.015)
        axes.text(x, count + up, count, ha="center", va=side, color=color)
    axes.step(range(len(aims)), aims, where="mid", color=ORANGE, linestyle=(0, (4, 2)))
    axes.text(-0.4, highest * 1.1, said, color=DARK_ORANGE)
    step = 6 if is_long else 3
    starts = [n for n, day in enumerate(days) if day.month % step == 1 or len(days) <= step]
    axes.set_xticks(starts, [shorten_month(days[n]).replace(" ", "\n") for n in starts])
    axes.set(yticks=[], xlim=(-0.6, len(days) - 0.4), ylim=(0, highest * 1.22))
    axes.grid(visible=False, axis="both")
