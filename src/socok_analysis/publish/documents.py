"""Writes the pages of a year as one accessible PDF and one Word document."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import typst

from socok_analysis.publish.chapters import Part, list_parts
from socok_analysis.publish.checks import describe_faults
from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.menu import Group
from socok_analysis.publish.pages import read_page
from socok_analysis.publish.palette import write_typst_palette
from socok_analysis.publish.pandoc import ASSETS, run_script
from socok_analysis.publish.tags import mark_row_headings
from socok_analysis.publish.word import make_reference, settle_document

Layout = Literal["report", "brief"]
BRIEF_SIZES = ("10.5pt", "10pt", "9.5pt", "9pt")


@dataclass(frozen=True)
class DocumentMeta:
    """What stands on the front of the documents and in their properties."""

    title: str
    author: str
    subtitle: str = ""
    contact: str = ""
    date: dt.date | None = None
    mark: str = ""


def write_documents(
    pages: Sequence[Path],
    meta: DocumentMeta,
    pdf: Path,
    docx: Path,
    layout: Layout = "report",
    groups: Sequence[Group] = (),
) -> None:
    """Join `pages`, in order, to a PDF (PDF/UA-1) and a Word document; same bytes every time.

    The layout `report` has a front and a table of contents, `brief` is one sheet. The pages of
    a group of the menu are sections of one chapter.
    """
    pdf.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".socok-", dir=pdf.parent) as name:
        folder = Path(name)
        parts = list(list_parts([read_page(path) for path in pages], groups))
        _join_parts(parts, meta, folder, layout)
        plain = (folder / "plain.docx").read_bytes()
        _write(docx, settle_document(plain, meta.date, has_front=layout == "report"))
        _write(pdf, _compile_pdf(meta, folder, layout))


def name_foot(meta: DocumentMeta, layout: Layout) -> str:
    """What stands at the foot of every sheet: what it is from, and the mark of the edition."""
    told = (meta.title if layout == "report" else meta.contact, meta.mark)
    return " · ".join(filter(None, told))


def _join_parts(parts: Sequence[Part], meta: DocumentMeta, folder: Path, layout: Layout) -> None:
    reference = folder / "reference.docx"
    reference.write_bytes(make_reference(name_foot(meta, layout), is_tight=layout == "brief"))
    job = {
        "parts": [_describe_part(part) for part in parts],
        "title": meta.title,
        "subtitle": meta.subtitle,
        "author": meta.author,
        "reference": reference.name,
        "layout": layout,
    }
    faults = run_script("document.lua", job, folder)
    if faults:
        said = [f"{fault['name']}: {text}" for fault in faults for text in describe_faults([fault])]
        raise PublishError("PDF og Word kan ikke skrives:", said)


def _describe_part(part: Part) -> dict[str, str | int]:
    heading: dict[str, str | int] = {"title": part.title, "level": part.level}
    if part.page is None:
        return heading
    path = part.page.path
    page = {"name": path.name, "folder": str(path.parent.resolve())}
    return heading | page | {"markdown": part.page.markdown}


def _compile_pdf(meta: DocumentMeta, folder: Path, layout: Layout) -> bytes:
    for name in ("document.typ", "brief.typ"):
        shutil.copyfile(ASSETS / name, folder / name)
    _write(folder / "palette.typ", write_typst_palette().encode())
    sizes = BRIEF_SIZES if layout == "brief" else ("",)
    for size in sizes:
        made = _typeset(_describe_document(meta, layout, size), meta, folder)
        if count_pages(made) == 1:
            break
    return mark_row_headings(made)


def _typeset(text: str, meta: DocumentMeta, folder: Path) -> bytes:
    main = folder / "main.typ"
    main.write_text(text, encoding="utf-8")
    try:
        made = typst.compile(
            str(main),
            root=str(folder),
            font_paths=[str(find_fonts())],
            ignore_system_fonts=True,
            pdf_standards=["ua-1"],
            timestamp=_timestamp(meta.date),
        )
    except RuntimeError as error:
        raise PublishError(f"PDF'en kunne ikke skrives:\n{error}") from error
    return made if isinstance(made, bytes) else b"".join(made or ())


def count_pages(pdf: bytes) -> int:
    """The number of pages of a PDF as Typst writes it."""
    return pdf.count(b"/Type/Page/")


def find_fonts() -> Path:
    """The folder of DejaVu Sans, which matplotlib carries (found without importing it)."""
    package = find_spec("matplotlib")
    if package is None or package.origin is None:
        raise PublishError("Pakken matplotlib mangler: den bærer PDF'ens skrifttype.")
    return Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"


def _describe_document(meta: DocumentMeta, layout: Layout, size: str = "") -> str:
    data = {name: getattr(meta, name) for name in ("title", "subtitle", "author", "contact")}
    data["foot"] = name_foot(meta, layout)
    arguments = ", ".join(f"{name}: {_quote(text)}" for name, text in data.items())
    arguments += f", size: {size}" if size else ""
    return (
        '#import "document.typ": *\n#import "brief.typ": brief\n'
        f"#show: {layout}.with({arguments}, date: {_show_date(meta.date)})\n"
        '#include "body.typ"\n'
    )


def _quote(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)


def _show_date(date: dt.date | None) -> str:
    return f"datetime(year: {date.year}, month: {date.month}, day: {date.day})" if date else "none"


def _timestamp(date: dt.date | None) -> int:
    noon = dt.datetime.combine(date or dt.date(1980, 1, 1), dt.time(12), dt.UTC)
    return int(noon.timestamp())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
