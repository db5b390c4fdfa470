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
DARK_ORANGE, INK, PALE, WHITE = "#8a4f0c", "#222222", "#d5dbe0", "#ffffff"
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
    PALE: "#4d5a66",
}
DASHED, QUARTERS = (0, (4, 3)), [0, 0.25, 0.5, 0.75, 1]
Axes = Any
Draw = Callable[[Axes], None]


@dataclass(frozen=True)
class Chart:
    """A chart to draw. `alt` says the same as the picture, with numbers.

    `figures` are those it shows; `data` is the page and anchor of the table behind it.
    """

    anchor: str
    caption: str
    alt: str
    height_inches: float
    draw: Draw
    figures: tuple[Figure, ...] = ()
    data: str = ""


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
    """Draw a chart into `figures/`; return a div that names its figures, and its table's link."""
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
    if not chart.figures:
        return image
    link = f"[Tallene bag figuren]({chart.data})"
    below = f"\n\n::: {{.chart-data .site-only}}\n{link}\n:::" if chart.data else ""
    return f':::: {{.chart data-figure="{name_figures(chart.figures)}"}}\n{image}{below}\n::::'


def wrap(label: str, width: int = 24) -> str:
    """Return a label broken into lines."""
    return "\n".join(break_lines(label, width))


def hide_scale(axes: Axes) -> None:
    """Remove the scale where every value stands beside its mark."""
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False, axis="both")
