"""What every chart shares: its parts, the style it is drawn in, and the files it becomes.

Charts are narrow: on a phone of 320 pixels their letters are still eleven pixels high. On a dark
page they are drawn in colours of its own (`NIGHT`), which the SVG itself brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from io import StringIO
from pathlib import Path
from textwrap import wrap as break_lines
from typing import Any

from socok_analysis.figures.figure import Figure
from socok_analysis.show.markdown import render_figure
from socok_analysis.show.page import Page
from socok_analysis.show.values import name_figures

FOLDER = "figures"
WIDTH_INCHES = 4.1
BLUE, ORANGE, TEAL, SAND, GREY = "#1b4b72", "#c8791e", "#3c8d84", "#d9b44a", "#9aa3ab"
DARK_ORANGE, INK, WHITE = "#8a4f0c", "#222222", "#ffffff"
NIGHT = {
    WHITE: "#14191e",
    "#222222": "#e5eaee",
    "#333333": "#e5eaee",
    "#555555": "#8b98a4",
    "#dddddd": "#34404a",
    BLUE: "#6fb1e8",
    ORANGE: "#e39a45",
    TEAL: "#5fb8ad",
    SAND: "#e3c76f",
    GREY: "#8e9aa5",
    DARK_ORANGE: "#f3bd7a",
}
Axes = Any
Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Chart:
    """A chart to draw. `headline` says in ten words at most what is seen; it stands above.

    `caption` says what is measured, where and when; `alt` the same as the picture, with numbers.
    `figures` are those it shows.
    """

    anchor: str
    headline: str
    caption: str
    alt: str
    height_inches: float
    draw: Draw
    figures: tuple[Figure, ...] = ()


@contextmanager
def styled(width: float, height: float) -> Iterator[tuple[Any, Axes]]:
    """Yield a drawing of a size in inches and its axes, in the report's style, without a screen."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    style = files("socok_analysis.show") / "socok.mplstyle"
    with as_file(style) as path, plt.style.context(path):
        figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
        yield figure, axes
        plt.close(figure)


def save_pair(figure: Any, name: str, after: str = "", **options: Any) -> str:
    """Save a drawing into `figures/` as SVG, `after` before its end, and PNG; return its path."""
    Path(FOLDER).mkdir(exist_ok=True)
    path, drawn = f"{FOLDER}/{name}", StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None}, **options)
    head, _, tail = drawn.getvalue().rpartition("</svg>")
    svg = f"{head}{after}</svg>{tail}"
    Path(f"{path}.svg").write_text(svg, encoding="utf-8", newline="\n")
    figure.savefig(f"{path}.png", dpi=200, metadata={"Software": None}, **options)
    return f"{path}.svg"


def save_chart(page: Page, chart: Chart) -> str:
    """Draw a chart into `figures/`; return a div with its headline that names its figures."""
    rules = "".join(
        f'[style*="{what}: {day}"]{{{what}:{night}!important}}'
        for day, night in NIGHT.items()
        for what in ("fill", "stroke")
    )
    style = f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"
    with styled(WIDTH_INCHES, chart.height_inches) as (figure, axes):
        chart.draw(axes)
        name = "-".join(filter(None, [page.partner, chart.anchor]))
        path = save_pair(figure, name, style)
    image = render_figure(path, chart.caption, chart.alt, chart.anchor)
    named = f' data-figure="{name_figures(chart.figures)}"' if chart.figures else ""
    head = f"[**{chart.headline}**]{{.chart-title}}"
    return f":::: {{.chart{named}}}\n\n{head}\n\n{image}\n\n::::"


def wrap(label: str, width: int = 24) -> str:
    """Return a label broken into lines."""
    return "\n".join(break_lines(label, width))


def hide_scale(axes: Axes) -> None:
    """Remove the scale where every value stands beside its mark."""
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False, axis="both")
