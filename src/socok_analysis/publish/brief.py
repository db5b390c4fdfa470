"""Writes one page as a brief: one HTML file without attachments, a PDF of one sheet, and Word."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from socok_analysis.publish.checks import describe_faults
from socok_analysis.publish.documents import DocumentMeta, write_documents
from socok_analysis.publish.errors import PublishError
from socok_analysis.publish.pages import Page, read_page
from socok_analysis.publish.pandoc import ASSETS, run_script

STYLES = ("palette.css", "content.css", "text.css", "modes.css", "brief.css")
IMAGE = re.compile(r'src="([^":]+\.svg)"')


def write_brief(notebook: Path, meta: DocumentMeta, target: Path) -> list[Path]:
    """Write an executed notebook as `target` with the suffixes .html, .pdf and .docx.

    `meta.title` is replaced by the page's own title. The same input gives the same bytes. Raise
    PublishError where the page has faults.
    """
    page = read_page(notebook)
    named = replace(meta, title=page.title)
    kinds = ("html", "pdf", "docx")
    html, pdf, docx = (target.with_name(f"{target.name}.{kind}") for kind in kinds)
    html.write_text(render_html(page, named), encoding="utf-8", newline="\n")
    write_documents([notebook], named, pdf, docx, layout="brief")
    return [html, pdf, docx]


def render_html(page: Page, meta: DocumentMeta) -> str:
    """Return the page as one HTML file that needs no other."""
    source = {"name": page.path.name, "markdown": page.markdown, "folder": str(page.path.parent)}
    (answer,) = run_script("site.lua", {"pages": [source]})
    if answer["faults"]:
        raise PublishError("Notatet kan ikke skrives:", describe_faults([answer]))
    body = IMAGE.sub(lambda found: embed(page.path.parent / found[1]), answer["body"])
    styles = "\n".join((ASSETS / name).read_text(encoding="utf-8") for name in STYLES)
    environment = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined
    )
    template = environment.get_template("brief.html.j2")
    text = template.render(
        title=page.title,
        subtitle=meta.subtitle,
        contact=meta.contact,
        body=Markup(body),
        styles=Markup(styles),
    )
    return text + "\n"


def embed(image: Path) -> str:
    """Return an image's `src` with the image itself in it."""
    data = base64.b64encode(image.read_bytes()).decode()
    return f'src="data:image/svg+xml;base64,{data}"'
