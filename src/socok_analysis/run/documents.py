"""A year's documents and downloads, and the attack they must stand before they are published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.errors import DataError
from socok_analysis.core.year import Year, list_measured
from socok_analysis.disclosure import Edition
from socok_analysis.disclosure.protection import (
    audit_years,
    describe_audit,
    list_disclosed,
    name_cells,
)
from socok_analysis.figures.figure import read_figures
from socok_analysis.publish.book import write_book
from socok_analysis.publish.documents import DocumentMeta, describe_year, write_documents
from socok_analysis.publish.downloads import read_content, write_package
from socok_analysis.publish.pages import read_page
from socok_analysis.run.build import Say
from socok_analysis.run.notebooks import Run, run_notebook
from socok_analysis.run.open import make_page
from socok_analysis.show.page import name_document
from socok_analysis.show.sources import tell_apart

BRIEF = "resume.ipynb"
MARK = "Intern udgave: må ikke offentliggøres."


def attack_year(year: Year, say: Say) -> dict[str, object]:
    """Return what the audit found; raise DataError where a protected number can be worked out."""

    years = [*list_measured(year.root, year.year), year]
    by_year = {each.year: read_figures(each.processed_dir, each.year) for each in years}
    audit = audit_years(years, by_year)
    say(f"{year.year}: {describe_audit(audit)}")
    if audit.disclosed:
        text = f"Rapporten for {year.year} kan ikke udgives: beskyttede tal kan regnes ud."
        raise DataError(text, list_disclosed(audit))
    return {"protected": len(audit.findings), "public_before": name_cells(audit.known)}


def write_year_documents(year: Year, edition: Edition, pages: Sequence[Path], folder: Path) -> None:
    """Write the year's pages as PDF and Word, and their tables and figures as Excel and CSV.

    The downloads hold no number the pages may not show.
    """

    name = name_document(year.year)
    period = format_period(year.period_start, year.period_end)
    days = f"Ansættelser fra {period}. Forløb pr. {format_day(year.evaluation_date)}."
    mark = MARK if edition == "internal" else ""
    meta = describe(year, edition, title=year.title, subtitle=f"{mark} {days}".lstrip())
    page = make_page(year.root, year.year, edition)
    write_documents(pages, meta, folder / f"{name}.pdf", folder / f"{name}.docx")
    write_year_brief(year, edition, folder / f"{name}-kort")
    content = read_content(pages, page.tell(page.figures), lambda figure: tell_apart(page, figure))
    write_book(content, meta, folder / f"{name}.xlsx")
    write_package(content, meta, folder, name)


def write_year_brief(year: Year, edition: Edition, target: Path) -> None:
    """Run the notebook of the year on one page, and write it as PDF and Word."""
    told = (("year", year.year), ("edition", edition))
    run = Run(year.root / "notebooks" / BRIEF, Path(BRIEF).stem, 0, told)
    with TemporaryDirectory(prefix="notat-", dir=year.root / ".socok") as place:
        page = run_notebook(run, Path(place))
        pdf, docx = (target.with_name(f"{target.name}.{kind}") for kind in ("pdf", "docx"))
        meta = describe(year, edition, read_page(page).title)
        write_documents([page], meta, pdf, docx, layout="brief")


def describe(year: Year, edition: Edition, title: str = "", subtitle: str = "") -> DocumentMeta:
    """Return what stands on the front of a year's documents, or on a brief beside its page."""
    mark = MARK.rstrip(".") if edition == "internal" else ""
    return describe_year(year, title, subtitle, mark)
