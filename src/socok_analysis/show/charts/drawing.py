"""What every chart shares: its parts, the style it is drawn in, and the files it becomes.

Charts are narrow: on a phone of 320 pixels their letters are still eleven pixels high. On a dark
page they are drawn in colours of its own (`NIGHT`), which the SVG itself brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
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
def styled() -> Iterator[Any]:
    """Yield matplotlib's pyplot in the report's style, without a screen."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    style = files("socok_analysis.show") / "socok.mplstyle"
    with as_file(style) as path, plt.style.context(path):
        yield plt


def save_chart(page: Page, chart: Chart) -> str:
    """Draw a chart into `figures/` of the current folder as SVG and PNG; return its Markdown."""
    folder = Path(FOLDER)
    folder.mkdir(exist_ok=True)
    name = "-".join(filter(None, [page.partner, chart.anchor]))
    with styled() as plt:
        size = (WIDTH_INCHES, chart.height_inches)
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        chart.draw(axes)
        save_svg(figure, folder / f"{name}.svg")
        figure.savefig(folder / f"{name}.png", dpi=200, metadata={"Software": None})
        plt.close(figure)
    image = render_figure(f"{FOLDER}/{name}.svg", chart.caption, chart.alt, chart.anchor)
    return wrap_chart(image, chart)


def save_svg(figure: Any, path: Path) -> None:
    """Save a drawing as SVG, with its colours on a dark page."""
    from io import StringIO

    drawn = StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    head, _, tail = drawn.getvalue().rpartition("</svg>")
    path.write_text(f"{head}{style_night()}</svg>{tail}", encoding="utf-8", newline="\n")


def style_night() -> str:
    """Return the style element that exchanges a chart's colours where the page is dark."""
    rules = "".join(
        f'[style*="{what}: {day}"]{{{what}:{night}!important}}'
        for day, night in NIGHT.items()
        for what in ("fill", "stroke")
    )
    return f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"


def wrap_chart(image: str, chart: Chart) -> str:
    """Return a chart in a div that names its figures, with the way to the table behind it."""
    if not chart.figures:
        return image
    way = f"[Tallene bag figuren]({chart.data})" if chart.data else ""
    below = f"\n\n::: {{.chart-data .site-only}}\n{way}\n:::" if way else ""
    return f':::: {{.chart data-figure="{name_figures(chart.figures)}"}}\n{image}{below}\n::::'


def wrap(label: str, width: int = 24) -> str:
    """Return a label broken into lines."""
    return "\n".join(break_lines(label, width))


def hide_scale(axes: Axes) -> None:
    """Remove the scale where every value stands beside its mark."""
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.grid(visible=False, axis="both")
