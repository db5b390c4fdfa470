"""Writes pages as accessible documents: a year's PDF and Word, and a brief on one sheet.

Word's look is pandoc's own reference document with our styles, paper and page numbers.
"""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from xml.sax.saxutils import escape

from socok_analysis.core.danish import write_date
from socok_analysis.core.year import Year
from socok_analysis.publish import source
from socok_analysis.publish.source import ASSETS, PublishError
from socok_analysis.show.markdown import plain

Layout = Literal["report", "brief"]
SIZES = {"report": ["9pt"], "brief": ["9pt", "8.5pt", "8pt", "7.5pt"]}
KINDS, PICTURES = ("pdf", "docx"), (".png", ".jpg", ".jpeg")
# In a process of its own, for Typst keeps what it has set. The first size that fills one sheet.
COMPILE = """
import json, sys, typst
sizes, options = json.load(sys.stdin)
for size in sizes:
    try:
        made = typst.compile("main.typ", sys_inputs={"size": size}, **options)
    except RuntimeError as error:
        sys.exit(str(error))
    if made.count(b"/Type/Page/") == 1:
        break
sys.stdout.buffer.write(made)
"""
CELL = re.compile(rb"(/StructElem/S/T)D(/P \d+ 0 R/A\[<</O/Table)(/Headers\[\(U\d+x(\d+)y\d+\)\])")


@dataclass(frozen=True)
class DocumentMeta:
    """What stands on the front of the documents and in their properties."""

    title: str
    subtitle: str = ""
    contact: str = ""
    date: dt.date = dt.date(1980, 1, 1)
    mark: str = ""
    municipality: str = ""
    committees: str = ""
    issued: str = ""
    picture: Path | None = None

    def name_foot(self, layout: Layout = "report") -> str:
        """Return the foot of every sheet: what it is from, and the mark of the edition."""
        told = (self.title if layout == "report" else self.contact, self.mark)
        return " · ".join(filter(None, told))


def describe_year(year: Year, title: str, subtitle: str, mark: str = "") -> DocumentMeta:
    """Return what stands on the cover of a year's documents; `mark` is that of the edition.

    A picture of one's own lies among the year's texts as `forside.png` or `forside.jpg`.
    """
    pictures = sorted((year.raw_dir / "tekst").glob("forside.*"))
    return DocumentMeta(
        title=plain(title),
        subtitle=subtitle,
        contact=plain(year.contact),
        date=year.issued_on or year.period_end,
        mark=mark,
        municipality=year.municipality,
        committees=" og ".join(year.committees),
        issued=write_date(year.issued_on, "MMMM y").capitalize() if year.issued_on else "",
        picture=next((path for path in pictures if path.suffix.lower() in PICTURES), None),
    )


def write_documents(
    pages: Sequence[Path], meta: DocumentMeta, target: Path, layout: Layout = "report"
) -> list[dict[str, Any]]:
    """Join `pages`, in order, to a PDF (PDF/UA-1) and a Word document: `target` with the suffixes
    .pdf and .docx; same bytes every time. Return their tables, as `document.lua` has them.

    The layout `report` has a cover and a table of contents, each page a chapter; `brief` is one
    sheet, called as its page is. Raise PublishError where a page has faults.
    """
    pdf, docx = (target.with_name(f"{target.name}.{kind}") for kind in KINDS)
    read = [source.read_page(path) for path in pages]
    meta = replace(meta, title=read[0].title) if layout == "brief" else meta
    foot = meta.name_foot(layout)
    job = asdict(meta) | {
        "layout": layout,
        "foot": foot,
        "date": [meta.date.year, meta.date.month, meta.date.day],
        "picture": f"cover{meta.picture.suffix.lower()}" if meta.picture else "",
    }
    parts = [page.describe(page.path.name) for page in read]
    with TemporaryDirectory(prefix=".socok-", dir=pdf.parent) as name:
        folder = Path(name)
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        if meta.picture:
            shutil.copyfile(meta.picture, folder / job["picture"])
        reference = _make_reference(foot, is_tight=layout == "brief")
        (folder / "reference.docx").write_bytes(reference)
        answer = source.run_script("document.lua", {**job, "pages": parts}, folder)
        if answer["faults"]:
            raise PublishError("PDF og Word kan ikke skrives:", answer["faults"])
        if not zipfile.is_zipfile(folder / "plain.docx"):  # pandoc tells nothing of a full disk
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(docx))
        word = _settle((folder / "plain.docx").read_bytes(), meta.date, layout)
        made = _compile_pdf(meta, folder, layout)
        docx.write_bytes(word)
        pdf.write_bytes(made)
    tables: list[dict[str, Any]] = answer["tables"]
    return tables


# PDF


def _compile_pdf(meta: DocumentMeta, folder: Path, layout: Layout) -> bytes:
    """Return the PDF; a brief in the largest size of letters that leaves it on one sheet."""
    shutil.copyfile(ASSETS / "document.typ", folder / "document.typ")
    colours = (f'#let {name} = rgb("#{digits}")\n' for name, digits in _read_palette().items())
    (folder / "palette.typ").write_text("".join(colours), encoding="utf-8")
    text = f'#import "document.typ": *\n#show: {layout}\n#include "body.typ"\n'
    (folder / "main.typ").write_text(text, encoding="utf-8")
    noon = dt.datetime.combine(meta.date, dt.time(12), dt.UTC)
    options = {
        "font_paths": [str(find_fonts())],
        "ignore_system_fonts": True,
        "pdf_standards": ["ua-1"],
        "timestamp": int(noon.timestamp()),
    }
    job = json.dumps([SIZES[layout], options]).encode()
    try:
        made, _ = source.run_program([sys.executable, "-c", COMPILE], folder, job)
    except PublishError as error:
        raise PublishError(f"PDF'en kunne ikke skrives:\n{error}") from error
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


