"""The documents and downloads of a year: PDF and Word, Excel and CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from socok_analysis.core.danish import format_day, format_period
from socok_analysis.core.errors import MissingError
from socok_analysis.core.year import Year
from socok_analysis.disclosure import Edition
from socok_analysis.show.markdown import plain
from socok_analysis.show.page import name_document

if TYPE_CHECKING:
    from socok_analysis.publish import DocumentMeta

MARK = "Intern udgave: må ikke offentliggøres."


def write_year_documents(year: Year, edition: Edition, pages: Sequence[Path], folder: Path) -> None:
    """Write the year's pages as PDF and Word, and their tables and figures as Excel and CSV."""
    from socok_analysis.publish import write_documents
    from socok_analysis.publish.project import read_config, read_groups

    name, meta = name_document(year.year), describe_document(year, edition)
    pdf, docx = folder / f"{name}.pdf", folder / f"{name}.docx"
    with told_as_missing():
        groups = read_groups(read_config(year.root))
        write_documents(pages, meta, pdf, docx, groups=groups)
        write_downloads(year, edition, pages, meta, folder)


def describe_document(year: Year, edition: Edition) -> DocumentMeta:
    """Return what stands on the front of a year's documents."""
    from socok_analysis.publish import DocumentMeta

    period = format_period(year.period_start, year.period_end)
    mark = MARK if edition == "internal" else ""
    title, contact = plain(year.title), plain(year.contact)
    told = f"Ansættelser fra {period}. Forløb pr. {format_day(year.evaluation_date)}."
    return DocumentMeta(
        title=title,
        author=contact,
        contact=contact,
        date=year.period_end,
        subtitle=f"{mark} {told}".lstrip(),
        mark=mark.rstrip("."),
    )


def write_downloads(
    year: Year, edition: Edition, pages: Sequence[Path], meta: DocumentMeta, folder: Path
) -> None:
    """Write the Excel book and the CSV files; they hold no number the pages may not show."""
    from socok_analysis.publish.book import write_book
    from socok_analysis.publish.downloads import read_content, write_package
    from socok_analysis.run.open import make_page
    from socok_analysis.show.sources import tell_apart

    page = make_page(year.root, year.year, edition, "")
    content = read_content(
        pages, page.figures.values(), page.may_show, lambda figure: tell_apart(page, figure)
    )
    name = name_document(year.year)
    write_book(content, meta, folder / f"{name}.xlsx")
    write_package(content, meta, folder, name)


@contextmanager
def told_as_missing() -> Iterator[None]:
    """Turn an error of publishing into the error that says something needed failed."""
    from socok_analysis.publish import PublishError

    try:
        yield
    except PublishError as error:
        raise MissingError(str(error)) from error
