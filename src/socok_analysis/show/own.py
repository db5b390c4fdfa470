"""For an analyst's own notebooks: the tidy tables, and counts shown the way the report shows them.

from socok_analysis.show import hide_small, open_tables, show_bars, show_counts
tables = open_tables(2019)
counts = hide_small(tables["jobs"]["channel"].value_counts(), 2019)
show_counts(counts, "Ansættelser efter kanal")
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from socok_analysis.core.danish import format_number

if TYPE_CHECKING:
    import pandas as pd

BAR_INCHES = 0.42


def hide_small(counts: pd.Series, year: int) -> pd.Series:
    """Return counts of persons with those from 1 to below the year's threshold missing.

    That is the least, not enough for publishing: a hidden number can follow from a total.
    """
    threshold = read_threshold(year)
    is_small = (counts > 0) & (counts < threshold)
    return counts.astype("Int64").mask(is_small.astype(bool))


def read_threshold(year: int) -> int:
    """Return the least number of persons that may be shown for a year."""
    from socok_analysis.core.year import find_project, read_year

    return read_year(find_project(Path.cwd()), year).threshold


def show_counts(counts: pd.Series, caption: str, hidden: str = "skjult") -> None:
    """Show counts as a table, largest first as given, with Danish numbers."""
    from socok_analysis.show.markdown import Table, escape, render_table
    from socok_analysis.show.page import show

    rows = [(escape(name), format_count(value, hidden)) for name, value in counts.items()]
    show(render_table(Table("egen", escape(caption), ("", "Antal"), rows, "lr")))


def format_count(value: Any, hidden: str) -> str:
    """Return a count as the report writes it, or the word for one that is not shown."""
    import pandas as pd

    return hidden if pd.isna(value) else format_number(float(value))


def show_bars(counts: pd.Series, alt: str) -> None:
    """Show counts as bars in the report's style; what is missing has no bar. `alt` says the same.

    The values stand beside the bars, so that nobody has to measure.
    """
    from IPython.display import Image, display

    shown = counts.dropna()
    display(Image(draw_bars(shown), alt=alt))  # type: ignore[no-untyped-call]


def draw_bars(counts: pd.Series) -> bytes:
    """Return a picture of counts as bars, the first on top, as PNG."""
    from io import BytesIO

    from socok_analysis.show.charts.drawing import BLUE, WIDTH_INCHES, hide_scale, styled

    picture = BytesIO()
    with styled() as plt:
        size = (WIDTH_INCHES, 0.6 + BAR_INCHES * len(counts))
        figure, axes = plt.subplots(figsize=size, layout="constrained")
        bars = axes.barh([str(name) for name in counts.index], counts.astype(float), color=BLUE)
        axes.bar_label(bars, [format_number(float(value)) for value in counts], padding=3)
        axes.invert_yaxis()
        hide_scale(axes)
        figure.savefig(picture, format="png", dpi=200, metadata={"Software": None})
        plt.close(figure)
    return picture.getvalue()