def _read_palette() -> dict[str, str]:
    """Return the light colours of `palette.css` by name, as six hexadecimal digits."""
    text = (ASSETS / "palette.css").read_text(encoding="utf-8")
    light = re.findall(r"--([a-z]+): #([0-9a-f]{6});", text.partition("}")[0])
    return {name: digits.upper() for name, digits in light}


# Office files: archives packed the same way every time


def unpack(archive: bytes) -> dict[str, bytes]:
    """Return the parts of an archive by name, in its order."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def edit(parts: dict[str, bytes], name: str, change: Callable[[str], str]) -> None:
    """Change one part's text in place."""
    parts[name] = change(parts[name].decode("utf-8")).encode("utf-8")


def pack(parts: Mapping[str, bytes]) -> bytes:
    """Return an archive of the parts. Stored, not compressed: zlib's bytes differ by machine."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            archive.writestr(entry, content)
    return packed.getvalue()


STYLE = re.compile(r'<w:style\b[^>]*?w:styleId="([^"]+)".*?</w:style>', re.DOTALL)
DEFAULTS = re.compile(r"<w:docDefaults>.*?</w:docDefaults>", re.DOTALL)
SECTION = re.compile(r"<w:sectPr>.*?</w:sectPr>", re.DOTALL)
FRONT = re.compile(
    r'<w:p>\s*<w:pPr>\s*<w:pStyle w:val="(?:Title|Subtitle|Author)"\s*/>.*?</w:p>', re.DOTALL
)
STAMP = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*")
TIGHT = {
    'w:before="20" w:after="20" w:line="252"': 'w:before="0" w:after="0" w:line="240"',
    'w:before="720" w:after="200"': 'w:before="0" w:after="200"',
    'w:before="360" w:after="120"': 'w:before="160" w:after="40"',
    'w:before="240" w:after="80"': 'w:before="60" w:after="40"',
    'w:before="80" w:after="120"': 'w:before="20" w:after="40"',
    'w:after="120" w:line="276"': 'w:after="80" w:line="252"',
    '<w:sz w:val="18"/><w:szCs w:val="18"/>': '<w:sz w:val="17"/><w:szCs w:val="17"/>',
    '<w:sz w:val="34"/><w:szCs w:val="34"/>': '<w:sz w:val="30"/><w:szCs w:val="30"/>',
}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FOOTER_TYPE = f'<Override PartName="/word/footer1.xml" ContentType="{WORD}.footer+xml"/>'
FOOTER_RELATION = f'<Relationship Type="{OFFICE}/footer" Id="rId90" Target="footer1.xml"/>'
WIDTH, MARGIN, TIGHT_MARGIN = 11906, 1418, 794


def _make_reference(foot: str, is_tight: bool) -> bytes:
    """Return the reference document pandoc takes styles, paper and footer from.

    A tight one has room for more on a sheet: narrow margins, small letters, rows close together.
    The first page of one that is not is a front without footer.
    """
    command = [source.find_pandoc(), "--print-default-data-file", "reference.docx"]
    parts = unpack(source.run_program(command, None)[0])
    margin, front = (TIGHT_MARGIN, "") if is_tight else (MARGIN, "<w:titlePg/>")
    own = _fill("word-styles.xml", **_read_palette())
    for said, meant in TIGHT.items() if is_tight else ():
        own = own.replace(said, meant)
    styles = {found[1]: found[0] for found in STYLE.finditer(own)}

    def put_ours(xml: str) -> str:
        kept = STYLE.sub(lambda found: "" if found[1] in styles else found[0], xml)
        kept = DEFAULTS.sub(DEFAULTS.findall(own)[0], kept)
        return kept.replace("</w:styles>", "\n".join([*styles.values(), "</w:styles>"]))

    edit(parts, "word/styles.xml", put_ours)
    section = _fill("word-section.xml", width=WIDTH, margin=margin, front=front)
    edit(parts, "word/document.xml", lambda xml: SECTION.sub(section, xml))
    edit(parts, "word/settings.xml", lambda xml: xml.replace('"en-US"', '"da-DK"'))
    for name, end, added in (
        ("[Content_Types].xml", "</Types>", FOOTER_TYPE),
        ("word/_rels/document.xml.rels", "</Relationships>", FOOTER_RELATION),
    ):
        parts[name] = parts[name].replace(end.encode(), f"{added}{end}".encode())
    footer = _fill("word-footer.xml", foot=escape(foot), end=WIDTH - 2 * margin)
    return pack(parts | {"word/footer1.xml": footer.encode()})


def _fill(name: str, **given: object) -> str:
    return (ASSETS / name).read_text(encoding="utf-8").format(**given)


def _settle(document: bytes, date: dt.date, layout: Layout) -> bytes:
    """Return the same document without the clock, its tables' rows not divided between pages.

    A brief begins with its first heading; its title stays in its properties.
    """
    parts = unpack(document)
    whole = "<w:trPr><w:cantSplit />"

    def settle(xml: str) -> str:
        xml = xml.replace("<w:tr>", f"<w:tr>{whole}</w:trPr>")
        xml = xml.replace(f"{whole}</w:trPr><w:trPr>", whole)
        return xml if layout == "report" else FRONT.sub("", xml)

    edit(parts, "word/document.xml", settle)
    stamp = f"{date}T12:00:00Z"
    edit(parts, "docProps/core.xml", lambda xml: STAMP.sub(rf"\g<1>{stamp}", xml))
    return pack(parts)
