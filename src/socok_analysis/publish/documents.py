"""Writes pages as accessible documents: a year's PDF and Word, and a brief on one sheet."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from zipfile import is_zipfile

from socok_analysis.core.danish import write_date
from socok_analysis.core.year import Year
from socok_analysis.publish.office import make_reference, read_palette, settle_document
from socok_analysis.publish.pages import SitePage, describe_page, read_page
from socok_analysis.publish.pandoc import ASSETS, PublishError, blame_disk, run_script
from socok_analysis.show.markdown import plain

Layout = Literal["report", "brief"]
REPORT_SIZE, BRIEF_SIZES = "9pt", ("9pt", "8.5pt", "8pt", "7.5pt")
PICTURES = (".png", ".jpg", ".jpeg")
CELL = re.compile(rb"(/StructElem/S/T)D(/P \d+ 0 R/A\[<</O/Table)(/Headers\[\(U\d+x(\d+)y\d+\)\])")


@dataclass(frozen=True)
class DocumentMeta:
    """What stands on the front of the documents and in their properties."""

    title: str
    subtitle: str = ""
    contact: str = ""
    date: dt.date | None = None
    mark: str = ""
    municipality: str = ""
    committees: tuple[str, ...] = ()
    issued: str = ""
    picture: Path | None = None


def describe_year(year: Year, title: str, subtitle: str, mark: str = "") -> DocumentMeta:
    """Return what stands on the cover of a year's documents; `mark` is that of the edition.

    A picture of one's own lies among the year's texts as `forside.png` or `forside.jpg`.
    """
    pictures = sorted((year.raw_dir / "tekst").glob("forside.*"))
    issued = write_date(year.issued_on, "MMMM y").capitalize() if year.issued_on else ""
    return DocumentMeta(
        title=plain(title),
        subtitle=subtitle,
        contact=plain(year.contact),
        date=year.issued_on or year.period_end,
        mark=mark,
        municipality=year.municipality,
        committees=year.committees,
        issued=issued,
        picture=next((path for path in pictures if path.suffix.lower() in PICTURES), None),
    )


def write_documents(
    pages: Sequence[Path], meta: DocumentMeta, pdf: Path, docx: Path, layout: Layout = "report"
) -> None:
    """Join `pages`, in order, to a PDF (PDF/UA-1) and a Word document; same bytes every time.

    The layout `report` has a cover and a table of contents, each page a chapter; `brief` is one
    sheet. Raise PublishError where a page has faults.
    """
    with TemporaryDirectory(prefix=".socok-", dir=pdf.parent) as name:
        folder = Path(name)
        _join_pages([read_page(path) for path in pages], meta, folder, layout)
        if not is_zipfile(folder / "plain.docx"):  # pandoc tells nothing of a full disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(docx))
        word = settle_document((folder / "plain.docx").read_bytes(), meta.date, layout == "report")
        made = _compile_pdf(meta, folder, layout)
        docx.write_bytes(word)
        pdf.write_bytes(made)


def write_brief(notebook: Path, meta: DocumentMeta, target: Path) -> list[Path]:
    """Write an executed notebook on one sheet, as `target` with the suffixes .pdf and .docx.

    The page's title takes the place of `meta.title`.
    """
    pdf, docx = (target.with_name(f"{target.name}.{kind}") for kind in ("pdf", "docx"))
    named = replace(meta, title=read_page(notebook).title)
    write_documents([notebook], named, pdf, docx, layout="brief")
    return [pdf, docx]


def name_foot(meta: DocumentMeta, layout: Layout = "report") -> str:
    """Return the foot of every sheet: what it is from, and the mark of the edition."""
    told = (meta.title if layout == "report" else meta.contact, meta.mark)
    return " · ".join(filter(None, told))


def _join_pages(
    pages: Sequence[SitePage], meta: DocumentMeta, folder: Path, layout: Layout
) -> None:
    """Leave the body of the PDF, what it says of itself, and a plain Word document in a folder."""
    cover = {
        "municipality": meta.municipality,
        "title": meta.title,
        "subtitle": meta.subtitle,
        "committees": " og ".join(meta.committees),
        "issued": meta.issued,
        "contact": f"Kontakt: {meta.contact}" if meta.contact else "",
    }
    day, foot = meta.date, name_foot(meta, layout)
    job = {
        "title": meta.title,
        "subtitle": meta.subtitle,
        "author": meta.municipality or meta.contact,
        "foot": foot,
        "date": [day.year, day.month, day.day] if day else None,
        "cover": {kind: " ".join(text.split()) for kind, text in cover.items() if text},
        "picture": f"cover{meta.picture.suffix.lower()}" if meta.picture else "",
        "layout": layout,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    if meta.picture:
        shutil.copyfile(meta.picture, folder / str(job["picture"]))
    reference = make_reference(foot, is_tight=layout == "brief")
    (folder / "reference.docx").write_bytes(reference)
    parts = [describe_page(page, page.path.name) for page in pages]
    if faults := run_script("document.lua", {**job, "pages": parts}, folder):
        raise PublishError("PDF og Word kan ikke skrives:", faults)


def _compile_pdf(meta: DocumentMeta, folder: Path, layout: Layout) -> bytes:
    """Return the PDF; a brief in the largest size of letters that leaves it on one sheet."""
    import typst

    shutil.copyfile(ASSETS / "document.typ", folder / "document.typ")
    colours = (f'#let {name} = rgb("#{digits}")\n' for name, digits in read_palette().items())
    (folder / "palette.typ").write_text("".join(colours), encoding="utf-8")
    main, made = folder / "main.typ", b""
    noon = dt.datetime.combine(meta.date or dt.date(1980, 1, 1), dt.time(12), dt.UTC)
    for size in BRIEF_SIZES if layout == "brief" else (REPORT_SIZE,):
        main.write_text(
            '#import "document.typ": *\n'
            f'#show: {layout}.with(json("job.json"), size: {size})\n#include "body.typ"\n',
            encoding="utf-8",
        )
        try:
            made = typst.compile(
                str(main),
                root=str(folder),
                font_paths=[str(find_fonts())],
                ignore_system_fonts=True,
                pdf_standards=["ua-1"],
                timestamp=int(noon.timestamp()),
            )
        except RuntimeError as error:
            blame_disk(folder)
            raise PublishError(f"PDF'en kunne ikke skrives:\n{error}") from error
        if made.count(b"/Type/Page/") == 1:
            break
    return CELL.sub(_mark_row_heading, made)


def find_fonts() -> Path:
    """Return the folder of DejaVu Sans, which matplotlib carries (found without importing it)."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise PublishError("Pakken matplotlib mangler: den bærer PDF'ens skrifttype.")
    return Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"


def _mark_row_heading(found: re.Match[bytes]) -> bytes:
    """Return a cell's tag, that of a first cell as its row's heading; as long as it was.

    Typst can do so only behind a switch its Python binding lacks. It writes its tags as plain
    text, so nothing else in the file moves. The header cells' scopes (column, row) then say
    which headings a cell has (PDF 32000-1, 14.8.5.7).
    """
    start, middle, headers, column = found.groups()
    kind, scope = (b"H", b"/Scope/Row") if column == b"0" else (b"D", b"")
    return start + kind + middle + scope.ljust(len(headers))
