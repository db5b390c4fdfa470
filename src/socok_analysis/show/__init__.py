"""Show: what notebooks call. One call for each table, chart or piece of text; output is Markdown.

    from socok_analysis.show import open_page
    page = open_page(globals(), "year", "partner", "edition")
    page.title("Forløb hos {{ navn(partner) }}")
    page.table("reasons")
    page.chart("outcomes")
"""

from socok_analysis.show.own import hide_small, open_tables, show_bars, show_counts
from socok_analysis.show.page import Page, open_page
from socok_analysis.show.status import open_status

# What a page imports on its way, for a process that pages are forked from.
__preload__ = (
    "pandas",
    "pyarrow.parquet",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "jinja2.sandbox",
    "socok_analysis.show.charts",
    "socok_analysis.show.links",
    "socok_analysis.show.tables",
    "socok_analysis.show.tiles",
)

__all__ = [
    "Page", "hide_small", "open_page", "open_status", "open_tables", "show_bars", "show_counts",
]  # fmt: skip
