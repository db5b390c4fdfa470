"""The ways on from a page: to the year's other pages, and to the reports as PDF and Word."""

from __future__ import annotations

from collections.abc import Callable

from socok_analysis.show.markdown import escape
from socok_analysis.show.page import Page
from socok_analysis.year import list_published

DOCUMENT = "socialoekonomisk-aarsrapport-{year}"
BEFORE_PARTNERS = {
    "maal.ipynb": "Mål og status",
    "virksomheder.ipynb": "Virksomheder og initiativer",
}
AFTER_PARTNERS = {"job.ipynb": "Job"}


def name_document(year: int) -> str:
    """Return the name of a year's PDF and Word file, without suffix."""
    return DOCUMENT.format(year=year)


def link_year(page: Page) -> str:
    """Return links to the pages of the page's own year, seen from its folder."""
    partners = {
        f"partner-{partner}.ipynb": f"Forløb hos {escape(page.name(partner))}"
        for partner in page.partners()
    }
    links = {**BEFORE_PARTNERS, **partners, **AFTER_PARTNERS}
    items = [f"- [{text}]({target})" for target, text in links.items()]
    items.append(f"- {link_documents(page.year.year)}")
    return site_only(["## Læs videre", "", *items])


def link_years(page: Page) -> str:
    """Return links to each year's report there is, newest first, seen from the site's root."""
    years = reversed(list_published(page.year.root, page.edition))
    items = [
        f"- [Rapport {year}](report/{year}/index.ipynb). "
        f"{link_documents(year, f'report/{year}/')}"
        for year in years
    ]
    return site_only(["## Rapporterne", "", *items])


def site_only(lines: list[str]) -> str:
    """Return lines that the PDF and the Word file leave out."""
    return "\n".join(["::: {.site-only}", *lines, ":::"])


def link_documents(year: int, folder: str = "") -> str:
    """Return links to a year's report as documents, and to its numbers."""
    name = f"{folder}{name_document(year)}"
    return (
        f"Hele rapporten som [PDF]({name}.pdf) og [Word]({name}.docx). Tallene som "
        f"[Excel]({name}.xlsx) og CSV ([nøgletal]({name}-noegletal.csv), "
        f"[tabeller]({name}-tabeller.csv), [beskrivelse]({folder}datapackage.json))"
    )


LINKS: dict[str, Callable[[Page], str]] = {"year": link_year, "years": link_years}
