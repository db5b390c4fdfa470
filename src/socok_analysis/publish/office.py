"""Office files: archives packed the same way every time, and our look for Word.

The look is pandoc's own reference document with our styles, paper and page numbers.
"""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from xml.sax.saxutils import escape

from socok_analysis.publish.pandoc import ASSETS, find_pandoc, run_program

_STYLE = re.compile(r'<w:style\b[^>]*?w:styleId="([^"]+)".*?</w:style>', re.DOTALL)
_DEFAULTS = re.compile(r"<w:docDefaults>.*?</w:docDefaults>", re.DOTALL)
_SECTION = re.compile(r"<w:sectPr>.*?</w:sectPr>", re.DOTALL)
_STAMP = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WHOLE = "<w:cantSplit />"
_TIGHT = {
    'w:before="20" w:after="20" w:line="252"': 'w:before="0" w:after="0" w:line="240"',
    'w:before="720" w:after="200"': 'w:before="0" w:after="200"',
    'w:after="120" w:line="276"': 'w:after="80" w:line="252"',
    '<w:sz w:val="18"/><w:szCs w:val="18"/>': '<w:sz w:val="17"/><w:szCs w:val="17"/>',
    '<w:sz w:val="34"/><w:szCs w:val="34"/>': '<w:sz w:val="30"/><w:szCs w:val="30"/>',
}
_FRONT = re.compile(
    r'<w:p>\s*<w:pPr>\s*<w:pStyle w:val="(?:Title|Subtitle|Author)"\s*/>.*?</w:p>', re.DOTALL
)
_FIELD = '<w:fldSimple w:instr="{}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
_RUN = '<w:r><w:t xml:space="preserve">{}</w:t></w:r>'
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8"?><w:ftr xmlns:w="{_MAIN}"><w:p><w:pPr>'
    '<w:pStyle w:val="Footer"/><w:tabs><w:tab w:val="right" w:pos="{end}"/></w:tabs></w:pPr>'
    f"{_RUN.format('{foot}')}<w:r><w:tab/></w:r>{_RUN.format('Side ')}{_FIELD.format('PAGE')}"
    f"{_RUN.format(' af ')}{_FIELD.format('NUMPAGES')}</w:p></w:ftr>"
)
_FOOTER_TYPE = f'<Override PartName="/word/footer1.xml" ContentType="{_WORD}.footer+xml"/>'
_FOOTER_RELATION = f'<Relationship Type="{_OFFICE}/footer" Id="rId90" Target="footer1.xml"/>'
_WIDTH, _MARGIN, _TIGHT_MARGIN = 11906, 1418, 794
_SIDES = " ".join(f'w:{side}="{{margin}}"' for side in ("top", "right", "bottom", "left"))
_A4 = (
    f'<w:sectPr><w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rId90"/>'
    f'<w:pgSz w:w="{_WIDTH}" w:h="16838"/><w:pgMar {_SIDES} w:header="709" w:footer="709" '
    'w:gutter="0"/>{front}</w:sectPr>'
)


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


def read_palette() -> dict[str, str]:
    """Return the light colours of `palette.css` by name, as six hexadecimal digits."""
    text = (ASSETS / "palette.css").read_text(encoding="utf-8")
    light = re.search(r":root \{(.*?)\}", text, re.DOTALL)
    return dict(re.findall(r"--([a-z]+): #([0-9a-f]{6});", light[1])) if light else {}


def make_reference(foot: str = "", is_tight: bool = False) -> bytes:
    """Return the reference document pandoc takes styles, paper and footer from.

    A tight one has room for more on a sheet: narrow margins, small letters, rows close together.
    The first page of one that is not is a front without footer.
    """
    command = [find_pandoc(), "--print-default-data-file", "reference.docx"]
    parts = unpack(run_program(command, None)[0])
    margin, front = (_TIGHT_MARGIN, "") if is_tight else (_MARGIN, "<w:titlePg/>")
    paper = _A4.format(margin=margin, front=front)
    edit(parts, "word/styles.xml", lambda xml: _merge_styles(xml, _TIGHT if is_tight else {}))
    edit(parts, "word/document.xml", lambda xml: _SECTION.sub(paper, xml))
    edit(parts, "word/settings.xml", lambda xml: xml.replace('"en-US"', '"da-DK"'))
    for name, end, added in (
        ("[Content_Types].xml", "</Types>", _FOOTER_TYPE),
        ("word/_rels/document.xml.rels", "</Relationships>", _FOOTER_RELATION),
    ):
        parts[name] = parts[name].replace(end.encode(), f"{added}{end}".encode())
    footer = _FOOTER.format(foot=escape(foot), end=_WIDTH - 2 * margin)
    return pack(parts | {"word/footer1.xml": footer.encode()})


def _merge_styles(xml: str, other: Mapping[str, str]) -> str:
    """Put our styles in the place of pandoc's; they name the palette's colours: `{accent}`.

    What they say is exchanged for other settings.
    """
    own = (ASSETS / "word-styles.xml").read_text(encoding="utf-8")
    for name, digits in read_palette().items():
        own = own.replace(f"{{{name}}}", digits.upper())
    for said, meant in other.items():
        own = own.replace(said, meant)
    styles = {found[1]: found[0] for found in _STYLE.finditer(own)}
    kept = _STYLE.sub(lambda found: "" if found[1] in styles else found[0], xml)
    defaults = _DEFAULTS.search(own)
    kept = _DEFAULTS.sub(defaults[0] if defaults else "", kept)
    return kept.replace("</w:styles>", "\n".join(styles.values()) + "</w:styles>")


def settle_document(document: bytes, date: dt.date | None, has_cover: bool) -> bytes:
    """Return the same document without the clock, its tables' rows not divided between pages.

    Without a cover it begins with its first heading; its title stays in its properties.
    """
    parts = unpack(document)

    def settle(xml: str) -> str:
        xml = xml.replace("<w:tr>", f"<w:tr><w:trPr>{_WHOLE}</w:trPr>")
        xml = xml.replace(f"<w:trPr>{_WHOLE}</w:trPr><w:trPr>", f"<w:trPr>{_WHOLE}")
        return xml if has_cover else _FRONT.sub("", xml)

    edit(parts, "word/document.xml", settle)
    stamp = f"{date or dt.date(1980, 1, 1)}T12:00:00Z"
    edit(parts, "docProps/core.xml", lambda xml: _STAMP.sub(rf"\g<1>{stamp}", xml))
    return pack(parts)
