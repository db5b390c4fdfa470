"""Writes pages as accessible documents: a year's PDF and Word, and a brief on one sheet."""

from __future__ import annotations

import base64
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

from markupsafe import Markup

from socok_analysis.publish.office import make_reference, read_palette, settle_document
from socok_analysis.publish.pages import SitePage, read_page
from socok_analysis.publish.pandoc import ASSETS, PublishError, run_script
from socok_analysis.publish.project import Group, list_parts
from socok_analysis.publish.site import describe_faults, load_templates, read_style

Layout = Literal["report", "brief"]
BRIEF_SIZES = ("10.5pt", "10pt", "9.5pt", "9pt")
BRIEF_STYLES = ("palette.css", "content.css", "text.css", "brief.css")
IMAGE = re.compile(r'src="([^":]+\.svg)"')
CELL = re.compile(rb"(/StructElem/S/T)D(/P \d+ 0 R/A\[<</O/Table)(/Headers\[\(U\d+x(\d+)y\d+\)\])")


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
    a group of the menu are sections of one chapter. Raise PublishError where a page has faults.
    """
    pdf.parent.mkdir(parents=True, exist_ok=True)
    docx.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".socok-", dir=pdf.parent) as name:
        folder = Path(name)
        _join_pages([read_page(path) for path in pages], meta, folder, layout, groups)
        if not is_zipfile(folder / "plain.docx"):  # pandoc tells nothing of a full disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(docx))
        plain = (folder / "plain.docx").read_bytes()
        word = settle_document(plain, meta.date, has_front=layout == "report")
        made = _compile_pdf(meta, folder, layout)
        docx.write_bytes(word)
        pdf.write_bytes(made)


def write_brief(notebook: Path, meta: DocumentMeta, target: Path) -> list[Path]:
    """Write an executed notebook as `target` with the suffixes .html, .pdf and .docx.

    The HTML is one file without attachments. `meta.title` is replaced by the page's own title.
    The same input gives the same bytes. Raise PublishError where the page has faults.
    """
    page = read_page(notebook)
    named = replace(meta, title=page.title)
    kinds = ("html", "pdf", "docx")
    html, pdf, docx = (target.with_name(f"{target.name}.{kind}") for kind in kinds)
    html.write_text(_render_brief(page, named), encoding="utf-8", newline="\n")
    write_documents([notebook], named, pdf, docx, layout="brief")
    return [html, pdf, docx]


def _render_brief(page: SitePage, meta: DocumentMeta) -> str:
    folder = page.path.parent
    source = {"name": page.path.name, "markdown": page.markdown, "folder": str(folder)}
    (answer,) = run_script("site.lua", {"pages": [source]})
    if faults := describe_faults(answer["faults"]):
        raise PublishError("Notatet kan ikke skrives:", faults)

    def embed(found: re.Match[str]) -> str:
        data = base64.b64encode((folder / found[1]).read_bytes()).decode()
        return f'src="data:image/svg+xml;base64,{data}"'

    text = (
        load_templates()
        .get_template("brief.html.j2")
        .render(
            title=page.title,
            subtitle=meta.subtitle,
            contact=meta.contact,
            body=Markup(IMAGE.sub(embed, answer["body"])),
            styles=read_style(*BRIEF_STYLES),
        )
    )
    return text + "\n"


def name_foot(meta: DocumentMeta, layout: Layout) -> str:
    """Return the foot of every sheet: what it is from, and the mark of the edition."""
    told = (meta.title if layout == "report" else meta.contact, meta.mark)
    return " · ".join(filter(None, told))


def _join_pages(
    pages: Sequence[SitePage],
    meta: DocumentMeta,
    folder: Path,
    layout: Layout,
    groups: Sequence[Group],
) -> None:
    """Leave the body of the PDF and a plain Word document in a folder."""
    parts: list[dict[str, str | int]] = []
    for part in list_parts(pages, groups):
        parts.append({"title": part.title, "level": part.level})
        if part.page is not None:
            path, markdown = part.page.path, part.page.markdown
            place = str(path.parent.resolve())
            parts[-1] |= {"name": path.name, "folder": place, "markdown": markdown}
    reference = folder / "reference.docx"
    reference.write_bytes(make_reference(name_foot(meta, layout), is_tight=layout == "brief"))
    job = {
        "parts": parts,
        "title": meta.title,
        "subtitle": meta.subtitle,
        "author": meta.author,
        "reference": reference.name,
        "layout": layout,
    }
    if faults := run_script("document.lua", job, folder):
        said = [f"{fault['name']}: {text}" for fault in faults for text in describe_faults([fault])]
        raise PublishError("PDF og Word kan ikke skrives:", said)


def _compile_pdf(meta: DocumentMeta, folder: Path, layout: Layout) -> bytes:
    """Return the PDF; a brief in the largest size of letters that leaves it on one sheet."""
    shutil.copyfile(ASSETS / "document.typ", folder / "document.typ")
    colours = (f'#let {name} = rgb("#{digits}")\n' for name, digits in read_palette().items())
    (folder / "palette.typ").write_text("".join(colours), encoding="utf-8")
    for size in BRIEF_SIZES if layout == "brief" else ("",):
        made = _typeset(meta, folder, layout, size)
        if made.count(b"/Type/Page/") == 1:
            break
    return CELL.sub(_mark_row_heading, made)


def _typeset(meta: DocumentMeta, folder: Path, layout: Layout, size: str) -> bytes:
    import typst

    told = {name: getattr(meta, name) for name in ("title", "subtitle", "author", "contact")}
    told["foot"] = name_foot(meta, layout)
    given = [f"{n}: {json.dumps(' '.join(s.split()), ensure_ascii=False)}" for n, s in told.items()]
    given += [f"size: {size}"] if size else []
    day = meta.date
    written = f"datetime(year: {day.year}, month: {day.month}, day: {day.day})" if day else "none"
    main = folder / "main.typ"
    main.write_text(
        '#import "document.typ": *\n'
        f'#show: {layout}.with({", ".join(given)}, date: {written})\n#include "body.typ"\n',
        encoding="utf-8",
    )
    noon = dt.datetime.combine(day or dt.date(1980, 1, 1), dt.time(12), dt.UTC)
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
        raise PublishError(f"PDF'en kunne ikke skrives:\n{error}") from error
    return made if isinstance(made, bytes) else b"".join(made or ())


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
