"""Our look for Word: pandoc's own reference document with our styles, paper and page numbers."""

from __future__ import annotations

import datetime as dt
import re
from xml.sax.saxutils import escape

from socok_analysis.publish.archives import edit, pack, unpack
from socok_analysis.publish.palette import fill_palette
from socok_analysis.publish.pandoc import ASSETS, read_default

_STYLE = re.compile(r'<w:style\b[^>]*?w:styleId="([^"]+)".*?</w:style>', re.DOTALL)
_DEFAULTS = re.compile(r"<w:docDefaults>.*?</w:docDefaults>", re.DOTALL)
_SECTION = re.compile(r"<w:sectPr>.*?</w:sectPr>", re.DOTALL)
_STAMP = re.compile(r"(<dcterms:(created|modified)[^>]*>)[^<]*")
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

_WHOLE = "<w:cantSplit />"
_MARGINS = re.compile(r'(w:(?:top|bottom|left|right))="1418"')
_TIGHT = {
    'w:before="20" w:after="20" w:line="252"': 'w:before="0" w:after="0" w:line="240"',
    'w:before="720" w:after="200"': 'w:before="0" w:after="200"',
    'w:after="120" w:line="276"': 'w:after="80" w:line="252"',
    '<w:sz w:val="22"/><w:szCs w:val="22"/>': '<w:sz w:val="20"/><w:szCs w:val="20"/>',
    '<w:sz w:val="40"/><w:szCs w:val="40"/>': '<w:sz w:val="32"/><w:szCs w:val="32"/>',
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
_WIDTH, _MARGIN, _TIGHT_MARGIN = 11906, 1418, 794
_A4 = (
    '<w:sectPr><w:footerReference xmlns:r="' + _OFFICE + '" w:type="default" r:id="rId90"/>'
    f'<w:pgSz w:w="{_WIDTH}" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" w:bottom="1418" '
    'w:left="1418" w:header="709" w:footer="709" w:gutter="0"/><w:titlePg/></w:sectPr>'
)
_CHAPTER = re.compile(r'<w:pStyle w:val="Heading1"\s*/>')
_PUBLISHER = re.compile(r'(<w:pStyle w:val="Author"\s*/>.*?</w:pPr>)', re.DOTALL)


def make_reference(foot: str = "", is_tight: bool = False) -> bytes:
    """The reference document pandoc takes styles, paper and footer from.

    A tight one has room for more on a sheet: narrow margins, small letters, rows close together.
    The first page of one that is not is a front without footer.
    """
    parts = unpack(read_default("reference.docx"))
    edit(parts, "word/styles.xml", _merge_styles)
    edit(parts, "word/document.xml", lambda xml: _SECTION.sub(_A4, xml))
    if is_tight:
        edit(parts, "word/document.xml", _narrow)
        edit(parts, "word/styles.xml", _tighten)
    edit(parts, "word/settings.xml", lambda xml: xml.replace('"en-US"', '"da-DK"'))
    edit(parts, "[Content_Types].xml", _add_footer_type)
    edit(parts, "word/_rels/document.xml.rels", _add_footer_relation)
    end = _WIDTH - 2 * (_TIGHT_MARGIN if is_tight else _MARGIN)
    return pack(parts | {"word/footer1.xml": _FOOTER.format(foot=escape(foot), end=end).encode()})


def _narrow(xml: str) -> str:
    """Narrow margins, and no front."""
    return _MARGINS.sub(rf'\g<1>="{_TIGHT_MARGIN}"', xml).replace("<w:titlePg/>", "")


def _tighten(xml: str) -> str:
    """Rows and lines close together, and text a point smaller."""
    for wide, tight in _TIGHT.items():
        xml = xml.replace(wide, tight)
    return xml


def settle_document(document: bytes, date: dt.date | None, has_front: bool = True) -> bytes:
    """The same document without the clock, its tables' rows not divided between pages.

    Without a front it begins with its first heading; its title stays in its properties.
    """
    parts = unpack(document)
    edit(parts, "word/document.xml", _keep_rows)
    if has_front:
        edit(parts, "word/document.xml", _name_publisher)
        edit(parts, "word/document.xml", _begin_page)
    else:
        edit(parts, "word/document.xml", lambda xml: _FRONT.sub("", xml))
    stamp = f"{date or dt.date(1980, 1, 1)}T12:00:00Z"
    edit(parts, "docProps/core.xml", lambda xml: _STAMP.sub(rf"\g<1>{stamp}", xml))
    return pack(parts)


def _name_publisher(xml: str) -> str:
    """Say what the author's name on the front is."""
    return _PUBLISHER.sub(lambda found: found.group() + _RUN.format("Udgivet af "), xml, count=1)


def _begin_page(xml: str) -> str:
    """Let the first chapter begin a page; the others follow on, so no page is nearly empty."""
    return _CHAPTER.sub(
        r'\g<0><w:pageBreakBefore/><w:spacing w:before="0" w:after="200"/>', xml, count=1
    )


def _keep_rows(xml: str) -> str:
    """Let no row begin on one page and end on the next."""
    return xml.replace("<w:tr>", f"<w:tr><w:trPr>{_WHOLE}</w:trPr>").replace(
        f"<w:trPr>{_WHOLE}</w:trPr><w:trPr>", f"<w:trPr>{_WHOLE}"
    )


def _merge_styles(xml: str) -> str:
    own = fill_palette((ASSETS / "word-styles.xml").read_text(encoding="utf-8"))
    styles = {found.group(1): found.group(0) for found in _STYLE.finditer(own)}
    kept = _STYLE.sub(lambda found: "" if found.group(1) in styles else found.group(0), xml)
    defaults = _DEFAULTS.search(own)
    kept = _DEFAULTS.sub(defaults.group(0) if defaults else "", kept)
    return kept.replace("</w:styles>", "\n".join(styles.values()) + "</w:styles>")


def _add_footer_type(xml: str) -> str:
    part = f'<Override PartName="/word/footer1.xml" ContentType="{_WORD}.footer+xml"/>'
    return xml.replace("</Types>", part + "</Types>")


def _add_footer_relation(xml: str) -> str:
    part = f'<Relationship Type="{_OFFICE}/footer" Id="rId90" Target="footer1.xml"/>'
    return xml.replace("</Relationships>", part + "</Relationships>")
