"""The ways on from a page: to the year's other pages, and to the reports as PDF and Word."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path

from socok_analysis.core.year import list_published
from socok_analysis.show.markdown import site_only
from socok_analysis.show.page import Page

DOCUMENT = "socialoekonomisk-aarsrapport-{year}"
TITLE = re.compile(r"page\.title\(\s*(['\"])(.+?)\1\s*\)")


def name_document(year: int) -> str:
    """Return the name of a year's PDF and Word file, without suffix."""
    return DOCUMENT.format(year=year)


def link_year(page: Page) -> str:
    """Return links to the pages of the page's own year, seen from its folder."""
    items = [f"- [{title}]({name}.ipynb)" for name, title in list_titles(page)]
    documents = ["## Hent rapporten", "", link_documents(page.year.year)]
    return site_only("\n".join(["## Sider i rapporten", "", *items, "", *documents]))


def list_titles(page: Page) -> list[tuple[str, str]]:
    """Return the names and titles of the other pages of the page's year, in their order."""
    from socok_analysis.run.notebooks import YEAR_PAGE, list_runs

    runs = list_runs(page.year.root, page.year.year, page.partners(), page.edition)
    titles = [
        (run.page, read_title(page, run.notebook, dict(run.parameters)))
        for run in runs
        if run.page != YEAR_PAGE
    ]
    return [(name, title) for name, title in titles if title]


def read_title(page: Page, notebook: Path, parameters: Mapping[str, object]) -> str:
    """Return the title a notebook would show with these parameters; empty where it has none."""
    from socok_analysis.show.text import render_text

    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = (TITLE.search("".join(cell["source"])) for cell in cells)
    template = next((match[2] for match in found if match), "")
    own = {field.name for field in fields(page)} & parameters.keys() - {"year", "edition"}
    return render_text(replace(page, **{name: parameters[name] for name in own}), template)  # type: ignore[arg-type]


def link_years(page: Page) -> str:
    """Return links to each year's report there is, newest first, seen from the site's root."""
    lines = ["## Læs og hent rapporterne", ""]
    for year in reversed(list_published(page.year.root, page.edition)):
        read = f"[Læs rapport {year} her på siden](report/{year}/index.ipynb)."
        files = link_documents(year, f"report/{year}/")
        lines += [f"### Rapport {year}", "", f"{read} {files}", ""]
    return site_only("\n".join(lines))


def link_documents(year: int, folder: str = "") -> str:
    """Return links to a year's report as documents, and to its numbers."""
    name = f"{folder}{name_document(year)}"
    return (
        f"Hele rapporten: [PDF]({name}.pdf) · [Word]({name}.docx). Tallene: [Excel]({name}.xlsx) · "
        f"[nøgletal som CSV]({name}-noegletal.csv) · [tabeller som CSV]({name}-tabeller.csv) · "
        f"[beskrivelse af CSV-filerne]({folder}datapackage.json)."
    )


LINKS: dict[str, Callable[[Page], str]] = {"year": link_year, "years": link_years}
