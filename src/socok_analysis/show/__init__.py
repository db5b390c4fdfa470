"""Show: what notebooks call. One call for each table, chart or piece of text; output is Markdown.

    from socok_analysis.show import open_page
    page = open_page(globals(), "year", "partner", "edition")
    page.title("Forløb hos {{ navn(partner) }}")
    page.table("reasons")
    page.chart("outcomes")
"""

from socok_analysis.show.page import Page, open_page
from socok_analysis.show.status import open_status

__all__ = ["Page", "open_page", "open_status"]
